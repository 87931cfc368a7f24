package marketplace_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/personio-community/terraform-provider-personio/internal/acctest"
	"github.com/personio-community/terraform-provider-personio/internal/acctest/tfproto"
	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
	"github.com/personio-community/terraform-provider-personio/internal/provider/marketplace/catalogue"
)

const (
	oneType  = "personio_marketplace_integration"
	listType = "personio_marketplace_integrations"
)

// offline is a provider that was told nothing at all.
func offline(t *testing.T) *tfproto.Provider {
	t.Helper()
	return tfproto.Configured(t, acctest.NewProvider(), tfproto.Values{})
}

// strs is a set of strings as the protocol's client shows it.
func strs(values ...string) []any {
	set := make([]any, len(values))
	for i, v := range slices.Sorted(slices.Values(values)) {
		set[i] = v
	}
	return set
}

// read reads an entry, its texts and links left out.
func read(t *testing.T, p *tfproto.Provider, id string) tfproto.Values {
	t.Helper()
	got, diags := p.ReadData(oneType, tfproto.Values{"id": id})
	if len(diags) > 0 {
		t.Fatal(diags.Errors(), diags.Warnings())
	}
	for _, name := range []string{"description", "way_reason", "instructions", "sources"} {
		if got[name] == nil {
			t.Errorf("%s: no %s", id, name)
		}
		delete(got, name)
	}
	return got
}

func TestEntry(t *testing.T) {
	t.Parallel()
	p := offline(t)
	for _, want := range []tfproto.Values{
		{
			"id": "edyoucated", "name": "edyoucated", "developer": "edyoucated", "made_by": "PARTNER", "category": "learning", "tier": nil,
			"activation_methods": strs("api_credential"), "way": "SCIM", "support_contact": "Your account manager at edyoucated",
			"recommended_scopes": strs("personio:persons:read"), "all_attributes": false,
			"required_attributes": strs("first_name", "last_name", "email", "status"),
			"optional_attributes": strs("position", "supervisor", "team", "department", "office", "employment_type"),
			"attributes": strs("first_name", "last_name", "email", "status",
				"position", "supervisor", "team", "department", "office", "employment_type"),
			"custom_attributes": strs(),
		},
		{
			"id": "josys", "name": "Josys", "developer": "Josys", "made_by": "PARTNER", "category": "it_management", "tier": nil,
			"activation_methods": strs("api_credential"), "way": "CREDENTIAL_AUDIT", "support_contact": nil,
			"recommended_scopes": strs("personio:persons:read", "personio:persons:write"), "all_attributes": true,
			"required_attributes": strs(), "optional_attributes": strs(), "attributes": strs(), "custom_attributes": strs(),
		},
		{
			"id": "microsoft-entra-id", "name": "Microsoft Entra ID", "developer": "Personio", "made_by": "PERSONIO", "category": "identity",
			"tier": "none", "activation_methods": strs("configuration_wizard"), "way": "PERSONIO", "support_contact": "Personio's support team",
			"recommended_scopes": strs("personio:persons:read"), "all_attributes": false,
			"required_attributes": strs("first_name", "last_name", "email", "hire_date", "termination_date", "status", "created_at"),
			"optional_attributes": strs(),
			"attributes":          strs("first_name", "last_name", "email", "hire_date", "termination_date", "status", "created_at"),
			"custom_attributes":   strs(),
		},
		{
			"id": "join", "name": "JOIN", "developer": "JOIN", "made_by": "PARTNER", "category": "recruiting", "tier": nil,
			"activation_methods": strs("recruiting_credential"), "way": "PERSONIO", "support_contact": nil,
			"recommended_scopes": strs(), "all_attributes": false,
			"required_attributes": strs(), "optional_attributes": strs(), "attributes": strs(), "custom_attributes": strs(),
		},
	} {
		if diff := cmp.Diff(want, read(t, p, want["id"].(string))); diff != "" {
			t.Errorf("%s:\n%s", want["id"], diff)
		}
	}
	got, _ := p.ReadData(oneType, tfproto.Values{"id": "dco"})
	instructions, _ := got["instructions"].(map[string]any)
	if instructions["url"] != "https://kb.secjur.com/personio-integration" || !strings.Contains(instructions["text"].(string), "Make a credential") {
		t.Errorf("instructions: %v", instructions)
	}
	want := []any{
		map[string]any{"url": "https://kb.secjur.com/personio-integration", "looked_up": "2026-11-22"},
		map[string]any{"url": "https://www.secjur.com/en/dco-tandc", "looked_up": "2026-11-22"},
	}
	if diff := cmp.Diff(want, got["sources"]); diff != "" {
		t.Error(diff)
	}
}

