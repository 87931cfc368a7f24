// Package webhook is the concept of a webhook in Terraform: the resource
// personio_webhook, data sources for webhooks and what was sent to them, and
// actions that try them out.
package webhook

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/personio-community/terraform-provider-personio/internal/attribute"
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

// reads and writes are the scopes of webhooks.
var (
	reads  = []string{attribute.ScopeWebhooksRead}
	writes = []string{attribute.ScopeWebhooksWrite}
)

// declaration is what the resource is and needs.
var declaration = tfx.Declaration{Type: "personio_webhook", Reads: reads, Writes: writes}

// Resource is personio_webhook.
type Resource struct {
	tfx.Resource
}

// NewResource makes the resource.
func NewResource() resource.Resource { return &Resource{tfx.Resource{Declaration: declaration}} }

// object names a webhook in diagnostics, by its description: its URL may hold a
// secret.
func object(description string) tfx.Object {
	return tfx.Object{Declaration: declaration, Kind: "webhook", Name: description}
}

// members are the request members that have another name in Terraform.
var members = tfx.Members{"token": "token_wo", "custom_headers": "custom_headers_wo"}

// IdentitySchema describes what identifies a webhook.
func (r *Resource) IdentitySchema(_ context.Context, _ resource.IdentitySchemaRequest, resp *resource.IdentitySchemaResponse) {
	resp.IdentitySchema = tfx.IdentitySchema("Id of the webhook, a UUID.")
}

// Create makes the planned webhook.
func (r *Resource) Create(ctx context.Context, req resource.CreateRequest, resp *resource.CreateResponse) {
	var plan, config model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	plan.settle(&config, nil)
	plan.checkCredential(&config, newNeedsIt, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	got, err := r.Provider.Client.Webhooks().Create(ctx, plan.creates(&config))
	if err != nil {
		r.addError(ctx, "create", plan.Description.ValueString(), plan.URL.ValueString(), err, &resp.Diagnostics)
		if got.ID == "" {
			return
		}
	}
	// A webhook that was made and could not be read is in the state all the same.
	state := plan
	state.fill(got)
	resp.Diagnostics.Append(resp.State.Set(ctx, state)...)
	tfx.SetIdentity(ctx, resp.Identity, got.ID, &resp.Diagnostics)
	state.checkKept(&plan, &resp.Diagnostics)
}

// Read refreshes the state; a webhook that is gone leaves it with a warning.
func (r *Resource) Read(ctx context.Context, req resource.ReadRequest, resp *resource.ReadResponse) {
	var state model
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	id := state.ID.ValueString()
	got, err := r.Provider.Client.Webhooks().Get(ctx, id)
	if tfx.ReadFailed(ctx, err, object, state.Description, id, members, resp) {
		return
	}
	state.fill(got)
	resp.Diagnostics.Append(resp.State.Set(ctx, state)...)
	tfx.SetIdentity(ctx, resp.Identity, id, &resp.Diagnostics)
}

// Update sends what changed; a secret goes along only if the plan says so.
func (r *Resource) Update(ctx context.Context, req resource.UpdateRequest, resp *resource.UpdateResponse) {
	var plan, prior, config model
	resp.Diagnostics.Append(req.Plan.Get(ctx, &plan)...)
	resp.Diagnostics.Append(req.State.Get(ctx, &prior)...)
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	plan.settle(&config, &prior)
	if plan.sendsCredential(&prior) {
		plan.checkCredential(&config, sentBecause, &resp.Diagnostics)
	}
	if resp.Diagnostics.HasError() {
		return
	}
	state := plan
	if body, changed := plan.updates(&prior, &config); changed {
		got, err := r.Provider.Client.Webhooks().Update(ctx, plan.ID.ValueString(), body)
		if err != nil {
			r.addError(ctx, "update", prior.Description.ValueString(), plan.URL.ValueString(), err, &resp.Diagnostics)
			return
		}
		state.fill(got)
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, state)...)
	tfx.SetIdentity(ctx, resp.Identity, plan.ID.ValueString(), &resp.Diagnostics)
	state.checkKept(&plan, &resp.Diagnostics)
}

// Delete removes the webhook. What is gone already is fine.
func (r *Resource) Delete(ctx context.Context, req resource.DeleteRequest, resp *resource.DeleteResponse) {
	var state model
	resp.Diagnostics.Append(req.State.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	err := r.Provider.Client.Webhooks().Delete(ctx, state.ID.ValueString())
	if err != nil && !personio.IsNotFound(err) {
		tfx.AddError(&resp.Diagnostics, "delete", object(state.Description.ValueString()), members, err)
	}
}

// addError reports a write that failed. Personio does not say what is in the way
// of one that it calls a conflict; a webhook of the same URL probably is.
func (r *Resource) addError(ctx context.Context, verb, description, url string, err error, diags *diag.Diagnostics) {
	tfx.AddError(diags, verb, object(description), members, err)
	if !personio.IsConflict(err) {
		return
	}
	for other, err := range r.Provider.Client.Webhooks().List(ctx, personio.WebhookFilter{}) {
		if err != nil {
			return
		}
		if other.URL == url {
			diags.AddAttributeError(path.Root("url"), "Another webhook has the URL",
				fmt.Sprintf("The webhook %q has it, which was made outside of this configuration or by another resource in it. To manage that "+
					"one with Terraform, import it: terraform import %s.<name> %s", other.Description, declaration.Type, other.ID))
			return
		}
	}
}

// find reads a webhook for a data source or an action; ok is false after an error.
func find(ctx context.Context, provider *tfx.ProviderData, id types.String, diags *diag.Diagnostics) (personio.Webhook, bool) {
	got, err := provider.Client.Webhooks().Get(ctx, id.ValueString())
	if err == nil {
		return got, true
	}
	if personio.IsNotFound(err) {
		addNoSuch(diags, "id", id.ValueString())
	} else {
		tfx.AddError(diags, "read", object(id.ValueString()), nil, err)
	}
	return got, false
}

func addNoSuch(diags *diag.Diagnostics, what, value string) {
	diags.AddError("No such webhook", fmt.Sprintf("There is no webhook with the %s %q. Check the %s, and the provider's base_url; the data "+
		"source personio_webhooks lists those that exist.", what, value, what))
}
