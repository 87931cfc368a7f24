package personio

import (
	"context"
	"iter"
	"net/url"

	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
)

// CustomIntegrations is the collection behind
// /gateway/v1/custom-integrations. Get it from [Client.CustomIntegrations].
type CustomIntegrations struct {
	collection[gatewayapi.CustomIntegration]
	credentials *APICredentials
}

// CustomIntegrationFilter selects custom integrations; members that are empty
// select all.
type CustomIntegrationFilter struct {
	IDs    []string
	Name   string
	Status gatewayapi.IntegrationStatus
}

// Create makes a custom integration. A name that is taken gives an error for
// which [IsConflict] holds.
func (c *CustomIntegrations) Create(ctx context.Context, body gatewayapi.CustomIntegrationCreate) (gatewayapi.CustomIntegration, error) {
	return c.create(ctx, body)
}

// Get reads a custom integration, through the read index. If there is none of
// that id, [IsNotFound] holds for the error.
func (c *CustomIntegrations) Get(ctx context.Context, id string) (gatewayapi.CustomIntegration, error) {
	return c.get(ctx, id)
}

// Update changes the members that are set. With a revision, it fails if the
// object has another one by now ([IsRevisionMismatch]).
func (c *CustomIntegrations) Update(ctx context.Context, id, revision string, body gatewayapi.CustomIntegrationUpdate) (gatewayapi.CustomIntegration, error) {
	return c.update(ctx, id, revision, body)
}

// Delete removes a custom integration. If it has credentials, [IsConflict]
// holds for the error unless forceDestroy is set, which removes them too; if it
// does not exist, [IsNotFound] holds.
func (c *CustomIntegrations) Delete(ctx context.Context, id string, forceDestroy bool) error {
	query := url.Values{}
	if forceDestroy {
		query.Set("force_destroy", "true")
	}
	// Its credentials go with it, also when the answer is lost.
	defer c.credentials.index.reset()
	return c.delete(ctx, id, query)
}

// List yields the custom integrations that the filter selects, oldest first,
// page by page. An error is the last thing it yields.
func (c *CustomIntegrations) List(ctx context.Context, filter CustomIntegrationFilter) iter.Seq2[gatewayapi.CustomIntegration, error] {
	query := url.Values{}
	if filter.Name != "" {
		query.Set("name", filter.Name)
	}
	if filter.Status != "" {
		query.Set("status", string(filter.Status))
	}
	return c.list(ctx, filter.IDs, query)
}
