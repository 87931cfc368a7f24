package syncrule

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
	"github.com/personio-community/terraform-provider-personio/internal/provider/tfx"
)

// ValidateConfig finds contradictions between match and attribute_mapping. All
// else is decided attribute by attribute.
func (r *Resource) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	var config model
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() || config.AttributeMapping.IsUnknown() {
		return
	}
	match, _ := part[matchModel](ctx, config.Match, &resp.Diagnostics)
	mapping := path.Root("attribute_mapping")
	seen := map[string]string{}
	for _, key := range slices.Sorted(maps.Keys(config.AttributeMapping.Elements())) {
		canonical := canonicalPath(key)
		if canonical == canonicalPath(match.Account.ValueString()) {
			resp.Diagnostics.AddAttributeError(mapping.AtMapKey(key), "SCIM path mapped twice",
				fmt.Sprintf("match already gives %s its value: that of the employee's %s. Remove this entry.", key, match.Employee.ValueString()))
		}
		if other, twice := seen[canonical]; twice {
			resp.Diagnostics.AddAttributeError(mapping.AtMapKey(key), "SCIM path mapped twice",
				fmt.Sprintf("%q and %q are two ways of writing one SCIM path. Remove one of them.", other, key))
		}
		seen[canonical] = key
	}
	account := match.Account.ValueString()
	if _, mapped := seen["username"]; mapped || account == "" || account == "userName" || !config.mayProvision() {
		return
	}
	resp.Diagnostics.AddAttributeError(mapping, "userName is missing",
		fmt.Sprintf("Every account needs a userName (RFC 7643, section 4.1.1), and match sets %s. Add userName to attribute_mapping, for "+
			"example userName = \"email\", or take provision from operations.", account))
}

// mayProvision reports whether the configured operations surely let the rule
// make accounts.
func (m *model) mayProvision() bool {
	operations, known := tfx.Strings(m.Operations)
	return m.Operations.IsNull() || known && slices.Contains(operations, string(gatewayapi.OperationProvision))
}

// ModifyPlan decides which computed attributes an update leaves alone, and
// refuses expressions that use more than the integration may read.
func (r *Resource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.Plan.Raw.IsNull() {
		return
	}
	var plan model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	changed := true
	if !req.State.Raw.IsNull() {
		var prior model
		resp.Diagnostics.Append(req.State.Get(ctx, &prior)...)
		if resp.Diagnostics.HasError() {
			return
		}
		// The gateway moves these by itself, so a plan may promise their values
		// only where no call will be made.
		if changed = !plan.sameAs(&prior); !changed {
			plan.State, plan.PausedReason, plan.PausedSince = prior.State, prior.PausedReason, prior.PausedSince
			plan.NextRunAt, plan.UpdatedAt = prior.NextRunAt, prior.UpdatedAt
			resp.Diagnostics.Append(resp.Plan.Set(ctx, plan)...)
		}
	}
	r.checkAttributes(ctx, &plan, changed, &resp.Diagnostics)
}
