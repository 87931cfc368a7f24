package scim

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
)

// Fault is something that goes wrong between a client and the service
// provider. It acts on requests whose method and path match; an empty Method or
// PathPrefix matches any. A request is first held, then answered.
type Fault struct {
	Method     string
	PathPrefix string // without the base path
	// Times is how many matching requests it acts on; zero: all until Clear.
	Times int

	// Hold keeps the request waiting until Release or Clear, or until the
	// client gives up.
	Hold bool
	// Disconnect closes the connection; the request has no effect.
	Disconnect bool
	// DropAnswer lets the request take effect, then closes the connection
	// without an answer.
	DropAnswer bool
	// Status, if not zero, is the answer; the request has no effect. Without
	// Body the body is a SCIM error.
	Status int
	Header http.Header
	Body   string
}

// FaultSwitch is a fault that was switched on.
type FaultSwitch struct {
	target  *Target
	fault   Fault
	left    int // requests it still acts on; negative: no end; guarded by the target
	hits    int
	release func()
	free    chan struct{}
}

// Fail switches a fault on. Of several faults that match a request, the one
// that was switched on first acts.
func (t *Target) Fail(fault Fault) *FaultSwitch {
	free := make(chan struct{})
	fault.Header = maps.Clone(fault.Header)
	f := &FaultSwitch{target: t, fault: fault, left: fault.Times, free: free, release: sync.OnceFunc(func() { close(free) })}
	if fault.Times <= 0 {
		f.left = -1
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	// Faults that are used up stay in the list while they may hold a request.
	t.faults = append(t.faults, f)
	return f
}

// Release lets the held requests go on, and those that come later.
func (f *FaultSwitch) Release() { f.release() }

// Clear switches the fault off and lets the held requests go on.
func (f *FaultSwitch) Clear() {
	t := f.target
	t.mu.Lock()
	f.left = 0
	t.faults = slices.DeleteFunc(t.faults, func(other *FaultSwitch) bool { return other == f })
	t.mu.Unlock()
	f.release()
}

// Hits returns how many requests the fault acted on, held ones included.
func (f *FaultSwitch) Hits() int {
	f.target.mu.Lock()
	defer f.target.mu.Unlock()
	return f.hits
}

// ClearFaults switches every fault off.
func (t *Target) ClearFaults() {
	t.mu.Lock()
	faults := slices.Clone(t.faults)
	t.mu.Unlock()
	for _, f := range faults {
		f.Clear()
	}
}

// match finds the fault that acts on a request and counts it.
func (t *Target) match(r *http.Request) *FaultSwitch {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, f := range t.faults {
		if f.left == 0 || f.fault.Method != "" && f.fault.Method != r.Method || !strings.HasPrefix(r.URL.Path, f.fault.PathPrefix) {
			continue
		}
		f.hits++
		if f.left > 0 {
			f.left--
		}
		return f
	}
	return nil
}

// inject lets faults act before the API does.
func (t *Target) inject(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f := t.match(r)
		if f == nil {
			next.ServeHTTP(w, r)
			return
		}
		if f.fault.Hold {
			select {
			case <-f.free:
			case <-r.Context().Done():
				panic(http.ErrAbortHandler)
			}
		}
		switch {
		case f.fault.Disconnect:
			panic(http.ErrAbortHandler)
		case f.fault.DropAnswer:
			next.ServeHTTP(discard{}, r)
			panic(http.ErrAbortHandler)
		case f.fault.Status != 0:
			f.fault.answer(w)
		default:
			next.ServeHTTP(w, r)
		}
	})
}

func (f Fault) answer(w http.ResponseWriter) {
	maps.Copy(w.Header(), f.Header)
	switch {
	case f.Body != "":
		if w.Header().Get("Content-Type") == "" {
			w.Header().Set("Content-Type", mediaType)
		}
		w.WriteHeader(f.Status)
		_, _ = w.Write([]byte(f.Body)) // a client that went away needs no answer
	case f.Status == http.StatusNoContent:
		w.WriteHeader(f.Status)
	default:
		writeError(w, &scimError{status: f.Status, detail: "The service provider was told to fail."})
	}
}

// discard swallows an answer.
type discard struct{}

func (discard) Header() http.Header         { return make(http.Header) }
func (discard) WriteHeader(int)             {}
func (discard) Write(b []byte) (int, error) { return len(b), nil }
