package syncer

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/personio-community/terraform-provider-personio/internal/attribute"
	"github.com/personio-community/terraform-provider-personio/internal/expression"
	"github.com/personio-community/terraform-provider-personio/internal/gateway/scim"
	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
)

// program is a sync rule with its expressions compiled.
type program struct {
	Rule
	today     string // YYYY-MM-DD in the rule's zone
	filter    *expression.Program
	match     *expression.Program
	mapping   map[string]*expression.Program // by SCIM path
	groups    map[string]*expression.Program // by mapping key
	matchPath scim.Path
}

// compile prepares a rule. What it refuses was checked when the rule was
// stored; a gateway of another version may have stored it.
func compile(in *Input) (*program, error) {
	config := &in.Rule
	p := &program{
		Rule: Rule{
			ID: in.RuleID, Operations: config.Operations, MatchPath: config.Match.Account,
			DeprovisionMode: config.DeprovisionMode, MaxDeprovision: config.MaxDeprovision, AdoptGroups: map[string]bool{},
		},
		mapping: map[string]*expression.Program{}, groups: map[string]*expression.Program{},
	}
	var err error
	if p.today, err = today(config, in.Now); err != nil {
		return nil, err
	}
	if p.filter, err = compileOne("filter", config.Filter, expression.Filter); err != nil {
		return nil, err
	}
	if !attribute.Known(config.Match.Employee) {
		return nil, refuse("match.employee %q is no employee attribute", config.Match.Employee)
	}
	if p.match, err = compileOne("match.employee", config.Match.Employee, expression.Value); err != nil {
		return nil, err
	}
	if p.matchPath, err = scim.ParsePath(config.Match.Account); err != nil {
		return nil, refuse("match.account: %v", err)
	}
	for _, path := range sortedKeys(config.AttributeMapping) {
		if _, err := scim.ParsePath(path); err != nil {
			return nil, refuse("attribute_mapping: %v", err)
		}
		if ReservedPath(path) {
			return nil, refuse("attribute_mapping sets %q, which is the gateway's or the target's own to set", path)
		}
		if p.mapping[path], err = compileOne("attribute_mapping "+path, config.AttributeMapping[path], expression.Value); err != nil {
			return nil, err
		}
	}
	for _, key := range sortedKeys(config.GroupMapping) {
		group := config.GroupMapping[key]
		p.AdoptGroups[key] = group.AdoptExisting
		if p.groups[key], err = compileOne("group_mapping "+key, group.Name, expression.GroupName); err != nil {
			return nil, err
		}
	}
	return p, nil
}

func compileOne(argument, source string, kind expression.Kind) (*expression.Program, error) {
	compiled, err := expression.Compile(source, kind)
	if err != nil {
		return nil, refuse("%s: %v", argument, err)
	}
	return compiled, nil
}

// today is the calendar date in the zone of the rule's schedule, UTC if it has none.
func today(config *gatewayapi.SyncRuleConfig, now time.Time) (string, error) {
	zone := ""
	if config.Schedule != nil {
		zone = config.Schedule.TimeZone
	}
	location, err := time.LoadLocation(zone)
	if err != nil {
		return "", refuse("schedule.time_zone %q is no IANA time zone", zone)
	}
	return now.In(location).Format(time.DateOnly), nil
}

// mappingKeys are the attributes that an account is made of, sorted.
func (p *program) mappingKeys() []string {
	keys := p.match.Attributes()
	for _, compiled := range p.mapping {
		keys = append(keys, compiled.Attributes()...)
	}
	for _, compiled := range p.groups {
		keys = append(keys, compiled.Attributes()...)
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

// keys are all attributes that the rule reads, sorted.
func (p *program) keys() []string { return union(p.filter.Attributes(), p.mappingKeys()) }

func union(a, b []string) []string {
	keys := slices.Concat(a, b)
	slices.Sort(keys)
	return slices.Compact(keys)
}

// missing returns those of the keys that an integration may not read.
func (r *Readable) missing(keys []string) []string {
	if r.All {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(keys), func(key string) bool {
		return key == attribute.ID || slices.Contains(r.Keys, key)
	})
}

// claimant is another rule of the target, as far as it can select people. One
// without filter cannot decide, whoever it is about.
type claimant struct {
	id     string
	today  string
	filter *expression.Program
}

// compileOthers prepares the other rules. One that could not run itself decides
// about nobody, and that is no failure of this run.
func compileOthers(in *Input) []claimant {
	var others []claimant
	for i := range in.Others {
		other := &in.Others[i]
		if other.ID == in.RuleID {
			continue
		}
		c := claimant{id: other.ID}
		filter, err := expression.Compile(other.Rule.Filter, expression.Filter)
		date, zoneErr := today(&other.Rule, in.Now)
		if err == nil && zoneErr == nil && len(other.Readable.missing(filter.Attributes())) == 0 {
			c.filter, c.today = filter, date
		}
		others = append(others, c)
	}
	return others
}

// readableKeys checks that everything the rule uses can be read, and returns
// the attributes to load: those, and what the filters of the other rules take.
// One lost right must not look like an attribute that nobody has.
func (e *Engine) readableKeys(ctx context.Context, in *Input, rule *program, others []claimant) ([]string, error) {
	keys := rule.keys()
	if missing := in.Readable.missing(keys); len(missing) > 0 {
		return nil, refuse("the rule uses attributes that its custom integration may not read: %s. "+
			"Add them to readable_attributes, or take them out of the rule; nothing was written", strings.Join(missing, ", "))
	}
	all := keys
	for _, other := range others {
		if other.filter != nil {
			all = union(all, other.filter.Attributes())
		}
	}
	unreadable, err := e.Source.Unreadable(ctx, all)
	if err != nil {
		return nil, fmt.Errorf("asking Personio what the gateway's credential may read: %w", err)
	}
	lost := func(key string) bool { return slices.Contains(unreadable, key) }
	if missing := slices.DeleteFunc(slices.Clone(keys), func(key string) bool { return !lost(key) }); len(missing) > 0 {
		return nil, refuse("the rule uses attributes that the gateway's own credential at Personio may not read: %s. "+
			"Grant them in Personio, or take them out of the rule; nothing was written", strings.Join(missing, ", "))
	}
	for i := range others {
		if others[i].filter != nil && slices.ContainsFunc(others[i].filter.Attributes(), lost) {
			others[i].filter = nil
		}
	}
	return slices.DeleteFunc(all, lost), nil
}
