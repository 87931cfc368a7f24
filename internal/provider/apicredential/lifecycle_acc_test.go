package apicredential_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"filippo.io/age"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/personio-community/terraform-provider-personio/internal/acctest"
	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
	"github.com/personio-community/terraform-provider-personio/internal/provider"
)

// secretForm is how a secret of the gateway looks; a client id has no 40
// characters after its prefix that are no hexadecimal groups.
var secretForm = regexp.MustCompile(`papi-[A-Za-z0-9_-]{40,}`)

// noSecrets wants that nothing in what Terraform stores or prints has the form
// of a secret, the provider's own credential apart.
type noSecrets struct{ except string }

func (c noSecrets) search(what any) error {
	text, err := json.Marshal(what)
	if err != nil {
		return err
	}
	for _, found := range secretForm.FindAllString(string(text), -1) {
		if found != c.except {
			return errors.New("a secret is there in clear")
		}
	}
	return nil
}

func (c noSecrets) CheckState(_ context.Context, req statecheck.CheckStateRequest, resp *statecheck.CheckStateResponse) {
	resp.Error = c.search(req.State)
}

func (c noSecrets) CheckPlan(_ context.Context, req plancheck.CheckPlanRequest, resp *plancheck.CheckPlanResponse) {
	resp.Error = c.search(req.Plan)
}

// sealedWorks is a check that the ciphertext in the state is of a secret that
// gets a token, or does not.
func sealedWorks(t *testing.T, w *acctest.World, reader age.Identity, clientID, sealed *string, want bool) {
	t.Helper()
	secret := decrypt(t, reader, *sealed)
	if !secretForm.MatchString(secret) {
		t.Error("the search for secrets would not find this one")
	}
	works(t, w, clientID, &secret, want)()
}

func TestAccAPICredential_recipient(t *testing.T) {
	t.Parallel()
	w := acctest.Start(t)
	first, second := newReader(t), newReader(t)
	sealedTo := func(reader *age.X25519Identity, version int) string {
		return config(w, fmt.Sprintf("%s\n  secret_recipient = %q\n  secret_version = %d", minimal, reader.Recipient(), version))
	}
	ciphertext := noSecrets{except: w.Management.ClientSecret}
	rotated := func() resource.ConfigPlanChecks {
		checks := action(plancheck.ResourceActionUpdate)
		checks.PreApply = append(checks.PreApply, ciphertext,
			plancheck.ExpectUnknownValue(address, tfjsonpath.New("encrypted_client_secret")),
			plancheck.ExpectKnownValue(address, tfjsonpath.New("client_secret"), knownvalue.Null()))
		return checks
	}
	var id, one, two, three string
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		CheckDestroy:             gone(w),
		Steps: []resource.TestStep{
			{
				Config: sealedTo(first, 1),
				ConfigPlanChecks: resource.ConfigPlanChecks{
					PreApply:             []plancheck.PlanCheck{ciphertext},
					PostApplyPostRefresh: []plancheck.PlanCheck{ciphertext, plancheck.ExpectEmptyPlan()},
				},
				ConfigStateChecks: []statecheck.StateCheck{
					ciphertext, state("client_secret", knownvalue.Null()),
					state("secret_created_at", knownvalue.NotNull()), state("ready_for_rotation", knownvalue.Bool(false)),
					capture("client_id", &id), capture("encrypted_client_secret", &one),
				},
			},
			{
				PreConfig:         func() { sealedWorks(t, w, first, &id, &one, true) },
				Config:            sealedTo(first, 2),
				ConfigPlanChecks:  rotated(),
				ConfigStateChecks: []statecheck.StateCheck{ciphertext, capture("encrypted_client_secret", &two)},
			},
			{
				PreConfig: func() {
					sealedWorks(t, w, first, &id, &one, true) // During the overlap.
					sealedWorks(t, w, first, &id, &two, true)
				},
				Config:      sealedTo(second, 2),
				ExpectError: words("A change of secret_recipient needs a new secret"),
			},
			{
				Config:            sealedTo(second, 3),
				ConfigPlanChecks:  rotated(),
				ConfigStateChecks: []statecheck.StateCheck{ciphertext, capture("encrypted_client_secret", &three)},
			},
			{
				PreConfig: func() { sealedWorks(t, w, second, &id, &three, true) },
				Config:    sealedTo(second, 3),
				ConfigPlanChecks: resource.ConfigPlanChecks{
					PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan(), ciphertext},
				},
			},
			{
				ResourceName: address, ImportState: true, ImportStateVerify: true,
				ImportStateVerifyIgnore: []string{"encrypted_client_secret", "secret_recipient", "secret_version"},
			},
			{Config: config(w, minimal+"\n  secret_version = 3"), ExpectError: words("A change of secret_recipient needs a new secret")},
			{
				Config:           config(w, minimal+"\n  secret_version = 4"),
				ConfigPlanChecks: action(plancheck.ResourceActionUpdate),
				ConfigStateChecks: []statecheck.StateCheck{
					state("client_secret", knownvalue.NotNull()), state("encrypted_client_secret", knownvalue.Null()),
				},
			},
		},
	})
}

