package gateway_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
)

const integrations = gatewayapi.PathCustomIntegrations

func TestCustomIntegrationLifecycle(t *testing.T) {
	t.Parallel()
	e := start(t)
	created := e.call(http.MethodPost, integrations, e.admin, map[string]any{
		"name": "Reporting", "description": "Nightly", "scopes": []string{"employees:read", "reports.custom:read", "documents:write"},
		"readable_attributes": []string{"email", "department"}, "report_ids": []string{"a report", "42"}, "document_category_ids": []string{"2101"},
	}).want(http.StatusCreated)
	i := decode[gatewayapi.CustomIntegration](created)
	if got := created.header.Get("ETag"); got != `"`+i.Revision+`"` {
		t.Errorf("ETag %s does not carry the revision %s", got, i.Revision)
	}
	want := gatewayapi.CustomIntegration{
		ID: i.ID, Name: "Reporting", Description: "Nightly", Enabled: true, Scopes: []string{"employees:read", "reports.custom:read", "documents:write"},
		ReadableAttributes: []string{"email", "department"}, WritableAttributes: []string{}, Status: gatewayapi.IntegrationPending,
		ReportIDs: []string{"a report", "42"}, DocumentCategoryIDs: []string{"2101"},
		CreatedAt: i.CreatedAt, UpdatedAt: i.CreatedAt, Revision: "1", UnavailableScopes: []string{}, UnavailableAttributes: []string{},
	}
	if diff := cmp.Diff(want, i); diff != "" {
		t.Errorf("created (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(i, decode[gatewayapi.CustomIntegration](e.call(http.MethodGet, integrations+"/"+i.ID, e.admin, nil).want(http.StatusOK))); diff != "" {
		t.Errorf("read differs from created (-created +read):\n%s", diff)
	}

	patched := decode[gatewayapi.CustomIntegration](e.call(http.MethodPatch, integrations+"/"+i.ID, e.admin, map[string]any{
		"description": "", "readable_attributes": []string{"email"}, "enabled": false, "report_ids": []string{"43"}, "document_category_ids": []string{},
	}, "If-Match", created.header.Get("ETag")).want(http.StatusOK))
	want.Description, want.ReadableAttributes, want.Enabled = "", []string{"email"}, false
	want.ReportIDs, want.DocumentCategoryIDs = []string{"43"}, []string{}
	want.Status, want.Revision, want.UpdatedAt = gatewayapi.IntegrationInactive, "2", patched.UpdatedAt
	if diff := cmp.Diff(want, patched); diff != "" {
		t.Errorf("patched (-want +got):\n%s", diff)
	}

	// The first writer's revision is gone now.
	stale := e.call(http.MethodPatch, integrations+"/"+i.ID, e.admin, map[string]any{"name": "Other"}, "If-Match", created.header.Get("ETag"))
	if kind := stale.want(http.StatusPreconditionFailed).problem().Kind(); kind != gatewayapi.KindRevisionMismatch {
		t.Errorf("kind %q", kind)
	}
	e.call(http.MethodDelete, integrations+"/"+i.ID, e.admin, nil, "If-Match", created.header.Get("ETag")).want(http.StatusPreconditionFailed)
	e.call(http.MethodDelete, integrations+"/"+i.ID, e.admin, nil).want(http.StatusNoContent)
	gone := e.call(http.MethodGet, integrations+"/"+i.ID, e.admin, nil).want(http.StatusNotFound).problem()
	if gone.Kind() != gatewayapi.KindNotFound || !strings.Contains(gone.Detail, i.ID) {
		t.Errorf("the 404 does not tell what is gone: %+v", gone)
	}
}

func TestCustomIntegrationRefusals(t *testing.T) {
	t.Parallel()
	e := start(t, "first_name", "email")
	existing := e.integrate("Taken", "email")
	cases := map[string]struct {
		body    string
		status  int
		kind    string
		pointer string
		tells   []string
	}{
		"malformed":            {`{"name":`, http.StatusBadRequest, gatewayapi.KindBadRequest, "", nil},
		"no name":              {`{"scopes":[]}`, http.StatusUnprocessableEntity, gatewayapi.KindInvalid, "/name", []string{"name"}},
		"empty name":           {`{"name":"","scopes":[]}`, http.StatusUnprocessableEntity, gatewayapi.KindInvalid, "/name", nil},
		"unknown member":       {`{"name":"x","scopes":[],"scope":1}`, http.StatusUnprocessableEntity, gatewayapi.KindInvalid, "/scope", nil},
		"wrong type":           {`{"name":7,"scopes":[]}`, http.StatusUnprocessableEntity, gatewayapi.KindInvalid, "/name", nil},
		"unknown scope":        {`{"name":"x","scopes":["employees:read","personio:person:read"]}`, http.StatusUnprocessableEntity, gatewayapi.KindInvalid, "/scopes/1", []string{"personio:persons:read"}},
		"same right twice":     {`{"name":"x","scopes":["employees:read","personio:persons:read"]}`, http.StatusUnprocessableEntity, gatewayapi.KindInvalid, "/scopes/1", []string{"employees:read"}},
		"management scope":     {`{"name":"x","scopes":["gateway:custom-integrations:read"]}`, http.StatusUnprocessableEntity, gatewayapi.KindInvalid, "/scopes/0", []string{"management"}},
		"unknown attribute":    {`{"name":"x","scopes":[],"readable_attributes":["email","surname","first_nam"]}`, http.StatusUnprocessableEntity, gatewayapi.KindInvalid, "/readable_attributes/1", nil},
		"attribute twice":      {`{"name":"x","scopes":[],"writable_attributes":["email","email"]}`, http.StatusUnprocessableEntity, gatewayapi.KindInvalid, "/writable_attributes/1", nil},
		"all and a list":       {`{"name":"x","scopes":[],"all_attributes":true,"readable_attributes":["email"]}`, http.StatusUnprocessableEntity, gatewayapi.KindInvalid, "/all_attributes", nil},
		"reports, no scope":    {`{"name":"x","scopes":["documents:read"],"report_ids":["7"]}`, http.StatusUnprocessableEntity, gatewayapi.KindInvalid, "/report_ids", []string{"reports.custom:read"}},
		"categories, no scope": {`{"name":"x","scopes":["reports.custom:read"],"document_category_ids":["7"]}`, http.StatusUnprocessableEntity, gatewayapi.KindInvalid, "/document_category_ids", []string{"documents:read", "documents:write"}},
		"all, but no scope":    {`{"name":"x","scopes":["employees:read"],"all_attributes":true,"report_ids":["7"]}`, http.StatusUnprocessableEntity, gatewayapi.KindInvalid, "/report_ids", nil},
		"empty report id":      {`{"name":"x","scopes":["reports.custom:read"],"report_ids":["7",""]}`, http.StatusUnprocessableEntity, gatewayapi.KindInvalid, "/report_ids/1", []string{"empty"}},
		"report twice":         {`{"name":"x","scopes":["reports.custom:read"],"report_ids":["7","8","7"]}`, http.StatusUnprocessableEntity, gatewayapi.KindInvalid, "/report_ids/2", []string{`"7"`}},
		"empty category id":    {`{"name":"x","scopes":["documents:read"],"document_category_ids":[""]}`, http.StatusUnprocessableEntity, gatewayapi.KindInvalid, "/document_category_ids/0", []string{"empty"}},
		"category twice":       {`{"name":"x","scopes":["documents:write"],"document_category_ids":["7","7"]}`, http.StatusUnprocessableEntity, gatewayapi.KindInvalid, "/document_category_ids/1", []string{`"7"`}},
		"a number as id":       {`{"name":"x","scopes":["documents:read"],"document_category_ids":[7]}`, http.StatusUnprocessableEntity, gatewayapi.KindInvalid, "/document_category_ids/0", nil},
		"beyond the upstream":  {`{"name":"x","scopes":["personio:persons:read"],"readable_attributes":["email","fix_salary"]}`, http.StatusUnprocessableEntity, gatewayapi.KindUpstreamSmaller, "/readable_attributes/1", []string{"fix_salary"}},
		"a name that is taken": {`{"name":"Taken","scopes":[]}`, http.StatusConflict, gatewayapi.KindConflict, "/name", nil},
	}
	for name, c := range cases { //nolint:paralleltest // What was stored is counted after them.
		t.Run(name, func(t *testing.T) {
			p := call(t, http.MethodPost, e.gatewayURL+integrations, e.admin, c.body).want(c.status).problem()
			if p.Kind() != c.kind || p.Meta[gatewayapi.MetaPointer] != c.pointer {
				t.Errorf("kind %q at %q, want %q at %q", p.Kind(), p.Meta[gatewayapi.MetaPointer], c.kind, c.pointer)
			}
			for _, text := range c.tells {
				if !strings.Contains(p.Detail, text) {
					t.Errorf("the detail %q does not tell %q", p.Detail, text)
				}
			}
			if c.status == http.StatusConflict && p.Meta[gatewayapi.MetaExistingID] != existing.ID {
				t.Errorf("existing_id %q, want %q", p.Meta[gatewayapi.MetaExistingID], existing.ID)
			}
		})
	}
	list := decode[gatewayapi.List[gatewayapi.CustomIntegration]](e.call(http.MethodGet, integrations, e.admin, nil).want(http.StatusOK))
	if len(list.Data) != 1 {
		t.Errorf("a refused integration was stored: there are %d", len(list.Data))
	}
}

func TestCustomIntegrationScopeBeyondUpstream(t *testing.T) {
	t.Parallel()
	e := start(t)
	e.box.SetScopes(e.upstream.ClientID, "personio:persons:read")
	p := e.call(http.MethodPost, integrations, e.admin, map[string]any{"name": "x", "scopes": []string{"personio:persons:read", "personio:absences:read"}}).
		want(http.StatusUnprocessableEntity).problem()
	if p.Kind() != gatewayapi.KindUpstreamSmaller || p.Meta[gatewayapi.MetaPointer] != "/scopes/1" || !strings.Contains(p.Detail, "Absences") {
		t.Errorf("%+v", p)
	}
}

// What is granted to the upstream credential can be granted from it at once.
func TestUpstreamGrows(t *testing.T) {
	t.Parallel()
	e := start(t, "email")
	e.box.SetScopes(e.upstream.ClientID, "personio:absences:read")
	body := map[string]any{"name": "x", "scopes": []string{"personio:persons:read"}, "readable_attributes": []string{"email", "team"}}
	e.call(http.MethodPost, integrations, e.admin, body).want(http.StatusUnprocessableEntity)
	e.box.SetScopes(e.upstream.ClientID, "personio:persons:read")
	e.call(http.MethodPost, integrations, e.admin, body).want(http.StatusUnprocessableEntity)
	e.box.SetAttributes(e.upstream.ClientID, []string{"email", "team"})
	e.call(http.MethodPost, integrations, e.admin, body).want(http.StatusCreated)
}

// An upstream that shrinks is told on read and blocks only what asks for more.
func TestUpstreamShrinks(t *testing.T) {
	t.Parallel()
	e := start(t)
	i := e.integrate("Reporting", "email", "fix_salary")
	e.box.DropAttributes(e.upstream.ClientID, "fix_salary")
	e.clock.Advance(2 * time.Minute)
	read := decode[gatewayapi.CustomIntegration](e.call(http.MethodGet, integrations+"/"+i.ID, e.admin, nil).want(http.StatusOK))
	if !slices.Equal(read.UnavailableAttributes, []string{"fix_salary"}) || len(read.UnavailableScopes) != 0 {
		t.Errorf("unavailable: scopes %v, attributes %v", read.UnavailableScopes, read.UnavailableAttributes)
	}
	e.call(http.MethodPatch, integrations+"/"+i.ID, e.admin, map[string]any{"description": "still works"}).want(http.StatusOK)
	e.call(http.MethodPatch, integrations+"/"+i.ID, e.admin, map[string]any{"readable_attributes": []string{"email", "fix_salary", "position"}}).want(http.StatusOK)
	e.box.DropAttributes(e.upstream.ClientID, "team")
	e.call(http.MethodPatch, integrations+"/"+i.ID, e.admin, map[string]any{"readable_attributes": []string{"email", "team"}}).want(http.StatusUnprocessableEntity)
}

func TestCustomIntegrationListPagesAndFilters(t *testing.T) {
	t.Parallel()
	e := start(t)
	var ids []string
	for n := range 7 {
		ids = append(ids, e.integrate(fmt.Sprintf("Integration %d", n), "email").ID)
	}
	e.call(http.MethodPatch, integrations+"/"+ids[3], e.admin, map[string]any{"enabled": false}).want(http.StatusOK)

	var listed []string
	next, pages := e.gatewayURL+integrations+"?limit=3", 0
	for next != "" {
		list := decode[gatewayapi.List[gatewayapi.CustomIntegration]](call(t, http.MethodGet, next, e.admin, nil).want(http.StatusOK))
		if list.Meta.Links.Self.Href != next {
			t.Errorf("self is %s, want %s", list.Meta.Links.Self.Href, next)
		}
		for _, i := range list.Data {
			listed = append(listed, i.ID)
		}
		next = ""
		if list.Meta.Links.Next != nil {
			next = list.Meta.Links.Next.Href
		}
		pages++
	}
	if diff := cmp.Diff(ids, listed); diff != "" || pages != 3 {
		t.Errorf("%d pages, want 3; ids (-created +listed):\n%s", pages, diff)
	}

	filtered := func(query url.Values) []string {
		list := decode[gatewayapi.List[gatewayapi.CustomIntegration]](e.call(http.MethodGet, integrations+"?"+query.Encode(), e.admin, nil).want(http.StatusOK))
		got := []string{}
		for _, i := range list.Data {
			got = append(got, i.ID)
		}
		return got
	}
	for name, c := range map[string]struct {
		query url.Values
		want  []string
	}{
		"id":            {url.Values{"id": {ids[5], ids[1], "none"}}, []string{ids[1], ids[5]}},
		"name":          {url.Values{"name": {"Integration 2"}}, []string{ids[2]}},
		"status":        {url.Values{"status": {"INACTIVE"}}, []string{ids[3]}},
		"id and status": {url.Values{"id": {ids[3], ids[4]}, "status": {"PENDING"}}, []string{ids[4]}},
		"nothing":       {url.Values{"name": {"Integration"}}, []string{}},
	} {
		if diff := cmp.Diff(c.want, filtered(c.query)); diff != "" {
			t.Errorf("filter by %s (-want +got):\n%s", name, diff)
		}
	}
	for _, query := range []string{"limit=0", "limit=201", "limit=x", "cursor=cur_x", "cursor=7", "status=ON"} {
		if status := e.call(http.MethodGet, integrations+"?"+query, e.admin, nil).status; status != http.StatusBadRequest && status != http.StatusUnprocessableEntity {
			t.Errorf("%s: status %d, want 400 or 422", query, status)
		}
	}
}

func TestManagementNeedsItsScopes(t *testing.T) {
	t.Parallel()
	e := start(t)
	scoped := e.scoped("email")
	reader, err := e.server.ManagementCredentials().Create(t.Context(), "reader", []string{"gateway:custom-integrations:read"})
	if err != nil {
		t.Fatal(err)
	}
	readerToken := e.token(reader.ClientID, reader.ClientSecret)
	for _, c := range []struct {
		method, path, token string
		status              int
	}{
		{http.MethodGet, integrations, "", http.StatusUnauthorized},
		{http.MethodGet, integrations, "papi-wrong", http.StatusUnauthorized},
		{http.MethodGet, integrations, scoped, http.StatusForbidden},
		{http.MethodGet, gatewayapi.PathAPICredentials, scoped, http.StatusForbidden},
		{http.MethodGet, integrations, readerToken, http.StatusOK},
		{http.MethodDelete, integrations + "/x", readerToken, http.StatusForbidden},
		{http.MethodGet, gatewayapi.PathAPICredentials, readerToken, http.StatusForbidden},
	} {
		if a := e.call(c.method, c.path, c.token, nil); a.status != c.status {
			t.Errorf("%s %s: status %d, want %d; body %s", c.method, c.path, a.status, c.status, a.body)
		}
	}
	if err := e.server.ManagementCredentials().Revoke(t.Context(), reader.ClientID); err != nil {
		t.Fatal(err)
	}
	e.call(http.MethodGet, integrations, readerToken, nil).want(http.StatusUnauthorized)
}

// operation is what the OpenAPI document says of a route.
type operation struct {
	Parameters []struct {
		In, Name string
	}
	RequestBody any
	Responses   map[string]struct {
		Content map[string]any
	}
}

// check wants each refusal that the operation can give, in the shape that it has.
func (o operation) check(t *testing.T, name string) {
	t.Helper()
	want := []string{"401", "403"}
	for _, p := range o.Parameters {
		switch p.In + " " + p.Name {
		case "query cursor":
			want = append(want, "400")
		case "path id":
			want = append(want, "404")
		case "header If-Match":
			want = append(want, "412")
		}
	}
	if o.RequestBody != nil {
		want = append(want, "400", "422")
	}
	for _, taken := range []string{"post /gateway/v1/custom-integrations", "delete /gateway/v1/custom-integrations/{id}", "post /gateway/v1/sync-targets", "patch /gateway/v1/sync-rules/{id}"} {
		if name == taken {
			want = append(want, "409")
		}
	}
	for _, status := range want {
		if _, ok := o.Responses[status].Content[gatewayapi.ContentTypeProblem]; !ok {
			t.Errorf("%s does not document %s as a problem", name, status)
		}
	}
}

func TestOpenAPIIsServed(t *testing.T) {
	t.Parallel()
	e := start(t)
	document := decode[struct {
		OpenAPI string                          `json:"openapi"`
		Paths   map[string]map[string]operation `json:"paths"`
	}](e.call(http.MethodGet, gatewayapi.PathOpenAPI, "", nil).want(http.StatusOK))
	var operations []string
	for path, methods := range document.Paths {
		for method, o := range methods {
			operations = append(operations, strings.ToUpper(method)+" "+path)
			o.check(t, method+" "+path)
		}
	}
	slices.Sort(operations)
	var want []string
	for collection, methods := range map[string]string{"api-credentials": "GET POST", "custom-integrations": "GET POST", "sync-targets": "GET POST", "sync-rules": "GET POST", "sync-runs": "GET"} {
		for method := range strings.FieldsSeq(methods) {
			want = append(want, method+" /gateway/v1/"+collection)
		}
		want = append(want, "GET /gateway/v1/"+collection+"/{id}")
		if collection != "sync-runs" {
			want = append(want, "PATCH /gateway/v1/"+collection+"/{id}", "DELETE /gateway/v1/"+collection+"/{id}")
		}
	}
	want = append(want, "POST /gateway/v1/api-credentials/{id}/rotate", "POST /gateway/v1/sync-rules/{id}/run", "POST /gateway/v1/sync-targets/{id}/test", "GET /gateway/v1/sync-runs/{id}/items", "GET /gateway/v1/access-log")
	slices.Sort(want)
	if diff := cmp.Diff(want, operations); diff != "" || !strings.HasPrefix(document.OpenAPI, "3.1") {
		t.Errorf("OpenAPI %s, operations (-want +got):\n%s", document.OpenAPI, diff)
	}
}
