package customintegration

import (
	"slices"

	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
	"github.com/personio-community/terraform-provider-personio/internal/provider/tfx"
)

// model is the resource as Terraform holds it.
type model struct {
	ID                  types.String      `tfsdk:"id"`
	Name                types.String      `tfsdk:"name"`
	Description         types.String      `tfsdk:"description"`
	Enabled             types.Bool        `tfsdk:"enabled"`
	Scopes              types.Set         `tfsdk:"scopes"`
	ReadableAttributes  types.Set         `tfsdk:"readable_attributes"`
	WritableAttributes  types.Set         `tfsdk:"writable_attributes"`
	AllAttributes       types.Bool        `tfsdk:"all_attributes"`
	ReportIDs           types.Set         `tfsdk:"report_ids"`
	DocumentCategoryIDs types.Set         `tfsdk:"document_category_ids"`
	ForceDestroy        types.Bool        `tfsdk:"force_destroy"`
	Status              types.String      `tfsdk:"status"`
	CreatedAt           timetypes.RFC3339 `tfsdk:"created_at"`
	UpdatedAt           timetypes.RFC3339 `tfsdk:"updated_at"`
	LastUsedAt          timetypes.RFC3339 `tfsdk:"last_used_at"`
}

// fill takes over what the gateway answered. force_destroy is known to
// Terraform alone and stays; after an import it gets its default.
func (m *model) fill(got gatewayapi.CustomIntegration) {
	m.ID = types.StringValue(got.ID)
	m.Name = types.StringValue(got.Name)
	m.Description = types.StringValue(got.Description)
	m.Enabled = types.BoolValue(got.Enabled)
	m.Scopes = tfx.StringSet(m.Scopes, got.Scopes)
	m.ReadableAttributes = tfx.StringSet(m.ReadableAttributes, got.ReadableAttributes)
	m.WritableAttributes = tfx.StringSet(m.WritableAttributes, got.WritableAttributes)
	m.AllAttributes = types.BoolValue(got.AllAttributes)
	m.ReportIDs = tfx.StringSet(m.ReportIDs, got.ReportIDs)
	m.DocumentCategoryIDs = tfx.StringSet(m.DocumentCategoryIDs, got.DocumentCategoryIDs)
	m.Status = types.StringValue(string(got.Status))
	m.CreatedAt = tfx.Time(got.CreatedAt)
	m.UpdatedAt = tfx.Time(got.UpdatedAt)
	m.LastUsedAt = tfx.TimePointer(got.LastUsedAt)
	if m.ForceDestroy.IsNull() {
		m.ForceDestroy = types.BoolValue(false)
	}
}

// createRequest is the body that makes the planned integration.
func (m *model) createRequest() gatewayapi.CustomIntegrationCreate {
	return gatewayapi.CustomIntegrationCreate{
		Name:                m.Name.ValueString(),
		Description:         m.Description.ValueString(),
		Enabled:             m.Enabled.ValueBoolPointer(),
		Scopes:              elements(m.Scopes),
		ReadableAttributes:  elements(m.ReadableAttributes),
		WritableAttributes:  elements(m.WritableAttributes),
		AllAttributes:       m.AllAttributes.ValueBool(),
		ReportIDs:           elements(m.ReportIDs),
		DocumentCategoryIDs: elements(m.DocumentCategoryIDs),
	}
}

// updateRequest is the body that turns prior into m: only the members that
// differ. changed is false if nothing of it concerns the gateway.
func (m *model) updateRequest(prior *model) (body gatewayapi.CustomIntegrationUpdate, changed bool) {
	if !m.Name.Equal(prior.Name) {
		body.Name, changed = m.Name.ValueStringPointer(), true
	}
	if !m.Description.Equal(prior.Description) {
		body.Description, changed = m.Description.ValueStringPointer(), true
	}
	if !m.Enabled.Equal(prior.Enabled) {
		body.Enabled, changed = m.Enabled.ValueBoolPointer(), true
	}
	if !m.AllAttributes.Equal(prior.AllAttributes) {
		body.AllAttributes, changed = m.AllAttributes.ValueBoolPointer(), true
	}
	for _, set := range []struct {
		planned, prior types.Set
		member         **[]string
	}{
		{m.Scopes, prior.Scopes, &body.Scopes},
		{m.ReadableAttributes, prior.ReadableAttributes, &body.ReadableAttributes},
		{m.WritableAttributes, prior.WritableAttributes, &body.WritableAttributes},
		{m.ReportIDs, prior.ReportIDs, &body.ReportIDs},
		{m.DocumentCategoryIDs, prior.DocumentCategoryIDs, &body.DocumentCategoryIDs},
	} {
		if !tfx.SameStrings(set.planned, set.prior) {
			values := elements(set.planned)
			*set.member, changed = &values, true
		}
	}
	return body, changed
}

// checkKept reports every attribute that the gateway accepted and then did not
// keep, each as an error of its own.
func (m *model) checkKept(planned *model, diags *diag.Diagnostics) {
	tfx.CheckKept(diags, object(planned.Name.ValueString()), map[string]bool{
		"name":                  m.Name.Equal(planned.Name),
		"description":           m.Description.Equal(planned.Description),
		"enabled":               m.Enabled.Equal(planned.Enabled),
		"scopes":                tfx.SameStrings(m.Scopes, planned.Scopes),
		"readable_attributes":   tfx.SameStrings(m.ReadableAttributes, planned.ReadableAttributes),
		"writable_attributes":   tfx.SameStrings(m.WritableAttributes, planned.WritableAttributes),
		"all_attributes":        m.AllAttributes.Equal(planned.AllAttributes),
		"report_ids":            tfx.SameStrings(m.ReportIDs, planned.ReportIDs),
		"document_category_ids": tfx.SameStrings(m.DocumentCategoryIDs, planned.DocumentCategoryIDs),
	})
}

// elements are the strings of a known set, sorted and never nil: the gateway
// tells an empty list from an absent one.
func elements(set types.Set) []string {
	values, _ := tfx.Strings(set)
	return slices.Clip(values)
}
