package sandbox_test

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/personio-community/terraform-provider-personio/internal/sandbox"
	"github.com/personio-community/terraform-provider-personio/internal/sandbox/company"
	"github.com/personio-community/terraform-provider-personio/internal/sandbox/records"
)

func salaried(a *api) company.Person {
	a.t.Helper()
	people := a.Company().People()
	at := slices.IndexFunc(people, func(p company.Person) bool { return p.FixSalary > 0 && p.Employment.Status == company.StatusActive })
	if at < 0 {
		a.t.Fatal("nobody is paid")
	}
	return people[at]
}

func TestCompensations(t *testing.T) {
	t.Parallel()
	a := start(t, sandbox.Options{}, sandbox.Credential{})
	p := salaried(a)
	mine := "/v2/compensations?person.id=" + itoa(p.ID)
	before := a.get(mine).wantStatus(http.StatusOK).data()
	salary := before[0]
	want := object{
		"id": salary["id"], "person": ref(itoa(p.ID)), "legal_entity": ref(itoa(p.Employment.LegalEntityID)),
		"type": object{"id": nil, "name": "Fixed salary", "category": "FIXED_SALARY"}, "amount": object{"value": p.FixSalary, "currency": "EUR"},
		"interval": "MONTHLY", "effective_from": p.Employment.HireDate,
		"weekly_working_hours": p.Employment.WeeklyHours, "full_time_weekly_working_hours": p.Employment.FullTimeWeeklyHours,
	}
	if diff := cmp.Diff(want, salary); diff != "" {
		t.Errorf("salary:\n%s", diff)
	}
	if err := a.Company().Update(p.ID, func(p *company.Person) { p.FixSalary = 4321 }); err != nil {
		t.Fatal(err)
	}
	if got := dig(a.get(mine).data()[0], "amount", "value"); got != 4321.0 {
		t.Errorf("after a raise: %v", got)
	}

	bonus := a.json(http.MethodPost, "/v2/compensations", object{
		"person": ref(itoa(p.ID)), "type": ref(records.CompensationBonus), "value": 750.25, "currency": "PLN", "effective_from": "2026-12-05", "comment": "danke",
	}).wantStatus(http.StatusOK).object()
	wantBonus := object{
		"id": bonus["id"], "person": ref(itoa(p.ID)), "type": ref(records.CompensationBonus), "value": 750.25, "currency": "PLN",
		"effective_from": "2026-12-05", "interval": nil, "comment": "danke", "_meta": object{},
	}
	if diff := cmp.Diff(wantBonus, bonus); diff != "" {
		t.Errorf("created:\n%s", diff)
	}
	has := func(query string) bool {
		t.Helper()
		return slices.Contains(v2IDs(a.get(mine+query).wantStatus(http.StatusOK).data()), text(bonus["id"]))
	}
	for query, want := range map[string]bool{
		"": false, "&start_date=2026-12-01": true, "&end_date=2026-12-05": true, "&end_date=2026-12-04": false,
		"&start_date=2026-12-05&end_date=2027-01-05": true, "&start_date=2026-12-06&end_date=2026-12-31": false,
		"&start_date=2026-12-01&legal_entity.id=1": false,
	} {
		if got := has(query); got != want {
			t.Errorf("%q: in the list: %v", query, got)
		}
	}
}

func TestCompensationRefusals(t *testing.T) {
	t.Parallel()
	a := start(t, sandbox.Options{}, sandbox.Credential{})
	full := object{"person": ref(itoa(salaried(a).ID)), "type": ref(records.CompensationCar), "value": 1, "currency": "EUR", "effective_from": "2026-12-05", "interval": "HALF-YEARLY"}
	a.json(http.MethodPost, "/v2/compensations", full).wantStatus(http.StatusOK)
	before := len(a.Records().Compensations.All())
	for key, value := range map[string]any{
		"person": ref("1"), "type": ref("1"), "value": nil, "currency": "Euro", "effective_from": "soon", "interval": "DAILY",
	} {
		body := maps.Clone(full)
		body[key] = value
		a.json(http.MethodPost, "/v2/compensations", body).wantProblem(http.StatusBadRequest, "Bad request", "#common.bad_request")
	}
	full["type"] = ref(records.CompensationBonus) // paid once, but with an interval
	a.json(http.MethodPost, "/v2/compensations", full).wantProblem(http.StatusBadRequest, "Bad request", "#common.bad_request")
	if after := len(a.Records().Compensations.All()); after != before {
		t.Errorf("%d entries, %d before", after, before)
	}
}

