package scim

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// PatchOperation is one operation of PATCH (RFC 7644, section 3.5.2). Op is add,
// replace or remove; Value is absent if it is nil.
type PatchOperation struct {
	Op    string `json:"op"`
	Path  string `json:"path,omitempty"`
	Value any    `json:"value,omitempty"`
}

// Changes makes the operations that set the values at paths of the resource, nil
// for removal. What is as wanted already takes none. Service providers disagree over filters
// that select nothing, over paths like emails.value, and over sub-attributes of
// what is not there yet; so a multi-valued attribute, and a complex one that is
// missing, is written as a whole, with all that it has otherwise.
func (r Resource) Changes(values map[string]any) ([]PatchOperation, error) {
	var operations []PatchOperation
	// Each change builds on the one before: two of them may write one attribute.
	work := r.Clone()
	if work == nil {
		work = make(Resource)
	}
	for _, path := range slices.Sorted(maps.Keys(values)) {
		p, err := ParsePath(path)
		if err != nil {
			return nil, err
		}
		value := values[path]
		if old, _ := work.get(p); asWanted(old, value) {
			continue
		}
		attribute := Path{Schema: p.Schema, Attribute: p.Attribute}
		old, _ := work.get(attribute)
		if err := work.set(p, cloneValue(value)); err != nil {
			return nil, err
		}
		if p.Filter != nil || p.Sub != "" && (old == nil || p.isMultiValued() || asArray(old) != nil) {
			p = attribute
			value, _ = work.get(attribute)
		}
		operation := PatchOperation{Op: "replace", Path: p.String(), Value: cloneValue(value)}
		if value == nil {
			operation.Op = "remove"
		}
		operations = append(slices.DeleteFunc(operations, func(o PatchOperation) bool { return o.Path == operation.Path }), operation)
	}
	return operations, nil
}

// asWanted compares a stored value with a wanted one, past what service
// providers make of it: booleans as strings, no value for an empty text.
func asWanted(old, value any) bool {
	switch v := value.(type) {
	case bool:
		text, ok := old.(string)
		return old == value || ok && strings.EqualFold(text, strconv.FormatBool(v))
	case string:
		return old == value || old == nil && v == ""
	case int, int64, float64, json.Number:
		_, ok := old.(json.Number)
		return ok && fmt.Sprint(old) == fmt.Sprint(value)
	default:
		return reflect.DeepEqual(old, value)
	}
}

// patch sends PATCH, or does its work with GET and PUT.
func (c *Client) patch(ctx context.Context, path, id string, operations []PatchOperation) error {
	if len(operations) == 0 {
		return nil
	}
	if c.patchless.Load() {
		return c.patchByPut(ctx, path, id, operations)
	}
	r, err := resourceRequest(http.MethodPatch, path, id)
	if err != nil {
		return err
	}
	r.body = map[string]any{"schemas": []string{patchSchema}, "Operations": operations}
	r.sent = func() []string { return texts(operations) }
	_, err = c.do(ctx, r, nil)
	if hasStatus(err, http.StatusNotImplemented) || hasStatus(err, http.StatusMethodNotAllowed) {
		c.patchless.Store(true)
		return c.patchByPut(ctx, path, id, operations)
	}
	return err
}

// patchByPut reads, changes and replaces. If the resource changes in between
// and the service provider notices, it is done once more.
func (c *Client) patchByPut(ctx context.Context, path, id string, operations []PatchOperation) error {
	for attempt := 0; ; attempt++ {
		resource, etag, err := c.get(ctx, path, id)
		if err != nil {
			return err
		}
		before := resource.Clone()
		if err := apply(resource, operations); err != nil {
			return fmt.Errorf("changing %s/{id} without PATCH: %w", path, err)
		}
		if reflect.DeepEqual(before, resource) {
			return nil
		}
		_, err = c.replace(ctx, path, id, resource, etag)
		if !hasStatus(err, http.StatusPreconditionFailed) || attempt > 0 {
			return err
		}
	}
}

// apply does what a service provider would do with the operations.
func apply(resource Resource, operations []PatchOperation) error {
	for _, o := range operations {
		op := strings.ToLower(o.Op)
		if o.Path != "" {
			p, err := ParsePath(o.Path)
			if err != nil {
				return err
			}
			if err := applyTo(resource, op, p, cloneValue(o.Value)); err != nil {
				return err
			}
			continue
		}
		members := asObject(o.Value)
		if members == nil || op == "remove" {
			return errors.New("an operation without a path needs an object as its value")
		}
		for key, value := range members {
			if strings.EqualFold(key, "schemas") {
				continue
			}
			if err := applyMember(resource, op, key, cloneValue(value)); err != nil {
				return err
			}
		}
	}
	return nil
}

// applyMember does an operation for one member of a value without a path.
func applyMember(resource Resource, op, key string, value any) error {
	if !strings.HasPrefix(strings.ToLower(key), "urn:") {
		return applyTo(resource, op, Path{Attribute: key}, value)
	}
	for name, member := range asObject(value) {
		if err := applyTo(resource, op, Path{Schema: key, Attribute: name}, member); err != nil {
			return err
		}
	}
	return nil
}

// applyTo does one operation at one place.
func applyTo(resource Resource, op string, p Path, value any) error {
	attribute := Path{Schema: p.Schema, Attribute: p.Attribute}
	old, _ := resource.get(attribute)
	switch op {
	case "remove":
		return applyRemove(resource, p, old, value)
	case "add", "replace":
	default:
		return fmt.Errorf("there is no operation %q", op)
	}
	whole := p.Filter == nil && p.Sub == ""
	switch {
	case whole && op == "add" && (p.isMultiValued() || asArray(old) != nil):
		return resource.set(p, orNil(joined(asArray(old), value)))
	case whole && asObject(value) != nil && asObject(old) != nil:
		for name, member := range asObject(value) {
			attribute.Sub = name
			if err := resource.set(attribute, member); err != nil {
				return err
			}
		}
		return nil
	default:
		return resource.set(p, value)
	}
}

// applyRemove takes an attribute away, or the values of it that the filter
// selects or the operation names.
func applyRemove(resource Resource, p Path, old, value any) error {
	attribute := Path{Schema: p.Schema, Attribute: p.Attribute}
	gone := func(item any) bool { return p.selects(asObject(item)) }
	switch {
	case p.Sub != "" || asArray(old) == nil:
		return resource.set(p, nil)
	case p.Filter == nil && value != nil:
		gone = func(item any) bool { return named(value, item) }
	}
	return resource.set(attribute, orNil(slices.DeleteFunc(slices.Clone(asArray(old)), gone)))
}

// orNil makes an empty array no value.
func orNil(items []any) any {
	if len(items) == 0 {
		return nil
	}
	return items
}

// items is one value, or several.
func items(value any) []any {
	if list := asArray(value); list != nil {
		return list
	}
	return []any{value}
}

// named reports whether the values name an item of an array.
func named(values, item any) bool {
	return slices.ContainsFunc(items(values), func(other any) bool { return sameItem(item, other) })
}

// joined adds what is not yet there.
func joined(old []any, value any) []any {
	out := slices.Clone(old)
	for _, item := range items(value) {
		if !slices.ContainsFunc(old, func(other any) bool { return sameItem(other, item) }) {
			out = append(out, item)
		}
	}
	return out
}

// sameItem compares items of an array by what they refer to.
func sameItem(a, b any) bool {
	x, y := asObject(a), asObject(b)
	if x == nil || y == nil {
		return reflect.DeepEqual(a, b)
	}
	value := x[keyOf(x, "value")]
	return value != nil && value == y[keyOf(y, "value")]
}