// A new credential has a new secret, so nothing else needs to move.
func TestAccAPICredential_replaceWithRecipient(t *testing.T) {
	t.Parallel()
	w := acctest.Start(t)
	reader := newReader(t)
	var sealed string
	after := configOf(w, "other", fmt.Sprintf("%s\n  secret_recipient = %q", minimal, reader.Recipient()))
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		CheckDestroy:             gone(w),
		Steps: []resource.TestStep{
			{Config: config(w, minimal)},
			{
				Config:           after,
				ConfigPlanChecks: action(plancheck.ResourceActionDestroyBeforeCreate),
				ConfigStateChecks: []statecheck.StateCheck{
					state("client_secret", knownvalue.Null()), capture("encrypted_client_secret", &sealed),
				},
			},
			emptyPlan(after),
		},
	})
	decrypt(t, reader, sealed)
}

func TestAccAPICredential_rotationByAge(t *testing.T) {
	t.Parallel()
	var c clock
	w := acctest.Start(t, acctest.WithClock(c.now))
	reader := newReader(t)
	lifetime := func(life string) string {
		return config(w, fmt.Sprintf("%s\n  secret_recipient = %q\n  rotate_after = %q\n  early_rotation_window = \"24h\"\n  rotation_overlap = \"1h\"",
			minimal, reader.Recipient(), life))
	}
	var id, first, second string
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(provider.WithClock(c.now)),
		CheckDestroy:             gone(w),
		Steps: []resource.TestStep{
			{
				Config: lifetime("720h"),
				ConfigStateChecks: []statecheck.StateCheck{
					state("secret_created_at", knownvalue.StringExact(today.Format(time.RFC3339))),
					state("ready_for_rotation", knownvalue.Bool(false)),
					capture("client_id", &id), capture("encrypted_client_secret", &first),
				},
			},
			{
				PreConfig: func() { c.advance(696*time.Hour - time.Second) },
				Config:    lifetime("720h"),
				ConfigPlanChecks: resource.ConfigPlanChecks{
					PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()},
				},
			},
			{
				PreConfig: func() { c.advance(time.Second) },
				Config:    lifetime("720h"),
				ConfigPlanChecks: resource.ConfigPlanChecks{
					PreApply: []plancheck.PlanCheck{
						plancheck.ExpectResourceAction(address, plancheck.ResourceActionUpdate),
						plancheck.ExpectUnknownValue(address, tfjsonpath.New("encrypted_client_secret")),
						plancheck.ExpectKnownValue(address, tfjsonpath.New("client_id"), knownvalue.NotNull()),
					},
					PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()},
				},
				ConfigStateChecks: []statecheck.StateCheck{
					state("secret_created_at", knownvalue.StringExact(today.Add(696*time.Hour).Format(time.RFC3339))),
					state("previous_secret_expires_at", knownvalue.StringExact(today.Add(697*time.Hour).Format(time.RFC3339))),
					state("ready_for_rotation", knownvalue.Bool(false)),
					capture("encrypted_client_secret", &second),
				},
			},
			{
				PreConfig: func() {
					sealedWorks(t, w, reader, &id, &first, true)
					sealedWorks(t, w, reader, &id, &second, true)
					c.advance(time.Hour + time.Second)
					sealedWorks(t, w, reader, &id, &first, false)
					sealedWorks(t, w, reader, &id, &second, true)
				},
				Config:           lifetime("1440h"),
				ConfigPlanChecks: action(plancheck.ResourceActionUpdate),
				ConfigStateChecks: []statecheck.StateCheck{
					state("encrypted_client_secret", captured{&second}), state("rotate_after", knownvalue.StringExact("1440h")),
				},
			},
			{
				// Read without being told to change anything, it says that it is due.
				PreConfig:          func() { c.advance(1416 * time.Hour) },
				RefreshState:       true,
				ExpectNonEmptyPlan: true,
			},
			{
				Config: lifetime("1440h"),
				ConfigPlanChecks: resource.ConfigPlanChecks{
					PreApply:             []plancheck.PlanCheck{plancheck.ExpectUnknownValue(address, tfjsonpath.New("encrypted_client_secret"))},
					PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()},
				},
			},
		},
	})
}

