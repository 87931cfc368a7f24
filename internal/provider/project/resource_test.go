package project_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/personio-community/terraform-provider-personio/internal/acctest/tfproto"
	"github.com/personio-community/terraform-provider-personio/internal/sandbox/records"
)

// moving is a configuration, full one with every argument.
var (
	moving = tfproto.Values{"name": "Umzug"}
	full   = tfproto.Values{
		"name": "Umzug", "status": "ARCHIVED", "project_code": "U-1", "description": "nach Łódź", "start_date": "2027-01-01",
		"end_date_exclusive": "2028-01-01", "cost_center_id": "82952", "assigned_to_all": true, "billable": true, "client_name": "Kunde",
		"project_type": "intern",
	}
)

func id(object *tfproto.Object) string {
	text, _ := object.Values["id"].(string)
	return text
}

func TestCreateSendsAndReadsBack(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		config tfproto.Values
		body   string
		state  tfproto.Values
	}{
		"least": {moving, `{"name":"Umzug","status":"ACTIVE","assigned_to_all":false,"billable":false}`, tfproto.Values{
			"name": "Umzug", "status": "ACTIVE", "assigned_to_all": false, "billable": false,
		}},
		"everything": {full, `{"name":"Umzug","status":"ARCHIVED","project_code":"U-1","description":"nach Łódź","start":{"date":"2027-01-01"},` +
			`"end":{"date":"2028-01-01"},"cost_center":{"id":"82952"},"assigned_to_all":true,"billable":true,"client_name":"Kunde","project_type":"intern"}`, full},
		"of another": {
			tfproto.Values{"name": "Kisten", "parent_project_id": records.ProjectInternal},
			`{"name":"Kisten","status":"ACTIVE","parent_project":{"id":"` + records.ProjectInternal + `"}}`,
			tfproto.Values{"name": "Kisten", "status": "ACTIVE", "parent_project_id": records.ProjectInternal},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := start(t)
			p := w.provider()
			planned := mustPlan(t, p, projectType, nil, test.config)
			w.want("plan")
			if diff := cmp.Diff([]string{"id"}, unknowns(planned)); diff != "" {
				t.Errorf("unknown in the plan:\n%s", diff)
			}
			object, diags := p.Apply(projectType, planned)
			wantNoErrors(t, "apply", diags)
			w.want("apply", "POST /v2/projects "+test.body, "GET /v2/projects/"+id(object))
			want := tfproto.Values{}
			for attribute := range object.Values {
				want[attribute] = test.state[attribute]
			}
			want["id"] = id(object)
			if diff := cmp.Diff(want, object.Values); diff != "" || object.Identity != id(object) {
				t.Errorf("identity %q, state:\n%s", object.Identity, diff)
			}
			p = w.provider()
			wantNothingPlanned(t, p, projectType, mustRead(t, p, projectType, object), test.config)
		})
	}
}

func TestUpdateSendsOnlyWhatChanged(t *testing.T) {
	t.Parallel()
	w := start(t)
	p := w.provider()
	config := full
	object := apply(t, p, projectType, nil, config)
	path := "/v2/projects/" + id(object)
	for _, step := range []struct {
		change tfproto.Values
		body   string
	}{
		{tfproto.Values{"name": "Umzug 2"}, `{"name":"Umzug 2"}`},
		{tfproto.Values{"status": nil}, `{"status":"ACTIVE"}`},
		{tfproto.Values{"project_code": "U-2", "client_name": nil}, `{"project_code":"U-2","client_name":null}`},
		{tfproto.Values{"project_code": nil}, `{"project_code":null}`},
		{tfproto.Values{"description": nil}, `{"description":null}`},
		{tfproto.Values{"start_date": "2027-02-28"}, `{"start":{"date":"2027-02-28"}}`},
		{tfproto.Values{"start_date": nil, "end_date_exclusive": nil}, `{"start":null,"end":null}`},
		{tfproto.Values{"cost_center_id": "82951"}, `{"cost_center":{"id":"82951"}}`},
		{tfproto.Values{"cost_center_id": nil}, `{"cost_center":null}`},
		{tfproto.Values{"assigned_to_all": nil}, `{"assigned_to_all":false}`},
		{tfproto.Values{"billable": nil}, `{"billable":false}`},
		{tfproto.Values{"billable": true, "project_type": nil}, `{"billable":true,"project_type":null}`},
	} {
		config = config.With(step.change)
		planned := mustPlan(t, p, projectType, object, config)
		if len(planned.Replaces) > 0 || unknowns(planned) != nil {
			t.Errorf("%v: replaces %v, unknown %v", step.change, planned.Replaces, unknowns(planned))
		}
		w.made()
		var diags tfproto.Diagnostics
		object, diags = p.Apply(projectType, planned)
		wantNoErrors(t, "apply", diags)
		w.want(step.body, "PATCH "+path+" "+step.body, "GET "+path)
		object = mustRead(t, p, projectType, object)
		wantNothingPlanned(t, p, projectType, object, config)
	}
}

