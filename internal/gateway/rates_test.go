package gateway_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/personio-community/terraform-provider-personio/internal/gateway"
	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
	"github.com/personio-community/terraform-provider-personio/internal/sandbox"
)

const employeesPath = "/v1/company/employees"

// overloaded is a gateway in front of a Personio whose employees and persons are
// refused with 429 at every attempt, which it counts.
func overloaded(t *testing.T) (e *env, attempts *atomic.Int64) {
	t.Helper()
	box := sandbox.New(sandbox.Options{Persons: 20, Seed: 7})
	attempts = &atomic.Int64{}
	e = startBefore(t, box, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v1 := r.URL.Path == employeesPath
		if !v1 && r.URL.Path != "/v2/persons" {
			box.Handler().ServeHTTP(w, r)
			return
		}
		attempts.Add(1)
		header := w.Header()
		header.Set("X-Ratelimit-Replenish-Rate", "30")
		header.Set("X-Ratelimit-Remaining", "0")
		header.Set("X-Secret", "PLANTED")
		if v1 {
			header.Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusTooManyRequests)
			_, _ = fmt.Fprint(w, `{"success":false,"error":{"code":429,"message":"Too many requests."}}`)
			return
		}
		header.Set("Content-Type", gatewayapi.ContentTypeProblem)
		w.WriteHeader(http.StatusTooManyRequests)
		_, _ = fmt.Fprint(w, `{"personio_trace_id":"trace-1","timestamp":"2026-01-02T03:04:05Z","errors":[{"title":"Too Many Requests","detail":"Used up.","type":"https://developer.personio.de/x#commontoo_many_requests"}]}`)
	}))
	return e, attempts
}

// A refusal by Personio's rate limit that outlives the retries reaches the client
// as Personio gave it, and can be seen in log and metrics.
func TestUpstreamRateLimit(t *testing.T) {
	t.Parallel()
	for _, path := range []string{employeesPath, "/v2/persons"} {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			e, attempts := overloaded(t)
			a := e.call(http.MethodGet, path, e.scoped("first_name"), nil).want(http.StatusTooManyRequests)
			if n := attempts.Load(); n != 3 {
				t.Errorf("Personio was asked %d times, want 3", n)
			}
			if a.header.Get("X-Ratelimit-Replenish-Rate") != "30" || a.header.Get("X-Ratelimit-Remaining") != "0" || a.header.Get("X-Secret") != "" {
				t.Errorf("headers %v", a.header)
			}
			if path == employeesPath {
				if v1 := decode[v1Auth](a); v1.Success || v1.Error.Code != 429 || v1.Error.Message != "Too many requests." {
					t.Errorf("body %s", a.body)
				}
			} else if p := a.problem(); p.Title != "Too Many Requests" || p.Kind() != "commontoo_many_requests" {
				t.Errorf("body %s", a.body)
			}
			eventually(t, "the log tells", func() bool {
				return strings.Contains(e.log.String(), `msg=request `) && strings.Contains(e.log.String(), `route="GET `+path+`" status=429`)
			})
			e.wantMetrics(`personio_gateway_passthrough_calls_total{endpoint="GET ` + path + `",status="429"} 1`)
		})
	}
}

// wantMetrics fails the test unless the metrics have each line.
func (e *env) wantMetrics(lines ...string) {
	e.t.Helper()
	metrics := string(e.call(http.MethodGet, "/metrics", "", nil).want(http.StatusOK).body)
	for _, line := range lines {
		if !strings.Contains(metrics, line+"\n") {
			e.t.Errorf("the metrics do not have %s", line)
		}
	}
}

