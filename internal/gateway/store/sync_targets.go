package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
)

// SyncTarget is a row of sync_targets. Secret is encrypted.
type SyncTarget struct {
	ID        string
	Name      string
	SCIM      gatewayapi.SCIMTarget
	Secret    string
	Revision  int64
	CreatedAt time.Time
	UpdatedAt time.Time
}

const syncTargetColumns = `id, name, scim, secret, revision, created_at, updated_at`

func scanSyncTarget(row interface{ Scan(...any) error }) (SyncTarget, error) {
	var (
		t                SyncTarget
		scim             string
		created, updated int64
	)
	if err := row.Scan(&t.ID, &t.Name, &scim, &t.Secret, &t.Revision, &created, &updated); err != nil {
		return t, notFound(err)
	}
	t.CreatedAt, t.UpdatedAt = fromMicros(created), fromMicros(updated)
	return t, fromJSON(scim, &t.SCIM)
}

// SyncTarget returns the target with that id.
func (s *Store) SyncTarget(ctx context.Context, id string) (SyncTarget, error) {
	return scanSyncTarget(s.db.QueryRowContext(ctx, `SELECT `+syncTargetColumns+` FROM sync_targets WHERE id = $1`, id))
}

// SyncTarget returns the target as the transaction sees it.
func (t *Tx) SyncTarget(ctx context.Context, id string) (SyncTarget, error) {
	return scanSyncTarget(t.q.QueryRowContext(ctx, `SELECT `+syncTargetColumns+` FROM sync_targets WHERE id = $1`, id))
}

// SyncTargetIDByName returns the id of the target with that name.
func (s *Store) SyncTargetIDByName(ctx context.Context, name string) (id string, err error) {
	err = s.db.QueryRowContext(ctx, `SELECT id FROM sync_targets WHERE name = $1`, name).Scan(&id)
	return id, notFound(err)
}

// SyncTargets returns a page of targets, oldest first, of a name if it is not
// empty.
func (s *Store) SyncTargets(ctx context.Context, page Page, name string) ([]SyncTarget, error) {
	where, args := page.where("id", 1)
	where, args = equals(where, args, "name", name)
	return collect(ctx, s.db, scanSyncTarget, `SELECT `+syncTargetColumns+` FROM sync_targets`+page.tail(where), args...)
}

// InsertSyncTarget inserts a new target; ErrDuplicate if the name is taken.
func (t *Tx) InsertSyncTarget(ctx context.Context, target SyncTarget) error {
	scim, err := asJSON(target.SCIM)
	if err != nil {
		return err
	}
	_, err = exec(ctx, t.q, `INSERT INTO sync_targets (id, name, scim, secret, revision, created_at, updated_at) VALUES ($1, $2, $3, $4, 1, $5, $5)`,
		target.ID, target.Name, scim, target.Secret, micros(target.CreatedAt))
	return err
}

// UpdateSyncTarget writes a target as its next revision; ErrRevisionMismatch if
// target.Revision is not the row's.
func (t *Tx) UpdateSyncTarget(ctx context.Context, target SyncTarget, now time.Time) error {
	scim, err := asJSON(target.SCIM)
	if err != nil {
		return err
	}
	n, err := exec(ctx, t.q, `UPDATE sync_targets SET name = $1, scim = $2, secret = $3, revision = revision + 1, updated_at = $4 WHERE id = $5 AND revision = $6`,
		target.Name, scim, target.Secret, micros(now), target.ID, target.Revision)
	if err == nil && n == 0 {
		return ErrRevisionMismatch
	}
	return err
}

// DeleteSyncTarget deletes a target that no rule uses, with its links.
func (t *Tx) DeleteSyncTarget(ctx context.Context, id string) error {
	n, err := exec(ctx, t.q, `DELETE FROM sync_targets WHERE id = $1`, id)
	if err == nil && n == 0 {
		return ErrNotFound
	}
	return err
}

// CountSyncRules returns how many rules use a target or integration; column is
// sync_target_id or custom_integration_id.
func (t *Tx) countSyncRules(ctx context.Context, column, id string) (n int, err error) {
	err = t.q.QueryRowContext(ctx, `SELECT count(*) FROM sync_rules WHERE `+column+` = $1`, id).Scan(&n)
	return n, err
}

// CountSyncRulesOfTarget returns how many rules write to a target.
func (t *Tx) CountSyncRulesOfTarget(ctx context.Context, id string) (int, error) {
	return t.countSyncRules(ctx, "sync_target_id", id)
}

// CountSyncRulesOfIntegration returns how many rules read as an integration.
func (t *Tx) CountSyncRulesOfIntegration(ctx context.Context, id string) (int, error) {
	return t.countSyncRules(ctx, "custom_integration_id", id)
}

// equals adds the condition that a column has a value, unless that is empty.
func equals(where []string, args []any, column, value string) (conditions []string, values []any) {
	if value == "" {
		return where, args
	}
	args = append(args, value)
	return append(where, fmt.Sprintf("%s = $%d", column, len(args))), args
}

// asJSON is a structure as a column holds it.
func asJSON(v any) (string, error) {
	data, err := json.Marshal(v)
	return string(data), err
}

func fromJSON(text string, into any) error { return json.Unmarshal([]byte(text), into) }
