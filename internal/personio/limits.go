package personio

import (
	"net/http"
	"slices"
	"strings"

	"golang.org/x/time/rate"
)

// limit is the pace that keeps calls within one of Personio's limits.
type limit struct {
	perSecond rate.Limit
	// burst is how many calls may go at once after a rest.
	burst int
	// learns: the other end is a token bucket that tells its size in
	// x-ratelimit-* headers, and is believed.
	learns bool
}

// perMinute keeps to a count of calls in a minute, whenever that minute begins:
// what goes at once is taken off the pace, so that no 60 seconds see more.
func perMinute(calls, burst int) limit {
	return limit{perSecond: rate.Limit(calls-burst) / 60, burst: burst}
}

// bucket keeps to a token bucket that gets so many tokens a second and holds as
// many. Half of it is left for calls that overtake each other on the way.
func bucket(perSecond float64) limit {
	return limit{perSecond: rate.Limit(perSecond), burst: max(1, int(perSecond/2)), learns: true}
}

// noLimit is the pace of what nobody limits.
var noLimit = limit{perSecond: rate.Inf, burst: 1}

// class is what a group of calls is called, and the limit that they share.
type class struct {
	name  string
	limit limit
	// v1 calls count towards v1Overall, too.
	v1 bool
}

// v1Overall is all of version 1: 2,000 a minute and address (Personio's
// changelog, "IP address based rate limits"). Calls that no other class counts
// are of this one.
var v1Overall = class{name: "v1", limit: perMinute(2000, 200), v1: true}

// v1Limits are the limits that single endpoints of version 1 have. Sources are
// pages of developer.personio.de:
//
//   - authentication, reference "authentication": 60 a minute, then a minute's
//     pause;
//   - employees, changelog "rate limits on GET employees endpoint" of 6 May 2024:
//     300 a minute and 15 in a second, which 10 at once and the pace of the rest
//     keep as well;
//   - documents, the public specification of the personnel data API: 60 a minute;
//   - recruiting, reference "introduction-1": 20 in 60 seconds for applications
//     and as many for their documents, of a company.
var v1Limits = []struct {
	class
	method string
	paths  []string
}{
	{class{"v1 auth", perMinute(60, 6), true}, http.MethodPost, []string{"/v1/auth"}},
	{class{"v1 employees", perMinute(300, 10), true}, http.MethodGet, []string{"/v1/company/employees", "/v1/company/employees/{id}"}},
	{class{"v1 documents", perMinute(60, 6), true}, http.MethodPost, []string{"/v1/company/documents"}},
	{class{"v1 applications", perMinute(20, 5), true}, http.MethodPost, []string{"/v1/recruiting/applications"}},
	{class{"v1 application documents", perMinute(20, 5), true}, http.MethodPost, []string{"/v1/recruiting/applications/documents"}},
}

// The limits of version 2, which has a token bucket for each endpoint.
const (
	// v2PerSecond was measured for persons by a public client
	// (stephaneberle9/personio-client, scripts/probe-ratelimit.ts). For endpoints
	// that nobody measured it is a guess, until an answer tells.
	v2PerSecond = 30
	// v2AbsencesPerSecond was measured there for absence periods and their
	// breakdowns; attendance periods are taken to be alike.
	v2AbsencesPerSecond = 10
)

// v2Token is the token endpoint: 150 a minute, above that one a second for a
// minute (reference "authentication").
var v2Token = class{name: "v2 token", limit: perMinute(150, 15)}

// v2Groups are first names of paths of version 2 that have another name after
// them and no id.
var v2Groups = []string{"auth", "document-management", "recruiting"}

// classOf returns what a call of Personio's API counts as. The path is decoded
// and starts at the base URL.
func classOf(method, path string) class {
	switch {
	case path == pathToken:
		return v2Token
	case strings.HasPrefix(path, "/v2/"):
		perSecond := float64(v2PerSecond)
		if strings.HasPrefix(path, "/v2/absence-periods") || strings.HasPrefix(path, "/v2/attendance-periods") {
			perSecond = v2AbsencesPerSecond
		}
		return class{name: v2Endpoint(path), limit: bucket(perSecond)}
	case strings.HasPrefix(path, "/v1/"):
		for _, l := range v1Limits {
			if l.method == method && slices.ContainsFunc(l.paths, func(pattern string) bool { return matches(pattern, path) }) {
				return l.class
			}
		}
		return v1Overall
	}
	return class{name: "other", limit: noLimit}
}

// v2Endpoint replaces the ids in a path of version 2, where names and ids take
// turns: /v2/persons/4711/employments becomes /v2/persons/{id}/employments.
func v2Endpoint(path string) string {
	segments := strings.Split(strings.Trim(path, "/"), "/")
	first := 2
	if len(segments) > 1 && slices.Contains(v2Groups, segments[1]) {
		first = 3
	}
	for i := first; i < len(segments); i += 2 {
		segments[i] = "{id}"
	}
	return "/" + strings.Join(segments, "/")
}

// matches compares a path with a pattern, whose {id} is a number.
func matches(pattern, path string) bool {
	want, got := strings.Split(pattern, "/"), strings.Split(path, "/")
	return slices.EqualFunc(want, got, func(w, g string) bool {
		return w == g || w == "{id}" && g != "" && strings.Trim(g, "0123456789") == ""
	})
}
