package customintegration

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
	Name   string                       `query:"name" doc:"Only the integration with this name."`
	Status gatewayapi.IntegrationStatus `query:"status" enum:"PENDING,CONNECTED,INACTIVE" doc:"Only integrations in this state."`
}

type listOutput struct {
	Body gatewayapi.List[gatewayapi.CustomIntegration]
}

type createInput struct {
	httpapi.KeyInput
	Body gatewayapi.CustomIntegrationCreate
}

type updateInput struct {
	httpapi.ChangeInput
	Body gatewayapi.CustomIntegrationUpdate
}

type deleteInput struct {
	httpapi.ChangeInput
	ForceDestroy bool `query:"force_destroy" doc:"Revoke the integration's credentials along with it."`
}

type output struct {
	ETag string `header:"ETag"`
	Body gatewayapi.CustomIntegration
}

const object = "custom integration"

// Register adds the routes of custom integrations.
func (s *Service) Register(api *httpapi.API) {
	const path, one = gatewayapi.PathCustomIntegrations, gatewayapi.PathCustomIntegrations + "/{id}"
	const read, write = attribute.ScopeCustomIntegrationsRead, attribute.ScopeCustomIntegrationsWrite
	answer := func(ctx context.Context, i gatewayapi.CustomIntegration, err error, id string) (*output, error) {
		if err != nil {
			return nil, api.Fail(ctx, err, object, id)
		}
		return &output{ETag: httpapi.ETag(i.Revision), Body: i}, nil
	}

	huma.Register(api, httpapi.Operation("list-custom-integrations", http.MethodGet, path, read, "List custom integrations", http.StatusOK),
		func(ctx context.Context, in *listInput) (*listOutput, error) {
			page, err := in.StorePage()
			if err != nil {
				return nil, err
			}
			rows, err := s.Store.CustomIntegrations(ctx, page, in.Name, string(in.Status), s.Now())
			if err != nil {
				return nil, api.Fail(ctx, err, object, "")
			}
			return &listOutput{httpapi.List(s.bodies(ctx, rows...), in.Limit, func(i gatewayapi.CustomIntegration) string { return i.ID }, in.Self())}, nil
		})
	huma.Register(api, httpapi.Operation("create-custom-integration", http.MethodPost, path, write, "Create a custom integration", http.StatusCreated, http.StatusConflict),
		func(ctx context.Context, in *createInput) (*output, error) {
			i, err := s.create(ctx, in.IdempotencyKey, in.Body)
			return answer(ctx, i, err, "")
		})
	huma.Register(api, httpapi.Operation("get-custom-integration", http.MethodGet, one, read, "Get a custom integration", http.StatusOK),
		func(ctx context.Context, in *httpapi.IDInput) (*output, error) {
			i, err := s.get(ctx, in.ID)
			return answer(ctx, i, err, in.ID)
		})
	huma.Register(api, httpapi.Operation("update-custom-integration", http.MethodPatch, one, write, "Change a custom integration", http.StatusOK, http.StatusConflict),
		func(ctx context.Context, in *updateInput) (*output, error) {
			i, err := s.update(ctx, in.ID, in.IfMatch, in.Body)
			return answer(ctx, i, err, in.ID)
		})
	huma.Register(api, httpapi.Operation("delete-custom-integration", http.MethodDelete, one, write, "Delete a custom integration", http.StatusNoContent, http.StatusConflict),
		func(ctx context.Context, in *deleteInput) (*struct{}, error) {
			if err := s.delete(ctx, in.ID, in.IfMatch, in.ForceDestroy); err != nil {
				return nil, api.Fail(ctx, err, object, in.ID)
			}
			return nil, nil
		})
}
