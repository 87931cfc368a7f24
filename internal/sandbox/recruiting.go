package sandbox

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/personio-community/terraform-provider-personio/internal/sandbox/records"
)

var recruitingLimits = [2]int{100, 200}

const companyID = 71001 // of the demo company, in recruiting

func (s *Sandbox) listRecruitingJobs(w http.ResponseWriter, r *http.Request, _ *caller) {
	newestFirst := slices.Clone(s.records.RecruitingJobs)
	slices.SortStableFunc(newestFirst, func(a, b records.RecruitingJob) int { return b.UpdatedAt.Compare(a.UpdatedAt) })
	listRows(s, w, r, recruitingLimits, filters[records.RecruitingJob]{}, newestFirst, s.recruitingJobObject)
}

func (s *Sandbox) getRecruitingJob(w http.ResponseWriter, r *http.Request, _ *caller) {
	job, ok := s.records.RecruitingJob(r.PathValue("id"))
	showRow(w, job, ok, s.recruitingJobObject)
}

func (s *Sandbox) recruitingJobObject(job *records.RecruitingJob) any {
	category, _ := s.records.RecruitingCategory(job.CategoryID)
	return map[string]any{
		"id":          job.ID,
		"name":        job.Name,
		"department":  s.departmentObject(job.DepartmentID),
		"category":    map[string]string{"id": category.ID, "name": category.Name},
		"hiring_team": []any{},
		"company":     reference(companyID),
		"created_at":  zonedTime(job.CreatedAt),
		"updated_at":  zonedTime(job.UpdatedAt),
	}
}

func (s *Sandbox) departmentObject(id int) any {
	for _, unit := range s.company.Organisation().Departments {
		if unit.ID == id {
			return map[string]string{"id": strconv.Itoa(id), "name": unit.Name}
		}
	}
	return nil
}

// zonedTime shows a time the way recruiting does.
func zonedTime(t time.Time) any {
	return map[string]string{"date-time": v2Time(t), "timezone": "UTC"}
}

func (s *Sandbox) listRecruitingCategories(w http.ResponseWriter, r *http.Request, _ *caller) {
	listRows(s, w, r, recruitingLimits, filters[records.RecruitingCategory]{}, s.records.RecruitingCategories, recruitingCategoryObject)
}

func (s *Sandbox) getRecruitingCategory(w http.ResponseWriter, r *http.Request, _ *caller) {
	category, ok := s.records.RecruitingCategory(r.PathValue("id"))
	showRow(w, category, ok, recruitingCategoryObject)
}

func recruitingCategoryObject(category *records.RecruitingCategory) any {
	stages := []any{}
	for _, stage := range category.Stages {
		stages = append(stages, stageObject(stage))
	}
	return map[string]any{"id": category.ID, "name": category.Name, "stages": stages, "company": reference(companyID)}
}

func stageObject(stage records.Stage) any {
	return map[string]any{"id": orNull(stage.ID), "name": orNull(stage.Name), "kind": stage.Kind, "type": stage.Type}
}

func (s *Sandbox) listCandidates(w http.ResponseWriter, r *http.Request, _ *caller) {
	updated := func(c *records.Candidate) time.Time { return c.UpdatedAt }
	newestFirst := slices.Clone(s.records.Candidates.All())
	slices.SortStableFunc(newestFirst, func(a, b records.Candidate) int { return b.UpdatedAt.Compare(a.UpdatedAt) })
	listRows(s, w, r, recruitingLimits, filters[records.Candidate]{
		"email":         sameAddress(func(c *records.Candidate) string { return c.Email }),
		"updated_at.gt": bound("gt", parseInstant, updated),
		"updated_at.lt": bound("lt", parseInstant, updated),
	}, newestFirst, s.candidateObject)
}

// sameAddress keeps rows with one of the e-mail addresses, in any case.
func sameAddress[T any](address func(*T) string) func([]string) (func(*T) bool, error) {
	return func(values []string) (func(*T) bool, error) {
		wanted := splitList(values)
		return func(row *T) bool {
			return slices.ContainsFunc(wanted, func(w string) bool { return strings.EqualFold(w, address(row)) })
		}, nil
	}
}

