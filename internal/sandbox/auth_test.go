package sandbox_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/personio-community/terraform-provider-personio/internal/sandbox"
)

func TestV1Auth(t *testing.T) {
	t.Parallel()
	a := start(t, sandbox.Options{}, sandbox.Credential{Scopes: []string{"employees:read", "absences:read"}})
	a.token = ""
	login := map[string]string{"client_id": a.credential.ClientID, "client_secret": a.credential.ClientSecret}
	byJSON := a.json(http.MethodPost, "/v1/auth", login).wantStatus(http.StatusOK)
	object := byJSON.object()
	token, _ := dig(object, "data", "token").(string)
	if object["success"] != true || !strings.HasPrefix(token, "papi-") {
		t.Errorf("body: %s", byJSON.body)
	}
	if dig(object, "data", "expires_in") != 86400.0 || dig(object, "data", "scope") != "employees:read absences:read" {
		t.Errorf("body: %s", byJSON.body)
	}
	if got := byJSON.header.Get("Authorization"); got != "Bearer "+token {
		t.Errorf("authorization header %q", got)
	}

	a.clock.advance(23 * time.Hour)
	form := url.Values{"client_id": {login["client_id"]}, "client_secret": {login["client_secret"]}}
	again := a.form("/v1/auth", form).wantStatus(http.StatusOK).object()
	if dig(again, "data", "token") != token || dig(again, "data", "expires_in") != 3600.0 {
		t.Errorf("the token is not stable: %v", again)
	}
	a.token = token
	if got := a.get("/v1/company/employees?limit=1").wantStatus(http.StatusOK).header.Get("Authorization"); got != "Bearer "+token {
		t.Errorf("echoed authorization header %q", got)
	}
	a.clock.advance(time.Hour)
	a.get("/v1/company/employees?limit=1").wantV1Error(http.StatusUnauthorized)
	if fresh := a.form("/v1/auth", form).wantStatus(http.StatusOK).object(); dig(fresh, "data", "token") == token {
		t.Error("an expired token was given again")
	}
}

func TestV1AuthRefusals(t *testing.T) {
	t.Parallel()
	a := start(t, sandbox.Options{}, sandbox.Credential{})
	a.token = ""
	a.json(http.MethodPost, "/v1/auth", map[string]string{"client_id": a.credential.ClientID, "client_secret": "wrong"}).wantV1Error(http.StatusUnauthorized)
	a.json(http.MethodPost, "/v1/auth", map[string]string{"client_id": "nobody", "client_secret": "wrong"}).wantV1Error(http.StatusUnauthorized)
	a.json(http.MethodPost, "/v1/auth", map[string]string{"client_id": a.credential.ClientID}).wantV1Error(http.StatusBadRequest)
	a.do(http.MethodPost, "/v1/auth", "application/json", "{").wantV1Error(http.StatusBadRequest)
	a.do(http.MethodPost, "/v1/auth", "", "").wantV1Error(http.StatusBadRequest)
}

func TestToken(t *testing.T) {
	t.Parallel()
	a := start(t, sandbox.Options{}, sandbox.Credential{Scopes: []string{"employees:read", "personio:webhooks:read"}})
	for name, test := range map[string]struct{ requested, granted string }{
		"no scope is all of them":   {"", "employees:read personio:webhooks:read"},
		"narrowed":                  {"personio:webhooks:read", "personio:webhooks:read"},
		"any order":                 {"personio:webhooks:read  employees:read", "personio:webhooks:read employees:read"},
		"official name of a legacy": {"personio:persons:read", "personio:persons:read"},
	} {
		r := a.form("/v2/auth/token", tokenForm(a.credential, test.requested)).wantStatus(http.StatusOK)
		object := r.object()
		token, _ := object["access_token"].(string)
		delete(object, "access_token")
		want := map[string]any{"token_type": "Bearer", "expires_in": 86400.0, "scope": test.granted}
		if diff := cmp.Diff(want, object); diff != "" || !strings.HasPrefix(token, "papi-") {
			t.Errorf("%s: token %q\n%s", name, token, diff)
		}
	}
	form := tokenForm(a.credential, "").Encode()
	a.do(http.MethodPost, "/v2/auth/token", "application/x-www-form-urlencoded; charset=UTF-8", form).wantStatus(http.StatusOK)
}

