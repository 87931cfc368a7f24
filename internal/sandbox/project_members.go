package sandbox

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/personio-community/terraform-provider-personio/internal/sandbox/records"
)

var memberLimits = [2]int{200, 200}

// listMembers lists who is on a project. A limit out of bounds is a 422 here.
func (s *Sandbox) listMembers(w http.ResponseWriter, r *http.Request, _ *caller) {
	project, ok := s.records.Projects.Find(r.PathValue("id"))
	if !ok {
		notFound(w, codeOrganisationNotFound)
		return
	}
	p, err := s.readPage(r, memberLimits[0], memberLimits[1])
	if err != nil {
		ruleBroken(w, err.Error())
		return
	}
	members := slices.DeleteFunc(slices.Clone(project.Members), func(id int) bool { return !s.company.Has(id) })
	writeSlice(s, w, r, p, members, func(id int) any { return map[string]any{"person": reference(id)} })
}

type memberBody struct {
	Person idBody `json:"person"`
}

// addMembers takes one member or a list of them. One who does not exist fails
// them all; one who is a member already changes nothing.
func (s *Sandbox) addMembers(w http.ResponseWriter, r *http.Request, _ *caller) {
	var raw json.RawMessage
	if !readBody(w, r, &raw) {
		return
	}
	var members []memberBody
	if !bytes.HasPrefix(bytes.TrimSpace(raw), []byte("[")) {
		raw = slices.Concat([]byte("["), raw, []byte("]"))
	}
	if err := json.Unmarshal(raw, &members); err != nil || len(members) == 0 {
		badRequest(w, "the body is neither a member nor a list of members")
		return
	}
	s.finishMembers(w, r, http.StatusCreated, func(p *records.Project) error {
		joined := slices.Clone(p.Members)
		for _, member := range members {
			id, err := s.bodyPerson(member.Person.ID)
			if err != nil {
				return err
			}
			if !slices.Contains(joined, id) {
				joined = append(joined, id)
			}
		}
		p.Members, p.AssignedToAll = joined, false
		return nil
	})
}

// removeMembers removes the given members, and without any person_id everybody.
func (s *Sandbox) removeMembers(w http.ResponseWriter, r *http.Request, _ *caller) {
	ids := splitList(r.URL.Query()["person_id"])
	s.finishMembers(w, r, http.StatusNoContent, func(p *records.Project) error {
		if len(ids) == 0 {
			p.Members = nil
			return nil
		}
		for _, id := range ids {
			if _, err := strconv.Atoi(id); err != nil {
				return ruleError("person_id is not an id")
			}
		}
		p.Members = slices.DeleteFunc(slices.Clone(p.Members), func(id int) bool { return slices.Contains(ids, strconv.Itoa(id)) })
		return nil
	})
}

// finishMembers changes the members of a project that can have any.
func (s *Sandbox) finishMembers(w http.ResponseWriter, r *http.Request, status int, change func(*records.Project) error) {
	err := s.records.Projects.Change(r.PathValue("id"), func(p *records.Project, _ []records.Project) error {
		if p.ParentID != "" {
			return ruleError("a sub-project has the members of its parent")
		}
		p.UpdatedAt = s.now().UTC().Truncate(time.Second)
		return change(p)
	})
	if err != nil {
		refused(w, err)
		return
	}
	w.WriteHeader(status)
}
