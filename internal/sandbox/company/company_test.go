package company_test

import (
	"encoding/json"
	"errors"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/google/uuid"

	"github.com/personio-community/terraform-provider-personio/internal/sandbox/company"
)

var ignoreHistory = cmpopts.IgnoreUnexported(company.Person{})

func TestSameSeedSameCompany(t *testing.T) {
	t.Parallel()
	a := company.New(company.Options{Seed: 7})
	b := company.New(company.Options{Seed: 7, Now: func() time.Time { return time.Unix(0, 0) }})
	if diff := cmp.Diff(a.People(), b.People(), ignoreHistory); diff != "" {
		t.Errorf("two companies of seed 7 differ:\n%s", diff)
	}
	other := company.New(company.Options{Seed: 8})
	if cmp.Equal(a.People(), other.People(), ignoreHistory) {
		t.Error("seeds 7 and 8 made the same company")
	}
	if a.Len() != 250 {
		t.Errorf("default company has %d people, want 250", a.Len())
	}
}

func TestDemoCompanyHasEveryCase(t *testing.T) {
	t.Parallel()
	for _, seed := range []uint64{0, 1, 2, 42} {
		people := company.New(company.Options{Seed: seed}).People()
		seen := map[string]int{}
		names := map[string]int{}
		for _, p := range people {
			seen["status "+p.Employment.Status]++
			seen["type "+p.Employment.Type]++
			if p.Email == "" {
				seen["no e-mail"]++
			}
			if p.Employment.SupervisorID == 0 {
				seen["no supervisor"]++
			}
			if len(p.Previous) > 0 {
				seen["earlier employment"]++
			}
			for key := range p.Custom {
				seen["set "+key]++
			}
			names[p.FirstName+" "+p.LastName]++
			for _, r := range p.FirstName + p.LastName {
				switch {
				case strings.ContainsRune("ßłéçü", r):
					seen["letter "+string(r)]++
				case unicode.Is(unicode.Greek, r):
					seen["greek"]++
				case unicode.Is(unicode.Cyrillic, r):
					seen["cyrillic"]++
				}
			}
		}
		wants := []string{
			"status active", "status onboarding", "status leave", "status inactive", "type internal", "type external",
			"no e-mail", "earlier employment", "letter ß", "letter ł", "letter é", "letter ç", "letter ü", "greek", "cyrillic",
		}
		for _, d := range company.New(company.Options{Persons: 1}).Definitions() {
			if d.Custom {
				wants = append(wants, "set "+d.Key)
				if d.Key != company.CustomPersonnelNumber && seen["set "+d.Key] == len(people) {
					t.Errorf("seed %d: nobody lacks %s", seed, d.Key)
				}
			}
		}
		for _, want := range wants {
			if seen[want] == 0 {
				t.Errorf("seed %d: nobody with %q", seed, want)
			}
		}
		if seen["no supervisor"] != 1 {
			t.Errorf("seed %d: %d people without a supervisor, want 1", seed, seen["no supervisor"])
		}
		if !slices.ContainsFunc(people, func(p company.Person) bool { return names[p.FirstName+" "+p.LastName] > 1 }) {
			t.Errorf("seed %d: no two people of the same name", seed)
		}
	}
}

func TestCustomAttributesOfEveryType(t *testing.T) {
	t.Parallel()
	types, universal := map[string]bool{}, map[string]bool{}
	keys := map[string]bool{}
	for _, d := range company.New(company.Options{Persons: 1}).Definitions() {
		if keys[d.Key] {
			t.Errorf("key %s is defined twice", d.Key)
		}
		keys[d.Key] = true
		if d.Custom {
			types[d.Type], universal[d.UniversalID] = true, true
		}
	}
	for _, want := range []string{"standard", "integer", "decimal", "date", "list", "tags", "link", "multiline"} {
		if !types[want] {
			t.Errorf("no custom attribute of type %s", want)
		}
	}
	for _, want := range []string{"iban", "date_of_birth", ""} {
		if !universal[want] {
			t.Errorf("no custom attribute with universal id %q", want)
		}
	}
	// The system attributes of v1, from the public specification.
	for key := range strings.FieldsSeq(`id first_name last_name preferred_name email gender status position supervisor employment_type
		weekly_working_hours hire_date contract_end_date termination_date termination_type termination_reason probation_period_end created_at
		last_modified_at subcompany office department team cost_centers holiday_calendar absence_entitlement work_schedule fix_salary
		fix_salary_interval hourly_salary vacation_day_balance last_working_day profile_picture`) {
		if !keys[key] {
			t.Errorf("system attribute %s is missing", key)
		}
	}
}

