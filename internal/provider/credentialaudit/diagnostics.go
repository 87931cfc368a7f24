package credentialaudit

import (
	"errors"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/personio-community/terraform-provider-personio/internal/personio"
	"github.com/personio-community/terraform-provider-personio/internal/provider/tfx"
)

// object names a credential in diagnostics.
func object(clientID string) tfx.Object {
	return tfx.Object{Declaration: declaration, Kind: "API credential", Name: clientID}
}

// addAttributesError reports that the readable attributes could not be listed.
func addAttributesError(diags *diag.Diagnostics, clientID string, err error) {
	var call *personio.Error
	if !personio.IsUnauthorized(err) && !personio.IsForbidden(err) || !errors.As(err, &call) {
		tfx.AddError(diags, "audit", object(clientID), nil, err)
		return
	}
	// To say "none" here would pass a credential that may read everything through
	// another endpoint.
	diags.AddError(fmt.Sprintf("Could not audit %s", object(clientID)),
		fmt.Sprintf("The credential holds the scope to read employees, but was refused the list of the attributes that it may read: "+
			"%s\n\n%s\n\nIf its rights were changed just now, plan again. Otherwise this server has no answer to what the "+
			"credential may read; look at its screen in Personio.", call.Message(), where(call)))
}

// where says which call failed, and how it is found in logs.
func where(call *personio.Error) string {
	facts := []string{fmt.Sprintf("HTTP status %d", call.Status)}
	if call.RequestID != "" {
		facts = append(facts, "request id "+call.RequestID)
	}
	if call.TraceID != "" {
		facts = append(facts, "trace id "+call.TraceID)
	}
	return fmt.Sprintf("Call: %s %s%s (%s)", call.Method, call.BaseURL, call.Path, strings.Join(facts, ", "))
}
