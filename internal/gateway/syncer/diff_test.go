package syncer_test

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/personio-community/terraform-provider-personio/internal/gateway/syncer"
	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
)

var everything = []gatewayapi.SyncOperation{"provision", "update", "deprovision", "link"}

// scene is a snapshot that a case changes: employee 1 is selected and linked to
// account a1, which is as it should be.
func scene() syncer.Snapshot {
	return syncer.Snapshot{
		Rule:      syncer.Rule{ID: me, Operations: everything, MatchPath: "userName", MaxDeprovision: "10%"},
		Directory: syncer.Directory{Complete: true, People: []syncer.Person{selected("1", "ann@example.com")}},
		Contents:  syncer.Contents{Complete: true, Accounts: []syncer.Account{account("a1", "ann@example.com")}},
		Links:     []syncer.Link{{EmployeeID: "1", AccountID: "a1", RuleID: me, Origin: syncer.OriginProvisioned}},
	}
}

func selected(id, match string) syncer.Person {
	return syncer.Person{EmployeeID: id, Decision: syncer.Selected, MatchValue: match, Account: map[string]any{"title": "Nurse"}}
}

func account(id string, match ...string) syncer.Account {
	return syncer.Account{ID: id, Active: true, MatchValues: match, Attributes: map[string]any{"title": "Nurse"}}
}

func without(operation gatewayapi.SyncOperation) []gatewayapi.SyncOperation {
	var rest []gatewayapi.SyncOperation
	for _, o := range everything {
		if o != operation {
			rest = append(rest, o)
		}
	}
	return rest
}

// brief writes a plan in one line: operations, items, unchanged.
func brief(p *syncer.Plan) string {
	var out []string
	for _, o := range p.Operations {
		out = append(out, strings.TrimSpace(fmt.Sprintf("%s %s %s", o.Kind, o.EmployeeID, o.AccountID)))
	}
	for _, g := range p.Groups {
		var removed []string
		for _, m := range g.Remove {
			removed = append(removed, m.AccountID)
		}
		out = append(out, fmt.Sprintf("group %s(%s) +%v -%v", g.Name, g.GroupID, g.Add, removed))
	}
	for _, i := range p.Items {
		out = append(out, fmt.Sprintf("%s %s%s", i.Status, i.EmployeeID, i.GroupName))
	}
	if p.Unchanged > 0 {
		out = append(out, fmt.Sprintf("unchanged %d", p.Unchanged))
	}
	return strings.Join(out, "; ")
}

