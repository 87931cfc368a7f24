package project

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/personio-community/terraform-provider-personio/internal/personio"
	"github.com/personio-community/terraform-provider-personio/internal/provider/tfx"
)

// ValidateConfig finds contradictions between attributes.
func (r *Resource) ValidateConfig(ctx context.Context, req resource.ValidateConfigRequest, resp *resource.ValidateConfigResponse) {
	var config model
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	start, end := config.StartDate.ValueString(), config.EndDateExclusive.ValueString()
	if start != "" && end != "" && start > end {
		resp.Diagnostics.AddAttributeError(path.Root("end_date_exclusive"), "A project that ends before it starts",
			fmt.Sprintf("start_date is %s, and end_date_exclusive, the day after the last one, is %s. Personio refuses such a project.", start, end))
	}
	if config.ParentProjectID.IsNull() || config.ParentProjectID.IsUnknown() {
		return
	}
	for _, a := range []struct {
		name  string
		value attr.Value
	}{
		{"cost_center_id", config.CostCenterID},
		{"assigned_to_all", config.AssignedToAll},
		{"billable", config.Billable},
		{"client_name", config.ClientName},
		{"project_type", config.ProjectType},
	} {
		if !a.value.IsNull() && !a.value.IsUnknown() {
			resp.Diagnostics.AddAttributeError(path.Root(a.name), a.name+" on a sub-project",
				fmt.Sprintf("A project with a parent_project_id takes no %s: Personio refuses it. Set it on the parent, and remove it here.", a.name))
		}
	}
}

// ModifyPlan decides the flags that the configuration leaves out, and warns of
// what goes with the change: sub-projects, members.
func (r *Resource) ModifyPlan(ctx context.Context, req resource.ModifyPlanRequest, resp *resource.ModifyPlanResponse) {
	var plan, config, prior model
	if !req.State.Raw.IsNull() {
		resp.Diagnostics.Append(req.State.Get(ctx, &prior)...)
	}
	if req.Plan.Raw.IsNull() {
		if !resp.Diagnostics.HasError() {
			r.warnSubProjects(ctx, &prior, "Destroying", &resp.Diagnostics)
		}
		return
	}
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	plan.settle(&config)
	resp.Diagnostics.Append(resp.Plan.Set(ctx, plan)...)
	switch {
	case req.State.Raw.IsNull():
	case !plan.ParentProjectID.Equal(prior.ParentProjectID):
		r.warnSubProjects(ctx, &prior, "Replacing", &resp.Diagnostics)
	default:
		r.notePlanned(&plan)
		r.warnMembers(ctx, &plan, &prior, &resp.Diagnostics)
	}
}

// notePlanned tells the members of this run what the project will be.
func (r *Resource) notePlanned(plan *model) {
	if r.Provider == nil || plan.AssignedToAll.IsUnknown() {
		return
	}
	r.Provider.Projects.Plan(plan.ID.ValueString(), tfx.PlannedProject{
		Name: plan.Name.ValueString(), SubProject: !plan.ParentProjectID.IsNull(), AssignedToAll: plan.AssignedToAll.ValueBool(),
	})
}

// warnSubProjects names the sub-projects that Personio deletes with a project.
func (r *Resource) warnSubProjects(ctx context.Context, prior *model, doing string, diags *diag.Diagnostics) {
	if r.Provider == nil || !prior.ParentProjectID.IsNull() {
		return
	}
	var names []string
	for sub, err := range r.Provider.Client.Projects().List(ctx, personio.ProjectFilter{ParentID: prior.ID.ValueString()}) {
		if err != nil {
			diags.AddWarning(fmt.Sprintf("Sub-projects of %s are not known", object(prior.Name.ValueString())),
				"Personio deletes a project together with its sub-projects, and they could not be listed.\n\n"+err.Error())
			return
		}
		names = append(names, fmt.Sprintf("%q (%s)", sub.Name, sub.ID))
	}
	if len(names) == 0 {
		return
	}
	slices.Sort(names)
	diags.AddWarning(fmt.Sprintf("%s %s deletes %s", doing, object(prior.Name.ValueString()), count(len(names), "sub-project")),
		"Personio deletes a project together with its sub-projects, whether Terraform manages them or not: "+strings.Join(names, ", ")+
			". To only close the project, set status = \"ARCHIVED\" instead.")
}

// warnMembers tells how many members a project loses by being assigned to all.
func (r *Resource) warnMembers(ctx context.Context, plan, prior *model, diags *diag.Diagnostics) {
	if r.Provider == nil || !plan.AssignedToAll.ValueBool() || prior.AssignedToAll.ValueBool() || !plan.ParentProjectID.IsNull() {
		return
	}
	ids, err := r.Provider.Client.ProjectMembers().List(ctx, prior.ID.ValueString())
	if err != nil {
		tfx.AddError(diags, "list", membersObject(prior.ID.ValueString()), nil, err)
		return
	}
	if len(ids) > 0 {
		diags.AddAttributeWarning(path.Root("assigned_to_all"),
			fmt.Sprintf("Assigning %s to all removes %s", object(prior.Name.ValueString()), count(len(ids), "member")),
			"A project that is assigned to all has no members: Personio removes them, and does not bring them back when the assignment ends.")
	}
}

// count is "1 member" or "2 members".
func count(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return fmt.Sprintf("%d %ss", n, word)
}
