package directory_test

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/personio-community/terraform-provider-personio/internal/acctest"
	"github.com/personio-community/terraform-provider-personio/internal/acctest/tfproto"
	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
	"github.com/personio-community/terraform-provider-personio/internal/sandbox"
	"github.com/personio-community/terraform-provider-personio/internal/sandbox/company"
)

const (
	persons   = "personio_persons"
	person    = "personio_person"
	employees = "/v1/company/employees"
)

// page is the request for a page of employees with some attributes.
func page(offset int, keys ...string) string {
	return employees + "?" + url.Values{"attributes[]": keys, "limit": {"100"}, "offset": {strconv.Itoa(offset)}}.Encode()
}

func (w *world) persons(t *testing.T, arguments tfproto.Values) tfproto.Values {
	t.Helper()
	got, diags := w.ReadData(persons, arguments)
	if text := diags.Errors() + diags.Warnings(); text != "" {
		t.Fatal(text)
	}
	return got
}

func wantPersons(t *testing.T, w *world, got tfproto.Values, keys []string, keep func(*company.Person) bool) {
	t.Helper()
	list, byID := wantedPersons(w.box.Company(), keys, keep)
	if diff := cmp.Diff(list, got["persons"]); diff != "" {
		t.Errorf("persons: %s", diff)
	}
	if diff := cmp.Diff(byID, got["by_id"]); diff != "" {
		t.Errorf("by_id: %s", diff)
	}
}

// Values of every form, and three pages for 250 people, each asked for the listed
// attributes only.
func TestPersonsEverybody(t *testing.T) {
	t.Parallel()
	w := start(t, 250, sandbox.Credential{}, nil)
	got := w.persons(t, tfproto.Values{"attributes": anySet(manyKeys...)})
	wantPersons(t, w, got, manyKeys, nil)
	keys := slices.Sorted(slices.Values(manyKeys))
	if diff := cmp.Diff([]string{page(0, keys...), page(100, keys...), page(200, keys...)}, w.asked()); diff != "" {
		t.Error(diff)
	}
}

