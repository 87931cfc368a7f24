// Package credentialaudit is what Terraform sees of the rights of an API
// credential, wherever it was made: what it may do, against what was agreed.
package credentialaudit

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/personio-community/terraform-provider-personio/internal/attribute"
	"github.com/personio-community/terraform-provider-personio/internal/personio"
	"github.com/personio-community/terraform-provider-personio/internal/provider/tfx"
)

var (
	_ datasource.DataSourceWithConfigure      = (*DataSource)(nil)
	_ datasource.DataSourceWithValidateConfig = (*DataSource)(nil)
)

// declaration is what the data source is and needs.
var declaration = tfx.Declaration{Type: "personio_credential_audit"}

// DataSource is personio_credential_audit.
type DataSource struct {
	tfx.DataSource
}

// NewDataSource makes the data source.
func NewDataSource() datasource.DataSource {
	return &DataSource{tfx.DataSource{Declaration: declaration}}
}

// ValidateConfig wants client id and secret together.
func (d *DataSource) ValidateConfig(ctx context.Context, req datasource.ValidateConfigRequest, resp *datasource.ValidateConfigResponse) {
	var config model
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	tfx.CheckClientPair(config.ClientID, config.ClientSecret, "for the credential that is audited", &resp.Diagnostics)
}

// Read logs in with the credential and looks at what it may do.
func (d *DataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var config model
	resp.Diagnostics.Append(req.Config.Get(ctx, &config)...)
	if resp.Diagnostics.HasError() {
		return
	}
	audit, err := d.Provider.Client.AuditCredential(ctx, config.ClientID.ValueString(), config.ClientSecret.ValueString())
	if err != nil {
		tfx.AddPairError(&resp.Diagnostics, "audit", object(config.ClientID.ValueString()), config.ClientID, err)
		return
	}
	defer revoke(ctx, audit, &resp.Diagnostics)
	if found, ok := look(ctx, audit, config, &resp.Diagnostics); ok {
		resp.Diagnostics.Append(resp.State.Set(ctx, newModel(config, audit.ClientID(), found))...)
	}
}

// findings are what a credential may do.
type findings struct {
	// scopes as the server writes them.
	scopes []string
	// attributes that may be read, nil unless readable.
	attributes []personio.EmployeeAttribute
	// readable says that the credential may read employees at all.
	readable bool
}

// look finds what the credential may do.
func look(ctx context.Context, audit *personio.CredentialAudit, config model, diags *diag.Diagnostics) (found findings, ok bool) {
	var err error
	if found.scopes, err = audit.Scopes(ctx, rights(config.ExpectedScopes)); err != nil {
		tfx.AddError(diags, "audit", object(audit.ClientID()), nil, err)
		return found, false
	}
	found.readable = attribute.NewScopeSet(found.scopes...).Has(attribute.ScopePersonsRead)
	if !found.readable {
		// The call would be refused, and what it would list is known: nothing.
		return found, true
	}
	if found.attributes, err = audit.EmployeeAttributes(ctx); err != nil {
		addAttributesError(diags, audit.ClientID(), err)
		return found, false
	}
	return found, true
}

// revoke ends the tokens of an audit. Those that survive end within a day, and
// nobody has them: no reason to fail.
func revoke(ctx context.Context, audit *personio.CredentialAudit, diags *diag.Diagnostics) {
	if err := audit.Close(ctx); err != nil {
		diags.AddWarning("Could not revoke the access token of the audit",
			"The audit of "+object(audit.ClientID()).String()+" is complete, but its access token could not be revoked. It was not "+
				"stored anywhere and ends by itself, after 24 hours at Personio.\n\n"+err.Error())
	}
}
