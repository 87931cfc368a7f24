// Package gateway is personio-gateway: a service in front of Personio's public
// API that makes custom integrations and API credentials real, and enforces
// them on every call.
package gateway

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/personio-community/terraform-provider-personio/internal/gateway/accesslog"
	"github.com/personio-community/terraform-provider-personio/internal/gateway/apicredential"
	"github.com/personio-community/terraform-provider-personio/internal/gateway/customintegration"
	"github.com/personio-community/terraform-provider-personio/internal/gateway/httpapi"
	"github.com/personio-community/terraform-provider-personio/internal/gateway/jobs"
	"github.com/personio-community/terraform-provider-personio/internal/gateway/managementcredential"
	"github.com/personio-community/terraform-provider-personio/internal/gateway/notify"
	"github.com/personio-community/terraform-provider-personio/internal/gateway/passthrough"
	"github.com/personio-community/terraform-provider-personio/internal/gateway/secretbox"
	"github.com/personio-community/terraform-provider-personio/internal/gateway/store"
	"github.com/personio-community/terraform-provider-personio/internal/gateway/token"
	"github.com/personio-community/terraform-provider-personio/internal/gateway/upstream"
	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
	"github.com/personio-community/terraform-provider-personio/internal/personio"
)

// Config is what a gateway needs to run.
type Config struct {
	// DatabaseURL names the database, sqlite:///path or postgres://...
	DatabaseURL string
	// Key encrypts what the database holds of secrets. It must be the key that
	// the database was first opened with.
	Key *secretbox.Key
	// UpstreamURL, UpstreamClientID and UpstreamClientSecret are Personio's
	// address and the one credential there.
	UpstreamURL, UpstreamClientID, UpstreamClientSecret string
	// UpstreamRecruitingCompanyID and UpstreamRecruitingToken are the static pair
	// for Personio's /v1/recruiting; both or neither. Without it there are no
	// credentials of the kind recruiting.
	UpstreamRecruitingCompanyID, UpstreamRecruitingToken string
	// UpstreamCompanyID is the company at Personio that all of this is for, told to
	// clients that expect a certain one. "" means that of the pair for recruiting;
	// Personio's API itself does not tell it.
	UpstreamCompanyID string
	// UpstreamRequestsPerSecond paces all calls to Personio together, on top of
	// Personio's limits for each endpoint; 0 means those alone, a negative number
	// no limit at all.
	UpstreamRequestsPerSecond float64
	// PublicURL is the address that clients use; nil: the host they name.
	PublicURL *url.URL
	// Mailer tells the owners of sync rules of failures; nil: no mail is sent.
	Mailer *notify.Mailer
	// AccessLogKept is how long entries of the access log are kept; 0 means 90
	// days.
	AccessLogKept time.Duration
	// TickEvery is how often due syncs are looked for; 0 means every 5 seconds.
	TickEvery time.Duration
	// Version is told to clients and to Personio.
	Version string
	Log     *slog.Logger
	// Now is the clock; nil means time.Now.
	Now func() time.Time
}

// companyID is the company that the gateway stands for, "" if nobody said.
func (c Config) companyID() string { return cmp.Or(c.UpstreamCompanyID, c.UpstreamRecruitingCompanyID) }

// Server is a running gateway without its listener.
type Server struct {
	store     *store.Store
	tokens    *token.Service
	client    *personio.Client
	upstream  *upstream.Upstream
	handler   http.Handler
	jobs      *jobs.Jobs
	access    *accesslog.Log
	log       *slog.Logger
	now       func() time.Time
	stopSweep func()
	// stopReplica ends this gateway's part in the limits.
	stopReplica func()
}

