package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/personio-community/terraform-provider-personio/internal/sandbox"
)

// asCommand makes the test binary be the command itself, so that tests run real
// processes without building anything.
const asCommand = "TEST_AS_PERSONIO_GATEWAY"

func TestMain(m *testing.M) {
	if os.Getenv(asCommand) != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

// command is the command with arguments and extra environment variables.
func command(t *testing.T, env []string, args ...string) *exec.Cmd {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, os.Args[0], args...)
	cmd.Env = append([]string{asCommand + "=1", "TMPDIR=" + t.TempDir(), "PATH=" + os.Getenv("PATH")}, env...)
	return cmd
}

// run runs the command to its end.
func run(t *testing.T, env []string, args ...string) (stdout, stderr string, err error) {
	t.Helper()
	cmd := command(t, env, args...)
	var out, errOut bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errOut
	err = cmd.Run()
	return out.String(), errOut.String(), err
}

// process is a command that runs until it is told to end.
type process struct {
	cmd   *exec.Cmd
	lines *bufio.Scanner
	rest  io.ReadCloser
}

// background starts the command and reads lines from one of its outputs.
func background(t *testing.T, fromStderr bool, env []string, args ...string) *process {
	t.Helper()
	cmd := command(t, env, args...)
	pipe, other := cmd.StdoutPipe, &cmd.Stderr
	if fromStderr {
		pipe, other = cmd.StderrPipe, &cmd.Stdout
	}
	var noise bytes.Buffer
	*other = &noise
	out, err := pipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	return &process{cmd: cmd, lines: bufio.NewScanner(out), rest: out}
}

// line reads the next line as JSON.
func (p *process) line(t *testing.T, into any) {
	t.Helper()
	if !p.lines.Scan() {
		t.Fatalf("the process ended without a line: %v", p.lines.Err())
	}
	if err := json.Unmarshal(p.lines.Bytes(), into); err != nil {
		t.Fatalf("the line %q is no JSON: %v", p.lines.Text(), err)
	}
}

// end sends a signal and waits for a clean end.
func (p *process) end(t *testing.T, signal os.Signal) {
	t.Helper()
	if err := p.cmd.Process.Signal(signal); err != nil {
		t.Fatal(err)
	}
	_, _ = io.Copy(io.Discard, p.rest)
	if err := p.cmd.Wait(); err != nil {
		t.Errorf("ended with %v", err)
	}
}

// signIn asks for a token and returns the status.
func signIn(t *testing.T, baseURL, clientID, clientSecret string) int {
	t.Helper()
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {clientID}, "client_secret": {clientSecret}}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, baseURL+"/v2/auth/token", strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	return resp.StatusCode
}

func TestSandboxCommand(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	envFile := filepath.Join(dir, "sandbox.env")
	p := background(t, false, nil, "sandbox", "--persons", "30", "--env-file", envFile, "--data-dir", dir)
	var ready sandboxReady
	p.line(t, &ready)
	if status := signIn(t, ready.GatewayURL, ready.ClientID, ready.ClientSecret); status != http.StatusOK {
		t.Errorf("signing in: status %d", status)
	}
	if status := signIn(t, ready.PersonioURL, ready.ClientID, ready.ClientSecret); status != http.StatusBadRequest {
		t.Errorf("Personio's copy knows the gateway's credential: status %d", status)
	}
	env, err := os.ReadFile(envFile)
	want := ""
	for _, v := range [][2]string{
		{"PERSONIO_BASE_URL", ready.GatewayURL},
		{"PERSONIO_CLIENT_ID", ready.ClientID},
		{"PERSONIO_CLIENT_SECRET", ready.ClientSecret},
		{"TF_VAR_scim_url", ready.SCIMURL},
		{"TF_VAR_scim_token", ready.SCIMToken},
		{"SANDBOX_PERSONIO_URL", ready.PersonioURL},
		{"SANDBOX_PERSONIO_CLIENT_ID", ready.PersonioClientID},
		{"SANDBOX_PERSONIO_CLIENT_SECRET", ready.PersonioClientSecret},
	} {
		want += fmt.Sprintf("export %s=%q\n", v[0], v[1])
	}
	if err != nil || string(env) != want {
		t.Errorf("the environment file is\n%s, error %v", env, err)
	}
	if info, err := os.Stat(envFile); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("it can be read by others: %v, %v", info, err)
	}
	p.end(t, syscall.SIGTERM)
	if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, error %v", left, err)
	}
}

