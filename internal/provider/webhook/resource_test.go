package webhook_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/personio-community/terraform-provider-personio/internal/acctest"
	"github.com/personio-community/terraform-provider-personio/internal/acctest/tfproto"
	"github.com/personio-community/terraform-provider-personio/internal/sandbox"
	"github.com/personio-community/terraform-provider-personio/internal/sandbox/records"
)

func TestMain(m *testing.M) { acctest.Main(m) }

const (
	typeName = "personio_webhook"
	secret   = "PLANTED-token-of-a-webhook"
)

func wantParts(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("%q is missing in:\n%s", part, text)
		}
	}
	if strings.Contains(text, "PLANTED") {
		t.Errorf("a secret is in:\n%s", text)
	}
}

func wantNoErrors(t *testing.T, diags tfproto.Diagnostics) {
	t.Helper()
	if text := diags.Errors(); text != "" {
		t.Fatal(text)
	}
}

// hook is a configuration that is complete.
var hook = tfproto.Values{
	"url": "https://hooks.example.com/a", "description": "Directory", "enabled_events": []any{"person.created", "person.updated"}, "token_wo": secret,
}

// apply plans and applies, and wants that no secret gets into plan, state or
// private state, and that a second plan is empty.
func apply(t *testing.T, p *tfproto.Provider, prior *tfproto.Object, config tfproto.Values) *tfproto.Object {
	t.Helper()
	planned, diags := p.Plan(typeName, prior, config)
	wantNoErrors(t, diags)
	object, diags := p.Apply(typeName, planned)
	wantNoErrors(t, diags)
	for _, kept := range []any{planned.Values, object.Values, string(planned.Private), string(object.Private)} {
		text, err := json.Marshal(kept)
		if err != nil || strings.Contains(string(text), "PLANTED") {
			t.Errorf("%v, a secret in %s", err, text)
		}
	}
	read, diags := p.Read(typeName, object)
	wantNoErrors(t, diags)
	again, diags := p.Plan(typeName, read, config)
	wantNoErrors(t, diags)
	if diff := cmp.Diff(read.Values, again.Values); diff != "" {
		t.Errorf("the second plan is not empty:\n%s", diff)
	}
	return object
}

// at is the one webhook of the sandbox.
func at(t *testing.T, box *acctest.Personio) records.Webhook {
	t.Helper()
	all := box.Records().Webhooks.All()
	if len(all) != 1 {
		t.Fatalf("%d webhooks", len(all))
	}
	return all[0]
}

// calls are the calls of webhooks since the last look.
func calls(box *acctest.Personio) []string {
	all := []string{}
	for _, r := range box.Requests() {
		if strings.HasPrefix(r.Path, "/v2/webhooks") {
			all = append(all, r.Method)
		}
	}
	box.ResetRequests()
	return all
}

