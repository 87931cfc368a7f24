package main

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/personio-community/terraform-provider-personio/internal/gateway"
	"github.com/personio-community/terraform-provider-personio/internal/gateway/notify"
	"github.com/personio-community/terraform-provider-personio/internal/gateway/secretbox"
	"github.com/personio-community/terraform-provider-personio/internal/personio"
)

// storeFlags say where the database and its key are.
type storeFlags struct {
	database, keyFile string
}

func (f *storeFlags) register(flags *pflag.FlagSet) {
	flags.StringVar(&f.database, "database", "sqlite://personio-gateway.db", "database: sqlite:///absolute/path, sqlite://relative/path or postgres://user:password@host/name; better given as PERSONIO_GATEWAY_DATABASE if it holds a password")
	flags.StringVar(&f.keyFile, "key-file", "personio-gateway.key", "file with the encryption key that init made")
}

// upstreamFlags say which Personio account the gateway stands in front of.
type upstreamFlags struct {
	url, clientID, clientSecret, clientSecretFile, companyID  string
	recruitingCompanyID, recruitingToken, recruitingTokenFile string
	requestsPerSecond                                         float64
}

func (f *upstreamFlags) register(flags *pflag.FlagSet) {
	flags.StringVar(&f.url, "upstream-url", personio.DefaultBaseURL, "address of Personio's API")
	flags.StringVar(&f.clientID, "upstream-client-id", "", "client id of the gateway's one credential at Personio")
	flags.StringVar(&f.clientSecret, "upstream-client-secret", "", "its client secret; better given as PERSONIO_GATEWAY_UPSTREAM_CLIENT_SECRET or in a file")
	flags.StringVar(&f.clientSecretFile, "upstream-client-secret-file", "", "file that holds the client secret")
	flags.StringVar(&f.companyID, "upstream-company-id", "", "id of your company at Personio, as its webhooks and its recruiting access show it; told to Terraform configurations that expect a certain company. Default: that of the recruiting access")
	flags.StringVar(&f.recruitingCompanyID, "upstream-recruiting-company-id", "", "company id of the access to Personio's recruiting API, which has its own; without it no recruiting credentials can be made")
	flags.StringVar(&f.recruitingToken, "upstream-recruiting-token", "", "its static token; better given as PERSONIO_GATEWAY_UPSTREAM_RECRUITING_TOKEN or in a file")
	flags.StringVar(&f.recruitingTokenFile, "upstream-recruiting-token-file", "", "file that holds the static token")
	flags.Float64Var(&f.requestsPerSecond, "upstream-requests-per-second", 0, "pace of all calls to Personio together, on top of Personio's limits for each endpoint; 0: those alone; negative: no limit at all")
}

// secretFrom returns a secret from its flag, or from the file that the flag of the
// same name with -file names.
func secretFrom(flag, value, file string) (string, error) {
	if file == "" {
		return value, nil
	}
	if value != "" {
		return "", fmt.Errorf("--%s and --%s-file exclude each other", flag, flag)
	}
	data, err := os.ReadFile(file) //nolint:gosec // The file that the operator named.
	if err != nil {
		return "", fmt.Errorf("reading --%s-file: %w", flag, err)
	}
	return strings.TrimSpace(string(data)), nil
}

// config makes the gateway's configuration from the flags.
func (f *upstreamFlags) config(store storeFlags, log *slog.Logger) (gateway.Config, error) {
	secret, err := secretFrom("upstream-client-secret", f.clientSecret, f.clientSecretFile)
	if err != nil {
		return gateway.Config{}, err
	}
	token, err := secretFrom("upstream-recruiting-token", f.recruitingToken, f.recruitingTokenFile)
	if err != nil {
		return gateway.Config{}, err
	}
	if f.clientID == "" || secret == "" {
		return gateway.Config{}, errors.New("the gateway needs a credential at Personio: give --upstream-client-id and --upstream-client-secret-file, or the variables PERSONIO_GATEWAY_UPSTREAM_CLIENT_ID and PERSONIO_GATEWAY_UPSTREAM_CLIENT_SECRET")
	}
	if (f.recruitingCompanyID == "") != (token == "") {
		return gateway.Config{}, errors.New("access to Personio's recruiting API takes two: give --upstream-recruiting-company-id and --upstream-recruiting-token-file, or the variables PERSONIO_GATEWAY_UPSTREAM_RECRUITING_COMPANY_ID and PERSONIO_GATEWAY_UPSTREAM_RECRUITING_TOKEN, or none of them")
	}
	if err := f.checkCompany(); err != nil {
		return gateway.Config{}, err
	}
	key, err := secretbox.ReadKeyFile(store.keyFile)
	if err != nil {
		return gateway.Config{}, err
	}
	return gateway.Config{
		DatabaseURL: store.database, Key: key,
		UpstreamURL: f.url, UpstreamClientID: f.clientID, UpstreamClientSecret: secret,
		UpstreamRecruitingCompanyID: f.recruitingCompanyID, UpstreamRecruitingToken: token,
		UpstreamCompanyID:         f.companyID,
		UpstreamRequestsPerSecond: f.requestsPerSecond,
		Version:                   version, Log: log,
	}, nil
}

