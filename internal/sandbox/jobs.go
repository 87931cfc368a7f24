package sandbox

import (
	"net/http"
	"slices"
	"strings"

	"github.com/personio-community/terraform-provider-personio/internal/sandbox/records"
)

var jobLimits = [2]int{50, 100}

// listJobs lists the job catalogue, the highest id first unless told otherwise.
func (s *Sandbox) listJobs(w http.ResponseWriter, r *http.Request, c *caller) {
	p, err := s.readPage(r, jobLimits[0], jobLimits[1])
	if err != nil {
		badRequest(w, err.Error())
		return
	}
	order := p.query.Get("sort")
	field, descending := strings.CutPrefix(order, "-")
	if order == "" {
		field, descending = "id", true
	}
	if field != "id" && field != "name" {
		badRequest(w, errSort.Error())
		return
	}
	kept, err := selected(p.query, filters[records.Job]{
		"id":   anyOf(func(j *records.Job) string { return j.ID }),
		"name": anyOf(func(j *records.Job) string { return j.Name }),
	}, s.records.Jobs)
	if err != nil {
		badRequest(w, err.Error())
		return
	}
	slices.SortFunc(kept, func(a, b records.Job) int {
		result := strings.Compare(a.ID, b.ID)
		if field == "name" {
			result = strings.Compare(a.Name, b.Name)
		}
		if descending {
			return -result
		}
		return result
	})
	writeSlice(s, w, r, p, kept, func(j records.Job) any { return jobObject(&j, c) })
}

func (s *Sandbox) getJob(w http.ResponseWriter, r *http.Request, c *caller) {
	at := slices.IndexFunc(s.records.Jobs, func(j records.Job) bool { return j.ID == r.PathValue("id") })
	if at < 0 {
		notFound(w, codeOrganisationNotFound)
		return
	}
	writeJSON(w, http.StatusOK, "application/json", jobObject(&s.records.Jobs[at], c))
}

// jobObject shows a job. Its salary bands show only to who may read them.
func jobObject(j *records.Job, c *caller) any {
	bands := []string{}
	if c.rights["personio:salary-bands:read"] {
		bands = append(bands, j.SalaryBandIDs...)
	}
	return map[string]any{
		"id": j.ID, "name": j.Name, "job_family": j.Family, "level": j.Level, "job_track": j.Track,
		"global_grade": j.GlobalGrade, "salary_band_ids": bands,
	}
}

func (s *Sandbox) listSalaryBands(w http.ResponseWriter, r *http.Request, _ *caller) {
	listRows(s, w, r, jobLimits, filters[records.SalaryBand]{"id": anyOf(func(b *records.SalaryBand) string { return b.ID })}, s.records.SalaryBands, salaryBandObject)
}

func (s *Sandbox) getSalaryBand(w http.ResponseWriter, r *http.Request, _ *caller) {
	at := slices.IndexFunc(s.records.SalaryBands, func(b records.SalaryBand) bool { return b.ID == r.PathValue("id") })
	if at < 0 {
		notFound(w, codeOrganisationNotFound)
		return
	}
	writeJSON(w, http.StatusOK, "application/json", salaryBandObject(&s.records.SalaryBands[at]))
}

func salaryBandObject(b *records.SalaryBand) any {
	return map[string]any{"id": b.ID, "name": b.Name, "currency": b.Currency, "minimum": b.Minimum, "maximum": b.Maximum}
}
