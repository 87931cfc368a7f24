package personio

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
)

const (
	// maxErrorBody is how much of an error's body is read, in bytes.
	maxErrorBody = 64 << 10
	// maxErrorText is how much of a body that is not understood is shown, in
	// characters.
	maxErrorText = 500
)

// anyError is the union of the error bodies that exist: the token endpoint
// uses error as a word, the first API version as an object, word or map.
type anyError struct {
	// General body of the second version.
	PersonioTraceID string `json:"personio_trace_id"`
	Timestamp       any    `json:"timestamp"`
	Errors          []struct {
		Title  string         `json:"title"`
		Detail string         `json:"detail"`
		Type   string         `json:"type"`
		Meta   map[string]any `json:"_meta"`
	} `json:"errors"`
	// Token endpoint.
	TraceID     string `json:"trace_id"`
	Description string `json:"error_description"`
	// First version.
	Success *bool           `json:"success"`
	Error   json.RawMessage `json:"error"`
	Message string          `json:"message"`
}

// parseError fills e from the body of an answer. Every text passes through
// redact, a body as a whole before it is shortened: half a secret is one, too.
func parseError(e *Error, body []byte, redact func(string) string) {
	var a anyError
	if err := json.Unmarshal(body, &a); err != nil {
		e.Text = shorten(redact(string(body)))
		return
	}
	defer e.rewrite(redact)
	e.TraceID = a.PersonioTraceID
	switch {
	case len(a.Errors) > 0 || a.PersonioTraceID != "":
		e.Problem = a.problem(e.Status)
	case e.isToken() || a.Description != "":
		e.TraceID = a.TraceID
		var code string
		if json.Unmarshal(a.Error, &code) == nil && code != "" {
			e.OAuth = &OAuthError{Code: code, Description: a.Description}
		} else {
			e.Text = shorten(redact(string(body)))
		}
	case a.Success != nil || len(a.Error) > 0 || a.Message != "":
		e.V1 = a.v1()
	default:
		e.Text = shorten(redact(string(body)))
	}
}

// rewrite passes every text that a server wrote through a function.
func (e *Error) rewrite(f func(string) string) {
	e.TraceID = f(e.TraceID)
	if e.Problem != nil {
		e.Problem.TraceID = f(e.Problem.TraceID)
		for i := range e.Problem.Errors {
			finding := &e.Problem.Errors[i]
			finding.Title, finding.Detail, finding.Type = f(finding.Title), f(finding.Detail), f(finding.Type)
			for key, value := range finding.Meta {
				finding.Meta[key] = f(value)
			}
		}
	}
	if e.V1 != nil {
		e.V1.Code, e.V1.Message = f(e.V1.Code), f(e.V1.Message)
		for key, value := range e.V1.Fields {
			e.V1.Fields[key] = f(value)
		}
	}
	if e.OAuth != nil {
		e.OAuth.Code, e.OAuth.Description = f(e.OAuth.Code), f(e.OAuth.Description)
	}
}

func (a *anyError) problem(status int) *gatewayapi.Problem {
	p := &gatewayapi.Problem{TraceID: a.PersonioTraceID, Status: status}
	if text, ok := a.Timestamp.(string); ok {
		// A time that cannot be read is no reason to lose the message.
		p.Timestamp, _ = time.Parse(time.RFC3339, text)
	}
	for _, found := range a.Errors {
		finding := gatewayapi.ProblemError{Title: found.Title, Detail: found.Detail, Type: found.Type}
		for key, value := range found.Meta {
			if finding.Meta == nil {
				finding.Meta = map[string]string{}
			}
			finding.Meta[key] = scalar(value)
		}
		p.Errors = append(p.Errors, finding)
	}
	return p
}

func (a *anyError) v1() *V1Error {
	v := &V1Error{Message: a.Message}
	var content any
	if json.Unmarshal(a.Error, &content) != nil {
		return v
	}
	members, ok := content.(map[string]any)
	if !ok {
		if content != nil {
			v.Message = joined(v.Message, scalar(content))
		}
		return v
	}
	for key, value := range members {
		switch key {
		case "code":
			v.Code = scalar(value)
		case "message":
			v.Message = joined(v.Message, scalar(value))
		default:
			if v.Fields == nil {
				v.Fields = map[string]string{}
			}
			v.Fields[key] = scalar(value)
		}
	}
	return v
}

// text renders the error in one line; fields come in alphabetical order.
func (v *V1Error) text() string {
	parts := []string{v.Message}
	if v.Message == "" {
		parts = nil
	}
	for _, field := range slices.Sorted(maps.Keys(v.Fields)) {
		parts = append(parts, field+": "+v.Fields[field])
	}
	text := strings.Join(parts, "; ")
	if v.Code != "" {
		text = strings.TrimSpace(text + " (code " + v.Code + ")")
	}
	return text
}

// scalar renders a JSON value for people: lists are joined, objects stay JSON.
func scalar(value any) string {
	switch v := value.(type) {
	case nil:
		return ""
	case string:
		return v
	case []any:
		parts := make([]string, len(v))
		for i, element := range v {
			parts[i] = scalar(element)
		}
		return strings.Join(parts, ", ")
	case map[string]any:
		text, err := json.Marshal(v)
		if err != nil {
			return fmt.Sprint(v)
		}
		return string(text)
	default:
		return fmt.Sprint(v)
	}
}

// shorten makes one line of at most maxErrorText characters of a body.
func shorten(body string) string {
	// A body that was cut may end inside a character.
	text := strings.Join(strings.Fields(strings.ToValidUTF8(body, "")), " ")
	if characters := []rune(text); len(characters) > maxErrorText {
		return string(characters[:maxErrorText]) + "..."
	}
	return text
}

// retryAfter reads how long the server asks to wait: seconds or a date.
func retryAfter(header http.Header, now time.Time) time.Duration {
	value := header.Get("Retry-After")
	if value == "" {
		return 0
	}
	if seconds, err := strconv.Atoi(value); err == nil {
		// More than a day only has to be recognised as too long.
		return time.Duration(min(max(seconds, 0), 86400)) * time.Second
	}
	if at, err := http.ParseTime(value); err == nil {
		return max(at.Sub(now), 0)
	}
	return 0
}
