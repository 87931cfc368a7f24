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
)

// writer is a token that may write the given attributes.
func (e *env) writer(attributes ...string) string {
	e.t.Helper()
	i := decode[struct{ ID string }](e.call(http.MethodPost, integrations, e.admin, map[string]any{
		"name": "writer of " + strings.Join(attributes, " "), "scopes": []string{"personio:persons:read", "personio:persons:write"},
		"readable_attributes": []string{"first_name"}, "writable_attributes": attributes,
	}).want(http.StatusCreated))
	c := e.credential(i.ID)
	return e.token(c.ClientID, c.ClientSecret)
}

// A write that stays within the writable attributes reaches Personio as it is.
func TestWritesWithinTheList(t *testing.T) {
	t.Parallel()
	e := start(t)
	token := e.writer("first_name", "last_name", "email", "position", "supervisor", "department", "weekly_working_hours", "dynamic_4711", "dynamic_4714")
	boss := e.box.Company().People()[0]

	created := decode[struct {
		Success bool
		Data    struct{ ID int }
	}](e.call(http.MethodPost, "/v1/company/employees", token, map[string]any{"employee": map[string]any{
		"email": "new.one@example.com", "first_name": "Nêw", "last_name": "Öne", "position": "Tester", "supervisor_id": boss.ID, "custom_attributes": map[string]any{"dynamic_4711": "P-1"},
	}}).want(http.StatusOK))
	p, ok := e.box.Company().Person(created.Data.ID)
	if !ok || p.FirstName != "Nêw" || p.Employment.SupervisorID != boss.ID || p.Custom["dynamic_4711"] != "P-1" {
		t.Fatalf("created %+v", p)
	}
	one := fmt.Sprintf("/v1/company/employees/%d", p.ID)
	e.call(http.MethodPatch, one, token, map[string]any{"employee": map[string]any{"position": "Head"}}).want(http.StatusOK)
	e.call(http.MethodPatch, one, token, url.Values{"employee[last_name]": {"Zwei"}}).want(http.StatusOK)
	two := fmt.Sprintf("/v2/persons/%d", p.ID)
	e.call(http.MethodPatch, two, token, map[string]any{"first_name": "Drei", "custom_attributes": []any{map[string]any{"id": "dynamic_4714", "value": "3"}}}).want(http.StatusNoContent)
	e.call(http.MethodPatch, two+"/employments/"+p.Employment.ID, token, map[string]any{"weekly_working_hours": 20}).want(http.StatusNoContent)
	second := decode[struct{ ID string }](e.call(http.MethodPost, "/v2/persons", token, map[string]any{"first_name": "Vier", "last_name": "Fünf"}).want(http.StatusCreated))
	if second.ID == "" {
		t.Error("no id came back")
	}
	p, _ = e.box.Company().Person(p.ID)
	if p.FirstName != "Drei" || p.LastName != "Zwei" || p.Employment.Position != "Head" || p.Employment.WeeklyHours != 20 {
		t.Errorf("%+v", p)
	}
	// What Personio refuses, it refuses through the gateway.
	e.call(http.MethodPost, "/v1/company/employees", token, map[string]any{"employee": map[string]any{"email": "x@example.com", "first_name": "X"}}).want(http.StatusUnprocessableEntity)
	e.call(http.MethodPatch, "/v2/persons/7", token, map[string]any{"first_name": "X"}).want(http.StatusNotFound)
}

