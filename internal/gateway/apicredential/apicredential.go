// Package apicredential holds the gateway's API credentials: the client ids and
// secrets of custom integrations, their static tokens for recruiting, the rotation
// of both and their end.
package apicredential

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/google/uuid"

	"github.com/personio-community/terraform-provider-personio/internal/gateway/httpapi"
	"github.com/personio-community/terraform-provider-personio/internal/gateway/secretbox"
	"github.com/personio-community/terraform-provider-personio/internal/gateway/store"
	"github.com/personio-community/terraform-provider-personio/internal/gateway/upstream"
	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
)

// Service is the domain logic of API credentials.
type Service struct {
	Store       *store.Store
	Upstream    *upstream.Upstream
	Key         *secretbox.Key
	Idempotency *httpapi.Idempotency
	Now         func() time.Time
}

// requestsSince is how far back requests are counted.
const requestsSince = 24 * time.Hour

// counter is what counts requests: the store, or a transaction on it.
type counter interface {
	CountRequests(ctx context.Context, since time.Time, credentialIDs ...string) (map[string]int64, error)
}

// bodies is the contract's form of rows at a time, without the secrets. However
// many they are, their requests are counted at once.
func (s *Service) bodies(ctx context.Context, from counter, now time.Time, rows ...store.APICredential) ([]gatewayapi.APICredential, error) {
	ids := httpapi.Map(rows, func(row store.APICredential) string { return row.ID })
	requests, err := from.CountRequests(ctx, now.Add(-requestsSince), ids...)
	if err != nil {
		return nil, err
	}
	return httpapi.Map(rows, func(row store.APICredential) gatewayapi.APICredential {
		b := s.body(row, now)
		b.RequestsLast24Hours = requests[row.ID]
		return b
	}), nil
}

// one is bodies for one row and what reading it came to.
func (s *Service) one(ctx context.Context, from counter, now time.Time, row store.APICredential, err error) (gatewayapi.APICredential, error) {
	if err != nil {
		return gatewayapi.APICredential{}, err
	}
	bodies, err := s.bodies(ctx, from, now, row)
	if err != nil {
		return gatewayapi.APICredential{}, err
	}
	return bodies[0], nil
}

func (s *Service) body(c store.APICredential, now time.Time) gatewayapi.APICredential {
	b := gatewayapi.APICredential{
		ID:                  c.ID,
		CustomIntegrationID: c.CustomIntegrationID,
		Name:                c.Name,
		Kind:                gatewayapi.CredentialKind(c.Kind),
		Enabled:             c.Enabled,
		Status:              gatewayapi.CredentialActive,
		ClientID:            c.ClientID,
		SecretID:            c.Secret.ID,
		SecretCreatedAt:     c.Secret.CreatedAt,
		ExpiresAt:           c.ExpiresAt,
		CreatedAt:           c.CreatedAt,
		UpdatedAt:           c.UpdatedAt,
		LastUsedAt:          c.LastUsedAt,
		Revision:            httpapi.Revision(c.Revision),
	}
	if b.Kind == gatewayapi.KindRecruiting {
		b.ClientID = ""
		if companyID := s.Upstream.RecruitingCompanyID(); companyID != "" {
			b.CompanyID = &companyID
		}
	}
	if c.Secret.PreviousExpiresAt != nil && c.Secret.PreviousExpiresAt.After(now) {
		b.PreviousSecretExpiresAt = c.Secret.PreviousExpiresAt
	}
	switch {
	case !c.Enabled:
		b.Status = gatewayapi.CredentialDisabled
	case c.ExpiresAt != nil && !c.ExpiresAt.After(now):
		b.Status = gatewayapi.CredentialExpired
	}
	return b
}

func credentialID(c gatewayapi.APICredential) string { return c.ID }

func (s *Service) get(ctx context.Context, id string) (gatewayapi.APICredential, error) {
	row, err := s.Store.APICredential(ctx, id)
	return s.one(ctx, s.Store, s.Now(), row, err)
}

