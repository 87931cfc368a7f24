package sandbox_test

import (
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

const persons = "/v2/persons"

// personFields and employmentFields say which v1 attribute opens which field.
var personFields = map[string]string{
	"email": "email", "created_at": "created_at", "updated_at": "last_modified_at", "first_name": "first_name", "last_name": "last_name",
	"preferred_name": "preferred_name", "gender": "gender", "status": "status", "profile_picture": "profile_picture",
}

var employmentFields = map[string]string{
	"status": "status", "type": "employment_type", "position": "position", "job": "position", "weekly_working_hours": "weekly_working_hours",
	"full_time_weekly_working_hours": "weekly_working_hours", "employment_start_date": "hire_date", "employment_end_date": "termination_date",
	"contract_end_date": "contract_end_date", "probation_end_date": "probation_period_end", "created_at": "created_at", "updated_at": "last_modified_at",
	"supervisor": "supervisor", "office": "office", "legal_entity": "subcompany", "sub_company": "subcompany", "cost_centers": "cost_centers",
}

func nullable(text string) any {
	if text == "" {
		return nil
	}
	return text
}

// wantPerson works out what v2 shows of a person to who sees everything.
func wantPerson(a *api, p company.Person) map[string]any {
	employments := []any{}
	for _, e := range p.Employments() {
		employments = append(employments, map[string]any{"id": e.ID})
	}
	status, gender := "ACTIVE", strings.ToUpper(p.Gender)
	if p.Employment.Status == "inactive" {
		status = "INACTIVE"
	}
	if gender == "" {
		gender = "UNSPECIFIED"
	}
	var picture any
	if p.HasPicture {
		picture = map[string]any{"url": a.url + "/v1/company/employees/" + itoa(p.ID) + "/profile-picture"}
	}
	types := map[string]string{"integer": "int", "decimal": "double", "date": "date", "tags": "string_list"}
	custom := []any{}
	for _, d := range a.Company().Definitions() {
		if !d.Custom {
			continue
		}
		kind := types[d.Type]
		if kind == "" {
			kind = "string"
		}
		var value any
		switch set := p.Custom[d.Key].(type) {
		case string:
			value = set
		case int:
			value = strconv.Itoa(set)
		case float64:
			value = strconv.FormatFloat(set, 'f', -1, 64)
		case []string:
			list := []any{}
			for _, tag := range set {
				list = append(list, tag)
			}
			value = list
		}
		custom = append(custom, map[string]any{"id": d.Key, "type": kind, "global_id": nullable(d.UniversalID), "value": value})
	}
	return map[string]any{
		"id": itoa(p.ID), "email": nullable(p.Email), "first_name": p.FirstName, "last_name": p.LastName, "preferred_name": nullable(p.PreferredName),
		"created_at": p.CreatedAt.Format("2006-01-02T15:04:05Z"), "updated_at": p.UpdatedAt.Format("2006-01-02T15:04:05Z"),
		"gender": gender, "status": status, "profile_picture": picture, "employments": employments, "custom_attributes": custom,
		"_meta": map[string]any{"links": map[string]any{"employments": map[string]any{"href": a.url + persons + "/" + itoa(p.ID) + "/employments"}}},
	}
}

// narrowPerson takes away what the whitelist does not name.
func narrowPerson(want map[string]any, whitelist []string) {
	for field, key := range personFields {
		if !slices.Contains(whitelist, key) {
			delete(want, field)
		}
	}
	custom, _ := want["custom_attributes"].([]any)
	custom = slices.DeleteFunc(custom, func(c any) bool { return !slices.Contains(whitelist, dig(c, "id").(string)) }) //nolint:forcetypeassert // a test may panic
	want["custom_attributes"] = custom
	if len(custom) == 0 {
		delete(want, "custom_attributes")
	}
}

func wantEmployment(a *api, p company.Person, e company.Employment) map[string]any {
	ref := func(id int) any {
		if id == 0 {
			return nil
		}
		return map[string]any{"id": itoa(id)}
	}
	links := map[string]any{"person": map[string]any{"href": a.url + persons + "/" + itoa(p.ID)}}
	if e.SupervisorID != 0 {
		links["supervisor"] = map[string]any{"href": a.url + persons + "/" + itoa(e.SupervisorID)}
	}
	units := []any{}
	if e.TeamID != 0 {
		units = append(units, map[string]any{"type": "team", "id": itoa(e.TeamID)})
	}
	if e.DepartmentID != 0 {
		units = append(units, map[string]any{"type": "department", "id": itoa(e.DepartmentID)})
	}
	centers := []any{}
	for _, share := range e.CostCenters {
		centers = append(centers, map[string]any{"id": itoa(share.ID), "weight": share.Weight})
	}
	var termination any
	if e.TerminationDate != "" {
		termination = map[string]any{
			"termination_date": e.TerminationDate, "last_working_day": nullable(e.LastWorkingDay), "terminated_at": nullable(e.TerminatedAt),
			"type": strings.ReplaceAll(strings.ToUpper(e.TerminationType), "-", "_"), "reason": nullable(e.TerminationReason),
		}
	}
	return map[string]any{
		"id": e.ID, "person": ref(p.ID), "status": strings.ToUpper(e.Status), "type": strings.ToUpper(e.Type), "job": nil,
		"position": map[string]any{"title": e.Position}, "weekly_working_hours": e.WeeklyHours, "full_time_weekly_working_hours": e.FullTimeWeeklyHours,
		"employment_start_date": e.HireDate, "employment_end_date": nullable(e.TerminationDate), "contract_end_date": nullable(e.ContractEndDate),
		"probation_end_date": nullable(e.ProbationPeriodEnd), "created_at": e.CreatedAt.Format("2006-01-02T15:04:05Z"), "updated_at": e.UpdatedAt.Format("2006-01-02T15:04:05Z"),
		"supervisor": ref(e.SupervisorID), "office": ref(e.OfficeID), "legal_entity": ref(e.LegalEntityID), "sub_company": ref(e.LegalEntityID),
		"org_units": units, "cost_centers": centers, "termination": termination, "_meta": map[string]any{"links": links},
	}
}

func TestPersonsShowEverythingToAFullCredential(t *testing.T) {
	t.Parallel()
	a := start(t, sandbox.Options{Persons: 120}, sandbox.Credential{})
	var listed []map[string]any
	for next := persons + "?limit=50"; next != ""; {
		r := a.get(next).wantStatus(http.StatusOK)
		listed = append(listed, r.data()...)
		next = r.next()
	}
	people := a.Company().People()
	if len(listed) != len(people) {
		t.Fatalf("%d persons, want %d", len(listed), len(people))
	}
	for i, p := range people {
		want := wantPerson(a, p)
		if diff := cmp.Diff(want, listed[i]); diff != "" {
			t.Fatalf("person %d in the list:\n%s", p.ID, diff)
		}
		one := a.get(persons + "/" + itoa(p.ID)).wantStatus(http.StatusOK).object()
		if diff := cmp.Diff(want, one); diff != "" {
			t.Fatalf("person %d:\n%s", p.ID, diff)
		}
		employments := a.get(persons + "/" + itoa(p.ID) + "/employments").wantStatus(http.StatusOK).data()
		for n, e := range p.Employments() {
			if diff := cmp.Diff(wantEmployment(a, p, e), employments[n]); diff != "" {
				t.Fatalf("employment %d of person %d:\n%s", n, p.ID, diff)
			}
		}
	}
}

func TestV2NarrowsByTheWhitelist(t *testing.T) {
	t.Parallel()
	for name, whitelist := range map[string][]string{
		"nothing":    {},
		"person":     {"first_name", "status", "last_modified_at", company.CustomIBAN},
		"employment": {"department", "supervisor", "hire_date", "termination_reason", "last_name"},
		"team only":  {"team", "position", "subcompany", "weekly_working_hours"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := start(t, sandbox.Options{}, sandbox.Credential{Attributes: whitelist})
			for _, p := range a.Company().People() {
				want := wantPerson(a, p)
				narrowPerson(want, whitelist)
				if diff := cmp.Diff(want, a.get(persons+"/"+itoa(p.ID)).object()); diff != "" {
					t.Fatalf("person %d:\n%s", p.ID, diff)
				}
				e := wantEmployment(a, p, p.Employment)
				narrowEmployment(e, whitelist)
				if diff := cmp.Diff(e, a.get(persons+"/"+itoa(p.ID)+"/employments/"+p.Employment.ID).object()); diff != "" {
					t.Fatalf("employment of person %d:\n%s", p.ID, diff)
				}
			}
		})
	}
}

