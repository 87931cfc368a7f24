package gateway_test

import (
	"net/http"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/personio-community/terraform-provider-personio/internal/attribute"
	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
)

const credentials = gatewayapi.PathAPICredentials

// employees is a call that any live scoped token can make.
const employees = "/v1/company/employees?limit=1"

func TestAPICredentialLifecycle(t *testing.T) {
	t.Parallel()
	e := start(t)
	i := e.integrate("Reporting", "email")
	expires := e.clock.Now().Add(48 * time.Hour).UTC().Truncate(time.Second)
	a := e.call(http.MethodPost, credentials, e.admin, map[string]any{"custom_integration_id": i.ID, "name": "nightly", "expires_at": expires}).want(http.StatusCreated)
	created := decode[gatewayapi.APICredential](a)
	if !regexp.MustCompile(`^papi-[0-9a-f-]{36}$`).MatchString(created.ClientID) || !regexp.MustCompile(`^papi-[A-Za-z0-9_-]{43}$`).MatchString(created.ClientSecret) {
		t.Errorf("client id %q, secret of %d characters", created.ClientID, len(created.ClientSecret))
	}
	if a.header.Get("Cache-Control") != "no-store" {
		t.Error("the answer with a secret may be cached")
	}
	read := decode[gatewayapi.APICredential](e.call(http.MethodGet, credentials+"/"+created.ID, e.admin, nil).want(http.StatusOK))
	want := created
	want.ClientSecret = ""
	want.Status, want.Kind, want.Enabled, want.Name, want.CustomIntegrationID, want.ExpiresAt, want.Revision = gatewayapi.CredentialActive, gatewayapi.KindPersonnel, true, "nightly", i.ID, &expires, "1"
	if diff := cmp.Diff(want, read); diff != "" {
		t.Errorf("read (-want +got):\n%s", diff)
	}
	patched := decode[gatewayapi.APICredential](e.call(http.MethodPatch, credentials+"/"+created.ID, e.admin, `{"name":"weekly","expires_at":null}`, "If-Match", a.header.Get("ETag")).want(http.StatusOK))
	want.Name, want.ExpiresAt, want.Revision, want.UpdatedAt = "weekly", nil, "2", patched.UpdatedAt
	if diff := cmp.Diff(want, patched); diff != "" {
		t.Errorf("patched (-want +got):\n%s", diff)
	}
	e.call(http.MethodPatch, credentials+"/"+created.ID, e.admin, `{"enabled":false}`, "If-Match", a.header.Get("ETag")).want(http.StatusPreconditionFailed)

	inUse := e.call(http.MethodDelete, integrations+"/"+i.ID, e.admin, nil).want(http.StatusConflict).problem()
	if inUse.Kind() != gatewayapi.KindInUse || !strings.Contains(inUse.Detail, "force_destroy") {
		t.Errorf("%+v", inUse)
	}
	e.call(http.MethodDelete, credentials+"/"+created.ID, e.admin, nil).want(http.StatusNoContent)
	e.call(http.MethodGet, credentials+"/"+created.ID, e.admin, nil).want(http.StatusNotFound)
	other := e.credential(i.ID)
	e.call(http.MethodDelete, integrations+"/"+i.ID+"?force_destroy=true", e.admin, nil).want(http.StatusNoContent)
	e.call(http.MethodGet, credentials+"/"+other.ID, e.admin, nil).want(http.StatusNotFound)
}

