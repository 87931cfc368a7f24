package main

import (
	"encoding/json"
	"fmt"
	"strings"

	tfjson "github.com/hashicorp/terraform-json"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
	"github.com/hashicorp/terraform-plugin-go/tftypes"
)

// converter turns the wire form of schemas into their JSON form. It goes on
// after a fault, so that one run names them all in errs.
type converter struct {
	errs []error
}

func (c *converter) provider(
	s *tfprotov6.GetProviderSchemaResponse,
	i *tfprotov6.GetResourceIdentitySchemasResponse,
) *tfjson.ProviderSchema {
	return &tfjson.ProviderSchema{
		ConfigSchema:             c.schema(s.Provider),
		ResourceSchemas:          mapValues(s.ResourceSchemas, c.schema),
		DataSourceSchemas:        mapValues(s.DataSourceSchemas, c.schema),
		EphemeralResourceSchemas: mapValues(s.EphemeralResourceSchemas, c.schema),
		ListResourceSchemas:      mapValues(s.ListResourceSchemas, c.schema),
		ActionSchemas:            mapValues(s.ActionSchemas, c.action),
		Functions:                mapValues(s.Functions, c.function),
		ResourceIdentitySchemas:  mapValues(i.IdentitySchemas, c.identity),
	}
}

func mapValues[In, Out any](in map[string]In, convert func(In) Out) map[string]Out {
	out := make(map[string]Out, len(in))
	for name, value := range in {
		out[name] = convert(value)
	}
	return out
}

func (c *converter) schema(s *tfprotov6.Schema) *tfjson.Schema {
	if s == nil {
		return nil
	}
	return &tfjson.Schema{
		Version: c.count(s.Version),
		Block:   c.block(s.Block),
	}
}

func (c *converter) action(s *tfprotov6.ActionSchema) *tfjson.ActionSchema {
	return &tfjson.ActionSchema{Block: c.block(s.Schema.Block)}
}

func (c *converter) block(b *tfprotov6.SchemaBlock) *tfjson.SchemaBlock {
	if b == nil {
		return nil
	}
	out := &tfjson.SchemaBlock{
		Attributes:      c.attributes(b.Attributes),
		Description:     b.Description,
		DescriptionKind: descriptionKind(b.DescriptionKind),
		Deprecated:      b.Deprecated,
		NestedBlocks:    make(map[string]*tfjson.SchemaBlockType, len(b.BlockTypes)),
	}
	for _, nested := range b.BlockTypes {
		out.NestedBlocks[nested.TypeName] = &tfjson.SchemaBlockType{
			NestingMode: nestingMode(nested.Nesting.String()),
			Block:       c.block(nested.Block),
			MinItems:    c.count(nested.MinItems),
			MaxItems:    c.count(nested.MaxItems),
		}
	}
	return out
}

func (c *converter) attributes(in []*tfprotov6.SchemaAttribute) map[string]*tfjson.SchemaAttribute {
	out := make(map[string]*tfjson.SchemaAttribute, len(in))
	for _, a := range in {
		attribute := &tfjson.SchemaAttribute{
			Description:     a.Description,
			DescriptionKind: descriptionKind(a.DescriptionKind),
			Deprecated:      a.Deprecated,
			Required:        a.Required,
			Optional:        a.Optional,
			Computed:        a.Computed,
			Sensitive:       a.Sensitive,
			WriteOnly:       a.WriteOnly,
		}
		if a.NestedType != nil {
			attribute.AttributeNestedType = &tfjson.SchemaNestedAttributeType{
				Attributes:  c.attributes(a.NestedType.Attributes),
				NestingMode: nestingMode(a.NestedType.Nesting.String()),
			}
		} else {
			c.typeInto(&attribute.AttributeType, a.Name, a.Type)
		}
		out[a.Name] = attribute
	}
	return out
}

func (c *converter) identity(s *tfprotov6.ResourceIdentitySchema) *tfjson.IdentitySchema {
	out := &tfjson.IdentitySchema{
		Version:    c.count(s.Version),
		Attributes: make(map[string]*tfjson.IdentityAttribute, len(s.IdentityAttributes)),
	}
	for _, a := range s.IdentityAttributes {
		attribute := &tfjson.IdentityAttribute{
			Description:       a.Description,
			RequiredForImport: a.RequiredForImport,
			OptionalForImport: a.OptionalForImport,
		}
		c.typeInto(&attribute.IdentityType, a.Name, a.Type)
		out.Attributes[a.Name] = attribute
	}
	return out
}

func (c *converter) function(f *tfprotov6.Function) *tfjson.FunctionSignature {
	out := &tfjson.FunctionSignature{
		Summary:            f.Summary,
		Description:        f.Description,
		DeprecationMessage: f.DeprecationMessage,
	}
	c.typeInto(&out.ReturnType, "the function's result", f.Return.Type)
	for _, p := range f.Parameters {
		out.Parameters = append(out.Parameters, c.parameter(p))
	}
	if f.VariadicParameter != nil {
		out.VariadicParameter = c.parameter(f.VariadicParameter)
	}
	return out
}

func (c *converter) parameter(p *tfprotov6.FunctionParameter) *tfjson.FunctionParameter {
	out := &tfjson.FunctionParameter{
		Name:        p.Name,
		Description: p.Description,
		IsNullable:  p.AllowNullValue,
	}
	c.typeInto(&out.Type, p.Name, p.Type)
	return out
}

// typeInto carries a type over by way of the JSON that both sides share.
func (c *converter) typeInto(dst json.Unmarshaler, name string, t tftypes.Type) {
	raw, err := json.Marshal(t)
	if err == nil {
		err = dst.UnmarshalJSON(raw)
	}
	if err != nil {
		c.errs = append(c.errs, fmt.Errorf("type of %s: %w", name, err))
	}
}

// count carries a number over that the wire signs though it is never negative.
func (c *converter) count(n int64) uint64 {
	if n < 0 {
		c.errs = append(c.errs, fmt.Errorf("negative number %d in a schema", n))
		return 0
	}
	return uint64(n)
}

// nestingMode turns the wire's name of a mode, such as LIST, into the JSON's.
func nestingMode(name string) tfjson.SchemaNestingMode {
	return tfjson.SchemaNestingMode(strings.ToLower(name))
}

func descriptionKind(kind tfprotov6.StringKind) tfjson.SchemaDescriptionKind {
	return tfjson.SchemaDescriptionKind(strings.ToLower(kind.String()))
}
