package project_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/personio-community/terraform-provider-personio/internal/acctest/tfproto"
	"github.com/personio-community/terraform-provider-personio/internal/sandbox/records"
)

// A list shows each object as an import and the read after it leave it in the
// state.
func TestListShowsWhatAnImportShows(t *testing.T) {
	t.Parallel()
	w := start(t)
	people := w.persons(3)
	w.setMembers(old, people[0], people[1])
	w.setMembers(records.ProjectRollout, people[2])
	for _, test := range []struct {
		typeName string
		config   tfproto.Values
		// want are names and import ids, in the order of the sandbox.
		want [][2]string
	}{
		{projectType, tfproto.Values{}, [][2]string{
			{"Rollout ACME", records.ProjectRollout}, {"Rollout ACME: Implementierung", subOf}, {"Intern", internal}, {"Messe 2024", old},
		}},
		{projectType, tfproto.Values{"status": "ARCHIVED"}, [][2]string{{"Messe 2024", old}}},
		{projectType, tfproto.Values{"parent_project_id": records.ProjectRollout}, [][2]string{{"Rollout ACME: Implementierung", subOf}}},
		{projectType, tfproto.Values{"top_level_only": true, "status": "ACTIVE"}, [][2]string{{"Rollout ACME", records.ProjectRollout}, {"Intern", internal}}},
		{membersType, tfproto.Values{}, [][2]string{{"Rollout ACME", records.ProjectRollout}, {"Messe 2024", old}}},
		{memberType, tfproto.Values{"project_id": old}, [][2]string{{people[0], old + "/" + people[0]}, {people[1], old + "/" + people[1]}}},
		{memberType, tfproto.Values{"project_id": internal}, nil},
	} {
		p := w.provider()
		var want []tfproto.Listed
		for _, one := range test.want {
			object, diags := p.Import(test.typeName, one[1], "")
			wantNoErrors(t, "import", diags)
			object = mustRead(t, p, test.typeName, object)
			want = append(want, tfproto.Listed{Name: one[0], Identity: object.Identity, Values: object.Values})
		}
		got := slices.Collect(w.provider().List(test.typeName, test.config, 0, true))
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s %v (-want +got):\n%s", test.typeName, test.config, diff)
		}
		for i := range want {
			want[i].Values = nil
		}
		w.made()
		got = slices.Collect(w.provider().List(test.typeName, test.config, 1, false))
		if diff := cmp.Diff(want[:min(len(want), 1)], got); diff != "" && len(want) > 0 {
			t.Errorf("%s %v, one of them (-want +got):\n%s", test.typeName, test.config, diff)
		}
		if calls := w.made(); len(calls) != 1 {
			t.Errorf("%s %v: without the resources, calls %v", test.typeName, test.config, calls)
		}
	}
}

func TestListFails(t *testing.T) {
	t.Parallel()
	w := start(t)
	w.SetScopes(w.credential.ClientID, "personio:persons:read")
	for typeName, config := range map[string]tfproto.Values{projectType: {}, membersType: {}, memberType: {"project_id": old}} {
		results := slices.Collect(w.provider().List(typeName, config, 0, true))
		if len(results) != 1 {
			t.Fatalf("%s: %v", typeName, results)
		}
		wantParts(t, results[0].Diagnostics.Errors(), "Could not list ", "lacks the scope "+readScope)
	}
	w.SetScopes(w.credential.ClientID, readScope)
	// The members of one project cannot be had: that result says so.
	w.script("GET /v2/projects/"+old+"/members", 422, refusal("Unprocessable", "not today"))
	failed := 0
	for one := range w.provider().List(membersType, tfproto.Values{}, 0, true) {
		if text := one.Diagnostics.Errors(); text != "" {
			failed++
			wantParts(t, text, `Could not list members of project "`+old+`"`, "not today")
		}
	}
	if failed != 1 {
		t.Errorf("%d results failed", failed)
	}
	results := slices.Collect(w.provider().List(memberType, tfproto.Values{"project_id": "4711"}, 0, false))
	if len(results) != 1 {
		t.Fatalf("no such project: %v", results)
	}
	wantParts(t, results[0].Diagnostics.Errors(), `Could not list members of project "4711"`, "HTTP status 404")
}

// Personio's own projects need no gateway: their plan makes no call, and none is
// refused.
func TestNoGatewayIsNeeded(t *testing.T) {
	t.Parallel()
	p := atPersonio(t)
	for typeName, config := range map[string]tfproto.Values{
		projectType: moving,
		membersType: {"project_id": tfproto.Unknown, "person_ids": set("1")},
		memberType:  {"project_id": tfproto.Unknown, "person_id": "1"},
	} {
		if _, diags := p.Plan(typeName, nil, config); len(diags) > 0 {
			t.Errorf("%s: %v", typeName, diags.Errors())
		}
	}
}
