package personio

import (
	"context"
	"iter"
	"time"
)

// pathReports lists the reports that are open to the API.
const pathReports = "/v2/reports"

// Report is a custom report that is open to the API, without its content.
type Report struct {
	ID   ID     `json:"id"`
	Name string `json:"name"`
	// ChartType is how Personio's screens show it, for example "table".
	ChartType string `json:"chart_type"`
	EditedAt  struct {
		// DateTime is nil if Personio does not tell.
		DateTime *time.Time `json:"date_time"`
	} `json:"edited_at"`
}

// Reports yields the reports that are open to the API.
func (c *Client) Reports(ctx context.Context) iter.Seq2[Report, error] {
	return objects[Report](ctx, c, listing{path: pathReports, limit: 100})
}
