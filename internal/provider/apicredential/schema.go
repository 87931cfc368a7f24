package apicredential

import (
	"context"
	"maps"

	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
	"github.com/personio-community/terraform-provider-personio/internal/provider/tfx"
)

// The limits of the gateway's contract (gatewayapi.APICredentialCreate).
const (
	maxName         = 255
	maxClientSecret = 512
)

// defaultRotationOverlap leaves a day to bring a new secret to where it is used.
const defaultRotationOverlap = "24h"

const resourceDescription = `A client id and secret of a custom integration, with which a client gets access tokens. It can do what ` +
	`its [` + "`personio_custom_integration`" + `](custom_integration.md) may do, and no more. Tokens die within a second of the ` +
	`credential's end: when it is destroyed, disabled or expired. With ` + "`kind = \"recruiting\"`" + ` it is a company id and static ` +
	`token for Personio's recruiting API instead.

This resource needs a gateway: Personio's own API offers no way to manage credentials. With ` +
	"`base_url = \"https://api.personio.de\"`" + ` its plan fails and says so.

## Where the secret goes

The secret is shown once, when it is made. Choose where it goes:

- **Into the state** (default): the gateway makes the secret, and ` + "`client_secret`" + ` holds it, marked as sensitive. **Terraform ` +
	`state stores it in clear text**, so keep the state in a backend that is encrypted and that few can read.
- **Into the state, encrypted**: give the public key of an [age](https://age-encryption.org) key pair in ` + "`secret_recipient`" + `. The ` +
	`provider encrypts the secret before it stores it, ` + "`encrypted_client_secret`" + ` holds the ciphertext, and ` + "`client_secret`" +
	` stays null. Only the holder of the private key reads it: ` +
	"`terraform output -raw encrypted_client_secret | age --decrypt --identity key.txt`" + `.
- **Not into Terraform's files at all**: bring a secret of your own in ` + "`client_secret_wo`" + `, for example from an ephemeral ` +
	`resource of your secret store. It is in no plan and no state; ` + "`client_secret`" + ` stays null. Needs Terraform 1.11 or newer.

## Rotation without downtime

Change ` + "`secret_version`" + ` and apply: the credential gets a new secret under the same client id, and the old one stays valid ` +
	`for ` + "`rotation_overlap`" + `, time enough to bring the new one to where it is used. ` + "`previous_secret_expires_at`" + ` says ` +
	`when the old one ends. To cut off a secret that leaked, set ` + "`rotation_overlap = \"0s\"`" + ` in the same change. With a secret ` +
	`of your own, change ` + "`client_secret_wo_version`" + ` along with the value instead.

With ` + "`rotate_after`" + ` the credential rotates by itself: once the secret is so old, less ` + "`early_rotation_window`" + `, ` +
	"`ready_for_rotation`" + ` is true, and the next plan contains the rotation and says why. Terraform does nothing between its runs, so ` +
	`let it run more often than the window is long. The refresh of a plan looks at the clock; with ` + "`-refresh=false`" + ` nothing new ` +
	`falls due.

To replace the client id together with the secret, change ` + "`client_id_version`" + `. The credential and its ` + "`id`" + ` stay. The ` +
	`old client id goes on with the old secret, and with that only, for ` + "`rotation_overlap`" + `; tokens that were issued from ` +
	`the old pair end with it. With a secret of your own, give another one and change ` + "`client_secret_wo_version`" + ` in the same ` +
	`apply, else the plan fails.

A change of ` + "`secret_recipient`" + ` needs a new secret, because nobody but the holder of the private key has the old one: change ` +
	"`secret_version`" + ` along with it, else the plan fails.

A secret that somebody rotated outside Terraform cannot be read back: ` + "`client_secret`" + ` or ` + "`encrypted_client_secret`" + ` becomes null, with ` +
	`a warning, and the next change of ` + "`secret_version`" + ` makes a new one. After an import both are null as well, and the first ` +
	"`secret_version`" + `, ` + "`client_id_version`" + ` and ` + "`secret_recipient`" + ` are taken over without a rotation, so that importing ` +
	`disturbs no client. Only a secret that is older than ` + "`rotate_after`" + ` allows rotates at once, and the plan warns of it.

## Recruiting

Personio's ` + "`/v1/recruiting`" + ` takes no access tokens. With ` + "`kind = \"recruiting\"`" + ` the secret is a static token that the client ` +
	`sends with every call, as ` + "`Authorization: Bearer`" + `, next to ` + "`company_id`" + ` as ` + "`X-Company-ID`" + `. It opens ` +
	`nothing else, whatever the scopes of the integration, and access tokens do not open ` + "`/v1/recruiting`" + `. Where the secret goes, ` +
	`rotation, expiry and switching off work as above; ` + "`client_id`" + ` is null, so there is nothing to reset. The gateway needs ` +
	`a recruiting access of its own: ` + "`personio-gateway serve --upstream-recruiting-company-id ... --upstream-recruiting-token-file ...`" + `.`

