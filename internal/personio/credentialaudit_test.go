package personio

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

const (
	auditedID     = "papi-7d7c7b7a-0000-4000-8000-00000000000a"
	auditedSecret = "papi-PLANTED/vendor+\"secret\""
	postToken     = "POST " + pathToken
	postRevoke    = "POST " + pathRevoke
)

// issuer answers token requests: it grants the given scopes, and tells them if
// echo is set. Tokens are numbered, so that each can be followed.
type issuer struct {
	granted []string
	echo    bool
	issued  int
}

func (i *issuer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	asked := strings.Fields(r.PostFormValue("scope"))
	for _, scope := range asked {
		if !slices.Contains(i.granted, scope) {
			oauth("invalid_scope", "not granted")(w, r)
			return
		}
	}
	i.issued++
	answer := map[string]any{"access_token": token(i.issued), "token_type": "Bearer", "expires_in": 86400}
	if i.echo {
		if len(asked) == 0 {
			asked = i.granted
		}
		answer["scope"] = strings.Join(asked, " ")
	}
	writeJSON(w, 200, answer)
}

func oauth(code, description string) http.HandlerFunc {
	return raw(400, "application/problem+json", fmt.Sprintf(`{"error":%q,"error_description":%q,"trace_id":"t-1","timestamp":"x","meta":{}}`, code, description))
}

func revoked(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(200) }

// forms are the forms that a call was made with.
func forms(t *testing.T, f *fake, call string) (all []url.Values) {
	t.Helper()
	for _, r := range f.seen(call) {
		form, err := url.ParseQuery(r.body)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, form)
	}
	return all
}

// wantRevoked checks that the tokens 1 to n were revoked, each once and with
// itself as proof.
func wantRevoked(t *testing.T, f *fake, n int) {
	t.Helper()
	wantCount(t, f, postRevoke, n)
	for i, form := range forms(t, f, postRevoke) {
		if form.Get("token") != token(i+1) || len(form) != 1 {
			t.Errorf("revoked %v", form)
		}
		if got := f.seen(postRevoke)[i].header.Get("Authorization"); got != "Bearer "+token(i+1) {
			t.Errorf("Authorization of revocation %d is %q", i+1, got)
		}
	}
}

func TestAuditOfAnotherCredential(t *testing.T) {
	t.Parallel()
	i := &issuer{granted: []string{"employees:read", "documents:read"}, echo: true}
	f := newFake(map[string]http.HandlerFunc{postToken: i.ServeHTTP, postRevoke: revoked, getAttributes: attributes})
	c := f.client(t)
	a, err := c.AuditCredential(t.Context(), auditedID, auditedSecret)
	if err != nil {
		t.Fatal(err)
	}
	if got := a.ClientID(); got != auditedID {
		t.Errorf("client id %q", got)
	}
	if got, err := a.Scopes(t.Context(), [][]string{{"personio:jobs:read"}}); err != nil || !slices.Equal(got, i.granted) {
		t.Errorf("scopes %q, %v", got, err)
	}
	if got, err := a.EmployeeAttributes(t.Context()); err != nil || len(got) != 2 || got[1].Key != "dynamic_4711" {
		t.Errorf("attributes %v, %v", got, err)
	}
	if err := a.Close(t.Context()); err != nil {
		t.Error(err)
	}
	// The scopes were told: no probe.
	wantCount(t, f, postToken, 1)
	form := forms(t, f, postToken)[0]
	if form.Get("grant_type") != "client_credentials" || form.Get("client_id") != auditedID || form.Get("client_secret") != auditedSecret || len(form) != 3 {
		t.Errorf("form %v", form)
	}
	if got := f.seen(getAttributes)[0].header.Get("Authorization"); got != "Bearer "+token(1) {
		t.Errorf("Authorization is %q", got)
	}
	wantRevoked(t, f, 1)
	// Closing twice revokes once.
	if err := a.Close(t.Context()); err != nil {
		t.Error(err)
	}
	wantCount(t, f, postRevoke, 1)
}

