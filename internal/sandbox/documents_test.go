package sandbox_test

import (
	"bytes"
	"image/png"
	"mime/multipart"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/personio-community/terraform-provider-personio/internal/sandbox"
	"github.com/personio-community/terraform-provider-personio/internal/sandbox/company"
	"github.com/personio-community/terraform-provider-personio/internal/sandbox/records"
)

// upload sends a multipart form with one file.
func (a *api) upload(path, fileName string, content []byte, fields map[string]string, header ...string) *response {
	a.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for name, value := range fields {
		if err := form.WriteField(name, value); err != nil {
			a.t.Fatal(err)
		}
	}
	if fileName != "" {
		file, err := form.CreateFormFile("file", fileName)
		if err != nil {
			a.t.Fatal(err)
		}
		if _, err := file.Write(content); err != nil {
			a.t.Fatal(err)
		}
	}
	if err := form.Close(); err != nil {
		a.t.Fatal(err)
	}
	return a.do(http.MethodPost, path, form.FormDataContentType(), body.String(), header...)
}

func TestDocumentLifecycle(t *testing.T) {
	t.Parallel()
	a := start(t, sandbox.Options{}, sandbox.Credential{Attributes: []string{"first_name"}})
	p := a.Company().People()[1]
	list := "/v2/document-management/documents?owner_id=" + itoa(p.ID)
	before := a.get(list).wantStatus(http.StatusOK).data()
	content := []byte("Inhalt ä\x00")
	made := a.upload("/v1/company/documents", "brief.txt", content, map[string]string{
		"title": "Brief", "employee_id": itoa(p.ID), "category_id": "2103", "date": "2026-10-01", "comment": "wichtig",
	}).wantStatus(http.StatusCreated).object()
	id, _ := dig(made, "data", "id").(float64)
	attribute := func(label, kind, key string, value any) object {
		return object{"label": label, "type": kind, "universal_id": key, "value": value}
	}
	wantMade := object{"id": id, "type": "Document", "attributes": object{
		"title": "Brief", "date": "2026-10-01", "comment": "wichtig",
		"employee": object{"type": "Employee", "attributes": object{
			"id": attribute("ID", "integer", "id", float64(p.ID)), "first_name": attribute("First name", "standard", "first_name", p.FirstName),
		}},
		"category": object{"id": 2103.0, "type": "DocumentCategory", "attributes": object{"name": "Certificates of employment"}},
	}}
	if diff := cmp.Diff(any(wantMade), dig(made, "data")); diff != "" {
		t.Errorf("uploaded:\n%s", diff)
	}
	after := a.get(list).data()
	if len(after) != len(before)+1 {
		t.Fatalf("%d documents, %d before", len(after), len(before))
	}
	want := object{
		"id": itoa(int(id)), "name": "Brief", "date": "2026-10-01", "comment": "wichtig", "category": ref("2103"), "owner": ref(itoa(p.ID)),
		"document_type": "FILE", "size": float64(len(content)), "created_at": "2026-11-01T12:00:00Z", "virus_scan": object{"status": "CLEAN"}, "esignature": nil,
	}
	if diff := cmp.Diff(want, after[len(after)-1]); diff != "" {
		t.Errorf("in the list:\n%s", diff)
	}
	path := "/v2/document-management/documents/" + itoa(int(id))
	download := a.get(path + "/download").wantStatus(http.StatusOK)
	if !bytes.Equal(download.body, content) || download.header.Get("Content-Disposition") != "attachment; filename=brief.txt" {
		t.Errorf("download: %q %v", download.body, download.header)
	}
	want["name"], want["date"], want["comment"], want["category"] = "Neu", nil, nil, ref("2101")
	patched := a.json(http.MethodPatch, path, object{"name": "Neu", "date": nil, "comment": "", "category": ref("2101")}).wantStatus(http.StatusOK).object()
	if diff := cmp.Diff(want, patched); diff != "" {
		t.Errorf("patched:\n%s", diff)
	}
	a.json(http.MethodPatch, path, object{"category": ref("1")}).wantProblem(http.StatusUnprocessableEntity, "Unprocessable entity", "#common.unprocessable_entity")
	for _, body := range []object{{"name": ""}, {"date": "1.1.2026"}, {"name": 5}} {
		a.json(http.MethodPatch, path, body).wantProblem(http.StatusBadRequest, "Bad request", "#common.bad_request")
	}
	a.do(http.MethodDelete, path, "", "").wantStatus(http.StatusNoContent)
	a.do(http.MethodDelete, path, "", "").wantProblem(http.StatusNotFound, "Resource not found", "#common.requested_resource_not_found")
	a.json(http.MethodPatch, path, object{}).wantStatus(http.StatusNotFound)
	a.get(path + "/download").wantStatus(http.StatusNotFound)
}

