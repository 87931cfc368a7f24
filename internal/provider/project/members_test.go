package project_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/personio-community/terraform-provider-personio/internal/acctest/tfproto"
	"github.com/personio-community/terraform-provider-personio/internal/sandbox/records"
)

const (
	internal = records.ProjectInternal       // assigned to all in the demo company
	subOf    = records.ProjectImplementation // a sub-project
	old      = records.ProjectOld
)

func listOf(project string, ids ...string) tfproto.Values {
	return tfproto.Values{"project_id": project, "person_ids": set(ids...)}
}

// wantMembers wants that Personio and, if there is one, the state know exactly
// these members.
func wantMembers(t *testing.T, w *world, project string, state *tfproto.Object, ids ...string) {
	t.Helper()
	want := append([]string{}, ids...)
	slices.Sort(want)
	if diff := cmp.Diff(want, w.members(project)); diff != "" {
		t.Errorf("members (-want +got):\n%s", diff)
	}
	if state == nil {
		return
	}
	held := []string{}
	for _, id := range state.Values["person_ids"].([]any) {
		held = append(held, id.(string))
	}
	slices.Sort(held)
	if diff := cmp.Diff(want, held); diff != "" {
		t.Errorf("state (-want +got):\n%s", diff)
	}
}

// The list is the whole list: who is missing is added, then who is not in it is
// removed, each by name, and the plan that takes it over tells whom.
func TestMembersAreTheWholeList(t *testing.T) {
	t.Parallel()
	w := start(t)
	people := w.persons(6)
	w.setMembers(old, people[0], people[1], people[2])
	p := w.provider()
	config := listOf(old, people[2], people[3], people[4])
	planned, diags := p.Plan(membersType, nil, config)
	wantNoErrors(t, "plan", diags)
	wantParts(t, diags.Warnings(), "person_ids", `Project "`+old+`" loses 2 members`, people[0], people[1])
	if strings.Contains(diags.Warnings(), people[2]) {
		t.Errorf("who stays is not lost: %s", diags.Warnings())
	}
	w.made()
	object, diags := p.Apply(membersType, planned)
	wantNoErrors(t, "apply", diags)
	w.want("create", listCall(old), addCall(old, people[3], people[4]), removeCall(old, people[0], people[1]), listCall(old))
	wantMembers(t, w, old, object, people[2], people[3], people[4])
	if object.Identity != old {
		t.Errorf("identity %q", object.Identity)
	}
	wantNothingPlanned(t, p, membersType, mustRead(t, p, membersType, object), config)
}

func TestMembersCallsAreTheLeast(t *testing.T) {
	t.Parallel()
	w := start(t)
	people := w.persons(6)
	w.setMembers(old)
	p := w.provider()
	object := apply(t, p, membersType, nil, listOf(old, people[0], people[1]))
	for _, step := range []struct {
		ids   []string
		calls []string
	}{
		{people[:3], []string{addCall(old, people[2])}},
		{people[1:3], []string{removeCall(old, people[0])}},
		{[]string{people[5], people[4], people[1]}, []string{addCall(old, people[4], people[5]), removeCall(old, people[2])}},
		{nil, []string{removeCall(old, people[1], people[4], people[5])}},
		{people[:1], []string{addCall(old, people[0])}},
	} {
		planned := mustPlan(t, p, membersType, object, listOf(old, step.ids...))
		w.made()
		var diags tfproto.Diagnostics
		object, diags = p.Apply(membersType, planned)
		wantNoErrors(t, "apply", diags)
		writes := slices.DeleteFunc(w.made(), func(call string) bool { return strings.HasPrefix(call, "GET ") })
		if diff := cmp.Diff(step.calls, writes); diff != "" {
			t.Errorf("%v (-want +got):\n%s", step.ids, diff)
		}
		wantMembers(t, w, old, object, step.ids...)
		object = mustRead(t, p, membersType, object)
		wantNothingPlanned(t, p, membersType, object, listOf(old, step.ids...))
	}
}