func TestAPICredentialRefusals(t *testing.T) {
	t.Parallel()
	e := start(t)
	i := e.integrate("Reporting", "email")
	c := e.credential(i.ID)
	for name, r := range map[string]struct{ method, path, body, pointer string }{
		"no such integration": {http.MethodPost, credentials, `{"name":"x","custom_integration_id":"01a202c5-983f-793a-ac52-0ecf56c14a4f"}`, "/custom_integration_id"},
		"unknown kind":        {http.MethodPost, credentials, `{"name":"x","kind":"other","custom_integration_id":"` + i.ID + `"}`, "/kind"},
		"short secret":        {http.MethodPost, credentials, `{"name":"x","client_secret":"0123456789012345678901234567890","custom_integration_id":"` + i.ID + `"}`, "/client_secret"},
		"past expiry":         {http.MethodPost, credentials, `{"name":"x","expires_at":"2020-01-01T00:00:00Z","custom_integration_id":"` + i.ID + `"}`, "/expires_at"},
		"past expiry later":   {http.MethodPatch, credentials + "/" + c.ID, `{"expires_at":"2020-01-01T00:00:00Z"}`, "/expires_at"},
		"overlap too long":    {http.MethodPost, credentials + "/" + c.ID + "/rotate", `{"rotation_overlap":"721h"}`, "/rotation_overlap"},
		"overlap negative":    {http.MethodPost, credentials + "/" + c.ID + "/rotate", `{"rotation_overlap":"-1s"}`, "/rotation_overlap"},
		"overlap no duration": {http.MethodPost, credentials + "/" + c.ID + "/rotate", `{"rotation_overlap":"a day"}`, "/rotation_overlap"},
	} {
		p := e.call(r.method, r.path, e.admin, r.body).want(http.StatusUnprocessableEntity)
		if got := p.problem().Meta[gatewayapi.MetaPointer]; got != r.pointer {
			t.Errorf("%s: points at %q, want %q", name, got, r.pointer)
		}
		if strings.Contains(string(p.body), "0123456789012345678901234567890") {
			t.Errorf("%s: the answer repeats the secret", name)
		}
	}
	// The refused rotations changed nothing.
	e.token(c.ClientID, c.ClientSecret)
}

func TestIdempotentCreate(t *testing.T) {
	t.Parallel()
	e := start(t)
	i := e.integrate("Reporting", "email")
	body := map[string]any{"custom_integration_id": i.ID, "name": "nightly"}
	post := func(key string, body any) answer {
		return call(t, http.MethodPost, e.gatewayURL+credentials, e.admin, body, gatewayapi.HeaderIdempotencyKey, key)
	}
	// Ten at once make one credential.
	answers := make([]answer, 10)
	var wait sync.WaitGroup
	for n := range answers {
		wait.Go(func() { answers[n] = post("one", body) })
	}
	wait.Wait()
	first := decode[gatewayapi.APICredential](answers[0].want(http.StatusCreated))
	for _, a := range answers {
		if diff := cmp.Diff(first, decode[gatewayapi.APICredential](a.want(http.StatusCreated))); diff != "" {
			t.Errorf("two answers under one key differ:\n%s", diff)
		}
	}
	if second := decode[gatewayapi.APICredential](post("two", body).want(http.StatusCreated)); second.ID == first.ID {
		t.Error("another key gave the same credential")
	}
	reused := post("one", map[string]any{"custom_integration_id": i.ID, "name": "other"}).want(http.StatusUnprocessableEntity).problem()
	if reused.Kind() != gatewayapi.KindIdempotencyReused {
		t.Errorf("%+v", reused)
	}
	e.clock.Advance(24*time.Hour + time.Minute)
	e.admin = e.renewAdmin()
	if later := decode[gatewayapi.APICredential](call(t, http.MethodPost, e.gatewayURL+credentials, e.admin, body, gatewayapi.HeaderIdempotencyKey, "one").want(http.StatusCreated)); later.ID == first.ID {
		t.Error("a key was remembered for longer than 24 hours")
	}
	// With an integration: the retry of a create does not end in a name conflict.
	create := map[string]any{"name": "Twice", "scopes": []string{}}
	a := call(t, http.MethodPost, e.gatewayURL+integrations, e.admin, create, gatewayapi.HeaderIdempotencyKey, "i").want(http.StatusCreated)
	b := call(t, http.MethodPost, e.gatewayURL+integrations, e.admin, create, gatewayapi.HeaderIdempotencyKey, "i").want(http.StatusCreated)
	if diff := cmp.Diff(decode[gatewayapi.CustomIntegration](a), decode[gatewayapi.CustomIntegration](b)); diff != "" {
		t.Errorf("the retry differs:\n%s", diff)
	}
}

