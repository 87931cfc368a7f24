package store

import (
	"context"
	"database/sql"
	"time"
)

// Secret is the current secret of a credential and, while it is still valid, the
// one before. Hashes only.
type Secret struct {
	ID                string
	Hash              string
	CreatedAt         time.Time
	PreviousID        string
	PreviousHash      string
	PreviousExpiresAt *time.Time
}

// Rotated is the secret after a rotation at now: the present one stays valid for
// overlap, the one before it ends.
func (s Secret) Rotated(id, hash string, now time.Time, overlap time.Duration) Secret {
	next := Secret{ID: id, Hash: hash, CreatedAt: now}
	if overlap > 0 {
		until := now.Add(overlap)
		next.PreviousID, next.PreviousHash, next.PreviousExpiresAt = s.ID, s.Hash, &until
	}
	return next
}

// previous returns the columns of the previous secret, null if there is none.
func (s Secret) previous() (id, hash, expires any) {
	if s.PreviousExpiresAt == nil {
		return nil, nil, nil
	}
	return s.PreviousID, s.PreviousHash, micros(*s.PreviousExpiresAt)
}

// APICredential is a row of api_credentials.
type APICredential struct {
	ID                  string
	CustomIntegrationID string
	Name                string
	Kind                string
	Enabled             bool
	// ClientID is the id of the row itself for the kind recruiting.
	ClientID string
	// PreviousClientID goes with the previous secret, "" if that is ClientID too.
	PreviousClientID string
	ExpiresAt        *time.Time
	Secret           Secret
	Revision         int64
	CreatedAt        time.Time
	UpdatedAt        time.Time
	LastUsedAt       *time.Time
}

// Rotate gives the credential a new secret at now and, unless clientID is "", a
// new client id. The present ones stay valid together for overlap.
func (c *APICredential) Rotate(id, hash, clientID string, now time.Time, overlap time.Duration) {
	c.Secret = c.Secret.Rotated(id, hash, now, overlap)
	c.PreviousClientID = ""
	if clientID == "" {
		return
	}
	if overlap > 0 {
		c.PreviousClientID = c.ClientID
	}
	c.ClientID = clientID
}

// SecretOf is what opens the credential under one of its client ids. After a
// reset the new id goes with the new secret only, and the old with the old.
func (c *APICredential) SecretOf(clientID string) Secret {
	s := c.Secret
	switch {
	case c.PreviousClientID == "":
		return s
	case clientID == c.ClientID:
		return Secret{ID: s.ID, Hash: s.Hash, CreatedAt: s.CreatedAt}
	default:
		return Secret{PreviousID: s.PreviousID, PreviousHash: s.PreviousHash, PreviousExpiresAt: s.PreviousExpiresAt}
	}
}

//nolint:gosec // Names of columns, no secret.
const credentialColumns = `id, custom_integration_id, name, kind, enabled, client_id, previous_client_id, expires_at,
	secret_id, secret_hash, secret_created_at, previous_secret_id, previous_secret_hash, previous_secret_expires_at,
	revision, created_at, updated_at, last_used_at`

func scanCredential(row interface{ Scan(...any) error }) (APICredential, error) {
	var (
		c                                  APICredential
		created, updated, secretCreated    int64
		expires, previousExpires, lastUsed sql.NullInt64
		previousID, previousHash           sql.NullString
		previousClientID                   sql.NullString
	)
	err := row.Scan(&c.ID, &c.CustomIntegrationID, &c.Name, &c.Kind, &c.Enabled, &c.ClientID, &previousClientID, &expires,
		&c.Secret.ID, &c.Secret.Hash, &secretCreated, &previousID, &previousHash, &previousExpires,
		&c.Revision, &created, &updated, &lastUsed)
	c.Secret.CreatedAt, c.Secret.PreviousExpiresAt = fromMicros(secretCreated), fromNull(previousExpires)
	c.Secret.PreviousID, c.Secret.PreviousHash = previousID.String, previousHash.String
	c.PreviousClientID = previousClientID.String
	c.ExpiresAt, c.LastUsedAt, c.CreatedAt, c.UpdatedAt = fromNull(expires), fromNull(lastUsed), fromMicros(created), fromMicros(updated)
	return c, notFound(err)
}

// APICredential returns the credential with that id.
func (s *Store) APICredential(ctx context.Context, id string) (APICredential, error) {
	return apiCredential(ctx, s.db, id)
}

// APICredential returns the credential as the transaction sees it.
func (t *Tx) APICredential(ctx context.Context, id string) (APICredential, error) {
	return apiCredential(ctx, t.q, id)
}

func apiCredential(ctx context.Context, q querier, id string) (APICredential, error) {
	return scanCredential(q.QueryRowContext(ctx, `SELECT `+credentialColumns+` FROM api_credentials WHERE id = $1`, id))
}

// APICredentialByClientID returns the credential with that client id: its own, or
// the one before as long as that is valid. [APICredential.SecretOf] tells what
// goes with it.
func (s *Store) APICredentialByClientID(ctx context.Context, clientID string, now time.Time) (APICredential, error) {
	return scanCredential(s.db.QueryRowContext(ctx, `SELECT `+credentialColumns+` FROM api_credentials
		WHERE client_id = $1 OR (previous_client_id = $1 AND previous_secret_expires_at > $2)`, clientID, micros(now)))
}