func TestTokenRefusals(t *testing.T) {
	t.Parallel()
	a := start(t, sandbox.Options{}, sandbox.Credential{Scopes: []string{"personio:persons:read"}})
	with := func(key, value string) url.Values {
		form := tokenForm(a.credential, "")
		form.Set(key, value)
		return form
	}
	const prefix = "https://developer.personio.de/reference/errors#credentials.oauth2."
	for name, test := range map[string]struct {
		form       url.Values
		wantError  string
		wantURI    string
		wantMeta   map[string]any
		isJSONBody bool
	}{
		"missing": {
			form: url.Values{"client_id": {"papi-x"}}, wantError: "invalid_request", wantURI: prefix + "invalid_request.required_parameters_missing",
			wantMeta: map[string]any{"missing_parameters": []any{"grant_type", "client_secret"}},
		},
		"grant type": {
			form: with("grant_type", "password"), wantError: "unsupported_grant_type", wantURI: prefix + "unsupported_grant_type",
			wantMeta: map[string]any{"grant_type": "password"},
		},
		"unknown client":  {form: with("client_id", "papi-nobody"), wantError: "invalid_client", wantURI: prefix + "invalid_client", wantMeta: map[string]any{}},
		"wrong secret":    {form: with("client_secret", "papi-wrong"), wantError: "unauthorized_client", wantURI: prefix + "unauthorized_client", wantMeta: map[string]any{}},
		"ungranted scope": {form: with("scope", "personio:webhooks:read"), wantError: "invalid_scope", wantURI: prefix + "invalid_scope", wantMeta: map[string]any{}},
		"unknown scope":   {form: with("scope", "personio:persons:read fake:777"), wantError: "invalid_scope", wantURI: prefix + "invalid_scope", wantMeta: map[string]any{}},
	} {
		r := a.form("/v2/auth/token", test.form).wantStatus(http.StatusBadRequest)
		object := r.object()
		if object["error"] != test.wantError || object["error_uri"] != test.wantURI || object["error_description"] == "" {
			t.Errorf("%s: %s", name, r.body)
		}
		if diff := cmp.Diff(any(test.wantMeta), object["meta"]); diff != "" {
			t.Errorf("%s: meta:\n%s", name, diff)
		}
		if object["timestamp"] == "" || object["trace_id"] == "" || object["errors"] != nil || r.header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s: not the error body of the token endpoint: %s", name, r.body)
		}
	}
	r := a.json(http.MethodPost, "/v2/auth/token", map[string]string{"grant_type": "client_credentials"}).wantStatus(http.StatusBadRequest)
	object := r.object()
	if object["error"] != "invalid_request" || object["type"] != prefix+"invalid_request.invalid_request_content_type" || object["error_uri"] != nil {
		t.Errorf("JSON body: %s", r.body)
	}
}

func TestRevoke(t *testing.T) {
	t.Parallel()
	a := start(t, sandbox.Options{}, sandbox.Credential{})
	other := a.login(a.credential)
	a.get("/v2/persons").wantStatus(http.StatusOK)
	if r := a.form("/v2/auth/revoke", url.Values{"token": {a.token}}).wantStatus(http.StatusOK); len(r.body) != 0 {
		t.Errorf("body: %s", r.body)
	}
	a.get("/v2/persons").wantProblem(http.StatusUnauthorized, "Unauthorized Request", "commonunauthorized")
	a.form("/v2/auth/revoke", url.Values{"token": {a.token}}).wantStatus(http.StatusOK)
	a.form("/v2/auth/revoke", url.Values{}).wantStatus(http.StatusBadRequest)
	a.token = other
	a.get("/v2/persons").wantStatus(http.StatusOK)
}

