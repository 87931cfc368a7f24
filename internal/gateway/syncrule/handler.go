package syncrule

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
	Name                string `query:"name" doc:"Only the rule with this name."`
	CustomIntegrationID string `query:"custom_integration_id" doc:"Only rules that read as this integration."`
	SyncTargetID        string `query:"sync_target_id" doc:"Only rules that write to this target."`
}

type listOutput struct {
	Body gatewayapi.List[gatewayapi.SyncRule]
}

type createInput struct {
	httpapi.KeyInput
	Body gatewayapi.SyncRuleConfig
}

type updateInput struct {
	httpapi.ChangeInput
	Body gatewayapi.SyncRuleUpdate
}

type runInput struct {
	httpapi.IDInput
	httpapi.KeyInput
}

type output struct {
	ETag string `header:"ETag"`
	Body gatewayapi.SyncRule
}

type runOutput struct {
	Body gatewayapi.SyncRun
}

const object = "sync rule"

// Register adds the routes of sync rules.
func (s *Service) Register(api *httpapi.API) {
	const path, one = gatewayapi.PathSyncRules, gatewayapi.PathSyncRules + "/{id}"
	const read, write = attribute.ScopeSyncRulesRead, attribute.ScopeSyncRulesWrite
	answer := func(ctx context.Context, r gatewayapi.SyncRule, err error, id string) (*output, error) {
		if err != nil {
			return nil, api.Fail(ctx, err, object, id)
		}
		return &output{ETag: httpapi.ETag(r.Revision), Body: r}, nil
	}

	huma.Register(api, httpapi.Operation("list-sync-rules", http.MethodGet, path, read, "List sync rules", http.StatusOK), s.listHandler(api))
	huma.Register(api, httpapi.Operation("create-sync-rule", http.MethodPost, path, write, "Create a sync rule", http.StatusCreated, http.StatusConflict),
		func(ctx context.Context, in *createInput) (*output, error) {
			r, err := s.create(ctx, in.IdempotencyKey, in.Body)
			return answer(ctx, r, err, "")
		})
	huma.Register(api, httpapi.Operation("get-sync-rule", http.MethodGet, one, read, "Get a sync rule", http.StatusOK),
		func(ctx context.Context, in *httpapi.IDInput) (*output, error) {
			r, err := s.get(ctx, in.ID)
			return answer(ctx, r, err, in.ID)
		})
	huma.Register(api, httpapi.Operation("update-sync-rule", http.MethodPatch, one, write, "Change a sync rule", http.StatusOK, http.StatusConflict),
		func(ctx context.Context, in *updateInput) (*output, error) {
			r, err := s.update(ctx, in.ID, in.IfMatch, in.Body)
			return answer(ctx, r, err, in.ID)
		})
	huma.Register(api, httpapi.Operation("run-sync-rule", http.MethodPost, one+"/run", write, "Run a sync rule now", http.StatusAccepted, http.StatusConflict),
		func(ctx context.Context, in *runInput) (*runOutput, error) {
			run, err := s.run(ctx, in.IdempotencyKey, in.ID)
			if err != nil {
				return nil, api.Fail(ctx, err, object, in.ID)
			}
			return &runOutput{run}, nil
		})
	huma.Register(api, httpapi.Operation("delete-sync-rule", http.MethodDelete, one, write, "Delete a sync rule; accounts stay as they are", http.StatusNoContent),
		func(ctx context.Context, in *httpapi.ChangeInput) (*struct{}, error) {
			if err := s.delete(ctx, in.ID, in.IfMatch); err != nil {
				return nil, api.Fail(ctx, err, object, in.ID)
			}
			return nil, nil
		})
}

func (s *Service) listHandler(api *httpapi.API) func(context.Context, *listInput) (*listOutput, error) {
	return func(ctx context.Context, in *listInput) (*listOutput, error) {
		page, err := in.StorePage()
		if err != nil {
			return nil, err
		}
		rows, err := s.Store.SyncRules(ctx, page, in.Name, in.CustomIntegrationID, in.SyncTargetID)
		if err != nil {
			return nil, api.Fail(ctx, err, object, "")
		}
		bodies := make([]gatewayapi.SyncRule, len(rows))
		for n, row := range rows {
			if bodies[n], err = s.withLastRun(ctx, row); err != nil {
				return nil, api.Fail(ctx, err, object, row.ID)
			}
		}
		return &listOutput{httpapi.List(bodies, in.Limit, ruleID, in.Self())}, nil
	}
}