func TestSandboxListensOnLoopbackOnly(t *testing.T) {
	t.Parallel()
	if _, stderr, err := run(t, nil, "sandbox", "--listen", "0.0.0.0:0"); err == nil || !strings.Contains(stderr, "loopback") {
		t.Errorf("error %v: %s", err, stderr)
	}
}

// instance is the flags of a gateway with a place of its own, as variables.
func instance(t *testing.T) (env []string, dir string) {
	t.Helper()
	box := sandbox.New(sandbox.Options{Persons: 20})
	upstream := box.AddCredential(sandbox.Credential{})
	personio := httptest.NewServer(box.Handler())
	t.Cleanup(personio.Close)
	dir = t.TempDir()
	return []string{
		"PERSONIO_GATEWAY_DATABASE=sqlite://" + filepath.Join(dir, "gateway.db"),
		"PERSONIO_GATEWAY_KEY_FILE=" + filepath.Join(dir, "gateway.key"),
		"PERSONIO_GATEWAY_UPSTREAM_URL=" + personio.URL,
		"PERSONIO_GATEWAY_UPSTREAM_CLIENT_ID=" + upstream.ClientID,
		"PERSONIO_GATEWAY_UPSTREAM_CLIENT_SECRET=" + upstream.ClientSecret,
	}, dir
}

type credentialLine struct {
	ClientID     string `json:"client_id"`
	ClientSecret string `json:"client_secret"`
	Name         string `json:"name"`
}

func parseLine(t *testing.T, text string) credentialLine {
	t.Helper()
	var line credentialLine
	if err := json.Unmarshal([]byte(text), &line); err != nil || line.ClientID == "" {
		t.Fatalf("%q is no credential: %v", text, err)
	}
	return line
}

