// Package store is the gateway's database: SQLite by default, PostgreSQL for
// several gateways at once. Every statement is plain SQL with numbered
// parameters, which both understand.
package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
)

// The errors that callers tell apart.
var (
	// ErrNotFound says that no row has that key.
	ErrNotFound = errors.New("not found")
	// ErrDuplicate says that a unique column has that value already.
	ErrDuplicate = errors.New("exists already")
	// ErrRevisionMismatch says that the row has changed since it was read.
	ErrRevisionMismatch = errors.New("the revision is another one")
)

// Store is an open database with the current schema.
type Store struct {
	db *sql.DB
	// pool is below db on PostgreSQL, nil on SQLite.
	pool *pgxpool.Pool
	// changes counts what this process has written.
	changes atomic.Uint64
}

// Changes grows with everything that this process writes: as long as it stays
// the same, what was read is what would be read, other processes aside.
func (s *Store) Changes() uint64 { return s.changes.Load() }

// SQLite returns the database handle if the database is SQLite, else nil.
func (s *Store) SQLite() *sql.DB {
	if s.pool != nil {
		return nil
	}
	return s.db
}

// PostgreSQL returns the connection pool if the database is PostgreSQL, else nil.
func (s *Store) PostgreSQL() *pgxpool.Pool { return s.pool }

// Close closes the database.
func (s *Store) Close() error {
	err := s.db.Close()
	if s.pool != nil {
		s.pool.Close()
	}
	return err
}

// Ping reports whether the database answers.
func (s *Store) Ping(ctx context.Context) error { return s.db.PingContext(ctx) }

// querier is what *sql.DB and *sql.Tx share.
type querier interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// Tx is a transaction. Its methods are those that change more than one table, or
// whose result decides what is written next.
type Tx struct {
	q querier
}

// Update runs fn in a transaction and commits if fn returns nil.
func (s *Store) Update(ctx context.Context, fn func(*Tx) error) error {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("starting a transaction: %w", err)
	}
	if err := fn(&Tx{tx}); err != nil {
		return errors.Join(err, tx.Rollback())
	}
	err = tx.Commit()
	s.changes.Add(1)
	if err != nil {
		return fmt.Errorf("committing: %w", err)
	}
	return nil
}

// exec runs one statement outside a transaction.
func (s *Store) exec(ctx context.Context, query string, args ...any) (affected int64, err error) {
	defer s.changes.Add(1)
	return exec(ctx, s.db, query, args...)
}

// exec runs a statement and maps the driver's errors to ours.
func exec(ctx context.Context, q querier, query string, args ...any) (affected int64, err error) {
	result, err := q.ExecContext(ctx, query, args...)
	if err != nil {
		if isDuplicate(err) {
			return 0, ErrDuplicate
		}
		return 0, err
	}
	return result.RowsAffected()
}

// Setting returns a setting, ErrNotFound if it was never set.
func (s *Store) Setting(ctx context.Context, name string) (value string, err error) {
	err = s.db.QueryRowContext(ctx, `SELECT value FROM settings WHERE name = $1`, name).Scan(&value)
	return value, notFound(err)
}

// SetSetting sets a setting for the first time; ErrDuplicate if it is set.
func (s *Store) SetSetting(ctx context.Context, name, value string) error {
	_, err := s.exec(ctx, `INSERT INTO settings (name, value) VALUES ($1, $2)`, name, value)
	return err
}

func notFound(err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return ErrNotFound
	}
	return err
}

// micros is a time as a column holds it.
func micros(t time.Time) int64 { return t.UnixMicro() }

// microsOrNil is micros for a time that may be missing.
func microsOrNil(t *time.Time) any {
	if t == nil {
		return nil
	}
	return t.UnixMicro()
}

func fromMicros(us int64) time.Time { return time.UnixMicro(us).UTC() }

func fromNull(us sql.NullInt64) *time.Time {
	if !us.Valid {
		return nil
	}
	t := fromMicros(us.Int64)
	return &t
}

// toJSON is a list as a column holds it: never null.
func toJSON(list []string) string {
	if len(list) == 0 {
		return "[]"
	}
	data, _ := json.Marshal(list) // A list of strings always has a JSON form.
	return string(data)
}

// list scans a JSON array column.
type list []string

// Scan implements [sql.Scanner]. NULL, which only a join without a row gives, is
// no list.
func (l *list) Scan(src any) error {
	if src == nil {
		*l = nil
		return nil
	}
	text, ok := src.(string)
	if !ok {
		return fmt.Errorf("a list column holds %T, not text", src)
	}
	return json.Unmarshal([]byte(text), (*[]string)(l))
}
