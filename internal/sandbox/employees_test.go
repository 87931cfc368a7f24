package sandbox_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/personio-community/terraform-provider-personio/internal/sandbox"
	"github.com/personio-community/terraform-provider-personio/internal/sandbox/company"
)

const employees = "/v1/company/employees"

func itoa(id int) string { return strconv.Itoa(id) }

// wantEmployee works out what a reader of the keys must see of a person. The
// supervisor inside shows id, first name, last name and e-mail, if on the list.
func wantEmployee(t *testing.T, a *api, person company.Person, keys ...string) map[string]any {
	t.Helper()
	sees := func(key string) bool { return key == "id" || slices.Contains(keys, key) }
	attributes := map[string]any{}
	for _, attribute := range a.Company().V1Attributes(person, a.url) {
		if !sees(attribute.Key) {
			continue
		}
		shown := asJSON(t, attribute)
		if attribute.Key == "supervisor" && attribute.Value != nil {
			inner, _ := dig(shown, "value", "attributes").(map[string]any)
			for key := range inner {
				if !sees(key) {
					delete(inner, key)
				}
			}
		}
		attributes[attribute.Key] = shown
	}
	return map[string]any{"type": "Employee", "attributes": attributes}
}

func asJSON(t *testing.T, value any) any {
	t.Helper()
	encoded, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	var decoded any
	if err := json.Unmarshal(encoded, &decoded); err != nil {
		t.Fatal(err)
	}
	return decoded
}

func allKeys(a *api) []string {
	var keys []string
	for _, definition := range a.Company().Definitions() {
		keys = append(keys, definition.Key)
	}
	return keys
}

func TestEmployeesShowTheWhitelistAndNothingElse(t *testing.T) {
	t.Parallel()
	for name, whitelist := range map[string][]string{
		"nothing":    {},
		"few":        {"first_name", "department", "supervisor", company.CustomLanguages, company.CustomIBAN},
		"with names": {"last_name", "email", "supervisor", "fix_salary"},
		"unknown":    {"status", "dynamic_999999"},
		"all":        nil,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := start(t, sandbox.Options{}, sandbox.Credential{Attributes: whitelist})
			keys := whitelist
			if keys == nil {
				keys = allKeys(a)
			}
			list := a.get(employees + "?limit=100").wantStatus(http.StatusOK).data()
			people := a.Company().People()
			if len(list) != len(people) {
				t.Fatalf("%d employees, want %d", len(list), len(people))
			}
			for i, person := range people {
				want := wantEmployee(t, a, person, keys...)
				if diff := cmp.Diff(want, list[i]); diff != "" {
					t.Fatalf("employee %d in the list:\n%s", person.ID, diff)
				}
				one := a.get(employees + "/" + itoa(person.ID)).wantStatus(http.StatusOK).object()
				if diff := cmp.Diff(map[string]any{"success": true, "data": want}, one); diff != "" {
					t.Fatalf("employee %d:\n%s", person.ID, diff)
				}
			}
		})
	}
}

func TestV1BodiesAreEscapedASCII(t *testing.T) {
	t.Parallel()
	a := start(t, sandbox.Options{Persons: 250}, sandbox.Credential{})
	body := a.get(employees + "?limit=100").wantStatus(http.StatusOK).body
	if at := bytes.IndexFunc(body, func(r rune) bool { return r > 0x7f }); at >= 0 {
		t.Errorf("byte %d is not ASCII", at)
	}
	if !bytes.Contains(body, []byte(`\u00`)) || !bytes.Contains(body, []byte(`\ud83d\ude42`)) || !bytes.Contains(body, []byte(`http:\/\/`)) {
		t.Error("no escaped umlaut, emoji or slash in a hundred employees")
	}
}

func TestEmployeesPaging(t *testing.T) {
	t.Parallel()
	a := start(t, sandbox.Options{Persons: 205}, sandbox.Credential{Attributes: []string{}})
	people := a.Company().People()
	for _, test := range []struct {
		query                     string
		offset, limit, page, last int
		wantIDs                   []company.Person
	}{
		{"", 0, 50, 0, 5, people[:50]},
		{"?limit=100&offset=100", 100, 100, 1, 3, people[100:200]},
		{"?limit=100&offset=200", 200, 100, 2, 3, people[200:]},
		{"?limit=500", 0, 100, 0, 3, people[:100]},
		{"?limit=7&offset=10", 10, 7, 1, 30, people[10:17]},
		{"?offset=9000", 9000, 50, 180, 5, nil},
	} {
		r := a.get(employees + test.query).wantStatus(http.StatusOK)
		object := r.object()
		metadata := map[string]any{"total_elements": 205.0, "current_page": float64(test.page), "total_pages": float64(test.last)}
		if diff := cmp.Diff(any(metadata), object["metadata"]); diff != "" {
			t.Errorf("%q: metadata:\n%s", test.query, diff)
		}
		if object["offset"] != float64(test.offset) || object["limit"] != float64(test.limit) || object["success"] != true {
			t.Errorf("%q: offset %v, limit %v, success %v", test.query, object["offset"], object["limit"], object["success"])
		}
		if diff := cmp.Diff(personIDs(test.wantIDs), v1IDs(r)); diff != "" {
			t.Errorf("%q: employees:\n%s", test.query, diff)
		}
	}
	for _, query := range []string{"?limit=0", "?limit=-1", "?limit=x", "?offset=-1", "?offset=1.5", "?updated_since=yesterday"} {
		a.get(employees + query).wantV1Error(http.StatusUnprocessableEntity)
	}
}

