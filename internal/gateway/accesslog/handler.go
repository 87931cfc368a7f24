package accesslog

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/personio-community/terraform-provider-personio/internal/attribute"
	"github.com/personio-community/terraform-provider-personio/internal/gateway/httpapi"
	"github.com/personio-community/terraform-provider-personio/internal/gateway/store"
	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
)

type listInput struct {
	httpapi.PageInput
	httpapi.URL
	CredentialID        string    `query:"credential_id" doc:"Only calls with this credential."`
	CustomIntegrationID string    `query:"custom_integration_id" doc:"Only calls by credentials of this integration."`
	From                time.Time `query:"from" doc:"Only calls at this time or later."`
	To                  time.Time `query:"to" doc:"Only calls before this time."`
}

type listOutput struct {
	Body gatewayapi.List[gatewayapi.AccessLogEntry]
}

// Register adds the route of the access log.
func (l *Log) Register(api *httpapi.API) {
	huma.Register(api, httpapi.Operation("list-access-log", http.MethodGet, gatewayapi.PathAccessLog, attribute.ScopeAccessLogRead, "List calls of Personio's API", http.StatusOK),
		func(ctx context.Context, in *listInput) (*listOutput, error) {
			page, err := in.StorePage()
			if err != nil {
				return nil, err
			}
			entries, err := l.store.AccessLog(ctx, page, store.AccessLogFilter{
				CredentialID: in.CredentialID, CustomIntegrationID: in.CustomIntegrationID, From: in.From, To: in.To,
			})
			if err != nil {
				return nil, api.Fail(ctx, err, "access log", "")
			}
			return &listOutput{httpapi.List(entries, in.Limit, func(e gatewayapi.AccessLogEntry) string { return e.ID }, in.Self())}, nil
		})
}