// Nobody listed and nobody there: nothing to remove, and no call that would.
func TestNobody(t *testing.T) {
	t.Parallel()
	w := start(t)
	w.setMembers(old)
	p := w.provider()
	object := apply(t, p, membersType, nil, listOf(old))
	wantMembers(t, w, old, object)
	gone, diags := p.Apply(membersType, mustPlan(t, p, membersType, object, nil))
	wantNoErrors(t, "destroy", diags)
	if gone != nil {
		t.Error("still there")
	}
	for _, call := range w.made() {
		if !strings.HasPrefix(call, "GET ") {
			t.Errorf("a call: %s", call)
		}
	}
}

// Destroying the list removes who is in it, and not who came since.
func TestDestroyRemovesTheListed(t *testing.T) {
	t.Parallel()
	w := start(t)
	people := w.persons(5)
	w.setMembers(old)
	p := w.provider()
	object := apply(t, p, membersType, nil, listOf(old, people[0], people[1]))
	w.setMembers(old, people[0], people[1], people[4])
	planned := mustPlan(t, p, membersType, object, nil)
	w.made()
	_, diags := p.Apply(membersType, planned)
	wantNoErrors(t, "destroy", diags)
	w.want("destroy", removeCall(old, people[0], people[1]))
	wantMembers(t, w, old, nil, people[4])

	// A project that is gone has no members left.
	if err := w.Records().Projects.Edit(func([]records.Project) ([]records.Project, error) { return nil, nil }); err != nil {
		t.Fatal(err)
	}
	_, diags = p.Apply(membersType, planned)
	wantNoErrors(t, "destroy of what is gone", diags)
}

// One who does not exist fails the call; the error names him, nobody is let in,
// and the state is what Personio has.
func TestBadPersonIsNamed(t *testing.T) {
	t.Parallel()
	w := start(t)
	people := w.persons(4)
	w.setMembers(old)
	p := w.provider()
	object, diags := p.Apply(membersType, mustPlan(t, p, membersType, nil, listOf(old, people[0], "7")))
	wantParts(t, diags.Errors(), `AttributeName("person_ids")`, `Could not change members of project "`+old+`"`, `person "7" does not exist`, "HTTP status 422", "refuses such a call as a whole")
	if object != nil {
		t.Errorf("state: %v", object.Values)
	}
	wantMembers(t, w, old, nil)

	object = apply(t, p, membersType, nil, listOf(old, people[0], people[1]))
	after, diags := p.Apply(membersType, mustPlan(t, p, membersType, object, listOf(old, people[1], people[2], "7")))
	wantParts(t, diags.Errors(), `person "7" does not exist`)
	wantMembers(t, w, old, after, people[0], people[1])

	// Personio may not say who it was: then all are named who can be meant.
	w.script("POST /v2/projects/"+old+"/members", 422, refusal("Person not found", ""))
	_, diags = p.Apply(membersType, mustPlan(t, p, membersType, object, listOf(old, people[1], people[2], people[3])))
	wantParts(t, diags.Errors(), "Person not found", `"`+people[2]+`"`, `"`+people[3]+`"`)
	if strings.Contains(diags.Errors(), people[1]) {
		t.Errorf("who was no part of the call is named: %s", diags.Errors())
	}
	// A removal that fails after the addition leaves both in the state.
	w.script("DELETE /v2/projects/"+old+"/members", 422, refusal("Unprocessable", "not today"))
	after, diags = p.Apply(membersType, mustPlan(t, p, membersType, object, listOf(old, people[1], people[2])))
	wantParts(t, diags.Errors(), "Could not change", "not today", people[0])
	wantMembers(t, w, old, after, people[0], people[1], people[2])
}

// What Personio accepts and does not do is an error, and not a surprise later.
func TestUnkeptMembersAreTold(t *testing.T) {
	t.Parallel()
	w := start(t)
	people := w.persons(2)
	w.setMembers(old, people[0])
	p := w.provider()
	planned := mustPlan(t, p, membersType, nil, listOf(old, people...))
	w.script("POST /v2/projects/"+old+"/members", 201, "")
	object, diags := p.Apply(membersType, planned)
	wantParts(t, diags.Errors(), `The server did not keep person_ids of members of project "`+old+`"`)
	wantMembers(t, w, old, object, people[0])
}

