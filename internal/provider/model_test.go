package provider

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/provider"

	"github.com/personio-community/terraform-provider-personio/internal/acctest/parity"
)

func TestModelMatchesSchema(t *testing.T) {
	t.Parallel()
	var resp provider.SchemaResponse
	New("test")().Schema(t.Context(), provider.SchemaRequest{}, &resp)
	parity.Check[providerModel](t, resp.Schema)
}
