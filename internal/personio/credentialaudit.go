package personio

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// noSuchScope is a right that no server has.
const noSuchScope = "personio:no-such-right:read"

// errScopesUntold is wrapped where the scopes of a credential cannot be found.
var errScopesUntold = errors.New("the granted scopes cannot be told")

// CredentialAudit looks at the API as one API credential, which need not be the
// client's own, with access tokens of its own. It shares pace, retries and log
// with the client. It is not safe for concurrent use. Begin it with
// [Client.AuditCredential] and end it with [CredentialAudit.Close].
type CredentialAudit struct {
	client                 *Client
	clientID, clientSecret string
	// token is the one that was asked for without naming scopes.
	token Token
	// issued are all tokens that have to be revoked, that one included.
	issued []string
}

// AuditCredential logs in with a client id and secret, or with the client's own
// if both are "". The error of a refused pair is one for which [IsUnauthorized]
// holds.
func (c *Client) AuditCredential(ctx context.Context, clientID, clientSecret string) (*CredentialAudit, error) {
	if clientID == "" && clientSecret == "" {
		clientID, clientSecret = c.config.ClientID, c.config.ClientSecret
		if clientID == "" || clientSecret == "" {
			return nil, c.noCredential()
		}
	}
	a := &CredentialAudit{client: c, clientID: clientID, clientSecret: clientSecret}
	var err error
	if a.token, err = a.login(ctx, ""); err != nil {
		return nil, err
	}
	return a, nil
}

// ClientID is that of the audited credential.
func (a *CredentialAudit) ClientID() string { return a.clientID }

// String hides secret and tokens from anything that prints an audit.
func (a *CredentialAudit) String() string {
	return fmt.Sprintf("personio.CredentialAudit{ClientID: %q}", a.clientID)
}

// GoString is [CredentialAudit.String], for %#v.
func (a *CredentialAudit) GoString() string { return a.String() }

// Scopes returns the rights of the credential as the server writes them: those
// that it tells for a token that was asked for without naming any. A server that
// does not tell is asked for one token for each right; rights are then the
// spellings of each that it might know, and the one that it takes is returned.
// That an ungranted and an unknown scope are both refused with invalid_scope was
// seen with Personio's own API.
func (a *CredentialAudit) Scopes(ctx context.Context, rights [][]string) ([]string, error) {
	if len(a.token.Scopes) > 0 {
		return slices.Clone(a.token.Scopes), nil
	}
	// A server that takes any scope would seem to have granted them all.
	if taken, err := a.grants(ctx, noSuchScope); err != nil {
		return nil, err
	} else if taken {
		return nil, fmt.Errorf("%w: %s does not say which scopes a token carries, and issues tokens for a scope that does not exist",
			errScopesUntold, a.client.baseURL)
	}
	var granted []string
	for _, spellings := range rights {
		for _, scope := range spellings {
			ok, err := a.grants(ctx, scope)
			if err != nil {
				return nil, err
			}
			if ok {
				granted = append(granted, scope)
				break
			}
		}
	}
	return granted, nil
}

// grants reports whether the credential gets a token with that scope.
func (a *CredentialAudit) grants(ctx context.Context, scope string) (bool, error) {
	t, err := a.login(ctx, scope)
	if e, ok := asError(err); ok && e.OAuth != nil && e.OAuth.Code == "invalid_scope" {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	// A server may grant less than it was asked for, and has to say so (RFC 6749,
	// section 5.1).
	return len(t.Scopes) == 0 || slices.Contains(t.Scopes, scope), nil
}

// EmployeeAttributes asks which attributes of an employee the credential may
// read, in the server's order. A credential without access to employees gets an
// error.
func (a *CredentialAudit) EmployeeAttributes(ctx context.Context) ([]EmployeeAttribute, error) {
	var answer v1Answer[[]EmployeeAttribute]
	r := request{
		method: http.MethodGet, path: pathEmployeeAttributes, header: bearer(a.token.AccessToken),
		anonymous: true, secrets: append([]string{a.clientSecret}, a.issued...),
	}
	if err := a.client.do(ctx, r, &answer); err != nil {
		return nil, err
	}
	return answer.Data, nil
}

// Close revokes the tokens of the audit, also when ctx has ended. Its error says
// that some of them live until they expire.
func (a *CredentialAudit) Close(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), revokeFor)
	defer cancel()
	var failures []error
	for _, token := range a.issued {
		if err := a.client.revoke(ctx, token, a.clientSecret); err != nil {
			failures = append(failures, err)
		}
	}
	a.issued = nil
	return errors.Join(failures...)
}

// login asks for a token, with one scope or, for "", with all that there are.
func (a *CredentialAudit) login(ctx context.Context, scope string) (Token, error) {
	t, err := a.client.RequestToken(ctx, a.clientID, a.clientSecret, strings.Fields(scope))
	if err != nil {
		return Token{}, err
	}
	a.issued = append(a.issued, t.AccessToken)
	return t, nil
}
