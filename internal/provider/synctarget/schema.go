package synctarget

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework-validators/mapvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/mapdefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/setdefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/personio-community/terraform-provider-personio/internal/provider/tfx"
)

// The limits of the gateway's contract (gatewayapi.SyncTargetCreate).
const (
	maxName   = 255
	maxSecret = 8192
)

const resourceDescription = `A sync target: a SCIM 2.0 service provider (RFC 7643, RFC 7644), such as a learning platform or a SaaS ` +
	`management tool, that sync rules write accounts and groups to. Who is written, and as what, is said by ` +
	`[` + "`personio_sync_rule`" + `](sync_rule.md) resources; a target may have several.

The gateway tests a target before it stores or changes it: an address that does not answer, a token that is refused, or something ` +
	`that is no SCIM server fails the apply with the target's own words, and nothing is stored.

**Destroying a target touches nothing there**: accounts and groups stay as they are. While sync rules write to it, destroying it fails. ` +
	`Terraform destroys before it updates, so a target that may be swapped for another in one apply needs ` +
	"`lifecycle { create_before_destroy = true }`" + `.

This resource needs a gateway: Personio's own API offers no way to manage syncs. With ` +
	"`base_url = \"https://api.personio.de\"`" + ` its plan fails and says so.

## Where the secret goes

A target is written to with a bearer token (` + "`token_wo`" + `) or with tokens that the gateway gets from an OAuth 2.0 token endpoint ` +
	`(` + "`oauth`" + `); one of the two is needed. Both secrets are **write-only**: they are in no plan and no state, and the gateway keeps ` +
	`them encrypted. That needs Terraform 1.11 or OpenTofu 1.11.

A secret is sent when the target is made, and after that only when its version moves (` + "`token_wo_version`" + `, ` +
	"`client_secret_wo_version`" + `), or when the target changes from the one way to the other. Terraform cannot see that the value itself ` +
	`changed. Every other change leaves the secret as it is. After an import the versions are null and the secret stays as it is; the first ` +
	`version that is set sends it.`

// Schema describes the resource.
func (r *Resource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	keep := []planmodifier.String{stringplanmodifier.UseStateForUnknown()}
	resp.Schema = schema.Schema{
		MarkdownDescription: resourceDescription,
		Attributes: map[string]schema.Attribute{
			"name": schema.StringAttribute{
				MarkdownDescription: "Name of the target, unique within the gateway. 1 to 255 characters.",
				Required:            true,
				Validators:          []validator.String{stringvalidator.UTF8LengthBetween(1, maxName)},
			},
			"scim": scimAttribute(),
			"id": schema.StringAttribute{
				MarkdownDescription: "Id of the target, a UUID.",
				Computed:            true,
				PlanModifiers:       keep,
			},
			"created_at": schema.StringAttribute{
				MarkdownDescription: "When the target was made (RFC 3339).",
				CustomType:          timetypes.RFC3339Type{},
				Computed:            true,
				PlanModifiers:       keep,
			},
			"updated_at": schema.StringAttribute{
				MarkdownDescription: "When its configuration or its secret last changed (RFC 3339).",
				CustomType:          timetypes.RFC3339Type{},
				Computed:            true,
			},
		},
	}
}

// scimAttribute says where the service provider is, and as whom it is called.
func scimAttribute() schema.SingleNestedAttribute {
	return schema.SingleNestedAttribute{
		MarkdownDescription: "Where the SCIM service provider is, and how it is written to.",
		Required:            true,
		Attributes: map[string]schema.Attribute{
			"url": schema.StringAttribute{
				MarkdownDescription: "Base URL, the part above `/Users` and `/Groups`, for example `https://scim.example.com/v2`. Must be " +
					"`https`, except for a loopback address.",
				Required:   true,
				Validators: []validator.String{baseURL()},
			},
			"token_wo": schema.StringAttribute{
				MarkdownDescription: "Bearer token, at most 8192 bytes. Write-only: it is in no plan and no state. Conflicts with `oauth`.",
				Optional:            true,
				WriteOnly:           true,
				Sensitive:           true,
				Validators:          []validator.String{stringvalidator.LengthBetween(1, maxSecret), bearerToken()},
			},
			"token_wo_version": schema.Int64Attribute{
				MarkdownDescription: "Any change of this number to another sends `token_wo` again. Removing the number leaves the token as " +
					"it is. Conflicts with `oauth`.",
				Optional: true,
			},
			"oauth": oauthAttribute(),
			"headers": schema.MapAttribute{
				MarkdownDescription: "Headers that are sent with every request, by name. They are stored and shown in clear text, so they " +
					"are no place for secrets. Headers that the gateway sets itself are refused, such as `Authorization`, " +
					"`Content-Type` and `Host`. Default: none.",
				ElementType: types.StringType,
				Optional:    true,
				Computed:    true,
				Default:     mapdefault.StaticValue(tfx.EmptyStringMap()),
				Validators: []validator.Map{
					mapvalidator.NoNullValues(),
					mapvalidator.KeysAre(headerName()),
					mapvalidator.ValueStringsAre(tfx.HeaderValue()),
				},
			},
			"ca_cert_pem": schema.StringAttribute{
				MarkdownDescription: "Certificates of authorities, in PEM form, that are trusted in addition to the system's. The " +
					"certificates themselves, not a path. Default: none.",
				Optional:   true,
				Validators: []validator.String{certificates()},
			},
		},
	}
}

// oauthAttribute is the client credentials grant.
func oauthAttribute() schema.SingleNestedAttribute {
	return schema.SingleNestedAttribute{
		MarkdownDescription: "OAuth 2.0 client (client credentials grant, RFC 6749 section 4.4) that the gateway gets its tokens with. " +
			"Conflicts with `token_wo`.",
		Optional: true,
		Attributes: map[string]schema.Attribute{
			"token_url": schema.StringAttribute{
				MarkdownDescription: "Address of the token endpoint. Must be `https`, except for a loopback address.",
				Required:            true,
				Validators:          []validator.String{secretURL()},
			},
			"client_id": schema.StringAttribute{
				MarkdownDescription: "Client id.",
				Required:            true,
				Validators:          []validator.String{stringvalidator.LengthAtLeast(1)},
			},
			"client_secret_wo": schema.StringAttribute{
				MarkdownDescription: "Client secret, at most 8192 bytes. Write-only: it is in no plan and no state.",
				Optional:            true,
				WriteOnly:           true,
				Sensitive:           true,
				Validators:          []validator.String{stringvalidator.LengthBetween(1, maxSecret)},
			},
			"client_secret_wo_version": schema.Int64Attribute{
				MarkdownDescription: "Any change of this number to another sends `client_secret_wo` again. Removing the number leaves the " +
					"client secret as it is.",
				Optional: true,
			},
			"scopes": schema.SetAttribute{
				MarkdownDescription: "Scopes to ask for. Default: none, which leaves the choice to the token endpoint.",
				ElementType:         types.StringType,
				Optional:            true,
				Computed:            true,
				Default:             setdefault.StaticValue(tfx.EmptyStringSet()),
				Validators: []validator.Set{
					setvalidator.NoNullValues(),
					setvalidator.ValueStringsAre(scope()),
				},
			},
		},
	}
}
