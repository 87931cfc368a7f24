package catalogue

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/personio-community/terraform-provider-personio/internal/attribute"
)

func TestEntriesAreValid(t *testing.T) {
	t.Parallel()
	found, err := files.ReadDir("entries")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range found {
		content, err := files.ReadFile("entries/" + file.Name())
		if err != nil {
			t.Fatal(err)
		}
		entry, err := decode(content)
		if err != nil {
			t.Errorf("%s: %v", file.Name(), err)
			continue
		}
		for _, problem := range problems(file.Name(), entry) {
			t.Errorf("%s: %s", file.Name(), problem)
		}
	}
}

// The systems that the project promises are there, each governed as its example
// says, and the list is in order.
func TestEntries(t *testing.T) {
	t.Parallel()
	entries, err := Entries()
	if err != nil {
		t.Fatal(err)
	}
	ways := map[string]string{}
	names := map[string]string{}
	for _, entry := range entries {
		ways[entry.ID] = entry.Way
		if other, taken := names[entry.Name]; taken {
			t.Errorf("%s and %s have one name", other, entry.ID)
		}
		names[entry.Name] = entry.ID
	}
	for id, way := range map[string]string{
		"josys": WayAudit, "dco": WayAudit, "edyoucated": WaySCIM,
		"microsoft-entra-id": WayPersonio, "okta": WayPersonio, "google-workspace-directory-sync": WayPersonio, "atlassian-directory-sync": WayPersonio,
	} {
		if ways[id] != way {
			t.Errorf("%s: way %q, want %q", id, ways[id], way)
		}
	}
	if !slices.IsSortedFunc(entries, func(a, b Entry) int { return strings.Compare(a.ID, b.ID) }) {
		t.Error("the entries are not sorted")
	}
	for _, way := range Ways {
		if !slices.ContainsFunc(entries, func(e Entry) bool { return e.Way == way }) {
			t.Errorf("no entry goes the way %s", way)
		}
	}
}

const sound = `
id: sound
name: Sound
developer: Sound Ltd
description: Does something.
made_by: PARTNER
category: learning
tier: Elite
activation_methods: [api_credential, email]
way: SCIM
way_reason: It has an endpoint.
recommended_scopes: [personio:persons:read]
required_attributes: [email]
optional_attributes: [team]
custom_attributes: [Birthday]
instructions:
  text: Press the button.
  url: https://example.com/help
support_contact: help@example.com
sources:
  - url: https://example.com/help
    looked_up: 2026-11-22
`

func TestDecode(t *testing.T) {
	t.Parallel()
	entry, err := decode([]byte(sound))
	if err != nil {
		t.Fatal(err)
	}
	want := Entry{
		ID: "sound", Name: "Sound", Developer: "Sound Ltd", Description: "Does something.", MadeBy: "PARTNER", Category: "learning", Tier: "Elite",
		ActivationMethods: []string{"api_credential", "email"}, Way: "SCIM", WayReason: "It has an endpoint.",
		RecommendedScopes: []string{"personio:persons:read"}, RequiredAttributes: []string{"email"}, OptionalAttributes: []string{"team"},
		CustomAttributes: []string{"Birthday"}, Instructions: Instructions{Text: "Press the button.", URL: "https://example.com/help"},
		SupportContact: "help@example.com", Sources: []Source{{URL: "https://example.com/help", LookedUp: "2026-11-22"}},
	}
	if diff := cmp.Diff(want, entry); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"email", "team"}, entry.Attributes()); diff != "" {
		t.Error(diff)
	}
	for _, wrong := range []string{sound + "scopes: []", sound + "tier: Select", "[]", ""} {
		if _, err := decode([]byte(wrong)); err == nil {
			t.Errorf("no error for\n%s", wrong)
		}
	}
}