func personIDs(people []company.Person) []int {
	all := []int{}
	for _, p := range people {
		all = append(all, p.ID)
	}
	return all
}

func v1IDs(r *response) []int {
	all := []int{}
	for _, employee := range r.data() {
		id, _ := dig(employee, "attributes", "id", "value").(float64)
		all = append(all, int(id))
	}
	return all
}

func TestEmployeesFilters(t *testing.T) {
	t.Parallel()
	a := start(t, sandbox.Options{}, sandbox.Credential{})
	people := a.Company().People()
	two := people[2]
	get := func(query url.Values) []int {
		t.Helper()
		return v1IDs(a.get(employees + "?" + query.Encode()).wantStatus(http.StatusOK))
	}
	if got := get(url.Values{"email": {strings.ToUpper(two.Email)}}); !slices.Equal(got, []int{two.ID}) {
		t.Errorf("by e-mail: %v", got)
	}
	if got := get(url.Values{"email": {"nobody@lindenhof.example"}}); len(got) != 0 {
		t.Errorf("by unknown e-mail: %v", got)
	}

	since := noon.Add(-time.Hour)
	change := func(at int, change func(*company.Person)) {
		if err := a.Company().Update(people[at].ID, change); err != nil {
			t.Fatal(err)
		}
	}
	change(4, func(p *company.Person) { p.LastName += "-Neu" })
	change(9, func(p *company.Person) { p.Employment.Position = "CTO" })
	text := since.Format("2006-01-02T15:04:05")
	if got, want := get(url.Values{"updated_since": {text}}), []int{people[4].ID, people[9].ID}; !slices.Equal(got, want) {
		t.Errorf("updated since: %v, want %v", got, want)
	}
	if got, want := get(url.Values{"updated_since": {text}, "attributes[]": {"position", "gender"}}), []int{people[9].ID}; !slices.Equal(got, want) {
		t.Errorf("position updated since: %v, want %v", got, want)
	}
	if got := get(url.Values{"updated_since": {text}, "email": {two.Email}, "limit": {"1"}, "offset": {"1"}}); len(got) != 2 {
		t.Errorf("updated_since does not switch email, limit and offset off: %v", got)
	}
	if got := get(url.Values{"updated_since": {"2000-01-01"}}); len(got) != len(people) {
		t.Errorf("updated since 2000: %d people", len(got))
	}
	if got := get(url.Values{"updated_since": {noon.Format(time.RFC3339)}}); len(got) != 0 {
		t.Errorf("updated since now: %v", got)
	}
}

func TestEmployeesProjection(t *testing.T) {
	t.Parallel()
	a := start(t, sandbox.Options{}, sandbox.Credential{Attributes: []string{"first_name", "last_name", "supervisor", "email"}})
	person := a.Company().People()[0]
	for _, query := range []string{"attributes[]=last_name&attributes[]=fix_salary", "attributes%5B%5D=last_name", "attributes[0]=last_name&attributes[1]=gender"} {
		first := a.get(employees + "?limit=1&" + query).wantStatus(http.StatusOK).data()[0]
		if diff := cmp.Diff(wantEmployee(t, a, person, "last_name"), first); diff != "" {
			t.Errorf("%s:\n%s", query, diff)
		}
	}
	// A projection chooses attributes of the employee, not of the supervisor.
	report := a.get(employees + "?limit=1&offset=1&attributes[]=supervisor").wantStatus(http.StatusOK).data()[0]
	if got := dig(report, "attributes", "supervisor", "value", "attributes", "email", "value"); got != person.Email {
		t.Errorf("supervisor's e-mail: %v, want %v", got, person.Email)
	}
}

