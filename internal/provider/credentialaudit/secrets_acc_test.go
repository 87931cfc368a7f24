package credentialaudit_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/personio-community/terraform-provider-personio/internal/acctest"
	"github.com/personio-community/terraform-provider-personio/internal/sandbox"
)

func TestMain(m *testing.M) { acctest.Main(m) }

// The route that the documentation recommends leaves the secret nowhere: a second
// provider configuration whose client_secret is an ephemeral variable.
func TestAccCredentialAudit_aliasStoresNoSecret(t *testing.T) {
	t.Parallel()
	w := acctest.Start(t)
	vendor := w.Sandbox.AddCredential(sandbox.Credential{Scopes: []string{"employees:read"}, Attributes: []string{"first_name"}})
	cli := acctest.NewCLI(t, w, `
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
`, "TF_VAR_vendor_client_secret="+vendor.ClientSecret)
	cli.Must("apply", "-auto-approve", "-no-color")
	if said := cli.Output.String(); !strings.Contains(said, "The vendor can read first_name.") {
		t.Fatalf("the check said nothing:\n%s", said)
	}
	cli.Must("plan", "-detailed-exitcode", "-out=saved.tfplan", "-no-color")
	trace := cli.Read(acctest.TraceLog)
	for _, sign := range []string{"/v2/auth/revoke", "ReadDataSource"} {
		if !strings.Contains(trace, sign) {
			t.Errorf("the log shows nothing of %q, so it proves nothing", sign)
		}
	}
	state := cli.Read(acctest.State)
	if !strings.Contains(state, vendor.ClientID) {
		t.Error("the state does not show the audit, so it proves nothing")
	}
	for place, text := range map[string]string{"log": trace, "state": state, "plan": cli.Unzip("saved.tfplan"), "output": cli.Output.String()} {
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
	cli := acctest.NewCLI(t, w, configuration(false), "TF_VAR_vendor_client_secret="+vendor.ClientSecret)
	cli.Must("apply", "-auto-approve", "-no-color")
	if !strings.Contains(cli.Read(acctest.State), vendor.ClientSecret) {
		t.Error("the secret is not in the state: the documentation can be friendlier")
	}
	for place, text := range map[string]string{"log": cli.Read(acctest.TraceLog), "output": cli.Output.String()} {
		if strings.Contains(text, vendor.ClientSecret) {
			t.Errorf("the %s holds the secret", place)
		}
	}
	cli = acctest.NewCLI(t, w, configuration(true), "TF_VAR_vendor_client_secret="+vendor.ClientSecret)
	if _, err := cli.Run("plan", "-no-color"); err == nil || !strings.Contains(err.Error(), "ephemeral") {
		t.Errorf("an ephemeral value was taken: %v", err)
	}
}
