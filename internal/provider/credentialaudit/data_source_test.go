package credentialaudit_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/personio-community/terraform-provider-personio/internal/acctest"
	"github.com/personio-community/terraform-provider-personio/internal/acctest/tfproto"
	"github.com/personio-community/terraform-provider-personio/internal/attribute"
)

const (
	typeName = "personio_credential_audit"

	ownID, ownSecret       = "papi-00000000-0000-4000-8000-000000000001", "papi-PLANTED-secret-of-the-provider"
	vendorID, vendorSecret = "papi-00000000-0000-4000-8000-000000000002", "papi-PLANTED-secret-of-the-vendor"

	routeToken, routeRevoke, routeAttributes = "POST /v2/auth/token", "POST /v2/auth/revoke", "GET /v1/company/employees/attributes"
)

// fake is Personio as far as an audit goes. It records every call.
type fake struct {
	mu sync.Mutex
	// scopes are those of both credentials; silent keeps them to itself.
	scopes []string
	silent bool
	// script answers instead, by route.
	script  map[string]http.HandlerFunc
	calls   []string
	tokens  map[string]string // token to client id
	revoked []string
}

func startFake(t *testing.T, f *fake) *tfproto.Provider {
	t.Helper()
	f.tokens = map[string]string{}
	server := httptest.NewServer(f)
	t.Cleanup(server.Close)
	return tfproto.Configured(t, acctest.NewProvider(), tfproto.Values{
		"base_url": server.URL, "client_id": ownID, "client_secret": ownSecret,
		"max_retries": int64(0), "max_requests_per_second": float64(10000),
	})
}

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	route := r.Method + " " + r.URL.Path
	call := route
	if scope := r.PostFormValue("scope"); scope != "" {
		call += " " + scope
	}
	f.calls = append(f.calls, call)
	if answer, ok := f.script[route]; ok {
		answer(w, r)
		return
	}
	switch bearer := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "); route {
	case routeToken:
		f.issue(w, r)
	case routeRevoke:
		f.revoked = append(f.revoked, r.PostFormValue("token"))
	case routeAttributes:
		if f.tokens[bearer] == "" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		_, _ = io.WriteString(w, `{"success":true,"data":[
			{"key":"last_name","label":"Last name","type":"standard","universal_id":"last_name","options":[]},
			{"key":"dynamic_9","label":"IBAN","type":"standard","universal_id":"iban"},
			{"key":"first_name","label":"First name","type":"standard","universal_id":null}]}`)
	default:
		w.WriteHeader(http.StatusNotFound)
	}
}

func (f *fake) issue(w http.ResponseWriter, r *http.Request) {
	id, secret := r.PostFormValue("client_id"), r.PostFormValue("client_secret")
	asked := strings.Fields(r.PostFormValue("scope"))
	switch {
	case id != ownID && id != vendorID:
		oauth("invalid_client", "unknown client")(w, r)
		return
	case id == ownID && secret != ownSecret, id == vendorID && secret != vendorSecret:
		oauth("unauthorized_client", "the secret "+secret+" is wrong")(w, r)
		return
	case slices.ContainsFunc(asked, func(s string) bool { return !slices.Contains(f.scopes, s) }):
		oauth("invalid_scope", "not granted")(w, r)
		return
	}
	token := fmt.Sprintf("papi-PLANTED-token-%d", len(f.tokens))
	f.tokens[token] = id
	answer := map[string]any{"access_token": token, "token_type": "Bearer", "expires_in": 86400}
	if !f.silent {
		answer["scope"] = strings.Join(f.scopes, " ")
	}
	_ = json.NewEncoder(w).Encode(answer)
}

func oauth(code, description string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/problem+json")
		w.WriteHeader(http.StatusBadRequest)
		_ = json.NewEncoder(w).Encode(map[string]any{"error": code, "error_description": description, "trace_id": "trace-7"})
	}
}