// What a sub-project has from its parent is the parent's to say: it plans nothing,
// and the data sources show it.
func TestSubProjectFollowsItsParent(t *testing.T) {
	t.Parallel()
	w := start(t)
	p := w.provider()
	config := tfproto.Values{"name": "Kisten", "parent_project_id": records.ProjectInternal}
	object := apply(t, p, projectType, nil, config)
	w.change(id(object), func(sub *records.Project) { sub.Billable, sub.AssignedToAll = true, true })
	p = w.provider()
	object = mustRead(t, p, projectType, object)
	wantNothingPlanned(t, p, projectType, object, config)
	planned := mustPlan(t, p, projectType, object, config.With(tfproto.Values{"name": "Kartons"}))
	w.made()
	object, diags := p.Apply(projectType, planned)
	wantNoErrors(t, "apply", diags)
	w.want("apply", `PATCH /v2/projects/`+id(object)+` {"name":"Kartons"}`, "GET /v2/projects/"+id(object))
	if object.Values["billable"] != nil || object.Values["assigned_to_all"] != nil {
		t.Errorf("state: %v", object.Values)
	}
	shown, diags := p.ReadData(projectType, tfproto.Values{"name": "Kartons"})
	wantNoErrors(t, "read", diags)
	if shown["billable"] != true || shown["assigned_to_all"] != true {
		t.Errorf("data source: %v", shown)
	}
	// Whether it will be a sub-project may be open.
	planned = mustPlan(t, p, projectType, nil, config.With(tfproto.Values{"parent_project_id": tfproto.Unknown}))
	if diff := cmp.Diff([]string{"assigned_to_all", "billable", "id", "parent_project_id"}, unknowns(planned)); diff != "" {
		t.Errorf("unknown in the plan:\n%s", diff)
	}
}

