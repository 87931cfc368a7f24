package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"
)

// CustomIntegration is a row of custom_integrations with its derived status.
type CustomIntegration struct {
	ID                  string
	Name                string
	Description         string
	Enabled             bool
	Scopes              []string
	ReadableAttributes  []string
	WritableAttributes  []string
	AllAttributes       bool
	ReportIDs           []string
	DocumentCategoryIDs []string
	Revision            int64
	CreatedAt           time.Time
	UpdatedAt           time.Time
	LastUsedAt          *time.Time
	// Status is PENDING, CONNECTED or INACTIVE; it is derived at each read.
	Status string
}

// Page selects a page of a list: what has the given ids (all if empty), after a
// cursor id ("" for the start), Limit rows at the most. Ids are UUIDs of version
// 7, so their order is the order of creation.
type Page struct {
	IDs   []string
	After string
	Limit int
}

// usableCredential is the condition of a credential that can be used at $1.
//
//nolint:gosec // A condition, no secret.
const usableCredential = `c.enabled AND (c.expires_at IS NULL OR c.expires_at > $1)`

// integrationColumns needs the present time as $1.
const integrationColumns = `i.id, i.name, i.description, i.enabled, i.scopes, i.readable_attributes, i.writable_attributes,
	i.all_attributes, i.report_ids, i.document_category_ids, i.revision, i.created_at, i.updated_at, i.last_used_at,
	CASE
		WHEN NOT i.enabled THEN 'INACTIVE'
		WHEN i.credential_issued_at IS NOT NULL AND NOT EXISTS (
			SELECT 1 FROM api_credentials c WHERE c.custom_integration_id = i.id AND ` + usableCredential + `) THEN 'INACTIVE'
		WHEN i.connected_at IS NOT NULL THEN 'CONNECTED'
		ELSE 'PENDING'
	END AS status`

func scanIntegration(row interface{ Scan(...any) error }) (CustomIntegration, error) {
	var (
		i                CustomIntegration
		created, updated int64
		lastUsed         sql.NullInt64
	)
	err := row.Scan(&i.ID, &i.Name, &i.Description, &i.Enabled, (*list)(&i.Scopes), (*list)(&i.ReadableAttributes), (*list)(&i.WritableAttributes),
		&i.AllAttributes, (*list)(&i.ReportIDs), (*list)(&i.DocumentCategoryIDs), &i.Revision, &created, &updated, &lastUsed, &i.Status)
	i.CreatedAt, i.UpdatedAt, i.LastUsedAt = fromMicros(created), fromMicros(updated), fromNull(lastUsed)
	return i, notFound(err)
}

// CustomIntegration returns the integration with that id, its status as of now.
func (s *Store) CustomIntegration(ctx context.Context, id string, now time.Time) (CustomIntegration, error) {
	return customIntegration(ctx, s.db, id, now)
}

// CustomIntegration returns the integration as the transaction sees it.
func (t *Tx) CustomIntegration(ctx context.Context, id string, now time.Time) (CustomIntegration, error) {
	return customIntegration(ctx, t.q, id, now)
}

func customIntegration(ctx context.Context, q querier, id string, now time.Time) (CustomIntegration, error) {
	return scanIntegration(q.QueryRowContext(ctx, `SELECT `+integrationColumns+` FROM custom_integrations i WHERE i.id = $2`, micros(now), id))
}

// CustomIntegrationIDByName returns the id of the integration with that name.
func (s *Store) CustomIntegrationIDByName(ctx context.Context, name string) (id string, err error) {
	err = s.db.QueryRowContext(ctx, `SELECT id FROM custom_integrations WHERE name = $1`, name).Scan(&id)
	return id, notFound(err)
}

// CustomIntegrations returns a page of integrations, oldest first, of a name or
// status if they are not empty.
func (s *Store) CustomIntegrations(ctx context.Context, page Page, name, status string, now time.Time) ([]CustomIntegration, error) {
	where, args := page.where("id", 2)
	args = append([]any{micros(now)}, args...)
	for _, filter := range []struct{ column, value string }{{"name", name}, {"status", status}} {
		if filter.value != "" {
			args = append(args, filter.value)
			where = append(where, fmt.Sprintf("%s = $%d", filter.column, len(args)))
		}
	}
	query := `SELECT * FROM (SELECT ` + integrationColumns + ` FROM custom_integrations i) AS integrations` + page.tail(where)
	return collect(ctx, s.db, scanIntegration, query, args...)
}

