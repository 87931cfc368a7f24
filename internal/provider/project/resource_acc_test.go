package project_test

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/compare"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/terraform"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/personio-community/terraform-provider-personio/internal/acctest"
	"github.com/personio-community/terraform-provider-personio/internal/attribute"
	"github.com/personio-community/terraform-provider-personio/internal/sandbox/records"
)

// way is how Terraform reaches the sandbox: as Personio itself, or through the
// gateway.
type way struct {
	*acctest.World
	provider string
}

// eachWay runs a test in a world of its own for each way.
func eachWay(t *testing.T, test func(t *testing.T, w way)) {
	t.Helper()
	for _, name := range []string{"Personio", "gateway"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := acctest.Start(t, acctest.WithManagementScopes(append(attribute.ManagementScopes(), readScope, writeScope)...))
			provider := w.ProviderConfig()
			if name == "Personio" {
				provider = acctest.ProviderConfig(w.PersonioURL, w.Upstream.ClientID, w.Upstream.ClientSecret)
			}
			test(t, way{w, provider})
		})
	}
}

// person is the id of an employee, from the first on.
func (w way) person(n int) string { return strconv.Itoa(w.Sandbox.Company().People()[n].ID) }

// members are the members of a project, sorted.
func (w way) members(project string) []string {
	p, _ := w.Sandbox.Records().Projects.Find(project)
	ids := []string{}
	for _, id := range p.Members {
		ids = append(ids, strconv.Itoa(id))
	}
	slices.Sort(ids)
	return ids
}

// onlyDemo checks that the destroy left the projects of the demo company and
// nothing else, and that nobody was ever removed without a name.
func (w way) onlyDemo(*terraform.State) error {
	for _, p := range w.Sandbox.Records().Projects.All() {
		if !slices.Contains([]string{records.ProjectRollout, records.ProjectImplementation, records.ProjectInternal, records.ProjectOld}, p.ID) {
			return fmt.Errorf("project %q is still there", p.Name)
		}
	}
	for _, r := range w.Sandbox.Requests() {
		if r.Method == "DELETE" && strings.HasSuffix(r.Path, "/members") && !namesPersons(r.Query) {
			return fmt.Errorf("a removal that names nobody: %s", r.Path)
		}
	}
	return nil
}

const projectAddress = "personio_project.p"

// block is a resource block of the project p.
func block(arguments string) string {
	return "resource \"personio_project\" \"p\" {\n" + arguments + "\n}\n"
}

func emptyPlan(config string) resource.TestStep {
	return resource.TestStep{Config: config, ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}}}
}

func planned(address string, action plancheck.ResourceActionType) resource.ConfigPlanChecks {
	return resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectResourceAction(address, action)}}
}

// states are checks of some attributes of an object.
func states(address string, values map[string]knownvalue.Check) []statecheck.StateCheck {
	var checks []statecheck.StateCheck
	for attribute, value := range values {
		checks = append(checks, statecheck.ExpectKnownValue(address, tfjsonpath.New(attribute), value))
	}
	return checks
}

// words matches words in order, wherever the CLI breaks its lines.
func words(text string) *regexp.Regexp {
	parts := strings.Fields(text)
	for i, p := range parts {
		parts[i] = regexp.QuoteMeta(p)
	}
	return regexp.MustCompile(strings.Join(parts, `[\s│]+`))
}

