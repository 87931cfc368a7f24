package personio

import (
	"context"
	"fmt"
	"iter"
	"net/url"
	"slices"
	"strings"
	"time"
)

const (
	pathPersons = "/v2/persons"
	// personsLimit is the most that a page of persons holds.
	personsLimit = 50
)

// Person is what version 2 tells of somebody under names and in a form that
// version 1 has, too; "" is what is not set, and what may not be read.
type Person struct {
	ID            ID     `json:"id"`
	FirstName     string `json:"first_name"`
	LastName      string `json:"last_name"`
	PreferredName string `json:"preferred_name"`
	Email         string `json:"email"`
}

// PersonFilter selects persons; all that is set has to hold. The zero value
// selects everybody.
type PersonFilter struct {
	// IDs and Emails select whoever has one of them, if there is any.
	IDs, Emails                        []string
	FirstName, LastName, PreferredName string
	// Status is ACTIVE, which is everybody who has not left, or INACTIVE.
	Status    string
	CreatedAt TimeFilter
	UpdatedAt TimeFilter
}

// TimeFilter selects by a time; a zero time is no condition.
type TimeFilter struct {
	// Equal is the very time, After and Before exclude theirs.
	Equal, After, Before time.Time
}

// IsZero reports that the filter selects everybody.
func (f *PersonFilter) IsZero() bool {
	return len(f.IDs)+len(f.Emails)+len(f.query()) == 0
}

// query is the filter without ids and e-mail addresses.
func (f *PersonFilter) query() url.Values {
	query := url.Values{}
	for name, value := range map[string]string{"first_name": f.FirstName, "last_name": f.LastName, "preferred_name": f.PreferredName, "status": f.Status} {
		if value != "" {
			query.Set(name, value)
		}
	}
	for name, times := range map[string]TimeFilter{"created_at": f.CreatedAt, "updated_at": f.UpdatedAt} {
		for operator, at := range map[string]time.Time{"": times.Equal, ".gt": times.After, ".lt": times.Before} {
			if !at.IsZero() {
				query.Set(name+operator, at.UTC().Format(time.RFC3339Nano))
			}
		}
	}
	return query
}

// Persons yields the persons that a filter selects, in pages of 50. Many ids or
// e-mail addresses take several lists. An error is the last thing it yields.
func (c *Client) Persons(ctx context.Context, filter PersonFilter) iter.Seq2[Person, error] {
	return func(yield func(Person, error) bool) {
		for _, ids := range parts(filter.IDs) {
			for _, emails := range parts(filter.Emails) {
				query := filter.query()
				for name, values := range map[string][]string{"id": ids, "email": emails} {
					if len(values) > 0 {
						query.Set(name, strings.Join(values, ","))
					}
				}
				for person, err := range objects[Person](ctx, c, listing{path: pathPersons, query: query, limit: personsLimit}) {
					if err == nil && person.ID == "" {
						err = fmt.Errorf("GET %s: %w: a person has no id", pathPersons, errNotTheAPI)
					}
					if !yield(person, err) || err != nil {
						return
					}
				}
			}
		}
	}
}

// parts cuts values into lists that fit into a URL; of none it makes one list
// without values.
func parts(values []string) [][]string {
	if len(values) == 0 {
		return [][]string{nil}
	}
	return slices.Collect(slices.Chunk(values, maxIDsPerCall))
}
