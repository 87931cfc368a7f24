package gateway_test

import (
	"bytes"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
	"github.com/personio-community/terraform-provider-personio/internal/sandbox/records"
)

// rightful is a token of an integration with these scopes and categories.
func (e *env) rightful(name string, categories []string, scopes ...string) string {
	e.t.Helper()
	body := object{"name": name, "scopes": scopes}
	if categories != nil {
		body["document_category_ids"] = categories
	}
	i := decode[gatewayapi.CustomIntegration](e.call(http.MethodPost, integrations, e.admin, body).want(http.StatusCreated))
	c := e.credential(i.ID)
	return e.token(c.ClientID, c.ClientSecret)
}

// Records are written by who has the right to, and by nobody else: whatever is
// refused, Personio hears nothing of it.
func TestRecordsAreWrittenByScope(t *testing.T) {
	t.Parallel()
	e := start(t)
	person := strconv.Itoa(e.box.Company().People()[0].ID)
	project := e.box.Records().Projects.All()[0]
	webhook := object{"url": "https://hooks.example.com/a", "description": "d", "enabled_events": []string{"person.created"}, "token": "not-told"}
	hook := e.hook()
	for _, c := range []struct { //nolint:paralleltest // Requests are counted.
		scopes       []string
		method, path string
		body         any
		status       int
	}{
		{[]string{"personio:absences:write"}, http.MethodPost, "/v2/absence-periods", object{
			"person": object{"id": person}, "absence_type": object{"id": e.box.Records().AbsenceTypes[0].ID}, "starts_from": object{"date_time": "2031-03-03"}, "ends_at": object{"date_time": "2031-03-04"},
		}, http.StatusCreated},
		{[]string{"attendances:write"}, http.MethodPost, "/v2/attendance-periods?skip_approval=true", object{
			"person": object{"id": person}, "type": "WORK", "start": object{"date_time": "2031-03-03T08:00:00"}, "end": object{"date_time": "2031-03-03T12:00:00"},
		}, http.StatusCreated},
		{[]string{"attendances:write"}, http.MethodPost, "/v2/projects", object{"name": "Gateway", "status": "ACTIVE"}, http.StatusCreated},
		{[]string{"attendances:write"}, http.MethodPatch, "/v2/projects/" + project.ID, object{"description": "New"}, http.StatusNoContent},
		{[]string{"attendances:write"}, http.MethodPost, "/v2/projects/" + project.ID + "/members", []any{object{"person": object{"id": person}}}, http.StatusCreated},
		{[]string{"personio:compensations:read", "personio:compensations:write"}, http.MethodPost, "/v2/compensations/types", object{"name": "Gateway", "category": "ONE_TIME"}, http.StatusOK},
		{[]string{"personio:webhooks:write"}, http.MethodPost, "/v2/webhooks", webhook, http.StatusCreated},
		{[]string{"personio:webhooks:write"}, http.MethodPost, "/v2/webhooks/" + hook + "/ping", nil, http.StatusOK},
		{[]string{"personio:webhooks:write"}, http.MethodPost, "/v2/webhooks/" + hook + "/test-event", object{"event_name": "person.created"}, http.StatusOK},
		{[]string{"personio:webhooks:write"}, http.MethodPost, "/v2/webhooks/" + hook + "/redelivery", object{"occurred_at": object{"lte": time.Now().UTC()}}, http.StatusOK},
		{[]string{"personio:absences:write"}, http.MethodDelete, "/v2/absence-periods/" + e.box.Records().Absences.All()[0].ID, nil, http.StatusNoContent},
	} {
		t.Run(c.method+" "+c.path, func(t *testing.T) {
			// Half of the rights, the other rights, and broken bodies are refused.
			poor := e.rightful("poor "+t.Name(), nil, "personio:persons:read", "personio:absences:read")
			if len(c.scopes) > 1 {
				poor = e.rightful("half "+t.Name(), nil, c.scopes[1:]...)
			}
			rich := e.rightful("rich "+t.Name(), nil, c.scopes...)
			e.box.ResetRequests()
			e.call(c.method, c.path, poor, c.body).want(http.StatusForbidden)
			if c.body != nil {
				for _, broken := range []string{`{"a":1`, `{"a":1,"a":2}`, `"text"`, `7`, ``, `{} {}`} {
					e.call(c.method, c.path, rich, broken).want(http.StatusBadRequest)
				}
			}
			if n := len(e.box.Requests()); n != 0 {
				t.Errorf("%d requests reached Personio", n)
			}
			a := e.call(c.method, c.path, rich, c.body).want(c.status)
			if strings.Contains(string(a.body), "not-told") {
				t.Errorf("the answer tells a secret: %s", a.body)
			}
			if n := len(e.box.Requests()); n != 1 {
				t.Errorf("%d requests reached Personio", n)
			}
		})
	}
}