func TestDocumentsFromTheStart(t *testing.T) {
	t.Parallel()
	a := start(t, sandbox.Options{}, sandbox.Credential{})
	p := a.Company().People()[0] // has a contract and a payslip
	list := "/v2/document-management/documents?owner_id=" + itoa(p.ID)
	all := a.get(list).wantStatus(http.StatusOK).data()
	for query, keep := range map[string]func(object) bool{
		"&category_id=2102":                    func(o object) bool { return nested(o, "category", "id") == "2102" },
		"&created_at.gte=2026-06-01T00:00:00Z": func(o object) bool { return text(o["created_at"]) >= "2026-06-01" },
		"&created_at.lt=2026-06-01T00:00:00Z":  func(o object) bool { return text(o["created_at"]) < "2026-06-01" },
	} {
		want := slices.DeleteFunc(slices.Clone(all), func(o object) bool { return !keep(o) })
		if diff := cmp.Diff(v2IDs(want), v2IDs(a.get(list+query).wantStatus(http.StatusOK).data())); diff != "" {
			t.Errorf("%s:\n%s", query, diff)
		}
	}
	file := a.get("/v2/document-management/documents/" + text(all[0]["id"]) + "/download").wantStatus(http.StatusOK)
	if !bytes.HasPrefix(file.body, []byte("%PDF-")) || file.header.Get("Content-Type") != "application/pdf" || float64(len(file.body)) != all[0]["size"] {
		t.Errorf("%s of %d bytes, want a PDF of %v", file.header.Get("Content-Type"), len(file.body), all[0]["size"])
	}
	want := []object{
		{"id": 2101.0, "type": "DocumentCategory", "attributes": object{"name": "Arbeitsverträge"}},
		{"id": 2102.0, "type": "DocumentCategory", "attributes": object{"name": "Payslips"}},
		{"id": 2103.0, "type": "DocumentCategory", "attributes": object{"name": "Certificates of employment"}},
	}
	if diff := cmp.Diff(want, a.get("/v1/company/document-categories").wantStatus(http.StatusOK).data()); diff != "" {
		t.Errorf("categories:\n%s", diff)
	}
	if nobody := a.get("/v2/document-management/documents?owner_id=1").wantStatus(http.StatusOK).data(); len(nobody) != 0 {
		t.Errorf("documents of nobody: %v", nobody)
	}
	a.do(http.MethodDelete, "/v2/persons/"+itoa(p.ID), "", "").wantStatus(http.StatusNoContent)
	if left := a.get(list).data(); len(left) != 0 {
		t.Errorf("documents of a deleted person: %v", left)
	}
}

func TestUploadRefusals(t *testing.T) {
	t.Parallel()
	a := start(t, sandbox.Options{}, sandbox.Credential{})
	fields := func(change ...string) map[string]string {
		all := map[string]string{"title": "x", "employee_id": itoa(a.Company().People()[0].ID), "category_id": "2101"}
		for i := 0; i < len(change); i += 2 {
			all[change[i]] = change[i+1]
		}
		return all
	}
	before := len(a.Records().Documents.All())
	for field, change := range map[string][]string{
		"title": {"title", strings.Repeat("x", 256)}, "employee_id": {"employee_id", "me"}, "category_id": {"category_id", ""}, "date": {"date", "today"},
	} {
		r := a.upload("/v1/company/documents", "a.pdf", nil, fields(change...))
		if message := r.wantV1Error(http.StatusUnprocessableEntity); message != "The given data was invalid." || dig(r.object(), "error", "error_data", field) == nil {
			t.Errorf("%s: %s", field, r.body)
		}
	}
	a.upload("/v1/company/documents", "a.exe", nil, fields()).wantV1Error(http.StatusUnprocessableEntity)
	a.upload("/v1/company/documents", "", nil, fields()).wantV1Error(http.StatusUnprocessableEntity)
	a.upload("/v1/company/documents", "a.pdf", make([]byte, 30<<20+1), fields()).wantV1Error(http.StatusUnprocessableEntity)
	a.json(http.MethodPost, "/v1/company/documents", fields()).wantV1Error(http.StatusUnprocessableEntity)
	if got := a.upload("/v1/company/documents", "a.pdf", nil, fields("category_id", "9")).wantV1Error(http.StatusNotFound); got != "No query results for model [DocumentCategory] 9" {
		t.Errorf("unknown category: %q", got)
	}
	a.upload("/v1/company/documents", "a.pdf", nil, fields("employee_id", "9")).wantV1Error(http.StatusNotFound)
	if after := len(a.Records().Documents.All()); after != before {
		t.Errorf("%d documents, %d before", after, before)
	}
}

