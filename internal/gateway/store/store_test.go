package store_test

import (
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/pressly/goose/v3"

	"github.com/personio-community/terraform-provider-personio/internal/gateway/store"
)

func open(t *testing.T, path string) (*store.Store, error) {
	t.Helper()
	s, err := store.Open(t.Context(), "sqlite://"+path)
	if err == nil {
		t.Cleanup(func() { _ = s.Close() })
	}
	return s, err
}

func wantError(t *testing.T, err error, tells ...string) {
	t.Helper()
	if err == nil {
		t.Fatal("no error")
	}
	for _, text := range tells {
		if !strings.Contains(err.Error(), text) {
			t.Errorf("the error %q does not tell %q", err, text)
		}
	}
}

func TestOpenTwiceKeepsWhatIsThere(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "a b?#%.db")
	s, err := open(t, path)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.SetSetting(t.Context(), "k", "v"); err != nil {
		t.Fatal(err)
	}
	again, err := open(t, path)
	if err != nil {
		t.Fatal(err)
	}
	if v, err := again.Setting(t.Context(), "k"); err != nil || v != "v" {
		t.Errorf("setting %q, error %v", v, err)
	}
	if _, err := os.Stat(path); err != nil {
		t.Errorf("the database is not where it was asked for: %v", err)
	}
}

// The database knows hashes of secrets and who was read; its key file is refused if
// others may read it.
func TestOpenMakesAFileOfItsOwner(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if _, err := open(t, filepath.Join(dir, "gateway.db")); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) < 2 {
		t.Fatalf("%v: want the database and its journal, got %v", err, entries)
	}
	for _, entry := range entries {
		if info, err := entry.Info(); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, mode %v", entry.Name(), err, info.Mode())
		}
	}
}

func TestOpenRefusals(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	text := filepath.Join(dir, "text.db")
	if err := os.WriteFile(text, []byte(strings.Repeat("not a database ", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		url   string
		tells []string
	}{
		"no folder":       {"sqlite://" + filepath.Join(dir, "none", "x.db"), []string{"none", "folder"}},
		"not a database":  {"sqlite://" + text, []string{text, "not an SQLite database"}},
		"another scheme":  {"mysql://user:s3cret@host/db", []string{"sqlite:///"}},
		"no scheme":       {"/tmp/x.db", []string{"sqlite:///"}},
		"nothing":         {"", []string{"sqlite:///"}},
		"a scheme, alone": {"sqlite://", []string{"sqlite:///"}},
	} {
		_, err := store.Open(t.Context(), c.url)
		wantError(t, err, c.tells...)
		if strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%s: the error holds the password: %v", name, err)
		}
	}
}

func TestOpenNewerSchema(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "newer.db")
	s, err := open(t, path)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	db := raw(t, path)
	if _, err := db.ExecContext(t.Context(), `INSERT INTO goose_db_version (version_id, is_applied) VALUES (9000, 1)`); err != nil {
		t.Fatal(err)
	}
	_, err = open(t, path)
	wantError(t, err, path, "9000", "newer")
}

// An integration from before reports and document categories were rights has
// none.
func TestOpenGivesOldIntegrationsNoIDs(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "older.db")
	db := raw(t, path)
	older, err := goose.NewProvider(goose.DialectSQLite3, db, os.DirFS("migrations"), goose.WithDisableGlobalRegistry(true))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := older.UpTo(t.Context(), 3); err != nil {
		t.Fatal(err)
	}
	if _, err := db.ExecContext(t.Context(),
		`INSERT INTO custom_integrations VALUES ('one', 'Old', '', TRUE, '["documents:read"]', '[]', '[]', FALSE, 3, 1, 2, NULL, NULL, NULL)`); err != nil {
		t.Fatal(err)
	}
	s, err := open(t, path)
	if err != nil {
		t.Fatal(err)
	}
	i, err := s.CustomIntegration(t.Context(), "one", time.Now())
	if err != nil || i.Name != "Old" || i.Revision != 3 || len(i.ReportIDs) != 0 || len(i.DocumentCategoryIDs) != 0 {
		t.Errorf("%+v, error %v", i, err)
	}
}

func TestOpenLockedDatabase(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "locked.db")
	s, err := open(t, path)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	db := raw(t, path)
	db.SetMaxOpenConns(1)
	if _, err := db.ExecContext(t.Context(), `PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE`); err != nil {
		t.Fatal(err)
	}
	started := time.Now()
	_, err = open(t, path)
	wantError(t, err, path, "locked")
	if waited := time.Since(started); waited < time.Second {
		t.Errorf("gave up after %s without waiting for the lock", waited)
	}
}

// raw opens a database file as it is.
func raw(t *testing.T, path string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// A recruiting call is found by its token without a look at every credential.
func TestStaticTokensAreFoundByIndex(t *testing.T) {
	t.Parallel()
	s, err := open(t, filepath.Join(t.TempDir(), "gateway.db"))
	if err != nil {
		t.Fatal(err)
	}
	rows, err := s.SQLite().QueryContext(t.Context(), "EXPLAIN QUERY PLAN SELECT id FROM api_credentials "+store.ByStaticToken, "a", "b", 1)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	var plan strings.Builder
	for rows.Next() {
		var id, parent, unused int
		var detail string
		if err := rows.Scan(&id, &parent, &unused, &detail); err != nil {
			t.Fatal(err)
		}
		plan.WriteString(detail + "\n")
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	for _, index := range []string{"api_credentials_by_token (secret_hash=?)", "api_credentials_by_previous_token (previous_secret_hash=?)"} {
		if !strings.Contains(plan.String(), index) || strings.Contains(plan.String(), "SCAN") {
			t.Errorf("%s is not used:\n%s", index, &plan)
		}
	}
}