func TestAccProject_lifecycle(t *testing.T) {
	t.Parallel()
	text, null := knownvalue.StringExact, knownvalue.Null()
	least := map[string]knownvalue.Check{
		"name": text("Umzug"), "status": text("ACTIVE"), "project_code": null, "description": null, "start_date": null, "end_date_exclusive": null,
		"parent_project_id": null, "cost_center_id": null, "assigned_to_all": knownvalue.Bool(false), "billable": knownvalue.Bool(false),
		"client_name": null, "project_type": null, "id": knownvalue.NotNull(),
	}
	everything := map[string]knownvalue.Check{
		"name": text("Umzug nach Łódź"), "status": text("ARCHIVED"), "project_code": text("U-1"), "description": text("Größe"),
		"start_date": text("2027-01-01"), "end_date_exclusive": text("2028-01-01"), "cost_center_id": text("82952"),
		"assigned_to_all": knownvalue.Bool(true), "billable": knownvalue.Bool(true), "client_name": text("Kunde"), "project_type": text("intern"),
	}
	eachWay(t, func(t *testing.T, w way) {
		small := w.provider + block(`  name = "Umzug"`)
		big := w.provider + block(`
  name               = "Umzug nach Łódź"
  status             = "ARCHIVED"
  project_code       = "U-1"
  description        = "Größe"
  start_date         = "2027-01-01"
  end_date_exclusive = "2028-01-01"
  cost_center_id     = "82952"
  assigned_to_all    = true
  billable           = true
  client_name        = "Kunde"
  project_type       = "intern"
`)
		same := statecheck.CompareValue(compare.ValuesSame())
		keeps := func(want map[string]knownvalue.Check) []statecheck.StateCheck {
			return append(states(projectAddress, want), same.AddStateValue(projectAddress, tfjsonpath.New("id")))
		}
		resource.UnitTest(t, resource.TestCase{
			ProtoV6ProviderFactories: acctest.Factories(),
			CheckDestroy:             w.onlyDemo,
			Steps: []resource.TestStep{
				{Config: small, ConfigPlanChecks: planned(projectAddress, plancheck.ResourceActionCreate), ConfigStateChecks: keeps(least)},
				emptyPlan(small),
				{Config: big, ConfigPlanChecks: planned(projectAddress, plancheck.ResourceActionUpdate), ConfigStateChecks: keeps(everything)},
				emptyPlan(big),
				{ResourceName: projectAddress, ImportState: true, ImportStateVerify: true},
				{Config: small, ConfigPlanChecks: planned(projectAddress, plancheck.ResourceActionUpdate), ConfigStateChecks: keeps(least)},
				emptyPlan(small),
				{Config: small, ResourceName: projectAddress, ImportState: true, ImportStateKind: resource.ImportBlockWithID},
			},
		})
	})
}

// A project, its parts, its members: all made in one apply, where nothing is
// known at plan but what is written down.
func TestAccProject_partsAndMembers(t *testing.T) {
	t.Parallel()
	eachWay(t, func(t *testing.T, w way) {
		config := func(parent string, persons ...string) string {
			for i := range persons {
				persons[i] = strconv.Quote(persons[i])
			}
			return w.provider + block(`
  name     = "Rollout"
  billable = true
`) + fmt.Sprintf(`
resource "personio_project" "other" {
  name = "Other"
}
resource "personio_project" "part" {
  name              = "Rollout: concept"
  start_date        = "2027-01-01"
  parent_project_id = personio_project.%s.id
}
resource "personio_project" "part_b" {
  name              = "Rollout: implementation"
  parent_project_id = personio_project.p.id
}
resource "personio_project_members" "p" {
  project_id = personio_project.p.id
  person_ids = [%s]
}
resource "personio_project_member" "other" {
  project_id = personio_project.other.id
  person_id  = %q
}
`, parent, strings.Join(persons, ", "), w.person(3))
		}
		before, more := config("p", w.person(0), w.person(1)), config("p", w.person(1), w.person(2))
		nobody, moved := config("p"), config("other")
		const list, one, part = "personio_project_members.p", "personio_project_member.other", "personio_project.part"
		idOf := func(s *terraform.State, address, attribute string) string {
			return s.RootModule().Resources[address].Primary.Attributes[attribute]
		}
		moves := statecheck.CompareValue(compare.ValuesDiffer())
		persons := func(ids ...string) knownvalue.Check {
			var checks []knownvalue.Check
			for _, id := range ids {
				checks = append(checks, knownvalue.StringExact(id))
			}
			return knownvalue.SetExact(checks)
		}
		resource.UnitTest(t, resource.TestCase{
			ProtoV6ProviderFactories: acctest.Factories(),
			CheckDestroy:             w.onlyDemo,
			Steps: []resource.TestStep{
				{
					Config: before,
					ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
						plancheck.ExpectUnknownValue(part, tfjsonpath.New("parent_project_id")),
						plancheck.ExpectUnknownValue(part, tfjsonpath.New("billable")),
						plancheck.ExpectUnknownValue(list, tfjsonpath.New("project_id")),
					}},
					ConfigStateChecks: append(states(list, map[string]knownvalue.Check{"person_ids": persons(w.person(0), w.person(1))}),
						moves.AddStateValue(part, tfjsonpath.New("id"))),
				},
				emptyPlan(before),
				{
					ResourceName: list, ImportState: true, ImportStateVerify: true, ImportStateVerifyIdentifierAttribute: "project_id",
					ImportStateIdFunc: func(s *terraform.State) (string, error) { return idOf(s, projectAddress, "id"), nil },
				},
				{
					ResourceName: one, ImportState: true, ImportStateVerify: true, ImportStateVerifyIdentifierAttribute: "person_id",
					ImportStateIdFunc: func(s *terraform.State) (string, error) {
						return idOf(s, one, "project_id") + "/" + idOf(s, one, "person_id"), nil
					},
				},
				{
					Config: more, ConfigPlanChecks: planned(list, plancheck.ResourceActionUpdate),
					ConfigStateChecks: states(list, map[string]knownvalue.Check{"person_ids": persons(w.person(1), w.person(2))}),
				},
				emptyPlan(more),
				{Config: nobody, ConfigPlanChecks: planned(list, plancheck.ResourceActionUpdate), ConfigStateChecks: states(list, map[string]knownvalue.Check{"person_ids": persons()})},
				emptyPlan(nobody),
				// Another parent is another project.
				{
					Config: moved, ConfigPlanChecks: planned(part, plancheck.ResourceActionDestroyBeforeCreate),
					ConfigStateChecks: []statecheck.StateCheck{moves.AddStateValue(part, tfjsonpath.New("id"))},
				},
				emptyPlan(moved),
			},
		})
	})
}

