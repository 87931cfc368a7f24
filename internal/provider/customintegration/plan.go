package customintegration

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/personio-community/terraform-provider-personio/internal/attribute"
	"github.com/personio-community/terraform-provider-personio/internal/provider/tfx"
)

// ValidateConfig finds contradictions between attributes. A list without the
// scope that lets anybody use it is an error, not a warning: the configuration
// would claim a right that the integration does not have.
func (r *Resource) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	var config model
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if config.AllAttributes.ValueBool() && len(config.ReadableAttributes.Elements()) > 0 {
		resp.Diagnostics.AddAttributeError(path.Root("readable_attributes"), "readable_attributes conflicts with all_attributes",
			"all_attributes = true already lets the integration read every attribute. Remove one of the two.")
	}
	scopes, known := tfx.Strings(config.Scopes)
	if !known {
		return
	}
	checkTwice(scopes, &resp.Diagnostics)
	granted := attribute.NewScopeSet(scopes...)
	requireOneOf := func(name string, used bool, scopes ...string) {
		if used && !slices.ContainsFunc(scopes, granted.Has) {
			addScopeMissing(&resp.Diagnostics, name, scopes)
		}
	}
	requireOneOf("readable_attributes", used(config.ReadableAttributes), attribute.ScopePersonsRead)
	requireOneOf("all_attributes", config.AllAttributes.ValueBool(), attribute.ScopePersonsRead)
	requireOneOf("writable_attributes", used(config.WritableAttributes), attribute.ScopePersonsWrite)
	requireOneOf("report_ids", used(config.ReportIDs), attribute.ScopeReportsRead)
	requireOneOf("document_category_ids", used(config.DocumentCategoryIDs), attribute.ScopeDocumentsRead, attribute.ScopeDocumentsWrite)
}

// checkTwice refuses the older and the newer string of one right side by side:
// removing one of them would take nothing away, which is not what it looks like.
func checkTwice(scopes []string, diags *diag.Diagnostics) {
	seen := map[string]string{}
	for _, scope := range scopes {
		canonical, _ := attribute.CanonicalScope(scope)
		if other, twice := seen[canonical]; twice {
			diags.AddAttributeError(path.Root("scopes"), "Scope listed twice",
				fmt.Sprintf("%q and %q are two names of the same right. Remove one of them.", other, scope))
		}
		seen[canonical] = scope
	}
}

// used reports whether a set surely has an element: an unknown set may be empty.
func used(set types.Set) bool { return len(set.Elements()) > 0 }

// addScopeMissing reports a list that needs one of some scopes.
func addScopeMissing(diags *diag.Diagnostics, name string, scopes []string) {
	quoted := make([]string, len(scopes))
	for i, scope := range scopes {
		quoted[i] = quotedScope(scope)
	}
	diags.AddAttributeError(path.Root(name), name+" without the scope it needs",
		fmt.Sprintf("%s has no effect without the scope %s. Add it to scopes, or remove %s.", name, strings.Join(quoted, " or "), name))
}

// quotedScope is a scope and the other string that means the same.
func quotedScope(scope string) string {
	text := fmt.Sprintf("%q", scope)
	if s, ok := attribute.LookupScope(scope); ok && s.Legacy != "" {
		text += fmt.Sprintf(" (or %q)", s.Legacy)
	}
	return text
}

// ModifyPlan decides which computed attributes an update leaves alone, and
// warns when all attributes are being opened.
func (r *Resource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	if req.Plan.Raw.IsNull() {
		return
	}
	var plan model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	r.notePlanned(&plan)
	if req.State.Raw.IsNull() {
		if plan.AllAttributes.ValueBool() {
			warnAllAttributes(&plan, &resp.Diagnostics)
		}
		return
	}
	var prior model
	resp.Diagnostics.Append(req.State.Get(ctx, &prior)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if plan.AllAttributes.ValueBool() && !prior.AllAttributes.ValueBool() {
		warnAllAttributes(&plan, &resp.Diagnostics)
	}
	// The gateway moves these by itself, so a plan may promise their values only
	// where no call will be made.
	if _, changed := plan.updateRequest(&prior); !changed {
		plan.Status, plan.UpdatedAt, plan.LastUsedAt = prior.Status, prior.UpdatedAt, prior.LastUsedAt
		resp.Diagnostics.Append(resp.Plan.Set(ctx, plan)...)
	}
}

// notePlanned tells the sync rules of this run what the integration may read once
// the plan is applied.
func (r *Resource) notePlanned(plan *model) {
	if r.Provider == nil || plan.ID.IsUnknown() {
		return
	}
	keys, known := tfx.Strings(plan.ReadableAttributes)
	r.Provider.AttributeLists.Plan(plan.ID.ValueString(), tfx.AttributeList{
		Name: plan.Name.ValueString(), Known: known && !plan.AllAttributes.IsUnknown(), All: plan.AllAttributes.ValueBool(), Keys: keys,
	})
}

func warnAllAttributes(plan *model, diags *diag.Diagnostics) {
	diags.AddAttributeWarning(path.Root("all_attributes"),
		fmt.Sprintf("Custom integration %q will read every employee attribute", plan.Name.ValueString()),
		"That includes salaries and bank data where the gateway itself may read them, and attributes that are added to Personio "+
			"later. List readable_attributes instead if the integration needs only some.")
}
