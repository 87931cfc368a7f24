package scim

import (
	"net/http"
	"slices"
	"strings"
)

// operation is one operation of PATCH (RFC 7644, section 3.5.2).
type operation struct {
	op       string // add, replace or remove
	path     string
	value    any
	hasValue bool
}

// parsePatch reads the body of PATCH. Names of members ignore case.
func parsePatch(body map[string]any) ([]operation, error) {
	schemas, _ := member(body, "schemas").([]any)
	if !slices.Contains(schemas, any(urnPatchOp)) {
		return nil, badRequest("invalidSyntax", "schemas must hold %s.", urnPatchOp)
	}
	list, ok := member(body, "Operations").([]any)
	if !ok || len(list) == 0 {
		return nil, badRequest("invalidSyntax", "Operations must be an array of operations.")
	}
	operations := make([]operation, 0, len(list))
	for _, item := range list {
		object, ok := item.(map[string]any)
		if !ok {
			return nil, badRequest("invalidSyntax", "Operations must be an array of operations.")
		}
		op, _ := member(object, "op").(string)
		o := operation{op: strings.ToLower(op), value: member(object, "value")}
		o.hasValue = o.value != nil
		if path := member(object, "path"); path != nil {
			if o.path, ok = path.(string); !ok {
				return nil, badRequest("invalidPath", "path must be a string.")
			}
		}
		switch o.op {
		case "add", "replace":
		case "remove":
			if o.path == "" {
				return nil, badRequest("noTarget", "remove needs a path.")
			}
		default:
			return nil, badRequest("invalidSyntax", "There is no operation %q.", op)
		}
		operations = append(operations, o)
	}
	return operations, nil
}

// member looks a key up without regard to case.
func member(object map[string]any, name string) any {
	for key, value := range object {
		if strings.EqualFold(key, name) {
			return value
		}
	}
	return nil
}

// place is what a path points at.
type place struct {
	extension  *schema // nil: the core schema
	attribute  *attribute
	conditions []condition
	filtered   bool
	sub        *attribute
	name       string // as written
}

// parsePath reads attr, attr.sub, attr[filter] and attr[filter].sub, each with
// or without the URN of its schema, and the URN of an extension alone.
func parsePath(rt *resourceType, text string) (place, error) {
	p := place{name: text}
	bad := badRequest("invalidPath", "The path %q is none of %s.", text, rt.name)
	s, rest, ok := splitSchema(rt, strings.TrimSpace(text))
	if !ok {
		return place{}, bad
	}
	attributes := s.attributes
	if s != rt.core {
		if p.extension = s; rest == "" {
			return p, nil
		}
	} else {
		attributes = append([]attribute{externalID}, attributes...)
	}
	end := strings.IndexAny(rest, ".[")
	if end < 0 {
		end = len(rest)
	}
	if p.attribute = find(attributes, rest[:end]); p.attribute == nil {
		// Every resource has these two, and no client sets them (RFC 7643, section 3.1).
		if name := strings.ToLower(rest[:end]); s == rt.core && (name == "id" || name == "meta") {
			return place{}, readOnly(text)
		}
		return place{}, bad
	}
	if rest = rest[end:]; strings.HasPrefix(rest, "[") {
		closing := strings.LastIndex(rest, "]")
		if closing < 0 {
			return place{}, bad
		}
		var err error
		if p.conditions, err = parseFilter(rest[1:closing]); err != nil {
			return place{}, err
		}
		p.filtered, rest = true, rest[closing+1:]
	}
	if rest != "" {
		if p.sub = find(p.attribute.sub, strings.TrimPrefix(rest, ".")); p.sub == nil || rest[0] != '.' {
			return place{}, bad
		}
	}
	return p, p.check()
}

// splitSchema takes the URN off a path; without one the schema is the core's.
// ok is false if something else than an attribute follows.
func splitSchema(rt *resourceType, text string) (s *schema, rest string, ok bool) {
	for _, s := range append([]*schema{rt.core}, rt.extensions...) {
		if len(text) < len(s.id) || !strings.EqualFold(text[:len(s.id)], s.id) {
			continue
		}
		after, colon := strings.CutPrefix(text[len(s.id):], ":")
		if after == "" {
			return s, "", !colon && s != rt.core
		}
		return s, after, colon
	}
	return rt.core, text, true
}

func readOnly(path string) error {
	return &scimError{status: http.StatusBadRequest, scimType: "mutability", detail: path + " is read-only."}
}

// check refuses paths that say something impossible.
func (p place) check() error {
	for i := range p.conditions {
		sub := find(p.attribute.sub, p.conditions[i].path)
		if sub == nil {
			return badRequest("invalidFilter", "%s has no %s.", p.attribute.name, p.conditions[i].path)
		}
		p.conditions[i].path = sub.name
	}
	switch {
	case p.attribute.readOnly || p.sub != nil && p.sub.readOnly:
		return readOnly(p.name)
	case p.filtered && !p.attribute.multi:
		return badRequest("invalidPath", "%s has a single value, which needs no filter.", p.attribute.name)
	case p.sub != nil && p.attribute.multi && !p.filtered:
		return badRequest("invalidPath", "%s is multi-valued: say with a filter which value is meant.", p.attribute.name)
	default:
		return nil
	}
}

// selected reports whether a value fulfils all conditions.
func (p place) selected(item any) bool {
	object, _ := item.(map[string]any)
	for _, c := range p.conditions {
		if !equal(find(p.attribute.sub, c.path), object[c.path], c.value) {
			return false
		}
	}
	return true
}
