package syncer_test

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/personio-community/terraform-provider-personio/internal/gateway/syncer"
	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
)

const me = "rule-me"

// situation is one random run: a rule, what was loaded of the directory, and a
// target with its links.
type situation struct {
	rule      syncer.Rule
	directory syncer.Directory
	claims    map[string]string
	before    *world
	people    map[string]syncer.Person
	pool      int // how many match values there are
}

func drawSituation(t *rapid.T) *situation {
	s := &situation{claims: map[string]string{}, people: map[string]syncer.Person{}}
	s.rule = syncer.Rule{
		ID:              me,
		MatchPath:       rapid.SampledFrom([]string{"userName", "externalId", "emails.value", "nickName"}).Draw(t, "match path"),
		DeprovisionMode: rapid.SampledFrom([]string{"", "deactivate", "delete"}).Draw(t, "mode"),
		MaxDeprovision:  rapid.SampledFrom([]string{"", "0", "7", "10%", "30%", "100%", "999999999%", "999999999"}).Draw(t, "max"),
		AdoptGroups:     map[string]bool{"k1": rapid.Bool().Draw(t, "adopt")},
	}
	s.rule.Operations = rapid.SampledFrom([][]gatewayapi.SyncOperation{
		{"provision", "update", "deprovision", "link"},
		{"provision", "update", "deprovision", "link"},
		{"deprovision"},
		{"update", "link"},
		{"provision", "deprovision"},
		{"link", "deprovision"},
		{},
	}).Draw(t, "operations")
	size := rapid.SampledFrom([]int{3, 8, 40}).Draw(t, "size")
	s.pool = size * rapid.IntRange(1, 4).Draw(t, "pool")
	s.drawPeople(t, size)
	s.drawTarget(t, size)
	return s
}

// pick draws from a small pool, so that values meet.
func pick(t *rapid.T, label string, size int) string {
	value := "v" + strconv.Itoa(rapid.IntRange(1, size).Draw(t, label))
	if rapid.IntRange(0, 9).Draw(t, label+" case") == 0 {
		value = strings.ToUpper(value)
	}
	return value
}

// value draws what an expression gives or a target holds.
func value(t *rapid.T, label string) any {
	return rapid.SampledFrom([]any{nil, "", "x", "y", true, false, 1, 1.0, int64(2), []any{}, []any{"a", "b"}, []any{"b", "a", "a"}, []any{"c"}}).Draw(t, label)
}

// drawPeople draws the directory. Some people are missing from it: they left,
// or their page was lost.
func (s *situation) drawPeople(t *rapid.T, size int) {
	s.directory.Complete = rapid.IntRange(0, 19).Draw(t, "complete") > 0
	mapsMatch := rapid.IntRange(0, 3).Draw(t, "maps match path") == 0
	// Of every ten: how many are cleanly not selected.
	leaving := rapid.SampledFrom([]int{1, 3, 9}).Draw(t, "leaving")
	for i := 1; i <= size; i++ {
		id := strconv.Itoa(i)
		if rapid.IntRange(0, 7).Draw(t, "absent") == 0 {
			continue
		}
		p := syncer.Person{EmployeeID: id, Account: map[string]any{}, Groups: map[string]string{}}
		switch n := rapid.IntRange(0, 9).Draw(t, "decision"); {
		case n < leaving:
			p.Decision = syncer.NotSelected
		case n == 9:
			p.Reason = "the filter failed"
		default:
			p.Decision = syncer.Selected
		}
		if rapid.IntRange(0, 9).Draw(t, "no match value") > 0 {
			p.MatchValue = pick(t, "match value", s.pool)
		}
		if rapid.IntRange(0, 9).Draw(t, "mapping error") == 0 {
			p.MappingError = "title failed"
		}
		p.Account["title"], p.Account["roles"] = value(t, "title"), value(t, "roles")
		if mapsMatch {
			p.Account[s.rule.MatchPath] = p.MatchValue
		}
		for _, key := range []string{"k1", "k2"} {
			p.Groups[key] = rapid.SampledFrom([]string{"", " ", "A", "B", "C"}).Draw(t, "group")
		}
		if rapid.IntRange(0, 5).Draw(t, "claimed") == 0 {
			s.claims[id] = rapid.SampledFrom([]string{"rule-other", syncer.ClaimUnknown, me}).Draw(t, "claim")
		}
		s.directory.People = append(s.directory.People, p)
		s.people[id] = p
	}
}

