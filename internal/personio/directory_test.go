package personio

import (
	"errors"
	"fmt"
	"iter"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/personio-community/terraform-provider-personio/internal/attribute"
)

func collect[T any](seq iter.Seq2[T, error]) (all []T, err error) {
	for object, failed := range seq {
		if failed != nil {
			return all, failed
		}
		all = append(all, object)
	}
	return all, nil
}

// employees answers pages of as many employees as there are at each request.
func employees(counts ...int) http.HandlerFunc {
	request := 0
	return func(w http.ResponseWriter, r *http.Request) {
		total := counts[min(request, len(counts)-1)]
		request++
		limit, _ := strconv.Atoi(r.URL.Query().Get("limit"))
		offset, _ := strconv.Atoi(r.URL.Query().Get("offset"))
		rows := []any{}
		for id := offset + 1; id <= min(offset+limit, total); id++ {
			rows = append(rows, map[string]any{"type": "Employee", "attributes": map[string]any{"id": map[string]any{"value": id}}})
		}
		writeJSON(w, 200, map[string]any{"success": true, "metadata": map[string]any{"total_elements": total}, "data": rows})
	}
}

func TestEmployeePages(t *testing.T) {
	t.Parallel()
	const list = "GET " + pathEmployees
	for name, test := range map[string]struct {
		counts   []int
		left     []int
		unsteady bool
	}{
		"none":             {[]int{0}, []int{0}, false},
		"one page":         {[]int{100}, []int{0}, false},
		"three pages":      {[]int{201}, []int{2, 1, 0}, false},
		"somebody came":    {[]int{201, 202}, []int{2}, true},
		"somebody left":    {[]int{201, 200}, []int{2}, true},
		"all but one left": {[]int{201, 1}, []int{2}, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFake(map[string]http.HandlerFunc{list: employees(test.counts...)})
			pages, err := collect(f.client(t).EmployeePages(t.Context(), []string{"first_name", "dynamic_1"}))
			if IsUnsteady(err) != test.unsteady || !test.unsteady && err != nil {
				t.Fatal(err)
			}
			var left []int
			seen := 0
			for _, page := range pages {
				left = append(left, page.Left)
				for _, employee := range page.Employees {
					if seen++; employee.ID != ID(strconv.Itoa(seen)) {
						t.Errorf("employee %s is number %d", employee.ID, seen)
					}
				}
			}
			if diff := cmp.Diff(test.left, left); diff != "" {
				t.Error(diff)
			}
			for i, r := range f.seen(list) {
				want := url.Values{"attributes[]": {"first_name", "dynamic_1"}, "limit": {"100"}, "offset": {strconv.Itoa(i * 100)}}
				if r.query != want.Encode() {
					t.Errorf("query %s, want %s", r.query, want.Encode())
				}
			}
		})
	}
}

