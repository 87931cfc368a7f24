package gateway_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/personio-community/terraform-provider-personio/internal/attribute"
	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
)

type v1Auth struct {
	Success bool `json:"success"`
	Data    struct {
		Token     string `json:"token"`
		ExpiresIn int    `json:"expires_in"`
		Scope     string `json:"scope"`
	} `json:"data"`
	Error struct {
		Code    int    `json:"code"`
		Message string `json:"message"`
	} `json:"error"`
}

type v2Auth struct {
	AccessToken string         `json:"access_token"`
	TokenType   string         `json:"token_type"`
	ExpiresIn   int            `json:"expires_in"`
	Scope       string         `json:"scope"`
	Error       string         `json:"error"`
	Description string         `json:"error_description"`
	URI         string         `json:"error_uri"`
	Type        string         `json:"type"`
	Timestamp   string         `json:"timestamp"`
	TraceID     string         `json:"trace_id"`
	Meta        map[string]any `json:"meta"`
}

// tokenV1 asks for an access token in the way of v1.
func (e *env) tokenV1(clientID, clientSecret string) string {
	e.t.Helper()
	return decode[v1Auth](e.call(http.MethodPost, "/v1/auth", "", url.Values{"client_id": {clientID}, "client_secret": {clientSecret}}).want(http.StatusOK)).Data.Token
}

func TestTokenV1(t *testing.T) {
	t.Parallel()
	e := start(t)
	c := e.credential(e.integrate("Reporting", "email").ID)
	bodies := map[string]any{
		"form": url.Values{"client_id": {c.ClientID}, "client_secret": {c.ClientSecret}},
		"JSON": map[string]string{"client_id": c.ClientID, "client_secret": c.ClientSecret},
	}
	for name, body := range bodies {
		a := e.call(http.MethodPost, "/v1/auth", "", body).want(http.StatusOK)
		auth := decode[v1Auth](a)
		if !auth.Success || !strings.HasPrefix(auth.Data.Token, "papi-") || auth.Data.ExpiresIn != 86400 || auth.Data.Scope != attribute.ScopePersonsRead {
			t.Errorf("%s: success %v, expires_in %d, scope %q", name, auth.Success, auth.Data.ExpiresIn, auth.Data.Scope)
		}
		if a.header.Get("Authorization") != "Bearer "+auth.Data.Token {
			t.Errorf("%s: the token is not echoed in the authorization header", name)
		}
	}
	for name, body := range map[string]any{
		"wrong secret": url.Values{"client_id": {c.ClientID}, "client_secret": {"papi-wrong"}},
		"unknown id":   map[string]string{"client_id": "papi-x", "client_secret": c.ClientSecret},
		"no secret":    map[string]string{"client_id": c.ClientID},
		"no JSON":      `{"client_id":`,
	} {
		a := e.call(http.MethodPost, "/v1/auth", "", body)
		if auth := decode[v1Auth](a); a.status < 400 || a.status > 403 || auth.Success || auth.Error.Message == "" || strings.Contains(string(a.body), c.ClientSecret) {
			t.Errorf("%s: status %d, body %s", name, a.status, a.body)
		}
	}
}

