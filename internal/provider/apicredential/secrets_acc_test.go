package apicredential_test

import (
	"archive/zip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/providerserver"

	"github.com/personio-community/terraform-provider-personio/internal/acctest"
	"github.com/personio-community/terraform-provider-personio/internal/provider"
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

// With a recipient, no file of Terraform has the secret in clear: neither state
// and its backup, nor saved plans, nor the log of everything, nor the output.
func TestAccAPICredential_recipientLeavesNoSecret(t *testing.T) {
	t.Parallel()
	w := acctest.Start(t)
	reader := newReader(t)
	dir := t.TempDir()
	place := func(name string) string { return filepath.Join(dir, name) }
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	executable, err := os.Executable()
	must(err)
	must(os.Mkdir(place("plugins"), 0o700))
	must(os.Symlink(executable, filepath.Join(place("plugins"), pluginName)))
	must(os.WriteFile(place("cli.tfrc"), fmt.Appendf(nil,
		"provider_installation {\n  dev_overrides {\n    \"personio-community/personio\" = %q\n  }\n  direct {}\n}\n", place("plugins")), 0o600))
	must(os.WriteFile(place("main.tf"), fmt.Appendf(nil, `
terraform {
  required_providers {
    personio = {
      source = "personio-community/personio"
    }
  }
}

variable "secret_version" {
  type = number
}

resource "personio_api_credential" "bi" {
  custom_integration_id = %q
  name                  = "reporting-prod"
  secret_recipient      = %q
  secret_version        = var.secret_version
  rotate_after          = "2160h"
}

output "encrypted_client_secret" {
  value = personio_api_credential.bi.encrypted_client_secret
}

output "client_id" {
  value = personio_api_credential.bi.client_id
}
`, integration(t, w), reader.Recipient()), 0o600))

	terraform := os.Getenv("TF_ACC_TERRAFORM_PATH")
	if terraform == "" {
		terraform = "terraform"
	}
	var said strings.Builder
	run := func(arguments ...string) []byte {
		t.Helper()
		command := exec.CommandContext(t.Context(), terraform, arguments...)
		command.Dir = dir
		command.Env = []string{
			"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "TMPDIR=" + dir, "CHECKPOINT_DISABLE=1", "TF_IN_AUTOMATION=1", "TF_INPUT=0",
			"TF_CLI_CONFIG_FILE=" + place("cli.tfrc"), "TF_LOG=TRACE", "TF_LOG_PATH=" + place("trace.log"), "PERSONIO_BASE_URL=" + w.URL,
			"PERSONIO_CLIENT_ID=" + w.Management.ClientID, "PERSONIO_CLIENT_SECRET=" + w.Management.ClientSecret,
		}
		var stdout, stderr strings.Builder
		command.Stdout, command.Stderr = &stdout, &stderr
		err := command.Run()
		said.WriteString(stdout.String() + stderr.String())
		if err != nil {
			t.Fatalf("%v: %v\n%s%s", arguments, err, &stdout, &stderr)
		}
		return []byte(stdout.String())
	}
	var secrets []string
	for _, version := range []string{"1", "2"} {
		run("plan", "-no-color", "-var=secret_version="+version, "-out="+version+".tfplan")
		run("apply", "-no-color", version+".tfplan")
		var sealed, id string
		must(json.Unmarshal(run("output", "-json", "encrypted_client_secret"), &sealed))
		must(json.Unmarshal(run("output", "-json", "client_id"), &id))
		secret := decrypt(t, reader, sealed)
		works(t, w, &id, &secret, true)()
		if !secretForm.MatchString(secret) {
			t.Error("the search for secrets would not find this one")
		}
		secrets = append(secrets, secret)
	}
	run("plan", "-no-color", "-var=secret_version=2", "-detailed-exitcode", "-out=empty.tfplan")

	places := map[string]string{"output": said.String()}
	for _, name := range []string{"trace.log", "terraform.tfstate", "terraform.tfstate.backup"} {
		text, err := os.ReadFile(place(name))
		must(err)
		places[name] = string(text)
	}
	for _, name := range []string{"1.tfplan", "2.tfplan", "empty.tfplan"} {
		places[name] = unzipped(t, place(name))
	}
	for name, sign := range map[string]string{
		"trace.log": "/rotate", "terraform.tfstate": "AGE ENCRYPTED FILE", "terraform.tfstate.backup": "AGE ENCRYPTED FILE",
	} {
		if !strings.Contains(places[name], sign) {
			t.Errorf("%s shows nothing of %q, so it proves nothing", name, sign)
		}
	}
	for name, text := range places {
		for _, secret := range append(secrets, w.Management.ClientSecret, reader.String()) {
			if strings.Contains(text, secret) {
				t.Errorf("%s holds a secret", name)
			}
		}
		// Tokens have the form of secrets.
		if found := secretForm.FindString(text); found != "" {
			t.Errorf("%s holds something like a secret, %.12s...", name, found)
		}
	}
}

// unzipped is the text of everything in a plan file.
func unzipped(t *testing.T, name string) string {
	t.Helper()
	archive, err := zip.OpenReader(name)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := archive.Close(); err != nil {
			t.Error(err)
		}
	}()
	var all strings.Builder
	for _, file := range archive.File {
		content, err := file.Open()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(&all, content); err != nil { //nolint:gosec // A plan that Terraform has just written.
			t.Error(err)
		}
		if err := content.Close(); err != nil {
			t.Error(err)
		}
	}
	return all.String()
}
