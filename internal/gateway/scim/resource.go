package scim

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// Resource is a user or group: the members of its JSON object, as the service
// provider spells them. Numbers are json.Number.
type Resource map[string]any

// ID returns the service provider's id; "" if there is none.
func (r Resource) ID() string { return r.String("id") }

// Get returns the value at a path, and whether there is one; null is none. Of
// several values that a path can mean, it is the primary one, else the first.
func (r Resource) Get(path string) (any, bool) {
	p, err := ParsePath(path)
	if err != nil {
		return nil, false
	}
	return r.get(p)
}

// String returns the value at a path as text: a string as it is, a boolean as
// true or false, a number as the service provider wrote it; everything else,
// and no value, as "".
func (r Resource) String(path string) string {
	value, _ := r.Get(path)
	switch v := value.(type) {
	case string:
		return v
	case bool, json.Number, float64, int:
		return fmt.Sprint(v)
	default:
		return ""
	}
}

// Bool returns the boolean at a path, and whether there is one. Some service
// providers send it as a string.
func (r Resource) Bool(path string) (value, ok bool) {
	switch text := r.String(path); {
	case strings.EqualFold(text, "true"):
		return true, true
	case strings.EqualFold(text, "false"):
		return false, true
	default:
		return false, false
	}
}

// Set sets the value at a path, and removes it where value is nil. What the
// path stands in is made as needed: with the conditions of its filter, or, for
// a path like emails.value, as the primary value. What is left without content is
// removed. An extension is entered in schemas. The error is that of [ParsePath],
// or says that the path leads through something else than an object.
func (r Resource) Set(path string, value any) error {
	p, err := ParsePath(path)
	if err != nil {
		return err
	}
	return r.set(p, value)
}

// Clone copies the resource, as deep as it goes.
func (r Resource) Clone() Resource {
	out, _ := cloneValue(map[string]any(r)).(map[string]any)
	return out
}

