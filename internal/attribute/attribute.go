// Package attribute is the catalogue of employee attributes and API scopes:
// which names exist, how v1 keys and v2 places correspond, and which scope
// strings mean the same right.
//
// Users write v1 attribute keys ("department", "dynamic_4711") everywhere, also
// where a client reads v2, because the v1 endpoint
// GET /v1/company/employees/attributes is the only place where Personio itself
// names the attributes a credential may read.
package attribute

import (
	"regexp"
	"slices"
)

// Type is Personio's own name for the type of an attribute's value, as
// GET /v1/company/employees/attributes reports it.
type Type string

// The attribute types of Personio's personnel data specification (v1).
const (
	TypeStandard  Type = "standard"
	TypeInteger   Type = "integer"
	TypeDecimal   Type = "decimal"
	TypeDate      Type = "date"
	TypeList      Type = "list"
	TypeTags      Type = "tags"
	TypeLink      Type = "link"
	TypeMultiline Type = "multiline"
)

// ID is the key of the employee id. It is structure rather than content: every
// answer keeps it, whatever an integration may read.
const ID = "id"

// Attribute is one system attribute of an employee.
type Attribute struct {
	// Key is the v1 key, for example "hire_date".
	Key string
	// Label is the English label of Personio's own screens.
	Label string
	// Type is the type of the value.
	Type Type
	// PersonFields are the v2 person fields that carry this attribute.
	PersonFields []string
	// EmploymentFields are the v2 employment fields that carry this attribute;
	// "a.b" is field b of object a, "org_units[team]" the elements of org_units
	// whose type is team.
	EmploymentFields []string
}

// system lists Personio's system attributes in the order of its screens. Keys
// and types are those of the public v1 specification, v2 fields those of the
// persons and employments specifications. Four v2 fields have no v1 key of
// their own and go with the attribute that tells the same: the full-time hours
// with weekly_working_hours, employment_end_date and terminated_at with
// termination_date, the job reference with position.
var system = []Attribute{
	{ID, "ID", TypeInteger, []string{"id"}, nil},
	{"first_name", "First name", TypeStandard, []string{"first_name"}, nil},
	{"last_name", "Last name", TypeStandard, []string{"last_name"}, nil},
	{"preferred_name", "Name (preferred)", TypeStandard, []string{"preferred_name"}, nil},
	{"email", "Email", TypeStandard, []string{"email"}, nil},
	{"gender", "Gender", TypeStandard, []string{"gender"}, nil},
	{"status", "Status", TypeStandard, []string{"status"}, []string{"status"}},
	{"position", "Position", TypeStandard, nil, []string{"position", "job"}},
	{"supervisor", "Supervisor", TypeStandard, nil, []string{"supervisor"}},
	{"employment_type", "Employment type", TypeStandard, nil, []string{"type"}},
	{"weekly_working_hours", "Weekly hours", TypeStandard, nil, []string{"weekly_working_hours", "full_time_weekly_working_hours"}},
	{"hire_date", "Hire date", TypeDate, nil, []string{"employment_start_date"}},
	{"contract_end_date", "Contract ends", TypeDate, nil, []string{"contract_end_date"}},
	{"termination_date", "Termination date", TypeDate, nil, []string{"employment_end_date", "termination.termination_date", "termination.terminated_at"}},
	{"termination_type", "Termination type", TypeStandard, nil, []string{"termination.type"}},
	{"termination_reason", "Termination reason", TypeStandard, nil, []string{"termination.reason"}},
	{"probation_period_end", "Probation period end", TypeDate, nil, []string{"probation_end_date", "probation_period_length"}},
	{"created_at", "Created at", TypeDate, []string{"created_at"}, []string{"created_at"}},
	{"last_modified_at", "Last modified", TypeDate, []string{"updated_at"}, []string{"updated_at"}},
	{"subcompany", "Subcompany", TypeStandard, nil, []string{"legal_entity", "sub_company", "subcompany"}},
	{"office", "Office", TypeStandard, nil, []string{"office"}},
	{"department", "Department", TypeStandard, nil, []string{"org_units[department]"}},
	{"team", "Team", TypeStandard, nil, []string{"org_units[team]"}},
	{"cost_centers", "Cost center", TypeStandard, nil, []string{"cost_centers"}},
	{"holiday_calendar", "Public holidays", TypeStandard, nil, nil},
	{"absence_entitlement", "Absence entitlement", TypeStandard, nil, nil},
	{"work_schedule", "Work schedule", TypeStandard, nil, nil},
	{"fix_salary", "Fix salary", TypeDecimal, nil, nil},
	{"fix_salary_interval", "Salary interval", TypeStandard, nil, nil},
	{"hourly_salary", "Hourly salary", TypeDecimal, nil, nil},
	{"vacation_day_balance", "Vacation day balance", TypeDecimal, nil, nil},
	{"last_working_day", "Last day of work", TypeDate, nil, []string{"termination.last_working_day", "termination.last_working_date"}},
	{"profile_picture", "Profile Picture", TypeStandard, []string{"profile_picture"}, nil},
}

var byKey = func() map[string]Attribute {
	m := make(map[string]Attribute, len(system))
	for _, a := range system {
		m[a.Key] = a
	}
	return m
}()

// customKey is the form of a custom attribute's key: "dynamic_" and the number
// that Personio gave the field.
var customKey = regexp.MustCompile(`^dynamic_[1-9][0-9]{0,17}$`)

// System returns all system attributes in the order of Personio's screens.
func System() []Attribute { return slices.Clone(system) }

// Lookup returns the system attribute with that v1 key.
func Lookup(key string) (Attribute, bool) {
	a, ok := byKey[key]
	return a, ok
}

// IsCustom reports whether key is a well-formed key of a custom attribute
// ("dynamic_<number>"). Which numbers exist differs from company to company.
func IsCustom(key string) bool { return customKey.MatchString(key) }

// Known reports whether key is a system attribute or a well-formed custom key.
func Known(key string) bool {
	_, ok := byKey[key]
	return ok || IsCustom(key)
}

// PersonField returns the v1 key of the attribute that a v2 person field
// carries, and whether the field is known at all.
func PersonField(field string) (key string, ok bool) {
	key, ok = personFields[field]
	return key, ok
}

// EmploymentField returns the v1 key of the attribute that a v2 employment
// field carries, in the notation of [Attribute].EmploymentFields.
func EmploymentField(field string) (key string, ok bool) {
	key, ok = employmentFields[field]
	return key, ok
}

var personFields, employmentFields = func() (person, employment map[string]string) {
	person, employment = map[string]string{}, map[string]string{}
	for _, a := range system {
		for _, f := range a.PersonFields {
			person[f] = a.Key
		}
		for _, f := range a.EmploymentFields {
			employment[f] = a.Key
		}
	}
	return person, employment
}()

// Nearest returns up to n known attribute keys that resemble key, best first.
func Nearest(key string, n int) []string {
	keys := make([]string, len(system))
	for i, a := range system {
		keys[i] = a.Key
	}
	return NearestOf(key, keys, n)
}
