package synctarget

import (
	"context"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"

	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
	"github.com/personio-community/terraform-provider-personio/internal/provider/tfx"
)

// model is the resource as Terraform holds it.
type model struct {
	ID        types.String      `tfsdk:"id"`
	Name      types.String      `tfsdk:"name"`
	SCIM      types.Object      `tfsdk:"scim"`
	CreatedAt timetypes.RFC3339 `tfsdk:"created_at"`
	UpdatedAt timetypes.RFC3339 `tfsdk:"updated_at"`
}

// scimModel is scim. TokenWO is there in the configuration only, and null in
// plan and state.
type scimModel struct {
	URL            types.String `tfsdk:"url"`
	TokenWO        types.String `tfsdk:"token_wo"`
	TokenWOVersion types.Int64  `tfsdk:"token_wo_version"`
	OAuth          types.Object `tfsdk:"oauth"`
	Headers        types.Map    `tfsdk:"headers"`
	CACertPEM      types.String `tfsdk:"ca_cert_pem"`
}

// oauthModel is scim.oauth. ClientSecretWO is there in the configuration only.
type oauthModel struct {
	TokenURL              types.String `tfsdk:"token_url"`
	ClientID              types.String `tfsdk:"client_id"`
	ClientSecretWO        types.String `tfsdk:"client_secret_wo"`
	ClientSecretWOVersion types.Int64  `tfsdk:"client_secret_wo_version"`
	Scopes                types.Set    `tfsdk:"scopes"`
}

// The types of the nested attributes.
var (
	oauthType = map[string]attr.Type{
		"token_url":                types.StringType,
		"client_id":                types.StringType,
		"client_secret_wo":         types.StringType,
		"client_secret_wo_version": types.Int64Type,
		"scopes":                   types.SetType{ElemType: types.StringType},
	}
	scimType = map[string]attr.Type{
		"url":              types.StringType,
		"token_wo":         types.StringType,
		"token_wo_version": types.Int64Type,
		"oauth":            types.ObjectType{AttrTypes: oauthType},
		"headers":          types.MapType{ElemType: types.StringType},
		"ca_cert_pem":      types.StringType,
	}
)

// settings is scim taken apart. OAuth is nil if the target has none; known is
// false if Terraform does not know scim or oauth yet.
type settings struct {
	scimModel
	oauth *oauthModel
	known bool
}

// settings takes scim apart. Attributes in it may be null or unknown; scim itself
// is null only before an import is read.
func (m *model) settings(ctx context.Context, diags *diag.Diagnostics) settings {
	var s settings
	if m.SCIM.IsNull() || m.SCIM.IsUnknown() {
		return s
	}
	diags.Append(m.SCIM.As(ctx, &s.scimModel, basetypes.ObjectAsOptions{})...)
	s.known = !s.OAuth.IsUnknown()
	if !s.OAuth.IsNull() && !s.OAuth.IsUnknown() {
		s.oauth = &oauthModel{}
		diags.Append(s.OAuth.As(ctx, s.oauth, basetypes.ObjectAsOptions{})...)
	}
	return s
}

// fill takes over what the gateway answered. The secrets are not in it, and
// their versions are known to Terraform alone.
func (m *model) fill(ctx context.Context, got gatewayapi.SyncTarget, diags *diag.Diagnostics) {
	prior := m.settings(ctx, diags)
	m.ID = types.StringValue(got.ID)
	m.Name = types.StringValue(got.Name)
	m.CreatedAt = tfx.Time(got.CreatedAt)
	m.UpdatedAt = tfx.Time(got.UpdatedAt)

	next := scimModel{
		URL:            keep(prior.URL, got.SCIM.URL, trimSlash),
		TokenWOVersion: prior.TokenWOVersion,
		OAuth:          types.ObjectNull(oauthType),
		Headers:        tfx.StringMap(got.SCIM.Headers),
	}
	if got.SCIM.CACertPEM != "" {
		next.CACertPEM = keep(prior.CACertPEM, got.SCIM.CACertPEM, strings.TrimSpace)
	}
	if o := got.SCIM.OAuth; o != nil {
		oauth := oauthModel{Scopes: types.SetNull(types.StringType)}
		if prior.oauth != nil {
			oauth = *prior.oauth
		}
		oauth.TokenURL = types.StringValue(o.TokenURL)
		oauth.ClientID = types.StringValue(o.ClientID)
		oauth.Scopes = tfx.StringSet(oauth.Scopes, o.Scopes)
		value, d := types.ObjectValueFrom(ctx, oauthType, oauth)
		diags.Append(d...)
		next.OAuth = value
	}
	value, d := types.ObjectValueFrom(ctx, scimType, next)
	diags.Append(d...)
	m.SCIM = value
}

