package gateway_test

import (
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/personio-community/terraform-provider-personio/internal/gateway/store"
	"github.com/personio-community/terraform-provider-personio/internal/gateway/token"
	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
)

// opened makes an integration that lists reports and document categories.
func (e *env) opened(reports, categories []string) gatewayapi.CustomIntegration {
	e.t.Helper()
	return decode[gatewayapi.CustomIntegration](e.call(http.MethodPost, integrations, e.admin, gatewayapi.CustomIntegrationCreate{
		Name: "Archive", Scopes: []string{"personio:persons:read", "reports.custom:read", "documents:read"}, AllAttributes: true,
		ReportIDs: reports, DocumentCategoryIDs: categories,
	}).want(http.StatusCreated))
}

// Every list is a right: a change of one ends the tokens, and what changes
// nothing leaves them.
func TestChangedIDsEndTokens(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change string
		ends   bool
	}{
		"a report more":        {`{"report_ids":["7","8"]}`, true},
		"no report":            {`{"report_ids":[]}`, true},
		"another category":     {`{"document_category_ids":["2102"]}`, true},
		"the same lists again": {`{"report_ids":["7"],"document_category_ids":["2101"]}`, false},
		"another description":  {`{"description":"x"}`, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := start(t)
			i := e.opened([]string{"7"}, []string{"2101"})
			credential := e.credential(i.ID)
			bearer := e.token(credential.ClientID, credential.ClientSecret)
			e.call(http.MethodGet, employees, bearer, nil).want(http.StatusOK)
			e.call(http.MethodPatch, integrations+"/"+i.ID, e.admin, c.change).want(http.StatusOK)
			want := http.StatusOK
			if c.ends {
				want = http.StatusUnauthorized
			}
			e.call(http.MethodGet, employees, bearer, nil).want(want)
		})
	}
}

// A scope and the list that needs it go together, or not at all.
func TestScopeAndItsListGoTogether(t *testing.T) {
	t.Parallel()
	e := start(t)
	i := e.opened([]string{"7"}, []string{"2101"})
	path := integrations + "/" + i.ID
	for body, pointer := range map[string]string{
		`{"scopes":["personio:persons:read","documents:read"]}`:                                      "/report_ids",
		`{"scopes":["personio:persons:read","reports.custom:read"]}`:                                 "/document_category_ids",
		`{"scopes":["reports.custom:read"],"all_attributes":false,"document_category_ids":["2102"]}`: "/document_category_ids",
	} {
		p := e.call(http.MethodPatch, path, e.admin, body).want(http.StatusUnprocessableEntity).problem()
		if p.Kind() != gatewayapi.KindInvalid || p.Meta[gatewayapi.MetaPointer] != pointer {
			t.Errorf("%s: kind %q at %q, want %q", body, p.Kind(), p.Meta[gatewayapi.MetaPointer], pointer)
		}
	}
	if diff := cmp.Diff(i, decode[gatewayapi.CustomIntegration](e.call(http.MethodGet, path, e.admin, nil).want(http.StatusOK))); diff != "" {
		t.Errorf("a refused change left something (-before +after):\n%s", diff)
	}
	e.call(http.MethodPatch, path, e.admin, `{"scopes":["personio:persons:read","documents:write"],"report_ids":[]}`).want(http.StatusOK)
}

// A token's principal may read the listed reports and use the listed categories,
// and no other, even with all_attributes; a management credential may all.
func TestPrincipalOfReportsAndCategories(t *testing.T) {
	t.Parallel()
	e := start(t)
	credential := e.credential(e.opened([]string{"7", "eea50309"}, []string{"2101"}).ID)
	bearer := e.token(credential.ClientID, credential.ClientSecret)
	db, err := store.Open(t.Context(), e.database)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	tokens := token.New(db, e.key, e.clock.Now)
	t.Cleanup(func() { _ = tokens.Close() })
	for name, c := range map[string]struct {
		bearer              string
		reports, categories map[string]bool
	}{
		"listed":     {bearer, map[string]bool{"7": true, "eea50309": true, "": false, "8": false, "2101": false}, map[string]bool{"2101": true, "": false, "2102": false, "7": false}},
		"none":       {e.scoped("email"), map[string]bool{"7": false, "": false}, map[string]bool{"2101": false, "": false}},
		"management": {e.admin, map[string]bool{"7": true}, map[string]bool{"2102": true}},
	} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, e.gatewayURL, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+c.bearer)
		p, err := tokens.Authenticate(r)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for id, want := range c.reports {
			if got := p.MayReadReport(id); got != want {
				t.Errorf("%s: report %q: %t", name, id, got)
			}
		}
		for id, want := range c.categories {
			if got := p.MayUseDocumentCategory(id); got != want {
				t.Errorf("%s: category %q: %t", name, id, got)
			}
		}
	}
}
