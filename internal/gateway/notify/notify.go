// Package notify tells the owners of a sync rule by mail that a run failed.
package notify

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"time"

	"github.com/wneessen/go-mail"

	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
)

// timeout bounds one mail.
const timeout = 30 * time.Second

// Mailer sends mail through one SMTP server.
type Mailer struct {
	from string
	host string
	opts []mail.Option
}

// NewMailer makes a mailer from a URL: smtps://user:password@host:465?from=a@b or
// smtp://host:587?from=a@b. smtp uses STARTTLS, which the server must offer unless
// it is on loopback. caCertPEM is trusted in addition to the system's roots.
// Nothing is sent yet. No error repeats the password.
func NewMailer(address, caCertPEM string) (*Mailer, error) {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" || u.Scheme != "smtp" && u.Scheme != "smtps" {
		return nil, errors.New("it must look like smtps://user:password@smtp.example.com:465?from=gateway@example.com")
	}
	from := u.Query().Get("from")
	if from == "" {
		return nil, errors.New("it needs the sender's address: ?from=gateway@example.com")
	}
	roots, err := x509.SystemCertPool()
	if err != nil {
		roots = x509.NewCertPool()
	}
	if caCertPEM != "" && !roots.AppendCertsFromPEM([]byte(caCertPEM)) {
		return nil, errors.New("the certificate file holds no certificate in PEM form")
	}
	return &Mailer{from: from, host: u.Hostname(), opts: options(u, roots)}, nil
}

// options are the library's for a server.
func options(u *url.URL, roots *x509.CertPool) []mail.Option {
	policy := mail.TLSMandatory
	if ip := net.ParseIP(u.Hostname()); u.Hostname() == "localhost" || ip != nil && ip.IsLoopback() {
		policy = mail.TLSOpportunistic
	}
	opts := []mail.Option{
		mail.WithTimeout(timeout),
		mail.WithTLSConfig(&tls.Config{ServerName: u.Hostname(), RootCAs: roots, MinVersion: tls.VersionTLS12}),
		mail.WithTLSPolicy(policy),
	}
	if u.Scheme == "smtps" {
		opts = append(opts, mail.WithSSL())
	}
	if port, err := strconv.Atoi(u.Port()); err == nil {
		opts = append(opts, mail.WithPort(port))
	}
	if password, ok := u.User.Password(); ok {
		opts = append(opts, mail.WithSMTPAuth(mail.SMTPAuthAutoDiscover), mail.WithUsername(u.User.Username()), mail.WithPassword(password))
	}
	return opts
}

// RunFailed tells the owners of a rule that a run failed and whether the rule is
// paused now. The mail holds ids and numbers, no employee data.
func (m *Mailer) RunFailed(ctx context.Context, rule gatewayapi.SyncRuleConfig, run gatewayapi.SyncRun, paused bool) error {
	if len(rule.NotificationEmails) == 0 {
		return nil
	}
	message := mail.NewMsg()
	if err := message.From(m.from); err != nil {
		return fmt.Errorf("the sender's address: %w", err)
	}
	if err := message.Bcc(rule.NotificationEmails...); err != nil {
		return fmt.Errorf("the owners' addresses: %w", err)
	}
	if err := message.To(m.from); err != nil {
		return fmt.Errorf("the sender's address: %w", err)
	}
	next := "It will run again as scheduled."
	if paused {
		next = "The rule is paused until its configuration or its triggers change."
	}
	message.Subject(fmt.Sprintf("Sync rule %q failed", rule.Name))
	message.SetBodyString(mail.TypeTextPlain, fmt.Sprintf("A run of the sync rule %q failed.\n\n%s\n\n%s\n\nRun: %s\n", rule.Name, run.Error, next, run.ID))
	client, err := mail.NewClient(m.host, m.opts...)
	if err != nil {
		return fmt.Errorf("preparing the mail: %w", err)
	}
	if err := client.DialAndSendWithContext(ctx, message); err != nil {
		return fmt.Errorf("sending mail through %s: %w", m.host, err)
	}
	return nil
}
