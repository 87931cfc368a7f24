package tfx_test

import (
	"net/http"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
	"github.com/personio-community/terraform-provider-personio/internal/provider/tfx"
)

func TestMembersLocateAttributes(t *testing.T) {
	t.Parallel()
	members := tfx.Members{
		"client_secret":        "client_secret_wo",
		"scim/token":           "scim/token_wo",
		"mapping/*":            "mapping/*",
		"group_mapping/*":      "group_mapping/*",
		"group_mapping/*/name": "group_mapping/*/name",
		"a/*/b/*":              "a/*/c/*",
	}
	root := path.Root
	for pointer, want := range map[string]path.Path{
		"/client_secret":             root("client_secret_wo"),
		"/client_secret/0":           root("client_secret_wo"),
		"/scopes/3":                  root("scopes"),
		"/scim":                      root("scim"),
		"/scim/url":                  root("scim"),
		"/scim/token":                root("scim").AtName("token_wo"),
		"/mapping/name.givenName":    root("mapping").AtMapKey("name.givenName"),
		"/mapping/a~1b~0c~01":        root("mapping").AtMapKey("a/b~c~1"),
		"/mapping/":                  root("mapping").AtMapKey(""),
		"/group_mapping/x/name":      root("group_mapping").AtMapKey("x").AtName("name"),
		"/group_mapping/x/adopt":     root("group_mapping").AtMapKey("x"),
		"/group_mapping/x/name/deep": root("group_mapping").AtMapKey("x").AtName("name"),
		"/a/1/b/2":                   root("a").AtMapKey("1").AtName("c").AtMapKey("2"),
		"/*":                         root("*"),
		"":                           path.Empty(),
		"#query/limit":               path.Empty(),
	} {
		var diags diag.Diagnostics
		tfx.AddError(&diags, "create", object, members, problem(http.StatusUnprocessableEntity,
			finding(gatewayapi.KindInvalid, "Invalid", "", map[string]string{gatewayapi.MetaPointer: pointer})))
		got := path.Empty()
		if at, ok := diags[0].(diag.DiagnosticWithPath); ok {
			got = at.Path()
		}
		if !got.Equal(want) {
			t.Errorf("%s: %s, want %s", pointer, got, want)
		}
	}
}
