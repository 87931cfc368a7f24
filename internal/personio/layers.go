package personio

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
)

// roundTripper is a layer written as a function.
type roundTripper func(*http.Request) (*http.Response, error)

// RoundTrip calls the function.
func (f roundTripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// closeBody does what every RoundTripper owes a request that it does not send.
func closeBody(req *http.Request) {
	if req.Body != nil {
		_ = req.Body.Close()
	}
}

// newLayers stacks everything below the retry.
func newLayers(c *Client) http.RoundTripper {
	c.governor = newGovernor(c, c.authenticated(c.timed(c.logged(c.transport))))
	return c.governor
}

// headerCompanyID goes with the static token for recruiting.
const headerCompanyID = "X-Company-Id"

// authenticated adds identity to each attempt: the access token, which may be
// another one than that of the attempt before, or the static pair for recruiting;
// and the request id, which is the same.
func (c *Client) authenticated(next http.RoundTripper) http.RoundTripper {
	return roundTripper(func(req *http.Request) (*http.Response, error) {
		state := callFrom(req.Context())
		state.attempts++
		sent := req.Clone(req.Context())
		set := func(key, value string) {
			if value != "" {
				sent.Header.Set(key, value)
			}
		}
		set(gatewayapi.HeaderRequestID, state.requestID)
		set("User-Agent", c.config.UserAgent)
		set("X-Personio-App-ID", c.config.AppID)
		set("X-Personio-Partner-ID", c.config.PartnerID)
		switch {
		case state.anonymous:
		case state.recruiting:
			set("Authorization", "Bearer "+c.config.RecruitingToken)
			set(headerCompanyID, c.config.RecruitingCompanyID)
		default:
			token, err := c.tokens.get(req.Context())
			if err != nil {
				closeBody(req)
				return nil, err
			}
			state.token = token.AccessToken
			set("Authorization", "Bearer "+token.AccessToken)
		}
		return next.RoundTrip(sent)
	})
}

// timed bounds the wait for the answer's headers, and then each wait for more
// of the body, so that a long body may take its time as long as it flows. How
// long the reader takes between two reads does not count.
func (c *Client) timed(next http.RoundTripper) http.RoundTripper {
	return roundTripper(func(req *http.Request) (*http.Response, error) {
		limit := c.config.RequestTimeout
		late := fmt.Errorf("no answer within %s", limit)
		ctx, cancel := context.WithCancelCause(req.Context())
		timer := time.AfterFunc(limit, func() { cancel(late) })
		resp, err := next.RoundTrip(req.WithContext(ctx))
		if err != nil {
			timer.Stop()
			defer cancel(nil)
			return nil, timedOut(ctx, late, err)
		}
		timer.Stop()
		resp.Body = &timedBody{ReadCloser: resp.Body, limit: limit, timer: timer, ctx: ctx, cancel: cancel, late: late}
		return resp, nil
	})
}

// timedOut is the attempt's time limit where it is the reason for err.
func timedOut(ctx context.Context, late, err error) error {
	if errors.Is(context.Cause(ctx), late) {
		return late
	}
	return err
}

// timedBody is a body that must keep flowing.
type timedBody struct {
	io.ReadCloser
	limit  time.Duration
	timer  *time.Timer
	ctx    context.Context
	cancel context.CancelCauseFunc
	late   error
}

// Read waits at most the limit.
func (b *timedBody) Read(p []byte) (int, error) {
	b.timer.Reset(b.limit)
	n, err := b.ReadCloser.Read(p)
	b.timer.Stop()
	if err != nil && !errors.Is(err, io.EOF) {
		err = timedOut(b.ctx, b.late, err)
	}
	return n, err
}

// Close ends the attempt.
func (b *timedBody) Close() error {
	b.timer.Stop()
	err := b.ReadCloser.Close()
	b.cancel(nil)
	return err
}

// harmless are the headers that may be logged. All others may identify somebody
// or open something.
var harmless = []string{
	"Content-Length", "Content-Type", "Etag", "Retry-After", "X-Ratelimit-Burst-Capacity",
	"X-Ratelimit-Remaining", "X-Ratelimit-Replenish-Rate", "X-Ratelimit-Requested-Tokens",
}

// logged writes one entry for each attempt: of the query the names, of the
// headers those known to be harmless, of the bodies nothing.
func (c *Client) logged(next http.RoundTripper) http.RoundTripper {
	return roundTripper(func(req *http.Request) (*http.Response, error) {
		if c.config.Log == nil {
			return next.RoundTrip(req)
		}
		state := callFrom(req.Context())
		fields := map[string]any{
			"method":     req.Method,
			"path":       req.URL.Path,
			"attempt":    state.attempts,
			"request_id": state.requestID,
		}
		if names := slices.Sorted(maps.Keys(req.URL.Query())); len(names) > 0 {
			fields["query_parameters"] = strings.Join(names, ",")
		}
		started := time.Now()
		resp, err := next.RoundTrip(req)
		fields["duration_ms"] = time.Since(started).Milliseconds()
		if err != nil {
			fields["error"] = withoutURL(err).Error()
		} else {
			fields["status"] = resp.StatusCode
			for _, key := range harmless {
				if value := resp.Header.Get(key); value != "" {
					fields["header_"+strings.ToLower(strings.ReplaceAll(key, "-", "_"))] = value
				}
			}
		}
		c.log(req.Context(), "API call", fields)
		return resp, err
	})
}