func narrowEmployment(want map[string]any, whitelist []string) {
	sees := func(key string) bool { return slices.Contains(whitelist, key) }
	for field, key := range employmentFields {
		if !sees(key) {
			delete(want, field)
		}
	}
	if !sees("supervisor") {
		delete(dig(want, "_meta", "links").(map[string]any), "supervisor") //nolint:forcetypeassert // a test may panic
	}
	if !sees("department") && !sees("team") {
		delete(want, "org_units")
	} else {
		want["org_units"] = slices.DeleteFunc(want["org_units"].([]any), func(u any) bool { return !sees(dig(u, "type").(string)) }) //nolint:forcetypeassert // a test may panic
	}
	inner := map[string]string{"termination_date": "termination_date", "terminated_at": "termination_date", "last_working_day": "last_working_day", "type": "termination_type", "reason": "termination_reason"}
	visible := false
	termination, _ := want["termination"].(map[string]any)
	for field, key := range inner {
		visible = visible || sees(key)
		if !sees(key) {
			delete(termination, field)
		}
	}
	if !visible {
		delete(want, "termination")
	}
}

func v2IDs(list []map[string]any) []string {
	all := []string{}
	for _, object := range list {
		id, _ := object["id"].(string)
		all = append(all, id)
	}
	return all
}

