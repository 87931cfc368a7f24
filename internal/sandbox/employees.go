package sandbox

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/personio-community/terraform-provider-personio/internal/sandbox/company"
)

const (
	v1DefaultLimit = 50
	v1MaxLimit     = 100

	employeeSize = 6 << 10 // bytes that an employee with all attributes takes, roughly
)

// employeeQuery is a request for a list of v1 employees.
type employeeQuery struct {
	offset, limit int
	email         string
	updatedSince  time.Time
	projection    []string // nil: everything the credential may see
}

func (s *Sandbox) listEmployees(w http.ResponseWriter, r *http.Request, c *caller) {
	query, problem := parseEmployeeQuery(r.URL.Query())
	if problem != "" {
		writeV1Error(w, http.StatusUnprocessableEntity, http.StatusUnprocessableEntity, problem)
		return
	}
	people, total := s.company.Page(query.offset, query.limit, query.keeps)
	if query.limit < 0 {
		query.limit = len(people)
	}
	body := make([]byte, 0, 1024+len(people)*employeeSize)
	body = append(body, `{"success":true,"metadata":`...)
	metadata := map[string]int{"total_elements": total, "current_page": 0, "total_pages": 0}
	if query.limit > 0 {
		metadata["current_page"] = query.offset / query.limit
		metadata["total_pages"] = (total + query.limit - 1) / query.limit
	}
	encoded, err := json.Marshal(metadata)
	body = append(body, encoded...)
	body = append(body, `,"offset":`...)
	body = strconv.AppendInt(body, int64(query.offset), 10)
	body = append(body, `,"limit":`...)
	body = strconv.AppendInt(body, int64(query.limit), 10)
	body = append(body, `,"data":[`...)
	for i := range people {
		if err != nil {
			break
		}
		if i > 0 {
			body = append(body, ',')
		}
		body, err = s.employee(&people[i], r, c, query.projection).AppendJSON(body)
	}
	if err != nil {
		http.Error(w, "sandbox: "+err.Error(), http.StatusInternalServerError)
		return
	}
	body = append(body, "]}"...)
	writeBody(w, http.StatusOK, "application/json", escapeV1(body))
}

func (s *Sandbox) getEmployee(w http.ResponseWriter, r *http.Request, c *caller) {
	person, ok := s.pathPerson(r)
	if !ok {
		employeeNotFound(w)
		return
	}
	writeV1(w, http.StatusOK, map[string]any{"success": true, "data": s.employee(&person, r, c, nil)})
}

// listAttributes answers the whitelist of the credential. The id is always
// readable and is listed only where the whitelist names it.
func (s *Sandbox) listAttributes(w http.ResponseWriter, _ *http.Request, c *caller) {
	type row struct {
		Key         string   `json:"key"`
		Label       string   `json:"label"`
		Type        string   `json:"type"`
		UniversalID *string  `json:"universal_id"`
		Options     []string `json:"options"`
	}
	rows := make([]row, 0)
	for _, definition := range s.company.Definitions() {
		if definition.Key == "id" && !c.attributes["id"] || !c.sees(definition.Key) {
			continue
		}
		shown := row{Key: definition.Key, Label: definition.Label, Type: definition.Type, Options: definition.Options}
		if definition.UniversalID != "" {
			shown.UniversalID = &definition.UniversalID
		}
		if shown.Options == nil {
			shown.Options = []string{}
		}
		rows = append(rows, shown)
	}
	writeV1(w, http.StatusOK, map[string]any{"success": true, "data": rows})
}

// employee shows what the caller may see of a person, and of that what the
// request asks for. A supervisor inside is narrowed by the whitelist, too.
func (s *Sandbox) employee(person *company.Person, r *http.Request, c *caller, projection []string) company.V1Employee {
	all := s.company.V1Attributes(*person, origin(r))
	shown := slices.DeleteFunc(all, func(attribute company.V1Attribute) bool {
		if attribute.Key == "id" {
			return false
		}
		return !c.sees(attribute.Key) || projection != nil && !slices.Contains(projection, attribute.Key)
	})
	for i := range shown {
		if supervisor, ok := shown[i].Value.(company.V1Employee); ok {
			supervisor.Attributes = slices.DeleteFunc(supervisor.Attributes, func(attribute company.V1Attribute) bool { return !c.sees(attribute.Key) })
			shown[i].Value = supervisor
		}
	}
	return company.V1Employee{Attributes: shown}
}

// pathPerson returns the person whom the path names.
func (s *Sandbox) pathPerson(r *http.Request) (company.Person, bool) {
	id, err := strconv.Atoi(r.PathValue("id"))
	if err != nil {
		return company.Person{}, false
	}
	return s.company.Person(id)
}

func employeeNotFound(w http.ResponseWriter) {
	writeV1Error(w, http.StatusNotFound, http.StatusNotFound, "The employee does not exist.")
}

// parseEmployeeQuery reads the query; the second result says what is wrong with it.
func parseEmployeeQuery(values url.Values) (employeeQuery, string) {
	query := employeeQuery{limit: v1DefaultLimit, email: values.Get("email"), projection: projectionOf(values)}
	if since := values.Get("updated_since"); since != "" {
		t, ok := parseSince(since)
		if !ok {
			return query, "updated_since is neither YYYY-MM-DD nor an ISO 8601 time"
		}
		// With updated_since, v1 ignores e-mail, limit and offset.
		query.updatedSince, query.email, query.limit = t, "", -1
		return query, ""
	}
	for name, target := range map[string]*int{"limit": &query.limit, "offset": &query.offset} {
		text := values.Get(name)
		if text == "" {
			continue
		}
		number, err := strconv.Atoi(text)
		if err != nil || number < 0 || name == "limit" && number == 0 {
			return query, name + " is not valid"
		}
		*target = number
	}
	query.limit = min(query.limit, v1MaxLimit)
	return query, ""
}

// projectionOf reads attributes[]=a&attributes[]=b, with or without indices.
func projectionOf(values url.Values) []string {
	var keys []string
	for name, named := range values {
		if name == "attributes" || strings.HasPrefix(name, "attributes[") {
			keys = append(keys, named...)
		}
	}
	return keys
}

func parseSince(text string) (time.Time, bool) {
	for _, layout := range []string{time.DateOnly, "2006-01-02T15:04:05", time.RFC3339} {
		if t, err := time.Parse(layout, text); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

// keeps reports whether the filters leave the person in.
func (q *employeeQuery) keeps(person *company.Person) bool {
	if !q.updatedSince.IsZero() {
		return person.ChangedSince(q.updatedSince, q.projection...)
	}
	return q.email == "" || strings.EqualFold(q.email, person.Email)
}
