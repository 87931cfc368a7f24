package personio

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// A token of its own is asked for with the pair and the scopes that were given,
// without the client's identity, and the client's own token stays in use.
func TestRequestTokenAndRevoke(t *testing.T) {
	t.Parallel()
	i := &issuer{granted: []string{"a:read", "b:read"}, echo: true}
	f := newFake(map[string]http.HandlerFunc{postToken: i.ServeHTTP, postRevoke: revoked})
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	c := f.client(t, func(config *Config) { config.Now = func() time.Time { return now } })
	own, err := c.Token(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	narrowed, err := c.RequestToken(t.Context(), "", "", []string{"a:read"})
	if err != nil {
		t.Fatal(err)
	}
	want := Token{AccessToken: token(2), Scopes: []string{"a:read"}, ExpiresAt: now.Add(24 * time.Hour)}
	if diff := cmp.Diff(want, narrowed); diff != "" {
		t.Errorf("token (-want +got):\n%s", diff)
	}
	if _, err := c.RequestToken(t.Context(), auditedID, auditedSecret, nil); err != nil {
		t.Fatal(err)
	}
	grant := []string{"client_credentials"}
	wantForms := []url.Values{
		{"grant_type": grant, "client_id": {testID}, "client_secret": {testSecret}},
		{"grant_type": grant, "client_id": {testID}, "client_secret": {testSecret}, "scope": {"a:read"}},
		{"grant_type": grant, "client_id": {auditedID}, "client_secret": {auditedSecret}},
	}
	if diff := cmp.Diff(wantForms, forms(t, f, postToken)); diff != "" {
		t.Errorf("token requests (-want +got):\n%s", diff)
	}
	for _, r := range f.seen(postToken) {
		if got := r.header.Get("Authorization"); got != "" {
			t.Errorf("a token request carries %q", got)
		}
	}

	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	for _, revoked := range []string{narrowed.AccessToken, own.AccessToken} {
		if err := c.RevokeToken(canceled, revoked); err != nil {
			t.Error(err)
		}
	}
	if diff := cmp.Diff([]url.Values{{"token": {token(2)}}}, forms(t, f, postRevoke)); diff != "" {
		t.Errorf("revocations (-want +got):\n%s", diff)
	}
	if again, err := c.Token(t.Context()); err != nil || again.AccessToken != own.AccessToken {
		t.Errorf("the client's own token is another one now: %v", err)
	}
}

// A revocation that fails shows no token; a token that is refused is gone already.
func TestRevokeTokenFails(t *testing.T) {
	t.Parallel()
	const secret = "papi-PLANTED-token"
	f := newFake(map[string]http.HandlerFunc{postRevoke: raw(500, "text/plain", "cannot revoke "+secret)})
	err := f.client(t).RevokeToken(t.Context(), secret)
	if err == nil || strings.Contains(err.Error(), secret) || !strings.Contains(err.Error(), "cannot revoke") {
		t.Errorf("error %v", err)
	}
	f = newFake(map[string]http.HandlerFunc{postRevoke: raw(401, "application/json", "{}")})
	if err := f.client(t).RevokeToken(t.Context(), secret); err != nil {
		t.Error(err)
	}
}

// The token endpoint is throttled by a gateway as by Personio: 150 in any minute.
func TestTokensKeepTheirLimitAtAGateway(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newPaced(t, nil, func(config *Config) { config.PersonioLimits = false })
		p.calls(200, "", http.MethodPost, pathToken)
		times := p.done()
		if len(times) != 200 {
			t.Fatalf("%d calls", len(times))
		}
		for i := range len(times) - 150 {
			if minute := times[i+150].at - times[i].at; minute < time.Minute {
				t.Fatalf("151 calls within %s", minute)
			}
		}
	})
}
