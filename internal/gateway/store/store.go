// Package store is the gateway's database: SQLite by default, one file or a
// temporary one. Every statement is plain SQL with numbered parameters.
package store

import (
	"context"
	"database/sql"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	"github.com/pressly/goose/v3"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

//go:embed migrations/*.sql
var migrations embed.FS

// The errors that callers tell apart.
var (
	// ErrNotFound says that no row has that key.
	ErrNotFound = errors.New("not found")
	// ErrDuplicate says that a unique column has that value already.
	ErrDuplicate = errors.New("exists already")
	// ErrRevisionMismatch says that the row has changed since it was read.
	ErrRevisionMismatch = errors.New("the revision is another one")
)

// busyTimeout is how long a statement waits for another process's lock.
const busyTimeout = 5 * time.Second

// Store is an open database with the current schema.
type Store struct {
	db *sql.DB
}

// Open opens the database that a URL names and brings its schema up to date.
// The form is sqlite:///absolute/path or sqlite://relative/path.
func Open(ctx context.Context, databaseURL string) (*Store, error) {
	path, err := sqlitePath(databaseURL)
	if err != nil {
		return nil, err
	}
	pragmas := url.Values{"_pragma": {
		fmt.Sprintf("busy_timeout(%d)", busyTimeout.Milliseconds()),
		"journal_mode(WAL)", "synchronous(NORMAL)", "foreign_keys(1)",
	}, "_txlock": {"immediate"}}
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath()+"?"+pragmas.Encode())
	if err != nil {
		return nil, fmt.Errorf("opening the database %s: %w", path, err)
	}
	// Every SQLite connection has its own page cache; a handful serves the load.
	db.SetMaxOpenConns(4)
	db.SetMaxIdleConns(4)
	s := &Store{db: db}
	if err := s.migrate(ctx); err != nil {
		return nil, errors.Join(explain(path, err), db.Close())
	}
	return s, nil
}

func sqlitePath(databaseURL string) (string, error) {
	rest, ok := strings.CutPrefix(databaseURL, "sqlite://")
	if !ok || rest == "" {
		return "", fmt.Errorf("the database URL %q is not of the form sqlite:///path/to/file", redactURL(databaseURL))
	}
	return filepath.Clean(rest), nil
}

// redactURL keeps passwords of mistyped URLs out of errors.
func redactURL(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return "(not a URL)"
	}
	return u.Redacted()
}

func (s *Store) migrate(ctx context.Context) error {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	provider, err := goose.NewProvider(goose.DialectSQLite3, s.db, files, goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return err
	}
	current, target, err := provider.GetVersions(ctx)
	if err != nil {
		return err
	}
	if current > target {
		return fmt.Errorf("its schema is version %d, this gateway knows up to %d: run the newer personio-gateway that made it, or restore a backup", current, target)
	}
	_, err = provider.Up(ctx)
	return err
}

// explain turns the driver's words into what an operator can act on.
func explain(path string, err error) error {
	if se, ok := errors.AsType[*sqlite.Error](err); ok {
		switch se.Code() & 0xff {
		case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
			return fmt.Errorf("opening the database %s: another process has locked it for more than %s; stop that process or wait: %w", path, busyTimeout, err)
		case sqlite3.SQLITE_CANTOPEN:
			return fmt.Errorf("opening the database %s: the file cannot be opened or made; check that its folder exists and may be written: %w", path, err)
		case sqlite3.SQLITE_NOTADB:
			return fmt.Errorf("opening the database %s: the file is not an SQLite database: %w", path, err)
		}
	}
	return fmt.Errorf("opening the database %s: %w", path, err)
}

// Close closes the database.
func (s *Store) Close() error { return s.db.Close() }

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
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("committing: %w", err)
	}
	return nil
}

// exec runs a statement and maps the driver's errors to ours.
func exec(ctx context.Context, q querier, query string, args ...any) (affected int64, err error) {
	result, err := q.ExecContext(ctx, query, args...)
	if err != nil {
		se, ok := errors.AsType[*sqlite.Error](err)
		if ok && (se.Code() == sqlite3.SQLITE_CONSTRAINT_UNIQUE || se.Code() == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY) {
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
	_, err := exec(ctx, s.db, `INSERT INTO settings (name, value) VALUES ($1, $2)`, name, value)
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

// Scan implements [sql.Scanner].
func (l *list) Scan(src any) error {
	text, ok := src.(string)
	if !ok {
		return fmt.Errorf("a list column holds %T, not text", src)
	}
	return json.Unmarshal([]byte(text), (*[]string)(l))
}
