package tfx_test

import (
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/personio-community/terraform-provider-personio/internal/provider/tfx"
)

func set(values ...attr.Value) types.Set { return types.SetValueMust(types.StringType, values) }

func TestStrings(t *testing.T) {
	t.Parallel()
	a, b := types.StringValue("a"), types.StringValue("b")
	for name, test := range map[string]struct {
		set  types.Set
		want []string
		ok   bool
	}{
		"sorted":          {set(b, a), []string{"a", "b"}, true},
		"empty":           {tfx.EmptyStringSet(), []string{}, true},
		"null":            {types.SetNull(types.StringType), []string{}, true},
		"unknown":         {types.SetUnknown(types.StringType), nil, false},
		"unknown element": {set(a, types.StringUnknown()), nil, false},
	} {
		got, ok := tfx.Strings(test.set)
		if ok != test.ok || !slices.Equal(got, test.want) {
			t.Errorf("%s: %v, %v", name, got, ok)
		}
	}
	if tfx.SameStrings(set(types.StringUnknown()), set(types.StringUnknown())) {
		t.Error("what is unknown is the same as nothing")
	}
	if !tfx.SameStrings(set(a, b), set(b, a)) || tfx.SameStrings(set(a), set(b)) {
		t.Error("sets are compared by their elements")
	}
}

func TestStringSet(t *testing.T) {
	t.Parallel()
	prior := set(types.StringValue("b"), types.StringValue("a"))
	if got := tfx.StringSet(prior, []string{"a", "b"}); !slices.EqualFunc(got.Elements(), prior.Elements(), attr.Value.Equal) {
		t.Errorf("an equal set is rebuilt: %v", got)
	}
	for name, prior := range map[string]types.Set{
		"other": prior, "null": types.SetNull(types.StringType), "unknown": types.SetUnknown(types.StringType),
	} {
		if got := tfx.StringSet(prior, []string{"c", "c"}); !got.Equal(set(types.StringValue("c"))) {
			t.Errorf("%s: %v", name, got)
		}
		if got := tfx.StringSet(prior, nil); !got.Equal(tfx.EmptyStringSet()) {
			t.Errorf("%s, no elements: %v", name, got)
		}
	}
}

func TestStringMap(t *testing.T) {
	t.Parallel()
	values := map[string]string{"a": "1", "b": ""}
	m := tfx.StringMap(values)
	if got := tfx.MapStrings(m); !maps.Equal(got, values) {
		t.Errorf("there and back: %v", got)
	}
	for name, m := range map[string]types.Map{
		"nil": tfx.StringMap(nil), "null": types.MapNull(types.StringType), "unknown": types.MapUnknown(types.StringType),
		"unknown element": types.MapValueMust(types.StringType, map[string]attr.Value{"a": types.StringUnknown(), "b": types.StringNull()}),
	} {
		if got := tfx.MapStrings(m); got == nil || len(got) > 0 {
			t.Errorf("%s: %v", name, got)
		}
	}
	if !tfx.StringMap(nil).Equal(tfx.EmptyStringMap()) {
		t.Error("nil is the empty map")
	}
}

func TestTimes(t *testing.T) {
	t.Parallel()
	instant := time.Date(2027, 12, 31, 1, 0, 0, 0, time.FixedZone("", 3600))
	written := timetypes.NewRFC3339ValueMust("2027-12-31T01:00:00+01:00")
	if got := tfx.Time(instant).ValueString(); got != "2027-12-31T00:00:00Z" {
		t.Errorf("time: %s", got)
	}
	if got := tfx.Time(instant.Add(time.Millisecond)).ValueString(); got != "2027-12-31T00:00:00.001Z" {
		t.Errorf("precision: %s", got)
	}
	if got := tfx.KeepTime(written, &instant); got.ValueString() != written.ValueString() {
		t.Errorf("the user's way of writing is lost: %s", got)
	}
	cut := instant.Add(time.Microsecond)
	if got := tfx.KeepTime(timetypes.NewRFC3339ValueMust("2027-12-31T01:00:00.000001999+01:00"), &cut); got.ValueString() != "2027-12-31T01:00:00.000001999+01:00" {
		t.Errorf("beyond a microsecond: %s", got)
	}
	later := instant.Add(time.Hour)
	if got := tfx.KeepTime(written, &later).ValueString(); got != "2027-12-31T01:00:00Z" {
		t.Errorf("another instant: %s", got)
	}
	if got := tfx.KeepTime(written, nil); !got.IsNull() {
		t.Errorf("removed: %s", got)
	}
	null, unknown := timetypes.NewRFC3339Null(), timetypes.NewRFC3339Unknown()
	if !tfx.SameTime(null, null) || tfx.SameTime(null, written) || tfx.SameTime(written, null) || tfx.SameTime(unknown, unknown) {
		t.Error("null is the same as null alone, unknown as nothing")
	}
}
