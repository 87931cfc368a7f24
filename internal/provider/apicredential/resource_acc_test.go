package apicredential_test

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/compare"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/personio-community/terraform-provider-personio/internal/acctest"
	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
	"github.com/personio-community/terraform-provider-personio/internal/personio"
)

const address = "personio_api_credential.bi"

// config is a configuration with two integrations and one credential, of the
// first of them and with the given arguments.
func config(w *acctest.World, arguments string) string {
	return configOf(w, "bi", arguments)
}

func configOf(w *acctest.World, integration, arguments string) string {
	return w.ProviderConfig() + `
resource "personio_custom_integration" "bi" {
  name   = "Reporting"
  scopes = ["personio:persons:read"]
}

resource "personio_custom_integration" "other" {
  name   = "Controlling"
  scopes = ["personio:persons:read"]
}

resource "personio_api_credential" "bi" {
  custom_integration_id = personio_custom_integration.` + integration + `.id
` + arguments + `
}
`
}

func state(attribute string, value knownvalue.Check) statecheck.StateCheck {
	return statecheck.ExpectKnownValue(address, tfjsonpath.New(attribute), value)
}

func emptyPlan(config string) resource.TestStep {
	return resource.TestStep{
		Config: config,
		ConfigPlanChecks: resource.ConfigPlanChecks{
			PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()},
		},
	}
}

func action(want plancheck.ResourceActionType) resource.ConfigPlanChecks {
	return resource.ConfigPlanChecks{
		PreApply:             []plancheck.PlanCheck{plancheck.ExpectResourceAction(address, want)},
		PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()},
	}
}

// only finds the one credential that there is.
func only(ctx context.Context, w *acctest.World) (gatewayapi.APICredential, error) {
	for got, err := range w.Client.APICredentials().List(ctx, personio.APICredentialFilter{}) {
		return got, err
	}
	return gatewayapi.APICredential{}, errors.New("there is no credential")
}

func gone(w *acctest.World) func(*terraform.State) error {
	return func(*terraform.State) error {
		if got, err := only(context.Background(), w); err == nil {
			return fmt.Errorf("API credential %q is still there", got.Name)
		}
		return nil
	}
}

// works is a check that the client id and secret in the state get a token, or
// do not.
func works(t *testing.T, w *acctest.World, clientID, clientSecret *string, want bool) func() {
	return func() {
		t.Helper()
		if *clientID == "" || *clientSecret == "" {
			t.Error("there is no secret to try")
			return
		}
		_, err := w.NewClient(t, *clientID, *clientSecret).Token(t.Context())
		if (err == nil) != want {
			t.Errorf("the secret works: %v, want %v: %v", err == nil, want, err)
		}
	}
}

// capture keeps a string of the state for later steps.
func capture(attribute string, into *string) statecheck.StateCheck {
	return state(attribute, captured{into})
}

type captured struct{ into *string }

func (c captured) CheckValue(value any) error {
	s, ok := value.(string)
	if !ok {
		return fmt.Errorf("%v is no string", value)
	}
	*c.into = s
	return nil
}

func (c captured) String() string { return "any string" }

const minimal = `  name = "reporting-prod"`