func TestPersonsFilters(t *testing.T) {
	t.Parallel()
	w := start(t, 30, sandbox.Credential{}, nil)
	people := w.box.Company().People()
	some, other := people[7], people[20]
	if err := w.box.Company().Update(some.ID, func(p *company.Person) { p.PreferredName = "Kim" }); err != nil {
		t.Fatal(err)
	}
	some, _ = w.box.Company().Person(some.ID)
	at := func(t time.Time) string { return t.In(time.FixedZone("", 2*3600)).Format(time.RFC3339) }
	utc := func(t time.Time) string { return t.UTC().Format(time.RFC3339) }
	ids := fmt.Sprintf("%d,%d", some.ID, other.ID)
	for name, test := range map[string]struct {
		arguments tfproto.Values
		query     url.Values
		keep      func(*company.Person) bool
	}{
		"ids": {
			tfproto.Values{"ids": anySet(strconv.Itoa(other.ID), strconv.Itoa(some.ID))},
			url.Values{"id": {ids}},
			func(p *company.Person) bool { return p.ID == some.ID || p.ID == other.ID },
		},
		"emails": {
			tfproto.Values{"emails": anySet(some.Email)},
			url.Values{"email": {some.Email}},
			func(p *company.Person) bool { return p.ID == some.ID },
		},
		"first name": {
			tfproto.Values{"first_name": other.FirstName},
			url.Values{"first_name": {other.FirstName}},
			func(p *company.Person) bool { return p.FirstName == other.FirstName },
		},
		"last name": {
			tfproto.Values{"last_name": other.LastName},
			url.Values{"last_name": {other.LastName}},
			func(p *company.Person) bool { return p.LastName == other.LastName },
		},
		"preferred name": {
			tfproto.Values{"preferred_name": "Kim"},
			url.Values{"preferred_name": {"Kim"}},
			func(p *company.Person) bool { return p.PreferredName == "Kim" },
		},
		"active": {
			tfproto.Values{"status": "ACTIVE"},
			url.Values{"status": {"ACTIVE"}},
			func(p *company.Person) bool { return p.Employment.Status != "inactive" },
		},
		"inactive": {
			tfproto.Values{"status": "INACTIVE"},
			url.Values{"status": {"INACTIVE"}},
			func(p *company.Person) bool { return p.Employment.Status == "inactive" },
		},
		"created at": {
			tfproto.Values{"created_at": at(some.CreatedAt)},
			url.Values{"created_at": {utc(some.CreatedAt)}},
			func(p *company.Person) bool { return p.CreatedAt.Equal(some.CreatedAt) },
		},
		"created between": {
			tfproto.Values{"created_at_gt": at(some.CreatedAt.Add(-10000 * time.Hour)), "created_at_lt": at(some.CreatedAt)},
			url.Values{"created_at.gt": {utc(some.CreatedAt.Add(-10000 * time.Hour))}, "created_at.lt": {utc(some.CreatedAt)}},
			func(p *company.Person) bool {
				return p.CreatedAt.After(some.CreatedAt.Add(-10000*time.Hour)) && p.CreatedAt.Before(some.CreatedAt)
			},
		},
		"updated at": {
			tfproto.Values{"updated_at": at(other.UpdatedAt)},
			url.Values{"updated_at": {utc(other.UpdatedAt)}},
			func(p *company.Person) bool { return p.UpdatedAt.Equal(other.UpdatedAt) },
		},
		"updated between": {
			tfproto.Values{"updated_at_gt": at(other.UpdatedAt), "updated_at_lt": at(some.UpdatedAt)},
			url.Values{"updated_at.gt": {utc(other.UpdatedAt)}, "updated_at.lt": {utc(some.UpdatedAt)}},
			func(p *company.Person) bool {
				return p.UpdatedAt.After(other.UpdatedAt) && p.UpdatedAt.Before(some.UpdatedAt)
			},
		},
		"all have to hold": {
			tfproto.Values{"ids": anySet(strconv.Itoa(other.ID), strconv.Itoa(some.ID)), "last_name": some.LastName},
			url.Values{"id": {ids}, "last_name": {some.LastName}},
			func(p *company.Person) bool {
				return (p.ID == some.ID || p.ID == other.ID) && p.LastName == some.LastName
			},
		},
	} {
		// Names are in what version 2 says, departments are not.
		for _, keys := range [][]string{{"email", "first_name", "id", "last_name", "preferred_name"}, {"department", "email"}} {
			got := w.persons(t, test.arguments.With(tfproto.Values{"attributes": anySet(keys...)}))
			wantPersons(t, w, got, keys, test.keep)
			found := len(got["persons"].([]any))
			if found == 0 || found == len(people) {
				t.Errorf("%s: found %d of %d, which proves nothing", name, found, len(people))
			}
			query := url.Values{"limit": {"50"}}
			maps.Copy(query, test.query)
			want := []string{"/v2/persons?" + query.Encode()}
			switch {
			case len(keys) > 2:
			case found == 1:
				want = append(want, employees+"/"+got["persons"].([]any)[0].(map[string]any)["id"].(string))
			default:
				want = append(want, page(0, keys...))
			}
			if diff := cmp.Diff(want, w.asked()); diff != "" {
				t.Errorf("%s, %s: %s", name, keys, diff)
			}
		}
	}
}

