package personio

import (
	"context"
	"iter"
)

// pathCompensationTypes lists the compensation types.
const pathCompensationTypes = "/v2/compensations/types"

// CompensationType is a kind of pay, as the company defined it.
type CompensationType struct {
	ID   ID     `json:"id"`
	Name string `json:"name"`
	// Category is RECURRING, ONE_TIME, or one of Personio's own.
	Category string `json:"category"`
}

// CompensationTypes yields the compensation types.
func (c *Client) CompensationTypes(ctx context.Context) iter.Seq2[CompensationType, error] {
	return objects[CompensationType](ctx, c, listing{path: pathCompensationTypes, limit: 100})
}
