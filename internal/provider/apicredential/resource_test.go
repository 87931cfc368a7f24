package apicredential_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/personio-community/terraform-provider-personio/internal/acctest"
	"github.com/personio-community/terraform-provider-personio/internal/acctest/gatewayfake"
	"github.com/personio-community/terraform-provider-personio/internal/acctest/tfproto"
	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
	"github.com/personio-community/terraform-provider-personio/internal/provider"
)

const (
	credentialType = "personio_api_credential"
	collectionPath = gatewayapi.PathAPICredentials
	integrationID  = "00000000-0000-4000-8000-00000000abcd"
	ownSecret      = "a-secret-of-the-user-with-enough-characters"
	otherSecret    = "another-secret-of-the-user-that-is-also-long"
)

// today is the provider's clock.
var today = time.Date(2026, 11, 2, 8, 0, 0, 0, time.UTC)

// production is a configuration.
var production = tfproto.Values{"custom_integration_id": integrationID, "name": "reporting-prod"}

func start(t *testing.T) (*tfproto.Provider, *gatewayfake.Server) {
	t.Helper()
	return acctest.FakeProvider(t, provider.WithClock(acctest.At(today)))
}

// refresh reads the object as the next run of Terraform does.
func refresh(t *testing.T, fake *gatewayfake.Server, object *tfproto.Object) (*tfproto.Provider, *tfproto.Object, tfproto.Diagnostics) {
	t.Helper()
	p := acctest.Reconnect(t, fake, provider.WithClock(acctest.At(today)))
	read, diags := p.Read(credentialType, object)
	wantNoErrors(t, "read", diags)
	return p, read, diags
}

func plan(t *testing.T, p *tfproto.Provider, prior *tfproto.Object, config tfproto.Values) tfproto.Planned {
	t.Helper()
	if config != nil {
		wantNoErrors(t, "validate", p.Validate(credentialType, config))
	}
	planned, diags := p.Plan(credentialType, prior, config)
	wantNoErrors(t, "plan", diags)
	return planned
}

func apply(t *testing.T, p *tfproto.Provider, prior *tfproto.Object, config tfproto.Values) *tfproto.Object {
	t.Helper()
	object, diags := p.Apply(credentialType, plan(t, p, prior, config))
	wantNoErrors(t, "apply", diags)
	return object
}

func wantNoErrors(t *testing.T, step string, diags tfproto.Diagnostics) {
	t.Helper()
	if text := diags.Errors(); text != "" {
		t.Fatalf("%s: %s", step, text)
	}
}

func wantParts(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("%q is missing in:\n%s", part, text)
		}
	}
}

// wantConverged wants that a refresh and a plan leave the object as it is.
func wantConverged(t *testing.T, fake *gatewayfake.Server, object *tfproto.Object, config tfproto.Values) {
	t.Helper()
	p, read, _ := refresh(t, fake, object)
	if diff := cmp.Diff(read.Values, plan(t, p, read, config).Values); diff != "" {
		t.Errorf("the plan is not empty:\n%s", diff)
	}
}

func text(t *testing.T, object *tfproto.Object, attribute string) string {
	t.Helper()
	s, ok := object.Values[attribute].(string)
	if !ok {
		t.Fatalf("%s is %v", attribute, object.Values[attribute])
	}
	return s
}

// wantWrites compares the calls that change something.
func wantWrites(t *testing.T, fake *gatewayfake.Server, want ...gatewayfake.Call) {
	t.Helper()
	got := fake.Writes()
	for i := range got {
		got[i].UserAgent, got[i].IfMatch = "", ""
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("calls (-want +got):\n%s", diff)
	}
}