// newSecret is a fresh secret's stored form, and the secret itself if the
// gateway made it: one that the user brought is not sent back.
func (s *Service) newSecret(brought string, now time.Time) (secret store.Secret, show string) {
	secret = store.Secret{ID: uuid.NewString(), CreatedAt: now}
	if brought != "" {
		secret.Hash = s.Key.HashBrought(brought)
		return secret, ""
	}
	show = secretbox.NewSecret()
	secret.Hash = secretbox.HashGenerated(show)
	return secret, show
}

func newClientID() string { return "papi-" + uuid.NewString() }

func (s *Service) create(ctx context.Context, key string, in gatewayapi.APICredentialCreate) (gatewayapi.APICredential, error) {
	now := s.Now()
	created, err := httpapi.Do(ctx, s.Idempotency, httpapi.Post[gatewayapi.APICredential]{
		Key: key, Route: gatewayapi.PathAPICredentials, Body: in, ObjectID: credentialID,
		Check: func() error { return s.checkCreate(ctx, in, now) },
		Run: func(tx *store.Tx) (gatewayapi.APICredential, error) {
			secret, show := s.newSecret(in.ClientSecret, now)
			row := store.APICredential{
				ID:                  uuid.Must(uuid.NewV7()).String(),
				CustomIntegrationID: in.CustomIntegrationID,
				Name:                in.Name,
				Kind:                string(cmp.Or(in.Kind, gatewayapi.KindPersonnel)),
				Enabled:             in.Enabled == nil || *in.Enabled,
				ClientID:            newClientID(),
				ExpiresAt:           micros(in.ExpiresAt),
				Secret:              secret,
				CreatedAt:           now,
			}
			if in.Kind == gatewayapi.KindRecruiting {
				row.ClientID = row.ID
			}
			if err := tx.InsertAPICredential(ctx, row); err != nil {
				return gatewayapi.APICredential{}, err
			}
			stored, err := tx.APICredential(ctx, row.ID)
			b, err := s.one(ctx, tx, now, stored, err)
			b.ClientSecret = show
			return b, err
		},
	})
	return created, explainTokenTaken(err)
}

// explainTokenTaken words that another recruiting credential has the same static
// token: nothing else of a credential that a caller chooses must be unique.
func explainTokenTaken(err error) error {
	if !errors.Is(err, store.ErrDuplicate) {
		return err
	}
	var found httpapi.Findings
	found.Add(gatewayapi.KindInvalid, "/client_secret",
		"Another recruiting credential has this token. A call brings nothing else that tells whose it is, so each needs a token of its own.")
	return found.Problem()
}

// micros cuts a time to the precision of the database, in UTC.
func micros(t *time.Time) *time.Time {
	if t == nil {
		return nil
	}
	cut := t.UTC().Truncate(time.Microsecond)
	return &cut
}

func (s *Service) checkCreate(ctx context.Context, in gatewayapi.APICredentialCreate, now time.Time) error {
	var found httpapi.Findings
	if _, err := s.Store.CustomIntegration(ctx, in.CustomIntegrationID, now); err != nil {
		found.Add(gatewayapi.KindInvalid, "/custom_integration_id", "There is no custom integration with the id %s.", in.CustomIntegrationID)
	}
	if in.Kind == gatewayapi.KindRecruiting && s.Upstream.RecruitingCompanyID() == "" {
		found.Add(gatewayapi.KindUpstreamSmaller, "/kind",
			"This gateway has no upstream recruiting credential (company id and token), so it cannot issue credentials of the kind recruiting.")
	}
	checkExpiry(&found, in.ExpiresAt, now)
	return found.Problem()
}

func checkExpiry(found *httpapi.Findings, expiresAt *time.Time, now time.Time) {
	if expiresAt != nil && !expiresAt.After(now) {
		found.Add(gatewayapi.KindInvalid, "/expires_at", "%s is in the past. To cut a credential off, disable or delete it.", expiresAt.Format(time.RFC3339))
	}
}

func (s *Service) update(ctx context.Context, id, ifMatch string, in gatewayapi.APICredentialUpdate) (gatewayapi.APICredential, error) {
	now := s.Now()
	return s.change(ctx, id, ifMatch, func(row *store.APICredential) error {
		if in.Name != nil {
			row.Name = *in.Name
		}
		if in.Enabled != nil {
			row.Enabled = *in.Enabled
		}
		if !in.ExpiresAt.Set {
			return nil
		}
		row.ExpiresAt = nil
		if in.ExpiresAt.Valid {
			var found httpapi.Findings
			checkExpiry(&found, &in.ExpiresAt.Value, now)
			row.ExpiresAt = micros(&in.ExpiresAt.Value)
			return found.Problem()
		}
		return nil
	})
}

