package sandbox

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/personio-community/terraform-provider-personio/internal/sandbox/company"
)

type idBody struct {
	ID string `json:"id"`
}

type orgUnitBody struct {
	Type string `json:"type"`
	ID   string `json:"id"`
}

type costCenterBody struct {
	ID     string  `json:"id"`
	Weight float64 `json:"weight"`
}

type employmentBody struct {
	Supervisor  optional[idBody]           `json:"supervisor"`
	Office      optional[idBody]           `json:"office"`
	LegalEntity optional[idBody]           `json:"legal_entity"`
	Subcompany  optional[idBody]           `json:"subcompany"` // deprecated name of legal_entity
	OrgUnits    optional[[]orgUnitBody]    `json:"org_units"`
	CostCenters optional[[]costCenterBody] `json:"cost_centers"`
	Position    optional[struct {
		Title string `json:"title"`
	}] `json:"position"`
	Status              optional[string]  `json:"status"`
	Type                optional[string]  `json:"type"`
	StartDate           optional[string]  `json:"employment_start_date"`
	ContractEndDate     optional[string]  `json:"contract_end_date"`
	ProbationEndDate    optional[string]  `json:"probation_end_date"`
	ProbationLength     optional[int]     `json:"probation_period_length"` // months
	WeeklyHours         optional[float64] `json:"weekly_working_hours"`
	FullTimeWeeklyHours optional[float64] `json:"full_time_weekly_working_hours"`
}

// updateEmployment changes the current employment of a person. Earlier ones
// are history.
func (s *Sandbox) updateEmployment(w http.ResponseWriter, r *http.Request, _ *caller) {
	person, employment, ok := s.pathEmployment(r)
	if !ok {
		notFound(w, codePersonNotFound)
		return
	}
	var body employmentBody
	if !readBody(w, r, &body) {
		return
	}
	if employment.ID != person.Employment.ID {
		badRequest(w, "only the current employment can be changed")
		return
	}
	s.finishUpdate(w, s.company.TryUpdate(person.ID, func(p *company.Person) error { return body.apply(&p.Employment) }))
}

// apply writes the given fields. That references exist is checked by the company.
func (b *employmentBody) apply(e *company.Employment) error {
	for _, step := range []func(*company.Employment) error{b.applyReferences, b.applyOrgUnits, b.applyCostCenters, b.applyEnums, b.applyDates} {
		if err := step(e); err != nil {
			return err
		}
	}
	if b.Position.given {
		e.Position = b.Position.get().Title
	}
	for _, hours := range []struct {
		field  *optional[float64]
		target *float64
	}{{&b.WeeklyHours, &e.WeeklyHours}, {&b.FullTimeWeeklyHours, &e.FullTimeWeeklyHours}} {
		if !hours.field.given {
			continue
		}
		if hours.field.get() < 0 || hours.field.get() > 168 {
			return errors.New("a week has 168 hours")
		}
		*hours.target = hours.field.get()
	}
	return nil
}

func (b *employmentBody) applyReferences(e *company.Employment) error {
	for _, reference := range []struct {
		name   string
		field  *optional[idBody]
		target *int
	}{
		{"supervisor", &b.Supervisor, &e.SupervisorID},
		{"office", &b.Office, &e.OfficeID},
		{"subcompany", &b.Subcompany, &e.LegalEntityID},
		{"legal_entity", &b.LegalEntity, &e.LegalEntityID},
	} {
		if !reference.field.given {
			continue
		}
		*reference.target = 0
		if reference.field.value == nil {
			continue
		}
		id, err := strconv.Atoi(reference.field.value.ID)
		if err != nil {
			return fmt.Errorf("%s.id %q does not exist", reference.name, reference.field.value.ID)
		}
		*reference.target = id
	}
	return nil
}

// applyOrgUnits replaces department and team by the given ones.
func (b *employmentBody) applyOrgUnits(e *company.Employment) error {
	if !b.OrgUnits.given {
		return nil
	}
	e.DepartmentID, e.TeamID = 0, 0
	for _, unit := range b.OrgUnits.get() {
		id, err := strconv.Atoi(unit.ID)
		if err != nil {
			return fmt.Errorf("org unit %q does not exist", unit.ID)
		}
		switch unit.Type {
		case "department":
			e.DepartmentID = id
		case "team":
			e.TeamID = id
		default:
			return fmt.Errorf("org unit type %q does not exist", unit.Type)
		}
	}
	return nil
}

func (b *employmentBody) applyCostCenters(e *company.Employment) error {
	if !b.CostCenters.given {
		return nil
	}
	e.CostCenters = nil
	for _, share := range b.CostCenters.get() {
		id, err := strconv.Atoi(share.ID)
		if err != nil || share.Weight < 0 || share.Weight > 100 {
			return fmt.Errorf("cost center %q with weight %v is not valid", share.ID, share.Weight)
		}
		e.CostCenters = append(e.CostCenters, company.CostCenterShare{ID: id, Weight: share.Weight})
	}
	return nil
}

func (b *employmentBody) applyEnums(e *company.Employment) error {
	for _, enum := range []struct {
		name    string
		field   *optional[string]
		target  *string
		allowed []string
	}{
		{"status", &b.Status, &e.Status, []string{"ACTIVE", "INACTIVE", "ONBOARDING", "LEAVE"}},
		{"type", &b.Type, &e.Type, []string{"INTERNAL", "EXTERNAL"}},
	} {
		if !enum.field.given {
			continue
		}
		if !slices.Contains(enum.allowed, enum.field.get()) {
			return fmt.Errorf("%s %q does not exist", enum.name, enum.field.get())
		}
		*enum.target = strings.ToLower(enum.field.get())
	}
	return nil
}

func (b *employmentBody) applyDates(e *company.Employment) error {
	for _, date := range []struct {
		name   string
		field  *optional[string]
		target *string
	}{
		{"employment_start_date", &b.StartDate, &e.HireDate},
		{"contract_end_date", &b.ContractEndDate, &e.ContractEndDate},
		{"probation_end_date", &b.ProbationEndDate, &e.ProbationPeriodEnd},
	} {
		if !date.field.given {
			continue
		}
		if text := date.field.get(); text != "" && !isDate(text) {
			return fmt.Errorf("%s %q is not a date", date.name, text)
		}
		*date.target = date.field.get()
	}
	if !b.ProbationLength.given {
		return nil
	}
	if b.ProbationEndDate.given {
		return errors.New("probation_end_date and probation_period_length exclude each other")
	}
	end, ok := addMonths(e.HireDate, b.ProbationLength.get())
	if !ok || b.ProbationLength.get() < 0 {
		return errors.New("probation_period_length is not valid without a start date or below zero")
	}
	e.ProbationPeriodEnd = end
	return nil
}
