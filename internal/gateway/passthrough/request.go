package passthrough

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/personio-community/terraform-provider-personio/internal/attribute"
	"github.com/personio-community/terraform-provider-personio/internal/gateway/httpapi"
	"github.com/personio-community/terraform-provider-personio/internal/gateway/token"
	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
)

// maxListed is how many attributes are listed in a request on the client's
// behalf: longer lists make URLs that servers refuse.
const maxListed = 150

// narrow makes the query that goes to Personio: known parameters only, no
// selection on what may not be read, and v1's list of attributes cut to what
// may, so that the rest does not even leave Personio.
func (e endpoint) narrow(query url.Values, principal *token.Principal) (url.Values, *gatewayapi.Problem) {
	if e.AnyQuery {
		maps.DeleteFunc(query, func(name string, _ []string) bool { return steers(name) })
		return query, e.refuseSelection(query, principal)
	}
	narrowed := url.Values{}
	var selects bool
	for name, values := range query {
		rule, known := e.Query[name]
		switch {
		case !known && e.knowsFilter(name):
			return nil, httpapi.Problem(http.StatusBadRequest, gatewayapi.KindBadRequest, fmt.Sprintf(
				"Provided filter encoding is invalid: %s is no operator of this filter.", name), nil)
		case !known:
			continue // As Personio does.
		case rule.reveals != "" && !principal.MayRead(rule.reveals):
			return nil, refuseParameter(name, rule.reveals)
		case rule.attributes:
			continue
		}
		selects = selects || rule.selects
		narrowed[name] = values
	}
	if list, ok := e.attributeList(query, principal, selects); ok {
		narrowed[paramAttributes] = list
	}
	return narrowed, nil
}

// steers reports whether a parameter is none of Personio's, but known to steer
// servers: to another method (_method), or to another credential.
func steers(name string) bool {
	name = strings.ToLower(strings.TrimSpace(name))
	return strings.HasPrefix(name, "_") || slices.Contains([]string{"access_token", "token", "authorization", "client_id", "client_secret"}, name)
}

// refuseParameter refuses to select on an attribute that may not be read.
func refuseParameter(name, attribute string) *gatewayapi.Problem {
	return httpapi.Problem(http.StatusForbidden, gatewayapi.KindForbidden, fmt.Sprintf(
		"The parameter %s selects on the attribute %s, which this credential may not read. Add %s to the readable attributes of its custom integration, or leave the parameter out.",
		name, attribute, attribute), map[string]string{gatewayapi.MetaPointer: "#query/" + name})
}

// refuseSelection refuses parameters of records that select on attributes of
// people, or sort by one: person.email, but neither person.id nor, in recruiting,
// the e-mail address of a candidate.
func (e endpoint) refuseSelection(query url.Values, principal *token.Principal) *gatewayapi.Problem {
	for name, values := range query {
		if selected := e.selected(name, principal); selected != "" {
			return refuseParameter(name, selected)
		}
		if !strings.Contains(name, "sort") && !strings.Contains(name, "order") {
			continue
		}
		for _, field := range strings.FieldsFunc(strings.Join(values, ","), func(r rune) bool { return strings.ContainsRune(",;:+- ", r) }) {
			if selected := e.selected(field, principal); selected != "" {
				return refuseParameter(name, selected)
			}
		}
	}
	return nil
}

// selected is the attribute of somebody that a dotted name means and the
// principal may not read, "" if there is none.
func (e endpoint) selected(name string, principal *token.Principal) string {
	ofPerson := false
	for _, part := range strings.FieldsFunc(name, func(r rune) bool { return r == '.' || r == '[' || r == ']' }) {
		key, isPersonal := personalKey(part)
		if ofPerson && !isPersonal {
			key, isPersonal = attribute.PersonField(part)
		}
		if isPersonal && (ofPerson || !e.candidates()) && key != attribute.ID && (key == "" || !principal.MayRead(key)) {
			return part
		}
		ofPerson = ofPerson || people[part]
	}
	return ""
}

// candidates reports whether the people of an endpoint are candidates.
func (e endpoint) candidates() bool {
	return e.Recruiting || strings.HasPrefix(e.Pattern, "/v2/recruiting/")
}

// knowsFilter reports whether an unknown parameter is an unknown operator of a
// known filter, such as email.like: Personio refuses those.
func (e endpoint) knowsFilter(name string) bool {
	base, _, operator := strings.Cut(name, ".")
	_, known := e.Query[base]
	return operator && known
}

// attributeList is the list of attributes to ask for; ok is false if none is
// sent.
func (e endpoint) attributeList(query url.Values, principal *token.Principal, selects bool) (list []string, ok bool) {
	if !e.Query[paramAttributes].attributes {
		return nil, false
	}
	wanted, listed := query[paramAttributes]
	if !listed {
		if principal.AllAttributes || len(principal.ReadableAttributes) > maxListed && !selects {
			return nil, false
		}
		wanted = principal.ReadableAttributes
	}
	for _, key := range wanted {
		if principal.MayRead(key) {
			list = append(list, key)
		}
	}
	if len(list) == 0 {
		list = []string{attribute.ID}
	}
	return list, true
}

// forwardedHeaders are the headers of a client that Personio gets to see.
var forwardedHeaders = []string{
	"Accept-Language", "Beta",
	"X-Personio-Partner-Id", "X-Personio-App-Id", "Personio-Partner-Id", "Personio-App-Id",
}

func forwardedHeader(from http.Header) http.Header {
	header := http.Header{"Accept": {"application/json"}}
	for _, name := range forwardedHeaders {
		if values := from.Values(name); len(values) > 0 {
			header[name] = values
		}
	}
	return header
}

// copyHeader copies what a client needs of the headers of an answer: the rate
// limits. All others are the gateway's own.
func copyHeader(to, from http.Header) {
	for name, values := range from {
		if strings.HasPrefix(name, "X-Ratelimit-") || name == "Retry-After" {
			to[name] = values
		}
	}
}
