package directory_test

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/personio-community/terraform-provider-personio/internal/acctest/tfproto"
	"github.com/personio-community/terraform-provider-personio/internal/sandbox"
	"github.com/personio-community/terraform-provider-personio/internal/sandbox/company"
	"github.com/personio-community/terraform-provider-personio/internal/sandbox/records"
)

// list is a data source of a small collection: its arguments, and what it has to
// show, in the order of ids.
type list struct {
	typeName, name string
	arguments      tfproto.Values
	want           []map[string]any
	// path, scope and area are what it calls, the right that this takes, and where
	// that is granted; scope is "" where Personio names none.
	path, scope, areaDE string
	beta                bool
}

func orNull(text string) any {
	if text == "" {
		return nil
	}
	return text
}

func orgUnits(kind string, units []company.OrgUnit) (want []map[string]any) {
	for _, u := range units {
		var parent any
		if u.ParentID != 0 {
			parent = strconv.Itoa(u.ParentID)
		}
		want = append(want, map[string]any{
			"id": strconv.Itoa(u.ID), "type": kind, "name": u.Name, "abbreviation": orNull(u.Abbreviation), "description": orNull(u.Description), "parent_id": parent,
		})
	}
	return want
}

func named[T any](all []T, of func(T) (id int, name string)) (want []map[string]any) {
	for _, one := range all {
		id, name := of(one)
		want = append(want, map[string]any{"id": strconv.Itoa(id), "name": name})
	}
	return want
}

func legalEntities(all []company.LegalEntity, country string) (want []map[string]any) {
	for _, e := range all {
		if country == "" || e.Country == country {
			want = append(want, map[string]any{"id": strconv.Itoa(e.ID), "name": e.Name, "country": e.Country})
		}
	}
	return want
}

// lists are all of them, with what a sandbox has.
func lists(box *sandbox.Sandbox) []list {
	o, r := box.Company().Organisation(), box.Records()
	var absences, pay, reports []map[string]any
	for _, a := range r.AbsenceTypes {
		absences = append(absences, map[string]any{"id": a.ID, "name": a.Name, "category": strings.ToUpper(a.Category), "unit": strings.ToUpper(a.Unit)})
	}
	for _, c := range r.CompensationTypes.All() {
		pay = append(pay, map[string]any{"id": c.ID, "name": c.Name, "category": c.Category})
	}
	for _, report := range r.Reports.All() {
		if report.Open {
			reports = append(reports, map[string]any{
				"id": report.ID, "name": report.Name, "chart_type": "table", "edited_at": report.EditedAt.UTC().Format(time.RFC3339),
			})
		}
	}
	categories := named(r.DocumentCategories, func(c records.DocumentCategory) (int, string) { return c.ID, c.Name })
	all := []list{
		{typeName: "personio_org_units", name: "org_units", arguments: tfproto.Values{"type": "department"}, want: orgUnits("department", o.Departments), path: "/v2/org-units", beta: true},
		{typeName: "personio_org_units", name: "org_units", arguments: tfproto.Values{"type": "team"}, want: orgUnits("team", o.Teams), path: "/v2/org-units", beta: true},
		{typeName: "personio_legal_entities", name: "legal_entities", want: legalEntities(o.LegalEntities, ""), path: "/v2/legal-entities"},
		{typeName: "personio_legal_entities", name: "legal_entities", arguments: tfproto.Values{"country": "DE"}, want: legalEntities(o.LegalEntities, "DE"), path: "/v2/legal-entities"},
		{typeName: "personio_workplaces", name: "workplaces", want: named(o.Offices, func(x company.Office) (int, string) { return x.ID, x.Name }), path: "/v2/workplaces", beta: true},
		{typeName: "personio_cost_centers", name: "cost_centers", want: named(o.CostCenters, func(x company.CostCenter) (int, string) { return x.ID, x.Name }), path: "/v2/cost-centers", beta: true},
		{typeName: "personio_absence_types", name: "absence_types", want: absences, path: "/v2/absence-types", scope: "personio:absences:read", areaDE: "Abwesenheit"},
		{typeName: "personio_document_categories", name: "document_categories", want: categories, path: "/v1/company/document-categories", scope: "documents:read", areaDE: "Dokumente"},
		{typeName: "personio_reports", name: "reports", want: reports, path: "/v2/reports", scope: "reports.custom:read", areaDE: "Individuelle Berichte"},
		{typeName: "personio_compensation_types", name: "compensation_types", want: pay, path: "/v2/compensations/types", scope: "personio:compensations:read", areaDE: "Vergütungen"},
	}
	for _, l := range all {
		slices.SortFunc(l.want, func(a, b map[string]any) int { return strings.Compare(a["id"].(string), b["id"].(string)) })
	}
	return all
}

