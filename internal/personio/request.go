package personio

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/hashicorp/go-retryablehttp"

	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
)

// maxAnswer bounds an answer that is decoded as a whole, in bytes: twice what a
// list of 200 integrations of 2,000 long attribute keys each takes.
const maxAnswer = 64 << 20

// errRefused is what an answer's check returns if the body is an error in
// spite of its HTTP status.
var errRefused = errors.New("refused")

// errNotTheAPI is wrapped where a 2xx answer is not the API's.
var errNotTheAPI = errors.New("the answer is not what the API gives")

// request is one typed call.
type request struct {
	method string
	// path starts with a slash and is escaped.
	path   string
	query  url.Values
	header http.Header
	// body is sent as JSON, form as a form; at most one of them is set.
	body any
	form url.Values
	// secrets must not appear in an error, wherever the server repeats them.
	secrets []string
	// anonymous calls carry no access token.
	anonymous bool
	// mayBeEmpty: an answer without a body leaves out as it is.
	mayBeEmpty bool
	// repeatable calls may be sent again although the method is not idempotent.
	repeatable bool
	// judge, unless nil, sees the headers of a 2xx answer before its body is read.
	judge func(http.Header) error
}

// call is what the layers know about one call while it is under way.
type call struct {
	anonymous bool
	// recruiting calls bring the static pair instead of an access token.
	recruiting bool
	// idempotent: may be sent again even if the first attempt may have had
	// its effect. replayable: the body can be sent again.
	idempotent, replayable bool
	requestID              string
	started                time.Time
	attempts, failures     int
	// body is the answer's, where a typed call has read it.
	body []byte
	// token is the access token of the last attempt; renewed says that it was
	// fetched because the one before was refused.
	token   string
	renewed bool
}

type callKey struct{}

func callFrom(ctx context.Context) *call {
	if c, ok := ctx.Value(callKey{}).(*call); ok {
		return c
	}
	return &call{}
}

// do makes one call and decodes the answer into out, unless out is nil. If out
// has a method check() error, it judges the answer. Every failure is an *Error,
// but for those of a request that could not be built and for a missing
// credential.
func (c *Client) do(ctx context.Context, r request, out any) error {
	body, contentType, err := r.encode()
	if err != nil {
		return err
	}
	u, err := c.url(r.path, r.query)
	if err != nil {
		return err
	}
	req, err := retryablehttp.NewRequestWithContext(ctx, r.method, u.String(), body)
	if err != nil {
		return fmt.Errorf("%s %s: %w", r.method, r.path, err)
	}
	maps.Copy(req.Header, r.header)
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	req.Header.Set("Accept", "application/json, "+gatewayapi.ContentTypeProblem)
	state := &call{
		anonymous:  r.anonymous,
		idempotent: r.repeatable || isIdempotent(r.method) || req.Header.Get(gatewayapi.HeaderIdempotencyKey) != "",
		replayable: true,
	}
	req.SetResponseHandler(readInto(state))
	resp, err := c.send(state, req) //nolint:bodyclose // readInto has closed it.
	if err != nil {
		return c.failed(r, state, err)
	}
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		return c.refused(r, state, resp)
	}
	if r.judge != nil {
		if err := r.judge(resp.Header); err != nil {
			return err
		}
	}
	return c.decode(r, state, resp, out)
}

