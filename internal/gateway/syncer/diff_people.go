package syncer

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
)

// differ works a diff out.
type differ struct {
	Snapshot
	plan *Plan

	accounts   map[string]*Account // by id
	byMatch    map[string][]string // match value to account ids
	byExternal map[string][]string // externalId to account ids
	linkOf     map[string]*Link    // by employee
	employeeOf map[string]string   // account to the employee it is linked to, by whichever rule
	sameMatch  map[string][]string // match value to the selected employees that have it
	wanted     map[string][]string // unlinked account to the employees that it would be linked to

	// decided are the people whose group memberships follow from this run:
	// employee to account, which is empty for one still to be created. Whoever
	// is not in it keeps every membership.
	decided map[string]string
	// members are the people of decided who belong into their groups, in order.
	members []*Person
}

func newDiffer(s Snapshot) *differ {
	return &differ{
		Snapshot: s, plan: &Plan{},
		accounts: make(map[string]*Account, len(s.Contents.Accounts)), byMatch: map[string][]string{}, byExternal: map[string][]string{},
		linkOf: make(map[string]*Link, len(s.Links)), employeeOf: make(map[string]string, len(s.Links)),
		sameMatch: map[string][]string{}, wanted: map[string][]string{}, decided: map[string]string{},
	}
}

// index prepares the look-ups.
func (d *differ) index() {
	for i := range d.Contents.Accounts {
		a := &d.Contents.Accounts[i]
		d.accounts[a.ID] = a
		for _, value := range a.MatchValues {
			if key := d.matchKey(value); key != "" && !slices.Contains(d.byMatch[key], a.ID) {
				d.byMatch[key] = append(d.byMatch[key], a.ID)
			}
		}
		if a.ExternalID != "" {
			d.byExternal[a.ExternalID] = append(d.byExternal[a.ExternalID], a.ID)
		}
	}
	for i := range d.Links {
		d.linkOf[d.Links[i].EmployeeID] = &d.Links[i]
		d.employeeOf[d.Links[i].AccountID] = d.Links[i].EmployeeID
	}
	for i := range d.Directory.People {
		p := &d.Directory.People[i]
		key := d.matchKey(p.MatchValue)
		if p.Decision != Selected || key == "" {
			continue
		}
		d.sameMatch[key] = append(d.sameMatch[key], p.EmployeeID)
		if link := d.linkOf[p.EmployeeID]; link == nil || d.accounts[link.AccountID] == nil {
			for _, id := range d.byMatch[key] {
				d.wanted[id] = append(d.wanted[id], p.EmployeeID)
			}
		}
	}
}

// matchKey is what match values are compared by: userName and e-mail addresses
// without regard to case (RFC 7643, sections 4.1.1 and 4.1.2), all else exactly.
func (d *differ) matchKey(value string) string {
	switch rootOf(d.Rule.MatchPath) {
	case "username", "emails":
		return strings.ToLower(value)
	}
	return value
}

func (d *differ) person(p *Person) {
	switch p.Decision {
	case Selected:
		d.selected(p)
	case NotSelected:
		d.notSelected(p)
	default:
		d.fail(p, OperationNone, "not decided, account and groups left alone: %s", p.Reason)
	}
}

func (d *differ) selected(p *Person) {
	link := d.linkOf[p.EmployeeID]
	if link != nil && link.RuleID != "" && link.RuleID != d.Rule.ID {
		d.skip(p, OperationNone, "the account belongs to sync rule %s, which linked it first", link.RuleID)
		return
	}
	if p.MappingError != "" {
		d.fail(p, OperationNone, "not mapped, account and groups left alone: %s", p.MappingError)
		return
	}
	if same := d.sameMatch[d.matchKey(p.MatchValue)]; len(same) > 1 {
		d.fail(p, OperationNone, "employees %s are selected and have the same match value; none of their accounts was touched", some(same))
		return
	}
	if link != nil {
		if account := d.accounts[link.AccountID]; account != nil {
			d.linked(p, link, account)
			return
		}
	}
	d.unlinked(p)
}

