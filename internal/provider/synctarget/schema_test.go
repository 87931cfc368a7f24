package synctarget

import (
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/personio-community/terraform-provider-personio/internal/acctest/parity"
)

func TestModelsMatchSchemas(t *testing.T) {
	t.Parallel()
	var managed resource.SchemaResponse
	NewResource().Schema(t.Context(), resource.SchemaRequest{}, &managed)
	parity.Check[model](t, managed.Schema)
	scim, oauth := scimAttribute(), oauthAttribute()
	parity.CheckObject[scimModel](t, scim.GetType())
	parity.CheckObject[oauthModel](t, oauth.GetType())
	if want := (types.ObjectType{AttrTypes: scimType}); !scim.GetType().Equal(want) {
		t.Errorf("scim is %s, the model has %s", scim.GetType(), want)
	}
}

func TestQueryModelMatchesSchema(t *testing.T) {
	t.Parallel()
	var resp list.ListResourceSchemaResponse
	NewListResource().ListResourceConfigSchema(t.Context(), list.ListResourceSchemaRequest{}, &resp)
	parity.Check[queryModel](t, resp.Schema)
}
