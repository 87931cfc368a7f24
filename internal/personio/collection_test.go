package personio

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
)

func integration(id string) gatewayapi.CustomIntegration {
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	return gatewayapi.CustomIntegration{
		ID: id, Name: "name of " + id, Scopes: []string{"personio:persons:read"}, ReadableAttributes: []string{"first_name"},
		WritableAttributes: []string{}, UnavailableScopes: []string{}, UnavailableAttributes: []string{},
		Status: gatewayapi.IntegrationPending, CreatedAt: at, UpdatedAt: at, Revision: "r1",
	}
}

// pages answers a list from objects, by cursors that are positions in it.
func pages[T any](objects func() []T) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		all := objects()
		limit, _ := strconv.Atoi(r.URL.Query().Get("limit"))
		from, _ := strconv.Atoi(strings.TrimPrefix(r.URL.Query().Get("cursor"), "cur_"))
		to := min(from+limit, len(all))
		links := map[string]any{"self": map[string]string{"href": "x"}}
		if to < len(all) {
			// Neither host nor path of a link may matter.
			links["next"] = map[string]string{"href": fmt.Sprintf("https://elsewhere.test/steal?cursor=cur_%d", to)}
		}
		writeJSON(w, 200, map[string]any{"_data": all[from:to], "_meta": map[string]any{"links": links}})
	}
}

func estate(n int) []gatewayapi.CustomIntegration {
	all := make([]gatewayapi.CustomIntegration, n)
	for i := range all {
		all[i] = integration(fmt.Sprint("id-", i))
	}
	return all
}

func fixed[T any](objects []T) func() []T { return func() []T { return objects } }

func TestWrites(t *testing.T) {
	t.Parallel()
	one := integration("one")
	answer := func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, 200, one) }
	gone := func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204) }
	f := newFake(map[string]http.HandlerFunc{
		"POST " + integrations: answer, "PATCH " + integrationOne: answer, "DELETE " + integrationOne: gone,
		"POST " + credentials: answer, "PATCH " + credentials + "/one": answer, "DELETE " + credentials + "/one": gone,
		"POST " + credentials + "/one/rotate": answer,
	})
	c := f.client(t)
	name := "new"
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Error(err)
		}
	}
	got, err := c.CustomIntegrations().Create(t.Context(), gatewayapi.CustomIntegrationCreate{Name: "a", Scopes: []string{}})
	must(err)
	if diff := cmp.Diff(one, got); diff != "" {
		t.Error(diff)
	}
	_, err = c.CustomIntegrations().Update(t.Context(), "one", "r7", gatewayapi.CustomIntegrationUpdate{Name: &name})
	must(err)
	_, err = c.CustomIntegrations().Update(t.Context(), "one", "", gatewayapi.CustomIntegrationUpdate{})
	must(err)
	must(c.CustomIntegrations().Delete(t.Context(), "one", false))
	must(c.CustomIntegrations().Delete(t.Context(), "one", true))
	_, err = c.APICredentials().Create(t.Context(), gatewayapi.APICredentialCreate{Name: "a"})
	must(err)
	_, err = c.APICredentials().Update(t.Context(), "one", "r8", gatewayapi.APICredentialUpdate{ExpiresAt: gatewayapi.Null[time.Time]()})
	must(err)
	_, err = c.APICredentials().Rotate(t.Context(), "one", "r9", gatewayapi.APICredentialRotation{RotationOverlap: "24h"})
	must(err)
	must(c.APICredentials().Delete(t.Context(), "one"))

	type sent struct{ Call, Query, Match, Body string }
	var calls []sent
	for _, r := range f.seen("") {
		calls = append(calls, sent{r.method + " " + r.path, r.query, r.header.Get("If-Match"), r.body})
		if (r.header.Get("Idempotency-Key") != "") != (r.method == "POST") {
			t.Errorf("%s %s: Idempotency-Key is %q", r.method, r.path, r.header.Get("Idempotency-Key"))
		}
	}
	want := []sent{
		{"POST " + integrations, "", "", `{"name":"a","scopes":[]}`},
		{"PATCH " + integrationOne, "", `"r7"`, `{"name":"new"}`},
		{"PATCH " + integrationOne, "", "", `{}`},
		{"DELETE " + integrationOne, "", "", ""},
		{"DELETE " + integrationOne, "force_destroy=true", "", ""},
		{"POST " + credentials, "", "", `{"custom_integration_id":"","name":"a"}`},
		{"PATCH " + credentials + "/one", "", `"r8"`, `{"expires_at":null}`},
		{"POST " + credentials + "/one/rotate", "", `"r9"`, `{"rotation_overlap":"24h"}`},
		{"DELETE " + credentials + "/one", "", "", ""},
	}
	if diff := cmp.Diff(want, calls); diff != "" {
		t.Error(diff)
	}
}

func TestIDsThatAreNone(t *testing.T) {
	t.Parallel()
	f := newFake(nil)
	c := f.client(t)
	for _, id := range []string{"", ".", ".."} {
		_, got := c.CustomIntegrations().Get(t.Context(), id)
		_, updated := c.CustomIntegrations().Update(t.Context(), id, "", gatewayapi.CustomIntegrationUpdate{})
		for _, err := range []error{got, updated, c.CustomIntegrations().Delete(t.Context(), id, true)} {
			if err == nil || IsNotFound(err) {
				t.Errorf("%q: %v", id, err)
			}
		}
	}
	wantCount(t, f, "", 0)
	// Any other text is an id, and never a path.
	f = newFake(map[string]http.HandlerFunc{"GET " + integrations: pages(fixed(estate(0)))})
	if _, err := f.client(t).CustomIntegrations().Get(t.Context(), "a/b?c#d"); err == nil {
		t.Error("no error")
	}
	if last := f.seen("")[1]; last.path != integrations+"/a/b?c#d" || last.query != "" {
		t.Errorf("called %s, query %q", last.path, last.query)
	}
}

