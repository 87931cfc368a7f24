package gateway_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/personio-community/terraform-provider-personio/internal/sandbox"
	"github.com/personio-community/terraform-provider-personio/internal/sandbox/company"
)

// What follows computes what an integration may see, from the unfiltered answer
// of Personio's copy and from tables of its own: it shares nothing with the
// gateway's filter.

// personKeys and employmentKeys say which v1 attribute a v2 field belongs to.
var (
	personKeys = map[string]string{
		"email": "email", "first_name": "first_name", "last_name": "last_name", "preferred_name": "preferred_name", "gender": "gender",
		"status": "status", "created_at": "created_at", "updated_at": "last_modified_at", "profile_picture": "profile_picture",
	}
	employmentKeys = map[string]string{
		"status": "status", "position": "position", "job": "position", "supervisor": "supervisor", "type": "employment_type",
		"weekly_working_hours": "weekly_working_hours", "full_time_weekly_working_hours": "weekly_working_hours",
		"employment_start_date": "hire_date", "employment_end_date": "termination_date", "contract_end_date": "contract_end_date",
		"probation_end_date": "probation_period_end", "created_at": "created_at", "updated_at": "last_modified_at",
		"legal_entity": "subcompany", "sub_company": "subcompany", "office": "office", "cost_centers": "cost_centers",
	}
	terminationKeys = map[string]string{
		"termination_date": "termination_date", "terminated_at": "termination_date", "last_working_day": "last_working_day",
		"type": "termination_type", "reason": "termination_reason",
	}
)

type object = map[string]any

// view is what may be seen: a set of v1 keys.
type view map[string]bool

func viewOf(keys []string) view {
	v := view{}
	for _, k := range keys {
		v[k] = true
	}
	return v
}

// employee prunes a v1 employee in place, and whoever is inside.
func (v view) employee(e object) object {
	attributes := e["attributes"].(object)
	for key, a := range attributes {
		if key != "id" && !v[key] {
			delete(attributes, key)
			continue
		}
		if nested, ok := a.(object)["value"].(object); ok && nested["type"] == "Employee" {
			v.employee(nested)
		}
	}
	return e
}

func (v view) person(p object) object {
	for name := range p {
		switch name {
		case "id", "employments", "_meta":
		case "custom_attributes":
			p[name] = slices.DeleteFunc(p[name].([]any), func(a any) bool { return !v[a.(object)["id"].(string)] })
		default:
			if !v[personKeys[name]] {
				delete(p, name)
			}
		}
	}
	return p
}

func (v view) employment(e object) object {
	for name := range e {
		switch name {
		case "id", "person", "_meta":
		case "org_units":
			if !v["department"] && !v["team"] {
				delete(e, name)
				continue
			}
			e[name] = slices.DeleteFunc(e[name].([]any), func(u any) bool { return !v[u.(object)["type"].(string)] })
		case "termination":
			termination, ok := e[name].(object)
			for part := range termination {
				if !v[terminationKeys[part]] {
					delete(termination, part)
				}
			}
			if ok && len(termination) == 0 || !ok && !v["termination_date"] && !v["termination_type"] && !v["termination_reason"] && !v["last_working_day"] {
				delete(e, name)
			}
		default:
			if !v[employmentKeys[name]] {
				delete(e, name)
			}
		}
	}
	if !v["supervisor"] {
		delete(e["_meta"].(object)["links"].(object), "supervisor")
	}
	return e
}

// each prunes every element of a list.
func each(list any, prune func(object) object) []any {
	all := list.([]any)
	for n, element := range all {
		all[n] = prune(element.(object))
	}
	return all
}

// expected prunes a whole answer of an endpoint.
func (v view) expected(path string, body object) object {
	switch {
	case strings.HasSuffix(path, "attributes"):
		body["data"] = slices.DeleteFunc(body["data"].([]any), func(row any) bool { return !v[row.(object)["key"].(string)] })
	case strings.HasPrefix(path, "/v1/company/employees/"):
		v.employee(body["data"].(object))
	case strings.HasPrefix(path, "/v1/company/employees"):
		each(body["data"], v.employee)
	case strings.HasSuffix(path, "/employments"):
		each(body["_data"], v.employment)
	case strings.Contains(path, "/employments/"):
		v.employment(body)
	case body["_data"] != nil:
		each(body["_data"], v.person)
	default:
		v.person(body)
	}
	return body
}

