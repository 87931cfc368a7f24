package personio

import (
	"context"
	"iter"
	"net/url"

	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
)

// APICredentials is the collection behind /gateway/v1/api-credentials. Get it
// from [Client.APICredentials].
type APICredentials struct {
	collection[gatewayapi.APICredential]
	integrations *CustomIntegrations
}

// APICredentialFilter selects API credentials; members that are empty select
// all.
type APICredentialFilter struct {
	IDs                 []string
	CustomIntegrationID string
}

// The status of a custom integration depends on its credentials, so that every
// write here makes the index of the integrations forget what it may change.

// Create makes an API credential. The answer holds the client secret if the
// gateway made it, and is the only one that ever will.
func (c *APICredentials) Create(ctx context.Context, body gatewayapi.APICredentialCreate) (gatewayapi.APICredential, error) {
	defer c.integrations.index.forget(body.CustomIntegrationID)
	return c.create(ctx, body, body.ClientSecret)
}

// Get reads an API credential without its secret, through the read index. If
// there is none of that id, [IsNotFound] holds for the error.
func (c *APICredentials) Get(ctx context.Context, id string) (gatewayapi.APICredential, error) {
	return c.get(ctx, id)
}

// Update changes the members that are set. With a revision, it fails if the
// object has another one by now ([IsRevisionMismatch]).
func (c *APICredentials) Update(ctx context.Context, id, revision string, body gatewayapi.APICredentialUpdate) (gatewayapi.APICredential, error) {
	credential, err := c.update(ctx, id, revision, body)
	if err != nil {
		c.integrations.index.reset()
	} else {
		c.integrations.index.forget(credential.CustomIntegrationID)
	}
	return credential, err
}

// Delete revokes an API credential: its tokens are dead from then on. If it
// does not exist, [IsNotFound] holds for the error.
func (c *APICredentials) Delete(ctx context.Context, id string) error {
	defer c.integrations.index.reset()
	return c.delete(ctx, id, nil)
}

// Rotate gives an API credential a new secret; the old one stays valid for the
// overlap. The answer holds the secret if the gateway made it. With a revision,
// it fails if the object has another one by now ([IsRevisionMismatch]).
func (c *APICredentials) Rotate(ctx context.Context, id, revision string, body gatewayapi.APICredentialRotation) (gatewayapi.APICredential, error) {
	return c.act(ctx, id, "rotate", revision, body, body.ClientSecret)
}

// List yields the API credentials that the filter selects, oldest first, page
// by page. An error is the last thing it yields.
func (c *APICredentials) List(ctx context.Context, filter APICredentialFilter) iter.Seq2[gatewayapi.APICredential, error] {
	query := url.Values{}
	if filter.CustomIntegrationID != "" {
		query.Set("custom_integration_id", filter.CustomIntegrationID)
	}
	return c.list(ctx, filter.IDs, query)
}
