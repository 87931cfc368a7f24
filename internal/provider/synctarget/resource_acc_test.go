package synctarget_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"regexp"
	"strings"
	"testing"
	"time"

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

const address = "personio_sync_target.learning"

// target is a configuration with one target.
func target(w *acctest.World, name, scim string) string {
	return w.ProviderConfig() + fmt.Sprintf(`
resource "personio_sync_target" "learning" {
  name = %q
  scim = {
%s
  }
}
`, name, scim)
}

// token is scim with the bearer token of the world's target.
func token(w *acctest.World, version int, more string) string {
	return fmt.Sprintf("    url = %q\n    token_wo = %q\n    token_wo_version = %d\n%s", w.SCIMURL, w.SCIMToken, version, more)
}

func scimPath(names ...string) tfjsonpath.Path {
	at := tfjsonpath.New("scim")
	for _, name := range names {
		at = at.AtMapKey(name)
	}
	return at
}

func state(at tfjsonpath.Path, value knownvalue.Check) statecheck.StateCheck {
	return statecheck.ExpectKnownValue(address, at, value)
}

// unseen wants that secrets are not in the state.
type unseen []string

func (u unseen) CheckState(_ context.Context, req statecheck.CheckStateRequest, resp *statecheck.CheckStateResponse) {
	text, err := json.Marshal(req.State)
	resp.Error = err
	for _, secret := range u {
		if strings.Contains(string(text), secret) {
			resp.Error = errors.New("a secret is in the state")
		}
	}
}

// emptyPlan is a step that wants nothing to do.
func emptyPlan(config string) resource.TestStep {
	return resource.TestStep{
		Config:           config,
		ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}},
	}
}

func action(want plancheck.ResourceActionType) resource.ConfigPlanChecks {
	return resource.ConfigPlanChecks{
		PreApply:             []plancheck.PlanCheck{plancheck.ExpectResourceAction(address, want)},
		PostApplyPostRefresh: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()},
	}
}

// gone checks that the destroy left nothing on the gateway.
func gone(w *acctest.World) func(*terraform.State) error {
	return func(*terraform.State) error {
		for got, err := range w.Client.SyncTargets().List(context.Background(), personio.SyncTargetFilter{}) {
			if err != nil {
				return err
			}
			return fmt.Errorf("sync target %q is still there", got.Name)
		}
		return nil
	}
}

// only is the one target of the gateway, and wants that the gateway can use it.
func only(t *testing.T, w *acctest.World) gatewayapi.SyncTarget {
	t.Helper()
	for got, err := range w.Client.SyncTargets().List(t.Context(), personio.SyncTargetFilter{}) {
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Client.SyncTargets().Test(t.Context(), got.ID); err != nil {
			t.Errorf("the target does not work: %v", err)
		}
		return got
	}
	t.Fatal("there is no target")
	return gatewayapi.SyncTarget{}
}

// words matches words in order, wherever the CLI breaks its lines.
func words(text string) *regexp.Regexp {
	parts := strings.Fields(text)
	for i, p := range parts {
		parts[i] = regexp.QuoteMeta(p)
	}
	return regexp.MustCompile(strings.Join(parts, `[\s│]+`))
}

func TestAccSyncTarget_lifecycle(t *testing.T) {
	t.Parallel()
	w := acctest.Start(t)
	hidden := unseen{w.SCIMToken}
	first := target(w, "Learning", token(w, 1, ""))
	second := target(w, "Learning 2", token(w, 1, `headers = { "X-Tenant" = "acme" }`))
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		CheckDestroy:             gone(w),
		Steps: []resource.TestStep{
			{
				Config: first,
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
					plancheck.ExpectResourceAction(address, plancheck.ResourceActionCreate),
					plancheck.ExpectUnknownValue(address, tfjsonpath.New("id")),
				}},
				ConfigStateChecks: []statecheck.StateCheck{
					hidden,
					state(tfjsonpath.New("id"), knownvalue.StringRegexp(regexp.MustCompile(`^[0-9a-f-]{36}$`))),
					state(tfjsonpath.New("name"), knownvalue.StringExact("Learning")),
					state(scimPath("url"), knownvalue.StringExact(w.SCIMURL)),
					state(scimPath("token_wo"), knownvalue.Null()),
					state(scimPath("token_wo_version"), knownvalue.Int64Exact(1)),
					state(scimPath("oauth"), knownvalue.Null()),
					state(scimPath("headers"), knownvalue.MapSizeExact(0)),
					state(scimPath("ca_cert_pem"), knownvalue.Null()),
					state(tfjsonpath.New("created_at"), knownvalue.NotNull()),
					state(tfjsonpath.New("updated_at"), knownvalue.NotNull()),
				},
			},
			emptyPlan(first),
			{
				Config:            second,
				ConfigPlanChecks:  action(plancheck.ResourceActionUpdate),
				ConfigStateChecks: []statecheck.StateCheck{hidden, state(tfjsonpath.New("name"), knownvalue.StringExact("Learning 2"))},
			},
			emptyPlan(second),
			{
				ResourceName: address, ImportState: true, ImportStateVerify: true,
				// Known to Terraform alone: after an import the token stays as it is.
				ImportStateVerifyIgnore: []string{"scim.token_wo_version"},
			},
		},
	})
}