func TestMembersConfigurationIsChecked(t *testing.T) {
	t.Parallel()
	w := start(t)
	p := w.provider()
	for name, test := range map[string]struct {
		typeName string
		config   tfproto.Values
		want     []string
	}{
		"list":            {membersType, listOf("1", "2", "3"), nil},
		"nobody":          {membersType, listOf("1"), nil},
		"unknown":         {membersType, tfproto.Values{"project_id": tfproto.Unknown, "person_ids": tfproto.Unknown}, nil},
		"unknown element": {membersType, tfproto.Values{"project_id": "1", "person_ids": []any{"2", tfproto.Unknown}}, nil},
		"null element":    {membersType, tfproto.Values{"project_id": "1", "person_ids": []any{"2", nil}}, []string{"person_ids"}},
		"no project":      {membersType, listOf("", "2"), []string{"project_id"}},
		"empty person":    {membersType, listOf("1", ""), []string{"person_ids", "not the id of one person"}},
		"two in one":      {membersType, listOf("1", "2,3"), []string{"person_ids", `"2,3"`}},
		"one":             {memberType, tfproto.Values{"project_id": "1", "person_id": "2"}, nil},
		"one unknown":     {memberType, tfproto.Values{"project_id": tfproto.Unknown, "person_id": tfproto.Unknown}, nil},
		"one, two in one": {memberType, tfproto.Values{"project_id": "1", "person_id": "2,3"}, []string{"person_id", `"2,3"`}},
		"one, blank":      {memberType, tfproto.Values{"project_id": "1", "person_id": " "}, []string{"person_id"}},
	} {
		text := p.Validate(test.typeName, test.config).Errors()
		if (text != "") != (test.want != nil) {
			t.Errorf("%s: %q", name, text)
		}
		wantParts(t, text, test.want...)
	}
	// What is not known yet is not asked about.
	for typeName, config := range map[string]tfproto.Values{
		membersType: {"project_id": tfproto.Unknown, "person_ids": set("1")}, memberType: {"project_id": tfproto.Unknown, "person_id": "1"},
	} {
		if _, diags := p.Plan(typeName, nil, config); len(diags) > 0 {
			t.Errorf("%s: %v", typeName, diags)
		}
	}
	w.want("unknown project")
	planned, diags := p.Plan(membersType, nil, tfproto.Values{"project_id": old, "person_ids": []any{tfproto.Unknown}})
	if len(diags) > 0 || len(planned.Values) == 0 {
		t.Errorf("unknown person: %v", diags)
	}
	w.want("unknown person", "GET /v2/projects")
}

// oneOf is a member of a project.
func oneOf(project, person string) tfproto.Values {
	return tfproto.Values{"project_id": project, "person_id": person}
}

// Where there can be no members, the plan says so; and an apply that finds it
// out later makes no call, since adding one would end the assignment to all.
func TestProjectsWithoutMembers(t *testing.T) {
	t.Parallel()
	w := start(t)
	person := w.persons(1)[0]
	for typeName, config := range map[string]func(string) tfproto.Values{
		membersType: func(project string) tfproto.Values { return listOf(project, person) },
		memberType:  func(project string) tfproto.Values { return oneOf(project, person) },
	} {
		p := w.provider()
		for project, words := range map[string]string{
			internal: `A project that is assigned to all has no members: project "Intern"`,
			subOf:    `A sub-project has no members of its own: project "Rollout ACME: Implementierung"`,
			"4711":   `There is no project with id "4711"`,
		} {
			_, diags := p.Plan(typeName, nil, config(project))
			wantParts(t, diags.Errors(), `AttributeName("project_id")`, words)
		}
		// Planned before somebody assigned the project to all.
		w.setMembers(old)
		w.change(old, func(p *records.Project) { p.AssignedToAll = false })
		planned := mustPlan(t, w.provider(), typeName, nil, config(old))
		w.change(old, func(p *records.Project) { p.AssignedToAll = true })
		w.made()
		p = w.provider()
		object, diags := p.Apply(typeName, planned)
		wantParts(t, diags.Errors(), "assigned to all has no members", "assigned_to_all = false")
		w.want("apply", "GET /v2/projects")
		if got, _ := w.project(old); !got.AssignedToAll || object != nil {
			t.Errorf("%s: assigned to all: %v, state %v", typeName, got.AssignedToAll, object)
		}
	}
}