// drawTarget draws accounts and groups, ours and foreign, and the links.
func (s *situation) drawTarget(t *rapid.T, size int) {
	w := newWorld()
	s.before = w
	owner := rapid.SampledFrom([]string{me, me, me, me, "rule-other", ""})
	employees := rapid.Permutation(numbers(size)).Draw(t, "linked employees")
	for i := range size {
		id := fmt.Sprintf("u%d", i+1)
		if rapid.IntRange(0, 2).Draw(t, "linked") > 0 {
			w.links[employees[i]] = syncer.Link{EmployeeID: employees[i], AccountID: id, RuleID: owner.Draw(t, "owner"), Origin: syncer.OriginLinked}
		}
		if rapid.IntRange(0, 7).Draw(t, "deleted") == 0 {
			continue
		}
		a := map[string]any{"active": rapid.IntRange(0, 4).Draw(t, "active") > 0, "title": value(t, "title"), "roles": value(t, "roles")}
		if rapid.Bool().Draw(t, "has externalId") {
			a["externalId"] = rapid.SampledFrom(numbers(2*size)).Draw(t, "externalId")
		}
		a[s.rule.MatchPath] = pick(t, "match value", s.pool)
		if s.rule.MatchPath == "emails.value" && rapid.Bool().Draw(t, "two addresses") {
			a[s.rule.MatchPath] = []any{a[s.rule.MatchPath], pick(t, "match value", s.pool)}
		}
		w.accounts[id] = a
	}
	names := rapid.Permutation([]string{"A", "B", "C", "Old"}).Draw(t, "group names")
	for i := range 5 {
		id := fmt.Sprintf("g%d", i+1)
		if i < len(names) && rapid.Bool().Draw(t, "group linked") {
			w.groupLinks[names[i]] = syncer.GroupLink{GroupID: id, Name: names[i], RuleID: owner.Draw(t, "owner"), MappingKey: "k1"}
		}
		if rapid.IntRange(0, 3).Draw(t, "no such group") == 0 {
			continue
		}
		g := &modelGroup{name: rapid.SampledFrom([]string{"A", "B", "C", "Old"}).Draw(t, "displayName"), members: map[string]bool{"stranger": true}}
		if i < len(names) && rapid.IntRange(0, 3).Draw(t, "renamed") > 0 {
			g.name = names[i]
		}
		for account := range size {
			if rapid.IntRange(0, 3).Draw(t, "member") == 0 {
				g.members[fmt.Sprintf("u%d", account+1)] = true
			}
		}
		w.groups[id] = g
	}
}

func numbers(n int) []string {
	list := make([]string, n)
	for i := range list {
		list[i] = strconv.Itoa(i + 1)
	}
	return list
}

// TestDiffHarmsNobody throws random situations at the diff and asserts, from the
// situation alone, what must never happen.
func TestDiffHarmsNobody(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := drawSituation(t)
		snapshot := s.before.snapshot(s.rule, s.directory, s.claims)
		untouched := s.before.snapshot(s.rule, s.directory, s.claims)
		plan, err := syncer.Diff(snapshot)
		if d := cmp.Diff(untouched, snapshot); d != "" {
			t.Fatalf("the diff changed its argument: %s", d)
		}
		var refusal *syncer.RefusalError
		if err != nil {
			if !errors.As(err, &refusal) || plan != nil {
				t.Fatalf("plan %v with error %v", plan, err)
			}
			s.mayRefuse(t, err)
			return
		}
		if !s.directory.Complete || len(s.people) == 0 {
			t.Fatal("planned from a directory that is not whole")
		}
		s.harmless(t, plan)
		s.accounted(t, plan)
		after := s.before.clone()
		after.apply(s.rule, plan)
		s.othersUntouched(t, plan, after)
		s.selectedInPlace(t, plan, after)
		s.groupsExact(t, plan, after)
		s.settles(t, plan, after)
	})
}

// leavers are the people who may be deprovisioned, worked out from scratch.
func (s *situation) leavers() map[string]string {
	leavers := map[string]string{}
	for employee, link := range s.before.links {
		p, seen := s.people[employee]
		account := s.before.accounts[link.AccountID]
		claim := s.claims[employee]
		if seen && p.Decision == syncer.NotSelected && link.RuleID == me && account != nil && account["active"] == true && (claim == "" || claim == me) {
			leavers[employee] = link.AccountID
		}
	}
	return leavers
}

