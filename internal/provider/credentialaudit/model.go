package credentialaudit

import (
	"cmp"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/personio-community/terraform-provider-personio/internal/attribute"
	"github.com/personio-community/terraform-provider-personio/internal/personio"
	"github.com/personio-community/terraform-provider-personio/internal/provider/tfx"
)

// model is the data source as Terraform holds it.
type model struct {
	ClientID           types.String     `tfsdk:"client_id"`
	ClientSecret       types.String     `tfsdk:"client_secret"`
	ExpectedScopes     types.Set        `tfsdk:"expected_scopes"`
	ExpectedAttributes types.Set        `tfsdk:"expected_attributes"`
	Scopes             types.Set        `tfsdk:"scopes"`
	ExcessScopes       types.Set        `tfsdk:"excess_scopes"`
	MissingScopes      types.Set        `tfsdk:"missing_scopes"`
	AttributesReadable types.Bool       `tfsdk:"attributes_readable"`
	Attributes         []attributeModel `tfsdk:"attributes"`
	AttributeKeys      types.Set        `tfsdk:"attribute_keys"`
	ExcessAttributes   types.Set        `tfsdk:"excess_attributes"`
	MissingAttributes  types.Set        `tfsdk:"missing_attributes"`
	Compliant          types.Bool       `tfsdk:"compliant"`
}

// attributeModel is one employee attribute.
type attributeModel struct {
	Key         types.String `tfsdk:"key"`
	Label       types.String `tfsdk:"label"`
	Type        types.String `tfsdk:"type"`
	UniversalID types.String `tfsdk:"universal_id"`
}

// newModel completes a configuration with what was found.
func newModel(config model, clientID string, found findings) model {
	m := config
	m.ClientID = types.StringValue(clientID)
	m.Scopes = set(found.scopes)
	m.AttributesReadable = types.BoolValue(found.readable)
	m.Attributes = make([]attributeModel, 0, len(found.attributes))
	keys := make([]string, 0, len(found.attributes))
	for _, a := range found.attributes {
		keys = append(keys, a.Key)
		m.Attributes = append(m.Attributes, newAttributeModel(a))
	}
	slices.SortFunc(m.Attributes, func(a, b attributeModel) int { return cmp.Compare(a.Key.ValueString(), b.Key.ValueString()) })
	m.AttributeKeys = set(keys)
	m.judge(found.scopes, keys)
	return m
}

func newAttributeModel(a personio.EmployeeAttribute) attributeModel {
	m := attributeModel{Key: types.StringValue(a.Key), Label: types.StringValue(a.Label), Type: types.StringValue(a.Type)}
	if a.UniversalID != "" {
		m.UniversalID = types.StringValue(a.UniversalID)
	}
	return m
}

// judge compares what was found with what was agreed. Null says that nothing was
// agreed, which is not the same as agreed and met.
func (m *model) judge(scopes, keys []string) {
	none := types.SetNull(types.StringType)
	m.ExcessScopes, m.MissingScopes, m.ExcessAttributes, m.MissingAttributes, m.Compliant = none, none, none, none, types.BoolNull()
	verdict := func(excess, missing []string) {
		earlier := m.Compliant.IsNull() || m.Compliant.ValueBool()
		m.Compliant = types.BoolValue(earlier && len(excess) == 0 && len(missing) == 0)
	}
	if expected, given := elements(m.ExpectedScopes); given {
		excess, missing := compare(scopes, expected, rightOf)
		m.ExcessScopes, m.MissingScopes = set(excess), set(missing)
		verdict(excess, missing)
	}
	if expected, given := elements(m.ExpectedAttributes); given {
		excess, missing := compare(withoutID(keys), withoutID(expected), func(key string) string { return key })
		m.ExcessAttributes, m.MissingAttributes = set(excess), set(missing)
		verdict(excess, missing)
	}
}

// compare returns what was granted beyond the expected, and what of the expected
// was not granted, each as it was written. Two spellings with the same meaning
// are the same.
func compare(granted, expected []string, meaning func(string) string) (excess, missing []string) {
	beyond := func(these, those []string) (rest []string) {
		known := make(map[string]bool, len(those))
		for _, s := range those {
			known[meaning(s)] = true
		}
		for _, s := range these {
			if !known[meaning(s)] {
				rest = append(rest, s)
			}
		}
		return rest
	}
	return beyond(granted, expected), beyond(expected, granted)
}

// rightOf is the official string of the right that a scope names.
func rightOf(scope string) string {
	official, _ := attribute.CanonicalScope(scope)
	return official
}

// withoutID leaves the employee id out: every answer has it, whatever was agreed.
func withoutID(keys []string) []string {
	return slices.DeleteFunc(slices.Clone(keys), func(key string) bool { return key == attribute.ID })
}

// rights are all rights that a credential may hold, each with its spellings: those
// of the catalogue, and what else is expected.
func rights(expected types.Set) [][]string {
	var all [][]string
	for _, s := range attribute.Scopes() {
		spellings := []string{s.Name}
		if s.Legacy != "" {
			spellings = append(spellings, s.Legacy)
		}
		all = append(all, spellings)
	}
	scopes, _ := elements(expected)
	for _, s := range scopes {
		if _, ok := attribute.LookupScope(s); !ok {
			all = append(all, []string{s})
		}
	}
	return all
}

// elements are the strings of a set; given is false if there is no set.
func elements(s types.Set) (list []string, given bool) {
	list, _ = tfx.Strings(s)
	return list, !s.IsNull()
}

func set(list []string) types.Set {
	return tfx.StringSet(types.SetNull(types.StringType), list)
}