// byStaticToken selects by two hashes of a token and the present time. The kind
// stands in both halves, else SQLite does not use their indexes. A token in force
// comes before one that is running out.
//
//nolint:gosec // A condition, no secret.
const byStaticToken = `WHERE (kind = 'recruiting' AND secret_hash IN ($1, $2))
	OR (kind = 'recruiting' AND previous_secret_hash IN ($1, $2) AND previous_secret_expires_at > $3)
	ORDER BY CASE WHEN secret_hash IN ($1, $2) THEN 0 ELSE 1 END LIMIT 1`

// RecruitingCredential returns the credential of the kind recruiting whose static
// token has one of two hashes; of two credentials, the one that has it now.
func (s *Store) RecruitingCredential(ctx context.Context, hash, orHash string, now time.Time) (APICredential, error) {
	return scanCredential(s.db.QueryRowContext(ctx, `SELECT `+credentialColumns+` FROM api_credentials `+byStaticToken, hash, orHash, micros(now)))
}

// APICredentials returns a page of credentials, oldest first, of one integration
// if integrationID is not empty.
func (s *Store) APICredentials(ctx context.Context, page Page, integrationID string) ([]APICredential, error) {
	where, args := page.where("id", 1)
	if integrationID != "" {
		condition, arg := Page{IDs: []string{integrationID}}.where("custom_integration_id", len(args)+1)
		where, args = append(where, condition...), append(args, arg...)
	}
	return collect(ctx, s.db, scanCredential, `SELECT `+credentialColumns+` FROM api_credentials`+page.tail(where), args...)
}

// CountAPICredentials returns how many credentials an integration has.
func (t *Tx) CountAPICredentials(ctx context.Context, integrationID string) (n int, err error) {
	err = t.q.QueryRowContext(ctx, `SELECT count(*) FROM api_credentials WHERE custom_integration_id = $1`, integrationID).Scan(&n)
	return n, err
}

// InsertAPICredential inserts a new credential and notes that its integration
// has had one. ErrDuplicate if another credential has the same static token.
func (t *Tx) InsertAPICredential(ctx context.Context, c APICredential) error {
	_, err := exec(ctx, t.q, `INSERT INTO api_credentials
		(id, custom_integration_id, name, kind, enabled, client_id, expires_at, secret_id, secret_hash, secret_created_at, revision, created_at, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 1, $10, $10)`,
		c.ID, c.CustomIntegrationID, c.Name, c.Kind, c.Enabled, c.ClientID, microsOrNil(c.ExpiresAt), c.Secret.ID, c.Secret.Hash, micros(c.CreatedAt))
	if err != nil {
		return err
	}
	_, err = exec(ctx, t.q, `UPDATE custom_integrations SET credential_issued_at = $1 WHERE id = $2 AND credential_issued_at IS NULL`,
		micros(c.CreatedAt), c.CustomIntegrationID)
	return err
}

// UpdateAPICredential writes configuration, client id and secret of a credential
// as its next revision. ErrRevisionMismatch if c.Revision is not the row's,
// ErrDuplicate if another credential has the same static token.
func (t *Tx) UpdateAPICredential(ctx context.Context, c APICredential, now time.Time) error {
	previousID, previousHash, previousExpires := c.Secret.previous()
	n, err := exec(ctx, t.q, `UPDATE api_credentials SET name = $1, enabled = $2, expires_at = $3,
		secret_id = $4, secret_hash = $5, secret_created_at = $6,
		previous_secret_id = $7, previous_secret_hash = $8, previous_secret_expires_at = $9,
		client_id = $10, previous_client_id = $11,
		revision = revision + 1, updated_at = $12
		WHERE id = $13 AND revision = $14`,
		c.Name, c.Enabled, microsOrNil(c.ExpiresAt), c.Secret.ID, c.Secret.Hash, micros(c.Secret.CreatedAt),
		previousID, previousHash, previousExpires, c.ClientID, orNil(c.PreviousClientID), micros(now), c.ID, c.Revision)
	if err == nil && n == 0 {
		return ErrRevisionMismatch
	}
	return err
}

// DeleteAPICredential deletes a credential with its tokens, and the remembered
// answers that hold its secret.
func (t *Tx) DeleteAPICredential(ctx context.Context, id string) error {
	if _, err := exec(ctx, t.q, `DELETE FROM idempotency_keys WHERE object_id = $1`, id); err != nil {
		return err
	}
	n, err := exec(ctx, t.q, `DELETE FROM api_credentials WHERE id = $1`, id)
	if err == nil && n == 0 {
		return ErrNotFound
	}
	return err
}

// DeleteAPICredentialsOfIntegration deletes every credential of an integration
// as DeleteAPICredential does.
func (t *Tx) DeleteAPICredentialsOfIntegration(ctx context.Context, integrationID string) error {
	if _, err := exec(ctx, t.q, `DELETE FROM idempotency_keys WHERE object_id IN
		(SELECT id FROM api_credentials WHERE custom_integration_id = $1)`, integrationID); err != nil {
		return err
	}
	_, err := exec(ctx, t.q, `DELETE FROM api_credentials WHERE custom_integration_id = $1`, integrationID)
	return err
}