func TestRotationByVersion(t *testing.T) {
	t.Parallel()
	p, fake := start(t)
	config := production.With(tfproto.Values{"secret_version": int64(1)})
	object := apply(t, p, nil, config)
	first := text(t, object, "client_secret")
	rotate := "POST " + collectionPath + "/" + text(t, object, "id") + "/rotate"
	fake.Calls()
	seen := map[string]bool{first: true}
	for _, step := range []struct {
		name    string
		version any
		overlap any
		body    string
	}{
		{"up", int64(2), nil, `{"rotation_overlap":"24h"}`},
		{"down", int64(1), "0s", `{"rotation_overlap":"0s"}`},
		{"removed", nil, "1h", `{"rotation_overlap":"1h"}`},
		{"set again", int64(7), "1h", `{"rotation_overlap":"1h"}`},
	} {
		config = config.With(tfproto.Values{"secret_version": step.version, "rotation_overlap": step.overlap})
		planned := plan(t, p, object, config)
		if planned.Values["client_secret"] != any(tfproto.Unknown) || planned.Values["client_id"] != object.Values["client_id"] {
			t.Errorf("%s: planned secret and id: %v, %v", step.name, planned.Values["client_secret"], planned.Values["client_id"])
		}
		object = apply(t, p, object, config)
		wantWrites(t, fake, gatewayfake.Call{Route: rotate, Body: step.body})
		if secret := text(t, object, "client_secret"); seen[secret] {
			t.Errorf("%s: the secret is an old one", step.name)
		} else {
			seen[secret] = true
		}
		if gone := object.Values["previous_secret_expires_at"] == nil; gone != (step.overlap == "0s") {
			t.Errorf("%s: previous secret until %v", step.name, object.Values["previous_secret_expires_at"])
		}
		wantConverged(t, fake, object, config)
	}
	// What does not rotate.
	for name, change := range map[string]tfproto.Values{
		"overlap alone": {"rotation_overlap": "48h"}, "name": {"name": "x"}, "enabled": {"enabled": false},
		"expiry": {"expires_at": "2027-01-01T00:00:00Z"},
	} {
		planned := plan(t, p, object, config.With(change))
		if planned.Values["client_secret"] != object.Values["client_secret"] {
			t.Errorf("%s moves the secret", name)
		}
	}
	if planned := plan(t, p, object, config.With(tfproto.Values{"secret_version": tfproto.Unknown})); planned.Values["client_secret"] != any(tfproto.Unknown) {
		t.Error("a version that is not known yet may rotate")
	}
	// Where no call is made, nothing is left open.
	for attribute, value := range plan(t, p, object, config.With(tfproto.Values{"rotation_overlap": "48h"})).Values {
		if value == any(tfproto.Unknown) {
			t.Errorf("%s is unknown in a plan that calls nothing", attribute)
		}
	}
	fake.Calls()
	object = apply(t, p, object, config.With(tfproto.Values{"rotation_overlap": "48h"}))
	wantWrites(t, fake)
	if object.Values["rotation_overlap"] != "48h" {
		t.Errorf("overlap in the state: %v", object.Values["rotation_overlap"])
	}
}

