package sandbox_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/personio-community/terraform-provider-personio/internal/sandbox"
)

// fill puts something into the wildcards of a path.
func fill(path string) string {
	for _, name := range []string{"{id}", "{employment}", "{width}"} {
		path = strings.ReplaceAll(path, name, "1")
	}
	return path
}

func beta(e sandbox.Endpoint) []string {
	if e.Beta {
		return []string{"Beta", "true"}
	}
	return nil
}

func TestEveryEndpointWantsAToken(t *testing.T) {
	t.Parallel()
	a := start(t, sandbox.Options{}, sandbox.Credential{})
	a.token = ""
	for _, e := range a.Endpoints() {
		r := a.do(e.Method, fill(e.Path), "", "", beta(e)...)
		switch {
		case e.Recruiting:
			r.wantStatus(http.StatusUnauthorized)
			if _, ok := r.object()["errors"].([]any); !ok {
				t.Errorf("%s: %s", r.what, r.body)
			}
		case strings.HasPrefix(e.Path, "/v1/"):
			r.wantV1Error(http.StatusUnauthorized)
		default:
			r.wantProblem(http.StatusUnauthorized, "Unauthorized Request", "#commonunauthorized")
		}
		if e.Beta {
			a.do(e.Method, fill(e.Path), "", "").wantProblem(http.StatusNotFound, "Not Found", "#apinot_found")
		}
	}
}

func TestEveryScopeIsNeeded(t *testing.T) {
	t.Parallel()
	a := start(t, sandbox.Options{}, sandbox.Credential{})
	for _, e := range a.Endpoints() {
		for _, missing := range e.Scopes {
			scopes := slices.DeleteFunc(sandbox.KnownScopes(), func(scope string) bool { return scope == missing })
			a.token = a.login(a.AddCredential(sandbox.Credential{Scopes: scopes}))
			r := a.do(e.Method, fill(e.Path), "", "", beta(e)...)
			switch {
			case strings.HasPrefix(e.Path, "/v1/"):
				r.wantV1Error(http.StatusForbidden)
			case e.Path == "/v2/persons":
				r.wantProblem(http.StatusUnauthorized, "Unauthorized Request", "#commonunauthorized")
			case strings.HasPrefix(e.Path, "/v2/reports"):
				r.wantReportRefusal("Unauthorized token")
			default:
				r.wantProblem(http.StatusForbidden, "Insufficient access scope", "#commonforbidden")
			}
		}
	}
}

// wantReportRefusal checks the error body that only reports have.
func (r *response) wantReportRefusal(detail string) {
	r.t.Helper()
	r.wantStatus(http.StatusBadRequest)
	list, _ := r.object()["errors"].([]any)
	if len(list) != 1 || dig(list[0], "detail") != detail || dig(list[0], "status") != "400" {
		r.t.Errorf("%s: %s", r.what, r.body)
	}
}

