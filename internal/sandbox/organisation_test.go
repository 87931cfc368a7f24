package sandbox_test

import (
	"net/http"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/personio-community/terraform-provider-personio/internal/sandbox"
)

func TestOrgUnits(t *testing.T) {
	t.Parallel()
	a := start(t, sandbox.Options{}, sandbox.Credential{Scopes: []string{}})
	org := a.Company().Organisation()
	for kind, units := range map[string]int{"department": len(org.Departments), "team": len(org.Teams)} {
		list := a.get("/v2/org-units?type="+kind, "Beta", "true").wantStatus(http.StatusOK).data()
		if len(list) != units || list[0]["type"] != kind || list[0]["parent_chain"] != nil {
			t.Errorf("%s: %v", kind, list)
		}
	}
	child := org.Departments[8] // Vertrieb Süd
	want := map[string]any{
		"id": itoa(child.ID), "type": "department", "name": "Vertrieb Süd", "abbreviation": "VTS", "description": nil, "parent_id": "40150",
	}
	path := "/v2/org-units/" + itoa(child.ID)
	if diff := cmp.Diff(want, a.get(path+"?type=department").wantStatus(http.StatusOK).object()); diff != "" {
		t.Errorf("one:\n%s", diff)
	}
	chain := a.get(path + "?type=department&include_parent_chain=true").object()["parent_chain"]
	wantChain := []any{map[string]any{"id": "40150", "type": "department", "name": "Vertrieb", "abbreviation": "VT", "description": "Sells in all regions", "parent_id": nil}}
	if diff := cmp.Diff(any(wantChain), chain); diff != "" {
		t.Errorf("chain of one:\n%s", diff)
	}
	list := a.get("/v2/org-units?type=department&include_parent_chain=true", "Beta", "true").data()
	at := slices.IndexFunc(list, func(u map[string]any) bool { return u["id"] == itoa(child.ID) })
	if diff := cmp.Diff(any([]any{map[string]any{"id": "40150"}}), list[at]["parent_chain"]); diff != "" {
		t.Errorf("chain in the list:\n%s", diff)
	}
	a.get(path).wantProblem(http.StatusBadRequest, "Bad request", "#common.bad_request")
	a.get("/v2/org-units", "Beta", "true").wantProblem(http.StatusBadRequest, "Bad request", "#common.bad_request")
	a.get("/v2/org-units?type=squad", "Beta", "true").wantProblem(http.StatusBadRequest, "Bad request", "#common.bad_request")
	a.get(path+"?type=team").wantProblem(http.StatusNotFound, "Resource not found", "#common.requested_resource_not_found")
}

func TestLegalEntities(t *testing.T) {
	t.Parallel()
	a := start(t, sandbox.Options{}, sandbox.Credential{})
	for query, want := range map[string][]string{
		"":                   {"7036", "7035", "7034", "7033"},
		"?country=DE":        {"7034", "7033"},
		"?country=FR,PL":     {"7036", "7035"},
		"?id=7033,7036":      {"7036", "7033"},
		"?id=1":              {},
		"?country=DE&id=703": {},
	} {
		if diff := cmp.Diff(want, v2IDs(a.get("/v2/legal-entities"+query).wantStatus(http.StatusOK).data())); diff != "" {
			t.Errorf("%q:\n%s", query, diff)
		}
	}
	want := map[string]any{"id": "7035", "name": "Lindenhof Polska Sp. z o.o.", "country": "PL"}
	if diff := cmp.Diff(want, a.get("/v2/legal-entities/7035").wantStatus(http.StatusOK).object()); diff != "" {
		t.Errorf("one:\n%s", diff)
	}
	a.get("/v2/legal-entities/1").wantProblem(http.StatusNotFound, "Resource not found", "#common.requested_resource_not_found")
	a.get("/v2/legal-entities?limit=101").wantProblem(http.StatusBadRequest, "Bad request", "#common.bad_request")
}

func TestNamedLists(t *testing.T) {
	t.Parallel()
	a := start(t, sandbox.Options{}, sandbox.Credential{})
	for query, want := range map[string][]string{
		"":                                   {"82950", "82951", "82952", "82953", "82954", "82955"},
		"?sort=-id&limit=2":                  {"82955", "82954"},
		"?sort=-name":                        {"82955", "82954", "82953", "82952", "82951", "82950"},
		"?id=82955,82951":                    {"82951", "82955"},
		"?name=2000+Produkt,1000+Verwaltung": {"82950", "82951"},
	} {
		if diff := cmp.Diff(want, v2IDs(a.get("/v2/cost-centers"+query, "Beta", "true").wantStatus(http.StatusOK).data())); diff != "" {
			t.Errorf("cost centers %q:\n%s", query, diff)
		}
	}
	var names []any
	for next := "/v2/workplaces?sort=name&limit=4"; next != ""; {
		r := a.get(next, "Beta", "true").wantStatus(http.StatusOK)
		for _, place := range r.data() {
			names = append(names, place["name"])
		}
		next = r.next()
	}
	if diff := cmp.Diff([]any{"Berlin", "München", "Paris", "Remote", "Łódź", "Αθήνα"}, names); diff != "" {
		t.Errorf("workplaces:\n%s", diff)
	}
	for _, query := range []string{"?sort=colour", "?limit=0", "?limit=101", "?cursor=x"} {
		a.get("/v2/workplaces"+query, "Beta", "true").wantProblem(http.StatusBadRequest, "Bad request", "#common.bad_request")
	}
	a.get("/v2/workplaces", "Beta", "false").wantProblem(http.StatusNotFound, "Not Found", "#apinot_found")
}