// One member is added and removed beside a list that nobody here manages.
func TestAccProjectMember_besideOthers(t *testing.T) {
	t.Parallel()
	eachWay(t, func(t *testing.T, w way) {
		others := []int{w.Sandbox.Company().People()[0].ID, w.Sandbox.Company().People()[1].ID}
		reset := func() {
			err := w.Sandbox.Records().Projects.Change(records.ProjectRollout, func(p *records.Project, _ []records.Project) error {
				p.Members = others
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		}
		config := w.provider + fmt.Sprintf(`
data "personio_project" "rollout" {
  name = "Rollout ACME"
}
resource "personio_project_member" "already" {
  project_id = data.personio_project.rollout.id
  person_id  = %q
}
resource "personio_project_member" "newly" {
  project_id = data.personio_project.rollout.id
  person_id  = %q
}
`, w.person(1), w.person(2))
		const newly = "personio_project_member.newly"
		resource.UnitTest(t, resource.TestCase{
			ProtoV6ProviderFactories: acctest.Factories(),
			CheckDestroy: func(s *terraform.State) error {
				if left := w.members(records.ProjectRollout); !slices.Equal(left, []string{w.person(0)}) {
					return fmt.Errorf("left are %v", left)
				}
				return w.onlyDemo(s)
			},
			Steps: []resource.TestStep{
				{PreConfig: reset, Config: config},
				emptyPlan(config),
				{PreConfig: reset, Config: config, ConfigPlanChecks: planned(newly, plancheck.ResourceActionCreate)},
				emptyPlan(config),
			},
		})
	})
}

// The list takes a project over as it is, and heals what others change.
func TestAccProjectMembers_driftAndDisappear(t *testing.T) {
	t.Parallel()
	eachWay(t, func(t *testing.T, w way) {
		const list = "personio_project_members.p"
		config := w.provider + block(`  name = "Umzug"`) + fmt.Sprintf(`
resource "personio_project_members" "p" {
  project_id = personio_project.p.id
  person_ids = [%q, %q]
}
`, w.person(0), w.person(1))
		find := func() string {
			for _, p := range w.Sandbox.Records().Projects.All() {
				if p.Name == "Umzug" {
					return p.ID
				}
			}
			t.Error("the project is gone")
			return ""
		}
		resource.UnitTest(t, resource.TestCase{
			ProtoV6ProviderFactories: acctest.Factories(),
			CheckDestroy:             w.onlyDemo,
			Steps: []resource.TestStep{
				{Config: config},
				{
					PreConfig: func() {
						if err := w.Sandbox.Records().Projects.Change(find(), func(p *records.Project, _ []records.Project) error {
							p.Members = []int{w.Sandbox.Company().People()[1].ID, w.Sandbox.Company().People()[2].ID}
							return nil
						}); err != nil {
							t.Error(err)
						}
					},
					Config: config, ConfigPlanChecks: planned(list, plancheck.ResourceActionUpdate),
				},
				emptyPlan(config),
				{
					PreConfig: func() {
						gone := find()
						if err := w.Sandbox.Records().Projects.Edit(func(rows []records.Project) ([]records.Project, error) {
							return slices.DeleteFunc(rows, func(p records.Project) bool { return p.ID == gone }), nil
						}); err != nil {
							t.Error(err)
						}
					},
					Config: config,
					ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{
						plancheck.ExpectResourceAction(projectAddress, plancheck.ResourceActionCreate),
						plancheck.ExpectResourceAction(list, plancheck.ResourceActionCreate),
					}},
				},
				emptyPlan(config),
			},
		})
	})
}

func TestAccProject_badInput(t *testing.T) {
	t.Parallel()
	eachWay(t, func(t *testing.T, w way) {
		sub := block(`  name = "Umzug"`) + `
resource "personio_project" "sub" {
  name              = "Umzug: Kisten"
  parent_project_id = personio_project.p.id
  client_name       = "Kunde"
}
`
		all := block("  name = \"Umzug\"\n  assigned_to_all = true") + fmt.Sprintf(`
resource "personio_project_members" "p" {
  project_id = personio_project.p.id
  person_ids = [%q]
}
`, w.person(0))
		for _, test := range []struct {
			config string
			plan   bool // found by a plan, before any apply
			want   string
		}{
			{block("  name = \"x\"\n  start_date = \"2027-02-01\"\n  end_date_exclusive = \"2027-01-01\""), true, "A project that ends before it starts"},
			{block("  name = \"x\"\n  parent_project_id = \"" + records.ProjectRollout + "\"\n  billable = true"), true, "billable on a sub-project"},
			{block(`  name = "Intern"`), false, "terraform import personio_project.<name> " + records.ProjectInternal},
			{block("  name = \"x\"\n  project_code = \"22001\""), false, "another project has the project_code"},
			// What the plan cannot know is refused before the call that it is about.
			{sub, false, "client_name on a sub-project"},
			{all, false, "A project that is assigned to all has no members"},
			{fmt.Sprintf("resource \"personio_project_members\" \"m\" {\n  project_id = %q\n  person_ids = [%q]\n}\n", records.ProjectInternal, w.person(0)), true, "assigned to all has no members"},
			{fmt.Sprintf("resource \"personio_project_members\" \"m\" {\n  project_id = %q\n  person_ids = [%q, \"7\"]\n}\n", records.ProjectOld, w.person(0)), false, `person "7" does not exist`},
			{fmt.Sprintf("resource \"personio_project_member\" \"m\" {\n  project_id = %q\n  person_id = %q\n}\n", records.ProjectImplementation, w.person(0)), true, "A sub-project has no members of its own"},
		} {
			resource.UnitTest(t, resource.TestCase{
				ProtoV6ProviderFactories: acctest.Factories(),
				CheckDestroy:             w.onlyDemo,
				Steps:                    []resource.TestStep{{Config: w.provider + test.config, PlanOnly: test.plan, ExpectError: words(test.want)}},
			})
		}
		// What the error of the name says works.
		named := w.provider + block("  name            = \"Intern\"\n  assigned_to_all = true\n  cost_center_id  = \"82950\"")
		resource.UnitTest(t, resource.TestCase{
			ProtoV6ProviderFactories: acctest.Factories(),
			Steps: []resource.TestStep{
				{Config: named, ResourceName: projectAddress, ImportState: true, ImportStateId: records.ProjectInternal, ImportStatePersist: true},
				emptyPlan(named),
			},
		})
	})
}

// Without the scope the error names it, whoever refuses.
func TestAccProject_missingScope(t *testing.T) {
	t.Parallel()
	w := acctest.Start(t, acctest.WithManagementScopes(append(attribute.ManagementScopes(), readScope)...))
	reader := w.Sandbox.AddCredential(w.Upstream)
	w.Sandbox.SetScopes(reader.ClientID, readScope)
	for name, provider := range map[string]string{
		"gateway": w.ProviderConfig(), "Personio": acctest.ProviderConfig(w.PersonioURL, reader.ClientID, reader.ClientSecret),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			resource.UnitTest(t, resource.TestCase{
				ProtoV6ProviderFactories: acctest.Factories(),
				Steps: []resource.TestStep{{
					Config:      provider + block(`  name = "Umzug"`),
					ExpectError: words("lacks the scope " + writeScope),
				}},
			})
		})
	}
}

