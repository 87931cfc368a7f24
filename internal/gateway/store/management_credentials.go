package store

import (
	"context"
	"database/sql"
	"time"
)

// ManagementCredential is a row of management_credentials.
type ManagementCredential struct {
	ID         string
	Name       string
	ClientID   string
	Scopes     []string
	Secret     Secret
	CreatedAt  time.Time
	LastUsedAt *time.Time
}

const managementColumns = `id, name, client_id, scopes, secret_id, secret_hash,
	previous_secret_id, previous_secret_hash, previous_secret_expires_at, created_at, last_used_at`

func scanManagement(row interface{ Scan(...any) error }) (ManagementCredential, error) {
	var (
		c                         ManagementCredential
		created                   int64
		previousExpires, lastUsed sql.NullInt64
		previousID, previousHash  sql.NullString
	)
	err := row.Scan(&c.ID, &c.Name, &c.ClientID, (*list)(&c.Scopes), &c.Secret.ID, &c.Secret.Hash,
		&previousID, &previousHash, &previousExpires, &created, &lastUsed)
	c.Secret.PreviousID, c.Secret.PreviousHash, c.Secret.PreviousExpiresAt = previousID.String, previousHash.String, fromNull(previousExpires)
	c.CreatedAt, c.LastUsedAt = fromMicros(created), fromNull(lastUsed)
	return c, notFound(err)
}

// ManagementCredentialByClientID returns the credential with that client id.
func (s *Store) ManagementCredentialByClientID(ctx context.Context, clientID string) (ManagementCredential, error) {
	return scanManagement(s.db.QueryRowContext(ctx, `SELECT `+managementColumns+` FROM management_credentials WHERE client_id = $1`, clientID))
}

// ManagementCredentials returns all management credentials, oldest first.
func (s *Store) ManagementCredentials(ctx context.Context) ([]ManagementCredential, error) {
	return collect(ctx, s.db, scanManagement, `SELECT `+managementColumns+` FROM management_credentials ORDER BY id`)
}

// InsertManagementCredential inserts a new management credential.
func (s *Store) InsertManagementCredential(ctx context.Context, c ManagementCredential) error {
	_, err := s.exec(ctx, `INSERT INTO management_credentials (id, name, client_id, scopes, secret_id, secret_hash, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7)`, c.ID, c.Name, c.ClientID, toJSON(c.Scopes), c.Secret.ID, c.Secret.Hash, micros(c.CreatedAt))
	return err
}

// RotateManagementCredential writes a credential's new secret.
func (s *Store) RotateManagementCredential(ctx context.Context, c ManagementCredential) error {
	previousID, previousHash, previousExpires := c.Secret.previous()
	n, err := s.exec(ctx, `UPDATE management_credentials SET secret_id = $1, secret_hash = $2,
		previous_secret_id = $3, previous_secret_hash = $4, previous_secret_expires_at = $5 WHERE id = $6`,
		c.Secret.ID, c.Secret.Hash, previousID, previousHash, previousExpires, c.ID)
	if err == nil && n == 0 {
		return ErrNotFound
	}
	return err
}

// DeleteManagementCredential deletes a credential with its tokens.
func (s *Store) DeleteManagementCredential(ctx context.Context, clientID string) error {
	n, err := s.exec(ctx, `DELETE FROM management_credentials WHERE client_id = $1`, clientID)
	if err == nil && n == 0 {
		return ErrNotFound
	}
	return err
}

// CredentialIDs returns the ids of all API credentials and management
// credentials.
func (s *Store) CredentialIDs(ctx context.Context) ([]string, error) {
	return collect(ctx, s.db, func(row interface{ Scan(...any) error }) (id string, err error) {
		err = row.Scan(&id)
		return id, err
	}, `SELECT id FROM api_credentials UNION ALL SELECT id FROM management_credentials`)
}
