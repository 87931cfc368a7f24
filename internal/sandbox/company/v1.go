package company

import (
	"encoding/json"
	"strconv"
)

// V1Attribute is one attribute of an employee as v1 shows it.
//
// Value is nil, a string, an int or a float64, or for nested objects one of
// [V1Object], []V1Object and [V1Employee]. Its JSON form is exactly what v1 sends.
type V1Attribute struct {
	Definition
	Value any
}

// V1Employee is an employee as v1 shows it: the top level object and the
// value of the attribute supervisor.
type V1Employee struct {
	Attributes []V1Attribute
}

// V1Object is what v1 nests into an attribute: an office, a department and so on.
type V1Object struct {
	Type       string `json:"type"`
	Attributes any    `json:"attributes"`
}

type v1Named struct {
	ID   int    `json:"id"`
	Name string `json:"name"`
}

type v1CostCenter struct {
	ID         int     `json:"id"`
	Name       string  `json:"name"`
	Percentage float64 `json:"percentage"`
}

type v1HolidayCalendar struct {
	ID      int     `json:"id"`
	Name    string  `json:"name"`
	Country string  `json:"country"`
	State   *string `json:"state"`
}

type v1Entitlement struct {
	ID          int     `json:"id"`
	Name        string  `json:"name"`
	Category    string  `json:"category"`
	Entitlement float64 `json:"entitlement"`
}

type v1WorkSchedule struct {
	ID        int     `json:"id"`
	Name      string  `json:"name"`
	ValidFrom *string `json:"valid_from"`
	Monday    string  `json:"monday"`
	Tuesday   string  `json:"tuesday"`
	Wednesday string  `json:"wednesday"`
	Thursday  string  `json:"thursday"`
	Friday    string  `json:"friday"`
	Saturday  string  `json:"saturday"`
	Sunday    string  `json:"sunday"`
}

// supervisorKeys are the attributes that v1 repeats of a supervisor.
var supervisorKeys = []string{"id", "first_name", "last_name", "email"}

// PicturePath returns the path of the person's profile picture. The origin
// before it depends on how the API was reached.
func (p *Person) PicturePath() string {
	return "/v1/company/employees/" + strconv.Itoa(p.ID) + "/profile-picture"
}

// V1Attributes returns everything that v1 can show of a person, in the order
// of [Company.Definitions]. It depends on no credential: a test that knows
// which attributes a reader may see filters it by key. The profile picture's
// URL begins with origin, for example https://api.personio.de.
func (c *Company) V1Attributes(person Person, origin string) []V1Attribute {
	c.mu.RLock()
	defer c.mu.RUnlock()
	values := c.v1Values(&person)
	attributes := make([]V1Attribute, len(values))
	for i, value := range values {
		attributes[i] = V1Attribute{Definition: c.org.definitions[i], Value: value}
		if path, ok := value.(string); ok && attributes[i].Key == "profile_picture" {
			attributes[i].Value = origin + path
		}
	}
	return attributes
}

// MarshalJSON writes the object that stands under the attribute's key.
func (a V1Attribute) MarshalJSON() ([]byte, error) {
	return a.appendJSON(nil)
}

// MarshalJSON writes {"type":"Employee","attributes":{...}}.
func (e V1Employee) MarshalJSON() ([]byte, error) {
	return e.AppendJSON(nil)
}

// AppendJSON appends the JSON of the employee. Marshalling a page through
// [json.Marshal] would check and copy every nested object twice.
func (e V1Employee) AppendJSON(b []byte) ([]byte, error) {
	b = append(b, `{"type":"Employee","attributes":{`...)
	for i := range e.Attributes {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendString(b, e.Attributes[i].Key)
		b = append(b, ':')
		var err error
		if b, err = e.Attributes[i].appendJSON(b); err != nil {
			return nil, err
		}
	}
	return append(b, "}}"...), nil
}

func (a V1Attribute) appendJSON(b []byte) ([]byte, error) {
	b = append(b, `{"label":`...)
	b = appendString(b, a.Label)
	b = append(b, `,"value":`...)
	switch value := a.Value.(type) {
	case nil:
		b = append(b, "null"...)
	case string:
		b = appendString(b, value)
	case int:
		b = strconv.AppendInt(b, int64(value), 10)
	case V1Employee:
		var err error
		if b, err = value.AppendJSON(b); err != nil {
			return nil, err
		}
	default:
		encoded, err := json.Marshal(value)
		if err != nil {
			return nil, err
		}
		b = append(b, encoded...)
	}
	b = append(b, `,"type":"`...)
	b = append(b, a.Type...)
	b = append(b, `","universal_id":`...)
	if a.UniversalID == "" {
		b = append(b, "null"...)
	} else {
		b = appendString(b, a.UniversalID)
	}
	if a.Currency != "" {
		b = append(b, `,"currency":`...)
		b = appendString(b, a.Currency)
	}
	return append(b, '}'), nil
}

func appendString(b []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			encoded, _ := json.Marshal(s) //nolint:errchkjson // a string always marshals
			return append(b, encoded...)
		}
	}
	b = append(b, '"')
	b = append(b, s...)
	return append(b, '"')
}