func (s *situation) limit() int {
	linked := 0
	for _, link := range s.before.links {
		if link.RuleID == me && s.before.accounts[link.AccountID] != nil && s.before.accounts[link.AccountID]["active"] == true {
			linked++
		}
	}
	var n int
	switch s.rule.MaxDeprovision {
	case "", "10%":
		n = linked / 10
	case "30%":
		n = linked * 3 / 10
	case "7":
		n = 7
	case "0":
	default:
		n = linked
	}
	return max(5, n)
}

// fold is how match values are compared at the situation's match path.
func (s *situation) fold(value string) string {
	if s.rule.MatchPath == "userName" || s.rule.MatchPath == "emails.value" {
		return strings.ToLower(value)
	}
	return value
}

// hasAccount reports whether an account speaks of the person, by match value or
// by externalId.
func (s *situation) hasAccount(p syncer.Person) bool {
	for _, a := range s.before.accounts {
		values, many := a[s.rule.MatchPath].([]any)
		if !many {
			values = []any{a[s.rule.MatchPath]}
		}
		for _, v := range values {
			if text, _ := v.(string); text != "" && s.fold(text) == s.fold(p.MatchValue) {
				return true
			}
		}
		if s.rule.MatchPath != "externalId" && a["externalId"] == p.EmployeeID {
			return true
		}
	}
	return false
}

func (s *situation) mayRefuse(t *rapid.T, err error) {
	if !s.directory.Complete || len(s.people) == 0 {
		return
	}
	if slices.Contains(s.rule.Operations, "deprovision") && len(s.leavers()) > s.limit() {
		return
	}
	t.Fatalf("refused without need: %v", err)
}

func (s *situation) harmless(t *rapid.T, plan *syncer.Plan) {
	leavers, deprovisioned := s.leavers(), 0
	ownerOf := map[string]syncer.Link{}
	for _, link := range s.before.links {
		ownerOf[link.AccountID] = link
	}
	employees, accounts := map[string]bool{}, map[string]bool{}
	same := map[string]int{}
	for _, p := range s.people {
		if p.Decision == syncer.Selected && p.MatchValue != "" {
			same[s.fold(p.MatchValue)]++
		}
	}
	for _, o := range plan.Operations {
		p, seen := s.people[o.EmployeeID]
		switch {
		case !seen:
			t.Fatalf("operation on an employee nobody saw: %+v", o)
		case p.Decision == syncer.Undecided:
			t.Fatalf("operation on an employee who was not decided: %+v", o)
		case p.Decision == syncer.Selected && p.MappingError != "":
			t.Fatalf("operation on an employee who was not mapped: %+v", o)
		case p.Decision == syncer.Selected && same[s.fold(p.MatchValue)] > 1:
			t.Fatalf("operation on an employee whose match value is not unique: %+v", o)
		case o.Kind == syncer.KindProvision && s.hasAccount(p):
			t.Fatalf("a second account: %+v", o)
		case employees[o.EmployeeID] || o.AccountID != "" && accounts[o.AccountID]:
			t.Fatalf("second operation: %+v", o)
		}
		employees[o.EmployeeID], accounts[o.AccountID] = true, true
		if link, linked := ownerOf[o.AccountID]; linked && (link.EmployeeID != o.EmployeeID || link.RuleID != "" && link.RuleID != me) {
			t.Fatalf("operation on an account of %+v: %+v", link, o)
		}
		allowed := map[syncer.Kind]gatewayapi.SyncOperation{
			syncer.KindProvision: "provision", syncer.KindUpdate: "update", syncer.KindDeactivate: "deprovision", syncer.KindDelete: "deprovision",
		}
		if operation, needs := allowed[o.Kind]; needs && !slices.Contains(s.rule.Operations, operation) {
			t.Fatalf("operation that the rule may not do: %+v", o)
		}
		switch o.Kind {
		case syncer.KindDeactivate, syncer.KindDelete:
			deprovisioned++
			if leavers[o.EmployeeID] != o.AccountID {
				t.Fatalf("deprovisions who must stay: %+v", o)
			}
			if (o.Kind == syncer.KindDelete) != (s.rule.DeprovisionMode == "delete") {
				t.Fatalf("wrong way to deprovision: %+v", o)
			}
		default:
			if o.Attributes["active"] == false {
				t.Fatalf("deactivates without saying so: %+v", o)
			}
		}
	}
	if deprovisioned > s.limit() {
		t.Fatalf("%d deprovisioned, guard is %d", deprovisioned, s.limit())
	}
}

