package tfx

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource/identityschema"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
)

// IdentitySchema is the identity of an object with an id of its own.
func IdentitySchema(description string) identityschema.Schema {
	return identityschema.Schema{
		Attributes: map[string]identityschema.Attribute{
			"id": identityschema.StringAttribute{
				Description:       description,
				RequiredForImport: true,
			},
		},
	}
}

// SetIdentity sets the identity of an object with an id of its own. It is nil
// where the caller of the provider knows no identities.
func SetIdentity(ctx context.Context, identity *tfsdk.ResourceIdentity, id string, diags *diag.Diagnostics) {
	SetIdentities(ctx, identity, map[string]string{"id": id}, diags)
}

// SetIdentities is [SetIdentity] for an object that other attributes identify.
func SetIdentities(ctx context.Context, identity *tfsdk.ResourceIdentity, values map[string]string, diags *diag.Diagnostics) {
	if identity == nil {
		return
	}
	for name, value := range values {
		diags.Append(identity.SetAttribute(ctx, path.Root(name), value)...)
	}
}
