package scim_test

import (
	"context"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/personio-community/terraform-provider-personio/internal/gateway/scim"
	sandbox "github.com/personio-community/terraform-provider-personio/internal/sandbox/scim"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const token = "sesame-4711-secret"

// client makes a client of the URL that does not wait between attempts.
func client(t *testing.T, config scim.Config) *scim.Client {
	t.Helper()
	if config.Token == "" && config.OAuth == nil {
		config.Token = token
	}
	c, err := scim.New(config)
	if err != nil {
		t.Fatal(err)
	}
	c.Hasten()
	t.Cleanup(c.CloseIdleConnections)
	return c
}

// target starts the sandbox's service provider and a client of it.
func target(t *testing.T, options sandbox.Options) (*sandbox.Target, *scim.Client) {
	t.Helper()
	options.Token, options.BasePath = token, "/scim/v2"
	s := sandbox.New(options)
	server := httptest.NewServer(s.Handler())
	t.Cleanup(server.Close)
	return s, client(t, scim.Config{BaseURL: server.URL + "/scim/v2/"})
}

// scripted starts a server of one's own.
func scripted(t *testing.T, handler http.HandlerFunc) *scim.Client {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return client(t, scim.Config{BaseURL: server.URL})
}

func write(w http.ResponseWriter, status int, body string) {
	w.Header().Set("Content-Type", "application/scim+json")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, body)
}

// without leaves out what the service provider makes up.
func without(r map[string]any, keys ...string) map[string]any {
	data, _ := json.Marshal(r)
	var out map[string]any
	_ = json.Unmarshal(data, &out)
	for _, key := range keys {
		delete(out, key)
	}
	return out
}

func TestEveryMethod(t *testing.T) {
	t.Parallel()
	for name, options := range map[string]sandbox.Options{"with PATCH": {}, "without PATCH": {WithoutPatch: true}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			everyMethod(t, options)
		})
	}
}