func idsOf(people []company.Person, keep func(company.Person) bool) []string {
	all := []string{}
	for _, p := range people {
		if keep == nil || keep(p) {
			all = append(all, itoa(p.ID))
		}
	}
	return all
}

func TestPersonFilters(t *testing.T) {
	t.Parallel()
	a := start(t, sandbox.Options{Persons: 50}, sandbox.Credential{})
	people := a.Company().People()
	one, two := people[5], people[20]
	if err := a.Company().Update(two.ID, func(p *company.Person) { p.PreferredName = "Zwei" }); err != nil {
		t.Fatal(err)
	}
	people = a.Company().People()
	at := func(when time.Time) string { return when.Format(time.RFC3339) }
	for name, test := range map[string]struct {
		query url.Values
		keep  func(company.Person) bool
	}{
		"none":           {nil, nil},
		"id":             {url.Values{"id": {itoa(one.ID)}}, func(p company.Person) bool { return p.ID == one.ID }},
		"ids":            {url.Values{"id": {itoa(two.ID) + "," + itoa(one.ID) + ",nobody"}}, func(p company.Person) bool { return p.ID == one.ID || p.ID == two.ID }},
		"ids repeated":   {url.Values{"id": {itoa(two.ID), itoa(one.ID)}}, func(p company.Person) bool { return p.ID == one.ID || p.ID == two.ID }},
		"e-mails":        {url.Values{"email": {one.Email + ", " + strings.ToUpper(two.Email)}}, func(p company.Person) bool { return p.Email == one.Email || p.Email == two.Email }},
		"first name":     {url.Values{"first_name": {one.FirstName}}, func(p company.Person) bool { return p.FirstName == one.FirstName }},
		"last name":      {url.Values{"last_name": {one.LastName}}, func(p company.Person) bool { return p.LastName == one.LastName }},
		"preferred name": {url.Values{"preferred_name": {"Zwei"}}, func(p company.Person) bool { return p.ID == two.ID }},
		"active":         {url.Values{"status": {"ACTIVE"}}, func(p company.Person) bool { return p.Employment.Status != "inactive" }},
		"inactive":       {url.Values{"status": {"INACTIVE"}}, func(p company.Person) bool { return p.Employment.Status == "inactive" }},
		"created at":     {url.Values{"created_at": {at(one.CreatedAt)}}, func(p company.Person) bool { return p.CreatedAt.Equal(one.CreatedAt) }},
		"created after":  {url.Values{"created_at.gt": {at(one.CreatedAt)}}, func(p company.Person) bool { return p.CreatedAt.After(one.CreatedAt) }},
		"created before": {url.Values{"created_at.lt": {at(one.CreatedAt)}}, func(p company.Person) bool { return p.CreatedAt.Before(one.CreatedAt) }},
		"updated at":     {url.Values{"updated_at": {at(noon)}}, func(p company.Person) bool { return p.ID == two.ID }},
		"updated in Berlin": {
			url.Values{"updated_at.gt": {one.UpdatedAt.In(time.FixedZone("", 7200)).Format(time.RFC3339)}},
			func(p company.Person) bool { return p.UpdatedAt.After(one.UpdatedAt) },
		},
		"updated before": {url.Values{"updated_at.lt": {at(one.UpdatedAt)}}, func(p company.Person) bool { return p.UpdatedAt.Before(one.UpdatedAt) }},
		"all must hold": {url.Values{"first_name": {one.FirstName}, "status": {"ACTIVE"}, "created_at.lt": {at(one.CreatedAt)}}, func(p company.Person) bool {
			return p.FirstName == one.FirstName && p.Employment.Status != "inactive" && p.CreatedAt.Before(one.CreatedAt)
		}},
		"unknown name": {url.Values{"colour": {"red"}}, nil},
	} {
		if test.query == nil {
			test.query = url.Values{}
		}
		test.query.Set("limit", "50")
		got := v2IDs(a.get(persons + "?" + test.query.Encode()).wantStatus(http.StatusOK).data())
		if diff := cmp.Diff(idsOf(people, test.keep), got); diff != "" {
			t.Errorf("%s:\n%s", name, diff)
		}
	}
}