func TestConfigurationIsChecked(t *testing.T) {
	t.Parallel()
	p := start(t).provider()
	sub := func(change tfproto.Values) tfproto.Values {
		return moving.With(tfproto.Values{"parent_project_id": "1"}).With(change)
	}
	for name, test := range map[string]struct {
		config tfproto.Values
		want   []string // parts of the error; none: accepted
	}{
		"least":                 {moving, nil},
		"everything":            {full, nil},
		"one day":               {moving.With(tfproto.Values{"start_date": "2027-01-01", "end_date_exclusive": "2027-01-02"}), nil},
		"empty period":          {moving.With(tfproto.Values{"start_date": "2027-01-01", "end_date_exclusive": "2027-01-01"}), nil},
		"leap day":              {moving.With(tfproto.Values{"start_date": "2028-02-29"}), nil},
		"ends before it starts": {moving.With(tfproto.Values{"start_date": "2027-01-02", "end_date_exclusive": "2027-01-01"}), []string{"end_date_exclusive", "2027-01-02", "2027-01-01"}},
		"unknown start":         {moving.With(tfproto.Values{"start_date": tfproto.Unknown, "end_date_exclusive": "2027-01-01"}), nil},
		"unknown end":           {moving.With(tfproto.Values{"start_date": "2027-01-01", "end_date_exclusive": tfproto.Unknown}), nil},
		"no such day":           {moving.With(tfproto.Values{"start_date": "2027-02-29"}), []string{"start_date", "2027-02-29"}},
		"German day":            {moving.With(tfproto.Values{"end_date_exclusive": "31.12.2027"}), []string{"end_date_exclusive", "2027-12-31"}},
		"time":                  {moving.With(tfproto.Values{"start_date": "2027-01-01T00:00:00Z"}), []string{"start_date"}},
		"status":                {moving.With(tfproto.Values{"status": "DONE"}), []string{"status", "ARCHIVED"}},
		"no name":               {tfproto.Values{"name": ""}, []string{"name"}},
		"longest name":          {tfproto.Values{"name": strings.Repeat("ü", 255)}, nil},
		"name too long":         {tfproto.Values{"name": strings.Repeat("ü", 256)}, []string{"name", "255"}},
		"longest description":   {moving.With(tfproto.Values{"description": strings.Repeat("ü", 1000)}), nil},
		"description too long":  {moving.With(tfproto.Values{"description": strings.Repeat("ü", 1001)}), []string{"description", "1000"}},
		"empty description":     {moving.With(tfproto.Values{"description": ""}), []string{"description"}},
		"unknown all":           {tfproto.Values{"name": tfproto.Unknown, "status": tfproto.Unknown, "parent_project_id": tfproto.Unknown, "billable": true, "client_name": "x"}, nil},
		"sub-project":           {sub(nil), nil},
		"sub unknown fields":    {sub(tfproto.Values{"billable": tfproto.Unknown, "cost_center_id": tfproto.Unknown}), nil},
		"sub cost center":       {sub(tfproto.Values{"cost_center_id": "1"}), []string{"cost_center_id on a sub-project", "Set it on the parent"}},
		"sub assigned":          {sub(tfproto.Values{"assigned_to_all": false}), []string{"assigned_to_all on a sub-project"}},
		"sub billable":          {sub(tfproto.Values{"billable": false}), []string{"billable on a sub-project"}},
		"sub client":            {sub(tfproto.Values{"client_name": "x"}), []string{"client_name on a sub-project"}},
		"sub type":              {sub(tfproto.Values{"project_type": "x"}), []string{"project_type on a sub-project"}},
		"sub allowed":           {sub(tfproto.Values{"status": "ARCHIVED", "project_code": "x", "description": "x", "start_date": "2027-01-01", "end_date_exclusive": "2027-02-01"}), nil},
	} {
		text := p.Validate(projectType, test.config).Errors()
		if (text != "") != (test.want != nil) {
			t.Errorf("%s: %q", name, text)
		}
		wantParts(t, text, test.want...)
	}
}

func TestAnotherParentReplaces(t *testing.T) {
	t.Parallel()
	w := start(t)
	p := w.provider()
	sub := tfproto.Values{"name": "Kisten", "parent_project_id": records.ProjectInternal}
	object := apply(t, p, projectType, nil, sub)
	w.made()
	for name, parent := range map[string]any{"another": records.ProjectRollout, "none": nil, "unknown": tfproto.Unknown} {
		planned, diags := p.Plan(projectType, object, sub.With(tfproto.Values{"parent_project_id": parent}))
		wantNoErrors(t, name, diags)
		if len(planned.Replaces) != 1 || !strings.Contains(planned.Replaces[0], "parent_project_id") || diags.Warnings() != "" {
			t.Errorf("%s: replaces %v, %s", name, planned.Replaces, diags.Warnings())
		}
	}
	w.want("a sub-project takes nothing with it")
}

// imported is a project of the sandbox as an import leaves it.
func imported(t *testing.T, p *tfproto.Provider, id string) *tfproto.Object {
	t.Helper()
	object, diags := p.Import(projectType, id, "")
	wantNoErrors(t, "import", diags)
	return mustRead(t, p, projectType, object)
}

// configOf is the configuration that describes an object as it is.
func configOf(object *tfproto.Object) tfproto.Values {
	config := object.Values.With(nil)
	delete(config, "id")
	return config
}

