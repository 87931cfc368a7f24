// Package sandbox is a demo company behind a look-alike of Personio's public
// API: what everything else of this project is proven against.
//
// It shares no code with the client or the gateway. Both sides of a test that
// were cut from the same cloth would agree on the same mistake.
//
//	s := sandbox.New(sandbox.Options{Seed: 1})
//	credential := s.AddCredential(sandbox.Credential{Attributes: []string{"first_name", "department"}})
//	server := httptest.NewServer(s.Handler())
//
// # Endpoints
//
//	POST   /v1/auth                              JSON or form
//	GET    /v1/company/employees                 limit, offset, email, updated_since, attributes[]
//	POST   /v1/company/employees                 JSON or form employee[...]
//	GET    /v1/company/employees/{id}
//	PATCH  /v1/company/employees/{id}            JSON or form employee[...]
//	GET    /v1/company/employees/attributes      and its alias custom-attributes
//	POST   /v2/auth/token, /v2/auth/revoke       form
//	GET    /v2/persons                           limit, cursor and all filters
//	POST   /v2/persons
//	GET    /v2/persons/{id}                      also PATCH, DELETE
//	GET    /v2/persons/{id}/employments          limit, cursor, id, updated_at[.gt|.lt]
//	GET    /v2/persons/{id}/employments/{id}     also PATCH
//	GET    /v2/org-units (beta), /v2/org-units/{id}
//	GET    /v2/legal-entities, /v2/legal-entities/{id}
//	GET    /v2/workplaces (beta), /v2/cost-centers (beta)
//
// Everything else answers like a route that Personio does not have.
//
// # What is evidenced
//
// From the official OpenAPI documents and developer pages: paths, methods,
// parameters and their defaults and bounds; the v1 bodies and attribute
// catalogue; the person and employment bodies, their status rules and order
// (employments: latest first); the token request, its 400 bodies and error names;
// the general error body; that changed rights end tokens; that v1 ignores
// e-mail changes, unknown fields and unknown departments (with a note in meta); that
// updated_since switches email, limit and offset off, and together with attributes[]
// selects by those attributes; that v1 hands out one stable token a day and
// repeats it in the authorization header; beta headers; org units by required type,
// legal entities 20/100 newest first, cost centers 50/100 with sort.
//
// From responses of live accounts that others published: a right missing on
// /v2/persons is a 401 titled Unauthorized Request, elsewhere a 403 titled
// Insufficient access scope; unknown routes and missing beta headers are the
// 404 with _meta.path; attributes that are not whitelisted are absent in v1
// and in v2, where a credential without any sees id, employments and links; a limit
// out of bounds is a 400; v2 answers carry x-ratelimit-* of a bucket of 30 a
// second and its 429 no Retry-After; v1 writes tags with commas, custom dates as
// midnight with an offset, hours as a string, unset texts as "", escaped
// slashes and characters, and a supervisor with id, names and e-mail; the
// attribute list has no id; custom attributes of v2 have no label; the v1 message of a missing right.
//
// # What is guessed
//
// Nobody outside Personio could say, so these are [U], chosen to be strict
// where a client should be careful and plain elsewhere:
//
//   - v1: status 401 with code 0 for a wrong secret or token, 403 for a missing
//     right, 422 for a bad parameter or body, 400 for a bad login body; a limit over
//     100 counts as 100; e-mail filters ignore case; updated_since without an
//     offset is UTC and its answer is one page; a missing e-mail or gender is null;
//     who reports to a deleted person reports to nobody; longer supervisor cycles are refused.
//   - Tokens: an unknown client is invalid_client, a wrong secret unauthorized_client;
//     v2 makes a new token for each request; revoking takes no Authorization and
//     never fails; narrowing the attribute list leaves tokens alive.
//   - v2 lists: persons by ascending id; the next link carries only the cursor,
//     which remembers filters and limit; an explicit limit beside it wins; unknown
//     parameters are ignored, unknown operators of a filter are not; names are
//     compared exactly; employments can be filtered by created_at.
//   - v2 bodies: a visible field without a value is null; types of custom
//     attributes in lower case, values as strings, tags as a list; a job is never
//     there; sub_company equals legal_entity; org unit, legal entity and workplace
//     fields beyond id, name, country, parent.
//   - v2 narrowing: which v1 attribute opens which field, see the calls of add in
//     persons.go and employments.go.
//   - v2 writes: 201 with id and a self link; e-mail ignored on PATCH; one
//     employment on POST, changes only of the current one; org_units replaces both
//     kinds; null unsets; cost center weights need not sum up.
//   - Scopes: persons rights for all of persons and employments; organisation data
//     for any valid token; a missing route or beta header is told before a bad token.
//   - Rate limits: 30 a second for every v2 endpoint; a pause of v1 auth and of the
//     token endpoint is common to all clients; no x-ratelimit headers in v1 or
//     while limits are off.
package sandbox
