package syncer_test

import (
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/personio-community/terraform-provider-personio/internal/gateway/scim"
	"github.com/personio-community/terraform-provider-personio/internal/gateway/syncer"
	"github.com/personio-community/terraform-provider-personio/internal/gateway/upstream"
	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
	"github.com/personio-community/terraform-provider-personio/internal/personio"
	"github.com/personio-community/terraform-provider-personio/internal/sandbox"
	"github.com/personio-community/terraform-provider-personio/internal/sandbox/company"
	scimserver "github.com/personio-community/terraform-provider-personio/internal/sandbox/scim"
)

// house is an engine between the sandbox's Personio and its SCIM server.
type house struct {
	t          testing.TB
	box        *sandbox.Sandbox
	credential sandbox.Credential
	target     *scimserver.Target
	journal    *journal
	engine     *syncer.Engine
	in         syncer.Input
}

func newHouse(t testing.TB, persons int) *house {
	t.Helper()
	h := &house{t: t, box: sandbox.New(sandbox.Options{Persons: persons, Seed: 3}), target: scimserver.New(scimserver.Options{Token: "token"}), journal: newJournal()}
	h.credential = h.box.AddCredential(sandbox.Credential{})
	personioServer, targetServer := httptest.NewServer(h.box.Handler()), httptest.NewServer(h.target.Handler())
	t.Cleanup(personioServer.Close)
	t.Cleanup(targetServer.Close)
	client, err := personio.New(personio.Config{
		BaseURL: personioServer.URL, ClientID: h.credential.ClientID, ClientSecret: h.credential.ClientSecret, MaxRequestsPerSecond: -1, MaxRetries: -1,
	})
	if err != nil {
		t.Fatal(err)
	}
	scimClient, err := scim.New(scim.Config{BaseURL: targetServer.URL, Token: "token", MaxRetries: -1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(scimClient.CloseIdleConnections)
	h.engine = &syncer.Engine{Source: syncer.FromUpstream(upstream.New(client, time.Now)), Target: scimClient, Journal: h.journal}
	h.in = syncer.Input{
		RuleID: me, Now: day, Readable: syncer.Readable{All: true},
		Rule: gatewayapi.SyncRuleConfig{
			Filter: "status in ['active', 'onboarding', 'leave'] && employment_type == 'internal' && email != null",
			Match:  gatewayapi.SyncMatch{Employee: "email", Account: "userName"},
			AttributeMapping: map[string]string{
				"name.givenName": "first_name", "name.familyName": "last_name", "title": "position", "preferredLanguage": "'de'",
				`emails[type eq "work"].value`:                                          "email",
				"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department": "department",
			},
			GroupMapping: map[string]gatewayapi.SyncGroupMapping{
				"department": {Name: "'Abteilung ' + department"},
				"supervisor": {Name: "supervisor.first_name + ' ' + supervisor.last_name + 's Team'"},
			},
			Operations: everything, DeprovisionMode: "deactivate", MaxDeprovision: "10%",
		},
	}
	return h
}

func (h *house) run(want gatewayapi.SyncRunStatus) syncer.Result {
	h.t.Helper()
	result, err := h.engine.Run(h.t.Context(), h.in)
	if err != nil || result.Status != want {
		h.t.Fatalf("%+v, %v\n%s", result, err, h.journal.messages())
	}
	return result
}

// isSelected reports whether the rule is about a person.
func isSelected(p *company.Person) bool {
	return slices.Contains([]string{"active", "onboarding", "leave"}, p.Employment.Status) && p.Employment.Type == "internal" && p.Email != ""
}

// wantTarget asserts accounts, groups and members, worked out from the company.
func (h *house) wantTarget() {
	h.t.Helper()
	org := h.box.Company().Organisation()
	departments, names := map[int]string{}, map[int]string{}
	for _, d := range org.Departments {
		departments[d.ID] = d.Name
	}
	for _, p := range h.box.Company().People() {
		names[p.ID] = p.FirstName + " " + p.LastName
	}
	want, groups := map[string]map[string]string{}, map[string][]string{}
	for _, p := range h.box.Company().People() {
		if !isSelected(&p) {
			continue
		}
		id := strconv.Itoa(p.ID)
		want[id] = map[string]string{
			"userName": p.Email, "given": p.FirstName, "family": p.LastName, "title": p.Employment.Position, "language": "de", "work": p.Email,
			"department": departments[p.Employment.DepartmentID], "active": "true",
		}
		if name := departments[p.Employment.DepartmentID]; name != "" {
			groups["Abteilung "+name] = append(groups["Abteilung "+name], id)
		}
		if name := names[p.Employment.SupervisorID]; name != "" {
			groups[name+"s Team"] = append(groups[name+"s Team"], id)
		}
	}
	got, external := map[string]map[string]string{}, map[string]string{}
	for _, u := range h.target.Users() {
		user := scim.Resource(u)
		external[user.ID()] = user.String("externalId")
		if active, _ := user.Bool("active"); !active {
			continue
		}
		got[user.String("externalId")] = map[string]string{
			"userName": user.String("userName"), "given": user.String("name.givenName"), "family": user.String("name.familyName"), "title": user.String("title"),
			"language": user.String("preferredLanguage"), "work": user.String(`emails[type eq "work"].value`),
			"department": user.String(scim.EnterpriseSchema + ":department"), "active": "true",
		}
	}
	if d := cmp.Diff(want, got); d != "" {
		h.t.Errorf("accounts: %s", d)
	}
	gotGroups := map[string][]string{}
	for _, g := range h.target.Groups() {
		group := scim.Resource(g)
		list, _ := group["members"].([]any)
		for _, m := range list {
			gotGroups[group.String("displayName")] = append(gotGroups[group.String("displayName")], external[m.(map[string]any)["value"].(string)])
		}
	}
	for _, m := range []map[string][]string{groups, gotGroups} {
		for name := range m {
			slices.Sort(m[name])
		}
	}
	if d := cmp.Diff(groups, gotGroups); d != "" {
		h.t.Errorf("groups: %s", d)
	}
}

func TestSandbox(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 250)
	begin := time.Now()
	result := h.run(gatewayapi.RunSuccessful)
	t.Logf("%d accounts and %d groups in %s", result.Counts.Provisioned, result.Counts.GroupsCreated, time.Since(begin))
	h.wantTarget()

	h.target.ResetRequests()
	h.box.ResetRequests()
	if result = h.run(gatewayapi.RunSuccessful); result.Counts.Unchanged == 0 || result.Counts != (gatewayapi.SyncCounts{Unchanged: result.Counts.Unchanged}) {
		t.Errorf("second run: %+v", result.Counts)
	}
	if writes := len(h.target.Requests()) - h.target.CountRequests("GET", "/"); writes != 0 {
		t.Errorf("second run: %d writes", writes)
	}
	// 250 people are three pages of a hundred.
	if n := len(h.box.Requests()); n != 3 {
		t.Errorf("second run: %d requests to Personio", n)
	}
	asked := map[string]bool{}
	for _, r := range h.target.Requests() {
		key := r.Path + "?" + r.Query.Encode()
		if asked[key] {
			t.Errorf("second run: %s was read twice", key)
		}
		asked[key] = true
	}

	changed := h.change()
	h.run(gatewayapi.RunSuccessful)
	h.wantTarget()
	account, _ := h.target.User(h.journal.links[changed].AccountID)
	if account["active"] != false {
		t.Errorf("the one who left has %v", account)
	}
}

// change lets one person leave, moves one, and takes a position from one. It
// returns who left.
func (h *house) change() string {
	h.t.Helper()
	var people []company.Person
	for _, p := range h.box.Company().People() {
		if isSelected(&p) && len(people) < 3 {
			people = append(people, p)
		}
	}
	for i, change := range []func(*company.Person){
		func(p *company.Person) { p.Employment.Status = company.StatusInactive },
		func(p *company.Person) { p.Employment.DepartmentID = 0 },
		func(p *company.Person) { p.Employment.Position, p.LastName = "", "Müller-Ø" },
	} {
		if err := h.box.Company().Update(people[i].ID, change); err != nil {
			h.t.Fatal(err)
		}
	}
	return strconv.Itoa(people[0].ID)
}

// TestSandboxLostRight takes a right from the credential between the check of
// rights, which is remembered for a while, and the listing.
func TestSandboxLostRight(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 30)
	h.run(gatewayapi.RunSuccessful)
	before := h.target.Users()
	if !h.box.DropAttributes(h.credential.ClientID, "employment_type") {
		t.Fatal("no such credential")
	}
	h.target.ResetRequests()
	if result := h.run(gatewayapi.RunFailed); !strings.Contains(result.Error, "employment_type") {
		t.Errorf("error %q", result.Error)
	}
	if len(h.target.Requests()) != 0 {
		t.Error("the target was asked before the directory was whole")
	}
	if d := cmp.Diff(before, h.target.Users()); d != "" {
		t.Error(d)
	}
}

// TestSandboxLostAnswers drops answers to creations after they took effect.
func TestSandboxLostAnswers(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 60)
	fault := h.target.Fail(scimserver.Fault{Method: "POST", DropAnswer: true, Times: 7})
	h.run(gatewayapi.RunPartialSuccess)
	if fault.Hits() != 7 {
		t.Fatalf("%d hits", fault.Hits())
	}
	if result := h.run(gatewayapi.RunSuccessful); result.Counts.Provisioned != 0 || result.Counts.Linked != 7 {
		t.Errorf("%+v", result.Counts)
	}
	h.wantTarget()
}

func BenchmarkFirstRun(b *testing.B) {
	for b.Loop() {
		b.StopTimer()
		h := newHouse(b, 250)
		b.StartTimer()
		h.run(gatewayapi.RunSuccessful)
	}
}