// Anything else is refused whole, named, and reaches nobody.
func TestWritesBeyondTheListAreRefused(t *testing.T) {
	t.Parallel()
	e := start(t)
	token := e.writer("first_name", "dynamic_4714")
	reader := e.scoped("first_name")
	id := e.box.Company().People()[1].ID
	v1, v2 := fmt.Sprintf("/v1/company/employees/%d", id), fmt.Sprintf("/v2/persons/%d", id)
	employment := v2 + "/employments/" + e.box.Company().People()[1].Employment.ID
	before := e.box.Company().People()
	e.box.ResetRequests()
	for name, c := range map[string]struct {
		method, path string
		body         any
		status       int
		tells        string
	}{
		"v1 another attribute":       {http.MethodPatch, v1, `{"employee":{"first_name":"A","last_name":"B"}}`, 403, "last_name"},
		"v1 the supervisor":          {http.MethodPatch, v1, `{"employee":{"supervisor_id":1}}`, 403, "supervisor"},
		"v1 another custom one":      {http.MethodPatch, v1, `{"employee":{"custom_attributes":{"dynamic_4714":"1","dynamic_4712":"x"}}}`, 403, "dynamic_4712"},
		"v1 an unknown field":        {http.MethodPatch, v1, `{"employee":{"first_name":"A","fix_salary":1}}`, 403, "fix_salary"},
		"v1 beside employee":         {http.MethodPatch, v1, `{"employee":{"first_name":"A"},"last_name":"B"}`, 403, "last_name"},
		"v1 a form":                  {http.MethodPatch, v1, url.Values{"employee[last_name]": {"B"}}, 403, "last_name"},
		"v1 an odd form":             {http.MethodPatch, v1, url.Values{"employee[first_name][x]": {"B"}}, 403, "employee[first_name][x]"},
		"v1 a duplicate":             {http.MethodPatch, v1, `{"employee":{"first_name":"A"},"employee":{"last_name":"B"}}`, 400, ""},
		"v1 an escaped name":         {http.MethodPatch, v1, `{"employee":{"last\u005fname":"B"}}`, 403, "last_name"},
		"v1 malformed":               {http.MethodPatch, v1, `{"employee":{"first_name":"A"}`, 400, ""},
		"v1 two bodies":              {http.MethodPatch, v1, `{"employee":{"first_name":"A"}}{"employee":{"last_name":"B"}}`, 400, ""},
		"v1 create":                  {http.MethodPost, "/v1/company/employees", `{"employee":{"first_name":"A","email":"a@example.com"}}`, 403, "email"},
		"v2 another attribute":       {http.MethodPatch, v2, `{"first_name":"A","gender":"MALE"}`, 403, "gender"},
		"v2 another custom one":      {http.MethodPatch, v2, `{"custom_attributes":[{"id":"dynamic_4712","value":"x"}]}`, 403, "dynamic_4712"},
		"v2 two spellings of id":     {http.MethodPatch, v2, `{"custom_attributes":[{"id":"dynamic_4712","ID":"dynamic_4714","value":"x"}]}`, 403, "dynamic_4712"},
		"v2 no id":                   {http.MethodPatch, v2, `{"custom_attributes":[{"ID":"dynamic_4714","value":"x"}]}`, 400, ""},
		"v2 inside employments":      {http.MethodPost, "/v2/persons", `{"first_name":"A","employments":[{"position":{"title":"x"}}]}`, 403, "position"},
		"v2 employment":              {http.MethodPatch, employment, `{"org_units":[]}`, 403, "department"},
		"v2 termination":             {http.MethodPatch, employment, `{"termination":{"reason":"x"}}`, 403, "termination_reason"},
		"v2 a form":                  {http.MethodPatch, v2, url.Values{"first_name": {"A"}}, 400, ""},
		"v2 a list":                  {http.MethodPatch, v2, `[{"first_name":"A"}]`, 400, ""},
		"v2 too large":               {http.MethodPatch, v2, `{"first_name":"` + strings.Repeat("a", 21<<20) + `"}`, 413, ""},
		"without the scope, v1":      {http.MethodPatch, v1, nil, 403, "personio:persons:write"},
		"without the scope, persons": {http.MethodPost, "/v2/persons", nil, 401, "personio:persons:write"},
	} {
		with := token
		if c.body == nil {
			with, c.body = reader, `{"first_name":"A"}`
		}
		a := e.call(c.method, c.path, with, c.body)
		if a.status != c.status || !strings.Contains(string(a.body), c.tells) {
			t.Errorf("%s: status %d, want %d; %.300s", name, a.status, c.status, a.body)
		}
	}
	if n := len(e.box.Requests()); n != 0 {
		t.Errorf("%d of them reached Personio", n)
	}
	if diff := cmp.Diff(len(before), e.box.Company().Len()); diff != "" {
		t.Errorf("people:\n%s", diff)
	}
}

// Whatever is written: what Personio gets touches nothing beyond the list.
func TestWritesProperty(t *testing.T) {
	t.Parallel()
	e := start(t)
	// v1 fields and the attribute that each sets, by a table of the test's own.
	fields := map[string]string{
		"first_name": "first_name", "last_name": "last_name", "preferred_name": "preferred_name", "gender": "gender", "position": "position",
		"department": "department", "office": "office", "supervisor_id": "supervisor", "hire_date": "hire_date", "status": "status",
	}
	names := keysOf(func() object {
		o := object{}
		for f := range fields {
			o[f] = nil
		}
		return o
	}())
	number := 0
	rapid.Check(t, func(t *rapid.T) {
		sent := rapid.SliceOfNDistinct(rapid.SampledFrom(names), 1, 4, rapid.ID).Draw(t, "sent")
		var attributes []string
		for _, f := range names {
			if rapid.Bool().Draw(t, f) {
				attributes = append(attributes, fields[f])
			}
		}
		number++
		i := decode[struct{ ID string }](e.call(http.MethodPost, integrations, e.admin, map[string]any{
			"name": fmt.Sprintf("Writer %d", number), "scopes": []string{"personio:persons:write"}, "writable_attributes": attributes,
		}).want(http.StatusCreated))
		c := e.credential(i.ID)
		token := e.token(c.ClientID, c.ClientSecret)
		employee := object{}
		allowed := true
		for _, f := range sent {
			employee[f] = "x"
			allowed = allowed && slices.Contains(attributes, fields[f])
		}
		body, err := json.Marshal(object{"employee": employee})
		if err != nil {
			t.Fatal(err)
		}
		e.box.ResetRequests()
		a := e.call(http.MethodPatch, "/v1/company/employees/7", token, string(body))
		reached := e.box.CountRequests(http.MethodPatch, "/v1/company/employees/7") == 1
		if reached != allowed || (a.status == http.StatusForbidden) == allowed {
			t.Fatalf("sent %v with %v: status %d, reached Personio: %v", sent, attributes, a.status, reached)
		}
	})
}