func TestPeopleAreConsistent(t *testing.T) {
	t.Parallel()
	for _, count := range []int{1, 2, 3, 4, 5, 9, 40, 250, 2000} {
		c := company.New(company.Options{Persons: count, Seed: 3})
		people := c.People()
		if len(people) != count {
			t.Fatalf("asked for %d people, got %d", count, len(people))
		}
		byID, emails := map[int]company.Person{}, map[string]bool{}
		previous := 0
		for _, p := range people {
			if p.ID <= previous {
				t.Fatalf("id %d comes after %d", p.ID, previous)
			}
			previous = p.ID
			byID[p.ID] = p
			if p.Email != "" && emails[p.Email] {
				t.Errorf("e-mail of person %d is not unique", p.ID)
			}
			emails[p.Email] = true
			if p.UpdatedAt.Before(p.CreatedAt) {
				t.Errorf("person %d was changed before creation", p.ID)
			}
			for _, e := range p.Employments() {
				if _, err := uuid.Parse(e.ID); err != nil {
					t.Errorf("employment id %q: %v", e.ID, err)
				}
			}
		}
		for _, p := range people {
			steps := 0
			for id := p.Employment.SupervisorID; id != 0; id = byID[id].Employment.SupervisorID {
				if _, ok := byID[id]; !ok {
					t.Fatalf("supervisor %d of %d is nobody", id, p.ID)
				}
				if steps++; steps > count {
					t.Fatalf("person %d is in a cycle of supervisors", p.ID)
				}
			}
		}
	}
}

//nolint:paralleltest // Its time counts.
func TestMeasureLargeCompany(t *testing.T) {
	start := time.Now()
	c := company.New(company.Options{Persons: 10_000})
	if took := time.Since(start); took > 5*time.Second { // about 0.1 s; the rest is for a busy machine
		t.Errorf("10,000 people took %v", took)
	}
	runtime.KeepAlive(c)
}

func TestUpdate(t *testing.T) {
	t.Parallel()
	now := time.Date(2027, 1, 2, 3, 4, 5, 999, time.UTC)
	c := company.New(company.Options{Persons: 30, Now: func() time.Time { return now }})
	before := c.People()[7]
	if err := c.Update(before.ID, func(p *company.Person) {
		p.LastName = "Neu"
		p.Custom[company.CustomChildren] = 9
		p.ID, p.CreatedAt = 5, time.Time{}
	}); err != nil {
		t.Fatal(err)
	}
	after, _ := c.Person(before.ID)
	if after.LastName != "Neu" || after.Custom[company.CustomChildren] != 9 || after.ID != before.ID || !after.CreatedAt.Equal(before.CreatedAt) {
		t.Errorf("after the change: %+v", after)
	}
	if want := now.Truncate(time.Second); !after.UpdatedAt.Equal(want) || !after.Employment.UpdatedAt.Equal(before.Employment.UpdatedAt) {
		t.Errorf("updated at %v and employment at %v, want %v and %v", after.UpdatedAt, after.Employment.UpdatedAt, want, before.Employment.UpdatedAt)
	}
	moment := now.Add(-time.Minute)
	for key, want := range map[string]bool{"last_name": true, company.CustomChildren: true, "last_modified_at": true, "first_name": false} {
		if got := after.ChangedSince(moment, key); got != want {
			t.Errorf("ChangedSince(%s) = %v, want %v", key, got, want)
		}
	}
	if before.ChangedSince(moment) {
		t.Error("a copy from before the change knows of it")
	}

	now = now.Add(time.Hour)
	if err := c.Update(before.ID, func(p *company.Person) { p.LastName = "Neu" }); err != nil {
		t.Fatal(err)
	}
	if same, _ := c.Person(before.ID); !same.UpdatedAt.Equal(after.UpdatedAt) {
		t.Error("a change that changes nothing moved the time")
	}
}