// renewAdmin makes a new management credential and returns its token.
func (e *env) renewAdmin() string {
	e.t.Helper()
	c, err := e.server.ManagementCredentials().Create(e.t.Context(), "again", attribute.ManagementScopes())
	if err != nil {
		e.t.Fatal(err)
	}
	return e.token(c.ClientID, c.ClientSecret)
}

// Whatever ends a credential ends its tokens with the next call.
func TestEndOfACredentialEndsItsTokens(t *testing.T) {
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
		"integration deleted": func(e *env, i gatewayapi.CustomIntegration, _ gatewayapi.APICredential) {
			e.call(http.MethodDelete, integrations+"/"+i.ID+"?force_destroy=true", e.admin, nil).want(http.StatusNoContent)
		},
		"rights changed": func(e *env, i gatewayapi.CustomIntegration, _ gatewayapi.APICredential) {
			e.call(http.MethodPatch, integrations+"/"+i.ID, e.admin, `{"readable_attributes":["email","team"]}`).want(http.StatusOK)
		},
		"24 hours old": func(e *env, _ gatewayapi.CustomIntegration, _ gatewayapi.APICredential) {
			e.clock.Advance(24 * time.Hour)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := start(t)
			i := e.integrate("Reporting", "email")
			c := e.credential(i.ID)
			v1 := e.tokenV1(c.ClientID, c.ClientSecret)
			v2 := e.token(c.ClientID, c.ClientSecret)
			for _, token := range []string{v1, v2} {
				e.call(http.MethodGet, employees, token, nil).want(http.StatusOK)
			}
			end(e, i, c)
			e.box.ResetRequests()
			for _, token := range []string{v1, v2} {
				e.call(http.MethodGet, employees, token, nil).want(http.StatusUnauthorized)
				e.call(http.MethodGet, "/v2/persons", token, nil).want(http.StatusUnauthorized)
			}
			if n := e.box.CountRequests(http.MethodGet, "/"); n != 0 {
				t.Errorf("%d calls with a dead token reached Personio", n)
			}
		})
	}
}

func TestRotation(t *testing.T) {
	t.Parallel()
	e := start(t)
	i := e.integrate("Reporting", "email")
	c := e.credential(i.ID)
	old := e.token(c.ClientID, c.ClientSecret)
	rotated := decode[gatewayapi.APICredential](e.call(http.MethodPost, credentials+"/"+c.ID+"/rotate", e.admin, `{"rotation_overlap":"1h"}`).want(http.StatusOK))
	if rotated.ClientID != c.ClientID || rotated.ClientSecret == c.ClientSecret || rotated.ClientSecret == "" || rotated.SecretID == c.SecretID {
		t.Errorf("client id kept: %v, new secret: %v, new secret id: %v", rotated.ClientID == c.ClientID, rotated.ClientSecret != c.ClientSecret, rotated.SecretID != c.SecretID)
	}
	if want := e.clock.Now().Add(time.Hour).UTC().Truncate(time.Microsecond); rotated.PreviousSecretExpiresAt == nil || !rotated.PreviousSecretExpiresAt.Equal(want) {
		t.Errorf("previous_secret_expires_at %v, want %v", rotated.PreviousSecretExpiresAt, want)
	}
	e.call(http.MethodGet, employees, old, nil).want(http.StatusOK)
	e.token(c.ClientID, c.ClientSecret)
	fresh := e.token(c.ClientID, rotated.ClientSecret)

	e.clock.Advance(time.Hour)
	e.call(http.MethodGet, employees, old, nil).want(http.StatusUnauthorized)
	e.call(http.MethodPost, "/v2/auth/token", "", tokenForm(c.ClientID, c.ClientSecret, "")).want(http.StatusBadRequest)
	e.call(http.MethodGet, employees, fresh, nil).want(http.StatusOK)
	if read := decode[gatewayapi.APICredential](e.call(http.MethodGet, credentials+"/"+c.ID, e.admin, nil)); read.PreviousSecretExpiresAt != nil {
		t.Errorf("an overlap that is over is still told: %v", read.PreviousSecretExpiresAt)
	}

	// Two rotations within the overlap leave the last two secrets.
	second := decode[gatewayapi.APICredential](e.call(http.MethodPost, credentials+"/"+c.ID+"/rotate", e.admin, `{"rotation_overlap":"1h"}`).want(http.StatusOK))
	brought := "a-secret-of-the-users-own-choice-0123456789"
	third := e.call(http.MethodPost, credentials+"/"+c.ID+"/rotate", e.admin, map[string]string{"rotation_overlap": "1h", "client_secret": brought}).want(http.StatusOK)
	if strings.Contains(string(third.body), "client_secret") {
		t.Error("a secret that was brought came back")
	}
	e.token(c.ClientID, brought)
	e.token(c.ClientID, second.ClientSecret)
	e.call(http.MethodPost, "/v2/auth/token", "", tokenForm(c.ClientID, rotated.ClientSecret, "")).want(http.StatusBadRequest)
}