func TestAccAPICredential_lifecycle(t *testing.T) {
	t.Parallel()
	w := acctest.Start(t)
	full := `
  name             = "reporting-prod-2"
  kind             = "personnel"
  enabled          = false
  expires_at       = "2099-12-31T01:00:00+01:00"
  secret_version   = 1
  rotation_overlap = "1h"
`
	var id, secret string
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		CheckDestroy:             gone(w),
		Steps: []resource.TestStep{
			{
				Config: config(w, minimal),
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
					plancheck.ExpectResourceAction(address, plancheck.ResourceActionCreate),
					plancheck.ExpectUnknownValue(address, tfjsonpath.New("custom_integration_id")),
					plancheck.ExpectUnknownValue(address, tfjsonpath.New("client_secret")),
					plancheck.ExpectSensitiveValue(address, tfjsonpath.New("client_secret")),
				}},
				ConfigStateChecks: []statecheck.StateCheck{
					state("id", knownvalue.StringRegexp(regexp.MustCompile(`^[0-9a-f-]{36}$`))),
					state("client_id", knownvalue.StringRegexp(regexp.MustCompile(`^papi-[0-9a-f-]{36}$`))),
					state("client_secret", knownvalue.StringRegexp(regexp.MustCompile(`^papi-.{42,}$`))),
					state("name", knownvalue.StringExact("reporting-prod")),
					state("kind", knownvalue.StringExact("personnel")),
					state("enabled", knownvalue.Bool(true)),
					state("expires_at", knownvalue.Null()),
					state("secret_version", knownvalue.Null()),
					state("rotation_overlap", knownvalue.StringExact("24h")),
					state("client_secret_wo", knownvalue.Null()),
					state("client_secret_wo_version", knownvalue.Null()),
					state("previous_secret_expires_at", knownvalue.Null()),
					state("status", knownvalue.StringExact("ACTIVE")),
					state("last_used_at", knownvalue.Null()),
					state("created_at", knownvalue.NotNull()),
					state("updated_at", knownvalue.NotNull()),
					capture("client_id", &id), capture("client_secret", &secret),
				},
			},
			{
				// Using it changes what the gateway says of it, and plans nothing.
				PreConfig: works(t, w, &id, &secret, true),
				Config:    config(w, minimal),
				ConfigPlanChecks: resource.ConfigPlanChecks{
					PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()},
				},
				ConfigStateChecks: []statecheck.StateCheck{state("client_secret", captured{&secret})},
			},
			{
				Config:           config(w, full),
				ConfigPlanChecks: action(plancheck.ResourceActionUpdate),
				ConfigStateChecks: []statecheck.StateCheck{
					state("name", knownvalue.StringExact("reporting-prod-2")),
					state("status", knownvalue.StringExact("DISABLED")),
					state("expires_at", knownvalue.StringExact("2099-12-31T01:00:00+01:00")),
					state("previous_secret_expires_at", knownvalue.NotNull()),
				},
			},
			emptyPlan(config(w, full)),
			{
				ResourceName: address, ImportState: true, ImportStateVerify: true,
				// What the gateway does not tell, and its own way of writing a time.
				ImportStateVerifyIgnore: []string{"client_secret", "secret_version", "rotation_overlap", "expires_at"},
			},
		},
	})
}

// Every argument is changed on its own; the secret survives all of it.
func TestAccAPICredential_updateEachAttribute(t *testing.T) {
	t.Parallel()
	w := acctest.Start(t)
	updates := acctest.Updates{
		Type:      "personio_api_credential",
		Around:    config(w, `name = "another"`),
		Arguments: map[string]string{"custom_integration_id": "personio_custom_integration.bi.id"},
		Changes: []acctest.Change{
			acctest.Set("name", `"Prüfung"`, knownvalue.StringExact("Prüfung")),
			acctest.Set("enabled", "false", knownvalue.Bool(false)),
			acctest.Set("enabled", "null", knownvalue.Bool(true)),
			acctest.Set("expires_at", `"2099-12-31T00:00:00Z"`, knownvalue.StringExact("2099-12-31T00:00:00Z")),
			acctest.Set("expires_at", `"2098-12-31T00:00:00Z"`, knownvalue.StringExact("2098-12-31T00:00:00Z")),
			acctest.Set("expires_at", "null", knownvalue.Null()),
			acctest.Set("rotation_overlap", `"30m"`, knownvalue.StringExact("30m")),
			acctest.Set("rotation_overlap", "null", knownvalue.StringExact("24h")),
		},
		Kept: []string{"client_id", "client_secret"},
	}
	resource.UnitTest(t, resource.TestCase{ProtoV6ProviderFactories: acctest.Factories(), CheckDestroy: gone(w), Steps: updates.Steps()})
}

