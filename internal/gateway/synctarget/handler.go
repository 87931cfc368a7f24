package synctarget

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
	Name string `query:"name" doc:"Only the target with this name."`
}

type listOutput struct {
	Body gatewayapi.List[gatewayapi.SyncTarget]
}

type createInput struct {
	httpapi.KeyInput
	Body gatewayapi.SyncTargetCreate
}

type updateInput struct {
	httpapi.ChangeInput
	Body gatewayapi.SyncTargetUpdate
}

type output struct {
	ETag string `header:"ETag"`
	Body gatewayapi.SyncTarget
}

type testOutput struct {
	Body gatewayapi.SyncTargetTest
}

const object = "sync target"

// Register adds the routes of sync targets.
func (s *Service) Register(api *httpapi.API) {
	const path, one = gatewayapi.PathSyncTargets, gatewayapi.PathSyncTargets + "/{id}"
	const read, write = attribute.ScopeSyncTargetsRead, attribute.ScopeSyncTargetsWrite
	answer := func(ctx context.Context, t gatewayapi.SyncTarget, err error, id string) (*output, error) {
		if err != nil {
			return nil, api.Fail(ctx, err, object, id)
		}
		return &output{ETag: httpapi.ETag(t.Revision), Body: t}, nil
	}

	huma.Register(api, httpapi.Operation("list-sync-targets", http.MethodGet, path, read, "List sync targets", http.StatusOK),
		func(ctx context.Context, in *listInput) (*listOutput, error) {
			page, err := in.StorePage()
			if err != nil {
				return nil, err
			}
			rows, err := s.Store.SyncTargets(ctx, page, in.Name)
			if err != nil {
				return nil, api.Fail(ctx, err, object, "")
			}
			return &listOutput{httpapi.List(httpapi.Map(rows, body), in.Limit, targetID, in.Self())}, nil
		})
	huma.Register(api, httpapi.Operation("create-sync-target", http.MethodPost, path, write, "Test and create a sync target", http.StatusCreated, http.StatusConflict),
		func(ctx context.Context, in *createInput) (*output, error) {
			t, err := s.create(ctx, in.IdempotencyKey, in.Body)
			return answer(ctx, t, err, "")
		})
	huma.Register(api, httpapi.Operation("get-sync-target", http.MethodGet, one, read, "Get a sync target", http.StatusOK),
		func(ctx context.Context, in *httpapi.IDInput) (*output, error) {
			row, err := s.Store.SyncTarget(ctx, in.ID)
			return answer(ctx, body(row), err, in.ID)
		})
	huma.Register(api, httpapi.Operation("update-sync-target", http.MethodPatch, one, write, "Change a sync target", http.StatusOK, http.StatusConflict),
		func(ctx context.Context, in *updateInput) (*output, error) {
			t, err := s.update(ctx, in.ID, in.IfMatch, in.Body)
			return answer(ctx, t, err, in.ID)
		})
	huma.Register(api, httpapi.Operation("test-sync-target", http.MethodPost, one+"/test", write, "Test a sync target", http.StatusOK),
		func(ctx context.Context, in *httpapi.IDInput) (*testOutput, error) {
			row, err := s.Store.SyncTarget(ctx, in.ID)
			if err != nil {
				return nil, api.Fail(ctx, err, object, in.ID)
			}
			result, err := s.Test(ctx, row)
			if err != nil {
				return nil, api.Fail(ctx, err, object, in.ID)
			}
			return &testOutput{result}, nil
		})
	huma.Register(api, httpapi.Operation("delete-sync-target", http.MethodDelete, one, write, "Delete a sync target", http.StatusNoContent, http.StatusConflict),
		func(ctx context.Context, in *httpapi.ChangeInput) (*struct{}, error) {
			if err := s.delete(ctx, in.ID, in.IfMatch); err != nil {
				return nil, api.Fail(ctx, err, object, in.ID)
			}
			return nil, nil
		})
}
