package sandbox_test

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/personio-community/terraform-provider-personio/internal/sandbox"
	"github.com/personio-community/terraform-provider-personio/internal/sandbox/company"
	"github.com/personio-community/terraform-provider-personio/internal/sandbox/records"
)

// The absence types of every demo company.
const (
	vacation   = records.VacationTypeID
	sick       = "0b2a3f6c-5d6e-4a2b-9c11-3f5a7d1e1002"
	homeOffice = "0b2a3f6c-5d6e-4a2b-9c11-3f5a7d1e1004"
)

// unoccupied is somebody who has no absence.
func unoccupied(a *api) company.Person {
	a.t.Helper()
	for _, p := range a.Company().People() {
		if !slices.ContainsFunc(a.Records().Absences.All(), func(r records.Absence) bool { return r.PersonID == p.ID }) && p.Active() {
			return p
		}
	}
	a.t.Fatal("everybody is away at times")
	return company.Person{}
}

func TestAbsenceLifecycle(t *testing.T) {
	t.Parallel()
	a := start(t, sandbox.Options{}, sandbox.Credential{})
	person := itoa(unoccupied(a).ID)
	half := func(at, kind string) object { return object{"date_time": at, "type": kind} }
	// Thursday to Monday, the first day from noon on.
	made := a.json(http.MethodPost, "/v2/absence-periods", object{
		"person": ref(person), "absence_type": ref(vacation), "comment": "Süden",
		"starts_from": half("2026-12-10T00:00:00", "SECOND_HALF"), "ends_at": half("2026-12-15T00:00:00", "SECOND_HALF"),
	}).wantStatus(http.StatusCreated).object()
	path := "/v2/absence-periods/" + text(made["id"])
	want := object{
		"id": made["id"], "person": ref(person), "absence_type": ref(vacation), "timezone_id": "Europe/Berlin", "comment": "Süden",
		"starts_from": half("2026-12-10T00:00:00", "SECOND_HALF"), "ends_at": half("2026-12-15T00:00:00", "SECOND_HALF"),
		"approval": object{"status": "PENDING"}, "created_at": "2026-11-01T12:00:00Z", "updated_at": "2026-11-01T12:00:00Z",
	}
	if diff := cmp.Diff(want, a.get(path).wantStatus(http.StatusOK).object()); diff != "" {
		t.Errorf("created:\n%s", diff)
	}
	day := func(date string, value float64) object {
		return object{"date": date, "effective_duration": object{"unit": "DAY", "value": value}}
	}
	if diff := cmp.Diff([]object{day("2026-12-10", 0.5), day("2026-12-11", 1), day("2026-12-14", 1)}, a.get(path+"/breakdowns").wantStatus(http.StatusOK).data()); diff != "" {
		t.Errorf("breakdown:\n%s", diff)
	}
	a.json(http.MethodPatch, path+"?skip_approval=true", object{"starts_from": object{"date": "2026-12-14"}, "ends_at": object{"date": "2026-12-14", "type": "FIRST_HALF"}}).wantStatus(http.StatusNoContent)
	want["starts_from"], want["ends_at"] = half("2026-12-14T00:00:00", "FIRST_HALF"), half("2026-12-15T00:00:00", "FIRST_HALF")
	want["approval"] = object{"status": "APPROVED"}
	if diff := cmp.Diff(want, a.get(path).object()); diff != "" {
		t.Errorf("patched:\n%s", diff)
	}
	if diff := cmp.Diff([]object{day("2026-12-14", 0.5)}, a.get(path+"/breakdowns").data()); diff != "" {
		t.Errorf("breakdown after the patch:\n%s", diff)
	}
	a.do(http.MethodDelete, path, "", "").wantStatus(http.StatusNoContent)
	for _, gone := range []string{path, path + "/breakdowns"} {
		a.get(gone).wantProblem(http.StatusNotFound, "Resource not found", "#common.requested_resource_not_found")
	}
	a.do(http.MethodDelete, path, "", "").wantStatus(http.StatusNotFound)
	a.json(http.MethodPatch, path, object{}).wantStatus(http.StatusNotFound)
}

