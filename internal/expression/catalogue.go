package expression

import (
	"cel.dev/cel-go/cel"

	"github.com/personio-community/terraform-provider-personio/internal/attribute"
)

// shape is the form in which an expression sees the value of an attribute.
type shape int

const (
	shapeText    shape = iota // string
	shapeInteger              // int
	shapeDecimal              // double
	shapeDate                 // string, YYYY-MM-DD
	shapeName                 // string, the name of an object
	shapeNames                // list of names of objects
	shapeObjects              // list of objects
	shapePerson               // another employee
	shapeCustom               // whatever the attribute is in that company
)

// shapes are those of the system attributes that v1 sends in another form than
// their catalogue type tells. Hours come as text ("40").
var shapes = map[string]shape{
	"department":           shapeName,
	"team":                 shapeName,
	"office":               shapeName,
	"subcompany":           shapeName,
	"work_schedule":        shapeName,
	"holiday_calendar":     shapeName,
	"cost_centers":         shapeNames,
	"absence_entitlement":  shapeObjects,
	"weekly_working_hours": shapeDecimal,
	supervisor:             shapePerson,
}

const (
	supervisor = "supervisor"
	today      = "today"
)

// shapeOf returns the form of an attribute that is known to the catalogue.
func shapeOf(key string) shape {
	if s, ok := shapes[key]; ok {
		return s
	}
	known, ok := attribute.Lookup(key)
	if !ok {
		return shapeCustom
	}
	switch known.Type {
	case attribute.TypeInteger:
		return shapeInteger
	case attribute.TypeDecimal:
		return shapeDecimal
	case attribute.TypeDate:
		return shapeDate
	default:
		return shapeText
	}
}

// celType returns the type that the checker gives an attribute. Null is not
// part of it: every value may be null, and evaluation deals with that.
func (s shape) celType() *cel.Type {
	switch s {
	case shapeInteger:
		return cel.IntType
	case shapeDecimal:
		return cel.DoubleType
	case shapeNames:
		return cel.ListType(cel.StringType)
	case shapeObjects:
		return cel.ListType(cel.DynType)
	case shapePerson, shapeCustom:
		return cel.DynType
	default:
		return cel.StringType
	}
}

// isMember reports whether the key can be read of a supervisor. Which of them
// Personio sends is its decision; it does not nest supervisors.
func isMember(key string) bool {
	_, known := attribute.Lookup(key)
	return known && key != supervisor
}

func systemVariables() []cel.EnvOption {
	options := []cel.EnvOption{cel.Variable(today, cel.StringType)}
	for _, a := range attribute.System() {
		options = append(options, cel.Variable(a.Key, shapeOf(a.Key).celType()))
		if isMember(a.Key) {
			options = append(options, cel.Variable(supervisor+"."+a.Key, shapeOf(a.Key).celType()))
		}
	}
	return options
}

func customVariables(keys map[string]struct{}) []cel.EnvOption {
	options := make([]cel.EnvOption, 0, len(keys))
	for key := range keys {
		options = append(options, cel.Variable(key, cel.DynType))
	}
	return options
}