func TestAccAPICredential_importOfAnEncryptedOne(t *testing.T) {
	t.Parallel()
	w := acctest.Start(t)
	reader := newReader(t)
	of := integration(t, w)
	existing, err := w.Client.APICredentials().Create(t.Context(), gatewayapi.APICredentialCreate{CustomIntegrationID: of, Name: "reporting-prod"})
	if err != nil {
		t.Fatal(err)
	}
	block := func(version int) string {
		return w.ProviderConfig() + fmt.Sprintf(`
resource "personio_api_credential" "bi" {
  custom_integration_id = %q
  name                  = "reporting-prod"
  secret_recipient      = %q
  secret_version        = %d
  rotate_after          = "2160h"
}
`, of, reader.Recipient(), version)
	}
	clientID, clientSecret, sealed := existing.ClientID, existing.ClientSecret, ""
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		CheckDestroy:             gone(w),
		Steps: []resource.TestStep{
			{Config: block(1), ResourceName: address, ImportState: true, ImportStateId: existing.ID, ImportStatePersist: true},
			{
				Config:           block(1),
				ConfigPlanChecks: action(plancheck.ResourceActionUpdate),
				ConfigStateChecks: []statecheck.StateCheck{
					state("encrypted_client_secret", knownvalue.Null()), state("client_secret", knownvalue.Null()),
				},
			},
			{
				PreConfig:         works(t, w, &clientID, &clientSecret, true),
				Config:            block(2),
				ConfigPlanChecks:  action(plancheck.ResourceActionUpdate),
				ConfigStateChecks: []statecheck.StateCheck{capture("encrypted_client_secret", &sealed)},
			},
			{
				PreConfig: func() { sealedWorks(t, w, reader, &clientID, &sealed, true) },
				Config:    block(2),
				ConfigPlanChecks: resource.ConfigPlanChecks{
					PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()},
				},
			},
		},
	})
}

func TestAccAPICredential_badLifecycle(t *testing.T) {
	t.Parallel()
	w := acctest.Start(t)
	for name, test := range map[string]struct{ arguments, want string }{
		"recipient":         {`  secret_recipient = "age1wrong"`, "not the public key of an age X25519 key pair"},
		"recipient and own": {"  secret_recipient = \"" + newReader(t).Recipient().String() + "\"\n  client_secret_wo = \"" + ownSecret + "\"", "cannot be specified when"},
		"lifetime and own":  {"  rotate_after = \"24h\"\n  client_secret_wo = \"" + ownSecret + "\"", "cannot be specified when"},
		"window":            {"  rotate_after = \"24h\"\n  early_rotation_window = \"24h\"", "early_rotation_window is not shorter than rotate_after"},
		"short life":        {`  rotate_after = "1m"`, "from 1h to 87600h"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			resource.UnitTest(t, resource.TestCase{
				ProtoV6ProviderFactories: acctest.Factories(),
				Steps: []resource.TestStep{{
					Config: config(w, strings.Join([]string{minimal, test.arguments}, "\n")), PlanOnly: true, ExpectError: words(test.want),
				}},
			})
		})
	}
}
