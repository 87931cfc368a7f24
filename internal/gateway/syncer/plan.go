package syncer

import "github.com/personio-community/terraform-provider-personio/internal/gatewayapi"

// Kind is what an operation does.
type Kind string

// The kinds of operations.
const (
	// KindProvision creates an account and links it.
	KindProvision Kind = "provision"
	// KindUpdate changes attributes of a linked account, or activates it again.
	KindUpdate Kind = "update"
	// KindLink links an account that exists, and changes its attributes.
	KindLink Kind = "link"
	// KindDeactivate makes an account inactive and keeps its link.
	KindDeactivate Kind = "deactivate"
	// KindDelete deletes an account and its link.
	KindDelete Kind = "delete"
	// KindHandOver gives a link to another rule; the account stays as it is.
	KindHandOver Kind = "hand over"
	// KindForget removes a link whose account is gone.
	KindForget Kind = "forget"
)

// Operation is one thing to do for one employee.
type Operation struct {
	Kind       Kind
	EmployeeID string
	// AccountID is empty for KindProvision.
	AccountID string
	// Attributes are the SCIM paths to write; nil removes the value.
	Attributes map[string]any
	// Origin is that of the link that KindProvision and KindLink leave behind.
	Origin Origin
	// NewOwner is the rule that KindHandOver gives the link to.
	NewOwner string
}

// GroupOperation is one thing to do for one group.
type GroupOperation struct {
	Name string
	// GroupID is empty if the group has to be created.
	GroupID string
	// ExternalID is written at creation; by it a group is recognised that was
	// created but not recorded.
	ExternalID string
	// MappingKey is the first of the keys that gave the name; empty if none does any more.
	MappingKey string
	// SaveLink says that the group is not yet recorded as this rule's own.
	SaveLink bool
	// Add are employees, because some accounts get their id in this very run.
	Add []string
	// Remove are accounts that this rule owns.
	Remove []Member
}

// Member is an account in a group, and whose it is.
type Member struct{ AccountID, EmployeeID string }

// Item is the outcome for one employee or group. Exactly one of EmployeeID and
// GroupName is set. Messages carry ids, never values of attributes.
type Item struct {
	EmployeeID string
	GroupName  string
	// Operation is a [gatewayapi.SyncOperation], OperationGroup or OperationNone.
	Operation string
	Status    gatewayapi.SyncItemStatus
	Message   string
}

// What an item is about if not one of the operations of a sync rule.
const (
	OperationGroup = "group"
	OperationNone  = "none"
)

// Plan is what a run will do. Everybody whom the rule concerns is in exactly
// one of Operations, Items and Unchanged.
type Plan struct {
	Operations []Operation
	Groups     []GroupOperation
	// Items are the people and groups for whom nothing will be done, and why.
	Items []Item
	// Unchanged is how many people are as they should be.
	Unchanged int
}

// Empty reports whether there is nothing to write.
func (p *Plan) Empty() bool { return len(p.Operations) == 0 && len(p.Groups) == 0 }

// Counts returns the numbers of a run in which every operation succeeds.
func (p *Plan) Counts() gatewayapi.SyncCounts {
	counts := p.settled()
	for i := range p.Operations {
		p.Operations[i].Kind.count(&counts)
	}
	for i := range p.Groups {
		p.Groups[i].count(&counts)
	}
	return counts
}

// settled returns the numbers of those for whom nothing will be done.
func (p *Plan) settled() gatewayapi.SyncCounts {
	counts := gatewayapi.SyncCounts{Unchanged: p.Unchanged}
	for i := range p.Items {
		if p.Items[i].Status == gatewayapi.ItemFailed {
			counts.Failed++
		} else {
			counts.Skipped++
		}
	}
	return counts
}

// item is the operation's name in a run item.
func (k Kind) item() string {
	switch k {
	case KindDeactivate, KindDelete:
		return string(gatewayapi.OperationDeprovision)
	case KindHandOver, KindForget:
		return OperationNone
	default:
		return string(k)
	}
}

// count adds an operation that succeeded. Handing over and forgetting leave the
// account as it is, so they count as unchanged.
func (k Kind) count(counts *gatewayapi.SyncCounts) {
	switch k {
	case KindProvision:
		counts.Provisioned++
	case KindUpdate:
		counts.Updated++
	case KindLink:
		counts.Linked++
	case KindDeactivate, KindDelete:
		counts.Deprovisioned++
	case KindHandOver, KindForget:
		counts.Unchanged++
	}
}

func (g *GroupOperation) count(counts *gatewayapi.SyncCounts) {
	if g.GroupID == "" {
		counts.GroupsCreated++
	} else {
		counts.GroupsUpdated++
	}
}