func everyMethod(t *testing.T, options sandbox.Options) {
	s, c := target(t, options)
	ctx := t.Context()
	user := scim.Resource{"userName": "anna@example.com", "active": true}
	for path, value := range map[string]string{
		"name.givenName": "Änne", `emails[type eq "work"].value`: "anna@example.com", scim.EnterpriseSchema + ":department": "Produkt",
	} {
		if err := user.Set(path, value); err != nil {
			t.Fatal(err)
		}
	}
	created, err := c.CreateUser(ctx, user)
	if err != nil {
		t.Fatal(err)
	}
	id := created.ID()
	want := object{
		"schemas": []any{scim.UserSchema, scim.EnterpriseSchema}, "id": id, "userName": "anna@example.com", "active": true, "name": object{"givenName": "Änne"},
		"emails":              []any{object{"type": "work", "value": "anna@example.com"}},
		scim.EnterpriseSchema: object{"department": "Produkt"},
	}
	stored := func() map[string]any {
		t.Helper()
		u, ok := s.User(id)
		if !ok {
			t.Fatal("the user is gone")
		}
		return without(u, "meta")
	}
	if diff := cmp.Diff(want, stored()); diff != "" {
		t.Fatal(diff)
	}
	if diff := cmp.Diff(want, without(created, "meta")); diff != "" {
		t.Error(diff)
	}
	if _, err := c.CreateUser(ctx, scim.Resource{"userName": "ANNA@example.com"}); !scim.IsConflict(err) {
		t.Errorf("the same userName again: %v", err)
	}

	operations, err := created.Changes(map[string]any{
		"title": "CEO", "active": false, "name.givenName": nil, `emails[type eq "home"].value`: "home@example.com",
		scim.EnterpriseSchema + ":manager.value": "9",
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.PatchUser(ctx, id, operations); err != nil {
		t.Fatal(err)
	}
	want["title"], want["active"] = "CEO", false
	delete(want, "name")
	want["emails"] = []any{object{"type": "work", "value": "anna@example.com"}, object{"type": "home", "value": "home@example.com"}}
	want[scim.EnterpriseSchema] = object{"department": "Produkt", "manager": object{"value": "9"}}
	if diff := cmp.Diff(want, stored()); diff != "" {
		t.Fatal(diff)
	}

	everyMethodOfGroups(t, s, c, id)

	replaced, err := c.ReplaceUser(ctx, id, scim.Resource{"userName": "anna"})
	if err != nil {
		t.Fatal(err)
	}
	want = object{"schemas": []any{scim.UserSchema}, "id": id, "userName": "anna"}
	if diff := cmp.Diff(want, stored()); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(want, without(replaced, "meta")); diff != "" {
		t.Error(diff)
	}
	if got, err := c.User(ctx, id); err != nil || got.String("userName") != "anna" {
		t.Errorf("User: %v, %v", got, err)
	}
	if err := c.DeleteUser(ctx, id); err != nil {
		t.Fatal(err)
	}
	_, getErr := c.User(ctx, id)
	_, replaceErr := c.ReplaceUser(ctx, id, scim.Resource{"userName": "x"})
	for _, err := range []error{getErr, replaceErr, c.DeleteUser(ctx, id), c.PatchUser(ctx, id, operations)} {
		if !scim.IsNotFound(err) {
			t.Errorf("a user that is gone: %v", err)
		}
	}
	if len(s.Users()) != 0 {
		t.Errorf("left over: %v", s.Users())
	}
}

func everyMethodOfGroups(t *testing.T, s *sandbox.Target, c *scim.Client, member string) {
	t.Helper()
	ctx := t.Context()
	other, err := s.SetUser(object{"userName": "other"})
	if err != nil {
		t.Fatal(err)
	}
	group, err := c.CreateGroup(ctx, scim.Resource{"displayName": "Team", "members": []any{object{"value": member}}})
	if err != nil {
		t.Fatal(err)
	}
	members := func(want ...string) {
		t.Helper()
		g, err := c.Group(ctx, group.ID())
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		list, _ := g["members"].([]any)
		for _, item := range list {
			got = append(got, item.(object)["value"].(string))
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	}
	members(member)
	for _, step := range []struct {
		operations []scim.PatchOperation
		want       []string
	}{
		{[]scim.PatchOperation{{Op: "add", Path: "members", Value: []any{object{"value": other}}}}, []string{member, other}},
		{[]scim.PatchOperation{{Op: "remove", Path: fmt.Sprintf("members[value eq %q]", member)}}, []string{other}},
		{[]scim.PatchOperation{{Op: "replace", Path: "members", Value: []any{object{"value": member}}}, {Op: "replace", Path: "displayName", Value: "T"}}, []string{member}},
		{[]scim.PatchOperation{{Op: "remove", Path: "members"}}, nil},
	} {
		if err := c.PatchGroup(ctx, group.ID(), step.operations); err != nil {
			t.Fatal(err)
		}
		members(step.want...)
	}
	groups, err := c.Groups(ctx)
	if err != nil || len(groups) != 1 || groups[0].String("displayName") != "T" {
		t.Errorf("Groups: %v, %v", groups, err)
	}
	if err := c.DeleteGroup(ctx, group.ID()); err != nil {
		t.Error(err)
	}
	s.DeleteUser(other)
}

// fill adds users and returns their ids in order.
func fill(t *testing.T, s *sandbox.Target, count int) []string {
	t.Helper()
	var ids []string
	for i := range count {
		id, err := s.SetUser(object{"userName": fmt.Sprintf("user%d@example.com", i)})
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, id)
	}
	return ids
}

func idsOf(resources []scim.Resource) []string {
	var ids []string
	for _, r := range resources {
		ids = append(ids, r.ID())
	}
	return ids
}

func TestListsAreWhole(t *testing.T) {
	t.Parallel()
	for _, count := range []int{0, 1, 200, 201, 450} {
		s, c := target(t, sandbox.Options{})
		want := fill(t, s, count)
		got, err := c.Users(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, idsOf(got)); diff != "" {
			t.Error(diff)
		}
		if pages, want := s.CountRequests("GET", "/Users"), max((count+199)/200, 1); pages != want {
			t.Errorf("%d users took %d pages, want %d", count, pages, want)
		}
	}
}

// TestListThatChanges removes a user between two pages: the first listing does
// not add up, the second one does.
func TestListThatChanges(t *testing.T) {
	t.Parallel()
	s := sandbox.New(sandbox.Options{Token: token})
	ids := fill(t, s, 450)
	var once sync.Once
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("startIndex") == "201" {
			once.Do(func() { s.DeleteUser(ids[3]) })
		}
		s.Handler().ServeHTTP(w, r)
	}))
	defer server.Close()
	got, err := client(t, scim.Config{BaseURL: server.URL}).Users(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(slices.Delete(slices.Clone(ids), 3, 4), idsOf(got)); diff != "" {
		t.Error(diff)
	}
}

