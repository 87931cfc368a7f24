package scim

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/hashicorp/go-retryablehttp"
)

const (
	mediaType = "application/scim+json"
	// maxAnswer bounds an answer, in bytes: a page of 200 users of 160 KB each.
	maxAnswer = 32 << 20
	// maxErrorBody bounds what is read of an error.
	maxErrorBody = 64 << 10
)

// request is one call.
type request struct {
	method string
	// path is escaped and below the base URL; endpoint is the same without the id.
	path, endpoint string
	query          url.Values
	header         http.Header
	// body is sent as JSON.
	body any
	// form makes it a call of the token endpoint.
	form     url.Values
	tokenURL string
	// sent returns the texts of the body that an error may repeat.
	sent func() []string
}

// resourceRequest is a call for one resource. An id that would reach another
// endpoint is refused.
func resourceRequest(method, path, id string) (request, error) {
	if id == "" || id == "." || id == ".." {
		return request{}, fmt.Errorf("%s %s/{id}: %q is not the id of a resource", method, path, id)
	}
	return request{method: method, path: path + "/" + url.PathEscape(id), endpoint: path + "/{id}"}, nil
}

// call is what the layers know about one call while it is under way.
type call struct {
	endpoint           string
	anonymous          bool
	idempotent         bool
	started            time.Time
	attempts, failures int
	body               []byte // of the answer
	token              string // of the last attempt
	renewed            bool   // the token before it was refused
}

type callKey struct{}

func callFrom(ctx context.Context) *call {
	if c, ok := ctx.Value(callKey{}).(*call); ok {
		return c
	}
	return &call{}
}

// answer is what came back.
type answer struct {
	header http.Header
	// attempts is how often the call was made.
	attempts int
	// empty: there was no body.
	empty bool
}

// do makes one call and decodes a 2xx answer into out, unless out is nil or the
// answer has no body. Every failure of the call is an *Error.
func (c *Client) do(ctx context.Context, r request, out any) (answer, error) {
	state := &call{
		endpoint: r.endpoint, anonymous: r.form != nil, started: time.Now(),
		// A token that is issued twice harms nobody.
		idempotent: r.form != nil || r.method == http.MethodGet || r.method == http.MethodPut || r.method == http.MethodDelete,
	}
	ctx = context.WithValue(ctx, callKey{}, state)
	req, err := c.build(ctx, r)
	if err != nil {
		return answer{}, err
	}
	if err := c.authorize(req.Request); err != nil {
		return answer{}, c.failed(r, 0, c.inTime(ctx, err))
	}
	req.SetResponseHandler(readInto(state))
	resp, err := c.retry.Do(req)
	if resp != nil {
		_ = resp.Body.Close() // readInto did, unless the call ended before it
	}
	if err != nil {
		status := 0
		if broken, ok := errors.AsType[*brokenAnswerError](err); ok {
			status = broken.status
		}
		return answer{attempts: state.attempts}, c.failed(r, status, c.inTime(ctx, err))
	}
	got := answer{header: resp.Header, attempts: state.attempts, empty: len(bytes.TrimSpace(state.body)) == 0}
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		return got, c.refused(r, resp, state.body)
	}
	if out == nil || got.empty {
		return got, nil
	}
	decoder := json.NewDecoder(bytes.NewReader(state.body))
	decoder.UseNumber()
	if err := decoder.Decode(out); err != nil {
		return got, c.failed(r, resp.StatusCode, fmt.Errorf("%w%s", errNotJSON, looksLike(resp.Header, state.body)))
	}
	return got, nil
}

// build renders a request.
func (c *Client) build(ctx context.Context, r request) (*retryablehttp.Request, error) {
	var body any
	contentType, target := mediaType, r.tokenURL
	if r.form != nil {
		contentType, body = "application/x-www-form-urlencoded", []byte(r.form.Encode())
	} else {
		u := *c.baseURL
		path, err := url.PathUnescape(r.path)
		if err != nil {
			return nil, fmt.Errorf("%s %s: the path is not escaped", r.method, r.endpoint)
		}
		u.RawPath = u.EscapedPath() + r.path
		u.Path += path
		u.RawQuery = r.query.Encode()
		target = u.String()
	}
	if r.body != nil {
		data, err := json.Marshal(r.body)
		if err != nil {
			return nil, fmt.Errorf("%s %s: the body cannot be written as JSON: %w", r.method, r.endpoint, err)
		}
		body = data
	}
	req, err := retryablehttp.NewRequestWithContext(ctx, r.method, target, body)
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", r.method, r.endpoint, withoutURL(err))
	}
	if r.form == nil {
		for name, value := range c.config.Headers {
			req.Header.Set(name, value)
		}
	}
	maps.Copy(req.Header, r.header)
	if body != nil {
		req.Header.Set("Content-Type", contentType)
	}
	req.Header.Set("Accept", mediaType+", application/json")
	if c.config.UserAgent != "" {
		req.Header.Set("User-Agent", c.config.UserAgent)
	}
	return req, nil
}

