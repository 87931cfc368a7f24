package records

import (
	"slices"
	"strconv"
	"time"

	"github.com/personio-community/terraform-provider-personio/internal/sandbox/company"
)

// The units in which absences are counted.
const (
	UnitDay  = "day"
	UnitHour = "hour"
)

// AbsenceType is a kind of absence: the time-off type of v1.
type AbsenceType struct {
	ID               string // a UUID, used by v2 and by the hourly absences of v1
	TimeOffTypeID    int    // used by v1
	Name             string
	Category         string // as v1 writes it
	Unit             string // [UnitDay] or [UnitHour]
	ApprovalRequired bool
}

// VacationTypeID is the absence type that has a balance. Its [AbsenceType.TimeOffTypeID]
// is the one that employees show in their entitlement.
const VacationTypeID = "0b2a3f6c-5d6e-4a2b-9c11-3f5a7d1e1001"

func absenceTypes() []AbsenceType {
	return []AbsenceType{
		{VacationTypeID, 113437, "Paid vacation", "paid_vacation", UnitDay, true},
		{"0b2a3f6c-5d6e-4a2b-9c11-3f5a7d1e1002", 113438, "Krankheit", "sick_leave", UnitDay, false},
		{"0b2a3f6c-5d6e-4a2b-9c11-3f5a7d1e1003", 113439, "Parental leave", "maternity_parental_leave", UnitDay, true},
		{"0b2a3f6c-5d6e-4a2b-9c11-3f5a7d1e1004", 113440, "Home office", "offsite_work", UnitHour, false},
		{"0b2a3f6c-5d6e-4a2b-9c11-3f5a7d1e1005", 113441, "Arzttermin", "other", UnitHour, true},
	}
}

// The approval statuses of absences, in the words of v2.
const (
	AbsenceApproved = "APPROVED"
	AbsencePending  = "PENDING"
)

// Absence is a time during which somebody is away.
//
// Start and End are what a clock on a wall in Berlin shows, written as UTC; End
// is exclusive, so an absence of one whole day ends at the next midnight. A
// zero End means that nobody knows yet.
type Absence struct {
	ID        string // a UUID
	TimeOffID int    // the id in v1, for absences in days
	PersonID  int
	TypeID    string
	Start     time.Time
	End       time.Time

	HalfDayStart bool // away on the first day only for a half
	HalfDayEnd   bool // the same for the last day

	Comment   string
	Status    string
	Origin    string // web or api
	CreatedBy int    // a person's id
	CreatedAt time.Time
	UpdatedAt time.Time
}

// Type returns the type of an absence.
func (r *Records) Type(a *Absence) AbsenceType {
	t, _ := r.AbsenceType(a.TypeID)
	return t
}

// AbsenceType finds a type by its UUID.
func (r *Records) AbsenceType(id string) (AbsenceType, bool) {
	return r.absenceType(func(t *AbsenceType) bool { return t.ID == id })
}

// TimeOffType finds a type by the id that v1 uses, as text.
func (r *Records) TimeOffType(id string) (AbsenceType, bool) {
	return r.absenceType(func(t *AbsenceType) bool { return strconv.Itoa(t.TimeOffTypeID) == id })
}

func (r *Records) absenceType(is func(*AbsenceType) bool) (AbsenceType, bool) {
	for i := range r.AbsenceTypes {
		if is(&r.AbsenceTypes[i]) {
			return r.AbsenceTypes[i], true
		}
	}
	return AbsenceType{}, false
}

// AbsenceDay is what one day adds to an absence.
type AbsenceDay struct {
	Date  time.Time
	Value float64 // in the unit of the type
}

const (
	hoursADay   = 8
	openHorizon = 30 // days that an absence without an end is counted for
)