// oddServer answers lists out of 5 users the way the function cuts pages.
func oddServer(t *testing.T, answer func(start int, users []object) any) *scim.Client {
	t.Helper()
	var users []object
	for i := range 5 {
		users = append(users, object{"id": fmt.Sprint(i), "active": "true"})
	}
	return scripted(t, func(w http.ResponseWriter, r *http.Request) {
		var start int
		if _, err := fmt.Sscan(r.URL.Query().Get("startIndex"), &start); err != nil {
			w.WriteHeader(404) // not a list
			return
		}
		data, err := json.Marshal(answer(start, users))
		if err != nil {
			t.Error(err)
		}
		write(w, 200, string(data))
	})
}

func cut[T any](list []T, from, length int) []T {
	from = min(max(from, 0), len(list))
	return list[from:min(from+length, len(list))]
}

func TestOddLists(t *testing.T) {
	t.Parallel()
	whole := map[string]func(int, []object) any{
		"short pages": func(start int, users []object) any {
			return object{"totalResults": 5, "Resources": cut(users, start-1, 2)}
		},
		"lower case, total as a string": func(start int, users []object) any {
			return object{"totalresults": "5", "resources": cut(users, start-1, 2)}
		},
		"everything at once, whatever is asked for": func(_ int, users []object) any {
			return object{"totalResults": 5, "Resources": users}
		},
		"pages that overlap": func(start int, users []object) any {
			return object{"totalResults": 5, "Resources": cut(users, max(start-2, 0), 3)}
		},
		"numbers as ids": func(start int, users []object) any {
			var list []object
			for i := range cut(users, start-1, 2) {
				list = append(list, object{"id": start + i})
			}
			return object{"totalResults": 5.0, "Resources": list}
		},
	}
	for name, answer := range whole {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := oddServer(t, answer).Users(t.Context())
			if err != nil || len(got) != 5 {
				t.Fatalf("%d users, %v", len(got), err)
			}
			if active, ok := got[0].Bool("active"); name != "numbers as ids" && (!active || !ok) {
				t.Error("active as a string was not understood")
			}
		})
	}
	incomplete := map[string]func(int, []object) any{
		"counts from 0": func(start int, users []object) any {
			return object{"totalResults": 5, "Resources": cut(users, start, 2)}
		},
		"the first page for ever": func(_ int, users []object) any {
			return object{"totalResults": 5, "Resources": users[:2]}
		},
		"startIndex is taken for a page number": func(start int, users []object) any {
			return object{"totalResults": 5, "Resources": cut(users, (start-1)*2, 2)}
		},
		"nothing after the first page": func(start int, users []object) any {
			return object{"totalResults": 5, "Resources": cut(users, (start-1)*9, 2)}
		},
		"no Resources": func(int, []object) any { return object{"totalResults": 5} },
		"more than it says": func(_ int, users []object) any {
			return object{"totalResults": 3, "Resources": users}
		},
		"total that grows": func(start int, users []object) any {
			return object{"totalResults": 4 + start, "Resources": cut(users, start-1, 2)}
		},
		"total of the page": func(start int, users []object) any {
			page := cut(users, start-1, 2)
			return object{"totalResults": len(page) + 1, "Resources": page}
		},
		"no ids": func(int, []object) any { return object{"totalResults": 1, "Resources": []any{object{}}} },
	}
	for name, answer := range incomplete {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := oddServer(t, answer).Users(t.Context())
			var wanted *scim.IncompleteError
			if !errors.As(err, &wanted) || got != nil {
				t.Fatalf("%d users, %v", len(got), err)
			}
		})
	}
	broken := map[string]func(int, []object) any{
		"no totalResults":        func(_ int, users []object) any { return object{"Resources": users} },
		"totalResults is a word": func(_ int, users []object) any { return object{"totalResults": "all", "Resources": users} },
		"negative total":         func(_ int, users []object) any { return object{"totalResults": -1, "Resources": users} },
		"an array":               func(_ int, users []object) any { return users },
		"null":                   func(int, []object) any { return nil },
		"Resources is no array":  func(int, []object) any { return object{"totalResults": 1, "Resources": object{"id": "1"}} },
		"a resource is a text":   func(int, []object) any { return object{"totalResults": 1, "Resources": []any{"x"}} },
	}
	for name, answer := range broken {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := oddServer(t, answer)
			if got, err := c.Groups(t.Context()); err == nil || got != nil {
				t.Errorf("%d groups, %v", len(got), err)
			}
			if _, err := c.Test(t.Context()); !errors.Is(err, scim.ErrNotSCIM) {
				t.Errorf("Test: %v", err)
			}
		})
	}
}