func status(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(code)
		_, _ = fmt.Fprintf(w, `{"success":false,"error":{"code":%d,"message":"no"}}`, code)
	}
}

// wantAllRevoked checks that no token outlives the audit.
func (f *fake) wantAllRevoked(t *testing.T) {
	t.Helper()
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.tokens) == 0 || len(f.revoked) != len(f.tokens) {
		t.Errorf("%d of %d tokens revoked", len(f.revoked), len(f.tokens))
	}
	for token := range f.tokens {
		if !slices.Contains(f.revoked, token) {
			t.Errorf("%s lives", token)
		}
	}
}

var vendor = tfproto.Values{"client_id": vendorID, "client_secret": vendorSecret}

func TestReadAnotherCredential(t *testing.T) {
	t.Parallel()
	f := &fake{scopes: []string{"employees:read", "documents:read"}}
	got, diags := startFake(t, f).ReadData(typeName, vendor.With(tfproto.Values{
		"expected_scopes":     []any{"personio:persons:read", "personio:jobs:read"},
		"expected_attributes": []any{"first_name", "last_name"},
	}))
	if len(diags) != 0 {
		t.Fatal(diags.Errors(), diags.Warnings())
	}
	row := func(key, label string, universal any) any {
		return map[string]any{"key": key, "label": label, "type": "standard", "universal_id": universal}
	}
	want := tfproto.Values{
		"client_id": vendorID, "client_secret": vendorSecret,
		"expected_scopes":     []any{"personio:jobs:read", "personio:persons:read"},
		"expected_attributes": []any{"first_name", "last_name"},
		"scopes":              []any{"documents:read", "employees:read"},
		"excess_scopes":       []any{"documents:read"},
		"missing_scopes":      []any{"personio:jobs:read"},
		"attributes_readable": true,
		"attributes":          []any{row("dynamic_9", "IBAN", "iban"), row("first_name", "First name", nil), row("last_name", "Last name", "last_name")},
		"attribute_keys":      []any{"dynamic_9", "first_name", "last_name"},
		"excess_attributes":   []any{"dynamic_9"},
		"missing_attributes":  []any{},
		"compliant":           false,
	}
	for _, name := range []string{"expected_scopes", "expected_attributes"} {
		slices.SortFunc(got[name].([]any), func(a, b any) int { return strings.Compare(a.(string), b.(string)) })
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	// The scopes were told, so that there are no probes; the provider's own
	// credential is not used at all.
	if want := []string{routeToken, routeAttributes, routeRevoke}; !slices.Equal(f.calls, want) {
		t.Errorf("calls %q, want %q", f.calls, want)
	}
	for token, id := range f.tokens {
		if id != vendorID {
			t.Errorf("%s belongs to %s", token, id)
		}
	}
	f.wantAllRevoked(t)
}

func TestReadTheOwnCredential(t *testing.T) {
	t.Parallel()
	f := &fake{scopes: []string{"personio:persons:read"}}
	got, diags := startFake(t, f).ReadData(typeName, tfproto.Values{})
	if len(diags) != 0 {
		t.Fatal(diags.Errors(), diags.Warnings())
	}
	if got["client_id"] != ownID || got["client_secret"] != nil {
		t.Errorf("client_id %v, client_secret %v", got["client_id"], got["client_secret"])
	}
	for _, name := range []string{"excess_scopes", "missing_scopes", "excess_attributes", "missing_attributes", "compliant"} {
		if got[name] != nil {
			t.Errorf("%s is %v although nothing was expected", name, got[name])
		}
	}
	f.wantAllRevoked(t)
}

func TestReadWithoutEmployees(t *testing.T) {
	t.Parallel()
	for name, scopes := range map[string][]string{
		"others only": {"documents:read", "personio:absences:read"},
		// Writing is not reading.
		"write only": {"employees:write"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := &fake{scopes: scopes}
			got, diags := startFake(t, f).ReadData(typeName, vendor.With(tfproto.Values{"expected_attributes": []any{}}))
			if len(diags) != 0 {
				t.Fatal(diags.Errors(), diags.Warnings())
			}
			want := tfproto.Values{"attributes_readable": false, "attributes": []any{}, "attribute_keys": []any{}, "compliant": true}
			for name, value := range want {
				if diff := cmp.Diff(value, got[name]); diff != "" {
					t.Errorf("%s: %s", name, diff)
				}
			}
			if slices.Contains(f.calls, routeAttributes) {
				t.Errorf("calls %q", f.calls)
			}
			f.wantAllRevoked(t)
		})
	}
}

