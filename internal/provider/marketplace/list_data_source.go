package marketplace

import (
	"context"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/personio-community/terraform-provider-personio/internal/provider/marketplace/catalogue"
	"github.com/personio-community/terraform-provider-personio/internal/provider/tfx"
)

var _ datasource.DataSource = (*ListDataSource)(nil)

// listDataSourceDeclaration is what the data source is; it needs nothing.
var listDataSourceDeclaration = tfx.Declaration{Type: "personio_marketplace_integrations"}

// ListDataSource is personio_marketplace_integrations.
type ListDataSource struct {
	tfx.Declaration
}

// NewListDataSource makes the data source.
func NewListDataSource() datasource.DataSource { return &ListDataSource{listDataSourceDeclaration} }

// listModel is the data source as Terraform holds it.
type listModel struct {
	Search           types.String            `tfsdk:"search"`
	Developer        types.String            `tfsdk:"developer"`
	MadeBy           types.String            `tfsdk:"made_by"`
	Category         types.String            `tfsdk:"category"`
	Tier             types.String            `tfsdk:"tier"`
	ActivationMethod types.String            `tfsdk:"activation_method"`
	Integrations     []summaryModel          `tfsdk:"integrations"`
	ByID             map[string]summaryModel `tfsdk:"by_id"`
}

// Metadata names the data source.
func (d *ListDataSource) Metadata(_ context.Context, _ datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = d.Type
}

// Read filters the catalogue.
func (d *ListDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var state listModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &state)...)
	entries := entries(&resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	state.Integrations = []summaryModel{}
	state.ByID = map[string]summaryModel{}
	for i := range entries {
		if !state.shows(&entries[i]) {
			continue
		}
		m := newSummaryModel(&entries[i])
		state.Integrations = append(state.Integrations, m)
		state.ByID[entries[i].ID] = m
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, state)...)
}

// shows reports whether an entry meets all filters.
func (m *listModel) shows(e *catalogue.Entry) bool {
	for _, filter := range []struct {
		want types.String
		have string
	}{{m.MadeBy, e.MadeBy}, {m.Category, e.Category}, {m.Tier, e.Tier}} {
		if !filter.want.IsNull() && filter.want.ValueString() != filter.have {
			return false
		}
	}
	if !m.Developer.IsNull() && !strings.EqualFold(m.Developer.ValueString(), e.Developer) {
		return false
	}
	if !m.ActivationMethod.IsNull() && !slices.Contains(e.ActivationMethods, m.ActivationMethod.ValueString()) {
		return false
	}
	searched := strings.ToLower(e.Name + "\n" + e.Developer + "\n" + e.Description)
	for word := range strings.FieldsSeq(strings.ToLower(m.Search.ValueString())) {
		if !strings.Contains(searched, word) {
			return false
		}
	}
	return true
}