func TestProfilePicture(t *testing.T) {
	t.Parallel()
	a := start(t, sandbox.Options{}, sandbox.Credential{})
	people := a.Company().People()
	with := people[slices.IndexFunc(people, func(p company.Person) bool { return p.HasPicture })]
	without := people[slices.IndexFunc(people, func(p company.Person) bool { return !p.HasPicture })]
	path := "/v1/company/employees/" + itoa(with.ID) + "/profile-picture"
	for suffix, want := range map[string]int{"": 128, "/40": 40, "/5000": 128} {
		r := a.get(path + suffix).wantStatus(http.StatusOK)
		config, err := png.DecodeConfig(bytes.NewReader(r.body))
		if err != nil || config.Width != want || r.header.Get("Content-Type") != "image/png" {
			t.Errorf("%q: %v wide, %v, %s", suffix, config.Width, err, r.header.Get("Content-Type"))
		}
	}
	a.get(path + "/0").wantV1Error(http.StatusUnprocessableEntity)
	a.get("/v1/company/employees/" + itoa(without.ID) + "/profile-picture/40").wantV1Error(http.StatusNotFound)
	a.get("/v1/company/employees/1/profile-picture/40").wantV1Error(http.StatusNotFound)
	a.DropAttributes(a.credential.ClientID, "profile_picture")
	a.get(path + "/40").wantV1Error(http.StatusNotFound)
}

func TestReports(t *testing.T) {
	t.Parallel()
	a := start(t, sandbox.Options{}, sandbox.Credential{Attributes: []string{}})
	open := a.get("/v2/reports").wantStatus(http.StatusOK)
	if diff := cmp.Diff([]string{records.ReportGrouped, records.ReportAbsences, records.ReportAttendances, records.ReportHeadcount}, v2IDs(open.data())); diff != "" {
		t.Errorf("open reports, the latest edited first:\n%s", diff)
	}
	want := object{"id": records.ReportHeadcount, "name": "Headcount", "chart_type": "table", "edited_at": object{"date_time": "2026-03-01T08:00:00Z"}}
	if diff := cmp.Diff(want, open.data()[3]); diff != "" {
		t.Errorf("report:\n%s", diff)
	}
	a.get("/v2/reports/" + records.ReportSalaries).wantReportRefusal("Report with " + records.ReportSalaries + " not found.")
	a.get("/v2/reports/nothing").wantReportRefusal("Report with nothing not found.")
	a.get("/v2/reports/" + records.ReportGrouped).wantReportRefusal("Unsupported nested type: null")
	if !a.OpenReport(records.ReportSalaries, true) || a.OpenReport("nothing", true) {
		t.Error("OpenReport does not tell which reports there are")
	}
	a.get("/v2/reports/" + records.ReportSalaries).wantStatus(http.StatusOK)
	a.OpenReport(records.ReportHeadcount, false)
	a.get("/v2/reports/" + records.ReportHeadcount).wantStatus(http.StatusBadRequest)
	columns := a.get("/v2/reports/attributes").wantStatus(http.StatusOK).data()
	if diff := cmp.Diff(object{"name": "fix_salary", "display": "Fix salary", "type": "decimal"}, columns[5]); diff != "" {
		t.Errorf("attribute:\n%s", diff)
	}
}

