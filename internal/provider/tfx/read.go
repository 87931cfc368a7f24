package tfx

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/personio-community/terraform-provider-personio/internal/personio"
)

// ReadFailed ends the Read of a resource whose object could not be got, and
// reports whether it did. An object that is gone leaves the state with a
// warning; one that was never there, because its id came with an import, is an
// error. name is that of the state, null after an import.
func ReadFailed(ctx context.Context, err error, object func(name string) Object, name types.String, id string, members Members, resp *resource.ReadResponse) bool {
	switch {
	case err == nil:
		return false
	case personio.IsNotFound(err) && name.IsNull():
		AddImportNotFound(&resp.Diagnostics, object(""), id)
	case personio.IsNotFound(err):
		AddVanished(&resp.Diagnostics, object(name.ValueString()), id)
		// The framework wants an identity even of what is gone, and a state
		// written by an older Terraform has none.
		SetIdentity(ctx, resp.Identity, id, &resp.Diagnostics)
		resp.State.RemoveResource(ctx)
	case name.IsNull():
		AddError(&resp.Diagnostics, "read", object(id), members, err)
	default:
		AddError(&resp.Diagnostics, "read", object(name.ValueString()), members, err)
	}
	return true
}
