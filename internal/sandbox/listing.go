package sandbox

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// filters are the filters of a list by the whole name of their parameter, for
// example start.date_time.gte. Each makes a condition of the given values.
type filters[T any] map[string]func(values []string) (func(*T) bool, error)

// keep makes one condition of all filters that a query has. Parameters that are no
// filter of the list are ignored, but not one that begins like a filter
// and has an operator that the filter does not have.
func (f filters[T]) keep(query url.Values) (func(*T) bool, error) {
	var conditions []func(*T) bool
	for parameter, values := range query {
		condition, ok := f[parameter]
		if !ok {
			if strings.Contains(parameter, ".") && f.knows(firstSegment(parameter)) {
				return nil, errFilterOperator
			}
			continue
		}
		holds, err := condition(values)
		if err != nil {
			return nil, err
		}
		conditions = append(conditions, holds)
	}
	return func(row *T) bool {
		return !slices.ContainsFunc(conditions, func(holds func(*T) bool) bool { return !holds(row) })
	}, nil
}

func (f filters[T]) knows(segment string) bool {
	for name := range f {
		if firstSegment(name) == segment {
			return true
		}
	}
	return false
}

func firstSegment(name string) string {
	segment, _, _ := strings.Cut(name, ".")
	return segment
}

// anyOf keeps rows whose text is one of the values, which are separated by
// commas or repeated.
func anyOf[T any](text func(*T) string) func([]string) (func(*T) bool, error) {
	return func(values []string) (func(*T) bool, error) {
		wanted := splitList(values)
		return func(row *T) bool { return slices.Contains(wanted, text(row)) }, nil
	}
}

// enumerated keeps rows whose text is the one value, which has to be allowed.
func enumerated[T any](text func(*T) string, allowed ...string) func([]string) (func(*T) bool, error) {
	return func(values []string) (func(*T) bool, error) {
		if len(values) != 1 || !slices.Contains(allowed, values[0]) {
			return nil, errFilterValue
		}
		return func(row *T) bool { return text(row) == values[0] }, nil
	}
}

// bound keeps rows whose time is on one side of a limit. A zero time counts as
// later than any limit: what has no end yet ends in the future.
func bound[T any](operator string, parse func(string) (time.Time, bool), at func(*T) time.Time) func([]string) (func(*T) bool, error) {
	return func(values []string) (func(*T) bool, error) {
		if len(values) != 1 {
			return nil, errFilterValue
		}
		limit, ok := parse(values[0])
		if !ok {
			return nil, errFilterValue
		}
		return func(row *T) bool {
			order := at(row).Compare(limit)
			if at(row).IsZero() {
				order = 1
			}
			switch operator {
			case "gte":
				return order >= 0
			case "lte":
				return order <= 0
			case "gt":
				return order > 0
			default: // lt
				return order < 0
			}
		}, nil
	}
}

// between adds a lower and an upper bound, both inclusive.
func (f filters[T]) between(name string, parse func(string) (time.Time, bool), at func(*T) time.Time) filters[T] {
	f[name+".gte"] = bound("gte", parse, at)
	f[name+".lte"] = bound("lte", parse, at)
	return f
}

const wallClock = "2006-01-02T15:04:05"

// parseWallClock reads a time without a zone; fractions of a second are fine.
func parseWallClock(text string) (time.Time, bool) {
	t, err := time.Parse(wallClock, text)
	return t, err == nil
}

// parseAnyClock reads a time whose zone, if it has one, is ignored, or a date.
func parseAnyClock(text string) (time.Time, bool) {
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), 0, time.UTC), true
	}
	if t, ok := parseWallClock(text); ok {
		return t, true
	}
	return parseDate(text)
}

func parseInstant(text string) (time.Time, bool) {
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return t, true
	}
	return parseWallClock(text)
}

func parseDate(text string) (time.Time, bool) {
	t, err := time.Parse(time.DateOnly, text)
	return t, err == nil
}

// listRows lists those of the rows that the filters of the request leave in.
func listRows[T any](s *Sandbox, w http.ResponseWriter, r *http.Request, limits [2]int, f filters[T], rows []T, show func(*T) any) {
	p, err := s.readPage(r, limits[0], limits[1])
	if err != nil {
		badRequest(w, err.Error())
		return
	}
	kept, err := selected(p.query, f, rows)
	if err != nil {
		badRequest(w, err.Error())
		return
	}
	writeSlice(s, w, r, p, kept, func(row T) any { return show(&row) })
}

func selected[T any](query url.Values, f filters[T], rows []T) ([]T, error) {
	keep, err := f.keep(query)
	if err != nil {
		return nil, err
	}
	var kept []T
	for i := range rows {
		if keep(&rows[i]) {
			kept = append(kept, rows[i])
		}
	}
	return kept, nil
}

// showRow answers one row, or that there is none.
func showRow[T any](w http.ResponseWriter, row T, found bool, show func(*T) any) {
	if !found {
		notFound(w, codeOrganisationNotFound)
		return
	}
	writeJSON(w, http.StatusOK, "application/json", show(&row))
}

// skipApproval reads the parameter of that name, which is false in v2 if it is absent.
func skipApproval(query url.Values) (bool, error) {
	switch query.Get("skip_approval") {
	case "", "false":
		return false, nil
	case "true":
		return true, nil
	}
	return false, errors.New("skip_approval has to be true or false")
}