// A reset replaces client id and secret; the old pair works together until the
// overlap is over, and neither half of it with a half of the new one.
func TestResetOfClientID(t *testing.T) {
	t.Parallel()
	e := start(t)
	i := e.integrate("Reporting", "email")
	c := e.credential(i.ID)
	old := e.token(c.ClientID, c.ClientSecret)
	const resetForAnHour = `{"rotation_overlap":"1h","reset_client_id":true}`
	rotate := func(body string, headers ...string) gatewayapi.APICredential {
		t.Helper()
		return decode[gatewayapi.APICredential](e.call(http.MethodPost, credentials+"/"+c.ID+"/rotate", e.admin, body, headers...).want(http.StatusOK))
	}
	reset := rotate(resetForAnHour, gatewayapi.HeaderIdempotencyKey, "reset")
	if reset.ID != c.ID || reset.ClientID == c.ClientID || !regexp.MustCompile(`^papi-[0-9a-f-]{36}$`).MatchString(reset.ClientID) || reset.ClientSecret == c.ClientSecret || reset.SecretID == c.SecretID || reset.Revision == c.Revision {
		t.Errorf("before %q %q, after %q %q, revision %s", c.ID, c.ClientID, reset.ID, reset.ClientID, reset.Revision)
	}
	if want := e.clock.Now().Add(time.Hour).UTC().Truncate(time.Microsecond); reset.PreviousSecretExpiresAt == nil || !reset.PreviousSecretExpiresAt.Equal(want) {
		t.Errorf("previous_secret_expires_at %v, want %v", reset.PreviousSecretExpiresAt, want)
	}
	if diff := cmp.Diff(reset, rotate(resetForAnHour, gatewayapi.HeaderIdempotencyKey, "reset")); diff != "" {
		t.Errorf("the retry differs:\n%s", diff)
	}
	refused := func(what, clientID, secret, code string) {
		t.Helper()
		if got := decode[v2Auth](e.call(http.MethodPost, "/v2/auth/token", "", tokenForm(clientID, secret, "")).want(http.StatusBadRequest)).Error; got != code {
			t.Errorf("%s: %s, want %s", what, got, code)
		}
		e.call(http.MethodPost, "/v1/auth", "", map[string]string{"client_id": clientID, "client_secret": secret}).want(http.StatusUnauthorized)
	}
	refused("the old id with the new secret", c.ClientID, reset.ClientSecret, "unauthorized_client")
	refused("the new id with the old secret", reset.ClientID, c.ClientSecret, "unauthorized_client")
	e.call(http.MethodGet, employees, old, nil).want(http.StatusOK)
	late := e.token(c.ClientID, c.ClientSecret)
	fresh := e.token(reset.ClientID, reset.ClientSecret)

	e.clock.Advance(time.Hour)
	for _, token := range []string{old, late} {
		e.call(http.MethodGet, employees, token, nil).want(http.StatusUnauthorized)
	}
	e.call(http.MethodGet, employees, fresh, nil).want(http.StatusOK)
	refused("the old pair after the overlap", c.ClientID, c.ClientSecret, "invalid_client")

	// A rotation ends the old pair of a reset within its overlap; the id stays.
	second := rotate(resetForAnHour)
	third := rotate(`{"rotation_overlap":"1h"}`)
	if third.ClientID != second.ClientID {
		t.Errorf("a rotation changed the client id from %q to %q", second.ClientID, third.ClientID)
	}
	e.token(third.ClientID, second.ClientSecret)
	e.token(third.ClientID, third.ClientSecret)
	refused("the pair before the last", reset.ClientID, reset.ClientSecret, "invalid_client")

	// Without overlap the old pair and its tokens are dead at once.
	token := e.token(third.ClientID, third.ClientSecret)
	brought := "a-secret-of-the-users-own-choice-0123456789"
	fourth := rotate(`{"reset_client_id":true,"client_secret":"` + brought + `"}`)
	if fourth.PreviousSecretExpiresAt != nil || fourth.ClientSecret != "" {
		t.Errorf("previous until %v, a secret that was brought: %v", fourth.PreviousSecretExpiresAt, fourth.ClientSecret != "")
	}
	refused("the old pair without overlap", third.ClientID, third.ClientSecret, "invalid_client")
	e.call(http.MethodGet, employees, token, nil).want(http.StatusUnauthorized)
	e.token(fourth.ClientID, brought)
}

