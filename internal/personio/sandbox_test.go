package personio_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"testing"

	"github.com/personio-community/terraform-provider-personio/internal/personio"
	"github.com/personio-community/terraform-provider-personio/internal/sandbox"
)

// TestAgainstTheSandbox calls a look-alike of Personio that was written without
// this client in mind.
func TestAgainstTheSandbox(t *testing.T) {
	t.Parallel()
	box := sandbox.New(sandbox.Options{Persons: 20, Seed: 1})
	server := httptest.NewServer(box.Handler())
	t.Cleanup(server.Close)
	granted := []string{"first_name", "last_name", "department"}
	credential := box.AddCredential(sandbox.Credential{Scopes: []string{"personio:persons:read"}, Attributes: granted})
	connect := func(secret string) *personio.Client {
		c, err := personio.New(personio.Config{BaseURL: server.URL, ClientID: credential.ClientID, ClientSecret: secret})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(c.CloseIdleConnections)
		return c
	}
	c := connect(credential.ClientSecret)

	scopes, err := c.Scopes(t.Context())
	if err != nil || !slices.Contains(scopes, "personio:persons:read") {
		t.Errorf("scopes %q, %v", scopes, err)
	}
	readable := func() (keys []string) {
		t.Helper()
		attributes, err := c.EmployeeAttributes(t.Context())
		if err != nil {
			t.Error(err)
		}
		for _, a := range attributes {
			if a.Key != "id" {
				keys = append(keys, a.Key)
			}
		}
		return keys
	}
	slices.Sort(granted)
	if got := readable(); !slices.Equal(slices.Sorted(slices.Values(got)), granted) {
		t.Errorf("readable: %q", got)
	}
	// A changed credential loses its tokens; the client fetches another one.
	box.SetAttributes(credential.ClientID, []string{"email"})
	if got := readable(); !slices.Equal(got, []string{"email"}) {
		t.Errorf("readable: %q", got)
	}

	resp, err := c.Forward(t.Context(), http.MethodGet, "/v2/persons", url.Values{"limit": {"5"}}, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if body, err := io.ReadAll(resp.Body); err != nil || resp.StatusCode != http.StatusOK || len(body) == 0 {
		t.Errorf("%d, %d bytes, %v", resp.StatusCode, len(body), err)
	}

	if _, err := c.CustomIntegrations().Get(t.Context(), "x"); !personio.IsGatewayMissing(err) {
		t.Errorf("Personio has no gateway: %v", err)
	}
	if _, err := connect("papi-wrong").EmployeeAttributes(t.Context()); !personio.IsUnauthorized(err) {
		t.Errorf("a wrong secret: %v", err)
	}
}
