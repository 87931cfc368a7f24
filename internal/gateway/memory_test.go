package gateway_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/personio-community/terraform-provider-personio/internal/sandbox"
)

// liveHeap is what is in use after a collection, in bytes.
func liveHeap() uint64 {
	runtime.GC()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return stats.HeapAlloc
}

// page writes one page of at least size bytes, person by person, and keeps the
// largest live heap that it saw on the way: at its start, at every twentieth,
// and when all but its end was sent.
type page struct {
	head, person, tail string
	size               int
	peak               uint64
}

func (p *page) ServeHTTP(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	_, _ = io.WriteString(w, p.head)
	for sent, next := 0, 0; sent < p.size; sent += len(p.person) {
		if sent >= next {
			p.peak = max(p.peak, liveHeap())
			next += p.size / 20
		}
		if sent > 0 {
			_, _ = io.WriteString(w, ",")
		}
		if _, err := io.WriteString(w, p.person); err != nil {
			return
		}
	}
	p.peak = max(p.peak, liveHeap())
	_, _ = io.WriteString(w, p.tail)
}

// pages are a page of each version with half of its bytes in an attribute that
// may be read, so that holding back the answer would show as much as holding
// back what it is made of.
func pages(size int) map[string]*page {
	shown, cut := strings.Repeat("s", 1000), strings.Repeat("c", 800)
	return map[string]*page{
		"/v1/company/employees": {
			size: size, head: `{"success":true,"metadata":{"total_elements":1},"data":[`, tail: `]}`,
			person: `{"type":"Employee","attributes":{"id":{"label":"ID","value":1},"first_name":{"label":"First name","value":"` + shown + `"},"email":{"label":"Email","value":"` + cut + `"},` +
				`"supervisor":{"label":"Supervisor","value":{"type":"Employee","attributes":{"email":{"value":"` + hidden + `"}}}}}}`,
		},
		"/v2/persons": {
			size: size, head: `{"_data":[`, tail: `],"_meta":{"links":{}}}`,
			person: `{"id":"1","first_name":"` + shown + `","email":"` + cut + `","employments":[{"id":"1"}],"custom_attributes":[{"id":"dynamic_1","value":"` + hidden + `"}]}`,
		},
	}
}

// flow is a gateway in front of hand-made pages.
type flow struct {
	*env
	mu     sync.Mutex
	answer map[string]*page
}

func startFlow(tb testing.TB) *flow {
	tb.Helper()
	f := &flow{}
	box := sandbox.New(sandbox.Options{Persons: 10, Seed: 2})
	f.env = startBefore(tb, box, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f.mu.Lock()
		p := f.answer[r.URL.Path]
		f.mu.Unlock()
		if p == nil {
			box.Handler().ServeHTTP(w, r)
			return
		}
		p.ServeHTTP(w, r)
	}))
	return f
}

// read reads one page of the given size through the gateway, in bytes, and
// returns how far the live heap rose above what it was before.
func (f *flow) read(token, path string, size int) (rise int) {
	f.t.Helper()
	p := pages(size)[path]
	f.mu.Lock()
	f.answer = map[string]*page{path: p}
	f.mu.Unlock()
	before := liveHeap()
	req, err := http.NewRequestWithContext(f.t.Context(), http.MethodGet, f.gatewayURL+path, nil)
	if err != nil {
		f.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		f.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	read, err := io.Copy(io.Discard, resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK || read < int64(size)/2 || read > int64(size)*2/3 {
		f.t.Fatalf("%s: status %d, %d of %d bytes, error %v", path, resp.StatusCode, read, size, err)
	}
	return int(p.peak) - int(before) //nolint:gosec // Heaps are far smaller than an int.
}

// A page takes as much memory as a person does, however many it holds: from
// 100 KB to 100 MB the live heap stays where it is.
//
//nolint:paralleltest // The heap is that of the whole process.
func TestMeasureMemoryOfReads(t *testing.T) {
	f := startFlow(t)
	token := f.scoped("first_name")
	const small, large, allowance = 100 << 10, 100 << 20, 8 << 20
	for path := range pages(0) {
		f.read(token, path, small) // Connections and pools are made once.
		few, many := f.read(token, path, small), f.read(token, path, large)
		t.Logf("GET %s: the live heap rises by %d KB for 100 KB, by %d KB for 100 MB", path, few>>10, many>>10)
		if many > few+allowance {
			t.Errorf("GET %s: a page of 100 MB takes %d KB, one of 100 KB takes %d KB; want at most %d KB more", path, many>>10, few>>10, allowance>>10)
		}
	}
}

// BenchmarkMemory reads pages of growing size and reports how far the live heap
// rises while they flow.
func BenchmarkMemory(b *testing.B) {
	f := startFlow(b)
	token := f.scoped("first_name")
	f.read(token, "/v2/persons", 100<<10)
	for _, size := range []int{100 << 10, 1 << 20, 10 << 20, 100 << 20} {
		b.Run(fmt.Sprintf("%dKB", size>>10), func(b *testing.B) {
			b.SetBytes(int64(size))
			var rise int
			for b.Loop() {
				rise = max(rise, f.read(token, "/v2/persons", size))
			}
			b.ReportMetric(float64(rise)/1024, "heap-KB")
		})
	}
}

// letters is an endless text.
type letters struct{}

func (letters) Read(p []byte) (int, error) {
	for n := range p {
		p[n] = 'a'
	}
	return len(p), nil
}

// A write is read whole before any of it is passed on, and takes a fixed
// multiple of its size at most: while it is judged, and while it is sent.
//
//nolint:paralleltest // The heap is that of the whole process.
func TestMeasureMemoryOfWrites(t *testing.T) {
	var during uint64
	box := sandbox.New(sandbox.Options{Persons: 10, Seed: 2})
	e := startBefore(t, box, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPatch {
			box.Handler().ServeHTTP(w, r)
			return
		}
		during = liveHeap()
		_, _ = io.Copy(io.Discard, r.Body)
		w.WriteHeader(http.StatusNoContent)
	}))
	token := e.writer("dynamic_4714")
	write := func(size int64) (peak, sending int) {
		before := liveHeap()
		ctx, cancel := context.WithCancel(t.Context())
		var wait sync.WaitGroup
		var highest uint64
		wait.Go(func() {
			for tick := time.NewTicker(10 * time.Millisecond); ctx.Err() == nil; <-tick.C {
				highest = max(highest, liveHeap())
			}
		})
		body := io.MultiReader(strings.NewReader(`{"employee":{"custom_attributes":{"dynamic_4714":"`), io.LimitReader(letters{}, size), strings.NewReader(`"}}}`))
		req, err := http.NewRequestWithContext(ctx, http.MethodPatch, e.gatewayURL+"/v1/company/employees/1", body)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+token)
		req.Header.Set("Content-Type", "application/json")
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		cancel()
		wait.Wait()
		if resp.StatusCode != http.StatusNoContent {
			t.Fatalf("status %d", resp.StatusCode)
		}
		return int(highest) - int(before), int(during) - int(before) //nolint:gosec // Heaps are far smaller than an int.
	}
	write(100 << 10)
	const size = 19 << 20
	peak, sending := write(size)
	t.Logf("a write of %d MB takes %d MB while it is judged, %d MB while it is sent", size>>20, peak>>20, sending>>20)
	if peak > 5*size || sending > 2*size {
		t.Errorf("a write of %d MB takes %d MB while it is judged, want at most 5 times its size; %d MB while it is sent, want at most twice", size>>20, peak>>20, sending>>20)
	}
}