func TestAttributes(t *testing.T) {
	t.Parallel()
	a := start(t, sandbox.Options{}, sandbox.Credential{Attributes: []string{"last_name", company.CustomIBAN, company.CustomMaritalStatus, "nothing"}})
	want := []map[string]any{
		{"key": "last_name", "label": "Last name", "type": "standard", "universal_id": "last_name", "options": []any{}},
		{"key": company.CustomIBAN, "label": "IBAN", "type": "standard", "universal_id": "iban", "options": []any{}},
		{"key": company.CustomMaritalStatus, "label": "Marital status", "type": "list", "universal_id": nil, "options": []any{"married", "single", "widowed", "registered partnership"}},
	}
	for _, path := range []string{"/attributes", "/custom-attributes"} {
		if diff := cmp.Diff(want, a.get(employees+path).wantStatus(http.StatusOK).data()); diff != "" {
			t.Errorf("%s:\n%s", path, diff)
		}
	}
	all := start(t, sandbox.Options{}, sandbox.Credential{})
	var keys []string
	for _, row := range all.get(employees + "/attributes").data() {
		keys = append(keys, row["key"].(string)) //nolint:forcetypeassert // a test may panic
	}
	if diff := cmp.Diff(allKeys(all)[1:], keys); diff != "" { // all but the id
		t.Errorf("all attributes:\n%s", diff)
	}
}

func TestWhitelistChangesWhileRunning(t *testing.T) {
	t.Parallel()
	a := start(t, sandbox.Options{}, sandbox.Credential{})
	person := a.Company().People()[1]
	check := func(keys ...string) {
		t.Helper()
		one := a.get(employees + "/" + itoa(person.ID)).wantStatus(http.StatusOK).object()
		if diff := cmp.Diff(any(wantEmployee(t, a, person, keys...)), one["data"]); diff != "" {
			t.Error(diff)
		}
	}
	without := slices.DeleteFunc(allKeys(a), func(key string) bool { return key == "fix_salary" || key == company.CustomIBAN })
	a.DropAttributes(a.credential.ClientID, "fix_salary", company.CustomIBAN)
	check(without...)
	a.SetAttributes(a.credential.ClientID, []string{"email"})
	check("email")
	a.DropAttributes(a.credential.ClientID, "email")
	check()
	a.SetAttributes(a.credential.ClientID, nil)
	check(allKeys(a)...)
}

func TestEmployeeNotFound(t *testing.T) {
	t.Parallel()
	a := start(t, sandbox.Options{}, sandbox.Credential{})
	for _, id := range []string{"1", "x", "99999999999999999999"} {
		a.get(employees + "/" + id).wantV1Error(http.StatusNotFound)
		a.json(http.MethodPatch, employees+"/"+id, map[string]any{"employee": map[string]any{}}).wantV1Error(http.StatusNotFound)
	}
}

func TestCreateEmployee(t *testing.T) {
	t.Parallel()
	a := start(t, sandbox.Options{}, sandbox.Credential{})
	boss := a.Company().People()[0]
	r := a.json(http.MethodPost, employees, map[string]any{"employee": map[string]any{
		"email": "jürg@lindenhof.example", "first_name": "Jürg", "last_name": "Öl", "gender": "male", "position": "developer",
		"subcompany": "Lindenhof France SAS", "department": "IT", "office": "Atlantis", "hire_date": "2030-01-31",
		"weekly_working_hours": 32.5, "supervisor_id": boss.ID,
		"custom_attributes": map[string]any{company.CustomChildren: "3", company.CustomLanguages: "Deutsch, English", "dynamic_1": "x"},
		"fix_salary":        1,
	}}).wantStatus(http.StatusOK)
	object := r.object()
	id, _ := dig(object, "data", "id").(float64)
	if object["success"] != true || dig(object, "data", "message") != "success" {
		t.Errorf("body: %s", r.body)
	}
	if meta, _ := object["meta"].([]any); len(meta) != 2 { // office and dynamic_1
		t.Errorf("meta: %v", object["meta"])
	}
	person, ok := a.Company().Person(int(id))
	if !ok {
		t.Fatalf("nobody has id %v", id)
	}
	e := person.Employment
	if person.FirstName != "Jürg" || person.FixSalary != 0 || e.DepartmentID != 40120 || e.LegalEntityID != 7036 || e.OfficeID != 0 ||
		e.WeeklyHours != 32.5 || e.SupervisorID != boss.ID || e.Status != company.StatusOnboarding || e.HireDate != "2030-01-31" {
		t.Errorf("created %+v", person)
	}
	if diff := cmp.Diff(map[string]any{company.CustomChildren: 3, company.CustomLanguages: []string{"Deutsch", "English"}}, person.Custom); diff != "" {
		t.Errorf("custom attributes:\n%s", diff)
	}

	form := url.Values{"employee[email]": {"form@lindenhof.example"}, "employee[first_name]": {"Form"}, "employee[last_name]": {"Ular"}, "employee[hire_date]": {"2020-01-31"}, "employee[weekly_working_hours]": {"20"}}
	id, _ = dig(a.form(employees, form).wantStatus(http.StatusOK).object(), "data", "id").(float64)
	if person, _ := a.Company().Person(int(id)); person.LastName != "Ular" || person.Employment.Status != company.StatusActive || person.Employment.WeeklyHours != 20 {
		t.Errorf("created by form: %+v", person)
	}
}

