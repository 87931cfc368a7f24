package scim

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
)

// Error is a call that failed.
type Error struct {
	Method string
	// Path is below the base URL, for example /Users/42.
	Path string
	// Status is the HTTP status; 0 if no answer came.
	Status int
	// ScimType is the SCIM error keyword (RFC 7644, table 9), or the error code
	// of a token endpoint; often "".
	ScimType string
	// Detail is what the service provider said. It may hold personal data: use
	// [Error.Masked] for anything that is stored or shown. Secrets of the
	// configuration are cut out.
	Detail string
	// Err is why there was no usable answer.
	Err error

	// endpoint is Path without the id.
	endpoint string
	// sent are the values of the request, which the detail may repeat.
	sent func() []string
	// location is where a redirect pointed, without its query.
	location string
}

// Error tells what was called and what came back, the detail masked.
func (e *Error) Error() string {
	return e.Method + " " + e.endpoint + ": " + e.Masked()
}

// GoString is [Error.Error], for %#v.
func (e *Error) GoString() string { return e.Error() }

// Unwrap returns Err.
func (e *Error) Unwrap() error { return e.Err }

// Masked is what the service provider answered, fit for a run's record: status,
// scimType and detail. Of the detail, quoted texts, e-mail addresses, ids, numbers of
// two digits or more, the values that the request sent, and the values given
// here are replaced by ***.
func (e *Error) Masked(values ...string) string {
	switch {
	case e.Status == 0:
		return fmt.Sprintf("no answer: %v", e.Err)
	case e.Err != nil:
		return fmt.Sprintf("%d %s, but not as expected: %v", e.Status, http.StatusText(e.Status), e.Err)
	}
	text := fmt.Sprintf("%d %s", e.Status, http.StatusText(e.Status))
	if e.ScimType != "" {
		text += " (" + mask(e.ScimType, nil) + ")"
	}
	if e.location != "" {
		text += ", a redirect to " + e.location + ", which is not followed"
	}
	if e.sent != nil {
		values = append(e.sent(), values...)
	}
	if detail := strings.TrimSpace(mask(e.Detail, values)); detail != "" {
		text += ": " + detail
	}
	return text
}

// IncompleteError is a list that was refused because it is not whole.
type IncompleteError struct {
	// Path is the endpoint of the list.
	Path string
	// Reason is what was wrong with it.
	Reason string
}

// Error tells what was read and why it cannot be used.
func (e *IncompleteError) Error() string {
	return fmt.Sprintf("the list of %s is not complete: %s", e.Path, e.Reason)
}

// Reasons why a service provider cannot be used; [Client.Test] wraps them.
var (
	// ErrUnreachable: no connection, or no answer in time.
	ErrUnreachable = errors.New("the SCIM server cannot be reached")
	// ErrRefused: the token, or the OAuth client, is not accepted.
	ErrRefused = errors.New("the SCIM server refuses the credential")
	// ErrNotSCIM: something answers, but not as SCIM 2.0 does.
	ErrNotSCIM = errors.New("this is not a SCIM 2.0 server")
)

// errNotJSON is wrapped where an answer is no JSON object.
var errNotJSON = errors.New("the answer is no JSON object")

func hasStatus(err error, status int) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && e.Status == status
}

// IsNotFound reports that the resource does not exist.
func IsNotFound(err error) bool { return hasStatus(err, http.StatusNotFound) }

// IsConflict reports that the resource exists already, or a name is taken.
func IsConflict(err error) bool { return hasStatus(err, http.StatusConflict) }

// IsUnauthorized reports that the token or the OAuth client was refused.
func IsUnauthorized(err error) bool {
	e, ok := errors.AsType[*Error](err)
	if !ok {
		return false
	}
	if e.Status == http.StatusUnauthorized {
		return true
	}
	switch {
	case e.Path != tokenEndpoint:
		return false
	case e.ScimType == "invalid_client" || e.ScimType == "unauthorized_client" || e.ScimType == "access_denied":
		return true
	default:
		return e.Status == http.StatusForbidden
	}
}