// checkCompany refuses a company id that is none, or another one than the recruiting
// access has.
func (f *upstreamFlags) checkCompany() error {
	if f.companyID == "" {
		return nil
	}
	if n, err := strconv.ParseUint(f.companyID, 10, 63); err != nil || n == 0 {
		return fmt.Errorf("--upstream-company-id %q is not the id of a company at Personio, a positive number", f.companyID)
	}
	if f.recruitingCompanyID != "" && f.recruitingCompanyID != f.companyID {
		return fmt.Errorf("--upstream-company-id %s and --upstream-recruiting-company-id %s are two companies; a gateway stands for one", f.companyID, f.recruitingCompanyID)
	}
	return nil
}

// listenFlags say how clients reach the gateway.
type listenFlags struct {
	listen, tlsCert, tlsKey, publicURL string
	insecureHTTP                       bool
}

func (f *listenFlags) register(flags *pflag.FlagSet) {
	flags.StringVar(&f.listen, "listen", "127.0.0.1:8443", "address to listen on")
	flags.StringVar(&f.tlsCert, "tls-cert", "", "file with the TLS certificate chain")
	flags.StringVar(&f.tlsKey, "tls-key", "", "file with its private key")
	flags.StringVar(&f.publicURL, "public-url", "", "address that clients use, for links in answers; default: the host they name")
	flags.BoolVar(&f.insecureHTTP, "insecure-http", false, "allow plain HTTP on other than loopback addresses, behind a proxy that ends TLS")
}

// check refuses what would send secrets in clear text over a network.
func (f *listenFlags) check() (public *url.URL, err error) {
	if (f.tlsCert == "") != (f.tlsKey == "") {
		return nil, errors.New("--tls-cert and --tls-key go together")
	}
	host, _, err := net.SplitHostPort(f.listen)
	if err != nil {
		return nil, fmt.Errorf("--listen %q is not an address such as 127.0.0.1:8443: %w", f.listen, err)
	}
	ip := net.ParseIP(host)
	loopback := host == "localhost" || ip != nil && ip.IsLoopback()
	if f.tlsCert == "" && !loopback && !f.insecureHTTP {
		return nil, fmt.Errorf("--listen %s would take secrets over plain HTTP from a network: give --tls-cert and --tls-key, or --insecure-http if a proxy in front ends TLS", f.listen)
	}
	if f.publicURL == "" {
		return nil, nil //nolint:nilnil // No configured address is a valid answer.
	}
	public, err = url.Parse(f.publicURL)
	if err != nil || public.Host == "" || public.Scheme != "https" && public.Scheme != "http" {
		return nil, fmt.Errorf("--public-url %q is not an absolute URL such as https://personio-gateway.example.com", f.publicURL)
	}
	return public, nil
}

// mailFlags say how owners of sync rules are told of failures.
type mailFlags struct {
	smtpURL, smtpCACert string
}

func (f *mailFlags) register(flags *pflag.FlagSet) {
	flags.StringVar(&f.smtpURL, "smtp-url", "", "server for mail to owners of sync rules: smtps://user:password@host:465?from=address; better given as PERSONIO_GATEWAY_SMTP_URL")
	flags.StringVar(&f.smtpCACert, "smtp-ca-cert", "", "file with certificates that are trusted for it in addition to the system's")
}

// mailer makes the mailer, nil without a server.
func (f *mailFlags) mailer() (*notify.Mailer, error) {
	if f.smtpURL == "" {
		return nil, nil //nolint:nilnil // No mailer is a valid answer.
	}
	var ca []byte
	if f.smtpCACert != "" {
		var err error
		if ca, err = os.ReadFile(f.smtpCACert); err != nil {
			return nil, fmt.Errorf("reading --smtp-ca-cert: %w", err)
		}
	}
	mailer, err := notify.NewMailer(f.smtpURL, string(ca))
	if err != nil {
		return nil, fmt.Errorf("--smtp-url: %w", err)
	}
	return mailer, nil
}

// logFlags say what is logged, and how long the access log is kept.
type logFlags struct {
	level         string
	accessLogKept time.Duration
}

func (f *logFlags) register(flags *pflag.FlagSet) {
	flags.StringVar(&f.level, "log-level", "info", "debug, info, warn or error")
	flags.DurationVar(&f.accessLogKept, "access-log-retention", 90*24*time.Hour, "how long the database keeps who called Personio's API, at least 1h")
}

// logger logs JSON lines to standard error.
func (f *logFlags) logger() (*slog.Logger, error) {
	var level slog.Level
	if err := level.UnmarshalText([]byte(f.level)); err != nil {
		return nil, fmt.Errorf("--log-level %q is none of debug, info, warn, error", f.level)
	}
	if f.accessLogKept != 0 && f.accessLogKept < time.Hour {
		return nil, fmt.Errorf("--access-log-retention %s is less than 1h", f.accessLogKept)
	}
	return slog.New(slog.NewJSONHandler(os.Stderr, &slog.HandlerOptions{Level: level})), nil
}