func TestPersonListRefusals(t *testing.T) {
	t.Parallel()
	a := start(t, sandbox.Options{}, sandbox.Credential{})
	elsewhere := a.get(persons + "/" + itoa(a.Company().People()[0].ID) + "/employments")
	if elsewhere.next() != "" {
		t.Fatal("one employment on more than one page")
	}
	foreign := start(t, sandbox.Options{}, sandbox.Credential{}).get(persons).next()
	_, foreignCursor, _ := strings.Cut(foreign, "cursor=")
	_, own, _ := strings.Cut(a.get(persons).next(), "cursor=")
	for _, query := range []string{
		"limit=0", "limit=51", "limit=x", "limit=-1", "created_at.lt=wrong-date-format", "id.nooperator=1", "created_at.gte=2020-01-01T00:00:00Z",
		"status=LEAVE", "status=active", "updated_at=2020-01-01", "cursor=abc", "cursor=cur_abc", "cursor=cur_", "cursor=" + foreignCursor, "cursor=" + own[:len(own)-2],
		"created_at.gt=2020-01-01T00:00:00Z&created_at.gt=2021-01-01T00:00:00Z",
	} {
		problem := a.get(persons+"?"+query).wantProblem(http.StatusBadRequest, "Bad request", "#common.bad_request")
		if strings.HasPrefix(query, "limit") && problem["detail"] != "Provided value for limit is not valid" {
			t.Errorf("%s: detail %v", query, problem["detail"])
		}
	}
	person := a.Company().People()[0]
	a.get(persons+"/"+itoa(person.ID)+"/employments?cursor="+own).wantProblem(http.StatusBadRequest, "Bad request", "#common.bad_request")
}

