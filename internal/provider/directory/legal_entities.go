package directory

import (
	"context"
	"iter"
	"regexp"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/tfsdk"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/personio-community/terraform-provider-personio/internal/attribute"
	"github.com/personio-community/terraform-provider-personio/internal/personio"
	"github.com/personio-community/terraform-provider-personio/internal/provider/tfx"
)

// legalEntityModel is a company of the group.
type legalEntityModel struct {
	ID      types.String `tfsdk:"id"`
	Name    types.String `tfsdk:"name"`
	Country types.String `tfsdk:"country"`
}

func newLegalEntityModel(got personio.LegalEntity) legalEntityModel {
	return legalEntityModel{ID: types.StringValue(string(got.ID)), Name: types.StringValue(got.Name), Country: told(got.Country)}
}

// countryCode is the form of an ISO 3166 alpha-2 code.
var countryCode = regexp.MustCompile(`^[A-Z]{2}$`)

// NewLegalEntitiesDataSource makes personio_legal_entities.
func NewLegalEntitiesDataSource() datasource.DataSource {
	return &listed[legalEntityModel]{
		DataSource: tfx.DataSource{Declaration: tfx.Declaration{Type: "personio_legal_entities", Reads: []string{attribute.ScopePersonsRead}}},
		kind:       "legal entities",
		name:       "legal_entities",
		description: "The legal entities of the company, which employees show as `subcompany`. Needs `personio:persons:read` at a " +
			"gateway." + noEmployees,
		arguments: map[string]schema.Attribute{
			"country": schema.StringAttribute{
				MarkdownDescription: "Show legal entities in this country only: two upper case letters (ISO 3166), such as `DE`.",
				Optional:            true,
				Validators:          []validator.String{stringvalidator.RegexMatches(countryCode, "must be two upper case letters (ISO 3166 alpha-2), such as DE")},
			},
		},
		fields: map[string]schema.Attribute{
			"id":      computed("Id of the legal entity."),
			"name":    computed("Its name."),
			"country": computed("The country it is in, as two upper case letters (ISO 3166); null if Personio does not tell."),
		},
		read: func(ctx context.Context, client *personio.Client, config tfsdk.Config, diags *diag.Diagnostics) iter.Seq2[legalEntityModel, error] {
			var country types.String
			diags.Append(config.GetAttribute(ctx, path.Root("country"), &country)...)
			return mapped(client.LegalEntities(ctx, country.ValueString()), newLegalEntityModel)
		},
		id: func(m legalEntityModel) string { return m.ID.ValueString() },
	}
}
