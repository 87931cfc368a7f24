package personio

import (
	"context"
	"errors"
	"iter"
	"net/http"
	"net/url"
	"strings"

	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
)

// pathProjects is Personio's collection of projects.
const pathProjects = "/v2/projects"

// The statuses of a [Project].
const (
	ProjectActive   = "ACTIVE"
	ProjectArchived = "ARCHIVED"
)

// Reference points to another object.
type Reference struct {
	ID string `json:"id"`
}

// ProjectDate is a day, YYYY-MM-DD.
type ProjectDate struct {
	Date string `json:"date"`
}

// Project is what working time is booked on (Personio's reference,
// get_v2-projects-id). Texts that are not set are "".
type Project struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	Status      string `json:"status"`
	ProjectCode string `json:"project_code"`
	Description string `json:"description"`
	// Start is the first day, End the day after the last; nil: none.
	Start *ProjectDate `json:"start"`
	End   *ProjectDate `json:"end"`
	// ParentProject makes it a sub-project, which has no sub-projects itself.
	ParentProject *Reference `json:"parent_project"`
	CostCenter    *Reference `json:"cost_center"`
	// AssignedToAll and Billable are those of the parent on a sub-project.
	AssignedToAll bool   `json:"assigned_to_all"`
	Billable      bool   `json:"billable"`
	ClientName    string `json:"client_name"`
	ProjectType   string `json:"project_type"`
}

// ParentID is the id of the project that it is part of, "" if it is part of none.
func (p *Project) ParentID() string {
	if p.ParentProject == nil {
		return ""
	}
	return p.ParentProject.ID
}

// ProjectFields is the body that creates or changes a project. Absent members
// stay as they are, null unsets. ParentProject can only be given to create; a
// sub-project takes no cost center, assignment, billable flag, client name and
// type.
type ProjectFields struct {
	Name          *string                          `json:"name,omitempty"`
	Status        *string                          `json:"status,omitempty"`
	ProjectCode   gatewayapi.Nullable[string]      `json:"project_code,omitzero"`
	Description   gatewayapi.Nullable[string]      `json:"description,omitzero"`
	Start         gatewayapi.Nullable[ProjectDate] `json:"start,omitzero"`
	End           gatewayapi.Nullable[ProjectDate] `json:"end,omitzero"`
	ParentProject *Reference                       `json:"parent_project,omitempty"`
	CostCenter    gatewayapi.Nullable[Reference]   `json:"cost_center,omitzero"`
	AssignedToAll *bool                            `json:"assigned_to_all,omitempty"`
	Billable      *bool                            `json:"billable,omitempty"`
	ClientName    gatewayapi.Nullable[string]      `json:"client_name,omitzero"`
	ProjectType   gatewayapi.Nullable[string]      `json:"project_type,omitzero"`
}

// ProjectFilter selects projects; members that are empty select all.
type ProjectFilter struct {
	Name         string
	Status       string
	ProjectCode  string
	ParentID     string
	TopLevelOnly bool
}

// Projects is Personio's collection of projects. Get it from [Client.Projects].
type Projects struct {
	collection[Project]
	members *ProjectMembers
}

// Projects is Personio's collection of projects.
func (c *Client) Projects() *Projects { return c.projects }

// errNoID is an answer to a create that does not say what was made.
var errNoID = errors.New("the answer holds no id, so that what was made cannot be told from what was there")

// Create makes a project and returns its id, which is all that Personio tells of
// it. It is not repeated where the first attempt may have had its effect.
func (c *Projects) Create(ctx context.Context, body ProjectFields) (id string, err error) {
	var answer Reference
	r := request{method: http.MethodPost, path: c.path, body: body}
	if err := c.client.do(ctx, r, &answer); err != nil {
		return "", err
	}
	if answer.ID == "" {
		return "", errNoID
	}
	c.index.forget(answer.ID)
	return answer.ID, nil
}

// Get reads a project, through the read index. If there is none of that id,
// [IsNotFound] holds for the error.
func (c *Projects) Get(ctx context.Context, id string) (Project, error) { return c.get(ctx, id) }

// GetNow is [Projects.Get] past the read index.
func (c *Projects) GetNow(ctx context.Context, id string) (Project, error) { return c.getNow(ctx, id) }

// Update changes the members that are set. Personio answers nothing to it.
func (c *Projects) Update(ctx context.Context, id string, body ProjectFields) error {
	path, err := c.objectPath(id)
	if err != nil {
		return err
	}
	// Assigning a project to everybody removes its members, and what a project
	// shares with its sub-projects changes there, too.
	defer c.forget(id)
	return c.client.do(ctx, request{method: http.MethodPatch, path: path, body: body, repeatable: true}, nil)
}

// Delete deletes a project and all of its sub-projects. If it does not exist,
// [IsNotFound] holds for the error.
func (c *Projects) Delete(ctx context.Context, id string) error {
	defer c.forget(id)
	return c.delete(ctx, id, nil)
}

// forget drops all that a change of the project may have changed.
func (c *Projects) forget(id string) {
	c.index.reset()
	c.members.forget(id)
}

// List yields the projects that the filter selects, page by page. An error is
// the last thing it yields.
func (c *Projects) List(ctx context.Context, filter ProjectFilter) iter.Seq2[Project, error] {
	return func(yield func(Project, error) bool) {
		for project, err := range c.list(ctx, nil, filter.query()) {
			if err == nil && !filter.selects(&project) {
				continue
			}
			if !yield(project, err) {
				return
			}
		}
	}
}

// query is what Personio filters by. Names and codes with a comma are left out:
// Personio reads them as several.
func (f ProjectFilter) query() url.Values {
	query := url.Values{}
	for name, value := range map[string]string{
		"name": f.Name, "project_code": f.ProjectCode, "status": f.Status, "parent_project.id": f.ParentID,
	} {
		if value != "" && !strings.Contains(value, ",") {
			query.Set(name, value)
		}
	}
	if f.TopLevelOnly {
		query.Set("top_level_only", "true")
	}
	return query
}

// selects reports whether a project is among those that are meant. Personio
// ignores parameters that it does not know, so nothing rests on its filters.
func (f ProjectFilter) selects(p *Project) bool {
	matches := func(wanted, value string) bool { return wanted == "" || wanted == value }
	return matches(f.Name, p.Name) && matches(f.Status, p.Status) && matches(f.ProjectCode, p.ProjectCode) &&
		matches(f.ParentID, p.ParentID()) && (!f.TopLevelOnly || p.ParentProject == nil)
}