func TestAccAPICredential_rotation(t *testing.T) {
	t.Parallel()
	w := acctest.Start(t)
	version := func(n, overlap string) string {
		return config(w, minimal+"\n  secret_version = "+n+"\n  rotation_overlap = \""+overlap+"\"")
	}
	secrets, ids := statecheck.CompareValue(compare.ValuesDiffer()), statecheck.CompareValue(compare.ValuesSame())
	var id, first, second string
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		CheckDestroy:             gone(w),
		Steps: []resource.TestStep{
			{
				Config: version("1", "24h"),
				ConfigStateChecks: []statecheck.StateCheck{
					secrets.AddStateValue(address, tfjsonpath.New("client_secret")), ids.AddStateValue(address, tfjsonpath.New("client_id")),
					capture("client_id", &id), capture("client_secret", &first),
				},
			},
			{
				Config: version("2", "24h"),
				ConfigPlanChecks: resource.ConfigPlanChecks{
					PreApply: []plancheck.PlanCheck{
						plancheck.ExpectResourceAction(address, plancheck.ResourceActionUpdate),
						plancheck.ExpectUnknownValue(address, tfjsonpath.New("client_secret")),
					},
					PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()},
				},
				ConfigStateChecks: []statecheck.StateCheck{
					secrets.AddStateValue(address, tfjsonpath.New("client_secret")), ids.AddStateValue(address, tfjsonpath.New("client_id")),
					state("previous_secret_expires_at", knownvalue.NotNull()),
					capture("client_secret", &second),
				},
			},
			{
				// Both secrets work during the overlap; cutting the old one off
				// needs a rotation.
				PreConfig: func() {
					works(t, w, &id, &first, true)()
					works(t, w, &id, &second, true)()
				},
				Config:           version("3", "0s"),
				ConfigPlanChecks: action(plancheck.ResourceActionUpdate),
				ConfigStateChecks: []statecheck.StateCheck{
					secrets.AddStateValue(address, tfjsonpath.New("client_secret")),
					state("previous_secret_expires_at", knownvalue.Null()),
				},
			},
			{
				PreConfig: func() {
					works(t, w, &id, &first, false)()
					works(t, w, &id, &second, false)()
				},
				Config: version("3", "0s"),
				ConfigPlanChecks: resource.ConfigPlanChecks{
					PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()},
				},
			},
		},
	})
}

func TestAccAPICredential_ownSecret(t *testing.T) {
	t.Parallel()
	w := acctest.Start(t)
	own := func(secret, version string) string {
		return config(w, minimal+"\n  client_secret_wo = "+secret+"\n  client_secret_wo_version = "+version)
	}
	first, second := `"`+ownSecret+`"`, `"`+otherSecret+`"`
	noSecret := []statecheck.StateCheck{state("client_secret", knownvalue.Null()), state("client_secret_wo", knownvalue.Null())}
	var id string
	ownFirst, ownSecond := ownSecret, otherSecret
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		CheckDestroy:             gone(w),
		Steps: []resource.TestStep{
			{Config: own(first, "1"), ConfigStateChecks: append(noSecret, capture("client_id", &id))},
			{
				PreConfig: works(t, w, &id, &ownFirst, true),
				Config:    own(second, "1"), // The value alone cannot be seen.
				ConfigPlanChecks: resource.ConfigPlanChecks{
					PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()},
				},
			},
			{Config: own(second, "2"), ConfigPlanChecks: action(plancheck.ResourceActionUpdate), ConfigStateChecks: noSecret},
			{
				PreConfig: works(t, w, &id, &ownSecond, true),
				Config:    own("null", "2"),
				ConfigPlanChecks: resource.ConfigPlanChecks{
					PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()},
				},
			},
			{Config: own("null", "3"), ExpectError: words("client_secret_wo_version changes, but there is no client_secret_wo")},
			{
				Config:            config(w, minimal+"\n  secret_version = 1"),
				ConfigPlanChecks:  action(plancheck.ResourceActionUpdate),
				ConfigStateChecks: []statecheck.StateCheck{state("client_secret", knownvalue.NotNull())},
			},
			emptyPlan(config(w, minimal+"\n  secret_version = 1")),
		},
	})
}