func TestPersonPages(t *testing.T) {
	t.Parallel()
	a := start(t, sandbox.Options{Persons: 47}, sandbox.Credential{Attributes: []string{"status"}})
	people := a.Company().People()
	active := func(p company.Person) bool { return p.Employment.Status != "inactive" }

	first := a.get(persons).wantStatus(http.StatusOK)
	if diff := cmp.Diff(idsOf(people[:10], nil), v2IDs(first.data())); diff != "" {
		t.Errorf("default page:\n%s", diff)
	}
	if self := dig(first.object(), "_meta", "links", "self", "href"); self != a.url+persons {
		t.Errorf("self link %v", self)
	}
	if !strings.HasPrefix(first.next(), a.url+persons+"?cursor=cur_") {
		t.Errorf("next link %q", first.next())
	}

	// The next link carries filter and limit along, and nothing beside the cursor.
	var all []string
	sizes := []int{}
	for next := persons + "?limit=7&status=ACTIVE"; next != ""; {
		r := a.get(next).wantStatus(http.StatusOK)
		all = append(all, v2IDs(r.data())...)
		sizes = append(sizes, len(r.data()))
		if next = r.next(); next != "" {
			parsed, err := url.Parse(next)
			if err != nil || len(parsed.Query()) != 1 {
				t.Fatalf("next link %q", next)
			}
		}
	}
	want := idsOf(people, active)
	if diff := cmp.Diff(want, all); diff != "" {
		t.Errorf("all pages:\n%s", diff)
	}
	if sizes[0] != 7 || len(sizes) != (len(want)+6)/7 {
		t.Errorf("page sizes %v", sizes)
	}

	// A limit beside the cursor wins, and a deleted person does not shift the page.
	next := a.get(persons + "?limit=5").next()
	if err := a.Company().Delete(people[1].ID); err != nil {
		t.Fatal(err)
	}
	if got := v2IDs(a.get(next + "&limit=3").wantStatus(http.StatusOK).data()); !slices.Equal(got, idsOf(people[5:8], nil)) {
		t.Errorf("second page: %v, want %v", got, idsOf(people[5:8], nil))
	}
}

func TestEmployments(t *testing.T) {
	t.Parallel()
	a := start(t, sandbox.Options{Persons: 200}, sandbox.Credential{})
	people := a.Company().People()
	at := slices.IndexFunc(people, func(p company.Person) bool { return len(p.Previous) == 1 })
	person := people[at]
	path := persons + "/" + itoa(person.ID) + "/employments"
	current, earlier := person.Employment, person.Previous[0]
	get := func(query string) []string { return v2IDs(a.get(path + "?" + query).wantStatus(http.StatusOK).data()) }
	for query, want := range map[string][]string{
		"":                                    {current.ID, earlier.ID},
		"id=" + earlier.ID:                    {earlier.ID},
		"id=" + earlier.ID + "," + current.ID: {current.ID, earlier.ID},
		"updated_at=" + current.UpdatedAt.Format(time.RFC3339):    {current.ID},
		"updated_at.gt=" + earlier.UpdatedAt.Format(time.RFC3339): {current.ID},
		"updated_at.lt=" + current.UpdatedAt.Format(time.RFC3339): {earlier.ID},
	} {
		if got := get(query); !slices.Equal(got, want) {
			t.Errorf("%q: %v, want %v", query, got, want)
		}
	}
	first := a.get(path + "?limit=1")
	if second := a.get(first.next()); !slices.Equal(v2IDs(second.data()), []string{earlier.ID}) || second.next() != "" {
		t.Errorf("second page: %s", second.body)
	}
	for _, query := range []string{"created_at.lt=wrong", "id.invalid=x", "limit=51"} {
		a.get(path+"?"+query).wantProblem(http.StatusBadRequest, "Bad request", "#common.bad_request")
	}
	for _, missing := range []string{persons + "/404", persons + "/some-id", persons + "/404/employments", persons + "/404/employments/" + current.ID, path + "/nothing", persons + "/" + itoa(people[0].ID) + "/employments/" + current.ID} {
		a.get(missing).wantProblem(http.StatusNotFound, "Resource not found", "#common.resource_not_found")
	}
}

