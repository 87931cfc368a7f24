package syncer_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"testing"

	"go.uber.org/goleak"

	"github.com/personio-community/terraform-provider-personio/internal/gateway/syncer"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// world is a model of a target with its links, to which plans can be applied.
type world struct {
	accounts   map[string]map[string]any // id to SCIM path to value; "active" is a bool
	groups     map[string]*modelGroup
	links      map[string]syncer.Link // by employee
	groupLinks map[string]syncer.GroupLink
	made       int
}

type modelGroup struct {
	name, externalID string
	members          map[string]bool
}

func newWorld() *world {
	return &world{
		accounts: map[string]map[string]any{}, groups: map[string]*modelGroup{},
		links: map[string]syncer.Link{}, groupLinks: map[string]syncer.GroupLink{},
	}
}

func (w *world) clone() *world {
	c := newWorld()
	c.made = w.made
	for id, a := range w.accounts {
		c.accounts[id] = maps.Clone(a)
	}
	for id, g := range w.groups {
		c.groups[id] = &modelGroup{g.name, g.externalID, maps.Clone(g.members)}
	}
	maps.Copy(c.links, w.links)
	maps.Copy(c.groupLinks, w.groupLinks)
	return c
}

// snapshot shows the world the way that an engine would load it.
func (w *world) snapshot(rule syncer.Rule, directory syncer.Directory, claims map[string]string) syncer.Snapshot {
	s := syncer.Snapshot{Rule: rule, Directory: directory, OtherClaims: claims, Contents: syncer.Contents{Complete: true}}
	for _, id := range slices.Sorted(maps.Keys(w.accounts)) {
		a := w.accounts[id]
		account := syncer.Account{ID: id, Attributes: map[string]any{}}
		account.ExternalID, _ = a["externalId"].(string)
		account.Active, _ = a["active"].(bool)
		switch value := a[rule.MatchPath].(type) {
		case string:
			account.MatchValues = []string{value}
		case []any:
			for _, v := range value {
				account.MatchValues = append(account.MatchValues, v.(string))
			}
		}
		for path, value := range a {
			if path != "active" {
				account.Attributes[path] = value
			}
		}
		s.Contents.Accounts = append(s.Contents.Accounts, account)
	}
	for _, id := range slices.Sorted(maps.Keys(w.groups)) {
		g := w.groups[id]
		s.Contents.Groups = append(s.Contents.Groups, syncer.Group{ID: id, Name: g.name, ExternalID: g.externalID, Members: slices.Sorted(maps.Keys(g.members))})
	}
	for _, employee := range slices.Sorted(maps.Keys(w.links)) {
		s.Links = append(s.Links, w.links[employee])
	}
	for _, name := range slices.Sorted(maps.Keys(w.groupLinks)) {
		s.GroupLinks = append(s.GroupLinks, w.groupLinks[name])
	}
	return s
}

// apply does what a plan says, as a target and a journal would that never fail.
func (w *world) apply(rule syncer.Rule, plan *syncer.Plan) {
	for _, o := range plan.Operations {
		switch o.Kind {
		case syncer.KindProvision:
			w.made++
			id := fmt.Sprintf("new%d", w.made)
			w.accounts[id] = maps.Clone(o.Attributes)
			w.links[o.EmployeeID] = syncer.Link{EmployeeID: o.EmployeeID, AccountID: id, RuleID: rule.ID, Origin: o.Origin}
		case syncer.KindUpdate, syncer.KindDeactivate:
			w.patch(o.AccountID, o.Attributes)
		case syncer.KindLink:
			w.patch(o.AccountID, o.Attributes)
			w.links[o.EmployeeID] = syncer.Link{EmployeeID: o.EmployeeID, AccountID: o.AccountID, RuleID: rule.ID, Origin: o.Origin}
		}
	}
	for _, g := range plan.Groups {
		id := g.GroupID
		if id == "" {
			w.made++
			id = fmt.Sprintf("newgroup%d", w.made)
			w.groups[id] = &modelGroup{g.Name, g.ExternalID, map[string]bool{}}
		}
		for _, employee := range g.Add {
			w.groups[id].members[w.links[employee].AccountID] = true
		}
		for _, member := range g.Remove {
			delete(w.groups[id].members, member.AccountID)
		}
		if g.SaveLink {
			w.groupLinks[g.Name] = syncer.GroupLink{GroupID: id, Name: g.Name, RuleID: rule.ID, MappingKey: g.MappingKey}
		}
	}
	for _, o := range plan.Operations {
		switch o.Kind {
		case syncer.KindDelete:
			delete(w.accounts, o.AccountID)
			delete(w.links, o.EmployeeID)
		case syncer.KindForget:
			delete(w.links, o.EmployeeID)
		case syncer.KindHandOver:
			link := w.links[o.EmployeeID]
			link.RuleID = o.NewOwner
			w.links[o.EmployeeID] = link
		}
	}
}

func (w *world) patch(id string, attributes map[string]any) {
	for path, value := range attributes {
		if value == nil {
			delete(w.accounts[id], path)
		} else {
			w.accounts[id][path] = value
		}
	}
}

// jsonNumber is a number as a target sends it.
func jsonNumber(text string) any { return json.Number(text) }