// The plan says what goes with a project, and only if something goes.
func TestCascadeIsSaidInThePlan(t *testing.T) {
	t.Parallel()
	w := start(t)
	p := w.provider()
	rollout := imported(t, p, records.ProjectRollout)
	w.made()
	_, diags := p.Plan(projectType, rollout, nil)
	wantNoErrors(t, "plan", diags)
	wantParts(t, diags.Warnings(), `Destroying project "Rollout ACME" deletes 1 sub-project`, `"Rollout ACME: Implementierung" (`+records.ProjectImplementation+`)`, "ARCHIVED")
	w.want("destroy", "GET /v2/projects?parent_project.id="+records.ProjectRollout)

	becomesSub := tfproto.Values{"name": "Rollout ACME", "parent_project_id": records.ProjectInternal}
	planned, diags := p.Plan(projectType, rollout, becomesSub)
	wantNoErrors(t, "plan", diags)
	wantParts(t, diags.Warnings(), `Replacing project "Rollout ACME" deletes 1 sub-project`, records.ProjectImplementation)
	if len(planned.Replaces) != 1 {
		t.Errorf("replaces %v", planned.Replaces)
	}

	for _, harmless := range []string{records.ProjectInternal, records.ProjectImplementation} {
		if _, diags := p.Plan(projectType, imported(t, p, harmless), nil); len(diags) > 0 {
			t.Errorf("%s: %v", harmless, diags.Warnings())
		}
	}
	w.made()
	_, diags = p.Plan(projectType, rollout, configOf(rollout).With(tfproto.Values{"description": "x"}))
	if len(diags) > 0 {
		t.Errorf("a change in place warns: %s", diags.Warnings())
	}
	w.want("a change in place")

	w.script("GET /v2/projects", 403, refusal("Insufficient access scope", ""))
	_, diags = p.Plan(projectType, rollout, nil)
	wantNoErrors(t, "plan", diags)
	wantParts(t, diags.Warnings(), `Sub-projects of project "Rollout ACME" are not known`, readScope)

	w.made()
	object, diags := p.Apply(projectType, mustPlan(t, p, projectType, rollout, nil))
	wantNoErrors(t, "destroy", diags)
	if _, there := w.project(records.ProjectImplementation); object != nil || there {
		t.Error("the sub-project survives its parent")
	}
}

func TestAssigningToAllTellsWhoGoes(t *testing.T) {
	t.Parallel()
	w := start(t)
	p := w.provider()
	rollout := imported(t, p, records.ProjectRollout)
	toAll := configOf(rollout).With(tfproto.Values{"assigned_to_all": true})
	w.setMembers(records.ProjectRollout, w.persons(3)...)
	w.made()
	_, diags := p.Plan(projectType, rollout, toAll)
	wantNoErrors(t, "plan", diags)
	wantParts(t, diags.Warnings(), "assigned_to_all", `Assigning project "Rollout ACME" to all removes 3 members`)
	w.want("plan", listCall(records.ProjectRollout))

	w.setMembers(records.ProjectRollout)
	if _, diags := w.provider().Plan(projectType, rollout, toAll); len(diags) > 0 {
		t.Errorf("without members: %s", diags.Warnings())
	}
	w.made()
	if _, diags := p.Plan(projectType, nil, full); len(diags) > 0 {
		t.Errorf("a new project: %s", diags.Warnings())
	}
	w.want("a new project")
}

