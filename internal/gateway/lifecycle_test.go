package gateway_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/personio-community/terraform-provider-personio/internal/acctest/testdb"
	"github.com/personio-community/terraform-provider-personio/internal/gateway"
	"github.com/personio-community/terraform-provider-personio/internal/gateway/secretbox"
)

func TestMain(m *testing.M) {
	code := m.Run()
	http.DefaultClient.CloseIdleConnections()
	if code == 0 {
		if err := goleak.Find(); err != nil {
			_, _ = os.Stderr.WriteString("goroutines are left: " + err.Error() + "\n")
			code = 1
		}
	}
	os.Exit(code)
}

// The suite holds on PostgreSQL too. What passes between a client and Personio does
// not go through the database, so the long searches for a way around it are not run
// a second time.
func TestOnPostgreSQL(t *testing.T) {
	t.Parallel()
	testdb.OnPostgreSQL(t, "^Test(Measure|Bypass|(Reads|Records)ShowExactly)")
}

// What was made survives a restart; tokens do too.
func TestRestart(t *testing.T) {
	t.Parallel()
	e := start(t)
	i := e.integrate("Reporting", "first_name")
	c := e.credential(i.ID)
	token := e.token(c.ClientID, c.ClientSecret)
	second, err := gateway.New(t.Context(), e.config())
	if err != nil {
		t.Fatal(err)
	}
	listener := httptest.NewServer(second.Handler())
	t.Cleanup(func() {
		listener.Close()
		if err := second.Close(); err != nil {
			t.Error(err)
		}
	})
	call(t, http.MethodGet, listener.URL+"/v2/persons", token, nil).want(http.StatusOK)
	call(t, http.MethodGet, listener.URL+integrations+"/"+i.ID, e.admin, nil).want(http.StatusOK)
	// What one process revokes is dead in the other within a second.
	e.call(http.MethodDelete, credentials+"/"+c.ID, e.admin, nil).want(http.StatusNoContent)
	revoked := time.Now()
	eventually(t, "the token is dead in the other process", func() bool {
		return call(t, http.MethodGet, listener.URL+"/v2/persons", token, nil).status == http.StatusUnauthorized
	})
	if took := time.Since(revoked); took > time.Second {
		t.Errorf("a revoked token lived for %s in another process", took)
	}
}

func TestWrongKeyIsRefused(t *testing.T) {
	t.Parallel()
	e := start(t)
	config := e.config()
	other, err := secretbox.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	config.Key = other
	if _, err := gateway.New(t.Context(), config); err == nil || !strings.Contains(err.Error(), "--key-file") || !strings.Contains(err.Error(), e.key.Fingerprint()) {
		t.Errorf("error %v", err)
	}
}

func TestUpstreamURLIsChecked(t *testing.T) {
	t.Parallel()
	e := start(t)
	for _, url := range []string{"http://personio.example.com", "ftp://x", "::", "https://"} {
		config := e.config()
		config.UpstreamURL = url
		if _, err := gateway.New(t.Context(), config); err == nil || !strings.Contains(err.Error(), "--upstream-url") {
			t.Errorf("%q: error %v", url, err)
		}
	}
}

func TestUpstreamDown(t *testing.T) {
	t.Parallel()
	e := start(t)
	token := e.scoped("first_name")
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	config := e.config()
	config.UpstreamURL = gone.URL
	server, err := gateway.New(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	listener := httptest.NewServer(server.Handler())
	t.Cleanup(func() {
		listener.Close()
		_ = server.Close()
	})
	// Reads through it fail with an error of the gateway, in the shape of each
	// version; what needs no Personio goes on working.
	p := call(t, http.MethodGet, listener.URL+"/v2/persons", token, nil).want(http.StatusBadGateway).problem()
	if p.Title != "Bad gateway" {
		t.Errorf("%+v", p)
	}
	if v1 := decode[v1Auth](call(t, http.MethodGet, listener.URL+employees, token, nil).want(http.StatusBadGateway)); v1.Success || v1.Error.Message == "" {
		t.Errorf("%+v", v1)
	}
	call(t, http.MethodGet, listener.URL+integrations, e.admin, nil).want(http.StatusOK)
	call(t, http.MethodGet, listener.URL+"/readyz", "", nil).want(http.StatusOK)
	refused := call(t, http.MethodPost, listener.URL+integrations, e.admin, map[string]any{"name": "New", "scopes": []string{"personio:persons:read"}}).want(http.StatusBadGateway).problem()
	if !strings.Contains(refused.Detail, "upstream credential") || strings.Contains(refused.Detail, e.upstream.ClientSecret) {
		t.Errorf("%+v", refused)
	}
	// Who reads it in Terraform has a base_url, too, which is not the wrong one.
	if !strings.Contains(refused.Detail, "--upstream-url") || strings.Contains(refused.Detail, "base_url") {
		t.Errorf("the wrong address is named in %q", refused.Detail)
	}
}

func TestOperationalRoutes(t *testing.T) {
	t.Parallel()
	e := start(t)
	e.call(http.MethodGet, "/v2/persons", e.scoped("first_name"), nil).want(http.StatusOK)
	e.call(http.MethodGet, "/healthz", "", nil).want(http.StatusOK)
	e.call(http.MethodGet, "/readyz", "", nil).want(http.StatusOK)
	metrics := string(e.call(http.MethodGet, "/metrics", "", nil).want(http.StatusOK).body)
	for _, line := range []string{
		`personio_gateway_passthrough_calls_total{endpoint="GET /v2/persons",status="200"} 1`,
		`personio_gateway_passthrough_people_total{endpoint="GET /v2/persons"} 10`,
	} {
		if !strings.Contains(metrics, line) {
			t.Errorf("the metrics do not have %s", line)
		}
	}
	a := e.call(http.MethodGet, "/healthz", "", nil, "X-Request-Id", "mine-1")
	if got := a.header.Get("X-Request-Id"); got != "mine-1" {
		t.Errorf("request id %q was not echoed", got)
	}
	if got := e.call(http.MethodGet, "/healthz", "", nil, "X-Request-Id", "two words").header.Get("X-Request-Id"); got == "" || got == "two words" {
		t.Errorf("request id %q", got)
	}
}