// People who were found are completed from pages, or one by one where that takes
// fewer requests.
func TestPersonsAreCompletedByTheShorterWay(t *testing.T) {
	t.Parallel()
	w := start(t, 450, sandbox.Credential{}, nil)
	people := w.box.Company().People()
	id := func(n int) string { return strconv.Itoa(people[n].ID) }
	keys := []string{"department"}
	one := func(n int) string { return employees + "/" + id(n) }
	for name, test := range map[string]struct {
		people []int
		want   []string
	}{
		"on the first page":                      {[]int{3, 4, 99}, []string{page(0, keys...)}},
		"one":                                    {[]int{300}, []string{one(300)}},
		"as many as there are pages left":        {[]int{0, 120, 220, 320, 420}, []string{page(0, keys...), one(120), one(220), one(320), one(420)}},
		"more than pages left, then all found":   {[]int{101, 102, 103, 104, 105}, []string{page(0, keys...), page(100, keys...)}},
		"more than pages left, then fewer again": {[]int{101, 102, 103, 104, 300, 301}, []string{page(0, keys...), page(100, keys...), one(300), one(301)}},
	} {
		var ids []string
		for _, n := range test.people {
			ids = append(ids, id(n))
		}
		got := w.persons(t, tfproto.Values{"attributes": anySet(keys...), "ids": anySet(ids...)})
		wantPersons(t, w, got, keys, func(p *company.Person) bool { return slices.Contains(ids, strconv.Itoa(p.ID)) })
		asked := w.asked()[1:]
		if len(asked) > 2 {
			slices.Sort(asked[2:]) // One by one in any order.
		}
		slices.Sort(asked)
		if diff := cmp.Diff(slices.Sorted(slices.Values(test.want)), asked); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// An empty list selects nobody and asks nothing; Personio would answer with all.
func TestPersonsNobody(t *testing.T) {
	t.Parallel()
	w := start(t, 10, sandbox.Credential{}, nil)
	for _, argument := range []string{"ids", "emails"} {
		got := w.persons(t, tfproto.Values{"attributes": anySet("email"), argument: []any{}})
		if diff := cmp.Diff([]any{}, got["persons"]); diff != "" || len(got["by_id"].(map[string]any)) != 0 || len(w.asked()) != 0 {
			t.Errorf("%s: %s, %v", argument, diff, got)
		}
	}
	got := w.persons(t, tfproto.Values{"attributes": anySet("department"), "ids": anySet("1")})
	if diff := cmp.Diff([]any{}, got["persons"]); diff != "" || len(w.asked()) != 1 {
		t.Error(diff)
	}
}

// Somebody leaves between two pages, which moves all who follow: the list is read
// again, and nobody is missing.
func TestPersonsWhoLeaveMeanwhile(t *testing.T) {
	t.Parallel()
	var once sync.Once
	w := &world{}
	leave := func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			if r.URL.Path == employees && r.URL.Query().Get("offset") == "100" {
				once.Do(func() {
					if err := w.box.Company().Delete(w.box.Company().People()[5].ID); err != nil {
						t.Error(err)
					}
				})
			}
			next.ServeHTTP(rw, r)
		})
	}
	*w = *start(t, 250, sandbox.Credential{}, leave)
	got := w.persons(t, tfproto.Values{"attributes": anySet("team")})
	wantPersons(t, w, got, []string{"team"}, nil)
	if asked := w.asked(); len(asked) != 5 {
		t.Errorf("%d requests: %s", len(asked), asked)
	}
}

func TestPerson(t *testing.T) {
	t.Parallel()
	w := start(t, 30, sandbox.Credential{}, nil)
	some := w.box.Company().People()[12]
	keys := []string{"department", "fix_salary", "supervisor"}
	id := strconv.Itoa(some.ID)
	for argument, value := range map[string]string{"id": id, "email": some.Email} {
		got, diags := w.ReadData(person, tfproto.Values{"attributes": anySet(keys...), argument: value})
		if text := diags.Errors() + diags.Warnings(); text != "" {
			t.Fatal(text)
		}
		var email any
		want := []string{employees + "/" + id}
		if argument == "email" {
			email, want = value, []string{employees + "?" + url.Values{"attributes[]": keys, "email": {value}, "limit": {"2"}, "offset": {"0"}}.Encode()}
		}
		if diff := cmp.Diff(map[string]any{"id": id, "email": email, "values": wanted(w.box.Company(), &some, keys)}, map[string]any{"id": got["id"], "email": got["email"], "values": got["values"]}); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff(want, w.asked()); diff != "" {
			t.Error(diff)
		}
	}
}