func TestCreatePerson(t *testing.T) {
	t.Parallel()
	a := start(t, sandbox.Options{}, sandbox.Credential{})
	boss := a.Company().People()[0]
	r := a.json(http.MethodPost, persons, map[string]any{
		"email": "neu@lindenhof.example", "first_name": "Łucja", "last_name": "Neu", "preferred_name": "Lu", "gender": "FEMALE", "language_code": "de",
		"custom_attributes": []any{map[string]any{"id": company.CustomLanguages, "value": []any{"Polski", "Deutsch"}}, map[string]any{"id": company.CustomChildren, "value": "2"}},
		"employments": []any{map[string]any{
			"supervisor": map[string]any{"id": itoa(boss.ID)}, "office": map[string]any{"id": "60302"}, "legal_entity": map[string]any{"id": "7035"},
			"org_units": []any{map[string]any{"type": "department", "id": "40111"}, map[string]any{"type": "team", "id": "50201"}},
			"position":  map[string]any{"title": "Inżynier"}, "status": "ONBOARDING", "type": "EXTERNAL", "employment_start_date": "2027-01-31",
			"probation_period_length": 3, "weekly_working_hours": 20, "full_time_weekly_working_hours": 40,
			"cost_centers": []any{map[string]any{"id": "82951", "weight": 100}},
		}},
	}).wantStatus(http.StatusCreated)
	object := r.object()
	id, _ := object["id"].(string)
	if self := dig(object, "_meta", "links", "self", "href"); self != a.url+persons+"/"+id {
		t.Errorf("self link %v", self)
	}
	number, _ := strconv.Atoi(id)
	p, ok := a.Company().Person(number)
	if !ok {
		t.Fatalf("nobody has id %q", id)
	}
	wantPersonFields := company.Person{
		ID: number, FirstName: "Łucja", LastName: "Neu", PreferredName: "Lu", Email: "neu@lindenhof.example", Gender: "female", LanguageCode: "de", Entitlement: -1,
		CreatedAt: noon, UpdatedAt: noon, Custom: map[string]any{company.CustomLanguages: []string{"Polski", "Deutsch"}, company.CustomChildren: 2},
		Employment: company.Employment{
			ID: p.Employment.ID, CreatedAt: noon, UpdatedAt: noon, Status: "onboarding", Type: "external", Position: "Inżynier", WeeklyHours: 20, FullTimeWeeklyHours: 40,
			SupervisorID: boss.ID, LegalEntityID: 7035, OfficeID: 60302, DepartmentID: 40111, TeamID: 50201, CostCenters: []company.CostCenterShare{{ID: 82951, Weight: 100}},
			HireDate: "2027-01-31", ProbationPeriodEnd: "2027-05-01",
		},
	}
	if diff := cmp.Diff(wantPersonFields, p, cmp.AllowUnexported(company.Person{})); diff != "" {
		t.Errorf("created:\n%s", diff)
	}
	least := a.json(http.MethodPost, persons, map[string]any{"first_name": "A", "last_name": "B"}).wantStatus(http.StatusCreated)
	got := a.get(persons + "/" + least.object()["id"].(string)).wantStatus(http.StatusOK).object() //nolint:forcetypeassert // a test may panic
	if got["email"] != nil || got["gender"] != "UNSPECIFIED" || got["status"] != "ACTIVE" {
		t.Errorf("least person: %v", got)
	}
}

