// Package marketplace shows the catalogue of systems that integrate with
// Personio. It calls nothing: the catalogue is part of the provider.
package marketplace

import (
	"context"
	"fmt"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/personio-community/terraform-provider-personio/internal/attribute"
	"github.com/personio-community/terraform-provider-personio/internal/provider/marketplace/catalogue"
	"github.com/personio-community/terraform-provider-personio/internal/provider/tfx"
)

var _ datasource.DataSource = (*DataSource)(nil)

// dataSourceDeclaration is what the data source is; it needs nothing.
var dataSourceDeclaration = tfx.Declaration{Type: "personio_marketplace_integration"}

// DataSource is personio_marketplace_integration.
type DataSource struct {
	tfx.Declaration
}

// NewDataSource makes the data source.
func NewDataSource() datasource.DataSource { return &DataSource{dataSourceDeclaration} }

// Metadata names the data source.
func (d *DataSource) Metadata(_ context.Context, _ datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = d.Type
}

// Read looks an entry up.
func (d *DataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var config entryModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	entries := entries(&resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	id := config.ID.ValueString()
	i := slices.IndexFunc(entries, func(e catalogue.Entry) bool { return e.ID == id })
	if i < 0 {
		resp.Diagnostics.AddAttributeError(path.Root("id"), "Unknown marketplace integration", notThere(id, entries))
		return
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, newEntryModel(&entries[i]))...)
}

// notThere says that there is no entry with an id, and which are like it, by id
// or by name.
func notThere(id string, entries []catalogue.Entry) string {
	var names []string
	idOf := map[string]string{}
	for _, e := range entries {
		for _, name := range []string{e.ID, e.Name} {
			names = append(names, name)
			idOf[name] = e.ID
		}
	}
	var near []string
	for _, name := range attribute.NearestOf(id, names, len(names)) {
		if !slices.Contains(near, idOf[name]) && len(near) < tfx.NearestShown {
			near = append(near, idOf[name])
		}
	}
	return fmt.Sprintf("The catalogue has no entry with the id %q.%s The data source %s lists all of them. A system that is not in "+
		"the catalogue can be used all the same: write its scopes and attributes yourself.", id, tfx.DidYouMean(near), listDataSourceDeclaration.Type)
}

// entries is the catalogue.
func entries(diags *diag.Diagnostics) []catalogue.Entry {
	entries, err := catalogue.Entries()
	if err != nil {
		diags.AddError("Unreadable marketplace catalogue",
			fmt.Sprintf("The catalogue that this provider was built with cannot be read: %v. This is a fault of the provider; please report it.", err))
	}
	return entries
}
