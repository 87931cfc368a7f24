package passthrough

import (
	"net/http"

	"github.com/personio-community/terraform-provider-personio/internal/gateway/token"
	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
)

// endpoint is one of Personio's endpoints that the gateway passes on. What is
// not in the table does not exist: there is no forwarding by default.
type endpoint struct {
	// Method and Pattern are those of Personio's reference, in the notation of
	// [http.ServeMux].
	Method, Pattern string
	// Scopes are the rights that a token needs, all of them.
	Scopes []string
	// Denied is the status for a token without them. Personio answers 401 for
	// persons, 400 for reports, 403 elsewhere.
	Denied int
	// Beta says that Personio answers only to requests with the header Beta: true.
	// The header is passed on as it is sent, because not everybody has to send it.
	Beta bool
	// Recruiting says that the endpoint takes the static token of a recruiting
	// credential instead of an access token with scopes.
	Recruiting bool
	// Attribute is the attribute that the whole answer is the value of, if there
	// is one.
	Attribute string
	// Query says which parameters may be sent, and which attribute one reveals by
	// selecting on it. Other parameters are dropped, as Personio ignores them;
	// unknown operators of known filters are refused, as Personio does.
	Query map[string]param
	// AnyQuery passes every parameter on, but one that selects on an attribute of
	// people: it is for objects of which not every filter is known, since dropping a
	// filter would widen the answer.
	AnyQuery bool
	// Check refuses what the path or the query asks for; nil: nothing.
	Check func(*Proxy, *http.Request, *token.Principal) *gatewayapi.Problem
	// Read understands the body of a write; nil for an endpoint that takes none.
	Read reader
	// Answer is the shape of the answer.
	Answer shape
}

// shape is what an endpoint answers with.
type shape struct {
	// Holds names what of employees is in it, for the table in the documentation.
	Holds string
	// filter writes the allowed part of a JSON body; nil for a file, which passes
	// whole.
	filter func(*filter) error
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