// full is the answer of Personio's copy to a credential that may read all, with
// its address replaced by the gateway's.
func (e *env) full(token, path string) []byte {
	e.t.Helper()
	a := call(e.t, http.MethodGet, e.personioURL+path, token, nil).want(http.StatusOK)
	return []byte(strings.ReplaceAll(string(a.body), jsonHost(e.personioURL), jsonHost(e.gatewayURL)))
}

func jsonHost(address string) string { return strings.TrimPrefix(address, "http://") }

// fullToken is a token of Personio's copy that may read all.
func (e *env) fullToken() string {
	e.t.Helper()
	c := e.box.AddCredential(sandbox.Credential{})
	a := call(e.t, http.MethodPost, e.personioURL+"/v2/auth/token", "", tokenForm(c.ClientID, c.ClientSecret, "")).want(http.StatusOK)
	return decode[v2Auth](a).AccessToken
}

// everyKey is every attribute of the demo company.
func (e *env) everyKey() []string {
	var keys []string
	for _, d := range e.box.Company().Definitions() {
		if d.Key != "id" {
			keys = append(keys, d.Key)
		}
	}
	return keys
}

// paths are one call of each endpoint.
func (e *env) paths() []string {
	people := e.box.Company().People()
	paths := []string{
		"/v1/company/employees?limit=20&offset=11", "/v1/company/employees/attributes", "/v1/company/employees/custom-attributes",
		"/v2/persons?limit=20",
	}
	for _, p := range []int{0, len(people) / 2} {
		id := people[p].ID
		paths = append(paths, fmt.Sprintf("/v1/company/employees/%d", id), fmt.Sprintf("/v2/persons/%d", id),
			fmt.Sprintf("/v2/persons/%d/employments", id), fmt.Sprintf("/v2/persons/%d/employments/%s", id, people[p].Employment.ID))
	}
	return paths
}

// Every read shows exactly the granted attributes, nested people included.
func TestReadsShowExactlyTheGrantedAttributes(t *testing.T) {
	t.Parallel()
	e := start(t)
	keys, token, full := e.everyKey(), e.fullToken(), map[string][]byte{}
	for _, path := range e.paths() {
		full[path] = e.full(token, path)
	}
	number := 0
	rapid.Check(t, func(t *rapid.T) {
		granted := rapid.SliceOfDistinct(rapid.SampledFrom(keys), func(k string) string { return k }).Draw(t, "attributes")
		number++
		i := e.integrate(fmt.Sprintf("Property %d", number), granted...)
		c := e.credential(i.ID)
		token := e.token(c.ClientID, c.ClientSecret)
		for path, all := range full {
			want := viewOf(granted).expected(strings.SplitN(path, "?", 2)[0], decode[object](answer{t: e.t, body: all}))
			got := decode[object](e.call(http.MethodGet, path, token, nil).want(http.StatusOK))
			dropCursor(want)
			dropCursor(got)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Fatalf("GET %s with %v (-want +got):\n%s", path, granted, diff)
			}
		}
	})
}

// dropCursor removes the next link, whose cursor is new at every call.
func dropCursor(body object) {
	if meta, ok := body["_meta"].(object); ok {
		if links, ok := meta["links"].(object); ok {
			delete(links, "next")
		}
	}
}

// The same by hand, for one person, so that the table above is not the only
// witness.
func TestAScopedReadByHand(t *testing.T) {
	t.Parallel()
	e := start(t)
	people := e.box.Company().People()
	n := slices.IndexFunc(people, func(p company.Person) bool {
		return p.Employment.SupervisorID != 0 && p.Email != "" && p.Employment.DepartmentID != 0
	})
	p := people[n]
	token := e.scoped("first_name", "supervisor", "department")
	v1 := decode[object](e.call(http.MethodGet, fmt.Sprintf("/v1/company/employees/%d", p.ID), token, nil).want(http.StatusOK))
	attributes := v1["data"].(object)["attributes"].(object)
	if got := keysOf(attributes); !slices.Equal(got, []string{"department", "first_name", "id", "supervisor"}) {
		t.Errorf("v1 attributes %v", got)
	}
	if got := attributes["first_name"].(object)["value"]; got != p.FirstName {
		t.Errorf("first_name %v, want %v", got, p.FirstName)
	}
	boss := attributes["supervisor"].(object)["value"].(object)["attributes"].(object)
	if got := keysOf(boss); !slices.Equal(got, []string{"first_name", "id"}) {
		t.Errorf("of the supervisor %v is shown", got)
	}
	v2 := decode[object](e.call(http.MethodGet, fmt.Sprintf("/v2/persons/%d", p.ID), token, nil).want(http.StatusOK))
	if got := keysOf(v2); !slices.Equal(got, []string{"_meta", "custom_attributes", "employments", "first_name", "id"}) {
		t.Errorf("v2 fields %v", got)
	}
	employment := decode[object](e.call(http.MethodGet, fmt.Sprintf("/v2/persons/%d/employments/%s", p.ID, p.Employment.ID), token, nil).want(http.StatusOK))
	if got := keysOf(employment); !slices.Equal(got, []string{"_meta", "id", "org_units", "person", "supervisor"}) {
		t.Errorf("employment fields %v", got)
	}
}

