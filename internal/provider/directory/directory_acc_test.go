package directory_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/personio-community/terraform-provider-personio/internal/acctest"
	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
	"github.com/personio-community/terraform-provider-personio/internal/sandbox"
	"github.com/personio-community/terraform-provider-personio/internal/sandbox/company"
	"github.com/personio-community/terraform-provider-personio/internal/sandbox/records"
)

// shownKeys are what the configuration lists; hiddenKeys can be read, too, and are
// listed nowhere but for one person each.
var (
	shownKeys  = []string{"department", company.CustomLanguages, company.CustomPersonnelNumber, "first_name", "hire_date", "supervisor", "weekly_working_hours"}
	hiddenKeys = []string{"last_name", "email", "position", "fix_salary", company.CustomIBAN, company.CustomNotes, "status"}
)

const peopleConfiguration = `
locals {
  shown = ["department", "dynamic_4717", "dynamic_4711", "first_name", "hire_date", "supervisor", "weekly_working_hours"]
}

data "personio_persons" "all" {
  attributes = local.shown
}

data "personio_persons" "active" {
  attributes = ["first_name"]
  status     = "ACTIVE"
}

data "personio_person" "by_id" {
  attributes = ["dynamic_4719", "office"]
  id         = %q
}

data "personio_person" "by_email" {
  attributes = ["position"]
  email      = %q
}

data "personio_org_units" "departments" {
  type = "department"
}

data "personio_org_units" "teams" {
  type = "team"
}

data "personio_legal_entities" "all" {}

data "personio_legal_entities" "german" {
  country = "DE"
}

data "personio_workplaces" "all" {}

data "personio_cost_centers" "all" {}

data "personio_absence_types" "all" {}

data "personio_document_categories" "all" {}

data "personio_reports" "all" {}

data "personio_compensation_types" "all" {}

output "reports_to_nobody" {
  value = length([for p in data.personio_persons.all.persons : p if p.values.supervisor == null])
}

output "languages" {
  value = sum([for p in data.personio_persons.all.persons : length(jsondecode(coalesce(p.values.dynamic_4717, "[]")))])
}

output "names_of_supervisors_known" {
  value = alltrue([for p in data.personio_persons.all.persons : p.values.supervisor == null || can(data.personio_persons.all.by_id[p.values.supervisor].values.first_name)])
}
`

// Everything, by the real CLI, against Personio itself and with a scoped
// credential of a gateway.
func TestAccDirectory(t *testing.T) {
	t.Parallel()
	for _, target := range []string{"Personio", "gateway"} {
		t.Run(target, func(t *testing.T) {
			t.Parallel()
			w := acctest.Start(t)
			secret, byID, byEmail := plantPerson(t, w.Sandbox)
			variables, all := directly(w), lists(w.Sandbox)
			if target == "gateway" {
				variables = scoped(t, w)
				for i := range all {
					switch all[i].name {
					case "reports":
						all[i].want = slices.DeleteFunc(all[i].want, func(o map[string]any) bool { return o["id"] != records.ReportAbsences })
					case "document_categories":
						all[i].want = slices.DeleteFunc(all[i].want, func(o map[string]any) bool { return o["id"] != strconv.Itoa(records.CategoryPayslips) })
					}
				}
			}
			cli := acctest.NewCLI(t, w, fmt.Sprintf(peopleConfiguration, strconv.Itoa(byID.ID), byEmail.Email), variables...)
			cli.Must("apply", "-auto-approve")
			cli.Must("plan", "-detailed-exitcode", "-out=empty.tfplan")
			state := stateOf(t, cli)
			wantPeople(t, w.Sandbox.Company(), state, byID, byEmail)
			for _, l := range all {
				wantList(t, l, state[addressOf(l)])
			}
			wantOutputs(t, cli, w.Sandbox.Company())
			places := map[string]string{
				"the state": cli.Read(acctest.State), "the plan": cli.Unzip("empty.tfplan"),
			}
			for _, value := range secret {
				for place, text := range places {
					if strings.Contains(text, value) {
						t.Errorf("%q was not asked for and is in %s", value, place)
					}
				}
			}
			wantNobodyIn(t, cli.Read(acctest.TraceLog), w.Sandbox.Company(), secret)
		})
	}
}

// plantPerson gives somebody values that nobody else has, in attributes that are
// not listed, and picks two others who are looked up.
func plantPerson(t *testing.T, box *sandbox.Sandbox) (secret []string, byID, byEmail company.Person) {
	t.Helper()
	people := box.Company().People()
	err := box.Company().Update(people[3].ID, func(p *company.Person) {
		p.LastName, p.Email, p.FixSalary, p.Employment.Position = "Plänted-Surname", "planted@example.com", 98765432.5, "Planted Position"
		p.FirstName = "Visible-Given"
		p.Custom[company.CustomIBAN], p.Custom[company.CustomNotes] = "DE00PLANTED", "Planted notes"
	})
	if err != nil {
		t.Fatal(err)
	}
	return []string{"Plänted-Surname", "planted@example.com", "98765432", "Planted Position", "DE00PLANTED", "Planted notes"}, people[5], find(people[6:], func(p company.Person) bool { return p.Email != "" })
}

func directly(w *acctest.World) []string {
	return []string{"PERSONIO_BASE_URL=" + w.PersonioURL, "PERSONIO_CLIENT_ID=" + w.Upstream.ClientID, "PERSONIO_CLIENT_SECRET=" + w.Upstream.ClientSecret}
}

