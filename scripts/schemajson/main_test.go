package main

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	tfjson "github.com/hashicorp/terraform-json"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// fakeServer answers the two schema calls; any other call panics.
type fakeServer struct {
	tfprotov6.ProviderServer

	schemas    *tfprotov6.GetProviderSchemaResponse
	identities *tfprotov6.GetResourceIdentitySchemasResponse
}

func (f fakeServer) GetProviderSchema(
	context.Context, *tfprotov6.GetProviderSchemaRequest,
) (*tfprotov6.GetProviderSchemaResponse, error) {
	return f.schemas, nil
}

func (f fakeServer) GetResourceIdentitySchemas(
	context.Context, *tfprotov6.GetResourceIdentitySchemasRequest,
) (*tfprotov6.GetResourceIdentitySchemasResponse, error) {
	return f.identities, nil
}

func TestRunWritesEveryKindOfSchema(t *testing.T) {
	t.Parallel()

	block := &tfprotov6.SchemaBlock{
		Description:     "A *thing*.",
		DescriptionKind: tfprotov6.StringKindMarkdown,
		Attributes: []*tfprotov6.SchemaAttribute{
			{Name: "scopes", Type: tftypes.Set{ElementType: tftypes.String}, Required: true},
			{Name: "secret_wo", Type: tftypes.String, Optional: true, Sensitive: true, WriteOnly: true},
			{Name: "rows", Computed: true, NestedType: &tfprotov6.SchemaObject{
				Nesting:    tfprotov6.SchemaObjectNestingModeList,
				Attributes: []*tfprotov6.SchemaAttribute{{Name: "id", Type: tftypes.String, Computed: true}},
			}},
		},
	}
	schema := &tfprotov6.Schema{Version: 3, Block: block}
	server := fakeServer{
		schemas: &tfprotov6.GetProviderSchemaResponse{
			Provider:                 schema,
			ResourceSchemas:          map[string]*tfprotov6.Schema{"x_r": schema},
			DataSourceSchemas:        map[string]*tfprotov6.Schema{"x_d": schema},
			EphemeralResourceSchemas: map[string]*tfprotov6.Schema{"x_e": schema},
			ListResourceSchemas:      map[string]*tfprotov6.Schema{"x_r": schema},
			ActionSchemas:            map[string]*tfprotov6.ActionSchema{"x_a": {Schema: schema}},
			Functions: map[string]*tfprotov6.Function{"f": {
				Summary:    "F",
				Parameters: []*tfprotov6.FunctionParameter{{Name: "in", Type: tftypes.Number}},
				Return:     &tfprotov6.FunctionReturn{Type: tftypes.Bool},
			}},
		},
		identities: &tfprotov6.GetResourceIdentitySchemasResponse{
			IdentitySchemas: map[string]*tfprotov6.ResourceIdentitySchema{"x_r": {
				IdentityAttributes: []*tfprotov6.ResourceIdentitySchemaAttribute{
					{Name: "id", Type: tftypes.String, RequiredForImport: true},
				},
			}},
		},
	}

	var out bytes.Buffer
	if err := run(t.Context(), server, &out); err != nil {
		t.Fatal(err)
	}

	// What the public reader of the format understands counts, so read it back with that.
	var parsed tfjson.ProviderSchemas
	if err := json.Unmarshal(out.Bytes(), &parsed); err != nil {
		t.Fatal(err)
	}
	got := parsed.Schemas["registry.terraform.io/hashicorp/personio"]
	if got == nil {
		t.Fatalf("no schema under the address tfplugindocs asks for:\n%s", out.String())
	}
	for kind, s := range map[string]*tfjson.Schema{
		"provider":  got.ConfigSchema,
		"resource":  got.ResourceSchemas["x_r"],
		"data":      got.DataSourceSchemas["x_d"],
		"ephemeral": got.EphemeralResourceSchemas["x_e"],
		"list":      got.ListResourceSchemas["x_r"],
	} {
		if s == nil {
			t.Errorf("%s: missing", kind)
			continue
		}
		checkSchema(t, kind, s)
	}
	if got.ActionSchemas["x_a"] == nil {
		t.Error("action: missing")
	}
	if f := got.Functions["f"]; f == nil || f.ReturnType.FriendlyName() != "bool" || f.Parameters[0].Type.FriendlyName() != "number" {
		t.Errorf("function: %+v", f)
	}
	if id := got.ResourceIdentitySchemas["x_r"]; id == nil || !id.Attributes["id"].RequiredForImport {
		t.Errorf("identity: %+v", id)
	}
}

func checkSchema(t *testing.T, kind string, s *tfjson.Schema) {
	t.Helper()

	if s.Version != 3 || s.Block.Description != "A *thing*." || s.Block.DescriptionKind != tfjson.SchemaDescriptionKindMarkdown {
		t.Errorf("%s: header %d %q %q", kind, s.Version, s.Block.Description, s.Block.DescriptionKind)
	}
	attributes := s.Block.Attributes
	if diff := cmp.Diff("set of string", attributes["scopes"].AttributeType.FriendlyName()); diff != "" {
		t.Errorf("%s: type of scopes: %s", kind, diff)
	}
	if wo := attributes["secret_wo"]; !wo.WriteOnly || !wo.Sensitive || wo.Required {
		t.Errorf("%s: secret_wo: %+v", kind, wo)
	}
	rows := attributes["rows"].AttributeNestedType
	if rows == nil || rows.NestingMode != tfjson.SchemaNestingModeList || rows.Attributes["id"] == nil {
		t.Errorf("%s: rows: %+v", kind, rows)
	}
}

func TestRunReportsTheProvidersOwnErrors(t *testing.T) {
	t.Parallel()

	server := fakeServer{schemas: &tfprotov6.GetProviderSchemaResponse{
		Diagnostics: []*tfprotov6.Diagnostic{
			{Severity: tfprotov6.DiagnosticSeverityWarning, Summary: "only a warning"},
			{Severity: tfprotov6.DiagnosticSeverityError, Summary: "Duplicate type", Detail: "x_r is there twice"},
		},
	}}

	var out bytes.Buffer
	err := run(t.Context(), server, &out)
	if err == nil || !strings.Contains(err.Error(), "x_r is there twice") || strings.Contains(err.Error(), "only a warning") {
		t.Errorf("error = %v", err)
	}
	if out.Len() != 0 {
		t.Errorf("something was written in spite of the error: %s", out.String())
	}
}
