package tfproto

import (
	"fmt"
	"maps"
	"math/big"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// Values are the attributes of a configuration or a state: strings, bools,
// int64s, float64s, []any, map[string]any, nil, or [Unknown].
type Values map[string]any

// With returns a copy with some values replaced.
func (v Values) With(other Values) Values {
	merged := Values{}
	maps.Copy(merged, v)
	maps.Copy(merged, other)
	return merged
}

type unknown struct{}

// String makes failures readable.
func (unknown) String() string { return "(known after apply)" }

// Unknown is a value that is known after apply.
var Unknown = unknown{}

func (p *Provider) encode(schema *tfprotov6.Schema, values Values) *tfprotov6.DynamicValue {
	p.t.Helper()
	ty, ok := schema.ValueType().(tftypes.Object)
	if !ok {
		p.t.Fatal("the schema is no object")
	}
	value := tftypes.NewValue(ty, nil)
	if values != nil {
		attributes := map[string]tftypes.Value{}
		for name, attributeType := range ty.AttributeTypes {
			attributes[name] = p.value(attributeType, values[name])
		}
		for name := range values {
			if _, ok := attributes[name]; !ok {
				p.t.Fatalf("there is no attribute %s", name)
			}
		}
		value = tftypes.NewValue(ty, attributes)
	}
	dynamic, err := tfprotov6.NewDynamicValue(ty, value)
	p.check(err)
	return &dynamic
}

func (p *Provider) value(ty tftypes.Type, plain any) tftypes.Value {
	p.t.Helper()
	if plain == nil {
		return tftypes.NewValue(ty, nil)
	}
	if plain == any(Unknown) {
		return tftypes.NewValue(ty, tftypes.UnknownValue)
	}
	if list, ok := plain.([]any); ok {
		var elementType tftypes.Type
		switch collection := ty.(type) {
		case tftypes.Set:
			elementType = collection.ElementType
		case tftypes.List:
			elementType = collection.ElementType
		default:
			p.t.Fatalf("%s cannot be written as a list", ty)
		}
		elements := make([]tftypes.Value, len(list))
		for i, e := range list {
			elements[i] = p.value(elementType, e)
		}
		return tftypes.NewValue(ty, elements)
	}
	switch members := plain.(type) {
	case Values:
		return p.nested(ty, members)
	case map[string]any:
		return p.nested(ty, members)
	}
	return tftypes.NewValue(ty, plain)
}

// nested makes an object, whose attributes are null where they are left out, or
// a map.
func (p *Provider) nested(ty tftypes.Type, members map[string]any) tftypes.Value {
	p.t.Helper()
	values := map[string]tftypes.Value{}
	switch ty := ty.(type) {
	case tftypes.Object:
		for name, attributeType := range ty.AttributeTypes {
			values[name] = p.value(attributeType, members[name])
		}
		for name := range members {
			if _, ok := values[name]; !ok {
				p.t.Fatalf("there is no attribute %s", name)
			}
		}
	case tftypes.Map:
		for key, member := range members {
			values[key] = p.value(ty.ElementType, member)
		}
	default:
		p.t.Fatalf("%s cannot be written as a map", ty)
	}
	return tftypes.NewValue(ty, values)
}

func (p *Provider) decode(schema *tfprotov6.Schema, dynamic *tfprotov6.DynamicValue) Values {
	p.t.Helper()
	if dynamic == nil {
		return nil
	}
	value, err := dynamic.Unmarshal(schema.ValueType())
	p.check(err)
	values, _ := p.plain(value).(map[string]any)
	return values
}

func (p *Provider) plain(value tftypes.Value) any {
	p.t.Helper()
	switch {
	case !value.IsKnown():
		return Unknown
	case value.IsNull():
		return nil
	}
	var err error
	defer func() { p.check(err) }()
	switch value.Type().(type) {
	case tftypes.Object, tftypes.Map:
		var members map[string]tftypes.Value
		err = value.As(&members)
		result := make(map[string]any, len(members))
		for name, member := range members {
			result[name] = p.plain(member)
		}
		return result
	case tftypes.List, tftypes.Set:
		var elements []tftypes.Value
		err = value.As(&elements)
		result := make([]any, len(elements))
		for i, e := range elements {
			result[i] = p.plain(e)
		}
		return result
	}
	switch {
	case value.Type().Is(tftypes.String):
		var s string
		err = value.As(&s)
		return s
	case value.Type().Is(tftypes.Bool):
		var b bool
		err = value.As(&b)
		return b
	case value.Type().Is(tftypes.Number):
		n := new(big.Float)
		err = value.As(&n)
		i, _ := n.Int64()
		return i
	}
	err = fmt.Errorf("values of type %s are not supported", value.Type())
	return nil
}
