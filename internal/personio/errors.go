package personio

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
)

// ErrNoCredential is wrapped by the error of a call that needs a credential
// when the client has none.
var ErrNoCredential = errors.New("no API credential is configured")

// Error is a call that failed: an answer that says so, an answer that cannot
// be read, or no answer at all. Exactly one of Problem, V1, OAuth, Text and Err
// is filled, or none of them if the answer said nothing. No member ever holds a
// secret or a token.
type Error struct {
	// Method and Path are the call; Path is without the query.
	Method, Path string
	// BaseURL is the API that was called.
	BaseURL string
	// Status is the HTTP status of the answer, 0 if there was none. Personio's
	// first API version may refuse with 200.
	Status int
	// RequestID was sent as X-Request-Id; TraceID came back.
	RequestID, TraceID string
	// Attempts is how often the call was sent.
	Attempts int
	// RetryAfter is how long the server asked to wait, 0 if it did not say.
	RetryAfter time.Duration
	// Location is where a redirect, which is never followed, points to.
	Location string

	// Problem is the error body of the second API version and of the gateway.
	Problem *gatewayapi.Problem
	// V1 is the error body of the first API version.
	V1 *V1Error
	// OAuth is the error body of the token endpoint.
	OAuth *OAuthError
	// Text is any other body, shortened.
	Text string
	// Err is why there was no answer, or why it could not be read.
	Err error

	// beta says that the call went to an endpoint that is in beta.
	beta bool
	// names are in the hints, those that the client's user chose.
	names Settings
}

// V1Error is the error body of Personio's first API version in all its
// variations.
type V1Error struct {
	// Code is a number or a word, "" if there was none.
	Code string
	// Message is what is wrong.
	Message string
	// Fields maps a member of the request to what is wrong with it.
	Fields map[string]string
}

// OAuthError is the error body of the token endpoint (RFC 6749, section 5.2).
type OAuthError struct {
	// Code is for example invalid_client or invalid_scope.
	Code string
	// Description is for people.
	Description string
}

// Error says what was called, what came back, and what to do now.
func (e *Error) Error() string {
	var b strings.Builder
	if e.isToken() {
		fmt.Fprintf(&b, "getting an access token from %s", e.BaseURL)
	} else {
		fmt.Fprintf(&b, "%s %s", e.Method, e.Path)
	}
	switch {
	case e.canceled():
		b.WriteString(": stopped before the answer was complete")
	case e.Status == 0:
		fmt.Fprintf(&b, ": could not reach %s", e.BaseURL)
	default:
		b.WriteString(": " + strings.TrimSpace(fmt.Sprintf("HTTP %d %s", e.Status, http.StatusText(e.Status))))
	}
	if m := e.Message(); m != "" {
		b.WriteString(": " + m)
	}
	var facts []string
	if e.Attempts > 1 {
		facts = append(facts, fmt.Sprintf("%d attempts", e.Attempts))
	}
	if e.RequestID != "" {
		facts = append(facts, "request id "+e.RequestID)
	}
	if e.TraceID != "" {
		facts = append(facts, "trace id "+e.TraceID)
	}
	if len(facts) > 0 {
		b.WriteString(" (" + strings.Join(facts, ", ") + ")")
	}
	if h := e.Hint(); h != "" {
		b.WriteString(". " + h)
	}
	return b.String()
}

// Message is what the other side said, or why it could not; "" if it said
// nothing.
func (e *Error) Message() string {
	switch {
	case e.Problem != nil && len(e.Problem.Errors) > 0:
		lines := make([]string, 0, len(e.Problem.Errors))
		for _, finding := range e.Problem.Errors {
			lines = append(lines, findingText(finding))
		}
		return strings.Join(lines, "; ")
	case e.V1 != nil:
		return e.V1.text()
	case e.OAuth != nil:
		return joined(e.OAuth.Code, e.OAuth.Description)
	case e.Err != nil:
		return e.Err.Error()
	case e.Location != "":
		return "redirected to " + e.Location
	default:
		return e.Text
	}
}

func findingText(f gatewayapi.ProblemError) string {
	text := joined(f.Title, f.Detail)
	if p := f.Meta[gatewayapi.MetaPointer]; p != "" {
		text += " (" + p + ")"
	}
	return text
}

