// Package parity checks that a model and a schema speak of the same attributes.
package parity

import (
	"context"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// Typed is a schema, of whatever kind.
type Typed interface {
	Type() attr.Type
}

// Check wants that every attribute of the schema has a field of the model, of a
// type that can hold it, and the other way round: it reads an object into a model
// and writes that model as an object again. Nested objects are there, collections
// have one element, and what is left is null, so that models within the model are
// checked with it. Those behind a types.Object or types.Map need a [CheckObject] of
// their own. A one-line test of each resource and data source calls it.
func Check[Model any](t *testing.T, schema Typed) {
	t.Helper()
	CheckObject[Model](t, schema.Type())
}

// CheckObject is [Check] for a nested attribute.
func CheckObject[Model any](t *testing.T, ty attr.Type) {
	t.Helper()
	ctx := context.Background()
	object, ok := ty.(types.ObjectType)
	if !ok {
		t.Fatalf("the schema is a %T", ty)
	}
	value, err := object.ValueFromTerraform(ctx, filled(object.TerraformType(ctx)))
	if err != nil {
		t.Fatal(err)
	}
	whole, ok := value.(types.Object)
	if !ok {
		t.Fatalf("the value is a %T", value)
	}
	var model Model
	report(t, "schema to model", whole.As(ctx, &model, basetypes.ObjectAsOptions{}))
	_, diags := types.ObjectValueFrom(ctx, object.AttrTypes, model)
	report(t, "model to schema", diags)
}

// filled is a value of a type, as deep as it goes, with nulls at the bottom.
func filled(ty tftypes.Type) tftypes.Value {
	switch ty := ty.(type) {
	case tftypes.Object:
		members := map[string]tftypes.Value{}
		for name, member := range ty.AttributeTypes {
			members[name] = filled(member)
		}
		return tftypes.NewValue(ty, members)
	case tftypes.Map:
		return tftypes.NewValue(ty, map[string]tftypes.Value{"key": filled(ty.ElementType)})
	case tftypes.List:
		return tftypes.NewValue(ty, []tftypes.Value{filled(ty.ElementType)})
	case tftypes.Set:
		return tftypes.NewValue(ty, []tftypes.Value{filled(ty.ElementType)})
	}
	return tftypes.NewValue(ty, nil)
}

func report(t *testing.T, direction string, diags diag.Diagnostics) {
	t.Helper()
	for _, d := range diags {
		t.Errorf("%s: %s: %s", direction, d.Summary(), d.Detail())
	}
}
