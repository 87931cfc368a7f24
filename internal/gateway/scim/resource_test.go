package scim_test

import (
	"encoding/json"
	"maps"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/personio-community/terraform-provider-personio/internal/gateway/scim"
)

type object = map[string]any

func anna() scim.Resource {
	return scim.Resource{
		"id": "1", "UserName": "anna", "active": "True", "number": json.Number("12345678901234567890"),
		"name":   object{"givenName": "Anna", "familyName": "Ä"},
		"emails": []any{object{"value": "h@x", "type": "home"}, object{"value": "w@x", "type": "Work", "primary": true}},
		"roles":  []any{object{"value": "first"}, object{"value": "second"}},
		scim.EnterpriseSchema: object{
			"department": "Produkt", "manager": object{"value": "9"},
		},
		"schemas": []any{scim.UserSchema, scim.EnterpriseSchema},
	}
}

func TestGet(t *testing.T) {
	t.Parallel()
	r := anna()
	r["title"] = nil
	for path, want := range map[string]string{
		"id": "1", "userName": "anna", "USERNAME": "anna", "active": "True", "name.givenName": "Anna", "name.middleName": "", "number": "12345678901234567890",
		"emails.value": "w@x", `emails[type eq "work"].value`: "w@x", `emails[type eq "home"].value`: "h@x", `emails[type eq "other"].value`: "",
		`emails[value eq "W@x"].type`: "", `emails[primary eq true].value`: "w@x", `emails[primary eq false].value`: "h@x",
		"roles.value": "first", "title": "", "userName.x": "", `userName[type eq "x"].value`: "", "emails": "", "bad path": "",
		scim.EnterpriseSchema + ":department": "Produkt", scim.EnterpriseSchema + ":manager.value": "9", "urn:other:x:y": "",
		"urn:ietf:params:scim:schemas:core:2.0:User:userName": "anna",
	} {
		if got := r.String(path); got != want {
			t.Errorf("%s: %q, want %q", path, got, want)
		}
	}
	if _, ok := r.Get("title"); ok {
		t.Error("null is a value")
	}
	if value, ok := r.Bool("active"); !value || !ok {
		t.Error("a boolean written as a string was not read")
	}
	if _, ok := r.Bool("userName"); ok {
		t.Error("userName is a boolean")
	}
	if got := (scim.Resource{"id": json.Number("42")}).ID(); got != "42" {
		t.Errorf("id %q", got)
	}
	if got := scim.Resource(nil).ID(); got != "" {
		t.Errorf("id of nothing: %q", got)
	}
}

func TestSet(t *testing.T) {
	t.Parallel()
	home, work := anna()["emails"].([]any)[0], anna()["emails"].([]any)[1]
	type change struct {
		value any
		want  object // members that are different afterwards; nil: gone
	}
	for path, c := range map[string]change{
		"userName":                               {"ben", object{"UserName": "ben"}},
		"title":                                  {"CEO", object{"title": "CEO"}},
		"nickName":                               {"n", object{"nickName": "n"}},
		"name.givenName":                         {"Änne", object{"name": object{"givenName": "Änne", "familyName": "Ä"}}},
		"NAME.FamilyName":                        {nil, object{"name": object{"givenName": "Anna"}}},
		"emails.value":                           {"n@x", object{"emails": []any{home, object{"value": "n@x", "type": "Work", "primary": true}}}},
		`emails[type eq "home"].value`:           {nil, object{"emails": []any{work}}},
		`emails[type eq "other"].value`:          {"o@x", object{"emails": []any{home, work, object{"value": "o@x", "type": "other"}}}},
		`emails[type eq "none"].value`:           {nil, object{}},
		`emails[type eq "home"]`:                 {object{"value": "z@x", "type": "home"}, object{"emails": []any{object{"value": "z@x", "type": "home"}, work}}},
		`phoneNumbers[type eq "work"].value`:     {"1", object{"phoneNumbers": []any{object{"value": "1", "type": "work"}}}},
		"phoneNumbers.value":                     {"1", object{"phoneNumbers": []any{object{"value": "1", "primary": true}}}},
		"emails":                                 {nil, object{"emails": nil}},
		scim.EnterpriseSchema + ":division":      {"D", object{scim.EnterpriseSchema: object{"department": "Produkt", "division": "D", "manager": object{"value": "9"}}}},
		scim.EnterpriseSchema + ":manager.value": {nil, object{scim.EnterpriseSchema: object{"department": "Produkt"}}},
		"urn:example:ext:a":                      {"v", object{"urn:example:ext": object{"a": "v"}, "schemas": []any{scim.UserSchema, scim.EnterpriseSchema, "urn:example:ext"}}},
		"urn:example:ext:b":                      {nil, object{}},
	} {
		got, want := anna(), anna()
		if err := got.Set(path, c.value); err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}
		for key, value := range c.want {
			if want[key] = value; value == nil {
				delete(want, key)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", path, diff)
		}
	}
	for _, path := range []string{"userName.x", `name[type eq "x"].value`, "bad path", "userName.x"} {
		if err := anna().Set(path, "v"); err == nil {
			t.Errorf("%s could be set", path)
		}
	}
	if err := (scim.Resource{"urn:example:ext": "text"}).Set("urn:example:ext:a", "v"); err == nil {
		t.Error("a member of a text could be set")
	}
}

