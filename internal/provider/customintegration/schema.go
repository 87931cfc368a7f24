package customintegration

import (
	"context"
	"maps"

	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/setdefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/personio-community/terraform-provider-personio/internal/provider/tfx"
)

// The limits of the gateway's contract (gatewayapi.CustomIntegrationCreate).
const (
	maxName        = 255
	maxDescription = 1000
	maxScopes      = 100
	maxList        = 2000
)

const resourceDescription = `A custom integration: a named set of rights to your company's data in Personio. It says which ` +
	`scopes its API credentials carry, which employee attributes they may read and write, and which reports and document ` +
	`categories are open to them; the gateway enforces all of it on every call.

Credentials for it are [` + "`personio_api_credential`" + `](api_credential.md) resources; an integration may have several, for ` +
	`example one for each environment.

This resource needs a gateway: Personio's own API offers no way to manage integrations. With ` +
	"`base_url = \"https://api.personio.de\"`" + ` its plan fails and says so.`

// Schema describes the resource.
func (r *Resource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	attributes := configurationAttributes()
	maps.Copy(attributes, computedAttributes())
	resp.Schema = schema.Schema{MarkdownDescription: resourceDescription, Attributes: attributes}
}

// configurationAttributes are what the user writes.
func configurationAttributes() map[string]schema.Attribute {
	attributes := accessAttributes()
	attributes["name"] = schema.StringAttribute{
		MarkdownDescription: "Name of the integration, unique within the gateway. 1 to 255 characters.",
		Required:            true,
		Validators:          []validator.String{stringvalidator.UTF8LengthBetween(1, maxName)},
	}
	attributes["description"] = schema.StringAttribute{
		MarkdownDescription: "What the integration is for. At most 1000 characters. Default: empty.",
		Optional:            true,
		Computed:            true,
		Default:             stringdefault.StaticString(""),
		Validators:          []validator.String{stringvalidator.UTF8LengthAtMost(maxDescription)},
	}
	attributes["enabled"] = schema.BoolAttribute{
		MarkdownDescription: "Whether the integration may be used. While `false`, none of its credentials gets an access token " +
			"and tokens issued before are refused. Default: `true`.",
		Optional: true,
		Computed: true,
		Default:  booldefault.StaticBool(true),
	}
	attributes["force_destroy"] = schema.BoolAttribute{
		MarkdownDescription: "Whether destroying the integration also revokes API credentials that still belong to it, those made " +
			"outside Terraform included. While `false`, destroying an integration with credentials fails. An integration that " +
			"sync rules read as is never destroyed. Must be applied before the destroy to have an effect. Default: `false`.",
		Optional: true,
		Computed: true,
		Default:  booldefault.StaticBool(false),
	}
	return attributes
}

// accessAttributes say what the integration may do.
func accessAttributes() map[string]schema.Attribute {
	optionalSet := func(text string, element validator.String) schema.SetAttribute {
		return schema.SetAttribute{
			MarkdownDescription: text,
			ElementType:         types.StringType,
			Optional:            true,
			Computed:            true,
			Default:             setdefault.StaticValue(tfx.EmptyStringSet()),
			Validators: []validator.Set{
				setvalidator.SizeAtMost(maxList),
				setvalidator.NoNullValues(),
				setvalidator.ValueStringsAre(element),
			},
		}
	}
	attributeSet := func(text string) schema.SetAttribute { return optionalSet(text, tfx.KnownAttribute()) }
	idSet := func(text string) schema.SetAttribute { return optionalSet(text, stringvalidator.LengthAtLeast(1)) }
	return map[string]schema.Attribute{
		"scopes": schema.SetAttribute{
			MarkdownDescription: "Access rights, as Personio's API names them: `personio:persons:read`, `documents:write`. Older " +
				"strings such as `employees:read` mean the same as their newer form and stay as you write them. May be empty. " +
				"Scopes of the gateway itself (`gateway:...`) cannot be given to an integration.",
			ElementType: types.StringType,
			Required:    true,
			Validators: []validator.Set{
				setvalidator.SizeAtMost(maxScopes),
				setvalidator.NoNullValues(),
				setvalidator.ValueStringsAre(tfx.KnownScope()),
			},
		},
		"readable_attributes": attributeSet("Employee attributes that may be read, by their keys: `first_name`, `department`, " +
			"`dynamic_4711` for a custom attribute. Everything else is left out of every answer; the employee id is always there. " +
			"Needs the scope `personio:persons:read`. Conflicts with `all_attributes`. Default: none."),
		"writable_attributes": attributeSet("Employee attributes that may be written, by their keys. A call that writes any other " +
			"attribute is refused as a whole. Needs the scope `personio:persons:write`. Default: none."),
		"all_attributes": schema.BoolAttribute{
			MarkdownDescription: "Whether the integration may read every employee attribute that the gateway itself may read, " +
				"attributes that are added to Personio later included. Takes the place of `readable_attributes`. The plan that " +
				"turns it on carries a warning. Opens no report and no document: those are listed in `report_ids` and " +
				"`document_category_ids`. Needs the scope `personio:persons:read`. Default: `false`.",
			Optional: true,
			Computed: true,
			Default:  booldefault.StaticBool(false),
		},
		"report_ids": idSet("Ids of the custom reports that may be read, as Personio's `GET /v2/reports` shows them. A report shows every attribute " +
			"that it was built with, salaries included: no list of attributes cuts it, so each report is named here. " +
			"Ids are taken as they are: a report that does not exist yet, or that is opened to Personio's API later, can be listed " +
			"before, and an id that Personio does not have opens nothing. Needs the scope `reports.custom:read`. Default: none."),
		"document_category_ids": idSet("Ids of the document categories whose documents may be used, as Personio's " +
			"`GET /v1/company/document-categories` shows them: read with the scope `documents:read`, written with `documents:write`. What is in a document no list of " +
			"attributes cuts. Ids are taken as they are, and one that Personio does not have opens nothing. Needs one of the two " +
			"scopes. Default: none."),
	}
}

// computedAttributes are what the gateway knows.
func computedAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"id": schema.StringAttribute{
			MarkdownDescription: "Id of the integration, a UUID.",
			Computed:            true,
			PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
		},
		"status": schema.StringAttribute{
			MarkdownDescription: "`PENDING` until it is used for the first time, then `CONNECTED`; `INACTIVE` while it is disabled, " +
				"or when it had credentials and none of them can be used any more.",
			Computed: true,
		},
		"created_at": schema.StringAttribute{
			MarkdownDescription: "When the integration was made (RFC 3339).",
			CustomType:          timetypes.RFC3339Type{},
			Computed:            true,
			PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
		},
		"updated_at": schema.StringAttribute{
			MarkdownDescription: "When its configuration last changed (RFC 3339).",
			CustomType:          timetypes.RFC3339Type{},
			Computed:            true,
		},
		"last_used_at": schema.StringAttribute{
			MarkdownDescription: "When one of its credentials last made a call (RFC 3339); null if none did.",
			CustomType:          timetypes.RFC3339Type{},
			Computed:            true,
		},
	}
}
