package personio

import (
	"context"
	"iter"
)

// pathAbsenceTypes lists the absence types.
const pathAbsenceTypes = "/v2/absence-types"

// AbsenceType is a kind of absence, as the company defined it.
type AbsenceType struct {
	ID   ID     `json:"id"`
	Name string `json:"name"`
	// Category is what Personio takes it for, "" if it has none.
	Category string `json:"category"`
	// Unit is what its absences are counted in: days or hours.
	Unit string `json:"unit"`
}

// AbsenceTypes yields the absence types.
func (c *Client) AbsenceTypes(ctx context.Context) iter.Seq2[AbsenceType, error] {
	return objects[AbsenceType](ctx, c, listing{path: pathAbsenceTypes, limit: 100})
}
