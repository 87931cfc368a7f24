package scim

import (
	"maps"
	"reflect"
	"strings"
)

// normalise checks a resource against its schemas and gives attributes their
// canonical names. What the service provider writes itself is left out, and so
// is what has no value.
func (t *Target) normalise(rt *resourceType, in map[string]any) (Resource, error) {
	core := make(map[string]any)
	out := make(Resource)
	for key, value := range in {
		extension := rt.extension(key)
		switch {
		case strings.EqualFold(key, "schemas"):
			if err := t.checkSchemas(rt, value); err != nil {
				return nil, err
			}
		case isCommon(key):
		case extension == nil:
			core[key] = value
		case value != nil:
			object, ok := value.(map[string]any)
			if !ok {
				return nil, badRequest("invalidValue", "%s must be an object.", extension.id)
			}
			body, err := t.normaliseObject(extension.attributes, object, extension.id+":")
			if err != nil {
				return nil, err
			}
			if len(body) > 0 {
				out[extension.id] = body
			}
		}
	}
	body, err := t.normaliseObject(append([]attribute{externalID}, rt.core.attributes...), core, "")
	if err != nil {
		return nil, err
	}
	maps.Copy(out, body)
	return out, nil
}

// checkSchemas refuses schemas that the resource type does not have.
func (t *Target) checkSchemas(rt *resourceType, value any) error {
	list, ok := value.([]any)
	if !ok {
		return badRequest("invalidSyntax", "schemas must be an array of URNs.")
	}
	for _, item := range list {
		urn, ok := item.(string)
		if !ok {
			return badRequest("invalidSyntax", "schemas must be an array of URNs.")
		}
		if !strings.EqualFold(urn, rt.core.id) && rt.extension(urn) == nil && !t.options.IgnoreUnknown {
			return badRequest("invalidSyntax", "The schema %q is not one of %s.", urn, rt.name)
		}
	}
	return nil
}

// normaliseObject does the attributes of a schema, or the sub-attributes of a
// complex attribute. prefix is what stands before their names in errors.
func (t *Target) normaliseObject(attributes []attribute, in map[string]any, prefix string) (map[string]any, error) {
	out := make(map[string]any, len(in))
	for key, value := range in {
		a := find(attributes, key)
		if a == nil {
			if t.options.IgnoreUnknown {
				continue
			}
			return nil, badRequest("invalidSyntax", "There is no attribute %s%s.", prefix, key)
		}
		if _, twice := out[a.name]; twice {
			return nil, badRequest("invalidSyntax", "The attribute %s%s occurs twice.", prefix, a.name)
		}
		if a.readOnly {
			continue
		}
		normal, err := t.normaliseValue(a, value, prefix+a.name)
		if err != nil {
			return nil, err
		}
		if normal != nil {
			out[a.name] = normal
		}
	}
	return out, nil
}

// normaliseValue checks the value of an attribute; nil means that it has none.
func (t *Target) normaliseValue(a *attribute, value any, name string) (any, error) {
	if value == nil {
		return nil, nil
	}
	if !a.multi {
		return t.normaliseSingle(a, value, name)
	}
	items, ok := value.([]any)
	if !ok {
		return nil, badRequest("invalidValue", "%s is multi-valued and must be an array.", name)
	}
	var out distinct
	primaries := 0
	for _, item := range items {
		normal, err := t.normaliseSingle(a, item, name)
		if err != nil {
			return nil, err
		}
		if normal == nil || !out.add(normal) {
			continue
		}
		if object, ok := normal.(map[string]any); ok && object["primary"] == true {
			primaries++
		}
	}
	if primaries > 1 {
		return nil, badRequest("invalidValue", "Only one value of %s can be primary.", name)
	}
	if len(out.items) == 0 {
		return nil, nil
	}
	return out.items, nil
}

// normaliseSingle checks one value.
func (t *Target) normaliseSingle(a *attribute, value any, name string) (any, error) {
	switch a.kind {
	case isBoolean:
		if _, ok := value.(bool); !ok {
			return nil, badRequest("invalidValue", "%s must be a boolean.", name)
		}
		return value, nil
	case isComplex:
		object, ok := value.(map[string]any)
		if !ok {
			return nil, badRequest("invalidValue", "%s must be an object.", name)
		}
		out, err := t.normaliseObject(a.sub, object, name+".")
		if err != nil {
			return nil, err
		}
		if len(out) == 0 {
			return nil, nil
		}
		for i := range a.sub {
			if a.sub[i].required && out[a.sub[i].name] == nil {
				return nil, badRequest("invalidValue", "%s.%s is required.", name, a.sub[i].name)
			}
		}
		return out, nil
	default:
		if _, ok := value.(string); !ok {
			return nil, badRequest("invalidValue", "%s must be a string.", name)
		}
		return value, nil
	}
}

// distinct collects values that differ. Values that share their "value" are
// compared as a whole; a group of thousands must not compare each with each.
type distinct struct {
	items []any
	alike map[any][]any
}

// add reports whether the item is new.
func (d *distinct) add(item any) bool {
	var key any
	if object, ok := item.(map[string]any); ok {
		key, _ = object["value"].(string)
	} else if text, ok := item.(string); ok {
		key = text
	}
	for _, other := range d.alike[key] {
		if reflect.DeepEqual(other, item) {
			return false
		}
	}
	if d.alike == nil {
		d.alike = make(map[any][]any)
	}
	d.alike[key] = append(d.alike[key], item)
	d.items = append(d.items, item)
	return true
}

// checkRequired refuses a resource that lacks what it must have.
func checkRequired(rt *resourceType, body Resource) error {
	for i := range rt.core.attributes {
		a := &rt.core.attributes[i]
		if a.required && (body[a.name] == nil || body[a.name] == "") {
			return badRequest("invalidValue", "%s is required.", a.name)
		}
	}
	return nil
}

// clone copies a value as deep as JSON goes.
func clone[T any](value T) T {
	var copied any
	switch v := any(value).(type) {
	case map[string]any:
		object := make(map[string]any, len(v))
		for key, member := range v {
			object[key] = clone(member)
		}
		copied = object
	case []any:
		items := make([]any, len(v))
		for i, item := range v {
			items[i] = clone(item)
		}
		copied = items
	default:
		return value
	}
	out, _ := copied.(T) // the case above decided the type
	return out
}
