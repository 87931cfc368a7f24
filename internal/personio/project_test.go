package personio

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
)

// project is one of Personio's answers.
func project(id, name, parent string) map[string]any {
	p := map[string]any{"id": id, "name": name, "status": "ACTIVE", "project_code": nil, "start": map[string]string{"date": "2027-01-01"}, "end": nil, "parent_project": nil}
	if parent != "" {
		p["parent_project"] = map[string]string{"id": parent}
	}
	return p
}

// listed answers with the objects as the only page.
func listed(objects ...any) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, 200, map[string]any{"_data": append([]any{}, objects...), "_meta": map[string]any{}})
	}
}

func noContent(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }

func names(t *testing.T, c *Client, filter ProjectFilter) []string {
	t.Helper()
	got := []string{}
	for p, err := range c.Projects().List(t.Context(), filter) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, p.Name)
	}
	return got
}

// What Personio's filters let through that is not meant is dropped, and a name
// with a comma is not sent, since Personio would read two names.
func TestProjectFilters(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		filter ProjectFilter
		query  url.Values
		want   []string
	}{
		{ProjectFilter{}, url.Values{}, []string{"a", "b, c", "d"}},
		{ProjectFilter{Name: "a"}, url.Values{"name": {"a"}}, []string{"a"}},
		{ProjectFilter{Name: "b, c"}, url.Values{}, []string{"b, c"}},
		{ProjectFilter{Name: "b"}, url.Values{"name": {"b"}}, []string{}},
		{ProjectFilter{Status: ProjectArchived}, url.Values{"status": {"ARCHIVED"}}, []string{}},
		{ProjectFilter{ParentID: "1", Status: ProjectActive}, url.Values{"parent_project.id": {"1"}, "status": {"ACTIVE"}}, []string{"d"}},
		{ProjectFilter{TopLevelOnly: true}, url.Values{"top_level_only": {"true"}}, []string{"a", "b, c"}},
		{ProjectFilter{ProjectCode: "x"}, url.Values{"project_code": {"x"}}, []string{}},
	} {
		f := newFake(map[string]http.HandlerFunc{"GET /v2/projects": listed(project("1", "a", ""), project("2", "b, c", ""), project("3", "d", "1"))})
		if diff := cmp.Diff(test.want, names(t, f.client(t), test.filter)); diff != "" {
			t.Errorf("%+v:\n%s", test.filter, diff)
		}
		test.query.Set("limit", "200")
		if got := f.seen("GET /v2/projects"); len(got) != 1 || got[0].query != test.query.Encode() {
			t.Errorf("%+v: %v", test.filter, got)
		}
	}
}

func TestProjectWrites(t *testing.T) {
	t.Parallel()
	f := newFake(map[string]http.HandlerFunc{
		"POST /v2/projects": func(w http.ResponseWriter, _ *http.Request) {
			writeJSON(w, 201, map[string]any{"id": "7", "_meta": nil})
		},
		"GET /v2/projects/7":    func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, 200, project("7", "a", "3")) },
		"PATCH /v2/projects/7":  noContent,
		"DELETE /v2/projects/7": noContent,
	})
	c := f.client(t)
	name, status, no := "a", ProjectActive, false
	id, err := c.Projects().Create(t.Context(), ProjectFields{
		Name: &name, Status: &status, Start: gatewayapi.Value(ProjectDate{Date: "2027-01-01"}), ParentProject: &Reference{ID: "3"},
	})
	if err != nil || id != "7" {
		t.Fatalf("%q, %v", id, err)
	}
	got, err := c.Projects().GetNow(t.Context(), "7")
	if err != nil || got.ParentID() != "3" || got.Start.Date != "2027-01-01" || got.End != nil || got.ProjectCode != "" {
		t.Errorf("%+v, %v", got, err)
	}
	if err := c.Projects().Update(t.Context(), "7", ProjectFields{
		ProjectCode: gatewayapi.Null[string](), End: gatewayapi.Null[ProjectDate](), CostCenter: gatewayapi.Value(Reference{ID: "5"}), Billable: &no,
	}); err != nil {
		t.Error(err)
	}
	if err := c.Projects().Delete(t.Context(), "7"); err != nil {
		t.Error(err)
	}
	for call, body := range map[string]string{
		"POST /v2/projects":     `{"name":"a","status":"ACTIVE","start":{"date":"2027-01-01"},"parent_project":{"id":"3"}}`,
		"PATCH /v2/projects/7":  `{"project_code":null,"end":null,"cost_center":{"id":"5"},"billable":false}`,
		"DELETE /v2/projects/7": ``,
	} {
		if seen := f.seen(call); len(seen) != 1 || seen[0].body != body {
			t.Errorf("%s: %v", call, seen)
		}
	}
}

