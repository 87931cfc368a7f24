package attribute

import (
	"cmp"
	"slices"
	"strings"

	"github.com/agext/levenshtein"
)

// NearestOf returns the up to n of names that resemble name, best first, whatever
// their case. A name qualifies if it is within a third of its length in edits, or
// if one of the two contains the other.
func NearestOf(name string, names []string, n int) []string {
	type match struct {
		name     string
		distance int
	}
	name = strings.ToLower(name)
	var found []match
	for _, original := range names {
		candidate := strings.ToLower(original)
		d := levenshtein.Distance(name, candidate, nil)
		limit := max(2, max(len(candidate), len(name))/3)
		contained := len(name) > 2 && (strings.Contains(candidate, name) || strings.Contains(name, candidate) && len(candidate) > 2)
		if d <= limit || contained {
			found = append(found, match{original, d})
		}
	}
	slices.SortStableFunc(found, func(a, b match) int {
		return cmp.Or(cmp.Compare(a.distance, b.distance), cmp.Compare(a.name, b.name))
	})
	result := make([]string, 0, n)
	for _, m := range found[:min(n, len(found))] {
		result = append(result, m.name)
	}
	return result
}
