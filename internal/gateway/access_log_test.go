package gateway_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
)

// Every call of somebody known is written down: by whom, of what, about how many
// people, and not a value more.
func TestEveryCallIsWrittenDown(t *testing.T) {
	t.Parallel()
	e := start(t)
	i := e.integrate("Reporting", "first_name")
	c := e.credential(i.ID)
	token := e.token(c.ClientID, c.ClientSecret)
	person := e.box.Company().People()[0]
	started := e.clock.Now()
	e.call(http.MethodGet, "/v1/company/employees?limit=7", token, nil).want(http.StatusOK)
	e.clock.Advance(time.Minute)
	e.call(http.MethodGet, fmt.Sprintf("/v2/persons/%d", person.ID), token, nil).want(http.StatusOK)
	e.call(http.MethodGet, "/v2/persons?email="+url.QueryEscape(person.Email), token, nil).want(http.StatusForbidden)
	e.call(http.MethodPatch, fmt.Sprintf("/v2/persons/%d", person.ID), token, `{"first_name":"X"}`).want(http.StatusForbidden)
	e.call(http.MethodGet, "/v2/persons", "papi-nobody", nil).want(http.StatusUnauthorized)
	e.call(http.MethodGet, "/v2/persons?limit=3", e.admin, nil).want(http.StatusOK)

	read := func(query url.Values) []gatewayapi.AccessLogEntry {
		return decode[gatewayapi.List[gatewayapi.AccessLogEntry]](e.call(http.MethodGet, gatewayapi.PathAccessLog+"?"+query.Encode(), e.admin, nil).want(http.StatusOK)).Data
	}
	eventually(t, "five calls are written down", func() bool { return len(read(nil)) == 5 })
	type line struct {
		Endpoint       string
		Status, People int
	}
	var got []line
	for _, entry := range read(url.Values{"credential_id": {c.ID}}) {
		if entry.CustomIntegrationID != i.ID || entry.At.Before(started.Truncate(time.Microsecond)) {
			t.Errorf("%+v", entry)
		}
		got = append(got, line{entry.Endpoint, entry.Status, entry.People})
	}
	want := []line{
		{"GET /v1/company/employees", 200, 7}, {"GET /v2/persons/{person_id}", 200, 1}, {"GET /v2/persons", 403, 0}, {"PATCH /v2/persons/{person_id}", 403, 0},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if n := len(read(url.Values{"custom_integration_id": {i.ID}, "from": {started.Add(30 * time.Second).Format(time.RFC3339)}})); n != 3 {
		t.Errorf("%d calls after the first minute began, want 3", n)
	}
	if n := len(read(url.Values{"to": {started.Add(30 * time.Second).Format(time.RFC3339)}})); n != 1 {
		t.Errorf("%d calls before, want 1", n)
	}
	raw := string(e.call(http.MethodGet, gatewayapi.PathAccessLog, e.admin, nil).body)
	for _, secret := range []string{person.Email, url.QueryEscape(person.Email), token, fmt.Sprint(person.ID)} {
		if strings.Contains(raw, secret) {
			t.Errorf("the access log holds %q", secret)
		}
	}
	e.call(http.MethodGet, gatewayapi.PathAccessLog, token, nil).want(http.StatusForbidden)

	// It outlives what it names.
	e.call(http.MethodDelete, integrations+"/"+i.ID+"?force_destroy=true", e.admin, nil).want(http.StatusNoContent)
	if n := len(read(url.Values{"custom_integration_id": {i.ID}})); n != 4 {
		t.Errorf("%d calls are left after the integration was deleted, want 4", n)
	}
}
