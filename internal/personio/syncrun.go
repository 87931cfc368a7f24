package personio

import (
	"context"
	"iter"
	"net/url"

	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
)

// SyncRuns is the collection behind /gateway/v1/sync-runs. Get it from
// [Client.SyncRuns]. A run changes by itself, so nothing here is read through an
// index.
type SyncRuns struct {
	collection[gatewayapi.SyncRun]
}

// SyncRunFilter selects sync runs; members that are empty select all.
type SyncRunFilter struct {
	IDs        []string
	SyncRuleID string
	Status     gatewayapi.SyncRunStatus
}

// SyncRunItemFilter selects items of a run; members that are empty select all.
type SyncRunItemFilter struct {
	Status     gatewayapi.SyncItemStatus
	EmployeeID string
}

// Get reads a sync run. If there is none of that id, [IsNotFound] holds for the
// error.
func (c *SyncRuns) Get(ctx context.Context, id string) (gatewayapi.SyncRun, error) {
	return c.getNow(ctx, id)
}

// List yields the sync runs that the filter selects, oldest first, page by page.
// An error is the last thing it yields.
func (c *SyncRuns) List(ctx context.Context, filter SyncRunFilter) iter.Seq2[gatewayapi.SyncRun, error] {
	query := url.Values{}
	if filter.SyncRuleID != "" {
		query.Set("sync_rule_id", filter.SyncRuleID)
	}
	if filter.Status != "" {
		query.Set("status", string(filter.Status))
	}
	return c.list(ctx, filter.IDs, query)
}

// Items yields what a run did, page by page: an item for each employee or group
// that it touched, skipped or failed on, as far as the filter selects it. An
// error is the last thing it yields.
func (c *SyncRuns) Items(ctx context.Context, runID string, filter SyncRunItemFilter) iter.Seq2[gatewayapi.SyncRunItem, error] {
	path, err := c.objectPath(runID)
	if err != nil {
		return func(yield func(gatewayapi.SyncRunItem, error) bool) { yield(gatewayapi.SyncRunItem{}, err) }
	}
	items := newCollection(c.client, path+"/items", func(o *gatewayapi.SyncRunItem) string { return o.ID }, nil)
	query := url.Values{}
	if filter.Status != "" {
		query.Set("status", string(filter.Status))
	}
	if filter.EmployeeID != "" {
		query.Set("employee_id", filter.EmployeeID)
	}
	return items.list(ctx, nil, query)
}
