package company

import (
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/google/uuid"
)

// reference is the day on which the company is made: who is onboarding starts
// after it, who has left did so before. It is fixed because a company must
// not depend on the day it is looked at.
var reference = time.Date(2026, time.September, 1, 8, 0, 0, 0, time.UTC)

// Reference returns the day on which every demo company is made, in the
// morning: who is onboarding starts after it, who has left did so before.
func Reference() time.Time { return reference }

const (
	firstID = 1_000_300
	span    = 7 // direct reports a supervisor
)

// generator draws people. Everything random comes from one source, in one
// order, so a company is reproducible.
type generator struct {
	random *rand.Rand
	org    Organisation
	emails map[string]bool
	made   []*Person
}

func newGenerator(seed uint64, org Organisation) *generator {
	return &generator{
		random: rand.New(rand.NewPCG(seed, 0x5065_7273_6f6e_696f)), //nolint:gosec // made-up people need a reproducible source, not a secret one
		org:    org,
		emails: make(map[string]bool),
	}
}

func (g *generator) people(count int) []*Person {
	g.made = make([]*Person, 0, count)
	id := firstID
	for i := range count {
		id += 1 + g.random.IntN(4) // gaps, so that nobody counts on consecutive ids
		g.made = append(g.made, g.person(i, count, id))
	}
	return g.made
}

func (g *generator) person(index, count, id int) *Person {
	first, last, gender := g.name(index, count)
	p := &Person{
		ID:        id,
		FirstName: first.native,
		LastName:  last.native,
		Gender:    gender,
		Email:     g.email(index, count, first, last),
	}
	if g.chance(15) {
		p.PreferredName = nickname(first.native)
	}
	if g.chance(4) {
		p.Gender = pick(g.random, []string{"diverse", ""})
	}
	g.employment(p, index, count)
	g.contract(p)
	g.times(p)
	g.custom(p)
	if g.chance(5) {
		p.Previous = []Employment{g.earlier(p)}
	}
	return p
}

// name draws a name. The last two people share theirs, so that nobody can
// take a name for a key.
func (g *generator) name(index, count int) (first, last spelled, gender string) {
	first, gender = pick(g.random, femaleNames), "female"
	if g.chance(50) {
		first, gender = pick(g.random, maleNames), "male"
	}
	last = pick(g.random, lastNames)
	if index == count-1 && count > 1 {
		twin := g.made[index-1]
		return spell(twin.FirstName), spell(twin.LastName), twin.Gender
	}
	return first, last, gender
}

// email makes an address that nobody has yet. A few people have none: every
// fortieth, and of the second to last in a company that is too small for that.
func (g *generator) email(index, count int, first, last spelled) string {
	if index%40 == 39 || (count > 3 && count < 40 && index == count-3) {
		return ""
	}
	base := first.latin + "." + last.latin
	for n := 1; ; n++ {
		address := base
		if n > 1 {
			address += fmt.Sprint(n)
		}
		if !g.emails[address] {
			g.emails[address] = true
			return address + "@lindenhof.example"
		}
	}
}

// employment places a person: a tree of supervisors that cannot have a cycle,
// because everybody reports to somebody who was made before.
func (g *generator) employment(p *Person, index, count int) {
	e := &p.Employment
	e.ID = g.uuid()
	e.Status = g.status(index, count)
	e.Type = TypeInternal
	e.FullTimeWeeklyHours = 40
	e.WeeklyHours = pick(g.random, []float64{40, 40, 40, 40, 37.5, 30, 20})
	e.OfficeID = pick(g.random, g.org.Offices).ID
	e.LegalEntityID = pick(g.random, g.org.LegalEntities).ID
	e.DepartmentID = pick(g.random, g.org.Departments).ID
	if g.chance(85) {
		e.TeamID = pick(g.random, g.org.Teams).ID
	}
	e.CostCenters = g.costCenters()
	e.Position = pick(g.random, positions)
	if index == 0 {
		e.Position, e.DepartmentID, e.TeamID, e.WeeklyHours = "Geschäftsführerin", g.org.Departments[0].ID, 0, 40
		return
	}
	e.SupervisorID = g.made[(index-1)/span].ID
	if index%11 == 5 {
		e.Type = TypeExternal
	}
}