func TestCompensationTypes(t *testing.T) {
	t.Parallel()
	a := start(t, sandbox.Options{}, sandbox.Credential{})
	made := a.json(http.MethodPost, "/v2/compensations/types", object{"name": "Zulage", "category": "RECURRING"}).wantStatus(http.StatusOK).object()
	if diff := cmp.Diff(object{"id": made["id"], "name": "Zulage", "category": "RECURRING", "_meta": object{}}, made); diff != "" {
		t.Errorf("created:\n%s", diff)
	}
	want := []object{
		{"id": records.CompensationBonus, "name": "Prämie", "category": "ONE_TIME"},
		{"id": records.CompensationCar, "name": "Car allowance", "category": "RECURRING"},
		{"id": made["id"], "name": "Zulage", "category": "RECURRING"},
	}
	if diff := cmp.Diff(want, a.get("/v2/compensations/types").wantStatus(http.StatusOK).data()); diff != "" {
		t.Errorf("list:\n%s", diff)
	}
	for _, body := range []object{{"name": "", "category": "RECURRING"}, {"name": "x", "category": "HOURLY"}, {"name": "x"}} {
		a.json(http.MethodPost, "/v2/compensations/types", body).wantProblem(http.StatusBadRequest, "Bad request", "#common.bad_request")
	}
	a.do(http.MethodDelete, "/v2/compensations/types/"+text(made["id"]), "", "").wantProblem(http.StatusNotFound, "Not Found", "#apinot_found")
}

func TestJobsAndSalaryBands(t *testing.T) {
	t.Parallel()
	a := start(t, sandbox.Options{}, sandbox.Credential{})
	jobs := a.get("/v2/jobs").wantStatus(http.StatusOK).data()
	if ids := v2IDs(jobs); !slices.IsSortedFunc(ids, func(x, y string) int { return strings.Compare(y, x) }) || len(ids) != 4 {
		t.Errorf("not the highest id first: %v", ids)
	}
	var names []any
	for _, job := range a.get("/v2/jobs?sort=name&name=Software+Engineer,Office+Manager").data() {
		names = append(names, job["name"])
	}
	if diff := cmp.Diff([]any{"Office Manager", "Software Engineer"}, names); diff != "" {
		t.Errorf("by name:\n%s", diff)
	}
	path := "/v2/jobs/" + text(jobs[2]["id"])
	want := object{
		"id": jobs[2]["id"], "name": "Senior Software Engineer", "job_family": "Engineering", "level": "L4",
		"job_track": "Individual Contributor", "global_grade": "G7", "salary_band_ids": []any{"91c8e7d2-2f60-4c5b-8b40-5f0130000002"},
	}
	if diff := cmp.Diff(want, a.get(path).wantStatus(http.StatusOK).object()); diff != "" {
		t.Errorf("job:\n%s", diff)
	}
	wantBand := object{"id": "91c8e7d2-2f60-4c5b-8b40-5f0130000002", "name": "Engineering L4", "currency": "EUR", "minimum": 68000.0, "maximum": 88000.0}
	if diff := cmp.Diff(wantBand, a.get("/v2/salary-bands/91c8e7d2-2f60-4c5b-8b40-5f0130000002").wantStatus(http.StatusOK).object()); diff != "" {
		t.Errorf("band:\n%s", diff)
	}
	if diff := cmp.Diff([]object{wantBand}, a.get("/v2/salary-bands?id=1,91c8e7d2-2f60-4c5b-8b40-5f0130000002").data()); diff != "" {
		t.Errorf("bands:\n%s", diff)
	}
	for _, missing := range []string{"/v2/jobs/1", "/v2/salary-bands/1"} {
		a.get(missing).wantProblem(http.StatusNotFound, "Resource not found", "#common.requested_resource_not_found")
	}
	a.token = a.login(a.AddCredential(sandbox.Credential{Scopes: []string{"personio:jobs:read"}}))
	if bands := a.get(path).object()["salary_band_ids"]; !cmp.Equal(bands, any([]any{})) {
		t.Errorf("salary bands without the right to read them: %v", bands)
	}
}
