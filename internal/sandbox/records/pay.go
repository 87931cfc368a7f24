package records

import (
	"time"

	"github.com/personio-community/terraform-provider-personio/internal/sandbox/company"
)

// CompensationType is a kind of pay beside the salary.
type CompensationType struct {
	ID       string // a UUID
	Name     string
	Category string // RECURRING or ONE_TIME
}

// The categories of compensation types.
const (
	Recurring = "RECURRING"
	OneTime   = "ONE_TIME"
)

// Ids of the compensation types that every demo company has.
const (
	CompensationBonus = "6a0f2c44-17b7-4f6e-8a57-0d9d10000001"
	CompensationCar   = "6a0f2c44-17b7-4f6e-8a57-0d9d10000002"
)

func compensationTypes() []CompensationType {
	return []CompensationType{
		{CompensationBonus, "Prämie", OneTime},
		{CompensationCar, "Car allowance", Recurring},
	}
}

// Compensation is an entry of pay beside the salary. The salary itself stands
// in the company.
type Compensation struct {
	ID            string // a UUID
	PersonID      int
	TypeID        string
	Value         float64
	Currency      string // ISO 4217
	Interval      string // MONTHLY, QUARTERLY, HALF-YEARLY, YEARLY; empty for ONE_TIME
	EffectiveFrom string // YYYY-MM-DD
	Comment       string
	CreatedAt     time.Time
}

func (g *generator) compensations(people []company.Person) []Compensation {
	var made []Compensation
	month := company.Reference().AddDate(0, -1, 0)
	for i, p := range working(people) {
		if i%8 == 3 {
			made = append(made, Compensation{
				ID: g.uuid(), PersonID: p.ID, TypeID: CompensationBonus, Value: float64(500 + 250*g.random.IntN(8)), Currency: "EUR",
				EffectiveFrom: month.AddDate(0, 0, g.random.IntN(60)).Format(time.DateOnly), Comment: "Zielerreichung", CreatedAt: month,
			})
		}
		if i%10 == 1 {
			made = append(made, Compensation{
				ID: g.uuid(), PersonID: p.ID, TypeID: CompensationCar, Value: 350.5, Currency: "EUR", Interval: "MONTHLY",
				EffectiveFrom: p.Employment.HireDate, CreatedAt: month,
			})
		}
	}
	return made
}

// Job is an entry of the job catalogue.
type Job struct {
	ID            string // a UUID
	Name          string
	Family        string
	Level         string
	Track         string
	GlobalGrade   string
	SalaryBandIDs []string
}

// SalaryBand is a range of yearly pay.
type SalaryBand struct {
	ID       string // a UUID
	Name     string
	Currency string
	Minimum  float64
	Maximum  float64
}

const (
	bandJunior = "91c8e7d2-2f60-4c5b-8b40-5f0130000001"
	bandSenior = "91c8e7d2-2f60-4c5b-8b40-5f0130000002"
	bandLead   = "91c8e7d2-2f60-4c5b-8b40-5f0130000003"
)

func salaryBands() []SalaryBand {
	return []SalaryBand{
		{bandJunior, "Engineering L2", "EUR", 48_000, 62_000},
		{bandSenior, "Engineering L4", "EUR", 68_000, 88_000},
		{bandLead, "Engineering M1", "EUR", 85_000, 110_000},
	}
}

func jobs() []Job {
	return []Job{
		{"b7f9a6de-4c8e-4d0b-a4b2-2c6a20000001", "Software Engineer", "Engineering", "L2", "Individual Contributor", "G5", []string{bandJunior}},
		{"b7f9a6de-4c8e-4d0b-a4b2-2c6a20000002", "Senior Software Engineer", "Engineering", "L4", "Individual Contributor", "G7", []string{bandSenior}},
		{"b7f9a6de-4c8e-4d0b-a4b2-2c6a20000003", "Engineering Manager", "Engineering", "M1", "Management", "G8", []string{bandLead, bandSenior}},
		{"b7f9a6de-4c8e-4d0b-a4b2-2c6a20000004", "Office Manager", "Verwaltung", "L3", "Individual Contributor", "G6", nil},
	}
}