// Calls of Personio's API are counted for a day, for each credential its own, and
// change no revision.
func TestRequestsOfTheLastDay(t *testing.T) {
	t.Parallel()
	e := start(t)
	i := e.integrate("Reporting", "email")
	busy, idle := e.credential(i.ID), e.credential(i.ID)
	counts := func() map[string]int64 {
		list := decode[gatewayapi.List[gatewayapi.APICredential]](e.call(http.MethodGet, credentials+"?custom_integration_id="+i.ID, e.admin, nil).want(http.StatusOK))
		got := map[string]int64{}
		for _, c := range list.Data {
			got[c.ID] = c.RequestsLast24Hours
		}
		return got
	}
	one := func(c gatewayapi.APICredential) gatewayapi.APICredential {
		t.Helper()
		return decode[gatewayapi.APICredential](e.call(http.MethodGet, credentials+"/"+c.ID, e.admin, nil).want(http.StatusOK))
	}
	if diff := cmp.Diff(map[string]int64{busy.ID: 0, idle.ID: 0}, counts()); diff != "" {
		t.Errorf("before the first call:\n%s", diff)
	}
	e.call(http.MethodGet, employees, e.token(busy.ClientID, busy.ClientSecret), nil).want(http.StatusOK)
	eventually(t, "one call is counted", func() bool { return counts()[busy.ID] == 1 })
	e.clock.Advance(time.Hour)
	token, other := e.token(busy.ClientID, busy.ClientSecret), e.token(idle.ClientID, idle.ClientSecret)
	e.call(http.MethodGet, employees, token, nil).want(http.StatusOK)
	e.call(http.MethodPost, "/v2/persons", token, `{}`).want(http.StatusUnauthorized) // Refused, and counted.
	e.call(http.MethodGet, employees, other, nil).want(http.StatusOK)
	eventually(t, "three calls and one are counted", func() bool {
		return cmp.Equal(map[string]int64{busy.ID: 3, idle.ID: 1}, counts())
	})
	if got := one(busy); got.RequestsLast24Hours != 3 || got.Revision != busy.Revision {
		t.Errorf("%d requests, revision %s, want 3 and %s", got.RequestsLast24Hours, got.Revision, busy.Revision)
	}
	if got := decode[gatewayapi.APICredential](e.call(http.MethodPatch, credentials+"/"+busy.ID, e.admin, `{"name":"busy"}`, "If-Match", `"`+busy.Revision+`"`).want(http.StatusOK)); got.RequestsLast24Hours != 3 {
		t.Errorf("the answer to a change tells of %d requests", got.RequestsLast24Hours)
	}
	e.admin = e.renewAdmin() // Made before the clock moves on; a token lives for a day.
	e.clock.Advance(23 * time.Hour)
	if diff := cmp.Diff(map[string]int64{busy.ID: 2, idle.ID: 1}, counts()); diff != "" {
		t.Errorf("a day after the first call:\n%s", diff)
	}
}

