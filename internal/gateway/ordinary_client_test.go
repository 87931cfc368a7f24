package gateway_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/personio-community/terraform-provider-personio/internal/sandbox"
)

// ordinaryClient is a client as companies have them: it knows Personio's public
// API and nothing of a gateway. All it is told is a base URL, an id and a
// secret. It follows next links wherever they lead.
type ordinaryClient struct {
	baseURL, clientID, clientSecret string
}

func (c ordinaryClient) do(ctx context.Context, method, address, token, contentType, body string, out any) error {
	req, err := http.NewRequestWithContext(ctx, method, address, strings.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("X-Personio-App-ID", "ORDINARY")
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s %s: %s", method, address, resp.Status)
	}
	if strings.Contains(address, "/v1/") && !strings.HasPrefix(resp.Header.Get("Authorization"), "Bearer papi-") {
		return fmt.Errorf("%s %s: no next token in the authorization header", method, address)
	}
	return json.NewDecoder(resp.Body).Decode(out)
}

// employees reads everybody over v1, page by page.
func (c ordinaryClient) employees(ctx context.Context) ([]object, error) {
	credentials, err := json.Marshal(map[string]string{"client_id": c.clientID, "client_secret": c.clientSecret})
	if err != nil {
		return nil, err
	}
	var auth v1Auth
	if err := c.do(ctx, http.MethodPost, c.baseURL+"/v1/auth", "", "application/json", string(credentials), &auth); err != nil {
		return nil, err
	}
	var all []object
	for offset, total := 0, 1; offset < total; {
		var page struct {
			Metadata struct {
				Total int `json:"total_elements"`
			} `json:"metadata"`
			Data []object `json:"data"`
		}
		if err := c.do(ctx, http.MethodGet, fmt.Sprintf("%s/v1/company/employees?limit=25&offset=%d", c.baseURL, offset), auth.Data.Token, "", "", &page); err != nil {
			return nil, err
		}
		all = append(all, page.Data...)
		offset, total = offset+25, page.Metadata.Total
	}
	return all, nil
}

// persons reads everybody with their employments over v2.
func (c ordinaryClient) persons(ctx context.Context) ([]object, error) {
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {c.clientID}, "client_secret": {c.clientSecret}}
	var auth v2Auth
	if err := c.do(ctx, http.MethodPost, c.baseURL+"/v2/auth/token", "", "application/x-www-form-urlencoded", form.Encode(), &auth); err != nil {
		return nil, err
	}
	persons, err := c.follow(ctx, c.baseURL+"/v2/persons?limit=25", auth.AccessToken)
	if err != nil {
		return nil, err
	}
	for _, p := range persons {
		address := p["_meta"].(object)["links"].(object)["employments"].(object)["href"].(string)
		if p["full_employments"], err = c.follow(ctx, address, auth.AccessToken); err != nil {
			return nil, err
		}
	}
	return persons, c.do(ctx, http.MethodPost, c.baseURL+"/v2/auth/revoke", "", "application/x-www-form-urlencoded", url.Values{"token": {"papi-other"}}.Encode(), &struct{}{})
}

// follow reads a list to its end.
func (c ordinaryClient) follow(ctx context.Context, address, token string) ([]object, error) {
	var all []object
	for address != "" {
		var page struct {
			Data []object `json:"_data"`
			Meta struct {
				Links struct {
					Next struct{ Href string }
				}
			} `json:"_meta"`
		}
		if err := c.do(ctx, http.MethodGet, address, token, "", "", &page); err != nil {
			return nil, err
		}
		all = append(all, page.Data...)
		address = page.Meta.Links.Next.Href
	}
	return all, nil
}

// An ordinary client reads the same people from Personio's copy, with a
// credential made there, and from the gateway, with one made by us.
func TestAnOrdinaryClientWorksUnchanged(t *testing.T) {
	t.Parallel()
	e := start(t)
	granted := []string{"first_name", "last_name", "email", "status", "supervisor", "department", "team", "office", "hire_date", "dynamic_4712"}
	direct := e.box.AddCredential(sandbox.Credential{Scopes: []string{"personio:persons:read"}, Attributes: granted})
	scoped := e.credential(e.integrate("Ordinary", granted...).ID)
	atPersonio := ordinaryClient{e.personioURL, direct.ClientID, direct.ClientSecret}
	atGateway := ordinaryClient{e.gatewayURL, scoped.ClientID, scoped.ClientSecret}
	for version, read := range map[string]func(ordinaryClient) ([]object, error){
		"v1": func(c ordinaryClient) ([]object, error) { return c.employees(t.Context()) },
		"v2": func(c ordinaryClient) ([]object, error) {
			people, err := c.persons(t.Context())
			if err != nil && strings.HasSuffix(err.Error(), "EOF") {
				err = nil // The answer to a revocation is empty.
			}
			return people, err
		},
	} {
		want, err := read(atPersonio)
		if err != nil {
			t.Fatalf("%s at Personio: %v", version, err)
		}
		e.box.ResetRequests()
		got, err := read(atGateway)
		if err != nil {
			t.Fatalf("%s at the gateway: %v", version, err)
		}
		if len(want) != e.box.Company().Len() {
			t.Errorf("%s: %d people at Personio, want %d", version, len(want), e.box.Company().Len())
		}
		sameAddress(want, e.personioURL, e.gatewayURL)
		sameAddress(got, e.personioURL, e.gatewayURL) // There is none left; it makes the types equal.
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-at Personio +at the gateway):\n%s", version, diff)
		}
		for _, r := range e.box.Requests() {
			if r.ClientID != "" && r.ClientID != e.upstream.ClientID {
				t.Errorf("%s: %s %s went around the gateway", version, r.Method, r.Path)
			}
		}
	}
}

// sameAddress replaces one address by another in all links.
func sameAddress(people []object, from, to string) {
	for n, p := range people {
		data, _ := json.Marshal(p) // It was JSON a moment ago.
		var replaced object
		_ = json.Unmarshal([]byte(strings.ReplaceAll(string(data), from, to)), &replaced)
		people[n] = replaced
	}
}
