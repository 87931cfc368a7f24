// Package examples holds the example configurations and the tests that keep
// them true: each is validated, and each that stands alone is applied.
package examples

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/personio-community/terraform-provider-personio/internal/acctest"
)

// provider is the block that the registry's short examples leave out.
const provider = `terraform {
  required_providers {
    personio = {
      source = "personio-community/personio"
    }
  }
}
`

// TestAccExamplesApply applies each example to a sandbox of its own, wants the
// plan after that to be empty, and destroys what it made.
func TestAccExamplesApply(t *testing.T) {
	t.Parallel()

	examples, err := filepath.Glob("*/main.tf")
	if err != nil || len(examples) == 0 {
		t.Fatalf("no examples found: %v", err)
	}
	for _, example := range examples {
		t.Run(filepath.Dir(example), func(t *testing.T) {
			t.Parallel()

			cli := newCLI(t, startSandbox(t)...)
			cli.copy(t, example)
			cli.run(t, "apply", "-auto-approve", "-input=false")
			cli.run(t, "plan", "-input=false", "-detailed-exitcode")
			cli.run(t, "destroy", "-auto-approve", "-input=false")
		})
	}
}

// exampleOf is the file that the registry's page of an object shows first.
var exampleOf = map[acctest.Kind]string{
	acctest.Resources:          "resource.tf",
	acctest.DataSources:        "data-source.tf",
	acctest.EphemeralResources: "ephemeral-resource.tf",
	acctest.ListResources:      "list-resource.tfquery.hcl",
	acctest.Actions:            "action.tf",
	acctest.Functions:          "function.tf",
}

// byIdentity is apart from other files of its folder: two ways to import exclude
// each other, and this one is an error for older CLIs.
const byIdentity = "import-by-identity.tf"

// TestExamplesAreThere wants the examples of everything that the provider
// registers, and none of what it does not.
func TestExamplesAreThere(t *testing.T) {
	t.Parallel()

	known := map[string]bool{}
	for _, o := range acctest.Objects(t) {
		known[o.String()] = true
		files := []string{exampleOf[o.Kind]}
		if o.Kind == acctest.Resources {
			files = append(files, "import.sh", "import-by-string-id.tf", byIdentity)
		}
		for _, file := range files {
			content, err := os.ReadFile(filepath.Join(filepath.FromSlash(o.String()), file))
			if err != nil {
				t.Errorf("%s lacks an example: %v", o, err)
			} else if !strings.Contains(string(content), o.Type) {
				t.Errorf("examples/%s/%s does not show %s", o, file, o.Type)
			}
		}
	}
	for kind := range exampleOf {
		folders, err := filepath.Glob(string(kind) + "/*")
		if err != nil {
			t.Fatal(err)
		}
		for _, folder := range folders {
			if !known[filepath.ToSlash(folder)] {
				t.Errorf("examples/%s shows what the provider does not register", filepath.ToSlash(folder))
			}
		}
	}
}

// TestAccExamplesValidate validates the examples of the registry's pages.
func TestAccExamplesValidate(t *testing.T) {
	t.Parallel()

	t.Run("provider", func(t *testing.T) {
		t.Parallel()

		cli := newCLI(t)
		cli.copy(t, "provider/provider.tf")
		cli.run(t, "validate")
	})
	for _, o := range acctest.Objects(t) {
		t.Run(o.String(), func(t *testing.T) {
			t.Parallel()

			cli, arguments := newCLI(t), []string{"validate"}
			switch o.Kind {
			case acctest.Actions:
				acctest.FeatureActions.Require(t)
			case acctest.ListResources:
				acctest.FeatureListResources.Require(t)
				arguments = append(arguments, "-query")
			}
			cli.copyExamples(t, o, func(file string) bool { return file != byIdentity })
			cli.run(t, arguments...)
		})
		if o.Kind != acctest.Resources {
			continue
		}
		t.Run(o.String()+"/"+byIdentity, func(t *testing.T) {
			t.Parallel()

			acctest.FeatureImportByIdentity.Require(t)
			cli := newCLI(t)
			cli.copyExamples(t, o, func(file string) bool { return !strings.HasPrefix(file, "import-") || file == byIdentity })
			cli.run(t, "validate")
		})
	}
}

// copyExamples copies the wanted ones of an object's configurations, and adds the
// block that requires the provider.
func (c cli) copyExamples(t *testing.T, o acctest.Object, wanted func(file string) bool) {
	t.Helper()

	entries, err := os.ReadDir(filepath.FromSlash(o.String()))
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		if name := entry.Name(); filepath.Ext(name) != ".sh" && wanted(name) {
			c.copy(t, filepath.Join(filepath.FromSlash(o.String()), name))
		}
	}
	c.write(t, "versions.tf", provider)
}

// cli is a Terraform CLI in a folder of its own.
type cli struct {
	path string
	dir  string
	env  []string
}

