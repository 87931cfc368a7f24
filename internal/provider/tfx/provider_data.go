package tfx

import (
	"fmt"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/personio-community/terraform-provider-personio/internal/personio"
)

// ProviderData is what the provider's Configure hands to every resource and
// data source.
type ProviderData struct {
	// Unknown are the provider's arguments that the plan does not know yet. With
	// any of them, this is all that there is.
	Unknown []string
	// Client calls the configured API.
	Client *personio.Client
	// Now is the clock; tests set it.
	Now func() time.Time
	// AttributeLists are what the integrations of this run may read.
	AttributeLists *AttributeLists
	// RunTimeout is how long an apply waits for a sync run; tests set it.
	RunTimeout time.Duration
}

// EnvironmentName is the variable that stands in for an argument of the provider.
func EnvironmentName(argument string) string { return "PERSONIO_" + strings.ToUpper(argument) }

// Configure takes what Configure of a resource or data source was given. It
// returns nil while Terraform has not configured the provider, as in
// `terraform validate`. Arguments of the provider that are not known yet are
// errors: what calls this needs the API.
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
	for _, argument := range provider.Unknown {
		diags.AddError("Provider argument "+argument+" is not known yet",
			fmt.Sprintf("The value of %s comes from something that this run has yet to create, and the plan cannot wait for it. "+
				"Apply that first (terraform apply -target=...), give a fixed value, or set the environment variable %s instead.",
				argument, EnvironmentName(argument)))
	}
	if len(provider.Unknown) > 0 {
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
