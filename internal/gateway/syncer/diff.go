// Package syncer brings the accounts and groups of a SCIM target in line with a
// sync rule: it loads the directory, decides who is selected, compares that with
// the target, and writes the difference.
//
// Nothing is written before everything was read, decided, compared and checked.
// What decides is [Diff], a pure function; what reads and writes is [Engine].
package syncer

import (
	"fmt"
	"slices"

	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
)

// Rule is what the diff has to know of a sync rule.
type Rule struct {
	ID         string
	Operations []gatewayapi.SyncOperation
	// MatchPath is the SCIM path whose value finds an employee's account.
	MatchPath string
	// DeprovisionMode is deactivate or delete; empty means deactivate.
	DeprovisionMode string
	// MaxDeprovision is "10%" of the active linked accounts, or a number.
	MaxDeprovision string
	// AdoptGroups holds the mapping keys that may take over a group which nobody owns.
	AdoptGroups map[string]bool
}

func (r *Rule) may(operation gatewayapi.SyncOperation) bool {
	return slices.Contains(r.Operations, operation)
}

// Decision is what a rule's filter says of a person. The zero value is
// Undecided, so that whoever was forgotten is left alone.
type Decision int

// The decisions.
const (
	Undecided Decision = iota
	Selected
	NotSelected
)

// Directory is the people that were loaded, each with what the rule says of them.
type Directory struct {
	// Complete says that the listing was proven to hold everybody.
	Complete bool
	People   []Person
}

// Person is an employee as a rule sees them.
type Person struct {
	EmployeeID string
	Decision   Decision
	// Reason says why a person is Undecided.
	Reason string
	// MatchValue finds the account; empty if the employee has none.
	MatchValue string
	// Account is the desired account: SCIM path to value; nil unsets.
	Account map[string]any
	// Groups is the desired groups: mapping key to name; empty means none.
	Groups map[string]string
	// MappingError says why Account and Groups could not be worked out.
	MappingError string
}

// Origin says how an account came to be linked.
type Origin string

// The origins.
const (
	OriginProvisioned Origin = "provisioned"
	OriginLinked      Origin = "linked"
)

// Link ties an employee to an account of the target and to the rule that owns
// both. On one target an employee has one link and an account has one.
type Link struct {
	EmployeeID string
	AccountID  string
	// RuleID is empty when the rule was destroyed; then any rule may take over.
	RuleID string
	Origin Origin
}

// GroupLink ties a group of the target to the rule that owns it. On one target
// a name has one link and a group has one.
type GroupLink struct {
	GroupID    string
	Name       string
	RuleID     string
	MappingKey string
}

// Contents is what the target holds.
type Contents struct {
	// Complete says that both listings were proven to hold everything.
	Complete bool
	Accounts []Account
	Groups   []Group
}

// Account is an account of the target, as far as the rule looks at it.
type Account struct {
	ID         string
	ExternalID string
	Active     bool
	// MatchValues are the values at the rule's match path.
	MatchValues []string
	// Attributes are the values at the rule's mapped paths; absent means unset.
	Attributes map[string]any
}

// Group is a group of the target.
type Group struct {
	ID         string
	Name       string
	ExternalID string
	// Members are the ids of the accounts in it.
	Members []string
}

// ClaimUnknown in [Snapshot].OtherClaims says that another active rule could not
// decide about a person.
const ClaimUnknown = "unknown"

// Snapshot is everything that a diff looks at.
type Snapshot struct {
	Rule      Rule
	Directory Directory
	Contents  Contents
	// Links and GroupLinks are those of the target, whichever rule owns them.
	Links      []Link
	GroupLinks []GroupLink
	// OtherClaims are the employees whom another active rule of the target
	// selects: employee id to the id of that rule, or ClaimUnknown.
	OtherClaims map[string]string
}

// RefusalError is the error of a run that must not write anything. Its text names
// numbers and ids, never values of attributes.
type RefusalError struct{ Reason string }

func (r *RefusalError) Error() string { return r.Reason }

func refuse(format string, args ...any) error {
	return &RefusalError{Reason: fmt.Sprintf(format, args...)}
}

// Diff compares what a rule wants with what the target holds. It either returns
// the plan that makes them equal, or a [*RefusalError], and then nothing may be
// written. It looks at nothing but its argument, and does not change it.
//
// The plan deprovisions only people who are in the directory, whom the filter
// cleanly rejected, whose link this rule owns, whom no other rule claims, and
// only as many as the guard allows.
func Diff(s Snapshot) (*Plan, error) {
	d := newDiffer(s)
	if err := d.check(); err != nil {
		return nil, err
	}
	d.index()
	for i := range s.Directory.People {
		d.person(&s.Directory.People[i])
	}
	d.unseen()
	if err := d.guard(); err != nil {
		return nil, err
	}
	d.groups()
	return d.plan, nil
}