func TestTokenThrottle(t *testing.T) {
	t.Parallel()
	e := start(t)
	integration := e.integrate("Reporting", "first_name").ID
	mine, other := e.credential(integration), e.credential(integration)
	v1 := func(c gatewayapi.APICredential, secret string) answer {
		return e.call(http.MethodPost, "/v1/auth", "", url.Values{"client_id": {c.ClientID}, "client_secret": {secret}})
	}
	v2 := func(c gatewayapi.APICredential, secret string) answer {
		return e.call(http.MethodPost, "/v2/auth/token", "", tokenForm(c.ClientID, secret, ""))
	}
	live := e.token(mine.ClientID, mine.ClientSecret)

	// Guesses count like anything else, and the right secret does not get through
	// once there were too many.
	for range 60 {
		v1(mine, "papi-wrong").want(http.StatusUnauthorized)
	}
	a := v1(mine, mine.ClientSecret).want(http.StatusTooManyRequests)
	if body := decode[v1Auth](a); body.Success || body.Error.Code != 429 || body.Error.Message == "" || a.header.Get("Retry-After") != "60" {
		t.Errorf("v1: %s, Retry-After %q", a.body, a.header.Get("Retry-After"))
	}
	for range 149 { // One was for the live token.
		v2(mine, "papi-wrong").want(http.StatusBadRequest)
	}
	a = v2(mine, mine.ClientSecret).want(http.StatusTooManyRequests)
	if p := a.problem(); p.Title != "Too Many Requests" || p.Detail == "" || a.header.Get("Retry-After") != "1" {
		t.Errorf("v2: %s, Retry-After %q", a.body, a.header.Get("Retry-After"))
	}
	for _, secret := range []string{mine.ClientSecret, "papi-wrong"} {
		if strings.Contains(e.log.String(), secret) {
			t.Error("a secret is in the log")
		}
	}

	// Nothing else of that client is touched, and nobody else.
	e.call(http.MethodGet, "/v2/persons", live, nil).want(http.StatusOK)
	v1(other, other.ClientSecret).want(http.StatusOK)
	v2(other, other.ClientSecret).want(http.StatusOK)
	unknown := gatewayapi.APICredential{ClientID: "papi-nobody"}
	v1(unknown, "x").want(http.StatusUnauthorized)
	for i := range 59 { // Unknown ids share one count.
		v1(gatewayapi.APICredential{ClientID: fmt.Sprint("papi-nobody-", i)}, "x").want(http.StatusUnauthorized)
	}
	v1(unknown, "x").want(http.StatusTooManyRequests)
	v1(other, other.ClientSecret).want(http.StatusOK)
	e.call(http.MethodGet, "/v2/persons", live, nil).want(http.StatusOK)

	// One a second passes in v2, none in v1; after a minute it is over.
	e.clock.Advance(time.Second)
	v2(mine, mine.ClientSecret).want(http.StatusOK)
	v2(mine, mine.ClientSecret).want(http.StatusTooManyRequests)
	v1(mine, mine.ClientSecret).want(http.StatusTooManyRequests)
	e.clock.Advance(59 * time.Second)
	for range 5 {
		v1(mine, mine.ClientSecret).want(http.StatusOK)
		v2(mine, mine.ClientSecret).want(http.StatusOK)
	}
}