func TestAccAPICredential_rotatedBySomebodyElse(t *testing.T) {
	t.Parallel()
	w := acctest.Start(t)
	before, after := config(w, minimal+"\n  secret_version = 1"), config(w, minimal+"\n  secret_version = 2")
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		CheckDestroy:             gone(w),
		Steps: []resource.TestStep{
			{Config: before},
			{
				PreConfig: func() {
					got, err := only(t.Context(), w)
					if err == nil {
						_, err = w.Client.APICredentials().Rotate(t.Context(), got.ID, "", gatewayapi.APICredentialRotation{})
					}
					if err != nil {
						t.Error(err)
					}
				},
				Config: before,
				ConfigPlanChecks: resource.ConfigPlanChecks{
					PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()},
				},
				ConfigStateChecks: []statecheck.StateCheck{state("client_secret", knownvalue.Null())},
			},
			{
				Config:            after,
				ConfigPlanChecks:  action(plancheck.ResourceActionUpdate),
				ConfigStateChecks: []statecheck.StateCheck{state("client_secret", knownvalue.NotNull())},
			},
			emptyPlan(after),
		},
	})
}

func TestAccAPICredential_import(t *testing.T) {
	t.Parallel()
	w := acctest.Start(t)
	integration, err := w.Client.CustomIntegrations().Create(t.Context(), gatewayapi.CustomIntegrationCreate{
		Name: "Reporting", Scopes: []string{"personio:persons:read"},
	})
	if err != nil {
		t.Fatal(err)
	}
	existing, err := w.Client.APICredentials().Create(t.Context(), gatewayapi.APICredentialCreate{CustomIntegrationID: integration.ID, Name: "reporting-prod"})
	if err != nil {
		t.Fatal(err)
	}
	block := func(arguments string) string {
		return w.ProviderConfig() + `
resource "personio_api_credential" "bi" {
  custom_integration_id = "` + integration.ID + `"
  name                  = "reporting-prod"
` + arguments + `
}
`
	}
	clientID, clientSecret := existing.ClientID, existing.ClientSecret
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		CheckDestroy:             gone(w),
		Steps: []resource.TestStep{
			{
				Config:       block(""),
				ResourceName: address, ImportState: true, ImportStateId: existing.ID, ImportStatePersist: true,
			},
			emptyPlan(block("")),
			{
				// The first version is taken over: no client loses its secret.
				Config: block("secret_version = 5"),
				ConfigPlanChecks: resource.ConfigPlanChecks{
					PreApply: []plancheck.PlanCheck{
						plancheck.ExpectResourceAction(address, plancheck.ResourceActionUpdate),
						plancheck.ExpectKnownValue(address, tfjsonpath.New("client_secret"), knownvalue.Null()),
					},
					PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()},
				},
				ConfigStateChecks: []statecheck.StateCheck{state("client_secret", knownvalue.Null())},
			},
			{
				PreConfig:         works(t, w, &clientID, &clientSecret, true),
				Config:            block("secret_version = 6"),
				ConfigPlanChecks:  action(plancheck.ResourceActionUpdate),
				ConfigStateChecks: []statecheck.StateCheck{state("client_secret", knownvalue.NotNull())},
			},
			emptyPlan(block("secret_version = 6")),
		},
	})
}

func TestAccAPICredential_replace(t *testing.T) {
	t.Parallel()
	w := acctest.Start(t)
	ids := statecheck.CompareValue(compare.ValuesDiffer())
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		CheckDestroy:             gone(w),
		Steps: []resource.TestStep{
			{Config: configOf(w, "bi", minimal), ConfigStateChecks: []statecheck.StateCheck{ids.AddStateValue(address, tfjsonpath.New("id"))}},
			{
				Config:            configOf(w, "other", minimal),
				ConfigPlanChecks:  action(plancheck.ResourceActionDestroyBeforeCreate),
				ConfigStateChecks: []statecheck.StateCheck{ids.AddStateValue(address, tfjsonpath.New("id"))},
			},
			emptyPlan(configOf(w, "other", minimal)),
		},
	})
}

