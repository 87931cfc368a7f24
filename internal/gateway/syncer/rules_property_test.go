package syncer_test

import (
	"fmt"
	"net/http"
	"sync/atomic"
	"testing"

	"pgregory.net/rapid"

	"github.com/personio-community/terraform-provider-personio/internal/gateway/scim"
	"github.com/personio-community/terraform-provider-personio/internal/gateway/syncer"
	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
)

// TestTwoRulesHarmNobody lets two rules of one target take turns, each with a
// department, while people move, leave and come back, their departments are null
// or not told, calls fail before or after they take effect, and rules are
// destroyed and made anew. No rule takes an account that is not its own, and
// whoever is selected by one of them, or not decided about, keeps theirs, whichever
// rule runs first; in the end everybody is with the right rule.
func TestTwoRulesHarmNobody(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		const people = 6
		r := newRigForProperty(people)
		r.in.Rule.MaxDeprovision = "100%"
		r.in.Rule.DeprovisionMode = rapid.SampledFrom([]string{"deactivate", "delete"}).Draw(t, "mode")
		r.target.store(r.target.users, scim.Resource{"userName": "service@example.com", "active": true})
		for range rapid.IntRange(1, 25).Draw(t, "steps") {
			id := rapid.IntRange(1, people).Draw(t, "person")
			switch rapid.IntRange(0, 9).Draw(t, "step") {
			case 0, 1:
				r.set(id, "department", department(rapid.SampledFrom([]string{"IT", "Sales", "Sales", "HR"}).Draw(t, "department")))
			case 2:
				r.set(id, "department", nil)
			case 3:
				delete(r.personio.people[id-1], "department")
			case 4:
				r.set(id, "status", rapid.SampledFrom([]string{"active", "inactive"}).Draw(t, "status"))
			case 5:
				r.destroy(rapid.SampledFrom([]string{"IT", "Sales"}).Draw(t, "destroyed"))
			default:
				r.runOf(t, rapid.SampledFrom([]string{"IT", "Sales"}).Draw(t, "rule"), rapid.IntRange(0, 12).Draw(t, "failing call"), rapid.Bool().Draw(t, "lost"))
			}
		}
		for i, p := range r.personio.people {
			if _, told := p["department"]; !told {
				r.set(i+1, "department", department("IT"))
			}
		}
		// One lets go, the other takes; and whoever was skipped for that follows.
		for _, rule := range []string{"IT", "Sales", "IT", "Sales"} {
			r.runOf(t, rule, 0, false)
		}
		r.wantSettled(t)
	})
}

func department(name string) map[string]any {
	return map[string]any{"type": "Department", "attributes": map[string]any{"name": name}}
}

// wantedBy is the rule that selects a person; known is false if nobody can tell.
func wantedBy(person map[string]any) (rule string, known bool) {
	value, known := person["department"]
	if !known {
		return "", false
	}
	unit, _ := value.(map[string]any)
	if unit == nil || person["status"] != "active" {
		return "", true
	}
	name := unit["attributes"].(map[string]any)["name"].(string)
	if name != "IT" && name != "Sales" {
		return "", true
	}
	return name, true
}

// runOf runs the rule of a department. A call of the target fails: before it
// takes effect, or after, with its answer lost.
func (r *rig) runOf(t *rapid.T, name string, failing int, lost bool) {
	filter := func(name string) string { return "department == '" + name + "' && status == 'active'" }
	r.in.RuleID, r.in.Rule.Filter = name, filter(name)
	other := syncer.OtherRule{ID: map[string]string{"IT": "Sales", "Sales": "IT"}[name], Rule: r.in.Rule, Readable: r.in.Readable}
	other.Rule.Filter = filter(other.ID)
	r.in.Others = []syncer.OtherRule{other}
	var n atomic.Int64
	fail := func(string) error {
		if n.Add(1) != int64(failing) {
			return nil
		}
		if lost {
			return &scim.Error{Method: "TEST", Path: "/Users", Detail: "no answer"}
		}
		return status(http.StatusInternalServerError, "")
	}
	r.target.before, r.target.after = nil, nil
	if lost {
		r.target.after = fail
	} else {
		r.target.before = fail
	}
	before, owned := r.active(), map[string]bool{}
	for _, link := range r.journal.links {
		if user := r.target.users[link.AccountID]; user != nil && link.RuleID == name {
			owned[user.String("userName")] = true
		}
	}
	result, err := r.run(t.Context())
	if err != nil || failing == 0 && result.Status == gatewayapi.RunFailed {
		t.Fatalf("%s: %+v, %v", name, result, err)
	}
	after := r.active()
	for account, active := range before {
		if active && !after[account] && !owned[account] {
			t.Fatalf("%s took the account %s, which is not its own", name, account)
		}
	}
	for i, p := range r.personio.people {
		account := fmt.Sprintf("p%d@example.com", i+1)
		if rule, known := wantedBy(p); (rule != "" || !known) && before[account] && !after[account] {
			t.Fatalf("%s took the account of employee %d, whom %q selects (known: %t)\n%s", name, i+1, rule, known, r.journal.messages())
		}
	}
}

// destroy leaves the links of a rule without owner, as the database does.
func (r *rig) destroy(rule string) {
	for id, link := range r.journal.links {
		if link.RuleID == rule {
			link.RuleID = ""
			r.journal.links[id] = link
		}
	}
	for name, link := range r.journal.groupLinks {
		if link.RuleID == rule {
			link.RuleID = ""
			r.journal.groupLinks[name] = link
		}
	}
}

// wantSettled asserts that everybody is with the rule that selects them, and
// nobody else has an account of a rule.
func (r *rig) wantSettled(t *rapid.T) {
	active := r.active()
	for i, p := range r.personio.people {
		id, account := fmt.Sprint(i+1), fmt.Sprintf("p%d@example.com", i+1)
		rule, _ := wantedBy(p)
		link, linked := r.journal.links[id]
		switch {
		case rule != "" && (!active[account] || link.RuleID != rule):
			t.Fatalf("employee %s belongs to %s, but active: %t, link %+v\n%s", id, rule, active[account], link, r.journal.messages())
		case rule == "" && active[account] && linked && link.RuleID != "":
			t.Fatalf("employee %s is selected by none, but active with %+v\n%s", id, link, r.journal.messages())
		}
	}
}