// change reads a credential, changes it and writes it back in one transaction.
func (s *Service) change(ctx context.Context, id, ifMatch string, fn func(*store.APICredential) error) (gatewayapi.APICredential, error) {
	var result gatewayapi.APICredential
	err := s.Store.Update(ctx, func(tx *store.Tx) (err error) {
		result, err = s.changeIn(ctx, tx, id, ifMatch, fn)
		return err
	})
	return result, err
}

func (s *Service) changeIn(ctx context.Context, tx *store.Tx, id, ifMatch string, fn func(*store.APICredential) error) (gatewayapi.APICredential, error) {
	now := s.Now()
	row, err := tx.APICredential(ctx, id)
	if err != nil {
		return gatewayapi.APICredential{}, err
	}
	if err := httpapi.CheckRevision(ifMatch, row.Revision); err != nil {
		return gatewayapi.APICredential{}, err
	}
	if err := fn(&row); err != nil {
		return gatewayapi.APICredential{}, err
	}
	if err := tx.UpdateAPICredential(ctx, row, now); err != nil {
		return gatewayapi.APICredential{}, err
	}
	row, err = tx.APICredential(ctx, id)
	return s.one(ctx, tx, now, row, err)
}

// rotate gives a credential a new secret, and a new client id if it is to be
// reset. The old ones stay valid together for the overlap; what was still valid
// from a rotation before ends now.
func (s *Service) rotate(ctx context.Context, key, id, ifMatch string, in gatewayapi.APICredentialRotation) (gatewayapi.APICredential, error) {
	overlap, err := rotationOverlap(in.RotationOverlap)
	if err != nil {
		return gatewayapi.APICredential{}, err
	}
	now := s.Now()
	rotated, err := httpapi.Do(ctx, s.Idempotency, httpapi.Post[gatewayapi.APICredential]{
		Key: key, Route: gatewayapi.PathAPICredentials + "/" + id + "/rotate", Body: in, ObjectID: credentialID,
		Run: func(tx *store.Tx) (gatewayapi.APICredential, error) {
			secret, show := s.newSecret(in.ClientSecret, now)
			rotated, err := s.changeIn(ctx, tx, id, ifMatch, func(row *store.APICredential) error {
				clientID := ""
				if in.ResetClientID {
					if row.Kind == string(gatewayapi.KindRecruiting) {
						return noClientID()
					}
					clientID = newClientID()
				}
				row.Rotate(secret.ID, secret.Hash, clientID, now, overlap)
				return nil
			})
			rotated.ClientSecret = show
			return rotated, err
		},
	})
	return rotated, explainTokenTaken(err)
}

func noClientID() error {
	var found httpapi.Findings
	found.Add(gatewayapi.KindInvalid, "/reset_client_id",
		"A recruiting credential has no client id to reset: its calls bring the company id and the static token. Rotate without reset_client_id for a new token.")
	return found.Problem()
}

func rotationOverlap(text string) (time.Duration, error) {
	if text == "" {
		return 0, nil
	}
	overlap, err := time.ParseDuration(text)
	if err != nil || overlap < 0 || overlap > gatewayapi.MaxRotationOverlap {
		return 0, httpapi.Problem(http.StatusUnprocessableEntity, gatewayapi.KindInvalid,
			fmt.Sprintf("%q is not a duration between 0s and %s, such as 24h or 90m.", text, gatewayapi.MaxRotationOverlap),
			map[string]string{gatewayapi.MetaPointer: "/rotation_overlap"})
	}
	return overlap, nil
}

func (s *Service) delete(ctx context.Context, id, ifMatch string) error {
	return s.Store.Update(ctx, func(tx *store.Tx) error {
		row, err := tx.APICredential(ctx, id)
		if err != nil {
			return err
		}
		if err := httpapi.CheckRevision(ifMatch, row.Revision); err != nil {
			return err
		}
		return tx.DeleteAPICredential(ctx, id)
	})
}
