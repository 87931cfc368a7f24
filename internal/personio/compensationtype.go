package personio

import (
	"context"
	"iter"
)

// CompensationType is a kind of pay, as the company defined it.
type CompensationType struct {
	ID   ID     `json:"id"`
	Name string `json:"name"`
	// Category is RECURRING, ONE_TIME, or one of Personio's own.
	Category string `json:"category"`
}

// CompensationTypes yields the compensation types.
func (c *Client) CompensationTypes(ctx context.Context) iter.Seq2[CompensationType, error] {
	return objects[CompensationType](ctx, c, listing{path: "/v2/compensations/types", limit: 100})
}
