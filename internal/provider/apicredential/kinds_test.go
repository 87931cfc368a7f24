package apicredential_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/personio-community/terraform-provider-personio/internal/acctest/gatewayfake"
	"github.com/personio-community/terraform-provider-personio/internal/acctest/tfproto"
	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
)

// reset is the body of a rotation that replaces the client id.
const reset = `{"rotation_overlap":"24h","reset_client_id":true}`

func TestResetByVersion(t *testing.T) {
	t.Parallel()
	p, fake := start(t)
	config := production.With(tfproto.Values{"client_id_version": int64(1), "secret_version": int64(1)})
	object := apply(t, p, nil, config)
	id, seen := text(t, object, "id"), map[string]bool{text(t, object, "client_id"): true, text(t, object, "client_secret"): true}
	rotate := "POST " + collectionPath + "/" + id + "/rotate"
	fake.Calls()
	for _, step := range []struct {
		name   string
		change tfproto.Values
	}{
		{"up", tfproto.Values{"client_id_version": int64(2)}},
		{"down, with a new secret_version", tfproto.Values{"client_id_version": int64(1), "secret_version": int64(2)}},
		{"removed", tfproto.Values{"client_id_version": nil}},
		{"set again", tfproto.Values{"client_id_version": int64(7)}},
	} {
		config = config.With(step.change)
		planned := plan(t, p, object, config)
		if planned.Values["client_id"] != any(tfproto.Unknown) || planned.Values["client_secret"] != any(tfproto.Unknown) || planned.Values["id"] != id || len(planned.Replaces) > 0 {
			t.Errorf("%s: planned %v, replaces %v", step.name, planned.Values, planned.Replaces)
		}
		object = apply(t, p, object, config)
		wantWrites(t, fake, gatewayfake.Call{Route: rotate, Body: reset})
		for _, attribute := range []string{"client_id", "client_secret"} {
			if value := text(t, object, attribute); seen[value] {
				t.Errorf("%s: %s is an old one", step.name, attribute)
			} else {
				seen[value] = true
			}
		}
		wantConverged(t, fake, object, config)
	}
	// A rotation alone keeps the client id.
	planned := plan(t, p, object, config.With(tfproto.Values{"secret_version": int64(3)}))
	if planned.Values["client_id"] != object.Values["client_id"] || planned.Values["client_secret"] != any(tfproto.Unknown) {
		t.Errorf("planned %v", planned.Values)
	}
	if planned := plan(t, p, object, config.With(tfproto.Values{"client_id_version": tfproto.Unknown})); planned.Values["client_id"] != any(tfproto.Unknown) {
		t.Error("a version that is not known yet may reset")
	}
}

// A refused reset leaves its trigger for the next apply, and what was changed
// before it stays changed.
func TestRefusedReset(t *testing.T) {
	t.Parallel()
	p, fake := start(t)
	before := production.With(tfproto.Values{"client_id_version": int64(1)})
	after := before.With(tfproto.Values{"client_id_version": int64(2), "name": "renamed"})
	object := apply(t, p, nil, before)
	rotate := "POST " + collectionPath + "/" + text(t, object, "id") + "/rotate"
	fake.Script(rotate, gatewayfake.Finding(http.StatusUnprocessableEntity, gatewayapi.KindInvalid, "Invalid value", "Not today.",
		map[string]string{gatewayapi.MetaPointer: "/reset_client_id"}))
	half, diags := p.Apply(credentialType, plan(t, p, object, after))
	wantParts(t, diags.Errors(), `AttributeName("client_id_version")`, `Could not rotate the secret of API credential "renamed"`, "Not today.")
	if half.Values["name"] != "renamed" || half.Values["client_id_version"] != int64(1) || half.Values["client_id"] != object.Values["client_id"] || half.Values["client_secret"] != object.Values["client_secret"] {
		t.Errorf("state after a refused reset: %v", half.Values)
	}
	fake.Calls()
	whole := apply(t, p, half, after)
	wantWrites(t, fake, gatewayfake.Call{Route: rotate, Body: reset})
	if whole.Values["client_id"] == object.Values["client_id"] || whole.Values["client_id_version"] != int64(2) {
		t.Errorf("final state: %v", whole.Values)
	}
	wantConverged(t, fake, whole, after)
}

