package personio

import (
	"context"
	"iter"
	"net/url"

	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
)

// SyncTargets is the collection behind /gateway/v1/sync-targets. Get it from
// [Client.SyncTargets].
type SyncTargets struct {
	collection[gatewayapi.SyncTarget]
}

// SyncTargetFilter selects sync targets; members that are empty select all.
type SyncTargetFilter struct {
	IDs  []string
	Name string
}

// Create makes a sync target. The gateway tests it first: one that does not
// answer as it should gives an error with status 422 and the reason. A name that
// is taken gives an error for which [IsConflict] holds.
func (c *SyncTargets) Create(ctx context.Context, body gatewayapi.SyncTargetCreate) (gatewayapi.SyncTarget, error) {
	return c.create(ctx, body, body.SCIM.Token, body.SCIM.OAuthClientSecret)
}

// Get reads a sync target, through the read index. If there is none of that id,
// [IsNotFound] holds for the error.
func (c *SyncTargets) Get(ctx context.Context, id string) (gatewayapi.SyncTarget, error) {
	return c.get(ctx, id)
}

// Update changes the members that are set; a secret that is not sent stays as it
// is. With a revision, it fails if the object has another one by now
// ([IsRevisionMismatch]).
func (c *SyncTargets) Update(ctx context.Context, id, revision string, body gatewayapi.SyncTargetUpdate) (gatewayapi.SyncTarget, error) {
	var secrets []string
	if body.SCIM != nil {
		secrets = []string{body.SCIM.Token, body.SCIM.OAuthClientSecret}
	}
	return c.update(ctx, id, revision, body, secrets...)
}

// Delete removes a sync target. While rules write to it, [IsConflict] holds for
// the error; if it does not exist, [IsNotFound] holds.
func (c *SyncTargets) Delete(ctx context.Context, id string) error {
	return c.delete(ctx, id, nil)
}

// Test asks the gateway to try a sync target, and returns what the service
// provider says of itself. A test that fails is an error with status 422.
func (c *SyncTargets) Test(ctx context.Context, id string) (answer gatewayapi.SyncTargetTest, err error) {
	err = c.below(ctx, id, "test", &answer)
	return answer, err
}

// List yields the sync targets that the filter selects, oldest first, page by
// page. An error is the last thing it yields.
func (c *SyncTargets) List(ctx context.Context, filter SyncTargetFilter) iter.Seq2[gatewayapi.SyncTarget, error] {
	query := url.Values{}
	if filter.Name != "" {
		query.Set("name", filter.Name)
	}
	return c.list(ctx, filter.IDs, query)
}