func TestOwnSecret(t *testing.T) {
	t.Parallel()
	p, fake := start(t)
	config := production.With(tfproto.Values{"client_secret_wo": ownSecret, "client_secret_wo_version": int64(1)})
	planned := plan(t, p, nil, config)
	if planned.Values["client_secret"] != nil || planned.Values["client_secret_wo"] != nil {
		t.Errorf("the plan holds %v and %v", planned.Values["client_secret"], planned.Values["client_secret_wo"])
	}
	object := apply(t, p, nil, config)
	wantWrites(t, fake, gatewayfake.Call{
		Route: "POST " + collectionPath,
		Body:  `{"custom_integration_id":"` + integrationID + `","name":"reporting-prod","kind":"personnel","enabled":true,"client_secret":"` + ownSecret + `"}`,
	})
	noSecret := func(step string) {
		t.Helper()
		if object.Values["client_secret"] != nil || object.Values["client_secret_wo"] != nil {
			t.Errorf("%s: the state holds %v and %v", step, object.Values["client_secret"], object.Values["client_secret_wo"])
		}
		if strings.Contains(string(object.Private), ownSecret) || strings.Contains(string(object.Private), otherSecret) {
			t.Errorf("%s: private state holds the secret", step)
		}
		wantConverged(t, fake, object, config)
	}
	noSecret("create")
	rotate := "POST " + collectionPath + "/" + text(t, object, "id") + "/rotate"

	// Another value alone cannot be seen, and another version sends it.
	fake.Calls()
	config = config.With(tfproto.Values{"client_secret_wo": otherSecret})
	object = apply(t, p, object, config)
	wantWrites(t, fake)
	config = config.With(tfproto.Values{"client_secret_wo_version": int64(2)})
	object = apply(t, p, object, config)
	wantWrites(t, fake, gatewayfake.Call{Route: rotate, Body: `{"rotation_overlap":"24h","client_secret":"` + otherSecret + `"}`})
	noSecret("rotate")

	// Later runs need not have the value, as long as the version stays.
	config = config.With(tfproto.Values{"client_secret_wo": nil})
	wantConverged(t, fake, object, config)
	_, diags := p.Plan(credentialType, object, config.With(tfproto.Values{"client_secret_wo_version": int64(3)}))
	wantParts(t, diags.Errors(), "client_secret_wo_version changes, but there is no client_secret_wo")
	if _, diags := p.Plan(credentialType, object, config.With(tfproto.Values{"client_secret_wo_version": int64(3), "client_secret_wo": tfproto.Unknown})); diags.Errors() != "" {
		t.Errorf("a value that is not known yet: %s", diags.Errors())
	}

	// Removing the version leaves the secret; a secret_version asks for one of
	// the gateway's.
	fake.Calls()
	config = production
	object = apply(t, p, object, config)
	wantWrites(t, fake)
	noSecret("version removed")
	config = production.With(tfproto.Values{"secret_version": int64(1)})
	object = apply(t, p, object, config)
	wantWrites(t, fake, gatewayfake.Call{Route: rotate, Body: `{"rotation_overlap":"24h"}`})
	text(t, object, "client_secret")
	wantConverged(t, fake, object, config)
}

func TestFromGeneratedToOwnSecret(t *testing.T) {
	t.Parallel()
	p, fake := start(t)
	object := apply(t, p, nil, production)
	text(t, object, "client_secret")
	config := production.With(tfproto.Values{"client_secret_wo": ownSecret})
	_, diags := p.Plan(credentialType, object, config)
	wantParts(t, diags.Errors(), "client_secret_wo is not sent without its version")
	fake.Calls()
	config = config.With(tfproto.Values{"client_secret_wo_version": int64(1)})
	planned := plan(t, p, object, config)
	if planned.Values["client_secret"] != nil {
		t.Errorf("planned client_secret: %v", planned.Values["client_secret"])
	}
	object = apply(t, p, object, config)
	if writes := fake.Writes(); len(writes) != 1 || object.Values["client_secret"] != nil {
		t.Errorf("calls %v, client_secret %v", writes, object.Values["client_secret"])
	}
	wantConverged(t, fake, object, config)
}

func TestUnknownOwnSecret(t *testing.T) {
	t.Parallel()
	p, _ := start(t)
	planned := plan(t, p, nil, production.With(tfproto.Values{"client_secret_wo": tfproto.Unknown}))
	if planned.Values["client_secret"] != any(tfproto.Unknown) {
		t.Errorf("planned client_secret: %v", planned.Values["client_secret"])
	}
}

func TestRotatedBySomebodyElse(t *testing.T) {
	t.Parallel()
	for name, config := range map[string]tfproto.Values{
		"with a version":    production.With(tfproto.Values{"secret_version": int64(1)}),
		"without a version": production,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, fake := start(t)
			object := apply(t, p, nil, config)
			fake.ChangeCredential(text(t, object, "id"), func(o *gatewayapi.APICredential) { o.SecretID = "rotated-in-the-shell" })
			p, object, diags := refresh(t, fake, object)
			wantParts(t, diags.Warnings(), `API credential "reporting-prod" was rotated outside Terraform`, "secret_version")
			if object.Values["client_secret"] != nil {
				t.Error("a dead secret stays in the state")
			}
			wantConverged(t, fake, object, config)
			_, _, diags = refresh(t, fake, object)
			if diags.Warnings() != "" {
				t.Errorf("warned twice: %s", diags.Warnings())
			}
			config := config.With(tfproto.Values{"secret_version": int64(2)})
			object = apply(t, p, object, config)
			text(t, object, "client_secret")
			wantConverged(t, fake, object, config)
		})
	}
}

