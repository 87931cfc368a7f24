package sandbox

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/personio-community/terraform-provider-personio/internal/sandbox/records"
)

var projectLimits = [2]int{100, 200}

func projectFilters() filters[records.Project] {
	type row = records.Project
	return filters[row]{
		"id":                anyOf(func(p *row) string { return p.ID }),
		"name":              anyOf(func(p *row) string { return p.Name }),
		"project_code":      anyOf(func(p *row) string { return p.Code }),
		"parent_project.id": anyOf(func(p *row) string { return p.ParentID }),
		"status":            enumerated(func(p *row) string { return p.Status }, records.ProjectActive, records.ProjectArchived),
		"top_level_only": func(values []string) (func(*row) bool, error) {
			if len(values) != 1 || values[0] != "true" && values[0] != "false" {
				return nil, errFilterValue
			}
			return func(p *row) bool { return values[0] == "false" || p.ParentID == "" }, nil
		},
	}
}

// listProjects lists projects with their tracked minutes, which cannot be asked for.
func (s *Sandbox) listProjects(w http.ResponseWriter, r *http.Request, _ *caller) {
	if query := r.URL.Query(); query.Has("include") || query.Has("includes") {
		badRequest(w, "there is nothing to include")
		return
	}
	tracked := s.records.TrackedMinutes()
	listRows(s, w, r, projectLimits, projectFilters(), s.records.Projects.All(), func(p *records.Project) any {
		object := projectObject(p)
		object["tracked_minutes"] = tracked[p.ID]
		return object
	})
}

func (s *Sandbox) getProject(w http.ResponseWriter, r *http.Request, _ *caller) {
	p, ok := s.records.Projects.Find(r.PathValue("id"))
	showRow(w, p, ok, func(p *records.Project) any { return projectObject(p) })
}

func projectObject(p *records.Project) map[string]any {
	var parent any
	if p.ParentID != "" {
		parent = map[string]string{"id": p.ParentID}
	}
	return map[string]any{
		"id":              p.ID,
		"name":            p.Name,
		"status":          p.Status,
		"project_code":    orNull(p.Code),
		"description":     orNull(p.Description),
		"start":           dateObject(p.Start),
		"end":             dateObject(p.End),
		"parent_project":  parent,
		"cost_center":     reference(p.CostCenterID),
		"assigned_to_all": p.AssignedToAll,
		"billable":        p.Billable,
		"client_name":     orNull(p.ClientName),
		"project_type":    orNull(p.ProjectType),
		"created_at":      v2Time(p.CreatedAt),
		"updated_at":      v2Time(p.UpdatedAt),
	}
}

func dateObject(date string) any {
	if date == "" {
		return nil
	}
	return map[string]string{"date": date}
}

type dateBody struct {
	Date string `json:"date"`
}

type projectBody struct {
	Name          optional[string]   `json:"name"`
	Status        optional[string]   `json:"status"`
	Code          optional[string]   `json:"project_code"`
	Description   optional[string]   `json:"description"`
	Start         optional[dateBody] `json:"start"`
	End           optional[dateBody] `json:"end"`
	Parent        optional[idBody]   `json:"parent_project"`
	CostCenter    optional[idBody]   `json:"cost_center"`
	AssignedToAll optional[bool]     `json:"assigned_to_all"`
	Billable      optional[bool]     `json:"billable"`
	ClientName    optional[string]   `json:"client_name"`
	ProjectType   optional[string]   `json:"project_type"`
}

func (s *Sandbox) createProject(w http.ResponseWriter, r *http.Request, _ *caller) {
	var body projectBody
	if !readBody(w, r, &body) {
		return
	}
	made, err := s.records.Projects.Add(func(rows []records.Project) (records.Project, error) {
		now := s.now().UTC().Truncate(time.Second)
		p := records.Project{ID: uuid.NewString(), ParentID: body.Parent.get().ID, CreatedAt: now, UpdatedAt: now}
		if body.Name.value == nil || body.Status.value == nil {
			return p, errors.New("name and status are required")
		}
		return p, s.applyProject(&body, &p, rows)
	})
	if err != nil {
		refused(w, err)
		return
	}
	created(w, r, made.ID)
}

