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

type object = map[string]any

func ref(id string) object                { return object{"id": id} }
func clockAt(text string) object          { return object{"date_time": text} }
func text(v any) string                   { s, _ := v.(string); return s }
func nested(v any, keys ...string) string { return text(dig(v, keys...)) }

func TestAttendanceLifecycle(t *testing.T) {
	t.Parallel()
	a := start(t, sandbox.Options{}, sandbox.Credential{})
	person := itoa(a.Company().People()[4].ID)
	made := a.json(http.MethodPost, "/v2/attendance-periods", object{
		"person": ref(person), "type": "WORK", "start": clockAt("2026-10-20T08:00:00"), "end": clockAt("2026-10-20T12:30:00"),
		"project": ref(records.ProjectInternal), "comment": "Grüße",
	}).wantStatus(http.StatusCreated).object()
	path := "/v2/attendance-periods/" + text(made["id"])
	if got := nested(made, "_meta", "links", "self", "href"); got != a.url+path {
		t.Errorf("self link %q", got)
	}
	want := object{
		"id": made["id"], "person": ref(person), "type": "WORK", "start": clockAt("2026-10-20T08:00:00"), "end": clockAt("2026-10-20T12:30:00"),
		"attribution_date": "2026-10-20", "project": ref(records.ProjectInternal), "comment": "Grüße", "approval": object{"status": "PENDING"},
		"is_auto_generated": false, "is_holiday": false, "is_on_time_off": false,
		"created_at": "2026-11-01T12:00:00Z", "updated_at": "2026-11-01T12:00:00Z",
	}
	if diff := cmp.Diff(want, a.get(path).wantStatus(http.StatusOK).object()); diff != "" {
		t.Errorf("created:\n%s", diff)
	}
	a.clock.advance(1e9 * 60)
	patched := a.json(http.MethodPatch, path+"?skip_approval=true", object{"end": nil, "project": nil, "comment": "later"}).wantStatus(http.StatusOK).object()
	if patched["id"] != made["id"] {
		t.Errorf("PATCH answered %v", patched)
	}
	want["end"], want["project"], want["comment"], want["approval"], want["updated_at"] = nil, nil, "later", object{"status": "CONFIRMED"}, "2026-11-01T12:01:00Z"
	if diff := cmp.Diff(want, a.get(path).object()); diff != "" {
		t.Errorf("patched:\n%s", diff)
	}
	a.do(http.MethodDelete, path, "", "").wantStatus(http.StatusNoContent)
	for _, method := range []string{http.MethodGet, http.MethodPatch, http.MethodDelete} {
		a.do(method, path, "application/json", "{}").wantProblem(http.StatusNotFound, "Resource not found", "#common.requested_resource_not_found")
	}
}

func TestAttendanceRefusals(t *testing.T) {
	t.Parallel()
	a := start(t, sandbox.Options{}, sandbox.Credential{})
	person := itoa(a.Company().People()[4].ID)
	body := func(change object) object {
		full := object{"person": ref(person), "type": "WORK", "start": clockAt("2026-10-21T08:00:00"), "end": clockAt("2026-10-21T12:00:00")}
		maps.Copy(full, change)
		return full
	}
	a.json(http.MethodPost, "/v2/attendance-periods", body(nil)).wantStatus(http.StatusCreated)
	before := len(a.Records().Attendances.All())
	for _, change := range []object{
		{"person": nil}, {"type": "SLEEP"}, {"start": nil}, {"start": clockAt("2026-10-22T08:00:00Z")}, {"start": clockAt("morning")},
	} {
		a.json(http.MethodPost, "/v2/attendance-periods", body(change)).wantProblem(http.StatusBadRequest, "Bad request", "#common.bad_request")
	}
	a.do(http.MethodPost, "/v2/attendance-periods", "application/json", "[").wantProblem(http.StatusBadRequest, "Bad request", "#common.bad_request")
	a.json(http.MethodPost, "/v2/attendance-periods?skip_approval=yes", body(nil)).wantProblem(http.StatusBadRequest, "Bad request", "#common.bad_request")
	for _, change := range []object{
		{},
		{"person": ref("12")},
		{"end": clockAt("2026-10-21T07:00:00")},
		{"project": ref("none"), "start": clockAt("2026-10-22T08:00:00"), "end": nil},
		{"type": "BREAK", "project": ref(records.ProjectInternal), "start": clockAt("2026-10-22T08:00:00"), "end": nil},
		{"start": clockAt("2026-10-21T11:59:00"), "end": nil},
	} {
		a.json(http.MethodPost, "/v2/attendance-periods", body(change)).wantProblem(http.StatusUnprocessableEntity, "Unprocessable entity", "#common.unprocessable_entity")
	}
	if after := len(a.Records().Attendances.All()); after != before {
		t.Errorf("%d attendances, %d before the refusals", after, before)
	}
	a.json(http.MethodPost, "/v2/attendance-periods", body(object{"type": "BREAK", "start": clockAt("2026-10-21T12:00:00"), "end": clockAt("2026-10-21T12:30:00")})).wantStatus(http.StatusCreated)
}