// Each way in which an entry can be wrong is found, and nothing else with it.
func TestProblemsAreFound(t *testing.T) {
	t.Parallel()
	for want, change := range map[string]func(*Entry){
		"":                             func(*Entry) {},
		"id":                           func(e *Entry) { e.ID = "other" },
		"name is empty":                func(e *Entry) { e.Name = " " },
		"developer is empty":           func(e *Entry) { e.Developer = "" },
		"description is empty":         func(e *Entry) { e.Description = "" },
		"way_reason is empty":          func(e *Entry) { e.WayReason = "" },
		"instructions.text is empty":   func(e *Entry) { e.Instructions.Text = "" },
		"made_by":                      func(e *Entry) { e.MadeBy = "partner" },
		"category":                     func(e *Entry) { e.Category = "Learning" },
		"tier":                         func(e *Entry) { e.Tier = "Gold" },
		"way":                          func(e *Entry) { e.Way = "" },
		"activation_methods is empty":  func(e *Entry) { e.ActivationMethods = nil },
		"activation_methods":           func(e *Entry) { e.ActivationMethods[1] = "phone" },
		"activation_methods twice":     func(e *Entry) { e.ActivationMethods[1] = "api_credential" },
		"recommended_scopes":           func(e *Entry) { e.RecommendedScopes = append(e.RecommendedScopes, "personio:person:read") },
		"legacy recommended_scopes":    func(e *Entry) { e.RecommendedScopes = append(e.RecommendedScopes, "absences:read") },
		"management scope":             func(e *Entry) { e.RecommendedScopes = append(e.RecommendedScopes, "gateway:sync-runs:read") },
		"attributes need the scope":    func(e *Entry) { e.RecommendedScopes = nil },
		"unknown required_attributes":  func(e *Entry) { e.RequiredAttributes[0] = "mail" },
		"unknown optional_attributes":  func(e *Entry) { e.OptionalAttributes[0] = "dynamic_1" },
		"id in required_attributes":    func(e *Entry) { e.RequiredAttributes[0] = "id" },
		"attributes twice":             func(e *Entry) { e.OptionalAttributes[0] = "email" },
		"all_attributes and a list":    func(e *Entry) { e.AllAttributes = true },
		"sources is empty":             func(e *Entry) { e.Sources = nil },
		"source without TLS":           func(e *Entry) { e.Sources[0].URL = "http://example.com/help" },
		"source without host":          func(e *Entry) { e.Sources[0].URL = "https:///help" },
		"source without date":          func(e *Entry) { e.Sources[0].LookedUp = "" },
		"instructions.url is no URL":   func(e *Entry) { e.Instructions.URL = "example.com" },
		"Personio-made with a tier":    func(e *Entry) { e.MadeBy = "PERSONIO" },
		"partner without a tier: none": func(e *Entry) { e.Tier = "none" },
	} {
		entry, err := decode([]byte(sound))
		if err != nil {
			t.Fatal(err)
		}
		change(&entry)
		if found := problems("sound.yaml", entry); (want == "") != (len(found) == 0) || len(found) > 1 {
			t.Errorf("%s: %q", want, found)
		}
	}
}

// problems says what is wrong with an entry.
func problems(fileName string, e Entry) []string {
	var found []string
	add := func(format string, args ...any) { found = append(found, fmt.Sprintf(format, args...)) }
	if e.ID+".yaml" != fileName {
		add("id is %q", e.ID)
	}
	for name, value := range map[string]string{
		"name": e.Name, "developer": e.Developer, "description": e.Description, "way_reason": e.WayReason, "instructions.text": e.Instructions.Text,
	} {
		if strings.TrimSpace(value) == "" {
			add("%s is empty", name)
		}
	}
	for name, field := range map[string]struct {
		value  string
		values []string
	}{"made_by": {e.MadeBy, MadeBy}, "category": {e.Category, Categories}, "tier": {e.Tier, append(Tiers, "")}, "way": {e.Way, Ways}} {
		if !slices.Contains(field.values, field.value) {
			add("%s is %q", name, field.value)
		}
	}
	// Tiers are those of partners.
	if (e.MadeBy == MadeByPersonio) != (e.Tier == TierNone) && slices.Contains(MadeBy, e.MadeBy) {
		add("made by %s, and of tier %q", e.MadeBy, e.Tier)
	}
	if len(e.ActivationMethods) == 0 || !distinct(e.ActivationMethods) {
		add("activation_methods: %q", e.ActivationMethods)
	}
	for _, method := range e.ActivationMethods {
		if !slices.Contains(ActivationMethods, method) {
			add("activation_methods: %q", method)
		}
	}
	found = append(found, rightsProblems(e)...)
	if !isURL(e.Instructions.URL) {
		add("instructions.url: %q", e.Instructions.URL)
	}
	if len(e.Sources) == 0 {
		add("no source")
	}
	for _, source := range e.Sources {
		if _, err := time.Parse(time.DateOnly, source.LookedUp); err != nil || !isURL(source.URL) {
			add("source %q of %q", source.URL, source.LookedUp)
		}
	}
	return found
}

// rightsProblems says what is wrong with scopes and attributes, so that an
// integration can take them as they are.
func rightsProblems(e Entry) []string {
	var found []string
	for _, scope := range e.RecommendedScopes {
		if known, ok := attribute.LookupScope(scope); !ok || known.Name != scope {
			found = append(found, fmt.Sprintf("scope %q is not the official one", scope))
		}
	}
	if !distinct(e.RecommendedScopes) || !distinct(e.Attributes()) {
		found = append(found, "a scope or an attribute is there twice")
	}
	for _, key := range e.Attributes() {
		if _, ok := attribute.Lookup(key); !ok || key == attribute.ID {
			found = append(found, fmt.Sprintf("%q is no system attribute to be listed", key))
		}
	}
	if e.AllAttributes && len(e.Attributes()) > 0 {
		found = append(found, "all_attributes and a list of them exclude each other")
	}
	if (e.AllAttributes || len(e.Attributes()) > 0) && !slices.Contains(e.RecommendedScopes, attribute.ScopePersonsRead) {
		found = append(found, "attributes without the scope to read employees")
	}
	return found
}

func distinct(values []string) bool {
	return len(slices.Compact(slices.Sorted(slices.Values(values)))) == len(values)
}

func isURL(text string) bool {
	u, err := url.Parse(text)
	return err == nil && u.Scheme == "https" && u.Host != ""
}
