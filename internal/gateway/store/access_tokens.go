package store

import (
	"context"
	"database/sql"
	"errors"
	"time"
)

// AccessToken is a row of access_tokens. Exactly one of the two credential ids
// is set.
type AccessToken struct {
	Hash                   string
	APICredentialID        string
	ManagementCredentialID string
	SecretID               string
	Scopes                 []string
	CreatedAt              time.Time
	ExpiresAt              time.Time
}

// TokenHolder is whom a token belongs to, what it may do, and how long.
type TokenHolder struct {
	APICredentialID        string
	ManagementCredentialID string
	CustomIntegrationID    string
	Scopes                 []string
	AllAttributes          bool
	ReadableAttributes     []string
	WritableAttributes     []string
	ReportIDs              []string
	DocumentCategoryIDs    []string

	// enabled: credential and integration are.
	enabled bool
	// until is when the first of token, credential and secret ends.
	until time.Time
}

// Live reports whether the token is good at a time.
func (h *TokenHolder) Live(now time.Time) bool { return h.enabled && h.until.After(now) }

// InsertAccessToken stores a token, and for the first token of an integration
// that it is connected.
func (t *Tx) InsertAccessToken(ctx context.Context, a AccessToken) error {
	if _, err := exec(ctx, t.q, `INSERT INTO access_tokens
		(hash, api_credential_id, management_credential_id, secret_id, scopes, created_at, expires_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		a.Hash, orNil(a.APICredentialID), orNil(a.ManagementCredentialID), a.SecretID, toJSON(a.Scopes), micros(a.CreatedAt), micros(a.ExpiresAt)); err != nil {
		return err
	}
	_, err := exec(ctx, t.q, `UPDATE custom_integrations SET connected_at = $1
		WHERE connected_at IS NULL AND id = (SELECT custom_integration_id FROM api_credentials WHERE id = $2)`,
		micros(a.CreatedAt), a.APICredentialID)
	return err
}

func orNil(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// TokenHolder returns the holder of the token with that hash, whether or not it
// is still live. A token of a secret that was replaced is ErrNotFound.
func (s *Store) TokenHolder(ctx context.Context, hash string) (TokenHolder, error) {
	var (
		h                                   TokenHolder
		credential, management, integration sql.NullString
		all, integrationOn, credentialOn    sql.NullBool
		current, previous                   sql.NullString
		secret                              string
		tokenEnd                            int64
		credentialEnd, previousEnd          sql.NullInt64
	)
	err := s.db.QueryRowContext(ctx, `SELECT t.scopes, t.secret_id, t.expires_at, t.api_credential_id, t.management_credential_id,
		i.id, i.enabled, i.all_attributes, i.readable_attributes, i.writable_attributes, i.report_ids, i.document_category_ids,
		c.enabled, c.expires_at,
		COALESCE(m.secret_id, c.secret_id), COALESCE(m.previous_secret_id, c.previous_secret_id),
		COALESCE(m.previous_secret_expires_at, c.previous_secret_expires_at)
		FROM access_tokens t
		LEFT JOIN management_credentials m ON m.id = t.management_credential_id
		LEFT JOIN api_credentials c ON c.id = t.api_credential_id
		LEFT JOIN custom_integrations i ON i.id = c.custom_integration_id
		WHERE t.hash = $1`, hash).
		Scan((*list)(&h.Scopes), &secret, &tokenEnd, &credential, &management,
			&integration, &integrationOn, &all, (*list)(&h.ReadableAttributes), (*list)(&h.WritableAttributes),
			(*list)(&h.ReportIDs), (*list)(&h.DocumentCategoryIDs),
			&credentialOn, &credentialEnd, &current, &previous, &previousEnd)
	if err != nil {
		return TokenHolder{}, notFound(err)
	}
	h.APICredentialID, h.ManagementCredentialID, h.CustomIntegrationID = credential.String, management.String, integration.String
	h.enabled = management.Valid || integrationOn.Bool && credentialOn.Bool
	h.AllAttributes = all.Bool
	h.until = fromMicros(tokenEnd)
	end := func(at sql.NullInt64) {
		if at.Valid && fromMicros(at.Int64).Before(h.until) {
			h.until = fromMicros(at.Int64)
		}
	}
	end(credentialEnd)
	switch {
	case secret == current.String:
	case previous.Valid && secret == previous.String:
		end(previousEnd)
	default:
		return TokenHolder{}, ErrNotFound
	}
	return h, nil
}

// DeleteAccessToken ends one token; a token that does not exist is no error.
func (s *Store) DeleteAccessToken(ctx context.Context, hash string) error {
	_, err := s.exec(ctx, `DELETE FROM access_tokens WHERE hash = $1`, hash)
	return err
}

// Use is the last call by an API credential or, if Management is set, by a
// management credential.
type Use struct {
	CredentialID string
	Management   bool
	At           time.Time
}

// NoteUse writes when credentials, and the integrations of API credentials, were
// last used. An integration whose credentials need no token is connected from the
// first use on. It is no change of configuration: revisions stay.
func (s *Store) NoteUse(ctx context.Context, uses []Use) error {
	return s.Update(ctx, func(t *Tx) error {
		for _, u := range uses {
			at := micros(u.At)
			if u.Management {
				if _, err := exec(ctx, t.q, `UPDATE management_credentials SET last_used_at = $1 WHERE id = $2`, at, u.CredentialID); err != nil {
					return err
				}
				continue
			}
			if _, err := exec(ctx, t.q, `UPDATE api_credentials SET last_used_at = $1 WHERE id = $2`, at, u.CredentialID); err != nil {
				return err
			}
			if _, err := exec(ctx, t.q, `UPDATE custom_integrations SET last_used_at = $1, connected_at = COALESCE(connected_at, $1)
				WHERE id = (SELECT custom_integration_id FROM api_credentials WHERE id = $2)`, at, u.CredentialID); err != nil {
				return err
			}
		}
		return nil
	})
}

// Answer is a remembered answer to a POST.
type Answer struct {
	Caller      string
	Key         string
	RequestHash string
	ObjectID    string
	Sealed      string
	CreatedAt   time.Time
}

// Answer returns what was remembered since a time under an idempotency key.
func (s *Store) Answer(ctx context.Context, caller, key string, since time.Time) (Answer, error) {
	a := Answer{Caller: caller, Key: key}
	err := s.db.QueryRowContext(ctx, `SELECT request_hash, object_id, answer FROM idempotency_keys
		WHERE caller = $1 AND key = $2 AND created_at > $3`, caller, key, micros(since)).Scan(&a.RequestHash, &a.ObjectID, &a.Sealed)
	return a, notFound(err)
}

// RememberAnswer stores an answer; ErrDuplicate if the key has one already.
func (t *Tx) RememberAnswer(ctx context.Context, a Answer, since time.Time) error {
	if _, err := exec(ctx, t.q, `DELETE FROM idempotency_keys WHERE caller = $1 AND key = $2 AND created_at <= $3`, a.Caller, a.Key, micros(since)); err != nil {
		return err
	}
	_, err := exec(ctx, t.q, `INSERT INTO idempotency_keys (caller, key, request_hash, object_id, answer, created_at)
		VALUES ($1, $2, $3, $4, $5, $6)`, a.Caller, a.Key, a.RequestHash, a.ObjectID, a.Sealed, micros(a.CreatedAt))
	return err
}

// Sweep deletes what has no use any more: expired tokens and answers remembered
// before a time.
func (s *Store) Sweep(ctx context.Context, now, answersBefore time.Time) error {
	_, errTokens := s.exec(ctx, `DELETE FROM access_tokens WHERE expires_at <= $1`, micros(now))
	_, errAnswers := s.exec(ctx, `DELETE FROM idempotency_keys WHERE created_at <= $1`, micros(answersBefore))
	return errors.Join(errTokens, errAnswers)
}