func TestPatchAnswers(t *testing.T) {
	t.Parallel()
	for _, status := range []int{200, 204} {
		c := scripted(t, func(w http.ResponseWriter, r *http.Request) {
			var body struct {
				Schemas    []string `json:"schemas"`
				Operations []object `json:"Operations"`
			}
			if err := json.NewDecoder(r.Body).Decode(&body); err != nil || r.Method != "PATCH" || r.URL.Path != "/Users/a b/c" || r.URL.EscapedPath() != "/Users/a%20b%2Fc" {
				t.Errorf("%s %s: %v", r.Method, r.URL.EscapedPath(), err)
			}
			want := []object{{"op": "replace", "path": "active", "value": false}}
			if diff := cmp.Diff(want, body.Operations); diff != "" || !slices.Equal(body.Schemas, []string{"urn:ietf:params:scim:api:messages:2.0:PatchOp"}) {
				t.Error(diff, body.Schemas)
			}
			w.WriteHeader(status)
		})
		if err := c.PatchUser(t.Context(), "a b/c", []scim.PatchOperation{{Op: "replace", Path: "active", Value: false}}); err != nil {
			t.Error(err)
		}
		if err := c.PatchUser(t.Context(), "a b/c", nil); err != nil {
			t.Error(err)
		}
		for _, id := range []string{"", ".", ".."} {
			if err := c.DeleteUser(t.Context(), id); err == nil {
				t.Errorf("the id %q was accepted", id)
			}
		}
	}
}

func TestWithoutPatch(t *testing.T) {
	t.Parallel()
	s, c := target(t, sandbox.Options{WithoutPatch: true})
	id := fill(t, s, 1)[0]
	change := []scim.PatchOperation{{Op: "add", Path: "title", Value: "CEO"}}
	for range 2 {
		if err := c.PatchUser(t.Context(), id, change); err != nil {
			t.Fatal(err)
		}
	}
	if u, _ := s.User(id); u["title"] != "CEO" {
		t.Error(u)
	}
	// The second change asks for nothing new, and PATCH is not tried again.
	if s.CountRequests("PATCH", "") != 1 || s.CountRequests("PUT", "") != 1 {
		t.Errorf("%+v", s.Requests())
	}
	_, c = target(t, sandbox.Options{WithoutPatch: true})
	if got, err := c.Test(t.Context()); err != nil || got.Patch {
		t.Errorf("%+v, %v", got, err)
	}
}