func TestDiffPeople(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		change  func(s *syncer.Snapshot)
		want    string
		message string // part of the one item's message
	}{
		"in order":           {func(*syncer.Snapshot) {}, "unchanged 1", ""},
		"attribute differs":  {func(s *syncer.Snapshot) { s.Contents.Accounts[0].Attributes["title"] = "Doctor" }, "update 1 a1", ""},
		"inactive":           {func(s *syncer.Snapshot) { s.Contents.Accounts[0].Active = false }, "update 1 a1", ""},
		"inactive, no right": {func(s *syncer.Snapshot) { s.Contents.Accounts[0].Active, s.Rule.Operations = false, without("update") }, "SKIPPED 1", "update is not among"},
		"account gone":       {func(s *syncer.Snapshot) { s.Contents.Accounts = nil }, "provision 1", ""},
		"account gone, another has the match value": {
			func(s *syncer.Snapshot) { s.Contents.Accounts[0].ID = "a2" },
			"link 1 a2", "",
		},
		"account gone, no match value": {
			func(s *syncer.Snapshot) { s.Contents.Accounts, s.Directory.People[0].MatchValue = nil, "" },
			"FAILED 1", "no match value",
		},
		"linked by another rule":     {func(s *syncer.Snapshot) { s.Links[0].RuleID = "rule-b" }, "SKIPPED 1", "sync rule rule-b"},
		"link of a destroyed rule":   {func(s *syncer.Snapshot) { s.Links[0].RuleID = "" }, "link 1 a1", ""},
		"the same without any right": {func(s *syncer.Snapshot) { s.Links[0].RuleID, s.Rule.Operations = "", nil }, "link 1 a1", ""},
		"no link, no account":        {func(s *syncer.Snapshot) { s.Links, s.Contents.Accounts = nil, nil }, "provision 1", ""},
		"provision not allowed": {
			func(s *syncer.Snapshot) {
				s.Links, s.Contents.Accounts, s.Rule.Operations = nil, nil, without("provision")
			},
			"SKIPPED 1", "provision is not among",
		},
		"no link, one account":        {func(s *syncer.Snapshot) { s.Links = nil }, "link 1 a1", ""},
		"match value in another case": {func(s *syncer.Snapshot) { s.Links = nil; s.Directory.People[0].MatchValue = "ANN@example.com" }, "link 1 a1", ""},
		"link not allowed":            {func(s *syncer.Snapshot) { s.Links, s.Rule.Operations = nil, without("link") }, "SKIPPED 1", "link is not among"},
		"made by a run that then died": {func(s *syncer.Snapshot) {
			s.Links, s.Rule.Operations, s.Contents.Accounts[0].ExternalID = nil, without("link"), "1"
		}, "link 1 a1", ""},
		"account of another employee": {
			func(s *syncer.Snapshot) { s.Links[0].EmployeeID, s.Links[0].RuleID = "7", "rule-b" },
			"FAILED 1", "linked to employee 7",
		},
		"two accounts": {
			func(s *syncer.Snapshot) {
				s.Links = nil
				s.Contents.Accounts = append(s.Contents.Accounts, account("a2", "Ann@Example.com"))
			},
			"FAILED 1", "a1, a2",
		},
		"externalId without match value": {
			func(s *syncer.Snapshot) {
				s.Links, s.Contents.Accounts[0].ExternalID, s.Contents.Accounts[0].MatchValues = nil, "1", []string{"old@example.com"}
			},
			"FAILED 1", "account a1 has this employee's externalId",
		},
		"same match value": {
			func(s *syncer.Snapshot) {
				s.Directory.People = append(s.Directory.People, selected("2", "Ann@example.com"))
			},
			"FAILED 1; FAILED 2", "",
		},
		"one account, two people": {
			func(s *syncer.Snapshot) {
				s.Rule.MatchPath, s.Links, s.Contents.Accounts[0].MatchValues = "emails.value", nil, []string{"ann@example.com", "bob@example.com"}
				s.Directory.People = append(s.Directory.People, selected("2", "bob@example.com"))
			},
			"FAILED 1; FAILED 2", "",
		},
		"mapping failed": {func(s *syncer.Snapshot) { s.Directory.People[0].MappingError = "title: bad" }, "FAILED 1", "title: bad"},
		"not decided":    {func(s *syncer.Snapshot) { s.Directory.People[0].Decision = syncer.Undecided }, "FAILED 1", "not decided"},
		"not seen": {
			func(s *syncer.Snapshot) {
				s.Links[0].EmployeeID = "9"
				s.Directory.People[0].Decision = syncer.NotSelected
			},
			"SKIPPED 9", "not in the directory",
		},
		"leaves": {func(s *syncer.Snapshot) { s.Directory.People[0].Decision = syncer.NotSelected }, "deactivate 1 a1", ""},
		"leaves, delete": {
			func(s *syncer.Snapshot) {
				s.Directory.People[0].Decision, s.Rule.DeprovisionMode = syncer.NotSelected, "delete"
			},
			"delete 1 a1", "",
		},
		"leaves, not allowed": {
			func(s *syncer.Snapshot) {
				s.Directory.People[0].Decision, s.Rule.Operations = syncer.NotSelected, without("deprovision")
			},
			"SKIPPED 1", "deprovision is not among",
		},
		"left before": {
			func(s *syncer.Snapshot) {
				s.Directory.People[0].Decision, s.Contents.Accounts[0].Active = syncer.NotSelected, false
			},
			"unchanged 1", "",
		},
		"left, account gone": {
			func(s *syncer.Snapshot) {
				s.Directory.People[0].Decision, s.Contents.Accounts = syncer.NotSelected, nil
			},
			"unchanged 1", "",
		},
		"deleted, not recorded": {
			func(s *syncer.Snapshot) {
				s.Directory.People[0].Decision, s.Contents.Accounts, s.Rule.DeprovisionMode = syncer.NotSelected, nil, "delete"
			},
			"forget 1 a1", "",
		},
		"leaves for another rule": {
			func(s *syncer.Snapshot) {
				s.Directory.People[0].Decision, s.OtherClaims = syncer.NotSelected, map[string]string{"1": "rule-b"}
			},
			"hand over 1 a1", "",
		},
		"perhaps for another rule": {
			func(s *syncer.Snapshot) {
				s.Directory.People[0].Decision, s.OtherClaims = syncer.NotSelected, map[string]string{"1": syncer.ClaimUnknown}
			},
			"SKIPPED 1", "could not decide",
		},
		"never ours": {
			func(s *syncer.Snapshot) { s.Directory.People[0].Decision, s.Links = syncer.NotSelected, nil },
			"", "",
		},
		"another rule's leaver": {
			func(s *syncer.Snapshot) {
				s.Directory.People[0].Decision, s.Links[0].RuleID = syncer.NotSelected, "rule-b"
			},
			"", "",
		},
		"a destroyed rule's leaver": {
			func(s *syncer.Snapshot) { s.Directory.People[0].Decision, s.Links[0].RuleID = syncer.NotSelected, "" },
			"", "",
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := scene()
			c.change(&s)
			plan, err := syncer.Diff(s)
			if err != nil {
				t.Fatal(err)
			}
			if got := brief(plan); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
			if c.message != "" && (len(plan.Items) != 1 || !strings.Contains(plan.Items[0].Message, c.message)) {
				t.Errorf("items %+v lack %q", plan.Items, c.message)
			}
			for _, item := range plan.Items {
				if strings.Contains(strings.ToLower(item.Message), "ann@") {
					t.Errorf("a message shows an attribute: %s", item.Message)
				}
			}
		})
	}
}

