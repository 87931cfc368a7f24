package passthrough

import (
	"net/http"
	"slices"

	"github.com/personio-community/terraform-provider-personio/internal/attribute"
)

// The shapes of records: objects that belong to people without being people.
var (
	record = shape{"people by id", records}
	things = shape{"nothing", records}
	// webhook never tells the secrets of a webhook, which Personio may or may not
	// send back.
	webhook = shape{"nothing; token and custom_headers are left out", recordsWithout("token", "custom_headers")}
	// delivered is what was sent to a webhook, without the headers that it may have
	// been sent with.
	delivered = shape{"people by id; headers are left out", recordsWithout("token", "custom_headers", "headers", "request_headers", "response_headers", "authorization", "Authorization")}
	// report is open to who is named in report_ids, and then whole.
	report = shape{"every attribute in the report", records}
)

// recordEndpoints are those of everything but employees and the organisation.
// All of them pass on what scopes allow; people in them are cut to their id and
// to attributes that may be read.
func recordEndpoints() []endpoint {
	all := slices.Concat(absenceEndpoints(), attendanceEndpoints(), payEndpoints(), documentEndpoints(), reportEndpoints(), webhookEndpoints(), recruitingEndpoints())
	for i := range all {
		all[i].AnyQuery = true
	}
	return all
}

// collection is the usual five endpoints of a v2 collection.
func collection(read, change, path string, list, one, answer shape) []endpoint {
	return []endpoint{
		get(read, path, list),
		get(read, path+"/{id}", one),
		write(change, http.MethodPost, path, anyContent, answer),
		write(change, http.MethodPatch, path+"/{id}", anyContent, answer),
		write(change, http.MethodDelete, path+"/{id}", nil, things),
	}
}

func absenceEndpoints() []endpoint {
	const v1 = "/v1/company"
	const read, change = attribute.ScopeAbsencesRead, attribute.ScopeAbsencesWrite
	balance := get(read, v1+"/employees/{employee_id}/absences/balance", shape{"absence balances of one employee", records})
	balance.Scopes = append(balance.Scopes, attribute.ScopePersonsRead)
	return append(collection(read, change, "/v2/absence-periods", record, record, record),
		get(read, "/v2/absence-periods/{id}/breakdowns", record),
		get(read, "/v2/absence-types", things),
		get(read, "/v2/absence-types/{id}", things),

		balance,
		get(read, v1+"/time-off-types", things),
		get(read, v1+"/time-offs", record),
		get(read, v1+"/time-offs/{id}", record),
		write(change, http.MethodPost, v1+"/time-offs", anyContent, record),
		write(change, http.MethodDelete, v1+"/time-offs/{id}", nil, things),
		get(read, v1+"/absence-periods", record),
		write(change, http.MethodPost, v1+"/absence-periods", anyContent, record),
		write(change, http.MethodDelete, v1+"/absence-periods/{id}", nil, things),
	)
}

// attendanceEndpoints hold projects, too, which belong to attendances in
// Personio's reference and name no scope of their own.
func attendanceEndpoints() []endpoint {
	const read, change, members = attribute.ScopeAttendancesRead, attribute.ScopeAttendancesWrite, "/v2/projects/{id}/members"
	remove := write(change, http.MethodDelete, members, nil, things)
	remove.Check = checkMembersNamed
	return slices.Concat(
		collection(read, change, "/v2/attendance-periods", record, record, record),
		collection(read, change, "/v2/projects", things, things, things),
		[]endpoint{get(read, members, record), write(change, http.MethodPost, members, anyContent, record), remove},
	)
}

func payEndpoints() []endpoint {
	const read, change = attribute.ScopeCompensationsRead, attribute.ScopeCompensationsWrite
	all := []endpoint{
		get(read, "/v2/compensations", shape{"pay of people by id", records}),
		get(read, "/v2/compensations/types", things),
		write(change, http.MethodPost, "/v2/compensations", anyContent, shape{"pay of one person by id", records}),
		write(change, http.MethodPost, "/v2/compensations/types", anyContent, things),
		get(attribute.ScopeJobsRead, "/v2/jobs", jobs),
		get(attribute.ScopeJobsRead, "/v2/jobs/{id}", jobs),
		get(attribute.ScopeSalaryBandsRead, "/v2/salary-bands", things),
		get(attribute.ScopeSalaryBandsRead, "/v2/salary-bands/{id}", things),
	}
	for i := range all {
		if all[i].Read != nil {
			all[i].Scopes = append(all[i].Scopes, read) // Personio asks for both to create.
		}
	}
	return all
}

