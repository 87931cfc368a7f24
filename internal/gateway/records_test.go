package gateway_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
	"github.com/personio-community/terraform-provider-personio/internal/sandbox"
	"github.com/personio-community/terraform-provider-personio/internal/sandbox/records"
)

// talkative wraps Personio's copy so that its v2 answers tell more of people
// than today's: wherever somebody is referred to by id, names, an e-mail address
// and a custom attribute stand beside it, and objects name who made them.
func talkative(box *sandbox.Sandbox) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.URL.Path, "/v2/") || strings.HasPrefix(r.URL.Path, "/v2/auth") || strings.HasPrefix(r.URL.Path, "/v2/persons") || strings.HasSuffix(r.URL.Path, "/download") {
			box.Handler().ServeHTTP(w, r)
			return
		}
		inner := httptest.NewRecorder()
		box.Handler().ServeHTTP(inner, r)
		body := inner.Body.Bytes()
		var value any
		decoder := json.NewDecoder(bytes.NewReader(body))
		decoder.UseNumber()
		if inner.Code < 300 && decoder.Decode(&value) == nil {
			talk(value)
			body, _ = json.Marshal(value)
		}
		for name, values := range inner.Header() {
			if name != "Content-Length" {
				w.Header()[name] = values
			}
		}
		w.WriteHeader(inner.Code)
		_, _ = w.Write(body)
	})
}

// The names under which the answers refer to people.
var referring = []string{"person", "owner", "approver", "hiring_manager"}

// talk adds to each object of a list, and to each person in it.
func talk(value any) {
	switch v := value.(type) {
	case []any:
		for _, element := range v {
			talk(element)
			if o, ok := element.(object); ok && o["id"] != nil {
				o["created_by"], o["approver"], o["hiring_team"] = "Talk Ative", chatty("77"), []any{object{"person": chatty("78"), "role": "TALK"}}
				o["author_first_name"], o["author_email"] = "Talk", "talk@example.com"
			}
		}
	case object:
		for name, member := range v {
			if o, ok := member.(object); ok && slices.Contains(referring, name) {
				v[name] = chatty(fmt.Sprint(o["id"]))
				continue
			}
			talk(member)
		}
	}
}

func chatty(id string) object {
	return object{
		"id": id, "first_name": "Talk", "last_name": "Ative", "name": "Talk Ative", "email": "talk@example.com", "status": "ACTIVE", "secret": "TALK",
		"custom_attributes": []any{object{"id": "dynamic_4711", "value": "TALK"}},
	}
}

// record prunes a record: what v may see of people, and everything else.
func (v view) record(value any, candidates bool) any {
	switch o := value.(type) {
	case []any:
		for n := range o {
			o[n] = v.record(o[n], candidates)
		}
	case object:
		if o["type"] == "Employee" {
			return v.employee(o)
		}
		for name, member := range o {
			switch {
			case slices.Contains(referring, name):
				if person, ok := member.(object); ok {
					o[name] = v.referred(person)
				}
			case name == "hiring_team" && len(member.([]any)) > 0:
				o[name] = []any{object{"person": v.referred(member.([]any)[0].(object)["person"].(object))}}
			case name == "created_by":
				if _, isText := member.(string); isText && (!v["first_name"] || !v["last_name"]) {
					o[name] = nil
				}
			case !candidates && v.hides(name):
				delete(o, name)
			default:
				o[name] = v.record(member, candidates)
			}
		}
	}
	return value
}

// hides says whether a member of a record is an attribute of somebody that may
// not be seen.
func (v view) hides(name string) bool {
	key := name
	switch name {
	case "full_time_weekly_working_hours":
		key = "weekly_working_hours"
	case "author_first_name", "author_last_name", "author_email":
		key = strings.TrimPrefix(name, "author_")
	case "weekly_working_hours", "first_name", "last_name", "email", "gender":
	default:
		return false
	}
	return !v[key]
}

