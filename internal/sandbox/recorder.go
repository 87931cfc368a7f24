package sandbox

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// keptRequests is how many requests are remembered; older ones are forgotten.
const keptRequests = 20_000

// Request is a request that reached the API. Bodies and headers are not kept.
type Request struct {
	Method   string
	Path     string
	Query    url.Values
	Time     time.Time
	ClientID string // of a valid token; empty for the token endpoints
	Status   int    // zero while it is being answered, or if the connection was cut
}

type recordKey struct{}

// record remembers every request, also those that a fault answers.
func (s *Sandbox) record(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		request := &Request{Method: r.Method, Path: r.URL.Path, Query: r.URL.Query(), Time: s.now()}
		s.mu.Lock()
		if len(s.requests) >= 2*keptRequests {
			s.requests = append([]*Request(nil), s.requests[keptRequests:]...)
		}
		s.requests = append(s.requests, request)
		s.mu.Unlock()

		watched := &statusWriter{ResponseWriter: w, status: func(status int) {
			s.mu.Lock()
			request.Status = status
			s.mu.Unlock()
		}}
		next.ServeHTTP(watched, r.WithContext(context.WithValue(r.Context(), recordKey{}, request)))
	})
}

// Requests returns what was asked, oldest first: at least the last 20,000
// requests since [Sandbox.ResetRequests].
func (s *Sandbox) Requests() []Request {
	s.mu.Lock()
	defer s.mu.Unlock()
	requests := make([]Request, 0, len(s.requests))
	for _, request := range s.requests {
		requests = append(requests, *request)
	}
	return requests
}

// CountRequests returns how many of [Sandbox.Requests] have the method and a
// path that begins with the prefix. Empty means any.
func (s *Sandbox) CountRequests(method, pathPrefix string) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	count := 0
	for _, request := range s.requests {
		if (method == "" || request.Method == method) && strings.HasPrefix(request.Path, pathPrefix) {
			count++
		}
	}
	return count
}

// ResetRequests forgets the requests.
func (s *Sandbox) ResetRequests() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests = nil
}

// statusWriter tells which status is sent.
type statusWriter struct {
	http.ResponseWriter
	status func(int)
	sent   bool
}

func (w *statusWriter) WriteHeader(status int) {
	if !w.sent {
		w.sent = true
		w.status(status)
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
