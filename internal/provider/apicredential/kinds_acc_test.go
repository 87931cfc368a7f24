package apicredential_test

import (
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/compare"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/personio-community/terraform-provider-personio/internal/acctest"
	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
)

// recruits is a check that a static token opens recruiting, where an empty
// application is refused for what it lacks, or does not.
func recruits(t *testing.T, w *acctest.World, token *string, want bool) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.URL+"/v1/recruiting/applications", strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+*token)
	req.Header.Set("X-Company-ID", strconv.Itoa(w.Recruiting.CompanyID))
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	status := http.StatusUnauthorized
	if want {
		status = http.StatusBadRequest
	}
	if resp.StatusCode != status {
		t.Errorf("status %d, want %d", resp.StatusCode, status)
	}
}

// compared makes a check that compares an attribute with what it was in the steps
// before that had the check.
func compared(comparer compare.ValueComparer, attribute string) func() statecheck.StateCheck {
	values := statecheck.CompareValue(comparer)
	return func() statecheck.StateCheck { return values.AddStateValue(address, tfjsonpath.New(attribute)) }
}

func TestAccAPICredentialRecruiting_lifecycle(t *testing.T) {
	t.Parallel()
	w := acctest.Start(t)
	company := knownvalue.StringExact(strconv.Itoa(w.Recruiting.CompanyID))
	recruiting := func(more string) string {
		return config(w, minimal+"\n  kind = \"recruiting\"\n"+more)
	}
	changed := recruiting("  secret_version = 1\n  enabled = false\n  expires_at = \"2099-12-31T00:00:00Z\"")
	var first, second string
	sameID := compared(compare.ValuesSame(), "id")
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		CheckDestroy:             gone(w),
		Steps: []resource.TestStep{
			{
				Config: recruiting("  secret_version = 1"),
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
					plancheck.ExpectResourceAction(address, plancheck.ResourceActionCreate),
					plancheck.ExpectKnownValue(address, tfjsonpath.New("client_id"), knownvalue.Null()),
					plancheck.ExpectUnknownValue(address, tfjsonpath.New("company_id")),
					plancheck.ExpectUnknownValue(address, tfjsonpath.New("client_secret")),
				}},
				ConfigStateChecks: []statecheck.StateCheck{
					state("kind", knownvalue.StringExact("recruiting")), state("client_id", knownvalue.Null()), state("company_id", company),
					state("status", knownvalue.StringExact("ACTIVE")), state("requests_last_24_hours", knownvalue.Int64Exact(0)),
					sameID(), capture("client_secret", &first),
				},
			},
			{
				// The call counts, and plans nothing.
				PreConfig: func() { recruits(t, w, &first, true) },
				Config:    recruiting("  secret_version = 1"),
				ConfigPlanChecks: resource.ConfigPlanChecks{
					PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()},
				},
			},
			{
				Config:           changed,
				ConfigPlanChecks: action(plancheck.ResourceActionUpdate),
				ConfigStateChecks: []statecheck.StateCheck{
					state("status", knownvalue.StringExact("DISABLED")), state("company_id", company), state("client_id", knownvalue.Null()), sameID(),
				},
			},
			{
				PreConfig:        func() { recruits(t, w, &first, false) }, // While it is disabled.
				Config:           recruiting("  secret_version = 2\n  rotation_overlap = \"1h\""),
				ConfigPlanChecks: action(plancheck.ResourceActionUpdate),
				ConfigStateChecks: []statecheck.StateCheck{
					state("previous_secret_expires_at", knownvalue.NotNull()), sameID(), capture("client_secret", &second),
				},
			},
			{
				PreConfig: func() {
					recruits(t, w, &first, true) // During the overlap.
					recruits(t, w, &second, true)
				},
				// Calls are counted within a second or so.
				ResourceName: address, ImportState: true, ImportStateVerify: true,
				ImportStateVerifyIgnore: []string{"client_secret", "secret_version", "rotation_overlap", "last_used_at", "requests_last_24_hours"},
			},
			{
				Config:      recruiting("  secret_version = 2\n  client_id_version = 1"),
				ExpectError: words("A recruiting credential has no client id to reset"),
			},
			{
				Config:           config(w, minimal),
				ConfigPlanChecks: action(plancheck.ResourceActionDestroyBeforeCreate),
				ConfigStateChecks: []statecheck.StateCheck{
					state("kind", knownvalue.StringExact("personnel")), state("company_id", knownvalue.Null()),
					state("client_id", knownvalue.StringRegexp(regexp.MustCompile(`^papi-[0-9a-f-]{36}$`))),
				},
			},
			{
				PreConfig: func() {
					recruits(t, w, &first, false)
					recruits(t, w, &second, false)
				},
				Config:           recruiting(""),
				ConfigPlanChecks: action(plancheck.ResourceActionDestroyBeforeCreate),
			},
			emptyPlan(recruiting("")),
		},
	})
}