func TestUnknownEntry(t *testing.T) {
	t.Parallel()
	p := offline(t)
	for id, parts := range map[string][]string{
		"jossys":           {`"jossys". Did you mean "josys"?`, listType},
		"Okta":             {`"Okta". Did you mean "okta"?`},
		"entra":            {`Did you mean "microsoft-entra-id"?`},
		"Microsoft Entra":  {`Did you mean "microsoft-entra-id"?`},
		"directory-sync":   {`"atlassian-directory-sync"`, `"google-workspace-directory-sync"`},
		"zzzzzzzzzzzzzzzz": {`"zzzzzzzzzzzzzzzz". The data source personio_marketplace_integrations lists all of them`, "write its scopes and attributes yourself"},
		"":                 {`no entry with the id ""`},
	} {
		got, diags := p.ReadData(oneType, tfproto.Values{"id": id})
		text := diags.Errors()
		for _, part := range append(parts, `AttributeName("id")`, "Unknown marketplace integration") {
			if !strings.Contains(text, part) {
				t.Errorf("%q is missing in:\n%s", part, text)
			}
		}
		if len(diags) != 1 || got["name"] != nil {
			t.Errorf("%q: %d diagnostics, %v", id, len(diags), got)
		}
	}
}

func TestList(t *testing.T) {
	t.Parallel()
	p := offline(t)
	list := func(config tfproto.Values) []string {
		got, diags := p.ReadData(listType, config)
		if text := diags.Errors(); text != "" {
			t.Fatal(text)
		}
		ids := []string{}
		byID, _ := got["by_id"].(map[string]any)
		for _, element := range got["integrations"].([]any) {
			entry := element.(map[string]any)
			ids = append(ids, entry["id"].(string))
			if diff := cmp.Diff(element, byID[entry["id"].(string)]); diff != "" {
				t.Error(diff)
			}
		}
		if len(byID) != len(ids) || !slices.IsSorted(ids) {
			t.Errorf("%v: %d by id, sorted: %v", config, len(byID), slices.IsSorted(ids))
		}
		return ids
	}
	all := list(tfproto.Values{})
	if len(all) < 15 {
		t.Errorf("%d entries", len(all))
	}
	byPersonio := []string{"atlassian-directory-sync", "google-workspace-directory-sync", "microsoft-entra-id", "okta", "workable"}
	syncs := byPersonio[:4]
	for name, test := range map[string]struct {
		config tfproto.Values
		want   []string
	}{
		"made by Personio":      {tfproto.Values{"made_by": "PERSONIO"}, byPersonio},
		"identity of Personio":  {tfproto.Values{"made_by": "PERSONIO", "category": "identity"}, syncs},
		"developer, other case": {tfproto.Values{"developer": "personio", "category": "identity"}, syncs},
		"part of a developer":   {tfproto.Values{"developer": "Person"}, []string{}},
		"tier none":             {tfproto.Values{"tier": "none"}, byPersonio},
		"tier known of nobody":  {tfproto.Values{"tier": "Premier"}, []string{}},
		"by e-mail":             {tfproto.Values{"activation_method": "email"}, []string{"merge"}},
		"recruiting":            {tfproto.Values{"activation_method": "recruiting_credential", "category": "recruiting"}, []string{"join"}},
		"search a name":         {tfproto.Values{"search": "JOSYS"}, []string{"josys"}},
		"search a developer":    {tfproto.Values{"search": "secjur"}, []string{"dco"}},
		"search a description":  {tfproto.Values{"search": "travel expenses"}, []string{"declaree"}},
		"search words apart":    {tfproto.Values{"search": " sync  google "}, []string{"google-workspace-directory-sync"}},
		"search in vain":        {tfproto.Values{"search": "google travel"}, []string{}},
		"search blanks":         {tfproto.Values{"search": " "}, all},
	} {
		if diff := cmp.Diff(test.want, list(test.config)); diff != "" {
			t.Errorf("%s:\n%s", name, diff)
		}
	}
}

func TestUnknownFilterValues(t *testing.T) {
	t.Parallel()
	p := offline(t)
	for argument, values := range map[string][2]string{
		"category": {"learnin", `"learning"`}, "tier": {"premier", `"Premier"`}, "made_by": {"partner", `"PARTNER"`},
		"activation_method": {"recruiting", `"recruiting_credential"`},
	} {
		_, diags := p.ReadData(listType, tfproto.Values{argument: values[0]})
		for _, part := range []string{`AttributeName("` + argument + `")`, `"` + values[0] + `". Did you mean ` + values[1] + "?"} {
			if text := diags.Errors(); !strings.Contains(text, part) {
				t.Errorf("%q is missing in:\n%s", part, text)
			}
		}
	}
}

// The rights of every entry are such that a gateway grants them.
func TestEntriesFitIntegrations(t *testing.T) {
	t.Parallel()
	w := acctest.Start(t)
	entries, err := catalogue.Entries()
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		got, err := w.Client.CustomIntegrations().Create(t.Context(), gatewayapi.CustomIntegrationCreate{
			Name: e.Name, Description: e.Description, Scopes: append([]string{}, e.RecommendedScopes...), ReadableAttributes: e.Attributes(), AllAttributes: e.AllAttributes,
		})
		if err != nil {
			t.Errorf("%s: %v", e.ID, err)
			continue
		}
		if len(got.Scopes) != len(e.RecommendedScopes) || len(got.ReadableAttributes) != len(e.Attributes()) {
			t.Errorf("%s: %v, %v", e.ID, got.Scopes, got.ReadableAttributes)
		}
	}
}