func TestRefusedChangesChangeNothing(t *testing.T) {
	t.Parallel()
	c := company.New(company.Options{Persons: 60})
	people := c.People()
	boss, report, other := people[0], people[1], people[2]
	for name, test := range map[string]struct {
		id     int
		change func(*company.Person)
		want   error
	}{
		"nobody":             {id: 1, change: func(*company.Person) {}, want: company.ErrNotFound},
		"taken e-mail":       {id: report.ID, change: func(p *company.Person) { p.Email = strings.ToUpper(other.Email) }, want: company.ErrEmailTaken},
		"own supervisor":     {id: report.ID, change: func(p *company.Person) { p.Employment.SupervisorID = report.ID }, want: company.ErrSupervisorCycle},
		"cycle":              {id: boss.ID, change: func(p *company.Person) { p.Employment.SupervisorID = report.ID }, want: company.ErrSupervisorCycle},
		"unknown supervisor": {id: report.ID, change: func(p *company.Person) { p.Employment.SupervisorID = 12 }, want: company.ErrSupervisorNotFound},
		"unknown office":     {id: report.ID, change: func(p *company.Person) { p.Employment.OfficeID = 12 }, want: company.ErrUnknownReference},
		"unknown cost center": {id: report.ID, change: func(p *company.Person) {
			p.Employment.CostCenters = []company.CostCenterShare{{ID: 12, Weight: 100}}
		}, want: company.ErrUnknownReference},
	} {
		if err := c.Update(test.id, test.change); !errors.Is(err, test.want) {
			t.Errorf("%s: error %v, want %v", name, err, test.want)
		}
	}
	if err := c.TryUpdate(report.ID, func(p *company.Person) error {
		p.LastName = "half done"
		p.Custom[company.CustomChildren] = 77
		return errors.ErrUnsupported
	}); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("TryUpdate: %v", err)
	}
	if diff := cmp.Diff(people, c.People(), ignoreHistory); diff != "" {
		t.Errorf("a refused change left traces:\n%s", diff)
	}
}

func TestCreateAndDelete(t *testing.T) {
	t.Parallel()
	now := time.Date(2027, 1, 2, 3, 4, 5, 0, time.UTC)
	c := company.New(company.Options{Persons: 20, Now: func() time.Time { return now }})
	people := c.People()
	created, err := c.Create(company.Person{FirstName: "Ada", LastName: "Ünal", Email: "ada@lindenhof.example", Employment: company.Employment{SupervisorID: people[3].ID}})
	if err != nil {
		t.Fatal(err)
	}
	if created.ID <= people[19].ID || !created.CreatedAt.Equal(now) || created.Employment.ID == "" {
		t.Errorf("created %+v", created)
	}
	if _, err := c.Create(company.Person{Email: "ADA@lindenhof.example"}); !errors.Is(err, company.ErrEmailTaken) {
		t.Errorf("second person of the e-mail: %v", err)
	}
	if err := c.Delete(people[3].ID); err != nil {
		t.Fatal(err)
	}
	if orphan, _ := c.Person(created.ID); orphan.Employment.SupervisorID != 0 {
		t.Errorf("the supervisor is gone, but person %d still has it", created.ID)
	}
	if err := c.Delete(people[3].ID); !errors.Is(err, company.ErrNotFound) {
		t.Errorf("second delete: %v", err)
	}
	if err := c.Delete(created.ID); err != nil {
		t.Fatal(err)
	}
	again, err := c.Create(company.Person{Email: "ada@lindenhof.example"})
	if err != nil {
		t.Fatalf("the e-mail of a deleted person is not free: %v", err)
	}
	if again.ID == created.ID {
		t.Error("an id was given twice")
	}
}

func TestCopiesAreIndependent(t *testing.T) {
	t.Parallel()
	c := company.New(company.Options{Persons: 50})
	want := c.People()
	for _, p := range c.People() {
		for key := range p.Custom {
			if tags, ok := p.Custom[key].([]string); ok {
				tags[0] = "spoiled"
			}
			p.Custom[key] = "spoiled"
		}
		for i := range p.Employment.CostCenters {
			p.Employment.CostCenters[i].ID = 0
		}
	}
	if diff := cmp.Diff(want, c.People(), ignoreHistory); diff != "" {
		t.Errorf("changing a copy changed the company:\n%s", diff)
	}
}

func TestPagesAgreeWithPeople(t *testing.T) {
	t.Parallel()
	c := company.New(company.Options{Persons: 33})
	odd := func(p *company.Person) bool { return p.ID%2 == 1 }
	want := slices.DeleteFunc(c.People(), func(p company.Person) bool { return p.ID%2 == 0 })
	page, total := c.Page(2, 5, odd)
	if total != len(want) || !reflect.DeepEqual(ids(page), ids(want[2:7])) {
		t.Errorf("Page: %v of %d, want %v of %d", ids(page), total, ids(want[2:7]), len(want))
	}
	if all, _ := c.Page(0, -1, nil); len(all) != 33 {
		t.Errorf("Page without limit: %d people", len(all))
	}
	if after := c.After(want[3].ID, 4, odd); !reflect.DeepEqual(ids(after), ids(want[4:8])) {
		t.Errorf("After: %v, want %v", ids(after), ids(want[4:8]))
	}
}