func (s *Sandbox) getCandidate(w http.ResponseWriter, r *http.Request, _ *caller) {
	c, ok := s.records.Candidates.Find(r.PathValue("id"))
	showRow(w, c, ok, s.candidateObject)
}

func (s *Sandbox) candidateObject(c *records.Candidate) any {
	applications := []any{}
	for _, a := range s.records.Applications.All() {
		if a.CandidateID == c.ID {
			applications = append(applications, map[string]string{"id": a.ID, "application_date": a.Date})
		}
	}
	return map[string]any{
		"id":               c.ID,
		"first_name":       c.FirstName,
		"last_name":        c.LastName,
		"email":            c.Email,
		"gender":           orNull(strings.ToUpper(c.Gender)),
		"phone":            orNull(c.Phone),
		"location":         orNull(c.Location),
		"birthday":         nil,
		"linkedin_profile": nil,
		"available_from":   nil,
		"applications":     applications,
		"created_at":       v2Time(c.CreatedAt),
		"updated_at":       v2Time(c.UpdatedAt),
	}
}

func (s *Sandbox) listApplications(w http.ResponseWriter, r *http.Request, _ *caller) {
	updated := func(a *records.Application) time.Time { return a.UpdatedAt }
	newestFirst := slices.Clone(s.records.Applications.All())
	slices.SortStableFunc(newestFirst, func(a, b records.Application) int { return b.UpdatedAt.Compare(a.UpdatedAt) })
	listRows(s, w, r, recruitingLimits, filters[records.Application]{
		"candidate.email": sameAddress(func(a *records.Application) string {
			c, _ := s.records.Candidates.Find(a.CandidateID)
			return c.Email
		}),
		"updated_at.gt": bound("gt", parseInstant, updated),
		"updated_at.lt": bound("lt", parseInstant, updated),
	}, newestFirst, s.applicationObject)
}

func (s *Sandbox) getApplication(w http.ResponseWriter, r *http.Request, _ *caller) {
	a, ok := s.records.Applications.Find(r.PathValue("id"))
	showRow(w, a, ok, s.applicationObject)
}

func (s *Sandbox) applicationObject(a *records.Application) any {
	c, _ := s.records.Candidates.Find(a.CandidateID)
	job, _ := s.records.RecruitingJob(a.JobID)
	category, _ := s.records.RecruitingCategory(job.CategoryID)
	var channel any
	if a.Channel.ID != 0 {
		channel = map[string]string{"id": strconv.Itoa(a.Channel.ID), "name": a.Channel.Name}
	}
	return map[string]any{
		"id":               a.ID,
		"application_date": a.Date,
		"candidate": map[string]any{
			"id": c.ID, "email": c.Email, "first_name": c.FirstName, "last_name": c.LastName, "gender": orNull(strings.ToUpper(c.Gender)),
		},
		"job": map[string]any{
			"id": job.ID, "name": job.Name, "department": s.departmentObject(job.DepartmentID),
			"category": map[string]string{"id": category.ID, "name": category.Name},
		},
		"current_stage": stageObject(a.Stage()),
		"channel":       channel,
		"hiring_team":   []any{},
		"is_anonymized": false,
		"created_at":    zonedTime(a.CreatedAt),
		"updated_at":    zonedTime(a.UpdatedAt),
	}
}

// listStageTransitions lists the stages of an application, the latest first.
func (s *Sandbox) listStageTransitions(w http.ResponseWriter, r *http.Request, _ *caller) {
	a, ok := s.records.Applications.Find(r.PathValue("id"))
	if !ok {
		notFound(w, codeOrganisationNotFound)
		return
	}
	latestFirst := slices.Clone(a.Transitions)
	slices.Reverse(latestFirst)
	listRows(s, w, r, recruitingLimits, filters[records.StageEntered]{}, latestFirst, func(entered *records.StageEntered) any {
		return map[string]any{"entered_at": zonedTime(entered.At), "stage": stageObject(entered.Stage)}
	})
}