func TestReadProbes(t *testing.T) {
	t.Parallel()
	// One official, one legacy, and one that the catalogue does not have.
	f := &fake{scopes: []string{"employees:read", "personio:jobs:read", "personio:recruiting:write"}, silent: true}
	got, diags := startFake(t, f).ReadData(typeName, vendor.With(tfproto.Values{
		"expected_scopes": []any{"personio:persons:read", "personio:recruiting:write"},
	}))
	if len(diags) != 0 {
		t.Fatal(diags.Errors(), diags.Warnings())
	}
	if diff := cmp.Diff([]any{"employees:read", "personio:jobs:read", "personio:recruiting:write"}, got["scopes"]); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]any{"personio:jobs:read"}, got["excess_scopes"]); diff != "" {
		t.Error(diff)
	}
	if got["attributes_readable"] != true {
		t.Error("the attributes were not asked for")
	}
	for _, s := range attribute.Scopes() {
		if !slices.Contains(f.calls, routeToken+" "+s.Name) {
			t.Errorf("%s was not asked for", s.Name)
		}
	}
	// One login and one token for each granted scope.
	if len(f.tokens) != 1+len(f.scopes) {
		t.Errorf("%d tokens", len(f.tokens))
	}
	f.wantAllRevoked(t)
}

func TestReadFails(t *testing.T) {
	t.Parallel()
	reading := []string{"personio:persons:read"}
	for name, test := range map[string]struct {
		fake   *fake
		config tfproto.Values
		want   []string
		not    []string
	}{
		"wrong secret": {
			&fake{},
			tfproto.Values{"client_id": vendorID, "client_secret": "papi-PLANTED-wrong"},
			[]string{`"client_id"`, vendorID, "client_id and client_secret given here were refused", "unauthorized_client", "trace-7", "HTTP status 400", "base_url"},
			[]string{"PERSONIO_CLIENT_ID"},
		},
		"unknown client": {
			&fake{},
			tfproto.Values{"client_id": "papi-nobody", "client_secret": vendorSecret},
			[]string{"papi-nobody", "client_id and client_secret given here were refused", "invalid_client"},
			[]string{"PERSONIO_CLIENT_ID"},
		},
		"the provider's own is refused": {
			&fake{script: map[string]http.HandlerFunc{routeToken: oauth("invalid_client", "gone")}},
			tfproto.Values{},
			[]string{"PERSONIO_CLIENT_ID", "PERSONIO_CLIENT_SECRET", "invalid_client"},
			[]string{"this data source"},
		},
		"the token endpoint fails": {
			&fake{script: map[string]http.HandlerFunc{routeToken: status(500)}}, vendor, []string{vendorID, "HTTP status 500"}, []string{"this data source"},
		},
		"attributes are refused although the scope is there": {
			&fake{scopes: reading, script: map[string]http.HandlerFunc{routeAttributes: status(403)}}, vendor,
			[]string{vendorID, "holds the scope to read employees", "HTTP status 403"},
			nil,
		},
		"the token dies meanwhile": {
			&fake{scopes: reading, script: map[string]http.HandlerFunc{routeAttributes: status(401)}}, vendor, []string{"plan again", "HTTP status 401"}, nil,
		},
		"attributes fail": {
			&fake{scopes: reading, script: map[string]http.HandlerFunc{routeAttributes: status(502)}}, vendor, []string{vendorID, "HTTP status 502"}, nil,
		},
		"scopes cannot be told": {
			&fake{script: map[string]http.HandlerFunc{routeToken: func(w http.ResponseWriter, _ *http.Request) {
				_, _ = io.WriteString(w, `{"access_token":"papi-PLANTED-any","expires_in":1}`)
			}}}, vendor, []string{vendorID, "a scope that does not exist"}, nil,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := test.fake
			_, diags := startFake(t, f).ReadData(typeName, test.config)
			text := diags.Errors()
			for _, part := range test.want {
				if !strings.Contains(text, part) {
					t.Errorf("%q is not in\n%s", part, text)
				}
			}
			for _, part := range append(test.not, "PLANTED") {
				if strings.Contains(text, part) {
					t.Errorf("%q is in\n%s", part, text)
				}
			}
			// Terraform prints the line of the configuration at the path.
			if strings.Contains(text, `AttributeName("client_secret")`) {
				t.Errorf("the secret's line would be shown:\n%s", text)
			}
			if len(f.tokens) > 0 {
				f.wantAllRevoked(t)
			}
		})
	}
}