func TestAttendanceFilters(t *testing.T) {
	t.Parallel()
	a := start(t, sandbox.Options{}, sandbox.Credential{})
	all := a.get("/v2/attendance-periods?limit=100").data()
	if len(all) < 20 || a.get("/v2/attendance-periods?limit=100").next() != "" {
		t.Fatalf("%d attendances", len(all))
	}
	day := text(all[0]["attribution_date"])
	begins, person := nested(all[1], "start", "date_time"), nested(all[0], "person", "id")
	for query, keep := range map[string]func(object) bool{
		"person.id=" + person + ",5":                                   func(o object) bool { return nested(o, "person", "id") == person },
		"id=" + text(all[3]["id"]):                                     func(o object) bool { return o["id"] == all[3]["id"] },
		"project.id=" + records.ProjectInternal:                        func(o object) bool { return nested(o, "project", "id") == records.ProjectInternal },
		"status=PENDING":                                               func(o object) bool { return nested(o, "approval", "status") == "PENDING" },
		"attribution_date.gte=" + day + "&attribution_date.lte=" + day: func(o object) bool { return o["attribution_date"] == day },
		"start.date_time.gte=" + begins:                                func(o object) bool { return nested(o, "start", "date_time") >= begins },
		"end.date_time.lte=" + begins:                                  func(o object) bool { return nested(o, "end", "date_time") <= begins },
		"updated_at.lte=2026-08-20T00:00:00":                           func(o object) bool { return text(o["updated_at"]) <= "2026-08-20T00:00:00Z" },
		"unknown=1":                                                    func(object) bool { return true },
	} {
		want := slices.DeleteFunc(slices.Clone(all), func(o object) bool { return !keep(o) })
		got := a.get("/v2/attendance-periods?limit=100&" + query).wantStatus(http.StatusOK).data()
		if diff := cmp.Diff(v2IDs(want), v2IDs(got)); diff != "" {
			t.Errorf("%s:\n%s", query, diff)
		}
	}
	sorted := a.get("/v2/attendance-periods?limit=100&sort=-person.id,start.date_time").data()
	if !slices.IsSortedFunc(sorted, func(x, y object) int {
		if order := strings.Compare(nested(y, "person", "id"), nested(x, "person", "id")); order != 0 {
			return order
		}
		return strings.Compare(nested(x, "start", "date_time"), nested(y, "start", "date_time"))
	}) || len(sorted) != len(all) {
		t.Error("not sorted by person, the highest first, and start")
	}
	gone, _ := a.Company().Person(mustInt(person))
	a.do(http.MethodDelete, "/v2/persons/"+itoa(gone.ID), "", "").wantStatus(http.StatusNoContent)
	if left := a.get("/v2/attendance-periods?person.id=" + person).data(); len(left) != 0 {
		t.Errorf("%d attendances of nobody", len(left))
	}
	a.get("/v2/attendance-periods/" + text(all[0]["id"])).wantStatus(http.StatusNotFound)
}
