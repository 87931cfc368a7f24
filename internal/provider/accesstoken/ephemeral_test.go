package accesstoken_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/personio-community/terraform-provider-personio/internal/acctest"
	"github.com/personio-community/terraform-provider-personio/internal/acctest/tfproto"
	"github.com/personio-community/terraform-provider-personio/internal/provider"
)

const (
	tokenType = "personio_access_token"
	ownID     = "papi-00000000-0000-4000-8000-000000000001"
	ownSecret = "papi-PLANTED-own-secret-of-the-provider"
	// opened is the token that the server issues.
	opened = "papi-PLANTED-token-0123456789"
)

// server is a scripted token service: it answers POST /v2/auth/token with the
// answer, and POST /v2/auth/revoke with the status, and notes the forms.
type server struct {
	URL    string
	answer map[string]any
	status int
	mu     sync.Mutex
	forms  map[string][]url.Values
}

func serve(t *testing.T) *server {
	t.Helper()
	s := &server{
		status: http.StatusOK, forms: map[string][]url.Values{},
		answer: map[string]any{"access_token": opened, "token_type": "Bearer", "expires_in": 3600, "scope": "employees:read documents:read"},
	}
	http := httptest.NewServer(http.HandlerFunc(s.handle))
	t.Cleanup(http.Close)
	s.URL = http.URL
	return s
}

func (s *server) handle(w http.ResponseWriter, r *http.Request) {
	_ = r.ParseForm()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.forms[r.URL.Path] = append(s.forms[r.URL.Path], r.PostForm)
	switch {
	case r.URL.Path == "/v2/auth/revoke":
		w.WriteHeader(s.status)
		_, _ = io.WriteString(w, "no luck with "+r.PostForm.Get("token"))
	case s.answer["error"] != nil:
		w.WriteHeader(http.StatusBadRequest)
		_ = json.NewEncoder(w).Encode(s.answer)
	default:
		_ = json.NewEncoder(w).Encode(s.answer)
	}
}

// seen returns and forgets the forms that a path got.
func (s *server) seen(path string) []url.Values {
	s.mu.Lock()
	defer s.mu.Unlock()
	forms := s.forms[path]
	delete(s.forms, path)
	return forms
}

func (s *server) provider(t *testing.T) *tfproto.Provider {
	t.Helper()
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	return tfproto.Configured(t, acctest.NewProvider(provider.WithClock(acctest.At(now))), tfproto.Values{
		"base_url": s.URL, "client_id": ownID, "client_secret": ownSecret, "max_retries": int64(0),
	})
}

func wantParts(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("%q is missing in:\n%s", part, text)
		}
	}
	if strings.Contains(text, "PLANTED") {
		t.Errorf("a secret is in:\n%s", text)
	}
}

func TestOpenAndClose(t *testing.T) {
	t.Parallel()
	grant := []string{"client_credentials"}
	for name, test := range map[string]struct {
		config tfproto.Values
		form   url.Values
		scopes []any
	}{
		"own credential": {
			tfproto.Values{},
			url.Values{"grant_type": grant, "client_id": {ownID}, "client_secret": {ownSecret}},
			[]any{"documents:read", "employees:read"},
		},
		"narrowed, in the other spelling": {
			tfproto.Values{"scopes": []any{"personio:persons:read"}},
			url.Values{"grant_type": grant, "client_id": {ownID}, "client_secret": {ownSecret}, "scope": {"personio:persons:read"}},
			[]any{"personio:persons:read"},
		},
		"another credential": {
			tfproto.Values{"client_id": "papi-other", "client_secret": "PLANTED", "scopes": []any{"documents:read", "employees:read"}},
			url.Values{"grant_type": grant, "client_id": {"papi-other"}, "client_secret": {"PLANTED"}, "scope": {"documents:read employees:read"}},
			[]any{"documents:read", "employees:read"},
		},
	} {
		s := serve(t)
		p := s.provider(t)
		object, diags := p.Open(tokenType, test.config)
		if text := diags.Errors(); text != "" {
			t.Fatalf("%s: %s", name, text)
		}
		if diff := cmp.Diff([]url.Values{test.form}, s.seen("/v2/auth/token")); diff != "" {
			t.Errorf("%s: logins (-want +got):\n%s", name, diff)
		}
		want := tfproto.Values{
			"client_id": test.config["client_id"], "client_secret": test.config["client_secret"], "scopes": test.scopes,
			"access_token": opened, "token_type": "Bearer", "expires_at": "2026-11-22T13:00:00Z",
		}
		if diff := cmp.Diff(want, object.Values); diff != "" {
			t.Errorf("%s: result (-want +got):\n%s", name, diff)
		}
		if early := s.seen("/v2/auth/revoke"); len(early) > 0 {
			t.Errorf("%s: revoked before the end", name)
		}
		if diags := p.Close(tokenType, object); len(diags) > 0 {
			t.Errorf("%s: close: %s%s", name, diags.Errors(), diags.Warnings())
		}
		if diff := cmp.Diff([]url.Values{{"token": {opened}}}, s.seen("/v2/auth/revoke")); diff != "" {
			t.Errorf("%s: revocations (-want +got):\n%s", name, diff)
		}
	}
}

