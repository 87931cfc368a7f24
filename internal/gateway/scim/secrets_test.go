package scim_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/personio-community/terraform-provider-personio/internal/gateway/scim"
	sandbox "github.com/personio-community/terraform-provider-personio/internal/sandbox/scim"
)

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	const base = "https://scim.example.com/v2"
	oauth := func(url string) *scim.OAuth {
		return &scim.OAuth{TokenURL: url, ClientID: "id", ClientSecret: "hidden-secret"}
	}
	for name, c := range map[string]struct {
		config scim.Config
		want   string
	}{
		"no URL":             {scim.Config{Token: token}, "url"},
		"relative":           {scim.Config{BaseURL: "scim.example.com", Token: token}, "absolute"},
		"ftp":                {scim.Config{BaseURL: "ftp://scim.example.com", Token: token}, "absolute"},
		"plain http":         {scim.Config{BaseURL: "http://scim.example.com", Token: token}, "unencrypted"},
		"password":           {scim.Config{BaseURL: "https://u:hidden-secret@scim.example.com", Token: token}, "password"},
		"broken":             {scim.Config{BaseURL: "https://u:hidden-secret@%zz", Token: token}, "not a URL"},
		"query":              {scim.Config{BaseURL: base + "?a=b", Token: token}, "query"},
		"fragment":           {scim.Config{BaseURL: base + "#a", Token: token}, "fragment"},
		"endpoint":           {scim.Config{BaseURL: base + "/users/", Token: token}, "leave /users off"},
		"nothing":            {scim.Config{BaseURL: base}, "neither"},
		"both":               {scim.Config{BaseURL: base, Token: token, OAuth: oauth(base)}, "exclude"},
		"token with newline": {scim.Config{BaseURL: base, Token: "hidden-secret\n"}, "token"},
		"oauth over http":    {scim.Config{BaseURL: base, OAuth: oauth("http://idp.example.com")}, "oauth token_url"},
		"oauth without id":   {scim.Config{BaseURL: base, OAuth: &scim.OAuth{TokenURL: base}}, "client_id"},
		"authorization":      {scim.Config{BaseURL: base, Token: token, Headers: map[string]string{"authorization": "x"}}, "Authorization"},
		"host":               {scim.Config{BaseURL: base, Token: token, Headers: map[string]string{"Host": "x"}}, "host"},
		"header name":        {scim.Config{BaseURL: base, Token: token, Headers: map[string]string{"a b": "x"}}, "a b"},
		"header value":       {scim.Config{BaseURL: base, Token: token, Headers: map[string]string{"X-A": "x\r\nX-B: y"}}, "X-A"},
		"CA":                 {scim.Config{BaseURL: base, Token: token, CACertPEM: "nonsense"}, "ca_cert_pem"},
		"CA and transport":   {scim.Config{BaseURL: base, Token: token, CACertPEM: "x", Transport: http.DefaultTransport}, "ca_cert_pem"},
	} {
		_, err := scim.New(c.config)
		if err == nil || !strings.Contains(strings.ToLower(err.Error()), strings.ToLower(c.want)) || strings.Contains(err.Error(), "hidden-secret") {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, url := range []string{"http://localhost:1/x", "http://127.0.0.9", "http://[::1]:80", base, base + "///"} {
		if _, err := scim.New(scim.Config{BaseURL: url, Token: token}); err != nil {
			t.Errorf("%s: %v", url, err)
		}
	}
}

func TestHeaders(t *testing.T) {
	t.Parallel()
	var header http.Header
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		header = r.Header
		write(w, 200, `{"totalResults":0}`)
	}))
	defer server.Close()
	c := client(t, scim.Config{BaseURL: server.URL, UserAgent: "gateway/1", Headers: map[string]string{"x-tenant": "acme"}})
	if _, err := c.Users(t.Context()); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"Authorization": "Bearer " + token, "User-Agent": "gateway/1", "X-Tenant": "acme", "Accept": "application/scim+json, application/json", "Content-Type": "",
	} {
		if got := header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

func oauthTarget(t *testing.T, change func(*scim.Config)) (*sandbox.Target, *scim.Client) {
	t.Helper()
	s := sandbox.New(sandbox.Options{Token: "unused"})
	s.AddOAuthClient("id&x", "s e/cret", time.Hour)
	server := httptest.NewServer(s.Handler())
	t.Cleanup(server.Close)
	config := scim.Config{BaseURL: server.URL, OAuth: &scim.OAuth{TokenURL: server.URL + "/oauth/token", ClientID: "id&x", ClientSecret: "s e/cret", Scopes: []string{"a", "b"}}}
	if change != nil {
		change(&config)
	}
	return s, client(t, config)
}

func TestOAuth(t *testing.T) {
	t.Parallel()
	s, c := oauthTarget(t, nil)
	var wg sync.WaitGroup
	for range 10 {
		wg.Go(func() {
			if _, err := c.Users(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if got := s.CountRequests("POST", "/oauth/token"); got != 1 {
		t.Errorf("%d calls of the token endpoint", got)
	}
	s.ResetRequests()
	s.RevokeTokens()
	if _, err := c.CreateUser(t.Context(), scim.Resource{"userName": "anna"}); err != nil {
		t.Errorf("after the token was revoked: %v", err)
	}
	if got := s.CountRequests("POST", "/oauth/token"); got != 1 {
		t.Errorf("%d renewals", got)
	}
	if got := len(s.Users()); got != 1 {
		t.Errorf("%d users", got)
	}
	s.ResetRequests()
	s.Fail(sandbox.Fault{PathPrefix: "/Users", Status: 401})
	if _, err := c.Users(t.Context()); !scim.IsUnauthorized(err) {
		t.Error(err)
	}
	if got := s.CountRequests("POST", "/oauth/token"); got != 1 {
		t.Errorf("%d renewals for a token that is always refused", got)
	}
}

// TestOAuthInForm has a token endpoint that refuses the Authorization header.
func TestOAuthInForm(t *testing.T) {
	t.Parallel()
	s, c := oauthTarget(t, nil)
	s.Fail(sandbox.Fault{PathPrefix: "/oauth", Times: 1, Status: 401})
	for range 2 {
		if _, err := c.Users(t.Context()); err != nil {
			t.Fatal(err)
		}
		s.RevokeTokens()
	}
	// Two calls for the first token; the way that worked is kept for the second.
	if got := s.CountRequests("POST", "/oauth/token"); got != 3 {
		t.Errorf("%d calls of the token endpoint", got)
	}
}

func TestOAuthRefusals(t *testing.T) {
	t.Parallel()
	_, wrong := oauthTarget(t, func(config *scim.Config) { config.OAuth.ClientSecret = "hidden-secret" })
	_, err := wrong.Test(t.Context())
	if err == nil || !errors.Is(err, scim.ErrRefused) || strings.Contains(err.Error(), "hidden-secret") {
		t.Errorf("%v", err)
	}
	for _, body := range []string{`{}`, `<html>`, `{"access_token":"a\nb"}`, `{"access_token":"MACTOKEN","token_type":"mac"}`} {
		s, c := oauthTarget(t, nil)
		s.Fail(sandbox.Fault{PathPrefix: "/oauth", Status: 200, Body: body})
		if _, err := c.Test(t.Context()); !errors.Is(err, scim.ErrRefused) || strings.Contains(err.Error(), "MACTOKEN") {
			t.Errorf("%s: %v", body, err)
		}
		if got := s.CountRequests("", "/Users"); got != 0 {
			t.Errorf("%d calls without a token", got)
		}
	}
	s, c := oauthTarget(t, nil)
	s.Fail(sandbox.Fault{PathPrefix: "/oauth", Times: 2, Status: 503})
	if _, err := c.Users(t.Context()); err != nil {
		t.Errorf("a token endpoint that was down for a moment: %v", err)
	}
}

// TestNothingLeaks plants secrets and personal data, and looks for them in
// everything that is written down.
func TestNothingLeaks(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var logged strings.Builder
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		write(w, 409, fmt.Sprintf(`{"status":"409","scimType":"uniqueness","detail":"Anna Schmidt, born 1990, has %s; token %s; see 'Berlin' [anna@example.com]"}`,
			"Chefin vom Dienst", strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")))
	}))
	defer server.Close()
	config := scim.Config{BaseURL: server.URL, Token: token, Log: func(_ context.Context, message string, fields map[string]any) {
		mu.Lock()
		defer mu.Unlock()
		fmt.Fprintln(&logged, message, fields)
	}}
	c := client(t, config)
	_, err := c.CreateUser(t.Context(), scim.Resource{
		"userName": "anna@example.com", "title": "Chefin vom Dienst", "name": object{"givenName": "Anna", "familyName": "Schmidt"},
	})
	var failed *scim.Error
	if !errors.As(err, &failed) || !scim.IsConflict(err) {
		t.Fatal(err)
	}
	want := "409 Conflict (uniqueness): *** ***, born ***, has ***; token (redacted); see '***' [***]"
	if got := failed.Masked(); got != want {
		t.Errorf("masked: %s\n   want: %s", got, want)
	}
	if !strings.Contains(failed.Detail, "Anna Schmidt") || strings.Contains(failed.Detail, token) {
		t.Errorf("detail: %s", failed.Detail)
	}
	if got := (&scim.Error{Status: 400, Detail: "department Produkt is unknown"}).Masked("Produkt"); got != "400 Bad Request: department *** is unknown" {
		t.Error(got)
	}
	_ = c.DeleteUser(t.Context(), "anna@example.com")
	everything := fmt.Sprintf("%v %s %v %+v %#v %v %#v %v %#v", logged.String(), err, failed, failed, failed, config, config, c, c)
	for _, planted := range []string{token, "Anna", "anna", "Schmidt", "Berlin", "1990", "Chefin"} {
		if strings.Contains(everything, planted) {
			t.Errorf("%q leaks: %s", planted, everything)
		}
	}
	if !strings.Contains(logged.String(), "/Users/{id}") || !strings.Contains(logged.String(), "status:409") {
		t.Errorf("log: %s", logged.String())
	}
}

func TestErrorShapes(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		`{"status":400,"scimType":"invalidValue","detail":"bad title"}`: "400 Bad Request (invalidValue): bad title",
		`{"Detail":"bad title"}`:                                  "400 Bad Request: bad title",
		`{"errors":[{"description":"bad title","code":"400"}]}`:   "400 Bad Request: bad title",
		`{"Errors":[{"description":"bad title","code":400}]}`:     "400 Bad Request: bad title",
		`{"error":"invalid_scope","error_description":"no such"}`: "400 Bad Request (invalid_scope): no such",
		`{"error":"bad title"}`:                                   "400 Bad Request: bad title",
		`{"error":{"message":"bad title"}}`:                       "400 Bad Request: bad title",
		`{"message":"bad title"}`:                                 "400 Bad Request: bad title",
		`{"detail":["bad"]}`:                                      "400 Bad Request",
		`{"status":"200"}`:                                        "400 Bad Request",
		`"bad title"`:                                             "400 Bad Request",
		`null`:                                                    "400 Bad Request",
		`<h1>Anna</h1>`:                                           "400 Bad Request: an HTML page",
		``:                                                        "400 Bad Request",
	} {
		c := scripted(t, func(w http.ResponseWriter, _ *http.Request) { write(w, 400, body) })
		err := c.DeleteUser(t.Context(), "1")
		var failed *scim.Error
		if !errors.As(err, &failed) || failed.Masked() != want || err.Error() != "DELETE /Users/{id}: "+want || failed.Path != "/Users/1" {
			t.Errorf("%s\n is %v\nnot %s", body, err, want)
		}
	}
}
