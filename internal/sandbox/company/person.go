package company

import (
	"maps"
	"slices"
	"time"
)

// The employment statuses, as v1 writes them.
const (
	StatusActive     = "active"
	StatusOnboarding = "onboarding"
	StatusLeave      = "leave"
	StatusInactive   = "inactive"
)

// The employment types, as v1 writes them.
const (
	TypeInternal = "internal"
	TypeExternal = "external"
)

// Person is one employee. A zero value of a field means "not set".
type Person struct {
	ID            int    // the same number in v1 and v2
	FirstName     string // any script
	LastName      string
	PreferredName string
	Email         string
	Gender        string // male, female, diverse or empty
	LanguageCode  string // two letters; can be written in v2, is read nowhere

	CreatedAt time.Time // UTC, whole seconds
	UpdatedAt time.Time // UTC, whole seconds

	HasPicture        bool
	HolidayCalendarID int
	WorkScheduleID    int

	FixSalary          float64 // in euro, per FixSalaryInterval
	FixSalaryInterval  string  // monthly, yearly or empty
	HourlySalary       float64 // in euro
	VacationDayBalance float64
	Entitlement        float64 // days of paid vacation a year; negative: none is recorded

	// Custom holds the custom attributes that are set, by key (dynamic_<n>):
	// string for standard, list, link, multiline and date (YYYY-MM-DD), int for
	// integer, float64 for decimal, []string for tags.
	Custom map[string]any

	Employment Employment   // the current one
	Previous   []Employment // earlier ones, latest first

	changed map[string]time.Time // by v1 key; absent means at creation
}

// Employment is what v2 keeps apart from the person. Dates are YYYY-MM-DD.
type Employment struct {
	ID        string // a UUID
	CreatedAt time.Time
	UpdatedAt time.Time

	Status   string
	Type     string
	Position string

	WeeklyHours         float64
	FullTimeWeeklyHours float64

	SupervisorID  int // a person's id
	LegalEntityID int // v1 calls it the subcompany
	OfficeID      int // v2 calls it the workplace
	DepartmentID  int
	TeamID        int
	CostCenters   []CostCenterShare

	HireDate           string
	ContractEndDate    string
	ProbationPeriodEnd string
	TerminationDate    string
	TerminatedAt       string // the day notice was given
	LastWorkingDay     string
	TerminationType    string // lower case, for example employee or fired
	TerminationReason  string
}

// CostCenterShare says which part of an employment a cost center pays.
type CostCenterShare struct {
	ID     int
	Weight float64 // percent
}

// Active reports whether v2 calls the person ACTIVE: everybody who is not inactive.
func (p *Person) Active() bool { return p.Employment.Status != StatusInactive }

// Employments returns the current and the earlier employments, latest first.
func (p *Person) Employments() []Employment {
	return append([]Employment{p.Employment}, p.Previous...)
}

// ChangedSince reports whether one of the attributes, named by v1 key, or with
// no keys anything at all, changed after t. Creation counts as a change.
func (p *Person) ChangedSince(t time.Time, keys ...string) bool {
	if len(keys) == 0 {
		return p.UpdatedAt.After(t)
	}
	return slices.ContainsFunc(keys, func(key string) bool {
		changed, ok := p.changed[key]
		if !ok {
			changed = p.CreatedAt
		}
		return changed.After(t)
	})
}

func (p *Person) clone() Person {
	copied := *p
	copied.Custom = maps.Clone(p.Custom)
	for key, value := range copied.Custom {
		if tags, ok := value.([]string); ok {
			copied.Custom[key] = slices.Clone(tags)
		}
	}
	copied.Employment.CostCenters = slices.Clone(p.Employment.CostCenters)
	copied.Previous = slices.Clone(p.Previous)
	copied.changed = maps.Clone(p.changed)
	return copied
}
