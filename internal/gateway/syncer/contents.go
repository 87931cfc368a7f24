package syncer

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/personio-community/terraform-provider-personio/internal/gateway/scim"
	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
)

// loadContents lists accounts and groups of the target. Groups are left out for
// a rule that has none and never had: not every service provider knows groups.
func (e *Engine) loadContents(ctx context.Context, rule *program, groupLinks []GroupLink) (Contents, map[string]scim.Resource, error) {
	if err := e.alive(ctx, gatewayapi.SyncCounts{}); err != nil {
		return Contents{}, nil, err
	}
	users, err := e.Target.Users(ctx)
	if err != nil {
		return Contents{}, nil, fmt.Errorf("listing the target's accounts: %w; nothing was written", err)
	}
	contents := Contents{Complete: true, Accounts: make([]Account, 0, len(users))}
	resources := make(map[string]scim.Resource, len(users))
	for _, user := range users {
		resources[user.ID()] = user
		contents.Accounts = append(contents.Accounts, rule.account(user))
	}
	if len(rule.groups) == 0 && !slices.ContainsFunc(groupLinks, func(l GroupLink) bool { return l.RuleID == rule.ID }) {
		return contents, resources, nil
	}
	groups, err := e.Target.Groups(ctx)
	if err != nil {
		return Contents{}, nil, fmt.Errorf("listing the target's groups: %w; nothing was written", err)
	}
	for _, group := range groups {
		contents.Groups = append(contents.Groups, Group{
			ID: group.ID(), Name: group.String("displayName"), ExternalID: group.String(pathExternalID), Members: members(group),
		})
	}
	return contents, resources, nil
}

// account is a user of the target as the rule looks at it. A service provider
// that does not say whether a user is active has only active ones.
func (p *program) account(user scim.Resource) Account {
	active, said := user.Bool(pathActive)
	a := Account{
		ID: user.ID(), ExternalID: user.String(pathExternalID), Active: active || !said,
		MatchValues: p.matchValues(user), Attributes: make(map[string]any, len(p.mapping)),
	}
	for path := range p.mapping {
		if value, ok := user.Get(path); ok {
			a.Attributes[path] = value
		}
	}
	return a
}

// matchValues are the values at the match path: of a path into a multi-valued
// attribute, such as emails.value, those of all its elements.
func (p *program) matchValues(user scim.Resource) []string {
	whole := p.matchPath
	whole.Sub = ""
	if p.matchPath.Sub != "" && p.matchPath.Filter == nil {
		if value, ok := user.Get(whole.String()); ok {
			if list, many := value.([]any); many {
				var values []string
				for _, element := range list {
					if object, ok := element.(map[string]any); ok {
						values = append(values, scim.Resource(object).String(p.matchPath.Sub))
					}
				}
				return values
			}
		}
	}
	return []string{user.String(p.MatchPath)}
}

// members are the accounts in a group; groups in groups are none of them.
func members(group scim.Resource) []string {
	value, _ := group.Get("members")
	list, _ := value.([]any)
	var ids []string
	for _, element := range list {
		object, _ := element.(map[string]any)
		member := scim.Resource(object)
		if id := member.String("value"); id != "" && !strings.EqualFold(member.String("type"), "Group") {
			ids = append(ids, id)
		}
	}
	return ids
}
