// Package testdb gives each test a database of its own: a file of SQLite, or a
// database on a PostgreSQL server.
package testdb

import (
	"bytes"
	"context"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

const (
	// serverVariable names a PostgreSQL server on which databases can be made.
	serverVariable = "PERSONIO_TEST_POSTGRES_URL"
	// kindVariable is set in the process that runs a suite on PostgreSQL.
	kindVariable = "PERSONIO_TEST_DATABASE"
)

// URL returns the address of an empty database that ends with the test: SQLite,
// or PostgreSQL in a process that [OnPostgreSQL] started.
func URL(t testing.TB) string {
	t.Helper()
	if os.Getenv(kindVariable) != "postgres" {
		return "sqlite://" + filepath.Join(t.TempDir(), "gateway.db")
	}
	return PostgreSQL(t)
}

// PostgreSQL returns the address of an empty database on the server for tests;
// without one the test is skipped.
func PostgreSQL(t testing.TB) string {
	t.Helper()
	server := os.Getenv(serverVariable)
	if server == "" {
		t.Skip("SKIPPED: there is no PostgreSQL server; run the tests with make test, or name one in " + serverVariable)
	}
	name := "test_" + strings.ReplaceAll(uuid.NewString(), "-", "")
	// Copying files is three times as fast as writing a log of the copy.
	execute(t, server, "CREATE DATABASE "+name+" STRATEGY file_copy")
	t.Cleanup(func() { execute(t, server, "DROP DATABASE "+name+" WITH (FORCE)") })
	address, err := url.Parse(server)
	if err != nil {
		t.Fatalf("%s is not a URL", serverVariable)
	}
	address.Path = "/" + name
	return address.String()
}

func execute(t testing.TB, server, statement string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	conn, err := connect(ctx, server)
	if err != nil {
		t.Fatalf("connecting to the PostgreSQL server for tests: %v", err)
	}
	defer func() { _ = conn.Close(ctx) }()
	if _, err := conn.Exec(ctx, statement); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

// connect waits for a server that is still starting.
func connect(ctx context.Context, server string) (*pgx.Conn, error) {
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		conn, err := pgx.Connect(ctx, server)
		if err == nil {
			return conn, nil
		}
		select {
		case <-ctx.Done():
			return nil, err
		case <-tick.C:
		}
	}
}

// OnPostgreSQL runs the whole suite of the calling test's package once more, in
// a process of its own, with every database on PostgreSQL. Tests whose names
// match skip (a regular expression) are left out.
func OnPostgreSQL(t *testing.T, skip string) {
	t.Helper()
	var flags []string
	if skip != "" {
		flags = append(flags, "-test.skip="+skip)
	}
	again(t, flags)
}

// SomeOnPostgreSQL is OnPostgreSQL for the tests whose names match only.
func SomeOnPostgreSQL(t *testing.T, only string) {
	t.Helper()
	again(t, []string{"-test.run=" + only})
}

func again(t *testing.T, flags []string) {
	t.Helper()
	if os.Getenv(kindVariable) != "" {
		return // This is that process.
	}
	if os.Getenv(serverVariable) == "" {
		t.Skip("SKIPPED: there is no PostgreSQL server; run the tests with make test, or name one in " + serverVariable)
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0], append(flags, "-test.timeout=10m", "-test.v")...)
	cmd.Env = append(os.Environ(), kindVariable+"=postgres")
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err != nil {
		t.Errorf("the suite fails on PostgreSQL: %v\n%s", err, failures(out.String()))
	}
	if !strings.Contains(out.String(), "--- PASS") || strings.Contains(out.String(), "--- SKIP") {
		t.Errorf("tests were skipped on PostgreSQL, or there were none:\n%s", out.String())
	}
}

// failures cuts what passed from the output of go test -v.
func failures(out string) string {
	var kept []string
	for line := range strings.Lines(out) {
		trimmed := strings.TrimSpace(line)
		if !strings.HasPrefix(trimmed, "=== ") && !strings.HasPrefix(trimmed, "--- PASS") {
			kept = append(kept, line)
		}
	}
	return strings.Join(kept, "")
}