// pemCertificate is the certificate of an authority that nobody uses.
func pemCertificate(t *testing.T) string {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IsCA: true}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
}

// Every argument is changed on its own, and the gateway can use the target after
// each change: secrets are sent when they have to be, and are not lost otherwise.
func TestAccSyncTarget_updateEachAttribute(t *testing.T) {
	t.Parallel()
	w := acctest.Start(t)
	const rotated, clientSecret = "a-rotated-bearer-token", "the-secret-of-the-client"
	w.SCIM.AddOAuthClient("gateway", clientSecret, time.Hour)
	certificate := pemCertificate(t)
	scim := func(lines ...string) string {
		return fmt.Sprintf("    url = %q\n%s", w.SCIMURL, strings.Join(lines, "\n"))
	}
	oauth := func(version, scopes string) string {
		return scim(fmt.Sprintf("oauth = {\n token_url = %q\n client_id = \"gateway\"\n client_secret_wo = %q\n client_secret_wo_version = %s\n scopes = %s\n}",
			w.SCIMURL+"/oauth/token", clientSecret, version, scopes))
	}
	bearer := "token_wo = " + fmt.Sprintf("%q", w.SCIMToken)
	steps := []resource.TestStep{{Config: target(w, "Learning", token(w, 1, ""))}}
	for _, change := range []struct {
		name, scim string
		before     func()
		at         tfjsonpath.Path
		want       knownvalue.Check
	}{
		{"Schulung", token(w, 1, ""), nil, tfjsonpath.New("name"), knownvalue.StringExact("Schulung")},
		{"Schulung", strings.Replace(token(w, 1, ""), w.SCIMURL, w.SCIMURL+"/", 1), nil, scimPath("url"), knownvalue.StringExact(w.SCIMURL + "/")},
		{"Schulung", token(w, 1, ""), nil, scimPath("url"), knownvalue.StringExact(w.SCIMURL)},
		{"Schulung", token(w, 1, `headers = { "X-Tenant" = "acme" }`), nil, scimPath("headers"), knownvalue.MapExact(map[string]knownvalue.Check{"X-Tenant": knownvalue.StringExact("acme")})},
		{"Schulung", token(w, 1, "ca_cert_pem = <<EOT\n"+certificate+"EOT"), nil, scimPath("ca_cert_pem"), knownvalue.StringExact(certificate)},
		{"Schulung", token(w, 1, ""), nil, scimPath("ca_cert_pem"), knownvalue.Null()},
		{
			"Schulung", scim(fmt.Sprintf("token_wo = %q\n token_wo_version = 2", rotated)), func() { w.SCIM.SetToken(rotated) },
			scimPath("token_wo_version"), knownvalue.Int64Exact(2),
		},
		{"Schulung", scim("token_wo_version = 2", `headers = { "X-Tenant" = "acme" }`), nil, scimPath("headers"), knownvalue.MapSizeExact(1)},
		{"Schulung", oauth("1", "[]"), nil, scimPath("oauth", "client_id"), knownvalue.StringExact("gateway")},
		{"Schulung", oauth("1", `["scim"]`), nil, scimPath("oauth", "scopes"), knownvalue.SetSizeExact(1)},
		{"Schulung", oauth("2", `["scim"]`), nil, scimPath("oauth", "client_secret_wo_version"), knownvalue.Int64Exact(2)},
		{"Schulung", oauth("null", `["scim"]`), nil, scimPath("oauth", "client_secret_wo_version"), knownvalue.Null()},
		{"Schulung", scim(bearer), func() { w.SCIM.SetToken(w.SCIMToken) }, scimPath("oauth"), knownvalue.Null()},
	} {
		steps = append(steps, resource.TestStep{
			PreConfig:        change.before,
			Config:           target(w, change.name, change.scim),
			ConfigPlanChecks: action(plancheck.ResourceActionUpdate),
			Check: func(*terraform.State) error {
				only(t, w)
				return nil
			},
			ConfigStateChecks: []statecheck.StateCheck{
				state(change.at, change.want), unseen{w.SCIMToken, rotated, clientSecret},
			},
		})
	}
	resource.UnitTest(t, resource.TestCase{ProtoV6ProviderFactories: acctest.Factories(), CheckDestroy: gone(w), Steps: steps})
}