func TestValidation(t *testing.T) {
	t.Parallel()
	box := acctest.StartPersonio(t, sandbox.Options{})
	p := box.Provider(nil)
	headers := func(more map[string]any) tfproto.Values {
		return tfproto.Values{"token_wo": nil, "custom_headers_wo": more}
	}
	for name, test := range map[string]struct {
		change tfproto.Values
		want   []string
	}{
		"http":               {tfproto.Values{"url": "http://hooks.example.com/PLANTED"}, []string{`"url"`, "https addresses only"}},
		"no URL":             {tfproto.Values{"url": "hooks.example.com"}, []string{`"url"`, "not an absolute URL"}},
		"password":           {tfproto.Values{"url": "https://u:PLANTED@hooks.example.com"}, []string{`"url"`, "user name or password"}},
		"fragment":           {tfproto.Values{"url": "https://hooks.example.com/#PLANTED"}, []string{`"url"`, "fragment"}},
		"event":              {tfproto.Values{"enabled_events": []any{"person.create"}}, []string{"enabled_events", `Did you mean "person.created"`}},
		"ping":               {tfproto.Values{"enabled_events": []any{"ping"}}, []string{"enabled_events", `no event "ping"`}},
		"no event":           {tfproto.Values{"enabled_events": []any{}}, []string{"enabled_events", "at least 1"}},
		"status":             {tfproto.Values{"status": "enabled"}, []string{`"status"`, `Did you mean "ENABLED"`}},
		"auth type":          {tfproto.Values{"auth_type": "BEARER"}, []string{`"auth_type"`, "TOKEN, CUSTOM, NONE"}},
		"description":        {tfproto.Values{"description": ""}, []string{`"description"`}},
		"token of a file":    {tfproto.Values{"token_wo": secret + "\n"}, []string{`"token_wo"`, "trimspace()"}},
		"token with a break": {tfproto.Values{"token_wo": "PLANTED\r\nX: y"}, []string{`"token_wo"`, "no header can have"}},
		"token and NONE":     {tfproto.Values{"auth_type": "NONE"}, []string{`"token_wo"`, "conflicts with auth_type"}},
		"token and CUSTOM":   {tfproto.Values{"auth_type": "CUSTOM"}, []string{`"token_wo"`, `goes with auth_type = "TOKEN"`}},
		"version and NONE":   {tfproto.Values{"auth_type": "NONE", "token_wo": nil, "token_wo_version": int64(1)}, []string{`"token_wo_version"`}},
		"headers and TOKEN":  {headers(map[string]any{"X-Key": secret}).With(tfproto.Values{"auth_type": "TOKEN"}), []string{`"custom_headers_wo"`, "conflicts with auth_type"}},
		"headers version":    {tfproto.Values{"auth_type": "TOKEN", "custom_headers_wo_version": int64(1)}, []string{`"custom_headers_wo_version"`}},
		"both":               {tfproto.Values{"custom_headers_wo": map[string]any{"X-Key": secret}}, []string{`"custom_headers_wo"`, "conflicts with token_wo"}},
		"no headers":         {headers(map[string]any{}), []string{"custom_headers_wo", "at least 1"}},
		"four headers":       {headers(map[string]any{"A": secret, "B": "1", "C": "2", "D": "3"}), []string{"custom_headers_wo", "at most 3"}},
		"host":               {headers(map[string]any{"Host": secret}), []string{"custom_headers_wo", "refuses the header Host"}},
		"prefix":             {headers(map[string]any{"Tenant": secret}), []string{"custom_headers_wo", "begin with te"}},
		"content type":       {headers(map[string]any{"CONTENT-TYPE-2": secret}), []string{"custom_headers_wo", "begin with content-type"}},
		"no name":            {headers(map[string]any{"a b": secret}), []string{"custom_headers_wo", "not the name of a header"}},
		"header with break":  {headers(map[string]any{"X": "PLANTED\n"}), []string{"custom_headers_wo", "no header can have"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			wantParts(t, p.Validate(typeName, hook.With(test.change)).Errors(), test.want...)
		})
	}
	for name, change := range map[string]tfproto.Values{
		"plain": nil, "loopback": {"url": "https://127.0.0.1:8443/x?key=1"}, "bearer": {"token_wo": "Bearer abc"}, "three headers": headers(map[string]any{"X-Tenant": "1", "Authorization": "2", "X": "3"}),
		"unknown":                  {"url": tfproto.Unknown, "description": tfproto.Unknown, "enabled_events": tfproto.Unknown, "status": tfproto.Unknown, "auth_type": tfproto.Unknown, "token_wo": tfproto.Unknown, "custom_headers_wo": tfproto.Unknown},
		"secrets that may be null": {"auth_type": "NONE", "token_wo": tfproto.Unknown, "custom_headers_wo": tfproto.Unknown},
		"event to come":            {"enabled_events": []any{tfproto.Unknown}},
	} {
		if text := p.Validate(typeName, hook.With(change)).Errors(); text != "" {
			t.Errorf("%s: %s", name, text)
		}
	}
	if got := calls(box); len(got) != 0 {
		t.Errorf("validation called %v", got)
	}
}