// joined is "a: b", or the one that is not empty, or one of two equals.
func joined(a, b string) string {
	switch {
	case b == "" || a == b:
		return a
	case a == "":
		return b
	default:
		return a + ": " + b
	}
}

// Unwrap returns why there was no answer.
func (e *Error) Unwrap() error { return e.Err }

func (e *Error) isToken() bool { return e.Path == pathToken }

func (e *Error) canceled() bool {
	return errors.Is(e.Err, context.Canceled) || errors.Is(e.Err, context.DeadlineExceeded)
}

// betaMissing reports Personio's answer for an endpoint in beta that the account
// may not use: the one for a path that it does not know.
func (e *Error) betaMissing() bool { return e.beta && e.routeMissing() }

// routeMissing reports Personio's answer for a path that it does not know.
func (e *Error) routeMissing() bool {
	if e.Status != http.StatusNotFound || e.Problem == nil {
		return false
	}
	for _, finding := range e.Problem.Errors {
		if finding.Kind() == gatewayapi.KindRouteNotFound ||
			finding.Title == "Not Found" && finding.Meta[gatewayapi.MetaPath] != "" {
			return true
		}
	}
	return false
}

func asError(err error) (*Error, bool) {
	return errors.AsType[*Error](err)
}

// IsNotFound reports that the object is gone. It does not hold for a route that
// does not exist, nor for the 404 of something that is not Personio's API, such
// as a proxy's page: nobody may conclude from those that an object is gone.
func IsNotFound(err error) bool {
	e, ok := asError(err)
	if !ok || e.Status != http.StatusNotFound {
		return false
	}
	return e.Problem != nil && !e.routeMissing() || e.V1 != nil && strings.HasPrefix(e.Path, "/v1/")
}

// IsConflict reports that the object's state or another object is in the way: a
// name that is taken, an object that is in use.
func IsConflict(err error) bool {
	e, ok := asError(err)
	return ok && e.Status == http.StatusConflict
}

// IsRevisionMismatch reports that the object was changed since its revision was
// read.
func IsRevisionMismatch(err error) bool {
	e, ok := asError(err)
	return ok && e.Status == http.StatusPreconditionFailed
}

// IsGatewayMissing reports that there is no gateway at the base URL: it answers
// like Personio, and does not know the gateway's paths.
func IsGatewayMissing(err error) bool {
	e, ok := asError(err)
	return ok && e.routeMissing() && strings.HasPrefix(e.Path, gatewayPrefix)
}

// IsInvalid reports that the call was understood and what it asks for was refused.
func IsInvalid(err error) bool {
	e, ok := asError(err)
	return ok && (e.Status == http.StatusBadRequest || e.Status == http.StatusUnprocessableEntity)
}

// IsHeldBack reports that a call was not made, because its time was up before
// the rate limit let it go.
func IsHeldBack(err error) bool { return errors.Is(err, errGovernor) }

// IsUnauthorized reports that the credential was refused: by the token endpoint
// or, with a fresh token, by the call. Personio also answers 401 where the
// credential lacks the right to persons.
func IsUnauthorized(err error) bool {
	e, ok := asError(err)
	if !ok {
		return false
	}
	if e.OAuth != nil {
		return e.OAuth.refusesClient()
	}
	return e.Status == http.StatusUnauthorized
}

// IsForbidden reports that the credential lacks the right for the call.
func IsForbidden(err error) bool {
	e, ok := asError(err)
	return ok && e.Status == http.StatusForbidden
}

// IsRightMissing reports that the credential was refused for the lack of a right.
// Personio tells it by 401 for persons and by 400 for the list of reports, by 403
// elsewhere.
func IsRightMissing(err error) bool {
	e, ok := asError(err)
	if !ok || e.isToken() {
		return false
	}
	switch e.Status {
	case http.StatusUnauthorized:
		return strings.HasPrefix(e.Path, pathPersons)
	case http.StatusBadRequest:
		return e.Path == pathReports
	default:
		return e.Status == http.StatusForbidden
	}
}

// refusesClient reports that the error is about the id and secret.
func (e *OAuthError) refusesClient() bool {
	switch e.Code {
	case "invalid_client", "invalid_grant", "unauthorized_client", "access_denied":
		return true
	default:
		return false
	}
}
