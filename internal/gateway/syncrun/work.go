package syncrun

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/personio-community/terraform-provider-personio/internal/attribute"
	"github.com/personio-community/terraform-provider-personio/internal/gateway/store"
	"github.com/personio-community/terraform-provider-personio/internal/gateway/syncer"
	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
	"github.com/personio-community/terraform-provider-personio/internal/personio"
)

// work lets the engine do a run and returns the run with its outcome. What is
// wrong with rule, directory or target is an outcome; the error is for what is
// wrong with the gateway.
func (s *Service) work(ctx context.Context, run gatewayapi.SyncRun, rule store.SyncRule, startedAt time.Time) (gatewayapi.SyncRun, error) {
	failed := func(format string, args ...any) (gatewayapi.SyncRun, error) {
		run.Status, run.Error = gatewayapi.RunFailed, fmt.Sprintf(format, args...)
		return run, nil
	}
	integration, err := s.Store.CustomIntegration(ctx, rule.Config.CustomIntegrationID, s.Now())
	if err != nil {
		return run, err
	}
	switch {
	case !integration.Enabled:
		return failed("the custom integration %q, as which the rule reads, is disabled", integration.Name)
	case !attribute.NewScopeSet(integration.Scopes...).Has(attribute.ScopePersonsRead):
		return failed("the custom integration %q, as which the rule reads, lacks the scope %s", integration.Name, attribute.ScopePersonsRead)
	}
	target, err := s.Store.SyncTarget(ctx, rule.Config.SyncTargetID)
	if err != nil {
		return run, err
	}
	client, err := s.Targets.Client(target)
	if err != nil {
		return failed("the sync target %q cannot be used: %v", target.Name, err)
	}
	defer client.CloseIdleConnections()
	others, err := s.others(ctx, rule)
	if err != nil {
		return run, err
	}
	if err := s.Store.Update(ctx, func(tx *store.Tx) error { return tx.DeleteSyncRunItems(ctx, run.ID) }); err != nil {
		return run, err
	}
	journal := newJournal(s, run, rule, startedAt)
	defer stayAlive(ctx, journal)()
	engine := syncer.Engine{Source: syncer.FromUpstream(s.Upstream), Target: client, Journal: journal}
	result, err := engine.Run(personio.WithCaller(ctx, rule.ID), syncer.Input{
		RuleID: rule.ID, Rule: rule.Config, Readable: readable(integration), Others: others, Now: s.Now(),
	})
	run.Status, run.Error, run.Counts = result.Status, result.Error, result.Counts
	return run, err
}

// stayAlive keeps a run alive until the function that it returns is called.
func stayAlive(ctx context.Context, j *journal) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	ticker := time.NewTicker(deadAfter / 8)
	var beats sync.WaitGroup
	beats.Go(func() { j.keepAlive(ctx, ticker.C) })
	return func() {
		ticker.Stop()
		cancel()
		beats.Wait()
	}
}

func readable(i store.CustomIntegration) syncer.Readable {
	return syncer.Readable{All: i.AllAttributes, Keys: i.ReadableAttributes}
}

// others returns the other active rules of the rule's target.
func (s *Service) others(ctx context.Context, rule store.SyncRule) ([]syncer.OtherRule, error) {
	var others []syncer.OtherRule
	page := store.Page{Limit: gatewayapi.MaxLimit}
	for {
		rows, err := s.Store.SyncRules(ctx, page, "", "", rule.Config.SyncTargetID)
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			if row.ID == rule.ID || !row.Config.Active {
				continue
			}
			integration, err := s.Store.CustomIntegration(ctx, row.Config.CustomIntegrationID, s.Now())
			if err != nil {
				return nil, err
			}
			others = append(others, syncer.OtherRule{ID: row.ID, Rule: row.Config, Readable: readable(integration)})
		}
		if len(rows) < page.Limit {
			return others, nil
		}
		page.After = rows[len(rows)-1].ID
	}
}
