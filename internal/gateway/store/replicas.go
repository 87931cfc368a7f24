package store

import (
	"context"
	"time"
)

// NoteReplica notes that a gateway runs, forgets those not seen since a time, and
// returns how many run, at least 1.
func (s *Store) NoteReplica(ctx context.Context, id string, now, since time.Time) (running int, err error) {
	err = s.Update(ctx, func(tx *Tx) error {
		if _, err := exec(ctx, tx.q, `DELETE FROM replicas WHERE seen_at < $1 OR id = $2`, micros(since), id); err != nil {
			return err
		}
		if _, err := exec(ctx, tx.q, `INSERT INTO replicas (id, seen_at) VALUES ($1, $2)`, id, micros(now)); err != nil {
			return err
		}
		return tx.q.QueryRowContext(ctx, `SELECT COUNT(*) FROM replicas`).Scan(&running)
	})
	return running, err
}

// ForgetReplica notes that a gateway no longer runs.
func (s *Store) ForgetReplica(ctx context.Context, id string) error {
	_, err := s.exec(ctx, `DELETE FROM replicas WHERE id = $1`, id)
	return err
}