// linked is for a selected person whose account is there and is this rule's, or
// nobody's since its rule was destroyed.
func (d *differ) linked(p *Person, link *Link, account *Account) {
	d.decide(p, account.ID)
	changes := differences(p, account)
	mayUpdate := d.Rule.may(gatewayapi.OperationUpdate)
	switch {
	case link.RuleID == "":
		// Taking over ties nobody to an account that was not theirs before, so
		// it needs no permission to link.
		if !mayUpdate {
			changes = nil
		}
		d.do(Operation{Kind: KindLink, EmployeeID: p.EmployeeID, AccountID: account.ID, Attributes: changes, Origin: link.Origin})
	case len(changes) == 0:
		d.plan.Unchanged++
	case !mayUpdate:
		d.skip(p, string(gatewayapi.OperationUpdate), "the account differs, and update is not among the rule's operations")
	default:
		d.do(Operation{Kind: KindUpdate, EmployeeID: p.EmployeeID, AccountID: account.ID, Attributes: changes})
	}
}

// unlinked is for a selected person who has no account that is known to be theirs.
func (d *differ) unlinked(p *Person) {
	if p.MatchValue == "" {
		d.fail(p, OperationNone, "the employee has no match value, so no account can be found or made")
		return
	}
	switch found := d.byMatch[d.matchKey(p.MatchValue)]; len(found) {
	case 0:
		d.provision(p)
	case 1:
		d.link(p, d.accounts[found[0]])
	default:
		d.fail(p, string(gatewayapi.OperationLink), "accounts %s have the employee's match value; it must be one", some(found))
	}
}

func (d *differ) provision(p *Person) {
	attributes, external := d.newAccount(p)
	// An externalId is the provisioning client's own name for an account (RFC
	// 7643, section 3.1), so another account of that name means that this person
	// has one already, under another match value. A second one must not arise,
	// and the one there is not certain enough to be taken.
	if len(d.byExternal[external]) > 0 {
		d.fail(p, string(gatewayapi.OperationProvision), "account %s has this employee's externalId but another match value; correct or delete it", some(d.byExternal[external]))
		return
	}
	if !d.Rule.may(gatewayapi.OperationProvision) {
		d.skip(p, string(gatewayapi.OperationProvision), "there is no account, and provision is not among the rule's operations")
		return
	}
	d.decide(p, "")
	d.do(Operation{Kind: KindProvision, EmployeeID: p.EmployeeID, Attributes: attributes, Origin: OriginProvisioned})
}

// newAccount returns the attributes of the account that a person gets, and its
// externalId: the employee id and the match value, unless the mapping sets
// those itself.
func (d *differ) newAccount(p *Person) (attributes map[string]any, external string) {
	attributes = map[string]any{pathActive: true}
	defaults := map[string]any{d.Rule.MatchPath: p.MatchValue}
	if !overlaps(d.Rule.MatchPath, pathExternalID) {
		defaults[pathExternalID] = p.EmployeeID
	}
	for path, value := range p.Account {
		for preset := range defaults {
			if overlaps(path, preset) {
				delete(defaults, preset)
			}
		}
		if value = normal(value); value != nil {
			attributes[path] = value
		}
	}
	maps.Copy(attributes, defaults)
	for path, value := range attributes {
		if text, ok := value.(string); ok && overlaps(path, pathExternalID) {
			external = text
		}
	}
	return attributes, external
}

// link is for a selected person whose match value one account has.
func (d *differ) link(p *Person, account *Account) {
	operation := string(gatewayapi.OperationLink)
	if other, ok := d.employeeOf[account.ID]; ok {
		d.fail(p, operation, "account %s has the employee's match value, but is linked to employee %s", account.ID, other)
		return
	}
	if wanted := d.wanted[account.ID]; len(wanted) > 1 {
		d.fail(p, operation, "account %s has the match values of employees %s; it can belong to one", account.ID, some(wanted))
		return
	}
	origin := OriginLinked
	// Both names agree: a run before created it and died before it could tell.
	ours := account.ExternalID == p.EmployeeID && !overlaps(d.Rule.MatchPath, pathExternalID) && d.Rule.may(gatewayapi.OperationProvision)
	if ours {
		origin = OriginProvisioned
	}
	if !ours && !d.Rule.may(gatewayapi.OperationLink) {
		d.skip(p, operation, "account %s has the employee's match value, and link is not among the rule's operations", account.ID)
		return
	}
	var changes map[string]any
	if d.Rule.may(gatewayapi.OperationUpdate) {
		changes = differences(p, account)
	}
	d.decide(p, account.ID)
	d.do(Operation{Kind: KindLink, EmployeeID: p.EmployeeID, AccountID: account.ID, Attributes: changes, Origin: origin})
}

