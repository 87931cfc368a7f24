package scim

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
	"slices"
	"strings"
	"time"
)

// Defaults of [Config].
const (
	DefaultTimeout    = 30 * time.Second
	DefaultMaxRetries = 4
)

// Config says which service provider to call, as whom, and how patiently.
type Config struct {
	// BaseURL is the URL above /Users and /Groups. Plain http is allowed for
	// loopback only.
	BaseURL string
	// Token is sent as a bearer token. It excludes OAuth; one of them is needed.
	Token string
	// OAuth says where bearer tokens come from.
	OAuth *OAuth
	// Headers are sent with every request to BaseURL, but not to the token endpoint.
	Headers map[string]string
	// CACertPEM holds certificates that are trusted in addition to the system's.
	CACertPEM string
	// UserAgent is sent as User-Agent.
	UserAgent string
	// Timeout bounds each attempt, its body included; 0 means [DefaultTimeout].
	Timeout time.Duration
	// MaxRetries is how often a call is repeated; 0 means [DefaultMaxRetries],
	// a negative number never.
	MaxRetries int
	// Log receives an entry for every attempt: method, endpoint, status and
	// duration; never an id, a query, a header, a body or a token. nil: no log.
	Log func(ctx context.Context, message string, fields map[string]any)
	// Transport sends the requests instead of a copy of http.DefaultTransport.
	// It excludes CACertPEM.
	Transport http.RoundTripper
}

// OAuth is the client credentials grant (RFC 6749, section 4.4).
type OAuth struct {
	// TokenURL is https, or http on loopback.
	TokenURL               string
	ClientID, ClientSecret string
	// Scopes are asked for; none leaves the choice to the server.
	Scopes []string
}

// String hides the secrets from anything that prints a configuration.
func (c Config) String() string { return fmt.Sprintf("scim.Config{BaseURL: %q}", c.BaseURL) }

// GoString is [Config.String], for %#v.
func (c Config) GoString() string { return c.String() }

// String hides the secret from anything that prints it.
func (o OAuth) String() string {
	return fmt.Sprintf("scim.OAuth{TokenURL: %q, ClientID: %q}", o.TokenURL, o.ClientID)
}

// GoString is [OAuth.String], for %#v.
func (o OAuth) GoString() string { return o.String() }

// endpointSuffix finds the endpoint that users like to leave in a base URL.
var endpointSuffix = regexp.MustCompile(`(?i)/(Users|Groups|ServiceProviderConfigs?|Schemas|ResourceTypes)$`)

// parseURL checks a URL that secrets are sent to. Its errors name the argument
// and repeat the value only where it cannot hold a password.
func parseURL(argument, raw string) (*url.URL, error) {
	u, err := url.Parse(strings.TrimSpace(raw))
	switch {
	case err != nil:
		// The text of the error repeats the value, which may hold a password.
		return nil, fmt.Errorf("%s is not a URL; it must look like https://scim.example.com/v2", argument)
	case u.User != nil:
		return nil, fmt.Errorf("%s must not hold a user name or password", argument)
	case u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "":
		return nil, fmt.Errorf("%s %q is not an absolute URL; it must look like https://scim.example.com/v2", argument, u.Redacted())
	case u.Scheme == "http" && !isLoopback(u.Hostname()):
		return nil, fmt.Errorf("%s is plain http, which would send secrets and personal data unencrypted; use https (http is allowed for localhost and other loopback addresses only)", argument)
	case u.Fragment != "":
		return nil, fmt.Errorf("%s must not have a fragment", argument)
	default:
		return u, nil
	}
}

// parseBaseURL checks the URL above the endpoints.
func parseBaseURL(raw string) (*url.URL, error) {
	u, err := parseURL("url", strings.TrimRight(strings.TrimSpace(raw), "/"))
	if err != nil {
		return nil, err
	}
	if u.RawQuery != "" || u.ForceQuery {
		return nil, errors.New("url must not have a query")
	}
	if suffix := endpointSuffix.FindString(u.Path); suffix != "" {
		return nil, fmt.Errorf("url must be the base above /Users and /Groups: leave %s off", suffix)
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

// headerName is a token (RFC 9110, section 5.6.2).
var headerName = regexp.MustCompile("^[A-Za-z0-9!#$%&'*+.^_`|~-]+$")

// ownHeaders are those that the client or HTTP itself sets, and those that
// hold secrets.
var ownHeaders = []string{
	"Accept", "Accept-Encoding", "Authorization", "Connection", "Content-Length", "Content-Type", "Cookie", "Expect", "Host", "If-Match",
	"Keep-Alive", "Proxy-Authorization", "Proxy-Connection", "Te", "Trailer", "Transfer-Encoding", "Upgrade", "User-Agent",
}

func checkHeaders(headers map[string]string) error {
	for name, value := range headers {
		switch {
		case !headerName.MatchString(name):
			return fmt.Errorf("headers: %q is not the name of a header", name)
		case slices.Contains(ownHeaders, http.CanonicalHeaderKey(name)):
			return fmt.Errorf("headers: %s must not be set here; tokens belong into token or oauth", name)
		case !isHeaderValue(value):
			return fmt.Errorf("headers: the value of %s holds a character that a header cannot have", name)
		}
	}
	return nil
}

// isHeaderValue reports whether a text can stand in a header.
func isHeaderValue(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f })
}

// checkCredential asks for exactly one of token and oauth.
func (c Config) checkCredential() error {
	switch {
	case c.Token != "" && c.OAuth != nil:
		return errors.New("token and oauth exclude each other")
	case c.OAuth == nil && c.Token == "":
		return errors.New("neither token nor oauth is set")
	case c.OAuth == nil && (!isHeaderValue(c.Token) || strings.TrimSpace(c.Token) != c.Token):
		return errors.New("token holds a character or a space that a bearer token cannot have")
	case c.OAuth == nil:
		return nil
	case c.OAuth.ClientID == "" || c.OAuth.ClientSecret == "":
		return errors.New("oauth needs client_id and client_secret")
	default:
		_, err := parseURL("oauth token_url", c.OAuth.TokenURL)
		return err
	}
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
	// All calls go to one host, several at a time.
	transport.MaxIdleConnsPerHost = 16
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