func TestResetWithOwnSecret(t *testing.T) {
	t.Parallel()
	p, fake := start(t)
	config := production.With(tfproto.Values{"client_id_version": int64(1), "client_secret_wo": ownSecret, "client_secret_wo_version": int64(1)})
	object := apply(t, p, nil, config)
	fake.Calls()
	const refusal = "A reset of the client id needs a new client_secret_wo"
	for name, change := range map[string]tfproto.Values{
		"the same value":       {},
		"another value":        {"client_secret_wo": otherSecret},
		"no value any more":    {"client_secret_wo": nil},
		"no version any more":  {"client_secret_wo_version": nil},
		"a value not known":    {"client_secret_wo": tfproto.Unknown},
		"the version removed":  {"client_id_version": nil},
		"a value and no known": {"client_secret_wo": otherSecret, "client_id_version": int64(9)},
	} {
		_, diags := p.Plan(credentialType, object, config.With(tfproto.Values{"client_id_version": int64(2)}).With(change))
		if !strings.Contains(diags.Errors(), refusal) || !strings.Contains(diags.Errors(), "client_id_version") {
			t.Errorf("%s: %q", name, diags.Errors())
		}
	}
	_, diags := p.Plan(credentialType, object, config.With(tfproto.Values{"client_id_version": int64(2), "client_secret_wo": nil, "client_secret_wo_version": int64(2)}))
	wantParts(t, diags.Errors(), "client_secret_wo_version changes, but there is no client_secret_wo")
	if calls := fake.Writes(); len(calls) > 0 {
		t.Errorf("plans called the gateway: %v", calls)
	}

	config = config.With(tfproto.Values{"client_id_version": int64(2), "client_secret_wo": otherSecret, "client_secret_wo_version": int64(2)})
	planned := plan(t, p, object, config)
	if planned.Values["client_id"] != any(tfproto.Unknown) || planned.Values["client_secret"] != nil {
		t.Errorf("planned %v", planned.Values)
	}
	was := text(t, object, "client_id")
	object = apply(t, p, object, config)
	wantWrites(t, fake, gatewayfake.Call{
		Route: "POST " + collectionPath + "/" + text(t, object, "id") + "/rotate",
		Body:  `{"rotation_overlap":"24h","client_secret":"` + otherSecret + `","reset_client_id":true}`,
	})
	if text(t, object, "client_id") == was || object.Values["client_secret"] != nil {
		t.Errorf("state: %v", object.Values)
	}
	wantConverged(t, fake, object, config)

	// Back to a secret of the gateway's: nothing of one's own is asked for.
	config = production.With(tfproto.Values{"client_id_version": int64(3)})
	object = apply(t, p, object, config)
	text(t, object, "client_secret")
	wantConverged(t, fake, object, config)

	// And to a secret of one's own again, which needs its version too.
	config = production.With(tfproto.Values{"client_id_version": int64(4), "client_secret_wo": ownSecret})
	_, diags = p.Plan(credentialType, object, config)
	wantParts(t, diags.Errors(), refusal)
	wantConverged(t, fake, apply(t, p, object, config.With(tfproto.Values{"client_secret_wo_version": int64(1)})), config.With(tfproto.Values{"client_secret_wo_version": int64(1)}))
}

// The first client_id_version after an import disturbs no client, alone or with a
// secret_version, and ends the adoption of both.
func TestImportAdoptsTheClientIDVersion(t *testing.T) {
	t.Parallel()
	for name, first := range map[string]tfproto.Values{
		"alone":                 {"client_id_version": int64(5)},
		"with a secret_version": {"client_id_version": int64(5), "secret_version": int64(3)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, fake := start(t)
			id := fake.AddCredential(gatewayapi.APICredential{CustomIntegrationID: integrationID, Name: "reporting-prod", Enabled: true})
			object, diags := p.Import(credentialType, id, "")
			wantNoErrors(t, "import", diags)
			p, object, _ = refresh(t, fake, object)
			fake.Calls()
			was := text(t, object, "client_id")
			config := production.With(first)
			object = apply(t, p, object, config)
			wantWrites(t, fake)
			if object.Values["client_id"] != was || object.Values["client_secret"] != nil {
				t.Errorf("after the adoption: %v", object.Values)
			}
			wantConverged(t, fake, object, config)
			fake.Calls()
			config = config.With(tfproto.Values{"secret_version": int64(4)})
			object = apply(t, p, object, config)
			wantWrites(t, fake, gatewayfake.Call{Route: "POST " + collectionPath + "/" + id + "/rotate", Body: `{"rotation_overlap":"24h"}`})
			config = config.With(tfproto.Values{"client_id_version": int64(6)})
			object = apply(t, p, object, config)
			wantWrites(t, fake, gatewayfake.Call{Route: "POST " + collectionPath + "/" + id + "/rotate", Body: reset})
			wantConverged(t, fake, object, config)
		})
	}
}

// The client id that somebody reset outside is the new one from the next read on.
func TestResetBySomebodyElse(t *testing.T) {
	t.Parallel()
	p, fake := start(t)
	object := apply(t, p, nil, production)
	fake.ChangeCredential(text(t, object, "id"), func(o *gatewayapi.APICredential) { o.SecretID, o.ClientID = "reset-in-the-shell", "papi-of-the-shell" })
	_, object, diags := refresh(t, fake, object)
	wantParts(t, diags.Warnings(), "rotated outside Terraform")
	if object.Values["client_id"] != "papi-of-the-shell" || object.Values["client_secret"] != nil {
		t.Errorf("read: %v", object.Values)
	}
	wantConverged(t, fake, object, production)
}