// accounted asserts that everybody whom the rule concerns is told of once.
func (s *situation) accounted(t *rapid.T, plan *syncer.Plan) {
	concerned := 0
	for id, p := range s.people {
		if p.Decision != syncer.NotSelected || s.before.links[id].RuleID == me {
			concerned++
		}
	}
	for id, link := range s.before.links {
		if _, seen := s.people[id]; !seen && link.RuleID == me {
			concerned++
		}
	}
	told := len(plan.Operations) + plan.Unchanged
	names := map[string]bool{}
	for _, item := range plan.Items {
		if item.GroupName != "" {
			continue
		}
		told++
		if names[item.EmployeeID] || item.Message == "" {
			t.Fatalf("told twice or without reason: %+v", item)
		}
		names[item.EmployeeID] = true
	}
	if told != concerned {
		t.Fatalf("the rule concerns %d people, the plan tells of %d", concerned, told)
	}
	counts := plan.Counts()
	if sum := counts.Provisioned + counts.Updated + counts.Linked + counts.Deprovisioned + counts.Unchanged + counts.Skipped + counts.Failed; sum != told+len(plan.Items)-len(names) {
		t.Fatalf("counts %+v do not add up to %d", counts, told)
	}
}

// protected reports whether this run must leave all of an account alone.
func (s *situation) protected(account string) bool {
	for employee, link := range s.before.links {
		if link.AccountID != account {
			continue
		}
		p, seen := s.people[employee]
		return !seen || p.Decision == syncer.Undecided || p.Decision == syncer.Selected && p.MappingError != "" || link.RuleID != me && link.RuleID != ""
	}
	return false
}

func (s *situation) othersUntouched(t *rapid.T, plan *syncer.Plan, after *world) {
	touched := map[string]bool{}
	for _, o := range plan.Operations {
		touched[o.AccountID] = true
	}
	for id, account := range s.before.accounts {
		if touched[id] && s.protected(id) {
			t.Fatalf("touched account %s", id)
		}
		if d := cmp.Diff(account, after.accounts[id]); d != "" && !touched[id] {
			t.Fatalf("account %s changed without an operation: %s", id, d)
		}
	}
	for id, group := range s.before.groups {
		for account := range group.members {
			ours := false
			for employee, link := range after.links {
				before := s.before.links[employee]
				ours = ours || link.AccountID == account && link.RuleID == me || before.AccountID == account && before.RuleID == me
			}
			for employee, link := range s.before.links {
				ours = ours || link.AccountID == account && link.RuleID == me && after.links[employee].AccountID == ""
			}
			if (s.protected(account) || !ours) && !after.groups[id].members[account] {
				t.Fatalf("account %s, which is not ours or not decided, was taken out of group %s", account, id)
			}
		}
	}
	for name, link := range s.before.groupLinks {
		if link.RuleID == me || link.RuleID == "" {
			continue
		}
		if d := cmp.Diff(link, after.groupLinks[name]); d != "" {
			t.Fatalf("group link of another rule: %s", d)
		}
		if g := s.before.groups[link.GroupID]; g != nil && !maps.Equal(g.members, after.groups[link.GroupID].members) {
			t.Fatalf("group of another rule changed: %s", name)
		}
	}
}

// withItem returns the employees and group names that the plan does nothing for.
func withItem(plan *syncer.Plan) (people, groups map[string]bool) {
	people, groups = map[string]bool{}, map[string]bool{}
	for _, item := range plan.Items {
		if item.GroupName != "" {
			groups[item.GroupName] = true
		} else {
			people[item.EmployeeID] = true
		}
	}
	return people, groups
}

