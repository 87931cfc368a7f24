// Package synctarget holds the gateway's sync targets: the SCIM 2.0 service
// providers that sync rules write to.
package synctarget

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/personio-community/terraform-provider-personio/internal/gateway/httpapi"
	"github.com/personio-community/terraform-provider-personio/internal/gateway/scim"
	"github.com/personio-community/terraform-provider-personio/internal/gateway/secretbox"
	"github.com/personio-community/terraform-provider-personio/internal/gateway/store"
	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
)

// testTimeout bounds the test of a target.
const testTimeout = 30 * time.Second

// Service is the domain logic of sync targets.
type Service struct {
	Store       *store.Store
	Key         *secretbox.Key
	Idempotency *httpapi.Idempotency
	Now         func() time.Time
	Log         *slog.Logger
	// UserAgent is told to targets.
	UserAgent string
}

func body(t store.SyncTarget) gatewayapi.SyncTarget {
	return gatewayapi.SyncTarget{ID: t.ID, Name: t.Name, SCIM: t.SCIM, CreatedAt: t.CreatedAt, UpdatedAt: t.UpdatedAt, Revision: httpapi.Revision(t.Revision)}
}

func targetID(t gatewayapi.SyncTarget) string { return t.ID }

// Client makes a SCIM client for a stored target.
func (s *Service) Client(row store.SyncTarget) (*scim.Client, error) {
	secret, err := s.secret(row)
	if err != nil {
		return nil, err
	}
	config := scim.Config{
		BaseURL: row.SCIM.URL, Headers: row.SCIM.Headers, CACertPEM: row.SCIM.CACertPEM, UserAgent: s.UserAgent,
		Log: func(ctx context.Context, message string, fields map[string]any) {
			args := make([]any, 0, 2*len(fields))
			for name, value := range fields {
				args = append(args, name, value)
			}
			s.Log.DebugContext(ctx, message, args...)
		},
	}
	if o := row.SCIM.OAuth; o != nil {
		config.OAuth = &scim.OAuth{TokenURL: o.TokenURL, ClientID: o.ClientID, ClientSecret: secret, Scopes: o.Scopes}
	} else {
		config.Token = secret
	}
	return scim.New(config)
}

func (s *Service) secret(row store.SyncTarget) (string, error) {
	if row.Secret == "" {
		return "", nil
	}
	plain, err := s.Key.Open(row.Secret)
	if err != nil {
		return "", fmt.Errorf("reading the secret of the sync target %s: %w", row.ID, err)
	}
	return string(plain), nil
}

// Test asks a stored target whether it can be synced to.
func (s *Service) Test(ctx context.Context, row store.SyncTarget) (gatewayapi.SyncTargetTest, error) {
	ctx, cancel := context.WithTimeout(ctx, testTimeout)
	defer cancel()
	client, err := s.Client(row)
	if err != nil {
		return gatewayapi.SyncTargetTest{}, refused("/scim", err)
	}
	defer client.CloseIdleConnections()
	found, err := client.Test(ctx)
	if err != nil {
		return gatewayapi.SyncTargetTest{}, refused("/scim/url", fmt.Errorf("the test of the target failed: %w", err))
	}
	return gatewayapi.SyncTargetTest{Users: found.Users, PatchSupported: found.Patch, FilterSupported: found.Filter}, nil
}

func refused(pointer string, err error) error {
	return httpapi.Problem(http.StatusUnprocessableEntity, gatewayapi.KindInvalid, err.Error(), map[string]string{gatewayapi.MetaPointer: pointer})
}

func (s *Service) create(ctx context.Context, key string, in gatewayapi.SyncTargetCreate) (gatewayapi.SyncTarget, error) {
	row := store.SyncTarget{ID: uuid.Must(uuid.NewV7()).String(), Name: in.Name, SCIM: in.SCIM.SCIMTarget, CreatedAt: s.Now()}
	created, err := httpapi.Do(ctx, s.Idempotency, httpapi.Post[gatewayapi.SyncTarget]{
		Key: key, Route: gatewayapi.PathSyncTargets, Body: in, ObjectID: targetID,
		Check: func() error {
			if err := s.take(&row, in.SCIM); err != nil {
				return err
			}
			_, err := s.Test(ctx, row)
			return err
		},
		Run: func(tx *store.Tx) (gatewayapi.SyncTarget, error) {
			if err := tx.InsertSyncTarget(ctx, row); err != nil {
				return gatewayapi.SyncTarget{}, err
			}
			stored, err := tx.SyncTarget(ctx, row.ID)
			return body(stored), err
		},
	})
	return created, s.explainDuplicate(ctx, err, in.Name)
}

