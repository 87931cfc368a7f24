package store

import (
	"context"
	"database/sql"
	"time"

	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
)

// SyncRule is a row of sync_rules with its number of links.
type SyncRule struct {
	ID                  string
	Config              gatewayapi.SyncRuleConfig
	Revision            int64
	CreatedAt           time.Time
	UpdatedAt           time.Time
	PausedAt            *time.Time
	PausedReason        string
	ConsecutiveFailures int
	NextRunAt           *time.Time
	LinkedAccounts      int
}

const syncRuleColumns = `id, name, custom_integration_id, sync_target_id, active, config, revision, created_at, updated_at,
	paused_at, paused_reason, consecutive_failures, next_run_at,
	(SELECT count(*) FROM sync_links l WHERE l.sync_rule_id = sync_rules.id) AS linked_accounts`

func scanSyncRule(row interface{ Scan(...any) error }) (SyncRule, error) {
	var (
		r                         SyncRule
		name, integration, target string
		active                    bool
		config                    string
		created, updated          int64
		paused, next              sql.NullInt64
	)
	err := row.Scan(&r.ID, &name, &integration, &target, &active, &config, &r.Revision, &created, &updated,
		&paused, &r.PausedReason, &r.ConsecutiveFailures, &next, &r.LinkedAccounts)
	if err != nil {
		return r, notFound(err)
	}
	if err := fromJSON(config, &r.Config); err != nil {
		return r, err
	}
	r.Config.Name, r.Config.CustomIntegrationID, r.Config.SyncTargetID, r.Config.Active = name, integration, target, active
	r.CreatedAt, r.UpdatedAt, r.PausedAt, r.NextRunAt = fromMicros(created), fromMicros(updated), fromNull(paused), fromNull(next)
	return r, nil
}

// SyncRule returns the rule with that id.
func (s *Store) SyncRule(ctx context.Context, id string) (SyncRule, error) {
	return syncRule(ctx, s.db, id)
}

// SyncRule returns the rule as the transaction sees it.
func (t *Tx) SyncRule(ctx context.Context, id string) (SyncRule, error) {
	return syncRule(ctx, t.q, id)
}

func syncRule(ctx context.Context, q querier, id string) (SyncRule, error) {
	return scanSyncRule(q.QueryRowContext(ctx, `SELECT `+syncRuleColumns+` FROM sync_rules WHERE id = $1`, id))
}

// SyncRuleIDByName returns the id of the rule with that name.
func (s *Store) SyncRuleIDByName(ctx context.Context, name string) (id string, err error) {
	err = s.db.QueryRowContext(ctx, `SELECT id FROM sync_rules WHERE name = $1`, name).Scan(&id)
	return id, notFound(err)
}

// SyncRules returns a page of rules, oldest first, of a name, integration or
// target if they are not empty.
func (s *Store) SyncRules(ctx context.Context, page Page, name, integrationID, targetID string) ([]SyncRule, error) {
	where, args := page.where("id", 1)
	where, args = equals(where, args, "name", name)
	where, args = equals(where, args, "custom_integration_id", integrationID)
	where, args = equals(where, args, "sync_target_id", targetID)
	return collect(ctx, s.db, scanSyncRule, `SELECT `+syncRuleColumns+` FROM sync_rules`+page.tail(where), args...)
}

// DueSyncRules returns the active rules, not paused, whose next run is due.
func (s *Store) DueSyncRules(ctx context.Context, now time.Time) ([]SyncRule, error) {
	return collect(ctx, s.db, scanSyncRule, `SELECT `+syncRuleColumns+` FROM sync_rules
		WHERE active AND paused_at IS NULL AND next_run_at <= $1 ORDER BY next_run_at`, micros(now))
}

// config is the part of a rule's configuration that has no column of its own.
func (r SyncRule) config() (string, error) {
	c := r.Config
	c.Name, c.CustomIntegrationID, c.SyncTargetID, c.Active = "", "", "", false
	return asJSON(c)
}

// InsertSyncRule inserts a new rule; ErrDuplicate if the name is taken.
func (t *Tx) InsertSyncRule(ctx context.Context, r SyncRule) error {
	config, err := r.config()
	if err != nil {
		return err
	}
	_, err = exec(ctx, t.q, `INSERT INTO sync_rules
		(id, name, custom_integration_id, sync_target_id, active, config, revision, created_at, updated_at, next_run_at)
		VALUES ($1, $2, $3, $4, $5, $6, 1, $7, $7, $8)`,
		r.ID, r.Config.Name, r.Config.CustomIntegrationID, r.Config.SyncTargetID, r.Config.Active, config, micros(r.CreatedAt), microsOrNil(r.NextRunAt))
	return err
}

// UpdateSyncRule writes configuration, pause and next run of a rule as its next
// revision; ErrRevisionMismatch if r.Revision is not the row's.
func (t *Tx) UpdateSyncRule(ctx context.Context, r SyncRule, now time.Time) error {
	config, err := r.config()
	if err != nil {
		return err
	}
	n, err := exec(ctx, t.q, `UPDATE sync_rules SET name = $1, custom_integration_id = $2, sync_target_id = $3, active = $4, config = $5,
		paused_at = $6, paused_reason = $7, consecutive_failures = $8, next_run_at = $9, revision = revision + 1, updated_at = $10
		WHERE id = $11 AND revision = $12`,
		r.Config.Name, r.Config.CustomIntegrationID, r.Config.SyncTargetID, r.Config.Active, config,
		microsOrNil(r.PausedAt), r.PausedReason, r.ConsecutiveFailures, microsOrNil(r.NextRunAt), micros(now), r.ID, r.Revision)
	if err == nil && n == 0 {
		return ErrRevisionMismatch
	}
	return err
}

// DeleteSyncRule deletes a rule with its runs. Its links stay without owner.
func (t *Tx) DeleteSyncRule(ctx context.Context, id string) error {
	n, err := exec(ctx, t.q, `DELETE FROM sync_rules WHERE id = $1`, id)
	if err == nil && n == 0 {
		return ErrNotFound
	}
	return err
}

// ReleaseLinks takes a rule's links on every target but one from it: they stay
// without owner.
func (t *Tx) ReleaseLinks(ctx context.Context, ruleID, exceptTargetID string) error {
	if _, err := exec(ctx, t.q, `UPDATE sync_links SET sync_rule_id = NULL WHERE sync_rule_id = $1 AND sync_target_id <> $2`, ruleID, exceptTargetID); err != nil {
		return err
	}
	_, err := exec(ctx, t.q, `UPDATE sync_group_links SET sync_rule_id = NULL WHERE sync_rule_id = $1 AND sync_target_id <> $2`, ruleID, exceptTargetID)
	return err
}

// MoveNextRun sets when a rule runs next by itself, if nobody else has moved it
// on already. It is no change of configuration.
func (t *Tx) MoveNextRun(ctx context.Context, ruleID string, was, next *time.Time) (moved bool, err error) {
	n, err := exec(ctx, t.q, `UPDATE sync_rules SET next_run_at = $1 WHERE id = $2 AND next_run_at = $3`, microsOrNil(next), ruleID, microsOrNil(was))
	return n > 0, err
}
