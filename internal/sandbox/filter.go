package sandbox

import (
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/personio-community/terraform-provider-personio/internal/sandbox/company"
)

var (
	errFilterValue    = errors.New("a filter has a value that is not valid")
	errFilterOperator = errors.New("a filter has an operator that does not exist")
)

// filterOperators names the operators that a filter has; the empty one is a
// parameter without a dot.
type filterOperators map[string][]string

var (
	equalOnly      = []string{""}
	timeOperators  = []string{"", "gt", "lt"}
	personFilters  = filterOperators{"id": equalOnly, "email": equalOnly, "first_name": equalOnly, "last_name": equalOnly, "preferred_name": equalOnly, "status": equalOnly, "created_at": timeOperators, "updated_at": timeOperators}
	employmentRule = filterOperators{"id": equalOnly, "created_at": timeOperators, "updated_at": timeOperators}
)

// each calls use for every filter of the query. Parameters that are no filter
// of the list are ignored; an operator that the filter does not have is an error.
func (f filterOperators) each(query url.Values, use func(name, operator string, values []string) error) error {
	for parameter, values := range query {
		name, operator, _ := strings.Cut(parameter, ".")
		operators, ok := f[name]
		if !ok {
			continue
		}
		if !slices.Contains(operators, operator) {
			return errFilterOperator
		}
		if err := use(name, operator, values); err != nil {
			return err
		}
	}
	return nil
}

// personFilter makes the filter of GET /v2/persons: all conditions must hold.
func personFilter(query url.Values) (func(*company.Person) bool, error) {
	var conditions []func(*company.Person) bool
	err := personFilters.each(query, func(name, operator string, values []string) error {
		condition, err := personCondition(name, operator, values)
		conditions = append(conditions, condition)
		return err
	})
	return func(person *company.Person) bool {
		return !slices.ContainsFunc(conditions, func(holds func(*company.Person) bool) bool { return !holds(person) })
	}, err
}

func personCondition(name, operator string, values []string) (func(*company.Person) bool, error) {
	switch name {
	case "id":
		ids := splitList(values)
		return func(p *company.Person) bool { return slices.Contains(ids, strconv.Itoa(p.ID)) }, nil
	case "email":
		emails := splitList(values)
		return func(p *company.Person) bool {
			return slices.ContainsFunc(emails, func(email string) bool { return strings.EqualFold(email, p.Email) })
		}, nil
	case "first_name":
		return func(p *company.Person) bool { return slices.Contains(values, p.FirstName) }, nil
	case "last_name":
		return func(p *company.Person) bool { return slices.Contains(values, p.LastName) }, nil
	case "preferred_name":
		return func(p *company.Person) bool { return slices.Contains(values, p.PreferredName) }, nil
	case "status":
		if len(values) != 1 || values[0] != "ACTIVE" && values[0] != "INACTIVE" {
			return nil, errFilterValue
		}
		return func(p *company.Person) bool { return p.Active() == (values[0] == "ACTIVE") }, nil
	}
	holds, err := timeCondition(operator, values)
	if name == "created_at" {
		return func(p *company.Person) bool { return holds(p.CreatedAt) }, err
	}
	return func(p *company.Person) bool { return holds(p.UpdatedAt) }, err
}

// employmentFilter makes the filter of the employments of a person.
func employmentFilter(query url.Values) (func(*company.Employment) bool, error) {
	var conditions []func(*company.Employment) bool
	err := employmentRule.each(query, func(name, operator string, values []string) error {
		if name == "id" {
			ids := splitList(values)
			conditions = append(conditions, func(e *company.Employment) bool { return slices.Contains(ids, e.ID) })
			return nil
		}
		holds, err := timeCondition(operator, values)
		conditions = append(conditions, func(e *company.Employment) bool {
			if name == "created_at" {
				return holds(e.CreatedAt)
			}
			return holds(e.UpdatedAt)
		})
		return err
	})
	return func(employment *company.Employment) bool {
		return !slices.ContainsFunc(conditions, func(holds func(*company.Employment) bool) bool { return !holds(employment) })
	}, err
}

func timeCondition(operator string, values []string) (func(time.Time) bool, error) {
	if len(values) != 1 {
		return nil, errFilterValue
	}
	limit, err := time.Parse(time.RFC3339, values[0])
	if err != nil {
		return nil, errFilterValue
	}
	return func(t time.Time) bool {
		switch operator {
		case "gt":
			return t.After(limit)
		case "lt":
			return t.Before(limit)
		default:
			return t.Equal(limit)
		}
	}, nil
}

// splitList reads a filter that takes several values, with commas or repeated.
func splitList(values []string) []string {
	var all []string
	for _, value := range values {
		for part := range strings.SplitSeq(value, ",") {
			if part = strings.TrimSpace(part); part != "" {
				all = append(all, part)
			}
		}
	}
	return all
}
