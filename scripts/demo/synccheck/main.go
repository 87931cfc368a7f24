// Command synccheck looks at both sides of the sync in examples/complete: at
// Personio's copy it reads everybody and works out, in plain Go, which accounts,
// groups and members there must be; at the SCIM target it reads which there are.
// It fails if they differ in anything. It knows nothing of gateways and imports
// nothing of this module.
//
// With -promote it gives somebody who is synced another job title instead, as HR
// would.
//
// Usage: synccheck [-promote], with what the sandbox writes into its environment
// file in the environment.
package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"reflect"
	"slices"
	"strings"
	"time"
)

// timeout bounds everything.
const timeout = 30 * time.Second

func main() {
	promote := flag.Bool("promote", false, "give somebody who is synced another job title, and compare nothing")
	flag.Parse()
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	err := run(ctx, os.Stdout, os.Getenv, *promote)
	cancel()
	if err != nil {
		fmt.Fprintf(os.Stderr, "synccheck: %v\n", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, w io.Writer, getenv func(string) string, promote bool) error {
	personio := api{baseURL: getenv("SANDBOX_PERSONIO_URL")}
	if err := personio.signIn(ctx, getenv("SANDBOX_PERSONIO_CLIENT_ID"), getenv("SANDBOX_PERSONIO_CLIENT_SECRET")); err != nil {
		return err
	}
	people, err := personio.employees(ctx)
	if err != nil {
		return err
	}
	if promote {
		return personio.promote(ctx, w, people)
	}
	want := expect(people)
	got, err := api{baseURL: getenv("TF_VAR_scim_url"), token: getenv("TF_VAR_scim_token")}.target(ctx)
	if err != nil {
		return err
	}
	if err := compare("accounts", want.accounts, got.accounts); err != nil {
		return err
	}
	if err := compare("groups", want.groups, got.groups); err != nil {
		return err
	}
	fmt.Fprintf(w, "%d employees, %d accounts and %d groups: exactly those that filter and mappings select\n", len(people), len(got.accounts), len(got.groups))
	return nil
}

// employee is what the rule looks at.
type employee struct {
	id                                   int
	first, last, email, status, kind     string
	position, department, supervisorName string
}

// account is an account as far as the rule writes it; the key is the userName.
type account struct {
	First, Last, Title, Language string
	Active                       bool
}

// state is the accounts by userName, and the members of groups by name.
type state struct {
	accounts map[string]account
	groups   map[string][]string
}

// expect works out what the rule of examples/complete asks for.
func expect(people []employee) state {
	s := state{map[string]account{}, map[string][]string{}}
	for _, p := range people {
		if p.kind != "internal" || p.email == "" || !slices.Contains([]string{"active", "onboarding", "leave"}, p.status) {
			continue
		}
		s.accounts[p.email] = account{p.first, p.last, p.position, "de", true}
		if p.department != "" {
			s.join("Abteilung "+p.department, p.email)
		}
		if p.supervisorName != "" {
			s.join(p.supervisorName+"s Team", p.email)
		}
	}
	return s
}

// join adds a member to a group, once: two supervisors of one name share a team.
func (s state) join(group, member string) {
	if !slices.Contains(s.groups[group], member) {
		s.groups[group] = append(s.groups[group], member)
	}
	slices.Sort(s.groups[group])
}

// compare tells the first differences of two maps.
func compare[T any](what string, want, got map[string]T) error {
	var differences []string
	for key := range want {
		if g, ok := got[key]; !ok {
			differences = append(differences, "missing: "+key)
		} else if !reflect.DeepEqual(want[key], g) {
			differences = append(differences, fmt.Sprintf("%s: want %v, got %v", key, want[key], g))
		}
	}
	for key := range got {
		if _, ok := want[key]; !ok {
			differences = append(differences, "not wanted: "+key)
		}
	}
	if len(differences) == 0 {
		return nil
	}
	slices.Sort(differences)
	return fmt.Errorf("%d %s differ, the first are:\n%s", len(differences), what, strings.Join(differences[:min(5, len(differences))], "\n"))
}

// api is one of the two sides.
type api struct{ baseURL, token string }

func (a api) call(ctx context.Context, method, path string, body, out any) error {
	var reader io.Reader
	if body != nil {
		data, err := json.Marshal(body)
		if err != nil {
			return err
		}
		reader = bytes.NewReader(data)
	}
	req, err := http.NewRequestWithContext(ctx, method, a.baseURL+path, reader)
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	if a.token != "" {
		req.Header.Set("Authorization", "Bearer "+a.token)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s %s: %s: %s", method, path, resp.Status, data)
	}
	return json.Unmarshal(data, out)
}

func (a *api) signIn(ctx context.Context, id, secret string) error {
	var answer struct {
		Data struct {
			Token string `json:"token"`
		} `json:"data"`
	}
	if err := a.call(ctx, http.MethodPost, "/v1/auth", map[string]string{"client_id": id, "client_secret": secret}, &answer); err != nil {
		return err
	}
	a.token = answer.Data.Token
	return nil
}

// employees reads everybody.
func (a api) employees(ctx context.Context) ([]employee, error) {
	var all []employee
	for {
		var page struct {
			Metadata struct {
				Total int `json:"total_elements"`
			} `json:"metadata"`
			Data []struct {
				Attributes map[string]struct {
					Value any `json:"value"`
				} `json:"attributes"`
			} `json:"data"`
		}
		if err := a.call(ctx, http.MethodGet, fmt.Sprintf("/v1/company/employees?limit=100&offset=%d", len(all)), nil, &page); err != nil {
			return nil, err
		}
		for _, e := range page.Data {
			text := func(key string) string { s, _ := e.Attributes[key].Value.(string); return s }
			id, _ := e.Attributes["id"].Value.(float64)
			boss := inner(e.Attributes["supervisor"].Value)
			p := employee{
				id: int(id), first: text("first_name"), last: text("last_name"), email: text("email"), status: text("status"),
				kind: text("employment_type"), position: text("position"),
			}
			p.department, _ = inner(e.Attributes["department"].Value)["name"].(string)
			if first, last := value(boss["first_name"]), value(boss["last_name"]); first != "" && last != "" {
				p.supervisorName = first + " " + last
			}
			all = append(all, p)
		}
		if len(all) >= page.Metadata.Total || len(page.Data) == 0 {
			return all, nil
		}
	}
}

// inner is the attributes of an object in version 1 of the API.
func inner(object any) map[string]any {
	o, _ := object.(map[string]any)
	attributes, _ := o["attributes"].(map[string]any)
	return attributes
}

// value is the value of an attribute of a nested employee.
func value(attribute any) string {
	a, _ := attribute.(map[string]any)
	text, _ := a["value"].(string)
	return text
}

// promote changes the title of the first person who is synced.
func (a api) promote(ctx context.Context, w io.Writer, people []employee) error {
	synced := expect(people).accounts
	n := slices.IndexFunc(people, func(p employee) bool { _, ok := synced[p.email]; return ok })
	if n < 0 {
		return fmt.Errorf("none of %d people is synced", len(people))
	}
	var answer map[string]any
	body := map[string]any{"employee": map[string]any{"position": "Head of " + cmp.Or(people[n].position, "Everything")}}
	if err := a.call(ctx, http.MethodPatch, fmt.Sprintf("/v1/company/employees/%d", people[n].id), body, &answer); err != nil {
		return err
	}
	fmt.Fprintf(w, "employee %d has another job title now\n", people[n].id)
	return nil
}

// target reads all accounts and groups, 100 at a time.
func (a api) target(ctx context.Context) (state, error) {
	s := state{map[string]account{}, map[string][]string{}}
	names := map[string]string{}
	users, err := a.list(ctx, "/Users")
	if err != nil {
		return s, err
	}
	for _, u := range users {
		text := func(o map[string]any, key string) string { t, _ := o[key].(string); return t }
		name, _ := u["name"].(map[string]any)
		active, _ := u["active"].(bool)
		names[text(u, "id")] = text(u, "userName")
		s.accounts[text(u, "userName")] = account{text(name, "givenName"), text(name, "familyName"), text(u, "title"), text(u, "preferredLanguage"), active}
	}
	groups, err := a.list(ctx, "/Groups")
	if err != nil {
		return s, err
	}
	for _, g := range groups {
		group, _ := g["displayName"].(string)
		members, _ := g["members"].([]any)
		for _, m := range members {
			member, _ := m.(map[string]any)
			id, _ := member["value"].(string)
			s.join(group, names[id])
		}
	}
	return s, nil
}

func (a api) list(ctx context.Context, path string) ([]map[string]any, error) {
	var all []map[string]any
	for {
		var page struct {
			Total     int              `json:"totalResults"`
			Resources []map[string]any `json:"Resources"`
		}
		if err := a.call(ctx, http.MethodGet, fmt.Sprintf("%s?count=100&startIndex=%d", path, len(all)+1), nil, &page); err != nil {
			return nil, err
		}
		all = append(all, page.Resources...)
		if len(all) >= page.Total || len(page.Resources) == 0 {
			return all, nil
		}
	}
}