// TestPutThatCollides changes the user between GET and PUT.
func TestPutThatCollides(t *testing.T) {
	t.Parallel()
	s := sandbox.New(sandbox.Options{Token: token, WithoutPatch: true})
	id := fill(t, s, 1)[0]
	var once sync.Once
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == "PUT" {
			once.Do(func() {
				if _, err := s.SetUser(object{"id": id, "userName": "x", "nickName": "theirs"}); err != nil {
					t.Error(err)
				}
			})
		}
		s.Handler().ServeHTTP(w, r)
	}))
	defer server.Close()
	c := client(t, scim.Config{BaseURL: server.URL})
	if err := c.PatchUser(t.Context(), id, []scim.PatchOperation{{Op: "add", Path: "title", Value: "ours"}}); err != nil {
		t.Fatal(err)
	}
	if u, _ := s.User(id); u["title"] != "ours" || u["nickName"] != "theirs" {
		t.Errorf("one change undid the other: %v", u)
	}
}

func TestCreateAnswers(t *testing.T) {
	t.Parallel()
	c := scripted(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method == "GET" {
			write(w, 200, `{"id":"42","userName":"x"}`)
			return
		}
		w.Header().Set("Location", "/v9/Users/42")
		w.WriteHeader(201)
	})
	if got, err := c.CreateUser(t.Context(), scim.Resource{"userName": "x"}); err != nil || got.ID() != "42" {
		t.Errorf("only a location: %v, %v", got, err)
	}
	c = scripted(t, func(w http.ResponseWriter, _ *http.Request) { write(w, 201, `{}`) })
	if got, err := c.CreateUser(t.Context(), nil); err == nil || got != nil || !strings.Contains(err.Error(), "may exist") {
		t.Errorf("neither id nor location: %v, %v", got, err)
	}
}

