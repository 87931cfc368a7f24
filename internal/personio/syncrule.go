package personio

import (
	"context"
	"iter"
	"net/url"
	"time"

	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
)

// SyncRules is the collection behind /gateway/v1/sync-rules. Get it from
// [Client.SyncRules].
type SyncRules struct {
	collection[gatewayapi.SyncRule]
	integrations *CustomIntegrations
	runs         *SyncRuns
}

// SyncRuleFilter selects sync rules; members that are empty select all.
type SyncRuleFilter struct {
	IDs                 []string
	Name                string
	CustomIntegrationID string
	SyncTargetID        string
}

// Create makes a sync rule. For an active one the gateway tests the target and
// queues a first run, which is the answer's LastRun; see [SyncRules.WaitForRun].
// A name that is taken gives an error for which [IsConflict] holds.
func (c *SyncRules) Create(ctx context.Context, body gatewayapi.SyncRuleConfig) (gatewayapi.SyncRule, error) {
	return c.create(ctx, body)
}

// Get reads a sync rule, through the read index: its state and last run may be a
// minute old. If there is none of that id, [IsNotFound] holds for the error.
func (c *SyncRules) Get(ctx context.Context, id string) (gatewayapi.SyncRule, error) {
	return c.get(ctx, id)
}

// GetNow is [SyncRules.Get] with a call of its own: state and last run are those
// of this moment.
func (c *SyncRules) GetNow(ctx context.Context, id string) (gatewayapi.SyncRule, error) {
	return c.getNow(ctx, id)
}

// Update changes the members that are set. If that makes the gateway queue a
// run, it is the answer's LastRun. With a revision, it fails if the object has
// another one by now ([IsRevisionMismatch]).
func (c *SyncRules) Update(ctx context.Context, id, revision string, body gatewayapi.SyncRuleUpdate) (gatewayapi.SyncRule, error) {
	return c.update(ctx, id, revision, body)
}

// Delete removes a sync rule and cancels its run; accounts stay as they are. If
// it does not exist, [IsNotFound] holds for the error.
func (c *SyncRules) Delete(ctx context.Context, id string) error {
	return c.delete(ctx, id, nil)
}

// Run asks the gateway to run a rule now, and returns the queued run.
func (c *SyncRules) Run(ctx context.Context, id string) (run gatewayapi.SyncRun, err error) {
	// Its last run is another one from now on, also when the answer is lost.
	defer c.index.forget(id)
	err = c.below(ctx, id, "run", &run)
	return run, err
}

// List yields the sync rules that the filter selects, oldest first, page by
// page. An error is the last thing it yields.
func (c *SyncRules) List(ctx context.Context, filter SyncRuleFilter) iter.Seq2[gatewayapi.SyncRule, error] {
	query := url.Values{}
	for name, value := range map[string]string{
		"name": filter.Name, "custom_integration_id": filter.CustomIntegrationID, "sync_target_id": filter.SyncTargetID,
	} {
		if value != "" {
			query.Set(name, value)
		}
	}
	return c.list(ctx, filter.IDs, query)
}

// maxPollIntervals is how many times the first pause the longest is.
const maxPollIntervals = 20

// WaitForRun looks at a run, as [SyncRules.Create], [SyncRules.Update] or
// [SyncRules.Run] returned it, until it has ended or the context is done, and
// returns the last state that it saw. How the run ended is no error. onProgress,
// unless nil, gets the run each time that its status or its counts moved.
func (c *SyncRules) WaitForRun(ctx context.Context, run gatewayapi.SyncRun, onProgress func(gatewayapi.SyncRun)) (gatewayapi.SyncRun, error) {
	// What a run leaves behind: the state of its rule, and that the integration
	// was used.
	defer c.integrations.index.reset()
	defer c.index.forget(run.SyncRuleID)

	pause := c.client.config.PollInterval
	longest := maxPollIntervals * pause
	timer := time.NewTimer(pause)
	defer timer.Stop()
	for !run.Status.Ended() {
		select {
		case <-ctx.Done():
			return run, ctx.Err()
		case <-timer.C:
		}
		next, err := c.runs.Get(ctx, run.ID)
		if err != nil {
			return run, err
		}
		if onProgress != nil && (next.Status != run.Status || next.Counts != run.Counts) {
			onProgress(next)
		}
		run = next
		pause = min(pause*3/2, longest)
		timer.Reset(pause)
	}
	return run, nil
}