func TestAbsenceInHours(t *testing.T) {
	t.Parallel()
	a := start(t, sandbox.Options{}, sandbox.Credential{})
	person := itoa(unoccupied(a).ID)
	made := a.json(http.MethodPost, "/v2/absence-periods", object{
		"person": ref(person), "absence_type": ref(homeOffice), "starts_from": clockAt("2026-12-10T09:00:00"), "ends_at": clockAt("2026-12-10T11:30:00"),
	}).wantStatus(http.StatusCreated).object()
	path := "/v2/absence-periods/" + text(made["id"])
	shown := a.get(path).object()
	if diff := cmp.Diff(any(object{"date_time": "2026-12-10T11:30:00", "type": nil}), shown["ends_at"]); diff != "" {
		t.Errorf("ends_at:\n%s", diff)
	}
	if nested(shown, "approval", "status") != "APPROVED" {
		t.Errorf("home office needs no approval: %v", shown["approval"])
	}
	want := []object{{"date": "2026-12-10", "effective_duration": object{"unit": "HOUR", "value": 2.5}}}
	if diff := cmp.Diff(want, a.get(path+"/breakdowns").data()); diff != "" {
		t.Errorf("breakdown:\n%s", diff)
	}
	a.get("/v1/company/time-offs/" + text(made["id"])).wantV1Error(http.StatusNotFound)
}

func TestAbsenceRefusals(t *testing.T) {
	t.Parallel()
	a := start(t, sandbox.Options{}, sandbox.Credential{})
	person := itoa(unoccupied(a).ID)
	body := func(change object) object {
		full := object{"person": ref(person), "absence_type": ref(sick), "starts_from": clockAt("2026-12-10T00:00:00"), "ends_at": clockAt("2026-12-12T00:00:00")}
		maps.Copy(full, change)
		return full
	}
	made := a.json(http.MethodPost, "/v2/absence-periods", body(nil)).wantStatus(http.StatusCreated).object()
	for _, change := range []object{
		{"person": nil},
		{"absence_type": nil},
		{"starts_from": nil},
		{"starts_from": clockAt("soon")},
		{"starts_from": clockAt("2026-12-20T10:00:00")},
		{"ends_at": object{"date": "2026-12-20", "type": "THIRD"}},
	} {
		a.json(http.MethodPost, "/v2/absence-periods", body(change)).wantProblem(http.StatusBadRequest, "Bad request", "#common.bad_request")
	}
	for _, change := range []object{
		{},
		{"person": ref("3")},
		{"absence_type": ref("3")},
		{"ends_at": clockAt("2026-12-09T00:00:00")},
		{"ends_at": nil},
		{"starts_from": object{"date": "2026-12-20", "type": "SECOND_HALF"}, "ends_at": object{"date": "2026-12-20", "type": "FIRST_HALF"}},
	} {
		a.json(http.MethodPost, "/v2/absence-periods", body(change)).wantProblem(http.StatusUnprocessableEntity, "Unprocessable entity", "#common.unprocessable_entity")
	}
	a.json(http.MethodPatch, "/v2/absence-periods/"+text(made["id"]), object{"person": ref(person)}).wantProblem(http.StatusBadRequest, "Bad request", "#common.bad_request")
}

func TestAbsenceTypes(t *testing.T) {
	t.Parallel()
	a := start(t, sandbox.Options{}, sandbox.Credential{})
	want := object{"id": vacation, "name": "Paid vacation", "category": "PAID_VACATION", "unit": "DAY"}
	if diff := cmp.Diff(want, a.get("/v2/absence-types").wantStatus(http.StatusOK).data()[0]); diff != "" {
		t.Errorf("first of the list:\n%s", diff)
	}
	if diff := cmp.Diff(want, a.get("/v2/absence-types/"+vacation).wantStatus(http.StatusOK).object()); diff != "" {
		t.Errorf("one:\n%s", diff)
	}
	a.get("/v2/absence-types/1").wantProblem(http.StatusNotFound, "Resource not found", "#common.requested_resource_not_found")
	v1 := a.get("/v1/company/time-off-types?limit=1&offset=3").wantStatus(http.StatusOK).data()
	wantV1 := []object{{"type": "TimeOffType", "attributes": object{"id": 113440.0, "name": "Home office", "category": "offsite_work", "unit": "hour", "approval_required": false}}}
	if diff := cmp.Diff(wantV1, v1); diff != "" {
		t.Errorf("v1:\n%s", diff)
	}
	a.get("/v1/company/time-off-types?limit=0").wantV1Error(http.StatusUnprocessableEntity)
}