// Personio removes every member of a project if nobody is named: a request that
// names somebody in another way than Personio understands must not get there.
func TestMembersAreRemovedByName(t *testing.T) {
	t.Parallel()
	e := start(t)
	token := e.rightful("projects", nil, "attendances:write")
	path := "/v2/projects/" + e.box.Records().Projects.All()[0].ID + "/members"
	e.box.ResetRequests()
	for _, query := range []string{"?person.id=1", "?person_id=", "?person_id=1&person_id=", "?person_id=,&x=1", "?ids=5"} {
		e.call(http.MethodDelete, path+query, token, nil).want(http.StatusBadRequest)
	}
	e.call(http.MethodDelete, path, token, object{"person": object{"id": "1"}}).want(http.StatusBadRequest)
	if n := len(e.box.Requests()); n != 0 {
		t.Errorf("%d requests reached Personio", n)
	}
	e.call(http.MethodDelete, path+"?person_id="+strconv.Itoa(e.box.Company().People()[1].ID), token, nil).want(http.StatusNoContent)
	e.call(http.MethodDelete, path, token, nil).want(http.StatusNoContent)
}

// A person is deleted by nobody but who manages the gateway.
func TestNoIntegrationDeletesAPerson(t *testing.T) {
	t.Parallel()
	e := start(t)
	id := e.box.Company().People()[5].ID
	token := e.rightful("deleter", nil, "personio:persons:read", "personio:persons:write")
	e.box.ResetRequests()
	e.call(http.MethodDelete, fmt.Sprintf("/v2/persons/%d", id), token, nil).want(http.StatusForbidden)
	if n := len(e.box.Requests()); n != 0 || !e.box.Company().Has(id) {
		t.Errorf("%d requests reached Personio", n)
	}
	admin, err := e.server.ManagementCredentials().Create(t.Context(), "deleter", []string{"personio:persons:write"})
	if err != nil {
		t.Fatal(err)
	}
	e.call(http.MethodDelete, fmt.Sprintf("/v2/persons/%d", id), e.token(admin.ClientID, admin.ClientSecret), nil).want(http.StatusNoContent)
	if e.box.Company().Has(id) {
		t.Error("the person is still there")
	}
}

// Documents are read and written in the categories of the integration only.
func TestDocumentsByCategory(t *testing.T) {
	t.Parallel()
	e := start(t)
	categories := e.box.Records().DocumentCategories
	open, closed := strconv.Itoa(categories[0].ID), strconv.Itoa(categories[1].ID)
	var in, out records.Document
	for _, d := range e.box.Records().Documents.All() {
		switch strconv.Itoa(d.CategoryID) {
		case open:
			in = d
		case closed:
			out = d
		}
	}
	token := e.rightful("documents", []string{open}, "documents:read", "documents:write")
	document := func(id string) string { return "/v2/document-management/documents/" + id }
	e.box.ResetRequests()
	for _, id := range []string{in.ID, out.ID} { // Not listed yet.
		e.call(http.MethodGet, document(id)+"/download", token, nil).want(http.StatusForbidden)
	}
	if n := len(e.box.Requests()); n != 0 {
		t.Errorf("%d requests reached Personio", n)
	}
	for _, d := range []records.Document{in, out} {
		e.call(http.MethodGet, "/v2/document-management/documents?owner_id="+strconv.Itoa(d.OwnerID), token, nil).want(http.StatusOK)
	}
	got := e.call(http.MethodGet, document(in.ID)+"/download", token, nil).want(http.StatusOK)
	if !bytes.Equal(got.body, in.Content()) {
		t.Error("another document came")
	}
	e.box.ResetRequests()
	e.call(http.MethodGet, document(out.ID)+"/download", token, nil).want(http.StatusForbidden)
	e.call(http.MethodPatch, document(out.ID), token, object{"name": "x"}).want(http.StatusForbidden)
	e.call(http.MethodDelete, document(out.ID), token, nil).want(http.StatusForbidden)
	e.call(http.MethodPatch, document(in.ID), token, object{"category": object{"id": closed}}).want(http.StatusForbidden)
	e.call(http.MethodPatch, document(in.ID), token, `{"category":{"Id":"`+open+`","id":"`+closed+`"}}`).want(http.StatusForbidden)
	e.call(http.MethodPatch, document(in.ID), token, object{"category": object{}}).want(http.StatusBadRequest)
	if n := len(e.box.Requests()); n != 0 {
		t.Errorf("%d requests reached Personio", n)
	}
	e.call(http.MethodPatch, document(in.ID), token, object{"name": "Renamed"}).want(http.StatusOK)
	if d, _ := e.box.Records().Documents.Find(in.ID); d.Name != "Renamed" {
		t.Errorf("the document is named %s", d.Name)
	}
}