func (v view) referred(person object) object {
	kept := object{"id": person["id"]}
	for _, key := range []string{"first_name", "last_name", "email", "status"} {
		if v[key] && person[key] != nil {
			kept[key] = person[key]
		}
	}
	if v["first_name"] && v["last_name"] && person["name"] != nil {
		kept["name"] = person["name"]
	}
	if person["custom_attributes"] != nil {
		kept["custom_attributes"] = slices.DeleteFunc(person["custom_attributes"].([]any), func(any) bool { return !v["dynamic_4711"] })
	}
	return kept
}

// hook makes a webhook at Personio's copy.
func (e *env) hook() (id string) {
	e.t.Helper()
	return decode[struct{ ID string }](call(e.t, http.MethodPost, e.personioURL+"/v2/webhooks", e.fullToken(), object{
		"url": "https://hooks.example.com/x", "description": "x", "enabled_events": []string{"person.created"}, "auth_type": "NONE",
	}).want(http.StatusCreated)).ID
}

// readable is one GET of a record endpoint.
type readable struct {
	endpoint sandbox.Endpoint
	path     string
}

// reads are a call of every GET endpoint of records that Personio's copy has.
// An endpoint for which this test knows no call fails it.
func (e *env) reads(report, category string) []readable {
	e.t.Helper()
	r := e.box.Records()
	absence, timeOff := r.Absences.All()[0], r.Absences.All()[slices.IndexFunc(r.Absences.All(), func(a records.Absence) bool { return a.TimeOffID != 0 })]
	document := r.Documents.All()[slices.IndexFunc(r.Documents.All(), func(d records.Document) bool { return strconv.Itoa(d.CategoryID) == category })]
	hook := e.hook()
	call(e.t, http.MethodPost, e.personioURL+"/v2/webhooks/"+hook+"/test-event", e.fullToken(), object{
		"event_name": "person.created", "payload": object{"person": object{"id": "1"}},
	}).want(http.StatusOK)
	e.box.DeliverDue()
	ids := map[string]string{
		"/v1/company/employees/{id}/absences/balance": strconv.Itoa(e.box.Company().People()[0].ID), "/v1/company/time-offs/{id}": strconv.Itoa(timeOff.TimeOffID),
		"/v1/company/custom-reports/reports/{id}": report, "/v2/reports/{id}": report,
		"/v2/absence-periods/{id}": absence.ID, "/v2/absence-periods/{id}/breakdowns": absence.ID, "/v2/absence-types/{id}": r.AbsenceTypes[0].ID,
		"/v2/attendance-periods/{id}": r.Attendances.All()[0].ID, "/v2/projects/{id}": r.Projects.All()[0].ID, "/v2/projects/{id}/members": r.Projects.All()[0].ID,
		"/v2/jobs/{id}": r.Jobs[0].ID, "/v2/salary-bands/{id}": r.SalaryBands[0].ID, "/v2/webhooks/{id}": hook,
		"/v2/webhooks/{id}/activity": hook, "/v2/webhooks/{id}/events": hook,
		"/v2/document-management/documents/{id}/download": document.ID,
		"/v2/recruiting/jobs/{id}":                        r.RecruitingJobs[0].ID, "/v2/recruiting/categories/{id}": r.RecruitingCategories[0].ID,
		"/v2/recruiting/candidates/{id}": r.Candidates.All()[0].ID, "/v2/recruiting/applications/{id}": r.Applications.All()[0].ID,
		"/v2/recruiting/applications/{id}/stage-transitions": r.Applications.All()[0].ID,
	}
	queries := map[string]string{
		"/v2/document-management/documents":       "?owner_id=" + strconv.Itoa(document.OwnerID),
		"/v1/company/custom-reports/columns":      "?report_id=" + report,
		"/v1/company/custom-reports/reports/{id}": "?limit=3", "/v1/company/time-offs": "?limit=7",
	}
	var all []readable
	for _, endpoint := range e.box.Endpoints() {
		if endpoint.Method != http.MethodGet || !isRecord(endpoint) {
			continue
		}
		path := endpoint.Path
		if strings.Contains(path, "{") {
			id, ok := ids[path]
			if !ok {
				e.t.Fatalf("this test has no call of %s", path)
			}
			path = strings.Replace(path, "{id}", url.PathEscape(id), 1)
		}
		all = append(all, readable{endpoint, path + queries[endpoint.Path]})
	}
	// Documents can be read once they were listed.
	slices.SortStableFunc(all, func(a, b readable) int { return len(a.endpoint.Path) - len(b.endpoint.Path) })
	return all
}

