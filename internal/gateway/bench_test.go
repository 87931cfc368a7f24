package gateway_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"testing"
	"time"

	"github.com/personio-community/terraform-provider-personio/internal/sandbox"
)

// benchKeys are ten of the attributes of a page.
var benchKeys = []string{"first_name", "last_name", "email", "status", "position", "department", "team", "office", "hire_date", "supervisor"}

// benchReader reads one page as a client does.
type benchReader struct {
	name, address, token string
	times                []time.Duration
}

func (r *benchReader) read(b *testing.B) {
	started := time.Now()
	req, err := http.NewRequestWithContext(b.Context(), http.MethodGet, r.address, nil)
	if err != nil {
		b.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+r.token)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if n, err := io.Copy(io.Discard, resp.Body); err != nil || resp.StatusCode != http.StatusOK || n < 1000 {
		b.Fatalf("%s: status %d, %d bytes, error %v", r.name, resp.StatusCode, n, err)
	}
	r.times = append(r.times, time.Since(started))
}

func (r *benchReader) percentile(p float64) time.Duration {
	slices.Sort(r.times)
	return r.times[int(p*float64(len(r.times)-1))]
}

// BenchmarkScopedRead reads a page of 100 employees with all their attributes
// cut to ten, through the gateway and through a plain reverse proxy in front of
// the same server, one after the other in one run. It reports how the two
// compare: throughput as a share of the plain proxy's, and the ratio of the
// 99th percentiles.
//
// "sandbox" is the copy of Personio's API as it is; there the gateway also asks
// for less, because v1 can be told which attributes are wanted. "fixed page"
// answers with the same full page whatever is asked for, so that only the
// gateway's own work counts.
func BenchmarkScopedRead(b *testing.B) {
	const path = "/v1/company/employees?limit=100"
	box := sandbox.New(sandbox.Options{Persons: 120, Seed: 3})
	b.Run("sandbox", func(b *testing.B) { benchAgainst(b, box, box.Handler(), path) })

	e := startBefore(b, box, box.Handler())
	page := call(b, http.MethodGet, e.personioURL+path, e.fullToken(), nil).want(http.StatusOK).body
	b.Run("fixed page", func(b *testing.B) {
		benchAgainst(b, box, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/v1/company/employees" {
				box.Handler().ServeHTTP(w, r)
				return
			}
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write(page)
		}), path)
	})
}

func benchAgainst(b *testing.B, box *sandbox.Sandbox, handler http.Handler, path string) {
	e := startBefore(b, box, handler)
	target, err := url.Parse(e.personioURL)
	if err != nil {
		b.Fatal(err)
	}
	plain := httptest.NewServer(&httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(target) }})
	b.Cleanup(plain.Close)
	proxy := &benchReader{name: "proxy", address: plain.URL + path, token: e.fullToken()}
	scoped := &benchReader{name: "gateway", address: e.gatewayURL + path, token: e.scoped(benchKeys...)}
	for range 20 {
		proxy.read(b)
		scoped.read(b)
	}
	proxy.times, scoped.times = nil, nil
	for b.Loop() {
		proxy.read(b)
		scoped.read(b)
	}
	b.ReportMetric(float64(proxy.percentile(0.5))/float64(scoped.percentile(0.5)), "throughput/proxy")
	b.ReportMetric(float64(scoped.percentile(0.99))/float64(proxy.percentile(0.99)), "p99/proxy")
	b.ReportMetric(float64(scoped.percentile(0.5).Microseconds()), "gateway-µs")
	b.ReportMetric(float64(proxy.percentile(0.5).Microseconds()), "proxy-µs")
}

// firstSync makes 250 employees accounts and groups on a SCIM target; it returns
// what to call to activate the rule and wait for the end of its run, and to end
// the gateway.
func firstSync(tb testing.TB) (run, stop func()) {
	tb.Helper()
	box := sandbox.New(sandbox.Options{Persons: 250, Seed: 1})
	e := startBefore(tb, box, box.Handler())
	target, integration := e.syncTarget(), e.integrate("Learning", learningKeys...)
	return func() {
		_, run := e.syncRule(integration.ID, target.ID, nil)
		if accounts, _ := e.wanted(); run.Counts.Provisioned != len(accounts) {
			tb.Fatalf("%s: %s, %+v", run.Status, run.Error, run.Counts)
		}
	}, e.stop
}

// TestMeasureFirstSync holds a first sync to its limit.
//
//nolint:paralleltest // The time is to be its own.
func TestMeasureFirstSync(t *testing.T) {
	run, _ := firstSync(t)
	started := time.Now()
	run()
	if took := time.Since(started); took > 3*time.Second {
		t.Errorf("the first sync of 250 employees took %s, want at most 3 s", took)
	}
}

// BenchmarkFirstSync is from the call that activates the rule to the end of its
// run.
func BenchmarkFirstSync(b *testing.B) {
	for b.Loop() {
		b.StopTimer()
		run, stop := firstSync(b)
		b.StartTimer()
		run()
		b.StopTimer()
		stop()
		b.StartTimer()
	}
}