func TestClone(t *testing.T) {
	t.Parallel()
	r := anna()
	copied := r.Clone()
	for _, path := range []string{"name.givenName", "emails.value", scim.EnterpriseSchema + ":manager.value"} {
		if err := copied.Set(path, "changed"); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(anna(), r); diff != "" {
		t.Error(diff)
	}
}

func TestChanges(t *testing.T) {
	t.Parallel()
	home := object{"value": "h@x", "type": "home"}
	for path, c := range map[string]struct {
		value any
		want  scim.PatchOperation
	}{
		"title":           {"CEO", scim.PatchOperation{Op: "replace", Path: "title", Value: "CEO"}},
		"active":          {false, scim.PatchOperation{Op: "replace", Path: "active", Value: false}},
		"name.givenName":  {"B", scim.PatchOperation{Op: "replace", Path: "name.givenName", Value: "B"}},
		"name.familyName": {nil, scim.PatchOperation{Op: "remove", Path: "name.familyName"}},
		"emails.value": {"n@x", scim.PatchOperation{Op: "replace", Path: "emails", Value: []any{
			home, object{"value": "n@x", "type": "Work", "primary": true},
		}}},
		`emails[type eq "work"].value`:        {nil, scim.PatchOperation{Op: "replace", Path: "emails", Value: []any{home}}},
		scim.EnterpriseSchema + ":department": {"V", scim.PatchOperation{Op: "replace", Path: scim.EnterpriseSchema + ":department", Value: "V"}},
		"urn:example:ext:boss.value":          {"9", scim.PatchOperation{Op: "replace", Path: "urn:example:ext:boss", Value: object{"value": "9"}}},
	} {
		r := anna()
		got, err := r.Changes(map[string]any{path: c.value})
		if err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}
		if diff := cmp.Diff([]scim.PatchOperation{c.want}, got); diff != "" {
			t.Errorf("%s: %s", path, diff)
		}
		if diff := cmp.Diff(anna(), r); diff != "" {
			t.Errorf("%s changed the resource: %s", path, diff)
		}
	}
	data, err := json.Marshal(scim.PatchOperation{Op: "replace", Path: "active", Value: false})
	if err != nil || string(data) != `{"op":"replace","path":"active","value":false}` {
		t.Errorf("%s, %v", data, err)
	}
}

func TestChangesTogether(t *testing.T) {
	t.Parallel()
	r := anna()
	got, err := r.Changes(map[string]any{
		`emails[type eq "home"].value`: "new-home@x", `emails[type eq "work"].value`: "new-work@x", `emails[type eq "other"].value`: "o@x",
		"urn:example:ext:boss.name": "B", "urn:example:ext:boss.value": "9",
		// Nothing to do.
		"userName": "anna", "name.givenName": "Anna", "roles.value": "first", "active": true, "number": json.Number("12345678901234567890"), "locale": "", "nickName": nil, `photos[type eq "a"].value`: nil, "urn:example:other:x": nil,
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []scim.PatchOperation{
		{Op: "replace", Path: "emails", Value: []any{
			object{"value": "new-home@x", "type": "home"}, object{"value": "new-work@x", "type": "Work", "primary": true}, object{"value": "o@x", "type": "other"},
		}},
		{Op: "replace", Path: "urn:example:ext:boss", Value: object{"name": "B"}},
		{Op: "replace", Path: "urn:example:ext:boss.value", Value: "9"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(anna(), r); diff != "" {
		t.Error(diff)
	}
	for _, values := range []map[string]any{{"bad path": "x"}, {"userName.x": "x"}} {
		if got, err := r.Changes(values); err == nil {
			t.Errorf("%v gave %v", values, got)
		}
	}
}

// TestApply checks what stands in for PATCH. What a service provider makes of
// the same operations is checked with the sandbox's target, in TestWithoutPatch.
func TestApply(t *testing.T) {
	t.Parallel()
	group := func(ids ...string) scim.Resource {
		g := scim.Resource{"displayName": "G"}
		var members []any
		for _, id := range ids {
			members = append(members, object{"value": id, "display": "d"})
		}
		if members != nil {
			g["members"] = members
		}
		return g
	}
	for name, c := range map[string]struct {
		operations []scim.PatchOperation
		want       scim.Resource
	}{
		"remove selected":   {[]scim.PatchOperation{{Op: "remove", Path: `members[value eq "a"]`}}, group("b")},
		"remove named":      {[]scim.PatchOperation{{Op: "Remove", Path: "members", Value: []any{object{"value": "b"}}}}, group("a")},
		"remove nobody":     {[]scim.PatchOperation{{Op: "remove", Path: `members[value eq "x"]`}}, group("a", "b")},
		"remove all":        {[]scim.PatchOperation{{Op: "remove", Path: "members"}}, group()},
		"add known":         {[]scim.PatchOperation{{Op: "add", Path: "members", Value: []any{object{"value": "a"}}}}, group("a", "b")},
		"replace":           {[]scim.PatchOperation{{Op: "replace", Path: "members", Value: []map[string]any{{"value": "z", "display": "d"}}}}, group("z")},
		"without path":      {[]scim.PatchOperation{{Op: "replace", Value: object{"members": []any{object{"value": "z", "display": "d"}}}}}, group("z")},
		"one after another": {[]scim.PatchOperation{{Op: "remove", Path: "members"}, {Op: "add", Path: "members", Value: object{"value": "z", "display": "d"}}}, group("z")},
	} {
		got := group("a", "b")
		if err := scim.Apply(got, c.operations); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		want := maps.Clone(c.want)
		// The bytes decide: an array is an array in whatever Go type.
		gotJSON, _ := json.Marshal(got)
		wantJSON, _ := json.Marshal(want)
		if string(gotJSON) != string(wantJSON) {
			t.Errorf("%s: %s, want %s", name, gotJSON, wantJSON)
		}
	}
	for _, o := range []scim.PatchOperation{{Op: "remove"}, {Op: "move", Path: "title"}, {Op: "add", Path: "bad path"}, {Op: "add", Value: "text"}} {
		if err := scim.Apply(group(), []scim.PatchOperation{o}); err == nil {
			t.Errorf("%+v was applied", o)
		}
	}
}
