package sandbox

import (
	"net/http"
	"slices"
	"strings"
)

// endpoint is one operation of the API.
type endpoint struct {
	pattern string // of [http.ServeMux]
	right   string // the official scope it takes; empty: any token will do
	also    string // a second scope that it takes
	beta    bool   // answers only to requests with the header Beta: true
	body    int64  // bytes of a request body that are read; zero: [maxBody]
	serve   func(w http.ResponseWriter, r *http.Request, c *caller)

	// recruiting endpoints take the static pair of [RecruitingCredential].
	recruiting bool
}

// Endpoint is one operation of the API, the token endpoints aside.
type Endpoint struct {
	Method string
	Path   string // with {id} and the like in it
	Scopes []string
	Beta   bool // needs the header Beta: true
	// Recruiting says that it takes a recruiting token instead of scopes.
	Recruiting bool
}

// Endpoints returns what the sandbox serves, so that others can check a table
// of theirs against it.
func (s *Sandbox) Endpoints() []Endpoint {
	var all []Endpoint
	for _, e := range s.endpoints() {
		method, path, _ := strings.Cut(e.pattern, " ")
		shown := Endpoint{Method: method, Path: path, Beta: e.beta, Recruiting: e.recruiting}
		for _, scope := range []string{e.right, e.also} {
			if scope != "" {
				shown.Scopes = append(shown.Scopes, scope)
			}
		}
		all = append(all, shown)
	}
	return all
}

func (s *Sandbox) endpoints() []endpoint {
	return slices.Concat(
		s.peopleEndpoints(), s.organisationEndpoints(), s.timeEndpoints(), s.absenceEndpoints(), s.payEndpoints(),
		s.documentEndpoints(), s.reportEndpoints(), s.webhookEndpoints(), s.recruitingEndpoints(),
	)
}

func (s *Sandbox) peopleEndpoints() []endpoint {
	const read, write = "personio:persons:read", "personio:persons:write"
	return []endpoint{
		{pattern: "GET /v1/company/employees", right: read, serve: s.listEmployees},
		{pattern: "POST /v1/company/employees", right: write, serve: s.createEmployee},
		{pattern: "GET /v1/company/employees/attributes", right: read, serve: s.listAttributes},
		{pattern: "GET /v1/company/employees/custom-attributes", right: read, serve: s.listAttributes},
		{pattern: "GET /v1/company/employees/{id}", right: read, serve: s.getEmployee},
		{pattern: "PATCH /v1/company/employees/{id}", right: write, serve: s.updateEmployee},
		{pattern: "GET /v1/company/employees/{id}/profile-picture", right: read, serve: s.getPicture},
		{pattern: "GET /v1/company/employees/{id}/profile-picture/{width}", right: read, serve: s.getPicture},

		{pattern: "GET /v2/persons", right: read, serve: s.listPersons},
		{pattern: "POST /v2/persons", right: write, serve: s.createPerson},
		{pattern: "GET /v2/persons/{id}", right: read, serve: s.getPerson},
		{pattern: "PATCH /v2/persons/{id}", right: write, serve: s.updatePerson},
		{pattern: "DELETE /v2/persons/{id}", right: write, serve: s.deletePerson},
		{pattern: "GET /v2/persons/{id}/employments", right: read, serve: s.listEmployments},
		{pattern: "GET /v2/persons/{id}/employments/{employment}", right: read, serve: s.getEmployment},
		{pattern: "PATCH /v2/persons/{id}/employments/{employment}", right: write, serve: s.updateEmployment},
	}
}

func (s *Sandbox) organisationEndpoints() []endpoint {
	return []endpoint{
		{pattern: "GET /v2/org-units", beta: true, serve: s.listOrgUnits},
		{pattern: "GET /v2/org-units/{id}", serve: s.getOrgUnit},
		{pattern: "GET /v2/legal-entities", serve: s.listLegalEntities},
		{pattern: "GET /v2/legal-entities/{id}", serve: s.getLegalEntity},
		{pattern: "GET /v2/workplaces", beta: true, serve: s.listWorkplaces},
		{pattern: "GET /v2/cost-centers", beta: true, serve: s.listCostCenters},
	}
}

