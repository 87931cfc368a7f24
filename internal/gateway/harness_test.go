package gateway_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/personio-community/terraform-provider-personio/internal/acctest/testdb"
	"github.com/personio-community/terraform-provider-personio/internal/attribute"
	"github.com/personio-community/terraform-provider-personio/internal/gateway"
	"github.com/personio-community/terraform-provider-personio/internal/gateway/secretbox"
	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
	"github.com/personio-community/terraform-provider-personio/internal/sandbox"
	"github.com/personio-community/terraform-provider-personio/internal/sandbox/scim"
)

// clock is a clock that a test sets. The sandbox runs on real time.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// env is a gateway in front of a sandbox.
type env struct {
	t        testing.TB
	box      *sandbox.Sandbox
	upstream sandbox.Credential
	// recruiting is the gateway's pair for recruiting at the sandbox.
	recruiting sandbox.RecruitingCredential
	server     *gateway.Server
	clock      *clock
	key        *secretbox.Key
	database   string
	log        *lockedBuffer
	// stop ends the gateway before the test does.
	stop func()
	// target is a SCIM service provider, which targetToken opens.
	target      *scim.Target
	targetToken string
	// The three addresses.
	gatewayURL, personioURL, targetURL string
	// admin is a token with every management scope and persons:read.
	admin string
}

type lockedBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

// receiver takes every event that is sent to a webhook.
type receiver struct{}

func (receiver) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusOK, Body: http.NoBody, Request: r}, nil
}

// start runs a gateway whose upstream credential may read the given attributes,
// all if none are given.
func start(t testing.TB, upstreamAttributes ...string) *env {
	t.Helper()
	box := sandbox.New(sandbox.Options{Persons: 60, Seed: 7, Webhooks: sandbox.WebhookOptions{Transport: receiver{}}})
	return startBefore(t, box, box.Handler(), upstreamAttributes...)
}

// startBefore is start in front of a given sandbox, whose handler may be wrapped.
func startBefore(t testing.TB, box *sandbox.Sandbox, handler http.Handler, upstreamAttributes ...string) *env {
	t.Helper()
	e := &env{t: t, box: box, clock: &clock{now: time.Now()}, log: &lockedBuffer{}}
	e.upstream = e.box.AddCredential(sandbox.Credential{Attributes: upstreamAttributes})
	e.recruiting = e.box.AddRecruitingCredential(sandbox.RecruitingCredential{})
	t.Cleanup(box.Close)
	personio := httptest.NewServer(handler)
	t.Cleanup(personio.Close)
	e.personioURL = personio.URL
	e.targetToken = secretbox.NewSecret()
	e.target = scim.New(scim.Options{Token: e.targetToken})
	target := httptest.NewServer(e.target.Handler())
	t.Cleanup(target.Close)
	e.targetURL = target.URL
	e.database = testdb.URL(t)
	var err error
	if e.key, err = secretbox.NewKey(); err != nil {
		t.Fatal(err)
	}
	e.server, err = gateway.New(t.Context(), e.config())
	if err != nil {
		t.Fatal(err)
	}
	listener := httptest.NewServer(e.server.Handler())
	e.stop = sync.OnceFunc(func() {
		listener.Close()
		if err := e.server.Close(); err != nil {
			t.Errorf("closing the gateway: %v", err)
		}
	})
	t.Cleanup(e.stop)
	e.gatewayURL = listener.URL
	credential, err := e.server.ManagementCredentials().Create(t.Context(), "test", append(attribute.ManagementScopes(), attribute.ScopePersonsRead))
	if err != nil {
		t.Fatal(err)
	}
	e.admin = e.token(credential.ClientID, credential.ClientSecret)
	return e
}

