package directory_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/personio-community/terraform-provider-personio/internal/acctest"
	"github.com/personio-community/terraform-provider-personio/internal/acctest/tfproto"
	"github.com/personio-community/terraform-provider-personio/internal/sandbox"
	"github.com/personio-community/terraform-provider-personio/internal/sandbox/company"
)

// world is a sandbox in place of Personio, and a provider that calls it.
type world struct {
	*tfproto.Provider
	box        *sandbox.Sandbox
	credential sandbox.Credential
}

// start makes a world of so many people. front, if there is one, stands in front
// of the sandbox.
func start(t testing.TB, persons int, credential sandbox.Credential, front func(next http.Handler) http.Handler) *world {
	t.Helper()
	w := &world{box: sandbox.New(sandbox.Options{Persons: persons, Seed: 4})}
	w.credential = w.box.AddCredential(credential)
	handler := w.box.Handler()
	if front != nil {
		handler = front(handler)
	}
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	w.Provider = tfproto.Configured(t, acctest.NewProvider(), tfproto.Values{
		"base_url": server.URL, "client_id": w.credential.ClientID, "client_secret": w.credential.ClientSecret,
		"max_retries": int64(0), "max_requests_per_second": float64(10000),
	})
	return w
}

// asked are the requests since the last look, without their token and without the
// list of attributes, which every read of people begins with.
func (w *world) asked() (asked []string) {
	for _, r := range w.box.Requests() {
		if r.Path == "/v2/auth/token" || r.Path == "/v1/company/employees/attributes" {
			continue
		}
		query := ""
		if len(r.Query) > 0 {
			query = "?" + r.Query.Encode()
		}
		asked = append(asked, r.Path+query)
	}
	w.box.ResetRequests()
	return asked
}

// manyKeys are attributes of every form that a value can have.
var manyKeys = []string{
	"id", "first_name", "last_name", "preferred_name", "email", "gender", "status", "position", "supervisor", "employment_type",
	"weekly_working_hours", "hire_date", "contract_end_date", "termination_date", "created_at", "last_modified_at", "subcompany", "office", "department",
	"team", "cost_centers", "holiday_calendar", "absence_entitlement", "work_schedule", "fix_salary", "fix_salary_interval", "vacation_day_balance",
	company.CustomPersonnelNumber, company.CustomBirthday, company.CustomChildren, company.CustomBonusFactor, company.CustomLanguages, company.CustomNotes,
}

// wanted are the values of a person as the state has to hold them, worked out from
// the company and not from what the API says.
func wanted(c *company.Company, p *company.Person, keys []string) map[string]any {
	o, e := c.Organisation(), &p.Employment
	number := func(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }
	named := func(id int, name func() string) string {
		if id == 0 {
			return ""
		}
		return name()
	}
	all := map[string]string{
		"id": strconv.Itoa(p.ID), "first_name": p.FirstName, "last_name": p.LastName, "preferred_name": p.PreferredName, "email": p.Email, "gender": p.Gender,
		"status": e.Status, "position": e.Position, "employment_type": e.Type, "weekly_working_hours": number(e.WeeklyHours),
		"hire_date": e.HireDate, "contract_end_date": e.ContractEndDate, "termination_date": e.TerminationDate,
		"created_at": inBerlin(p.CreatedAt), "last_modified_at": inBerlin(p.UpdatedAt),
		"subcompany": named(e.LegalEntityID, func() string {
			return find(o.LegalEntities, func(x company.LegalEntity) bool { return x.ID == e.LegalEntityID }).Name
		}),
		"office": named(e.OfficeID, func() string { return find(o.Offices, func(x company.Office) bool { return x.ID == e.OfficeID }).Name }),
		"department": named(e.DepartmentID, func() string {
			return find(o.Departments, func(x company.OrgUnit) bool { return x.ID == e.DepartmentID }).Name
		}),
		"team":             named(e.TeamID, func() string { return find(o.Teams, func(x company.OrgUnit) bool { return x.ID == e.TeamID }).Name }),
		"holiday_calendar": find(o.HolidayCalendars, func(x company.HolidayCalendar) bool { return x.ID == p.HolidayCalendarID }).Name,
		"work_schedule":    find(o.WorkSchedules, func(x company.WorkSchedule) bool { return x.ID == p.WorkScheduleID }).Name,
		"fix_salary":       number(p.FixSalary), "fix_salary_interval": p.FixSalaryInterval, "vacation_day_balance": number(p.VacationDayBalance),
		"supervisor": named(e.SupervisorID, func() string { return strconv.Itoa(e.SupervisorID) }),
	}
	var centers []string
	for _, share := range e.CostCenters {
		centers = append(centers, find(o.CostCenters, func(x company.CostCenter) bool { return x.ID == share.ID }).Name)
	}
	if len(centers) > 0 {
		all["cost_centers"] = encoded(centers)
	}
	if p.Entitlement >= 0 {
		all["absence_entitlement"] = encoded([]any{map[string]any{"id": 113437, "name": "Paid vacation", "category": "paid_vacation", "entitlement": p.Entitlement}})
	}
	for key, value := range p.Custom {
		switch v := value.(type) {
		case string:
			all[key] = v
		case int:
			all[key] = strconv.Itoa(v)
		case float64:
			all[key] = number(v)
		case []string:
			all[key] = encoded(v)
		}
	}
	found := map[string]any{}
	for _, key := range keys {
		found[key] = nil
		if all[key] != "" {
			found[key] = all[key]
		}
	}
	return found
}

func find[T any](all []T, matches func(T) bool) T { return all[slices.IndexFunc(all, matches)] }

func encoded(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	return string(text)
}

// inBerlin is the day on which a clock in Berlin shows a time, as version 1
// writes times.
func inBerlin(at time.Time) string {
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		panic(err)
	}
	return at.In(zone).Format(time.DateOnly)
}

// wantedPersons are persons and by_id for those of the company whom keep keeps.
func wantedPersons(c *company.Company, keys []string, keep func(*company.Person) bool) (persons []any, byID map[string]any) {
	persons, byID = []any{}, map[string]any{}
	for _, p := range c.People() {
		if keep == nil || keep(&p) {
			one := map[string]any{"id": strconv.Itoa(p.ID), "values": wanted(c, &p, keys)}
			persons, byID[strconv.Itoa(p.ID)] = append(persons, one), one
		}
	}
	return persons, byID
}

// anySet is a set of strings in a configuration.
func anySet(elements ...string) []any {
	set := make([]any, len(elements))
	for i, e := range elements {
		set[i] = e
	}
	return set
}

func wantParts(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("%q is missing in:\n%s", part, text)
		}
	}
}
