// Package customintegration holds the gateway's custom integrations: the named
// sets of rights that API credentials have.
package customintegration

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/personio-community/terraform-provider-personio/internal/gateway/httpapi"
	"github.com/personio-community/terraform-provider-personio/internal/gateway/store"
	"github.com/personio-community/terraform-provider-personio/internal/gateway/upstream"
	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
)

// Service is the domain logic of custom integrations.
type Service struct {
	Store       *store.Store
	Upstream    *upstream.Upstream
	Idempotency *httpapi.Idempotency
	Now         func() time.Time
	Log         *slog.Logger
}

// body is the contract's form of a row.
func body(i store.CustomIntegration) gatewayapi.CustomIntegration {
	return gatewayapi.CustomIntegration{
		ID:                    i.ID,
		Name:                  i.Name,
		Description:           i.Description,
		Enabled:               i.Enabled,
		Scopes:                orEmpty(i.Scopes),
		ReadableAttributes:    orEmpty(i.ReadableAttributes),
		WritableAttributes:    orEmpty(i.WritableAttributes),
		AllAttributes:         i.AllAttributes,
		ReportIDs:             orEmpty(i.ReportIDs),
		DocumentCategoryIDs:   orEmpty(i.DocumentCategoryIDs),
		Status:                gatewayapi.IntegrationStatus(i.Status),
		CreatedAt:             i.CreatedAt,
		UpdatedAt:             i.UpdatedAt,
		LastUsedAt:            i.LastUsedAt,
		Revision:              httpapi.Revision(i.Revision),
		UnavailableScopes:     []string{},
		UnavailableAttributes: []string{},
	}
}

func orEmpty(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}

// bodies is body for each row, with what the upstream credential lacks now. An
// upstream that cannot be asked is no reason to fail a read.
func (s *Service) bodies(ctx context.Context, rows ...store.CustomIntegration) []gatewayapi.CustomIntegration {
	rights, err := s.Upstream.Rights(ctx)
	if err != nil {
		s.Log.WarnContext(ctx, "the upstream credential's rights are not known", "error", err)
	}
	result := make([]gatewayapi.CustomIntegration, 0, len(rows))
	for _, row := range rows {
		b := body(row)
		if err == nil {
			scopes, attributes := rights.Missing(row.Scopes, row.ReadableAttributes)
			b.UnavailableScopes, b.UnavailableAttributes = orEmpty(scopes), orEmpty(attributes)
		}
		result = append(result, b)
	}
	return result
}

func (s *Service) get(ctx context.Context, id string) (gatewayapi.CustomIntegration, error) {
	row, err := s.Store.CustomIntegration(ctx, id, s.Now())
	if err != nil {
		return gatewayapi.CustomIntegration{}, err
	}
	return s.bodies(ctx, row)[0], nil
}

func (s *Service) create(ctx context.Context, key string, in gatewayapi.CustomIntegrationCreate) (gatewayapi.CustomIntegration, error) {
	row := store.CustomIntegration{
		ID:                  uuid.Must(uuid.NewV7()).String(),
		Name:                in.Name,
		Description:         in.Description,
		Enabled:             in.Enabled == nil || *in.Enabled,
		Scopes:              in.Scopes,
		ReadableAttributes:  in.ReadableAttributes,
		WritableAttributes:  in.WritableAttributes,
		AllAttributes:       in.AllAttributes,
		ReportIDs:           in.ReportIDs,
		DocumentCategoryIDs: in.DocumentCategoryIDs,
		CreatedAt:           s.Now(),
	}
	created, err := httpapi.Do(ctx, s.Idempotency, httpapi.Post[gatewayapi.CustomIntegration]{
		Key: key, Route: gatewayapi.PathCustomIntegrations, Body: in,
		Check: func() error { return s.check(ctx, store.CustomIntegration{}, row) },
		Run: func(tx *store.Tx) (gatewayapi.CustomIntegration, error) {
			if err := tx.InsertCustomIntegration(ctx, row); err != nil {
				return gatewayapi.CustomIntegration{}, err
			}
			stored, err := tx.CustomIntegration(ctx, row.ID, s.Now())
			return body(stored), err
		},
		ObjectID: func(i gatewayapi.CustomIntegration) string { return i.ID },
	})
	return created, s.explainDuplicate(ctx, err, in.Name)
}

