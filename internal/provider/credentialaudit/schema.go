package credentialaudit

import (
	"context"
	"regexp"

	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

const description = `What an API credential may do, read with the credential itself, and how that compares with what was agreed. ` +
	`A ` + "`check`" + ` block over it fails, for example, on the day a vendor's credential can read salaries.

~> **The secret and the state.** A ` + "`client_secret`" + ` that is given to this data source is stored in the state and in saved plans: ` +
	`Terraform accepts neither ephemeral values nor write-only arguments in data sources. Leave ` + "`client_id` and `client_secret`" +
	` out and audit the credential of a **second provider configuration** instead, with an ` + "`alias`" + ` of its own, whose ` +
	"`client_secret`" + ` comes from an ephemeral variable; then the secret is stored nowhere. The first example shows it. Use the ` +
	`arguments only for a secret that the state holds anyway, such as that of a ` + "`personio_api_credential`" + ` of the same configuration.

Works with Personio itself (` + "`base_url = \"https://api.personio.de\"`" + `), where it is the way to govern vendors that always call Personio ` +
	`with a credential made in Personio's screens, and with a gateway.

The audit logs in with the credential at each plan, lists scopes and readable attributes, and revokes its access token. A server that ` +
	`does not say which scopes it granted is asked for one token for each known scope. Being a login, it counts as use of the credential. ` +
	`It sees descriptions of attributes, no employee data. Compensations, documents and custom reports can tell what is not in the list of ` +
	`attributes; their scopes say whether the credential can read any.`

// word is a scope or a key: what can stand in a list separated by spaces.
var word = regexp.MustCompile(`^\S+$`)

// Schema describes the data source.
func (d *DataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: description,
		Attributes: map[string]schema.Attribute{
			"client_id": schema.StringAttribute{
				MarkdownDescription: "Client id of the audited credential. Left out, together with `client_secret`: the provider's own " +
					"credential is audited, and this is its client id.",
				Optional:   true,
				Computed:   true,
				Validators: []validator.String{stringvalidator.LengthAtLeast(1)},
			},
			"client_secret": schema.StringAttribute{
				MarkdownDescription: "Client secret of the audited credential. **It is stored in the state.** Left out, together with " +
					"`client_id`: the provider's own credential is audited, and no secret is stored.",
				Optional:  true,
				Sensitive: true,
			},
			"expected_scopes": expected("The scopes that were agreed. Official and legacy strings mean the same right: `employees:read` " +
				"and `personio:persons:read`. An empty set agrees to none; left out, scopes are not compared."),
			"expected_attributes": expected("Keys of the employee attributes that were agreed, such as `first_name` or `dynamic_4711`. " +
				"`id` does not count, it is part of every answer. An empty set agrees to none; left out, attributes are not compared."),
			"scopes":         computedSet("The granted scopes, as the server writes them."),
			"excess_scopes":  computedSet("Granted scopes that were not agreed, as the server writes them; null without `expected_scopes`."),
			"missing_scopes": computedSet("Agreed scopes that are not granted, as you wrote them; null without `expected_scopes`."),
			"attributes_readable": schema.BoolAttribute{
				MarkdownDescription: "Whether the credential may read employees at all, that is, holds `employees:read` or " +
					"`personio:persons:read`. If not, it can read no attribute, and the lists of attributes are empty.",
				Computed: true,
			},
			"attributes": schema.ListNestedAttribute{
				MarkdownDescription: "The employee attributes that the credential can read, sorted by key.",
				Computed:            true,
				NestedObject:        schema.NestedAttributeObject{Attributes: attributeAttributes()},
			},
			"attribute_keys":     computedSet("Their keys."),
			"excess_attributes":  computedSet("Keys of readable attributes that were not agreed; null without `expected_attributes`."),
			"missing_attributes": computedSet("Keys of agreed attributes that cannot be read; null without `expected_attributes`."),
			"compliant": schema.BoolAttribute{
				MarkdownDescription: "Whether the credential can do exactly what was agreed: nothing in excess, nothing missing. It judges what " +
					"`expected_scopes` and `expected_attributes` say, and is null without both.",
				Computed: true,
			},
		},
	}
}

func expected(description string) schema.Attribute {
	return schema.SetAttribute{
		MarkdownDescription: description,
		ElementType:         types.StringType,
		Optional:            true,
		// Names outside the catalogue pass: Personio may grant what it does not have
		// yet, and that must be possible to agree to.
		Validators: []validator.Set{
			setvalidator.NoNullValues(),
			setvalidator.ValueStringsAre(stringvalidator.RegexMatches(word, "must be one name, without spaces")),
		},
	}
}

func computedSet(description string) schema.Attribute {
	return schema.SetAttribute{MarkdownDescription: description, ElementType: types.StringType, Computed: true}
}

// attributeAttributes describe one employee attribute.
func attributeAttributes() map[string]schema.Attribute {
	text := func(description string) schema.Attribute {
		return schema.StringAttribute{MarkdownDescription: description, Computed: true}
	}
	return map[string]schema.Attribute{
		"key":          text("Key of the attribute: `first_name`, or `dynamic_<number>` for a custom one."),
		"label":        text("Its name on Personio's screens."),
		"type":         text("Type of its values: `standard`, `integer`, `decimal`, `date`, `list`, `tags`, `link` or `multiline`."),
		"universal_id": text("What the attribute means in every company, for example `iban`, whatever its key and label; null if it has no such meaning."),
	}
}
