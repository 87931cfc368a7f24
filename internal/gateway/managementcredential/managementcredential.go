// Package managementcredential makes, rotates and revokes the credentials that
// manage the gateway. Only the personio-gateway commands do that, never the
// HTTP API: who can call the API cannot give out the right to call it.
package managementcredential

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/personio-community/terraform-provider-personio/internal/attribute"
	"github.com/personio-community/terraform-provider-personio/internal/gateway/secretbox"
	"github.com/personio-community/terraform-provider-personio/internal/gateway/store"
)

// Service makes management credentials in a database.
type Service struct {
	Store *store.Store
	Now   func() time.Time
}

// Credential is a management credential as it is told to its owner, once.
type Credential struct {
	// ID is what the access log and the metrics call it.
	ID           string   `json:"id"`
	ClientID     string   `json:"client_id"`
	ClientSecret string   `json:"client_secret,omitempty"`
	Name         string   `json:"name"`
	Scopes       []string `json:"scopes"`
	// CreatedAt and LastUsedAt are not told of a new secret.
	CreatedAt  *time.Time `json:"created_at,omitempty"`
	LastUsedAt *time.Time `json:"last_used_at,omitempty"`
}

// Create makes a credential. Scopes are those of the management API and
// Personio's, which the credential may pass through without a filter.
func (s *Service) Create(ctx context.Context, name string, scopes []string) (Credential, error) {
	if name == "" {
		return Credential{}, errors.New("a management credential needs a name")
	}
	for _, scope := range scopes {
		if _, known := attribute.CanonicalScope(scope); !known {
			return Credential{}, fmt.Errorf("there is no scope %q", scope)
		}
	}
	secret := secretbox.NewSecret()
	row := store.ManagementCredential{
		ID:        uuid.Must(uuid.NewV7()).String(),
		Name:      name,
		ClientID:  "papi-" + uuid.NewString(),
		Scopes:    scopes,
		Secret:    store.Secret{ID: uuid.NewString(), Hash: secretbox.HashGenerated(secret)},
		CreatedAt: s.Now(),
	}
	if err := s.Store.InsertManagementCredential(ctx, row); err != nil {
		return Credential{}, fmt.Errorf("storing the management credential: %w", err)
	}
	return Credential{ID: row.ID, ClientID: row.ClientID, ClientSecret: secret, Name: name, Scopes: scopes}, nil
}

// List returns all management credentials, without secrets.
func (s *Service) List(ctx context.Context) ([]Credential, error) {
	rows, err := s.Store.ManagementCredentials(ctx)
	if err != nil {
		return nil, fmt.Errorf("listing management credentials: %w", err)
	}
	list := make([]Credential, 0, len(rows))
	for _, row := range rows {
		list = append(list, Credential{ID: row.ID, ClientID: row.ClientID, Name: row.Name, Scopes: row.Scopes, CreatedAt: &row.CreatedAt, LastUsedAt: row.LastUsedAt})
	}
	return list, nil
}

// Rotate gives a credential a new secret; the old one stays valid for overlap.
func (s *Service) Rotate(ctx context.Context, clientID string, overlap time.Duration) (Credential, error) {
	row, err := s.Store.ManagementCredentialByClientID(ctx, clientID)
	if err != nil {
		return Credential{}, explain(err, clientID)
	}
	secret := secretbox.NewSecret()
	row.Secret = row.Secret.Rotated(uuid.NewString(), secretbox.HashGenerated(secret), s.Now(), overlap)
	if err := s.Store.RotateManagementCredential(ctx, row); err != nil {
		return Credential{}, explain(err, clientID)
	}
	return Credential{ID: row.ID, ClientID: clientID, ClientSecret: secret, Name: row.Name, Scopes: row.Scopes}, nil
}

// Revoke ends a credential and its tokens.
func (s *Service) Revoke(ctx context.Context, clientID string) error {
	if err := s.Store.DeleteManagementCredential(ctx, clientID); err != nil {
		return explain(err, clientID)
	}
	return nil
}

func explain(err error, clientID string) error {
	if errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("there is no management credential with the client id %s; personio-gateway management-credential list shows all", clientID)
	}
	return err
}
