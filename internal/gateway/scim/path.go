package scim

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
)

// Path points into a resource (RFC 7644, figure 7):
//
//	userName
//	name.givenName
//	emails.value                        the primary value, else the first
//	emails[type eq "work"].value
//	urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department
//
// Attribute names ignore case.
type Path struct {
	// Schema is the URN of an extension; "" for the resource's own schema.
	Schema string
	// Attribute is the name of the attribute.
	Attribute string
	// Filter selects values of a multi-valued attribute: those that fulfil all conditions.
	Filter []Condition
	// Sub is the name of a sub-attribute; "" for the attribute as a whole.
	Sub string
}

// Condition is one comparison with eq.
type Condition struct {
	Attribute string
	// Value is a string or a bool.
	Value any
}

// attributeName is ATTRNAME of RFC 7643, figure 1, and $ref.
var attributeName = regexp.MustCompile(`^(\$ref|[A-Za-z][A-Za-z0-9_-]*)$`)

// schemaURN is a URN as far as it matters here (RFC 8141).
var schemaURN = regexp.MustCompile(`^[uU][rR][nN]:[A-Za-z0-9][A-Za-z0-9-]*:[A-Za-z0-9()+,.:=@;$_!*'%/?#-]+$`)

// version is the end of the URN of a registered schema that lacks its last part.
var version = regexp.MustCompile(`(?i)^urn:ietf:params:scim:.*:[0-9]+\.[0-9]+$`)

// ParsePath reads a path. Filters are comparisons with eq, joined with and. Its
// errors say what is wrong and where.
func ParsePath(text string) (Path, error) {
	p, err := parsePath(text)
	if err != nil {
		return Path{}, fmt.Errorf("%q is not a SCIM attribute path: %w", text, err)
	}
	return p, nil
}

func parsePath(text string) (Path, error) {
	var p Path
	head, filter := text, ""
	// A URN has dots of its own, so the schema goes first; a filter comes after it.
	if at := strings.IndexByte(text, '['); at >= 0 {
		head, filter = text[:at], text[at:]
	}
	if len(head) >= 4 && strings.EqualFold(head[:4], "urn:") {
		colon := strings.LastIndexByte(head, ':')
		p.Schema, head = head[:colon], head[colon+1:]
		if err := checkSchema(text, p.Schema); err != nil {
			return Path{}, err
		}
		if strings.EqualFold(p.Schema, UserSchema) || strings.EqualFold(p.Schema, GroupSchema) {
			p.Schema = ""
		}
	}
	sub, dotted := "", false
	if filter != "" {
		var err error
		if p.Filter, sub, err = parseFilter(filter); err != nil {
			return Path{}, err
		}
		if sub, dotted = strings.CutPrefix(sub, "."); sub != "" && !dotted {
			return Path{}, fmt.Errorf("%q follows the filter, where only a sub-attribute may", sub)
		}
	} else {
		head, sub, dotted = strings.Cut(head, ".")
	}
	if !attributeName.MatchString(head) {
		return Path{}, fmt.Errorf("%q is not the name of an attribute", head)
	}
	if dotted && !attributeName.MatchString(sub) {
		return Path{}, fmt.Errorf("%q is not the name of a sub-attribute", sub)
	}
	p.Attribute, p.Sub = head, sub
	return p, nil
}

func checkSchema(text, urn string) error {
	if !schemaURN.MatchString(urn) {
		return fmt.Errorf("%q is not the URN of a schema", urn)
	}
	if version.MatchString(urn) {
		return fmt.Errorf("it names a schema; an attribute of it is missing, as in %s:department", text)
	}
	return nil
}

// parseFilter reads a filter in brackets and returns what follows it.
func parseFilter(text string) (conditions []Condition, rest string, err error) {
	rest = text[1:]
	for {
		var c Condition
		c.Attribute, rest = word(rest)
		if !attributeName.MatchString(c.Attribute) {
			return nil, "", fmt.Errorf("%q in the filter is not the name of a sub-attribute", c.Attribute)
		}
		var operator string
		if operator, rest = word(rest); !strings.EqualFold(operator, "eq") {
			return nil, "", fmt.Errorf("the filter compares with %q; only eq is possible, as in [type eq \"work\"]", operator)
		}
		if c.Value, rest, err = literal(rest); err != nil {
			return nil, "", err
		}
		conditions = append(conditions, c)
		if after, closed := strings.CutPrefix(strings.TrimLeft(rest, " "), "]"); closed {
			return conditions, after, nil
		}
		var joint string
		if joint, rest = word(rest); !strings.EqualFold(joint, "and") {
			return nil, "", fmt.Errorf("after a comparison of the filter comes ] or and, not %q", joint)
		}
	}
}

// word takes the next word off.
func word(text string) (first, rest string) {
	text = strings.TrimLeft(text, " ")
	end := strings.IndexAny(text, " ]")
	if end < 0 {
		end = len(text)
	}
	return text[:end], text[end:]
}

// literal takes a JSON string or boolean off.
func literal(text string) (value any, rest string, err error) {
	text = strings.TrimLeft(text, " ")
	if !strings.HasPrefix(text, `"`) {
		first, rest := word(text)
		switch first {
		case "true", "false":
			return first == "true", rest, nil
		}
		return nil, "", fmt.Errorf("the filter compares with %s; only texts in double quotes, true and false are possible", first)
	}
	decoder := json.NewDecoder(strings.NewReader(text))
	var s string
	if err := decoder.Decode(&s); err != nil {
		return nil, "", fmt.Errorf("the text in the filter is not closed or not valid: %s", text)
	}
	return s, text[decoder.InputOffset():], nil
}

// String writes the path as [ParsePath] reads it.
func (p Path) String() string {
	var out strings.Builder
	if p.Schema != "" {
		out.WriteString(p.Schema + ":")
	}
	out.WriteString(p.Attribute)
	for i, c := range p.Filter {
		joint := "["
		if i > 0 {
			joint = " and "
		}
		value, _ := json.Marshal(c.Value) // a string or a bool
		out.WriteString(joint + c.Attribute + " eq " + string(value))
	}
	if p.Filter != nil {
		out.WriteString("]")
	}
	if p.Sub != "" {
		out.WriteString("." + p.Sub)
	}
	return out.String()
}

// ReadOnly reports that only the service provider writes the attribute
// (RFC 7643, sections 3.1 and 4.1.2).
func (p Path) ReadOnly() bool {
	if p.Schema != "" {
		return false
	}
	switch strings.ToLower(p.Attribute) {
	case "id", "meta", "schemas", "groups":
		return true
	default:
		return false
	}
}

// multiValued are the attributes of RFC 7643 that are arrays of objects.
var multiValued = map[string]bool{
	"emails": true, "phonenumbers": true, "ims": true, "photos": true, "addresses": true, "groups": true,
	"entitlements": true, "roles": true, "x509certificates": true, "members": true,
}

// isMultiValued reports paths into an array, as far as that is known.
func (p Path) isMultiValued() bool {
	return p.Filter != nil || p.Schema == "" && multiValued[strings.ToLower(p.Attribute)]
}