func (s *Sandbox) updateProject(w http.ResponseWriter, r *http.Request, _ *caller) {
	id := r.PathValue("id")
	if _, ok := s.records.Projects.Find(id); !ok {
		notFound(w, codeOrganisationNotFound)
		return
	}
	var body projectBody
	if !readBody(w, r, &body) {
		return
	}
	err := s.records.Projects.Change(id, func(p *records.Project, rows []records.Project) error {
		if body.Parent.given {
			return errors.New("parent_project cannot be changed")
		}
		p.UpdatedAt = s.now().UTC().Truncate(time.Second)
		return s.applyProject(&body, p, rows)
	})
	if err != nil {
		refused(w, err)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// deleteProject deletes a project and its sub-projects. Working time that was
// booked on them stays, without a project.
func (s *Sandbox) deleteProject(w http.ResponseWriter, r *http.Request, _ *caller) {
	id := r.PathValue("id")
	gone := make(map[string]bool)
	err := s.records.Projects.Edit(func(rows []records.Project) ([]records.Project, error) {
		left := slices.DeleteFunc(rows, func(p records.Project) bool {
			gone[p.ID] = p.ID == id || p.ParentID == id
			return gone[p.ID]
		})
		if !gone[id] {
			return nil, records.ErrNotFound
		}
		return left, nil
	})
	if err != nil {
		refused(w, err)
		return
	}
	_ = s.records.Attendances.Edit(func(rows []records.Attendance) ([]records.Attendance, error) {
		for i := range rows {
			if gone[rows[i].ProjectID] {
				rows[i].ProjectID = ""
			}
		}
		return rows, nil
	})
	w.WriteHeader(http.StatusNoContent)
}

func (s *Sandbox) applyProject(body *projectBody, p *records.Project, rows []records.Project) error {
	if p.ParentID != "" {
		if err := body.checkSubProject(); err != nil {
			return err
		}
	}
	if err := body.applyTexts(p); err != nil {
		return err
	}
	if err := body.applyDates(p); err != nil {
		return err
	}
	if body.CostCenter.given {
		p.CostCenterID = 0
		if body.CostCenter.value != nil {
			id, ok := s.costCenterID(body.CostCenter.value.ID)
			if !ok {
				return ruleError(fmt.Sprintf("cost center %q does not exist", body.CostCenter.value.ID))
			}
			p.CostCenterID = id
		}
	}
	if body.Billable.given {
		p.Billable = body.Billable.get()
	}
	if body.AssignedToAll.given {
		p.AssignedToAll = body.AssignedToAll.get()
		if p.AssignedToAll {
			p.Members = nil
		}
	}
	return checkProject(p, rows)
}

func (s *Sandbox) costCenterID(id string) (int, bool) {
	for _, center := range s.company.Organisation().CostCenters {
		if strconv.Itoa(center.ID) == id {
			return center.ID, true
		}
	}
	return 0, false
}

// checkSubProject refuses what only a project of the top level can have.
func (b *projectBody) checkSubProject() error {
	for name, given := range map[string]bool{
		"cost_center": b.CostCenter.given, "assigned_to_all": b.AssignedToAll.given, "billable": b.Billable.given,
		"client_name": b.ClientName.given, "project_type": b.ProjectType.given,
	} {
		if given {
			return ruleError(name + " is not allowed on a sub-project")
		}
	}
	return nil
}

func (b *projectBody) applyTexts(p *records.Project) error {
	for _, field := range []struct {
		name   string
		field  *optional[string]
		target *string
		most   int
		needed bool
	}{
		{name: "name", field: &b.Name, target: &p.Name, most: 255, needed: true},
		{name: "status", field: &b.Status, target: &p.Status, needed: true},
		{name: "project_code", field: &b.Code, target: &p.Code},
		{name: "description", field: &b.Description, target: &p.Description, most: 1000},
		{name: "client_name", field: &b.ClientName, target: &p.ClientName},
		{name: "project_type", field: &b.ProjectType, target: &p.ProjectType},
	} {
		if !field.field.given {
			continue
		}
		text := field.field.get()
		if field.needed && strings.TrimSpace(text) == "" {
			return fmt.Errorf("%s must not be empty", field.name)
		}
		if field.most > 0 && utf8.RuneCountInString(text) > field.most {
			return fmt.Errorf("%s is longer than %d characters", field.name, field.most)
		}
		*field.target = text
	}
	if p.Status != records.ProjectActive && p.Status != records.ProjectArchived {
		return fmt.Errorf("status %q does not exist", p.Status)
	}
	return nil
}

func (b *projectBody) applyDates(p *records.Project) error {
	for _, field := range []struct {
		name   string
		field  *optional[dateBody]
		target *string
	}{{"start", &b.Start, &p.Start}, {"end", &b.End, &p.End}} {
		if !field.field.given {
			continue
		}
		if field.field.value != nil && !isDate(field.field.value.Date) {
			return fmt.Errorf("%s.date %q is not a date", field.name, field.field.value.Date)
		}
		*field.target = field.field.get().Date
	}
	if p.Start != "" && p.End != "" && p.Start > p.End {
		return ruleError("start is after end")
	}
	return nil
}

// checkProject checks a project against the others.
func checkProject(p *records.Project, rows []records.Project) error {
	parentFound := p.ParentID == ""
	for i := range rows {
		other := &rows[i]
		if other.ID == p.ID {
			continue
		}
		if other.Name == p.Name {
			return ruleError("another project has the name")
		}
		if p.Code != "" && other.Code == p.Code {
			return ruleError("another project has the project_code")
		}
		if other.ID == p.ParentID {
			parentFound = true
			if other.ParentID != "" {
				return ruleError("a sub-project cannot have sub-projects")
			}
		}
	}
	if !parentFound {
		return ruleError("the parent project does not exist")
	}
	return nil
}
