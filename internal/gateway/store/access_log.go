package store

import (
	"context"
	"fmt"
	"time"

	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
)

// AccessLogFilter selects entries; zero values select all.
type AccessLogFilter struct {
	CredentialID        string
	CustomIntegrationID string
	// From and To bound the time: from is included, to is not.
	From, To time.Time
}

// AccessLog returns a page of entries, oldest first.
func (s *Store) AccessLog(ctx context.Context, page Page, f AccessLogFilter) ([]gatewayapi.AccessLogEntry, error) {
	where, args := page.where("id", 1)
	where, args = equals(where, args, "credential_id", f.CredentialID)
	where, args = equals(where, args, "custom_integration_id", f.CustomIntegrationID)
	for _, bound := range []struct {
		operator string
		at       time.Time
	}{{">=", f.From}, {"<", f.To}} {
		if !bound.at.IsZero() {
			args = append(args, micros(bound.at))
			where = append(where, fmt.Sprintf("at %s $%d", bound.operator, len(args)))
		}
	}
	return collect(ctx, s.db, func(row interface{ Scan(...any) error }) (gatewayapi.AccessLogEntry, error) {
		var (
			e  gatewayapi.AccessLogEntry
			at int64
		)
		err := row.Scan(&e.ID, &at, &e.CredentialID, &e.CustomIntegrationID, &e.Endpoint, &e.Status, &e.People)
		e.At = fromMicros(at)
		return e, err
	}, `SELECT id, at, credential_id, custom_integration_id, endpoint, status, people FROM access_log`+page.tail(where), args...)
}

// CountRequests counts the entries of each of some credentials since a time; those
// without any are not in the result.
func (s *Store) CountRequests(ctx context.Context, since time.Time, credentialIDs ...string) (map[string]int64, error) {
	return countRequests(ctx, s.db, since, credentialIDs)
}

// CountRequests counts the entries that the transaction sees.
func (t *Tx) CountRequests(ctx context.Context, since time.Time, credentialIDs ...string) (map[string]int64, error) {
	return countRequests(ctx, t.q, since, credentialIDs)
}

func countRequests(ctx context.Context, q querier, since time.Time, credentialIDs []string) (map[string]int64, error) {
	counts := map[string]int64{}
	if len(credentialIDs) == 0 {
		return counts, nil
	}
	where, args := Page{IDs: credentialIDs}.where("credential_id", 2)
	_, err := collect(ctx, q, func(row interface{ Scan(...any) error }) (struct{}, error) {
		var (
			id string
			n  int64
		)
		err := row.Scan(&id, &n)
		counts[id] = n
		return struct{}{}, err
	}, `SELECT credential_id, count(*) FROM access_log WHERE at > $1 AND `+where[0]+` GROUP BY credential_id`, append([]any{micros(since)}, args...)...)
	return counts, err
}

// InsertAccessLog appends entries.
func (t *Tx) InsertAccessLog(ctx context.Context, entries []gatewayapi.AccessLogEntry) error {
	for _, e := range entries {
		if _, err := exec(ctx, t.q, `INSERT INTO access_log (id, at, credential_id, custom_integration_id, endpoint, status, people) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
			e.ID, micros(e.At), e.CredentialID, e.CustomIntegrationID, e.Endpoint, e.Status, e.People); err != nil {
			return err
		}
	}
	return nil
}

// DeleteAccessLog deletes the entries before a time.
func (s *Store) DeleteAccessLog(ctx context.Context, before time.Time) error {
	_, err := s.exec(ctx, `DELETE FROM access_log WHERE at < $1`, micros(before))
	return err
}
