package testdb

import (
	"context"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// Dump is all that a database of [URL] holds, as bytes to search in: the files of
// SQLite with what is not yet, or no more, in a table; every row of PostgreSQL
// as text.
func Dump(t testing.TB, databaseURL string) string {
	t.Helper()
	var all strings.Builder
	if file, ok := strings.CutPrefix(databaseURL, "sqlite://"); ok {
		for _, suffix := range []string{"", "-wal", "-shm"} {
			data, err := os.ReadFile(file + suffix)
			if err != nil && (suffix == "" || !os.IsNotExist(err)) {
				t.Fatal(err)
			}
			all.Write(data)
		}
		return all.String()
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	conn, err := connect(ctx, databaseURL)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(ctx) }()
	for _, table := range texts(ctx, t, conn, "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'") {
		name := pgx.Identifier{table}.Sanitize()
		for _, row := range texts(ctx, t, conn, "SELECT r::text FROM "+name+" r") {
			all.WriteString(table + ": " + row + "\n")
		}
	}
	return all.String()
}

// texts are the rows of a query with one column.
func texts(ctx context.Context, t testing.TB, conn *pgx.Conn, query string) []string {
	t.Helper()
	rows, err := conn.Query(ctx, query)
	if err != nil {
		t.Fatal(err)
	}
	found, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	return found
}
