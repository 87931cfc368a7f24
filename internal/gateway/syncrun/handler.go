package syncrun

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/personio-community/terraform-provider-personio/internal/attribute"
	"github.com/personio-community/terraform-provider-personio/internal/gateway/httpapi"
	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
)

type listInput struct {
	httpapi.PageInput
	httpapi.URL
	SyncRuleID string                   `query:"sync_rule_id" doc:"Only runs of this rule."`
	Status     gatewayapi.SyncRunStatus `query:"status" enum:"QUEUED,RUNNING,SUCCESSFUL,PARTIAL_SUCCESS,FAILED,CANCELED" doc:"Only runs in this state."`
}

type listOutput struct {
	Body gatewayapi.List[gatewayapi.SyncRun]
}

type itemsInput struct {
	httpapi.IDInput
	httpapi.PageInput
	httpapi.URL
	Status     gatewayapi.SyncItemStatus `query:"status" enum:"SUCCEEDED,FAILED,SKIPPED" doc:"Only items with this outcome."`
	EmployeeID string                    `query:"employee_id" doc:"Only items of this employee."`
}

type itemsOutput struct {
	Body gatewayapi.List[gatewayapi.SyncRunItem]
}

type output struct {
	Body gatewayapi.SyncRun
}

const object = "sync run"

// Register adds the routes of sync runs.
func (s *Service) Register(api *httpapi.API) {
	const path, one = gatewayapi.PathSyncRuns, gatewayapi.PathSyncRuns + "/{id}"
	const read = attribute.ScopeSyncRunsRead

	huma.Register(api, httpapi.Operation("list-sync-runs", http.MethodGet, path, read, "List sync runs", http.StatusOK),
		func(ctx context.Context, in *listInput) (*listOutput, error) {
			page, err := in.StorePage()
			if err != nil {
				return nil, err
			}
			runs, err := s.Store.SyncRuns(ctx, page, in.SyncRuleID, string(in.Status))
			if err != nil {
				return nil, api.Fail(ctx, err, object, "")
			}
			return &listOutput{httpapi.List(runs, in.Limit, func(r gatewayapi.SyncRun) string { return r.ID }, in.Self())}, nil
		})
	huma.Register(api, httpapi.Operation("get-sync-run", http.MethodGet, one, read, "Get a sync run", http.StatusOK),
		func(ctx context.Context, in *httpapi.IDInput) (*output, error) {
			run, err := s.Store.SyncRun(ctx, in.ID)
			if err != nil {
				return nil, api.Fail(ctx, err, object, in.ID)
			}
			return &output{run}, nil
		})
	huma.Register(api, httpapi.Operation("list-sync-run-items", http.MethodGet, one+"/items", read, "List who was touched, skipped or failed in a sync run", http.StatusOK),
		func(ctx context.Context, in *itemsInput) (*itemsOutput, error) {
			page, err := in.StorePage()
			if err != nil {
				return nil, err
			}
			if _, err := s.Store.SyncRun(ctx, in.ID); err != nil {
				return nil, api.Fail(ctx, err, object, in.ID)
			}
			items, err := s.Store.SyncRunItems(ctx, page, in.ID, string(in.Status), in.EmployeeID)
			if err != nil {
				return nil, api.Fail(ctx, err, object, in.ID)
			}
			items = httpapi.Map(items, s.withProfile)
			return &itemsOutput{httpapi.List(items, in.Limit, func(i gatewayapi.SyncRunItem) string { return i.ID }, in.Self())}, nil
		})
}

// withProfile adds where the employee is at Personio's API.
func (s *Service) withProfile(i gatewayapi.SyncRunItem) gatewayapi.SyncRunItem {
	if i.EmployeeID != "" {
		i.ProfileURL = s.Upstream.BaseURL().JoinPath("v2", "persons", i.EmployeeID).String()
	}
	return i
}
