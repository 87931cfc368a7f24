package scim

import (
	"net/http"
	"reflect"
	"slices"
	"strings"
)

// apply changes a body by all operations, or returns an error with the body in
// between.
func (t *Target) apply(rt *resourceType, body Resource, operations []operation) (Resource, error) {
	for _, o := range operations {
		var err error
		if o.path == "" {
			err = t.applyObject(rt, body, o)
		} else {
			err = t.applyPath(rt, body, o)
		}
		if err != nil {
			return nil, err
		}
	}
	return t.normalise(rt, body)
}

// applyObject does an operation without a path: its value is part of a resource.
func (t *Target) applyObject(rt *resourceType, body Resource, o operation) error {
	object, ok := o.value.(map[string]any)
	if !ok {
		return badRequest("invalidValue", "Without a path, the value must be an object.")
	}
	for key, value := range object {
		if isCommon(key) {
			continue
		}
		a := rt.attribute(key)
		extension := rt.extension(key)
		switch {
		case a != nil && a.readOnly:
		case a != nil:
			if err := t.assign(body, a, o.op, value); err != nil {
				return err
			}
		case extension != nil:
			if err := t.applyExtension(body, extension, o.op, value); err != nil {
				return err
			}
		case !t.options.IgnoreUnknown:
			return badRequest("invalidSyntax", "There is no attribute %s.", key)
		}
	}
	return nil
}

// applyExtension merges an object into an extension.
func (t *Target) applyExtension(body Resource, extension *schema, op string, value any) error {
	object, ok := value.(map[string]any)
	if !ok {
		return badRequest("invalidValue", "%s must be an object.", extension.id)
	}
	for key, item := range object {
		a := find(extension.attributes, key)
		if a == nil {
			if t.options.IgnoreUnknown {
				continue
			}
			return badRequest("invalidSyntax", "There is no attribute %s:%s.", extension.id, key)
		}
		if err := t.assign(extended(body, extension), a, op, item); err != nil {
			return err
		}
	}
	return nil
}

// extended is the object of an extension, which is made if there is none.
func extended(body Resource, extension *schema) map[string]any {
	object, ok := body[extension.id].(map[string]any)
	if !ok {
		object = make(map[string]any)
		body[extension.id] = object
	}
	return object
}

// applyPath does an operation with a path.
func (t *Target) applyPath(rt *resourceType, body Resource, o operation) error {
	p, err := parsePath(rt, o.path)
	if err != nil {
		return err
	}
	container := body
	if p.extension != nil {
		if p.attribute == nil {
			if o.op == "remove" {
				delete(body, p.extension.id)
				return nil
			}
			return t.applyExtension(body, p.extension, o.op, o.value)
		}
		container = extended(body, p.extension)
	}
	switch {
	case p.filtered:
		return t.applySelected(container, p, o)
	case o.op == "remove":
		return remove(container, p, o)
	case p.sub != nil:
		return t.assign(container, p.attribute, o.op, map[string]any{p.sub.name: o.value})
	default:
		return t.assign(container, p.attribute, o.op, o.value)
	}
}

// assign adds or replaces an attribute. The types are checked when all
// operations are done.
func (t *Target) assign(container map[string]any, a *attribute, op string, value any) error {
	switch {
	case value == nil:
		delete(container, a.name)
	case a.multi:
		items, ok := value.([]any)
		if !ok {
			items = []any{value}
		}
		if op == "replace" {
			container[a.name] = items
			return nil
		}
		old, _ := container[a.name].([]any)
		normal, err := t.normaliseValue(a, items, a.name)
		if err != nil {
			return err
		}
		added, _ := normal.([]any)
		if slices.ContainsFunc(added, isPrimary) {
			old = clone(old)
			for _, item := range old {
				if object, ok := item.(map[string]any); ok {
					delete(object, "primary")
				}
			}
		}
		container[a.name] = append(slices.Clone(old), added...)
	case a.kind == isComplex:
		object, ok := value.(map[string]any)
		if !ok {
			return badRequest("invalidValue", "%s must be an object.", a.name)
		}
		container[a.name] = merge(container[a.name], a, object)
	default:
		container[a.name] = value
	}
	return nil
}

func isPrimary(item any) bool {
	object, _ := item.(map[string]any)
	return object["primary"] == true
}

// merge puts sub-attributes into a complex value; unknown ones are found later.
func merge(old any, a *attribute, object map[string]any) map[string]any {
	merged := make(map[string]any)
	if before, ok := old.(map[string]any); ok {
		merged = clone(before)
	}
	for key, value := range object {
		if sub := find(a.sub, key); sub != nil {
			key = sub.name
		}
		if value == nil {
			delete(merged, key)
			continue
		}
		merged[key] = value
	}
	return merged
}

// remove takes an attribute away, or those of its values that the operation names.
func remove(container map[string]any, p place, o operation) error {
	switch {
	case p.attribute.required:
		return &scimError{status: http.StatusBadRequest, scimType: "mutability", detail: p.attribute.name + " is required."}
	case p.sub != nil:
		if object, ok := container[p.attribute.name].(map[string]any); ok {
			delete(object, p.sub.name)
		}
	case p.attribute.multi && o.hasValue:
		named, ok := o.value.([]any)
		if !ok {
			named = []any{o.value}
		}
		items, _ := container[p.attribute.name].([]any)
		container[p.attribute.name] = slices.DeleteFunc(slices.Clone(items), func(item any) bool {
			return slices.ContainsFunc(named, func(other any) bool { return sameValue(item, other) })
		})
	default:
		delete(container, p.attribute.name)
	}
	return nil
}

// sameValue compares two values of a multi-valued attribute by their "value".
func sameValue(a, b any) bool {
	x, _ := a.(map[string]any)
	y, _ := b.(map[string]any)
	if x["value"] != nil && y != nil {
		return x["value"] == member(y, "value")
	}
	return reflect.DeepEqual(a, b)
}

// applySelected does an operation on the values that a filter selects.
func (t *Target) applySelected(container map[string]any, p place, o operation) error {
	items, _ := container[p.attribute.name].([]any)
	items = clone(items)
	hits := 0
	var left []any
	for _, item := range items {
		object, _ := item.(map[string]any)
		switch {
		case !p.selected(item):
		case o.op == "remove" && p.sub == nil:
			hits++
			continue
		case o.op == "remove":
			hits++
			delete(object, p.sub.name)
		default:
			hits++
			if err := p.change(object, o.value); err != nil {
				return err
			}
		}
		left = append(left, item)
	}
	if hits == 0 {
		if o.op != "add" {
			return badRequest("noTarget", "The path %q selects nothing.", o.path)
		}
		// The conditions say what the value is; the operation says the rest.
		object := make(map[string]any)
		for _, c := range p.conditions {
			object[c.path] = c.value
		}
		if err := p.change(object, o.value); err != nil {
			return err
		}
		left = append(left, object)
	}
	container[p.attribute.name] = left
	return nil
}

// change sets a sub-attribute of a value, or several.
func (p place) change(object map[string]any, value any) error {
	if p.sub != nil {
		object[p.sub.name] = value
		return nil
	}
	members, ok := value.(map[string]any)
	if !ok {
		return badRequest("invalidValue", "%s must be an object.", strings.TrimSpace(p.name))
	}
	for key, item := range members {
		if sub := find(p.attribute.sub, key); sub != nil {
			key = sub.name
		}
		object[key] = item
	}
	return nil
}