// readInto reads an answer's body inside the retry, so that an answer that
// breaks off is repeated like one that never came.
func readInto(state *call) retryablehttp.ResponseHandlerFunc {
	return func(resp *http.Response) error {
		defer resp.Body.Close()
		if resp.StatusCode < 200 || resp.StatusCode > 299 {
			// What could be read of an error is better than nothing.
			state.body, _ = io.ReadAll(io.LimitReader(resp.Body, maxErrorBody))
			return nil
		}
		body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
		state.body = body
		switch {
		case err != nil:
			return &brokenAnswerError{status: resp.StatusCode, err: err}
		case len(body) > maxAnswer:
			return &brokenAnswerError{status: resp.StatusCode, err: errTooLong}
		default:
			return nil
		}
	}
}

// errTooLong is an answer that does not fit into maxAnswer.
var errTooLong = fmt.Errorf("it is longer than %d MB", maxAnswer>>20)

// brokenAnswerError is a 2xx answer whose body could not be read.
type brokenAnswerError struct {
	status int
	err    error
}

func (e *brokenAnswerError) Error() string { return "the answer broke off: " + e.err.Error() }

func (e *brokenAnswerError) Unwrap() error { return e.err }

// looksLike says what an answer is instead of JSON, without repeating any of it.
func looksLike(header http.Header, body []byte) string {
	if strings.Contains(strings.ToLower(header.Get("Content-Type")), "html") || bytes.HasPrefix(bytes.TrimSpace(body), []byte("<")) {
		return ", but an HTML page"
	}
	return ""
}

func (c *Client) newError(r request, status int) *Error {
	path, err := url.PathUnescape(r.path)
	if err != nil {
		path = r.path
	}
	return &Error{Method: r.method, Path: path, Status: status, endpoint: r.endpoint, sent: r.sent}
}

// failed makes the error of a call that got no usable answer.
func (c *Client) failed(r request, status int, err error) error {
	if e, ok := errors.AsType[*Error](err); ok {
		return e // the token could not be had; that is the whole story
	}
	e := c.newError(r, status)
	e.Err = withoutURL(err)
	return e
}

// inTime says of a timeout that it is the client's, not the caller's. net/http has
// more than one error for its own, one of them that of an ended context.
func (c *Client) inTime(ctx context.Context, err error) error {
	if timeout, ok := errors.AsType[net.Error](err); ok && timeout.Timeout() && ctx.Err() == nil {
		return fmt.Errorf("no answer within %s", c.config.Timeout)
	}
	return err
}

// refused makes the error of an answer with another status than 2xx.
func (c *Client) refused(r request, resp *http.Response, body []byte) error {
	e := c.newError(r, resp.StatusCode)
	e.ScimType, e.Detail = words(body)
	if e.Detail == "" && len(bytes.TrimSpace(body)) > 0 {
		e.Detail = strings.TrimPrefix(looksLike(resp.Header, body), ", but ")
	}
	e.Detail = shorten(c.redact(e.Detail))
	e.ScimType = shorten(c.redact(e.ScimType))
	if location, err := resp.Location(); err == nil && resp.StatusCode < 400 {
		e.location = location.Scheme + "://" + location.Host
	}
	return e
}

// words finds what an error body says: SCIM's (RFC 7644, section 3.12), OAuth's
// (RFC 6749, section 5.2), or one of the shapes that are common besides.
func words(body []byte) (scimType, detail string) {
	var object map[string]any
	if err := json.Unmarshal(body, &object); err != nil {
		return "", ""
	}
	text := func(name string) string {
		s, _ := object[keyOf(object, name)].(string)
		return s
	}
	// SCIM 1.1 and some others wrap it.
	if list := asArray(object[keyOf(object, "errors")]); len(list) > 0 && text("detail") == "" {
		if inner := asObject(list[0]); inner != nil {
			object = inner
		}
	}
	if inner := asObject(object[keyOf(object, "error")]); inner != nil {
		object = inner
	}
	scimType = text("scimType")
	if code := text("error"); scimType == "" && !strings.Contains(code, " ") {
		scimType = code
	}
	for _, name := range []string{"detail", "error_description", "description", "message", "title", "error"} {
		if detail = text(name); detail != "" && detail != scimType {
			return scimType, detail
		}
	}
	return scimType, ""
}

// redact replaces every secret that is known here.
func (c *Client) redact(text string) string {
	secrets := []string{c.config.Token}
	if c.tokens != nil {
		secrets = append(secrets, c.tokens.oauth.ClientSecret, c.tokens.current())
	}
	for _, secret := range secrets {
		if secret != "" {
			text = strings.ReplaceAll(text, secret, "(redacted)")
			text = strings.ReplaceAll(text, url.QueryEscape(secret), "(redacted)")
		}
	}
	return text
}

// withoutURL takes off every wrapper that repeats the URL: a path may hold an id
// that is an e-mail address.
func withoutURL(err error) error {
	for {
		wrapped, ok := errors.AsType[*url.Error](err)
		if !ok {
			return err
		}
		err = wrapped.Err
	}
}
