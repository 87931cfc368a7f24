package passthrough

import (
	"github.com/go-json-experiment/json/jsontext"

	"github.com/personio-community/terraform-provider-personio/internal/attribute"
)

// employeeList copies the body of GET /v1/company/employees:
// {success, metadata, offset, limit, data: [employee]}.
func (f *filter) employeeList() error {
	return f.envelopeV1(func() error { return f.array(f.employee) })
}

// employeeOne copies the body of GET /v1/company/employees/{id}:
// {success, data: employee}.
func (f *filter) employeeOne() error { return f.envelopeV1(f.employee) }

// envelopeV1 copies v1's envelope; data copies what is in it.
func (f *filter) envelopeV1(data func() error) error {
	return f.object(func(name string) error {
		switch name {
		case "success", "error", "metadata", "offset", "limit":
			return f.keep(name)
		case "data":
			return f.put(name, data)
		}
		return f.drop()
	})
}

// employee copies a v1 employee: {type, attributes: {key: attribute}}.
func (f *filter) employee() error {
	f.people++
	return f.object(func(name string) error {
		switch name {
		case "type":
			return f.keep(name)
		case "attributes":
			return f.put(name, f.employeeAttributes)
		}
		return f.drop()
	})
}

// employeeAttributes copies the attributes of an employee that may be read.
func (f *filter) employeeAttributes() error {
	return f.object(func(key string) error {
		if !f.allow(key) {
			return f.drop()
		}
		return f.put(key, func() error { return f.attributeValue(key) })
	})
}

// attributeValue copies {label, value, type, universal_id, currency}. A value
// may be an object of Personio, and that object may be a person.
func (f *filter) attributeValue(key string) error {
	return f.orNull('{', func() error {
		return f.object(func(name string) error {
			switch name {
			case "label", "type", "universal_id", "currency":
				return f.keep(name)
			case "value":
				if key == "profile_picture" {
					return f.put(name, f.url)
				}
				return f.put(name, f.value)
			}
			return f.drop()
		})
	})
}

// nonPersons are the types of v1's nested objects that are not people.
var nonPersons = map[string]bool{
	"Department": true, "Team": true, "Office": true, "Subcompany": true, "CostCenter": true,
	"HolidayCalendar": true, "TimeOffType": true, "WorkSchedule": true,
}

// value copies any value; a person in it, at whatever depth, is filtered as the
// employee itself is.
func (f *filter) value() error {
	switch f.dec.PeekKind() {
	case '[':
		return f.array(f.value)
	case '{':
		return f.nested()
	}
	return f.copy()
}

// nested copies an object inside a value. Its members pass whole only if its
// type, which must come first, is known not to be a person; of anything else
// type and id pass, and its attributes as those of an employee.
func (f *filter) nested() error {
	var plain bool
	return f.object(func(name string) error {
		switch {
		case name == "type" && f.dec.PeekKind() == '"':
			token, err := f.dec.ReadToken()
			if err != nil {
				return err
			}
			text := token.String()
			plain = nonPersons[text]
			return f.put(name, func() error { return f.enc.WriteToken(jsontext.String(text)) })
		case name == "attributes" && plain:
			return f.put(name, func() error { return f.orNull('{', f.plainAttributes) })
		case name == "attributes":
			return f.put(name, func() error { return f.orNull('{', f.employeeAttributes) })
		case name == attribute.ID || plain:
			return f.put(name, f.value)
		}
		return f.drop()
	})
}

// plainAttributes copies the attributes of an object that is no person.
func (f *filter) plainAttributes() error {
	return f.object(func(name string) error { return f.put(name, f.value) })
}

// attributeList copies the body of GET /v1/company/employees/attributes:
// {success, data: [{key, ...}]} with the rows that may be read.
func (f *filter) attributeList() error {
	return f.envelopeV1(func() error {
		return f.array(func() error {
			return f.element(func(row jsontext.Value) bool {
				key := peekString(row, "key")
				return key == attribute.ID || f.allow(key)
			})
		})
	})
}

// written copies the answer to a v1 write: {success, data: {id, message}, meta},
// where meta is a list of remarks.
func (f *filter) written() error {
	return f.object(func(name string) error {
		switch name {
		case "success", "error", "meta":
			return f.keep(name)
		case "data":
			return f.put(name, func() error {
				return f.orNull('{', func() error {
					return f.object(func(name string) error { return f.keepIf(name == "id" || name == "message", name) })
				})
			})
		}
		return f.drop()
	})
}
