package tfx_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/personio-community/terraform-provider-personio/internal/provider/tfx"
)

// Each attribute that was not kept has an error of its own, at its place.
func TestCheckKept(t *testing.T) {
	t.Parallel()
	var diags diag.Diagnostics
	tfx.CheckKept(&diags, tfx.Object{Kind: "sync target", Name: "Learning"}, map[string]bool{"name": false, "url": true, "scim.oauth": false})
	var got []string
	for _, d := range diags {
		at, ok := d.(diag.DiagnosticWithPath)
		if !ok || d.Severity() != diag.SeverityError {
			t.Fatalf("%v is no error of an attribute", d)
		}
		got = append(got, at.Path().String())
	}
	if diff := cmp.Diff([]string{"name", "scim.oauth"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
