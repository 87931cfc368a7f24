package personio

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"github.com/hashicorp/go-retryablehttp"

	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
)

// notForwarded are request headers that belong to the caller's own connection
// or identity. Accept-Encoding is among them so that bodies arrive decoded.
var notForwarded = []string{
	"Accept-Encoding", "Authorization", "Connection", "Cookie", "Content-Length", "Forwarded", "Host", "Keep-Alive",
	"Proxy-Authorization", "Proxy-Connection", "Te", "Trailer", "Transfer-Encoding", "Upgrade", "User-Agent",
	headerCompanyID, "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto",
}

// notReturned are answer headers that must not reach a forwarded caller;
// Personio's first version echoes the access token in Authorization.
var notReturned = []string{
	"Authorization", "Connection", "Keep-Alive", "Proxy-Authenticate", "Set-Cookie", "Trailer", "Transfer-Encoding", "Upgrade",
}

// Forward passes a call on with this client's credential and streams the
// answer; the caller closes its body. Every HTTP status is an answer, no error:
// errors are for calls that got none, among them those without access token.
//
// The path is escaped and below the base URL. Of the header everything is sent
// that does not concern connection or identity. GET and HEAD are repeated like
// any call; other methods only where the server certainly did nothing (429, no
// connection, a stale token), and only with a body that is nil, *bytes.Reader
// or *bytes.Buffer, since another one cannot be sent twice.
func (c *Client) Forward(ctx context.Context, method, path string, query url.Values, header http.Header, body io.Reader) (*http.Response, error) {
	return c.forward(ctx, &call{}, method, path, query, header, body)
}

// ForwardRecruiting is [Client.Forward] with the static pair for recruiting in
// place of an access token: a call that is refused with 401 is not repeated.
// Without the pair it is [ErrNoCredential].
func (c *Client) ForwardRecruiting(ctx context.Context, method, path string, query url.Values, header http.Header, body io.Reader) (*http.Response, error) {
	if c.config.RecruitingToken == "" {
		return nil, fmt.Errorf("%w for %s: company id and token for recruiting are not set", ErrNoCredential, c.baseURL)
	}
	return c.forward(ctx, &call{recruiting: true}, method, path, query, header, body)
}

func (c *Client) forward(ctx context.Context, state *call, method, path string, query url.Values, header http.Header, body io.Reader) (*http.Response, error) {
	u, err := c.url(path, query)
	if err != nil {
		return nil, err
	}
	state.idempotent, state.replayable = method == http.MethodGet || method == http.MethodHead, true
	req, err := retryablehttp.NewRequestWithContext(ctx, method, u.String(), nil)
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", method, path, err)
	}
	switch b := body.(type) {
	case nil:
	case *bytes.Reader, *bytes.Buffer:
		err = req.SetBody(b)
	default:
		state.replayable = false
		req.Body, req.GetBody, req.ContentLength = io.NopCloser(b), nil, -1
	}
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", method, path, err)
	}
	req.Header = header.Clone()
	if req.Header == nil {
		req.Header = http.Header{}
	}
	for _, key := range notForwarded {
		req.Header.Del(key)
	}
	resp, err := c.send(state, req)
	if err != nil {
		return nil, c.failed(request{method: method, path: path}, state, err)
	}
	for _, key := range notReturned {
		resp.Header.Del(key)
	}
	if resp.Header.Get(gatewayapi.HeaderRequestID) == "" {
		resp.Header.Set(gatewayapi.HeaderRequestID, state.requestID)
	}
	return resp, nil
}
