package credentialaudit_test

import (
	"archive/zip"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"

	"github.com/personio-community/terraform-provider-personio/internal/acctest"
	"github.com/personio-community/terraform-provider-personio/internal/provider"
	"github.com/personio-community/terraform-provider-personio/internal/sandbox"
)

const pluginName = "terraform-provider-personio"

// TestMain is the plugin when Terraform starts this binary by the plugin's name.
func TestMain(m *testing.M) {
	if filepath.Base(os.Args[0]) == pluginName {
		options := providerserver.ServeOpts{Address: "registry.terraform.io/personio-community/personio"}
		if err := providerserver.Serve(context.Background(), provider.New("test"), options); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// The route that the documentation recommends leaves the secret nowhere: a second
// provider configuration whose client_secret is an ephemeral variable.
func TestAccCredentialAudit_aliasStoresNoSecret(t *testing.T) {
	t.Parallel()
	w := acctest.Start(t)
	vendor := w.Sandbox.AddCredential(sandbox.Credential{Scopes: []string{"employees:read"}, Attributes: []string{"first_name"}})
	cli := newCLI(t, w, vendor, `
variable "vendor_client_secret" {
  type      = string
  ephemeral = true
  sensitive = true
}

provider "personio" {
  alias         = "vendor"
  base_url      = "`+w.PersonioURL+`"
  client_id     = "`+vendor.ClientID+`"
  client_secret = var.vendor_client_secret
}

data "personio_credential_audit" "vendor" {
  provider            = personio.vendor
  expected_scopes     = ["employees:read"]
  expected_attributes = []
}

check "vendor" {
  assert {
    condition     = data.personio_credential_audit.vendor.compliant
    error_message = "The vendor can read ${join(", ", data.personio_credential_audit.vendor.excess_attributes)}."
  }
}

output "audited" {
  value = data.personio_credential_audit.vendor.client_id
}
`)
	if out, err := cli.run("apply", "-auto-approve"); err != nil || !strings.Contains(out, "The vendor can read first_name.") {
		t.Fatalf("%v\n%s", err, out)
	}
	if out, err := cli.run("plan", "-detailed-exitcode", "-out=saved.tfplan"); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	trace := cli.read("trace.log")
	for _, sign := range []string{"/v2/auth/revoke", "ReadDataSource"} {
		if !strings.Contains(trace, sign) {
			t.Errorf("the log shows nothing of %q, so it proves nothing", sign)
		}
	}
	state := cli.read("terraform.tfstate")
	if !strings.Contains(state, vendor.ClientID) {
		t.Error("the state does not show the audit, so it proves nothing")
	}
	for place, text := range map[string]string{"log": trace, "state": state, "plan": cli.unzip("saved.tfplan"), "output": cli.output.String()} {
		if strings.Contains(text, vendor.ClientSecret) {
			t.Errorf("the %s holds the secret", place)
		}
		// Tokens and secrets are longer than client ids.
		if found := regexp.MustCompile(`papi-[A-Za-z0-9_-]{40,}`).FindString(text); found != "" {
			t.Errorf("the %s holds something like a secret, %.12s...", place, found)
		}
	}
}

// By the arguments, the secret is in the state, as the documentation says, but
// neither in logs nor in output; and Terraform takes no ephemeral value there.
func TestAccCredentialAudit_argumentsStoreTheSecret(t *testing.T) {
	t.Parallel()
	w := acctest.Start(t)
	vendor := w.Sandbox.AddCredential(sandbox.Credential{Scopes: []string{"employees:read"}})
	configuration := func(ephemeral bool) string {
		return fmt.Sprintf(`
variable "vendor_client_secret" {
  type      = string
  ephemeral = %v
  sensitive = true
}

provider "personio" {
  base_url      = %q
  client_id     = "papi-not-used"
  client_secret = "not used"
}

data "personio_credential_audit" "vendor" {
  client_id     = %q
  client_secret = var.vendor_client_secret
}
`, ephemeral, w.PersonioURL, vendor.ClientID)
	}
	cli := newCLI(t, w, vendor, configuration(false))
	if out, err := cli.run("apply", "-auto-approve"); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if !strings.Contains(cli.read("terraform.tfstate"), vendor.ClientSecret) {
		t.Error("the secret is not in the state: the documentation can be friendlier")
	}
	for place, text := range map[string]string{"log": cli.read("trace.log"), "output": cli.output.String()} {
		if strings.Contains(text, vendor.ClientSecret) {
			t.Errorf("the %s holds the secret", place)
		}
	}
	cli = newCLI(t, w, vendor, configuration(true))
	if out, err := cli.run("plan"); err == nil || !strings.Contains(out, "ephemeral") {
		t.Errorf("an ephemeral value was taken: %v\n%s", err, out)
	}
}

// cli runs Terraform with this provider in a folder of its own.
type cli struct {
	t      *testing.T
	dir    string
	env    []string
	output strings.Builder
}

func newCLI(t *testing.T, w *acctest.World, vendor sandbox.Credential, configuration string) *cli {
	t.Helper()
	c := &cli{t: t, dir: t.TempDir()}
	executable, err := os.Executable()
	c.check(err)
	plugins := filepath.Join(c.dir, "plugins")
	c.check(os.Mkdir(plugins, 0o700))
	c.check(os.Symlink(executable, filepath.Join(plugins, pluginName)))
	write := func(name, text string) { c.check(os.WriteFile(filepath.Join(c.dir, name), []byte(text), 0o600)) }
	write("cli.tfrc", fmt.Sprintf("provider_installation {\n  dev_overrides {\n    \"personio-community/personio\" = %q\n  }\n  direct {}\n}\n", plugins))
	write("main.tf", "terraform {\n  required_providers {\n    personio = {\n      source = \"personio-community/personio\"\n    }\n  }\n}\n"+configuration)
	c.env = []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + c.dir, "TMPDIR=" + c.dir, "CHECKPOINT_DISABLE=1", "TF_IN_AUTOMATION=1", "TF_INPUT=0",
		"TF_CLI_CONFIG_FILE=" + filepath.Join(c.dir, "cli.tfrc"), "TF_LOG=TRACE", "TF_LOG_PATH=" + filepath.Join(c.dir, "trace.log"),
		"PERSONIO_BASE_URL=" + w.URL, "PERSONIO_CLIENT_ID=" + w.Management.ClientID, "PERSONIO_CLIENT_SECRET=" + w.Management.ClientSecret,
		"TF_VAR_vendor_client_secret=" + vendor.ClientSecret,
	}
	return c
}

func (c *cli) check(err error) {
	c.t.Helper()
	if err != nil {
		c.t.Fatal(err)
	}
}

// run runs one command with all logs on and nothing of the tester's own settings.
func (c *cli) run(arguments ...string) (string, error) {
	c.t.Helper()
	terraform := os.Getenv("TF_ACC_TERRAFORM_PATH")
	if terraform == "" {
		terraform = "terraform"
	}
	command := exec.CommandContext(c.t.Context(), terraform, append(arguments, "-no-color")...)
	command.Dir, command.Env = c.dir, c.env
	output, err := command.CombinedOutput()
	c.output.Write(output)
	return string(output), err
}

func (c *cli) read(name string) string {
	c.t.Helper()
	data, err := os.ReadFile(filepath.Join(c.dir, name))
	c.check(err)
	return string(data)
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
		_, err = io.Copy(&all, content)
		c.check(err)
		c.check(content.Close())
	}
	return all.String()
}