func TestAbsenceFilters(t *testing.T) {
	t.Parallel()
	a := start(t, sandbox.Options{}, sandbox.Credential{})
	all := a.get("/v2/absence-periods?limit=100").data()
	if len(all) < 30 {
		t.Fatalf("%d absences", len(all))
	}
	begins, person := nested(all[2], "starts_from", "date_time"), nested(all[0], "person", "id")
	for query, keep := range map[string]func(object) bool{
		"person.id=" + person:                          func(o object) bool { return nested(o, "person", "id") == person },
		"absence_type.id=" + sick:                      func(o object) bool { return nested(o, "absence_type", "id") == sick },
		"id=" + text(all[1]["id"]):                     func(o object) bool { return o["id"] == all[1]["id"] },
		"starts_from.date_time.gte=" + begins + "Z":    func(o object) bool { return nested(o, "starts_from", "date_time") >= begins },
		"starts_from.date_time.lte=" + begins + ".000": func(o object) bool { return nested(o, "starts_from", "date_time") <= begins },
		"ends_at.date_time.lte=" + begins[:10]: func(o object) bool {
			return o["ends_at"] != nil && nested(o, "ends_at", "date_time") <= begins[:10]+"T00:00:00"
		},
		"updated_at.gte=2026-08-01T00:00:00Z": func(o object) bool { return text(o["updated_at"]) >= "2026-08-01T00:00:00Z" },
	} {
		want := slices.DeleteFunc(slices.Clone(all), func(o object) bool { return !keep(o) })
		if diff := cmp.Diff(v2IDs(want), v2IDs(a.get("/v2/absence-periods?limit=100&"+query).wantStatus(http.StatusOK).data())); diff != "" {
			t.Errorf("%s:\n%s", query, diff)
		}
	}
}

func TestTimeOffLifecycle(t *testing.T) {
	t.Parallel()
	a := start(t, sandbox.Options{}, sandbox.Credential{Attributes: []string{"last_name", "email"}})
	p := unoccupied(a)
	form := url.Values{
		"employee_id": {itoa(p.ID)}, "time_off_type_id": {"113437"}, "start_date": {"2026-12-10"}, "end_date": {"2026-12-14"},
		"half_day_start": {"false"}, "half_day_end": {"true"}, "comment": {"Ärger"},
	}
	made := a.form("/v1/company/time-offs", form).wantStatus(http.StatusOK).object()
	attributes, _ := dig(made, "data", "attributes").(object)
	id, _ := attributes["id"].(float64)
	attribute := func(label, kind, key string, value any) object {
		return object{"label": label, "type": kind, "universal_id": key, "value": value}
	}
	want := object{
		"id": id, "status": "approved", "comment": "Ärger", "start_date": "2026-12-10T00:00:00+01:00", "end_date": "2026-12-14T00:00:00+01:00",
		"days_count": 2.5, "half_day_start": 0.0, "half_day_end": 1.0, "certificate": object{"status": "not-required"}, "created_by": "API",
		"time_off_type": object{"type": "TimeOffType", "attributes": object{"id": 113437.0, "name": "Paid vacation", "category": "paid_vacation"}},
		"employee": object{"type": "Employee", "attributes": object{
			"id": attribute("ID", "integer", "id", float64(p.ID)), "last_name": attribute("Last name", "standard", "last_name", p.LastName),
			"email": attribute("Email", "standard", "email", p.Email),
		}},
		"created_at": "2026-11-01T13:00:00+01:00", "updated_at": "2026-11-01T13:00:00+01:00",
	}
	if diff := cmp.Diff(want, attributes); diff != "" {
		t.Errorf("created:\n%s", diff)
	}
	path := "/v1/company/time-offs/" + itoa(int(id))
	if diff := cmp.Diff(dig(made, "data"), dig(a.get(path).wantStatus(http.StatusOK).object(), "data")); diff != "" {
		t.Errorf("read again:\n%s", diff)
	}
	form.Set("start_date", "2026-12-17")
	form.Set("end_date", "2026-12-17")
	form.Set("skip_approval", "false")
	if second := a.form("/v1/company/time-offs", form).wantStatus(http.StatusOK).object(); dig(second, "data", "attributes", "status") != "pending" {
		t.Errorf("with approval: %v", second)
	}
	balance := a.get("/v1/company/employees/" + itoa(p.ID) + "/absences/balance").wantStatus(http.StatusOK).data()
	wantBalance := []object{{"id": 113437.0, "name": "Paid vacation", "category": "paid_vacation", "balance": p.VacationDayBalance, "available_balance": p.VacationDayBalance - 3}}
	if p.Entitlement < 0 {
		wantBalance = []object{}
	}
	if diff := cmp.Diff(wantBalance, balance); diff != "" {
		t.Errorf("balance:\n%s", diff)
	}
	deleted := a.do(http.MethodDelete, path, "", "").wantStatus(http.StatusOK).object()
	if dig(deleted, "data", "message") != "The absence period was deleted." {
		t.Errorf("delete answered %v", deleted)
	}
	a.get(path).wantV1Error(http.StatusNotFound)
	a.do(http.MethodDelete, path, "", "").wantV1Error(http.StatusNotFound)
	a.do(http.MethodDelete, "/v1/company/time-offs/abc", "", "").wantV1Error(http.StatusBadRequest)
	a.get("/v1/company/employees/1/absences/balance").wantV1Error(http.StatusNotFound)
}

