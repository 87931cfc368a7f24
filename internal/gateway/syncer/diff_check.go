package syncer

import (
	"math/big"
	"slices"
	"strconv"
	"strings"

	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
)

// check refuses what no diff can be made from: an incomplete or contradictory
// picture must never turn into operations.
func (d *differ) check() error {
	switch {
	case d.Rule.ID == "":
		return refuse("the rule has no id")
	case d.Rule.MatchPath == "":
		return refuse("the rule has no match path")
	case !slices.Contains([]string{"", gatewayapi.DeprovisionDeactivate, gatewayapi.DeprovisionDelete}, d.Rule.DeprovisionMode):
		return refuse("deprovision_mode %q is neither deactivate nor delete", d.Rule.DeprovisionMode)
	case !d.Directory.Complete:
		return refuse("the list of employees is incomplete, so nobody can be told from those who left; nothing was written")
	case len(d.Directory.People) == 0:
		return refuse("the list of employees is empty, which no company is; nothing was written")
	case !d.Contents.Complete:
		return refuse("the target's list of accounts or groups is incomplete; nothing was written")
	}
	if _, err := deprovisionLimit(d.Rule.MaxDeprovision, 0); err != nil {
		return err
	}
	if err := d.checkIdentity(); err != nil {
		return err
	}
	for i := range d.Directory.People {
		for path := range d.Directory.People[i].Account {
			if ReservedPath(path) {
				return refuse("attribute_mapping sets %q, which is the gateway's or the target's own to set", path)
			}
		}
	}
	return nil
}

// checkIdentity refuses ids that are empty or occur twice.
func (d *differ) checkIdentity() error {
	unique := []struct {
		what string
		n    int
		id   func(i int) string
		name bool // made of people's attributes, so not shown
	}{
		{"employee in the directory", len(d.Directory.People), func(i int) string { return d.Directory.People[i].EmployeeID }, false},
		{"account in the target", len(d.Contents.Accounts), func(i int) string { return d.Contents.Accounts[i].ID }, false},
		{"group in the target", len(d.Contents.Groups), func(i int) string { return d.Contents.Groups[i].ID }, false},
		{"linked employee", len(d.Links), func(i int) string { return d.Links[i].EmployeeID }, false},
		{"linked account", len(d.Links), func(i int) string { return d.Links[i].AccountID }, false},
		{"linked group", len(d.GroupLinks), func(i int) string { return d.GroupLinks[i].GroupID }, false},
		{"name of a linked group", len(d.GroupLinks), func(i int) string { return d.GroupLinks[i].Name }, true},
	}
	for _, u := range unique {
		seen := make(map[string]bool, u.n)
		for i := range u.n {
			id := u.id(i)
			if id == "" {
				return refuse("a %s has no id; nothing was written", u.what)
			}
			if seen[id] {
				if u.name {
					id = "(not shown)"
				}
				return refuse("%s %s occurs twice; nothing was written", u.what, id)
			}
			seen[id] = true
		}
	}
	return nil
}

// ReservedPath reports whether an attribute mapping must leave a SCIM path
// alone: active follows from filter and guard, so that no mapping can
// deactivate around them; the rest is the service provider's (RFC 7643, section
// 3.1) or a secret.
func ReservedPath(path string) bool {
	switch rootOf(path) {
	case pathActive, "id", "schemas", "meta", "groups", "password", "":
		return true
	}
	return false
}

// guard refuses a plan that deprovisions more than max_deprovision allows. The
// share is that of the accounts that are active: those of everybody who ever left
// would let it grow from year to year.
func (d *differ) guard() error {
	linked, planned := 0, 0
	for i := range d.Links {
		if account := d.accounts[d.Links[i].AccountID]; d.Links[i].RuleID == d.Rule.ID && account != nil && account.Active {
			linked++
		}
	}
	for i := range d.plan.Operations {
		if k := d.plan.Operations[i].Kind; k == KindDeactivate || k == KindDelete {
			planned++
		}
	}
	limit, err := deprovisionLimit(d.Rule.MaxDeprovision, linked)
	if err != nil {
		return err
	}
	if planned > limit {
		return refuse("the run would deprovision %d of the %d active accounts that the rule has linked; max_deprovision %q allows %d. "+
			"Nothing was written. If they really are to go, raise max_deprovision; else look at filter and directory",
			planned, linked, d.Rule.MaxDeprovision, limit)
	}
	return nil
}

// deprovisionLimit returns how many of so many active linked accounts max_deprovision
// allows: a share, rounded down, or a number, and never under
// [gatewayapi.MinMaxDeprovision].
func deprovisionLimit(maxDeprovision string, linked int) (int, error) {
	if maxDeprovision == "" {
		maxDeprovision = gatewayapi.DefaultMaxDeprovision
	}
	digits, share := strings.CutSuffix(maxDeprovision, "%")
	n, err := strconv.ParseUint(digits, 10, 31)
	if err != nil {
		return 0, refuse("max_deprovision %q is neither a number nor a share such as 10%%", maxDeprovision)
	}
	limit := new(big.Int).SetUint64(n)
	if share {
		limit.Mul(limit, big.NewInt(int64(linked)))
		limit.Div(limit, big.NewInt(100))
	}
	if !limit.IsInt64() || limit.Cmp(big.NewInt(int64(linked))) > 0 {
		limit.SetInt64(int64(linked)) // more than all is all
	}
	return max(int(limit.Int64()), gatewayapi.MinMaxDeprovision), nil
}
