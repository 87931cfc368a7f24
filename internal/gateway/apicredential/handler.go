package apicredential

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
	CustomIntegrationID string `query:"custom_integration_id" doc:"Only credentials of this custom integration."`
}

type listOutput struct {
	Body gatewayapi.List[gatewayapi.APICredential]
}

type createInput struct {
	httpapi.KeyInput
	Body gatewayapi.APICredentialCreate
}

type updateInput struct {
	httpapi.ChangeInput
	Body gatewayapi.APICredentialUpdate
}

type rotateInput struct {
	httpapi.ChangeInput
	httpapi.KeyInput
	Body gatewayapi.APICredentialRotation
}

type output struct {
	ETag         string `header:"ETag"`
	CacheControl string `header:"Cache-Control"`
	Body         gatewayapi.APICredential
}

const object = "API credential"

// Register adds the routes of API credentials.
func (s *Service) Register(api *httpapi.API) {
	const path, one = gatewayapi.PathAPICredentials, gatewayapi.PathAPICredentials + "/{id}"
	const read, write = attribute.ScopeAPICredentialsRead, attribute.ScopeAPICredentialsWrite
	answer := func(ctx context.Context, c gatewayapi.APICredential, err error, id string) (*output, error) {
		if err != nil {
			return nil, api.Fail(ctx, err, object, id)
		}
		return &output{ETag: httpapi.ETag(c.Revision), CacheControl: "no-store", Body: c}, nil
	}

	huma.Register(api, httpapi.Operation("list-api-credentials", http.MethodGet, path, read, "List API credentials", http.StatusOK),
		func(ctx context.Context, in *listInput) (*listOutput, error) {
			page, err := in.StorePage()
			if err != nil {
				return nil, err
			}
			rows, err := s.Store.APICredentials(ctx, page, in.CustomIntegrationID)
			if err != nil {
				return nil, api.Fail(ctx, err, object, "")
			}
			bodies, err := s.bodies(ctx, s.Store, s.Now(), rows...)
			if err != nil {
				return nil, api.Fail(ctx, err, object, "")
			}
			return &listOutput{httpapi.List(bodies, in.Limit, credentialID, in.Self())}, nil
		})
	huma.Register(api, httpapi.Operation("create-api-credential", http.MethodPost, path, write, "Issue an API credential", http.StatusCreated),
		func(ctx context.Context, in *createInput) (*output, error) {
			c, err := s.create(ctx, in.IdempotencyKey, in.Body)
			return answer(ctx, c, err, "")
		})
	huma.Register(api, httpapi.Operation("get-api-credential", http.MethodGet, one, read, "Get an API credential", http.StatusOK),
		func(ctx context.Context, in *httpapi.IDInput) (*output, error) {
			c, err := s.get(ctx, in.ID)
			return answer(ctx, c, err, in.ID)
		})
	huma.Register(api, httpapi.Operation("update-api-credential", http.MethodPatch, one, write, "Change an API credential", http.StatusOK),
		func(ctx context.Context, in *updateInput) (*output, error) {
			c, err := s.update(ctx, in.ID, in.IfMatch, in.Body)
			return answer(ctx, c, err, in.ID)
		})
	huma.Register(api, httpapi.Operation("rotate-api-credential", http.MethodPost, one+"/rotate", write, "Rotate the secret of an API credential, or reset client id and secret", http.StatusOK),
		func(ctx context.Context, in *rotateInput) (*output, error) {
			c, err := s.rotate(ctx, in.IdempotencyKey, in.ID, in.IfMatch, in.Body)
			return answer(ctx, c, err, in.ID)
		})
	huma.Register(api, httpapi.Operation("delete-api-credential", http.MethodDelete, one, write, "Revoke an API credential", http.StatusNoContent),
		func(ctx context.Context, in *httpapi.ChangeInput) (*struct{}, error) {
			if err := s.delete(ctx, in.ID, in.IfMatch); err != nil {
				return nil, api.Fail(ctx, err, object, in.ID)
			}
			return nil, nil
		})
}