func TestInitServeAndManagementCredentials(t *testing.T) {
	t.Parallel()
	env, _ := instance(t)
	stdout, stderr, err := run(t, env, "init")
	if err != nil || !strings.Contains(stderr, "personio:persons:read") || !strings.Contains(stderr, "encryption key") {
		t.Fatalf("init: %v: %s", err, stderr)
	}
	first := parseLine(t, stdout)

	p := background(t, true, env, "serve", "--listen", "127.0.0.1:0")
	var listening struct{ Msg, Address string }
	p.line(t, &listening)
	baseURL := "http://" + listening.Address
	sign := func(c credentialLine) int { return signIn(t, baseURL, c.ClientID, c.ClientSecret) }
	if status := sign(first); status != http.StatusOK {
		t.Fatalf("signing in with what init printed: status %d", status)
	}

	stdout, stderr, err = run(t, env, "management-credential", "rotate", first.ClientID, "--rotation-overlap", "0s")
	if err != nil {
		t.Fatalf("rotate: %v: %s", err, stderr)
	}
	rotated := parseLine(t, stdout)
	if sign(first) != http.StatusBadRequest || sign(rotated) != http.StatusOK {
		t.Error("after a rotation without overlap the old secret works, or the new one does not")
	}
	stdout, stderr, err = run(t, env, "management-credential", "create", "--name", "second", "--scope", "gateway:api-credentials:read")
	if err != nil {
		t.Fatalf("create: %v: %s", err, stderr)
	}
	second := parseLine(t, stdout)
	stdout, _, err = run(t, env, "management-credential", "list")
	if err != nil || strings.Count(stdout, "\n") != 2 || strings.Contains(stdout, "client_secret") || !strings.Contains(stdout, second.ClientID) {
		t.Errorf("list: %v: %s", err, stdout)
	}
	if _, stderr, err := run(t, env, "management-credential", "revoke", second.ClientID); err != nil {
		t.Errorf("revoke: %v: %s", err, stderr)
	}
	if sign(second) != http.StatusBadRequest {
		t.Error("a revoked credential signs in")
	}
	for _, args := range [][]string{{"revoke", second.ClientID}, {"rotate", "papi-none"}} {
		if _, stderr, err := run(t, env, append([]string{"management-credential"}, args...)...); err == nil || !strings.Contains(stderr, args[1]) {
			t.Errorf("%v: %v: %s", args, err, stderr)
		}
	}
	p.end(t, os.Interrupt)

	// init again keeps the key and makes another credential.
	if stdout, stderr, err = run(t, env, "init"); err != nil || strings.Contains(stderr, "Made the encryption key") || parseLine(t, stdout).ClientID == first.ClientID {
		t.Errorf("init again: %v: %s", err, stderr)
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	env, dir := instance(t)
	if _, stderr, err := run(t, env, "serve"); err == nil || !strings.Contains(stderr, "gateway.key") || !strings.Contains(stderr, "personio-gateway init") {
		t.Errorf("without a key file: %v: %s", err, stderr)
	}
	if _, stderr, err := run(t, env, "init"); err != nil {
		t.Fatalf("init: %v: %s", err, stderr)
	}
	other := filepath.Join(dir, "other.key")
	if _, stderr, err := run(t, append(env, "PERSONIO_GATEWAY_KEY_FILE="+other, "PERSONIO_GATEWAY_DATABASE=sqlite://"+filepath.Join(dir, "other.db")), "init"); err != nil {
		t.Fatalf("init: %v: %s", err, stderr)
	}
	open := filepath.Join(dir, "open.key")
	data, err := os.ReadFile(other)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(open, data, 0o644); err != nil {
		t.Fatal(err)
	}
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	taken := httptest.NewServer(http.NotFoundHandler())
	defer taken.Close()
	for name, c := range map[string]struct {
		env, args []string
		tells     string
	}{
		"the key of another database": {[]string{"PERSONIO_GATEWAY_KEY_FILE=" + other}, []string{"serve"}, "--key-file"},
		"a key that others may read":  {nil, []string{"serve", "--key-file", open}, "chmod 600"},
		"plain HTTP for a network":    {nil, []string{"serve", "--listen", "0.0.0.0:0"}, "--insecure-http"},
		"an address that is taken":    {nil, []string{"serve", "--listen", taken.Listener.Addr().String()}, "--listen " + taken.Listener.Addr().String()},
		"a company of nobody":         {nil, []string{"sandbox", "--persons", "0"}, "--persons 0"},
		"a folder that is not there":  {[]string{"PERSONIO_GATEWAY_DATABASE="}, []string{"sandbox", "--env-file", filepath.Join(dir, "none", "env")}, "writing --env-file"},
		"no address":                  {nil, []string{"serve", "--listen", "here"}, "--listen"},
		"half of TLS":                 {nil, []string{"serve", "--tls-cert", "x.pem"}, "--tls-key"},
		"no credential at Personio":   {[]string{"PERSONIO_GATEWAY_UPSTREAM_CLIENT_ID="}, []string{"serve"}, "PERSONIO_GATEWAY_UPSTREAM_CLIENT_ID"},
		"a secret twice":              {nil, []string{"serve", "--upstream-client-secret-file", open}, "exclude"},
		"half of recruiting access":   {[]string{"PERSONIO_GATEWAY_UPSTREAM_RECRUITING_TOKEN=s3cret"}, []string{"serve"}, "PERSONIO_GATEWAY_UPSTREAM_RECRUITING_COMPANY_ID"},
		"the other half":              {nil, []string{"serve", "--upstream-recruiting-company-id", "71001"}, "PERSONIO_GATEWAY_UPSTREAM_RECRUITING_TOKEN"},
		"a company id that is none":   {[]string{"PERSONIO_GATEWAY_UPSTREAM_RECRUITING_TOKEN=s3cret"}, []string{"serve", "--upstream-recruiting-company-id", "acme"}, "--upstream-recruiting-company-id"},
		"no company id":               {nil, []string{"serve", "--upstream-company-id", "acme"}, "--upstream-company-id"},
		"two companies": {
			[]string{"PERSONIO_GATEWAY_UPSTREAM_RECRUITING_TOKEN=s3cret"},
			[]string{"serve", "--upstream-company-id", "71002", "--upstream-recruiting-company-id", "71001"},
			"two companies",
		},
		"a recruiting token twice":      {[]string{"PERSONIO_GATEWAY_UPSTREAM_RECRUITING_TOKEN=s3cret"}, []string{"serve", "--upstream-recruiting-token-file", open}, "exclude"},
		"plain HTTP to Personio":        {[]string{"PERSONIO_GATEWAY_UPSTREAM_URL=http://personio.example.com"}, []string{"serve"}, "--upstream-url"},
		"another database":              {[]string{"PERSONIO_GATEWAY_DATABASE=mysql://x"}, []string{"serve"}, "sqlite:///"},
		"a mail server without sender":  {[]string{"PERSONIO_GATEWAY_SMTP_URL=smtps://u:s3cret@smtp.example.com"}, []string{"serve"}, "from="},
		"an access log kept briefly":    {nil, []string{"serve", "--access-log-retention", "5m"}, "--access-log-retention"},
		"no log level":                  {nil, []string{"serve", "--log-level", "loud"}, "--log-level"},
		"a variable that is no number":  {[]string{"PERSONIO_GATEWAY_UPSTREAM_REQUESTS_PER_SECOND=s3cret"}, []string{"serve"}, "PERSONIO_GATEWAY_UPSTREAM_REQUESTS_PER_SECOND"},
		"a scope that does not exist":   {nil, []string{"management-credential", "create", "--name", "x", "--scope", "all"}, `"all"`},
		"a credential without a name":   {nil, []string{"management-credential", "create"}, "name"},
		"a wrong credential, told init": {[]string{"PERSONIO_GATEWAY_UPSTREAM_CLIENT_SECRET=papi-wrong-s3cret"}, []string{"init"}, "Check the gateway's --upstream-client-id"},
		"nobody there, told init":       {[]string{"PERSONIO_GATEWAY_UPSTREAM_URL=" + gone.URL}, []string{"init"}, "Check the gateway's --upstream-url"},
	} {
		_, stderr, err := run(t, append(append([]string{}, env...), c.env...), c.args...)
		if err == nil || !strings.Contains(stderr, c.tells) || strings.Contains(stderr, "s3cret") || strings.Contains(stderr, "goroutine") {
			t.Errorf("%s: %v: %s", name, err, stderr)
		}
		if n := strings.Count(stderr, "\n"); n != 1 && c.args[0] == "serve" {
			t.Errorf("%s: the reason is one of %d lines: %s", name, n, stderr)
		}
	}
}

// A gateway is small and quick: under 60 MB resident when idle, and ready within
// a second. It runs with the tests that are built without the race detector.
func TestAccFootprint(t *testing.T) {
	t.Parallel()
	env, _ := instance(t)
	if _, stderr, err := run(t, env, "init"); err != nil {
		t.Fatalf("init: %v: %s", err, stderr)
	}
	started := time.Now()
	p := background(t, true, env, "serve", "--listen", "127.0.0.1:0")
	var listening struct{ Msg, Address string }
	p.line(t, &listening)
	ready := time.Since(started)
	resident := residentMB(t, p.cmd.Process.Pid)
	t.Logf("ready after %s, %d MB resident", ready, resident)
	if ready > time.Second {
		t.Errorf("ready after %s, want at most 1 s", ready)
	}
	if resident >= 60 {
		t.Errorf("%d MB resident when idle, want less than 60", resident)
	}
	p.end(t, os.Interrupt)
}

func residentMB(t *testing.T, pid int) int {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Fatalf("reading the resident size, which needs Linux: %v", err)
	}
	for line := range strings.Lines(string(status)) {
		if fields := strings.Fields(line); len(fields) == 3 && fields[0] == "VmRSS:" {
			kB, err := strconv.Atoi(fields[1])
			if err != nil {
				t.Fatal(err)
			}
			return kB / 1024
		}
	}
	t.Fatal("no VmRSS")
	return 0
}
