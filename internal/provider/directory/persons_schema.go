package directory

import (
	"context"
	"regexp"

	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/personio-community/terraform-provider-personio/internal/provider/tfx"
)

// stateWarning comes before anything else that is said of a data source that
// reads employees.
const stateWarning = "**Employee data lands in the state.** The values of the `attributes` that you list are stored in plain text in the state and in " +
	"saved plans, and whoever can read those can read them; nothing else of anybody is stored. List as little as will do, keep the state where " +
	"employee data may be kept, and remember it when somebody asks for their data to be deleted: state backends keep old versions.\n\n"

const personsDescription = stateWarning + `The people of the company whom the filters select, with the attributes that you list. Filters are those of ` +
	"`GET /v2/persons`" + `; all that are given have to hold. Without any, everybody is read.

~> Needs the right ` + "`personio:persons:read`" + `, and the attributes have to be readable for the provider's credential: one that is not is an error, and no ` +
	`null. Works with Personio itself and with a gateway, where a credential of a custom integration sees what that integration may read.

**Requests.** One for the list of readable attributes. Without filters, one for each 100 people, which asks for the listed attributes only. With filters, one ` +
	`for each 50 people who are found; that is all where only ` + "`id`, `first_name`, `last_name`, `preferred_name` and `email`" + ` are listed. Other attributes are then read ` +
	`in pages of 100 of everybody, which stop when all are there, or one by one where that takes fewer requests. Personio cannot be asked for single attributes ` +
	`in lists with a filter and for one person by id: it sends all that the credential may read, and what is not listed is dropped at once.`

// maxAttributes keeps the URL that lists the attributes at a length that servers
// take.
const maxAttributes = 150

var (
	personID = regexp.MustCompile(`^[1-9][0-9]*$`)
	// emailForm leaves out what Personio would take for several addresses.
	emailForm = regexp.MustCompile(`^[^\s,]+@[^\s,]+$`)
)

const (
	personIDText = "must be the id of a person, a number such as 1007"
	emailText    = "must be one e-mail address"
)

// attributesArgument is the projection.
func attributesArgument() schema.Attribute {
	return schema.SetAttribute{
		MarkdownDescription: "Keys of the attributes to store, such as `first_name`, `department` or `dynamic_4711`; 1 to 150. **Nothing else is stored.** " +
			"`personio_employee_attributes` lists the keys of your company.",
		ElementType: types.StringType,
		Required:    true,
		Validators: []validator.Set{
			setvalidator.SizeBetween(1, maxAttributes), setvalidator.NoNullValues(), setvalidator.ValueStringsAre(tfx.KnownAttribute()),
		},
	}
}

// Schema describes the data source.
func (d *PersonsDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	set := func(description string, form *regexp.Regexp, message string) schema.Attribute {
		return schema.SetAttribute{
			MarkdownDescription: description, ElementType: types.StringType, Optional: true,
			Validators: []validator.Set{setvalidator.NoNullValues(), setvalidator.ValueStringsAre(stringvalidator.RegexMatches(form, message))},
		}
	}
	text := func(description string, validators ...validator.String) schema.Attribute {
		return schema.StringAttribute{
			MarkdownDescription: description, Optional: true, Validators: append(validators, stringvalidator.LengthAtLeast(1)),
		}
	}
	at := func(description string) schema.Attribute {
		return schema.StringAttribute{
			MarkdownDescription: description + " (RFC 3339, such as `2026-01-31T00:00:00Z`).", Optional: true, CustomType: timetypes.RFC3339Type{},
		}
	}
	person := schema.NestedAttributeObject{Attributes: personFields()}
	resp.Schema = schema.Schema{
		MarkdownDescription: personsDescription,
		Attributes: map[string]schema.Attribute{
			"attributes":     attributesArgument(),
			"ids":            set("Show people with one of these ids only. An empty set selects nobody.", personID, personIDText),
			"emails":         set("Show people with one of these e-mail addresses only. An empty set selects nobody.", emailForm, emailText),
			"first_name":     text("Show people with exactly this first name only."),
			"last_name":      text("Show people with exactly this last name only."),
			"preferred_name": text("Show people with exactly this preferred name only."),
			"status": text("`ACTIVE`: show people who have not left, those on leave and those yet to come included. `INACTIVE`: show people who have left.",
				tfx.OneOf("status", "ACTIVE", "INACTIVE")),
			"created_at":    at("Show people who were created at this time only"),
			"created_at_gt": at("Show people who were created after this time only"),
			"created_at_lt": at("Show people who were created before this time only"),
			"updated_at":    at("Show people who were last changed at this time only"),
			"updated_at_gt": at("Show people who were last changed after this time only"),
			"updated_at_lt": at("Show people who were last changed before this time only"),
			"persons":       schema.ListNestedAttribute{MarkdownDescription: "The people, sorted by id.", Computed: true, NestedObject: person},
			"by_id":         schema.MapNestedAttribute{MarkdownDescription: "The same people by their ids.", Computed: true, NestedObject: person},
		},
	}
}

func personFields() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"id":     computed("Id of the person, the same in both versions of Personio's API."),
		"values": schema.MapAttribute{MarkdownDescription: valuesDescription, ElementType: types.StringType, Computed: true},
	}
}
