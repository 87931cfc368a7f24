package customintegration_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/personio-community/terraform-provider-personio/internal/acctest"
	"github.com/personio-community/terraform-provider-personio/internal/acctest/gatewayfake"
	"github.com/personio-community/terraform-provider-personio/internal/acctest/tfproto"
	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
)

const (
	integrationType = "personio_custom_integration"
	collectionPath  = gatewayapi.PathCustomIntegrations
)

// reporting is a configuration.
var reporting = tfproto.Values{
	"name":                "Reporting",
	"scopes":              []any{"personio:persons:read"},
	"readable_attributes": []any{"first_name"},
}

// archive is one that opens reports and documents.
var archive = tfproto.Values{
	"name":                  "Archive",
	"scopes":                []any{"reports.custom:read", "documents:read"},
	"report_ids":            []any{"7"},
	"document_category_ids": []any{"2101"},
}

// apply plans and applies, and wants no errors.
func apply(t *testing.T, p *tfproto.Provider, prior *tfproto.Object, config tfproto.Values) *tfproto.Object {
	t.Helper()
	planned, diags := p.Plan(integrationType, prior, config)
	wantNoErrors(t, "plan", diags)
	object, diags := p.Apply(integrationType, planned)
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

// wantNothingPlanned wants that a plan leaves the object as it is.
func wantNothingPlanned(t *testing.T, p *tfproto.Provider, object *tfproto.Object, config tfproto.Values) {
	t.Helper()
	planned, diags := p.Plan(integrationType, object, config)
	wantNoErrors(t, "plan", diags)
	if diff := cmp.Diff(object.Values, planned.Values); diff != "" {
		t.Errorf("the plan is not empty:\n%s", diff)
	}
}

func TestUpdateSendsOnlyWhatChanged(t *testing.T) {
	t.Parallel()
	p, fake := acctest.FakeProvider(t)
	object := apply(t, p, nil, reporting)
	id, _ := object.Values["id"].(string)
	if object.Identity != id {
		t.Errorf("identity %q, id %q", object.Identity, id)
	}
	fake.Calls()
	config := reporting
	revision := lastRevision(t, fake, id)
	for _, step := range []struct {
		name   string
		change tfproto.Values
		body   string
	}{
		{"name", tfproto.Values{"name": "Controlling"}, `{"name":"Controlling"}`},
		{"description", tfproto.Values{"description": "For the board"}, `{"description":"For the board"}`},
		{"description removed", tfproto.Values{"description": nil}, `{"description":""}`},
		{"enabled", tfproto.Values{"enabled": false}, `{"enabled":false}`},
		{"scopes", tfproto.Values{"scopes": []any{"personio:persons:write", "employees:read"}}, `{"scopes":["employees:read","personio:persons:write"]}`},
		{"writable", tfproto.Values{"writable_attributes": []any{"position"}}, `{"writable_attributes":["position"]}`},
		{"writable removed", tfproto.Values{"writable_attributes": nil}, `{"writable_attributes":[]}`},
		{"report ids", tfproto.Values{"scopes": []any{"reports.custom:read", "documents:write"}, "readable_attributes": nil, "report_ids": []any{"b 7", "a"}}, `{"scopes":["documents:write","reports.custom:read"],"readable_attributes":[],"report_ids":["a","b 7"]}`},
		{"report ids changed", tfproto.Values{"report_ids": []any{"c"}}, `{"report_ids":["c"]}`},
		{"report ids removed", tfproto.Values{"report_ids": nil}, `{"report_ids":[]}`},
		{"category ids", tfproto.Values{"document_category_ids": []any{"2102", "2101"}}, `{"document_category_ids":["2101","2102"]}`},
		{"category ids emptied", tfproto.Values{"document_category_ids": []any{}}, `{"document_category_ids":[]}`},
		{"scopes again", tfproto.Values{"scopes": []any{"employees:read"}}, `{"scopes":["employees:read"]}`},
		{"all", tfproto.Values{"all_attributes": true, "readable_attributes": []any{}}, `{"all_attributes":true}`},
	} {
		config = config.With(step.change)
		object = apply(t, p, object, config)
		writes := fake.Writes()
		want := []gatewayfake.Call{{Route: "PATCH " + collectionPath + "/" + id, Body: step.body, IfMatch: revision, UserAgent: writes[0].UserAgent}}
		if diff := cmp.Diff(want, writes); diff != "" {
			t.Fatalf("%s: calls (-want +got):\n%s", step.name, diff)
		}
		refreshed, diags := p.Read(integrationType, object)
		wantNoErrors(t, "read", diags)
		wantNothingPlanned(t, p, refreshed, config)
		got, _ := refreshed.Values["name"].(string)
		if got != config["name"] {
			t.Errorf("%s: name %q", step.name, got)
		}
		revision = lastRevision(t, fake, id)
	}
	// Terraform alone knows force_destroy: no call.
	fake.Calls()
	object = apply(t, p, object, config.With(tfproto.Values{"force_destroy": true}))
	if calls := fake.Calls(); len(calls) > 0 || object.Values["force_destroy"] != true {
		t.Errorf("calls for force_destroy: %v, state %v", calls, object.Values["force_destroy"])
	}
}

// lastRevision is the revision that the fake has now.
func lastRevision(t *testing.T, fake *gatewayfake.Server, id string) (revision string) {
	t.Helper()
	for _, o := range fake.Integrations() {
		if o.ID == id {
			return o.Revision
		}
	}
	t.Fatalf("%s is gone", id)
	return ""
}

func TestUpdatePlanMarksOnlyWhatMoves(t *testing.T) {
	t.Parallel()
	p, _ := acctest.FakeProvider(t)
	object := apply(t, p, nil, reporting)
	for name, test := range map[string]struct {
		change  tfproto.Values
		unknown []string
	}{
		"description":  {tfproto.Values{"description": "x"}, []string{"status", "updated_at", "last_used_at"}},
		"force":        {tfproto.Values{"force_destroy": true}, nil},
		"unknown name": {tfproto.Values{"name": tfproto.Unknown}, []string{"name", "status", "updated_at", "last_used_at"}},
		"report ids":   {tfproto.Values{"scopes": []any{"personio:persons:read", "reports.custom:read"}, "report_ids": []any{tfproto.Unknown}}, []string{"status", "updated_at", "last_used_at"}},
		"unknown set":  {tfproto.Values{"scopes": tfproto.Unknown}, []string{"scopes", "status", "updated_at", "last_used_at"}},
	} {
		planned, diags := p.Plan(integrationType, object, reporting.With(test.change))
		wantNoErrors(t, name, diags)
		unknown := map[string]bool{}
		for attribute, value := range planned.Values {
			if value == any(tfproto.Unknown) {
				unknown[attribute] = true
			}
		}
		want := map[string]bool{}
		for _, attribute := range test.unknown {
			want[attribute] = true
		}
		if diff := cmp.Diff(want, unknown); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		if len(planned.Replaces) > 0 {
			t.Errorf("%s: replaces %v", name, planned.Replaces)
		}
	}
}

func TestReadOfWhatIsGone(t *testing.T) {
	t.Parallel()
	p, fake := acctest.FakeProvider(t)
	object := apply(t, p, nil, reporting)
	fake.RemoveAll()
	// A state that an older Terraform wrote has no identity.
	object.Identity = ""
	p = acctest.Reconnect(t, fake)
	read, diags := p.Read(integrationType, object)
	wantNoErrors(t, "read", diags)
	if read != nil {
		t.Errorf("still there: %v", read)
	}
	wantParts(t, diags.Warnings(), `Custom integration "Reporting" is gone`, object.Values["id"].(string))

	_, diags = p.Apply(integrationType, mustPlan(t, p, object, reporting.With(tfproto.Values{"name": "x"})))
	wantParts(t, diags.Errors(), `Could not update custom integration "Reporting"`, "deleted outside Terraform", "HTTP status 404", "trace-of-the-fake")
	_, diags = p.Apply(integrationType, mustPlan(t, p, object, nil))
	wantNoErrors(t, "delete of what is gone", diags)
}

func mustPlan(t *testing.T, p *tfproto.Provider, prior *tfproto.Object, config tfproto.Values) tfproto.Planned {
	t.Helper()
	planned, diags := p.Plan(integrationType, prior, config)
	wantNoErrors(t, "plan", diags)
	return planned
}

func TestRefusedUpdateKeepsTheState(t *testing.T) {
	t.Parallel()
	p, fake := acctest.FakeProvider(t)
	object := apply(t, p, nil, reporting)
	id, _ := object.Values["id"].(string)
	planned := mustPlan(t, p, object, reporting.With(tfproto.Values{"name": "Controlling"}))
	fake.ChangeIntegration(id, func(o *gatewayapi.CustomIntegration) { o.Description = "by somebody else" })
	after, diags := p.Apply(integrationType, planned)
	wantParts(t, diags.Errors(), "Somebody else changed it", "HTTP status 412")
	if diff := cmp.Diff(object.Values, after.Values); diff != "" {
		t.Errorf("state after a refused update:\n%s", diff)
	}
	if got := fake.Integrations()[0]; got.Name != "Reporting" || got.Description != "by somebody else" {
		t.Errorf("overwritten: %+v", got)
	}
	// Refresh, plan, apply: as the diagnostic says.
	p = acctest.Reconnect(t, fake)
	refreshed, diags := p.Read(integrationType, after)
	wantNoErrors(t, "read", diags)
	final := apply(t, p, refreshed, reporting.With(tfproto.Values{"name": "Controlling"}))
	if final.Values["name"] != "Controlling" || final.Values["description"] != "" {
		t.Errorf("final state: %v", final.Values)
	}
}

func TestDroppedAttributeIsItsOwnError(t *testing.T) {
	t.Parallel()
	p, fake := acctest.FakeProvider(t)
	fake.DropDescriptions()
	planned := mustPlan(t, p, nil, archive.With(tfproto.Values{"description": "lost on the way"}))
	object, diags := p.Apply(integrationType, planned)
	wantParts(t, diags.Errors(), "The server did not keep description", "did not keep report_ids", "did not keep document_category_ids", "Archive")
	if object == nil || object.Values["id"] == nil {
		t.Error("what was made must reach the state")
	}
}

func TestWarnsWhenTheGatewayMayDoLess(t *testing.T) {
	t.Parallel()
	p, fake := acctest.FakeProvider(t)
	object := apply(t, p, nil, reporting)
	fake.ChangeIntegration(object.Values["id"].(string), func(o *gatewayapi.CustomIntegration) {
		o.UnavailableScopes = []string{"personio:persons:read"}
		o.UnavailableAttributes = []string{"first_name"}
	})
	p = acctest.Reconnect(t, fake)
	read, diags := p.Read(integrationType, object)
	wantNoErrors(t, "read", diags)
	wantParts(t, diags.Warnings(), `"Reporting" lists more than the gateway may do`, "personio:persons:read", "first_name")
	wantNothingPlanned(t, p, read, reporting)
}

// What the gateway finds wrong with an id is told at the list that holds it.
func TestRefusedIDIsToldAtItsList(t *testing.T) {
	t.Parallel()
	p, fake := acctest.FakeProvider(t)
	fake.Script("POST "+collectionPath, gatewayfake.Finding(http.StatusUnprocessableEntity, gatewayapi.KindInvalid, "Invalid value", "Not this one.",
		map[string]string{gatewayapi.MetaPointer: "/document_category_ids/0"}))
	_, diags := p.Apply(integrationType, mustPlan(t, p, nil, archive))
	wantParts(t, diags.Errors(), "Not this one.", `AttributeName("document_category_ids")`)
}

func TestAllAttributesWarnsWhenItIsTurnedOn(t *testing.T) {
	t.Parallel()
	p, _ := acctest.FakeProvider(t)
	open := tfproto.Values{"name": "Reporting", "scopes": []any{"employees:read"}, "all_attributes": true}
	planned, diags := p.Plan(integrationType, nil, open)
	wantParts(t, diags.Warnings(), "all_attributes", `"Reporting" will read every employee attribute`)
	object, diags := p.Apply(integrationType, planned)
	wantNoErrors(t, "apply", diags)
	for name, config := range map[string]tfproto.Values{"nothing": open, "another change": open.With(tfproto.Values{"description": "x"}), "destroy": nil} {
		if _, diags := p.Plan(integrationType, object, config); diags.Warnings() != "" {
			t.Errorf("%s: %s", name, diags.Warnings())
		}
	}
}

func TestValidateConfig(t *testing.T) {
	t.Parallel()
	p, fake := acctest.FakeProvider(t)
	for name, test := range map[string]struct {
		change tfproto.Values
		want   []string // parts of the errors; none: valid
	}{
		"as it is":               {nil, nil},
		"no scopes":              {tfproto.Values{"scopes": []any{}, "readable_attributes": nil}, nil},
		"unknown scopes":         {tfproto.Values{"scopes": tfproto.Unknown}, nil},
		"an unknown scope":       {tfproto.Values{"scopes": []any{tfproto.Unknown}}, nil},
		"unknown attributes":     {tfproto.Values{"scopes": []any{}, "readable_attributes": tfproto.Unknown}, nil},
		"unknown all":            {tfproto.Values{"all_attributes": tfproto.Unknown}, nil},
		"everything unknown":     {tfproto.Values{"name": tfproto.Unknown, "scopes": tfproto.Unknown, "readable_attributes": tfproto.Unknown, "all_attributes": tfproto.Unknown}, nil},
		"legacy scope":           {tfproto.Values{"scopes": []any{"employees:read"}}, nil},
		"misspelled scope":       {tfproto.Values{"scopes": []any{"employees:reed"}}, []string{"scopes", `Did you mean "employees:read"`}},
		"null scope":             {tfproto.Values{"scopes": []any{"employees:read", nil}}, []string{"scopes"}},
		"gateway scope":          {tfproto.Values{"scopes": []any{"gateway:api-credentials:read"}}, []string{"never hold"}},
		"scope twice":            {tfproto.Values{"scopes": []any{"employees:read", "personio:persons:read"}}, []string{"Scope listed twice"}},
		"misspelled attribute":   {tfproto.Values{"readable_attributes": []any{"fist_name"}}, []string{"readable_attributes", `"first_name"`}},
		"misspelled writable":    {tfproto.Values{"writable_attributes": []any{"positionn"}}, []string{"writable_attributes", `"position"`}},
		"readable without scope": {tfproto.Values{"scopes": []any{"documents:read"}}, []string{"readable_attributes without the scope", `"employees:read"`}},
		"all without scope":      {tfproto.Values{"scopes": []any{}, "readable_attributes": nil, "all_attributes": true}, []string{"all_attributes without the scope"}},
		"writable without scope": {tfproto.Values{"writable_attributes": []any{"position"}}, []string{"writable_attributes without the scope", `"personio:persons:write"`}},
		"reports":                {tfproto.Values{"scopes": []any{"personio:persons:read", "reports.custom:read"}, "report_ids": []any{"any text"}}, nil},
		"reports without scope":  {tfproto.Values{"report_ids": []any{"7"}}, []string{"report_ids without the scope", `"reports.custom:read"`}},
		"reports, all, no scope": {tfproto.Values{"readable_attributes": nil, "all_attributes": true, "report_ids": []any{"7"}}, []string{"report_ids without the scope"}},
		"no reports, no scope":   {tfproto.Values{"report_ids": []any{}, "document_category_ids": []any{}}, nil},
		"unknown reports":        {tfproto.Values{"report_ids": tfproto.Unknown, "document_category_ids": tfproto.Unknown}, nil},
		"an unknown report":      {tfproto.Values{"report_ids": []any{tfproto.Unknown}}, []string{"report_ids without the scope"}},
		"reports, scopes open":   {tfproto.Values{"scopes": tfproto.Unknown, "report_ids": []any{"7"}, "document_category_ids": []any{"7"}}, nil},
		"empty report id":        {tfproto.Values{"scopes": []any{"employees:read", "reports.custom:read"}, "report_ids": []any{""}}, []string{"report_ids"}},
		"null report id":         {tfproto.Values{"scopes": []any{"employees:read", "reports.custom:read"}, "report_ids": []any{nil}}, []string{"report_ids"}},
		"categories to read":     {tfproto.Values{"scopes": []any{"employees:read", "documents:read"}, "document_category_ids": []any{"2101"}}, nil},
		"categories to write":    {tfproto.Values{"scopes": []any{"employees:read", "documents:write"}, "document_category_ids": []any{"2101"}}, nil},
		"categories, no scope":   {tfproto.Values{"document_category_ids": []any{"2101"}}, []string{"document_category_ids without the scope", `"documents:read" or "documents:write"`}},
		"empty category id":      {tfproto.Values{"scopes": []any{"employees:read", "documents:read"}, "document_category_ids": []any{""}}, []string{"document_category_ids"}},
		"all and some":           {tfproto.Values{"all_attributes": true}, []string{"readable_attributes conflicts with all_attributes"}},
		"all and none":           {tfproto.Values{"all_attributes": true, "readable_attributes": []any{}}, nil},
		"empty name":             {tfproto.Values{"name": ""}, []string{"name"}},
		"long name":              {tfproto.Values{"name": strings.Repeat("ü", 256)}, []string{"name"}},
		"name of 255 umlauts":    {tfproto.Values{"name": strings.Repeat("ü", 255)}, nil},
	} {
		text := p.Validate(integrationType, reporting.With(test.change)).Errors()
		if (text == "") != (test.want == nil) {
			t.Errorf("%s: errors: %q", name, text)
			continue
		}
		wantParts(t, text, test.want...)
	}
	if calls := fake.Calls(); len(calls) > 0 || fake.Tokens() > 0 {
		t.Errorf("validation called the gateway: %v", calls)
	}
}

func TestImport(t *testing.T) {
	t.Parallel()
	p, fake := acctest.FakeProvider(t)
	id := fake.AddIntegration(gatewayapi.CustomIntegration{
		Name: "Reporting", Enabled: true, Scopes: []string{"personio:persons:read"}, ReadableAttributes: []string{"first_name"},
	})
	for name, by := range map[string]struct{ id, identity string }{"id": {id: id}, "identity": {identity: id}} {
		imported, diags := p.Import(integrationType, by.id, by.identity)
		wantNoErrors(t, name, diags)
		read, diags := p.Read(integrationType, imported)
		wantNoErrors(t, name, diags)
		if read.Identity != id {
			t.Errorf("%s: identity %q", name, read.Identity)
		}
		wantNothingPlanned(t, p, read, reporting)
	}
	imported, diags := p.Import(integrationType, "no-such-id", "")
	wantNoErrors(t, "import", diags)
	_, diags = p.Read(integrationType, imported)
	wantParts(t, diags.Errors(), "Could not import custom integration", `"no-such-id"`, "base_url")
}

func TestUnknownNameIsNotLostBetweenPlanAndApply(t *testing.T) {
	t.Parallel()
	p, _ := acctest.FakeProvider(t)
	planned := mustPlan(t, p, nil, tfproto.Values{"name": tfproto.Unknown, "scopes": tfproto.Unknown})
	if planned.Values["name"] != any(tfproto.Unknown) {
		t.Errorf("planned name: %v", planned.Values["name"])
	}
	object := apply(t, p, nil, reporting)
	wantNothingPlanned(t, p, object, reporting)
}

func TestDeleteInUse(t *testing.T) {
	t.Parallel()
	p, fake := acctest.FakeProvider(t)
	object := apply(t, p, nil, reporting)
	id, _ := object.Values["id"].(string)
	route := "DELETE " + collectionPath + "/" + id
	fake.Script(route, gatewayfake.Finding(http.StatusConflict, gatewayapi.KindInUse, "Still in use", "It has 2 API credentials.", nil))
	after, diags := p.Apply(integrationType, mustPlan(t, p, object, nil))
	wantParts(t, diags.Errors(), "It has 2 API credentials.", "force_destroy = true")
	if after == nil {
		t.Fatal("a refused destroy must keep the state")
	}
	fake.Calls()
	forced := apply(t, p, object, reporting.With(tfproto.Values{"force_destroy": true}))
	gone, diags := p.Apply(integrationType, mustPlan(t, p, forced, nil))
	wantNoErrors(t, "forced destroy", diags)
	writes := fake.Writes()
	if gone != nil || len(writes) != 1 || writes[0].Route != route || writes[0].Query != "force_destroy=true" {
		t.Errorf("forced destroy: %v, calls %v", gone, writes)
	}
}