// readInto reads an answer's body inside the retry, so that an answer that
// breaks off is repeated like one that never came.
func readInto(state *call) retryablehttp.ResponseHandlerFunc {
	return func(resp *http.Response) error {
		defer resp.Body.Close()
		body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
		state.body = body
		switch {
		case resp.StatusCode < 200 || resp.StatusCode > 299:
			// What could be read of an error is better than nothing.
			return nil
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

// encode renders the body; nil means that there is none.
func (r *request) encode() (body any, contentType string, err error) {
	switch {
	case r.form != nil:
		return []byte(r.form.Encode()), "application/x-www-form-urlencoded", nil
	case r.body != nil:
		data, err := json.Marshal(r.body)
		if err != nil {
			return nil, "", fmt.Errorf("%s %s: the request cannot be written as JSON: %w", r.method, r.path, err)
		}
		return data, "application/json", nil
	default:
		return nil, "", nil
	}
}

// send passes a request through the retry layer and all below it. The caller
// closes the body of the answer.
func (c *Client) send(state *call, req *retryablehttp.Request) (*http.Response, error) {
	state.started = time.Now()
	state.requestID = req.Header.Get(gatewayapi.HeaderRequestID)
	if state.requestID == "" {
		state.requestID = uuid.NewString()
	}
	ctx := context.WithValue(req.Context(), callKey{}, state)
	resp, err := c.retry.Do(req.WithContext(ctx))
	if err != nil && resp != nil {
		_ = resp.Body.Close()
	}
	return resp, err
}

// url joins the base URL and an escaped path without changing a byte of it.
// "." and ".." are refused in any spelling: they would reach another endpoint
// than the one that was checked.
func (c *Client) url(path string, query url.Values) (*url.URL, error) {
	decoded, err := url.PathUnescape(path)
	if err != nil || !strings.HasPrefix(path, "/") {
		return nil, fmt.Errorf("%q is not the path of an endpoint", path)
	}
	for segment := range strings.SplitSeq(decoded, "/") {
		if segment == "." || segment == ".." {
			return nil, fmt.Errorf("the path %q must not have . or .. in it", path)
		}
	}
	u := c.BaseURL()
	u.RawPath = u.EscapedPath() + path
	u.Path += decoded
	if u.EscapedPath() != u.RawPath {
		return nil, fmt.Errorf("%q is not the escaped path of an endpoint", path)
	}
	u.RawQuery = query.Encode()
	return u, nil
}

// decode reads a 2xx answer.
func (c *Client) decode(r request, state *call, resp *http.Response, out any) error {
	if out == nil || r.mayBeEmpty && len(state.body) == 0 {
		return nil
	}
	fault := func(err error) *Error {
		e := c.newError(r, state, resp.StatusCode)
		e.Err = err
		return e
	}
	if err := json.Unmarshal(state.body, out); err != nil {
		e := fault(fmt.Errorf("%w: %s", errNotTheAPI, jsonFault(err)))
		if media, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type")); media == "text/html" {
			// A proxy's page. Other bodies are not shown: a secret may be in them.
			e.Err, e.Text = nil, shorten(c.redactor(r.secrets)(string(state.body)))
		}
		return e
	}
	if judge, ok := out.(interface{ check() error }); ok {
		switch err := judge.check(); {
		case errors.Is(err, errRefused):
			e := c.newError(r, state, resp.StatusCode)
			parseError(e, state.body, c.redactor(r.secrets))
			return e
		case err != nil:
			return fault(err)
		}
	}
	return nil
}

// jsonFault describes what is wrong with a body without repeating a value.
func jsonFault(err error) string {
	if kind, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return fmt.Sprintf("member %q has the wrong type", kind.Field)
	}
	return "no valid JSON"
}

func (c *Client) newError(r request, state *call, status int) *Error {
	return &Error{
		Method: r.method, Path: r.path, BaseURL: c.baseURL.String(),
		Status: status, RequestID: state.requestID, Attempts: state.attempts,
		beta: r.header.Get(headerBeta) != "", names: c.config.Settings,
	}
}

// refused makes the error of an answer with another status than 2xx.
func (c *Client) refused(r request, state *call, resp *http.Response) *Error {
	e := c.newError(r, state, resp.StatusCode)
	e.RetryAfter = retryAfter(resp.Header, time.Now())
	if location, err := resp.Location(); err == nil {
		e.Location = location.Scheme + "://" + location.Host + location.Path
	}
	parseError(e, state.body[:min(len(state.body), maxErrorBody)], c.redactor(r.secrets))
	return e
}

// failed makes the error of a call that got no answer.
func (c *Client) failed(r request, state *call, err error) error {
	if _, ok := asError(err); ok || isOwnRefusal(err) {
		// The access token could not be had; that error is the whole story.
		return withoutURL(err)
	}
	e := c.newError(r, state, 0)
	e.Err = withoutURL(err)
	if broken, ok := errors.AsType[*brokenAnswerError](err); ok {
		e.Status = broken.status
	}
	return e
}

// withoutURL takes off every wrapper that repeats the URL: a query may hold
// personal data.
func withoutURL(err error) error {
	for {
		wrapped, ok := errors.AsType[*url.Error](err)
		if !ok {
			return err
		}
		err = wrapped.Err
	}
}

// redactor replaces every secret that is known here, as it is and as a server
// may quote it.
func (c *Client) redactor(secrets []string) func(string) string {
	var pairs []string
	for _, secret := range append([]string{c.config.ClientSecret, c.config.RecruitingToken, c.tokens.current()}, secrets...) {
		if secret == "" {
			continue
		}
		quoted := strconv.Quote(secret)
		quoted = quoted[1 : len(quoted)-1]
		twice := strconv.Quote(quoted)
		for _, spelling := range []string{secret, url.QueryEscape(secret), quoted, twice[1 : len(twice)-1]} {
			pairs = append(pairs, spelling, "(redacted)")
		}
	}
	return strings.NewReplacer(pairs...).Replace
}