func (s *situation) selectedInPlace(t *rapid.T, plan *syncer.Plan, after *world) {
	excused, _ := withItem(plan)
	mayUpdate := slices.Contains(s.rule.Operations, "update")
	for id, p := range s.people {
		if p.Decision != syncer.Selected || excused[id] {
			continue
		}
		link := after.links[id]
		account := after.accounts[link.AccountID]
		if link.RuleID != me || account == nil {
			t.Fatalf("selected employee %s has no account of this rule: %+v", id, link)
		}
		if _, existed := s.before.accounts[link.AccountID]; existed && !mayUpdate {
			continue
		}
		if account["active"] != true {
			t.Fatalf("account of selected employee %s is not active", id)
		}
		for path, want := range p.Account {
			if a, b := plain(want), plain(account[path]); a != b {
				t.Fatalf("employee %s: %s is %s, want %s", id, path, b, a)
			}
		}
	}
}

// plain writes a value so that equal ones look equal.
func plain(value any) string {
	switch v := value.(type) {
	case []any:
		set := map[string]bool{}
		for _, e := range v {
			set[plain(e)] = true
		}
		if len(set) == 0 {
			return "nothing"
		}
		return fmt.Sprint(slices.Sorted(maps.Keys(set)))
	case nil:
		return "nothing"
	case string:
		if v == "" {
			return "nothing"
		}
		return strconv.Quote(v)
	}
	return fmt.Sprint(value)
}

// groupsExact asserts that the groups of this rule hold exactly its mapped
// people, and whoever is none of its business.
func (s *situation) groupsExact(t *rapid.T, plan *syncer.Plan, after *world) {
	excused, excusedGroups := withItem(plan)
	for id, p := range s.people {
		for _, name := range p.Groups {
			if p.Decision != syncer.Selected || excused[id] || strings.TrimSpace(name) == "" || excusedGroups[name] {
				continue
			}
			link, ok := after.groupLinks[name]
			if !ok || link.RuleID != me || after.groups[link.GroupID] == nil {
				t.Fatalf("group %s of employee %s does not exist or is not ours", name, id)
			}
		}
	}
	for name, groupLink := range after.groupLinks {
		group := after.groups[groupLink.GroupID]
		if groupLink.RuleID != me || group == nil || excusedGroups[name] {
			continue
		}
		for _, o := range plan.Operations {
			if o.Kind == syncer.KindHandOver && group.members[o.AccountID] && s.before.accounts[o.AccountID] != nil {
				t.Fatalf("employee %s was handed over and left in group %s", o.EmployeeID, name)
			}
		}
		for employee, link := range after.links {
			p := s.people[employee]
			if link.RuleID != me || after.accounts[link.AccountID] == nil || s.protected(link.AccountID) {
				continue
			}
			failed := p.Decision == syncer.Selected && excused[employee] && !slices.ContainsFunc(plan.Items, func(i syncer.Item) bool {
				return i.EmployeeID == employee && i.Status == gatewayapi.ItemSkipped
			})
			if failed || p.Decision == syncer.NotSelected && s.claims[employee] == syncer.ClaimUnknown {
				continue
			}
			want := p.Decision == syncer.Selected && slices.Contains(slices.Collect(maps.Values(p.Groups)), name)
			if group.members[link.AccountID] != want {
				t.Fatalf("employee %s in group %s: %t, want %t", employee, name, !want, want)
			}
		}
		if before := s.before.groups[groupLink.GroupID]; before != nil && before.members["stranger"] != group.members["stranger"] {
			t.Fatalf("a stranger was taken out of group %s", name)
		}
	}
}

// settles asserts that a second run has nothing to do. Only where the first run
// freed a match value (by renaming or deleting an account) may people who had to
// wait for it follow, and that comes to an end.
func (s *situation) settles(t *rapid.T, first *syncer.Plan, after *world) {
	waiting, _ := withItem(first)
	frees := s.rule.DeprovisionMode == "delete"
	for _, p := range s.people {
		_, maps := p.Account[s.rule.MatchPath]
		frees = frees || maps
	}
	for range len(s.people) + 2 {
		again, err := syncer.Diff(after.snapshot(s.rule, s.directory, s.claims))
		if err != nil {
			t.Fatalf("second run: %v", err)
		}
		if again.Empty() {
			return
		}
		if !frees {
			t.Fatalf("a second run is not empty: %+v %+v", again.Operations, again.Groups)
		}
		for _, o := range again.Operations {
			if !waiting[o.EmployeeID] {
				t.Fatalf("a second run touches one who was in order: %+v", o)
			}
		}
		after.apply(s.rule, again)
	}
	t.Fatal("runs never come to rest")
}
