package expression

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/personio-community/terraform-provider-personio/internal/attribute"
)

// Person holds the attribute values of one employee by v1 key: nil, string,
// bool, int64, float64, []string, []any, [Unreadable], and a Person for supervisor.
// A missing key is the same as nil: the person has no such attribute.
type Person map[string]any

// Unreadable stands for a value that is not what Personio documents. Only an
// expression that uses it fails.
type Unreadable struct {
	// Reason says what was expected and what kind of value came, not which.
	Reason string
}

// FromV1 reads the object attributes of an employee of Personio's v1 API: each
// key with {"label", "value", "type", "universal_id"}. Keys that are no employee
// attributes are left out.
//
// Personio writes an unset text as "" and an unset object as [] in places; both
// are null here. A date is the calendar date that its text begins with, whatever
// offset follows. One value that cannot be read does not lose the others: it
// becomes [Unreadable].
func FromV1(attributes map[string]json.RawMessage) Person {
	person := make(Person, len(attributes))
	for key, raw := range attributes {
		if !attribute.Known(key) {
			continue
		}
		value, err := fromV1(key, raw)
		if err != nil {
			value = Unreadable{Reason: err.Error()}
		}
		person[key] = value
	}
	return person
}

// v1Attribute is what stands under the key of an attribute.
type v1Attribute struct {
	Value json.RawMessage `json:"value"`
	Type  string          `json:"type"`
}

func fromV1(key string, raw json.RawMessage) (any, error) {
	var wire v1Attribute
	if err := json.Unmarshal(raw, &wire); err != nil {
		return nil, unexpected("an object with a value", raw)
	}
	value := bytes.TrimSpace(wire.Value)
	if len(value) == 0 || string(value) == "null" || string(value) == `""` {
		return nil, nil
	}
	switch shapeOf(key) {
	case shapeInteger:
		return readInteger(value)
	case shapeDecimal:
		return readDecimal(value)
	case shapeDate:
		return readDate(value)
	case shapeName:
		return readName(value)
	case shapeNames:
		return readNames(value)
	case shapeObjects:
		return readObjects(value)
	case shapePerson:
		return readSupervisor(value)
	case shapeCustom:
		return readCustom(value, attribute.Type(wire.Type))
	default:
		text, err := readText(value)
		if key == "status" {
			text = strings.ToLower(text)
		}
		return text, err
	}
}

func readCustom(value []byte, kind attribute.Type) (any, error) {
	switch kind {
	case attribute.TypeInteger:
		return readInteger(value)
	case attribute.TypeDecimal:
		return readDecimal(value)
	case attribute.TypeDate:
		return readDate(value)
	case attribute.TypeTags:
		return readTags(value)
	default:
		decoded, err := decode(value)
		if err != nil {
			return nil, err
		}
		switch decoded.(type) {
		case string, bool, int64, float64:
			return decoded, nil
		default:
			return nil, unexpected("text", value)
		}
	}
}

func readText(value []byte) (string, error) {
	var text string
	if json.Unmarshal(value, &text) != nil {
		return "", unexpected("text", value)
	}
	return text, nil
}

// bare returns the text of a number, which Personio sends bare or in quotes.
func bare(value []byte) string {
	if text, err := readText(value); err == nil {
		return strings.TrimSpace(text)
	}
	return string(value)
}

func readInteger(value []byte) (any, error) {
	number, err := strconv.ParseInt(bare(value), 10, 64)
	if err != nil {
		return nil, unexpected("a whole number", value)
	}
	return number, nil
}

func readDecimal(value []byte) (any, error) {
	number, err := strconv.ParseFloat(bare(value), 64)
	if err != nil || math.IsNaN(number) || math.IsInf(number, 0) {
		return nil, unexpected("a number", value)
	}
	return number, nil
}

func readDate(value []byte) (any, error) {
	text, err := readText(value)
	if err != nil {
		return nil, unexpected("a date", value)
	}
	date, rest := text, ""
	if len(text) > len(time.DateOnly) {
		date, rest = text[:len(time.DateOnly)], text[len(time.DateOnly):]
	}
	if _, err := time.Parse(time.DateOnly, date); err != nil || rest != "" && rest[0] != 'T' && rest[0] != ' ' {
		return nil, errors.New("expected a date, found other text")
	}
	return date, nil
}