func TestOwnSecretRotatedBySomebodyElse(t *testing.T) {
	t.Parallel()
	p, fake := start(t)
	config := production.With(tfproto.Values{"client_secret_wo": ownSecret, "client_secret_wo_version": int64(1)})
	object := apply(t, p, nil, config)
	fake.ChangeCredential(text(t, object, "id"), func(o *gatewayapi.APICredential) { o.SecretID = "rotated-in-the-shell" })
	_, object, diags := refresh(t, fake, object)
	wantParts(t, diags.Warnings(), "rotated outside Terraform", "client_secret_wo_version")
	wantConverged(t, fake, object, config)
}

func TestImport(t *testing.T) {
	t.Parallel()
	for name, byIdentity := range map[string]bool{"by id": false, "by identity": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, fake := start(t)
			id := fake.AddCredential(gatewayapi.APICredential{CustomIntegrationID: integrationID, Name: "reporting-prod", Enabled: true})
			object, diags := p.Import(credentialType, id, "")
			if byIdentity {
				object, diags = p.Import(credentialType, "", id)
			}
			wantNoErrors(t, "import", diags)
			_, object, diags = refresh(t, fake, object)
			if diags.Warnings() != "" || object.Values["client_secret"] != nil || object.Identity != id {
				t.Errorf("after the import: %v, warnings %s", object, diags.Warnings())
			}
			wantConverged(t, fake, object, production)

			// Nobody is told of a rotation of a secret that was never known.
			fake.ChangeCredential(id, func(o *gatewayapi.APICredential) { o.SecretID = "rotated-in-the-shell" })
			p, object, diags = refresh(t, fake, object)
			if diags.Warnings() != "" {
				t.Errorf("warnings: %s", diags.Warnings())
			}

			// A change of something else does not use the adoption up.
			config := production.With(tfproto.Values{"name": "renamed"})
			object = apply(t, p, object, config)
			fake.Calls()

			config = config.With(tfproto.Values{"secret_version": int64(3)})
			planned := plan(t, p, object, config)
			if planned.Values["client_secret"] != nil {
				t.Errorf("adopting plans client_secret %v", planned.Values["client_secret"])
			}
			object = apply(t, p, object, config)
			wantWrites(t, fake)
			wantConverged(t, fake, object, config)

			config = config.With(tfproto.Values{"secret_version": int64(4)})
			object = apply(t, p, object, config)
			wantWrites(t, fake, gatewayfake.Call{Route: "POST " + collectionPath + "/" + id + "/rotate", Body: `{"rotation_overlap":"24h"}`})
			text(t, object, "client_secret")
			wantConverged(t, fake, object, config)
		})
	}
}

func TestImportThenOwnSecret(t *testing.T) {
	t.Parallel()
	p, fake := start(t)
	id := fake.AddCredential(gatewayapi.APICredential{CustomIntegrationID: integrationID, Name: "reporting-prod", Enabled: true})
	object, _ := p.Import(credentialType, id, "")
	p, object, _ = refresh(t, fake, object)
	fake.Calls()
	config := production.With(tfproto.Values{"client_secret_wo": ownSecret, "client_secret_wo_version": int64(1)})
	object = apply(t, p, object, config)
	wantWrites(t, fake, gatewayfake.Call{
		Route: "POST " + collectionPath + "/" + id + "/rotate", Body: `{"rotation_overlap":"24h","client_secret":"` + ownSecret + `"}`,
	})
	wantConverged(t, fake, object, config)
	// The secret is managed now: a secret_version is no longer adopted.
	object = apply(t, p, object, production.With(tfproto.Values{"secret_version": int64(1)}))
	text(t, object, "client_secret")
}

