package accesstoken

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/ephemeral"

	"github.com/personio-community/terraform-provider-personio/internal/acctest/parity"
)

func TestModelMatchesSchema(t *testing.T) {
	t.Parallel()
	var resp ephemeral.SchemaResponse
	NewEphemeralResource().Schema(t.Context(), ephemeral.SchemaRequest{}, &resp)
	parity.Check[model](t, resp.Schema)
}