func TestPersonWriteRefusals(t *testing.T) {
	t.Parallel()
	a := start(t, sandbox.Options{}, sandbox.Credential{})
	people := a.Company().People()
	person, boss := people[10], people[0]
	create := func(change string, value any) map[string]any {
		body := map[string]any{"first_name": "A", "last_name": "B"}
		body[change] = value
		return body
	}
	for name, body := range map[string]any{
		"no last name":   map[string]any{"first_name": "A"},
		"blank name":     create("first_name", " "),
		"bad e-mail":     create("email", "at"),
		"taken e-mail":   create("email", people[1].Email),
		"wrong type":     create("first_name", 1),
		"gender":         create("gender", "female"),
		"language":       create("language_code", "tlh"),
		"attribute":      create("custom_attributes", []any{map[string]any{"id": "dynamic_1", "value": "x"}}),
		"system as attr": create("custom_attributes", []any{map[string]any{"id": "email", "value": "x"}}),
		"employments":    create("employments", []any{map[string]any{}, map[string]any{}}),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a.json(http.MethodPost, persons, body).wantProblem(http.StatusBadRequest, "Bad request", "#common.bad_request")
		})
	}
	a.do(http.MethodPost, persons, "application/json", "[]").wantProblem(http.StatusBadRequest, "Bad request", "#common.bad_request")

	path := persons + "/" + itoa(person.ID)
	for name, fields := range map[string]map[string]any{
		"status":         {"status": "RETIRED"},
		"type":           {"type": "internal"},
		"date":           {"employment_start_date": "tomorrow"},
		"both probation": {"probation_end_date": "2027-01-01", "probation_period_length": 3},
		"hours":          {"weekly_working_hours": 200},
		"supervisor":     {"supervisor": map[string]any{"id": "1"}},
		"no number":      {"office": map[string]any{"id": "Berlin"}},
		"org unit":       {"org_units": []any{map[string]any{"type": "squad", "id": "1"}}},
		"other kind":     {"org_units": []any{map[string]any{"type": "team", "id": "40111"}}},
		"weight":         {"cost_centers": []any{map[string]any{"id": "82951", "weight": 101}}},
	} {
		t.Run("employment "+name, func(t *testing.T) {
			t.Parallel()
			a.json(http.MethodPatch, path+"/employments/"+person.Employment.ID, fields).wantProblem(http.StatusBadRequest, "Bad request", "#common.bad_request")
		})
	}
	cycle := map[string]any{"supervisor": map[string]any{"id": itoa(person.ID)}}
	a.json(http.MethodPatch, persons+"/"+itoa(boss.ID)+"/employments/"+boss.Employment.ID, cycle).wantProblem(http.StatusBadRequest, "Bad request", "#common.bad_request")
	for _, missing := range []string{persons + "/404", persons + "/404/employments/x", path + "/employments/x"} {
		a.json(http.MethodPatch, missing, map[string]any{}).wantProblem(http.StatusNotFound, "Resource not found", "#common.resource_not_found")
	}
}

func TestUpdateAndDeletePerson(t *testing.T) {
	t.Parallel()
	a := start(t, sandbox.Options{Persons: 200}, sandbox.Credential{})
	people := a.Company().People()
	person := people[slices.IndexFunc(people, func(p company.Person) bool { return len(p.Previous) == 1 })]
	path := persons + "/" + itoa(person.ID)
	r := a.json(http.MethodPatch, path, map[string]any{
		"first_name": "Neu", "preferred_name": nil, "gender": "UNKNOWN", "email": "other@lindenhof.example",
		"custom_attributes": []any{map[string]any{"id": company.CustomPersonnelNumber, "value": nil}},
	}).wantStatus(http.StatusNoContent)
	if len(r.body) != 0 {
		t.Errorf("body: %s", r.body)
	}
	after, _ := a.Company().Person(person.ID)
	if after.FirstName != "Neu" || after.PreferredName != "" || after.Gender != "" || after.Email != person.Email || after.LastName != person.LastName || after.Custom[company.CustomPersonnelNumber] != nil {
		t.Errorf("after: %+v", after)
	}
	employment := path + "/employments/" + person.Employment.ID
	a.json(http.MethodPatch, employment, map[string]any{"supervisor": nil, "position": map[string]any{"title": "Chefin"}, "org_units": []any{}, "status": "LEAVE"}).wantStatus(http.StatusNoContent)
	after, _ = a.Company().Person(person.ID)
	if e := after.Employment; e.SupervisorID != 0 || e.Position != "Chefin" || e.DepartmentID != 0 || e.TeamID != 0 || e.Status != "leave" || e.HireDate != person.Employment.HireDate || !e.UpdatedAt.Equal(noon) {
		t.Errorf("employment after: %+v", e)
	}
	a.json(http.MethodPatch, path+"/employments/"+person.Previous[0].ID, map[string]any{}).wantProblem(http.StatusBadRequest, "Bad request", "#common.bad_request")

	a.do(http.MethodDelete, path, "", "").wantStatus(http.StatusNoContent)
	a.get(path).wantProblem(http.StatusNotFound, "Resource not found", "#common.resource_not_found")
	a.do(http.MethodDelete, path, "", "").wantProblem(http.StatusNotFound, "Resource not found", "#common.resource_not_found")
	a.get(employees + "/" + itoa(person.ID)).wantV1Error(http.StatusNotFound)
}
