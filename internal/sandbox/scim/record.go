package scim

import (
	"net/http"
	"net/url"
	"strings"
	"time"
)

// keptRequests is how many requests are remembered at least.
const keptRequests = 20_000

// Request is a request that reached the service provider. Bodies and headers
// are not kept.
type Request struct {
	Method string
	Path   string // without the base path
	Query  url.Values
	Time   time.Time
	Status int // zero while it is being answered, or if the connection was cut
}

// record remembers every request, also those that a fault answers.
func (t *Target) record(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		request := &Request{Method: r.Method, Path: r.URL.Path, Query: r.URL.Query(), Time: t.now()}
		t.mu.Lock()
		if len(t.requests) >= 2*keptRequests {
			t.requests = append([]*Request(nil), t.requests[keptRequests:]...)
		}
		t.requests = append(t.requests, request)
		t.mu.Unlock()
		next.ServeHTTP(&statusWriter{ResponseWriter: w, report: func(status int) {
			t.mu.Lock()
			defer t.mu.Unlock()
			request.Status = status
		}}, r)
	})
}

// Requests returns what was asked, oldest first: at least the last 20,000
// requests since [Target.ResetRequests].
func (t *Target) Requests() []Request {
	t.mu.Lock()
	defer t.mu.Unlock()
	requests := make([]Request, 0, len(t.requests))
	for _, request := range t.requests {
		requests = append(requests, *request)
	}
	return requests
}

// CountRequests returns how many of [Target.Requests] have the method and a
// path that begins with the prefix. Empty means any.
func (t *Target) CountRequests(method, pathPrefix string) int {
	count := 0
	for _, request := range t.Requests() {
		if (method == "" || request.Method == method) && strings.HasPrefix(request.Path, pathPrefix) {
			count++
		}
	}
	return count
}

// ResetRequests forgets the requests.
func (t *Target) ResetRequests() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.requests = nil
}

// statusWriter tells which status is sent.
type statusWriter struct {
	http.ResponseWriter
	report func(int)
	sent   bool
}

func (w *statusWriter) WriteHeader(status int) {
	if !w.sent {
		w.sent = true
		w.report(status)
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *statusWriter) Write(b []byte) (int, error) {
	if !w.sent {
		w.WriteHeader(http.StatusOK)
	}
	return w.ResponseWriter.Write(b)
}

// Unwrap lets [http.ResponseController] reach the connection.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
