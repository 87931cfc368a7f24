package tfx

import (
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
)

// Declaration is what an object says of itself once: its name and what it needs
// of the API. The check for a gateway at plan, the hints of refused calls and the
// table in the documentation all come from it.
type Declaration struct {
	// Type is the name in Terraform: personio_custom_integration.
	Type string
	// Gateway says that a gateway has it and Personio itself does not.
	Gateway bool
	// Reads are the scopes that it takes to refresh the object, Writes those that
	// it takes besides to create, change and delete it.
	Reads, Writes []string
}

// Declared is the declaration of the object that this is part of.
func (d Declaration) Declared() Declaration { return d }

// Reading is the declaration of what only reads such objects, a list of them.
func (d Declaration) Reading() Declaration {
	d.Writes = nil
	return d
}

// scopeHint says which scopes it takes to do that with the object, "" if it takes
// none.
func (d Declaration) scopeHint(verb string) string {
	scopes := slices.Concat(d.Reads, d.Writes)
	if verb == "read" || verb == "list" || verb == "audit" {
		scopes = d.Reads
	}
	switch len(scopes) {
	case 0:
		return ""
	case 1:
		return "To " + verb + " it, " + d.Type + " needs the scope " + scopes[0]
	default:
		return "To " + verb + " it, " + d.Type + " needs the scopes " + strings.Join(scopes, ", ")
	}
}

// AddGatewayNeeded says that the object does not work without a gateway, why, and
// how to go on.
func (d Declaration) AddGatewayNeeded(diags *diag.Diagnostics) {
	diags.AddError(d.Type+" needs a gateway",
		"Personio's own API has no endpoint for integrations, credentials and syncs, they exist in its web screens only, so "+d.Type+
			" works with a gateway: start one (personio-gateway serve, or personio-gateway sandbox to try it out) and set the "+
			"provider's base_url, or PERSONIO_BASE_URL, to its address.")
}