// take puts what was sent into a row, its secret encrypted. A secret that was
// not sent stays as it is, as long as it is of the same kind.
func (s *Service) take(row *store.SyncTarget, in gatewayapi.SCIMTargetSent) error {
	secret, pointer := in.Token, "/scim/token"
	if in.OAuth != nil {
		if in.Token != "" {
			return refused("/scim/token", errors.New("token and oauth exclude each other"))
		}
		secret, pointer = in.OAuthClientSecret, "/scim/oauth_client_secret" //nolint:gosec // A pointer, no secret.
	} else if in.OAuthClientSecret != "" {
		return refused("/scim/oauth_client_secret", errors.New("oauth_client_secret goes with oauth"))
	}
	keeps := keepsSecret(row.SCIM, in.SCIMTarget)
	row.SCIM = in.SCIMTarget
	switch {
	case secret != "":
		sealed, err := s.Key.Seal([]byte(secret))
		if err != nil {
			return err
		}
		row.Secret = sealed
	case row.Secret == "":
		return refused(pointer, errors.New("a target needs a token, or oauth with its client secret"))
	case !keeps:
		return refused(pointer, errors.New("the secret that is stored was given for another kind of authentication or another host, and is not sent there; give the secret again"))
	}
	return nil
}

// keepsSecret reports whether the stored secret may go where a change points: to
// the same host, in the same way. Otherwise who may change a target could have
// its secret sent to a host of his own.
func keepsSecret(before, after gatewayapi.SCIMTarget) bool {
	if (before.OAuth == nil) != (after.OAuth == nil) {
		return false
	}
	if before.OAuth != nil {
		return sameHost(before.OAuth.TokenURL, after.OAuth.TokenURL) && sameHost(before.URL, after.URL)
	}
	return sameHost(before.URL, after.URL)
}

func sameHost(a, b string) bool {
	left, errLeft := url.Parse(a)
	right, errRight := url.Parse(b)
	return errLeft == nil && errRight == nil && left.Scheme == right.Scheme && strings.EqualFold(left.Host, right.Host)
}

func (s *Service) explainDuplicate(ctx context.Context, err error, name string) error {
	if !errors.Is(err, store.ErrDuplicate) {
		return err
	}
	id, _ := s.Store.SyncTargetIDByName(ctx, name) // Best effort: the conflict stands without it.
	return httpapi.NameTaken("sync target", id)
}

func (s *Service) update(ctx context.Context, id, ifMatch string, in gatewayapi.SyncTargetUpdate) (gatewayapi.SyncTarget, error) {
	row, err := s.Store.SyncTarget(ctx, id)
	if err != nil {
		return gatewayapi.SyncTarget{}, err
	}
	if err := httpapi.CheckRevision(ifMatch, row.Revision); err != nil {
		return gatewayapi.SyncTarget{}, err
	}
	before := row
	if in.Name != nil {
		row.Name = *in.Name
	}
	if in.SCIM != nil {
		if err := s.take(&row, *in.SCIM); err != nil {
			return gatewayapi.SyncTarget{}, err
		}
	}
	if !reflect.DeepEqual(before.SCIM, row.SCIM) || before.Secret != row.Secret {
		if _, err := s.Test(ctx, row); err != nil {
			return gatewayapi.SyncTarget{}, err
		}
	}
	var stored store.SyncTarget
	err = s.Store.Update(ctx, func(tx *store.Tx) error {
		if err := tx.UpdateSyncTarget(ctx, row, s.Now()); err != nil {
			return err
		}
		stored, err = tx.SyncTarget(ctx, id)
		return err
	})
	return body(stored), s.explainDuplicate(ctx, err, row.Name)
}

func (s *Service) delete(ctx context.Context, id, ifMatch string) error {
	return s.Store.Update(ctx, func(tx *store.Tx) error {
		row, err := tx.SyncTarget(ctx, id)
		if err != nil {
			return err
		}
		if err := httpapi.CheckRevision(ifMatch, row.Revision); err != nil {
			return err
		}
		n, err := tx.CountSyncRulesOfTarget(ctx, id)
		if err != nil {
			return err
		}
		if n > 0 {
			return httpapi.Problem(http.StatusConflict, gatewayapi.KindInUse, fmt.Sprintf("%d sync rule(s) still write to this target. Delete them or point them elsewhere first.", n), nil)
		}
		return tx.DeleteSyncTarget(ctx, id)
	})
}