func TestPersonWhoIsNot(t *testing.T) {
	t.Parallel()
	w := start(t, 10, sandbox.Credential{}, nil)
	_, diags := w.ReadData(person, tfproto.Values{"attributes": anySet("email"), "id": "1"})
	wantParts(t, diags.Errors(), "id", "No such person", "no person with the id 1")
	_, diags = w.ReadData(person, tfproto.Values{"attributes": anySet("email"), "email": "nobody@example.com"})
	wantParts(t, diags.Errors(), "email", "No such person")
	if strings.Contains(diags.Errors(), "nobody@") {
		t.Errorf("the address is repeated: %s", diags.Errors())
	}

	deaf := start(t, 10, sandbox.Credential{}, func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			query := r.URL.Query()
			query.Del("email")
			r.URL.RawQuery = query.Encode()
			next.ServeHTTP(w, r)
		})
	})
	_, diags = deaf.ReadData(person, tfproto.Values{"attributes": anySet("email"), "email": "nobody@example.com"})
	wantParts(t, diags.Errors(), "More than one person")
}

// What the credential may not read is an error that names it, in both data
// sources, and no person is read.
func TestPersonsUnreadable(t *testing.T) {
	t.Parallel()
	w := start(t, 10, sandbox.Credential{Attributes: []string{"first_name", "status", company.CustomIBAN}}, nil)
	for _, typeName := range []string{person, persons} {
		arguments := tfproto.Values{"attributes": anySet("id", "first_name", "fix_salary", "dynamic_99", company.CustomIBAN)}
		if typeName == person {
			arguments["id"] = "1"
		}
		_, diags := w.ReadData(typeName, arguments)
		wantParts(t, diags.Errors(), "The attribute fix_salary may not be read", "The attribute dynamic_99 may not be read",
			"or the company has no such attribute", "readable_attributes", "lesbare Mitarbeiterattribute")
		if len(diags) != 2 || strings.Contains(diags.Errors(), "The attribute first_name") {
			t.Errorf("%d diagnostics:\n%s", len(diags), diags.Errors())
		}
		if asked := w.asked(); len(asked) > 0 {
			t.Errorf("people were read: %s", asked)
		}
	}
	got := w.persons(t, tfproto.Values{"attributes": anySet("first_name", company.CustomIBAN)})
	wantPersons(t, w, got, []string{"first_name", company.CustomIBAN}, nil)
}

func TestPersonsArguments(t *testing.T) {
	t.Parallel()
	w := start(t, 10, sandbox.Credential{}, nil)
	for name, test := range map[string]struct {
		typeName  string
		arguments tfproto.Values
		want      []string
	}{
		"no attributes":      {persons, tfproto.Values{"attributes": []any{}}, []string{"at least 1"}},
		"unknown attribute":  {persons, tfproto.Values{"attributes": anySet("departmnt")}, []string{"departmnt", `Did you mean "department"`}},
		"status by mistake":  {persons, tfproto.Values{"attributes": anySet("email"), "status": "active"}, []string{`status "active"`, `Did you mean "ACTIVE"`}},
		"no time":            {persons, tfproto.Values{"attributes": anySet("email"), "created_at_gt": "2026-01-31"}, []string{"created_at_gt", "RFC3339"}},
		"two addresses":      {persons, tfproto.Values{"attributes": anySet("email"), "emails": anySet("a@x,b@x")}, []string{"one e-mail address"}},
		"an id that is none": {persons, tfproto.Values{"attributes": anySet("email"), "ids": anySet("7,8")}, []string{"a number such as 1007"}},
		"an empty name":      {persons, tfproto.Values{"attributes": anySet("email"), "first_name": ""}, []string{"at least 1"}},
		"nobody named":       {person, tfproto.Values{"attributes": anySet("email")}, []string{"[id,email]"}},
		"named twice":        {person, tfproto.Values{"attributes": anySet("email"), "id": "7", "email": "a@x"}, []string{"[id,email]"}},
		"an unknown key":     {person, tfproto.Values{"attributes": anySet("frist_name"), "id": "7"}, []string{`Did you mean "first_name"`}},
	} {
		_, diags := w.ReadData(test.typeName, test.arguments)
		if diags.Errors() == "" {
			t.Errorf("%s: no error", name)
		}
		wantParts(t, diags.Errors(), test.want...)
	}
	if requests := w.box.Requests(); len(requests) > 0 {
		t.Errorf("%d requests", len(requests))
	}
}

