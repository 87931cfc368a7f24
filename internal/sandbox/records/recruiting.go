package records

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/personio-community/terraform-provider-personio/internal/sandbox/company"
)

// RecruitingCategory is a category of recruiting jobs, with the stages that
// applications go through.
type RecruitingCategory struct {
	ID     string // a number
	Name   string
	Stages []Stage
}

// Stage is a stage of an application. A system stage has neither id nor name.
type Stage struct {
	ID   string
	Name string
	Kind string // SYSTEM or CUSTOM
	Type string
}

// RecruitingJob is a position that people can apply for.
type RecruitingJob struct {
	ID           string // a number
	Name         string
	DepartmentID int
	CategoryID   string
	Published    bool
	CreatedAt    time.Time
	UpdatedAt    time.Time
}

// Candidate is somebody who applied.
type Candidate struct {
	ID        string // a UUID
	FirstName string
	LastName  string
	Email     string
	Gender    string
	Phone     string
	Location  string
	CreatedAt time.Time
	UpdatedAt time.Time
}

// Application is what a candidate sent for a job.
type Application struct {
	ID          string // a UUID
	CandidateID string
	JobID       string
	Date        string // YYYY-MM-DD
	Channel     Channel
	Message     string
	Tags        []string
	Files       []string       // ids of uploads
	Transitions []StageEntered // oldest first; the last is the current stage
	CreatedAt   time.Time
	UpdatedAt   time.Time
}

// StageEntered is when an application came to a stage.
type StageEntered struct {
	Stage Stage
	At    time.Time
}

// Channel is where an application came from; the zero value is unknown.
type Channel struct {
	ID   int
	Name string
}

// Channels are the recruiting channels of every demo company.
func Channels() []Channel {
	return []Channel{{5101, "Career site"}, {5102, "LinkedIn"}}
}

// Stage returns the current stage.
func (a *Application) Stage() Stage {
	if len(a.Transitions) == 0 {
		return SystemStage("unassigned")
	}
	return a.Transitions[len(a.Transitions)-1].Stage
}

// Upload is a file that an application can refer to. Its bytes are not kept,
// because nothing hands them out.
type Upload struct {
	ID   string // a UUID
	Name string
	Size int
}

// SystemPhases are the phases that every company has, as v1 writes them.
func SystemPhases() []string {
	return []string{"unassigned", "rejected", "withdrawn", "offer", "accepted"}
}

// SystemStage returns the stage of a system phase.
func SystemStage(phase string) Stage {
	return Stage{Kind: "SYSTEM", Type: strings.ToUpper(phase)}
}

// Ids of recruiting jobs.
const (
	RecruitingJobEngineer = "1302001"
	RecruitingJobSales    = "1302002"
	RecruitingJobDraft    = "1302003" // not published
)

func recruitingCategories() []RecruitingCategory {
	stages := func(first int, names ...string) []Stage {
		all := []Stage{SystemStage("unassigned")}
		for i, name := range names {
			all = append(all, Stage{ID: strconv.Itoa(first + i), Name: name, Kind: "CUSTOM", Type: "CUSTOM"})
		}
		return append(all, SystemStage("offer"), SystemStage("accepted"), SystemStage("rejected"))
	}
	return []RecruitingCategory{
		{"41201", "Tech", stages(7101, "Telefoninterview", "Coding challenge", "Gespräch vor Ort")},
		{"41202", "Business", stages(7111, "Telefoninterview", "Gespräch")},
	}
}

func recruitingJobs() []RecruitingJob {
	made := company.Reference().AddDate(0, -4, 0)
	return []RecruitingJob{
		{RecruitingJobEngineer, "Softwareentwickler:in (m/w/d)", 40111, "41201", true, made, made.AddDate(0, 3, 0)},
		{RecruitingJobSales, "Account Executive", 40151, "41202", true, made.AddDate(0, 1, 0), made.AddDate(0, 2, 0)},
		{RecruitingJobDraft, "Data Analyst", 40112, "41201", false, made.AddDate(0, 2, 0), made.AddDate(0, 2, 0)},
	}
}

// RecruitingJob finds a recruiting job.
func (r *Records) RecruitingJob(id string) (RecruitingJob, bool) {
	at := slices.IndexFunc(r.RecruitingJobs, func(j RecruitingJob) bool { return j.ID == id })
	if at < 0 {
		return RecruitingJob{}, false
	}
	return r.RecruitingJobs[at], true
}

// RecruitingCategory finds a recruiting category.
func (r *Records) RecruitingCategory(id string) (RecruitingCategory, bool) {
	at := slices.IndexFunc(r.RecruitingCategories, func(c RecruitingCategory) bool { return c.ID == id })
	if at < 0 {
		return RecruitingCategory{}, false
	}
	return r.RecruitingCategories[at], true
}

const candidatesAtStart = 24

// recruiting draws candidates. They borrow a first name from one person and a
// last name from another, and are nobody in the company.
func (g *generator) recruiting(people []company.Person) ([]Candidate, []Application) {
	var candidates []Candidate
	var applications []Application
	categories := recruitingCategories()
	for i := range candidatesAtStart {
		first, last := pick(g.random, people), pick(g.random, people)
		c := Candidate{
			ID: g.uuid(), FirstName: first.FirstName, LastName: last.LastName, Gender: first.Gender,
			Email: fmt.Sprintf("candidate%02d@mail.example", i+1), Phone: fmt.Sprintf("+49 151 %07d", g.random.IntN(10_000_000)),
			Location: pick(g.random, []string{"München", "Berlin", "Łódź", ""}),
		}
		c.CreatedAt = g.before(company.Reference(), 90)
		c.UpdatedAt = c.CreatedAt
		jobIDs := []string{pick(g.random, []string{RecruitingJobEngineer, RecruitingJobSales})}
		if i%5 == 0 {
			jobIDs = []string{RecruitingJobEngineer, RecruitingJobSales}
		}
		for _, jobID := range jobIDs {
			a := Application{
				ID: g.uuid(), CandidateID: c.ID, JobID: jobID, Channel: pick(g.random, Channels()),
				Date: c.CreatedAt.Format(time.DateOnly), CreatedAt: c.CreatedAt, UpdatedAt: c.CreatedAt,
			}
			stages := categories[0].Stages
			if jobID == RecruitingJobSales {
				stages = categories[1].Stages
			}
			for _, stage := range stages[:1+g.random.IntN(len(stages))] {
				a.Transitions = append(a.Transitions, StageEntered{stage, a.UpdatedAt})
				a.UpdatedAt = a.UpdatedAt.Add(time.Duration(1+g.random.IntN(72)) * time.Hour)
			}
			a.UpdatedAt = a.Transitions[len(a.Transitions)-1].At
			c.UpdatedAt = later(c.UpdatedAt, a.UpdatedAt)
			applications = append(applications, a)
		}
		candidates = append(candidates, c)
	}
	return candidates, applications
}