func TestAccAPICredential_driftAndDisappearance(t *testing.T) {
	t.Parallel()
	w := acctest.Start(t)
	withCredential := func(do func(id string) error) func() {
		return func() {
			got, err := only(t.Context(), w)
			if err == nil {
				err = do(got.ID)
			}
			if err != nil {
				t.Error(err)
			}
		}
	}
	disabled := false
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		CheckDestroy:             gone(w),
		Steps: []resource.TestStep{
			{Config: config(w, minimal)},
			{
				PreConfig: withCredential(func(id string) error {
					_, err := w.Client.APICredentials().Update(t.Context(), id, "", gatewayapi.APICredentialUpdate{Enabled: &disabled})
					return err
				}),
				Config:            config(w, minimal),
				ConfigPlanChecks:  action(plancheck.ResourceActionUpdate),
				ConfigStateChecks: []statecheck.StateCheck{state("status", knownvalue.StringExact("ACTIVE"))},
			},
			{
				PreConfig:        withCredential(func(id string) error { return w.Client.APICredentials().Delete(t.Context(), id) }),
				Config:           config(w, minimal),
				ConfigPlanChecks: action(plancheck.ResourceActionCreate),
			},
			emptyPlan(config(w, minimal)),
		},
	})
}

func TestAccAPICredential_badInput(t *testing.T) {
	t.Parallel()
	w := acctest.Start(t)
	elsewhere := func(baseURL, id, secret string) string {
		return acctest.ProviderConfig(baseURL, id, secret) + `
resource "personio_api_credential" "bi" {
  custom_integration_id = "00000000-0000-4000-8000-000000000000"
  name                  = "reporting-prod"
}
`
	}
	for name, test := range map[string]struct {
		config string
		plan   bool
		want   string
	}{
		"past expiry":         {config(w, minimal+"\n  expires_at = \"2020-01-01T00:00:00Z\""), true, "expires_at has passed"},
		"short secret":        {config(w, minimal+"\n  client_secret_wo = \"too short\""), true, "must be between 32 and 512"},
		"both secrets":        {config(w, minimal+"\n  secret_version = 1\n  client_secret_wo = \""+ownSecret+"\""), true, "cannot be specified when"},
		"no such integration": {elsewhere(w.URL, w.Management.ClientID, w.Management.ClientSecret), false, "There is no custom integration with the id"},
		"no recruiting":       {config(acctest.Start(t, acctest.WithoutRecruiting()), minimal+"\n  kind = \"recruiting\""), false, "This gateway has no upstream recruiting credential"},
		"reset of recruiting": {config(w, minimal+"\n  kind = \"recruiting\"\n  client_id_version = 1"), true, "A recruiting credential has no client id to reset"},
		"Personio itself":     {elsewhere("https://api.personio.de", "papi-x", "papi-y"), true, "personio_api_credential needs a gateway"},
		"no credentials":      {elsewhere(w.URL, "papi-x", "papi-y"), false, "Check client_id and client_secret"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			resource.UnitTest(t, resource.TestCase{
				ProtoV6ProviderFactories: acctest.Factories(),
				Steps:                    []resource.TestStep{{Config: test.config, PlanOnly: test.plan, ExpectError: words(test.want)}},
			})
		})
	}
}

// words matches words in order, wherever the CLI breaks its lines.
func words(text string) *regexp.Regexp {
	parts := strings.Fields(text)
	for i, p := range parts {
		parts[i] = regexp.QuoteMeta(p)
	}
	return regexp.MustCompile(strings.Join(parts, `[\s│]+`))
}
