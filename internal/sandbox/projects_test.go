package sandbox_test

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/personio-community/terraform-provider-personio/internal/sandbox"
	"github.com/personio-community/terraform-provider-personio/internal/sandbox/records"
)

func TestProjectLifecycle(t *testing.T) {
	t.Parallel()
	a := start(t, sandbox.Options{}, sandbox.Credential{})
	created := a.json(http.MethodPost, "/v2/projects", object{
		"name": "Umzug", "status": "ACTIVE", "project_code": "U-1", "description": "nach Łódź", "start": object{"date": "2026-10-01"}, "end": object{"date": "2026-10-01"},
		"cost_center": ref("82952"), "billable": true, "client_name": "Kunde", "project_type": "intern", "assigned_to_all": true,
	}).wantStatus(http.StatusCreated).object()
	path := "/v2/projects/" + text(created["id"])
	want := object{
		"id": created["id"], "name": "Umzug", "status": "ACTIVE", "project_code": "U-1", "description": "nach Łódź",
		"start": object{"date": "2026-10-01"}, "end": object{"date": "2026-10-01"}, "parent_project": nil, "cost_center": ref("82952"),
		"assigned_to_all": true, "billable": true, "client_name": "Kunde", "project_type": "intern",
		"created_at": "2026-11-01T12:00:00Z", "updated_at": "2026-11-01T12:00:00Z",
	}
	if diff := cmp.Diff(want, a.get(path).wantStatus(http.StatusOK).object()); diff != "" {
		t.Errorf("created:\n%s", diff)
	}
	sub := a.json(http.MethodPost, "/v2/projects", object{"name": "Umzug: Kisten", "status": "ACTIVE", "parent_project": ref(text(created["id"]))}).wantStatus(http.StatusCreated).object()
	a.json(http.MethodPatch, path, object{"status": "ARCHIVED", "description": nil, "end": nil, "cost_center": nil, "assigned_to_all": false}).wantStatus(http.StatusNoContent)
	want["status"], want["description"], want["end"], want["cost_center"], want["assigned_to_all"] = "ARCHIVED", nil, nil, nil, false
	if diff := cmp.Diff(want, a.get(path).object()); diff != "" {
		t.Errorf("patched:\n%s", diff)
	}
	a.do(http.MethodDelete, path, "", "").wantStatus(http.StatusNoContent)
	for _, id := range []any{created["id"], sub["id"]} {
		for _, method := range []string{http.MethodGet, http.MethodPatch, http.MethodDelete} {
			a.do(method, "/v2/projects/"+text(id), "application/json", "{}").wantProblem(http.StatusNotFound, "Resource not found", "#common.requested_resource_not_found")
		}
	}
}

func TestProjectRules(t *testing.T) {
	t.Parallel()
	a := start(t, sandbox.Options{}, sandbox.Credential{})
	before := a.get("/v2/projects").data()
	bad := func(method, path string, body object) {
		t.Helper()
		a.json(method, path, body).wantProblem(http.StatusBadRequest, "Bad request", "#common.bad_request")
	}
	rule := func(method, path string, body object) {
		t.Helper()
		a.json(method, path, body).wantProblem(http.StatusUnprocessableEntity, "Unprocessable entity", "#common.unprocessable_entity")
	}
	full := func(change object) object {
		body := object{"name": "Neu", "status": "ACTIVE"}
		maps.Copy(body, change)
		return body
	}
	for _, change := range []object{
		{"name": nil}, {"name": " "}, {"status": nil}, {"status": "OPEN"}, {"name": strings.Repeat("ü", 256)}, {"description": strings.Repeat("x", 1001)}, {"start": object{"date": "1.1.2026"}},
	} {
		bad(http.MethodPost, "/v2/projects", full(change))
	}
	for _, change := range []object{
		{"name": "Intern"},
		{"project_code": "22001"},
		{"cost_center": ref("1")},
		{"parent_project": ref("1")},
		{"parent_project": ref(records.ProjectImplementation)},
		{"start": object{"date": "2026-02-02"}, "end": object{"date": "2026-02-01"}},
		{"parent_project": ref(records.ProjectInternal), "billable": false},
		{"parent_project": ref(records.ProjectInternal), "cost_center": nil},
		{"parent_project": ref(records.ProjectInternal), "client_name": "x"},
		{"parent_project": ref(records.ProjectInternal), "project_type": "x"},
		{"parent_project": ref(records.ProjectInternal), "assigned_to_all": true},
	} {
		rule(http.MethodPost, "/v2/projects", full(change))
	}
	rollout, sub := "/v2/projects/"+records.ProjectRollout, "/v2/projects/"+records.ProjectImplementation
	bad(http.MethodPatch, rollout, object{"parent_project": ref(records.ProjectInternal)})
	rule(http.MethodPatch, rollout, object{"name": "Intern"})
	rule(http.MethodPatch, rollout, object{"start": object{"date": "2028-01-01"}})
	rule(http.MethodPatch, sub, object{"billable": true})
	if diff := cmp.Diff(before, a.get("/v2/projects").data()); diff != "" {
		t.Errorf("a refused change left traces:\n%s", diff)
	}
	a.json(http.MethodPatch, sub, object{"name": "Rollout: neu", "project_code": nil}).wantStatus(http.StatusNoContent)
}