// New opens the database, checks that the key belongs to it, and wires the
// routes. It makes no call to Personio. Close the server after use.
func New(ctx context.Context, config Config) (*Server, error) {
	if config.Now == nil {
		config.Now = time.Now
	}
	if config.Log == nil {
		config.Log = slog.New(slog.DiscardHandler)
	}
	if config.AccessLogKept == 0 {
		config.AccessLogKept = 90 * 24 * time.Hour
	}
	if config.TickEvery == 0 {
		config.TickEvery = 5 * time.Second
	}
	metrics := newMetrics()
	client, err := newUpstreamClient(config, metrics.waited)
	if err != nil {
		return nil, err
	}
	db, err := OpenStore(ctx, config.DatabaseURL, config.Key)
	if err != nil {
		return nil, err
	}
	s := &Server{
		store:    db,
		tokens:   token.New(db, config.Key, config.Now),
		client:   client,
		upstream: upstream.New(client, config.Now),
		access:   accesslog.New(db, config.Now, config.Log),
		log:      config.Log,
		now:      config.Now,
	}
	syncs := s.newSyncs(config)
	s.handler = s.routes(config, syncs, metrics)
	if s.jobs, err = syncs.start(ctx, config, db); err != nil {
		s.access.Close()
		return nil, errors.Join(err, s.tokens.Close(), db.Close())
	}
	s.stopSweep, s.stopReplica = s.startSweep(config.AccessLogKept), s.startReplica()
	return s, nil
}

// upstreamSettings are the flags of personio-gateway that the client of Personio's
// API is made from. Its errors also reach people who do not run the gateway.
var upstreamSettings = personio.Settings{
	BaseURL:    "the gateway's --upstream-url (PERSONIO_GATEWAY_UPSTREAM_URL)",
	Credential: "the gateway's --upstream-client-id and its secret (PERSONIO_GATEWAY_UPSTREAM_CLIENT_ID, PERSONIO_GATEWAY_UPSTREAM_CLIENT_SECRET)",
	Trust:      "add that authority to those that the gateway's system trusts, or to the file that SSL_CERT_FILE names",
	Pace:       "the gateway's --upstream-requests-per-second",
}

func newUpstreamClient(config Config, waited func(class string, wait time.Duration)) (*personio.Client, error) {
	client, err := personio.New(personio.Config{
		BaseURL:              config.UpstreamURL,
		ClientID:             config.UpstreamClientID,
		ClientSecret:         config.UpstreamClientSecret,
		RecruitingCompanyID:  config.UpstreamRecruitingCompanyID,
		RecruitingToken:      config.UpstreamRecruitingToken,
		UserAgent:            "personio-gateway/" + config.Version,
		MaxRetries:           2,
		MaxRequestsPerSecond: config.UpstreamRequestsPerSecond,
		PersonioLimits:       true,
		Waited:               waited,
		Now:                  config.Now,
		Settings:             upstreamSettings,
		Log: func(ctx context.Context, message string, fields map[string]any) {
			args := make([]any, 0, 2*len(fields))
			for name, value := range fields {
				args = append(args, name, value)
			}
			config.Log.DebugContext(ctx, message, args...)
		},
	})
	if err != nil {
		return nil, fmt.Errorf("the upstream (--upstream-url, --upstream-recruiting-company-id): %w", err)
	}
	return client, nil
}

// settingKey is the setting that remembers which key a database belongs to.
const settingKey = "key_fingerprint"