// Personio's refusals have no pointers; they are shown at the attribute that
// their words are about.
func TestRefusalsStandAtTheirAttribute(t *testing.T) {
	t.Parallel()
	w := start(t)
	p := w.provider()
	for _, test := range []struct {
		config tfproto.Values
		want   []string
	}{
		{tfproto.Values{"name": "Intern"}, []string{`AttributeName("name")`, "another project has the name", "terraform import personio_project.<name> " + records.ProjectInternal}},
		{moving.With(tfproto.Values{"project_code": "22001"}), []string{`AttributeName("project_code")`, "terraform import personio_project.<name> " + records.ProjectRollout}},
		{moving.With(tfproto.Values{"cost_center_id": "1"}), []string{`AttributeName("cost_center_id")`, `cost center "1" does not exist`}},
		{moving.With(tfproto.Values{"parent_project_id": "1"}), []string{`AttributeName("parent_project_id")`, "parent project does not exist"}},
		{moving.With(tfproto.Values{"parent_project_id": records.ProjectImplementation}), []string{`AttributeName("parent_project_id")`, "cannot have sub-projects"}},
	} {
		object, diags := p.Apply(projectType, mustPlan(t, p, projectType, nil, test.config))
		wantParts(t, diags.Errors(), append(test.want, "Could not create project", "HTTP status 422")...)
		if object != nil || len(diags) != 1 {
			t.Errorf("%v: %d diagnostics, state %v", test.config, len(diags), object)
		}
	}
	for words, attribute := range map[string]string{
		"Duplicate Project Name": "name", "Duplicate Project Code": "project_code", "Cost Center does not exist": "cost_center_id",
		"Parent Project does not exist": "parent_project_id", "Start date greater than end date": "start_date", "Invalid Project status field": "status",
	} {
		w.script("POST /v2/projects", 422, refusal(words, ""))
		_, diags := p.Apply(projectType, mustPlan(t, p, projectType, nil, moving))
		wantParts(t, diags.Errors(), `AttributeName("`+attribute+`")`, words, "trace-1")
	}
	w.script("POST /v2/projects", 422, refusal("Unprocessable", "for reasons of its own"))
	_, diags := p.Apply(projectType, mustPlan(t, p, projectType, nil, moving))
	if text := diags.Errors(); strings.Contains(text, "AttributeName") || !strings.Contains(text, "for reasons of its own") {
		t.Error(text)
	}
	// A change that is refused leaves the state, and looks nobody else up.
	internal := imported(t, p, records.ProjectInternal)
	planned := mustPlan(t, p, projectType, internal, configOf(internal).With(tfproto.Values{"name": "Rollout ACME"}))
	w.made()
	after, diags := p.Apply(projectType, planned)
	wantParts(t, diags.Errors(), `AttributeName("name")`, `Could not update project "Intern"`)
	if strings.Contains(diags.Errors(), "terraform import") {
		t.Errorf("nobody imports over a managed project: %s", diags.Errors())
	}
	w.want("refused change", "PATCH /v2/projects/"+records.ProjectInternal+` {"name":"Rollout ACME"}`)
	if diff := cmp.Diff(internal.Values, after.Values); diff != "" {
		t.Errorf("state:\n%s", diff)
	}
}

func TestGoneAndNeverThere(t *testing.T) {
	t.Parallel()
	w := start(t)
	p := w.provider()
	object := apply(t, p, projectType, nil, moving)
	if err := w.Records().Projects.Edit(func([]records.Project) ([]records.Project, error) { return nil, nil }); err != nil {
		t.Fatal(err)
	}
	p = w.provider()
	// A state that an older Terraform wrote has no identity.
	read, diags := p.Read(projectType, &tfproto.Object{Values: object.Values})
	wantNoErrors(t, "read", diags)
	if read != nil {
		t.Errorf("still there: %v", read)
	}
	wantParts(t, diags.Warnings(), `Project "Umzug" is gone`, id(object))
	_, diags = p.Apply(projectType, mustPlan(t, p, projectType, object, moving.With(tfproto.Values{"name": "x"})))
	wantParts(t, diags.Errors(), `Could not update project "Umzug"`, "deleted outside Terraform")
	_, diags = p.Apply(projectType, mustPlan(t, p, projectType, object, nil))
	wantNoErrors(t, "delete of what is gone", diags)

	never, diags := p.Import(projectType, "4711", "")
	wantNoErrors(t, "import", diags)
	_, diags = p.Read(projectType, never)
	wantParts(t, diags.Errors(), "Could not import project", `"4711"`)
}

// A project that was written and cannot be read is there all the same.
func TestReadBackFails(t *testing.T) {
	t.Parallel()
	w := start(t)
	p := w.provider()
	w.SetScopes(w.credential.ClientID, writeScope)
	for _, config := range []tfproto.Values{moving, {"name": "Kisten", "parent_project_id": records.ProjectInternal}} {
		object, diags := p.Apply(projectType, mustPlan(t, p, projectType, nil, config))
		wantNoErrors(t, "apply", diags)
		wantParts(t, diags.Warnings(), `project "`+config["name"].(string)+`" could not be read back`, readScope, "Anwesenheiten")
		if object == nil || id(object) == "" || object.Values["name"] != config["name"] || object.Identity != id(object) {
			t.Fatalf("state: %v", object)
		}
		w.SetScopes(w.credential.ClientID, readScope, writeScope)
		p = w.provider()
		wantNothingPlanned(t, p, projectType, mustRead(t, p, projectType, object), config)
		w.SetScopes(w.credential.ClientID, writeScope)
	}
}

