package syncer

import (
	"context"

	"github.com/personio-community/terraform-provider-personio/internal/gateway/scim"
	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
)

// group creates or changes one group and records it.
func (a *application) group(ctx context.Context, g *GroupOperation) {
	add, remove := a.membership(g)
	if g.GroupID == "" && len(add) == 0 {
		return // none of its people got an account; their items say why
	}
	err := a.writeGroup(ctx, g, add, remove)
	if err != nil {
		a.mu.Lock()
		for _, member := range g.Remove {
			a.withheld[member.EmployeeID] = true
		}
		a.mu.Unlock()
	}
	item := Item{GroupName: g.Name, Operation: OperationGroup, Status: gatewayapi.ItemSucceeded}
	a.finish(ctx, item, err, func(counts *gatewayapi.SyncCounts) { g.count(counts) })
}

// membership turns employees into accounts, as they are linked by now. Whose
// account could not be made or linked is neither added nor removed.
func (a *application) membership(g *GroupOperation) (add, remove []string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, employee := range g.Add {
		if account := a.linked[employee]; account != "" {
			add = append(add, account)
		}
	}
	for _, member := range g.Remove {
		if a.linked[member.EmployeeID] == member.AccountID {
			remove = append(remove, member.AccountID)
		}
	}
	return add, remove
}

func (a *application) isWithheld(employeeID string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.withheld[employeeID]
}

func (a *application) writeGroup(ctx context.Context, g *GroupOperation, add, remove []string) error {
	id := g.GroupID
	if id == "" {
		group := scim.Resource{"displayName": g.Name, pathExternalID: g.ExternalID, "members": memberValues(add)}
		created, err := a.engine.Target.CreateGroup(ctx, group)
		if err != nil {
			return err
		}
		id = created.ID()
	} else if operations := memberOperations(add, remove); len(operations) > 0 {
		if err := a.engine.Target.PatchGroup(ctx, id, operations); err != nil {
			return err
		}
	}
	if !g.SaveLink {
		return nil
	}
	return a.record(ctx, "saving a group link", func(ctx context.Context) error {
		return a.engine.Journal.SaveGroupLink(ctx, GroupLink{GroupID: id, Name: g.Name, RuleID: a.rule.ID, MappingKey: g.MappingKey})
	})
}

// memberOperations adds with one operation and removes with one each: a filter
// is the only form of removing single members that RFC 7644, section 3.5.2.2, has.
func memberOperations(add, remove []string) []scim.PatchOperation {
	var operations []scim.PatchOperation
	if len(add) > 0 {
		operations = append(operations, scim.PatchOperation{Op: "add", Path: "members", Value: memberValues(add)})
	}
	for _, account := range remove {
		path := scim.Path{Attribute: "members", Filter: []scim.Condition{{Attribute: "value", Value: account}}}
		operations = append(operations, scim.PatchOperation{Op: "remove", Path: path.String()})
	}
	return operations
}

func memberValues(accounts []string) []any {
	values := make([]any, len(accounts))
	for i, account := range accounts {
		values[i] = map[string]any{"value": account}
	}
	return values
}