func TestTimeOffRefusals(t *testing.T) {
	t.Parallel()
	a := start(t, sandbox.Options{}, sandbox.Credential{})
	full := func(change ...string) url.Values {
		form := url.Values{
			"employee_id": {itoa(unoccupied(a).ID)}, "time_off_type_id": {"113438"}, "start_date": {"2026-12-10"}, "end_date": {"2026-12-10"},
			"half_day_start": {"0"}, "half_day_end": {"0"},
		}
		for i := 0; i < len(change); i += 2 {
			form.Set(change[i], change[i+1])
		}
		return form
	}
	for status, changes := range map[int][][]string{
		http.StatusUnprocessableEntity: {{"employee_id", ""}, {"start_date", "10.12.2026"}, {"end_date", "2026-12-09"}, {"half_day_start", ""}, {"half_day_end", "maybe"}},
		http.StatusNotFound:            {{"employee_id", "2"}, {"time_off_type_id", "2"}},
		http.StatusBadRequest:          {{"time_off_type_id", "113440"}, {"half_day_start", "1", "half_day_end", "1"}},
	} {
		for _, change := range changes {
			a.form("/v1/company/time-offs", full(change...)).wantV1Error(status)
		}
	}
	a.json(http.MethodPost, "/v1/company/time-offs", object{"employee_id": 1}).wantV1Error(http.StatusUnprocessableEntity)
	form := full()
	a.form("/v1/company/time-offs", form).wantStatus(http.StatusOK)
	if got := a.form("/v1/company/time-offs", form).wantV1Error(http.StatusBadRequest); got != "Error when trying to insert absence period" {
		t.Errorf("overlap: %q", got)
	}
}

func TestTimeOffList(t *testing.T) {
	t.Parallel()
	a := start(t, sandbox.Options{}, sandbox.Credential{})
	all := a.get("/v1/company/time-offs").wantStatus(http.StatusOK).data()
	ids := func(rows []object) []any {
		got := []any{}
		for _, row := range rows {
			got = append(got, dig(row, "attributes", "id"))
		}
		return got
	}
	// The offset is the number of a page.
	var paged []object
	for page := 1; ; page++ {
		r := a.get("/v1/company/time-offs?limit=10&offset=" + itoa(page)).wantStatus(http.StatusOK)
		paged = append(paged, r.data()...)
		if dig(r.object(), "metadata", "current_page") != float64(page) {
			t.Fatalf("page %d: %v", page, dig(r.object(), "metadata"))
		}
		if dig(r.object(), "metadata", "total_pages") == float64(page) {
			break
		}
	}
	if diff := cmp.Diff(ids(all), ids(paged)); diff != "" || len(all) < 20 {
		t.Errorf("%d rows:\n%s", len(all), diff)
	}
	if beyond := a.get("/v1/company/time-offs?limit=10&offset=9000000000000000000").data(); len(beyond) != 0 {
		t.Errorf("beyond the end: %d rows", len(beyond))
	}
	at := func(row object, field string) time.Time {
		got, err := time.Parse(time.RFC3339, nested(row, "attributes", field))
		if err != nil {
			return time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC)
		}
		return got
	}
	first := itoa(int(dig(all[0], "attributes", "employee", "attributes", "id", "value").(float64)))
	from, until := at(all[5], "start_date"), at(all[5], "end_date")
	for query, keep := range map[string]func(object) bool{
		"employees[]=" + first + "&employees[]=5": func(o object) bool {
			return dig(o, "attributes", "employee", "attributes", "id", "value") == float64(mustInt(first))
		},
		"start_date=" + from.Format(time.DateOnly) + "&end_date=" + until.Format(time.DateOnly): func(o object) bool {
			return !at(o, "start_date").After(until) && !at(o, "end_date").Before(from)
		},
		"updated_from=2026-08-01": func(o object) bool { return nested(o, "attributes", "updated_at") >= "2026-08-01" },
		"updated_to=2026-08-01":   func(o object) bool { return nested(o, "attributes", "updated_at") < "2026-08-02" },
	} {
		want := slices.DeleteFunc(slices.Clone(all), func(o object) bool { return !keep(o) })
		if diff := cmp.Diff(ids(want), ids(a.get("/v1/company/time-offs?"+query).wantStatus(http.StatusOK).data())); diff != "" {
			t.Errorf("%s:\n%s", query, diff)
		}
	}
	for _, query := range []string{"limit=0", "offset=-1", "start_date=x", "updated_to=x"} {
		a.get("/v1/company/time-offs?" + query).wantV1Error(http.StatusUnprocessableEntity)
		a.get("/v1/company/absence-periods?" + query).wantV1Error(http.StatusBadRequest)
	}
}

