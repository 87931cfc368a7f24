package personio

import (
	"context"
	"iter"
	"net/url"
	"time"

	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
)

// AccessLogFilter selects entries of the access log; members that are empty
// select all.
type AccessLogFilter struct {
	CredentialID        string
	CustomIntegrationID string
	// From and To bound the time: from is included, to is not.
	From, To time.Time
}

// AccessLog yields who called Personio's API through the gateway, oldest first,
// page by page. An error is the last thing it yields.
func (c *Client) AccessLog(ctx context.Context, filter AccessLogFilter) iter.Seq2[gatewayapi.AccessLogEntry, error] {
	query := url.Values{}
	for name, value := range map[string]string{"credential_id": filter.CredentialID, "custom_integration_id": filter.CustomIntegrationID} {
		if value != "" {
			query.Set(name, value)
		}
	}
	for name, at := range map[string]time.Time{"from": filter.From, "to": filter.To} {
		if !at.IsZero() {
			query.Set(name, at.UTC().Format(time.RFC3339Nano))
		}
	}
	entries := newCollection(c, gatewayapi.PathAccessLog, func(o *gatewayapi.AccessLogEntry) string { return o.ID }, nil)
	return entries.list(ctx, nil, query)
}