// isRecord tells the endpoints of records from those of employees and of the
// organisation, which have tests of their own.
func isRecord(e sandbox.Endpoint) bool {
	return len(e.Scopes) > 0 && (e.Scopes[0] != "personio:persons:read")
}

// expectedRecord is what of an answer of Personio's copy may be seen.
func (v view) expectedRecord(path string, body object, scopes []string, report, category string) object {
	keep := func(list string, id func(object) any, wanted string) {
		body[list] = slices.DeleteFunc(body[list].([]any), func(row any) bool { return fmt.Sprint(id(row.(object))) != wanted })
	}
	switch path {
	case "/v2/reports":
		keep("_data", func(o object) any { return o["id"] }, report)
	case "/v1/company/custom-reports/reports":
		keep("data", func(o object) any { return o["attributes"].(object)["id"] }, report)
	case "/v2/document-management/documents":
		keep("_data", func(o object) any { return o["category"].(object)["id"] }, category)
	case "/v1/company/document-categories":
		keep("data", func(o object) any { return o["id"] }, category)
	}
	if strings.HasPrefix(path, "/v2/jobs") && !slices.Contains(scopes, "personio:salary-bands:read") {
		for _, job := range append(listOf(body), body) {
			delete(job.(object), "salary_band_ids")
		}
	}
	return v.record(body, strings.HasPrefix(path, "/v2/recruiting/")).(object)
}

func listOf(body object) []any {
	list, _ := body["_data"].([]any)
	return list
}

// Every record endpoint shows what the scopes, the attributes, the reports and
// the categories of an integration allow, all of that and nothing else; without
// the scope it does not even ask Personio.
func TestRecordsShowExactlyWhatIsAllowed(t *testing.T) {
	t.Parallel()
	box := sandbox.New(sandbox.Options{Persons: 60, Seed: 7, Webhooks: sandbox.WebhookOptions{Transport: receiver{}}})
	e := startBefore(t, box, talkative(box))
	reports := box.Records().Reports.All()
	open := reports[slices.IndexFunc(reports, func(r records.Report) bool { return !r.Grouped })].ID
	for _, r := range reports {
		box.OpenReport(r.ID, !r.Grouped)
	}
	category := strconv.Itoa(box.Records().Documents.All()[0].CategoryID)
	calls, fullToken, full := e.reads(open, category), e.fullToken(), map[string]answer{}
	var scopes []string
	for _, c := range calls {
		full[c.path] = call(t, http.MethodGet, e.personioURL+c.path, fullToken, nil, "Beta", "true").want(http.StatusOK)
		scopes = append(scopes, c.endpoint.Scopes...)
	}
	slices.Sort(scopes)
	scopes = slices.Compact(scopes)
	keys, number := e.everyKey(), 0
	rapid.Check(t, func(rt *rapid.T) {
		granted := rapid.SliceOfDistinct(rapid.SampledFrom(scopes), rapid.ID).Draw(rt, "scopes")
		attributes := rapid.SliceOfDistinct(rapid.SampledFrom(keys), rapid.ID).Draw(rt, "attributes")
		number++
		token := e.granted(fmt.Sprintf("Records %d", number), granted, attributes, open, category)
		for _, c := range calls {
			e.checkRecord(rt, c, token, granted, attributes, full[c.path], open, category)
		}
	})
}