func (d *differ) notSelected(p *Person) {
	link := d.linkOf[p.EmployeeID]
	if link == nil || link.RuleID != d.Rule.ID {
		return
	}
	account := d.accounts[link.AccountID]
	claim := d.OtherClaims[p.EmployeeID]
	switch {
	case claim == ClaimUnknown && account != nil && account.Active:
		d.skip(p, string(gatewayapi.OperationDeprovision), "another active rule of the target could not decide about the employee, so the account is left alone")
	case claim == ClaimUnknown:
		d.plan.Unchanged++
	case claim != "" && claim != d.Rule.ID:
		d.release(p, account)
		d.do(Operation{Kind: KindHandOver, EmployeeID: p.EmployeeID, AccountID: link.AccountID, NewOwner: claim})
	case account == nil && d.Rule.DeprovisionMode == gatewayapi.DeprovisionDelete:
		d.do(Operation{Kind: KindForget, EmployeeID: p.EmployeeID, AccountID: link.AccountID})
	case account == nil:
		// Kept: should the account come back, it is deprovisioned then.
		d.plan.Unchanged++
	case !account.Active:
		d.release(p, account)
		d.plan.Unchanged++
	case !d.Rule.may(gatewayapi.OperationDeprovision):
		d.release(p, account)
		d.skip(p, string(gatewayapi.OperationDeprovision), "no longer selected, and deprovision is not among the rule's operations")
	default:
		d.release(p, account)
		d.deprovision(p, account)
	}
}

func (d *differ) deprovision(p *Person, account *Account) {
	operation := Operation{Kind: KindDeactivate, EmployeeID: p.EmployeeID, AccountID: account.ID, Attributes: map[string]any{pathActive: false}}
	if d.Rule.DeprovisionMode == gatewayapi.DeprovisionDelete {
		operation.Kind, operation.Attributes = KindDelete, nil
	}
	d.do(operation)
}

// unseen reports the linked people who are not in the directory. A person whom
// nobody saw was not decided about.
func (d *differ) unseen() {
	seen := make(map[string]bool, len(d.Directory.People))
	for i := range d.Directory.People {
		seen[d.Directory.People[i].EmployeeID] = true
	}
	for i := range d.Links {
		if link := &d.Links[i]; link.RuleID == d.Rule.ID && !seen[link.EmployeeID] {
			d.skip(&Person{EmployeeID: link.EmployeeID}, OperationNone, "the employee is not in the directory, so account %s is left alone", link.AccountID)
		}
	}
}

func (d *differ) do(operation Operation) {
	d.plan.Operations = append(d.plan.Operations, operation)
}

// decide notes a person whose groups this run sets.
func (d *differ) decide(p *Person, accountID string) {
	d.decided[p.EmployeeID] = accountID
	d.members = append(d.members, p)
}

// release notes a person who belongs into none of the rule's groups any more.
func (d *differ) release(p *Person, account *Account) {
	if account != nil {
		d.decided[p.EmployeeID] = account.ID
	}
}

func (d *differ) skip(p *Person, operation, format string, args ...any) {
	d.plan.Items = append(d.plan.Items, Item{EmployeeID: p.EmployeeID, Operation: operation, Status: gatewayapi.ItemSkipped, Message: fmt.Sprintf(format, args...)})
}

func (d *differ) fail(p *Person, operation, format string, args ...any) {
	d.plan.Items = append(d.plan.Items, Item{EmployeeID: p.EmployeeID, Operation: operation, Status: gatewayapi.ItemFailed, Message: fmt.Sprintf(format, args...)})
}

// some names up to five ids.
func some(ids []string) string {
	const shown = 5
	if len(ids) <= shown {
		return strings.Join(ids, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(ids[:shown], ", "), len(ids)-shown)
}

// sortedKeys returns the keys of a map in order.
func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
