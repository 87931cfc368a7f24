package personio

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// pathRevoke ends an access token (credentials service, version 2).
const pathRevoke = "/v2/auth/revoke"

// revokeFor bounds the revocation of tokens: they end by themselves within a day,
// so that nobody has to wait for long.
const revokeFor = 30 * time.Second

// RequestToken asks for an access token of its own, apart from the client's: with
// a client id and secret, or the client's own if both are "", and with certain
// scopes, or all that the credential has. The error of a refused pair is one for
// which [IsUnauthorized] holds. Whoever is done with it revokes it with
// [Client.RevokeToken].
func (c *Client) RequestToken(ctx context.Context, clientID, clientSecret string, scopes []string) (Token, error) {
	if clientID == "" && clientSecret == "" {
		clientID, clientSecret = c.config.ClientID, c.config.ClientSecret
		if clientID == "" || clientSecret == "" {
			return Token{}, c.noCredential()
		}
	}
	return c.login(ctx, clientID, clientSecret, scopes)
}

// login asks for an access token, with all scopes of the credential or with some.
func (c *Client) login(ctx context.Context, clientID, clientSecret string, scopes []string) (Token, error) {
	if err := c.checkCompany(nil); err != nil {
		return Token{}, err
	}
	form := url.Values{
		"grant_type":    {"client_credentials"},
		"client_id":     {clientID},
		"client_secret": {clientSecret},
	}
	if len(scopes) > 0 {
		form.Set("scope", strings.Join(scopes, " "))
	}
	var answer tokenAnswer
	err := c.do(ctx, request{
		method: http.MethodPost, path: pathToken, form: form,
		anonymous: true, repeatable: true, secrets: []string{clientSecret}, judge: c.checkCompany,
	}, &answer)
	if err != nil {
		return Token{}, err
	}
	return answer.token(c.now()), nil
}

// RevokeToken ends an access token from [Client.RequestToken], also when ctx has
// ended. Its error says that the token lives until it expires. A token that is the
// client's own too is left alone: a server may give the same one to every login of
// a credential, and the client's calls still need theirs.
func (c *Client) RevokeToken(ctx context.Context, accessToken string) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), revokeFor)
	defer cancel()
	return c.revoke(ctx, accessToken)
}

// revoke is [Client.RevokeToken] within the time that ctx gives. Its error shows
// none of the secrets.
func (c *Client) revoke(ctx context.Context, accessToken string, secrets ...string) error {
	if accessToken == c.tokens.current() {
		return nil
	}
	// The token stands in the header as well: users of Personio's own API report
	// 401 for a form alone. A server that answers 401 all the same does not take
	// the token any more, and there is nothing left to do.
	err := c.do(ctx, request{
		method: http.MethodPost, path: pathRevoke, form: url.Values{"token": {accessToken}}, header: bearer(accessToken),
		anonymous: true, repeatable: true, secrets: append(secrets, accessToken),
	}, nil)
	if IsUnauthorized(err) {
		return nil
	}
	return err
}

func bearer(token string) http.Header { return http.Header{"Authorization": {"Bearer " + token}} }
