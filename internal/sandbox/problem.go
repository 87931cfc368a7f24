package sandbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/personio-community/terraform-provider-personio/internal/sandbox/records"
)

const (
	errorsPage     = "https://developer.personio.de/reference/errors#"
	liveErrorsPage = "https://developer.personio.de/v2.0/page/public-api-error-codes#"
)

// problem is one entry of the errors of a v2 error body.
type problem struct {
	Title  string            `json:"title"`
	Detail string            `json:"detail"`
	Type   string            `json:"type"`
	Meta   map[string]string `json:"_meta,omitempty"`
}

// problemBody is the general v2 error body.
type problemBody struct {
	TraceID   string    `json:"personio_trace_id"`
	Timestamp string    `json:"timestamp"`
	Errors    []problem `json:"errors"`
}

func writeProblem(w http.ResponseWriter, status int, p problem) {
	writeJSON(w, status, "application/problem+json", problemBody{
		TraceID:   uuid.NewString(),
		Timestamp: time.Now().UTC().Format(time.RFC3339),
		Errors:    []problem{p},
	})
}

// v1Problem is the error body of v1.
type v1Problem struct {
	Success bool    `json:"success"`
	Error   v1Error `json:"error"`
}

type v1Error struct {
	Code    int    `json:"code"`
	Message string `json:"message"`
}

// writeV1Error writes a v1 error. The code repeats the status where the
// documents show that, and is zero where they show zero.
func writeV1Error(w http.ResponseWriter, status, code int, message string) {
	writeV1(w, status, v1Problem{Error: v1Error{Code: code, Message: message}})
}

func writeJSON(w http.ResponseWriter, status int, contentType string, body any) {
	encoded, err := json.Marshal(body)
	if err != nil {
		http.Error(w, "sandbox: "+err.Error(), http.StatusInternalServerError)
		return
	}
	writeBody(w, status, contentType, encoded)
}

func writeBody(w http.ResponseWriter, status int, contentType string, body []byte) {
	w.Header().Set("Content-Type", contentType)
	w.WriteHeader(status)
	_, _ = w.Write(body) // a client that went away needs no answer
}

// writeV1 writes a v1 body.
func writeV1(w http.ResponseWriter, status int, body any) {
	encoded, err := json.Marshal(body)
	if err != nil {
		http.Error(w, "sandbox: "+err.Error(), http.StatusInternalServerError)
		return
	}
	writeBody(w, status, "application/json", escapeV1(encoded))
}

// escapeV1 writes JSON the way v1 does: slashes and everything beyond ASCII
// are escaped. Outside of strings JSON has neither, so it needs no parsing.
func escapeV1(encoded []byte) []byte {
	escaped := make([]byte, 0, len(encoded)+len(encoded)/8)
	for len(encoded) > 0 {
		if c := encoded[0]; c < utf8.RuneSelf {
			if c == '/' {
				escaped = append(escaped, '\\')
			}
			escaped, encoded = append(escaped, c), encoded[1:]
			continue
		}
		r, size := utf8.DecodeRune(encoded)
		encoded = encoded[size:]
		if high, low := utf16.EncodeRune(r); high != utf8.RuneError {
			escaped = fmt.Appendf(escaped, `\u%04x`, high)
			r = low
		}
		escaped = fmt.Appendf(escaped, `\u%04x`, r)
	}
	return escaped
}

// noRoute answers what no endpoint is there for, in v1 and v2 alike, and what
// is there for beta clients only.
func noRoute(w http.ResponseWriter, r *http.Request) {
	writeProblem(w, http.StatusNotFound, problem{
		Title:  "Not Found",
		Detail: "The endpoint with " + r.URL.Path + " was not found.",
		Type:   liveErrorsPage + "apinot_found",
		Meta:   map[string]string{"path": r.URL.Path},
	})
}

