// Package accesslog is what Terraform sees of the gateway's access log: the data
// source personio_access_log.
package accesslog

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/personio-community/terraform-provider-personio/internal/attribute"
	"github.com/personio-community/terraform-provider-personio/internal/personio"
	"github.com/personio-community/terraform-provider-personio/internal/provider/tfx"
)

var _ datasource.DataSourceWithConfigure = (*DataSource)(nil)

// declaration is what the data source is and needs.
var declaration = tfx.Declaration{Type: "personio_access_log", Gateway: true, Reads: []string{attribute.ScopeAccessLogRead}}

// Bounds of max_entries.
const (
	defaultEntries = 1000
	mostEntries    = 10_000
)

// DataSource is personio_access_log.
type DataSource struct {
	tfx.DataSource
}

// NewDataSource makes the data source.
func NewDataSource() datasource.DataSource {
	return &DataSource{tfx.DataSource{Declaration: declaration}}
}

// model is the data source as Terraform holds it.
type model struct {
	From                timetypes.RFC3339 `tfsdk:"from"`
	To                  timetypes.RFC3339 `tfsdk:"to"`
	CredentialID        types.String      `tfsdk:"credential_id"`
	CustomIntegrationID types.String      `tfsdk:"custom_integration_id"`
	MaxEntries          types.Int64       `tfsdk:"max_entries"`
	Entries             []entryModel      `tfsdk:"entries"`
	Complete            types.Bool        `tfsdk:"complete"`
}

// entryModel is one call.
type entryModel struct {
	At                  timetypes.RFC3339 `tfsdk:"at"`
	CredentialID        types.String      `tfsdk:"credential_id"`
	CustomIntegrationID types.String      `tfsdk:"custom_integration_id"`
	Endpoint            types.String      `tfsdk:"endpoint"`
	Status              types.Int64       `tfsdk:"status"`
	People              types.Int64       `tfsdk:"people"`
}

// Schema describes the data source.
func (d *DataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Who called Personio's API through the gateway, what, and about how many people; never a value of " +
			"anybody. The gateway keeps entries for a set time, 90 days unless told otherwise.\n\nThe log grows between plan and " +
			"apply, so bound it with `to` where the result feeds something that must not change.",
		Attributes: map[string]schema.Attribute{
			"from": schema.StringAttribute{
				MarkdownDescription: "Show calls at this time or later (RFC 3339).",
				Required:            true,
				CustomType:          timetypes.RFC3339Type{},
			},
			"to": schema.StringAttribute{
				MarkdownDescription: "Show calls before this time (RFC 3339). Default: now.",
				Optional:            true,
				CustomType:          timetypes.RFC3339Type{},
			},
			"credential_id": schema.StringAttribute{
				MarkdownDescription: "Show calls with this API credential only (its `id`, not its client id). It may be gone by now.",
				Optional:            true,
			},
			"custom_integration_id": schema.StringAttribute{
				MarkdownDescription: "Show calls by credentials of this custom integration only.",
				Optional:            true,
			},
			"max_entries": schema.Int64Attribute{
				MarkdownDescription: "How many entries to show at the most, 1 to 10000. Default: 1000.",
				Optional:            true,
				Validators:          []validator.Int64{int64validator.Between(1, mostEntries)},
			},
			"complete": schema.BoolAttribute{
				MarkdownDescription: "Whether `entries` holds every call that was asked for, and not only the oldest `max_entries`.",
				Computed:            true,
			},
			"entries": schema.ListNestedAttribute{
				MarkdownDescription: "The calls, oldest first.",
				Computed:            true,
				NestedObject:        schema.NestedAttributeObject{Attributes: entryAttributes()},
			},
		},
	}
}

func entryAttributes() map[string]schema.Attribute {
	text := func(description string) schema.Attribute {
		return schema.StringAttribute{MarkdownDescription: description, Computed: true}
	}
	return map[string]schema.Attribute{
		"at":                    schema.StringAttribute{MarkdownDescription: "When.", Computed: true, CustomType: timetypes.RFC3339Type{}},
		"credential_id":         text("The API credential or management credential that was used."),
		"custom_integration_id": text("Its custom integration; empty for a management credential."),
		"endpoint":              text("Method and pattern, for example `GET /v2/persons/{person_id}`."),
		"status":                schema.Int64Attribute{MarkdownDescription: "HTTP status of the answer.", Computed: true},
		"people":                schema.Int64Attribute{MarkdownDescription: "Number of people in the answer.", Computed: true},
	}
}

// Read lists the entries; the gateway filters, the client pages.
func (d *DataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var state model
	resp.Diagnostics.Append(req.Config.Get(ctx, &state)...)
	if resp.Diagnostics.HasError() {
		return
	}
	most := defaultEntries
	if !state.MaxEntries.IsNull() {
		most = int(state.MaxEntries.ValueInt64())
	}
	state.Entries, state.Complete = []entryModel{}, types.BoolValue(true)
	for got, err := range d.Provider.Client.AccessLog(ctx, state.filter()) {
		if err != nil {
			tfx.AddError(&resp.Diagnostics, "list", tfx.Object{Declaration: declaration, Kind: "access log"}, nil, err)
			return
		}
		if len(state.Entries) == most {
			state.Complete = types.BoolValue(false)
			break
		}
		state.Entries = append(state.Entries, entryModel{
			At: tfx.Time(got.At), CredentialID: types.StringValue(got.CredentialID), CustomIntegrationID: types.StringValue(got.CustomIntegrationID),
			Endpoint: types.StringValue(got.Endpoint), Status: types.Int64Value(int64(got.Status)), People: types.Int64Value(int64(got.People)),
		})
	}
	resp.Diagnostics.Append(resp.State.Set(ctx, state)...)
}

// filter is what the arguments select.
func (m *model) filter() personio.AccessLogFilter {
	return personio.AccessLogFilter{
		CredentialID: m.CredentialID.ValueString(), CustomIntegrationID: m.CustomIntegrationID.ValueString(), From: tfx.Instant(m.From), To: tfx.Instant(m.To),
	}
}