// wantList compares what a data source shows with what there is.
func wantList(t *testing.T, l list, got map[string]any) {
	t.Helper()
	objects, byID := []any{}, map[string]any{}
	for _, o := range l.want {
		objects, byID[o["id"].(string)] = append(objects, o), o
	}
	if diff := cmp.Diff(objects, got[l.name]); diff != "" || len(objects) == 0 {
		t.Errorf("%s %v: %s", l.typeName, l.arguments, diff)
	}
	if diff := cmp.Diff(byID, got["by_id"]); diff != "" {
		t.Errorf("%s %v by id: %s", l.typeName, l.arguments, diff)
	}
}

func TestLists(t *testing.T) {
	t.Parallel()
	w := start(t, 10, sandbox.Credential{}, nil)
	for _, l := range lists(w.box) {
		got, diags := w.ReadData(l.typeName, l.arguments.With(nil))
		if text := diags.Errors() + diags.Warnings(); text != "" {
			t.Error(text)
			continue
		}
		wantList(t, l, got)
		if asked := w.asked(); len(asked) != 1 || !strings.HasPrefix(asked[0], l.path) {
			t.Errorf("%s: requests %s", l.typeName, asked)
		}
	}
}

// A page holds 100; the rest follows by the links, whatever form they have.
func TestListsOfManyPages(t *testing.T) {
	t.Parallel()
	w := start(t, 10, sandbox.Credential{}, nil)
	for range 150 {
		if _, err := w.box.Records().CompensationTypes.Add(func(all []records.CompensationType) (records.CompensationType, error) {
			return records.CompensationType{ID: strconv.Itoa(1000 + len(all)), Name: "Bonus", Category: records.OneTime}, nil
		}); err != nil {
			t.Fatal(err)
		}
		if _, err := w.box.Records().Reports.Add(func(all []records.Report) (records.Report, error) {
			return records.Report{ID: strconv.Itoa(1000 + len(all)), Name: "Report", Open: true}, nil
		}); err != nil {
			t.Fatal(err)
		}
	}
	for _, l := range lists(w.box) {
		if l.name != "compensation_types" && l.name != "reports" {
			continue
		}
		got, diags := w.ReadData(l.typeName, l.arguments)
		if text := diags.Errors(); text != "" {
			t.Fatal(text)
		}
		if n := len(got[l.name].([]any)); n != len(l.want) || n < 150 || len(got["by_id"].(map[string]any)) != n {
			t.Errorf("%s: %d of %d", l.typeName, n, len(l.want))
		}
		if asked := w.asked(); len(asked) != 2 || !strings.Contains(asked[0], "limit=100") {
			t.Errorf("requests %s", asked)
		}
	}
}

func TestListsRefused(t *testing.T) {
	t.Parallel()
	without := start(t, 10, sandbox.Credential{Scopes: []string{}}, nil)
	// An account that may not use what is in beta gets the answer of a request
	// without the header.
	closed := start(t, 10, sandbox.Credential{}, func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			r.Header.Del("Beta")
			next.ServeHTTP(w, r)
		})
	})
	for _, l := range lists(without.box) {
		if l.scope != "" {
			_, diags := without.ReadData(l.typeName, l.arguments)
			wantParts(t, diags.Errors(), "Could not list "+strings.ReplaceAll(l.name, "_", " "), l.scope, "(in German: "+l.areaDE+")", l.path)
		}
		_, diags := closed.ReadData(l.typeName, l.arguments)
		if l.beta {
			wantParts(t, diags.Errors(), "HTTP status 404", "in beta", "ask Personio to open it")
		} else if text := diags.Errors(); text != "" {
			t.Error(text)
		}
	}
	for name, arguments := range map[string]tfproto.Values{
		"personio_org_units":      {"type": "departments"},
		"personio_legal_entities": {"country": "Germany"},
	} {
		_, diags := closed.ReadData(name, arguments)
		wantParts(t, diags.Errors(), map[string]string{"personio_org_units": `Did you mean "department"`, "personio_legal_entities": "two upper case letters"}[name])
	}
	_, diags := closed.ReadData("personio_org_units", tfproto.Values{"type": "Team"})
	wantParts(t, diags.Errors(), `Did you mean "team"`)
}