// TestReportRows reads a report page by page: its links are plain strings. A
// whitelist does not narrow it.
func TestReportRows(t *testing.T) {
	t.Parallel()
	a := start(t, sandbox.Options{}, sandbox.Credential{Attributes: []string{}})
	departments := make(map[int]string)
	for _, unit := range a.Company().Organisation().Departments {
		departments[unit.ID] = unit.Name
	}
	cell := func(name string, value object) any {
		value["attribute_id"] = name
		return any(value)
	}
	texts := func(value string) object { return object{"string_value": object{"value": value}} }
	var want []any
	for _, p := range a.Company().People() {
		if !p.Active() {
			continue
		}
		salary := any(p.FixSalary)
		if p.FixSalary == 0 {
			salary = nil
		}
		want = append(want, []any{
			cell("last_name", texts(p.LastName)), cell("first_name", texts(p.FirstName)), cell("position", texts(p.Employment.Position)),
			cell("department_id", object{"options_value": object{"options": []any{object{"key": itoa(p.Employment.DepartmentID), "value": departments[p.Employment.DepartmentID]}}}}),
			cell("hire_date", texts(p.Employment.HireDate)), cell("fix_salary", object{"numeric_value": object{"number": salary}}),
		})
	}
	var got []any
	for next := "/v2/reports/" + records.ReportHeadcount + "?limit=20&locale=de"; next != ""; {
		page := a.get(next).wantStatus(http.StatusOK).object()
		rows, _ := page["_data"].([]any)
		got = append(got, rows...)
		if nested(page, "report_config", "name") != "Headcount" || len(dig(page, "_meta", "columns").([]any)) != 6 {
			t.Fatalf("page: %v", page)
		}
		next = nested(page, "_meta", "links", "next")
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("rows:\n%s", diff)
	}
	for id, count := range map[string]int{
		records.ReportAbsences:    len(a.Records().Absences.All()),
		records.ReportAttendances: len(slices.DeleteFunc(slices.Clone(a.Records().Attendances.All()), func(r records.Attendance) bool { return r.Type != "WORK" })),
	} {
		rows, _ := a.get("/v2/reports/" + id + "?limit=100").wantStatus(http.StatusOK).object()["_data"].([]any)
		if len(rows) != min(count, 100) {
			t.Errorf("%s: %d rows, want %d", id, len(rows), count)
		}
	}
}

func TestCustomReports(t *testing.T) {
	t.Parallel()
	a := start(t, sandbox.Options{}, sandbox.Credential{})
	ids := func(query string) []string {
		t.Helper()
		got := []string{}
		for _, row := range a.get("/v1/company/custom-reports/reports" + query).wantStatus(http.StatusOK).data() {
			got = append(got, nested(row, "attributes", "id"))
		}
		return got
	}
	for query, want := range map[string][]string{
		"":                 {records.ReportAbsences, records.ReportAttendances, records.ReportHeadcount},
		"?status=updating": {},
		"?status=up_to_date&report_ids=" + records.ReportHeadcount + "," + records.ReportSalaries: {records.ReportHeadcount},
	} {
		if diff := cmp.Diff(want, ids(query)); diff != "" {
			t.Errorf("%q:\n%s", query, diff)
		}
	}
	path := "/v1/company/custom-reports/reports/"
	r := a.get(path + records.ReportHeadcount + "?limit=7&page=2").wantStatus(http.StatusOK)
	items, _ := dig(r.data()[0], "attributes", "items").([]any)
	var active []company.Person
	for _, p := range a.Company().People() {
		if p.Active() {
			active = append(active, p)
		}
	}
	if len(items) != 7 || dig(items[0], "employee_id") != float64(active[7].ID) || dig(r.object(), "metadata", "total_elements") != float64(len(active)) {
		t.Errorf("second page: %s", r.body)
	}
	first, _ := dig(items[0], "attributes").([]any)
	if diff := cmp.Diff(any(object{"attribute_id": "last_name", "data_type": "TEXT", "value": active[7].LastName, "employee_id": float64(active[7].ID)}), first[0]); diff != "" {
		t.Errorf("cell:\n%s", diff)
	}
	for request, status := range map[string]int{
		path + records.ReportSalaries: http.StatusNotFound, path + records.ReportGrouped: http.StatusNotFound, path + records.ReportHeadcount + "?page=0": http.StatusBadRequest,
		"/v1/company/custom-reports/columns?report_id=1": http.StatusNotFound,
	} {
		refused := a.get(request).wantStatus(status)
		if !bytes.HasPrefix(refused.body, []byte(`[{"errors":[{"_meta":[{`)) {
			t.Errorf("%s: %s", request, refused.body)
		}
	}
	columns := a.get("/v1/company/custom-reports/columns?columns=first_name,fix_salary&report_id=" + records.ReportHeadcount).wantStatus(http.StatusOK).object()
	want := object{"type": "Column", "attributes": []any{
		object{"attribute_id": "first_name", "human_readable": "First name (legal)", "data_type": "TEXT"},
		object{"attribute_id": "fix_salary", "human_readable": "Fix salary", "data_type": "SALARY"},
	}}
	if diff := cmp.Diff(any(want), columns["data"]); diff != "" {
		t.Errorf("columns:\n%s", diff)
	}
}
