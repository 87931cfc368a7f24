package passthrough

import (
	"net/http"
	"slices"
	"strings"

	"github.com/personio-community/terraform-provider-personio/internal/attribute"
)

// endpoints is the table. Paths and parameters: Personio's personnel data
// specification (v1), persons and employments specifications (v2), and the
// reference pages of the other objects.
func endpoints() []endpoint {
	return slices.Concat(employeeEndpoints(), personEndpoints(), organisationEndpoints(), recordEndpoints())
}

func get(scope, pattern string, answer shape) endpoint {
	return endpoint{Method: http.MethodGet, Pattern: pattern, Scopes: []string{scope}, Denied: http.StatusForbidden, Answer: answer}
}

func write(scope, method, pattern string, read reader, answer shape) endpoint {
	return endpoint{Method: method, Pattern: pattern, Scopes: []string{scope}, Denied: http.StatusForbidden, Read: read, Answer: answer}
}

func employeeEndpoints() []endpoint {
	const employees = "/v1/company/employees"
	const read, change = attribute.ScopePersonsRead, attribute.ScopePersonsWrite
	list := get(read, employees, shape{"attributes of employees and of people in them", (*filter).employeeList})
	list.Query = map[string]param{
		"limit": plain, "offset": plain,
		"email":         {reveals: "email"},
		"updated_since": {selects: true},
		paramAttributes: {attributes: true},
	}
	all := []endpoint{
		list,
		get(read, employees+"/{employee_id}", shape{"attributes of an employee and of people in them", (*filter).employeeOne}),
		get(read, employees+"/attributes", attributeNames),
		get(read, employees+"/custom-attributes", attributeNames),
		write(change, http.MethodPost, employees, attributes(touchedByEmployee), shape{"an id", (*filter).written}),
		write(change, http.MethodPatch, employees+"/{employee_id}", attributes(touchedByEmployee), shape{"an id", (*filter).written}),
	}
	for _, path := range []string{"/profile-picture", "/profile-picture/{width}"} {
		picture := get(read, employees+"/{employee_id}"+path, shape{Holds: "the attribute profile_picture"})
		picture.Attribute = "profile_picture"
		all = append(all, picture)
	}
	return all
}

var attributeNames = shape{"names of attributes that may be read", (*filter).attributeList}

func personEndpoints() []endpoint {
	const persons, employments = "/v2/persons", "/v2/persons/{person_id}/employments"
	const read, change = attribute.ScopePersonsRead, attribute.ScopePersonsWrite
	made := shape{"an id", (*filter).created}
	person := shape{"attributes of people", (*filter).person}
	list := get(read, persons, shape{person.Holds, (*filter).personList})
	list.Query, list.Denied = personsQuery(), http.StatusUnauthorized
	create := write(change, http.MethodPost, persons, attributes(touchedByPerson), made)
	create.Denied = http.StatusUnauthorized
	remove := write(change, http.MethodDelete, persons+"/{person_id}", nil, shape{"nothing", (*filter).created})
	remove.Check = checkWritesAll
	employment := shape{"attributes of a person and of the supervisor", (*filter).employment}
	history := get(read, employments, shape{employment.Holds, (*filter).employmentList})
	history.Query = employmentsQuery()
	return []endpoint{
		list,
		get(read, persons+"/{person_id}", person),
		history,
		get(read, employments+"/{id}", employment),
		create,
		write(change, http.MethodPatch, persons+"/{person_id}", attributes(touchedByPerson), made),
		remove,
		write(change, http.MethodPatch, employments+"/{id}", attributes(touchedByEmployment), made),
	}
}

// organisationEndpoints name no scope of their own in Personio's reference;
// whoever may read employees may read what they belong to.
func organisationEndpoints() []endpoint {
	organisation := func(pattern string, more ...string) endpoint {
		e := get(attribute.ScopePersonsRead, pattern, things)
		e.Query = map[string]param{}
		if !strings.HasSuffix(pattern, "{id}") {
			e.Query = map[string]param{"limit": plain, "cursor": plain, "id": plain}
		}
		for _, name := range more {
			e.Query[name] = plain
		}
		return e
	}
	beta := func(e endpoint) endpoint {
		e.Beta = true
		return e
	}
	return []endpoint{
		beta(organisation("/v2/org-units", "type", "name", "sort", "include_parent_chain")),
		organisation("/v2/org-units/{id}", "type", "include_parent_chain"),
		organisation("/v2/legal-entities", "country"),
		organisation("/v2/legal-entities/{id}"),
		beta(organisation("/v2/workplaces", "name", "sort")),
		beta(organisation("/v2/cost-centers", "name", "sort")),
	}
}
