package sandbox_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/personio-community/terraform-provider-personio/internal/sandbox"
	"github.com/personio-community/terraform-provider-personio/internal/sandbox/records"
)

func (a *api) beta(path string) *response {
	a.t.Helper()
	return a.get(path, "Beta", "true")
}

func TestRecruitingReads(t *testing.T) {
	t.Parallel()
	a := start(t, sandbox.Options{}, sandbox.Credential{})
	zoned := func(at string) object { return object{"date-time": at, "timezone": "UTC"} }
	wantJob := object{
		"id": records.RecruitingJobSales, "name": "Account Executive", "department": object{"id": "40151", "name": "Vertrieb Süd"},
		"category": object{"id": "41202", "name": "Business"}, "hiring_team": []any{}, "company": ref("71001"),
		"created_at": zoned("2026-06-01T08:00:00Z"), "updated_at": zoned("2026-07-01T08:00:00Z"),
	}
	if diff := cmp.Diff(wantJob, a.beta("/v2/recruiting/jobs/"+records.RecruitingJobSales).wantStatus(http.StatusOK).object()); diff != "" {
		t.Errorf("job:\n%s", diff)
	}
	if diff := cmp.Diff([]string{records.RecruitingJobEngineer, records.RecruitingJobSales, records.RecruitingJobDraft}, v2IDs(a.beta("/v2/recruiting/jobs").data())); diff != "" {
		t.Errorf("jobs, newest first:\n%s", diff)
	}
	category := a.beta("/v2/recruiting/categories/41202").wantStatus(http.StatusOK).object()
	stages, _ := category["stages"].([]any)
	wantStages := []any{
		object{"id": nil, "name": nil, "kind": "SYSTEM", "type": "UNASSIGNED"},
		object{"id": "7111", "name": "Telefoninterview", "kind": "CUSTOM", "type": "CUSTOM"},
	}
	if diff := cmp.Diff(wantStages, stages[:2]); diff != "" || category["name"] != "Business" {
		t.Errorf("category:\n%s", diff)
	}
	for _, path := range []string{"jobs/1", "categories/1", "candidates/1", "applications/1", "applications/1/stage-transitions"} {
		a.beta("/v2/recruiting/"+path).wantProblem(http.StatusNotFound, "Resource not found", "#common.requested_resource_not_found")
	}
}

func TestCandidatesAndApplications(t *testing.T) {
	t.Parallel()
	a := start(t, sandbox.Options{}, sandbox.Credential{})
	applications := a.beta("/v2/recruiting/applications").wantStatus(http.StatusOK).data()
	candidates := a.beta("/v2/recruiting/candidates").wantStatus(http.StatusOK).data()
	updated := func(o object) string { return nested(o, "updated_at", "date-time") }
	if !slices.IsSortedFunc(applications, func(x, y object) int { return strings.Compare(updated(y), updated(x)) }) || len(applications) < 24 {
		t.Error("applications are not sorted, the last updated first")
	}
	one := applications[4]
	path := "/v2/recruiting/applications/" + text(one["id"])
	if diff := cmp.Diff(one, a.beta(path).wantStatus(http.StatusOK).object()); diff != "" {
		t.Errorf("one application:\n%s", diff)
	}
	transitions := a.beta(path + "/stage-transitions").wantStatus(http.StatusOK).data()
	if diff := cmp.Diff(one["current_stage"], transitions[0]["stage"]); diff != "" {
		t.Errorf("the latest transition is not first:\n%s", diff)
	}
	if diff := cmp.Diff(one["updated_at"], transitions[0]["entered_at"]); diff != "" {
		t.Errorf("updated at:\n%s", diff)
	}
	candidate := a.beta("/v2/recruiting/candidates/" + nested(one, "candidate", "id")).wantStatus(http.StatusOK).object()
	mine, _ := candidate["applications"].([]any)
	if !slices.ContainsFunc(mine, func(x any) bool {
		return dig(x, "id") == one["id"] && dig(x, "application_date") == one["application_date"]
	}) {
		t.Errorf("candidate %v does not name application %v", candidate, one["id"])
	}
	email, limit := text(candidate["email"]), updated(one)
	for path, rows := range map[string][]object{"applications": applications, "candidates": candidates} {
		at := updated
		filter, address := "candidate.email", func(o object) string { return nested(o, "candidate", "email") }
		if path == "candidates" {
			at = func(o object) string { return text(o["updated_at"]) }
			filter, address = "email", func(o object) string { return text(o["email"]) }
		}
		for query, keep := range map[string]func(object) bool{
			filter + "=" + email:     func(o object) bool { return address(o) == email },
			"updated_at.gt=" + limit: func(o object) bool { return at(o) > limit },
			"updated_at.lt=" + limit: func(o object) bool { return at(o) < limit },
		} {
			want := slices.DeleteFunc(slices.Clone(rows), func(o object) bool { return !keep(o) })
			if diff := cmp.Diff(v2IDs(want), v2IDs(a.beta("/v2/recruiting/"+path+"?"+query).wantStatus(http.StatusOK).data())); diff != "" {
				t.Errorf("%s?%s:\n%s", path, query, diff)
			}
		}
	}
}

