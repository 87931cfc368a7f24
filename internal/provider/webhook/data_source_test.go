package webhook_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/personio-community/terraform-provider-personio/internal/acctest"
	"github.com/personio-community/terraform-provider-personio/internal/acctest/tfproto"
	"github.com/personio-community/terraform-provider-personio/internal/sandbox"
	"github.com/personio-community/terraform-provider-personio/internal/sandbox/records"
)

// hooks puts webhooks into a sandbox: c and a are enabled, b is not.
func hooks(t *testing.T, box *sandbox.Sandbox) {
	t.Helper()
	for _, name := range []string{"c", "a", "b"} {
		_, err := box.Records().Webhooks.Add(func([]records.Webhook) (records.Webhook, error) {
			h := records.Webhook{
				ID: "id-" + name, URL: "https://hooks.example.com/" + name, Description: "Hook " + name, EnabledEvents: []string{"person.deleted", "person.created"},
				Status: "ENABLED", AuthType: "TOKEN", Token: secret,
			}
			if name == "b" {
				h.Status, h.EnabledEvents = "DISABLED", []string{"document.signed"}
			}
			return h, nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func shown(name string) map[string]any {
	return map[string]any{
		"id": "id-" + name, "url": "https://hooks.example.com/" + name, "description": "Hook " + name, "status": "ENABLED", "auth_type": "TOKEN",
		"enabled_events": []any{"person.created", "person.deleted"},
	}
}

func TestDataSources(t *testing.T) {
	t.Parallel()
	box := acctest.StartPersonio(t, sandbox.Options{})
	hooks(t, box.Sandbox)
	p := box.Provider([]string{"personio:webhooks:read"})
	for _, test := range []struct {
		config tfproto.Values
		want   []string
	}{
		{tfproto.Values{}, []string{"id-a", "id-b", "id-c"}},
		{tfproto.Values{"status": "ENABLED"}, []string{"id-a", "id-c"}},
		{tfproto.Values{"enabled_events": []any{"document.signed", "person.updated"}}, []string{"id-b"}},
		{tfproto.Values{"enabled_events": []any{"person.updated"}}, nil},
	} {
		got, diags := p.ReadData("personio_webhooks", test.config)
		wantNoErrors(t, diags)
		var ids []string
		for _, hook := range got["webhooks"].([]any) {
			ids = append(ids, hook.(map[string]any)["id"].(string))
		}
		byID, _ := got["by_id"].(map[string]any)
		if !slices.Equal(ids, test.want) || len(byID) != len(test.want) {
			t.Errorf("%v: %v, by id %v", test.config, ids, byID)
		}
	}
	wantParts(t, fmt.Sprint(p.ReadData("personio_webhooks", tfproto.Values{})), "Hook a")
	for _, config := range []tfproto.Values{{"id": "id-a"}, {"url": "https://hooks.example.com/a"}} {
		got, diags := p.ReadData("personio_webhook", config)
		wantNoErrors(t, diags)
		if diff := cmp.Diff(tfproto.Values(shown("a")), got); diff != "" {
			t.Errorf("%v:\n%s", config, diff)
		}
	}
	for _, test := range []struct {
		name   string
		config tfproto.Values
		want   string
	}{
		{"personio_webhook", tfproto.Values{"id": "nobody"}, "No such webhook"},
		{"personio_webhook", tfproto.Values{"url": "https://hooks.example.com"}, "No such webhook"},
		{"personio_webhook", tfproto.Values{}, "one (and only one) of"},
		{"personio_webhook", tfproto.Values{"id": "a", "url": "b"}, "url"},
		{"personio_webhooks", tfproto.Values{"status": "ON"}, "Unknown status"},
		{"personio_webhooks", tfproto.Values{"enabled_events": []any{"person.make"}}, "Unknown event"},
	} {
		_, diags := p.ReadData(test.name, test.config)
		wantParts(t, diags.Errors(), test.want)
	}
	for name, config := range map[string]tfproto.Values{"personio_webhooks": {}, "personio_webhook": {"url": "https://hooks.example.com/a"}} {
		_, diags := box.Provider([]string{"personio:persons:read"}).ReadData(name, config)
		wantParts(t, diags.Errors(), "HTTP status 403", "personio:webhooks:read")
	}
}

// The list shows what an import shows, and honours what it is asked for.
func TestList(t *testing.T) {
	t.Parallel()
	box := acctest.StartPersonio(t, sandbox.Options{})
	hooks(t, box.Sandbox)
	p := box.Provider(nil)
	imported, diags := p.Import(typeName, "id-c", "")
	wantNoErrors(t, diags)
	read, diags := p.Read(typeName, imported)
	wantNoErrors(t, diags)
	want := []tfproto.Listed{{Name: "Hook c", Identity: "id-c", Values: read.Values}}
	if diff := cmp.Diff(want, slices.Collect(p.List(typeName, tfproto.Values{}, 1, true))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	config, diags := p.Generate(typeName, read)
	wantNoErrors(t, diags)
	wantNoErrors(t, p.Validate(typeName, config))
	planned, diags := p.Plan(typeName, read, config)
	wantNoErrors(t, diags)
	if diff := cmp.Diff(read.Values, planned.Values); diff != "" {
		t.Errorf("the plan of the generated configuration is not empty:\n%s", diff)
	}
	want = []tfproto.Listed{{Name: "Hook b", Identity: "id-b"}}
	for _, config := range []tfproto.Values{{"status": "DISABLED"}, {"enabled_events": []any{"document.signed"}}} {
		if diff := cmp.Diff(want, slices.Collect(p.List(typeName, config, 0, false))); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
	for listed := range box.Provider([]string{"personio:persons:read"}).List(typeName, tfproto.Values{}, 0, false) {
		wantParts(t, listed.Diagnostics.Errors(), "Could not list webhooks", "personio:webhooks:read")
	}
}
