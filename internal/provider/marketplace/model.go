package marketplace

import (
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/personio-community/terraform-provider-personio/internal/provider/marketplace/catalogue"
	"github.com/personio-community/terraform-provider-personio/internal/provider/tfx"
)

// summaryModel is an entry in a list.
type summaryModel struct {
	ID                types.String `tfsdk:"id"`
	Name              types.String `tfsdk:"name"`
	Developer         types.String `tfsdk:"developer"`
	Description       types.String `tfsdk:"description"`
	MadeBy            types.String `tfsdk:"made_by"`
	Category          types.String `tfsdk:"category"`
	Tier              types.String `tfsdk:"tier"`
	ActivationMethods types.Set    `tfsdk:"activation_methods"`
	Way               types.String `tfsdk:"way"`
	SupportContact    types.String `tfsdk:"support_contact"`
}

// newSummaryModel makes the model of an entry.
func newSummaryModel(e *catalogue.Entry) summaryModel {
	return summaryModel{
		ID:                types.StringValue(e.ID),
		Name:              types.StringValue(e.Name),
		Developer:         types.StringValue(e.Developer),
		Description:       types.StringValue(e.Description),
		MadeBy:            types.StringValue(e.MadeBy),
		Category:          types.StringValue(e.Category),
		Tier:              text(e.Tier),
		ActivationMethods: set(e.ActivationMethods),
		Way:               types.StringValue(e.Way),
		SupportContact:    text(e.SupportContact),
	}
}

// entryModel is an entry as a whole.
type entryModel struct {
	summaryModel

	WayReason          types.String       `tfsdk:"way_reason"`
	RecommendedScopes  types.Set          `tfsdk:"recommended_scopes"`
	AllAttributes      types.Bool         `tfsdk:"all_attributes"`
	RequiredAttributes types.Set          `tfsdk:"required_attributes"`
	OptionalAttributes types.Set          `tfsdk:"optional_attributes"`
	Attributes         types.Set          `tfsdk:"attributes"`
	CustomAttributes   types.Set          `tfsdk:"custom_attributes"`
	Instructions       *instructionsModel `tfsdk:"instructions"`
	Sources            []sourceModel      `tfsdk:"sources"`
}

// instructionsModel says how an integration is activated.
type instructionsModel struct {
	Text types.String `tfsdk:"text"`
	URL  types.String `tfsdk:"url"`
}

// sourceModel is a page that an entry rests on.
type sourceModel struct {
	URL      types.String `tfsdk:"url"`
	LookedUp types.String `tfsdk:"looked_up"`
}

// newEntryModel makes the model of an entry.
func newEntryModel(e *catalogue.Entry) entryModel {
	m := entryModel{
		summaryModel:       newSummaryModel(e),
		WayReason:          types.StringValue(e.WayReason),
		RecommendedScopes:  set(e.RecommendedScopes),
		AllAttributes:      types.BoolValue(e.AllAttributes),
		RequiredAttributes: set(e.RequiredAttributes),
		OptionalAttributes: set(e.OptionalAttributes),
		Attributes:         set(e.Attributes()),
		CustomAttributes:   set(e.CustomAttributes),
		Instructions:       &instructionsModel{Text: types.StringValue(e.Instructions.Text), URL: types.StringValue(e.Instructions.URL)},
		Sources:            make([]sourceModel, len(e.Sources)),
	}
	for i, source := range e.Sources {
		m.Sources[i] = sourceModel{URL: types.StringValue(source.URL), LookedUp: types.StringValue(source.LookedUp)}
	}
	return m
}

// text is a string that is null if nobody knows it.
func text(value string) types.String {
	if value == "" {
		return types.StringNull()
	}
	return types.StringValue(value)
}

func set(values []string) types.Set { return tfx.StringSet(types.SetNull(types.StringType), values) }
