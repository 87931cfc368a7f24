package tfx

import (
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/personio-community/terraform-provider-personio/internal/personio"
)

// ProviderData is what the provider's Configure hands to every resource and
// data source.
type ProviderData struct {
	// Client calls the configured API.
	Client *personio.Client
	// Now is the clock; tests set it.
	Now func() time.Time
	// AttributeLists are what the integrations of this run may read.
	AttributeLists *AttributeLists
	// RunTimeout is how long an apply waits for a sync run; tests set it.
	RunTimeout time.Duration
}

// Configure takes what Configure of a resource or data source was given. It
// returns nil while Terraform has not configured the provider, as in
// `terraform validate`.
func Configure(data any, diags *diag.Diagnostics) *ProviderData {
	if data == nil {
		return nil
	}
	provider, ok := data.(*ProviderData)
	if !ok {
		diags.AddError("Unexpected provider data",
			fmt.Sprintf("Expected *tfx.ProviderData, got %T. This is a fault of the provider; please report it.", data))
		return nil
	}
	return provider
}

// ConfigureGateway is [Configure] for what only a gateway has. Towards Personio
// itself it is an error, at plan and without a call.
func ConfigureGateway(typeName string, data any, diags *diag.Diagnostics) *ProviderData {
	provider := Configure(data, diags)
	if provider == nil {
		return nil
	}
	if provider.Client.IsPersonio() {
		AddGatewayNeeded(diags, typeName)
		return nil
	}
	return provider
}

// AddGatewayNeeded says that typeName does not work without a gateway, why, and
// how to go on.
func AddGatewayNeeded(diags *diag.Diagnostics, typeName string) {
	diags.AddError(typeName+" needs a gateway",
		"Personio's own API has no endpoint for integrations, credentials and syncs, they exist in its web screens only, so "+typeName+
			" works with a gateway: start one (personio-gateway serve, or personio-gateway sandbox to try it out) and set the "+
			"provider's base_url, or PERSONIO_BASE_URL, to its address.")
}