func TestEmployeesThatAreNone(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"no total":     `{"success":true,"data":[]}`,
		"no id":        `{"success":true,"metadata":{"total_elements":1},"data":[{"attributes":{"first_name":{"value":"PLANTED"}}}]}`,
		"no success":   `{"metadata":{"total_elements":1},"data":[]}`,
		"another type": `{"success":true,"metadata":{"total_elements":1},"data":[{"attributes":"PLANTED"}]}`,
	} {
		f := newFake(map[string]http.HandlerFunc{"GET " + pathEmployees: raw(200, "application/json", body)})
		_, err := collect(f.client(t).EmployeePages(t.Context(), nil))
		if !errors.Is(err, errNotTheAPI) || strings.Contains(err.Error(), "PLANTED") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestEmployee(t *testing.T) {
	t.Parallel()
	f := newFake(map[string]http.HandlerFunc{
		"GET " + pathEmployees + "/7": raw(200, "application/json", `{"success":true,"data":{"type":"Employee","attributes":{"id":{"value":7}}}}`),
		"GET " + pathEmployees + "/8": raw(404, "application/json", `{"success":false,"error":{"code":404,"message":"gone"}}`),
		"GET " + pathEmployees:        employees(1),
	})
	c := f.client(t)
	if employee, err := c.Employee(t.Context(), "7"); err != nil || employee.ID != "7" {
		t.Errorf("%v, %v", employee, err)
	}
	if _, err := c.Employee(t.Context(), "8"); !IsNotFound(err) {
		t.Error(err)
	}
	if _, err := c.Employee(t.Context(), ".."); err == nil {
		t.Error("no id, no error")
	}
	if found, err := c.EmployeesByEmail(t.Context(), "a+b@example.com", []string{"status"}); err != nil || len(found) != 1 {
		t.Errorf("%v, %v", found, err)
	}
	want := url.Values{"attributes[]": {"status"}, "email": {"a+b@example.com"}, "limit": {"2"}, "offset": {"0"}}
	if got := f.seen("GET " + pathEmployees); got[0].query != want.Encode() {
		t.Errorf("query %s", got[0].query)
	}
}

func TestPersons(t *testing.T) {
	t.Parallel()
	const list = "GET " + pathPersons
	var people []map[string]any
	for id := range 120 {
		people = append(people, map[string]any{"id": strconv.Itoa(id + 1), "first_name": "A", "last_name": nil, "employments": []any{}})
	}
	f := newFake(map[string]http.HandlerFunc{list: pages(fixed(people))})
	c := f.client(t)
	got, err := collect(c.Persons(t.Context(), PersonFilter{}))
	if err != nil || len(got) != 120 || got[119] != (Person{ID: "120", FirstName: "A"}) || f.count(list) != 3 {
		t.Errorf("%d persons in %d requests, %v", len(got), f.count(list), err)
	}

	at := time.Date(2026, 1, 2, 3, 4, 5, 6000, time.FixedZone("", 3600))
	f.requests = nil
	if _, err = collect(c.Persons(t.Context(), PersonFilter{
		IDs: []string{"1", "2"}, Emails: []string{"a@x", "b@x"}, FirstName: "F", LastName: "L", PreferredName: "P", Status: "ACTIVE",
		CreatedAt: TimeFilter{Equal: at, After: at, Before: at}, UpdatedAt: TimeFilter{After: at},
	})); err != nil {
		t.Fatal(err)
	}
	const utc = "2026-01-02T02:04:05.000006Z"
	want := url.Values{
		"limit": {"50"}, "id": {"1,2"}, "email": {"a@x,b@x"}, "first_name": {"F"}, "last_name": {"L"}, "preferred_name": {"P"}, "status": {"ACTIVE"},
		"created_at": {utc}, "created_at.gt": {utc}, "created_at.lt": {utc}, "updated_at.gt": {utc},
	}
	if first := f.seen(list)[0]; first.query != want.Encode() {
		t.Errorf("query %s, want %s", first.query, want.Encode())
	}

	many := make([]string, maxIDsPerCall+1)
	for i := range many {
		many[i] = strconv.Itoa(i)
	}
	f.script[list], f.requests = pages(fixed([]map[string]any{})), nil
	if _, err = collect(c.Persons(t.Context(), PersonFilter{IDs: many})); err != nil || f.count(list) != 2 {
		t.Errorf("%d requests, %v", f.count(list), err)
	}
	f.script[list] = pages(fixed([]map[string]any{{"first_name": "PLANTED"}}))
	if _, err = collect(c.Persons(t.Context(), PersonFilter{})); !errors.Is(err, errNotTheAPI) {
		t.Error(err)
	}
}

func TestPersonFilterIsZero(t *testing.T) {
	t.Parallel()
	if zero := (PersonFilter{}); !zero.IsZero() {
		t.Error("the zero filter selects somebody")
	}
	for _, filter := range []PersonFilter{
		{IDs: []string{"1"}},
		{Emails: []string{"a@x"}},
		{FirstName: "F"},
		{LastName: "L"},
		{PreferredName: "P"},
		{Status: "ACTIVE"},
		{CreatedAt: TimeFilter{Equal: time.Unix(1, 0)}},
		{UpdatedAt: TimeFilter{Before: time.Unix(1, 0)}},
	} {
		if filter.IsZero() {
			t.Errorf("%+v selects everybody", filter)
		}
	}
}

// Lists of the organisation in beta need the header, and others must not have it.
func TestLists(t *testing.T) {
	t.Parallel()
	list := func(rows string) http.HandlerFunc {
		return raw(200, "application/json", `{"_data":[`+rows+`],"_meta":{"links":null}}`)
	}
	reports := inTurn(
		raw(200, "application/json", `{"_data":[{"id":"r1","name":"R","chart_type":"table","edited_at":{"date_time":"2026-01-02T03:04:05Z"}}],"_meta":{"links":{"next":"https://elsewhere.test/x?cursor=c2"}}}`),
		list(`{"id":"r2","name":"S"}`))
	f := newFake(map[string]http.HandlerFunc{
		"GET /v2/org-units":                   list(`{"id":1,"type":"team","name":"T","parent_id":2},{"id":"2","name":"U","parent_id":null}`),
		"GET /v2/legal-entities":              list(`{"id":"3","name":"L","country":"DE"}`),
		"GET /v2/workplaces":                  list(`{"id":"4","name":"W"}`),
		"GET /v2/cost-centers":                list(`{"id":"5","name":"C"}`),
		"GET /v2/absence-types":               list(`{"id":"6","name":"A","category":null,"unit":"DAY"}`),
		"GET /v2/compensations/types":         list(`{"id":"7","name":"B","category":"ONE_TIME"}`),
		"GET /v1/company/document-categories": raw(200, "application/json", `{"success":true,"data":[{"id":8,"type":"DocumentCategory","attributes":{"name":"D"}}]}`),
		"GET /v2/reports":                     reports,
	})
	c := f.client(t)
	var got []any
	add := func(found any, err error) {
		t.Helper()
		if err != nil {
			t.Error(err)
		}
		got = append(got, found)
	}
	add(collect(c.OrgUnits(t.Context(), "team")))
	add(collect(c.LegalEntities(t.Context(), "DE")))
	add(collect(c.Workplaces(t.Context())))
	add(collect(c.CostCenters(t.Context())))
	add(collect(c.AbsenceTypes(t.Context())))
	add(collect(c.CompensationTypes(t.Context())))
	add(c.DocumentCategories(t.Context()))
	found, err := collect(c.Reports(t.Context()))
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	if err != nil || len(found) != 2 || !found[0].EditedAt.DateTime.Equal(at) || found[0].ChartType != "table" || found[1].ID != "r2" || found[1].EditedAt.DateTime != nil {
		t.Errorf("reports %+v, %v", found, err)
	}
	want := []any{
		[]OrgUnit{{ID: "1", Type: "team", Name: "T", ParentID: "2"}, {ID: "2", Name: "U"}},
		[]LegalEntity{{ID: "3", Name: "L", Country: "DE"}},
		[]Named{{ID: "4", Name: "W"}},
		[]Named{{ID: "5", Name: "C"}},
		[]AbsenceType{{ID: "6", Name: "A", Unit: "DAY"}},
		[]CompensationType{{ID: "7", Name: "B", Category: "ONE_TIME"}},
		[]Named{{ID: "8", Name: "D"}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for path, want := range map[string]struct{ query, beta string }{
		"/v2/org-units": {"limit=100&type=team", "true"}, "/v2/workplaces": {"limit=100", "true"}, "/v2/cost-centers": {"limit=100", "true"},
		"/v2/legal-entities": {"country=DE&limit=100", ""}, "/v2/absence-types": {"limit=100", ""}, "/v2/compensations/types": {"limit=100", ""},
		"/v1/company/document-categories": {"", ""}, "/v2/reports": {"limit=100", ""},
	} {
		if r := f.seen("GET " + path)[0]; r.query != want.query || r.header.Get("Beta") != want.beta {
			t.Errorf("%s: query %q, Beta %q", path, r.query, r.header.Get("Beta"))
		}
	}
	if r := f.seen("GET /v2/reports")[1]; r.query != "cursor=c2&limit=100" {
		t.Errorf("second page: %s", r.query)
	}
}

func TestBetaMissing(t *testing.T) {
	t.Parallel()
	c := newFake(nil).client(t)
	_, beta := collect(c.CostCenters(t.Context()))
	_, plain := collect(c.LegalEntities(t.Context(), ""))
	if beta == nil || !strings.Contains(beta.Error(), "beta") || IsNotFound(beta) {
		t.Error(beta)
	}
	if plain == nil || strings.Contains(plain.Error(), "beta") {
		t.Error(plain)
	}
}

func TestIsRightMissing(t *testing.T) {
	t.Parallel()
	for path, statuses := range map[string]map[int]bool{
		pathPersons:         {400: false, 401: true, 403: true, 404: false},
		pathReports:         {400: true, 401: false, 403: true, 500: false},
		"/v2/cost-centers":  {400: false, 401: false, 403: true},
		pathEmployees:       {401: false, 403: true},
		pathToken:           {400: false, 401: false, 403: false},
		pathReports + "/r1": {400: false, 403: true},
	} {
		for status, want := range statuses {
			if got := IsRightMissing(fmt.Errorf("wrapped: %w", &Error{Path: path, Status: status})); got != want {
				t.Errorf("%s %d: %v", path, status, got)
			}
		}
	}
	if IsRightMissing(errors.New("no call")) {
		t.Error("no call was refused")
	}
}

// The hints speak of scopes and areas as the catalogue does.
func TestAreasAreThoseOfTheCatalogue(t *testing.T) {
	t.Parallel()
	for _, area := range areas {
		scope, ok := attribute.LookupScope(area.scope + ":read")
		if !ok || scope.Name != area.scope+":read" || scope.Area != area.name || scope.AreaDE != area.nameDE {
			t.Errorf("%+v, the catalogue has %+v", area, scope)
		}
	}
	for path, want := range map[string]struct {
		status int
		scope  string
	}{
		pathPersons: {401, "personio:persons:read"}, pathEmployees + "/7": {403, "personio:persons:read"}, pathReports: {400, "reports.custom:read"},
		pathDocumentCategories: {403, "documents:read"}, pathCostCenters: {403, "personio:persons:read"}, pathCompensationTypes: {403, "personio:compensations:read"},
	} {
		e := &Error{Method: http.MethodGet, Path: path, Status: want.status, V1: &V1Error{Message: "no"}}
		if hint := e.Hint(); !strings.Contains(hint, "lacks the scope "+want.scope+",") || !strings.Contains(hint, "(in German: ") {
			t.Errorf("%s: %q", path, hint)
		}
	}
}
