package directory

import (
	"context"
	"iter"

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

// betaNote belongs into the description of what Personio has in beta.
const betaNote = "\n\nPersonio has this list in beta: it may change, and an account that may not use it gets an error that says so."

// noEmployees belongs into the description of what tells of nobody.
const noEmployees = "\n\nWorks with Personio itself and with a gateway, and holds no employee data."

// orgUnitModel is a department or a team.
type orgUnitModel struct {
	ID           types.String `tfsdk:"id"`
	Type         types.String `tfsdk:"type"`
	Name         types.String `tfsdk:"name"`
	Abbreviation types.String `tfsdk:"abbreviation"`
	Description  types.String `tfsdk:"description"`
	ParentID     types.String `tfsdk:"parent_id"`
}

func newOrgUnitModel(got personio.OrgUnit) orgUnitModel {
	return orgUnitModel{
		ID: types.StringValue(string(got.ID)), Type: told(got.Type), Name: types.StringValue(got.Name),
		Abbreviation: told(got.Abbreviation), Description: told(got.Description), ParentID: told(got.ParentID),
	}
}

// NewOrgUnitsDataSource makes personio_org_units.
func NewOrgUnitsDataSource() datasource.DataSource {
	return &listed[orgUnitModel]{
		DataSource: tfx.DataSource{Declaration: tfx.Declaration{Type: "personio_org_units", Reads: []string{attribute.ScopePersonsRead}}},
		kind:       "org units",
		name:       "org_units",
		description: "The departments or the teams of the company, with their ids as other APIs and filters take them. Needs " +
			"`personio:persons:read` at a gateway." + noEmployees + betaNote,
		arguments: map[string]schema.Attribute{
			"type": schema.StringAttribute{
				MarkdownDescription: "Which org units: `department` or `team`.",
				Required:            true,
				Validators:          []validator.String{tfx.OneOf("type", "department", "team")},
			},
		},
		fields: map[string]schema.Attribute{
			"id":           computed("Id of the org unit."),
			"type":         computed("`department` or `team`."),
			"name":         computed("Its name."),
			"abbreviation": computed("Its abbreviation; null if it has none."),
			"description":  computed("What it is for; null if nobody said."),
			"parent_id":    computed("Id of the org unit that it is part of, of the same type; null for one at the top."),
		},
		read: func(ctx context.Context, client *personio.Client, config tfsdk.Config, diags *diag.Diagnostics) iter.Seq2[orgUnitModel, error] {
			var kind types.String
			diags.Append(config.GetAttribute(ctx, path.Root("type"), &kind)...)
			return mapped(client.OrgUnits(ctx, kind.ValueString()), newOrgUnitModel)
		},
		id: func(m orgUnitModel) string { return m.ID.ValueString() },
	}
}