func TestListGoesThroughAllPages(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, 1, 200, 201, 450} {
		f := newFake(map[string]http.HandlerFunc{"GET " + integrations: pages(fixed(estate(n)))})
		c := f.client(t)
		got := []gatewayapi.CustomIntegration{}
		filter := CustomIntegrationFilter{Name: "a b&c", Status: gatewayapi.IntegrationConnected}
		for object, err := range c.CustomIntegrations().List(t.Context(), filter) {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, object)
		}
		if diff := cmp.Diff(estate(n), got); diff != "" {
			t.Error(diff)
		}
		calls := f.seen("")
		if want := max(1, (n+199)/200); len(calls) != want {
			t.Errorf("%d objects: %d calls, want %d", n, len(calls), want)
		}
		for _, r := range calls {
			query, _ := url.ParseQuery(r.query)
			if query.Get("name") != "a b&c" || query.Get("status") != "CONNECTED" || query.Get("limit") != "200" || r.path != integrations {
				t.Errorf("%s?%s", r.path, r.query)
			}
		}
	}
}

func TestListStopsWithItsReader(t *testing.T) {
	t.Parallel()
	f := newFake(map[string]http.HandlerFunc{"GET " + integrations: pages(fixed(estate(1000)))})
	n := 0
	for _, err := range f.client(t).CustomIntegrations().List(t.Context(), CustomIntegrationFilter{}) {
		if err != nil {
			t.Fatal(err)
		}
		if n++; n == 201 {
			break
		}
	}
	wantCount(t, f, "", 2)
}

func TestErrorOfTheSecondPageArrives(t *testing.T) {
	t.Parallel()
	f := newFake(map[string]http.HandlerFunc{"GET " + integrations: inTurn(pages(fixed(estate(300))), status(403))})
	n, failures := 0, 0
	for _, err := range f.client(t).CustomIntegrations().List(t.Context(), CustomIntegrationFilter{}) {
		if err == nil {
			n++
			continue
		}
		failures++
		if !IsForbidden(err) {
			t.Errorf("got %v", err)
		}
	}
	if n != 200 || failures != 1 {
		t.Errorf("%d objects and %d errors", n, failures)
	}
}

func TestListByIDsIsCut(t *testing.T) {
	t.Parallel()
	var ids, asked []string
	for i := range 95 {
		ids = append(ids, fmt.Sprintf("0b5e0a52-6f3c-4f0e-9c1e-%012d", i))
	}
	f := newFake(map[string]http.HandlerFunc{"GET " + credentials: func(w http.ResponseWriter, r *http.Request) {
		pages(func() (all []gatewayapi.APICredential) {
			for _, id := range r.URL.Query()["id"] {
				all = append(all, gatewayapi.APICredential{ID: id})
			}
			return all
		})(w, r)
	}})
	for object, err := range f.client(t).APICredentials().List(t.Context(), APICredentialFilter{IDs: ids, CustomIntegrationID: "i"}) {
		if err != nil {
			t.Fatal(err)
		}
		asked = append(asked, object.ID)
	}
	if !slices.Equal(ids, asked) {
		t.Errorf("got %q", asked)
	}
	for _, r := range f.seen("") {
		if len(r.query) > 2000 || !strings.Contains(r.query, "custom_integration_id=i&") {
			t.Errorf("query %q", r.query)
		}
	}
	wantCount(t, f, "", 3)
}

func TestListThatLeadsNowhere(t *testing.T) {
	t.Parallel()
	for _, href := range []string{"https://gateway.test/x", "/x?cursor=", ":", "?cursor=c"} {
		f := newFake(map[string]http.HandlerFunc{"GET " + integrations: func(w http.ResponseWriter, _ *http.Request) {
			writeJSON(w, 200, map[string]any{"_data": estate(1), "_meta": map[string]any{"links": map[string]any{"next": map[string]string{"href": href}}}})
		}})
		var last error
		for _, err := range f.client(t).CustomIntegrations().List(t.Context(), CustomIntegrationFilter{}) {
			last = err
		}
		if last == nil || f.count("") > 2 {
			t.Errorf("%q: %v after %d calls", href, last, f.count(""))
		}
	}
}

func TestEmployeeAttributes(t *testing.T) {
	t.Parallel()
	f := newFake(map[string]http.HandlerFunc{getAttributes: attributes})
	got, err := f.client(t).EmployeeAttributes(t.Context())
	want := []EmployeeAttribute{
		{Key: "first_name", Label: "First name", Type: "standard", UniversalID: "first_name"},
		{Key: "dynamic_4711", Label: "Größe", Type: "list", Options: []string{"S", "M"}},
	}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Error(diff, err)
	}
}

func TestCreateWithoutAnswer(t *testing.T) {
	t.Parallel()
	f := newFake(map[string]http.HandlerFunc{"POST " + integrations: raw(201, "application/json", "{}")})
	if _, err := f.client(t).CustomIntegrations().Create(t.Context(), gatewayapi.CustomIntegrationCreate{}); err == nil {
		t.Error("an answer without an object was accepted")
	}
}

// TestNothingIsSentThatCannotBeWritten has a body that JSON refuses.
func TestNothingIsSentThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	f := newFake(nil)
	err := f.client(t).do(t.Context(), request{method: "POST", path: "/v2/x", body: func() {}}, nil)
	if _, ok := errors.AsType[*json.UnsupportedTypeError](err); !ok {
		t.Errorf("got %v", err)
	}
	wantCount(t, f, "", 0)
}