func TestConcurrentUse(t *testing.T) {
	t.Parallel()
	c := company.New(company.Options{Persons: 40})
	first := c.People()[0]
	var wait sync.WaitGroup
	for i := range 8 {
		wait.Go(func() {
			for n := range 20 {
				_ = c.Update(first.ID, func(p *company.Person) { p.VacationDayBalance = float64(i*100 + n) })
				for _, p := range c.People() {
					c.V1Attributes(p, "")
				}
			}
		})
	}
	wait.Wait()
}

func TestV1AttributesWriteWhatThePersonHas(t *testing.T) {
	t.Parallel()
	c := company.New(company.Options{Persons: 30})
	boss := c.People()[0]
	person := c.People()[9]
	if err := c.Update(person.ID, func(p *company.Person) {
		p.Email, p.PreferredName, p.HasPicture = "", "", true
		p.FixSalary = 3333.5
		p.Custom = map[string]any{company.CustomLanguages: []string{"Deutsch", "English"}, company.CustomBirthday: "1990-07-01", company.CustomChildren: 2, company.CustomBonusFactor: 0.25}
		p.Employment.HireDate, p.Employment.ContractEndDate = "2020-07-15", ""
		p.Employment.SupervisorID, p.Employment.WeeklyHours = boss.ID, 37.5
		p.Employment.CostCenters = nil
	}); err != nil {
		t.Fatal(err)
	}
	person, _ = c.Person(person.ID)
	encoded, err := json.Marshal(company.V1Employee{Attributes: c.V1Attributes(person, "https://origin.example")})
	if err != nil {
		t.Fatal(err)
	}
	var shown struct {
		Type       string
		Attributes map[string]struct {
			Label       string
			Type        string
			UniversalID *string `json:"universal_id"`
			Currency    string
			Value       any
		}
	}
	if err := json.Unmarshal(encoded, &shown); err != nil {
		t.Fatalf("not JSON: %v\n%s", err, encoded)
	}
	if len(shown.Attributes) != len(c.Definitions()) || shown.Type != "Employee" {
		t.Errorf("%d attributes of a %s, want %d of an Employee", len(shown.Attributes), shown.Type, len(c.Definitions()))
	}
	for key, want := range map[string]any{
		"id": float64(person.ID), "email": nil, "preferred_name": "", "fix_salary": 3333.5, "weekly_working_hours": "37.5",
		"hire_date": "2020-07-15T00:00:00+02:00", "contract_end_date": nil, "cost_centers": []any{},
		"profile_picture":         "https://origin.example" + person.PicturePath(),
		company.CustomLanguages:   "Deutsch,English",
		company.CustomBirthday:    "1990-07-01T00:00:00+02:00",
		company.CustomChildren:    2.0,
		company.CustomBonusFactor: 0.25,
		company.CustomIBAN:        "",
		company.CustomFirstAid:    nil,
	} {
		if diff := cmp.Diff(want, shown.Attributes[key].Value); diff != "" {
			t.Errorf("%s:\n%s", key, diff)
		}
	}
	if a := shown.Attributes["fix_salary"]; a.Currency != "EUR" || a.Type != "decimal" || *a.UniversalID != "fix_salary" {
		t.Errorf("fix_salary: %+v", a)
	}
	supervisor, ok := shown.Attributes["supervisor"].Value.(map[string]any)
	if !ok || supervisor["type"] != "Employee" {
		t.Fatalf("supervisor: %v", shown.Attributes["supervisor"].Value)
	}
	var keys []string
	for key := range supervisor["attributes"].(map[string]any) { //nolint:forcetypeassert // a test may panic
		keys = append(keys, key)
	}
	slices.Sort(keys)
	if diff := cmp.Diff([]string{"email", "first_name", "id", "last_name"}, keys); diff != "" {
		t.Errorf("attributes of the supervisor:\n%s", diff)
	}
}

func ids(people []company.Person) []int {
	var all []int
	for _, p := range people {
		all = append(all, p.ID)
	}
	return all
}

func BenchmarkNew(b *testing.B) {
	for name, persons := range map[string]int{"250": 250, "10000": 10_000} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				company.New(company.Options{Persons: persons})
			}
		})
	}
}
