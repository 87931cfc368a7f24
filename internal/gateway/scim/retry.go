package scim

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/hashicorp/go-retryablehttp"
)

const (
	// shortestWait and longestWait bound the wait between two attempts, which
	// doubles from one to the next.
	shortestWait = 500 * time.Millisecond
	longestWait  = 15 * time.Second
	// retryAfterMax caps what a server may ask for.
	retryAfterMax = time.Minute
	// retryFor is how long after its start a call is still repeated.
	retryFor = 3 * time.Minute
)

func newRetry(c *Client) *retryablehttp.Client {
	return &retryablehttp.Client{
		HTTPClient: &http.Client{
			Transport: logged{c},
			// A SCIM server does not redirect, and a token must not follow one.
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
			Timeout:       c.config.Timeout,
		},
		RetryWaitMin: shortestWait,
		RetryWaitMax: longestWait,
		// check counts: it tells a refused token from a failure.
		RetryMax:   1 << 20,
		CheckRetry: c.check,
		Backoff:    backoff,
		// Every attempt carries the token of its time.
		PrepareRetry: c.authorize,
		// The last answer is what the caller must see.
		ErrorHandler: retryablehttp.PassthroughErrorHandler,
	}
}

// authorize puts the token on an attempt. It runs outside of the attempt's
// time limit.
func (c *Client) authorize(req *http.Request) error {
	state := callFrom(req.Context())
	if state.anonymous {
		return nil
	}
	state.token = c.config.Token
	if c.tokens != nil {
		token, err := c.tokens.get(req.Context())
		if err != nil {
			return err
		}
		state.token = token
	}
	// The attempt before may still read its headers.
	req.Header = req.Header.Clone()
	req.Header.Set("Authorization", "Bearer "+state.token)
	return nil
}

// check decides after each attempt whether there is another one.
func (c *Client) check(ctx context.Context, resp *http.Response, err error) (bool, error) {
	if ctx.Err() != nil {
		return false, ctx.Err()
	}
	state := callFrom(ctx)
	if err == nil && resp.StatusCode == http.StatusUnauthorized {
		if c.tokens == nil || state.anonymous || state.renewed {
			return false, nil
		}
		state.renewed = true
		c.tokens.drop(state.token)
		return true, nil
	}
	if !worthRetrying(state, resp, err) || state.failures >= c.config.MaxRetries || time.Since(state.started) > retryFor {
		return false, nil
	}
	state.failures++
	return true, nil
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
	var name *net.DNSError
	return errors.Is(err, errTooLong) || isCertificate(err) || errors.Is(err, http.ErrSchemeMismatch) ||
		errors.As(err, &name) && name.IsNotFound
}

// isCertificate reports a server that could not prove who it is.
func isCertificate(err error) bool {
	var (
		unknown x509.UnknownAuthorityError
		invalid x509.CertificateInvalidError
		host    x509.HostnameError
		record  tls.RecordHeaderError
	)
	return errors.As(err, &unknown) || errors.As(err, &invalid) || errors.As(err, &host) || errors.As(err, &record)
}

// neverSent reports that no byte of the request reached the server.
func neverSent(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "dial"
}

// backoff is the wait before the next attempt: what the server asks for, else
// twice as long each time.
func backoff(shortest, longest time.Duration, attempt int, resp *http.Response) time.Duration {
	if resp != nil {
		switch resp.StatusCode {
		case http.StatusUnauthorized:
			return 0
		case http.StatusTooManyRequests, http.StatusServiceUnavailable:
			if wait, ok := retryAfter(resp.Header, time.Now()); ok {
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

// retryAfter reads Retry-After: seconds or a date (RFC 9110, section 10.2.3).
func retryAfter(header http.Header, now time.Time) (time.Duration, bool) {
	value := strings.TrimSpace(header.Get("Retry-After"))
	if seconds, err := strconv.ParseUint(value, 10, 31); err == nil {
		return time.Duration(seconds) * time.Second, true
	}
	if at, err := http.ParseTime(value); err == nil {
		return max(at.Sub(now), 0), true
	}
	return 0, false
}

// jitter lengthens a wait by up to a quarter, so that callers that failed
// together do not come back together.
func jitter(wait time.Duration) time.Duration {
	return wait + time.Duration(rand.Int64N(int64(wait)/4+1)) //nolint:gosec // Spreading load needs no secrecy.
}

// logged is the innermost layer of ours: it counts and logs each attempt.
type logged struct{ client *Client }

// RoundTrip sends one attempt.
func (l logged) RoundTrip(req *http.Request) (*http.Response, error) {
	state := callFrom(req.Context())
	state.attempts++
	started := time.Now()
	resp, err := l.client.transport.RoundTrip(req)
	if log := l.client.config.Log; log != nil {
		fields := map[string]any{
			"method": req.Method, "endpoint": state.endpoint, "attempt": state.attempts, "duration_ms": time.Since(started).Milliseconds(),
		}
		if err != nil {
			fields["error"] = withoutURL(err).Error()
		} else {
			fields["status"] = resp.StatusCode
		}
		log(req.Context(), "SCIM call", fields)
	}
	return resp, err
}

// CloseIdleConnections lets [http.Client] reach the transport.
func (l logged) CloseIdleConnections() {
	if transport, ok := l.client.transport.(interface{ CloseIdleConnections() }); ok {
		transport.CloseIdleConnections()
	}
}