// keep is the new value, or the prior way of writing the same.
func keep(prior types.String, value string, canonical func(string) string) types.String {
	if !prior.IsNull() && !prior.IsUnknown() && canonical(prior.ValueString()) == canonical(value) {
		return prior
	}
	return types.StringValue(value)
}

func trimSlash(u string) string { return strings.TrimRight(u, "/") }

// sent is scim on its way to the gateway, without a secret. Everything in it is
// known.
func (s *settings) sent() gatewayapi.SCIMTargetSent {
	sent := gatewayapi.SCIMTargetSent{SCIMTarget: gatewayapi.SCIMTarget{
		URL: s.URL.ValueString(), CACertPEM: s.CACertPEM.ValueString(),
	}}
	if headers := tfx.MapStrings(s.Headers); len(headers) > 0 {
		sent.Headers = headers
	}
	if s.oauth != nil {
		scopes, _ := tfx.Strings(s.oauth.Scopes)
		sent.OAuth = &gatewayapi.SCIMOAuth{
			TokenURL: s.oauth.TokenURL.ValueString(), ClientID: s.oauth.ClientID.ValueString(), Scopes: scopes,
		}
	}
	return sent
}

// addSecret adds the secret of the configuration that goes with the way in which
// the target is written to.
func addSecret(sent *gatewayapi.SCIMTargetSent, config *settings) {
	if config.oauth != nil {
		sent.OAuthClientSecret = config.oauth.ClientSecretWO.ValueString()
		return
	}
	sent.Token = config.TokenWO.ValueString()
}

// sendsSecret reports whether turning prior, nil if there is no target yet, into
// s needs the secret; a version whose value is not known yet counts as moved.
func (s *settings) sendsSecret(prior *settings) bool {
	switch {
	case prior == nil || (s.oauth == nil) != (prior.oauth == nil):
		return true
	case s.oauth == nil:
		return moves(s.TokenWOVersion, prior.TokenWOVersion)
	default:
		return moves(s.oauth.ClientSecretWOVersion, prior.oauth.ClientSecretWOVersion)
	}
}

func moves(planned, prior types.Int64) bool { return !planned.IsNull() && !planned.Equal(prior) }

// sameAs reports whether the gateway would see no difference, secrets aside.
func (s *settings) sameAs(prior *settings) bool {
	same := s.known && prior.known && s.URL.Equal(prior.URL) && s.CACertPEM.Equal(prior.CACertPEM) && s.Headers.Equal(prior.Headers) &&
		(s.oauth == nil) == (prior.oauth == nil)
	if !same || s.oauth == nil {
		return same
	}
	return s.oauth.TokenURL.Equal(prior.oauth.TokenURL) && s.oauth.ClientID.Equal(prior.oauth.ClientID) &&
		tfx.SameStrings(s.oauth.Scopes, prior.oauth.Scopes)
}

// checkKept reports every attribute that the gateway accepted and then did not
// keep, each as an error of its own.
func (m *model) checkKept(ctx context.Context, planned *model, diags *diag.Diagnostics) {
	got, want := m.settings(ctx, diags), planned.settings(ctx, diags)
	tfx.CheckKept(diags, object(planned.Name.ValueString()), map[string]bool{
		"name":             m.Name.Equal(planned.Name),
		"scim.url":         got.URL.Equal(want.URL),
		"scim.headers":     got.Headers.Equal(want.Headers),
		"scim.ca_cert_pem": got.CACertPEM.Equal(want.CACertPEM),
		"scim.oauth":       got.OAuth.Equal(want.OAuth),
	})
}
