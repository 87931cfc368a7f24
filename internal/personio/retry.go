package personio

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"math/rand/v2"
	"net"
	"net/http"
	"time"

	"github.com/hashicorp/go-retryablehttp"
)

const (
	// shortestWait and longestWait bound the wait between two attempts, which
	// doubles from one to the next.
	shortestWait = 500 * time.Millisecond
	longestWait  = 30 * time.Second
	// retryAfterMax caps what a server may ask for.
	retryAfterMax = time.Minute
	// retryFor is how long after its start a call is still repeated.
	retryFor = 3 * time.Minute
)

// retryPolicy decides which attempts are repeated, and when.
type retryPolicy struct {
	maxRetries int
	tokens     *tokenSource
}

func newRetry(c *Client) *retryablehttp.Client {
	policy := &retryPolicy{maxRetries: c.config.MaxRetries, tokens: c.tokens}
	return &retryablehttp.Client{
		HTTPClient: &http.Client{
			Transport: newLayers(c),
			// An API does not redirect, and a token must not follow one.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		RetryWaitMin: shortestWait,
		RetryWaitMax: longestWait,
		// The policy counts: it tells a refused token from a failure.
		RetryMax:   1 << 20,
		CheckRetry: policy.check,
		Backoff:    backoff,
		// The last answer is what the caller must see.
		ErrorHandler: retryablehttp.PassthroughErrorHandler,
	}
}

// check decides after each attempt whether there is another one. Of a typed
// call's last attempt go-retryablehttp asks twice: before and after its body
// was read.
func (p *retryPolicy) check(ctx context.Context, resp *http.Response, err error) (bool, error) {
	if ctx.Err() != nil {
		return false, ctx.Err()
	}
	state := callFrom(ctx)
	if err == nil && resp.StatusCode == http.StatusUnauthorized {
		return p.renew(state) && state.replayable, nil
	}
	if !state.replayable || !worthRetrying(state, resp, err) || state.failures >= p.maxRetries || time.Since(state.started) > retryFor {
		return false, nil
	}
	state.failures++
	return true, nil
}

// renew drops the access token that was refused, once a call.
func (p *retryPolicy) renew(state *call) bool {
	if state.anonymous || state.recruiting {
		return false
	}
	if state.renewed {
		p.tokens.uselessRefetch()
		return false
	}
	state.renewed = p.tokens.drop(state.token)
	return state.renewed
}

// worthRetrying reports whether another attempt may help and cannot harm.
func worthRetrying(state *call, resp *http.Response, err error) bool {
	if err != nil {
		return !isPermanent(err) && (state.idempotent || neverSent(err))
	}
	switch resp.StatusCode {
	case http.StatusTooManyRequests:
		return true
	case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return state.idempotent
	default:
		return false
	}
}

// isPermanent reports errors that the next attempt would meet again.
func isPermanent(err error) bool {
	var (
		unknown x509.UnknownAuthorityError
		invalid x509.CertificateInvalidError
		host    x509.HostnameError
		record  tls.RecordHeaderError
		name    *net.DNSError
	)
	if _, ok := asError(err); ok || isOwnRefusal(err) || errors.Is(err, errGovernor) || errors.Is(err, errTooLong) {
		// The access token could not be had, which was retried already; the time
		// is up; or the answer is none that can be used.
		return true
	}
	return errors.As(err, &unknown) || errors.As(err, &invalid) || errors.As(err, &host) ||
		errors.As(err, &record) || errors.Is(err, http.ErrSchemeMismatch) ||
		errors.As(err, &name) && name.IsNotFound
}

// neverSent reports that no byte of the request reached the server.
func neverSent(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "dial"
}

// isIdempotent reports methods that may be repeated (RFC 9110, section 9.2.2).
func isIdempotent(method string) bool {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodPut, http.MethodDelete:
		return true
	default:
		return false
	}
}

// backoff is the wait before the next attempt. After 429 it is nothing: the
// governor holds back every call, this one included.
func backoff(shortest, longest time.Duration, attempt int, resp *http.Response) time.Duration {
	if resp != nil {
		switch resp.StatusCode {
		case http.StatusUnauthorized, http.StatusTooManyRequests:
			return 0
		case http.StatusServiceUnavailable:
			if wait := retryAfter(resp.Header, time.Now()); wait > 0 {
				return jitter(min(wait, retryAfterMax))
			}
		}
	}
	wait := longest
	if attempt < 10 {
		wait = min(shortest<<attempt, longest)
	}
	return jitter(wait)
}

// jitter lengthens a wait by up to a quarter, so that callers that failed
// together do not come back together.
func jitter(wait time.Duration) time.Duration {
	return wait + time.Duration(rand.Int64N(int64(wait)/4+1)) //nolint:gosec // Spreading load needs no secrecy.
}