func (s *Sandbox) timeEndpoints() []endpoint {
	const read, write = "personio:attendances:read", "personio:attendances:write"
	return []endpoint{
		{pattern: "GET /v2/attendance-periods", right: read, serve: s.listAttendances},
		{pattern: "POST /v2/attendance-periods", right: write, serve: s.createAttendance},
		{pattern: "GET /v2/attendance-periods/{id}", right: read, serve: s.getAttendance},
		{pattern: "PATCH /v2/attendance-periods/{id}", right: write, serve: s.updateAttendance},
		{pattern: "DELETE /v2/attendance-periods/{id}", right: write, serve: s.deleteAttendance},

		{pattern: "GET /v2/projects", right: read, serve: s.listProjects},
		{pattern: "POST /v2/projects", right: write, serve: s.createProject},
		{pattern: "GET /v2/projects/{id}", right: read, serve: s.getProject},
		{pattern: "PATCH /v2/projects/{id}", right: write, serve: s.updateProject},
		{pattern: "DELETE /v2/projects/{id}", right: write, serve: s.deleteProject},
		{pattern: "GET /v2/projects/{id}/members", right: read, serve: s.listMembers},
		{pattern: "POST /v2/projects/{id}/members", right: write, serve: s.addMembers},
		{pattern: "DELETE /v2/projects/{id}/members", right: write, serve: s.removeMembers},
	}
}

func (s *Sandbox) absenceEndpoints() []endpoint {
	const read, write = "personio:absences:read", "personio:absences:write"
	return []endpoint{
		{pattern: "GET /v2/absence-periods", right: read, serve: s.listAbsences},
		{pattern: "POST /v2/absence-periods", right: write, serve: s.createAbsence},
		{pattern: "GET /v2/absence-periods/{id}", right: read, serve: s.getAbsence},
		{pattern: "PATCH /v2/absence-periods/{id}", right: write, serve: s.updateAbsence},
		{pattern: "DELETE /v2/absence-periods/{id}", right: write, serve: s.deleteAbsence},
		{pattern: "GET /v2/absence-periods/{id}/breakdowns", right: read, serve: s.listBreakdowns},
		{pattern: "GET /v2/absence-types", right: read, serve: s.listAbsenceTypes},
		{pattern: "GET /v2/absence-types/{id}", right: read, serve: s.getAbsenceType},

		{pattern: "GET /v1/company/employees/{id}/absences/balance", right: read, also: "personio:persons:read", serve: s.getBalance},
		{pattern: "GET /v1/company/time-off-types", right: read, serve: s.listTimeOffTypes},
		{pattern: "GET /v1/company/time-offs", right: read, serve: s.listTimeOffs},
		{pattern: "POST /v1/company/time-offs", right: write, serve: s.createTimeOff},
		{pattern: "GET /v1/company/time-offs/{id}", right: read, serve: s.getTimeOff},
		{pattern: "DELETE /v1/company/time-offs/{id}", right: write, serve: s.deleteTimeOff},
		{pattern: "GET /v1/company/absence-periods", right: read, serve: s.listHourly},
		{pattern: "POST /v1/company/absence-periods", right: write, serve: s.createHourly},
		{pattern: "DELETE /v1/company/absence-periods/{id}", right: write, serve: s.deleteHourly},
	}
}

func (s *Sandbox) payEndpoints() []endpoint {
	const read, write = "personio:compensations:read", "personio:compensations:write"
	const jobs, bands = "personio:jobs:read", "personio:salary-bands:read"
	return []endpoint{
		{pattern: "GET /v2/compensations", right: read, serve: s.listCompensations},
		{pattern: "POST /v2/compensations", right: write, also: read, serve: s.createCompensation},
		{pattern: "GET /v2/compensations/types", right: read, serve: s.listCompensationTypes},
		{pattern: "POST /v2/compensations/types", right: write, also: read, serve: s.createCompensationType},
		{pattern: "GET /v2/jobs", right: jobs, serve: s.listJobs},
		{pattern: "GET /v2/jobs/{id}", right: jobs, serve: s.getJob},
		{pattern: "GET /v2/salary-bands", right: bands, serve: s.listSalaryBands},
		{pattern: "GET /v2/salary-bands/{id}", right: bands, serve: s.getSalaryBand},
	}
}

func (s *Sandbox) documentEndpoints() []endpoint {
	const read, write = "documents:read", "documents:write"
	return []endpoint{
		{pattern: "GET /v2/document-management/documents", right: read, serve: s.listDocuments},
		{pattern: "PATCH /v2/document-management/documents/{id}", right: write, serve: s.updateDocument},
		{pattern: "DELETE /v2/document-management/documents/{id}", right: write, serve: s.deleteDocument},
		{pattern: "GET /v2/document-management/documents/{id}/download", right: read, serve: s.downloadDocument},
		{pattern: "GET /v1/company/document-categories", right: read, serve: s.listDocumentCategories},
		{pattern: "POST /v1/company/documents", right: write, body: maxDocumentRequest, serve: s.uploadDocument},
	}
}

