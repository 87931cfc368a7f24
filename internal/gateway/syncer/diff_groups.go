package syncer

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
)

// wish is a group that the mapping gives.
type wish struct {
	name      string
	keys      []string // mapping keys that give the name, sorted
	employees []string // in the order of the directory
}

// groups plans the groups of the rule.
func (d *differ) groups() {
	byID := make(map[string]*Group, len(d.Contents.Groups))
	byName := map[string][]*Group{}
	for i := range d.Contents.Groups {
		g := &d.Contents.Groups[i]
		byID[g.ID] = g
		byName[g.Name] = append(byName[g.Name], g)
	}
	linkOfName := make(map[string]*GroupLink, len(d.GroupLinks))
	linkOfID := make(map[string]*GroupLink, len(d.GroupLinks))
	for i := range d.GroupLinks {
		linkOfName[d.GroupLinks[i].Name] = &d.GroupLinks[i]
		linkOfID[d.GroupLinks[i].GroupID] = &d.GroupLinks[i]
	}
	owner := d.ownerOf()
	wishes := d.wishes()
	for _, name := range sortedKeys(wishes) {
		w := wishes[name]
		if link := linkOfName[name]; link != nil {
			if !d.mine(link.RuleID) {
				d.skipGroup(name, "the group belongs to sync rule %s", link.RuleID)
				continue
			}
			if group := byID[link.GroupID]; group != nil {
				d.change(w, group, owner, link.RuleID == "")
				continue
			}
		}
		group, ok := d.find(w, byName[name], linkOfID)
		switch {
		case !ok:
		case group == nil:
			d.plan.Groups = append(d.plan.Groups, GroupOperation{
				Name: name, ExternalID: groupExternalID(d.Rule.ID, name), MappingKey: w.keys[0], SaveLink: true, Add: w.employees,
			})
		default:
			d.change(w, group, owner, true)
		}
	}
	for _, name := range sortedKeys(linkOfName) {
		link := linkOfName[name]
		if group := byID[link.GroupID]; wishes[name] == nil && link.RuleID == d.Rule.ID && group != nil {
			d.change(&wish{name: name}, group, owner, false)
		}
	}
}

// mine reports whether this rule owns what the rule with that id owns, or may
// take it over since that rule was destroyed.
func (d *differ) mine(ruleID string) bool { return ruleID == "" || ruleID == d.Rule.ID }

// wishes returns the wanted groups by name. Two mapping keys that give one name
// share the group.
func (d *differ) wishes() map[string]*wish {
	wishes := map[string]*wish{}
	for _, p := range d.members {
		for _, key := range sortedKeys(p.Groups) {
			name := p.Groups[key]
			if strings.TrimSpace(name) == "" {
				continue
			}
			w := wishes[name]
			if w == nil {
				w = &wish{name: name}
				wishes[name] = w
			}
			if at, known := slices.BinarySearch(w.keys, key); !known {
				w.keys = slices.Insert(w.keys, at, key)
			}
			if n := len(w.employees); n == 0 || w.employees[n-1] != p.EmployeeID {
				w.employees = append(w.employees, p.EmployeeID)
			}
		}
	}
	return wishes
}

// ownerOf returns whose the accounts are that this run decides about; only
// those may be taken out of a group.
func (d *differ) ownerOf() map[string]string {
	owner := make(map[string]string, len(d.decided))
	for employee, account := range d.decided {
		if account != "" {
			owner[account] = employee
		}
	}
	return owner
}

// find looks for the group of a wish among those of its name. It returns nil if
// one has to be created, and false if there is one that must not be touched.
func (d *differ) find(w *wish, named []*Group, linkOfID map[string]*GroupLink) (*Group, bool) {
	for _, group := range named {
		if link := linkOfID[group.ID]; link != nil {
			if d.mine(link.RuleID) {
				d.failGroup(w.name, "group %s has that name, but is recorded under another; somebody renamed it", group.ID)
			} else {
				d.skipGroup(w.name, "the group belongs to sync rule %s", link.RuleID)
			}
			return nil, false
		}
	}
	var ids []string
	for _, group := range named {
		// Created by a run that died before it could record it.
		if group.ExternalID == groupExternalID(d.Rule.ID, w.name) {
			return group, true
		}
		ids = append(ids, group.ID)
	}
	adopt := slices.ContainsFunc(w.keys, func(key string) bool { return d.Rule.AdoptGroups[key] })
	switch {
	case len(named) == 0:
		return nil, true
	case len(named) > 1:
		d.failGroup(w.name, "groups %s have that name; it must be one", some(ids))
		return nil, false
	case !adopt:
		d.failGroup(w.name, "group %s has that name and belongs to no sync rule; rename it, or set adopt_existing of group_mapping %s", ids[0], strings.Join(w.keys, ", "))
		return nil, false
	}
	return named[0], true
}

// change plans what makes the members of a group those of the wish, as far as
// they are this rule's.
func (d *differ) change(w *wish, group *Group, owner map[string]string, saveLink bool) {
	operation := GroupOperation{Name: w.name, GroupID: group.ID, SaveLink: saveLink}
	if len(w.keys) > 0 {
		operation.MappingKey = w.keys[0]
	}
	in := make(map[string]bool, len(group.Members))
	for _, member := range group.Members {
		in[member] = true
	}
	wanted := make(map[string]bool, len(w.employees))
	for _, employee := range w.employees {
		wanted[employee] = true
		if account := d.decided[employee]; account == "" || !in[account] {
			operation.Add = append(operation.Add, employee)
		}
	}
	for _, account := range slices.Sorted(slices.Values(group.Members)) {
		employee, ours := owner[account]
		if ours && !wanted[employee] && in[account] {
			operation.Remove = append(operation.Remove, Member{AccountID: account, EmployeeID: employee})
			delete(in, account) // a target may list a member twice
		}
	}
	if saveLink || len(operation.Add) > 0 || len(operation.Remove) > 0 {
		d.plan.Groups = append(d.plan.Groups, operation)
	}
}

// groupExternalID names a group that a rule creates, so that it is known again
// though the run died before it could record it. Names are hashed because an
// externalId should be short.
func groupExternalID(ruleID, name string) string {
	sum := sha256.Sum256([]byte(name))
	return "sync-rule:" + ruleID + ":" + hex.EncodeToString(sum[:8])
}

func (d *differ) skipGroup(name, format string, args ...any) {
	d.groupItem(name, gatewayapi.ItemSkipped, format, args...)
}

func (d *differ) failGroup(name, format string, args ...any) {
	d.groupItem(name, gatewayapi.ItemFailed, format, args...)
}

func (d *differ) groupItem(name string, status gatewayapi.SyncItemStatus, format string, args ...any) {
	d.plan.Items = append(d.plan.Items, Item{GroupName: name, Operation: OperationGroup, Status: status, Message: fmt.Sprintf(format, args...)})
}
