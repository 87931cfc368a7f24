package expression_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/personio-community/terraform-provider-personio/internal/expression"
	"github.com/personio-community/terraform-provider-personio/internal/sandbox"
	"github.com/personio-community/terraform-provider-personio/internal/sandbox/company"
)

func TestFromV1(t *testing.T) {
	t.Parallel()
	unreadable := func(reason string) any { return expression.Unreadable{Reason: reason} }
	for _, test := range []struct {
		key, kind, value string
		want             any
	}{
		{"id", "integer", `123`, int64(123)},
		{"id", "integer", `"123"`, int64(123)},
		{"id", "integer", `1.5`, unreadable("expected a whole number, found a number")},
		{"first_name", "standard", `"Ann"`, "Ann"},
		{"first_name", "standard", `"\u00c4nn\/"`, "Änn/"},
		{"first_name", "standard", `""`, nil},
		{"first_name", "standard", `null`, nil},
		{"first_name", "standard", `7`, unreadable("expected text, found a number")},
		{"status", "standard", `"ACTIVE"`, "active"},
		{"weekly_working_hours", "standard", `"40"`, 40.0},
		{"weekly_working_hours", "standard", `38.5`, 38.5},
		{"weekly_working_hours", "standard", `""`, nil},
		{"weekly_working_hours", "standard", `"forty"`, unreadable("expected a number, found text")},
		{"weekly_working_hours", "standard", `"NaN"`, unreadable("expected a number, found text")},
		{"fix_salary", "decimal", `4200`, 4200.0},
		{"hire_date", "date", `"2014-11-09T00:00:00+01:00"`, "2014-11-09"},
		{"hire_date", "date", `"2014-11-09"`, "2014-11-09"},
		{"hire_date", "date", `"2014-11-09 00:00:00"`, "2014-11-09"},
		{"hire_date", "date", `"2014-13-09"`, unreadable("expected a date, found other text")},
		{"hire_date", "date", `"2014-11-09x"`, unreadable("expected a date, found other text")},
		{"hire_date", "date", `7`, unreadable("expected a date, found a number")},
		{"department", "standard", `{"type":"Department","attributes":{"id":1,"name":"IT"}}`, "IT"},
		{"department", "standard", `{"type":"Department","attributes":{"id":1,"name":""}}`, nil},
		{"department", "standard", `{"type":"Department","attributes":{"id":1}}`, unreadable("expected an object with a name, found one without")},
		{"department", "standard", `[]`, nil},
		{"department", "standard", `"IT"`, unreadable("expected an object with a name, found text")},
		{"cost_centers", "standard", `[]`, []string{}},
		{"cost_centers", "standard", `[{"type":"CostCenter","attributes":{"name":"A"}},{"type":"CostCenter","attributes":{"name":"B"}}]`, []string{"A", "B"}},
		{"cost_centers", "standard", `{}`, unreadable("expected a list, found an object")},
		{"absence_entitlement", "standard", `[{"type":"TimeOffType","attributes":{"id":1,"name":"V","entitlement":25.5}}]`, []any{map[string]any{"id": int64(1), "name": "V", "entitlement": 25.5}}},
		{"supervisor", "standard", `[]`, nil},
		{"supervisor", "standard", `"Bo"`, unreadable("expected an employee, found text")},
		{
			"supervisor", "standard", `{"type":"Employee","attributes":{"id":{"value":4},"first_name":{"value":"Bo"},"email":{"value":""},"supervisor":{"value":null}}}`,
			expression.Person{"id": int64(4), "first_name": "Bo", "email": nil},
		},
		{"dynamic_1", "standard", `"a"`, "a"},
		{"dynamic_1", "standard", `""`, nil},
		{"dynamic_1", "multiline", `"a\nb"`, "a\nb"},
		{"dynamic_1", "list", `"Yes"`, "Yes"},
		{"dynamic_1", "link", `"https:\/\/x"`, "https://x"},
		{"dynamic_1", "standard", `5`, int64(5)},
		{"dynamic_1", "standard", `{}`, unreadable("expected text, found an object")},
		{"dynamic_1", "integer", `5`, int64(5)},
		{"dynamic_1", "decimal", `5`, 5.0},
		{"dynamic_1", "date", `"2021-01-01T00:00:00+01:00"`, "2021-01-01"},
		{"dynamic_1", "tags", `"English, Deutsch"`, []string{"English", "Deutsch"}},
		{"dynamic_1", "tags", `["English"]`, []string{"English"}},
		{"dynamic_1", "tags", `""`, nil},
		{"dynamic_1", "tags", `","`, nil},
		{"dynamic_1", "tags", `5`, unreadable("expected tags, found a number")},
		{"dynamic_1", "standard", `1e999`, unreadable("expected a number, found one that is out of range")},
	} {
		raw := json.RawMessage(`{"label":"L","value":` + test.value + `,"type":"` + test.kind + `","universal_id":null}`)
		got := expression.FromV1(map[string]json.RawMessage{test.key: raw, "salary_of_tomorrow": raw})
		if diff := cmp.Diff(expression.Person{test.key: test.want}, got); diff != "" {
			t.Errorf("%s %s %s:\n%s", test.key, test.kind, test.value, diff)
		}
	}
	odd := expression.FromV1(map[string]json.RawMessage{"team": json.RawMessage(`{}`), "office": json.RawMessage(`5`), "gender": json.RawMessage(`{`)})
	if want := (expression.Person{"team": nil, "office": unreadable("expected an object with a value, found a number"), "gender": unreadable("expected an object with a value, found an object")}); cmp.Diff(want, odd) != "" {
		t.Errorf("odd attributes:\n%s", cmp.Diff(want, odd))
	}
}