// With a recipient, the static token is in the state as ciphertext, too.
func TestAccAPICredential_recruitingWithRecipient(t *testing.T) {
	t.Parallel()
	w := acctest.Start(t)
	reader := newReader(t)
	sealed := config(w, minimal+"\n  kind = \"recruiting\"\n  secret_recipient = \""+reader.Recipient().String()+"\"")
	ciphertext := noSecrets{except: w.Management.ClientSecret}
	var stored string
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		CheckDestroy:             gone(w),
		Steps: []resource.TestStep{
			{
				Config:            sealed,
				ConfigPlanChecks:  resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{ciphertext}},
				ConfigStateChecks: []statecheck.StateCheck{ciphertext, capture("encrypted_client_secret", &stored)},
			},
			{
				PreConfig: func() {
					token := decrypt(t, reader, stored)
					if !secretForm.MatchString(token) {
						t.Error("the search for secrets would not find this one")
					}
					recruits(t, w, &token, true)
				},
				Config: sealed,
				ConfigPlanChecks: resource.ConfigPlanChecks{
					PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan(), ciphertext},
				},
			},
		},
	})
}

func TestAccAPICredential_recruitingImport(t *testing.T) {
	t.Parallel()
	w := acctest.Start(t)
	of := integration(t, w)
	existing, err := w.Client.APICredentials().Create(t.Context(), gatewayapi.APICredentialCreate{
		CustomIntegrationID: of, Name: "careers", Kind: gatewayapi.KindRecruiting,
	})
	if err != nil {
		t.Fatal(err)
	}
	block := func(more string) string {
		return w.ProviderConfig() + `
resource "personio_api_credential" "bi" {
  custom_integration_id = "` + of + `"
  name                  = "careers"
  kind                  = "recruiting"
` + more + `
}
`
	}
	token := existing.ClientSecret
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		CheckDestroy:             gone(w),
		Steps: []resource.TestStep{
			{Config: block(""), ResourceName: address, ImportState: true, ImportStateId: existing.ID, ImportStatePersist: true},
			emptyPlan(block("")),
			{Config: block("secret_version = 1"), ConfigPlanChecks: action(plancheck.ResourceActionUpdate)},
			{
				PreConfig:         func() { recruits(t, w, &token, true) },
				Config:            block("secret_version = 2\nrotation_overlap = \"0s\""),
				ConfigPlanChecks:  action(plancheck.ResourceActionUpdate),
				ConfigStateChecks: []statecheck.StateCheck{state("client_secret", knownvalue.NotNull())},
			},
			emptyPlan(block("secret_version = 2\nrotation_overlap = \"0s\"")),
		},
	})
	recruits(t, w, &token, false)
}