// When project and members change in one plan, the planned project counts, both
// ways.
func TestPlannedProjectCounts(t *testing.T) {
	t.Parallel()
	w := start(t)
	person := w.persons(1)[0]
	for typeName, config := range map[string]func(string) tfproto.Values{
		membersType: func(project string) tfproto.Values { return listOf(project, person) },
		memberType:  func(project string) tfproto.Values { return oneOf(project, person) },
	} {
		p := w.provider()
		everybody := imported(t, p, internal)
		some := mustPlan(t, p, projectType, everybody, configOf(everybody).With(tfproto.Values{"assigned_to_all": false}))
		planned := mustPlan(t, p, typeName, nil, config(internal))
		project, diags := p.Apply(projectType, some)
		wantNoErrors(t, "apply", diags)
		object, diags := p.Apply(typeName, planned)
		wantNoErrors(t, "apply", diags)
		wantMembers(t, w, internal, nil, person)

		// The members have nothing to change, but would be gone after this.
		p = w.provider()
		mustPlan(t, p, projectType, project, configOf(project).With(tfproto.Values{"assigned_to_all": true}))
		_, diags = p.Plan(typeName, object, config(internal))
		wantParts(t, diags.Errors(), `assigned to all has no members: project "Intern"`)
		// Destroying them with it is fine.
		_, diags = p.Plan(typeName, object, nil)
		wantNoErrors(t, "destroy", diags)
		w.change(internal, func(p *records.Project) { p.AssignedToAll, p.Members = true, nil })
	}
}

func TestMembersDriftAndVanish(t *testing.T) {
	t.Parallel()
	w := start(t)
	people := w.persons(3)
	w.setMembers(old)
	config := listOf(old, people[0], people[1])
	object := apply(t, w.provider(), membersType, nil, config)
	w.setMembers(old, people[1], people[2])
	p := w.provider()
	drifted := mustRead(t, p, membersType, object)
	wantMembers(t, w, old, drifted, people[1], people[2])
	object = apply(t, p, membersType, drifted, config)
	wantMembers(t, w, old, object, people[0], people[1])

	if err := w.Records().Projects.Edit(func([]records.Project) ([]records.Project, error) { return nil, nil }); err != nil {
		t.Fatal(err)
	}
	p = w.provider()
	read, diags := p.Read(membersType, &tfproto.Object{Values: object.Values})
	wantNoErrors(t, "read", diags)
	wantParts(t, diags.Warnings(), old, "deleted outside Terraform")
	if read != nil {
		t.Errorf("still there: %v", read)
	}
	_, diags = p.Apply(membersType, tfproto.Planned{Object: *object})
	wantParts(t, diags.Errors(), `There is no project with id "`+old+`"`)
}

func TestMembersImport(t *testing.T) {
	t.Parallel()
	w := start(t)
	people := w.persons(2)
	w.setMembers(old, people...)
	p := w.provider()
	for _, way := range [][2]string{{old, ""}, {"", old}} {
		object, diags := p.Import(membersType, way[0], way[1])
		wantNoErrors(t, "import", diags)
		object = mustRead(t, p, membersType, object)
		wantMembers(t, w, old, object, people...)
		if object.Identity != old || object.Values["project_id"] != old {
			t.Errorf("identity %q, state %v", object.Identity, object.Values)
		}
		wantNothingPlanned(t, p, membersType, object, listOf(old, people...))
	}
	object, diags := p.Import(membersType, "4711", "")
	wantNoErrors(t, "import", diags)
	_, diags = p.Read(membersType, object)
	wantParts(t, diags.Errors(), "Could not import project", `"4711"`)
}

