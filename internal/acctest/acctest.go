// Package acctest gives tests a whole world in their own process: a sandbox in
// place of Personio, a gateway in front of it, and the provider.
package acctest

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strconv"
	"sync"
	"testing"
	"time"

	frameworkprovider "github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/personio-community/terraform-provider-personio/internal/acctest/testdb"
	"github.com/personio-community/terraform-provider-personio/internal/attribute"
	"github.com/personio-community/terraform-provider-personio/internal/gateway"
	"github.com/personio-community/terraform-provider-personio/internal/gateway/managementcredential"
	"github.com/personio-community/terraform-provider-personio/internal/gateway/secretbox"
	"github.com/personio-community/terraform-provider-personio/internal/personio"
	"github.com/personio-community/terraform-provider-personio/internal/provider"
	"github.com/personio-community/terraform-provider-personio/internal/sandbox"
	"github.com/personio-community/terraform-provider-personio/internal/sandbox/scim"
)

// Persons is the head count of the demo company in tests, small so that a test
// starts quickly.
const Persons = 10

// World is a sandbox and a gateway in front of it, for one test.
type World struct {
	// Sandbox is the demo company, and PersonioURL where its API is.
	Sandbox     *sandbox.Sandbox
	PersonioURL string
	// Upstream is the gateway's credential at the sandbox, Recruiting its pair for
	// recruiting.
	Upstream   sandbox.Credential
	Recruiting sandbox.RecruitingCredential
	// Gateway is the gateway, and URL where it is.
	Gateway *gateway.Server
	URL     string
	// SCIM is a sync target, SCIMURL where it is, SCIMToken what opens it.
	SCIM      *scim.Target
	SCIMURL   string
	SCIMToken string
	// Management is a management credential of the gateway.
	Management managementcredential.Credential
	// Client calls the gateway with the management credential, for what a test
	// does behind Terraform's back.
	Client *personio.Client
	// DatabaseURL is the gateway's database, and Log what it says at debug level.
	DatabaseURL string
	Log         *Log

	now func() time.Time
}

// options are what [Option] changes.
type options struct {
	now              func() time.Time
	managementScopes []string
	noRecruiting     bool
	webhooks         sandbox.WebhookOptions
	tap              func(http.Handler) http.Handler
}

// Option changes a world.
type Option func(*options)

// WithClock sets the clock of sandbox, gateway and provider.
func WithClock(now func() time.Time) Option {
	return func(o *options) { o.now = now }
}

// WithManagementScopes sets the scopes of the management credential, all of the
// management API's and persons:read by default.
func WithManagementScopes(scopes ...string) Option {
	return func(o *options) { o.managementScopes = scopes }
}

// WithoutRecruiting leaves the gateway without a pair for recruiting.
func WithoutRecruiting() Option {
	return func(o *options) { o.noRecruiting = true }
}

// WithWebhooks says how the sandbox delivers events. By default nobody can be
// reached: a test needs nothing outside its machine.
func WithWebhooks(webhooks sandbox.WebhookOptions) Option {
	return func(o *options) { o.webhooks = webhooks }
}

// nobody is where events go that no test receives.
type nobody struct{}

func (nobody) RoundTrip(*http.Request) (*http.Response, error) {
	return nil, errors.New("nobody receives events in this test")
}

// WithTap puts a handler in front of the sandbox, the gateway and the sync
// target, which sees all that they are asked and answer.
func WithTap(tap func(http.Handler) http.Handler) Option {
	return func(o *options) { o.tap = tap }
}

// Log is a log that can be read while it is written.
type Log struct {
	mu   sync.Mutex
	text bytes.Buffer
}

