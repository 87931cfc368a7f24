package sandbox

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/personio-community/terraform-provider-personio/internal/sandbox/company"
)

// listEmployments lists the employments of a person, most recent first.
func (s *Sandbox) listEmployments(w http.ResponseWriter, r *http.Request, c *caller) {
	person, ok := s.pathPerson(r)
	if !ok {
		notFound(w, codePersonNotFound)
		return
	}
	p, err := s.readPage(r, personsDefaultLimit, personsMaxLimit)
	if err != nil {
		badRequest(w, err.Error())
		return
	}
	keep, err := employmentFilter(p.query)
	if err != nil {
		badRequest(w, err.Error())
		return
	}
	var kept []company.Employment
	for _, employment := range person.Employments() {
		if keep(&employment) {
			kept = append(kept, employment)
		}
	}
	writeSlice(s, w, r, p, kept, func(e company.Employment) any { return employmentObject(&e, &person, r, c) })
}

func (s *Sandbox) getEmployment(w http.ResponseWriter, r *http.Request, c *caller) {
	person, employment, ok := s.pathEmployment(r)
	if !ok {
		notFound(w, codePersonNotFound)
		return
	}
	writeJSON(w, http.StatusOK, "application/json", employmentObject(&employment, &person, r, c))
}

func (s *Sandbox) pathEmployment(r *http.Request) (company.Person, company.Employment, bool) {
	person, ok := s.pathPerson(r)
	if ok {
		for _, employment := range person.Employments() {
			if employment.ID == r.PathValue("employment") {
				return person, employment, true
			}
		}
	}
	return company.Person{}, company.Employment{}, false
}

// employmentObject shows an employment to the caller. Id, person and links
// show always, the rest by the v1 attribute it corresponds to.
func employmentObject(e *company.Employment, person *company.Person, r *http.Request, c *caller) map[string]any {
	links := map[string]link{"person": {personURL(r, person.ID)}}
	if e.SupervisorID != 0 && c.sees("supervisor") {
		links["supervisor"] = link{personURL(r, e.SupervisorID)}
	}
	f := fields{c, map[string]any{
		"id":     e.ID,
		"person": reference(person.ID),
		"_meta":  map[string]any{"links": links},
	}}
	f.add("status", "status", strings.ToUpper(e.Status))
	f.add("employment_type", "type", strings.ToUpper(e.Type))
	f.add("position", "position", map[string]any{"title": orNull(e.Position)})
	f.add("position", "job", nil)
	f.add("weekly_working_hours", "weekly_working_hours", e.WeeklyHours)
	f.add("weekly_working_hours", "full_time_weekly_working_hours", e.FullTimeWeeklyHours)
	f.add("hire_date", "employment_start_date", orNull(e.HireDate))
	f.add("termination_date", "employment_end_date", orNull(e.TerminationDate))
	f.add("contract_end_date", "contract_end_date", orNull(e.ContractEndDate))
	f.add("probation_period_end", "probation_end_date", orNull(e.ProbationPeriodEnd))
	f.add("created_at", "created_at", v2Time(e.CreatedAt))
	f.add("last_modified_at", "updated_at", v2Time(e.UpdatedAt))
	f.add("supervisor", "supervisor", reference(e.SupervisorID))
	f.add("office", "office", reference(e.OfficeID))
	f.add("subcompany", "legal_entity", reference(e.LegalEntityID))
	f.add("subcompany", "sub_company", reference(e.LegalEntityID))
	f.add("cost_centers", "cost_centers", costCenterShares(e))
	if c.sees("department") || c.sees("team") {
		f.object["org_units"] = orgUnitReferences(e, c)
	}
	if termination, sees := terminationObject(e, c); sees {
		f.object["termination"] = termination
	}
	return f.object
}

func reference(id int) any {
	if id == 0 {
		return nil
	}
	return map[string]string{"id": strconv.Itoa(id)}
}

func costCenterShares(e *company.Employment) []map[string]any {
	shares := make([]map[string]any, 0, len(e.CostCenters))
	for _, share := range e.CostCenters {
		shares = append(shares, map[string]any{"id": strconv.Itoa(share.ID), "weight": share.Weight})
	}
	return shares
}

func orgUnitReferences(e *company.Employment, c *caller) []map[string]string {
	units := make([]map[string]string, 0, 2)
	for _, unit := range []struct {
		kind string
		id   int
	}{{"team", e.TeamID}, {"department", e.DepartmentID}} {
		if unit.id != 0 && c.sees(unit.kind) {
			units = append(units, map[string]string{"type": unit.kind, "id": strconv.Itoa(unit.id)})
		}
	}
	return units
}

// terminationObject is null for who has not left. The second result is false
// if the caller may see nothing of it.
func terminationObject(e *company.Employment, c *caller) (any, bool) {
	f := fields{c, map[string]any{}}
	f.add("termination_date", "termination_date", orNull(e.TerminationDate))
	f.add("termination_date", "terminated_at", orNull(e.TerminatedAt))
	f.add("last_working_day", "last_working_day", orNull(e.LastWorkingDay))
	f.add("termination_type", "type", terminationType(e.TerminationType))
	f.add("termination_reason", "reason", orNull(e.TerminationReason))
	if len(f.object) == 0 {
		return nil, false
	}
	if e.TerminationDate == "" {
		return nil, true
	}
	return f.object, true
}

func terminationType(v1Type string) string {
	if v1Type == "" {
		return "UNSPECIFIED"
	}
	return strings.ToUpper(strings.ReplaceAll(v1Type, "-", "_"))
}