func TestAccSyncTarget_drift(t *testing.T) {
	t.Parallel()
	w := acctest.Start(t)
	config := target(w, "Learning", token(w, 1, ""))
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		CheckDestroy:             gone(w),
		Steps: []resource.TestStep{
			{Config: config},
			{
				PreConfig: func() {
					name := "Somebody else's"
					_, err := w.Client.SyncTargets().Update(t.Context(), only(t, w).ID, "", gatewayapi.SyncTargetUpdate{
						Name: &name, SCIM: &gatewayapi.SCIMTargetSent{SCIMTarget: gatewayapi.SCIMTarget{URL: w.SCIMURL, Headers: map[string]string{"X-Tenant": "other"}}},
					})
					if err != nil {
						t.Error(err)
					}
				},
				Config:           config,
				ConfigPlanChecks: action(plancheck.ResourceActionUpdate),
				ConfigStateChecks: []statecheck.StateCheck{
					state(tfjsonpath.New("name"), knownvalue.StringExact("Learning")),
					state(scimPath("headers"), knownvalue.MapSizeExact(0)),
				},
			},
			{PreConfig: func() { only(t, w) }, Config: config, PlanOnly: true},
			emptyPlan(config),
		},
	})
}

func TestAccSyncTarget_disappears(t *testing.T) {
	t.Parallel()
	w := acctest.Start(t)
	config := target(w, "Learning", token(w, 1, ""))
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		CheckDestroy:             gone(w),
		Steps: []resource.TestStep{
			{Config: config},
			{
				PreConfig: func() {
					if err := w.Client.SyncTargets().Delete(t.Context(), only(t, w).ID); err != nil {
						t.Error(err)
					}
				},
				Config:           config,
				ConfigPlanChecks: action(plancheck.ResourceActionCreate),
			},
			emptyPlan(config),
		},
	})
}

// No argument needs a new target, so people ask for one themselves.
func TestAccSyncTarget_replace(t *testing.T) {
	t.Parallel()
	w := acctest.Start(t)
	config := target(w, "Learning", token(w, 1, ""))
	ids := statecheck.CompareValue(compare.ValuesDiffer())
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		CheckDestroy:             gone(w),
		Steps: []resource.TestStep{
			{Config: config, ConfigStateChecks: []statecheck.StateCheck{ids.AddStateValue(address, tfjsonpath.New("id"))}},
			{
				Taint:             []string{address},
				Config:            config,
				ConfigPlanChecks:  action(plancheck.ResourceActionDestroyBeforeCreate),
				ConfigStateChecks: []statecheck.StateCheck{ids.AddStateValue(address, tfjsonpath.New("id"))},
			},
			emptyPlan(config),
		},
	})
}

// A target that exists is imported as the error says, without its secret.
func TestAccSyncTarget_duplicateName(t *testing.T) {
	t.Parallel()
	w := acctest.Start(t)
	existing, err := w.Client.SyncTargets().Create(t.Context(), gatewayapi.SyncTargetCreate{Name: "Learning", SCIM: gatewayapi.SCIMTargetSent{
		SCIMTarget: gatewayapi.SCIMTarget{URL: w.SCIMURL}, Token: w.SCIMToken,
	}})
	if err != nil {
		t.Fatal(err)
	}
	config := target(w, "Learning", token(w, 1, ""))
	imported := target(w, "Learning", fmt.Sprintf("    url = %q", w.SCIMURL))
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: acctest.Factories(),
		CheckDestroy:             gone(w),
		Steps: []resource.TestStep{
			{Config: config, ExpectError: words("terraform import personio_sync_target.<name> " + existing.ID)},
			{Config: imported, ResourceName: address, ImportState: true, ImportStateId: existing.ID, ImportStatePersist: true},
			emptyPlan(imported),
			{PreConfig: func() { only(t, w) }, Config: imported, PlanOnly: true},
		},
	})
}

func TestAccSyncTarget_badInput(t *testing.T) {
	t.Parallel()
	w := acctest.Start(t)
	for name, test := range map[string]struct {
		scim string
		plan bool // found by a plan, before any apply
		want string
	}{
		"refused token":    {fmt.Sprintf("url = %q\n token_wo = \"wrong\"", w.SCIMURL), false, "the test of the target failed"},
		"no SCIM server":   {fmt.Sprintf("url = %q\n token_wo = %q", w.PersonioURL, w.SCIMToken), false, "the test of the target failed"},
		"nobody there":     {`url = "http://127.0.0.1:1" ` + "\n" + ` token_wo = "x"`, false, "the test of the target failed"},
		"no secret":        {fmt.Sprintf("url = %q", w.SCIMURL), true, "token_wo is missing"},
		"plain http":       {`url = "http://scim.example.com"` + "\n" + ` token_wo = "x"`, true, "plain http"},
		"token and client": {token(w, 1, `oauth = { token_url = "https://x", client_id = "x", client_secret_wo = "x" }`), true, "conflicts with oauth"},
		"authorization":    {token(w, 1, `headers = { Authorization = "Bearer x" }`), true, "must not be set here"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			resource.UnitTest(t, resource.TestCase{
				ProtoV6ProviderFactories: acctest.Factories(),
				Steps:                    []resource.TestStep{{Config: target(w, name, test.scim), PlanOnly: test.plan, ExpectError: words(test.want)}},
			})
		})
	}
}