func TestTokenV2(t *testing.T) {
	t.Parallel()
	e := start(t)
	i := decode[gatewayapi.CustomIntegration](e.call(http.MethodPost, integrations, e.admin, map[string]any{
		"name": "Two rights", "scopes": []string{"employees:read", "personio:absences:read"}, "readable_attributes": []string{"email"},
	}).want(http.StatusCreated))
	c := e.credential(i.ID)
	form := func(change func(url.Values)) url.Values {
		f := tokenForm(c.ClientID, c.ClientSecret, "")
		change(f)
		return f
	}
	for name, good := range map[string]struct{ ask, scope string }{
		"all":             {"", "employees:read personio:absences:read"},
		"one":             {"personio:absences:read", "personio:absences:read"},
		"official string": {"personio:persons:read", "personio:persons:read"},
	} {
		auth := decode[v2Auth](e.call(http.MethodPost, "/v2/auth/token", "", tokenForm(c.ClientID, c.ClientSecret, good.ask)).want(http.StatusOK))
		if !strings.HasPrefix(auth.AccessToken, "papi-") || auth.TokenType != "Bearer" || auth.ExpiresIn != 86400 || auth.Scope != good.scope {
			t.Errorf("%s: %+v", name, auth)
		}
	}
	narrowed := decode[v2Auth](e.call(http.MethodPost, "/v2/auth/token", "", tokenForm(c.ClientID, c.ClientSecret, "personio:absences:read")).want(http.StatusOK))
	e.call(http.MethodGet, "/v2/persons", narrowed.AccessToken, nil).want(http.StatusUnauthorized)
	e.call(http.MethodGet, employees, narrowed.AccessToken, nil).want(http.StatusForbidden)

	for name, bad := range map[string]struct {
		body any
		code string
	}{
		"JSON":                {map[string]string{"grant_type": "client_credentials", "client_id": c.ClientID, "client_secret": c.ClientSecret}, "invalid_request"},
		"no secret":           {form(func(f url.Values) { f.Del("client_secret") }), "invalid_request"},
		"other grant":         {form(func(f url.Values) { f.Set("grant_type", "password") }), "unsupported_grant_type"},
		"wrong secret":        {form(func(f url.Values) { f.Set("client_secret", "papi-wrong") }), "unauthorized_client"},
		"unknown id":          {form(func(f url.Values) { f.Set("client_id", "papi-x") }), "invalid_client"},
		"scope not granted":   {form(func(f url.Values) { f.Set("scope", "employees:read employees:write") }), "invalid_scope"},
		"scope of nobody":     {form(func(f url.Values) { f.Set("scope", "all") }), "invalid_scope"},
		"management scope":    {form(func(f url.Values) { f.Set("scope", "gateway:api-credentials:write") }), "invalid_scope"},
		"nothing but a grant": {url.Values{"grant_type": {"client_credentials"}}, "invalid_request"},
	} {
		a := e.call(http.MethodPost, "/v2/auth/token", "", bad.body).want(http.StatusBadRequest)
		auth := decode[v2Auth](a)
		if auth.Error != bad.code || auth.Description == "" || auth.TraceID == "" || auth.Timestamp == "" || !strings.Contains(auth.URI+auth.Type, "#credentials.oauth2."+bad.code) || auth.Meta == nil {
			t.Errorf("%s: %s", name, a.body)
		}
		if strings.Contains(string(a.body), c.ClientSecret) {
			t.Errorf("%s: the error repeats the secret", name)
		}
	}
	e.call(http.MethodPatch, credentials+"/"+c.ID, e.admin, `{"enabled":false}`).want(http.StatusOK)
	if auth := decode[v2Auth](e.call(http.MethodPost, "/v2/auth/token", "", tokenForm(c.ClientID, c.ClientSecret, "")).want(http.StatusBadRequest)); auth.Error != "unauthorized_client" || !strings.Contains(auth.Description, "disabled") {
		t.Errorf("a disabled credential: %+v", auth)
	}
}

func TestRevokeEndsOneToken(t *testing.T) {
	t.Parallel()
	e := start(t)
	c := e.credential(e.integrate("Reporting", "email").ID)
	one, other := e.token(c.ClientID, c.ClientSecret), e.token(c.ClientID, c.ClientSecret)
	if a := e.call(http.MethodPost, "/v2/auth/revoke", "", url.Values{"token": {one}}).want(http.StatusOK); len(a.body) != 0 {
		t.Errorf("the answer has a body: %s", a.body)
	}
	e.call(http.MethodGet, employees, one, nil).want(http.StatusUnauthorized)
	e.call(http.MethodGet, employees, other, nil).want(http.StatusOK)
	e.call(http.MethodPost, "/v2/auth/revoke", "", url.Values{"token": {"papi-unknown"}}).want(http.StatusOK)
	e.call(http.MethodPost, "/v2/auth/revoke", "", url.Values{}).want(http.StatusBadRequest)
}

// No secret, token or employee data is in the log, at the level debug.
func TestLogHoldsNoSecretsAndNoPeople(t *testing.T) {
	t.Parallel()
	e := start(t)
	brought := "planted-secret-that-a-user-brought-0123456789"
	i := e.integrate("Reporting", "email", "last_name")
	c := decode[gatewayapi.APICredential](e.call(http.MethodPost, credentials, e.admin, map[string]any{"custom_integration_id": i.ID, "name": "own", "client_secret": brought}).want(http.StatusCreated))
	token := e.token(c.ClientID, brought)
	e.call(http.MethodGet, "/v1/company/employees?limit=100", token, nil).want(http.StatusOK)
	person := e.box.Company().People()[0]
	e.call(http.MethodGet, "/v2/persons?email="+url.QueryEscape(person.Email), token, nil).want(http.StatusOK)
	e.call(http.MethodPost, "/v2/auth/token", "", tokenForm(c.ClientID, brought+"x", "")).want(http.StatusBadRequest)
	log := e.log.String()
	if !strings.Contains(log, "/v2/persons") {
		t.Fatal("the log does not tell of the calls at all")
	}
	secrets := []string{brought, token, e.admin, e.upstream.ClientSecret}
	for _, p := range e.box.Company().People() {
		if p.Email != "" {
			secrets = append(secrets, p.Email, url.QueryEscape(p.Email))
		}
	}
	for _, s := range secrets {
		if strings.Contains(log, s) {
			t.Errorf("the log holds %q", s)
		}
	}
}