func TestDiffAttributes(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		mapping map[string]any
		path    string
		want    map[string]any
	}{
		"by itself":          {nil, "userName", map[string]any{"active": true, "externalId": "1", "userName": "ann@example.com"}},
		"null is left out":   {map[string]any{"title": nil, "nickName": ""}, "userName", map[string]any{"active": true, "externalId": "1", "userName": "ann@example.com"}},
		"mapped externalId":  {map[string]any{"externalId": "X1"}, "userName", map[string]any{"active": true, "externalId": "X1", "userName": "ann@example.com"}},
		"mapped, other case": {map[string]any{"USERNAME": "ann"}, "userName", map[string]any{"active": true, "externalId": "1", "USERNAME": "ann"}},
		"externalId matches": {nil, "externalId", map[string]any{"active": true, "externalId": "ann@example.com"}},
		"mapped e-mail": {
			map[string]any{`emails[type eq "work"].value`: "a@b", "userName": "a"},
			"emails.value",
			map[string]any{"active": true, "externalId": "1", `emails[type eq "work"].value`: "a@b", "userName": "a"},
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := scene()
			s.Links, s.Contents.Accounts = nil, nil
			s.Rule.MatchPath, s.Directory.People[0].Account = c.path, c.mapping
			plan, err := syncer.Diff(s)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(c.want, plan.Operations[0].Attributes); d != "" {
				t.Error(d)
			}
		})
	}
}

