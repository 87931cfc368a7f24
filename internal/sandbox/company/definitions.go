package company

import "slices"

// The attribute types of v1.
const (
	TypeStandard  = "standard"
	TypeInteger   = "integer"
	TypeDecimal   = "decimal"
	TypeDate      = "date"
	TypeList      = "list"
	TypeTags      = "tags"
	TypeLink      = "link"
	TypeMultiline = "multiline"
)

// Definition is one attribute that employees have.
type Definition struct {
	Key         string // v1 key: a name, or dynamic_<n> for a custom attribute
	Label       string
	Type        string
	UniversalID string   // empty: null on the wire
	Options     []string // what a list or tags attribute may hold
	Currency    string   // of salaries

	Custom bool
}

// Definitions returns the catalogue of attributes: first the system attributes
// in the order in which Personio lists them, then the custom ones. It is the
// same for every seed.
func (c *Company) Definitions() []Definition { return slices.Clone(c.org.definitions) }

// Keys of the custom attributes that the demo company has.
const (
	CustomPersonnelNumber = "dynamic_4711" // standard, set for everybody
	CustomIBAN            = "dynamic_4712" // standard, universal id iban
	CustomBirthday        = "dynamic_4713" // date, universal id date_of_birth
	CustomChildren        = "dynamic_4714" // integer
	CustomBonusFactor     = "dynamic_4715" // decimal
	CustomMaritalStatus   = "dynamic_4716" // list
	CustomLanguages       = "dynamic_4717" // tags
	CustomProfilePage     = "dynamic_4718" // link
	CustomNotes           = "dynamic_4719" // multiline
	CustomLearner         = "dynamic_4720" // list: Yes or No, the usual inclusion flag
	CustomFirstAid        = "dynamic_4721" // date, set for few
)

func definitions() []Definition {
	system := func(key, label, kind string) Definition {
		return Definition{Key: key, Label: label, Type: kind, UniversalID: key}
	}
	salary := func(key, label string) Definition {
		return Definition{Key: key, Label: label, Type: TypeDecimal, UniversalID: key, Currency: "EUR"}
	}
	custom := func(key, label, kind, universalID string, options ...string) Definition {
		return Definition{Key: key, Label: label, Type: kind, UniversalID: universalID, Options: options, Custom: true}
	}
	return []Definition{
		system("id", "ID", TypeInteger),
		system("first_name", "First name", TypeStandard),
		system("last_name", "Last name", TypeStandard),
		system("preferred_name", "Name (preferred)", TypeStandard),
		system("email", "Email", TypeStandard),
		system("gender", "Gender", TypeStandard),
		system("status", "Status", TypeStandard),
		system("position", "Position", TypeStandard),
		system("supervisor", "Supervisor", TypeStandard),
		system("employment_type", "Employment type", TypeStandard),
		system("weekly_working_hours", "Weekly hours", TypeStandard),
		system("hire_date", "Hire date", TypeDate),
		system("contract_end_date", "Contract ends", TypeDate),
		system("termination_date", "Termination date", TypeDate),
		system("termination_type", "Termination type", TypeStandard),
		system("termination_reason", "Termination reason", TypeStandard),
		system("probation_period_end", "Probation period end", TypeDate),
		system("created_at", "Created at", TypeDate),
		system("last_modified_at", "Last modified", TypeDate),
		system("subcompany", "Subcompany", TypeStandard),
		system("office", "Office", TypeStandard),
		system("department", "Department", TypeStandard),
		system("cost_centers", "Cost center", TypeStandard),
		system("holiday_calendar", "Public holidays", TypeStandard),
		system("absence_entitlement", "Absence entitlement", TypeStandard),
		system("work_schedule", "Work schedule", TypeStandard),
		salary("fix_salary", "Fix salary"),
		system("fix_salary_interval", "Salary interval", TypeStandard),
		salary("hourly_salary", "Hourly salary"),
		system("vacation_day_balance", "Vacation day balance", TypeDecimal),
		system("last_working_day", "Last day of work", TypeDate),
		system("profile_picture", "Profile Picture", TypeStandard),
		system("team", "Team", TypeStandard),
		custom(CustomPersonnelNumber, "Personalnummer", TypeStandard, ""),
		custom(CustomIBAN, "IBAN", TypeStandard, "iban"),
		custom(CustomBirthday, "Birthday", TypeDate, "date_of_birth"),
		custom(CustomChildren, "Children", TypeInteger, ""),
		custom(CustomBonusFactor, "Bonus factor", TypeDecimal, ""),
		custom(CustomMaritalStatus, "Marital status", TypeList, "", "married", "single", "widowed", "registered partnership"),
		custom(CustomLanguages, "Language skills", TypeTags, "", "English", "Deutsch", "Français", "Español", "Polski", "Ελληνικά"),
		custom(CustomProfilePage, "Profile page", TypeLink, ""),
		custom(CustomNotes, "Notes", TypeMultiline, ""),
		custom(CustomLearner, "Learning platform", TypeList, "", "Yes", "No"),
		custom(CustomFirstAid, "First aid training", TypeDate, ""),
	}
}
