package customintegration_test

import (
	"testing"

	"github.com/personio-community/terraform-provider-personio/internal/acctest/testdb"
)

// The life of the resource is the same with a gateway on PostgreSQL.
func TestAccOnPostgreSQL(t *testing.T) {
	t.Parallel()
	testdb.SomeOnPostgreSQL(t, "^TestAcc.*_(lifecycle|basic)$")
}
