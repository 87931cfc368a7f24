package gateway

import (
	"errors"
	"net/http"
	"net/url"
	"path"
	"runtime/debug"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/personio-community/terraform-provider-personio/internal/gateway/httpapi"
	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
)

// middleware wraps all routes: request id, log, recovery, clean paths only.
func (s *Server) middleware(next http.Handler, publicURL *url.URL) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		started := time.Now()
		requestID := requestID(r)
		w.Header().Set(gatewayapi.HeaderRequestID, requestID)
		w.Header().Set("X-Content-Type-Options", "nosniff")
		noted := &statusWriter{ResponseWriter: w}
		defer func() {
			cause := recover()
			aborted := isAbort(cause)
			if cause != nil && !aborted {
				// The stack names code, not values.
				s.log.ErrorContext(r.Context(), "panic while serving a request", "request_id", requestID, "stack", string(debug.Stack()))
				if noted.status == 0 {
					httpapi.WriteProblem(noted, httpapi.Problem(http.StatusInternalServerError, gatewayapi.KindInternal,
						"Something went wrong inside the gateway. Its log has the reason.", nil))
				}
			}
			// The pattern, not the path or query: those may name people.
			s.log.InfoContext(r.Context(), "request", "request_id", requestID, "method", r.Method, "route", r.Pattern,
				"status", noted.status, "aborted", aborted, "duration", time.Since(started))
			if aborted {
				panic(http.ErrAbortHandler)
			}
		}()
		if !clean(r.URL) {
			httpapi.RouteNotFound(noted, r)
			return
		}
		if publicURL != nil {
			r = httpapi.WithPublicURL(r, publicURL)
		}
		next.ServeHTTP(noted, r)
	})
}

func isAbort(cause any) bool {
	err, ok := cause.(error)
	return ok && errors.Is(err, http.ErrAbortHandler)
}

// clean reports whether a path is what it looks like: no dot segments, no
// doubled or encoded slashes, no NUL. A path of Personio's API has no escapes
// and no parameters at all: a server behind may read "..;" or "%2e" as a step
// up. An unclean path is answered like an unknown one, it is never rewritten.
func clean(u *url.URL) bool {
	escaped := strings.ToLower(u.EscapedPath())
	if strings.Contains(escaped, "%2f") || strings.ContainsAny(u.Path, "\\\x00") {
		return false
	}
	if !strings.HasPrefix(u.Path, "/gateway/") && strings.ContainsAny(escaped, "%;") {
		return false
	}
	return strings.HasPrefix(u.Path, "/") && strings.TrimSuffix(path.Clean(u.Path), "/") == strings.TrimSuffix(u.Path, "/")
}

// maxRequestID bounds a request id that is taken over.
const maxRequestID = 128

// requestID is the client's request id if it is short and printable, else a new
// one: it goes into logs and headers.
func requestID(r *http.Request) string {
	id := r.Header.Get(gatewayapi.HeaderRequestID)
	if id == "" || len(id) > maxRequestID {
		return uuid.NewString()
	}
	for _, c := range id {
		if c <= ' ' || c > '~' {
			return uuid.NewString()
		}
	}
	return id
}

// statusWriter notes the status of an answer.
type statusWriter struct {
	http.ResponseWriter
	status int
}

// WriteHeader notes the status.
func (w *statusWriter) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

// Write notes the status that goes with a body, 200 if none was set.
func (w *statusWriter) Write(data []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	return w.ResponseWriter.Write(data)
}

// Unwrap lets [http.ResponseController] reach the connection.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
