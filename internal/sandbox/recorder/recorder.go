// Package recorder remembers the requests that reached a server.
package recorder

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

// kept is how many requests are remembered at least; older ones are forgotten.
const kept = 20_000

// Request is a request that reached the server. Bodies and headers are not kept.
type Request struct {
	Method   string
	Path     string
	Query    url.Values
	Time     time.Time
	ClientID string // see [Recorder.SetClientID]
	Status   int    // zero while it is being answered, or if the connection was cut
}

// Recorder remembers requests. It is safe for concurrent use.
type Recorder struct {
	now func() time.Time

	mu       sync.Mutex
	requests []*Request
}

// New makes a recorder with a clock.
func New(now func() time.Time) *Recorder { return &Recorder{now: now} }

type key struct{}

// Record remembers every request that it passes on.
func (r *Recorder) Record(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		request := &Request{Method: req.Method, Path: req.URL.Path, Query: req.URL.Query(), Time: r.now()}
		r.mu.Lock()
		if len(r.requests) >= 2*kept {
			r.requests = append([]*Request(nil), r.requests[kept:]...)
		}
		r.requests = append(r.requests, request)
		r.mu.Unlock()
		next.ServeHTTP(&statusWriter{ResponseWriter: w, report: func(status int) {
			r.mu.Lock()
			defer r.mu.Unlock()
			request.Status = status
		}}, req.WithContext(context.WithValue(req.Context(), key{}, request)))
	})
}

// SetClientID notes who makes a recorded request.
func (r *Recorder) SetClientID(req *http.Request, id string) {
	if request, ok := req.Context().Value(key{}).(*Request); ok {
		r.mu.Lock()
		defer r.mu.Unlock()
		request.ClientID = id
	}
}

// Requests returns what was asked, oldest first: at least the last 20,000
// requests since [Recorder.ResetRequests].
func (r *Recorder) Requests() []Request {
	r.mu.Lock()
	defer r.mu.Unlock()
	requests := make([]Request, 0, len(r.requests))
	for _, request := range r.requests {
		requests = append(requests, *request)
	}
	return requests
}

// CountRequests returns how many of [Recorder.Requests] have the method and a
// path that begins with the prefix. Empty means any.
func (r *Recorder) CountRequests(method, pathPrefix string) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	count := 0
	for _, request := range r.requests {
		if (method == "" || request.Method == method) && strings.HasPrefix(request.Path, pathPrefix) {
			count++
		}
	}
	return count
}

// ResetRequests forgets the requests.
func (r *Recorder) ResetRequests() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.requests = nil
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