func (s *Sandbox) reportEndpoints() []endpoint {
	const read = "reports.custom:read"
	return []endpoint{
		{pattern: "GET /v2/reports", right: read, serve: s.listReports},
		{pattern: "GET /v2/reports/attributes", right: read, serve: s.listReportAttributes},
		{pattern: "GET /v2/reports/{id}", right: read, serve: s.getReport},
		{pattern: "GET /v1/company/custom-reports/reports", right: read, serve: s.listCustomReports},
		{pattern: "GET /v1/company/custom-reports/reports/{id}", right: read, serve: s.getCustomReport},
		{pattern: "GET /v1/company/custom-reports/columns", right: read, serve: s.listCustomReportColumns},
	}
}

func (s *Sandbox) webhookEndpoints() []endpoint {
	const read, write = "personio:webhooks:read", "personio:webhooks:write"
	return []endpoint{
		{pattern: "GET /v2/webhooks", right: read, serve: s.listWebhooks},
		{pattern: "POST /v2/webhooks", right: write, serve: s.createWebhook},
		{pattern: "GET /v2/webhooks/{id}", right: read, serve: s.getWebhook},
		{pattern: "PATCH /v2/webhooks/{id}", right: write, serve: s.updateWebhook},
		{pattern: "DELETE /v2/webhooks/{id}", right: write, serve: s.deleteWebhook},
		{pattern: "GET /v2/webhooks/{id}/activity", right: read, serve: s.listWebhookActivities},
		{pattern: "GET /v2/webhooks/{id}/events", right: read, serve: s.listWebhookEvents},
		{pattern: "POST /v2/webhooks/{id}/ping", right: write, serve: s.pingWebhook},
		{pattern: "POST /v2/webhooks/{id}/test-event", right: write, serve: s.testWebhook},
		{pattern: "POST /v2/webhooks/{id}/redelivery", right: write, serve: s.redeliverWebhook},
	}
}

func (s *Sandbox) recruitingEndpoints() []endpoint {
	const read = "personio:recruiting:read"
	return []endpoint{
		{pattern: "GET /v2/recruiting/jobs", right: read, beta: true, serve: s.listRecruitingJobs},
		{pattern: "GET /v2/recruiting/jobs/{id}", right: read, beta: true, serve: s.getRecruitingJob},
		{pattern: "GET /v2/recruiting/categories", right: read, beta: true, serve: s.listRecruitingCategories},
		{pattern: "GET /v2/recruiting/categories/{id}", right: read, beta: true, serve: s.getRecruitingCategory},
		{pattern: "GET /v2/recruiting/candidates", right: read, beta: true, serve: s.listCandidates},
		{pattern: "GET /v2/recruiting/candidates/{id}", right: read, beta: true, serve: s.getCandidate},
		{pattern: "GET /v2/recruiting/applications", right: read, beta: true, serve: s.listApplications},
		{pattern: "GET /v2/recruiting/applications/{id}", right: read, beta: true, serve: s.getApplication},
		{pattern: "GET /v2/recruiting/applications/{id}/stage-transitions", right: read, beta: true, serve: s.listStageTransitions},
		{pattern: "POST /v1/recruiting/applications", recruiting: true, serve: s.createApplication},
		{pattern: "POST /v1/recruiting/applications/documents", recruiting: true, body: maxUploadRequest, serve: s.uploadApplicationDocument},
	}
}

func (s *Sandbox) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/", noRoute)
	mux.HandleFunc("POST /v1/auth", s.limited(s.authV1))
	mux.HandleFunc("POST /v2/auth/token", s.limited(s.authToken))
	mux.HandleFunc("POST /v2/auth/revoke", s.limited(s.authRevoke))
	for _, e := range s.endpoints() {
		if e.body == 0 {
			e.body = maxBody
		}
		if e.recruiting {
			mux.HandleFunc(e.pattern, s.limited(s.recruitingGuarded(e)))
			continue
		}
		mux.HandleFunc(e.pattern, s.limited(s.guarded(e)))
	}
	return mux
}

// guarded lets a request through to an endpoint that it may use.
func (s *Sandbox) guarded(e endpoint) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if e.beta && !strings.EqualFold(r.Header.Get("Beta"), "true") {
			noRoute(w, r)
			return
		}
		c, ok := s.authenticate(r)
		if !ok {
			unauthorized(w, r)
			return
		}
		s.SetClientID(r, c.clientID)
		if e.right != "" && !c.rights[e.right] || e.also != "" && !c.rights[e.also] {
			forbidden(w, r)
			return
		}
		if isV1(r) {
			w.Header().Set("Authorization", r.Header.Get("Authorization"))
		}
		r.Body = http.MaxBytesReader(w, r.Body, e.body)
		e.serve(w, r, c)
	}
}
