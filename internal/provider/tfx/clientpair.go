package tfx

import (
	"errors"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/personio-community/terraform-provider-personio/internal/personio"
)

// CheckClientPair wants client_id and client_secret together or neither. purpose
// says what they are for, if they are given: "for the credential that is audited".
// Unknown values pass. No diagnostic names client_secret as its place: Terraform
// prints the line of the configuration that stands there.
func CheckClientPair(clientID, clientSecret types.String, purpose string, diags *diag.Diagnostics) {
	if clientID.IsUnknown() || clientSecret.IsUnknown() {
		return
	}
	const summary = "Incomplete API credential"
	detail := "client_id and client_secret must be given together, " + purpose + ", or both left out, for the provider's own: "
	at := path.Root("client_id")
	switch {
	case clientSecret.IsNull() && !clientID.IsNull():
		diags.AddAttributeError(at, summary, detail+"client_secret is missing.")
	case clientID.IsNull() && !clientSecret.IsNull():
		diags.AddError(summary, detail+"client_id is missing.")
	case !clientSecret.IsNull() && clientSecret.ValueString() == "":
		diags.AddAttributeError(at, summary, "The client_secret that goes with this client_id is empty.")
	}
}

// AddPairError is [AddError] for a call that logs in with the client_id and
// client_secret of the configuration, or with the provider's own if clientID is
// null.
func AddPairError(diags *diag.Diagnostics, verb string, object Object, clientID types.String, err error) {
	var call *personio.Error
	if clientID.IsNull() || !personio.IsUnauthorized(err) || !errors.As(err, &call) {
		// The provider's own credential: the client's words name its arguments.
		AddError(diags, verb, object, nil, err)
		return
	}
	words := "The client_id and client_secret given here were refused: " + call.Message()
	next := "Check both arguments: the credential may be mistyped, disabled, expired, revoked, or belong to another API than the " +
		"provider's base_url, " + call.BaseURL
	diags.AddAttributeError(path.Root("client_id"), fmt.Sprintf("Could not %s %s", verb, object), detail(call, words, next))
}