// TestPeopleOfTheSandbox reads a whole company over HTTP, as the gateway does,
// and compares with what the company knows of its people.
func TestPeopleOfTheSandbox(t *testing.T) {
	t.Parallel()
	s := sandbox.New(sandbox.Options{Seed: 7, Persons: 100})
	server := httptest.NewServer(s.Handler())
	t.Cleanup(server.Close)
	people := s.Company().People()
	employees := listEmployees(t, server, s.AddCredential(sandbox.Credential{}))
	if len(employees) != len(people) {
		t.Fatalf("%d employees of %d", len(employees), len(people))
	}
	names := map[int]string{}
	for _, p := range people {
		names[p.ID] = p.FirstName
	}
	seen := map[string]int{}
	for i, p := range people {
		person := expression.FromV1(employees[i])
		for key, value := range person {
			if reason, ok := value.(expression.Unreadable); ok {
				t.Errorf("%d: %s: %v", p.ID, key, reason)
			}
			if value != nil {
				seen[key]++
			}
		}
		var tags, department any
		if list, ok := p.Custom[company.CustomLanguages].([]string); ok {
			tags = list
		}
		want := expression.Person{
			"id": int64(p.ID), "first_name": p.FirstName, "status": p.Employment.Status, "hire_date": orNil(p.Employment.HireDate),
			"weekly_working_hours": p.Employment.WeeklyHours, "termination_date": orNil(p.Employment.TerminationDate), "position": orNil(p.Employment.Position),
			company.CustomLanguages: tags, company.CustomNotes: p.Custom[company.CustomNotes], company.CustomBirthday: p.Custom[company.CustomBirthday],
			"last_modified_at": p.UpdatedAt.In(berlin(t)).Format("2006-01-02"),
		}
		got := expression.Person{}
		for key := range want {
			got[key] = person[key]
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%d:\n%s", p.ID, diff)
		}
		boss, _ := person["supervisor"].(expression.Person)
		if name, ok := names[p.Employment.SupervisorID]; ok && boss["first_name"] != name || !ok && boss != nil {
			t.Errorf("%d: supervisor %v", p.ID, boss)
		}
		if department = person["department"]; (department == nil) != (p.Employment.DepartmentID == 0) {
			t.Errorf("%d: department %v of %d", p.ID, department, p.Employment.DepartmentID)
		}
	}
	for _, key := range []string{"team", "office", "subcompany", "cost_centers", "work_schedule", "holiday_calendar", "absence_entitlement", company.CustomBonusFactor, company.CustomChildren, company.CustomLearner} {
		if seen[key] == 0 {
			t.Errorf("nobody has %s", key)
		}
	}
	example := compile(t, "status in ['active', 'onboarding', 'leave'] && employment_type == 'internal'", expression.Filter)
	for i, p := range people {
		want := slices.Contains([]string{"active", "onboarding", "leave"}, p.Employment.Status) && p.Employment.Type == "internal"
		if got, err := example.Eval(expression.FromV1(employees[i]), day); err != nil || got != want {
			t.Errorf("%d: %v, %v; want %v", p.ID, got, err, want)
		}
	}
}

func orNil(text string) any {
	if text == "" {
		return nil
	}
	return text
}

func listEmployees(t *testing.T, server *httptest.Server, credential sandbox.Credential) []map[string]json.RawMessage {
	t.Helper()
	var token struct {
		Data struct {
			Token string `json:"token"`
		} `json:"data"`
	}
	login := strings.NewReader(`{"client_id":"` + credential.ClientID + `","client_secret":"` + credential.ClientSecret + `"}`)
	call(t, server, http.MethodPost, "/v1/auth", "", login, &token)
	var page struct {
		Data []struct {
			Attributes map[string]json.RawMessage `json:"attributes"`
		} `json:"data"`
	}
	call(t, server, http.MethodGet, "/v1/company/employees?limit=100", token.Data.Token, nil, &page)
	var employees []map[string]json.RawMessage
	for _, employee := range page.Data {
		employees = append(employees, employee.Attributes)
	}
	return employees
}

// call sends a request and reads the JSON of its answer.
func call(t *testing.T, server *httptest.Server, method, path, token string, body io.Reader, into any) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, server.URL+path, body)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	response, err := server.Client().Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK {
		t.Fatalf("%s: status %d", path, response.StatusCode)
	}
	if err := json.NewDecoder(response.Body).Decode(into); err != nil {
		t.Fatal(err)
	}
}