func TestImportOfNothing(t *testing.T) {
	t.Parallel()
	p, _ := start(t)
	object, diags := p.Import(credentialType, "no-such-id", "")
	wantNoErrors(t, "import", diags)
	_, diags = p.Read(credentialType, object)
	wantParts(t, diags.Errors(), "Could not import API credential", `"no-such-id"`)
}

func TestChangeAndRotationInOneApply(t *testing.T) {
	t.Parallel()
	before := production.With(tfproto.Values{"secret_version": int64(1)})
	after := before.With(tfproto.Values{"secret_version": int64(2), "name": "renamed"})
	p, fake := start(t)
	object := apply(t, p, nil, before)
	id, secret := text(t, object, "id"), text(t, object, "client_secret")
	patch, rotate := "PATCH "+collectionPath+"/"+id, "POST "+collectionPath+"/"+id+"/rotate"
	down := gatewayfake.Finding(http.StatusServiceUnavailable, gatewayapi.KindUnavailable, "Unavailable", "Try later.", nil)

	// A refused change costs no secret.
	fake.Calls()
	fake.Script(patch, down)
	kept, diags := p.Apply(credentialType, plan(t, p, object, after))
	wantParts(t, diags.Errors(), `Could not update API credential "reporting-prod"`, "Try later.")
	wantWrites(t, fake, gatewayfake.Call{Route: patch, Body: `{"name":"renamed"}`})
	if diff := cmp.Diff(object.Values, kept.Values); diff != "" {
		t.Errorf("state after a refused change:\n%s", diff)
	}

	// A refused rotation keeps the change, and its trigger for the next apply.
	fake.Script(rotate, down)
	half, diags := p.Apply(credentialType, plan(t, p, object, after))
	wantParts(t, diags.Errors(), `Could not rotate the secret of API credential "renamed"`)
	if half.Values["name"] != "renamed" || half.Values["client_secret"] != secret || half.Values["secret_version"] != int64(1) {
		t.Errorf("state after a refused rotation: %v", half.Values)
	}

	// The next apply goes on from there, even without a refresh in between.
	fake.Calls()
	whole := apply(t, p, half, after)
	wantWrites(t, fake, gatewayfake.Call{Route: rotate, Body: `{"rotation_overlap":"24h"}`})
	if text(t, whole, "client_secret") == secret || whole.Values["secret_version"] != int64(2) {
		t.Errorf("final state: %v", whole.Values)
	}
	wantConverged(t, fake, whole, after)
}

func TestBothCallsInOneApplyUseTheRevisionOfTheirTime(t *testing.T) {
	t.Parallel()
	p, fake := start(t)
	object := apply(t, p, nil, production)
	fake.Calls()
	revision := fake.Credentials()[0].Revision
	apply(t, p, object, production.With(tfproto.Values{"name": "renamed", "secret_version": int64(1)}))
	writes := fake.Writes()
	if len(writes) != 2 || writes[0].IfMatch != revision || writes[1].IfMatch == revision || writes[1].IfMatch == "" {
		t.Errorf("calls: %v", writes)
	}
}

func TestRotationThatRacesWithAnother(t *testing.T) {
	t.Parallel()
	p, fake := start(t)
	object := apply(t, p, nil, production)
	planned := plan(t, p, object, production.With(tfproto.Values{"secret_version": int64(1)}))
	fake.ChangeCredential(text(t, object, "id"), func(o *gatewayapi.APICredential) { o.SecretID = "rotated-in-the-shell" })
	kept, diags := p.Apply(credentialType, planned)
	wantParts(t, diags.Errors(), "Somebody else changed it", "HTTP status 412")
	if kept.Values["secret_version"] != nil {
		t.Errorf("the trigger is used up: %v", kept.Values["secret_version"])
	}
}