func (e *env) config() gateway.Config {
	return gateway.Config{
		DatabaseURL: e.database, Key: e.key,
		UpstreamURL: e.personioURL, UpstreamClientID: e.upstream.ClientID, UpstreamClientSecret: e.upstream.ClientSecret,
		UpstreamRecruitingCompanyID: strconv.Itoa(e.recruiting.CompanyID), UpstreamRecruitingToken: e.recruiting.Token,
		UpstreamRequestsPerSecond: -1, Version: "test", Now: e.clock.Now, TickEvery: 100 * time.Millisecond,
		Log: slog.New(slog.NewTextHandler(e.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
}

// answer is what a call came back with.
type answer struct {
	t      testing.TB
	status int
	header http.Header
	body   []byte
}

// call sends a request; body may be nil, url.Values (a form) or anything with a
// JSON form. Headers are name, value, name, value.
func (e *env) call(method, path, token string, body any, headers ...string) answer {
	e.t.Helper()
	return call(e.t, method, e.gatewayURL+path, token, body, headers...)
}

func call(t testing.TB, method, address, token string, body any, headers ...string) answer {
	t.Helper()
	var (
		reader      io.Reader
		contentType string
	)
	switch b := body.(type) {
	case nil:
	case string:
		reader, contentType = strings.NewReader(b), "application/json"
	case url.Values:
		reader, contentType = strings.NewReader(b.Encode()), "application/x-www-form-urlencoded"
	default:
		data, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		reader, contentType = bytes.NewReader(data), "application/json"
	}
	req, err := http.NewRequestWithContext(t.Context(), method, address, reader)
	if err != nil {
		t.Fatal(err)
	}
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatalf("%s %s: %v", method, address, err)
	}
	defer func() { _ = resp.Body.Close() }()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatalf("%s %s: reading the body: %v", method, address, err)
	}
	return answer{t, resp.StatusCode, resp.Header, data}
}

// want fails the test unless the status is the given one.
func (a answer) want(status int) answer {
	a.t.Helper()
	if a.status != status {
		a.t.Fatalf("status %d, want %d; body: %s", a.status, status, a.body)
	}
	return a
}

// decode reads the body.
func decode[T any](a answer) T {
	a.t.Helper()
	var v T
	if err := json.Unmarshal(a.body, &v); err != nil {
		a.t.Fatalf("the body is no %T: %v\n%s", v, err, a.body)
	}
	return v
}

// problem reads the body as an error and returns its first finding.
func (a answer) problem() gatewayapi.ProblemError {
	a.t.Helper()
	if got := a.header.Get("Content-Type"); got != gatewayapi.ContentTypeProblem {
		a.t.Errorf("content type %q, want %q", got, gatewayapi.ContentTypeProblem)
	}
	p := decode[gatewayapi.Problem](a)
	if p.TraceID == "" || p.Timestamp.IsZero() || len(p.Errors) == 0 {
		a.t.Fatalf("an incomplete error body: %s", a.body)
	}
	return p.Errors[0]
}

// token asks for an access token in the way of v2.
func (e *env) token(clientID, clientSecret string) string {
	e.t.Helper()
	a := e.call(http.MethodPost, "/v2/auth/token", "", tokenForm(clientID, clientSecret, "")).want(http.StatusOK)
	return decode[struct {
		AccessToken string `json:"access_token"`
	}](a).AccessToken
}

func tokenForm(clientID, clientSecret, scope string) url.Values {
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {clientID}, "client_secret": {clientSecret}}
	if scope != "" {
		form.Set("scope", scope)
	}
	return form
}

// integrate makes an integration with persons:read and the given attributes.
func (e *env) integrate(name string, attributes ...string) gatewayapi.CustomIntegration {
	e.t.Helper()
	return decode[gatewayapi.CustomIntegration](e.call(http.MethodPost, gatewayapi.PathCustomIntegrations, e.admin, gatewayapi.CustomIntegrationCreate{
		Name: name, Scopes: []string{attribute.ScopePersonsRead}, ReadableAttributes: attributes,
	}).want(http.StatusCreated))
}

// credential issues a credential of an integration.
func (e *env) credential(integrationID string) gatewayapi.APICredential {
	e.t.Helper()
	return decode[gatewayapi.APICredential](e.call(http.MethodPost, gatewayapi.PathAPICredentials, e.admin, gatewayapi.APICredentialCreate{
		CustomIntegrationID: integrationID, Name: "test",
	}).want(http.StatusCreated))
}

// scoped is a token of a new integration with the given attributes.
func (e *env) scoped(attributes ...string) string {
	e.t.Helper()
	c := e.credential(e.integrate("integration "+strings.Join(attributes, " "), attributes...).ID)
	return e.token(c.ClientID, c.ClientSecret)
}

// patience bounds every wait. It is long, because machines are slow at times and
// the race detector is always; nothing waits for it unless something is broken.
const patience = 90 * time.Second

// eventually waits for a condition.
func eventually(t testing.TB, what string, condition func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !condition() {
		select {
		case <-ctx.Done():
			t.Fatalf("not within %s: %s", patience, what)
		case <-tick.C:
		}
	}
}