// A revocation that fails is a warning, without the token, and never fails a run.
func TestCloseFails(t *testing.T) {
	t.Parallel()
	s := serve(t)
	s.status = http.StatusInternalServerError
	p := s.provider(t)
	object, _ := p.Open(tokenType, tfproto.Values{})
	diags := p.Close(tokenType, object)
	if text := diags.Errors(); text != "" {
		t.Errorf("an error: %s", text)
	}
	wantParts(t, diags.Warnings(), "Could not revoke an access token", "ends by itself", "no luck with (redacted)")
}

func TestOpenFails(t *testing.T) {
	t.Parallel()
	refused := func(code string) map[string]any {
		return map[string]any{"error": code, "error_description": "so it is"}
	}
	for name, test := range map[string]struct {
		config  tfproto.Values
		answer  map[string]any
		want    []string
		logins  int
		revoked int
	}{
		"fewer scopes": {
			tfproto.Values{"scopes": []any{"personio:webhooks:read", "employees:read"}},
			nil,
			[]string{`AttributeName("scopes")`, "fewer scopes", "Missing: personio:webhooks:read."},
			1, 1,
		},
		"own credential refused": {
			tfproto.Values{}, refused("invalid_client"), []string{"Could not open access token", "invalid_client", "PERSONIO_CLIENT_ID"}, 1, 0,
		},
		"other credential refused": {
			tfproto.Values{"client_id": "papi-other", "client_secret": "PLANTED"},
			refused("unauthorized_client"),
			[]string{`AttributeName("client_id")`, `Could not open access token of API credential "papi-other"`, "given here were refused"},
			1, 0,
		},
		"scope not granted": {
			tfproto.Values{"scopes": []any{"employees:read"}}, refused("invalid_scope"), []string{"invalid_scope: so it is"}, 1, 0,
		},
		"unknown scope": {
			tfproto.Values{"scopes": []any{"employee:reads"}}, nil, []string{"Unknown scope", `Did you mean "employees:read"`}, 0, 0,
		},
		"unknown management scope": {
			tfproto.Values{"scopes": []any{"gateway:sync-rule:read"}}, nil, []string{`Did you mean "gateway:sync-rules:read"`}, 0, 0,
		},
		"no scopes":      {tfproto.Values{"scopes": []any{}}, nil, []string{"at least 1"}, 0, 0},
		"half a pair":    {tfproto.Values{"client_id": "papi-other"}, nil, []string{"client_secret is missing"}, 0, 0},
		"the other half": {tfproto.Values{"client_secret": "PLANTED"}, nil, []string{"client_id is missing"}, 0, 0},
		"empty secret":   {tfproto.Values{"client_id": "papi-other", "client_secret": ""}, nil, []string{"is empty"}, 0, 0},
	} {
		s := serve(t)
		if test.answer != nil {
			s.answer = test.answer
		}
		_, diags := s.provider(t).Open(tokenType, test.config)
		t.Log(name)
		wantParts(t, diags.Errors(), test.want...)
		if got := len(s.seen("/v2/auth/token")); got != test.logins {
			t.Errorf("%s: %d logins, want %d", name, got, test.logins)
		}
		if got := len(s.seen("/v2/auth/revoke")); got != test.revoked {
			t.Errorf("%s: %d revocations, want %d", name, got, test.revoked)
		}
	}
}
