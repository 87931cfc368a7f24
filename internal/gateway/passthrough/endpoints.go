package passthrough

import (
	"net/http"

	"github.com/personio-community/terraform-provider-personio/internal/attribute"
)

// endpoint is one of Personio's endpoints that the gateway passes on. What is
// not in the table does not exist: there is no forwarding by default.
type endpoint struct {
	// Method and Pattern are those of Personio's reference, in the notation of
	// [http.ServeMux].
	Method, Pattern string
	// Scope is the right a token needs.
	Scope string
	// Denied is the status for a token without it. Personio answers 401 for
	// persons and 403 elsewhere.
	Denied int
	// Query says which parameters may be sent, and which attribute one reveals by
	// selecting on it. Other parameters are dropped, as Personio ignores them;
	// unknown operators of known filters are refused, as Personio does.
	Query map[string]param
	// Touches names the attributes that a body writes; nil for an endpoint that
	// takes no body.
	Touches func(contentType string, body []byte) (keys []string, err error)
	// Filter writes the allowed part of an answer's body.
	Filter func(*filter) error
}

// param says what is done with a query parameter.
type param struct {
	// reveals is the key of the attribute that the parameter selects on: who may
	// not read it must not guess it by filtering either.
	reveals string
	// attributes marks the parameter that lists attributes; it is narrowed.
	attributes bool
	// selects marks a parameter that selects on whatever attributes are listed:
	// with it, the list is always sent.
	selects bool
}

// plain is a parameter that reveals nothing.
var plain = param{}

// paramAttributes is v1's list of wanted attributes.
const paramAttributes = "attributes[]"

// timestamps adds a filter on a time, with its operators, to the parameters of
// a v2 list.
func timestamps(query map[string]param, name, reveals string) {
	for _, operator := range []string{"", ".gt", ".lt"} {
		query[name+operator] = param{reveals: reveals}
	}
}

func personsQuery() map[string]param {
	query := map[string]param{
		"limit": plain, "cursor": plain, "id": plain,
		"email":          {reveals: "email"},
		"first_name":     {reveals: "first_name"},
		"last_name":      {reveals: "last_name"},
		"preferred_name": {reveals: "preferred_name"},
		"status":         {reveals: "status"},
	}
	timestamps(query, "created_at", "created_at")
	timestamps(query, "updated_at", "last_modified_at")
	return query
}

func employmentsQuery() map[string]param {
	query := map[string]param{"limit": plain, "cursor": plain, "id": plain}
	timestamps(query, "updated_at", "last_modified_at")
	return query
}

// endpoints is the table. Paths and parameters: Personio's personnel data
// specification (v1), persons and employments specifications (v2), and the
// reference pages of the organisation's objects, which name no scope of their
// own; whoever may read employees may read what they belong to.
func endpoints() []endpoint {
	const v1, v2 = "/v1/company/employees", "/v2/persons"
	get := func(pattern string, denied int, query map[string]param, filter func(*filter) error) endpoint {
		return endpoint{Method: http.MethodGet, Pattern: pattern, Scope: attribute.ScopePersonsRead, Denied: denied, Query: query, Filter: filter}
	}
	write := func(method, pattern string, denied int, touches func(string, []byte) ([]string, error), filter func(*filter) error) endpoint {
		return endpoint{Method: method, Pattern: pattern, Scope: attribute.ScopePersonsWrite, Denied: denied, Touches: touches, Filter: filter}
	}
	organisation := func(more ...string) map[string]param {
		query := map[string]param{"limit": plain, "cursor": plain, "id": plain}
		for _, name := range more {
			query[name] = plain
		}
		return query
	}
	return []endpoint{
		get(v1, http.StatusForbidden, map[string]param{
			"limit": plain, "offset": plain,
			"email":         {reveals: "email"},
			"updated_since": {selects: true},
			paramAttributes: {attributes: true},
		}, (*filter).employeeList),
		get(v1+"/{employee_id}", http.StatusForbidden, nil, (*filter).employeeOne),
		get(v1+"/attributes", http.StatusForbidden, nil, (*filter).attributeList),
		get(v1+"/custom-attributes", http.StatusForbidden, nil, (*filter).attributeList),
		write(http.MethodPost, v1, http.StatusForbidden, touchedByEmployee, (*filter).written),
		write(http.MethodPatch, v1+"/{employee_id}", http.StatusForbidden, touchedByEmployee, (*filter).written),

		get(v2, http.StatusUnauthorized, personsQuery(), (*filter).personList),
		get(v2+"/{person_id}", http.StatusForbidden, nil, (*filter).person),
		get(v2+"/{person_id}/employments", http.StatusForbidden, employmentsQuery(), (*filter).employmentList),
		get(v2+"/{person_id}/employments/{id}", http.StatusForbidden, nil, (*filter).employment),
		write(http.MethodPost, v2, http.StatusUnauthorized, touchedByPerson, (*filter).created),
		write(http.MethodPatch, v2+"/{person_id}", http.StatusForbidden, touchedByPerson, (*filter).created),
		write(http.MethodPatch, v2+"/{person_id}/employments/{id}", http.StatusForbidden, touchedByEmployment, (*filter).created),

		get("/v2/org-units", http.StatusForbidden, organisation("type", "name", "sort", "include_parent_chain"), (*filter).organisationList),
		get("/v2/org-units/{id}", http.StatusForbidden, organisation("type", "include_parent_chain"), (*filter).organisationObject),
		get("/v2/legal-entities", http.StatusForbidden, organisation("country"), (*filter).organisationList),
		get("/v2/legal-entities/{id}", http.StatusForbidden, nil, (*filter).organisationObject),
		get("/v2/workplaces", http.StatusForbidden, organisation("name", "sort"), (*filter).organisationList),
		get("/v2/cost-centers", http.StatusForbidden, organisation("name", "sort"), (*filter).organisationList),
	}
}
