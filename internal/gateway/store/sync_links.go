package store

import (
	"context"
	"database/sql"
	"time"
)

// SyncLink says that an employee's account on a target is known, and which rule
// owns it: none if that rule is gone.
type SyncLink struct {
	SyncTargetID string
	EmployeeID   string
	AccountID    string
	SyncRuleID   string
	// Origin is provisioned or linked.
	Origin    string
	CreatedAt time.Time
}

// SyncGroupLink says which rule owns a group on a target.
type SyncGroupLink struct {
	SyncTargetID string
	GroupID      string
	Name         string
	MappingKey   string
	SyncRuleID   string
}

// SyncLinks returns all links of a target, of every rule.
func (s *Store) SyncLinks(ctx context.Context, targetID string) ([]SyncLink, error) {
	return collect(ctx, s.db, func(row interface{ Scan(...any) error }) (SyncLink, error) {
		l := SyncLink{SyncTargetID: targetID}
		var (
			rule    sql.NullString
			created int64
		)
		err := row.Scan(&l.EmployeeID, &l.AccountID, &rule, &l.Origin, &created)
		l.SyncRuleID, l.CreatedAt = rule.String, fromMicros(created)
		return l, err
	}, `SELECT employee_id, account_id, sync_rule_id, origin, created_at FROM sync_links WHERE sync_target_id = $1 ORDER BY employee_id`, targetID)
}

// SyncGroupLinks returns all group links of a target, of every rule.
func (s *Store) SyncGroupLinks(ctx context.Context, targetID string) ([]SyncGroupLink, error) {
	return collect(ctx, s.db, func(row interface{ Scan(...any) error }) (SyncGroupLink, error) {
		l := SyncGroupLink{SyncTargetID: targetID}
		var rule sql.NullString
		err := row.Scan(&l.GroupID, &l.Name, &l.MappingKey, &rule)
		l.SyncRuleID = rule.String
		return l, err
	}, `SELECT group_id, name, mapping_key, sync_rule_id FROM sync_group_links WHERE sync_target_id = $1 ORDER BY group_id`, targetID)
}

// SaveSyncLink writes the link of an employee, in place of the one there was.
// Where another rule owns that one by now, it stays, and ErrDuplicate says so.
func (t *Tx) SaveSyncLink(ctx context.Context, l SyncLink) error {
	n, err := exec(ctx, t.q, `INSERT INTO sync_links (sync_target_id, employee_id, account_id, sync_rule_id, origin, created_at)
		VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (sync_target_id, employee_id) DO UPDATE SET account_id = excluded.account_id, sync_rule_id = excluded.sync_rule_id, origin = excluded.origin
		WHERE sync_links.sync_rule_id IS NULL OR sync_links.sync_rule_id = excluded.sync_rule_id`,
		l.SyncTargetID, l.EmployeeID, l.AccountID, orNil(l.SyncRuleID), l.Origin, micros(l.CreatedAt))
	if err == nil && n == 0 {
		return ErrDuplicate
	}
	return err
}

// HandOverSyncLink gives a rule's link to another rule.
func (t *Tx) HandOverSyncLink(ctx context.Context, targetID, employeeID, fromRuleID, toRuleID string) error {
	_, err := exec(ctx, t.q, `UPDATE sync_links SET sync_rule_id = $1 WHERE sync_target_id = $2 AND employee_id = $3 AND sync_rule_id = $4`,
		toRuleID, targetID, employeeID, fromRuleID)
	return err
}

// DeleteSyncLink removes a rule's link.
func (t *Tx) DeleteSyncLink(ctx context.Context, targetID, employeeID, ruleID string) error {
	_, err := exec(ctx, t.q, `DELETE FROM sync_links WHERE sync_target_id = $1 AND employee_id = $2 AND sync_rule_id = $3`, targetID, employeeID, ruleID)
	return err
}

// SaveSyncGroupLink writes the link of a group, in place of the one that its name
// had. Where another rule owns that one, it stays, and ErrDuplicate says so.
func (t *Tx) SaveSyncGroupLink(ctx context.Context, l SyncGroupLink) error {
	if _, err := exec(ctx, t.q, `DELETE FROM sync_group_links WHERE sync_target_id = $1 AND name = $2 AND group_id <> $3
		AND (sync_rule_id IS NULL OR sync_rule_id = $4)`, l.SyncTargetID, l.Name, l.GroupID, l.SyncRuleID); err != nil {
		return err
	}
	n, err := exec(ctx, t.q, `INSERT INTO sync_group_links (sync_target_id, group_id, name, mapping_key, sync_rule_id)
		VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (sync_target_id, group_id) DO UPDATE SET name = excluded.name, mapping_key = excluded.mapping_key, sync_rule_id = excluded.sync_rule_id
		WHERE sync_group_links.sync_rule_id IS NULL OR sync_group_links.sync_rule_id = excluded.sync_rule_id`,
		l.SyncTargetID, l.GroupID, l.Name, l.MappingKey, orNil(l.SyncRuleID))
	if err == nil && n == 0 {
		return ErrDuplicate
	}
	return err
}
