// Package accesstoken is the concept of an access token in Terraform: the
// ephemeral resource personio_access_token.
package accesstoken

import (
	"context"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/personio-community/terraform-provider-personio/internal/attribute"
	"github.com/personio-community/terraform-provider-personio/internal/personio"
	"github.com/personio-community/terraform-provider-personio/internal/provider/tfx"
)

var (
	_ ephemeral.EphemeralResourceWithClose          = (*EphemeralResource)(nil)
	_ ephemeral.EphemeralResourceWithConfigure      = (*EphemeralResource)(nil)
	_ ephemeral.EphemeralResourceWithValidateConfig = (*EphemeralResource)(nil)
)

// declaration is what the ephemeral resource is and needs.
var declaration = tfx.Declaration{Type: "personio_access_token"}

const (
	// privateToken is where Close finds the token. What is private to an ephemeral
	// resource is in the memory of one run, and in no file.
	privateToken = "access_token"
	bearer       = "Bearer"
)

// EphemeralResource is personio_access_token.
type EphemeralResource struct {
	tfx.EphemeralResource
}

// NewEphemeralResource makes the ephemeral resource.
func NewEphemeralResource() ephemeral.EphemeralResource {
	return &EphemeralResource{EphemeralResource: tfx.EphemeralResource{Declaration: declaration}}
}

// model is the ephemeral resource as Terraform holds it.
type model struct {
	ClientID     types.String      `tfsdk:"client_id"`
	ClientSecret types.String      `tfsdk:"client_secret"`
	Scopes       types.Set         `tfsdk:"scopes"`
	AccessToken  types.String      `tfsdk:"access_token"`
	TokenType    types.String      `tfsdk:"token_type"`
	ExpiresAt    timetypes.RFC3339 `tfsdk:"expires_at"`
}

// object names the token's credential in diagnostics.
func object(clientID types.String) tfx.Object {
	return tfx.Object{Declaration: declaration, Kind: "access token of API credential", Name: clientID.ValueString()}
}

// ValidateConfig wants client id and secret together.
func (e *EphemeralResource) ValidateConfig(ctx context.Context, req ephemeral.ValidateConfigRequest, resp *ephemeral.ValidateConfigResponse) {
	var config model
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	tfx.CheckClientPair(config.ClientID, config.ClientSecret, "for the credential whose token this is", &resp.Diagnostics)
}

// Open asks for a token. The one that the provider's own calls are made with stays
// as it is.
func (e *EphemeralResource) Open(ctx context.Context, req ephemeral.OpenRequest, resp *ephemeral.OpenResponse) {
	var config model
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	asked, _ := tfx.Strings(config.Scopes)
	if resp.Diagnostics.HasError() {
		return
	}
	client := e.Provider.Client
	token, err := client.RequestToken(ctx, config.ClientID.ValueString(), config.ClientSecret.ValueString(), asked)
	if err != nil {
		tfx.AddPairError(&resp.Diagnostics, "open", object(config.ClientID), config.ClientID, err)
		return
	}
	checkGranted(asked, token.Scopes, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		// Terraform does not close what it could not open.
		e.revoke(ctx, token.AccessToken, &resp.Diagnostics)
		return
	}
	result := config
	if config.Scopes.IsNull() {
		result.Scopes = tfx.StringSet(config.Scopes, token.Scopes)
	}
	result.AccessToken = types.StringValue(token.AccessToken)
	result.TokenType = types.StringValue(bearer)
	result.ExpiresAt = tfx.Time(token.ExpiresAt)
	tfx.SetPrivate(ctx, resp.Private, privateToken, token.AccessToken, &resp.Diagnostics)
	resp.Diagnostics.Append(resp.Result.Set(ctx, result)...)
}

// checkGranted refuses a token that carries less than was asked for. A server that
// grants less has to say so (RFC 6749, section 5.1); one that says nothing grants
// what was asked.
func checkGranted(asked, granted []string, diags *diag.Diagnostics) {
	if len(granted) == 0 {
		return
	}
	carried := attribute.NewScopeSet(granted...)
	var missing []string
	for _, scope := range asked {
		if !carried.Has(scope) {
			missing = append(missing, scope)
		}
	}
	if len(missing) > 0 {
		diags.AddAttributeError(path.Root("scopes"), "The access token carries fewer scopes than asked for",
			fmt.Sprintf("Missing: %s. The credential does not have them; grant them to it, or take them from scopes.", strings.Join(missing, ", ")))
	}
}

// Close revokes the token. Whatever happens is a warning: the run is over, and the
// token ends by itself.
func (e *EphemeralResource) Close(ctx context.Context, req ephemeral.CloseRequest, resp *ephemeral.CloseResponse) {
	token := tfx.GetPrivate(ctx, req.Private, privateToken, &resp.Diagnostics)
	if token != "" && e.Provider != nil {
		e.revoke(ctx, token, &resp.Diagnostics)
	}
}

func (e *EphemeralResource) revoke(ctx context.Context, token string, diags *diag.Diagnostics) {
	err := e.Provider.Client.RevokeToken(ctx, token)
	if err == nil {
		return
	}
	words := err.Error()
	if personio.IsHeldBack(err) {
		words = "The rate limit left no time for it: " + words
	}
	diags.AddWarning("Could not revoke an access token",
		"Everything was done, but the access token that "+declaration.Type+" had opened could not be revoked. It is stored nowhere, and ends by "+
			"itself: after 24 hours at Personio. To end it at once, disable or rotate its credential.\n\n"+words)
}