func TestAuditOfTheOwnCredential(t *testing.T) {
	t.Parallel()
	i := &issuer{granted: []string{"employees:read"}, echo: true}
	f := newFake(map[string]http.HandlerFunc{postToken: i.ServeHTTP, postRevoke: revoked, getAttributes: attributes})
	c := f.client(t)
	if _, err := c.EmployeeAttributes(t.Context()); err != nil { // Takes token 1.
		t.Fatal(err)
	}
	a, err := c.AuditCredential(t.Context(), "", "")
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Close(t.Context()); err != nil {
		t.Error(err)
	}
	if form := forms(t, f, postToken)[1]; form.Get("client_id") != testID || form.Get("client_secret") != testSecret {
		t.Errorf("form %v", form)
	}
	if got := forms(t, f, postRevoke); len(got) != 1 || got[0].Get("token") != token(2) {
		t.Errorf("revoked %v", got)
	}
	// The client's own token goes on.
	if _, err := c.EmployeeAttributes(t.Context()); err != nil {
		t.Fatal(err)
	}
	wantCount(t, f, postToken, 2)
}

func TestAuditSparesTheTokenInUse(t *testing.T) {
	t.Parallel()
	// A server that gives one token to every login of a credential.
	f := newFake(map[string]http.HandlerFunc{
		postToken:  func(w http.ResponseWriter, _ *http.Request) { writeToken(w, 1, 86400) },
		postRevoke: revoked, getAttributes: attributes,
	})
	c := f.client(t)
	if _, err := c.Token(t.Context()); err != nil {
		t.Fatal(err)
	}
	a, err := c.AuditCredential(t.Context(), "", "")
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Close(t.Context()); err != nil {
		t.Error(err)
	}
	wantCount(t, f, postRevoke, 0)
}

func TestAuditWithoutCredential(t *testing.T) {
	t.Parallel()
	f := newFake(nil)
	c := f.client(t, func(config *Config) { config.ClientSecret = "" })
	if _, err := c.AuditCredential(t.Context(), "", ""); !errors.Is(err, ErrNoCredential) {
		t.Errorf("got %v", err)
	}
	wantCount(t, f, postToken, 0)
}

func TestAuditProbesWhereScopesAreNotTold(t *testing.T) {
	t.Parallel()
	i := &issuer{granted: []string{"personio:persons:read", "attendances:read", "documents:read"}}
	f := newFake(map[string]http.HandlerFunc{postToken: i.ServeHTTP, postRevoke: revoked})
	a, err := f.client(t).AuditCredential(t.Context(), auditedID, auditedSecret)
	if err != nil {
		t.Fatal(err)
	}
	got, err := a.Scopes(t.Context(), [][]string{
		{"personio:persons:read", "employees:read"},
		{"personio:attendances:read", "attendances:read"},
		{"documents:read"},
		{"personio:jobs:read"},
	})
	if want := []string{"personio:persons:read", "attendances:read", "documents:read"}; err != nil || !slices.Equal(got, want) {
		t.Errorf("scopes %q, want %q, %v", got, want, err)
	}
	if err := a.Close(t.Context()); err != nil {
		t.Error(err)
	}
	var asked []string
	for _, form := range forms(t, f, postToken) {
		asked = append(asked, form.Get("scope"))
	}
	// employees:read is not asked for: the other spelling was taken.
	want := []string{"", noSuchScope, "personio:persons:read", "personio:attendances:read", "attendances:read", "documents:read", "personio:jobs:read"}
	if !slices.Equal(asked, want) {
		t.Errorf("asked %q\nwant  %q", asked, want)
	}
	wantRevoked(t, f, 4)
}