func TestAccAPICredentialReset_lifecycle(t *testing.T) {
	t.Parallel()
	w := acctest.Start(t)
	version := func(n, overlap string) string {
		return config(w, minimal+"\n  client_id_version = "+n+"\n  rotation_overlap = \""+overlap+"\"")
	}
	own := func(n, secret, secretVersion string) string {
		return config(w, minimal+"\n  client_id_version = "+n+"\n  client_secret_wo = \""+secret+"\"\n  client_secret_wo_version = "+secretVersion)
	}
	sameID, otherClientID, otherSecretValue := compared(compare.ValuesSame(), "id"), compared(compare.ValuesDiffer(), "client_id"), compared(compare.ValuesDiffer(), "client_secret")
	resets := func() resource.ConfigPlanChecks {
		checks := action(plancheck.ResourceActionUpdate)
		checks.PreApply = append(checks.PreApply,
			plancheck.ExpectUnknownValue(address, tfjsonpath.New("client_id")),
			plancheck.ExpectKnownValue(address, tfjsonpath.New("id"), knownvalue.NotNull()))
		return checks
	}
	var firstID, first, secondID, second, ownID string
	ownFirst, ownSecond := ownSecret, otherSecret
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		CheckDestroy:             gone(w),
		Steps: []resource.TestStep{
			{
				Config:            version("1", "24h"),
				ConfigStateChecks: []statecheck.StateCheck{sameID(), otherClientID(), otherSecretValue(), capture("client_id", &firstID), capture("client_secret", &first)},
			},
			{
				Config:           version("2", "24h"),
				ConfigPlanChecks: resets(),
				ConfigStateChecks: []statecheck.StateCheck{
					sameID(), otherClientID(), otherSecretValue(), state("previous_secret_expires_at", knownvalue.NotNull()),
					capture("client_id", &secondID), capture("client_secret", &second),
				},
			},
			{
				PreConfig: func() {
					works(t, w, &firstID, &first, true)()
					works(t, w, &secondID, &second, true)()
					works(t, w, &firstID, &second, false)()
					works(t, w, &secondID, &first, false)()
				},
				Config:            version("3", "0s"),
				ConfigPlanChecks:  resets(),
				ConfigStateChecks: []statecheck.StateCheck{sameID(), otherClientID(), otherSecretValue(), state("previous_secret_expires_at", knownvalue.Null())},
			},
			{
				PreConfig: func() {
					works(t, w, &firstID, &first, false)()
					works(t, w, &secondID, &second, false)()
				},
				Config: version("3", "0s"),
				ConfigPlanChecks: resource.ConfigPlanChecks{
					PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()},
				},
			},
			{
				Config:            own("3", ownFirst, "1"),
				ConfigPlanChecks:  action(plancheck.ResourceActionUpdate),
				ConfigStateChecks: []statecheck.StateCheck{sameID(), capture("client_id", &ownID)},
			},
			{Config: own("4", ownSecond, "1"), ExpectError: words("A reset of the client id needs a new client_secret_wo")},
			{
				PreConfig:         works(t, w, &ownID, &ownFirst, true),
				Config:            own("4", ownSecond, "2"),
				ConfigPlanChecks:  resets(),
				ConfigStateChecks: []statecheck.StateCheck{sameID(), otherClientID(), capture("client_id", &secondID)},
			},
			{
				PreConfig: func() {
					works(t, w, &ownID, &ownFirst, true)() // During the overlap.
					works(t, w, &secondID, &ownSecond, true)()
					works(t, w, &ownID, &ownSecond, false)()
				},
				Config: own("4", ownSecond, "2"),
				ConfigPlanChecks: resource.ConfigPlanChecks{
					PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()},
				},
			},
			{
				ResourceName: address, ImportState: true, ImportStateVerify: true,
				ImportStateVerifyIgnore: []string{"client_id_version", "client_secret_wo_version", "rotation_overlap", "last_used_at", "requests_last_24_hours"},
			},
		},
	})
}

// The first client_id_version after an import is taken over: no client loses its
// id.
func TestAccAPICredential_importThenReset(t *testing.T) {
	t.Parallel()
	w := acctest.Start(t)
	of := integration(t, w)
	existing, err := w.Client.APICredentials().Create(t.Context(), gatewayapi.APICredentialCreate{CustomIntegrationID: of, Name: "reporting-prod"})
	if err != nil {
		t.Fatal(err)
	}
	block := func(version string) string {
		return w.ProviderConfig() + `
resource "personio_api_credential" "bi" {
  custom_integration_id = "` + of + `"
  name                  = "reporting-prod"
  client_id_version     = ` + version + `
}
`
	}
	clientID, clientSecret := existing.ClientID, existing.ClientSecret
	var newID, newSecret string
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		CheckDestroy:             gone(w),
		Steps: []resource.TestStep{
			{Config: block("5"), ResourceName: address, ImportState: true, ImportStateId: existing.ID, ImportStatePersist: true},
			{
				Config:            block("5"),
				ConfigPlanChecks:  action(plancheck.ResourceActionUpdate),
				ConfigStateChecks: []statecheck.StateCheck{state("client_id", knownvalue.StringExact(clientID)), state("client_secret", knownvalue.Null())},
			},
			{
				PreConfig:         works(t, w, &clientID, &clientSecret, true),
				Config:            block("6"),
				ConfigPlanChecks:  action(plancheck.ResourceActionUpdate),
				ConfigStateChecks: []statecheck.StateCheck{capture("client_id", &newID), capture("client_secret", &newSecret)},
			},
			{
				PreConfig: func() {
					works(t, w, &clientID, &clientSecret, true)() // During the overlap.
					works(t, w, &newID, &newSecret, true)()
				},
				Config: block("6"),
				ConfigPlanChecks: resource.ConfigPlanChecks{
					PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()},
				},
			},
		},
	})
}