// Write implements [io.Writer].
func (l *Log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

// String is all that was written.
func (l *Log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// Start makes a world that ends with the test.
func Start(t testing.TB, opts ...Option) *World {
	t.Helper()
	o := options{now: time.Now, managementScopes: append(attribute.ManagementScopes(), attribute.ScopePersonsRead), tap: func(h http.Handler) http.Handler { return h }}
	for _, option := range opts {
		option(&o)
	}
	if o.webhooks.Transport == nil {
		o.webhooks.Transport = nobody{}
	}
	w := &World{Sandbox: sandbox.New(sandbox.Options{Persons: Persons, Now: o.now, Webhooks: o.webhooks}), DatabaseURL: testdb.URL(t), Log: &Log{}, now: o.now}
	t.Cleanup(w.Sandbox.Close)
	w.Upstream = w.Sandbox.AddCredential(sandbox.Credential{})
	upstream := httptest.NewServer(o.tap(w.Sandbox.Handler()))
	t.Cleanup(upstream.Close)
	w.PersonioURL = upstream.URL

	w.SCIMToken = secretbox.NewSecret()
	w.SCIM = scim.New(scim.Options{Token: w.SCIMToken})
	target := httptest.NewServer(o.tap(w.SCIM.Handler()))
	t.Cleanup(target.Close)
	w.SCIMURL = target.URL

	key, err := secretbox.NewKey()
	check(t, err)
	config := gateway.Config{
		DatabaseURL:               w.DatabaseURL,
		Key:                       key,
		UpstreamURL:               upstream.URL,
		UpstreamClientID:          w.Upstream.ClientID,
		UpstreamClientSecret:      w.Upstream.ClientSecret,
		UpstreamRequestsPerSecond: -1,
		Version:                   "test",
		Now:                       o.now,
		Log:                       slog.New(slog.NewJSONHandler(w.Log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}
	if !o.noRecruiting {
		w.Recruiting = w.Sandbox.AddRecruitingCredential(sandbox.RecruitingCredential{})
		config.UpstreamRecruitingCompanyID, config.UpstreamRecruitingToken = strconv.Itoa(w.Recruiting.CompanyID), w.Recruiting.Token
	}
	w.Gateway, err = gateway.New(t.Context(), config)
	check(t, err)
	front := httptest.NewServer(o.tap(w.Gateway.Handler()))
	t.Cleanup(func() {
		front.Close()
		check(t, w.Gateway.Close())
	})
	w.URL = front.URL

	w.Management, err = w.Gateway.ManagementCredentials().Create(t.Context(), "terraform", o.managementScopes)
	check(t, err)
	w.Client = w.NewClient(t, w.Management.ClientID, w.Management.ClientSecret)
	return w
}

// NewClient makes a client of the gateway with another credential.
func (w *World) NewClient(t testing.TB, clientID, clientSecret string) *personio.Client {
	t.Helper()
	client, err := personio.New(personio.Config{
		BaseURL: w.URL, ClientID: clientID, ClientSecret: clientSecret, MaxRetries: -1, MaxRequestsPerSecond: -1, Now: w.now,
	})
	check(t, err)
	t.Cleanup(client.CloseIdleConnections)
	return client
}

// ProviderConfig is the provider block for this world's gateway.
func (w *World) ProviderConfig() string {
	return ProviderConfig(w.URL, w.Management.ClientID, w.Management.ClientSecret)
}

// ProviderConfig is a provider block.
func ProviderConfig(baseURL, clientID, clientSecret string) string {
	return fmt.Sprintf(`
provider "personio" {
  base_url                = %q
  client_id               = %q
  client_secret           = %q
  max_retries             = 0
  max_requests_per_second = 10000
}
`, baseURL, clientID, clientSecret)
}

// NewProvider makes a provider that sees no environment, so that the one of the
// person who runs the tests changes nothing.
func NewProvider(opts ...provider.Option) func() frameworkprovider.Provider {
	return provider.New("test", append([]provider.Option{provider.WithGetenv(func(string) string { return "" })}, opts...)...)
}

// Factories start the provider in the test's process.
func Factories(opts ...provider.Option) map[string]func() (tfprotov6.ProviderServer, error) {
	return map[string]func() (tfprotov6.ProviderServer, error){
		"personio": providerserver.NewProtocol6WithError(NewProvider(opts...)()),
	}
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