func TestIntegrationStatusFollowsItsCredentials(t *testing.T) {
	t.Parallel()
	e := start(t)
	i := e.integrate("Reporting", "email")
	status := func() gatewayapi.IntegrationStatus {
		return decode[gatewayapi.CustomIntegration](e.call(http.MethodGet, integrations+"/"+i.ID, e.admin, nil).want(http.StatusOK)).Status
	}
	step := func(what string, want gatewayapi.IntegrationStatus) {
		t.Helper()
		if got := status(); got != want {
			t.Errorf("%s: status %s, want %s", what, got, want)
		}
	}
	step("new", gatewayapi.IntegrationPending)
	c := e.credential(i.ID)
	step("with a credential", gatewayapi.IntegrationPending)
	e.token(c.ClientID, c.ClientSecret)
	step("after the first token", gatewayapi.IntegrationConnected)
	e.call(http.MethodPatch, credentials+"/"+c.ID, e.admin, `{"enabled":false}`).want(http.StatusOK)
	step("its only credential disabled", gatewayapi.IntegrationInactive)
	other := e.credential(i.ID)
	step("with another credential", gatewayapi.IntegrationConnected)
	e.call(http.MethodPatch, credentials+"/"+other.ID, e.admin, map[string]any{"expires_at": e.clock.Now().Add(time.Minute)}).want(http.StatusOK)
	e.clock.Advance(time.Minute)
	step("that one expired", gatewayapi.IntegrationInactive)
	for _, id := range []string{c.ID, other.ID} {
		e.call(http.MethodDelete, credentials+"/"+id, e.admin, nil).want(http.StatusNoContent)
	}
	step("it had credentials, none is left", gatewayapi.IntegrationInactive)
	e.credential(i.ID)
	step("a new one", gatewayapi.IntegrationConnected)
	e.call(http.MethodPatch, integrations+"/"+i.ID, e.admin, `{"enabled":false}`).want(http.StatusOK)
	step("disabled itself", gatewayapi.IntegrationInactive)
}

func TestLastUsedAt(t *testing.T) {
	t.Parallel()
	e := start(t)
	i := e.integrate("Reporting", "email")
	c := e.credential(i.ID)
	before := decode[gatewayapi.APICredential](e.call(http.MethodGet, credentials+"/"+c.ID, e.admin, nil))
	if before.LastUsedAt != nil {
		t.Errorf("used before its first call: %v", before.LastUsedAt)
	}
	e.call(http.MethodGet, employees, e.token(c.ClientID, c.ClientSecret), nil).want(http.StatusOK)
	want := e.clock.Now().UTC().Truncate(time.Microsecond)
	eventually(t, "last_used_at of credential and integration is the call's time", func() bool {
		credential := decode[gatewayapi.APICredential](e.call(http.MethodGet, credentials+"/"+c.ID, e.admin, nil))
		integration := decode[gatewayapi.CustomIntegration](e.call(http.MethodGet, integrations+"/"+i.ID, e.admin, nil))
		return credential.LastUsedAt != nil && credential.LastUsedAt.Equal(want) && integration.LastUsedAt != nil && integration.LastUsedAt.Equal(want) &&
			credential.Revision == before.Revision && integration.Revision == i.Revision
	})
}
