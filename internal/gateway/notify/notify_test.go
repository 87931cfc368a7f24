package notify_test

import (
	"bufio"
	"fmt"
	"net"
	"strings"
	"testing"

	"github.com/personio-community/terraform-provider-personio/internal/gateway/notify"
	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
)

// smtpServer is a mail server for one mail; it sends what it got.
func smtpServer(t *testing.T) (address string, got <-chan []string) {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	lines := make(chan []string, 1)
	go func() {
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		defer func() { _ = conn.Close() }()
		say := func(text string) { fmt.Fprintf(conn, "%s\r\n", text) }
		var all []string
		say("220 test")
		data := false
		for scanner := bufio.NewScanner(conn); scanner.Scan(); {
			line := strings.TrimRight(scanner.Text(), "\r")
			all = append(all, line)
			switch {
			case data && line == ".":
				data = false
				say("250 taken")
			case data:
			case strings.HasPrefix(line, "EHLO"):
				say("250-test")
				say("250 8BITMIME")
			case line == "DATA":
				data = true
				say("354 go on")
			case line == "QUIT":
				say("221 bye")
				lines <- all
				return
			default:
				say("250 ok")
			}
		}
	}()
	return listener.Addr().String(), lines
}

func TestRunFailed(t *testing.T) {
	t.Parallel()
	address, got := smtpServer(t)
	mailer, err := notify.NewMailer("smtp://"+address+"?from=gateway@example.com", "")
	if err != nil {
		t.Fatal(err)
	}
	rule := gatewayapi.SyncRuleConfig{Name: "Employees", NotificationEmails: []string{"it@example.com", "hr@example.com"}}
	run := gatewayapi.SyncRun{ID: "run-1", Error: "the target refused its token"}
	if err := mailer.RunFailed(t.Context(), rule, run, true); err != nil {
		t.Fatal(err)
	}
	all := strings.Join(<-got, "\n")
	for _, want := range []string{
		"MAIL FROM:<gateway@example.com>", "RCPT TO:<it@example.com>", "RCPT TO:<hr@example.com>",
		"Employees", "the target refused its token", "paused", "run-1",
	} {
		if !strings.Contains(all, want) {
			t.Errorf("the mail does not have %q:\n%s", want, all)
		}
	}
	// The owners do not see each other.
	if _, body, _ := strings.Cut(all, "DATA"); strings.Contains(body, "hr@example.com") {
		t.Errorf("the mail names its receivers:\n%s", body)
	}
	if err := mailer.RunFailed(t.Context(), gatewayapi.SyncRuleConfig{Name: "No owners"}, run, true); err != nil {
		t.Errorf("a rule without owners: %v", err)
	}
}

func TestNewMailerRefusals(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"", "smtp.example.com", "https://u:s3cret@x?from=a@b.c", "smtps://u:s3cret@smtp.example.com", "::s3cret"} {
		if _, err := notify.NewMailer(address, ""); err == nil || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%q: %v", address, err)
		}
	}
	if _, err := notify.NewMailer("smtps://smtp.example.com?from=a@example.com", "no certificate"); err == nil {
		t.Error("a certificate that is none was taken")
	}
	mailer, err := notify.NewMailer("smtp://127.0.0.1:1?from=a@example.com", "")
	if err != nil {
		t.Fatal(err)
	}
	if err := mailer.RunFailed(t.Context(), gatewayapi.SyncRuleConfig{NotificationEmails: []string{"x@example.com"}}, gatewayapi.SyncRun{}, false); err == nil {
		t.Error("a server that is not there took a mail")
	}
}
