package syncrule

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/personio-community/terraform-provider-personio/internal/attribute"
	"github.com/personio-community/terraform-provider-personio/internal/expression"
	"github.com/personio-community/terraform-provider-personio/internal/personio"
	"github.com/personio-community/terraform-provider-personio/internal/provider/tfx"
)

// askTimeout bounds the question what an integration may read. A plan can do
// without the answer; the gateway checks again at apply.
const askTimeout = 10 * time.Second

// use is a place of a rule that reads employee attributes.
type use struct {
	at   path.Path
	keys []string
}

// uses lists what the rule reads, as far as the plan knows. Expressions that do
// not compile were refused by their validators.
func (m *model) uses(ctx context.Context, diags *diag.Diagnostics) []use {
	var uses []use
	compiled := func(at path.Path, source types.String, kind expression.Kind) {
		if source.IsNull() || source.IsUnknown() {
			return
		}
		if program, err := expression.Compile(source.ValueString(), kind); err == nil {
			uses = append(uses, use{at, program.Attributes()})
		}
	}
	compiled(path.Root("filter"), m.Filter, expression.Filter)
	if match, ok := part[matchModel](ctx, m.Match, diags); ok && !match.Employee.IsUnknown() {
		uses = append(uses, use{path.Root("match").AtName("employee"), []string{match.Employee.ValueString()}})
	}
	mapping := m.AttributeMapping.Elements()
	for _, key := range slices.Sorted(maps.Keys(mapping)) {
		if source, ok := mapping[key].(types.String); ok {
			compiled(path.Root("attribute_mapping").AtMapKey(key), source, expression.Value)
		}
	}
	groups := m.groups(ctx, diags)
	for _, key := range slices.Sorted(maps.Keys(groups)) {
		compiled(path.Root("group_mapping").AtMapKey(key).AtName("name"), groups[key].Name, expression.GroupName)
	}
	return uses
}

// checkAttributes compares what the rule reads with what its integration may
// read once the plan is applied. Where the plan cannot know that, the gateway
// says it at apply.
//
// A rule that does not change is not to blame for an integration that somebody
// else narrowed: that is a warning, so that it stops nobody's plan.
func (r *Resource) checkAttributes(ctx context.Context, plan *model, changed bool, diags *diag.Diagnostics) {
	if r.Provider == nil || plan.CustomIntegrationID.IsUnknown() {
		return
	}
	id := plan.CustomIntegrationID.ValueString()
	list, planned := r.Provider.AttributeLists.Planned(id)
	if !planned {
		list = r.ask(ctx, id, diags)
	}
	if !list.Known || list.All {
		return
	}
	integration := cmp.Or(list.Name, id)
	for _, u := range plan.uses(ctx, diags) {
		missing := slices.DeleteFunc(slices.Clone(u.keys), func(key string) bool {
			return key == attribute.ID || slices.Contains(list.Keys, key)
		})
		if len(missing) == 0 {
			continue
		}
		if changed || planned {
			addUnreadable(diags.AddAttributeError, plan, integration, u.at, missing)
		} else {
			addUnreadable(diags.AddAttributeWarning, plan, integration, u.at, missing)
		}
	}
}

// ask asks the gateway what an integration may read now. An answer that does not
// come is none: Known is false.
func (r *Resource) ask(ctx context.Context, id string, diags *diag.Diagnostics) tfx.AttributeList {
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	got, err := r.Provider.Client.CustomIntegrations().Get(ctx, id)
	switch {
	case personio.IsGatewayMissing(err):
		declaration.AddGatewayNeeded(diags)
	case personio.IsNotFound(err):
		diags.AddAttributeError(path.Root("custom_integration_id"), "No such custom integration",
			fmt.Sprintf("There is no custom integration with the id %q on this gateway: it was deleted outside Terraform, or never was there. "+
				"Refer to a personio_custom_integration resource, or check the id and the provider's base_url.", id))
	case err == nil:
		return tfx.AttributeList{Name: got.Name, Known: true, All: got.AllAttributes, Keys: got.ReadableAttributes}
	}
	return tfx.AttributeList{}
}

// addUnreadable reports attributes that the integration may not read.
func addUnreadable(add func(path.Path, string, string), plan *model, integration string, at path.Path, missing []string) {
	what, them := "the attribute", "it"
	if len(missing) > 1 {
		what, them = "the attributes", "them"
	}
	names := strings.Join(missing, ", ")
	add(at, fmt.Sprintf("Sync rule %q uses %s outside its integration's list", plan.Name.ValueString(), names),
		fmt.Sprintf("It needs %s %s, which the custom integration %q may not read, so that every run would fail before it writes anything. "+
			"Add %s to readable_attributes of that integration, or take %s out of here.", what, names, integration, them, them))
}