// InsertCustomIntegration inserts a new integration; ErrDuplicate if the name is
// taken.
func (t *Tx) InsertCustomIntegration(ctx context.Context, i CustomIntegration) error {
	_, err := exec(ctx, t.q, `INSERT INTO custom_integrations
		(id, name, description, enabled, scopes, readable_attributes, writable_attributes, all_attributes,
		report_ids, document_category_ids, revision, created_at, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 1, $11, $11)`,
		i.ID, i.Name, i.Description, i.Enabled, toJSON(i.Scopes), toJSON(i.ReadableAttributes), toJSON(i.WritableAttributes), i.AllAttributes,
		toJSON(i.ReportIDs), toJSON(i.DocumentCategoryIDs), micros(i.CreatedAt))
	return err
}

// UpdateCustomIntegration writes the configuration of an integration as its next
// revision. i.Revision is the one that was read: another one in the row gives
// ErrRevisionMismatch.
func (t *Tx) UpdateCustomIntegration(ctx context.Context, i CustomIntegration, now time.Time) error {
	n, err := exec(ctx, t.q, `UPDATE custom_integrations SET name = $1, description = $2, enabled = $3, scopes = $4,
		readable_attributes = $5, writable_attributes = $6, all_attributes = $7, report_ids = $8, document_category_ids = $9,
		revision = revision + 1, updated_at = $10
		WHERE id = $11 AND revision = $12`,
		i.Name, i.Description, i.Enabled, toJSON(i.Scopes), toJSON(i.ReadableAttributes), toJSON(i.WritableAttributes), i.AllAttributes,
		toJSON(i.ReportIDs), toJSON(i.DocumentCategoryIDs), micros(now), i.ID, i.Revision)
	if err == nil && n == 0 {
		return ErrRevisionMismatch
	}
	return err
}

// DeleteCustomIntegration deletes an integration that has no credentials left.
func (t *Tx) DeleteCustomIntegration(ctx context.Context, id string) error {
	n, err := exec(ctx, t.q, `DELETE FROM custom_integrations WHERE id = $1`, id)
	if err == nil && n == 0 {
		return ErrNotFound
	}
	return err
}

// ConnectCustomIntegration notes that a sync run used an integration.
func (t *Tx) ConnectCustomIntegration(ctx context.Context, id string, now time.Time) error {
	_, err := exec(ctx, t.q, `UPDATE custom_integrations SET connected_at = COALESCE(connected_at, $1), last_used_at = $1 WHERE id = $2`, micros(now), id)
	return err
}

// DeleteTokensOfIntegration ends all tokens of an integration's credentials.
func (t *Tx) DeleteTokensOfIntegration(ctx context.Context, integrationID string) error {
	_, err := exec(ctx, t.q, `DELETE FROM access_tokens WHERE api_credential_id IN
		(SELECT id FROM api_credentials WHERE custom_integration_id = $1)`, integrationID)
	return err
}

// where returns the conditions of a page and their arguments, which start at $n.
func (p Page) where(column string, n int) (conditions []string, args []any) {
	if len(p.IDs) > 0 {
		marks := make([]string, len(p.IDs))
		for i, id := range p.IDs {
			marks[i] = fmt.Sprintf("$%d", n+len(args))
			args = append(args, id)
		}
		conditions = append(conditions, column+" IN ("+strings.Join(marks, ", ")+")")
	}
	if p.After != "" {
		conditions = append(conditions, fmt.Sprintf("%s > $%d", column, n+len(args)))
		args = append(args, p.After)
	}
	return conditions, args
}

// tail is the end of a list query: conditions, order and limit.
func (p Page) tail(conditions []string) string {
	tail := fmt.Sprintf(" ORDER BY id LIMIT %d", p.Limit)
	if len(conditions) == 0 {
		return tail
	}
	return " WHERE " + strings.Join(conditions, " AND ") + tail
}

// collect runs a query and scans every row.
func collect[T any](ctx context.Context, q querier, scan func(interface{ Scan(...any) error }) (T, error), query string, args ...any) ([]T, error) {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }() // Rows.Err tells what Close would.
	var all []T
	for rows.Next() {
		one, err := scan(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, rows.Err()
}