func TestTokensEnd(t *testing.T) {
	t.Parallel()
	a := start(t, sandbox.Options{}, sandbox.Credential{})
	works := func() bool { return a.get("/v2/persons?limit=1").status == http.StatusOK }
	a.clock.advance(24*time.Hour - time.Second)
	if !works() {
		t.Error("the token ended before its time")
	}
	a.clock.advance(time.Second)
	if works() {
		t.Error("the token works after 24 h")
	}
	for name, end := range map[string]func(){
		"all":         func() { a.InvalidateTokens() },
		"by client":   func() { a.InvalidateTokens(a.credential.ClientID) },
		"scopes":      func() { a.SetScopes(a.credential.ClientID, sandbox.KnownScopes()...) },
		"replacement": func() { a.AddCredential(a.credential) },
	} {
		a.token = a.login(a.credential)
		if !works() {
			t.Fatalf("%s: a fresh token does not work", name)
		}
		end()
		if works() {
			t.Errorf("%s: the token still works", name)
		}
	}
	a.RemoveCredential(a.credential.ClientID)
	if r := a.form("/v2/auth/token", tokenForm(a.credential, "")); r.object()["error"] != "invalid_client" {
		t.Errorf("removed credential: %s", r.body)
	}
	if a.SetScopes("nobody") || a.SetAttributes("nobody", nil) || a.DropAttributes("nobody") {
		t.Error("a change of a credential that does not exist was reported as done")
	}
}

func TestMissingRights(t *testing.T) {
	t.Parallel()
	a := start(t, sandbox.Options{}, sandbox.Credential{Scopes: []string{"personio:webhooks:read"}})
	person := a.Company().People()[0]
	id := "/v2/persons/" + itoa(person.ID)
	a.get("/v2/persons").wantProblem(http.StatusUnauthorized, "Unauthorized Request", "commonunauthorized")
	a.get(id).wantProblem(http.StatusForbidden, "Insufficient access scope", "#commonforbidden")
	a.get(id+"/employments").wantProblem(http.StatusForbidden, "Insufficient access scope", "#commonforbidden")
	a.get("/v1/company/employees").wantV1Error(http.StatusForbidden)
	a.get("/v1/company/employees/attributes").wantV1Error(http.StatusForbidden)

	reader := start(t, sandbox.Options{}, sandbox.Credential{Scopes: []string{"employees:read"}})
	reader.get("/v2/persons").wantStatus(http.StatusOK)
	reader.json(http.MethodPatch, "/v2/persons/"+itoa(person.ID), map[string]any{}).wantProblem(http.StatusForbidden, "Insufficient access scope", "#commonforbidden")
	reader.json(http.MethodPatch, "/v1/company/employees/"+itoa(person.ID), map[string]any{}).wantV1Error(http.StatusForbidden)
	writer := start(t, sandbox.Options{}, sandbox.Credential{Scopes: []string{"employees:write"}})
	writer.get("/v1/company/employees").wantV1Error(http.StatusForbidden)

	for _, token := range []string{"", "papi-made-up"} {
		a.token = token
		a.get(id).wantProblem(http.StatusUnauthorized, "Unauthorized Request", "commonunauthorized")
		a.get("/v1/company/employees").wantV1Error(http.StatusUnauthorized)
	}
}

func TestUnknownRoutes(t *testing.T) {
	t.Parallel()
	a := start(t, sandbox.Options{}, sandbox.Credential{})
	for _, path := range []string{"/", "/v2/nothing", "/v1/nothing", "/gateway/v1/custom-integrations", "/v2/org-units?type=team", "/v2/workplaces", "/v2/cost-centers"} {
		problem := a.get(path).wantProblem(http.StatusNotFound, "Not Found", "#apinot_found")
		plain, _, _ := strings.Cut(path, "?")
		if dig(problem, "_meta", "path") != plain {
			t.Errorf("%s: _meta.path is %v", path, dig(problem, "_meta", "path"))
		}
	}
	a.do(http.MethodPut, "/v2/persons", "", "").wantProblem(http.StatusNotFound, "Not Found", "#apinot_found")
}
