// Command client is an ordinary Personio client: given a base URL, an id and
// a secret it reads employees over both versions of the API. It knows nothing
// of gateways and imports nothing of this module, so what works for it works
// for other clients. It prints names of attributes, never their values, and
// fails if it got more or less than it was told to expect.
//
// The id of an employee comes with every answer and is not counted.
//
// Usage: PERSONIO_CLIENT_ID=... PERSONIO_CLIENT_SECRET=... client
// -base-url URL -v1 first_name,last_name -v2 first_name,last_name.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"
)

// people is how many employees are looked at, and timeout what it may take.
const (
	people  = 10
	timeout = 20 * time.Second
)

type client struct {
	baseURL string
	id      string
	secret  string
}

func main() {
	baseURL := flag.String("base-url", "https://api.personio.de", "where the API is")
	v1 := flag.String("v1", "", "attributes to expect from /v1/company/employees, with commas")
	v2 := flag.String("v2", "", "attributes to expect from /v2/persons, with commas")
	flag.Parse()

	c := client{
		baseURL: strings.TrimRight(*baseURL, "/"),
		id:      os.Getenv("PERSONIO_CLIENT_ID"),
		secret:  os.Getenv("PERSONIO_CLIENT_SECRET"),
	}
	if err := c.run(context.Background(), os.Stdout, list(*v1), list(*v2)); err != nil {
		fmt.Fprintf(os.Stderr, "client: %v\n", err)
		os.Exit(1)
	}
}

func list(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(s, ",")
}

func (c client) run(ctx context.Context, w io.Writer, wantV1, wantV2 []string) error {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()

	employees, err := c.employeesV1(ctx)
	if err != nil {
		return fmt.Errorf("reading employees over v1: %w", err)
	}
	if err := compare(w, "GET /v1/company/employees", employees, wantV1); err != nil {
		return err
	}

	persons, err := c.personsV2(ctx)
	if err != nil {
		return fmt.Errorf("reading persons over v2: %w", err)
	}
	return compare(w, "GET /v2/persons", persons, wantV2)
}

// compare prints what the first person shows and holds every person against
// the attributes that were granted. One person may lack a value, so it takes
// all of them together to show everything that was granted.
func compare(w io.Writer, what string, got []map[string]bool, want []string) error {
	if len(got) == 0 {
		return fmt.Errorf("%s: no employees came back", what)
	}
	all := map[string]bool{}
	for _, person := range got {
		maps.Copy(all, person)
	}
	fmt.Fprintf(w, "%s: %d employees, the first shows %s\n", what, len(got), names(got[0]))

	want = slices.Sorted(slices.Values(want))
	if have := slices.Sorted(maps.Keys(all)); !slices.Equal(have, want) {
		return fmt.Errorf("%s: got the attributes %v, but %v were granted", what, have, want)
	}
	fmt.Fprintf(w, "%s: exactly the attributes that were granted\n", what)
	return nil
}

func names(set map[string]bool) string {
	return strings.Join(slices.Sorted(maps.Keys(set)), ", ")
}

// employeesV1 returns, for each employee, the keys of the attributes shown.
func (c client) employeesV1(ctx context.Context) ([]map[string]bool, error) {
	credentials, err := json.Marshal(map[string]string{"client_id": c.id, "client_secret": c.secret})
	if err != nil {
		return nil, err
	}
	var auth struct {
		Data struct {
			Token string `json:"token"`
		} `json:"data"`
	}
	if err := c.call(ctx, http.MethodPost, "/v1/auth", "", "application/json", credentials, &auth); err != nil {
		return nil, err
	}

	var page struct {
		Data []struct {
			Attributes map[string]json.RawMessage `json:"attributes"`
		} `json:"data"`
	}
	path := fmt.Sprintf("/v1/company/employees?limit=%d", people)
	if err := c.call(ctx, http.MethodGet, path, auth.Data.Token, "", nil, &page); err != nil {
		return nil, err
	}
	var out []map[string]bool
	for _, employee := range page.Data {
		out = append(out, keys(employee.Attributes, "id"))
	}
	return out, nil
}

// personsV2 returns, for each person, the fields shown; a custom attribute
// counts under its own id.
func (c client) personsV2(ctx context.Context) ([]map[string]bool, error) {
	form := url.Values{
		"grant_type":    {"client_credentials"},
		"client_id":     {c.id},
		"client_secret": {c.secret},
	}
	var auth struct {
		AccessToken string `json:"access_token"`
	}
	const formType = "application/x-www-form-urlencoded"
	if err := c.call(ctx, http.MethodPost, "/v2/auth/token", "", formType, []byte(form.Encode()), &auth); err != nil {
		return nil, err
	}

	var page struct {
		Data []map[string]json.RawMessage `json:"_data"`
	}
	path := fmt.Sprintf("/v2/persons?limit=%d", people)
	if err := c.call(ctx, http.MethodGet, path, auth.AccessToken, "", nil, &page); err != nil {
		return nil, err
	}
	var out []map[string]bool
	for _, person := range page.Data {
		// The employments are references by id, and the rest is the envelope.
		fields := keys(person, "id", "_meta", "employments", "custom_attributes")
		var custom []struct {
			ID string `json:"id"`
		}
		if raw, ok := person["custom_attributes"]; ok {
			if err := json.Unmarshal(raw, &custom); err != nil {
				return nil, fmt.Errorf("custom attributes: %w", err)
			}
		}
		for _, attribute := range custom {
			fields[attribute.ID] = true
		}
		out = append(out, fields)
	}
	return out, nil
}

// keys returns the keys of an object but for those to leave out.
func keys(object map[string]json.RawMessage, without ...string) map[string]bool {
	set := map[string]bool{}
	for key := range object {
		if !slices.Contains(without, key) {
			set[key] = true
		}
	}
	return set
}

// call makes one request and decodes a good answer into out.
func (c client) call(ctx context.Context, method, path, token, contentType string, body []byte, out any) error {
	req, err := http.NewRequestWithContext(ctx, method, c.baseURL+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Accept", "application/json")
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
	defer resp.Body.Close()

	if resp.StatusCode != http.StatusOK {
		text, _ := io.ReadAll(io.LimitReader(resp.Body, 1<<10))
		return fmt.Errorf("%s %s: %s: %s", method, path, resp.Status, strings.TrimSpace(string(text)))
	}
	if err := json.NewDecoder(resp.Body).Decode(out); err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	return nil
}