func TestRetries(t *testing.T) {
	t.Parallel()
	wait := http.Header{"Retry-After": {"0"}}
	type attempt struct {
		name   string
		fault  sandbox.Fault
		call   func(context.Context, *scim.Client, string) error
		method string
		calls  int  // that reach the server
		ok     bool // in the end
	}
	create := func(ctx context.Context, c *scim.Client, _ string) error {
		_, err := c.CreateUser(ctx, scim.Resource{"userName": "new"})
		return err
	}
	list := func(ctx context.Context, c *scim.Client, _ string) error { _, err := c.Users(ctx); return err }
	remove := func(ctx context.Context, c *scim.Client, id string) error { return c.DeleteUser(ctx, id) }
	replace := func(ctx context.Context, c *scim.Client, id string) error {
		_, err := c.ReplaceUser(ctx, id, scim.Resource{"userName": "new"})
		return err
	}
	patch := func(ctx context.Context, c *scim.Client, id string) error {
		return c.PatchUser(ctx, id, []scim.PatchOperation{{Op: "add", Path: "title", Value: "x"}})
	}
	for _, a := range []attempt{
		{"list, 503", sandbox.Fault{Times: 2, Status: 503}, list, "GET", 3, true},
		{"list, 502 for ever", sandbox.Fault{Status: 502}, list, "GET", 5, false},
		{"list, 500", sandbox.Fault{Times: 1, Status: 500}, list, "GET", 1, false},
		{"list, connection cut", sandbox.Fault{Times: 1, DropAnswer: true}, list, "GET", 2, true},
		{"list, no JSON", sandbox.Fault{Times: 1, Status: 200, Body: "<html>"}, list, "GET", 1, false},
		{"create, 429", sandbox.Fault{Times: 2, Status: 429, Header: wait}, create, "POST", 3, true},
		{"create, 503", sandbox.Fault{Times: 1, Status: 503}, create, "POST", 1, false},
		{"create, connection cut", sandbox.Fault{Times: 1, DropAnswer: true}, create, "POST", 1, false},
		{"replace, 504", sandbox.Fault{Times: 1, Status: 504}, replace, "PUT", 2, true},
		{"replace, connection cut", sandbox.Fault{Times: 1, DropAnswer: true}, replace, "PUT", 2, true},
		{"delete, connection cut", sandbox.Fault{Times: 1, DropAnswer: true}, remove, "DELETE", 2, true},
		{"delete, connection cut before", sandbox.Fault{Times: 1, Disconnect: true}, remove, "DELETE", 2, true},
		{"patch, 429", sandbox.Fault{Times: 1, Status: 429}, patch, "PATCH", 2, true},
		{"patch, connection cut", sandbox.Fault{Times: 1, DropAnswer: true}, patch, "PATCH", 1, false},
		{"patch, 502", sandbox.Fault{Times: 1, Status: 502}, patch, "PATCH", 1, false},
		{"list, 401", sandbox.Fault{Times: 1, Status: 401}, list, "GET", 1, false},
	} {
		t.Run(a.name, func(t *testing.T) {
			t.Parallel()
			s, c := target(t, sandbox.Options{})
			id := fill(t, s, 1)[0]
			s.Fail(a.fault)
			err := a.call(t.Context(), c, id)
			if (err == nil) != a.ok {
				t.Errorf("%v", err)
			}
			// An idle connection that breaks is tried anew by net/http itself.
			if got := s.CountRequests(a.method, ""); got != a.calls {
				t.Errorf("%d calls, want %d: %v", got, a.calls, err)
			}
		})
	}
}

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for value, want := range map[string]time.Duration{
		"": -1, "7": 7 * time.Second, "0": 0, "-1": -1, "soon": -1, "1e3": -1, "Thu, 01 Jan 2026 00:01:00 GMT": time.Minute, "Wed, 31 Dec 2025 00:00:00 GMT": 0,
	} {
		got, ok := scim.RetryAfter(http.Header{"Retry-After": {value}}, now)
		if !ok {
			got = -1
		}
		if got != want {
			t.Errorf("%q: %s, want %s", value, got, want)
		}
	}
}

func TestTimeoutAndCancel(t *testing.T) {
	t.Parallel()
	s := sandbox.New(sandbox.Options{Token: token})
	server := httptest.NewServer(s.Handler())
	defer server.Close()
	hold := s.Fail(sandbox.Fault{Hold: true})
	defer hold.Clear()
	c := client(t, scim.Config{BaseURL: server.URL, Timeout: 30 * time.Millisecond, MaxRetries: -1})
	_, err := c.Users(t.Context())
	if err == nil || !strings.Contains(err.Error(), "no answer within 30ms") || errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("timeout: %v", err)
	}
	if _, err := c.Test(t.Context()); !errors.Is(err, scim.ErrUnreachable) {
		t.Errorf("Test: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.Test(ctx); !errors.Is(err, context.Canceled) || errors.Is(err, scim.ErrUnreachable) {
		t.Errorf("canceled: %v", err)
	}
}

