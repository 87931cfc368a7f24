package acctest

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-testing/compare"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"
)

// Updates changes the arguments of a resource one by one: each has an object of
// its own, so that one apply changes them all and each shows what its change does
// by itself.
type Updates struct {
	// Type is the resource's: personio_sync_rule.
	Type string
	// Around is the configuration that the objects stand in.
	Around string
	// Arguments are those of every object, as HCL; each gets a name of its own.
	Arguments map[string]string
	// Instead are arguments that the object of an argument has in place of those.
	Instead map[string]map[string]string
	// Changes are made in their order, one for each argument in each apply.
	Changes []Change
	// Kept are attributes that no change touches.
	Kept []string
}

// Change gives an argument a value.
type Change struct {
	argument, value string
	want            knownvalue.Check
}

// Set changes an argument to a value in HCL. want is the attribute's value then;
// nil if the plan is to be empty.
func Set(argument, value string, want knownvalue.Check) Change { return Change{argument, value, want} }

// Steps are the creation and an apply for each round of changes. Each plan is to
// update the objects whose turn it is, keeping their ids, and no other; that a
// second plan is empty the steps check by themselves.
func (u Updates) Steps() []resource.TestStep {
	turns := map[string][]Change{}
	for _, change := range u.Changes {
		turns[change.argument] = append(turns[change.argument], change)
	}
	arguments := slices.Sorted(maps.Keys(turns))
	objects, rounds := map[string]map[string]string{}, 0
	var kept []same
	for _, argument := range arguments {
		object := maps.Clone(u.Arguments)
		object["name"] = fmt.Sprintf("%q", "Object of "+argument)
		maps.Copy(object, u.Instead[argument])
		objects[argument] = object
		rounds = max(rounds, len(turns[argument]))
		for _, attribute := range append([]string{"id"}, u.Kept...) {
			kept = append(kept, same{statecheck.CompareValue(compare.ValuesSame()), u.address(argument), attribute})
		}
	}
	unchanged := func() (checks []statecheck.StateCheck) {
		for _, k := range kept {
			checks = append(checks, k.AddStateValue(k.address, tfjsonpath.New(k.attribute)))
		}
		return checks
	}

	steps := []resource.TestStep{{Config: u.render(objects), ConfigStateChecks: unchanged()}}
	for round := range rounds {
		var plan []plancheck.PlanCheck
		states := unchanged()
		for _, argument := range arguments {
			address, turn := u.address(argument), turns[argument]
			if round >= len(turn) {
				plan = append(plan, plancheck.ExpectResourceAction(address, plancheck.ResourceActionNoop))
				continue
			}
			change := turn[round]
			objects[argument][argument] = change.value
			if change.want == nil {
				plan = append(plan, plancheck.ExpectResourceAction(address, plancheck.ResourceActionNoop))
				continue
			}
			path := tfjsonpath.New(argument)
			plan = append(plan,
				plancheck.ExpectResourceAction(address, plancheck.ResourceActionUpdate),
				plancheck.ExpectKnownValue(address, path, change.want),
				plancheck.ExpectKnownValue(address, tfjsonpath.New("id"), knownvalue.NotNull()))
			for _, attribute := range u.Kept {
				plan = append(plan, plancheck.ExpectKnownValue(address, tfjsonpath.New(attribute), knownvalue.NotNull()))
			}
			states = append(states, statecheck.ExpectKnownValue(address, path, change.want))
		}
		steps = append(steps, resource.TestStep{
			Config: u.render(objects), ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: plan}, ConfigStateChecks: states,
		})
	}
	return steps
}

func (u Updates) address(argument string) string { return u.Type + "." + argument }

func (u Updates) render(objects map[string]map[string]string) string {
	var b strings.Builder
	b.WriteString(u.Around)
	for _, label := range slices.Sorted(maps.Keys(objects)) {
		fmt.Fprintf(&b, "\nresource %q %q {\n", u.Type, label)
		for _, argument := range slices.Sorted(maps.Keys(objects[label])) {
			fmt.Fprintf(&b, "  %s = %s\n", argument, objects[label][argument])
		}
		b.WriteString("}\n")
	}
	return b.String()
}

// same wants an attribute to stay what it is over all steps.
type same struct {
	comparer
	address, attribute string
}

// comparer is what [statecheck.CompareValue] returns.
type comparer interface {
	AddStateValue(resourceAddress string, attributePath tfjsonpath.Path) statecheck.StateCheck
}
