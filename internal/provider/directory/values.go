package directory

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"github.com/hashicorp/terraform-plugin-go/tftypes"

	"github.com/personio-community/terraform-provider-personio/internal/attribute"
	"github.com/personio-community/terraform-provider-personio/internal/expression"
	"github.com/personio-community/terraform-provider-personio/internal/personio"
)

// valuesDescription says how values are written; see textOf.
const valuesDescription = "The values of the attributes in `attributes`, by key, and of no others; null where somebody has none. " +
	"All are strings: numbers in decimal digits (`tonumber`), dates as `YYYY-MM-DD`, also `created_at` and `last_modified_at`, " +
	"`department`, `team`, `office`, `subcompany`, `work_schedule` and `holiday_calendar` as the name, `supervisor` as the supervisor's id " +
	"(look it up in `by_id`), and attributes with several values (`cost_centers`, `absence_entitlement`, custom tags) as a JSON list (`jsondecode`)."

// values makes of the values of a person a map of strings that has the given keys
// and no others, null where the person has none. An error names the attribute and
// never a value.
func values(keys []string, of map[string]any) (tftypes.Value, error) {
	found := make(map[string]tftypes.Value, len(keys))
	for _, key := range keys {
		text, err := textOf(of[key])
		if err != nil {
			return tftypes.Value{}, fmt.Errorf("the attribute %s cannot be read: %w", key, err)
		}
		found[key] = tftypes.NewValue(tftypes.String, text)
	}
	return tftypes.NewValue(valuesType, found), nil
}

// valuesType holds the values of a person by key.
var valuesType = tftypes.Map{ElementType: tftypes.String}

// employeeValues are those attributes of an employee that the keys name.
func employeeValues(employee personio.Employee, keys []string) (tftypes.Value, error) {
	asked := make(map[string]json.RawMessage, len(keys))
	for _, key := range keys {
		if raw, ok := employee.Attributes[key]; ok {
			asked[key] = raw
		}
	}
	return values(keys, expression.FromV1(asked))
}

// personKeys are the attributes that version 2 tells of a person as version 1
// does.
var personKeys = []string{attribute.ID, "first_name", "last_name", "preferred_name", "email"}

// personValues are those attributes of a person that the keys name, all of them
// of personKeys.
func personValues(person personio.Person, keys []string) (tftypes.Value, error) {
	return values(keys, map[string]any{
		attribute.ID: string(person.ID), "first_name": person.FirstName, "last_name": person.LastName,
		"preferred_name": person.PreferredName, "email": person.Email,
	})
}

// textOf writes a value as a string, nil for one that is not set.
func textOf(value any) (*string, error) {
	text := ""
	switch v := value.(type) {
	case nil:
	case string:
		text = v
	case bool:
		text = strconv.FormatBool(v)
	case int64:
		text = strconv.FormatInt(v, 10)
	case float64:
		text = strconv.FormatFloat(v, 'f', -1, 64)
	case []string:
		return listText(v)
	case []any:
		return listText(v)
	case expression.Person:
		// Of another person nobody asked for more than who it is.
		return textOf(v[attribute.ID])
	case expression.Unreadable:
		return nil, errors.New(v.Reason)
	default:
		return nil, fmt.Errorf("a value of the type %T is not supported", value)
	}
	if text == "" {
		return nil, nil
	}
	return &text, nil
}

func listText[T any](list []T) (*string, error) {
	if len(list) == 0 {
		return nil, nil
	}
	encoded, err := json.Marshal(list)
	text := string(encoded)
	return &text, err
}