// Each credential's calls are counted until it is gone.
func TestCredentialMetrics(t *testing.T) {
	t.Parallel()
	e := start(t)
	one, two := e.credential(e.integrate("One", "first_name").ID), e.credential(e.integrate("Two", "first_name").ID)
	for n, c := range []gatewayapi.APICredential{one, two} {
		token := e.token(c.ClientID, c.ClientSecret)
		for range n + 1 {
			e.call(http.MethodGet, "/v2/persons?limit=5", token, nil).want(http.StatusOK)
		}
		e.call(http.MethodGet, integrations, token, nil).want(http.StatusForbidden)
	}
	manager, err := e.server.ManagementCredentials().Create(t.Context(), "counted", []string{"gateway:custom-integrations:read"})
	if err != nil {
		t.Fatal(err)
	}
	token := e.token(manager.ClientID, manager.ClientSecret)
	e.call(http.MethodGet, integrations, token, nil).want(http.StatusOK)
	e.call(http.MethodGet, integrations+"/no-such-thing", token, nil).want(http.StatusNotFound)
	e.call(http.MethodGet, credentials, token, nil).want(http.StatusForbidden)
	calls := func(id string, status, n int) string {
		return fmt.Sprintf(`personio_gateway_credential_calls_total{credential_id=%q,status="%d"} %d`, id, status, n)
	}
	people := func(id string, n int) string {
		return fmt.Sprintf(`personio_gateway_credential_people_total{credential_id=%q} %d`, id, n)
	}
	e.wantMetrics(calls(one.ID, 200, 1), calls(one.ID, 403, 1), people(one.ID, 5), calls(two.ID, 200, 2), people(two.ID, 10),
		calls(manager.ID, 200, 1), calls(manager.ID, 404, 1), calls(manager.ID, 403, 1),
		`personio_gateway_upstream_wait_seconds_count{class="/v2/persons"} 3`)

	e.call(http.MethodDelete, credentials+"/"+one.ID, e.admin, nil).want(http.StatusNoContent)
	if err := e.server.ManagementCredentials().Revoke(t.Context(), manager.ClientID); err != nil {
		t.Fatal(err)
	}
	e.wantMetrics(calls(two.ID, 200, 2), people(two.ID, 10))
	metrics := string(e.call(http.MethodGet, "/metrics", "", nil).want(http.StatusOK).body)
	for _, gone := range []string{one.ID, manager.ID} {
		if strings.Contains(metrics, gone) {
			t.Errorf("the metrics still have the credential %s", gone)
		}
	}
}

// refusals counts the answers with 429.
type refusals struct {
	http.ResponseWriter
	n *atomic.Int64
}

func (w refusals) WriteHeader(status int) {
	if status == http.StatusTooManyRequests {
		w.n.Add(1)
	}
	w.ResponseWriter.WriteHeader(status)
}

// A gateway keeps to Personio's limits for each endpoint, so that a Personio that
// has them refuses nothing, and serves the
// credentials that wait for one in turn: a call behind thirty of another one's is
// answered long before those.
func TestCredentialsTakeTurns(t *testing.T) {
	t.Parallel()
	var refused atomic.Int64
	box := sandbox.New(sandbox.Options{Persons: 20, Seed: 7})
	e := startBefore(t, box, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		box.Handler().ServeHTTP(refusals{w, &refused}, r)
	}))
	greedy, modest := e.scoped("first_name"), e.scoped("last_name")
	config := e.config()
	config.UpstreamRequestsPerSecond = 0
	box.SetRateLimits(true)
	server, err := gateway.New(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	listener := httptest.NewServer(server.Handler())
	t.Cleanup(func() {
		listener.Close()
		_ = server.Close()
	})
	const all, persons = 30, 70
	var done atomic.Int64
	answers := make(chan answer, all+persons)
	for range persons {
		go func() { answers <- call(t, http.MethodGet, listener.URL+"/v2/persons?limit=1", greedy, nil) }()
	}
	for range all {
		go func() {
			answers <- call(t, http.MethodGet, listener.URL+employees, greedy, nil)
			done.Add(1)
		}()
	}
	// Ten go at once, the others at 4.83 a second.
	eventually(t, "the first ones are answered", func() bool { return done.Load() >= 10 })
	call(t, http.MethodGet, listener.URL+employees, modest, nil).want(http.StatusOK)
	if n := done.Load(); n > all/2 {
		t.Errorf("the one call was answered after %d of the %d", n, all)
	}
	for range all + persons {
		if a := <-answers; a.status != http.StatusOK {
			t.Errorf("status %d: %s", a.status, a.body)
		}
	}
	if n := refused.Load(); n != 0 {
		t.Errorf("Personio refused %d calls", n)
	}
}