func TestDroppedAttributeIsItsOwnError(t *testing.T) {
	t.Parallel()
	w := start(t)
	p := w.provider()
	planned := mustPlan(t, p, projectType, nil, full)
	w.script("POST /v2/projects", 201, `{"id":"`+records.ProjectInternal+`"}`)
	object, diags := p.Apply(projectType, planned)
	for _, attribute := range []string{"name", "status", "project_code", "description", "start_date", "end_date_exclusive", "cost_center_id", "client_name", "project_type"} {
		wantParts(t, diags.Errors(), "The server did not keep "+attribute+" of project \"Umzug\"")
	}
	if object == nil || object.Values["name"] != "Intern" {
		t.Errorf("the state is not what Personio has: %v", object)
	}
}

func TestMissingScopeIsNamed(t *testing.T) {
	t.Parallel()
	w := start(t)
	p := w.provider()
	planned := mustPlan(t, p, projectType, nil, moving)
	w.SetScopes(w.credential.ClientID, readScope)
	_, diags := p.Apply(projectType, planned)
	wantParts(t, diags.Errors(), `Could not create project "Umzug"`, "HTTP status 403", "lacks the scope "+writeScope, "Attendances", "Anwesenheiten")
	w.SetScopes(w.credential.ClientID, "personio:persons:read")
	for name, config := range map[string]tfproto.Values{"personio_projects": {}, "personio_project": {"name": "Intern"}} {
		_, diags := p.ReadData(name, config)
		wantParts(t, diags.Errors(), "lacks the scope "+readScope, "Anwesenheiten")
	}
}

func TestImport(t *testing.T) {
	t.Parallel()
	w := start(t)
	p := w.provider()
	want := tfproto.Values{
		"id": records.ProjectRollout, "name": "Rollout ACME", "status": "ACTIVE", "project_code": "22001", "description": "Einführung beim Kunden",
		"start_date": "2026-01-01", "end_date_exclusive": "2027-01-01", "parent_project_id": nil, "cost_center_id": "82951",
		"assigned_to_all": false, "billable": true, "client_name": "ACME GmbH", "project_type": "Kundenprojekt",
	}
	for _, way := range [][2]string{{records.ProjectRollout, ""}, {"", records.ProjectRollout}} {
		object, diags := p.Import(projectType, way[0], way[1])
		wantNoErrors(t, "import", diags)
		object = mustRead(t, p, projectType, object)
		if diff := cmp.Diff(want, object.Values); diff != "" || object.Identity != records.ProjectRollout {
			t.Errorf("%v: identity %q\n%s", way, object.Identity, diff)
		}
		wantNothingPlanned(t, p, projectType, object, configOf(object))
	}
}

// What Terraform writes down for an import is valid, and its plan changes
// nothing; sub-projects, which take fewer arguments, included.
func TestGeneratedConfiguration(t *testing.T) {
	t.Parallel()
	w := start(t)
	person := w.persons(1)[0]
	w.setMembers(old, person)
	p := w.provider()
	ids := map[string][]string{membersType: {old}, memberType: {old + "/" + person}}
	for _, one := range w.Records().Projects.All() {
		w.change(one.ID, func(p *records.Project) { p.AssignedToAll, p.Billable = one.ID != old, true })
		ids[projectType] = append(ids[projectType], one.ID)
	}
	for typeName := range ids {
		for _, id := range ids[typeName] {
			object, diags := p.Import(typeName, id, "")
			wantNoErrors(t, "import", diags)
			object = mustRead(t, p, typeName, object)
			config, diags := p.Generate(typeName, object)
			wantNoErrors(t, "generate", diags)
			wantNoErrors(t, "validate", p.Validate(typeName, config))
			wantNothingPlanned(t, p, typeName, object, config)
		}
	}
}

// Many projects are read with one list.
func TestRefreshListsOnce(t *testing.T) {
	t.Parallel()
	w := start(t)
	p := w.provider()
	for _, one := range w.Records().Projects.All() {
		imported(t, p, one.ID)
	}
	w.want("refresh", "GET /v2/projects")
}