// TestDiffValues compares one attribute: what the mapping gives with what the
// target holds.
func TestDiffValues(t *testing.T) {
	t.Parallel()
	number := jsonNumber
	cases := []struct {
		want, has any
		changes   map[string]any
	}{
		{"a", "a", nil},
		{"a", "A", map[string]any{"x": "a"}},
		{nil, nil, nil},
		{nil, "", nil},
		{"", nil, nil},
		{nil, []any{}, nil},
		{nil, map[string]any{"a": nil}, nil},
		{nil, "a", map[string]any{"x": nil}},
		{"", "a", map[string]any{"x": nil}},
		{true, true, nil},
		{true, "True", nil},
		{false, "True", map[string]any{"x": false}},
		{"true", true, map[string]any{"x": "true"}},
		{false, nil, map[string]any{"x": false}},
		{int64(1), number("1.0"), nil},
		{1.5, number("15e-1"), nil},
		{int64(1), "1", map[string]any{"x": int64(1)}},
		{int64(9007199254740993), number("9007199254740992"), map[string]any{"x": int64(9007199254740993)}},
		{1e300, number("1e300"), nil},
		{int64(1), number("1e999999999"), map[string]any{"x": int64(1)}},
		{[]any{"a", "b"}, []any{"b", "a", "b"}, nil},
		{[]any{"a", nil}, []any{"a"}, nil},
		{[]any{"1"}, []any{number("1")}, map[string]any{"x": []any{"1"}}},
		{[]any{int64(1)}, []any{number("1")}, nil},
		{[]any{map[string]any{"v": int64(1)}}, []any{map[string]any{"v": "1"}}, map[string]any{"x": []any{map[string]any{"v": int64(1)}}}},
		{[]any{"a"}, []any{"a", "b"}, map[string]any{"x": []any{"a"}}},
	}
	for i, c := range cases {
		t.Run(strconv.Itoa(i), func(t *testing.T) {
			t.Parallel()
			s := scene()
			s.Directory.People[0].Account = map[string]any{"x": c.want}
			s.Contents.Accounts[0].Attributes["x"] = c.has
			plan, err := syncer.Diff(s)
			if err != nil {
				t.Fatal(err)
			}
			var got map[string]any
			if len(plan.Operations) > 0 {
				got = plan.Operations[0].Attributes
			}
			if d := cmp.Diff(c.changes, got); d != "" {
				t.Errorf("%v over %v: %s", c.want, c.has, d)
			}
		})
	}
}

func TestDiffRefuses(t *testing.T) {
	t.Parallel()
	cases := map[string]struct {
		change func(s *syncer.Snapshot)
		want   string
	}{
		"incomplete directory": {func(s *syncer.Snapshot) { s.Directory.Complete = false }, "list of employees is incomplete"},
		"empty directory":      {func(s *syncer.Snapshot) { s.Directory.People = nil }, "list of employees is empty"},
		"incomplete target":    {func(s *syncer.Snapshot) { s.Contents.Complete = false }, "target's list of accounts or groups is incomplete"},
		"employee twice":       {func(s *syncer.Snapshot) { s.Directory.People = append(s.Directory.People, selected("1", "x")) }, "employee in the directory 1 occurs twice"},
		"account twice":        {func(s *syncer.Snapshot) { s.Contents.Accounts = append(s.Contents.Accounts, account("a1")) }, "account in the target a1 occurs twice"},
		"account without id":   {func(s *syncer.Snapshot) { s.Contents.Accounts[0].ID = "" }, "has no id"},
		"account linked twice": {
			func(s *syncer.Snapshot) {
				s.Links = append(s.Links, syncer.Link{EmployeeID: "2", AccountID: "a1", RuleID: me})
			},
			"linked account a1 occurs twice",
		},
		"group name linked twice": {
			func(s *syncer.Snapshot) {
				s.GroupLinks = []syncer.GroupLink{{GroupID: "g1", Name: "Anns Team"}, {GroupID: "g2", Name: "Anns Team"}}
			},
			"name of a linked group (not shown)",
		},
		"mapping deactivates": {func(s *syncer.Snapshot) { s.Directory.People[0].Account["Active"] = false }, `sets "Active"`},
		"mapping deactivates by URN": {
			func(s *syncer.Snapshot) {
				s.Directory.People[0].Account["urn:ietf:params:scim:schemas:core:2.0:User:active"] = false
			},
			"attribute_mapping sets",
		},
		"mode":          {func(s *syncer.Snapshot) { s.Rule.DeprovisionMode = "archive" }, `"archive"`},
		"guard":         {func(s *syncer.Snapshot) { s.Rule.MaxDeprovision = "-1" }, `max_deprovision "-1"`},
		"no rule id":    {func(s *syncer.Snapshot) { s.Rule.ID = "" }, "no id"},
		"no match path": {func(s *syncer.Snapshot) { s.Rule.MatchPath = "" }, "no match path"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := scene()
			c.change(&s)
			plan, err := syncer.Diff(s)
			if _, ok := errors.AsType[*syncer.RefusalError](err); !ok || plan != nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("plan %v, error %v, want one with %q", plan, err, c.want)
			}
		})
	}
}