// The plan wants the secret that will be sent, and sends it only then.
func TestSecretsAreSentWhenTheyHaveToBe(t *testing.T) {
	t.Parallel()
	box := acctest.StartPersonio(t, sandbox.Options{})
	p := box.Provider(nil)
	_, diags := p.Plan(typeName, nil, hook.With(tfproto.Values{"token_wo": nil}))
	wantParts(t, diags.Errors(), `"token_wo"`, "token_wo is missing", "A new webhook needs it", `auth_type = "NONE"`)
	_, diags = p.Plan(typeName, nil, hook.With(tfproto.Values{"token_wo": nil, "auth_type": "CUSTOM"}))
	wantParts(t, diags.Errors(), `"custom_headers_wo"`, "custom_headers_wo is missing")

	object := apply(t, p, nil, hook)
	if got := at(t, box); got.Token != secret || got.AuthType != "TOKEN" || got.Status != "ENABLED" || object.Values["auth_type"] != "TOKEN" || object.Identity != got.ID {
		t.Errorf("made %+v as %v", got, object)
	}
	// Another value alone is not seen; its version is.
	object = apply(t, p, object, hook.With(tfproto.Values{"token_wo": "PLANTED-2"}))
	if got := at(t, box); got.Token != secret {
		t.Errorf("the token is %q", got.Token)
	}
	object = apply(t, p, object, hook.With(tfproto.Values{"token_wo": "PLANTED-2", "token_wo_version": int64(1)}))
	if got := at(t, box); got.Token != "PLANTED-2" {
		t.Errorf("the token is %q", got.Token)
	}
	// Without a value other changes work, and the next version does not.
	without := hook.With(tfproto.Values{"token_wo": nil, "token_wo_version": int64(1), "description": "Renamed"})
	object = apply(t, p, object, without)
	if got := at(t, box); got.Token != "PLANTED-2" || got.Description != "Renamed" || got.AuthType != "TOKEN" {
		t.Errorf("changed to %+v", got)
	}
	_, diags = p.Plan(typeName, object, without.With(tfproto.Values{"token_wo_version": int64(2)}))
	wantParts(t, diags.Errors(), "token_wo is missing", "version moves")
	object = apply(t, p, object, without.With(tfproto.Values{"token_wo_version": nil}))

	// To headers, by giving them; to nothing, by saying so; and back.
	object = apply(t, p, object, hook.With(tfproto.Values{"token_wo": nil, "custom_headers_wo": map[string]any{"X-Key": "PLANTED-3"}}))
	if got := at(t, box); got.AuthType != "CUSTOM" || got.Token != "" || got.CustomHeaders["X-Key"] != "PLANTED-3" {
		t.Errorf("changed to %+v", got)
	}
	object = apply(t, p, object, hook.With(tfproto.Values{"token_wo": nil, "custom_headers_wo": map[string]any{"X-Key": "PLANTED-4"}, "custom_headers_wo_version": int64(7)}))
	if got := at(t, box); got.CustomHeaders["X-Key"] != "PLANTED-4" {
		t.Errorf("changed to %+v", got)
	}
	object = apply(t, p, object, hook.With(tfproto.Values{"token_wo": nil, "auth_type": "NONE"}))
	if got := at(t, box); got.AuthType != "NONE" || got.CustomHeaders != nil {
		t.Errorf("changed to %+v", got)
	}
	apply(t, p, object, hook)
	if got := at(t, box); got.AuthType != "TOKEN" || got.Token != secret {
		t.Errorf("changed to %+v", got)
	}
}

// A secret that turns out to be null at apply is not sent as nothing.
func TestUnknownSecretThatIsNull(t *testing.T) {
	t.Parallel()
	box := acctest.StartPersonio(t, sandbox.Options{})
	p := box.Provider(nil)
	planned, diags := p.Plan(typeName, nil, hook.With(tfproto.Values{"token_wo": tfproto.Unknown}))
	wantNoErrors(t, diags)
	if planned.Values["auth_type"] != "TOKEN" {
		t.Errorf("planned %v", planned.Values)
	}
	_, diags = p.Plan(typeName, nil, hook.With(tfproto.Values{"token_wo": nil, "auth_type": tfproto.Unknown}))
	wantNoErrors(t, diags)
	if n := len(box.Records().Webhooks.All()); n != 0 {
		t.Errorf("%d webhooks", n)
	}
}

// Only what changed is sent, and nothing if nothing did.
func TestUpdatesSendWhatChanged(t *testing.T) {
	t.Parallel()
	box := acctest.StartPersonio(t, sandbox.Options{})
	p := box.Provider(nil)
	object := apply(t, p, nil, hook.With(tfproto.Values{"token_wo_version": int64(1)}))
	calls(box)
	// Somebody else changes what this update does not.
	changeBehind(t, box, func(h *records.Webhook) { h.Description = "Theirs" })
	planned, diags := p.Plan(typeName, object, hook.With(tfproto.Values{"token_wo_version": int64(1), "status": "DISABLED"}))
	wantNoErrors(t, diags)
	object, diags = p.Apply(typeName, planned)
	wantParts(t, diags.Errors(), "The server did not keep description") // it was planned as it was
	if got := at(t, box); got.Status != "DISABLED" || got.Description != "Theirs" || got.Token != secret {
		t.Errorf("changed to %+v", got)
	}
	if got := calls(box); !slices.Equal(got, []string{http.MethodPatch}) {
		t.Errorf("calls %v", got)
	}
	// Removing a version concerns Terraform alone.
	object.Values["description"] = "Directory"
	planned, diags = p.Plan(typeName, object, hook.With(tfproto.Values{"status": "DISABLED"}))
	wantNoErrors(t, diags)
	_, diags = p.Apply(typeName, planned)
	wantNoErrors(t, diags)
	if got := calls(box); len(got) != 0 {
		t.Errorf("calls %v", got)
	}
}