func TestRecruiting(t *testing.T) {
	t.Parallel()
	p, fake := start(t)
	config := production.With(tfproto.Values{"kind": "recruiting", "secret_version": int64(1)})
	planned := plan(t, p, nil, config)
	if planned.Values["client_id"] != nil || planned.Values["company_id"] != any(tfproto.Unknown) || planned.Values["client_secret"] != any(tfproto.Unknown) {
		t.Errorf("planned %v", planned.Values)
	}
	if other := plan(t, p, nil, production); other.Values["client_id"] != any(tfproto.Unknown) || other.Values["company_id"] != nil {
		t.Errorf("planned of kind personnel: %v", other.Values)
	}
	if either := plan(t, p, nil, production.With(tfproto.Values{"kind": tfproto.Unknown})); either.Values["client_id"] != any(tfproto.Unknown) || either.Values["company_id"] != any(tfproto.Unknown) {
		t.Errorf("planned of a kind that is not known yet: %v", either.Values)
	}
	object := apply(t, p, nil, config)
	wantWrites(t, fake, gatewayfake.Call{
		Route: "POST " + collectionPath, Body: `{"custom_integration_id":"` + integrationID + `","name":"reporting-prod","kind":"recruiting","enabled":true}`,
	})
	if object.Values["client_id"] != nil || object.Values["company_id"] != gatewayfake.CompanyID {
		t.Errorf("state: %v", object.Values)
	}
	first := text(t, object, "client_secret")
	wantConverged(t, fake, object, config)

	fake.Calls()
	config = config.With(tfproto.Values{"secret_version": int64(2), "name": "renamed"})
	planned = plan(t, p, object, config)
	if planned.Values["client_id"] != nil || planned.Values["company_id"] != gatewayfake.CompanyID {
		t.Errorf("a rotation plans %v", planned.Values)
	}
	object = apply(t, p, object, config)
	id := text(t, object, "id")
	wantWrites(t, fake, gatewayfake.Call{Route: "PATCH " + collectionPath + "/" + id, Body: `{"name":"renamed"}`},
		gatewayfake.Call{Route: "POST " + collectionPath + "/" + id + "/rotate", Body: `{"rotation_overlap":"24h"}`})
	if text(t, object, "client_secret") == first {
		t.Error("the token is the old one")
	}
	wantConverged(t, fake, object, config)

	// There is no id to reset: no version of it, whether set with or after the kind.
	const refusal = "A recruiting credential has no client id to reset"
	wantParts(t, p.Validate(credentialType, config.With(tfproto.Values{"client_id_version": int64(1)})).Errors(), refusal, "client_id_version")
	_, diags := p.Plan(credentialType, object, config.With(tfproto.Values{"client_id_version": int64(1)}))
	wantParts(t, diags.Errors(), refusal)
	for name, change := range map[string]tfproto.Values{
		"a version not known": {"client_id_version": tfproto.Unknown},
		"a kind not known":    {"client_id_version": int64(1), "kind": tfproto.Unknown},
	} {
		if errors := p.Validate(credentialType, config.With(change)).Errors(); errors != "" {
			t.Errorf("%s: %s", name, errors)
		}
	}

	// Another kind is another credential.
	if planned := plan(t, p, object, production); len(planned.Replaces) != 1 || planned.Values["client_id"] != any(tfproto.Unknown) || planned.Values["company_id"] != nil {
		t.Errorf("planned %v, replaces %v", planned.Values, planned.Replaces)
	}
}

func TestImportOfRecruiting(t *testing.T) {
	t.Parallel()
	p, fake := start(t)
	id := fake.AddCredential(gatewayapi.APICredential{CustomIntegrationID: integrationID, Name: "careers", Kind: gatewayapi.KindRecruiting, Enabled: true})
	object, diags := p.Import(credentialType, id, "")
	wantNoErrors(t, "import", diags)
	_, object, _ = refresh(t, fake, object)
	if object.Values["kind"] != "recruiting" || object.Values["client_id"] != nil || object.Values["company_id"] != gatewayfake.CompanyID {
		t.Errorf("imported: %v", object.Values)
	}
	wantConverged(t, fake, object, production.With(tfproto.Values{"name": "careers", "kind": "recruiting"}))
}

// Requests go on without Terraform: a plan promises their number only where it
// makes no call.
func TestRequestsOfTheLastDay(t *testing.T) {
	t.Parallel()
	p, fake := start(t)
	object := apply(t, p, nil, production)
	if object.Values["requests_last_24_hours"] != int64(0) {
		t.Errorf("new: %v", object.Values["requests_last_24_hours"])
	}
	fake.ChangeCredential(text(t, object, "id"), func(o *gatewayapi.APICredential) { o.RequestsLast24Hours = 4711 })
	p, object, _ = refresh(t, fake, object)
	if object.Values["requests_last_24_hours"] != int64(4711) {
		t.Errorf("read: %v", object.Values["requests_last_24_hours"])
	}
	wantConverged(t, fake, object, production)
	planned := plan(t, p, object, production.With(tfproto.Values{"name": "renamed"}))
	if planned.Values["requests_last_24_hours"] != any(tfproto.Unknown) {
		t.Errorf("planned: %v", planned.Values["requests_last_24_hours"])
	}
	if diff := cmp.Diff(object.Values["client_id"], planned.Values["client_id"]); diff != "" {
		t.Errorf("a rename moves the client id:\n%s", diff)
	}
}
