package customintegration

import (
	"cmp"
	"slices"

	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
	"github.com/personio-community/terraform-provider-personio/internal/provider/tfx"
)

// connectedModel is a connected integration as the data sources show it.
type connectedModel struct {
	ID                    types.String      `tfsdk:"id"`
	Name                  types.String      `tfsdk:"name"`
	Description           types.String      `tfsdk:"description"`
	Enabled               types.Bool        `tfsdk:"enabled"`
	Scopes                types.Set         `tfsdk:"scopes"`
	ReadableAttributes    types.Set         `tfsdk:"readable_attributes"`
	WritableAttributes    types.Set         `tfsdk:"writable_attributes"`
	AllAttributes         types.Bool        `tfsdk:"all_attributes"`
	ReportIDs             types.Set         `tfsdk:"report_ids"`
	DocumentCategoryIDs   types.Set         `tfsdk:"document_category_ids"`
	UnavailableScopes     types.Set         `tfsdk:"unavailable_scopes"`
	UnavailableAttributes types.Set         `tfsdk:"unavailable_attributes"`
	Status                types.String      `tfsdk:"status"`
	CreatedAt             timetypes.RFC3339 `tfsdk:"created_at"`
	UpdatedAt             timetypes.RFC3339 `tfsdk:"updated_at"`
	LastUsedAt            timetypes.RFC3339 `tfsdk:"last_used_at"`
}

// newConnectedModel makes the model of what the gateway answered.
func newConnectedModel(got gatewayapi.CustomIntegration) connectedModel {
	set := func(values []string) types.Set { return tfx.StringSet(types.SetNull(types.StringType), values) }
	return connectedModel{
		ID:                    types.StringValue(got.ID),
		Name:                  types.StringValue(got.Name),
		Description:           types.StringValue(got.Description),
		Enabled:               types.BoolValue(got.Enabled),
		Scopes:                set(got.Scopes),
		ReadableAttributes:    set(got.ReadableAttributes),
		WritableAttributes:    set(got.WritableAttributes),
		AllAttributes:         types.BoolValue(got.AllAttributes),
		ReportIDs:             set(got.ReportIDs),
		DocumentCategoryIDs:   set(got.DocumentCategoryIDs),
		UnavailableScopes:     set(got.UnavailableScopes),
		UnavailableAttributes: set(got.UnavailableAttributes),
		Status:                types.StringValue(string(got.Status)),
		CreatedAt:             tfx.Time(got.CreatedAt),
		UpdatedAt:             tfx.Time(got.UpdatedAt),
		LastUsedAt:            tfx.TimePointer(got.LastUsedAt),
	}
}

// byName orders integrations by name, which is unique.
func byName(a, b connectedModel) int {
	return cmp.Or(
		cmp.Compare(a.Name.ValueString(), b.Name.ValueString()),
		cmp.Compare(a.ID.ValueString(), b.ID.ValueString()),
	)
}

func sortByName(integrations []connectedModel) { slices.SortFunc(integrations, byName) }

// connectedAttributes describe a connected integration.
func connectedAttributes() map[string]schema.Attribute {
	text := func(description string) schema.Attribute {
		return schema.StringAttribute{MarkdownDescription: description, Computed: true}
	}
	flag := func(description string) schema.Attribute {
		return schema.BoolAttribute{MarkdownDescription: description, Computed: true}
	}
	set := func(description string) schema.Attribute {
		return schema.SetAttribute{MarkdownDescription: description, ElementType: types.StringType, Computed: true}
	}
	instant := func(description string) schema.Attribute {
		return schema.StringAttribute{MarkdownDescription: description, CustomType: timetypes.RFC3339Type{}, Computed: true}
	}
	return map[string]schema.Attribute{
		"id":                  text("Id of the integration, a UUID."),
		"name":                text("Name of the integration, unique within the gateway."),
		"description":         text("What the integration is for."),
		"enabled":             flag("Whether the integration may be used."),
		"scopes":              set("Access rights of the integration, as they were written."),
		"readable_attributes": set("Keys of the employee attributes that it may read; empty with `all_attributes`."),
		"writable_attributes": set("Keys of the employee attributes that it may write."),
		"all_attributes":      flag("Whether it may read every employee attribute that the gateway itself may read."),
		"report_ids":          set("Ids of the custom reports that it may read, whatever attributes they show."),
		"document_category_ids": set("Ids of the document categories whose documents it may use, for reading and writing as its scopes " +
			"say."),
		"unavailable_scopes": set("Scopes of the integration that the gateway's own credential at Personio lacks now; calls that need " +
			"them fail."),
		"unavailable_attributes": set("Readable attributes of the integration that the gateway's own credential may not read now."),
		"status": text("`PENDING` until it is used for the first time, then `CONNECTED`; `INACTIVE` while it is disabled, or when it " +
			"had credentials and none of them can be used any more."),
		"created_at":   instant("When the integration was made (RFC 3339)."),
		"updated_at":   instant("When its configuration last changed (RFC 3339)."),
		"last_used_at": instant("When one of its credentials last made a call (RFC 3339); null if none did."),
	}
}