func changeBehind(t *testing.T, box *acctest.Personio, change func(*records.Webhook)) {
	t.Helper()
	err := box.Records().Webhooks.Change(at(t, box).ID, func(h *records.Webhook, _ []records.Webhook) error {
		change(h)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestDriftImportAndVanishing(t *testing.T) {
	t.Parallel()
	box := acctest.StartPersonio(t, sandbox.Options{})
	object := apply(t, box.Provider(nil), nil, hook)
	changeBehind(t, box, func(h *records.Webhook) { h.Status, h.AuthType, h.Token = "DISABLED", "NONE", "" })
	p := box.Provider(nil) // The next run has read nothing yet.
	read, diags := p.Read(typeName, object)
	wantNoErrors(t, diags)
	if read.Values["status"] != "DISABLED" || read.Values["auth_type"] != "NONE" {
		t.Errorf("read %v", read.Values)
	}
	read = apply(t, p, read, hook)
	if got := at(t, box); got.Status != "ENABLED" || got.AuthType != "TOKEN" || got.Token != secret {
		t.Errorf("repaired to %+v", got)
	}
	for _, form := range [][2]string{{object.Identity, ""}, {"", object.Identity}} {
		imported, diags := p.Import(typeName, form[0], form[1])
		wantNoErrors(t, diags)
		imported, diags = p.Read(typeName, imported)
		wantNoErrors(t, diags)
		if diff := cmp.Diff(read.Values, imported.Values); diff != "" || imported.Identity != object.Identity {
			t.Errorf("imported (-want +got):\n%s", diff)
		}
		// With a secret in the configuration and without one there is nothing to do.
		for _, token := range []any{secret, nil} {
			planned, diags := p.Plan(typeName, imported, hook.With(tfproto.Values{"token_wo": token}))
			wantNoErrors(t, diags)
			if diff := cmp.Diff(imported.Values, planned.Values); diff != "" {
				t.Errorf("after the import:\n%s", diff)
			}
		}
	}
	imported, diags := p.Import(typeName, "nobody", "")
	wantNoErrors(t, diags)
	_, diags = p.Read(typeName, imported)
	wantParts(t, diags.Errors(), "Could not import webhook", `"nobody"`)

	if err := box.Records().Webhooks.Remove(object.Identity); err != nil {
		t.Fatal(err)
	}
	gone, diags := box.Provider(nil).Read(typeName, object)
	wantNoErrors(t, diags)
	wantParts(t, diags.Warnings(), `Webhook "Directory" is gone`, object.Identity)
	if gone != nil {
		t.Errorf("still there: %v", gone)
	}
	planned, diags := p.Plan(typeName, object, nil)
	wantNoErrors(t, diags)
	_, diags = p.Apply(typeName, planned)
	wantNoErrors(t, diags)
}

func TestErrors(t *testing.T) {
	t.Parallel()
	box := acctest.StartPersonio(t, sandbox.Options{})
	object := apply(t, box.Provider(nil), nil, hook)
	reader := box.Provider([]string{"personio:webhooks:read"})
	planned, diags := reader.Plan(typeName, nil, hook.With(tfproto.Values{"url": "https://hooks.example.com/b"}))
	wantNoErrors(t, diags)
	_, diags = reader.Apply(typeName, planned)
	wantParts(t, diags.Errors(), `Could not create webhook "Directory"`, "HTTP status 403", "personio:webhooks:write", "write access to Webhooks (in German: Webhooks)")
	_, diags = box.Provider([]string{"personio:persons:read"}).Read(typeName, object)
	wantParts(t, diags.Errors(), `Could not read webhook "Directory"`, "personio:webhooks:read")

	p := box.Provider(nil)
	planned, diags = p.Plan(typeName, nil, hook)
	wantNoErrors(t, diags)
	_, diags = p.Apply(typeName, planned)
	wantParts(t, diags.Errors(), "HTTP status 409", "Another webhook has the URL", "terraform import personio_webhook.<name> "+object.Identity)

	box.Fail(sandbox.Fault{Method: http.MethodPost, PathPrefix: "/v2/webhooks", Times: 1, Status: 503, Body: fmt.Sprintf(`{"errors":[{"title":"Down","detail":%q}]}`, secret)})
	planned, diags = p.Plan(typeName, nil, hook.With(tfproto.Values{"url": "https://hooks.example.com/c"}))
	wantNoErrors(t, diags)
	_, diags = p.Apply(typeName, planned)
	wantParts(t, diags.Errors(), "Could not create webhook", "Down: (redacted)", "HTTP status 503")
	if n := len(box.Records().Webhooks.All()); n != 1 {
		t.Errorf("%d webhooks", n)
	}
	planned, diags = reader.Plan(typeName, object, nil)
	wantNoErrors(t, diags)
	_, diags = reader.Apply(typeName, planned)
	wantParts(t, diags.Errors(), `Could not delete webhook "Directory"`, "personio:webhooks:write")
}
