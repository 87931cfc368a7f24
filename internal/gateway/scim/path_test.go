package scim_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/personio-community/terraform-provider-personio/internal/gateway/scim"
)

var goodPaths = map[string]scim.Path{
	"userName":       {Attribute: "userName"},
	"name.givenName": {Attribute: "name", Sub: "givenName"},
	"emails.value":   {Attribute: "emails", Sub: "value"},
	"members.$ref":   {Attribute: "members", Sub: "$ref"},
	"x-y_1":          {Attribute: "x-y_1"},
	`emails[type eq "work"].value`: {
		Attribute: "emails", Filter: []scim.Condition{{Attribute: "type", Value: "work"}}, Sub: "value",
	},
	`emails[type eq "work"]`: {Attribute: "emails", Filter: []scim.Condition{{Attribute: "type", Value: "work"}}},
	`members[value eq "a]\"b. c"]`: {
		Attribute: "members", Filter: []scim.Condition{{Attribute: "value", Value: `a]"b. c`}},
	},
	`phoneNumbers[type eq "work" and primary eq true].value`: {
		Attribute: "phoneNumbers", Sub: "value",
		Filter: []scim.Condition{{Attribute: "type", Value: "work"}, {Attribute: "primary", Value: true}},
	},
	"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department": {Schema: scim.EnterpriseSchema, Attribute: "department"},
	"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value": {
		Schema: scim.EnterpriseSchema, Attribute: "manager", Sub: "value",
	},
	`urn:example:ext:1.0:tags[type eq "a:b"].value`: {
		Schema: "urn:example:ext:1.0", Attribute: "tags", Filter: []scim.Condition{{Attribute: "type", Value: "a:b"}}, Sub: "value",
	},
	"urn:ietf:params:scim:schemas:core:2.0:User:userName": {Attribute: "userName"},
}

// badPaths and a word of the reason.
var badPaths = map[string]string{
	"":                                   "name of an attribute",
	".":                                  "name of an attribute",
	"a.":                                 "sub-attribute",
	".a":                                 "name of an attribute",
	"a.b.c":                              "sub-attribute",
	"user name":                          "name of an attribute",
	" userName":                          "name of an attribute",
	"1st":                                "name of an attribute",
	"naïve":                              "name of an attribute",
	`emails[type eq "work"]value`:        "follows the filter",
	`emails[type eq "work"].`:            "sub-attribute",
	`emails[type eq "work"`:              "not \"\"",
	`emails[type eq "work`:               "not closed",
	`emails[type co "work"]`:             "only eq",
	`emails[type eq 1]`:                  "double quotes",
	`emails[type eq 'work']`:             "double quotes",
	`emails[]`:                           "sub-attribute",
	`emails[`:                            "sub-attribute",
	`emails[type]`:                       "only eq",
	`emails[type eq "a" or type eq "b"]`: "not \"or\"",
	`emails.value[type eq "work"]`:       "name of an attribute",
	`[type eq "work"]`:                   "name of an attribute",
	`emails[a.b eq "work"]`:              "sub-attribute",
	"urn:x":                              "URN",
	"urn:userName":                       "URN",
	"urn:ietf:params:scim:schemas:core:2.0:User": "names a schema",
	scim.EnterpriseSchema:                        "names a schema",
	scim.EnterpriseSchema + ":":                  "name of an attribute",
	scim.EnterpriseSchema + ":name.a.b":          "sub-attribute",
}

func TestParsePath(t *testing.T) {
	t.Parallel()
	for text, want := range goodPaths {
		got, err := scim.ParsePath(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", text, diff)
		}
		if again, err := scim.ParsePath(got.String()); err != nil || !cmp.Equal(again, got) {
			t.Errorf("%s is written as %s, which reads as %+v, %v", text, got, again, err)
		}
	}
	for text, want := range badPaths {
		got, err := scim.ParsePath(text)
		if err == nil {
			t.Errorf("%q reads as %+v", text, got)
			continue
		}
		if !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "SCIM attribute path") {
			t.Errorf("%q: the error does not say %q: %v", text, want, err)
		}
	}
	for text, want := range map[string]bool{"ID": true, "meta.created": true, "groups": true, "userName": false, scim.EnterpriseSchema + ":id": false} {
		if p, err := scim.ParsePath(text); err != nil || p.ReadOnly() != want {
			t.Errorf("%s: ReadOnly is %t, %v", text, p.ReadOnly(), err)
		}
	}
}

func FuzzParsePath(f *testing.F) {
	for text := range goodPaths {
		f.Add(text)
	}
	for text := range badPaths {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		p, err := scim.ParsePath(text)
		if err != nil {
			return
		}
		again, err := scim.ParsePath(p.String())
		if err != nil || !cmp.Equal(again, p) {
			t.Fatalf("%q is written as %q, which reads as %+v, %v", text, p, again, err)
		}
		// Whatever parses can be set, read and removed.
		r := scim.Resource{}
		value := any("v")
		if p.Filter != nil && p.Sub == "" {
			value = map[string]any{"x-y": "v"}
		}
		if err := r.Set(text, value); err != nil {
			t.Fatal(err)
		}
		if _, ok := r.Get(text); !ok && !filterHoldsSub(p) {
			t.Fatalf("%q was set and is not there: %v", text, r)
		}
		if err := r.Set(text, nil); err != nil {
			t.Fatal(err)
		}
	})
}

// filterHoldsSub reports paths that contradict themselves: a[b eq "x"].b, or two
// conditions on one attribute.
func filterHoldsSub(p scim.Path) bool {
	seen := map[string]bool{strings.ToLower(p.Sub): true}
	for _, c := range p.Filter {
		name := strings.ToLower(c.Attribute)
		if seen[name] {
			return true
		}
		seen[name] = true
	}
	return false
}
