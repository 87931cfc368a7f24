package accesstoken

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/personio-community/terraform-provider-personio/internal/provider/tfx"
)

const description = `An access token for Personio's API, opened for one run of Terraform and revoked at its end; for what calls the API ` +
	`during the run, such as another provider that takes a token in its configuration.

The token is ephemeral: it is in no plan and no state. It is one of its own, so that the provider's calls are not disturbed when it ` +
	`ends, and it creates nothing lasting. Each plan and each apply opens another one. Opening it is a login, which counts as use of the credential; Personio ` +
	`and gateways allow 150 logins a minute, and the provider keeps to that.

At the end of the run the token is revoked. If that fails, the run does not: a warning says so, and the token ends by itself, after 24 hours ` +
	`at Personio. Do not hand it to anything that goes on after the run.

Works with Personio itself (` + "`base_url = \"https://api.personio.de\"`" + `) and with a gateway. Ephemeral resources need Terraform 1.10 or ` +
	`OpenTofu 1.11.`

// maxScopes is how many scopes a token may be narrowed to.
const maxScopes = 100

// Schema describes the ephemeral resource.
func (e *EphemeralResource) Schema(_ context.Context, _ ephemeral.SchemaRequest, resp *ephemeral.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: description,
		Attributes: map[string]schema.Attribute{
			"client_id": schema.StringAttribute{
				MarkdownDescription: "Client id of the credential, of the API that the provider's `base_url` names. Left out, together with " +
					"`client_secret`: the provider's own credential.",
				Optional:   true,
				Validators: []validator.String{stringvalidator.LengthAtLeast(1)},
			},
			"client_secret": schema.StringAttribute{
				MarkdownDescription: "Client secret of the credential. Like everything here it may be ephemeral, and is not stored.",
				Optional:            true,
				Sensitive:           true,
			},
			"scopes": schema.SetAttribute{
				MarkdownDescription: "Scopes that the token is narrowed to, as the API names them: `personio:persons:read`. Scopes that the " +
					"credential does not have fail the run. Left out: all that the credential has, and this tells which.",
				ElementType: types.StringType,
				Optional:    true,
				Computed:    true,
				Validators: []validator.Set{
					setvalidator.SizeBetween(1, maxScopes),
					setvalidator.NoNullValues(),
					setvalidator.ValueStringsAre(tfx.TokenScope()),
				},
			},
			"access_token": schema.StringAttribute{
				MarkdownDescription: "The token: the value of `Authorization` after `Bearer`.",
				Computed:            true,
				Sensitive:           true,
			},
			"token_type": schema.StringAttribute{
				MarkdownDescription: "How the token is presented, always `Bearer`.",
				Computed:            true,
			},
			"expires_at": schema.StringAttribute{
				MarkdownDescription: "When the token would end by itself (RFC 3339).",
				CustomType:          timetypes.RFC3339Type{},
				Computed:            true,
			},
		},
	}
}
