package gatewayapi

import (
	"fmt"
	"strings"
	"time"
)

// ContentTypeProblem is the media type of error bodies (RFC 9457).
const ContentTypeProblem = "application/problem+json"

// Problem is the error body of Personio's v2 API and of the gateway: common
// components of the public specification, schema ErrorResponse.
type Problem struct { //nolint:errname // It is the body first, and an error too.
	TraceID   string         `json:"personio_trace_id" doc:"Identifies this answer in the server's log."`
	Timestamp time.Time      `json:"timestamp" doc:"When the error happened."`
	Errors    []ProblemError `json:"errors" nullable:"false" doc:"What is wrong, one entry a finding."`
	// Status is the HTTP status that goes with the body; it is not part of it.
	Status int `json:"-"`
}

// ProblemError is one finding of a [Problem].
type ProblemError struct {
	Title  string            `json:"title" doc:"What kind of error it is."`
	Detail string            `json:"detail" doc:"What is wrong and what can be done."`
	Type   string            `json:"type" doc:"A link that names the kind of error."`
	Meta   map[string]string `json:"_meta,omitempty" doc:"Facts about the error; pointer is a JSON pointer into the request body."`
}

// Keys of [ProblemError].Meta.
const (
	// MetaPointer is a JSON pointer (RFC 6901) to the member at fault.
	MetaPointer = "pointer"
	// MetaPath is the path of a route that does not exist.
	MetaPath = "path"
	// MetaExistingID is the id of the object that has the name already.
	MetaExistingID = "existing_id"
)

// TypeBase starts the type of every error; the kind follows after the '#'.
const TypeBase = "https://developer.personio.de/reference/errors#"

// Kinds of errors, the part of [ProblemError].Type after the '#'. Those that
// start with "common." and KindRouteNotFound are Personio's own.
const (
	KindBadRequest        = "common.bad_request"
	KindUnauthorized      = "common.unauthorized"
	KindForbidden         = "common.forbidden"
	KindNotFound          = "common.requested_resource_not_found"
	KindInternal          = "common.internal_server_error"
	KindBadGateway        = "common.bad_gateway"
	KindUnavailable       = "common.service_unavailable"
	KindGatewayTimeout    = "common.gateway_timeout"
	KindTooManyRequests   = "common.too_many_requests"
	KindRouteNotFound     = "apinot_found"
	KindConflict          = "gateway.conflict"
	KindInUse             = "gateway.in_use"
	KindInvalid           = "gateway.invalid"
	KindRevisionMismatch  = "gateway.revision_mismatch"
	KindIdempotencyReused = "gateway.idempotency_key_reused"
	KindUpstreamSmaller   = "gateway.upstream_may_not"
)

// TitleTooManyRequests is the title of errors of [KindTooManyRequests].
const TitleTooManyRequests = "Too Many Requests"

// Kind returns the part of the error's type after the '#', "" if it has none.
func (e ProblemError) Kind() string {
	_, kind, _ := strings.Cut(e.Type, "#")
	return kind
}

// Error renders the findings in one line each.
func (p *Problem) Error() string {
	var lines []string
	for _, e := range p.Errors {
		line := e.Title
		if e.Detail != "" {
			line += ": " + e.Detail
		}
		lines = append(lines, line)
	}
	if len(lines) == 0 {
		return fmt.Sprintf("HTTP status %d", p.Status)
	}
	return strings.Join(lines, "\n")
}

// GetStatus is the HTTP status of the answer.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType is the media type of the answer.
func (p *Problem) ContentType(string) string { return ContentTypeProblem }
