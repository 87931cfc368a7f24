package personio

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Defaults of [Config].
const (
	DefaultRequestTimeout = 30 * time.Second
	DefaultMaxRetries     = 4
	// GatewayRequestsPerSecond applies to every host but Personio's: a gateway
	// keeps to Personio's limits towards Personio on its own.
	GatewayRequestsPerSecond = 100
	// DefaultPollInterval is the first pause while waiting for a run. A run of a
	// few hundred people takes a second or two.
	DefaultPollInterval = 250 * time.Millisecond
)

// Config says which API to call, as whom, and how patiently.
type Config struct {
	// BaseURL is the API without /v1 or /v2; "" means [DefaultBaseURL]. Plain
	// http is allowed for loopback only.
	BaseURL string
	// ClientID and ClientSecret are the API credential.
	ClientID, ClientSecret string
	// RecruitingCompanyID and RecruitingToken are the static pair for
	// /v1/recruiting, which [Client.ForwardRecruiting] needs; both or neither.
	RecruitingCompanyID, RecruitingToken string
	// ExpectedCompanyID is the company at Personio that the API must stand for, "" for
	// any. A login at another one, or at an API that does not say, is
	// [ErrWrongCompany], and no call follows it.
	ExpectedCompanyID string
	// AppID and PartnerID are sent as X-Personio-App-ID and
	// X-Personio-Partner-ID if they are not "".
	AppID, PartnerID string
	// CACertPEM holds certificates that are trusted in addition to the system's.
	CACertPEM string
	// UserAgent is sent as User-Agent.
	UserAgent string
	// RequestTimeout bounds, for each attempt, the wait for the answer and then
	// every pause inside its body; 0 means [DefaultRequestTimeout].
	RequestTimeout time.Duration
	// MaxRetries is how often a call is repeated; 0 means [DefaultMaxRetries],
	// a negative number never.
	MaxRetries int
	// MaxRequestsPerSecond is the pace of all calls together. 0 means none of its
	// own where PersonioLimits hold, else [GatewayRequestsPerSecond]; a negative
	// number no limit at all, not even those.
	MaxRequestsPerSecond float64
	// PersonioLimits keeps calls within the limits that Personio has for each
	// endpoint (limits.go), whatever the host is called. At Personio's own they
	// always hold.
	PersonioLimits bool
	// Waited is told of each attempt how long it waited for its turn, and in which
	// class of calls; nil: nobody is.
	Waited func(class string, wait time.Duration)
	// PollInterval is the first pause between two looks at a run that is waited
	// for; the pauses grow to twenty times that. 0 means [DefaultPollInterval].
	PollInterval time.Duration
	// Settings are named by errors; the zero value names the provider's arguments.
	Settings Settings
	// Log receives an entry for every attempt: never a body, a secret, a query
	// value, or a header that is not known to be harmless. nil: no log.
	Log func(ctx context.Context, message string, fields map[string]any)
	// Now is the clock for tokens and the read index; nil means time.Now.
	Now func() time.Time
	// Transport sends the requests instead of a tuned copy of
	// http.DefaultTransport. It excludes CACertPEM.
	Transport http.RoundTripper
}

// String hides the secret from anything that prints a configuration.
func (c Config) String() string {
	return fmt.Sprintf("personio.Config{BaseURL: %q, ClientID: %q}", c.BaseURL, c.ClientID)
}

// GoString is [Config.String], for %#v.
func (c Config) GoString() string { return c.String() }

func (c Config) withDefaults(personio bool) Config {
	if c.RequestTimeout <= 0 {
		c.RequestTimeout = DefaultRequestTimeout
	}
	if c.MaxRetries == 0 {
		c.MaxRetries = DefaultMaxRetries
	}
	c.PersonioLimits = c.PersonioLimits || personio
	if c.MaxRequestsPerSecond == 0 && !c.PersonioLimits {
		c.MaxRequestsPerSecond = GatewayRequestsPerSecond
	}
	if c.PollInterval <= 0 {
		c.PollInterval = DefaultPollInterval
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	return c
}

// checkRecruiting refuses half a pair, and a company id that is none.
func (c Config) checkRecruiting() error {
	if (c.RecruitingCompanyID == "") != (c.RecruitingToken == "") {
		return errors.New("company id and token for recruiting go together: one of them is missing")
	}
	if n, err := strconv.ParseUint(c.RecruitingCompanyID, 10, 63); c.RecruitingCompanyID != "" && (err != nil || n == 0) {
		return fmt.Errorf("%q is not the company id for recruiting: a positive number, as Personio shows it beside the token", c.RecruitingCompanyID)
	}
	return nil
}

// versionSuffix finds the API version that users like to leave in a base URL.
var versionSuffix = regexp.MustCompile(`(/gateway)?/v[0-9]+$`)

// parseBaseURL checks a base URL. Its errors name the argument and repeat the
// value only where it cannot hold a password.
func parseBaseURL(raw string) (*url.URL, error) {
	if raw == "" {
		raw = DefaultBaseURL
	}
	u, err := url.Parse(strings.TrimRight(strings.TrimSpace(raw), "/"))
	if err != nil {
		// The text of the error repeats the value, which may hold a password.
		return nil, errors.New("base_url is not a URL; it must look like https://personio-gateway.example.com")
	}
	switch {
	case u.User != nil:
		return nil, errors.New("base_url must not hold a user name or password; the credential belongs into client_id and client_secret")
	case u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "":
		return nil, fmt.Errorf("base_url %q is not an absolute URL; it must look like https://personio-gateway.example.com", raw)
	case u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return nil, errors.New("base_url must not have a query or a fragment")
	case u.Scheme == "http" && !isLoopback(u.Hostname()):
		return nil, fmt.Errorf("base_url %q is plain http, which would send the secret unencrypted; use https (http is allowed for localhost and other loopback addresses only)", raw)
	}
	if v := versionSuffix.FindString(u.Path); v != "" {
		return nil, fmt.Errorf("base_url %q must not end in %s; the client adds the version itself: %s", raw, v, strings.TrimSuffix(u.String(), v))
	}
	return u, nil
}

func isLoopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}

// newTransport is the innermost layer.
func newTransport(config Config) (http.RoundTripper, error) {
	if config.Transport != nil {
		if config.CACertPEM != "" {
			return nil, errors.New("ca_cert_pem cannot be combined with a transport of the caller's own")
		}
		return config.Transport, nil
	}
	transport := &http.Transport{Proxy: http.ProxyFromEnvironment, ForceAttemptHTTP2: true}
	if t, ok := http.DefaultTransport.(*http.Transport); ok {
		transport = t.Clone()
	}
	// All calls go to one host; the default of 2 would close and open
	// connections all the time at Terraform's parallelism of 10.
	transport.MaxIdleConnsPerHost = 32
	if config.CACertPEM != "" {
		roots, err := x509.SystemCertPool()
		if err != nil {
			roots = x509.NewCertPool()
		}
		if !roots.AppendCertsFromPEM([]byte(config.CACertPEM)) {
			return nil, errors.New("ca_cert_pem holds no certificate in PEM form (-----BEGIN CERTIFICATE-----)")
		}
		transport.TLSClientConfig = &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}
	}
	return transport, nil
}
