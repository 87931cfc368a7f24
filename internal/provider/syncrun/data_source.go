// Package syncrun is what Terraform sees of sync runs: the data source
// personio_sync_status.
package syncrun

import (
	"context"
	"fmt"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/personio-community/terraform-provider-personio/internal/attribute"
	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
	"github.com/personio-community/terraform-provider-personio/internal/personio"
	"github.com/personio-community/terraform-provider-personio/internal/provider/tfx"
)

var _ datasource.DataSourceWithConfigure = (*StatusDataSource)(nil)

// statusDeclaration is what the data source is and needs.
var statusDeclaration = tfx.Declaration{Type: "personio_sync_status", Gateway: true, Reads: []string{attribute.ScopeSyncRulesRead}}

// StatusDataSource is personio_sync_status.
type StatusDataSource struct {
	tfx.DataSource
}

// NewStatusDataSource makes the data source.
func NewStatusDataSource() datasource.DataSource {
	return &StatusDataSource{tfx.DataSource{Declaration: statusDeclaration}}
}

// object names a rule in diagnostics of the data source.
func object(rule string) tfx.Object {
	return tfx.Object{Declaration: statusDeclaration, Kind: "status of sync rule", Name: rule}
}

// Read looks the rule up, past the read index: a run that ended a moment ago is
// what people want to see.
func (d *StatusDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var config statusModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	var got gatewayapi.SyncRule
	var ok bool
	if config.SyncRuleID.IsNull() {
		got, ok = d.findName(ctx, config.Name.ValueString(), &resp.Diagnostics)
	} else {
		got, ok = d.findID(ctx, config.SyncRuleID.ValueString(), &resp.Diagnostics)
	}
	if ok {
		resp.Diagnostics.Append(resp.State.Set(ctx, newStatusModel(got))...)
	}
}

func (d *StatusDataSource) findID(ctx context.Context, id string, diags *diag.Diagnostics) (gatewayapi.SyncRule, bool) {
	got, err := d.Provider.Client.SyncRules().GetNow(ctx, id)
	if personio.IsNotFound(err) {
		addNoSuch(diags, "sync_rule_id", "id", id)
		return got, false
	}
	if err != nil {
		tfx.AddError(diags, "read", object(id), nil, err)
		return got, false
	}
	return got, true
}

func (d *StatusDataSource) findName(ctx context.Context, name string, diags *diag.Diagnostics) (gatewayapi.SyncRule, bool) {
	for got, err := range d.Provider.Client.SyncRules().List(ctx, personio.SyncRuleFilter{Name: name}) {
		if err != nil {
			tfx.AddError(diags, "read", object(name), nil, err)
			return got, false
		}
		if got.Name == name {
			return got, true
		}
	}
	addNoSuch(diags, "name", "name", name)
	return gatewayapi.SyncRule{}, false
}

func addNoSuch(diags *diag.Diagnostics, attribute, what, value string) {
	diags.AddAttributeError(path.Root(attribute), "No such sync rule",
		fmt.Sprintf("There is no sync rule with the %s %q on this gateway. Check the %s, and the provider's base_url.", what, value, what))
}