func TestApply(t *testing.T) {
	t.Parallel()
	a := start(t, sandbox.Options{}, sandbox.Credential{})
	reader := a.token
	pair := a.AddRecruitingCredential(sandbox.RecruitingCredential{CompanyID: 4242})
	company := []string{"Authorization", "Bearer " + pair.Token, "X-Company-ID", "4242"}
	file := a.upload("/v1/recruiting/applications/documents", "Lebenslauf.PDF", []byte("%PDF-"), nil, company...).wantStatus(http.StatusOK).object()
	wantFile := object{"uuid": file["uuid"], "size": 5.0, "mimetype": "application/octet-stream", "original_filename": "Lebenslauf.PDF", "extension": "pdf"}
	if diff := cmp.Diff(wantFile, file); diff != "" {
		t.Errorf("file:\n%s", diff)
	}
	body := object{
		"first_name": "Zoë", "last_name": "Ωmega", "email": "zoe@mail.example", "job_position_id": 1302001, "application_date": "2026-10-31", "recruiting_channel_id": 5102,
		"phase": object{"type": "custom", "id": 7102}, "files": []object{{"uuid": file["uuid"], "original_filename": "cv.pdf", "category": "cv"}},
		"attributes": []object{{"id": "phone", "value": "+49 1"}, {"id": "gender", "value": "female"}},
	}
	post := func(body object, header ...string) *response {
		t.Helper()
		encoded, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		return a.do(http.MethodPost, "/v1/recruiting/applications", "application/json", string(encoded), header...)
	}
	if made := post(body, company...).wantStatus(http.StatusCreated); len(made.body) != 0 {
		t.Errorf("a body: %s", made.body)
	}
	a.token = reader
	found := a.beta("/v2/recruiting/applications?candidate.email=ZOE@mail.example").wantStatus(http.StatusOK).data()
	if len(found) != 1 || nested(found[0], "candidate", "last_name") != "Ωmega" || nested(found[0], "current_stage", "name") != "Coding challenge" ||
		nested(found[0], "channel", "name") != "LinkedIn" || found[0]["application_date"] != "2026-10-31" {
		t.Errorf("found: %v", found)
	}
	if phone := a.beta("/v2/recruiting/candidates/" + nested(found[0], "candidate", "id")).object()["phone"]; phone != "+49 1" {
		t.Errorf("phone %v", phone)
	}
	post(body, company...).wantFieldError("email", "errors.applicant-already-exists")
	body["job_position_id"] = 1302002
	body["phase"] = object{"type": "custom", "id": "nothing"}
	post(body, company...).wantStatus(http.StatusCreated)
	both := a.beta("/v2/recruiting/applications?candidate.email=zoe@mail.example").data()
	if len(both) != 2 || nested(both[0], "current_stage", "type") != "UNASSIGNED" && nested(both[1], "current_stage", "type") != "UNASSIGNED" {
		t.Errorf("both: %v", both)
	}
	a.RemoveRecruitingCredential(pair.Token)
	post(body, company...).wantStatus(http.StatusUnauthorized)
}