func TestTest(t *testing.T) {
	t.Parallel()
	s, c := target(t, sandbox.Options{})
	fill(t, s, 3)
	got, err := c.Test(t.Context())
	if diff := cmp.Diff(scim.Capabilities{Users: 3, Declared: true, Patch: true, Filter: true}, got); err != nil || diff != "" {
		t.Error(err, diff)
	}
	s.SetToken("rotated")
	if _, err := c.Test(t.Context()); !errors.Is(err, scim.ErrRefused) || !scim.IsUnauthorized(err) || strings.Contains(err.Error(), token) {
		t.Errorf("rotated token: %v", err)
	}

	// A closed port.
	closed := httptest.NewServer(http.NotFoundHandler())
	closed.Close()
	if _, err := client(t, scim.Config{BaseURL: closed.URL, MaxRetries: 1}).Test(t.Context()); !errors.Is(err, scim.ErrUnreachable) || !strings.Contains(err.Error(), "refused") {
		t.Errorf("closed port: %v", err)
	}

	for name, c := range map[string]struct {
		config, users int
		body          string
		want          error
		ok            bool
	}{
		"a website":                     {200, 200, "<!doctype html><title>Willkommen Anna</title>", scim.ErrNotSCIM, false},
		"another path":                  {404, 404, `{"detail":"nothing here"}`, scim.ErrNotSCIM, false},
		"some other API":                {200, 200, `{"data":[]}`, scim.ErrNotSCIM, false},
		"redirect":                      {302, 302, ``, scim.ErrNotSCIM, false},
		"forbidden":                     {200, 403, `{"detail":"no"}`, scim.ErrRefused, false},
		"broken server":                 {500, 500, `{"detail":"oops"}`, nil, false},
		"no config":                     {404, 200, `{"totalResults":7,"Resources":[]}`, nil, true},
		"config is hidden":              {403, 200, `{"totalResults":7,"Resources":[]}`, nil, true},
		"config without what it is for": {200, 200, `{"totalResults":7}`, nil, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client := scripted(t, func(w http.ResponseWriter, r *http.Request) {
				status := c.users
				if r.URL.Path == "/ServiceProviderConfig" {
					status = c.config
				}
				if status == 302 {
					w.Header().Set("Location", "https://login.example.com/start?token=abc")
				}
				write(w, status, c.body)
			})
			got, err := client.Test(t.Context())
			switch {
			case c.ok:
				if err != nil || got.Users != 7 || got.Declared {
					t.Errorf("%+v, %v", got, err)
				}
			case err == nil || c.want != nil && !errors.Is(err, c.want):
				t.Errorf("%v", err)
			case strings.Contains(err.Error(), "Anna") || strings.Contains(err.Error(), "abc"):
				t.Errorf("the error repeats the answer: %v", err)
			}
		})
	}
}

func TestCertificates(t *testing.T) {
	t.Parallel()
	s := sandbox.New(sandbox.Options{Token: token})
	server := httptest.NewUnstartedServer(s.Handler())
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // the refused handshake
	server.StartTLS()
	defer server.Close()
	ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	if _, err := client(t, scim.Config{BaseURL: server.URL, CACertPEM: string(ca)}).Test(t.Context()); err != nil {
		t.Error(err)
	}
	s.ResetRequests()
	_, err := client(t, scim.Config{BaseURL: server.URL}).Test(t.Context())
	if !errors.Is(err, scim.ErrUnreachable) || !strings.Contains(err.Error(), "ca_cert_pem") || len(s.Requests()) != 0 {
		t.Errorf("unknown CA: %v", err)
	}
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	t.Parallel()
	elsewhere := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("the redirect was followed, with %q", r.Header.Get("Authorization"))
	}))
	defer elsewhere.Close()
	c := scripted(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, elsewhere.URL+"/Users?x=secret", http.StatusTemporaryRedirect)
	})
	_, err := c.CreateUser(t.Context(), scim.Resource{"userName": "x"})
	if err == nil || !strings.Contains(err.Error(), elsewhere.URL) || strings.Contains(err.Error(), "secret") {
		t.Errorf("%v", err)
	}
}

func TestAnswersAreBounded(t *testing.T) {
	t.Parallel()
	chunk := strings.Repeat(" ", 1<<20)
	c := scripted(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/scim+json")
		if r.Method == "DELETE" {
			w.WriteHeader(400)
		}
		for range 34 {
			if _, err := io.WriteString(w, chunk); err != nil {
				return
			}
		}
	})
	if _, err := c.Users(t.Context()); err == nil || !strings.Contains(err.Error(), "32 MB") {
		t.Errorf("%v", err)
	}
	if err := c.DeleteUser(t.Context(), "1"); err == nil {
		t.Error("a 400 was taken for a success")
	}
}