func TestExpiry(t *testing.T) {
	t.Parallel()
	p, fake := start(t)
	for name, at := range map[string]string{"past": "2026-11-02T07:59:59Z", "now": "2026-11-02T08:00:00Z", "past elsewhere": "2026-11-02T08:30:00+01:00"} {
		_, diags := p.Plan(credentialType, nil, production.With(tfproto.Values{"expires_at": at}))
		wantParts(t, diags.Errors(), "expires_at", "expires_at has passed", at)
		if t.Failed() {
			t.Fatal(name)
		}
	}
	config := production.With(tfproto.Values{"expires_at": "2026-11-02T10:00:00+01:00"})
	object := apply(t, p, nil, config)
	if object.Values["expires_at"] != "2026-11-02T10:00:00+01:00" {
		t.Errorf("the user's way of writing is lost: %v", object.Values["expires_at"])
	}
	wantConverged(t, fake, object, config)

	// Time passes: what was set before is no error now, and can be removed.
	later := acctest.Reconnect(t, fake, provider.WithClock(acctest.At(today.Add(48*time.Hour))))
	if diff := cmp.Diff(object.Values, plan(t, later, object, config).Values); diff != "" {
		t.Errorf("the plan is not empty:\n%s", diff)
	}
	plan(t, later, object, config.With(tfproto.Values{"name": "renamed"}))
	// The same instant in other words needs no call.
	fake.Calls()
	object = apply(t, p, object, production.With(tfproto.Values{"expires_at": "2026-11-02T09:00:00Z"}))
	wantWrites(t, fake)
	object = apply(t, p, object, production)
	wantWrites(t, fake, gatewayfake.Call{Route: "PATCH " + collectionPath + "/" + text(t, object, "id"), Body: `{"expires_at":null}`})
	wantConverged(t, fake, object, production)
	if planned := plan(t, p, object, production.With(tfproto.Values{"expires_at": tfproto.Unknown})); planned.Values["expires_at"] != any(tfproto.Unknown) {
		t.Errorf("planned: %v", planned.Values["expires_at"])
	}
}

func TestReplace(t *testing.T) {
	t.Parallel()
	p, _ := start(t)
	object := apply(t, p, nil, production)
	for attribute, value := range map[string]any{
		"custom_integration_id": "00000000-0000-4000-8000-00000000ffff", "kind": "recruiting",
	} {
		planned := plan(t, p, object, production.With(tfproto.Values{attribute: value}))
		if len(planned.Replaces) != 1 || planned.Values["id"] != any(tfproto.Unknown) || planned.Values["client_secret"] != any(tfproto.Unknown) {
			t.Errorf("%s: replaces %v, id %v", attribute, planned.Replaces, planned.Values["id"])
		}
	}
	if planned := plan(t, p, object, production.With(tfproto.Values{"custom_integration_id": tfproto.Unknown})); len(planned.Replaces) != 1 {
		t.Error("an integration that is made anew replaces its credential")
	}
}

func TestReadOfWhatIsGone(t *testing.T) {
	t.Parallel()
	p, fake := start(t)
	object := apply(t, p, nil, production)
	fake.RemoveAll()
	object.Identity = "" // as an older Terraform left it
	_, diags := p.Apply(credentialType, plan(t, p, object, production.With(tfproto.Values{"name": "x"})))
	wantParts(t, diags.Errors(), "deleted outside Terraform", "plan again")
	_, diags = p.Apply(credentialType, plan(t, p, object, nil))
	wantNoErrors(t, "destroy", diags)
	_, read, diags := refresh(t, fake, object)
	wantParts(t, diags.Warnings(), `API credential "reporting-prod" is gone`, text(t, object, "id"))
	if read != nil {
		t.Errorf("still there: %v", read)
	}
}