func TestAuditProbeIsNotMisled(t *testing.T) {
	t.Parallel()
	grantsLess := func(w http.ResponseWriter, r *http.Request) {
		answer := map[string]any{"access_token": token(1), "expires_in": 86400}
		switch scope := r.PostFormValue("scope"); scope {
		case "":
		case "documents:read":
			answer["scope"] = scope
		default:
			answer["scope"] = "something:else"
		}
		writeJSON(w, 200, answer)
	}
	ignoresScope := func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, 200, map[string]any{"access_token": token(1), "expires_in": 86400})
	}
	for name, test := range map[string]struct {
		answer http.HandlerFunc
		want   []string
		fails  bool
	}{
		"grants less than asked": {grantsLess, []string{"documents:read"}, false},
		"takes any scope":        {ignoresScope, nil, true},
		"fails meanwhile":        {inTurn(ignoresScope, raw(500, "text/plain", "no")), nil, true},
		"refuses meanwhile":      {inTurn(ignoresScope, oauth("invalid_scope", ""), oauth("invalid_client", "")), nil, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFake(map[string]http.HandlerFunc{postToken: test.answer, postRevoke: revoked})
			a, err := f.client(t).AuditCredential(t.Context(), auditedID, auditedSecret)
			if err != nil {
				t.Fatal(err)
			}
			got, err := a.Scopes(t.Context(), [][]string{{"personio:jobs:read"}, {"documents:read"}})
			if !slices.Equal(got, test.want) || err != nil != test.fails {
				t.Errorf("scopes %q, %v", got, err)
			}
			if err != nil {
				wantNoSecret(t, err.Error())
			}
		})
	}
}

func TestAuditErrorsHoldNoSecret(t *testing.T) {
	t.Parallel()
	blab := oauth("unauthorized_client", "wrong secret "+auditedSecret)
	f := newFake(map[string]http.HandlerFunc{postToken: blab})
	_, err := f.client(t).AuditCredential(t.Context(), auditedID, auditedSecret)
	if !IsUnauthorized(err) {
		t.Fatalf("got %v", err)
	}
	wantNoSecret(t, err.Error())
	// A refusal is not remembered as one of the client's own credential.
	wantCount(t, f, postToken, 1)

	blab = raw(500, "text/plain", "the secret "+auditedSecret+" and the token "+token(1))
	f = newFake(map[string]http.HandlerFunc{getAttributes: blab, postRevoke: blab})
	a, err := f.client(t).AuditCredential(t.Context(), auditedID, auditedSecret)
	if err != nil {
		t.Fatal(err)
	}
	_, failed := a.EmployeeAttributes(t.Context())
	for _, err := range []error{failed, a.Close(t.Context())} {
		if err == nil {
			t.Fatal("no error")
		}
		wantNoSecret(t, err.Error())
	}
	wantNoSecret(t, fmt.Sprintf("%v %+v %#v", a, a, a))
}

func TestAuditAttributesAreRefused(t *testing.T) {
	t.Parallel()
	f := newFake(map[string]http.HandlerFunc{getAttributes: status(401)})
	a, err := f.client(t).AuditCredential(t.Context(), auditedID, auditedSecret)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.EmployeeAttributes(t.Context()); !IsUnauthorized(err) {
		t.Errorf("got %v", err)
	}
	// It must not be tried again with a token of the client's own.
	wantCount(t, f, getAttributes, 1)
	wantCount(t, f, postToken, 1)
}

func TestAuditRevokes(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		answer http.HandlerFunc
		fails  bool
	}{
		"done":                 {revoked, false},
		"not taken any more":   {status(401), false},
		"no such route":        {nil, true},
		"the server is down":   {status(503), true},
		"not the API's answer": {raw(418, "text/html", "<p>teapot</p>"), true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				f := newFake(map[string]http.HandlerFunc{postRevoke: test.answer})
				ctx, cancel := context.WithCancel(t.Context())
				a, err := f.client(t).AuditCredential(ctx, auditedID, auditedSecret)
				if err != nil {
					t.Fatal(err)
				}
				// Also for a caller that has given up.
				cancel()
				began := time.Now()
				if err := a.Close(ctx); err != nil != test.fails {
					t.Errorf("got %v", err)
				}
				if took := time.Since(began); took > revokeFor {
					t.Errorf("took %s", took)
				}
				if f.count(postRevoke) == 0 {
					t.Error("not revoked")
				}
			})
		})
	}
}