func TestDiffGuard(t *testing.T) {
	t.Parallel()
	cases := []struct {
		guard           string
		linked, leaving int
		refused         bool
	}{
		{"10%", 100, 10, false},
		{"10%", 100, 11, true},
		{"10%", 109, 10, false},
		{"10%", 109, 11, true},
		{"", 100, 11, true},
		{"10%", 20, 5, false},
		{"10%", 20, 6, true},
		{"0", 20, 5, false},
		{"0", 20, 6, true},
		{"0%", 20, 6, true},
		{"25", 100, 25, false},
		{"25", 100, 26, true},
		{"100%", 40, 40, false},
		{"999999999%", 40, 40, false},
		{"999999999", 40, 40, false},
	}
	for _, c := range cases {
		t.Run(fmt.Sprintf("%s of %d, %d leave", c.guard, c.linked, c.leaving), func(t *testing.T) {
			t.Parallel()
			s := scene()
			s.Rule.MaxDeprovision = c.guard
			s.Directory.People, s.Contents.Accounts, s.Links = nil, nil, nil
			const goneBefore = 1000 // They are no part of the share.
			for i := range c.linked + goneBefore {
				p := selected(strconv.Itoa(i+1), fmt.Sprintf("p%d@example.com", i))
				if i < c.leaving || i >= c.linked {
					p.Decision = syncer.NotSelected
				}
				id := fmt.Sprintf("a%d", i)
				a := account(id, p.MatchValue)
				a.Active = i < c.linked
				s.Directory.People = append(s.Directory.People, p)
				s.Contents.Accounts = append(s.Contents.Accounts, a)
				s.Links = append(s.Links, syncer.Link{EmployeeID: p.EmployeeID, AccountID: id, RuleID: me})
			}
			plan, err := syncer.Diff(s)
			if (err != nil) != c.refused {
				t.Fatalf("refused: %v", err)
			}
			if c.refused {
				for _, number := range []int{c.linked, c.leaving} {
					if !strings.Contains(err.Error(), strconv.Itoa(number)) {
						t.Errorf("%v does not say %d", err, number)
					}
				}
			} else if got := plan.Counts().Deprovisioned; got != c.leaving {
				t.Errorf("%d are deprovisioned, want %d", got, c.leaving)
			}
		})
	}
}