// A create whose answer was lost may have made the project: it is not sent
// again. One that answers without an id is an error, and no object.
func TestProjectCreateIsNotRepeated(t *testing.T) {
	t.Parallel()
	f := newFake(map[string]http.HandlerFunc{"POST /v2/projects": status(502)})
	if _, err := f.client(t).Projects().Create(t.Context(), ProjectFields{}); err == nil {
		t.Error("no error")
	}
	wantCount(t, f, "POST /v2/projects", 1)
	f = newFake(map[string]http.HandlerFunc{"POST /v2/projects": func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, 201, map[string]any{}) }})
	if id, err := f.client(t).Projects().Create(t.Context(), ProjectFields{}); err == nil || id != "" {
		t.Errorf("%q, %v", id, err)
	}
}

const membersOf7 = "/v2/projects/7/members"

func member(id string) any { return map[string]any{"person": map[string]string{"id": id}} }

// people are so many ids.
func people(n int) []string {
	ids := make([]string, n)
	for i := range ids {
		ids[i] = fmt.Sprint(1000 + i)
	}
	return ids
}

// The bare removal, which removes everybody, cannot be made: not with nobody,
// and not with an id that Personio would read as none or as several.
func TestMembersAreOnlyRemovedByName(t *testing.T) {
	t.Parallel()
	f := newFake(map[string]http.HandlerFunc{"DELETE " + membersOf7: noContent, "POST " + membersOf7: status(201)})
	c := f.client(t)
	for _, ids := range [][]string{nil, {}} {
		if err := c.ProjectMembers().Remove(t.Context(), "7", ids); err != nil {
			t.Error(err)
		}
		if err := c.ProjectMembers().Add(t.Context(), "7", ids); err != nil {
			t.Error(err)
		}
	}
	for _, bad := range []string{"", " ", ",", "1,2", "1 2", "\t", "\n1"} {
		for _, ids := range [][]string{{bad}, {"1", bad}, append(people(100), bad)} {
			if err := c.ProjectMembers().Remove(t.Context(), "7", ids); err == nil {
				t.Errorf("%q was taken", ids)
			}
			if err := c.ProjectMembers().Add(t.Context(), "7", ids); err == nil {
				t.Errorf("%q was taken", ids)
			}
		}
	}
	for _, project := range []string{"", ".", ".."} {
		if err := c.ProjectMembers().Remove(t.Context(), project, []string{"1"}); err == nil {
			t.Errorf("project %q was taken", project)
		}
	}
	if calls := f.seen(""); len(calls) > 0 {
		t.Fatalf("calls: %v", calls)
	}
}

// Every removal names somebody, each person once, in calls of a bounded length.
func TestMembersAreRemovedInChunks(t *testing.T) {
	t.Parallel()
	for _, n := range []int{1, 2, 40, 41, 250} {
		f := newFake(map[string]http.HandlerFunc{"DELETE " + membersOf7: noContent})
		if err := f.client(t).ProjectMembers().Remove(t.Context(), "7", people(n)); err != nil {
			t.Fatal(err)
		}
		removed := []string{}
		for _, call := range f.seen("") {
			query, err := url.ParseQuery(call.query)
			ids := query["person_id"]
			if err != nil || call.method != http.MethodDelete || len(query) != 1 || len(ids) == 0 || len(call.query) > 2000 || call.body != "" {
				t.Fatalf("%s %s?%s %s", call.method, call.path, call.query, call.body)
			}
			removed = append(removed, ids...)
		}
		if diff := cmp.Diff(people(n), removed); diff != "" {
			t.Errorf("%d:\n%s", n, diff)
		}
		wantCount(t, f, "DELETE "+membersOf7, (n+39)/40)
	}
}

// The first refusal ends a removal: what follows is not sent.
func TestRefusedRemovalStops(t *testing.T) {
	t.Parallel()
	f := newFake(map[string]http.HandlerFunc{"DELETE " + membersOf7: inTurn(noContent, status(422), noContent)})
	if err := f.client(t).ProjectMembers().Remove(t.Context(), "7", people(120)); err == nil || !strings.Contains(err.Error(), "422") {
		t.Errorf("%v", err)
	}
	wantCount(t, f, "DELETE "+membersOf7, 2)
}