func TestAccProjects_dataSources(t *testing.T) {
	t.Parallel()
	eachWay(t, func(t *testing.T, w way) {
		config := w.provider + fmt.Sprintf(`
data "personio_projects" "all" {}
data "personio_projects" "top" {
  top_level_only = true
  status         = "ACTIVE"
}
data "personio_projects" "parts" {
  parent_project_id = %q
}
data "personio_projects" "coded" {
  project_code = "24999"
}
data "personio_projects" "none" {
  name = "Interna"
}
data "personio_project" "named" {
  name = "Rollout ACME"
}
data "personio_project" "known" {
  id = data.personio_project.named.id
}
`, records.ProjectRollout)
		names := func(address string, want ...string) statecheck.StateCheck {
			checks := make([]knownvalue.Check, len(want))
			for i, name := range want {
				checks[i] = knownvalue.ObjectPartial(map[string]knownvalue.Check{"name": knownvalue.StringExact(name)})
			}
			return statecheck.ExpectKnownValue("data.personio_projects."+address, tfjsonpath.New("projects"), knownvalue.ListExact(checks))
		}
		checks := []statecheck.StateCheck{
			names("all", "Intern", "Messe 2024", "Rollout ACME", "Rollout ACME: Implementierung"),
			names("top", "Intern", "Rollout ACME"),
			names("parts", "Rollout ACME: Implementierung"),
			names("coded", "Messe 2024"),
			names("none"),
			statecheck.ExpectKnownValue("data.personio_projects.all", tfjsonpath.New("by_id").AtMapKey(records.ProjectOld).AtMapKey("end_date_exclusive"), knownvalue.StringExact("2024-07-01")),
			statecheck.ExpectKnownValue("data.personio_projects.none", tfjsonpath.New("by_id"), knownvalue.MapSizeExact(0)),
		}
		for _, address := range []string{"data.personio_project.named", "data.personio_project.known"} {
			checks = append(checks, states(address, map[string]knownvalue.Check{
				"id": knownvalue.StringExact(records.ProjectRollout), "name": knownvalue.StringExact("Rollout ACME"), "status": knownvalue.StringExact("ACTIVE"),
				"project_code": knownvalue.StringExact("22001"), "start_date": knownvalue.StringExact("2026-01-01"), "end_date_exclusive": knownvalue.StringExact("2027-01-01"),
				"cost_center_id": knownvalue.StringExact("82951"), "billable": knownvalue.Bool(true), "parent_project_id": knownvalue.Null(),
			})...)
		}
		resource.UnitTest(t, resource.TestCase{
			ProtoV6ProviderFactories: acctest.Factories(),
			Steps:                    []resource.TestStep{{Config: config, ConfigStateChecks: checks}, emptyPlan(config)},
		})
		for arguments, want := range map[string]string{
			`name = "Interna"`:              `There is no project with the name "Interna"`,
			`id = "4711"`:                   `There is no project with the id "4711"`,
			"name = \"x\"\n  id = \"4711\"": "Invalid Attribute Combination",
		} {
			resource.UnitTest(t, resource.TestCase{
				ProtoV6ProviderFactories: acctest.Factories(),
				Steps: []resource.TestStep{{
					Config: w.provider + "data \"personio_project\" \"x\" {\n  " + arguments + "\n}\n", PlanOnly: true, ExpectError: words(want),
				}},
			})
		}
	})
}
