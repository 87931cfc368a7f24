package syncer

import (
	"encoding/json"
	"math"
	"math/big"
	"reflect"
	"strconv"
	"strings"
)

// The SCIM paths that a rule sets by itself.
const (
	pathActive     = "active"
	pathExternalID = "externalId"
)

// coreUser is what paths of the core schema may be written with (RFC 7643,
// section 8.7.1).
const coreUser = "urn:ietf:params:scim:schemas:core:2.0:user:"

// rootOf returns the attribute that a SCIM path begins with, in lower case,
// since attribute names are case insensitive (RFC 7643, section 2.1). A path of
// an extension is returned whole.
func rootOf(path string) string {
	p := strings.TrimPrefix(strings.ToLower(strings.TrimSpace(path)), coreUser)
	if end := strings.IndexAny(p, ".["); end >= 0 && !strings.HasPrefix(p, "urn:") {
		p = p[:end]
	}
	return p
}

// overlaps reports whether two paths write to the same attribute.
func overlaps(a, b string) bool { return rootOf(a) == rootOf(b) }

// differences returns what has to be written so that an account becomes what
// the person's mapping wants; nil if it is so already. Only mapped paths count,
// and that a selected person's account is active.
func differences(p *Person, account *Account) map[string]any {
	var changes map[string]any
	set := func(path string, value any) {
		if changes == nil {
			changes = map[string]any{}
		}
		changes[path] = value
	}
	for path, want := range p.Account {
		if !sameValue(want, account.Attributes[path]) {
			set(path, normal(want))
		}
	}
	if !account.Active {
		set(pathActive, true)
	}
	return changes
}

// normal turns the ways to write "no value" into nil: null and an empty list are
// one by RFC 7643, section 2.5, and an empty string tells no more.
func normal(value any) any {
	switch v := value.(type) {
	case string:
		if v == "" {
			return nil
		}
	case []any:
		if len(v) == 0 {
			return nil
		}
	case []string:
		if len(v) == 0 {
			return nil
		}
	}
	return value
}

// sameValue reports whether an account has the value that is wanted: strings to
// the letter, numbers by their value, lists as sets, no value as no value. Some
// service providers keep booleans as strings.
func sameValue(want, has any) bool {
	if wanted, ok := want.(bool); ok {
		if text, ok := has.(string); ok {
			return strings.EqualFold(text, strconv.FormatBool(wanted))
		}
	}
	return reflect.DeepEqual(canonical(want), canonical(has))
}

// number is a number in one way of writing; a type of its own, so that 1 is not "1".
type number string

// MarshalJSON keeps it apart from a string in JSON, too.
func (n number) MarshalJSON() ([]byte, error) { return json.Marshal([]string{"number", string(n)}) }

// canonical gives equal values equal forms.
func canonical(value any) any {
	if n, ok := canonicalNumber(value); ok {
		return n
	}
	switch v := normal(value).(type) {
	case []any:
		return canonicalSet(v)
	case []string:
		list := make([]any, len(v))
		for i := range v {
			list[i] = v[i]
		}
		return canonicalSet(list)
	case map[string]any:
		m := make(map[string]any, len(v))
		for key, inner := range v {
			if c := canonical(inner); c != nil {
				m[key] = c
			}
		}
		if len(m) == 0 {
			return nil
		}
		return m
	default:
		return v
	}
}

// canonicalSet keys the elements by their JSON, which is unique because
// encoding/json sorts the keys of maps.
func canonicalSet(list []any) any {
	set := make(map[string]bool, len(list))
	for _, element := range list {
		c := canonical(element)
		if c == nil {
			continue
		}
		encoded, err := json.Marshal(c)
		if err != nil { // no JSON value; then only an equal list is equal
			return list
		}
		set[string(encoded)] = true
	}
	if len(set) == 0 {
		return nil
	}
	return set
}

func canonicalNumber(value any) (number, bool) {
	var text string
	switch v := value.(type) {
	case json.Number:
		text = v.String()
	case float64:
		text = strconv.FormatFloat(v, 'g', -1, 64)
	default:
		r := reflect.ValueOf(value)
		switch {
		case !r.IsValid():
			return "", false
		case r.CanInt():
			text = strconv.FormatInt(r.Int(), 10)
		case r.CanUint():
			text = strconv.FormatUint(r.Uint(), 10)
		case r.CanFloat():
			text = strconv.FormatFloat(r.Float(), 'g', -1, 64)
		default:
			return "", false
		}
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || len(text) > 400 {
		return number(text), true
	}
	// A fraction of an exponent like 1e300 would be long; as a float it is exact enough.
	if abs := math.Abs(f); abs > 1e100 || abs < 1e-100 {
		return number(strconv.FormatFloat(f, 'g', -1, 64)), true
	}
	r, ok := new(big.Rat).SetString(text)
	if !ok {
		return number(text), true
	}
	return number(r.RatString()), true
}
