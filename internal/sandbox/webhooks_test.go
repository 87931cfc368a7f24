package sandbox_test

import (
	"maps"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/personio-community/terraform-provider-personio/internal/sandbox"
)

func TestWebhookLifecycle(t *testing.T) {
	t.Parallel()
	a := start(t, sandbox.Options{}, sandbox.Credential{})
	made := a.json(http.MethodPost, "/v2/webhooks", object{
		"url": "https://hooks.example.com/a", "description": "Erste", "enabled_events": []string{"person.created", "document.signed"}, "token": "s3cret-token",
	}).wantStatus(http.StatusCreated).object()
	want := object{
		"id": made["id"], "url": "https://hooks.example.com/a", "description": "Erste", "enabled_events": []any{"person.created", "document.signed"},
		"status": "DISABLED", "auth_type": "TOKEN",
	}
	if diff := cmp.Diff(want, made); diff != "" {
		t.Errorf("created:\n%s", diff)
	}
	path := "/v2/webhooks/" + text(made["id"])
	want["status"], want["auth_type"], want["enabled_events"] = "ENABLED", "CUSTOM", []any{"person.updated"}
	patched := a.json(http.MethodPatch, path, object{
		"status": "ENABLED", "auth_type": "CUSTOM", "custom_headers": map[string]string{"X-Key": "k", "X-Other": "o"}, "enabled_events": []string{"person.updated"},
	}).wantStatus(http.StatusOK).object()
	if diff := cmp.Diff(want, patched); diff != "" {
		t.Errorf("patched:\n%s", diff)
	}
	if diff := cmp.Diff(want, a.get(path).wantStatus(http.StatusOK).object()); diff != "" {
		t.Errorf("read:\n%s", diff)
	}
	if kept := a.Records().Webhooks.All()[0]; kept.Token != "" || kept.CustomHeaders["X-Key"] != "k" {
		t.Errorf("kept: %+v", kept)
	}
	other := a.json(http.MethodPost, "/v2/webhooks", object{
		"url": "https://hooks.example.com/b", "description": "", "enabled_events": []string{"person.created"}, "auth_type": "NONE", "status": "ENABLED",
	}).wantStatus(http.StatusCreated).object()
	for query, want := range map[string][]string{
		"": {text(made["id"]), text(other["id"])}, "?enabled_events=person.created,person.deleted": {text(other["id"])}, "?status=DISABLED": {}, "?limit=1": {text(made["id"])},
	} {
		if diff := cmp.Diff(want, v2IDs(a.get("/v2/webhooks"+query).wantStatus(http.StatusOK).data())); diff != "" {
			t.Errorf("%q:\n%s", query, diff)
		}
	}
	a.do(http.MethodDelete, path, "", "").wantStatus(http.StatusNoContent)
	for _, method := range []string{http.MethodGet, http.MethodPatch, http.MethodDelete} {
		a.do(method, path, "application/json", "{}").wantProblem(http.StatusNotFound, "Resource not found", "#common.requested_resource_not_found")
	}
}

func TestWebhookRefusals(t *testing.T) {
	t.Parallel()
	a := start(t, sandbox.Options{}, sandbox.Credential{})
	full := func(change object) object {
		body := object{"url": "https://hooks.example.com/a", "description": "d", "enabled_events": []string{"person.created"}, "token": "t"}
		maps.Copy(body, change)
		return body
	}
	made := a.json(http.MethodPost, "/v2/webhooks", full(nil)).wantStatus(http.StatusCreated).object()
	for _, change := range []object{
		{"url": nil}, {"description": nil}, {"enabled_events": nil}, {"enabled_events": []string{}}, {"enabled_events": []string{"ping"}}, {"status": "ON"}, {"auth_type": "BASIC"}, {"token": 5},
	} {
		a.json(http.MethodPost, "/v2/webhooks", full(change)).wantProblem(http.StatusBadRequest, "Bad request", "#common.bad_request")
	}
	custom := func(headers map[string]string) object {
		return object{"url": "https://hooks.example.com/c", "auth_type": "CUSTOM", "custom_headers": headers}
	}
	for _, change := range []object{
		{"url": "http://hooks.example.com"},
		{"url": "https://nowhere"},
		{"url": "::"},
		{"token": ""},
		custom(nil),
		custom(map[string]string{"A": "1", "B": "2", "C": "3", "D": "4"}), custom(map[string]string{"Host": "x"}), custom(map[string]string{"Content-Type-2": "x"}),
		custom(map[string]string{"TE": "x"}), custom(map[string]string{"a b": "x"}), custom(map[string]string{"X-A": "x\r\ny"}),
	} {
		a.json(http.MethodPost, "/v2/webhooks", full(change)).wantProblem(http.StatusUnprocessableEntity, "Unprocessable entity", "#common.unprocessable_entity")
	}
	a.json(http.MethodPost, "/v2/webhooks", full(nil)).wantProblem(http.StatusConflict, "Conflict", "#common.conflict")
	a.json(http.MethodPatch, "/v2/webhooks/"+text(made["id"]), object{"auth_type": "CUSTOM"}).wantProblem(http.StatusUnprocessableEntity, "Unprocessable entity", "#common.unprocessable_entity")
	if left := a.get("/v2/webhooks").data(); len(left) != 1 || left[0]["auth_type"] != "TOKEN" {
		t.Errorf("after the refusals: %v", left)
	}
}