// Days splits an absence into working days. Public holidays count as any other
// day. An absence without an end is counted for a month.
func (a *Absence) Days(unit string) []AbsenceDay {
	end := a.End
	if end.IsZero() {
		end = a.Start.AddDate(0, 0, openHorizon)
	}
	var days []AbsenceDay
	for day := a.Start.Truncate(24 * time.Hour); day.Before(end); day = day.AddDate(0, 0, 1) {
		if !isWorkday(day) {
			continue
		}
		next := day.AddDate(0, 0, 1)
		value := 1.0
		if day.Before(a.Start) || next.After(end) { // a part of a day, in hours
			from, until := later(day, a.Start), earlier(next, end)
			days = append(days, AbsenceDay{day, until.Sub(from).Hours()})
			continue
		}
		if a.HalfDayStart && !day.After(a.Start) || a.HalfDayEnd && !next.Before(end) {
			value = 0.5
		}
		if unit == UnitHour {
			value *= hoursADay
		}
		days = append(days, AbsenceDay{day, value})
	}
	return days
}

// Total sums [Absence.Days] up.
func (a *Absence) Total(unit string) float64 {
	total := 0.0
	for _, day := range a.Days(unit) {
		total += day.Value
	}
	return total
}

// Covers reports whether the absence touches the time from start to end, both
// as in [Absence].
func (a *Absence) Covers(start, end time.Time) bool {
	return a.Start.Before(end) && (a.End.IsZero() || a.End.After(start))
}

// OnTimeOff reports whether somebody has an approved absence on a day.
func (r *Records) OnTimeOff(personID int, day time.Time) bool {
	absences := r.Absences.All()
	for i := range absences {
		a := &absences[i]
		if a.PersonID == personID && a.Status == AbsenceApproved && a.Covers(day, day.AddDate(0, 0, 1)) {
			return true
		}
	}
	return false
}

// NextTimeOffID returns the id that v1 gives to the next absence in days.
func NextTimeOffID(absences []Absence) int {
	highest := firstTimeOffID
	for i := range absences {
		highest = max(highest, absences[i].TimeOffID)
	}
	return highest + 1
}

const firstTimeOffID = 17_205_900

func (g *generator) absences(people []company.Person) []Absence {
	types := absenceTypes()
	var made []Absence
	add := func(p *company.Person, kind int, start, end time.Time, change func(*Absence)) {
		a := Absence{
			ID: g.uuid(), PersonID: p.ID, TypeID: types[kind].ID, Start: start, End: end,
			Status: AbsenceApproved, Origin: "web", CreatedBy: p.ID,
		}
		if types[kind].Unit == UnitDay {
			a.TimeOffID = NextTimeOffID(made)
		}
		a.CreatedAt = g.before(start, 60)
		if now := company.Reference(); a.CreatedAt.After(now) {
			a.CreatedAt = g.before(now, 30)
		}
		a.UpdatedAt = a.CreatedAt
		change(&a)
		if !slices.ContainsFunc(made, func(b Absence) bool { return b.PersonID == p.ID && overlap(&a, &b) }) {
			made = append(made, a)
		}
	}
	for _, p := range working(people) {
		if g.chance(75) {
			start := g.workday(90)
			add(&p, 0, start, start.AddDate(0, 0, 1+g.random.IntN(14)), func(a *Absence) {
				a.HalfDayStart = g.chance(15)
				a.HalfDayEnd = a.End.Sub(a.Start) > 48*time.Hour && g.chance(10)
				if g.chance(15) {
					a.Status = AbsencePending
				}
				if g.chance(30) {
					a.Comment = "Urlaub, Vertretung ist geklärt"
				}
			})
		}
		if g.chance(35) {
			start := g.workday(60)
			add(&p, 1, start, start.AddDate(0, 0, 1+g.random.IntN(5)), func(*Absence) {})
		}
		if g.chance(2) {
			add(&p, 2, g.workday(30), time.Time{}, func(*Absence) {})
		}
		if g.chance(30) {
			start := g.workday(40)
			add(&p, 3, start, start.AddDate(0, 0, 1), func(a *Absence) { a.Origin = "mobile" })
		}
		if g.chance(10) {
			start := g.workday(40).Add(time.Duration(8+g.random.IntN(8)) * time.Hour)
			add(&p, 4, start, start.Add(90*time.Minute), func(*Absence) {})
		}
	}
	return made
}

func overlap(a, b *Absence) bool {
	end := b.End
	if end.IsZero() {
		end = b.Start.AddDate(100, 0, 0)
	}
	return a.Covers(b.Start, end)
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
