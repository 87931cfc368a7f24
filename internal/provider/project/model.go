package project

import (
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
	"github.com/personio-community/terraform-provider-personio/internal/personio"
	"github.com/personio-community/terraform-provider-personio/internal/provider/tfx"
)

// model is a project as Terraform holds it, in the resource and in the data
// sources.
type model struct {
	ID               types.String `tfsdk:"id"`
	Name             types.String `tfsdk:"name"`
	Status           types.String `tfsdk:"status"`
	ProjectCode      types.String `tfsdk:"project_code"`
	Description      types.String `tfsdk:"description"`
	StartDate        types.String `tfsdk:"start_date"`
	EndDateExclusive types.String `tfsdk:"end_date_exclusive"`
	ParentProjectID  types.String `tfsdk:"parent_project_id"`
	CostCenterID     types.String `tfsdk:"cost_center_id"`
	AssignedToAll    types.Bool   `tfsdk:"assigned_to_all"`
	Billable         types.Bool   `tfsdk:"billable"`
	ClientName       types.String `tfsdk:"client_name"`
	ProjectType      types.String `tfsdk:"project_type"`
}

// fill takes over what Personio answered, as far as a configuration can say it: a
// sub-project is assigned to all and billable if its parent is.
func (m *model) fill(got personio.Project) {
	*m = newModel(got)
	if got.ParentProject != nil {
		m.AssignedToAll, m.Billable = types.BoolNull(), types.BoolNull()
	}
}

// newModel makes the model of what Personio answered. What is not set there is
// null.
func newModel(got personio.Project) model {
	text := func(value string) types.String {
		if value == "" {
			return types.StringNull()
		}
		return types.StringValue(value)
	}
	day := func(date *personio.ProjectDate) types.String {
		if date == nil {
			return types.StringNull()
		}
		return text(date.Date)
	}
	var m model
	m.ID = types.StringValue(got.ID)
	m.Name = types.StringValue(got.Name)
	m.Status = types.StringValue(got.Status)
	m.ProjectCode = text(got.ProjectCode)
	m.Description = text(got.Description)
	m.StartDate = day(got.Start)
	m.EndDateExclusive = day(got.End)
	m.ParentProjectID = text(got.ParentID())
	m.CostCenterID = types.StringNull()
	if got.CostCenter != nil {
		m.CostCenterID = text(got.CostCenter.ID)
	}
	m.AssignedToAll = types.BoolValue(got.AssignedToAll)
	m.Billable = types.BoolValue(got.Billable)
	m.ClientName = text(got.ClientName)
	m.ProjectType = text(got.ProjectType)
	return m
}

// settle decides the flags that the configuration leaves out: false, and nothing
// on a sub-project.
func (m *model) settle(config *model) {
	flag := types.BoolValue(false)
	switch {
	case m.ParentProjectID.IsUnknown():
		flag = types.BoolUnknown()
	case !m.ParentProjectID.IsNull():
		flag = types.BoolNull()
	}
	if config.AssignedToAll.IsNull() {
		m.AssignedToAll = flag
	}
	if config.Billable.IsNull() {
		m.Billable = flag
	}
}

// createRequest is the body that makes the planned project.
func (m *model) createRequest() personio.ProjectFields {
	body, _ := m.updateRequest(&model{})
	if !m.ParentProjectID.IsNull() {
		body.ParentProject = &personio.Reference{ID: m.ParentProjectID.ValueString()}
	}
	return body
}

// updateRequest is the body that turns prior into m: only the members that
// differ, null where one is removed. changed is false if nothing differs.
func (m *model) updateRequest(prior *model) (body personio.ProjectFields, changed bool) {
	differs := func(planned, prior attr.Value) bool {
		if planned.IsUnknown() || planned.Equal(prior) {
			return false
		}
		changed = true
		return true
	}
	if differs(m.Name, prior.Name) {
		body.Name = m.Name.ValueStringPointer()
	}
	if differs(m.Status, prior.Status) {
		body.Status = m.Status.ValueStringPointer()
	}
	if differs(m.AssignedToAll, prior.AssignedToAll) {
		body.AssignedToAll = m.AssignedToAll.ValueBoolPointer()
	}
	if differs(m.Billable, prior.Billable) {
		body.Billable = m.Billable.ValueBoolPointer()
	}
	for _, text := range []struct {
		planned, prior types.String
		member         *gatewayapi.Nullable[string]
	}{
		{m.ProjectCode, prior.ProjectCode, &body.ProjectCode},
		{m.Description, prior.Description, &body.Description},
		{m.ClientName, prior.ClientName, &body.ClientName},
		{m.ProjectType, prior.ProjectType, &body.ProjectType},
	} {
		if differs(text.planned, text.prior) {
			*text.member = nullable(text.planned, func(s string) string { return s })
		}
	}
	day := func(date string) personio.ProjectDate { return personio.ProjectDate{Date: date} }
	if differs(m.StartDate, prior.StartDate) {
		body.Start = nullable(m.StartDate, day)
	}
	if differs(m.EndDateExclusive, prior.EndDateExclusive) {
		body.End = nullable(m.EndDateExclusive, day)
	}
	if differs(m.CostCenterID, prior.CostCenterID) {
		body.CostCenter = nullable(m.CostCenterID, func(id string) personio.Reference { return personio.Reference{ID: id} })
	}
	return body, changed
}

// nullable is the member of a body for a text that is there or null.
func nullable[T any](text types.String, of func(string) T) gatewayapi.Nullable[T] {
	if text.IsNull() {
		return gatewayapi.Null[T]()
	}
	return gatewayapi.Value(of(text.ValueString()))
}

// checkKept reports every attribute that Personio accepted and then did not
// keep, each as an error of its own.
func (m *model) checkKept(planned *model, diags *diag.Diagnostics) {
	same := func(kept, planned attr.Value) bool { return planned.IsUnknown() || kept.Equal(planned) }
	tfx.CheckKept(diags, object(planned.Name.ValueString()), map[string]bool{
		"name":               same(m.Name, planned.Name),
		"status":             same(m.Status, planned.Status),
		"project_code":       same(m.ProjectCode, planned.ProjectCode),
		"description":        same(m.Description, planned.Description),
		"start_date":         same(m.StartDate, planned.StartDate),
		"end_date_exclusive": same(m.EndDateExclusive, planned.EndDateExclusive),
		"parent_project_id":  same(m.ParentProjectID, planned.ParentProjectID),
		"cost_center_id":     same(m.CostCenterID, planned.CostCenterID),
		"assigned_to_all":    same(m.AssignedToAll, planned.AssignedToAll),
		"billable":           same(m.Billable, planned.Billable),
		"client_name":        same(m.ClientName, planned.ClientName),
		"project_type":       same(m.ProjectType, planned.ProjectType),
	})
}