func TestProjectList(t *testing.T) {
	t.Parallel()
	a := start(t, sandbox.Options{}, sandbox.Credential{})
	for query, want := range map[string][]string{
		"":                      {records.ProjectRollout, records.ProjectImplementation, records.ProjectInternal, records.ProjectOld},
		"?status=ARCHIVED":      {records.ProjectOld},
		"?top_level_only=true":  {records.ProjectRollout, records.ProjectInternal, records.ProjectOld},
		"?name=Intern":          {records.ProjectInternal},
		"?project_code=22001-1": {records.ProjectImplementation},
		"?parent_project.id=" + records.ProjectRollout: {records.ProjectImplementation},
	} {
		if diff := cmp.Diff(want, v2IDs(a.get("/v2/projects"+query).wantStatus(http.StatusOK).data())); diff != "" {
			t.Errorf("%q:\n%s", query, diff)
		}
	}
	tracked := 0.0
	for _, attendance := range a.get("/v2/attendance-periods?limit=100&project.id=" + records.ProjectInternal).data() {
		if attendance["type"] == "WORK" {
			tracked += 240 // every work period of the demo company has four hours
		}
	}
	internal := a.get("/v2/projects?id=" + records.ProjectInternal).data()[0]
	if internal["tracked_minutes"] != tracked || tracked == 0 {
		t.Errorf("tracked minutes %v, want %v", internal["tracked_minutes"], tracked)
	}
	if _, there := a.get("/v2/projects/" + records.ProjectInternal).object()["tracked_minutes"]; there {
		t.Error("tracked minutes show outside of the list")
	}
	a.do(http.MethodDelete, "/v2/projects/"+records.ProjectInternal, "", "").wantStatus(http.StatusNoContent)
	if booked := a.get("/v2/attendance-periods?project.id=" + records.ProjectInternal).data(); len(booked) != 0 {
		t.Errorf("%d attendances on a project that is gone", len(booked))
	}
}

func TestProjectMembers(t *testing.T) {
	t.Parallel()
	a := start(t, sandbox.Options{}, sandbox.Credential{})
	var ids []string
	for _, p := range a.Company().People()[:5] {
		ids = append(ids, itoa(p.ID))
	}
	members := "/v2/projects/" + records.ProjectInternal + "/members"
	list := func() []string {
		t.Helper()
		got := []string{}
		for next := members + "?limit=2"; next != ""; {
			r := a.get(next).wantStatus(http.StatusOK)
			for _, member := range r.data() {
				got = append(got, nested(member, "person", "id"))
			}
			next = r.next()
		}
		return got
	}
	person := func(id string) object { return object{"person": ref(id)} }
	a.json(http.MethodPost, members, []object{person(ids[0]), person("7")}).wantProblem(http.StatusUnprocessableEntity, "Unprocessable entity", "#common.unprocessable_entity")
	if got := list(); len(got) != 0 {
		t.Fatalf("one bad member let others in: %v", got)
	}
	a.json(http.MethodPost, members, []object{person(ids[0]), person(ids[1]), person(ids[2])}).wantStatus(http.StatusCreated)
	a.json(http.MethodPost, members, person(ids[3])).wantStatus(http.StatusCreated)
	a.json(http.MethodPost, members, person(ids[1])).wantStatus(http.StatusCreated)
	if diff := cmp.Diff(ids[:4], list()); diff != "" {
		t.Errorf("members:\n%s", diff)
	}
	if a.get("/v2/projects/" + records.ProjectInternal).object()["assigned_to_all"] != false {
		t.Error("a project with members is still assigned to all")
	}
	a.do(http.MethodDelete, members+"?person_id="+ids[0]+","+ids[4], "", "").wantStatus(http.StatusNoContent)
	a.do(http.MethodDelete, members+"?person_id="+ids[1]+"&person_id="+ids[2], "", "").wantStatus(http.StatusNoContent)
	if diff := cmp.Diff(ids[3:4], list()); diff != "" {
		t.Errorf("after removal:\n%s", diff)
	}
	a.do(http.MethodDelete, members, "", "").wantStatus(http.StatusNoContent)
	if got := list(); len(got) != 0 {
		t.Errorf("nobody was named, but left are %v", got)
	}
	a.json(http.MethodPost, members, person(ids[0])).wantStatus(http.StatusCreated)
	a.json(http.MethodPatch, "/v2/projects/"+records.ProjectInternal, object{"assigned_to_all": true}).wantStatus(http.StatusNoContent)
	if got := list(); len(got) != 0 {
		t.Errorf("assigned to all, but with members %v", got)
	}
	for _, limit := range []string{"0", "201", "x"} {
		a.get(members+"?limit="+limit).wantProblem(http.StatusUnprocessableEntity, "Unprocessable entity", "#common.unprocessable_entity")
	}
	a.json(http.MethodPost, members, []object{}).wantProblem(http.StatusBadRequest, "Bad request", "#common.bad_request")
	sub := "/v2/projects/" + records.ProjectImplementation + "/members"
	a.json(http.MethodPost, sub, person(ids[0])).wantProblem(http.StatusUnprocessableEntity, "Unprocessable entity", "#common.unprocessable_entity")
	a.do(http.MethodDelete, sub, "", "").wantProblem(http.StatusUnprocessableEntity, "Unprocessable entity", "#common.unprocessable_entity")
	for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodDelete} {
		a.do(method, "/v2/projects/1/members", "application/json", `{"person":{"id":"`+ids[0]+`"}}`).wantProblem(http.StatusNotFound, "Resource not found", "#common.requested_resource_not_found")
	}
	if names := slices.Compact(list()); len(names) != 0 {
		t.Errorf("left over: %v", names)
	}
}
