package httpapi

import (
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	_ "modernc.org/sqlite" // The driver that the store uses.

	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
)

// A lock is told as what goes away, so that clients repeat the call.
func TestFailTellsALock(t *testing.T) {
	t.Parallel()
	url := "file:" + filepath.Join(t.TempDir(), "gateway.db") + "?_txlock=immediate"
	var databases [2]*sql.DB
	for n := range databases {
		db, err := sql.Open("sqlite", url)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = db.Close() })
		databases[n] = db
	}
	tx, err := databases[0].BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback() //nolint:errcheck // It only holds the lock.
	_, locked := databases[1].BeginTx(t.Context(), nil)
	if locked == nil {
		t.Fatal("the database is not locked")
	}
	a := &API{log: slog.New(slog.DiscardHandler)}
	var p *gatewayapi.Problem
	if err := a.Fail(t.Context(), fmt.Errorf("starting a transaction: %w", locked), "custom integration", ""); !errors.As(err, &p) {
		t.Fatalf("%T is no problem: %v", err, err)
	}
	if p.Status != http.StatusServiceUnavailable || !strings.Contains(p.Errors[0].Detail, "locked") {
		t.Errorf("%d: %+v", p.Status, p.Errors)
	}
}