func TestValidate(t *testing.T) {
	t.Parallel()
	p, fake := start(t)
	for name, test := range map[string]struct {
		change tfproto.Values
		want   []string
	}{
		"as it is":             {nil, nil},
		"everything unknown":   {tfproto.Values{"custom_integration_id": tfproto.Unknown, "name": tfproto.Unknown, "kind": tfproto.Unknown, "expires_at": tfproto.Unknown, "secret_version": tfproto.Unknown, "rotation_overlap": tfproto.Unknown, "client_secret_wo": tfproto.Unknown, "client_secret_wo_version": tfproto.Unknown}, nil},
		"kind":                 {tfproto.Values{"kind": "recruitment"}, []string{"kind", `Did you mean "recruiting"?`, "personnel, recruiting"}},
		"no time":              {tfproto.Values{"expires_at": "tomorrow"}, []string{"expires_at", "RFC3339"}},
		"no duration":          {tfproto.Values{"rotation_overlap": "a day"}, []string{"rotation_overlap", "uration"}},
		"overlap too long":     {tfproto.Values{"rotation_overlap": "721h"}, []string{"from 0s to 720h"}},
		"overlap negative":     {tfproto.Values{"rotation_overlap": "-1h"}, []string{"from 0s to 720h"}},
		"longest overlap":      {tfproto.Values{"rotation_overlap": "720h"}, nil},
		"both secrets":         {tfproto.Values{"client_secret_wo": ownSecret, "secret_version": int64(1)}, []string{"secret_version", "client_secret_wo"}},
		"short secret":         {tfproto.Values{"client_secret_wo": "short-secret-123456789012345678"}, []string{"client_secret_wo", "32"}},
		"shortest secret":      {tfproto.Values{"client_secret_wo": strings.Repeat("ü", 32)}, nil},
		"long secret":          {tfproto.Values{"client_secret_wo": strings.Repeat("x", 513)}, []string{"512"}},
		"empty name":           {tfproto.Values{"name": ""}, []string{"name"}},
		"empty integration id": {tfproto.Values{"custom_integration_id": ""}, []string{"custom_integration_id"}},
	} {
		text := p.Validate(credentialType, production.With(test.change)).Errors()
		if (text == "") != (test.want == nil) {
			t.Errorf("%s: errors: %q", name, text)
			continue
		}
		wantParts(t, text, test.want...)
		if strings.Contains(text, ownSecret) || strings.Contains(text, "short-secret") {
			t.Errorf("%s: the error repeats the secret", name)
		}
	}
	if calls := fake.Calls(); len(calls) > 0 {
		t.Errorf("validation called the gateway: %v", calls)
	}
	_, diags := p.Plan(credentialType, nil, production.With(tfproto.Values{"client_secret_wo_version": int64(1)}))
	wantParts(t, diags.Errors(), "there is no client_secret_wo")
}

func TestServerFindingsLandOnTheArgument(t *testing.T) {
	t.Parallel()
	p, fake := start(t)
	fake.Script("POST "+collectionPath, gatewayfake.Finding(http.StatusUnprocessableEntity, gatewayapi.KindInvalid, "Invalid value", "Too simple.",
		map[string]string{gatewayapi.MetaPointer: "/client_secret"}))
	config := production.With(tfproto.Values{"client_secret_wo": ownSecret})
	object, diags := p.Apply(credentialType, plan(t, p, nil, config))
	wantParts(t, diags.Errors(), `AttributeName("client_secret_wo")`, "Invalid value: Too simple.", "HTTP status 422", "trace-of-the-fake")
	if object != nil {
		t.Errorf("nothing was made, but the state holds %v", object.Values)
	}
	if strings.Contains(diags.Errors(), ownSecret) {
		t.Error("the error repeats the secret")
	}
}

func TestAnswerWithoutSecret(t *testing.T) {
	t.Parallel()
	p, fake := start(t)
	fake.WithholdSecrets()
	object, diags := p.Apply(credentialType, plan(t, p, nil, production))
	wantParts(t, diags.Errors(), "The gateway made no secret", "secret_version")
	if object == nil || object.Values["id"] == nil {
		t.Error("what was made must reach the state")
	}
}
