package personio

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
)

const (
	// maxMembersAdded is how many members one call adds. Personio refuses a call
	// as a whole, so that few calls are better than many.
	maxMembersAdded = 200
	// maxMembersRemoved keeps the URL of a removal under two kilobytes.
	maxMembersRemoved = maxIDsPerCall
)

// ProjectMember is a person who may book time on a project.
type ProjectMember struct {
	Person Reference `json:"person"`
}

// ProjectMembers are the members of Personio's projects. Get it from
// [Client.ProjectMembers].
//
// Personio removes everybody from a project when a removal names nobody. No
// method here can send that.
type ProjectMembers struct {
	projects *Projects

	mu sync.Mutex
	// known are collections of members, by the id of their project.
	known map[string]*collection[ProjectMember]
}

// ProjectMembers are the members of Personio's projects.
func (c *Client) ProjectMembers() *ProjectMembers { return c.projects.members }

// newProjects makes the collection of projects and that of their members.
func (c *Client) newProjects() {
	c.projects = &Projects{collection: newCollection(c, pathProjects, func(p *Project) string { return p.ID }, nil)}
	c.projects.members = &ProjectMembers{projects: c.projects, known: map[string]*collection[ProjectMember]{}}
}

// of is the collection of a project's members.
func (m *ProjectMembers) of(projectID string) (*collection[ProjectMember], error) {
	path, err := m.projects.objectPath(projectID)
	if err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	members, ok := m.known[projectID]
	if !ok {
		made := newCollection(m.projects.client, path+"/members", func(member *ProjectMember) string { return member.Person.ID }, nil)
		members = &made
		m.known[projectID] = members
	}
	return members, nil
}

// forget drops what is known of a project's members.
func (m *ProjectMembers) forget(projectID string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if members, ok := m.known[projectID]; ok {
		members.index.reset()
	}
}

// List returns the ids of the persons who are members now, all pages of them. If
// there is no such project, [IsNotFound] holds for the error.
func (m *ProjectMembers) List(ctx context.Context, projectID string) ([]string, error) {
	members, err := m.of(projectID)
	if err != nil {
		return nil, err
	}
	ids := []string{}
	for member, err := range members.list(ctx, nil, nil) {
		if err != nil {
			return nil, err
		}
		ids = append(ids, member.Person.ID)
	}
	return ids, nil
}

// Has reports whether a person is a member, through a read index: asking for
// many members of one project lists them once. If there is no such project,
// [IsNotFound] holds for the error.
func (m *ProjectMembers) Has(ctx context.Context, projectID, personID string) (bool, error) {
	members, err := m.of(projectID)
	if err != nil {
		return false, err
	}
	if _, found, err := members.index.get(ctx, personID); found || err != nil {
		return found, err
	}
	// Whoever the index does not hold may have come since, or stand on a page
	// that it has not loaded.
	ids, err := m.List(ctx, projectID)
	return slices.Contains(ids, personID), err
}

// Add makes persons members; who is one already stays one. Personio refuses a
// call as a whole if one of its persons does not exist, and gives up the
// assignment to all of a project that has one. Nobody to add: no call.
func (m *ProjectMembers) Add(ctx context.Context, projectID string, personIDs []string) error {
	return m.change(projectID, personIDs, maxMembersAdded, func(path string, ids []string) error {
		body := make([]ProjectMember, len(ids))
		for i, id := range ids {
			body[i].Person.ID = id
		}
		return m.projects.client.do(ctx, request{method: http.MethodPost, path: path, body: body, repeatable: true}, nil)
	})
}

// Remove makes persons members no longer; who is none changes nothing. Nobody to
// remove: no call.
func (m *ProjectMembers) Remove(ctx context.Context, projectID string, personIDs []string) error {
	return m.change(projectID, personIDs, maxMembersRemoved, func(path string, ids []string) error {
		return m.projects.client.do(ctx, request{method: http.MethodDelete, path: path, query: url.Values{"person_id": ids}}, nil)
	})
}

// change makes a call for each chunk of persons, once all of their ids are known
// to be ids, and none without a person.
func (m *ProjectMembers) change(projectID string, personIDs []string, atOnce int, call func(path string, ids []string) error) error {
	members, err := m.of(projectID)
	if err != nil {
		return err
	}
	for _, id := range personIDs {
		if !IsPersonID(id) {
			return fmt.Errorf("%s: %q is not the id of a person", members.path, id)
		}
	}
	// A change may turn the assignment to all off.
	defer m.projects.index.forget(projectID)
	defer m.forget(projectID)
	for ids := range slices.Chunk(personIDs, atOnce) {
		if err := call(members.path, ids); err != nil {
			return err
		}
	}
	return nil
}

// IsPersonID reports whether a text can be the id of one person: Personio reads
// a comma in a list of ids as two, and an empty id as none.
func IsPersonID(id string) bool {
	return id != "" && !strings.ContainsAny(id, ", \t\r\n")
}
