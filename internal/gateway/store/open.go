package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

//go:embed migrations/*.sql
var migrations embed.FS

const (
	// busyTimeout is how long a statement waits for another process's lock.
	busyTimeout = 5 * time.Second
	// connectTimeout is how long a PostgreSQL server may take to answer.
	connectTimeout = 10 * time.Second
)

// Open opens the database that a URL names and brings its schema up to date. The
// forms are sqlite:///absolute/path, sqlite://relative/path and
// postgres://user:password@host:port/database?sslmode=verify-full.
func Open(ctx context.Context, databaseURL string) (*Store, error) {
	if path, ok := strings.CutPrefix(databaseURL, "sqlite://"); ok && path != "" {
		return openSQLite(ctx, filepath.Clean(path))
	}
	if strings.HasPrefix(databaseURL, "postgres://") || strings.HasPrefix(databaseURL, "postgresql://") {
		return openPostgreSQL(ctx, databaseURL)
	}
	return nil, fmt.Errorf("the database URL %q is of neither form, sqlite:///path/to/file or postgres://host/database", redactURL(databaseURL))
}

// redactURL keeps passwords out of errors.
func redactURL(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return "(not a URL)"
	}
	return u.Redacted()
}

func openSQLite(ctx context.Context, path string) (*Store, error) {
	// SQLite would let everybody on the machine read a new file, and its journals
	// take after it. What goes wrong here goes wrong there, and is explained.
	if f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600); err == nil { //nolint:gosec // The operator names the file.
		_ = f.Close()
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
	if err := s.migrate(ctx, goose.DialectSQLite3); err != nil {
		return nil, errors.Join(explainSQLite(path, err), s.Close())
	}
	return s, nil
}

func openPostgreSQL(ctx context.Context, databaseURL string) (*Store, error) {
	name := redactURL(databaseURL)
	config, err := pgxpool.ParseConfig(databaseURL)
	if err != nil {
		// The driver's error repeats the URL, which may hold a password.
		return nil, fmt.Errorf("the database URL %s is not one that PostgreSQL understands", name)
	}
	config.ConnConfig.ConnectTimeout = connectTimeout
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("opening the database %s: %w", name, err)
	}
	s := &Store{db: stdlib.OpenDBFromPool(pool), pool: pool}
	locker, err := lock.NewPostgresSessionLocker()
	if err == nil {
		// Several gateways that start at once migrate one after the other.
		err = s.migrate(ctx, goose.DialectPostgres, goose.WithSessionLocker(locker))
	}
	if err != nil {
		return nil, errors.Join(explainPostgreSQL(name, err), s.Close())
	}
	return s, nil
}

func (s *Store) migrate(ctx context.Context, dialect goose.Dialect, options ...goose.ProviderOption) error {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	provider, err := goose.NewProvider(dialect, s.db, files, append(options, goose.WithDisableGlobalRegistry(true))...)
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

// explainSQLite turns the driver's words into what an operator can act on.
func explainSQLite(path string, err error) error {
	if IsLocked(err) {
		return fmt.Errorf("opening the database %s: another process has locked it for more than %s; stop that process or wait: %w", path, busyTimeout, err)
	}
	if se, ok := errors.AsType[*sqlite.Error](err); ok {
		switch se.Code() & 0xff {
		case sqlite3.SQLITE_CANTOPEN:
			return fmt.Errorf("opening the database %s: the file cannot be opened or made; check that its folder exists and may be written: %w", path, err)
		case sqlite3.SQLITE_NOTADB:
			return fmt.Errorf("opening the database %s: the file is not an SQLite database: %w", path, err)
		}
	}
	return fmt.Errorf("opening the database %s: %w", path, err)
}

// IsLocked reports whether an error is that another process has kept the SQLite
// database locked for longer than a statement waits. Nothing was changed then.
func IsLocked(err error) bool {
	se, ok := errors.AsType[*sqlite.Error](err)
	return ok && (se.Code()&0xff == sqlite3.SQLITE_BUSY || se.Code()&0xff == sqlite3.SQLITE_LOCKED)
}

func explainPostgreSQL(name string, err error) error {
	if _, ok := errors.AsType[*pgconn.ConnectError](err); ok {
		return fmt.Errorf("opening the database %s: the server does not let us in; check address, user, password and sslmode: %w", name, err)
	}
	return fmt.Errorf("opening the database %s: %w", name, err)
}

// isDuplicate reports whether an error is the violation of a unique column.
func isDuplicate(err error) bool {
	if se, ok := errors.AsType[*sqlite.Error](err); ok {
		return se.Code() == sqlite3.SQLITE_CONSTRAINT_UNIQUE || se.Code() == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY
	}
	pe, ok := errors.AsType[*pgconn.PgError](err)
	return ok && pe.Code == "23505" // unique_violation, PostgreSQL's appendix A.
}
