package main

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/personio-community/terraform-provider-personio/internal/acctest"
)

// pluginName is what Terraform looks for in the folder of a development
// override.
const pluginName = "terraform-provider-personio"

// TestMain is the plugin when Terraform starts this binary by the plugin's name:
// the tests then run the real main, and nothing has to be built for them.
func TestMain(m *testing.M) {
	if filepath.Base(os.Args[0]) == pluginName {
		main()
		return
	}
	os.Exit(m.Run())
}

// Secrets must not stand in logs and plans, and a secret that the user brings
// not in the state either.
func TestAccNoSecretLeaks(t *testing.T) {
	t.Parallel()
	w := acctest.Start(t)
	const ownSecret, nextSecret = "planted-own-secret-0123456789abcdef", "planted-next-secret-0123456789abcdef"
	cli := newCLI(t, `
variable "own_secret" {
  type      = string
  ephemeral = true
}

variable "number" {
  type = number
}

resource "personio_custom_integration" "bi" {
  name   = "Reporting"
  scopes = ["personio:persons:read"]
}

resource "personio_api_credential" "generated" {
  custom_integration_id = personio_custom_integration.bi.id
  name                  = "generated"
  secret_version        = var.number
}

resource "personio_api_credential" "own" {
  custom_integration_id    = personio_custom_integration.bi.id
  name                     = "own"
  client_secret_wo         = var.own_secret
  client_secret_wo_version = var.number
}

variable "scim_token" {
  type      = string
  ephemeral = true
}

resource "personio_sync_target" "learning" {
  name = "Learning"
  scim = {
    url              = "`+w.SCIMURL+`"
    token_wo         = var.scim_token
    token_wo_version = 1
  }
}
`, map[string]string{
		"PERSONIO_BASE_URL":      w.URL,
		"PERSONIO_CLIENT_ID":     w.Management.ClientID,
		"PERSONIO_CLIENT_SECRET": w.Management.ClientSecret,
	})

	never := map[string]string{"management secret": w.Management.ClientSecret, "own secret": ownSecret, "next secret": nextSecret, "SCIM token": w.SCIMToken}
	cli.env["TF_VAR_scim_token"] = w.SCIMToken
	cli.env["TF_VAR_own_secret"], cli.env["TF_VAR_number"] = ownSecret, "1"
	cli.run("plan", "-out=first.tfplan")
	cli.run("apply", "first.tfplan")
	first := cli.generatedSecret()
	cli.env["TF_VAR_own_secret"], cli.env["TF_VAR_number"] = nextSecret, "2"
	cli.run("plan", "-out=second.tfplan")
	cli.run("apply", "second.tfplan")
	second := cli.generatedSecret()
	if first == second {
		t.Error("the secret was not rotated")
	}
	cli.run("plan", "-detailed-exitcode") // 2 if it is not empty
	cli.run("apply", "-destroy", "-auto-approve")

	trace := cli.read("trace.log")
	for _, sign := range []string{"/gateway/v1/api-credentials", "Calling provider defined Resource Update"} {
		if !strings.Contains(trace, sign) {
			t.Errorf("the log shows nothing of %q, so it proves nothing", sign)
		}
	}
	places := map[string]string{
		"log": trace, "first plan": cli.unzip("first.tfplan"), "second plan": cli.unzip("second.tfplan"),
		"state": cli.read("terraform.tfstate"), "state before": cli.read("terraform.tfstate.backup"), "output": cli.output.String(),
	}
	for place, text := range places {
		for what, secret := range never {
			if strings.Contains(text, secret) {
				t.Errorf("the %s holds the %s", place, what)
			}
		}
	}
	for _, secret := range []string{first, second} {
		if strings.Contains(trace, secret) || strings.Contains(cli.output.String(), secret) {
			t.Error("log or output hold a generated secret")
		}
	}
	if strings.Contains(places["first plan"], first) || strings.Contains(places["second plan"], second) {
		t.Error("a plan holds the secret that it is about to make")
	}
	// Tokens and secrets are longer than client ids.
	if found := regexp.MustCompile(`papi-[A-Za-z0-9_-]{40,}`).FindString(trace); found != "" {
		t.Errorf("the log holds something like a secret, %.12s...", found)
	}
}

// cli runs Terraform with this provider in a folder of its own.
type cli struct {
	t      *testing.T
	dir    string
	env    map[string]string
	output bytes.Buffer
}

