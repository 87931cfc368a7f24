package credentialaudit

import (
	"slices"
	"testing"

	"github.com/hashicorp/terraform-plugin-framework/types"
	"pgregory.net/rapid"

	"github.com/personio-community/terraform-provider-personio/internal/attribute"
	"github.com/personio-community/terraform-provider-personio/internal/personio"
)

func TestJudge(t *testing.T) {
	t.Parallel()
	null, yes, no := types.BoolNull(), types.BoolValue(true), types.BoolValue(false)
	none := types.SetNull(types.StringType)
	for name, test := range map[string]struct {
		scopes, attributes                      []string
		expectedScopes, expectedAttributes      types.Set
		excess, missing, excessKeys, lackedKeys types.Set
		compliant                               types.Bool
	}{
		"nothing agreed": {
			[]string{"employees:read"},
			[]string{"email"},
			none, none,
			none, none, none, none, null,
		},
		"as agreed": {
			[]string{"documents:read", "personio:persons:read"},
			[]string{"email", "first_name"},
			set([]string{"personio:persons:read", "documents:read"}), set([]string{"first_name", "email"}),
			set(nil), set(nil), set(nil), set(nil), yes,
		},
		"legacy and official are one right": {
			[]string{"employees:read", "personio:absences:write"},
			nil,
			set([]string{"personio:persons:read", "absences:write"}), none,
			set(nil), set(nil), none, none, yes,
		},
		"both spellings granted": {
			[]string{"employees:read", "personio:persons:read"},
			nil, set([]string{"employees:read"}), none,
			set(nil), set(nil), none, none, yes,
		},
		"excess scopes, as the server writes them": {
			[]string{"employees:read", "employees:write", "gateway:sync-runs:read", "brand:new"},
			nil, set([]string{"personio:persons:read"}), none,
			set([]string{"employees:write", "gateway:sync-runs:read", "brand:new"}), set(nil), none, none, no,
		},
		"missing scopes, as the user wrote them": {
			[]string{"brand:new"},
			nil, set([]string{"attendances:read", "brand:new"}), none,
			set(nil), set([]string{"attendances:read"}), none, none, no,
		},
		"can read salaries": {
			nil,
			[]string{"first_name", "fix_salary"},
			none, set([]string{"first_name"}),
			none, none, set([]string{"fix_salary"}), set(nil), no,
		},
		"cannot read what was agreed": {
			nil,
			[]string{},
			none, set([]string{"first_name"}),
			none, none, set(nil), set([]string{"first_name"}), no,
		},
		"the id counts on neither side": {
			nil,
			[]string{"id", "email"},
			none, set([]string{"email"}),
			none, none, set(nil), set(nil), yes,
		},
		"the id is expected": {
			nil,
			[]string{"email"},
			none, set([]string{"id", "email"}),
			none, none, set(nil), set(nil), yes,
		},
		"agreed to none": {
			[]string{"documents:read"},
			[]string{"email"},
			set(nil), set(nil),
			set([]string{"documents:read"}), set(nil), set([]string{"email"}), set(nil), no,
		},
		"scopes wrong, attributes right": {
			[]string{"documents:read"},
			nil, set(nil), set(nil),
			set([]string{"documents:read"}), set(nil), set(nil), set(nil), no,
		},
		"scopes right, attributes wrong": {
			nil,
			[]string{"email"},
			set(nil), set(nil),
			set(nil), set(nil), set([]string{"email"}), set(nil), no,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := model{ExpectedScopes: test.expectedScopes, ExpectedAttributes: test.expectedAttributes}
			m.judge(test.scopes, test.attributes)
			for what, sets := range map[string][2]types.Set{
				"excess_scopes": {m.ExcessScopes, test.excess}, "missing_scopes": {m.MissingScopes, test.missing},
				"excess_attributes": {m.ExcessAttributes, test.excessKeys}, "missing_attributes": {m.MissingAttributes, test.lackedKeys},
			} {
				if !sets[0].Equal(sets[1]) {
					t.Errorf("%s is %s, want %s", what, sets[0], sets[1])
				}
			}
			if !m.Compliant.Equal(test.compliant) {
				t.Errorf("compliant is %s, want %s", m.Compliant, test.compliant)
			}
		})
	}
}

// Whatever is granted and expected: compliant is what equality of the two says,
// and excess and missing are what has to go and to come.
func TestJudgeProperty(t *testing.T) {
	t.Parallel()
	keys := []string{"first_name", "last_name", "email", "fix_salary", "dynamic_4711", "position"}
	rapid.Check(t, func(t *rapid.T) {
		subset := rapid.SliceOfDistinct(rapid.SampledFrom(keys), rapid.ID)
		granted, expected := subset.Draw(t, "granted"), subset.Draw(t, "expected")
		m := newModel(model{ExpectedScopes: types.SetNull(types.StringType), ExpectedAttributes: set(expected)}, "papi-1", findings{
			readable: true, attributes: named(granted),
		})
		excess, _ := elements(m.ExcessAttributes)
		missing, _ := elements(m.MissingAttributes)
		var repaired []string
		for _, key := range append(granted, missing...) {
			if !slices.Contains(excess, key) {
				repaired = append(repaired, key)
			}
		}
		slices.Sort(repaired)
		slices.Sort(expected)
		if !slices.Equal(repaired, expected) {
			t.Errorf("granted %q, expected %q: without %q and with %q it is %q", granted, expected, excess, missing, repaired)
		}
		slices.Sort(granted)
		if m.Compliant.ValueBool() != slices.Equal(granted, expected) {
			t.Errorf("compliant is %s", m.Compliant)
		}
		if !slices.IsSortedFunc(m.Attributes, func(a, b attributeModel) int {
			return slices.Compare([]string{a.Key.ValueString()}, []string{b.Key.ValueString()})
		}) {
			t.Error("not sorted")
		}
	})
}

func named(keys []string) (all []personio.EmployeeAttribute) {
	for _, key := range keys {
		all = append(all, personio.EmployeeAttribute{Key: key})
	}
	return all
}

// Every right that the catalogue knows can be found by probing, in every
// spelling, and what else is expected can be, too.
func TestRights(t *testing.T) {
	t.Parallel()
	all := rights(set([]string{"employees:read", "personio:recruiting:write"}))
	if want := len(attribute.Scopes()) + 1; len(all) != want {
		t.Fatalf("%d rights, want %d", len(all), want)
	}
	for _, spellings := range all {
		for _, s := range spellings {
			if rightOf(s) != rightOf(spellings[0]) {
				t.Errorf("%q are different rights", spellings)
			}
		}
	}
	if last := all[len(all)-1]; !slices.Equal(last, []string{"personio:recruiting:write"}) {
		t.Errorf("%q", last)
	}
	if len(rights(types.SetNull(types.StringType))) != len(attribute.Scopes()) {
		t.Error("without expectation it is the catalogue")
	}
}