// granted is a token of a new integration with these rights; lists that its
// scopes could not use stay empty.
func (e *env) granted(name string, scopes, attributes []string, report, category string) string {
	e.t.Helper()
	body := object{"name": name, "scopes": scopes}
	if slices.Contains(scopes, "personio:persons:read") {
		body["readable_attributes"] = attributes
	}
	if report != "" && slices.Contains(scopes, "reports.custom:read") {
		body["report_ids"] = []string{report}
	}
	if slices.Contains(scopes, "documents:read") {
		body["document_category_ids"] = []string{category}
	}
	i := decode[gatewayapi.CustomIntegration](e.call(http.MethodPost, integrations, e.admin, body).want(http.StatusCreated))
	c := e.credential(i.ID)
	return e.token(c.ClientID, c.ClientSecret)
}

func (e *env) checkRecord(t *rapid.T, c readable, token string, scopes, attributes []string, full answer, report, category string) {
	before := len(e.box.Requests())
	got := e.call(http.MethodGet, c.path, token, nil, "Beta", "true")
	for _, scope := range c.endpoint.Scopes {
		if slices.Contains(scopes, scope) {
			continue
		}
		if got.status < 400 || got.status > 403 || len(e.box.Requests()) != before {
			t.Fatalf("GET %s without %s: status %d, %d requests", c.path, scope, got.status, len(e.box.Requests())-before)
		}
		return
	}
	if got.status != http.StatusOK {
		t.Fatalf("GET %s with %v: status %d: %s", c.path, scopes, got.status, got.body)
	}
	if strings.HasSuffix(c.path, "/download") {
		if !bytes.Equal(got.body, full.body) || got.header.Get("Content-Disposition") != full.header.Get("Content-Disposition") {
			t.Fatalf("GET %s: another file", c.path)
		}
		return
	}
	if !slices.Contains(scopes, "personio:persons:read") {
		attributes = nil
	}
	body := []byte(strings.ReplaceAll(string(full.body), jsonHost(e.personioURL), jsonHost(e.gatewayURL)))
	want := viewOf(attributes).expectedRecord(strings.SplitN(c.path, "?", 2)[0], decode[object](answer{t: e.t, body: body}), scopes, report, category)
	seen := decode[object](got)
	dropCursor(want)
	dropCursor(seen)
	if diff := cmp.Diff(want, seen); diff != "" {
		t.Fatalf("GET %s with %v (-want +got):\n%s", c.path, attributes, diff)
	}
}

// Nobody guesses an attribute by selecting on it or by sorting by it.
func TestRecordsAreNotSelectedByWhatIsHidden(t *testing.T) {
	t.Parallel()
	e := start(t)
	token := e.granted("Selector", []string{"personio:persons:read", "personio:absences:read", "personio:attendances:read", "personio:recruiting:read"}, []string{"first_name"}, "", "")
	e.box.ResetRequests()
	for _, query := range []string{"person.email=a@example.com", "person.last_name=Z", "person[status]=ACTIVE", "email=x", "sort=person.last_name", "sort=-id,person.email", "order_by=person.gender", "approver.email.eq=x"} {
		e.call(http.MethodGet, "/v2/absence-periods?"+query, token, nil).want(http.StatusForbidden)
	}
	if n := len(e.box.Requests()); n != 0 {
		t.Errorf("%d requests reached Personio", n)
	}
	for _, path := range []string{"/v2/attendance-periods?sort=-person.id,id", "/v2/attendance-periods?person.id=1", "/v2/recruiting/candidates?email=a@example.com", "/v2/recruiting/applications?candidate.email=a@example.com"} {
		e.call(http.MethodGet, path, token, nil, "Beta", "true").want(http.StatusOK)
	}
}