func TestCreateEmployeeRefusals(t *testing.T) {
	t.Parallel()
	a := start(t, sandbox.Options{}, sandbox.Credential{})
	taken := a.Company().People()[0].Email
	valid := func(change string, value any) map[string]any {
		fields := map[string]any{"email": "new@lindenhof.example", "first_name": "N", "last_name": "E"}
		fields[change] = value
		return map[string]any{"employee": fields}
	}
	for name, body := range map[string]any{
		"no employee":        map[string]any{"email": "x"},
		"no first name":      valid("first_name", ""),
		"null last name":     valid("last_name", nil),
		"no e-mail":          valid("email", ""),
		"bad e-mail":         valid("email", "at"),
		"taken e-mail":       valid("email", taken),
		"bad status":         valid("status", "retired"),
		"bad gender":         valid("gender", "MALE"),
		"bad date":           valid("hire_date", "31.01.2020"),
		"bad hours":          valid("weekly_working_hours", "many"),
		"bad type":           valid("position", 7),
		"bad supervisor":     valid("supervisor_id", "boss"),
		"bad custom integer": valid("custom_attributes", map[string]any{company.CustomChildren: "two"}),
		"bad option":         valid("custom_attributes", map[string]any{company.CustomMaritalStatus: "engaged"}),
		"custom no object":   valid("custom_attributes", "x"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a.json(http.MethodPost, employees, body).wantV1Error(http.StatusUnprocessableEntity)
		})
	}
	if message := a.json(http.MethodPost, employees, valid("supervisor_id", 1)).wantV1Error(http.StatusUnprocessableEntity); message != "Supervisor with ID 1 not found" {
		t.Errorf("message: %s", message)
	}
	a.do(http.MethodPost, employees, "application/json", "{").wantV1Error(http.StatusUnprocessableEntity)
	if got := a.Company().Len(); got != 60 {
		t.Errorf("%d people after refusals, want 60", got)
	}
}

func TestUpdateEmployee(t *testing.T) {
	t.Parallel()
	a := start(t, sandbox.Options{}, sandbox.Credential{})
	before := a.Company().People()[10]
	path := employees + "/" + itoa(before.ID)
	r := a.json(http.MethodPatch, path, map[string]any{"employee": map[string]any{
		"email": "other@lindenhof.example", "first_name": "Änne", "department": "Nowhere", "hire_date": "2031-02-03", "unknown": 1,
		"supervisor_id": nil, "custom_attributes": map[string]any{company.CustomIBAN: ""},
	}}).wantStatus(http.StatusOK)
	object := r.object()
	if meta, _ := object["meta"].([]any); dig(object, "data", "id") != float64(before.ID) || len(meta) != 1 || !strings.Contains(fmt.Sprint(meta[0]), "Nowhere") {
		t.Errorf("body: %s", r.body)
	}
	after, _ := a.Company().Person(before.ID)
	if after.FirstName != "Änne" || after.Email != before.Email || after.Employment.DepartmentID != before.Employment.DepartmentID ||
		after.Employment.Status != before.Employment.Status || after.Employment.HireDate != "2031-02-03" || after.Employment.SupervisorID != 0 || after.Custom[company.CustomIBAN] != nil {
		t.Errorf("after: %+v", after)
	}
	form := url.Values{"employee[status]": {"leave"}, "employee[department]": {"Marketing"}, "employee[email]": {"x@y.example"}}
	r = a.do(http.MethodPatch, path, "application/x-www-form-urlencoded", form.Encode()).wantStatus(http.StatusOK)
	if diff := cmp.Diff(any([]any{}), r.object()["meta"]); diff != "" {
		t.Errorf("meta:\n%s", diff)
	}
	if after, _ = a.Company().Person(before.ID); after.Employment.Status != company.StatusLeave || after.Employment.DepartmentID != 40160 || after.Email != before.Email {
		t.Errorf("after the form: %+v", after)
	}

	for name, fields := range map[string]map[string]any{
		"own supervisor":        {"supervisor_id": before.ID},
		"nobody":                {"supervisor_id": 3},
		"half good":             {"last_name": "Half", "status": "retired"},
		"custom after the rest": {"last_name": "Half", "custom_attributes": map[string]any{company.CustomChildren: 4, company.CustomBonusFactor: "x"}},
	} {
		a.json(http.MethodPatch, path, map[string]any{"employee": fields}).wantV1Error(http.StatusUnprocessableEntity)
		if unchanged, _ := a.Company().Person(before.ID); unchanged.LastName != before.LastName || !cmp.Equal(unchanged.Custom, after.Custom) {
			t.Errorf("%s: a refused update changed something", name)
		}
	}
}
