package passthrough

import (
	"fmt"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/personio-community/terraform-provider-personio/internal/attribute"
	"github.com/personio-community/terraform-provider-personio/internal/sandbox"
)

// files are the endpoints whose answers are files, which nothing is cut from.
var files = []string{
	"GET /v1/company/employees/{employee_id}/profile-picture", "GET /v1/company/employees/{employee_id}/profile-picture/{width}",
	"GET /v2/document-management/documents/{id}/download",
}

var parameter = regexp.MustCompile(`\{[^}]*\}`)

func shapeOfPath(path string) string { return parameter.ReplaceAllString(path, "{}") }

// Every endpoint names its rights, decides what of its answer passes and how its
// body is understood, and has a counterpart in Personio's copy that asks for no
// more than it does; and every endpoint of the copy is in the table.
func TestTheTableIsComplete(t *testing.T) {
	t.Parallel()
	copied := map[string]sandbox.Endpoint{}
	for _, e := range sandbox.New(sandbox.Options{Persons: 1, Seed: 1}).Endpoints() {
		copied[e.Method+" "+shapeOfPath(e.Path)] = e
	}
	seen := map[string]bool{}
	for _, e := range endpoints() {
		name := e.Method + " " + e.Pattern
		key := e.Method + " " + shapeOfPath(e.Pattern)
		if seen[key] {
			t.Errorf("%s is there twice", name)
		}
		seen[key] = true
		checkRow(t, name, e)
		counterpart, ok := copied[key]
		if !ok {
			t.Errorf("%s: Personio's copy does not have it", name)
			continue
		}
		if counterpart.Beta != e.Beta || counterpart.Recruiting != e.Recruiting {
			t.Errorf("%s: beta %t and recruiting %t, but %t and %t at Personio's copy", name, e.Beta, e.Recruiting, counterpart.Beta, counterpart.Recruiting)
		}
		for _, scope := range counterpart.Scopes {
			if !slices.Contains(e.Scopes, scope) {
				t.Errorf("%s: Personio's copy asks for %s, the table does not", name, scope)
			}
		}
	}
	for key := range copied {
		if !seen[key] {
			t.Errorf("Personio's copy has %s, the table does not", key)
		}
	}
}

func checkRow(t *testing.T, name string, e endpoint) {
	t.Helper()
	if e.Recruiting == (len(e.Scopes) > 0) {
		t.Errorf("%s: either scopes or a recruiting credential open an endpoint, here %v", name, e.Scopes)
	}
	for _, scope := range e.Scopes {
		if official, known := attribute.CanonicalScope(scope); !known || official != scope {
			t.Errorf("%s: the scope %s is not the official one", name, scope)
		}
	}
	if e.Denied != http.StatusBadRequest && e.Denied != http.StatusUnauthorized && e.Denied != http.StatusForbidden {
		t.Errorf("%s: denied with %d", name, e.Denied)
	}
	if e.Answer.Holds == "" || (e.Answer.filter == nil) != slices.Contains(files, name) {
		t.Errorf("%s: nothing says what of its answer passes", name)
	}
	if takesBody := e.Method == http.MethodPost || e.Method == http.MethodPatch; takesBody != (e.Read != nil) {
		t.Errorf("%s: a body is read: %t", name, e.Read != nil)
	}
	writes := slices.ContainsFunc(e.Scopes, func(scope string) bool { return strings.HasSuffix(scope, ":write") })
	if !e.Recruiting && writes == (e.Method == http.MethodGet) {
		t.Errorf("%s: the scopes %v do not fit the method", name, e.Scopes)
	}
	if e.AnyQuery && e.Query != nil {
		t.Errorf("%s: a list of parameters, and all of them", name)
	}
}

// page is where the table and what is left out of it are documented.
const page = "../../../templates/guides/gateway-endpoints.md.tmpl"

// The documented table is this one.
func TestTheTableIsDocumented(t *testing.T) {
	t.Parallel()
	documented, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	var rows strings.Builder
	rows.WriteString("| Endpoint | Scope | What of employees passes |\n|---|---|---|\n")
	for _, e := range endpoints() {
		scopes := "`" + strings.Join(e.Scopes, "`, `") + "`"
		if e.Recruiting {
			scopes = "a credential of the kind `recruiting`"
		}
		beta := ""
		if e.Beta {
			beta = " (beta)"
		}
		fmt.Fprintf(&rows, "| `%s %s`%s | %s | %s |\n", e.Method, e.Pattern, beta, scopes, e.Answer.Holds)
	}
	if !strings.Contains(string(documented), rows.String()) {
		t.Errorf("%s lacks this table:\n%s", page, rows.String())
	}
}
