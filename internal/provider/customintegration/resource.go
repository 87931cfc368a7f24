// Package customintegration is the concept of a custom integration in
// Terraform: the resource personio_custom_integration, and the data sources that
// look at connected integrations.
package customintegration

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"

	"github.com/personio-community/terraform-provider-personio/internal/attribute"
	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
	"github.com/personio-community/terraform-provider-personio/internal/personio"
	"github.com/personio-community/terraform-provider-personio/internal/provider/tfx"
)

var (
	_ resource.ResourceWithConfigure      = (*Resource)(nil)
	_ resource.ResourceWithIdentity       = (*Resource)(nil)
	_ resource.ResourceWithImportState    = (*Resource)(nil)
	_ resource.ResourceWithModifyPlan     = (*Resource)(nil)
	_ resource.ResourceWithValidateConfig = (*Resource)(nil)
)

// declaration is what the resource is and needs.
var declaration = tfx.Declaration{
	Type:    "personio_custom_integration",
	Gateway: true,
	Reads:   []string{attribute.ScopeCustomIntegrationsRead},
	Writes:  []string{attribute.ScopeCustomIntegrationsWrite},
}

// Resource is personio_custom_integration.
type Resource struct {
	tfx.Resource
}

// NewResource makes the resource.
func NewResource() resource.Resource { return &Resource{tfx.Resource{Declaration: declaration}} }

// object names an integration in diagnostics.
func object(name string) tfx.Object {
	return tfx.Object{
		Declaration: declaration, Kind: "custom integration", Name: name,
		InUse: "Remove what uses it first: destroying a sync rule touches no account, and API credentials made outside Terraform go with it " +
			"if you set force_destroy = true, apply, and destroy again",
	}
}

// IdentitySchema describes what identifies an integration.
func (r *Resource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = tfx.IdentitySchema("Id of the custom integration, a UUID.")
}

// Create makes the planned integration.
func (r *Resource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	if resp.Diagnostics.HasError() {
		return
	}
	got, err := r.Provider.Client.CustomIntegrations().Create(ctx, plan.createRequest())
	if err != nil {
		tfx.AddError(&resp.Diagnostics, "create", object(plan.Name.ValueString()), nil, err)
		return
	}
	state := plan
	state.fill(got)
	resp.Diagnostics.Append(resp.State.Set(ctx, state)...)
	tfx.SetIdentity(ctx, resp.Identity, got.ID, &resp.Diagnostics)
	tfx.SetPrivate(ctx, resp.Private, tfx.PrivateRevision, got.Revision, &resp.Diagnostics)
	state.checkKept(&plan, &resp.Diagnostics)
}

// Read refreshes the state; an integration that is gone leaves it with a
// warning.
func (r *Resource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state model
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	id := state.ID.ValueString()
	got, err := r.Provider.Client.CustomIntegrations().Get(ctx, id)
	if tfx.ReadFailed(ctx, err, object, state.Name, id, nil, resp) {
		return
	}
	warnUnavailable(got, &resp.Diagnostics)
	state.fill(got)
	resp.Diagnostics.Append(resp.State.Set(ctx, state)...)
	tfx.SetIdentity(ctx, resp.Identity, got.ID, &resp.Diagnostics)
	tfx.SetPrivate(ctx, resp.Private, tfx.PrivateRevision, got.Revision, &resp.Diagnostics)
}

// Update sends the members that changed, provided that nobody else changed the
// integration since the plan was made.
func (r *Resource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, prior model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &prior)...)
	revision := tfx.GetPrivate(ctx, req.Private, tfx.PrivateRevision, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	state := plan
	if body, changed := plan.updateRequest(&prior); changed {
		got, err := r.Provider.Client.CustomIntegrations().Update(ctx, plan.ID.ValueString(), revision, body)
		if err != nil {
			tfx.AddError(&resp.Diagnostics, "update", object(prior.Name.ValueString()), nil, err)
			return
		}
		state.fill(got)
		tfx.SetPrivate(ctx, resp.Private, tfx.PrivateRevision, got.Revision, &resp.Diagnostics)
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, state)...)
	tfx.SetIdentity(ctx, resp.Identity, plan.ID.ValueString(), &resp.Diagnostics)
	state.checkKept(&plan, &resp.Diagnostics)
}

// Delete removes the integration, and its credentials if force_destroy is in
// the state. What is gone already is fine.
func (r *Resource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state model
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	err := r.Provider.Client.CustomIntegrations().Delete(ctx, state.ID.ValueString(), state.ForceDestroy.ValueBool())
	if err == nil || personio.IsNotFound(err) {
		return
	}
	tfx.AddError(&resp.Diagnostics, "delete", object(state.Name.ValueString()), nil, err)
}

// warnUnavailable warns of rights that the integration lists and the gateway
// itself no longer has.
func warnUnavailable(got gatewayapi.CustomIntegration, diags *diag.Diagnostics) {
	for _, missing := range []struct {
		attribute, what string
		values          []string
	}{
		{"scopes", "scopes", got.UnavailableScopes},
		{"readable_attributes", "employee attributes", got.UnavailableAttributes},
	} {
		if len(missing.values) == 0 {
			continue
		}
		diags.AddAttributeWarning(path.Root(missing.attribute),
			fmt.Sprintf("Custom integration %q lists more than the gateway may do", got.Name),
			fmt.Sprintf("The gateway's own credential at Personio no longer has these %s: %s. Calls that need them fail until they "+
				"are granted to that credential again, or taken from the integration.",
				missing.what, strings.Join(missing.values, ", ")))
	}
}
