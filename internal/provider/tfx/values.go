package tfx

import (
	"slices"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/types"
)

// EmptyStringSet is the set of strings without elements.
func EmptyStringSet() types.Set {
	return types.SetValueMust(types.StringType, []attr.Value{})
}

// StringSet makes a set of strings. A prior set with the same elements is
// returned as it is, because comparing sets costs the framework quadratic time.
func StringSet(prior types.Set, elements []string) types.Set {
	sorted := slices.Compact(slices.Sorted(slices.Values(elements)))
	if !prior.IsNull() && !prior.IsUnknown() {
		if have, ok := Strings(prior); ok && slices.Equal(have, sorted) {
			return prior
		}
	}
	values := make([]attr.Value, len(sorted))
	for i, e := range sorted {
		values[i] = types.StringValue(e)
	}
	return types.SetValueMust(types.StringType, values)
}

// Strings returns the elements of a set of strings, sorted; ok is false if the
// set or one of its elements is not known. A null set has no elements.
func Strings(set types.Set) (elements []string, ok bool) {
	if set.IsUnknown() {
		return nil, false
	}
	elements = make([]string, 0, len(set.Elements()))
	for _, e := range set.Elements() {
		s, isString := e.(types.String)
		if !isString || s.IsUnknown() {
			return nil, false
		}
		elements = append(elements, s.ValueString())
	}
	slices.Sort(elements)
	return elements, true
}

// SameStrings reports whether both sets are known and hold the same strings.
func SameStrings(a, b types.Set) bool {
	left, ok := Strings(a)
	if !ok {
		return false
	}
	right, ok := Strings(b)
	return ok && slices.Equal(left, right)
}

// EmptyStringMap is the map of strings without elements.
func EmptyStringMap() types.Map {
	return types.MapValueMust(types.StringType, map[string]attr.Value{})
}

// StringMap makes a map of strings, an empty one of nil.
func StringMap(elements map[string]string) types.Map {
	values := make(map[string]attr.Value, len(elements))
	for key, e := range elements {
		values[key] = types.StringValue(e)
	}
	return types.MapValueMust(types.StringType, values)
}

// MapStrings returns the elements of a map of strings, never nil; those that are
// null or not known are left out.
func MapStrings(m types.Map) map[string]string {
	elements := make(map[string]string, len(m.Elements()))
	for key, e := range m.Elements() {
		if s, ok := e.(types.String); ok && !s.IsNull() && !s.IsUnknown() {
			elements[key] = s.ValueString()
		}
	}
	return elements
}

// Time makes an RFC 3339 value of a time, in UTC and with its full precision.
func Time(t time.Time) timetypes.RFC3339 {
	return timetypes.NewRFC3339ValueMust(t.UTC().Format(time.RFC3339Nano))
}

// TimePointer makes an RFC 3339 value of a time, null for nil.
func TimePointer(t *time.Time) timetypes.RFC3339 {
	if t == nil {
		return timetypes.NewRFC3339Null()
	}
	return Time(*t)
}

// Instant is the time that a value names, zero if it is null.
func Instant(value timetypes.RFC3339) time.Time {
	t, err := time.Parse(time.RFC3339, value.ValueString())
	if err != nil {
		return time.Time{}
	}
	return t
}

// KeepTime is [TimePointer], but keeps the prior way of writing the same
// instant: a user's offset is not drift.
func KeepTime(prior timetypes.RFC3339, t *time.Time) timetypes.RFC3339 {
	if next := TimePointer(t); !SameTime(prior, next) {
		return next
	}
	return prior
}

// SameTime reports whether both values are known and null, or known and the
// same instant to the microsecond, which is what the gateway keeps.
func SameTime(a, b timetypes.RFC3339) bool {
	if a.IsUnknown() || b.IsUnknown() {
		return false
	}
	if a.IsNull() || b.IsNull() {
		return a.IsNull() && b.IsNull()
	}
	left, errLeft := time.Parse(time.RFC3339, a.ValueString())
	right, errRight := time.Parse(time.RFC3339, b.ValueString())
	return errLeft == nil && errRight == nil &&
		left.Truncate(time.Microsecond).Equal(right.Truncate(time.Microsecond))
}
