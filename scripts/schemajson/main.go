// Command schemajson writes the provider's schema in the format of
// "terraform providers schema -json", asked from the provider's own server in
// this process. Documentation made from it needs no Terraform CLI and knows
// every part of the schema, whatever an installed CLI would leave out.
//
// Usage: schemajson > schema.json.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	tfjson "github.com/hashicorp/terraform-json"
	"github.com/hashicorp/terraform-plugin-framework/providerserver"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/personio-community/terraform-provider-personio/internal/provider"
)

// address is where tfplugindocs looks for the schema of a provider named
// personio, whatever the address it is published under.
const address = "registry.terraform.io/hashicorp/personio"

// formatVersion is the version of the JSON format, not of the provider.
const formatVersion = "1.0"

func main() {
	server := providerserver.NewProtocol6(provider.New("dev")())()
	if err := run(context.Background(), server, os.Stdout); err != nil {
		fmt.Fprintf(os.Stderr, "schemajson: %v\n", err)
		os.Exit(1)
	}
}

// run asks the server for all of its schemas and writes them to w.
func run(ctx context.Context, server tfprotov6.ProviderServer, w io.Writer) error {
	schemas, err := server.GetProviderSchema(ctx, &tfprotov6.GetProviderSchemaRequest{})
	if err != nil {
		return fmt.Errorf("asking the provider for its schemas: %w", err)
	}
	if err := diagnosticsError(schemas.Diagnostics); err != nil {
		return fmt.Errorf("asking the provider for its schemas: %w", err)
	}

	identities, err := server.GetResourceIdentitySchemas(ctx, &tfprotov6.GetResourceIdentitySchemasRequest{})
	if err != nil {
		return fmt.Errorf("asking the provider for its identity schemas: %w", err)
	}
	if err := diagnosticsError(identities.Diagnostics); err != nil {
		return fmt.Errorf("asking the provider for its identity schemas: %w", err)
	}

	var c converter
	out := tfjson.ProviderSchemas{
		FormatVersion: formatVersion,
		Schemas: map[string]*tfjson.ProviderSchema{
			address: c.provider(schemas, identities),
		},
	}
	if err := errors.Join(c.errs...); err != nil {
		return err
	}

	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(out); err != nil {
		return fmt.Errorf("writing the schema: %w", err)
	}
	return nil
}

// diagnosticsError joins the errors among the diagnostics; warnings pass.
func diagnosticsError(diagnostics []*tfprotov6.Diagnostic) error {
	var errs []error
	for _, d := range diagnostics {
		if d.Severity == tfprotov6.DiagnosticSeverityError {
			errs = append(errs, fmt.Errorf("%s: %s", d.Summary, d.Detail))
		}
	}
	return errors.Join(errs...)
}
