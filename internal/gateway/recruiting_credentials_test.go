package gateway_test

import (
	"bytes"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/personio-community/terraform-provider-personio/internal/attribute"
	"github.com/personio-community/terraform-provider-personio/internal/gateway"
	"github.com/personio-community/terraform-provider-personio/internal/gateway/token"
	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
)

// recruitingCredential issues a credential of the kind recruiting; more are
// further members of the body.
func (e *env) recruitingCredential(integrationID string, more map[string]any) gatewayapi.APICredential {
	e.t.Helper()
	body := map[string]any{"custom_integration_id": integrationID, "name": "careers", "kind": "recruiting"}
	maps.Copy(body, more)
	return decode[gatewayapi.APICredential](e.call(http.MethodPost, credentials, e.admin, body).want(http.StatusCreated))
}

func (e *env) companyID() string { return strconv.Itoa(e.recruiting.CompanyID) }

// tokens is the check of tokens on the gateway's database. Close writes what it
// noted of last uses.
func (e *env) tokens() *token.Service {
	e.t.Helper()
	db, err := gateway.OpenStore(e.t.Context(), e.database, e.key)
	if err != nil {
		e.t.Fatal(err)
	}
	s := token.New(db, e.key, e.clock.Now)
	e.t.Cleanup(func() {
		if err := errors.Join(s.Close(), db.Close()); err != nil {
			e.t.Error(err)
		}
	})
	return s
}

// recruiter checks a request with the given headers, name, value, name, value.
func recruiter(e *env, s *token.Service, headers ...string) (token.Principal, error) {
	e.t.Helper()
	r := httptest.NewRequestWithContext(e.t.Context(), http.MethodPost, "/v1/recruiting/applications", nil)
	for n := 0; n+1 < len(headers); n += 2 {
		r.Header.Add(headers[n], headers[n+1])
	}
	return s.AuthenticateRecruiting(r, e.companyID())
}

// opens wants that a static token opens recruiting, or does not.
func opens(e *env, s *token.Service, what, bearer string, want bool) {
	e.t.Helper()
	_, err := recruiter(e, s, "Authorization", "Bearer "+bearer, "X-Company-ID", e.companyID())
	if want && err != nil || !want && !errors.Is(err, token.ErrInvalid) {
		e.t.Errorf("%s: error %v, want good: %v", what, err, want)
	}
}

func TestRecruitingCredentialLifecycle(t *testing.T) {
	t.Parallel()
	e := start(t)
	i := e.integrate("Careers site")
	created := e.recruitingCredential(i.ID, nil)
	company := e.companyID()
	if created.ClientID != "" || created.ClientSecret == "" {
		t.Errorf("client id %q, a secret: %v", created.ClientID, created.ClientSecret != "")
	}
	want := created
	want.ClientSecret = ""
	want.Kind, want.CompanyID, want.Status, want.Enabled, want.Name, want.CustomIntegrationID, want.Revision = gatewayapi.KindRecruiting, &company, gatewayapi.CredentialActive, true, "careers", i.ID, "1"
	one := e.call(http.MethodGet, credentials+"/"+created.ID, e.admin, nil).want(http.StatusOK)
	if diff := cmp.Diff(want, decode[gatewayapi.APICredential](one)); diff != "" {
		t.Errorf("read (-want +got):\n%s", diff)
	}
	if strings.Contains(string(one.body), "client_id") {
		t.Errorf("an id that no client can use is told: %s", one.body)
	}
	personnel := e.credential(i.ID)
	list := e.call(http.MethodGet, credentials+"?custom_integration_id="+i.ID, e.admin, nil).want(http.StatusOK)
	if !strings.Contains(string(list.body), `"company_id":null`) {
		t.Errorf("the personnel credential has a company id: %s", list.body)
	}
	personnel.ClientSecret = ""
	if diff := cmp.Diff([]gatewayapi.APICredential{want, personnel}, decode[gatewayapi.List[gatewayapi.APICredential]](list).Data); diff != "" {
		t.Errorf("list (-want +got):\n%s", diff)
	}
	e.call(http.MethodDelete, credentials+"/"+created.ID, e.admin, nil).want(http.StatusNoContent)
	e.call(http.MethodGet, credentials+"/"+created.ID, e.admin, nil).want(http.StatusNotFound)
}