// wantFieldError checks an error body of v1 recruiting.
func (r *response) wantFieldError(field, reason string) {
	r.t.Helper()
	r.wantStatus(http.StatusBadRequest)
	list, _ := r.object()["errors"].([]any)
	want := []any{object{"field": field, "errors": []any{object{"reason": reason}}}}
	if diff := cmp.Diff(want, list); diff != "" {
		r.t.Errorf("%s:\n%s", r.what, diff)
	}
}

func TestApplyRefusals(t *testing.T) {
	t.Parallel()
	a := start(t, sandbox.Options{}, sandbox.Credential{})
	pair := a.AddRecruitingCredential(sandbox.RecruitingCredential{Token: "static"})
	a.token = pair.Token
	before := len(a.Records().Applications.All())
	for _, header := range [][]string{
		nil, {"X-Company-ID", "71002"}, {"X-Company-ID", "71001", "Authorization", "Bearer other"}, {"X-Company-ID", "71001", "Authorization", "Basic static"},
	} {
		a.do(http.MethodPost, "/v1/recruiting/applications", "application/json", "{}", header...).wantStatus(http.StatusUnauthorized)
	}
	for _, test := range []struct {
		key           string
		value         any
		field, reason string
	}{
		{"first_name", " ", "first_name", "errors.attribute-validation.required-attribute"},
		{"email", "nobody", "email", "errors.attribute-validation.invalid-email-format"},
		{"job_position_id", 0, "job_position_id", "errors.attribute-validation.required-attribute"},
		{"job_position_id", 9, "job_position_id", "errors.posting-validation.posting-not-found"},
		{"job_position_id", 1302003, "job_position_id", "errors.job-position.not-published"},
		{"recruiting_channel_id", 9, "recruiting_channel_id", "errors.posting-validation.channel-not-found"},
		{"application_date", "2026-11-02", "application_date", "errors.date-validation.date-in-the-future"},
		{"application_date", "tomorrow", "application_date", "errors.attribute-validation.invalid-date-format"},
		{"phase", object{"type": "system", "id": "hired"}, "phase", "errors.phase-validation.invalid-system-phase"},
		{"files", []object{{"uuid": "x", "original_filename": "x", "category": "cv"}}, "files", "errors.file-validation.file-not-exists"},
		{"attributes", []object{{"id": "shoe_size", "value": "40"}}, "attributes.shoe_size", "errors.attribute-validation.unknown"},
		{"attributes", []object{{"id": "birthday", "value": "1.1."}}, "attributes.birthday", "errors.attribute-validation.invalid-date-format"},
		{"attributes", []object{{"id": "gender", "value": "x"}}, "attributes.gender", "errors.attribute-validation.unknown-attribute-option"},
	} {
		body := object{"first_name": "A", "last_name": "B", "email": "a@mail.example", "job_position_id": 1302001}
		body[test.key] = test.value
		encoded, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		a.do(http.MethodPost, "/v1/recruiting/applications", "application/json", string(encoded), "X-Company-ID", "71001").wantFieldError(test.field, test.reason)
	}
	if after := len(a.Records().Applications.All()); after != before {
		t.Errorf("%d applications, %d before", after, before)
	}
	documents := "/v1/recruiting/applications/documents"
	a.upload(documents, "a.exe", nil, nil, "X-Company-ID", "71001").wantStatus(http.StatusUnprocessableEntity)
	a.upload(documents, "a.pdf", make([]byte, 20<<20+1), nil, "X-Company-ID", "71001").wantStatus(http.StatusRequestEntityTooLarge)
	a.upload(documents, "a.pdf", make([]byte, 21<<20), nil, "X-Company-ID", "71001").wantStatus(http.StatusRequestEntityTooLarge)
	a.do(http.MethodPost, documents, "application/json", "{}", "X-Company-ID", "71001").wantStatus(http.StatusUnprocessableEntity)
}
