package apicredential_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/personio-community/terraform-provider-personio/internal/acctest"
)

func TestMain(m *testing.M) { acctest.Main(m) }

// With a recipient, no file of Terraform has the secret in clear: neither state
// and its backup, nor saved plans, nor the log of everything, nor the output.
func TestAccAPICredential_recipientLeavesNoSecret(t *testing.T) {
	t.Parallel()
	w := acctest.Start(t)
	reader := newReader(t)
	cli := acctest.NewCLI(t, w, fmt.Sprintf(`
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
`, integration(t, w), reader.Recipient()))
	var secrets []string
	for _, version := range []string{"1", "2"} {
		cli.Must("plan", "-no-color", "-var=secret_version="+version, "-out="+version+".tfplan")
		cli.Must("apply", "-no-color", version+".tfplan")
		var sealed, id string
		for name, into := range map[string]*string{"encrypted_client_secret": &sealed, "client_id": &id} {
			if err := json.Unmarshal([]byte(cli.Must("output", "-json", name)), into); err != nil {
				t.Fatal(err)
			}
		}
		secret := decrypt(t, reader, sealed)
		works(t, w, &id, &secret, true)()
		if !secretForm.MatchString(secret) {
			t.Error("the search for secrets would not find this one")
		}
		secrets = append(secrets, secret)
	}
	cli.Must("plan", "-no-color", "-var=secret_version=2", "-detailed-exitcode", "-out=empty.tfplan")

	places := map[string]string{"output": cli.Output.String()}
	for _, name := range []string{acctest.TraceLog, acctest.State, acctest.StateBackup} {
		places[name] = cli.Read(name)
	}
	for _, name := range []string{"1.tfplan", "2.tfplan", "empty.tfplan"} {
		places[name] = cli.Unzip(name)
	}
	for name, sign := range map[string]string{
		acctest.TraceLog: "/rotate", acctest.State: "AGE ENCRYPTED FILE", acctest.StateBackup: "AGE ENCRYPTED FILE",
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
