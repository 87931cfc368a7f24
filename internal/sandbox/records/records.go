// Package records makes and keeps what the people of the demo company leave
// behind: absences, attendances, projects, pay, documents, reports, applicants
// and webhooks.
//
// Like the company itself, the records at the start are a function of seed and
// head count. What a company defines for itself is the same for every seed, so
// that examples and documents can name it: absence types, document categories,
// projects, compensation types, jobs, salary bands, reports, recruiting jobs
// and categories. What the records look like over HTTP is decided elsewhere.
package records

import (
	"encoding/binary"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/personio-community/terraform-provider-personio/internal/sandbox/company"
)

// peopleWithRecords is how many people have records of their own at the start.
// A company of thousands is made to measure pages of people, not these.
const peopleWithRecords = 250

// Records are all records. The tables can be changed while they are read; the
// plain slices are what the company defines once, and stay as they are.
type Records struct {
	AbsenceTypes []AbsenceType
	Absences     *Table[Absence]

	Projects    *Table[Project]
	Attendances *Table[Attendance]

	CompensationTypes *Table[CompensationType]
	Compensations     *Table[Compensation]
	Jobs              []Job
	SalaryBands       []SalaryBand

	DocumentCategories []DocumentCategory
	Documents          *Table[Document]

	Reports *Table[Report]

	Webhooks *Table[Webhook]
	// What was sent to webhooks, and how that went, of the last 30 days.
	WebhookEvents     *Table[WebhookEvent]
	WebhookActivities *Table[WebhookActivity]

	RecruitingJobs       []RecruitingJob
	RecruitingCategories []RecruitingCategory
	Candidates           *Table[Candidate]
	Applications         *Table[Application]
	Uploads              *Table[Upload]
}

// New makes the records of a company that was just made from the same seed.
func New(seed uint64, c *company.Company) *Records {
	g := &generator{random: rand.New(rand.NewPCG(seed, 0x5265_636f_7264_7321))} //nolint:gosec // made-up records need a reproducible source, not a secret one
	people := c.People()
	people = people[:min(len(people), peopleWithRecords)]
	r := &Records{
		AbsenceTypes:         absenceTypes(),
		Jobs:                 jobs(),
		SalaryBands:          salaryBands(),
		DocumentCategories:   documentCategories(),
		RecruitingJobs:       recruitingJobs(),
		RecruitingCategories: recruitingCategories(),
	}
	r.Absences = newTable(func(a *Absence) string { return a.ID }, g.absences(people))
	r.Projects = newTable(func(p *Project) string { return p.ID }, g.projects(people))
	r.Attendances = newTable(func(a *Attendance) string { return a.ID }, g.attendances(people))
	r.CompensationTypes = newTable(func(t *CompensationType) string { return t.ID }, compensationTypes())
	r.Compensations = newTable(func(c *Compensation) string { return c.ID }, g.compensations(people))
	r.Documents = newTable(func(d *Document) string { return d.ID }, g.documents(people))
	r.Reports = newTable(func(r *Report) string { return r.ID }, reports(people))
	r.Webhooks = newTable(func(w *Webhook) string { return w.ID }, nil)
	r.WebhookEvents = newTable(func(e *WebhookEvent) string { return e.ID }, nil)
	r.WebhookActivities = newTable(func(a *WebhookActivity) string { return a.ID }, nil)
	candidates, applications := g.recruiting(people)
	r.Candidates = newTable(func(c *Candidate) string { return c.ID }, candidates)
	r.Applications = newTable(func(a *Application) string { return a.ID }, applications)
	r.Uploads = newTable(func(u *Upload) string { return u.ID }, nil)
	return r
}

// generator draws records from one source, in one order.
type generator struct{ random *rand.Rand }

func (g *generator) chance(percent int) bool { return g.random.IntN(100) < percent }

func (g *generator) uuid() string {
	var id uuid.UUID
	binary.BigEndian.PutUint64(id[:8], g.random.Uint64())
	binary.BigEndian.PutUint64(id[8:], g.random.Uint64())
	id[6] = id[6]&0x0f | 0x40 // version 4
	id[8] = id[8]&0x3f | 0x80 // the variant of RFC 9562
	return id.String()
}

// workday draws a day from Monday to Friday, at midnight, up to span days
// around the day on which the company was made.
func (g *generator) workday(span int) time.Time {
	day := company.Reference().Truncate(24*time.Hour).AddDate(0, 0, g.random.IntN(2*span)-span)
	for !isWorkday(day) {
		day = day.AddDate(0, 0, 1)
	}
	return day
}

// before draws a time up to days before t, in whole seconds.
func (g *generator) before(t time.Time, days int) time.Time {
	return t.Add(-time.Duration(1+g.random.IntN(days*24*3600)) * time.Second)
}

func isWorkday(day time.Time) bool {
	return day.Weekday() != time.Saturday && day.Weekday() != time.Sunday
}

func pick[T any](random *rand.Rand, from []T) T { return from[random.IntN(len(from))] }

// working are the people who have not left and have started.
func working(people []company.Person) []company.Person {
	return slices.DeleteFunc(slices.Clone(people), func(p company.Person) bool {
		return p.Employment.Status == company.StatusInactive || p.Employment.Status == company.StatusOnboarding
	})
}
