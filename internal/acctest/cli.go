package acctest

import (
	"archive/zip"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"

	"github.com/personio-community/terraform-provider-personio/internal/provider"
)

const pluginName = "terraform-provider-personio"

// Main is the TestMain of a package that uses [NewCLI]: its test binary is the
// plugin when Terraform starts it by the plugin's name.
func Main(m *testing.M) {
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

// CLI runs Terraform as a user does, with this provider as a process of its own,
// in a folder of its own, for tests that look at what Terraform leaves behind.
type CLI struct {
	t   testing.TB
	dir string
	env []string
	// Output is all that its commands said.
	Output strings.Builder
}

// NewCLI prepares a folder with a configuration, to which it adds the block that
// requires the provider. The management credential of the world is in the
// environment, and so are the variables (NAME=value).
func NewCLI(t testing.TB, w *World, configuration string, variables ...string) *CLI {
	t.Helper()
	c := &CLI{t: t, dir: t.TempDir()}
	executable, err := os.Executable()
	check(t, err)
	plugins := filepath.Join(c.dir, "plugins")
	check(t, os.Mkdir(plugins, 0o700))
	check(t, os.Symlink(executable, filepath.Join(plugins, pluginName)))
	c.Write("cli.tfrc", fmt.Sprintf("provider_installation {\n  dev_overrides {\n    \"personio-community/personio\" = %q\n  }\n  direct {}\n}\n", plugins))
	c.Write("main.tf", "terraform {\n  required_providers {\n    personio = {\n      source = \"personio-community/personio\"\n    }\n  }\n}\n"+configuration)
	c.env = append([]string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + c.dir, "TMPDIR=" + c.dir, "CHECKPOINT_DISABLE=1", "TF_IN_AUTOMATION=1", "TF_INPUT=0",
		"TF_CLI_CONFIG_FILE=" + filepath.Join(c.dir, "cli.tfrc"), "TF_LOG=TRACE", "TF_LOG_PATH=" + filepath.Join(c.dir, TraceLog),
		"PERSONIO_BASE_URL=" + w.URL, "PERSONIO_CLIENT_ID=" + w.Management.ClientID, "PERSONIO_CLIENT_SECRET=" + w.Management.ClientSecret,
	}, variables...)
	return c
}

// Files that Terraform writes.
const (
	TraceLog    = "trace.log"
	State       = "terraform.tfstate"
	StateBackup = "terraform.tfstate.backup"
)

// Run runs one command with all logs on and nothing of the tester's own
// settings. What it returns is its standard output.
func (c *CLI) Run(arguments ...string) (string, error) {
	c.t.Helper()
	command := exec.CommandContext(c.t.Context(), cliPath(), arguments...)
	command.Dir, command.Env = c.dir, c.env
	var stdout, stderr strings.Builder
	command.Stdout, command.Stderr = &stdout, &stderr
	err := command.Run()
	c.Output.WriteString(stdout.String() + stderr.String())
	if err != nil {
		err = fmt.Errorf("terraform %s: %w\n%s%s", strings.Join(arguments, " "), err, &stdout, &stderr)
	}
	return stdout.String(), err
}

// Must is Run for a command that has to succeed.
func (c *CLI) Must(arguments ...string) string {
	c.t.Helper()
	stdout, err := c.Run(arguments...)
	check(c.t, err)
	return stdout
}

// Write adds a file to the folder.
func (c *CLI) Write(name, text string) {
	c.t.Helper()
	check(c.t, os.WriteFile(filepath.Join(c.dir, name), []byte(text), 0o600))
}

// Read is the text of a file.
func (c *CLI) Read(name string) string {
	c.t.Helper()
	data, err := os.ReadFile(filepath.Join(c.dir, name))
	check(c.t, err)
	return string(data)
}

// Unzip is the text of everything in a saved plan.
func (c *CLI) Unzip(name string) string {
	c.t.Helper()
	archive, err := zip.OpenReader(filepath.Join(c.dir, name))
	check(c.t, err)
	defer func() { check(c.t, archive.Close()) }()
	var all strings.Builder
	for _, file := range archive.File {
		content, err := file.Open()
		check(c.t, err)
		_, err = io.Copy(&all, content)
		check(c.t, err)
		check(c.t, content.Close())
	}
	return all.String()
}