func TestMembersAreAddedAndListed(t *testing.T) {
	t.Parallel()
	page := func(cursor string, ids ...string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			data, links := []any{}, map[string]any{}
			for _, id := range ids {
				data = append(data, member(id))
			}
			if cursor != "" {
				links["next"] = map[string]string{"href": "https://elsewhere.test" + r.URL.Path + "?cursor=" + cursor}
			}
			writeJSON(w, 200, map[string]any{"_data": data, "_meta": map[string]any{"links": links}})
		}
	}
	f := newFake(map[string]http.HandlerFunc{
		"GET " + membersOf7:  inTurn(page("c1", people(200)...), page("", "9", "8")),
		"POST " + membersOf7: func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusCreated) },
	})
	c := f.client(t)
	ids, err := c.ProjectMembers().List(t.Context(), "7")
	if diff := cmp.Diff(append(people(200), "9", "8"), ids); err != nil || diff != "" {
		t.Errorf("%v\n%s", err, diff)
	}
	if calls := f.seen("GET " + membersOf7); len(calls) != 2 || calls[0].query != "limit=200" || calls[1].query != "cursor=c1&limit=200" {
		t.Errorf("%v", calls)
	}
	if err := c.ProjectMembers().Add(t.Context(), "7", people(201)); err != nil {
		t.Error(err)
	}
	posts := f.seen("POST " + membersOf7)
	if len(posts) != 2 || posts[1].body != `[{"person":{"id":"1200"}}]` || !strings.HasPrefix(posts[0].body, `[{"person":{"id":"1000"}},{"person":{"id":"1001"}},`) {
		t.Errorf("%v", posts)
	}
}

// Many questions about one project are one list; a change makes it forgotten,
// and so does what happens to the project.
func TestHasMemberListsOnce(t *testing.T) {
	t.Parallel()
	f := newFake(map[string]http.HandlerFunc{
		"GET " + membersOf7:          listed(member("1"), member("2"), member("3")),
		"GET /v2/projects/8/members": listed(),
		"POST " + membersOf7:         func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusCreated) },
		"DELETE " + membersOf7:       noContent,
		"PATCH /v2/projects/7":       noContent,
		"DELETE /v2/projects/7":      noContent,
	})
	c := f.client(t)
	has := func(project, person string, want bool) {
		t.Helper()
		if got, err := c.ProjectMembers().Has(t.Context(), project, person); got != want || err != nil {
			t.Errorf("%s in %s: %v, %v", person, project, got, err)
		}
	}
	lists := 0
	wantLists := func(more int) {
		t.Helper()
		lists += more
		wantCount(t, f, "GET "+membersOf7, lists)
	}
	for _, id := range []string{"1", "2", "3", "1"} {
		has("7", id, true)
	}
	wantLists(1)
	has("8", "1", false)
	has("7", "4", false) // asked for anew, since it may have come meanwhile
	wantLists(1)
	for _, change := range []func() error{
		func() error { return c.ProjectMembers().Add(t.Context(), "7", []string{"5"}) },
		func() error { return c.ProjectMembers().Remove(t.Context(), "7", []string{"5"}) },
		func() error { return c.Projects().Update(t.Context(), "7", ProjectFields{}) },
		func() error { return c.Projects().Delete(t.Context(), "7") },
	} {
		if err := change(); err != nil {
			t.Fatal(err)
		}
		has("7", "1", true)
		wantLists(1)
	}
}

func TestScopeOfProjectsIsNamed(t *testing.T) {
	t.Parallel()
	f := newFake(map[string]http.HandlerFunc{
		"GET /v2/projects": status(403), "POST /v2/projects": status(403), "DELETE " + membersOf7: status(403), "GET " + membersOf7: status(403),
	})
	c := f.client(t)
	_, get := c.ProjectMembers().List(t.Context(), "7")
	_, create := c.Projects().Create(t.Context(), ProjectFields{})
	remove := c.ProjectMembers().Remove(t.Context(), "7", []string{"1"})
	for err, scope := range map[error]string{get: "personio:attendances:read", create: "personio:attendances:write", remove: "personio:attendances:write"} {
		if !IsForbidden(err) {
			t.Fatal(err)
		}
		wantContains(t, err.Error(), "lacks the scope "+scope, "Attendances", "Anwesenheiten", "management credential")
	}
	if other := (&Error{Method: http.MethodGet, Path: "/v2/projectsx", Status: 403}).Hint(); slices.Contains(strings.Fields(other), "personio:attendances:read:") {
		t.Error(other)
	}
}