// status makes sure that even a company of five has every status.
func (g *generator) status(index, count int) string {
	if fromEnd := count - index; index > 0 && fromEnd <= 3 {
		return []string{StatusInactive, StatusLeave, StatusOnboarding}[fromEnd-1]
	}
	draw := g.random.IntN(100)
	switch {
	case index <= count/span || draw < 82: // supervisors are there
		return StatusActive
	case draw < 87:
		return StatusOnboarding
	case draw < 92:
		return StatusLeave
	default:
		return StatusInactive
	}
}

func (g *generator) costCenters() []CostCenterShare {
	first := g.random.IntN(len(g.org.CostCenters))
	switch g.random.IntN(10) {
	case 0:
		return nil
	case 1, 2:
		second := (first + 1) % len(g.org.CostCenters)
		return []CostCenterShare{{g.org.CostCenters[first].ID, 60}, {g.org.CostCenters[second].ID, 40}}
	default:
		return []CostCenterShare{{g.org.CostCenters[first].ID, 100}}
	}
}

// contract draws dates, pay and time off.
func (g *generator) contract(p *Person) {
	e := &p.Employment
	hired := reference.AddDate(0, 0, -30-g.random.IntN(3600))
	if e.Status == StatusOnboarding {
		hired = reference.AddDate(0, 0, 1+g.random.IntN(90))
	}
	e.HireDate = hired.Format(time.DateOnly)
	e.ProbationPeriodEnd = hired.AddDate(0, 6, 0).Format(time.DateOnly)
	if e.Type == TypeExternal || g.chance(6) {
		e.ContractEndDate = reference.AddDate(1, g.random.IntN(12), 0).Format(time.DateOnly)
	}
	if e.Status == StatusInactive {
		left := hired.Add(time.Duration(g.random.Int64N(int64(reference.Sub(hired)))))
		e.TerminationDate = left.Format(time.DateOnly)
		e.LastWorkingDay = left.AddDate(0, 0, -g.random.IntN(14)).Format(time.DateOnly)
		e.TerminatedAt = left.AddDate(0, -2, 0).Format(time.DateOnly)
		e.TerminationType = pick(g.random, []string{"employee", "fired", "contract-expired", "agreement"})
		e.TerminationReason = pick(g.random, []string{"", "Umzug", "Neue Stelle"})
	}
	p.HasPicture = g.chance(60)
	p.HolidayCalendarID = pick(g.random, g.org.HolidayCalendars).ID
	p.WorkScheduleID = g.org.WorkSchedules[0].ID
	if e.WeeklyHours <= 30 {
		p.WorkScheduleID = g.org.WorkSchedules[1].ID
	}
	p.Entitlement = float64(24 + g.random.IntN(9))
	p.VacationDayBalance = float64(g.random.IntN(61)) / 2
	if e.Type == TypeExternal {
		p.HourlySalary = float64(45 + g.random.IntN(80))
		p.Entitlement = -1
		return
	}
	p.FixSalary = float64(2800+g.random.IntN(6000)) + 0.5*float64(g.random.IntN(2))
	p.FixSalaryInterval = "monthly"
}

// times draws when the record was made and last changed, and what changed then.
func (g *generator) times(p *Person) {
	hired, err := time.Parse(time.DateOnly, p.Employment.HireDate)
	if err != nil {
		hired = reference
	}
	created := hired.AddDate(0, 0, -14).Add(time.Duration(g.random.IntN(10*3600)) * time.Second)
	if !created.Before(reference.Add(-time.Hour)) {
		created = reference.Add(-time.Duration(1+g.random.IntN(72)) * time.Hour)
	}
	updated := created
	if g.chance(70) {
		updated = created.Add(time.Duration(g.random.Int64N(int64(reference.Sub(created))/int64(time.Second))) * time.Second)
		key := pick(g.random, []string{"position", "office", "weekly_working_hours", "last_name", CustomNotes})
		p.changed = map[string]time.Time{key: updated, "last_modified_at": updated}
	}
	p.CreatedAt, p.UpdatedAt = created, updated
	p.Employment.CreatedAt, p.Employment.UpdatedAt = created, updated
}