// One member: being one already is fine, and only this one is removed.
func TestMember(t *testing.T) {
	t.Parallel()
	w := start(t)
	people := w.persons(3)
	w.setMembers(old, people...)
	p := w.provider()
	config := oneOf(old, people[1])
	w.made()
	object := apply(t, p, memberType, nil, config)
	w.want("create", "GET /v2/projects", addCall(old, people[1]))
	wantMembers(t, w, old, nil, people...)
	if want := people[1] + "/" + old; object.Identity != want {
		t.Errorf("identity %q, want %q", object.Identity, want)
	}
	wantNothingPlanned(t, p, memberType, mustRead(t, p, memberType, object), config)
	for name, other := range map[string]tfproto.Values{"person_id": oneOf(old, people[2]), "project_id": oneOf(records.ProjectRollout, people[1])} {
		planned := mustPlan(t, p, memberType, object, other)
		if len(planned.Replaces) != 1 || !strings.Contains(planned.Replaces[0], name) {
			t.Errorf("%s: replaces %v", name, planned.Replaces)
		}
	}
	planned := mustPlan(t, p, memberType, object, nil)
	w.made()
	gone, diags := p.Apply(memberType, planned)
	wantNoErrors(t, "destroy", diags)
	w.want("destroy", removeCall(old, people[1]))
	wantMembers(t, w, old, nil, people[0], people[2])
	if gone != nil {
		t.Error("still there")
	}

	// Gone from the project: the state lets go of him, and a destroy is fine.
	p = w.provider()
	read, diags := p.Read(memberType, &tfproto.Object{Values: object.Values})
	wantNoErrors(t, "read", diags)
	wantParts(t, diags.Warnings(), "Project member", old+"/"+people[1])
	_, diags = p.Apply(memberType, planned)
	wantNoErrors(t, "destroy of what is gone", diags)
	if read != nil {
		t.Errorf("still there: %v", read)
	}
	_, diags = p.Apply(memberType, mustPlan(t, p, memberType, nil, oneOf(old, "7")))
	wantParts(t, diags.Errors(), `AttributeName("person_id")`, `Could not add project member "`+old+`/7"`, `person "7" does not exist`)
}

// Members of one project are read with one list, however many are managed.
func TestMemberReadsListOnce(t *testing.T) {
	t.Parallel()
	w := start(t)
	people := w.persons(8)
	w.setMembers(old, people...)
	p := w.provider()
	w.made()
	for _, person := range people {
		for _, way := range [][2]string{{old + "/" + person, ""}, {"", person + "/" + old}} {
			object, diags := p.Import(memberType, way[0], way[1])
			wantNoErrors(t, "import", diags)
			object = mustRead(t, p, memberType, object)
			if diff := cmp.Diff(oneOf(old, person), object.Values); diff != "" || object.Identity != person+"/"+old {
				t.Errorf("identity %q\n%s", object.Identity, diff)
			}
		}
	}
	w.want("reads", listCall(old))
	for _, bad := range []string{"", "1", "/", "1/", "/2", "1/2/3", "1/2,3"} {
		if _, diags := p.Import(memberType, bad, ""); bad != "" && !strings.Contains(diags.Errors(), "project_id/person_id") {
			t.Errorf("%q: %v", bad, diags.Errors())
		}
	}
	// Neither who is none nor whose project is gone can be imported: Terraform
	// says so of what is not there after the read.
	for _, nobody := range []string{old + "/7", "4711/" + people[0]} {
		object, diags := p.Import(memberType, nobody, "")
		wantNoErrors(t, "import", diags)
		if read, diags := p.Read(memberType, object); read != nil || diags.Errors() != "" {
			t.Errorf("%s: %v, %s", nobody, read, diags.Errors())
		}
	}
}

func TestMemberScopeIsNamed(t *testing.T) {
	t.Parallel()
	w := start(t)
	people := w.persons(1)
	w.setMembers(old)
	p := w.provider()
	list, one := mustPlan(t, p, membersType, nil, listOf(old, people...)), mustPlan(t, p, memberType, nil, oneOf(old, people[0]))
	w.SetScopes(w.credential.ClientID, readScope)
	for typeName, planned := range map[string]tfproto.Planned{membersType: list, memberType: one} {
		_, diags := p.Apply(typeName, planned)
		wantParts(t, diags.Errors(), "lacks the scope "+writeScope, "Anwesenheiten", "HTTP status 403")
	}
	w.SetScopes(w.credential.ClientID, writeScope)
	p = w.provider()
	for typeName, config := range map[string]tfproto.Values{membersType: listOf(old, people...), memberType: oneOf(old, people[0])} {
		_, diags := p.Read(typeName, &tfproto.Object{Values: config})
		wantParts(t, diags.Errors(), "lacks the scope "+readScope)
		_, diags = p.Plan(typeName, nil, config)
		wantParts(t, diags.Errors(), "lacks the scope "+readScope)
	}
}
