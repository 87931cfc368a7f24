package scim

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"
)

const (
	mediaType = "application/scim+json"
	// maxBody bounds what a request may send, in bytes.
	maxBody = 8 << 20

	urnError        = "urn:ietf:params:scim:api:messages:2.0:Error"
	urnListResponse = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
	urnPatchOp      = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
)

// scimError is an error body (RFC 7644, section 3.12).
type scimError struct {
	status   int
	scimType string
	detail   string
}

func (e *scimError) Error() string { return fmt.Sprintf("%d %s: %s", e.status, e.scimType, e.detail) }

// badRequest is a 400.
func badRequest(scimType, format string, arguments ...any) *scimError {
	return &scimError{status: http.StatusBadRequest, scimType: scimType, detail: fmt.Sprintf(format, arguments...)}
}

func writeError(w http.ResponseWriter, err error) {
	var e *scimError
	if !errors.As(err, &e) {
		e = &scimError{status: http.StatusInternalServerError, detail: err.Error()}
	}
	body := map[string]any{"schemas": []string{urnError}, "status": strconv.Itoa(e.status), "detail": e.detail}
	if e.scimType != "" {
		body["scimType"] = e.scimType
	}
	writeJSON(w, e.status, mediaType, body)
}

func writeJSON(w http.ResponseWriter, status int, contentType string, body any) {
	w.Header().Set("Content-Type", contentType)
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // a client that went away needs no answer
}

// readBody decodes a JSON object.
func readBody(w http.ResponseWriter, r *http.Request) (map[string]any, error) {
	switch media, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")); media {
	case mediaType, "application/json":
	default:
		return nil, &scimError{status: http.StatusUnsupportedMediaType, detail: "The body must be " + mediaType + "."}
	}
	data, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		return nil, &scimError{status: http.StatusRequestEntityTooLarge, detail: "The body is too long or broke off."}
	}
	var body map[string]any
	if err := json.Unmarshal(data, &body); err != nil || body == nil {
		return nil, badRequest("invalidSyntax", "The body is no JSON object.")
	}
	return body, nil
}