func (g *generator) custom(p *Person) {
	p.Custom = map[string]any{CustomPersonnelNumber: fmt.Sprintf("LH-%05d", p.ID-firstID)}
	set := func(key string, percent int, value func() any) {
		if g.chance(percent) {
			p.Custom[key] = value()
		}
	}
	set(CustomIBAN, 90, func() any {
		return fmt.Sprintf("DE%02d 5001 0517 %04d %04d %02d", g.random.IntN(90)+10, g.random.IntN(10000), g.random.IntN(10000), g.random.IntN(100))
	})
	set(CustomBirthday, 95, func() any { return reference.AddDate(-20, 0, -g.random.IntN(14600)).Format(time.DateOnly) })
	set(CustomChildren, 60, func() any { return g.random.IntN(4) })
	set(CustomBonusFactor, 50, func() any { return math.Round(g.random.Float64()*200) / 100 })
	set(CustomMaritalStatus, 80, func() any { return pick(g.random, g.options(CustomMaritalStatus)) })
	set(CustomLanguages, 85, func() any {
		languages := g.options(CustomLanguages)
		at := g.random.IntN(len(languages) - 1)
		return append([]string(nil), languages[at:at+1+g.random.IntN(len(languages)-at)]...)
	})
	set(CustomProfilePage, 40, func() any { return fmt.Sprintf("https://people.lindenhof.example/?id=%d&tab=über", p.ID) })
	set(CustomNotes, 30, func() any { return "Line one, \"quoted\"\nZeile zwei: Grüße <b>&</b> 🙂" })
	set(CustomLearner, 70, func() any { return pick(g.random, []string{"Yes", "Yes", "No"}) })
	set(CustomFirstAid, 8, func() any { return reference.AddDate(0, -g.random.IntN(36), 0).Format(time.DateOnly) })
}

// earlier makes the employment that a person had before the current one.
func (g *generator) earlier(p *Person) Employment {
	e := p.Employment
	hired, err := time.Parse(time.DateOnly, e.HireDate)
	if err != nil {
		hired = reference
	}
	e.ID = g.uuid()
	e.Status = StatusInactive
	e.Position = "Werkstudent"
	e.SupervisorID = 0
	e.CostCenters = nil
	e.HireDate = hired.AddDate(-2, 0, 0).Format(time.DateOnly)
	e.ProbationPeriodEnd = ""
	e.ContractEndDate = ""
	e.TerminationDate = hired.AddDate(0, -3, 0).Format(time.DateOnly)
	e.LastWorkingDay = e.TerminationDate
	e.TerminatedAt = hired.AddDate(0, -4, 0).Format(time.DateOnly)
	e.TerminationType = "contract-expired"
	e.CreatedAt = hired.AddDate(-2, 0, 0)
	e.UpdatedAt = hired.AddDate(0, -3, 0)
	return e
}

func (g *generator) options(key string) []string {
	for _, definition := range g.org.definitions {
		if definition.Key == key {
			return definition.Options
		}
	}
	return nil
}

func (g *generator) chance(percent int) bool { return g.random.IntN(100) < percent }

func (g *generator) uuid() string {
	var id uuid.UUID
	binary.BigEndian.PutUint64(id[:8], g.random.Uint64())
	binary.BigEndian.PutUint64(id[8:], g.random.Uint64())
	id[6] = id[6]&0x0f | 0x40 // version 4
	id[8] = id[8]&0x3f | 0x80 // the variant of RFC 9562
	return id.String()
}

func pick[T any](random *rand.Rand, from []T) T { return from[random.IntN(len(from))] }

func nickname(name string) string {
	runes := []rune(name)
	if len(runes) > 4 {
		runes = runes[:3]
	}
	return strings.TrimRight(string(runes), "-")
}