// jobs show the bands of salaries only to who may read those.
var jobs = shape{"nothing; salary_band_ids with personio:salary-bands:read", func(f *filter) error {
	if !f.principal.Scopes.Has(attribute.ScopeSalaryBandsRead) {
		f.omitted = map[string]bool{"salary_band_ids": true, "salary_bands": true}
	}
	return f.record()
}}

func reportEndpoints() []endpoint {
	const read, v1 = attribute.ScopeReportsRead, "/v1/company/custom-reports"
	one := get(read, "/v2/reports/{id}", report)
	oneV1 := get(read, v1+"/reports/{id}", report)
	one.Check, oneV1.Check = checkReport, checkReport
	columns := get(read, v1+"/columns", things)
	columns.Check = checkReportColumns
	all := []endpoint{
		get(read, "/v2/reports", shape{"nothing; reports in report_ids", reportList}),
		get(read, "/v2/reports/attributes", things),
		one,
		get(read, v1+"/reports", shape{"authors by allowed attributes; reports in report_ids", reportList}),
		oneV1,
		columns,
	}
	for i := range all[:3] {
		all[i].Denied = http.StatusBadRequest // As Personio's v2 reports do.
	}
	return all
}

func documentEndpoints() []endpoint {
	const read, change, documents = attribute.ScopeDocumentsRead, attribute.ScopeDocumentsWrite, "/v2/document-management/documents"
	document := shape{"people by id; documents of document_category_ids", documentOne}
	update := write(change, http.MethodPatch, documents+"/{id}", documentPatch, document)
	remove := write(change, http.MethodDelete, documents+"/{id}", nil, things)
	download := get(read, documents+"/{id}/download", shape{Holds: "a document of document_category_ids"})
	update.Check, remove.Check, download.Check = checkDocument, checkDocument, checkDocument
	return []endpoint{
		get(read, documents, shape{document.Holds, documentList}),
		update, remove, download,
		get(read, "/v1/company/document-categories", shape{"nothing; categories in document_category_ids", categoryList}),
		write(change, http.MethodPost, "/v1/company/documents", documentUpload, record),
	}
}

func webhookEndpoints() []endpoint {
	const read, change, one = attribute.ScopeWebhooksRead, attribute.ScopeWebhooksWrite, "/v2/webhooks/{id}"
	return append(collection(read, change, "/v2/webhooks", webhook, webhook, webhook),
		get(read, one+"/activity", delivered),
		get(read, one+"/events", delivered),
		write(change, http.MethodPost, one+"/ping", anyOrNothing, delivered),
		write(change, http.MethodPost, one+"/test-event", anyContent, delivered),
		write(change, http.MethodPost, one+"/redelivery", anyContent, delivered),
	)
}

// recruitingEndpoints are about candidates, who are no employees; those who hire
// them are.
func recruitingEndpoints() []endpoint {
	applicants := shape{"candidates; employees by id", candidates}
	var all []endpoint
	for _, name := range []string{"jobs", "categories", "candidates", "applications"} {
		all = append(all,
			get(attribute.ScopeRecruitingRead, "/v2/recruiting/"+name, applicants),
			get(attribute.ScopeRecruitingRead, "/v2/recruiting/"+name+"/{id}", applicants))
	}
	all = append(all, get(attribute.ScopeRecruitingRead, "/v2/recruiting/applications/{id}/stage-transitions", applicants))
	for i := range all {
		all[i].Beta = true
	}
	return append(all, recruitingPost("/v1/recruiting/applications", anyContent), recruitingPost("/v1/recruiting/applications/documents", anyUpload))
}

// recruitingPost is an endpoint by which a career site hands something in.
func recruitingPost(path string, read reader) endpoint {
	return endpoint{
		Method: http.MethodPost, Pattern: path, Recruiting: true, Denied: http.StatusForbidden, Read: read, Answer: shape{"nothing of employees", candidates},
	}
}