// Schema describes the resource.
func (r *Resource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	attributes := configurationAttributes()
	maps.Copy(attributes, rotationAttributes())
	maps.Copy(attributes, secretAttributes())
	maps.Copy(attributes, lifetimeAttributes())
	maps.Copy(attributes, computedAttributes())
	resp.Schema = schema.Schema{MarkdownDescription: resourceDescription, Attributes: attributes}
}

// configurationAttributes are what the user writes, apart from the secret.
func configurationAttributes() map[string]schema.Attribute {
	replace := []planmodifier.String{stringplanmodifier.RequiresReplace()}
	return map[string]schema.Attribute{
		"custom_integration_id": schema.StringAttribute{
			MarkdownDescription: "Id of the custom integration that the credential belongs to. A change makes a new credential.",
			Required:            true,
			PlanModifiers:       replace,
			Validators:          []validator.String{tfx.IDOf("custom_integration")},
		},
		"name": schema.StringAttribute{
			MarkdownDescription: "Name of the credential, for people; need not be unique. 1 to 255 characters.",
			Required:            true,
			Validators:          []validator.String{stringvalidator.UTF8LengthBetween(1, maxName)},
		},
		"kind": schema.StringAttribute{
			MarkdownDescription: "`personnel`: client id and secret for access tokens. `recruiting`: company id and a static token for " +
				"`/v1/recruiting`; needs a gateway that was given recruiting access. The two open different APIs, so that a change " +
				"makes a new credential. Default: `personnel`.",
			Optional:      true,
			Computed:      true,
			Default:       stringdefault.StaticString(string(gatewayapi.KindPersonnel)),
			PlanModifiers: replace,
			Validators: []validator.String{
				tfx.OneOf("kind", string(gatewayapi.KindPersonnel), string(gatewayapi.KindRecruiting)),
			},
		},
		"enabled": schema.BoolAttribute{
			MarkdownDescription: "Whether the credential may be used. While `false` it gets no access token, and tokens issued before " +
				"are refused. Default: `true`.",
			Optional: true,
			Computed: true,
			Default:  booldefault.StaticBool(true),
		},
		"expires_at": schema.StringAttribute{
			MarkdownDescription: "When the credential ends (RFC 3339, for example `2027-12-31T00:00:00Z`). Must lie in the future when " +
				"it is set or changed. Default: never.",
			CustomType: timetypes.RFC3339Type{},
			Optional:   true,
		},
	}
}

// rotationAttributes are what changes the secret, and the client id with it.
func rotationAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"secret_version": schema.Int64Attribute{
			MarkdownDescription: "Any change of this number gives the credential a new secret, setting it later and removing it " +
				"included; the number itself means nothing. Only the first value after an import is taken over without a new secret. " +
				"Conflicts with `client_secret_wo`.",
			Optional:   true,
			Validators: []validator.Int64{int64validator.ConflictsWith(path.MatchRoot("client_secret_wo"))},
		},
		"client_id_version": schema.Int64Attribute{
			MarkdownDescription: "Any change of this number gives the credential a new client id and a new secret, setting it later and " +
				"removing it included; the number itself means nothing. Only the first value after an import is taken over without a " +
				"reset. With `client_secret_wo`, change `client_secret_wo_version` too. Not for `kind = \"recruiting\"`.",
			Optional: true,
		},
		"rotation_overlap": schema.StringAttribute{
			MarkdownDescription: "How long the old secret, with its client id, stays valid after a rotation, as a duration from `0s` (cut off at once) to " +
				"`720h`. Changing it alone rotates nothing. Default: `24h`.",
			CustomType: timetypes.GoDurationType{},
			Optional:   true,
			Computed:   true,
			Default:    stringdefault.StaticString(defaultRotationOverlap),
			Validators: []validator.String{tfx.DurationBetween(0, gatewayapi.MaxRotationOverlap)},
		},
	}
}

// secretAttributes are the secret and where it goes.
func secretAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"client_secret_wo": schema.StringAttribute{
			MarkdownDescription: "A secret of your own, 32 to 512 characters, instead of one that the gateway makes. Write-only: it is " +
				"in no plan and no state. Sent when the credential is made, and after that when `client_secret_wo_version` changes. " +
				"Conflicts with `secret_version`.",
			Optional:  true,
			WriteOnly: true,
			Sensitive: true,
			Validators: []validator.String{
				stringvalidator.UTF8LengthBetween(gatewayapi.MinClientSecretLength, maxClientSecret),
			},
		},
		"client_secret_wo_version": schema.Int64Attribute{
			MarkdownDescription: "Any change of this number to another sends `client_secret_wo` as the new secret; Terraform cannot see " +
				"that the value itself changed. Removing the number leaves the secret as it is.",
			Optional: true,
		},
		"secret_recipient": schema.StringAttribute{
			MarkdownDescription: "Public key of an age X25519 key pair (`age1...`) to which the provider encrypts the secret that the " +
				"gateway made, so that the state holds ciphertext only. Setting, changing or removing it needs a new secret: change " +
				"`secret_version` too. Conflicts with `client_secret_wo`.",
			Optional: true,
			Validators: []validator.String{
				tfx.Checked(recipientSummary, "must be an age X25519 recipient", recipientProblem),
				stringvalidator.ConflictsWith(ownSecret()...),
			},
		},
		"client_secret": schema.StringAttribute{
			MarkdownDescription: "The secret that the gateway made. Stored in the state in clear text. Null with `secret_recipient` and " +
				"`client_secret_wo`, after an import, and after a rotation outside Terraform.",
			Computed:  true,
			Sensitive: true,
		},
		"encrypted_client_secret": schema.StringAttribute{
			MarkdownDescription: "The secret that the gateway made, encrypted to `secret_recipient`, as an armored age file. Null without " +
				"`secret_recipient`, after an import, and after a rotation outside Terraform.",
			Computed: true,
		},
	}
}