// readTags reads one text with commas, as Personio sends it, or a list.
func readTags(value []byte) (any, error) {
	var tags []string
	if json.Unmarshal(value, &tags) == nil {
		return tags, nil
	}
	text, err := readText(value)
	if err != nil {
		return nil, unexpected("tags", value)
	}
	for tag := range strings.SplitSeq(text, ",") {
		if tag = strings.TrimSpace(tag); tag != "" {
			tags = append(tags, tag)
		}
	}
	if tags == nil {
		return nil, nil
	}
	return tags, nil
}

// v1Object is what v1 nests into an attribute, for example a department.
type v1Object struct {
	Attributes map[string]json.RawMessage `json:"attributes"`
}

// isUnset reports whether the value is how PHP writes an object that is not there.
func isUnset(value []byte) bool {
	var list []json.RawMessage
	return json.Unmarshal(value, &list) == nil && len(list) == 0
}

func readName(value []byte) (any, error) {
	if isUnset(value) {
		return nil, nil
	}
	var object v1Object
	if json.Unmarshal(value, &object) != nil {
		return nil, unexpected("an object with a name", value)
	}
	name, err := readText(object.Attributes["name"])
	if err != nil {
		return nil, errors.New("expected an object with a name, found one without")
	}
	if name == "" {
		return nil, nil
	}
	return name, nil
}

func readNames(value []byte) (any, error) {
	var objects []json.RawMessage
	if json.Unmarshal(value, &objects) != nil {
		return nil, unexpected("a list", value)
	}
	names := make([]string, 0, len(objects))
	for _, object := range objects {
		name, err := readName(object)
		if err != nil {
			return nil, err
		}
		if text, ok := name.(string); ok {
			names = append(names, text)
		}
	}
	return names, nil
}

func readObjects(value []byte) (any, error) {
	var objects []struct {
		Attributes json.RawMessage `json:"attributes"`
	}
	if json.Unmarshal(value, &objects) != nil {
		return nil, unexpected("a list of objects", value)
	}
	list := make([]any, 0, len(objects))
	for _, object := range objects {
		attributes, err := decode(object.Attributes)
		if err != nil {
			return nil, err
		}
		list = append(list, attributes)
	}
	return list, nil
}

func readSupervisor(value []byte) (any, error) {
	if isUnset(value) {
		return nil, nil
	}
	var object v1Object
	if json.Unmarshal(value, &object) != nil || object.Attributes == nil {
		return nil, unexpected("an employee", value)
	}
	delete(object.Attributes, supervisor)
	return FromV1(object.Attributes), nil
}

// decode reads any JSON; whole numbers become int64.
func decode(value []byte) (any, error) {
	decoder := json.NewDecoder(bytes.NewReader(value))
	decoder.UseNumber()
	var decoded any
	if err := decoder.Decode(&decoded); err != nil {
		return nil, errors.New("expected JSON, found something else")
	}
	return numbers(decoded)
}

func numbers(value any) (any, error) {
	var err error
	switch v := value.(type) {
	case json.Number:
		if whole, failed := v.Int64(); failed == nil {
			return whole, nil
		}
		number, failed := v.Float64()
		if failed != nil {
			return nil, errors.New("expected a number, found one that is out of range")
		}
		return number, nil
	case map[string]any:
		for key := range v {
			if v[key], err = numbers(v[key]); err != nil {
				return nil, err
			}
		}
	case []any:
		for i := range v {
			if v[i], err = numbers(v[i]); err != nil {
				return nil, err
			}
		}
	}
	return value, nil
}

// unexpected names the kind of JSON that came, and none of it.
func unexpected(wanted string, value []byte) error {
	found := "no JSON"
	if value = bytes.TrimSpace(value); len(value) > 0 {
		switch c := value[0]; {
		case c == '"':
			found = "text"
		case c == '{':
			found = "an object"
		case c == '[':
			found = "a list"
		case c == 't' || c == 'f':
			found = "a truth value"
		case c == 'n':
			found = "null"
		case c == '-' || c >= '0' && c <= '9':
			found = "a number"
		}
	}
	return fmt.Errorf("expected %s, found %s", wanted, found)
}
