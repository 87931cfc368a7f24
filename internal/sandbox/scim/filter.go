package scim

import (
	"encoding/json"
	"strings"
)

// condition is one comparison of a filter: an attribute equals a value.
type condition struct {
	path  string // as written
	value any    // string, bool, number or nil
}

// parseFilter reads comparisons with eq that are joined with and (RFC 7644,
// section 3.4.2.2). Every other filter is refused.
func parseFilter(text string) ([]condition, error) {
	var conditions []condition
	rest := text
	for {
		path, after := word(rest)
		operator, after := word(after)
		value, after, ok := literal(after)
		if path == "" || !strings.EqualFold(operator, "eq") || !ok {
			return nil, badRequest("invalidFilter", "The filter %q is not made of comparisons with eq, joined with and.", text)
		}
		conditions = append(conditions, condition{path: path, value: value})
		rest = strings.TrimSpace(after)
		if rest == "" {
			return conditions, nil
		}
		joint, after := word(rest)
		if !strings.EqualFold(joint, "and") {
			return nil, badRequest("invalidFilter", "The filter %q is not made of comparisons with eq, joined with and.", text)
		}
		rest = after
	}
}

// word takes the next word off, up to a space.
func word(text string) (first, rest string) {
	first, rest, _ = strings.Cut(strings.TrimLeft(text, " "), " ")
	if strings.ContainsAny(first, `()[]"`) {
		return "", text
	}
	return first, rest
}

// literal takes a JSON string, boolean, number or null off.
func literal(text string) (value any, rest string, ok bool) {
	decoder := json.NewDecoder(strings.NewReader(text))
	if err := decoder.Decode(&value); err != nil {
		return nil, text, false
	}
	switch value.(type) {
	case map[string]any, []any:
		return nil, text, false
	}
	rest = text[decoder.InputOffset():]
	if rest != "" && rest[0] != ' ' {
		return nil, text, false
	}
	return value, rest, true
}

// filterable are the attributes that lists can be filtered by.
var filterable = map[*resourceType][]string{
	&userType:  {"userName", "externalId", "displayName", "emails.value", "active"},
	&groupType: {"externalId", "displayName"},
}

// compileFilter makes a list's filter.
func compileFilter(rt *resourceType, text string) (func(Resource) bool, error) {
	if strings.TrimSpace(text) == "" {
		return func(Resource) bool { return true }, nil
	}
	conditions, err := parseFilter(text)
	if err != nil {
		return nil, err
	}
	for i := range conditions {
		c := &conditions[i]
		known := ""
		for _, name := range filterable[rt] {
			if strings.EqualFold(strings.TrimPrefix(c.path, rt.core.id+":"), name) {
				known = name
			}
		}
		if known == "" {
			return nil, badRequest("invalidFilter", "%s cannot be filtered by %s.", rt.endpoint, c.path)
		}
		c.path = known
	}
	return func(body Resource) bool {
		for _, c := range conditions {
			if !c.holds(rt, body) {
				return false
			}
		}
		return true
	}, nil
}

// holds reports whether one of the attribute's values is equal.
func (c condition) holds(rt *resourceType, body Resource) bool {
	name, sub, _ := strings.Cut(c.path, ".")
	a := rt.attribute(name)
	if sub == "" {
		return equal(a, body[a.name], c.value)
	}
	items, _ := body[a.name].([]any)
	for _, item := range items {
		object, _ := item.(map[string]any)
		if equal(find(a.sub, sub), object[sub], c.value) {
			return true
		}
	}
	return false
}

// equal compares an attribute's value with that of a filter.
func equal(a *attribute, have, want any) bool {
	text, ok := have.(string)
	wanted, wantedOK := want.(string)
	if ok && wantedOK && !a.exact {
		return strings.EqualFold(text, wanted)
	}
	return have == want
}