// ownSecret is where a secret of the user's own is, which the provider can
// neither encrypt nor make anew.
func ownSecret() []path.Expression {
	return []path.Expression{path.MatchRoot("client_secret_wo"), path.MatchRoot("client_secret_wo_version")}
}

// lifetimeAttributes are how old a secret gets, and how old it is.
func lifetimeAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"rotate_after": schema.StringAttribute{
			MarkdownDescription: "How old a secret gets, as a duration from `1h` to `87600h`, for example `2160h` for 90 days. The first " +
				"apply after that, or within `early_rotation_window` before, rotates by itself. Conflicts with `client_secret_wo`. " +
				"Default: no rotation without a change of `secret_version`.",
			CustomType: timetypes.GoDurationType{},
			Optional:   true,
			Validators: []validator.String{
				tfx.DurationBetween(minRotateAfter, maxRotateAfter),
				stringvalidator.ConflictsWith(ownSecret()...),
			},
		},
		"early_rotation_window": schema.StringAttribute{
			MarkdownDescription: "How long before `rotate_after` is over an apply may rotate already, as a duration shorter than " +
				"`rotate_after`. A window as long as the time between two runs of Terraform keeps secrets from getting older than " +
				"`rotate_after`. Default: `0s`.",
			CustomType: timetypes.GoDurationType{},
			Optional:   true,
			Validators: []validator.String{
				tfx.DurationBetween(0, maxRotateAfter),
				stringvalidator.AlsoRequires(path.MatchRoot("rotate_after")),
			},
		},
		"secret_created_at": schema.StringAttribute{
			MarkdownDescription: "When the secret was made (RFC 3339).",
			CustomType:          timetypes.RFC3339Type{},
			Computed:            true,
		},
		"previous_secret_expires_at": schema.StringAttribute{
			MarkdownDescription: "Until when the secret before the last rotation stays valid (RFC 3339); null if it is not.",
			CustomType:          timetypes.RFC3339Type{},
			Computed:            true,
		},
		"ready_for_rotation": schema.BoolAttribute{
			MarkdownDescription: "Whether the secret had come to `early_rotation_window` before the end of `rotate_after` when Terraform " +
				"last looked; the next apply rotates then. Always `false` without `rotate_after`.",
			Computed: true,
		},
	}
}

// computedAttributes are what the gateway knows.
func computedAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"id": schema.StringAttribute{
			MarkdownDescription: "Id of the credential, a UUID; not the client id.",
			Computed:            true,
			PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
		},
		"client_id": schema.StringAttribute{
			MarkdownDescription: "The client id, `papi-` and a UUID. Only a change of `client_id_version` changes it. Null with " +
				"`kind = \"recruiting\"`.",
			Computed: true,
		},
		"company_id": schema.StringAttribute{
			MarkdownDescription: "With `kind = \"recruiting\"` the company id at Personio, which goes into `X-Company-ID`; else null.",
			Computed:            true,
		},
		"status": schema.StringAttribute{
			MarkdownDescription: "`ACTIVE`, `DISABLED` or `EXPIRED`.",
			Computed:            true,
		},
		"last_used_at": schema.StringAttribute{
			MarkdownDescription: "When the credential was last used (RFC 3339); null if never.",
			CustomType:          timetypes.RFC3339Type{},
			Computed:            true,
		},
		"requests_last_24_hours": schema.Int64Attribute{
			MarkdownDescription: "How many calls of Personio's API were made with the credential in the 24 hours before Terraform last " +
				"looked, refused ones included. Fewer if the gateway keeps its access log for less than a day.",
			Computed: true,
		},
		"created_at": schema.StringAttribute{
			MarkdownDescription: "When the credential was made (RFC 3339).",
			CustomType:          timetypes.RFC3339Type{},
			Computed:            true,
			PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
		},
		"updated_at": schema.StringAttribute{
			MarkdownDescription: "When its configuration or secret last changed (RFC 3339).",
			CustomType:          timetypes.RFC3339Type{},
			Computed:            true,
		},
	}
}