// A gateway without a pair of its own issues none, and says so; what was issued
// before is still there to be revoked.
func TestNoRecruitingWithoutUpstreamPair(t *testing.T) {
	t.Parallel()
	e := start(t)
	i := e.integrate("Careers site")
	before := e.recruitingCredential(i.ID, nil)
	e.stop()
	config := e.config()
	config.UpstreamRecruitingCompanyID, config.UpstreamRecruitingToken = "", ""
	server, err := gateway.New(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	listener := httptest.NewServer(server.Handler())
	t.Cleanup(func() {
		listener.Close()
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	})
	e.gatewayURL = listener.URL
	refused := e.call(http.MethodPost, credentials, e.admin, `{"name":"x","kind":"recruiting","custom_integration_id":"`+i.ID+`"}`).want(http.StatusUnprocessableEntity).problem()
	if refused.Meta[gatewayapi.MetaPointer] != "/kind" || refused.Kind() != gatewayapi.KindUpstreamSmaller || !strings.Contains(refused.Detail, "no upstream recruiting credential") {
		t.Errorf("%+v", refused)
	}
	if got := decode[gatewayapi.APICredential](e.call(http.MethodGet, credentials+"/"+before.ID, e.admin, nil).want(http.StatusOK)); got.CompanyID != nil {
		t.Errorf("company id %q of no company", *got.CompanyID)
	}
	s := e.tokens()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/v1/recruiting/applications", nil)
	r.Header.Set("Authorization", "Bearer "+before.ClientSecret)
	r.Header.Set("X-Company-ID", "")
	if _, err := s.AuthenticateRecruiting(r, server.Upstream().RecruitingCompanyID()); !errors.Is(err, token.ErrInvalid) {
		t.Errorf("an empty company id opens recruiting: %v", err)
	}
	if _, err := server.Upstream().ForwardRecruiting(t.Context(), http.MethodPost, "/v1/recruiting/applications", nil, nil, nil); err == nil { //nolint:bodyclose // There is no answer.
		t.Error("a call was forwarded")
	}
	if n := e.box.CountRequests(http.MethodPost, "/v1/recruiting"); n != 0 {
		t.Errorf("%d calls reached Personio", n)
	}
	e.call(http.MethodDelete, credentials+"/"+before.ID, e.admin, nil).want(http.StatusNoContent)
}

func TestRecruitingTokenOpensRecruitingAndNothingElse(t *testing.T) {
	t.Parallel()
	e := start(t)
	i := e.integrate("Careers site", "email")
	brought := "a-static-token-of-the-users-own-0123456789"
	generated, own := e.recruitingCredential(i.ID, nil), e.recruitingCredential(i.ID, map[string]any{"client_secret": brought})
	if own.ClientSecret != "" {
		t.Error("a token that was brought came back")
	}
	personnel := e.credential(i.ID)
	access := e.token(personnel.ClientID, personnel.ClientSecret)
	s := e.tokens()
	for bearer, id := range map[string]string{generated.ClientSecret: generated.ID, brought: own.ID} {
		p, err := recruiter(e, s, "Authorization", "bearer "+bearer, "X-Company-ID", e.companyID())
		if err != nil || p.CredentialID != id || p.CustomIntegrationID != i.ID {
			t.Errorf("principal %+v, error %v", p, err)
		}
		if p.Management || p.Scopes.Has(attribute.ScopePersonsRead) || p.MayRead("email") || p.MayWrite("email") {
			t.Errorf("it may more than recruiting: %+v", p)
		}
	}
	bearer, company := "Bearer "+generated.ClientSecret, e.companyID()
	for name, headers := range map[string][]string{
		"no headers":          {},
		"no token":            {"X-Company-ID", company},
		"no company id":       {"Authorization", bearer},
		"other company id":    {"Authorization", bearer, "X-Company-ID", company + "0"},
		"two company ids":     {"Authorization", bearer, "X-Company-ID", company, "X-Company-ID", company},
		"two tokens":          {"Authorization", bearer, "Authorization", bearer, "X-Company-ID", company},
		"other scheme":        {"Authorization", "Basic " + generated.ClientSecret, "X-Company-ID", company},
		"empty token":         {"Authorization", "Bearer ", "X-Company-ID", company},
		"wrong token":         {"Authorization", bearer + "x", "X-Company-ID", company},
		"access token":        {"Authorization", "Bearer " + access, "X-Company-ID", company},
		"secret of personnel": {"Authorization", "Bearer " + personnel.ClientSecret, "X-Company-ID", company},
		"management token":    {"Authorization", "Bearer " + e.admin, "X-Company-ID", company},
		"upstream token":      {"Authorization", "Bearer " + e.recruiting.Token, "X-Company-ID", company},
	} {
		if _, err := recruiter(e, s, headers...); !errors.Is(err, token.ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	// The other way round: nothing but recruiting takes a static token.
	e.box.ResetRequests()
	for _, secret := range []string{generated.ClientSecret, brought} {
		for _, path := range []string{employees, "/v2/persons", credentials, gatewayapi.PathAccessLog} {
			e.call(http.MethodGet, path, secret, nil, "X-Company-ID", company).want(http.StatusUnauthorized)
		}
	}
	if n := e.box.CountRequests(http.MethodGet, "/"); n != 0 {
		t.Errorf("%d calls with a static token reached Personio", n)
	}
	for _, secret := range []string{generated.ClientSecret, brought} {
		if strings.Contains(e.log.String(), secret) {
			t.Error("the log holds a static token")
		}
	}
}

// Whatever a holder of a recruiting credential takes for its client id, it gets no
// access token, and learns what the credential is for.
func TestRecruitingCredentialGetsNoAccessToken(t *testing.T) {
	t.Parallel()
	e := start(t)
	c := e.recruitingCredential(e.integrate("Careers site").ID, nil)
	for _, clientID := range []string{c.ID, e.companyID(), "papi-x"} {
		a := e.call(http.MethodPost, "/v2/auth/token", "", tokenForm(clientID, c.ClientSecret, "")).want(http.StatusBadRequest)
		if auth := decode[v2Auth](a); auth.Error != "unauthorized_client" || !strings.Contains(auth.Description, "/v1/recruiting") || !strings.Contains(auth.Description, "X-Company-ID") {
			t.Errorf("v2 with %q: %+v", clientID, auth)
		}
		a = e.call(http.MethodPost, "/v1/auth", "", map[string]string{"client_id": clientID, "client_secret": c.ClientSecret}).want(http.StatusUnauthorized)
		if auth := decode[v1Auth](a); auth.Success || !strings.Contains(auth.Error.Message, "/v1/recruiting") {
			t.Errorf("v1 with %q: %+v", clientID, auth)
		}
	}
	for _, clientID := range []string{e.companyID(), "papi-x"} {
		a := e.call(http.MethodPost, "/v2/auth/token", "", tokenForm(clientID, c.ClientSecret+"x", "")).want(http.StatusBadRequest)
		if auth := decode[v2Auth](a); auth.Error != "invalid_client" {
			t.Errorf("a wrong token with %q: %+v", clientID, auth)
		}
	}
}

// Whatever ends a credential ends its static token with the next call.
func TestEndOfARecruitingCredential(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(e *env, i gatewayapi.CustomIntegration, c gatewayapi.APICredential){
		"revoked": func(e *env, _ gatewayapi.CustomIntegration, c gatewayapi.APICredential) {
			e.call(http.MethodDelete, credentials+"/"+c.ID, e.admin, nil).want(http.StatusNoContent)
		},
		"disabled": func(e *env, _ gatewayapi.CustomIntegration, c gatewayapi.APICredential) {
			e.call(http.MethodPatch, credentials+"/"+c.ID, e.admin, `{"enabled":false}`).want(http.StatusOK)
		},
		"expired": func(e *env, _ gatewayapi.CustomIntegration, c gatewayapi.APICredential) {
			e.call(http.MethodPatch, credentials+"/"+c.ID, e.admin, map[string]any{"expires_at": e.clock.Now().Add(time.Hour)}).want(http.StatusOK)
			e.clock.Advance(time.Hour)
		},
		"rotated without overlap": func(e *env, _ gatewayapi.CustomIntegration, c gatewayapi.APICredential) {
			e.call(http.MethodPost, credentials+"/"+c.ID+"/rotate", e.admin, `{"rotation_overlap":"0s"}`).want(http.StatusOK)
		},
		"integration disabled": func(e *env, i gatewayapi.CustomIntegration, _ gatewayapi.APICredential) {
			e.call(http.MethodPatch, integrations+"/"+i.ID, e.admin, `{"enabled":false}`).want(http.StatusOK)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := start(t)
			i := e.integrate("Careers site")
			c := e.recruitingCredential(i.ID, nil)
			s := e.tokens()
			opens(e, s, "before", c.ClientSecret, true)
			end(e, i, c)
			opens(e, s, name, c.ClientSecret, false)
		})
	}
}

func TestRotationOfARecruitingCredential(t *testing.T) {
	t.Parallel()
	e := start(t)
	c := e.recruitingCredential(e.integrate("Careers site").ID, nil)
	s := e.tokens()
	rotate := func(body any) gatewayapi.APICredential {
		t.Helper()
		return decode[gatewayapi.APICredential](e.call(http.MethodPost, credentials+"/"+c.ID+"/rotate", e.admin, body).want(http.StatusOK))
	}
	second := rotate(`{"rotation_overlap":"1h"}`)
	opens(e, s, "the old one in the overlap", c.ClientSecret, true)
	opens(e, s, "the new one", second.ClientSecret, true)
	e.clock.Advance(time.Hour)
	opens(e, s, "the old one after it", c.ClientSecret, false)
	opens(e, s, "the new one after it", second.ClientSecret, true)
	brought := "a-static-token-of-the-users-own-0123456789"
	rotate(map[string]string{"rotation_overlap": "1h", "client_secret": brought})
	third := rotate(`{"rotation_overlap":"1h"}`)
	for bearer, want := range map[string]bool{second.ClientSecret: false, brought: true, third.ClientSecret: true} {
		opens(e, s, "after two more rotations", bearer, want)
	}

	refused := e.call(http.MethodPost, credentials+"/"+c.ID+"/rotate", e.admin, `{"reset_client_id":true,"rotation_overlap":"1h"}`).want(http.StatusUnprocessableEntity).problem()
	if refused.Meta[gatewayapi.MetaPointer] != "/reset_client_id" || !strings.Contains(refused.Detail, "no client id to reset") {
		t.Errorf("%+v", refused)
	}
	opens(e, s, "after a refused reset", third.ClientSecret, true)
	opens(e, s, "the one before, after a refused reset", brought, true)
}

// A static token is all that tells whose a call is, so no two have the same.
func TestStaticTokensAreUnique(t *testing.T) {
	t.Parallel()
	e := start(t)
	i := e.integrate("Careers site")
	brought := "a-static-token-of-the-users-own-0123456789"
	first, second := e.recruitingCredential(i.ID, map[string]any{"client_secret": brought}), e.recruitingCredential(i.ID, nil)
	for name, a := range map[string]answer{
		"create": e.call(http.MethodPost, credentials, e.admin, map[string]any{"custom_integration_id": i.ID, "name": "x", "kind": "recruiting", "client_secret": brought}),
		"rotate": e.call(http.MethodPost, credentials+"/"+second.ID+"/rotate", e.admin, map[string]any{"client_secret": brought}),
	} {
		p := a.want(http.StatusUnprocessableEntity).problem()
		if p.Meta[gatewayapi.MetaPointer] != "/client_secret" || !strings.Contains(p.Detail, "Another recruiting credential has this token") || strings.Contains(string(a.body), brought) {
			t.Errorf("%s: %s", name, a.body)
		}
	}
	// A personnel credential may have it: it is of no use for recruiting.
	e.call(http.MethodPost, credentials, e.admin, map[string]any{"custom_integration_id": i.ID, "name": "x", "client_secret": brought}).want(http.StatusCreated)
	s := e.tokens()
	opens(e, s, "the second's own", second.ClientSecret, true)
	// Who has it now goes before whose runs out.
	e.call(http.MethodPost, credentials+"/"+first.ID+"/rotate", e.admin, `{"rotation_overlap":"1h"}`).want(http.StatusOK)
	taken := e.recruitingCredential(i.ID, map[string]any{"client_secret": brought})
	if p, err := recruiter(e, s, "Authorization", "Bearer "+brought, "X-Company-ID", e.companyID()); err != nil || p.CredentialID != taken.ID {
		t.Errorf("principal %+v, error %v, want %s", p, err, taken.ID)
	}
}

func TestUseOfARecruitingCredentialConnects(t *testing.T) {
	t.Parallel()
	e := start(t)
	i := e.integrate("Careers site")
	c := e.recruitingCredential(i.ID, nil)
	s := e.tokens()
	opens(e, s, "a wrong one", c.ClientSecret+"x", false)
	opens(e, s, "the token", c.ClientSecret, true)
	used := e.clock.Now().UTC().Truncate(time.Microsecond)
	eventually(t, "credential and integration were used at the call's time, and the integration is connected", func() bool {
		credential := decode[gatewayapi.APICredential](e.call(http.MethodGet, credentials+"/"+c.ID, e.admin, nil))
		integration := decode[gatewayapi.CustomIntegration](e.call(http.MethodGet, integrations+"/"+i.ID, e.admin, nil))
		return credential.LastUsedAt != nil && credential.LastUsedAt.Equal(used) && credential.Revision == c.Revision &&
			integration.LastUsedAt != nil && integration.LastUsedAt.Equal(used) && integration.Status == gatewayapi.IntegrationConnected
	})
}

// The upstream pair opens Personio for the gateway, and is neither told nor logged.
func TestForwardRecruiting(t *testing.T) {
	t.Parallel()
	e := start(t)
	u := e.server.Upstream()
	if u.RecruitingCompanyID() != e.companyID() {
		t.Errorf("company id %q, want %q", u.RecruitingCompanyID(), e.companyID())
	}
	before := len(e.box.Records().Applications.All())
	body := []byte(`{"first_name":"Zoë","last_name":"Ωmega","email":"zoe@mail.example","job_position_id":1302001}`)
	resp, err := u.ForwardRecruiting(t.Context(), http.MethodPost, "/v1/recruiting/applications", nil,
		http.Header{"Content-Type": {"application/json"}, "Authorization": {"Bearer caller"}, "X-Company-Id": {"1"}}, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if text, err := io.ReadAll(resp.Body); err != nil || resp.StatusCode != http.StatusCreated {
		t.Errorf("status %d, %s, error %v", resp.StatusCode, text, err)
	}
	if after := len(e.box.Records().Applications.All()); after != before+1 {
		t.Errorf("%d applications, %d before", after, before)
	}
	if n := e.box.CountRequests(http.MethodPost, "/v2/auth/token"); n != 0 {
		t.Errorf("%d access tokens were asked for", n)
	}
	e.box.RemoveRecruitingCredential(e.recruiting.Token)
	resp, err = u.ForwardRecruiting(t.Context(), http.MethodPost, "/v1/recruiting/applications", nil, nil, nil)
	if err != nil || resp.StatusCode != http.StatusUnauthorized {
		t.Fatalf("with a pair that is gone: %v, error %v", resp, err)
	}
	_ = resp.Body.Close()
	if n := e.box.CountRequests(http.MethodPost, "/v1/recruiting/applications"); n != 2 {
		t.Errorf("%d calls, want one each", n)
	}
	log := e.log.String()
	if !strings.Contains(log, "/v1/recruiting/applications") {
		t.Fatal("the log does not tell of the calls at all")
	}
	for _, secret := range []string{e.recruiting.Token, "zoe@mail.example", "Bearer caller"} {
		if strings.Contains(log, secret) {
			t.Errorf("the log holds %q", secret)
		}
	}
}
