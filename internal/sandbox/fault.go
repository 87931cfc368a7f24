package sandbox

import (
	"bytes"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// Fault is something that goes wrong between a client and Personio. It acts on
// requests whose method and path match; an empty Method or PathPrefix matches
// any. Several effects may be set: first the request is held, then it is
// answered.
type Fault struct {
	Method     string
	PathPrefix string
	// Times is how many matching requests it acts on; zero: all until Clear.
	Times int

	// Hold keeps the request waiting until Release or Clear, or until the
	// client gives up.
	Hold bool
	// Disconnect closes the connection without an answer.
	Disconnect bool
	// Status, if not zero, is the answer; the API is not asked. Without Body the
	// body is the error body that the API version of the path uses, so that
	// status 200 on a v1 path is a refusal in disguise (success:false).
	Status int
	Header http.Header
	Body   string
	// Truncate, if not zero, lets the API answer, announces the whole length, sends only
	// that many bytes of the body, and closes the connection.
	Truncate int
}

// FaultSwitch is a fault that was switched on.
type FaultSwitch struct {
	sandbox *Sandbox
	fault   Fault
	left    int // requests it still acts on; negative: no end; guarded by the sandbox
	hits    int
	release func()
	free    chan struct{}
}

// Fail switches a fault on. Of several faults that match a request, the one
// that was switched on first acts.
func (s *Sandbox) Fail(fault Fault) *FaultSwitch {
	free := make(chan struct{})
	f := &FaultSwitch{sandbox: s, fault: fault, left: fault.Times, free: free, release: sync.OnceFunc(func() { close(free) })}
	if fault.Times <= 0 {
		f.left = -1
	}
	f.fault.Header = maps.Clone(fault.Header)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(slices.DeleteFunc(s.faults, func(old *FaultSwitch) bool { return old.left == 0 }), f)
	return f
}

// Release lets the held requests go on, and those that come later.
func (f *FaultSwitch) Release() { f.release() }

// Clear switches the fault off and lets the held requests go on.
func (f *FaultSwitch) Clear() {
	f.sandbox.mu.Lock()
	f.left = 0
	f.sandbox.mu.Unlock()
	f.release()
}

// Hits returns how many requests the fault acted on, held ones included.
func (f *FaultSwitch) Hits() int {
	f.sandbox.mu.Lock()
	defer f.sandbox.mu.Unlock()
	return f.hits
}

// ClearFaults switches every fault off.
func (s *Sandbox) ClearFaults() {
	s.mu.Lock()
	faults := s.faults
	s.faults = nil
	s.mu.Unlock()
	for _, f := range faults {
		f.Clear()
	}
}

// match finds the fault that acts on a request and counts it.
func (s *Sandbox) match(r *http.Request) *FaultSwitch {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range s.faults {
		if f.left != 0 && (f.fault.Method == "" || f.fault.Method == r.Method) && strings.HasPrefix(r.URL.Path, f.fault.PathPrefix) {
			f.hits++
			if f.left > 0 {
				f.left--
			}
			return f
		}
	}
	return nil
}

// inject lets faults act before the API does.
func (s *Sandbox) inject(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f := s.match(r)
		if f == nil {
			next.ServeHTTP(w, r)
			return
		}
		fault := f.fault
		if fault.Hold {
			select {
			case <-f.free:
			case <-r.Context().Done():
				panic(http.ErrAbortHandler)
			}
		}
		switch {
		case fault.Disconnect:
			panic(http.ErrAbortHandler)
		case fault.Truncate > 0:
			truncate(w, r, next, fault.Truncate)
		case fault.Status != 0:
			fault.answer(w, r)
		default:
			next.ServeHTTP(w, r)
		}
	})
}

func (f Fault) answer(w http.ResponseWriter, r *http.Request) {
	maps.Copy(w.Header(), f.Header)
	switch {
	case f.Body != "":
		if w.Header().Get("Content-Type") == "" {
			w.Header().Set("Content-Type", "application/json")
		}
		w.WriteHeader(f.Status)
		_, _ = w.Write([]byte(f.Body)) // a client that went away needs no answer
	case f.Status == http.StatusNoContent:
		w.WriteHeader(f.Status)
	case isV1(r):
		writeV1Error(w, f.Status, f.Status, "The sandbox was told to fail.")
	default:
		code := strings.ReplaceAll(strings.ToLower(http.StatusText(f.Status)), " ", "_")
		writeProblem(w, f.Status, problem{
			Title:  http.StatusText(f.Status),
			Detail: "The sandbox was told to fail.",
			Type:   errorsPage + "common." + code,
		})
	}
}

// truncate sends the beginning of what the API answers.
func truncate(w http.ResponseWriter, r *http.Request, next http.Handler, keep int) {
	whole := &heldResponse{header: make(http.Header), status: http.StatusOK}
	next.ServeHTTP(whole, r)
	body := whole.body.Bytes()
	maps.Copy(w.Header(), whole.header)
	w.Header().Set("Content-Length", strconv.Itoa(max(len(body), keep+1)))
	w.WriteHeader(whole.status)
	_, _ = w.Write(body[:min(keep, len(body))])
	_ = http.NewResponseController(w).Flush() // what was kept has to arrive
	panic(http.ErrAbortHandler)
}

// heldResponse keeps a response in memory.
type heldResponse struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (h *heldResponse) Header() http.Header         { return h.header }
func (h *heldResponse) WriteHeader(status int)      { h.status = status }
func (h *heldResponse) Write(b []byte) (int, error) { return h.body.Write(b) }