// A value that is not what Personio documents is an error that tells where it is,
// and not what.
func TestPersonsStrangeValue(t *testing.T) {
	t.Parallel()
	strange := start(t, 1, sandbox.Credential{}, func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			if r.URL.Path != employees {
				next.ServeHTTP(rw, r)
				return
			}
			rw.Header().Set("Content-Type", "application/json")
			_, _ = rw.Write([]byte(`{"success":true,"metadata":{"total_elements":1},"data":[{"attributes":{"id":{"value":7},"hire_date":{"value":{"PLANTED":1}}}}]}`))
		})
	})
	_, diags := strange.ReadData(persons, tfproto.Values{"attributes": anySet("hire_date")})
	wantParts(t, diags.Errors(), "person 7", "hire_date", "expected a date, found an object")
	if strings.Contains(diags.Errors(), "PLANTED") {
		t.Error(diags.Errors())
	}
}

func TestPersonsWithoutTheRight(t *testing.T) {
	t.Parallel()
	w := start(t, 10, sandbox.Credential{Scopes: []string{"personio:absences:read"}}, nil)
	for _, typeName := range []string{person, persons} {
		arguments := tfproto.Values{"attributes": anySet("email")}
		if typeName == person {
			arguments["id"] = "1"
		}
		_, diags := w.ReadData(typeName, arguments)
		wantParts(t, diags.Errors(), "HTTP status 403", "personio:persons:read", "Employees (in German: Mitarbeitende)")
	}
	// The list of persons tells the same by 401.
	w = start(t, 10, sandbox.Credential{}, func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/v2/persons" {
				r.Header.Set("Authorization", "Bearer papi-none")
			}
			next.ServeHTTP(rw, r)
		})
	})
	_, diags := w.ReadData(persons, tfproto.Values{"attributes": anySet("email"), "status": "ACTIVE"})
	wantParts(t, diags.Errors(), "Could not list persons", "HTTP status 401", "personio:persons:read", "Mitarbeitende")
}

// A gateway refuses to select on what may not be read, and says so itself.
func TestPersonsThroughAGateway(t *testing.T) {
	t.Parallel()
	w := acctest.Start(t)
	integration, err := w.Client.CustomIntegrations().Create(t.Context(), gatewayapi.CustomIntegrationCreate{
		Name: "Names", Scopes: []string{"personio:persons:read"}, ReadableAttributes: []string{"first_name", "department"},
	})
	if err != nil {
		t.Fatal(err)
	}
	credential, err := w.Client.APICredentials().Create(t.Context(), gatewayapi.APICredentialCreate{CustomIntegrationID: integration.ID, Name: "names"})
	if err != nil {
		t.Fatal(err)
	}
	p := tfproto.Configured(t, acctest.NewProvider(), tfproto.Values{
		"base_url": w.URL, "client_id": credential.ClientID, "client_secret": credential.ClientSecret, "max_retries": int64(0),
	})
	_, diags := p.ReadData(persons, tfproto.Values{"attributes": anySet("first_name"), "last_name": "Berg"})
	wantParts(t, diags.Errors(), "HTTP status 403", "selects on the attribute last_name", "Add last_name to the readable attributes")
	if strings.Contains(diags.Errors(), "personio:persons:read") {
		t.Errorf("the scope is not what is missing:\n%s", diags.Errors())
	}
	_, diags = p.ReadData(person, tfproto.Values{"attributes": anySet("first_name"), "email": "nobody@example.com"})
	wantParts(t, diags.Errors(), "HTTP status 403", "selects on the attribute email")
	_, diags = p.ReadData(persons, tfproto.Values{"attributes": anySet("first_name", "last_name")})
	wantParts(t, diags.Errors(), "The attribute last_name may not be read")

	some := w.Sandbox.Company().People()[4]
	got, diags := p.ReadData(persons, tfproto.Values{"attributes": anySet("department"), "first_name": some.FirstName})
	if text := diags.Errors(); text != "" {
		t.Fatal(text)
	}
	list, _ := wantedPersons(w.Sandbox.Company(), []string{"department"}, func(p *company.Person) bool { return p.FirstName == some.FirstName })
	if diff := cmp.Diff(list, got["persons"]); diff != "" {
		t.Error(diff)
	}
}