// explainDuplicate names the integration that has the name already.
func (s *Service) explainDuplicate(ctx context.Context, err error, name string) error {
	if !errors.Is(err, store.ErrDuplicate) {
		return err
	}
	id, _ := s.Store.CustomIntegrationIDByName(ctx, name) // Best effort: the conflict stands without it.
	return httpapi.NameTaken(object, id)
}

func (s *Service) update(ctx context.Context, id, ifMatch string, in gatewayapi.CustomIntegrationUpdate) (gatewayapi.CustomIntegration, error) {
	before, err := s.Store.CustomIntegration(ctx, id, s.Now())
	if err != nil {
		return gatewayapi.CustomIntegration{}, err
	}
	if err := httpapi.CheckRevision(ifMatch, before.Revision); err != nil {
		return gatewayapi.CustomIntegration{}, err
	}
	after := patched(before, in)
	if unchanged(before, after) {
		return s.bodies(ctx, before)[0], nil
	}
	if err := s.check(ctx, before, after); err != nil {
		return gatewayapi.CustomIntegration{}, err
	}
	err = s.Store.Update(ctx, func(tx *store.Tx) error {
		// The row's revision is compared again here: the check above asked
		// Personio, which takes its time.
		if err := tx.UpdateCustomIntegration(ctx, after, s.Now()); err != nil {
			return err
		}
		if rightsChanged(before, after) {
			// As in Personio, a change of rights ends the tokens that were issued
			// under the old ones.
			return tx.DeleteTokensOfIntegration(ctx, id)
		}
		return nil
	})
	if err != nil {
		return gatewayapi.CustomIntegration{}, s.explainDuplicate(ctx, err, after.Name)
	}
	return s.get(ctx, id)
}

func patched(row store.CustomIntegration, in gatewayapi.CustomIntegrationUpdate) store.CustomIntegration {
	set(&row.Name, in.Name)
	set(&row.Description, in.Description)
	set(&row.Enabled, in.Enabled)
	set(&row.Scopes, in.Scopes)
	set(&row.ReadableAttributes, in.ReadableAttributes)
	set(&row.WritableAttributes, in.WritableAttributes)
	set(&row.AllAttributes, in.AllAttributes)
	set(&row.ReportIDs, in.ReportIDs)
	set(&row.DocumentCategoryIDs, in.DocumentCategoryIDs)
	return row
}

func set[T any](target *T, value *T) {
	if value != nil {
		*target = *value
	}
}

func unchanged(a, b store.CustomIntegration) bool {
	return a.Name == b.Name && a.Description == b.Description && a.Enabled == b.Enabled && !rightsChanged(a, b)
}

func rightsChanged(a, b store.CustomIntegration) bool {
	return a.AllAttributes != b.AllAttributes || !slices.Equal(a.Scopes, b.Scopes) ||
		!slices.Equal(a.ReadableAttributes, b.ReadableAttributes) || !slices.Equal(a.WritableAttributes, b.WritableAttributes) ||
		!slices.Equal(a.ReportIDs, b.ReportIDs) || !slices.Equal(a.DocumentCategoryIDs, b.DocumentCategoryIDs)
}

func (s *Service) delete(ctx context.Context, id, ifMatch string, force bool) error {
	return s.Store.Update(ctx, func(tx *store.Tx) error {
		row, err := tx.CustomIntegration(ctx, id, s.Now())
		if err != nil {
			return err
		}
		if err := httpapi.CheckRevision(ifMatch, row.Revision); err != nil {
			return err
		}
		rules, err := tx.CountSyncRulesOfIntegration(ctx, id)
		if err != nil {
			return err
		}
		credentials, err := tx.CountAPICredentials(ctx, id)
		if err != nil {
			return err
		}
		if rules > 0 || credentials > 0 && !force {
			return inUse(rules, credentials)
		}
		if err := tx.DeleteAPICredentialsOfIntegration(ctx, id); err != nil {
			return err
		}
		return tx.DeleteCustomIntegration(ctx, id)
	})
}