func unauthorized(w http.ResponseWriter, r *http.Request) {
	if isV1(r) {
		writeV1Error(w, http.StatusUnauthorized, 0, "The token is missing, unknown or expired.")
		return
	}
	writeProblem(w, http.StatusUnauthorized, problem{
		Title:  "Unauthorized Request",
		Detail: "The access token is missing, unknown, expired or revoked.",
		Type:   liveErrorsPage + "commonunauthorized",
	})
}

// forbidden answers a token without the right. The collection of persons
// answers 401 to it, which looks like a bad token, and reports answer 400.
func forbidden(w http.ResponseWriter, r *http.Request) {
	switch {
	case isV1(r):
		writeV1Error(w, http.StatusForbidden, 0, "personio.core.api.exceptions.api.forbidden.http.exception")
	case r.URL.Path == "/v2/persons":
		unauthorized(w, r)
	case strings.HasPrefix(r.URL.Path, "/v2/reports"):
		reportRefused(w, "Unauthorized token")
	default:
		writeProblem(w, http.StatusForbidden, problem{
			Title:  "Insufficient access scope",
			Detail: "The access token does not carry the scope that this endpoint takes.",
			Type:   liveErrorsPage + "commonforbidden",
		})
	}
}

func badRequest(w http.ResponseWriter, detail string) {
	writeProblem(w, http.StatusBadRequest, problem{Title: "Bad request", Detail: detail, Type: errorsPage + "common.bad_request"})
}

// ruleBroken answers a body that can be read, but asks for what must not be.
func ruleBroken(w http.ResponseWriter, detail string) {
	writeProblem(w, http.StatusUnprocessableEntity, problem{Title: "Unprocessable entity", Detail: detail, Type: errorsPage + "common.unprocessable_entity"})
}

// refused answers an error of a change: 404 for what is not there, 409 for what
// is there already, 422 for a broken rule, 400 for everything else.
func refused(w http.ResponseWriter, err error) {
	var rule ruleError
	var conflict conflictError
	switch {
	case errors.Is(err, records.ErrNotFound):
		notFound(w, codeOrganisationNotFound)
	case errors.As(err, &conflict):
		writeProblem(w, http.StatusConflict, problem{Title: "Conflict", Detail: conflict.Error(), Type: errorsPage + "common.conflict"})
	case errors.As(err, &rule):
		ruleBroken(w, rule.Error())
	default:
		badRequest(w, err.Error())
	}
}

// ruleError says which rule a body breaks that is well formed otherwise.
type ruleError string

func (e ruleError) Error() string { return string(e) }

// conflictError says what is there already.
type conflictError string

func (e conflictError) Error() string { return string(e) }

// created is the answer to most POSTs of v2.
func created(w http.ResponseWriter, r *http.Request, id string) {
	writeJSON(w, http.StatusCreated, "application/json", map[string]any{"id": id, "_meta": selfLink(r, r.URL.Path+"/"+id)})
}

func selfLink(r *http.Request, path string) map[string]any {
	return map[string]any{"links": map[string]link{"self": {origin(r) + path}}}
}

// notFound answers for an id that nothing has. The persons service uses a
// code of its own.
func notFound(w http.ResponseWriter, code string) {
	writeProblem(w, http.StatusNotFound, problem{
		Title:  "Resource not found",
		Detail: "Nothing has the given id.",
		Type:   errorsPage + code,
	})
}

const (
	codePersonNotFound       = "common.resource_not_found"
	codeOrganisationNotFound = "common.requested_resource_not_found"
)

func tooManyRequests(w http.ResponseWriter, r *http.Request) {
	if isV1(r) {
		writeV1Error(w, http.StatusTooManyRequests, http.StatusTooManyRequests, "Too many requests.")
		return
	}
	writeProblem(w, http.StatusTooManyRequests, problem{
		Title:  "Too Many Requests",
		Detail: "The rate limit of this endpoint is used up.",
		Type:   liveErrorsPage + "commontoo_many_requests",
	})
}