// OpenStore opens a database and checks that it belongs to the key; a new
// database is bound to it.
func OpenStore(ctx context.Context, databaseURL string, key *secretbox.Key) (*store.Store, error) {
	db, err := store.Open(ctx, databaseURL)
	if err != nil {
		return nil, err
	}
	if err := bindKey(ctx, db, key); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

func bindKey(ctx context.Context, db *store.Store, key *secretbox.Key) error {
	bound, err := db.Setting(ctx, settingKey)
	if errors.Is(err, store.ErrNotFound) {
		err = db.SetSetting(ctx, settingKey, key.Fingerprint())
		if !errors.Is(err, store.ErrDuplicate) {
			return err
		}
		bound, err = db.Setting(ctx, settingKey) // Another process was first.
	}
	switch {
	case err != nil:
		return fmt.Errorf("reading which key the database belongs to: %w", err)
	case bound != key.Fingerprint():
		return fmt.Errorf("the key is not the one that this database belongs to: it has the public part %s, the database was made with %s; point --key-file at the right key file", key.Fingerprint(), bound)
	}
	return nil
}

// routes wires everything that answers.
func (s *Server) routes(config Config, syncs *syncs, metrics *metrics) http.Handler {
	mux := http.NewServeMux()
	(&token.Handler{Service: s.tokens, Log: s.log, CompanyID: config.companyID()}).Register(mux)
	(&passthrough.Proxy{Tokens: s.tokens, Upstream: s.upstream, Log: s.log, Observe: s.observe(metrics)}).Register(mux)

	api := httpapi.New(mux, config.Version, s.tokens, s.log, metrics.credentialCall)
	idempotency := syncs.rules.Idempotency
	(&customintegration.Service{Store: s.store, Upstream: s.upstream, Idempotency: idempotency, Now: s.now, Log: s.log}).Register(api)
	(&apicredential.Service{Store: s.store, Upstream: s.upstream, Key: config.Key, Idempotency: idempotency, Now: s.now}).Register(api)

	s.access.Register(api)
	syncs.targets.Register(api)
	syncs.rules.Register(api)
	syncs.runs.Register(api)

	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("ok\n")) })
	mux.HandleFunc("GET /readyz", s.ready)
	mux.Handle("GET /metrics", metrics.handler(s.store.CredentialIDs))
	mux.HandleFunc("/", httpapi.RouteNotFound)
	return s.middleware(mux, config.PublicURL)
}

// observe counts each call of Personio's API, and writes down those of somebody.
func (s *Server) observe(m *metrics) func(passthrough.Call) {
	return func(call passthrough.Call) {
		m.observe(call)
		if call.CredentialID == "" {
			return
		}
		s.access.Add(gatewayapi.AccessLogEntry{
			CredentialID: call.CredentialID, CustomIntegrationID: call.CustomIntegrationID, Endpoint: call.Endpoint, Status: call.Status, People: call.People,
		})
	}
}

// ready answers whether the gateway can serve: whether its database answers. A
// Personio that is down is told to clients call by call instead.
func (s *Server) ready(w http.ResponseWriter, r *http.Request) {
	if err := s.store.Ping(r.Context()); err != nil {
		http.Error(w, "the database does not answer", http.StatusServiceUnavailable)
		return
	}
	_, _ = w.Write([]byte("ready\n"))
}

// Handler serves Personio's API and the management API.
func (s *Server) Handler() http.Handler { return s.handler }

// ManagementCredentials makes and ends the credentials that manage the gateway.
func (s *Server) ManagementCredentials() *managementcredential.Service {
	return &managementcredential.Service{Store: s.store, Now: s.now}
}

// Upstream is what the gateway knows of its credential at Personio.
func (s *Server) Upstream() *upstream.Upstream { return s.upstream }

// Close ends the server's goroutines and closes the database. The listener must
// be closed before.
func (s *Server) Close() error {
	s.stopSweep()
	s.stopReplica()
	ctx, cancel := context.WithTimeout(context.Background(), stopTimeout)
	defer cancel()
	err := errors.Join(s.jobs.Stop(ctx), s.tokens.Close())
	s.access.Close()
	s.client.CloseIdleConnections()
	return errors.Join(err, s.store.Close())
}

// sweepEvery is how often expired tokens and remembered answers are deleted.
const sweepEvery = 10 * time.Minute

// startSweep sweeps now and then until it is stopped.
func (s *Server) startSweep(accessLogKept time.Duration) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	var wait sync.WaitGroup
	wait.Go(func() {
		ticker := time.NewTicker(sweepEvery)
		defer ticker.Stop()
		for {
			now := s.now()
			err := errors.Join(s.store.Sweep(ctx, now, now.Add(-httpapi.AnswerLife)), s.store.DeleteAccessLog(ctx, now.Add(-accessLogKept)))
			if err != nil && ctx.Err() == nil {
				s.log.ErrorContext(ctx, "deleting expired rows failed", "error", err)
			}
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
			}
		}
	})
	return func() {
		cancel()
		wait.Wait()
	}
}
