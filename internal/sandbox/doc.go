// Package sandbox is a demo company behind a look-alike of Personio's public
// API: what everything else of this project is proven against.
//
// It shares no code with the client or the gateway. Both sides of a test that
// were cut from the same cloth would agree on the same mistake.
//
//	s := sandbox.New(sandbox.Options{Seed: 1})
//	credential := s.AddCredential(sandbox.Credential{Attributes: []string{"first_name", "department"}})
//	pair := s.AddRecruitingCredential(sandbox.RecruitingCredential{})
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
//	GET    /v1/company/employees/{id}/profile-picture/{width}, also without width
//	GET    /v1/company/employees/{id}/absences/balance
//	GET    /v1/company/time-off-types            limit, offset
//	GET    /v1/company/time-offs                 start_date, end_date, updated_from, updated_to, employees[], limit, offset
//	POST   /v1/company/time-offs                 form; also GET, DELETE /{id}
//	GET    /v1/company/absence-periods           as time-offs, absence_types[], absence_periods[]
//	POST   /v1/company/absence-periods           form; also DELETE /{id}
//	GET    /v1/company/document-categories
//	POST   /v1/company/documents                 multipart
//	GET    /v1/company/custom-reports/reports    report_ids, status; also /{id} with page, limit
//	GET    /v1/company/custom-reports/columns    report_id, columns
//	POST   /v1/recruiting/applications           static token and X-Company-ID
//	POST   /v1/recruiting/applications/documents multipart
//
//	GET    /v2/attendance-periods                id, person.id, project.id, status, dates, sort
//	POST   /v2/attendance-periods                skip_approval; also GET, PATCH, DELETE /{id}
//	GET    /v2/absence-periods                   id, person.id, absence_type.id, dates
//	POST   /v2/absence-periods                   skip_approval; also GET, PATCH, DELETE /{id}
//	GET    /v2/absence-periods/{id}/breakdowns
//	GET    /v2/absence-types, /v2/absence-types/{id}
//	GET    /v2/projects                          id, name, project_code, parent_project.id, status, top_level_only
//	POST   /v2/projects                          also GET, PATCH, DELETE /{id}
//	GET    /v2/projects/{id}/members             also POST, DELETE with person_id
//	GET    /v2/webhooks                          enabled_events, status
//	POST   /v2/webhooks                          also GET, PATCH, DELETE /{id}
//	GET    /v2/webhooks/{id}/activity            completed_at.gte, completed_at.lte, event_name, is_delivered
//	GET    /v2/webhooks/{id}/events              occurred_at.gte, occurred_at.lte, event_name
//	POST   /v2/webhooks/{id}/ping, .../test-event, .../redelivery
//	GET    /v2/compensations                     start_date, end_date, person.id, legal_entity.id
//	POST   /v2/compensations
//	GET    /v2/compensations/types               also POST
//	GET    /v2/jobs                              id, name, sort; also /{id}
//	GET    /v2/salary-bands                      id; also /{id}
//	GET    /v2/reports, /v2/reports/attributes, /v2/reports/{id}
//	GET    /v2/document-management/documents     owner_id, category_id, created_at.gte, created_at.lt
//	PATCH  /v2/document-management/documents/{id}, also DELETE, and GET /{id}/download
//	GET    /v2/recruiting/{jobs,categories,candidates,applications} (beta), each also /{id}
//	GET    /v2/recruiting/applications/{id}/stage-transitions (beta)
//
// [Sandbox.Endpoints] lists the same with scopes. Everything else answers like
// a route that Personio does not have. The v1 attendances and projects are left
// out because Personio retires them.
//
// # Webhooks
//
// Every change of a person, an employment, an absence, an attendance or a document, by
// the API or by [Sandbox.Company] and [Sandbox.Records], is an event, and goes to the
// enabled webhooks that want it, with retries. [Sandbox.DeliverDue] waits for what is
// due, [Sandbox.Close] ends it all.
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
// legal entities 20/100 newest first, cost centers 50/100 with sort; the v1
// bodies of time-offs, hourly absences, document upload and custom reports, which
// file types and sizes are taken, that v1 skips approval unless told not to, and that
// creating a v1 absence takes a form; the v1 recruiting bodies, reasons and phases;
// body, time limit, repetitions and logs of webhook deliveries; fields and rules of webhooks, projects, members and compensation types with their
// statuses, among them 204 for a changed project and 200 for a new compensation type;
// what a compensation is created from, and its window of a month; scopes of webhooks, compensations
// (creating takes both), jobs, salary bands and recruiting; that salary bands of a job
// show only to who may read them; the fields of jobs; limits of members,
// webhooks, compensation types, jobs, salary bands and recruiting; recruiting lists by last
// update, the newest first; that changing an attendance answers with its id, and
// deleting it with 204.
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
// attribute list has no id; custom attributes of v2 have no label; the v1 message of a missing right;
// attendances, absences, breakdowns, absence types, projects, documents and recruiting
// objects as clients read them; that an absence in days ends at the midnight after its last day, which
// halves of a day it names, and the names of its approval statuses; updated_at filters of attendances without a
// zone; no include parameter for tracked minutes; reports as columns and rows of typed
// cells, only open ones, links as plain strings, and for a missing right, a closed
// and a grouped report a 400 with a body of its own; 10 requests a second for absences
// and attendances; v1 time-offs that touch the window that is asked for, half days as 0
// and 1, and an offset that counts pages from one.
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
//     Projects and members take the attendances rights, compensation types both
//     compensations rights to create, the balance the rights to absences and to persons, v1
//     absences the absences rights, pictures the persons right.
//   - Recruiting reads take the beta header. A changelog says that they no longer
//     have to; who sends it is right before and after.
//   - Records: those of a deleted person are gone; nested employees in v1 are
//     narrowed by the whitelist; reports and documents are not.
//   - v2 records: 400 for what cannot be read, 422 for a broken rule, 409 for a webhook of a
//     known URL; 100/100 for attendances, absences, their types and compensations, 100/200 for
//     projects and documents, 50/100 for reports; order of creation; parameters of a filter's
//     name with an operator that it lacks are refused.
//   - Attendances: times without a zone everywhere; pending unless approval is skipped, after a
//     change, too; no two periods of a person at one time; is_holiday is false.
//   - Absences: a bare date as end is the last day itself; zones in filters are ignored; weekends
//     do not count, holidays do; no two of a person at one time; 204 for a change; categories in
//     upper case; a type that needs no approval is approved at once.
//   - Projects: names are unique among all; parent_project on PATCH is a 400; deleting one
//     leaves its attendances without a project; adding members answers 201 without a body;
//     removing somebody who is no member changes nothing.
//   - Webhooks: token and custom headers never come back; a change answers 200 with the webhook.
//     The bodies of activities and events, one activity an attempt; what a payload calls its ids;
//     the delays between attempts; no connection counts as no answer in time. Ping, test event
//     and redelivery answer 200 without a body, reach a disabled webhook, too, and refuse with 400;
//     429 once the events of an hour are used up. A webhook that is disabled or deleted gets
//     nothing more of what was under way. Nothing here signs a document.
//   - Compensations: the salary of the person under the categories FIXED_SALARY and HOURLY_SALARY,
//     effective from the hire date; creating answers 200; every refusal is a 400.
//   - Jobs: their parts are strings. Salary bands: every field but the id.
//   - Reports: fields of attributes beyond name, display and type; null for no value; 50 rows a page.
//     v1 shows the open reports that are not grouped, as of one day.
//   - Documents: document_type, virus_scan, esignature; a change answers 200 with the document; the
//     documents of an unknown owner are an empty list.
//   - Recruiting: one object without an envelope; kinds and types of stages; no hiring teams.
//     In v1 a 401 names no field, and a 429 is that of the rest of v1.
//   - Profile pictures: 128 pixels, never enlarged. The path without a width is what the
//     attribute holds.
//   - Rate limits: 30 a second for every other v2 endpoint; a pause of v1 auth and of the
//     token endpoint is common to all clients; no x-ratelimit headers in v1 or
//     while limits are off.
package sandbox