// scoped makes a credential of a custom integration that may read what the
// configuration asks for, one report and one category.
func scoped(t *testing.T, w *acctest.World) []string {
	t.Helper()
	integration, err := w.Client.CustomIntegrations().Create(t.Context(), gatewayapi.CustomIntegrationCreate{
		Name:                "Terraform",
		Scopes:              []string{"personio:persons:read", "personio:absences:read", "documents:read", "reports.custom:read", "personio:compensations:read"},
		ReadableAttributes:  slices.Concat(shownKeys, hiddenKeys, []string{"office"}),
		ReportIDs:           []string{records.ReportAbsences},
		DocumentCategoryIDs: []string{strconv.Itoa(records.CategoryPayslips)},
	})
	if err != nil {
		t.Fatal(err)
	}
	credential, err := w.Client.APICredentials().Create(t.Context(), gatewayapi.APICredentialCreate{CustomIntegrationID: integration.ID, Name: "terraform"})
	if err != nil {
		t.Fatal(err)
	}
	return []string{"PERSONIO_CLIENT_ID=" + credential.ClientID, "PERSONIO_CLIENT_SECRET=" + credential.ClientSecret}
}

// stateOf is the attributes in the state by type and name.
func stateOf(t *testing.T, cli *acctest.CLI) map[string]map[string]any {
	t.Helper()
	var state struct {
		Resources []struct {
			Type      string
			Name      string
			Instances []struct{ Attributes map[string]any }
		}
	}
	if err := json.Unmarshal([]byte(cli.Read(acctest.State)), &state); err != nil {
		t.Fatal(err)
	}
	all := map[string]map[string]any{}
	for _, r := range state.Resources {
		all[r.Type+"."+r.Name] = r.Instances[0].Attributes
	}
	return all
}

// addressOf is the type and name of a list in the configuration.
func addressOf(l list) string {
	name := "all"
	switch {
	case l.arguments["country"] != nil:
		name = "german"
	case l.arguments["type"] != nil:
		name = l.arguments["type"].(string) + "s"
	}
	return l.typeName + "." + name
}

// wantPeople wants the listed attributes of everybody, and nothing else.
func wantPeople(t *testing.T, c *company.Company, state map[string]map[string]any, byID, byEmail company.Person) {
	t.Helper()
	everybody, everybodyByID := wantedPersons(c, shownKeys, nil)
	active, activeByID := wantedPersons(c, []string{"first_name"}, (*company.Person).Active)
	arguments := func(attributes []string, more map[string]any) map[string]any {
		all := map[string]any{"attributes": anySet(slices.Sorted(slices.Values(attributes))...)}
		for _, name := range []string{
			"ids", "emails", "first_name", "last_name", "preferred_name", "status", "created_at", "created_at_gt", "created_at_lt", "updated_at", "updated_at_gt", "updated_at_lt",
		} {
			all[name] = nil
		}
		maps.Copy(all, more)
		return all
	}
	for address, want := range map[string]map[string]any{
		"personio_persons.all":    arguments(shownKeys, map[string]any{"persons": everybody, "by_id": everybodyByID}),
		"personio_persons.active": arguments([]string{"first_name"}, map[string]any{"status": "ACTIVE", "persons": active, "by_id": activeByID}),
		"personio_person.by_id": {
			"attributes": anySet(company.CustomNotes, "office"), "id": strconv.Itoa(byID.ID), "email": nil,
			"values": wanted(c, &byID, []string{company.CustomNotes, "office"}),
		},
		"personio_person.by_email": {
			"attributes": anySet("position"), "id": strconv.Itoa(byEmail.ID), "email": byEmail.Email, "values": wanted(c, &byEmail, []string{"position"}),
		},
	} {
		if diff := cmp.Diff(want, state[address]); diff != "" {
			t.Errorf("%s: %s", address, diff)
		}
	}
	if len(active) == len(everybody) {
		t.Error("nobody has left, so the filter proves nothing")
	}
}

func wantOutputs(t *testing.T, cli *acctest.CLI, c *company.Company) {
	t.Helper()
	top, languages := 0, 0
	for _, p := range c.People() {
		if p.Employment.SupervisorID == 0 {
			top++
		}
		if spoken, ok := p.Custom[company.CustomLanguages].([]string); ok {
			languages += len(spoken)
		}
	}
	for name, want := range map[string]string{
		"reports_to_nobody": strconv.Itoa(top), "languages": strconv.Itoa(languages), "names_of_supervisors_known": "true",
	} {
		if got := strings.TrimSpace(cli.Must("output", "-json", name)); got != want {
			t.Errorf("output %s: %s, want %s", name, got, want)
		}
	}
}

// wantNobodyIn wants no value of anybody in a log with everything on, listed
// attributes included. It has to be the log of reading them.
func wantNobodyIn(t *testing.T, log string, c *company.Company, more []string) {
	t.Helper()
	for _, sign := range []string{"/v1/company/employees", "/v2/persons"} {
		if !strings.Contains(log, sign) {
			t.Errorf("the log shows nothing of %s, so it proves nothing", sign)
		}
	}
	values := append([]string{"Visible-Given"}, more...)
	for _, p := range c.People() {
		values = append(values, p.Email)
		if iban, ok := p.Custom[company.CustomIBAN].(string); ok {
			values = append(values, iban)
		}
	}
	for _, value := range values {
		if value != "" && strings.Contains(log, value) {
			t.Errorf("%q is in the log", value)
		}
	}
}
