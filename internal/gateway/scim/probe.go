package scim

import (
	"context"
	"errors"
	"fmt"
	"net/http"
)

// Capabilities is what a service provider says of itself.
type Capabilities struct {
	// Users is how many accounts it counts.
	Users int
	// Declared: it has a ServiceProviderConfig. Without one the two below are
	// false, and PATCH is tried before it is given up.
	Declared bool
	// Patch and Filter: it declares support for PATCH and for filters.
	Patch, Filter bool
}

// Test finds out whether the service provider can be used: it reads its
// ServiceProviderConfig and one user. The error says in one sentence why not and what to
// do, and wraps [ErrUnreachable], [ErrRefused] or [ErrNotSCIM] where it is one of them.
func (c *Client) Test(ctx context.Context) (Capabilities, error) {
	var found Capabilities
	if err := c.declared(ctx, &found); err != nil {
		return Capabilities{}, c.explain(err)
	}
	p, err := c.page(ctx, pathUsers, 1, 1)
	if err != nil {
		return Capabilities{}, c.explain(err)
	}
	found.Users = p.total
	return found, nil
}

// declared reads the ServiceProviderConfig (RFC 7643, section 5). Many servers
// have none, or hide it from tokens that may do all else.
func (c *Client) declared(ctx context.Context, found *Capabilities) error {
	r := request{method: http.MethodGet, path: "/ServiceProviderConfig", endpoint: "/ServiceProviderConfig"}
	var body Resource
	_, err := c.do(ctx, r, &body)
	if e, ok := errors.AsType[*Error](err); ok && e.Path == r.path {
		switch e.Status {
		case http.StatusForbidden, http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusNotImplemented:
			return nil
		}
	}
	if err != nil {
		return err
	}
	patch, declared := body.Bool("patch.supported")
	if !declared {
		return nil
	}
	found.Declared, found.Patch = true, patch
	found.Filter, _ = body.Bool("filter.supported")
	c.patchless.Store(!patch)
	return nil
}

// explain says what an error means for the configuration of a target.
func (c *Client) explain(err error) error {
	e, ok := errors.AsType[*Error](err)
	if !ok {
		return err
	}
	if errors.Is(e.Err, context.Canceled) || errors.Is(e.Err, context.DeadlineExceeded) {
		return e
	}
	advice, kind := diagnose(e)
	if kind == nil {
		return fmt.Errorf("the SCIM server (%s) fails the test: %w", c.baseURL, e)
	}
	return fmt.Errorf("%w (%s): %s: %w", kind, c.baseURL, advice, e)
}

// diagnose finds the reason of an error and what to do about it.
func diagnose(e *Error) (advice string, kind error) {
	oauth := e.Path == tokenEndpoint
	switch {
	case e.Status == 0 && isCertificate(e.Err):
		return "its certificate is not trusted; set ca_cert_pem if it is from a CA of your own", ErrUnreachable
	case oauth && e.Status == 0:
		return "its OAuth token endpoint gives no answer; check oauth.token_url", ErrUnreachable
	case e.Status == 0:
		return "check url, network and firewall", ErrUnreachable
	case oauth && IsUnauthorized(e):
		return "the token endpoint refuses client_id or client_secret", ErrRefused
	case oauth:
		return "the token endpoint issues no token; check the oauth settings", ErrRefused
	case e.Status == http.StatusUnauthorized:
		return "the token is wrong or expired", ErrRefused
	case e.Status == http.StatusForbidden:
		return "the token is known, but may not read users", ErrRefused
	case e.Status == http.StatusNotFound || e.Status < http.StatusBadRequest:
		return "url must be the base above /Users and /Groups", ErrNotSCIM
	default:
		return "", nil
	}
}