func TestDiffGroups(t *testing.T) {
	t.Parallel()
	mine := syncer.GroupLink{GroupID: "g1", Name: "IT", RuleID: me, MappingKey: "k1"}
	group := func(members ...string) []syncer.Group {
		return []syncer.Group{{ID: "g1", Name: "IT", Members: members}}
	}
	in := func(s *syncer.Snapshot, names ...string) {
		s.Directory.People[0].Groups = map[string]string{}
		for i, name := range names {
			s.Directory.People[0].Groups[fmt.Sprintf("k%d", i+1)] = name
		}
	}
	cases := map[string]struct {
		change func(s *syncer.Snapshot)
		want   string
	}{
		"new":         {func(s *syncer.Snapshot) { in(s, "IT") }, "group IT() +[1] -[]; unchanged 1"},
		"no name":     {func(s *syncer.Snapshot) { in(s, "", " ") }, "unchanged 1"},
		"shared name": {func(s *syncer.Snapshot) { in(s, "IT", "IT") }, "group IT() +[1] -[]; unchanged 1"},
		"in order": {func(s *syncer.Snapshot) {
			in(s, "IT")
			s.GroupLinks = append(s.GroupLinks, mine)
			s.Contents.Groups = group("a1", "x")
		}, "unchanged 1"},
		"joins": {func(s *syncer.Snapshot) {
			in(s, "IT")
			s.GroupLinks = append(s.GroupLinks, mine)
			s.Contents.Groups = group("x")
		}, "group IT(g1) +[1] -[]; unchanged 1"},
		"nobody any more": {
			func(s *syncer.Snapshot) {
				s.GroupLinks = append(s.GroupLinks, mine)
				s.Contents.Groups = group("a1", "x", "a1")
			},
			"group IT(g1) +[] -[a1]; unchanged 1",
		},
		"not decided stays": {
			func(s *syncer.Snapshot) {
				s.Directory.People[0].Decision = syncer.Undecided
				s.GroupLinks, s.Contents.Groups = append(s.GroupLinks, mine), group("a1")
			},
			"FAILED 1",
		},
		"leaver goes": {
			func(s *syncer.Snapshot) {
				in(s, "IT")
				s.Directory.People[0].Decision = syncer.NotSelected
				s.GroupLinks, s.Contents.Groups = append(s.GroupLinks, mine), group("a1")
			},
			"deactivate 1 a1; group IT(g1) +[] -[a1]; unchanged 0",
		},
		"exists, not ours": {func(s *syncer.Snapshot) { in(s, "IT"); s.Contents.Groups = group() }, "FAILED IT; unchanged 1"},
		"adopted": {
			func(s *syncer.Snapshot) {
				in(s, "IT")
				s.Rule.AdoptGroups = map[string]bool{"k1": true}
				s.Contents.Groups = group("a1")
			},
			"group IT(g1) +[] -[]; unchanged 1",
		},
		"two of that name": {
			func(s *syncer.Snapshot) {
				in(s, "IT")
				s.Rule.AdoptGroups = map[string]bool{"k1": true}
				s.Contents.Groups = append(group(), syncer.Group{ID: "g2", Name: "IT"})
			},
			"FAILED IT; unchanged 1",
		},
		"another rule's": {
			func(s *syncer.Snapshot) {
				in(s, "IT")
				other := mine
				other.RuleID = "rule-b"
				s.GroupLinks, s.Contents.Groups = append(s.GroupLinks, other), group("a1")
			},
			"SKIPPED IT; unchanged 1",
		},
		"another rule's, renamed": {
			func(s *syncer.Snapshot) {
				in(s, "IT")
				other := mine
				other.RuleID, other.Name = "rule-b", "Computing"
				s.GroupLinks, s.Contents.Groups = append(s.GroupLinks, other), group("a1")
			},
			"SKIPPED IT; unchanged 1",
		},
		"a destroyed rule's": {
			func(s *syncer.Snapshot) {
				in(s, "IT")
				old := mine
				old.RuleID = ""
				s.GroupLinks, s.Contents.Groups = append(s.GroupLinks, old), group("a1")
			},
			"group IT(g1) +[] -[]; unchanged 1",
		},
		"deleted in the target": {
			func(s *syncer.Snapshot) { in(s, "IT"); s.GroupLinks = append(s.GroupLinks, mine) },
			"group IT() +[1] -[]; unchanged 1",
		},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := scene()
			c.change(&s)
			plan, err := syncer.Diff(s)
			if err != nil {
				t.Fatal(err)
			}
			if got, want := brief(plan), strings.TrimSuffix(c.want, "; unchanged 0"); got != want {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
}

// TestDiffKnowsItsGroup lets a run die after it created a group and before it
// could record it.
func TestDiffKnowsItsGroup(t *testing.T) {
	t.Parallel()
	s := scene()
	s.Directory.People[0].Groups = map[string]string{"k1": "IT"}
	first, err := syncer.Diff(s)
	if err != nil {
		t.Fatal(err)
	}
	s.Contents.Groups = []syncer.Group{{ID: "g1", Name: "IT", ExternalID: first.Groups[0].ExternalID, Members: []string{"a1"}}}
	second, err := syncer.Diff(s)
	if err != nil {
		t.Fatal(err)
	}
	if got := brief(second); got != "group IT(g1) +[] -[]; unchanged 1" || !second.Groups[0].SaveLink {
		t.Errorf("got %q", got)
	}
}