func newCLI(t *testing.T, env ...string) cli {
	t.Helper()

	path := os.Getenv("TF_ACC_TERRAFORM_PATH")
	if path == "" {
		var err error
		if path, err = exec.LookPath("terraform"); err != nil {
			t.Fatalf("no Terraform CLI: run make test, which finds or downloads one, or set TF_ACC_TERRAFORM_PATH: %v", err)
		}
	}
	c := cli{path: path, dir: t.TempDir()}
	config := filepath.Join(t.TempDir(), "terraform.rc")
	content := fmt.Sprintf("provider_installation {\n  dev_overrides {\n    %q = %q\n  }\n}\n",
		"personio-community/personio", filepath.ToSlash(filepath.Dir(binary(t, "terraform-provider-personio"))))
	if err := os.WriteFile(config, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	// Nothing but what is named here reaches the CLI, no TF_ variable of the caller above all.
	c.env = slices.Concat(env, []string{
		"TF_CLI_CONFIG_FILE=" + config, "CHECKPOINT_DISABLE=1", "TF_IN_AUTOMATION=1",
		"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(), "TMPDIR=" + t.TempDir(),
	})
	return c
}

func (c cli) copy(t *testing.T, file string) {
	t.Helper()

	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	c.write(t, filepath.Base(file), string(content))
}

func (c cli) write(t *testing.T, name, content string) {
	t.Helper()

	if err := os.WriteFile(filepath.Join(c.dir, name), []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func (c cli) run(t *testing.T, args ...string) {
	t.Helper()

	cmd := exec.CommandContext(t.Context(), c.path, append(args, "-no-color")...)
	cmd.Dir = c.dir
	cmd.Env = c.env
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("terraform %s: %v\n%s", strings.Join(args, " "), err, out)
	}
}

// startSandbox starts a gateway with its sandbox and returns the variables that
// point a provider at it. It is stopped at the end of the test.
func startSandbox(t *testing.T) []string {
	t.Helper()

	cmd := exec.CommandContext(context.WithoutCancel(t.Context()), binary(t, "personio-gateway"), "sandbox", "--persons", "20")
	cmd.Env = []string{"TMPDIR=" + t.TempDir(), "HOME=" + t.TempDir()}
	var log bytes.Buffer
	cmd.Stderr = &log
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(t, cmd, &log) })

	// The line comes when it is ready; if it dies first, the pipe ends.
	line, err := bufio.NewReader(stdout).ReadBytes('\n')
	if err != nil {
		t.Fatalf("the sandbox did not become ready: %v", err)
	}
	var ready struct {
		GatewayURL   string `json:"gateway_url"`
		ClientID     string `json:"client_id"`
		ClientSecret string `json:"client_secret"`
		SCIMURL      string `json:"scim_url"`
		SCIMToken    string `json:"scim_token"`
	}
	if err := json.Unmarshal(line, &ready); err != nil {
		t.Fatalf("the sandbox's line: %v", err)
	}
	return []string{
		"PERSONIO_BASE_URL=" + ready.GatewayURL,
		"PERSONIO_CLIENT_ID=" + ready.ClientID,
		"PERSONIO_CLIENT_SECRET=" + ready.ClientSecret,
		"TF_VAR_scim_url=" + ready.SCIMURL,
		"TF_VAR_scim_token=" + ready.SCIMToken,
	}
}

// stop asks the gateway to end, and kills it if it takes too long.
func stop(t *testing.T, cmd *exec.Cmd, log *bytes.Buffer) {
	t.Helper()

	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		t.Errorf("stopping the gateway: %v", err)
	}
	timer := time.AfterFunc(10*time.Second, func() { _ = cmd.Process.Kill() })
	defer timer.Stop()
	if err := cmd.Wait(); err != nil {
		t.Errorf("the gateway ended badly: %v\n%s", err, log)
	}
}

// TestMain removes what the tests built.
func TestMain(m *testing.M) {
	code := m.Run()
	if built.dir != "" {
		if err := os.RemoveAll(built.dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			code = 1
		}
	}
	os.Exit(code)
}

// built are the two programs, made once for all tests.
var built struct {
	once sync.Once
	dir  string
	err  error
}

// binary returns the path of a program of this repository.
func binary(t *testing.T, name string) string {
	t.Helper()

	built.once.Do(func() { built.dir, built.err = build() })
	if built.err != nil {
		t.Fatal(built.err)
	}
	return filepath.Join(built.dir, name)
}

// watchSources looks at the files that the programs are built from. The go
// command keeps the result of a passed test until something changes that the
// test itself has opened, and what go build reads is not among that.
func watchSources() error {
	for _, path := range []string{"../main.go", "../go.mod", "../go.sum", "../cmd", "../internal"} {
		err := filepath.WalkDir(path, func(_ string, _ fs.DirEntry, err error) error { return err })
		if err != nil {
			return err
		}
	}
	return nil
}

func build() (string, error) {
	if err := watchSources(); err != nil {
		return "", err
	}
	dir, err := os.MkdirTemp("", "personio-examples-")
	if err != nil {
		return "", err
	}
	for name, source := range map[string]string{
		"terraform-provider-personio": ".",
		"personio-gateway":            "./cmd/personio-gateway",
	} {
		cmd := exec.Command("go", "build", "-trimpath", "-o", filepath.Join(dir, name), source)
		cmd.Dir = ".."
		cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
		if out, err := cmd.CombinedOutput(); err != nil {
			return dir, fmt.Errorf("building %s: %w\n%s", name, err, out)
		}
	}
	return dir, nil
}