func TestWhatIsServed(t *testing.T) {
	t.Parallel()
	want := map[string]string{
		"/v1/company/employees":                              "GET POST",
		"/v1/company/employees/attributes":                   "GET",
		"/v1/company/employees/custom-attributes":            "GET",
		"/v1/company/employees/{id}":                         "GET PATCH",
		"/v1/company/employees/{id}/absences/balance":        "GET",
		"/v1/company/employees/{id}/profile-picture":         "GET",
		"/v1/company/employees/{id}/profile-picture/{width}": "GET",
		"/v1/company/time-off-types":                         "GET",
		"/v1/company/time-offs":                              "GET POST",
		"/v1/company/time-offs/{id}":                         "DELETE GET",
		"/v1/company/absence-periods":                        "GET POST",
		"/v1/company/absence-periods/{id}":                   "DELETE",
		"/v1/company/document-categories":                    "GET",
		"/v1/company/documents":                              "POST",
		"/v1/company/custom-reports/reports":                 "GET",
		"/v1/company/custom-reports/reports/{id}":            "GET",
		"/v1/company/custom-reports/columns":                 "GET",
		"/v1/recruiting/applications":                        "POST",
		"/v1/recruiting/applications/documents":              "POST",
		"/v2/persons":                                        "GET POST",
		"/v2/persons/{id}":                                   "DELETE GET PATCH",
		"/v2/persons/{id}/employments":                       "GET",
		"/v2/persons/{id}/employments/{employment}":          "GET PATCH",
		"/v2/org-units":                                      "GET",
		"/v2/org-units/{id}":                                 "GET",
		"/v2/legal-entities":                                 "GET",
		"/v2/legal-entities/{id}":                            "GET",
		"/v2/workplaces":                                     "GET",
		"/v2/cost-centers":                                   "GET",
		"/v2/attendance-periods":                             "GET POST",
		"/v2/attendance-periods/{id}":                        "DELETE GET PATCH",
		"/v2/absence-periods":                                "GET POST",
		"/v2/absence-periods/{id}":                           "DELETE GET PATCH",
		"/v2/absence-periods/{id}/breakdowns":                "GET",
		"/v2/absence-types":                                  "GET",
		"/v2/absence-types/{id}":                             "GET",
		"/v2/projects":                                       "GET POST",
		"/v2/projects/{id}":                                  "DELETE GET PATCH",
		"/v2/projects/{id}/members":                          "DELETE GET POST",
		"/v2/webhooks":                                       "GET POST",
		"/v2/webhooks/{id}":                                  "DELETE GET PATCH",
		"/v2/webhooks/{id}/activity":                         "GET",
		"/v2/webhooks/{id}/events":                           "GET",
		"/v2/webhooks/{id}/ping":                             "POST",
		"/v2/webhooks/{id}/test-event":                       "POST",
		"/v2/webhooks/{id}/redelivery":                       "POST",
		"/v2/compensations":                                  "GET POST",
		"/v2/compensations/types":                            "GET POST",
		"/v2/jobs":                                           "GET",
		"/v2/jobs/{id}":                                      "GET",
		"/v2/salary-bands":                                   "GET",
		"/v2/salary-bands/{id}":                              "GET",
		"/v2/reports":                                        "GET",
		"/v2/reports/attributes":                             "GET",
		"/v2/reports/{id}":                                   "GET",
		"/v2/document-management/documents":                  "GET",
		"/v2/document-management/documents/{id}":             "DELETE PATCH",
		"/v2/document-management/documents/{id}/download":    "GET",
		"/v2/recruiting/jobs":                                "GET",
		"/v2/recruiting/jobs/{id}":                           "GET",
		"/v2/recruiting/categories":                          "GET",
		"/v2/recruiting/categories/{id}":                     "GET",
		"/v2/recruiting/candidates":                          "GET",
		"/v2/recruiting/candidates/{id}":                     "GET",
		"/v2/recruiting/applications":                        "GET",
		"/v2/recruiting/applications/{id}":                   "GET",
		"/v2/recruiting/applications/{id}/stage-transitions": "GET",
	}
	a := start(t, sandbox.Options{}, sandbox.Credential{})
	methods := make(map[string][]string)
	for _, e := range a.Endpoints() {
		methods[e.Path] = append(methods[e.Path], e.Method)
	}
	got := make(map[string]string)
	for path, of := range methods {
		slices.Sort(of)
		got[path] = strings.Join(of, " ")
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for _, path := range []string{
		"/v1/company/attendances", "/v1/company/attendances/projects", "/v2/webhooks/1/deliveries",
		"/v2/document-management/documents/1", "/v2/compensations/1",
	} {
		a.get(path).wantProblem(http.StatusNotFound, "Not Found", "#apinot_found")
	}
}

// TestBadListParameters asks every v2 list for what it cannot give.
func TestBadListParameters(t *testing.T) {
	t.Parallel()
	a := start(t, sandbox.Options{}, sandbox.Credential{})
	for path, most := range map[string]string{
		"/v2/attendance-periods": "101", "/v2/absence-periods": "101", "/v2/absence-types": "101", "/v2/projects": "201",
		"/v2/webhooks": "201", "/v2/compensations": "101", "/v2/compensations/types": "101", "/v2/jobs": "101",
		"/v2/salary-bands": "101", "/v2/reports": "101", "/v2/reports/attributes": "101",
		"/v2/document-management/documents": "201", "/v2/recruiting/jobs": "201", "/v2/recruiting/categories": "201",
		"/v2/recruiting/candidates": "201", "/v2/recruiting/applications": "201",
	} {
		for _, query := range []string{"limit=0", "limit=x", "limit=" + most, "cursor=cur_made-up"} {
			a.get(path+"?owner_id=1&"+query, "Beta", "true").wantProblem(http.StatusBadRequest, "Bad request", "#common.bad_request")
		}
	}
	for _, query := range []string{
		"/v2/attendance-periods?status=DONE", "/v2/attendance-periods?person.name=x", "/v2/attendance-periods?sort=colour",
		"/v2/attendance-periods?updated_at.gte=2026-01-01T12:00:00Z", "/v2/attendance-periods?start.date_time.gt=2026-01-01T12:00:00",
		"/v2/absence-periods?starts_from.date_time.gte=yesterday", "/v2/projects?status=OPEN", "/v2/projects?top_level_only=1",
		"/v2/projects?include=tracked_minutes", "/v2/webhooks?status=ON", "/v2/compensations?start_date=2026-01-01&end_date=2026-03-01",
		"/v2/compensations?start_date=1.1.2026", "/v2/jobs?sort=level", "/v2/document-management/documents",
		"/v2/document-management/documents?owner_id=1&created_at.gt=2026-01-01T00:00:00Z", "/v2/recruiting/candidates?updated_at.gt=x",
	} {
		a.get(query, "Beta", "true").wantProblem(http.StatusBadRequest, "Bad request", "#common.bad_request")
	}
}

// TestListsPage walks lists with a small limit and wants what one big page has.
func TestListsPage(t *testing.T) {
	t.Parallel()
	a := start(t, sandbox.Options{}, sandbox.Credential{})
	for path, limits := range map[string][2]string{
		"/v2/attendance-periods?status=CONFIRMED&": {"100", "17"}, "/v2/absence-periods?": {"100", "13"}, "/v2/absence-types?": {"100", "2"},
		"/v2/projects?": {"200", "1"}, "/v2/jobs?": {"100", "3"}, "/v2/salary-bands?": {"100", "1"}, "/v2/compensations?": {"100", "9"},
		"/v2/compensations/types?": {"100", "1"}, "/v2/recruiting/candidates?": {"200", "7"}, "/v2/recruiting/applications?": {"200", "11"},
		"/v2/recruiting/jobs?": {"200", "2"}, "/v2/recruiting/categories?": {"200", "1"},
	} {
		whole := a.get(path+"limit="+limits[0], "Beta", "true").wantStatus(http.StatusOK)
		if whole.next() != "" || len(whole.data()) == 0 {
			t.Fatalf("%s: %d rows, next %q", path, len(whole.data()), whole.next())
		}
		var ids []string
		for next := path + "limit=" + limits[1]; next != ""; {
			page := a.get(next, "Beta", "true").wantStatus(http.StatusOK)
			ids = append(ids, v2IDs(page.data())...)
			next = page.next()
		}
		if diff := cmp.Diff(v2IDs(whole.data()), ids); diff != "" {
			t.Errorf("%s:\n%s", path, diff)
		}
	}
}

// TestSameSeedSameRecords compares what two sandboxes answer.
func TestSameSeedSameRecords(t *testing.T) {
	t.Parallel()
	one, two := start(t, sandbox.Options{Seed: 5}, sandbox.Credential{}), start(t, sandbox.Options{Seed: 5}, sandbox.Credential{})
	other := start(t, sandbox.Options{Seed: 6}, sandbox.Credential{})
	for _, path := range []string{
		"/v2/attendance-periods", "/v2/absence-periods", "/v2/projects", "/v2/compensations", "/v2/recruiting/applications", "/v2/recruiting/candidates",
	} {
		first := one.get(path, "Beta", "true").data()
		if diff := cmp.Diff(first, two.get(path, "Beta", "true").data()); diff != "" {
			t.Errorf("%s:\n%s", path, diff)
		}
		if path != "/v2/projects" && cmp.Equal(first, other.get(path, "Beta", "true").data()) {
			t.Errorf("%s: another seed, but the same records", path)
		}
	}
}

func TestRateLimitsOfRecords(t *testing.T) {
	t.Parallel()
	a := start(t, sandbox.Options{RateLimits: true}, sandbox.Credential{})
	pair := a.AddRecruitingCredential(sandbox.RecruitingCredential{})
	for range 10 {
		r := a.get("/v2/absence-periods?limit=1").wantStatus(http.StatusOK)
		if got := r.header.Get("X-Ratelimit-Replenish-Rate"); got != "10" {
			t.Fatalf("replenish rate %q", got)
		}
	}
	a.get("/v2/absence-periods?limit=1").wantProblem(http.StatusTooManyRequests, "Too Many Requests", "#commontoo_many_requests")
	a.get("/v2/absence-types").wantStatus(http.StatusOK)
	for range 40 { // more than a second of employees takes
		a.get("/v1/company/time-off-types").wantStatus(http.StatusOK)
	}
	for range 60 {
		a.do(http.MethodPost, "/v1/company/documents", "", "").wantStatus(http.StatusUnprocessableEntity)
	}
	a.do(http.MethodPost, "/v1/company/documents", "", "").wantV1Error(http.StatusTooManyRequests)
	a.token = pair.Token
	for range 20 {
		a.do(http.MethodPost, "/v1/recruiting/applications", "application/json", "{}", "X-Company-ID", "71001").wantStatus(http.StatusBadRequest)
	}
	a.do(http.MethodPost, "/v1/recruiting/applications", "application/json", "{}", "X-Company-ID", "71001").wantV1Error(http.StatusTooManyRequests)
	a.do(http.MethodPost, "/v1/recruiting/applications/documents", "", "", "X-Company-ID", "71001").wantStatus(http.StatusUnprocessableEntity)
}