// form writes an upload; fields are name, value, name, value.
func form(t *testing.T, fields ...string) (body, contentType string) {
	t.Helper()
	var buffer bytes.Buffer
	w := multipart.NewWriter(&buffer)
	for i := 0; i < len(fields); i += 2 {
		if fields[i] != "file" {
			if err := w.WriteField(fields[i], fields[i+1]); err != nil {
				t.Fatal(err)
			}
			continue
		}
		part, err := w.CreateFormFile("file", "Zeugnis für \"Özil\".pdf")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(part, fields[i+1]); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buffer.String(), w.FormDataContentType()
}

// An upload goes to an open category, whatever else its form says.
func TestUploadsByCategory(t *testing.T) {
	t.Parallel()
	e := start(t)
	categories := e.box.Records().DocumentCategories
	open, closed := strconv.Itoa(categories[0].ID), strconv.Itoa(categories[1].ID)
	owner := strconv.Itoa(e.box.Company().People()[3].ID)
	token := e.rightful("uploads", []string{open}, "documents:write")
	upload := func(body, contentType string) answer {
		return call(t, http.MethodPost, e.gatewayURL+"/v1/company/documents", token, body, "Content-Type", contentType)
	}
	e.box.ResetRequests()
	for status, forms := range map[int][][]string{
		http.StatusForbidden: {{"title", "T", "employee_id", owner, "category_id", closed, "file", "x"}},
		http.StatusBadRequest: {
			{"title", "T", "employee_id", owner, "category_id", open, "category_id", closed, "file", "x"},
			{"title", "T", "employee_id", owner, "file", "x"},
			{"title", "T", "employee_id", owner, "category_id", open, "category_id[]", closed, "file", "x"},
		},
	} {
		for _, fields := range forms {
			upload(form(t, fields...)).want(status)
		}
	}
	upload("no form", "multipart/form-data; boundary=x").want(http.StatusBadRequest)
	upload(`{"category_id":"`+open+`"}`, "application/json").want(http.StatusBadRequest)
	if n := len(e.box.Requests()); n != 0 {
		t.Errorf("%d requests reached Personio", n)
	}
	content := "%PDF-1.7 " + strings.Repeat("ä", 2<<20)
	made := decode[struct{ Data struct{ ID int } }](upload(form(t, "title", "Zeugnis", "comment", "ü", "employee_id", owner, "category_id", open, "file", content)).want(http.StatusCreated))
	d, ok := e.box.Records().Documents.Find(strconv.Itoa(made.Data.ID))
	if !ok || d.Name != "Zeugnis" || d.Comment != "ü" || strconv.Itoa(d.OwnerID) != owner || string(d.Content()) != content || d.FileName != "Zeugnis für \"Özil\".pdf" {
		t.Errorf("stored as %q %q of %d, %d bytes, file %q", d.Name, d.Comment, d.OwnerID, len(d.Content()), d.FileName)
	}
}

// The picture of an employee is an attribute.
func TestPicturesAreAnAttribute(t *testing.T) {
	t.Parallel()
	e := start(t)
	var id int
	for _, p := range e.box.Company().People() {
		if p.HasPicture {
			id = p.ID
		}
	}
	path := fmt.Sprintf("/v1/company/employees/%d/profile-picture/40", id)
	e.call(http.MethodGet, path, e.scoped("first_name"), nil).want(http.StatusForbidden)
	shown := e.call(http.MethodGet, path, e.scoped("profile_picture"), nil).want(http.StatusOK)
	want := call(t, http.MethodGet, e.personioURL+path, e.fullToken(), nil).want(http.StatusOK)
	if !bytes.Equal(shown.body, want.body) || shown.header.Get("Content-Type") != "image/png" {
		t.Errorf("%d bytes of %s, want %d", len(shown.body), shown.header.Get("Content-Type"), len(want.body))
	}
}