func TestHourlyAbsences(t *testing.T) {
	t.Parallel()
	a := start(t, sandbox.Options{}, sandbox.Credential{Attributes: []string{}})
	p := unoccupied(a)
	form := url.Values{"employee_id": {itoa(p.ID)}, "time_off_type_id": {"113440"}, "start_date": {"2026-12-10"}, "end_date": {"2026-12-10"}, "start_time": {"09:15"}, "end_time": {"11:45"}}
	made := a.form("/v1/company/absence-periods", form).wantStatus(http.StatusCreated).object()
	attributes, _ := dig(made, "data", "attributes").(object)
	id := text(attributes["id"])
	want := object{
		"id": id, "measurement_unit": "hour", "effective_duration": 150.0, "certificate": object{"status": "not-required"},
		"employee":     object{"type": "Employee", "attributes": object{"id": object{"label": "ID", "type": "integer", "universal_id": "id", "value": float64(p.ID)}}},
		"absence_type": object{"type": "AbsenceType", "attributes": object{"id": homeOffice, "name": "Home office", "time_off_type_id": 113440.0}},
		"start":        "2026-12-10T08:15:00.000Z", "end": "2026-12-10T10:45:00.000Z", "half_day_start": false, "half_day_end": false, "comment": "",
		"origin": "api", "status": "approved", "timezone": "Europe/Berlin", "created_by": float64(p.ID),
		"created_at": "2026-11-01T12:00:00.000Z", "updated_at": "2026-11-01T12:00:00.000Z", "approved_at": "2026-11-01T12:00:00.000Z",
		"breakdowns": []any{object{"date": "2026-12-10", "effective_duration": 150.0}},
	}
	if diff := cmp.Diff(want, attributes); diff != "" {
		t.Errorf("created:\n%s", diff)
	}
	for _, query := range []string{"absence_periods[]=" + id, "employees[]=" + itoa(p.ID) + "&absence_types[]=" + homeOffice, "start_date=2026-12-10&end_date=2026-12-10&employees[]=" + itoa(p.ID)} {
		r := a.get("/v1/company/absence-periods?" + query).wantStatus(http.StatusOK)
		if rows := r.data(); len(rows) != 1 || !cmp.Equal(rows[0]["attributes"], any(want)) || dig(r.object(), "metadata", "current_page") != 0.0 {
			t.Errorf("%s: %s", query, r.body)
		}
	}
	if got := a.get("/v1/company/absence-periods?absence_types[]=x").wantV1Error(http.StatusNotFound); got != "models.absence-types.not-found" {
		t.Errorf("unknown type: %q", got)
	}
	form.Set("start_time", "12:00")
	a.form("/v1/company/absence-periods", form).wantV1Error(http.StatusUnprocessableEntity)
	form.Set("start_time", "")
	a.form("/v1/company/absence-periods", form).wantV1Error(http.StatusUnprocessableEntity)
	form.Set("time_off_type_id", "113437")
	a.form("/v1/company/absence-periods", form).wantV1Error(http.StatusBadRequest)
	form.Set("time_off_type_id", "1")
	a.form("/v1/company/absence-periods", form).wantV1Error(http.StatusNotFound)
	path := "/v1/company/absence-periods/"
	a.do(http.MethodDelete, path+"1", "", "").wantV1Error(http.StatusBadRequest)
	a.do(http.MethodDelete, path+id, "", "").wantStatus(http.StatusOK)
	a.do(http.MethodDelete, path+id, "", "").wantV1Error(http.StatusNotFound)
}