func TestReadGoesOnWithoutRevocation(t *testing.T) {
	t.Parallel()
	f := &fake{scopes: []string{"personio:persons:read"}, script: map[string]http.HandlerFunc{routeRevoke: status(500)}}
	got, diags := startFake(t, f).ReadData(typeName, vendor)
	if diags.Errors() != "" || got["attributes_readable"] != true {
		t.Fatalf("%s\n%v", diags.Errors(), got)
	}
	for _, part := range []string{"Could not revoke", vendorID, "24 hours", "HTTP 500"} {
		if !strings.Contains(diags.Warnings(), part) {
			t.Errorf("%q is not in %s", part, diags.Warnings())
		}
	}
	if strings.Contains(diags.Warnings(), "PLANTED") {
		t.Errorf("a secret is in %s", diags.Warnings())
	}
}

func TestValidate(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		config tfproto.Values
		want   string
	}{
		"no secret":            {tfproto.Values{"client_id": vendorID}, "client_secret is missing"},
		"no id":                {tfproto.Values{"client_secret": vendorSecret}, "client_id is missing"},
		"empty id":             {tfproto.Values{"client_id": "", "client_secret": vendorSecret}, "at least 1"},
		"empty secret":         {tfproto.Values{"client_id": vendorID, "client_secret": ""}, "is empty"},
		"two scopes in one":    {vendor.With(tfproto.Values{"expected_scopes": []any{"documents:read documents:write"}}), "without spaces"},
		"empty scope":          {vendor.With(tfproto.Values{"expected_scopes": []any{""}}), "without spaces"},
		"null scope":           {vendor.With(tfproto.Values{"expected_scopes": []any{nil}}), "Null"},
		"null attribute":       {vendor.With(tfproto.Values{"expected_attributes": []any{nil}}), "Null"},
		"blank in a key":       {vendor.With(tfproto.Values{"expected_attributes": []any{"first name"}}), "without spaces"},
		"new to the catalogue": {vendor.With(tfproto.Values{"expected_scopes": []any{"personio:new:read"}, "expected_attributes": []any{"new_one"}}), ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := &fake{}
			_, diags := startFake(t, f).ReadData(typeName, test.config)
			text := diags.Errors()
			if test.want == "" && text != "" || !strings.Contains(text, test.want) {
				t.Errorf("want %q, got %s", test.want, text)
			}
			if strings.Contains(text, "PLANTED") || strings.Contains(text, `AttributeName("client_secret")`) {
				t.Errorf("the secret would be shown: %s", text)
			}
			if test.want != "" && len(f.calls) != 0 {
				t.Errorf("calls %q", f.calls)
			}
		})
	}
}