func keysOf(o object) []string {
	var keys []string
	for k := range o {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

func TestAllAttributesAndManagementSeeEverything(t *testing.T) {
	t.Parallel()
	e := start(t)
	i := e.call(http.MethodPost, integrations, e.admin, map[string]any{"name": "All", "scopes": []string{"personio:persons:read"}, "all_attributes": true}).want(http.StatusCreated)
	c := e.credential(decode[struct{ ID string }](i).ID)
	full := e.fullToken()
	for _, token := range []string{e.token(c.ClientID, c.ClientSecret), e.admin} {
		for _, path := range e.paths() {
			want, got := decode[object](answer{t: t, body: e.full(full, path)}), decode[object](e.call(http.MethodGet, path, token, nil).want(http.StatusOK))
			dropCursor(want)
			dropCursor(got)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("GET %s (-want +got):\n%s", path, diff)
			}
		}
	}
}

// What an attribute list leaves out cannot be guessed by selecting on it, and
// does not even leave Personio where v1 lets the gateway ask for less.
func TestRequestsAreNarrowed(t *testing.T) {
	t.Parallel()
	e := start(t)
	token := e.scoped("first_name", "last_modified_at")
	employmentsPath := fmt.Sprintf("/v2/persons/%d/employments", e.box.Company().People()[0].ID)
	for path, status := range map[string]int{
		"/v1/company/employees?email=x%40example.com":             http.StatusForbidden,
		"/v2/persons?email=x%40example.com":                       http.StatusForbidden,
		"/v2/persons?last_name=M%C3%BCller":                       http.StatusForbidden,
		"/v2/persons?status=ACTIVE":                               http.StatusForbidden,
		"/v2/persons?created_at.gt=2020-01-01T00%3A00%3A00Z":      http.StatusForbidden,
		"/v2/persons?first_name=Maja":                             http.StatusOK,
		"/v2/persons?updated_at.lt=2020-01-01T00%3A00%3A00Z":      http.StatusOK,
		"/v2/persons?email.like=x":                                http.StatusBadRequest,
		"/v2/persons?fix_salary=3000":                             http.StatusOK,
		employmentsPath + "?status=ACTIVE":                        http.StatusOK,
		employmentsPath + "?updated_at.ge=x":                      http.StatusBadRequest,
		"/v1/company/employees?fix_salary=3000":                   http.StatusOK,
		"/v1/company/employees?updated_since=2020-01-01T00:00:00": http.StatusOK,
	} {
		e.box.ResetRequests()
		a := e.call(http.MethodGet, path, token, nil)
		if a.status != status {
			t.Errorf("GET %s: status %d, want %d; %s", path, a.status, status, a.body)
		}
		if status != http.StatusOK && len(e.box.Requests()) != 0 {
			t.Errorf("GET %s was refused, but reached Personio", path)
		}
		for _, r := range e.box.Requests() {
			if r.Query.Has("fix_salary") || strings.Contains(path, "employments") && r.Query.Has("status") {
				t.Errorf("GET %s: Personio was asked %v", path, r.Query)
			}
		}
	}
	for asked, want := range map[string][]string{
		"":                         {"first_name", "last_modified_at"},
		"?attributes[]=first_name": {"first_name"},
		"?attributes[]=email&attributes[]=first_name": {"first_name"},
		"?attributes[]=email":                         {"id"},
		"?attributes%5B%5D=fix_salary":                {"id"},
		"?attributes[0]=email":                        {"first_name", "last_modified_at"},
		"?fix_salary=3000":                            {"first_name", "last_modified_at"},
	} {
		e.box.ResetRequests()
		e.call(http.MethodGet, "/v1/company/employees"+asked, token, nil).want(http.StatusOK)
		requests := e.box.Requests()
		if len(requests) != 1 {
			t.Fatalf("%d requests reached Personio, want 1", len(requests))
		}
		if diff := cmp.Diff(url.Values{"attributes[]": want}, requests[0].Query); diff != "" {
			t.Errorf("asked %q, Personio was asked (-want +got):\n%s", asked, diff)
		}
	}
}

// What is not in the table does not exist.
func TestOtherRoutesDoNotExist(t *testing.T) {
	t.Parallel()
	e := start(t)
	token := e.scoped("first_name")
	e.box.ResetRequests()
	for _, c := range [][2]string{
		{http.MethodPut, "/v1/company/employees"},
		{http.MethodDelete, "/v1/company/employees/1000301"},
		{http.MethodOptions, "/v2/persons"},
		{http.MethodGet, "/v1/company/attendances"},
		{http.MethodGet, "/v1/company/attendances/projects"},
		{http.MethodGet, "/v2/persons/"},
		{http.MethodGet, "/v2//persons"},
		{http.MethodGet, "/v2/./persons"},
		{http.MethodGet, "/gateway/v1/../../v2/persons"},
		{http.MethodGet, "/v2/persons/1000301%2Femployments"},
		{http.MethodGet, "/v2/persons/..%2fcompensations"},
		{http.MethodGet, `/v2/persons/..\compensations`},
		{http.MethodGet, "/gateway/v1/other"},
	} {
		a := e.call(c[0], c[1], token, nil).want(http.StatusNotFound)
		if p := a.problem(); p.Title != "Not Found" || p.Meta["path"] == "" || !strings.HasSuffix(p.Type, "#apinot_found") {
			t.Errorf("%s %s: %s", c[0], c[1], a.body)
		}
	}
	if n := len(e.box.Requests()); n != 0 {
		t.Errorf("%d of them reached Personio", n)
	}
	head := e.call(http.MethodHead, "/v2/persons", token, nil).want(http.StatusOK)
	if len(head.body) != 0 {
		t.Error("HEAD has a body")
	}
}

// Errors of Personio: those about the request come through, those about the
// gateway's own credential do not look like the client's.
func TestErrorsOfPersonio(t *testing.T) {
	t.Parallel()
	e := start(t)
	token := e.scoped("first_name")
	if p := e.call(http.MethodGet, "/v2/persons/7", token, nil).want(http.StatusNotFound).problem(); p.Title == "Not Found" {
		t.Errorf("a person that does not exist looks like a route that does not: %+v", p)
	}
	e.call(http.MethodGet, "/v1/company/employees/7", token, nil).want(http.StatusNotFound)
	e.call(http.MethodGet, "/v2/persons?limit=51", token, nil).want(http.StatusBadRequest)

	for _, status := range []int{http.StatusInternalServerError, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout, http.StatusFound, http.StatusForbidden} {
		fault := e.box.Fail(sandbox.Fault{PathPrefix: "/v2/persons", Status: status, Body: `{"secret":"of the upstream"}`})
		want := status
		if status != http.StatusServiceUnavailable && status != http.StatusGatewayTimeout {
			want = http.StatusBadGateway
		}
		if a := e.call(http.MethodGet, "/v2/persons", token, nil); a.status != want || strings.Contains(string(a.body), "secret") {
			t.Errorf("Personio answered %d: status %d, want %d; %s", status, a.status, want, a.body)
		}
		fault.Clear()
	}
	e.box.SetScopes(e.upstream.ClientID)
	e.call(http.MethodGet, "/v2/persons", token, nil).want(http.StatusBadGateway)
	e.call(http.MethodGet, "/v1/company/employees", token, nil).want(http.StatusBadGateway)
	e.box.RemoveCredential(e.upstream.ClientID)
	e.call(http.MethodGet, "/v2/persons", token, nil).want(http.StatusBadGateway)
}

// A body that is not what it should be is not passed on.
func TestBrokenBodiesOfPersonio(t *testing.T) {
	t.Parallel()
	e := start(t)
	token := e.scoped("first_name")
	header := http.Header{"Content-Type": {"application/json"}}
	for name, body := range map[string]string{
		"truncated":           `{"_data":[{"id":"1","first_name":"A"`,
		"duplicate member":    `{"_data":[{"id":"1","first_name":"A","first_name":"B"}]}`,
		"duplicate escaped":   `{"_data":[{"id":"1","first_name":"A","first\u005fname":"B"}]}`,
		"invalid UTF-8":       "{\"_data\":[{\"id\":\"\xff\"}]}",
		"an array":            `[{"id":"1","email":"hidden@example.com"}]`,
		"trailing":            `{"_data":[]}{"email":"hidden@example.com"}`,
		"a string for a list": `{"_data":"hidden@example.com"}`,
		"deep nesting":        `{"_data":[{"id":` + strings.Repeat("[", 20_000) + strings.Repeat("]", 20_000) + `}]}`,
	} {
		fault := e.box.Fail(sandbox.Fault{PathPrefix: "/v2/persons", Status: http.StatusOK, Header: header, Body: body})
		a := e.call(http.MethodGet, "/v2/persons", token, nil)
		if a.status != http.StatusBadGateway || strings.Contains(string(a.body), "hidden") {
			t.Errorf("%s: status %d, body %s", name, a.status, a.body)
		}
		fault.Clear()
	}
	fault := e.box.Fail(sandbox.Fault{PathPrefix: "/v2/persons", Status: http.StatusOK, Header: http.Header{"Content-Type": {"text/html"}}, Body: `{"_data":[]}`})
	e.call(http.MethodGet, "/v2/persons", token, nil).want(http.StatusBadGateway)
	fault.Clear()

	// Escaped spellings, unknown members and huge numbers are what they are.
	fault = e.box.Fail(sandbox.Fault{PathPrefix: "/v2/persons", Status: http.StatusOK, Header: header, Body: `{"_data":[{"id":"1","\u0065mail":"hidden@example.com","first\u005fname":"Ada","salary":1,` +
		`"custom_attributes":[{"value":"hidden","id":"dynamic_4712"},{"value":"hidden"},7]}],"debug":{"email":"hidden@example.com"},"_meta":{"links":{"next":{"href":"` + e.personioURL + `/v2/persons?cursor=x"},"export":{"href":"hidden"}},"total":1}}`})
	got := decode[object](e.call(http.MethodGet, "/v2/persons", token, nil).want(http.StatusOK))
	want := object{"_data": []any{object{"id": "1", "first_name": "Ada", "custom_attributes": []any{}}}, "_meta": object{"links": object{"next": object{"href": e.gatewayURL + "/v2/persons?cursor=x"}}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	fault.Clear()

	fault = e.box.Fail(sandbox.Fault{PathPrefix: "/v1/company/employees", Status: http.StatusOK, Header: header, Body: `{"success":true,"data":[{"type":"Employee","attributes":{"first_name":{"label":"L","value":` +
		`{"attributes":{"email":{"value":"hidden"},"first_name":{"value":"Bo"}},"type":"Employee","email":"hidden"},"type":"standard","shadow":"hidden"},"id":{"value":12345678901234567890}},"email":"hidden"}]}`})
	raw := e.call(http.MethodGet, "/v1/company/employees", token, nil).want(http.StatusOK)
	if strings.Contains(string(raw.body), "hidden") || !strings.Contains(string(raw.body), "Bo") || !strings.Contains(string(raw.body), "12345678901234567890") {
		t.Errorf("%s", raw.body)
	}
	fault.Clear()
}

// Broken late, after the first bytes left, the answer is cut off without an end.
func TestBodyCutOffLate(t *testing.T) {
	t.Parallel()
	e := start(t)
	token := e.scoped("first_name")
	person := `{"id":"1","first_name":"` + strings.Repeat("a", 1000) + `","email":"hidden@example.com"},`
	e.box.Fail(sandbox.Fault{PathPrefix: "/v2/persons", Status: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}}, Body: `{"_data":[` + strings.Repeat(person, 500)})
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, e.gatewayURL+"/v2/persons", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	var body json.RawMessage
	if err := json.NewDecoder(resp.Body).Decode(&body); err == nil {
		t.Error("a body that was cut off reads as whole")
	}
}