func newCLI(t *testing.T, configuration string, env map[string]string) *cli {
	t.Helper()
	c := &cli{t: t, dir: t.TempDir(), env: env}
	executable, err := os.Executable()
	c.check(err)
	plugins := filepath.Join(c.dir, "plugins")
	c.check(os.Mkdir(plugins, 0o700))
	c.check(os.Symlink(executable, filepath.Join(plugins, pluginName)))
	c.write("cli.tfrc", fmt.Sprintf("provider_installation {\n  dev_overrides {\n    %q = %q\n  }\n  direct {}\n}\n",
		strings.TrimPrefix(address, "registry.terraform.io/"), plugins))
	c.write("main.tf", fmt.Sprintf("terraform {\n  required_providers {\n    personio = {\n      source = %q\n    }\n  }\n}\n",
		strings.TrimPrefix(address, "registry.terraform.io/"))+configuration)
	return c
}

func (c *cli) check(err error) {
	c.t.Helper()
	if err != nil {
		c.t.Fatal(err)
	}
}

func (c *cli) write(name, text string) {
	c.t.Helper()
	c.check(os.WriteFile(filepath.Join(c.dir, name), []byte(text), 0o600))
}

func (c *cli) read(name string) string {
	c.t.Helper()
	data, err := os.ReadFile(filepath.Join(c.dir, name))
	c.check(err)
	return string(data)
}

// run runs one command, with all logs on and nothing of the tester's own
// settings. It must succeed.
func (c *cli) run(arguments ...string) string {
	c.t.Helper()
	terraform := os.Getenv("TF_ACC_TERRAFORM_PATH")
	if terraform == "" {
		terraform = "terraform"
	}
	command := exec.CommandContext(c.t.Context(), terraform, append(arguments, "-no-color")...)
	command.Dir = c.dir
	command.Env = []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + c.dir, "TMPDIR=" + c.dir, "CHECKPOINT_DISABLE=1", "TF_IN_AUTOMATION=1", "TF_INPUT=0",
		"TF_CLI_CONFIG_FILE=" + filepath.Join(c.dir, "cli.tfrc"),
		"TF_LOG=TRACE", "TF_LOG_PATH=" + filepath.Join(c.dir, "trace.log"),
	}
	for name, value := range c.env {
		command.Env = append(command.Env, name+"="+value)
	}
	output, err := command.CombinedOutput()
	c.output.Write(output)
	if err != nil {
		c.t.Fatalf("terraform %s: %v\n%s", strings.Join(arguments, " "), err, output)
	}
	return string(output)
}

// generatedSecret is the secret that the state holds.
func (c *cli) generatedSecret() string {
	c.t.Helper()
	var state struct {
		Resources []struct {
			Name      string
			Instances []struct {
				Attributes struct {
					ClientSecret string `json:"client_secret"`
				}
			}
		}
	}
	c.check(json.Unmarshal([]byte(c.read("terraform.tfstate")), &state))
	for _, r := range state.Resources {
		if r.Name == "generated" && len(r.Instances) == 1 && r.Instances[0].Attributes.ClientSecret != "" {
			return r.Instances[0].Attributes.ClientSecret
		}
	}
	c.t.Fatal("the state holds no generated secret")
	return ""
}

// unzip is the text of everything in a plan file.
func (c *cli) unzip(name string) string {
	c.t.Helper()
	archive, err := zip.OpenReader(filepath.Join(c.dir, name))
	c.check(err)
	defer func() { c.check(archive.Close()) }()
	var all strings.Builder
	for _, file := range archive.File {
		content, err := file.Open()
		c.check(err)
		_, err = io.Copy(&all, content) //nolint:gosec // Our own plan file is no bomb.
		c.check(err)
		c.check(content.Close())
	}
	return all.String()
}

// The settings are the process's, so that these cases cannot run in parallel.
func TestTuneProcess(t *testing.T) { //nolint:paralleltest // See above.
	for name, test := range map[string]struct {
		environ     []string
		log         string
		gc          int
		memoryLimit int64
	}{
		"nothing set":         {nil, "off", gcPercent, memoryLimit},
		"empty counts as not": {[]string{"TF_LOG=", "GOGC="}, "off", gcPercent, memoryLimit},
		"a log is wanted":     {[]string{"TF_LOG=DEBUG"}, "", 100, 1 << 40},
		"a provider's log":    {[]string{"TF_LOG_PROVIDER_PERSONIO=TRACE"}, "", 100, 1 << 40},
		"the runtime's own":   {[]string{"GOGC=50", "GOMEMLIMIT=2GiB"}, "off", 100, 1 << 40},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("TF_LOG_SDK", "")
			gc, limit := debug.SetGCPercent(100), debug.SetMemoryLimit(1<<40)
			tuneProcess(test.environ)
			if got := os.Getenv("TF_LOG_SDK"); got != test.log {
				t.Errorf("TF_LOG_SDK is %q, want %q", got, test.log)
			}
			if got := debug.SetGCPercent(gc); got != test.gc {
				t.Errorf("GC percent is %d, want %d", got, test.gc)
			}
			if got := debug.SetMemoryLimit(limit); got != test.memoryLimit {
				t.Errorf("memory limit is %d, want %d", got, test.memoryLimit)
			}
		})
	}
}