func cloneValue(value any) any {
	switch v := value.(type) {
	case map[string]any:
		out := make(map[string]any, len(v))
		for key, member := range v {
			out[key] = cloneValue(member)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, item := range v {
			out[i] = cloneValue(item)
		}
		return out
	case []map[string]any:
		out := make([]any, len(v))
		for i, item := range v {
			out[i] = cloneValue(item)
		}
		return out
	default:
		return value
	}
}

// keyOf returns the spelling of a member that the object has, else the name.
func keyOf(object map[string]any, name string) string {
	if _, ok := object[name]; ok {
		return name
	}
	for _, key := range slices.Sorted(maps.Keys(object)) {
		if strings.EqualFold(key, name) {
			return key
		}
	}
	return name
}

// asObject is value as an object; nil if it is none.
func asObject(value any) map[string]any {
	switch v := value.(type) {
	case map[string]any:
		return v
	case Resource:
		return v
	default:
		return nil
	}
}

// asArray is value as an array; nil if it is none.
func asArray(value any) []any {
	switch v := value.(type) {
	case []any:
		return v
	case []map[string]any, []string:
		// What callers write down, before it went over the wire.
		list := reflect.ValueOf(v)
		out := make([]any, list.Len())
		for i := range out {
			out[i] = list.Index(i).Interface()
		}
		return out
	default:
		return nil
	}
}

// get walks a path.
func (r Resource) get(p Path) (any, bool) {
	container := map[string]any(r)
	if p.Schema != "" {
		container = asObject(r[keyOf(r, p.Schema)])
	}
	value := container[keyOf(container, p.Attribute)]
	if p.Filter != nil || p.Sub != "" {
		if items := asArray(value); items != nil {
			at := p.choose(items)
			if at < 0 {
				return nil, false
			}
			value = items[at]
		} else if p.Filter != nil {
			return nil, false
		}
	}
	if p.Sub != "" {
		object := asObject(value)
		value = object[keyOf(object, p.Sub)]
	}
	return value, value != nil
}

// choose returns the index of the value that a path means; -1: there is none.
func (p Path) choose(items []any) int {
	first := -1
	for i, item := range items {
		object := asObject(item)
		if object == nil || !p.selects(object) {
			continue
		}
		if isTrue(object[keyOf(object, "primary")]) {
			return i
		}
		if first < 0 {
			first = i
		}
	}
	return first
}

func isTrue(value any) bool {
	text, _ := value.(string)
	return value == true || strings.EqualFold(text, "true")
}

// selects reports whether a value fulfils the conditions. A type ignores case
// (RFC 7643, section 2.4).
func (p Path) selects(object map[string]any) bool {
	for _, c := range p.Filter {
		value := object[keyOf(object, c.Attribute)]
		switch want := c.Value.(type) {
		case bool:
			if isTrue(value) != want {
				return false
			}
		case string:
			text, ok := value.(string)
			if !ok || text != want && (!strings.EqualFold(c.Attribute, "type") || !strings.EqualFold(text, want)) {
				return false
			}
		}
	}
	return true
}

// errNotAnObject is a path through a plain value.
var errNotAnObject = errors.New("it leads through a value that is no object")

// set walks a path and makes what is missing.
func (r Resource) set(p Path, value any) error {
	container := map[string]any(r)
	schema := ""
	if p.Schema != "" {
		schema = keyOf(r, p.Schema)
		container = asObject(r[schema])
		if container == nil {
			if r[schema] != nil {
				return fmt.Errorf("setting %s: %w", p, errNotAnObject)
			}
			if value == nil {
				return nil
			}
			container = make(map[string]any)
		}
	}
	if err := p.setIn(container, value); err != nil {
		return fmt.Errorf("setting %s: %w", p, err)
	}
	if schema == "" {
		return nil
	}
	if len(container) == 0 {
		delete(r, schema)
		return nil
	}
	r[schema] = container
	schemas := asArray(r["schemas"])
	if !slices.ContainsFunc(schemas, func(urn any) bool { text, _ := urn.(string); return strings.EqualFold(text, schema) }) {
		r["schemas"] = append(slices.Clone(schemas), schema)
	}
	return nil
}

// setIn sets the attribute in the object of its schema.
func (p Path) setIn(container map[string]any, value any) error {
	key := keyOf(container, p.Attribute)
	old := container[key]
	var changed any
	switch items := asArray(old); {
	case p.Filter == nil && p.Sub == "":
		changed = value
	case items != nil || old == nil && p.isMultiValued():
		var err error
		if changed, err = p.setItem(items, value); err != nil {
			return err
		}
	case p.Filter != nil || old != nil && asObject(old) == nil:
		return errNotAnObject
	default:
		changed = p.setSub(asObject(old), value)
	}
	if changed == nil {
		delete(container, key)
		return nil
	}
	container[key] = changed
	return nil
}

// setSub sets the sub-attribute of an object; nil if nothing is left of it.
func (p Path) setSub(object map[string]any, value any) any {
	if object == nil {
		object = make(map[string]any)
	}
	if value == nil {
		delete(object, keyOf(object, p.Sub))
	} else {
		object[keyOf(object, p.Sub)] = value
	}
	if len(object) == 0 {
		return nil
	}
	return object
}

// setItem sets the value of an array that the path means; nil if nothing is
// left of the array.
func (p Path) setItem(items []any, value any) (any, error) {
	items = slices.Clone(items)
	at := p.choose(items)
	switch {
	case at < 0 && value == nil:
	case at < 0:
		item, err := p.newItem(value)
		if err != nil {
			return nil, err
		}
		items = append(items, item)
	default:
		if item := p.changed(asObject(items[at]), value); item != nil {
			items[at] = item
		} else {
			items = slices.Delete(items, at, at+1)
		}
	}
	if len(items) == 0 {
		return nil, nil //nolint:nilnil // Nothing is left, and that is no error.
	}
	return items, nil
}

// newItem makes a value that the path means.
func (p Path) newItem(value any) (map[string]any, error) {
	item := make(map[string]any)
	if p.Sub != "" {
		item[p.Sub] = value
	} else {
		object := asObject(value)
		if object == nil {
			return nil, errNotAnObject
		}
		maps.Copy(item, object)
	}
	for _, c := range p.Filter {
		item[keyOf(item, c.Attribute)] = c.Value
	}
	if p.Filter == nil {
		item["primary"] = true
	}
	return item, nil
}

// changed is a value of an array after the change; nil if it has no content left.
func (p Path) changed(item map[string]any, value any) map[string]any {
	if p.Sub == "" {
		return asObject(value)
	}
	item = maps.Clone(item)
	if value != nil {
		item[keyOf(item, p.Sub)] = value
		return item
	}
	delete(item, keyOf(item, p.Sub))
	for key := range item {
		if !slices.ContainsFunc([]string{"type", "primary", "display"}, func(name string) bool { return strings.EqualFold(name, key) }) {
			return item
		}
	}
	return nil
}
