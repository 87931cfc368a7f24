// Package httpapi is what all routes of the gateway share: error bodies in
// Personio's shapes, request ids, revisions, idempotency, pages.
package httpapi

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/validation"
	"github.com/google/uuid"

	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
)

// titles are the titles of the kinds of errors that more than one place makes.
var titles = map[string]string{
	gatewayapi.KindBadRequest:        "Bad request",
	gatewayapi.KindUnauthorized:      "Unauthorized",
	gatewayapi.KindForbidden:         "Insufficient access scope",
	gatewayapi.KindNotFound:          "Resource not found",
	gatewayapi.KindRouteNotFound:     "Not Found",
	gatewayapi.KindInternal:          "Internal server error",
	gatewayapi.KindBadGateway:        "Bad gateway",
	gatewayapi.KindUnavailable:       "Service unavailable",
	gatewayapi.KindGatewayTimeout:    "Gateway timeout",
	gatewayapi.KindTooManyRequests:   gatewayapi.TitleTooManyRequests,
	gatewayapi.KindConflict:          "Exists already",
	gatewayapi.KindInUse:             "Still in use",
	gatewayapi.KindInvalid:           "Invalid value",
	gatewayapi.KindRevisionMismatch:  "Changed by someone else",
	gatewayapi.KindIdempotencyReused: "Idempotency key reused",
	gatewayapi.KindUpstreamSmaller:   "Upstream credential may not",
}

// Problem makes an error answer with one finding of a kind.
func Problem(status int, kind, detail string, meta map[string]string) *gatewayapi.Problem {
	return &gatewayapi.Problem{
		TraceID:   uuid.NewString(),
		Timestamp: time.Now().UTC().Truncate(time.Millisecond),
		Status:    status,
		Errors:    []gatewayapi.ProblemError{finding(kind, detail, meta)},
	}
}

func finding(kind, detail string, meta map[string]string) gatewayapi.ProblemError {
	return gatewayapi.ProblemError{Title: titles[kind], Detail: detail, Type: gatewayapi.TypeBase + kind, Meta: meta}
}

// NameTaken is the answer to a name that another object has: 409 with the id of
// that object, so that it can be imported.
func NameTaken(object, existingID string) error {
	meta := map[string]string{gatewayapi.MetaPointer: "/name"}
	if existingID != "" {
		meta[gatewayapi.MetaExistingID] = existingID
	}
	return Problem(http.StatusConflict, gatewayapi.KindConflict,
		fmt.Sprintf("A %s with this name exists already. Names are unique: choose another one, or change the one there is.", object), meta)
}

// Findings collects what is wrong with the members of a request body, so that
// one answer names all of it.
type Findings []gatewayapi.ProblemError

// Add notes that the member at a JSON pointer is wrong.
func (f *Findings) Add(kind, pointer, format string, args ...any) {
	*f = append(*f, finding(kind, fmt.Sprintf(format, args...), map[string]string{gatewayapi.MetaPointer: pointer}))
}

// Problem is a 422 with all findings, nil if there are none.
func (f *Findings) Problem() error {
	if len(*f) == 0 {
		return nil
	}
	p := Problem(http.StatusUnprocessableEntity, gatewayapi.KindInvalid, "", nil)
	p.Errors = *f
	return p
}

// WriteProblem answers with a problem.
func WriteProblem(w http.ResponseWriter, p *gatewayapi.Problem) {
	w.Header().Set("Content-Type", gatewayapi.ContentTypeProblem)
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p) // A client that went away reads no error.
}

// RouteNotFound is the answer to a path that does not exist, as Personio gives
// it: title "Not Found" and the path in _meta.
func RouteNotFound(w http.ResponseWriter, r *http.Request) {
	WriteProblem(w, Problem(http.StatusNotFound, gatewayapi.KindRouteNotFound,
		"There is no such endpoint here.", map[string]string{gatewayapi.MetaPath: r.URL.Path}))
}

// fromHuma turns what huma found wrong with a request into a problem. It is
// installed as huma.NewError: huma offers no other way to choose the error body.
func fromHuma(status int, message string, errs ...error) huma.StatusError {
	kind := gatewayapi.KindInvalid
	switch {
	case status >= http.StatusInternalServerError:
		kind = gatewayapi.KindInternal
	case status == http.StatusNotFound:
		kind = gatewayapi.KindNotFound
	case status < http.StatusUnprocessableEntity:
		kind = gatewayapi.KindBadRequest
	}
	p := Problem(status, kind, message, nil)
	var findings []gatewayapi.ProblemError
	for _, err := range errs {
		var detailer huma.ErrorDetailer
		if errors.As(err, &detailer) {
			d := detailer.ErrorDetail()
			findings = append(findings, finding(kind, d.Message, map[string]string{gatewayapi.MetaPointer: pointer(d.Location) + missingMember(d.Message)}))
		}
	}
	if len(findings) > 0 {
		p.Errors = findings
	}
	return p
}

// missingMember is the last step of the pointer to a required member that is not
// there, "" for any other finding: huma gives the location of the object around it.
func missingMember(message string) string {
	var name string
	if _, err := fmt.Sscanf(message, validation.MsgExpectedRequiredProperty, &name); err != nil {
		return ""
	}
	return "/" + name
}

// pointer turns huma's "body.items[3].name" into the JSON pointer
// "/items/3/name". A path or query parameter becomes "#query/limit".
func pointer(location string) string {
	replaced := strings.NewReplacer("[", ".", "]", "").Replace(location)
	parts := strings.Split(replaced, ".")
	if parts[0] == "body" {
		return strings.TrimSuffix("/"+strings.Join(parts[1:], "/"), "/")
	}
	return "#" + strings.Join(parts, "/")
}
