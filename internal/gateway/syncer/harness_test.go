package syncer_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/personio-community/terraform-provider-personio/internal/gateway/scim"
	"github.com/personio-community/terraform-provider-personio/internal/gateway/syncer"
	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
)

// day is when the runs of the tests take place.
var day = time.Date(2026, 11, 2, 4, 0, 0, 0, time.UTC)

// fakePersonio is a Personio in memory: employees as v1 attributes.
type fakePersonio struct {
	people     []map[string]any // key to value; "id" is an int
	unreadable []string
	// page may change an answer before it is sent; n counts pages from 1, over
	// all attempts. The body is the decoded answer.
	page func(n int, body map[string]any) (status int, raw string)

	mu       sync.Mutex
	requests []url.Values
}

func (p *fakePersonio) Unreadable(_ context.Context, keys []string) ([]string, error) {
	var missing []string
	for _, key := range keys {
		if slices.Contains(p.unreadable, key) {
			missing = append(missing, key)
		}
	}
	return missing, nil
}

func (p *fakePersonio) Forward(ctx context.Context, method, path string, query url.Values, _ http.Header, _ io.Reader) (*http.Response, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if method != http.MethodGet || path != "/v1/company/employees" {
		return nil, fmt.Errorf("unexpected %s %s", method, path)
	}
	p.mu.Lock()
	p.requests = append(p.requests, query)
	n := len(p.requests)
	p.mu.Unlock()
	limit, _ := strconv.Atoi(query.Get("limit"))
	offset, _ := strconv.Atoi(query.Get("offset"))
	rows := []any{}
	for _, person := range p.people[min(offset, len(p.people)):min(offset+limit, len(p.people))] {
		attributes := map[string]any{}
		for key, value := range person {
			if slices.Contains(query["attributes[]"], key) {
				attributes[key] = map[string]any{"label": key, "value": value, "type": "standard", "universal_id": nil}
			}
		}
		rows = append(rows, map[string]any{"type": "Employee", "attributes": attributes})
	}
	body := map[string]any{"success": true, "metadata": map[string]any{"total_elements": len(p.people)}, "data": rows}
	status, raw := http.StatusOK, ""
	if p.page != nil {
		status, raw = p.page(n, body)
	}
	if raw == "" {
		encoded, err := json.Marshal(body)
		if err != nil {
			return nil, err
		}
		raw = string(encoded)
	}
	return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(bytes.NewBufferString(raw))}, nil
}

// target is a SCIM service provider in memory.
type target struct {
	// before is asked before each call, after after each that took effect; an
	// error of theirs is what the caller gets.
	before, after func(call string) error

	mu     sync.Mutex
	users  map[string]scim.Resource
	groups map[string]scim.Resource
	calls  []string
	made   int
}

func newTarget() *target {
	return &target{users: map[string]scim.Resource{}, groups: map[string]scim.Resource{}}
}

func status(code int, detail string) error {
	return &scim.Error{Method: "TEST", Path: "/Users", Status: code, Detail: detail}
}

func (t *target) call(ctx context.Context, name string, do func() error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	t.mu.Lock()
	t.calls = append(t.calls, name)
	t.mu.Unlock()
	if t.before != nil {
		if err := t.before(name); err != nil {
			return err
		}
	}
	t.mu.Lock()
	err := do()
	t.mu.Unlock()
	if err == nil && t.after != nil {
		err = t.after(name)
	}
	return err
}

func (t *target) list(m map[string]scim.Resource) []scim.Resource {
	var all []scim.Resource
	for _, id := range slices.Sorted(maps.Keys(m)) {
		all = append(all, m[id].Clone())
	}
	return all
}

func (t *target) Users(ctx context.Context) (all []scim.Resource, err error) {
	err = t.call(ctx, "list users", func() error { all = t.list(t.users); return nil })
	return all, err
}

func (t *target) Groups(ctx context.Context) (all []scim.Resource, err error) {
	err = t.call(ctx, "list groups", func() error { all = t.list(t.groups); return nil })
	return all, err
}

func (t *target) CreateUser(ctx context.Context, user scim.Resource) (created scim.Resource, err error) {
	err = t.call(ctx, "create user", func() error {
		for _, other := range t.users {
			if strings.EqualFold(other.String("userName"), user.String("userName")) {
				return status(http.StatusConflict, "userName "+user.String("userName")+" is taken")
			}
		}
		created = t.store(t.users, user)
		return nil
	})
	return created, err
}

func (t *target) store(m map[string]scim.Resource, r scim.Resource) scim.Resource {
	t.made++
	stored := r.Clone()
	stored["id"] = fmt.Sprintf("t%d", t.made)
	m[stored.ID()] = stored
	return stored.Clone()
}

func (t *target) PatchUser(ctx context.Context, id string, operations []scim.PatchOperation) error {
	return t.call(ctx, "patch user", func() error {
		user, ok := t.users[id]
		if !ok {
			return status(http.StatusNotFound, "gone")
		}
		for _, o := range operations {
			if err := user.Set(o.Path, o.Value); err != nil {
				return err
			}
		}
		return nil
	})
}

func (t *target) DeleteUser(ctx context.Context, id string) error {
	return t.call(ctx, "delete user", func() error {
		if _, ok := t.users[id]; !ok {
			return status(http.StatusNotFound, "gone")
		}
		delete(t.users, id)
		for group := range t.groups {
			t.member(group, id, false)
		}
		return nil
	})
}

func (t *target) CreateGroup(ctx context.Context, group scim.Resource) (created scim.Resource, err error) {
	err = t.call(ctx, "create group", func() error { created = t.store(t.groups, group); return nil })
	return created, err
}

func (t *target) PatchGroup(ctx context.Context, id string, operations []scim.PatchOperation) error {
	return t.call(ctx, "patch group", func() error {
		if _, ok := t.groups[id]; !ok {
			return status(http.StatusNotFound, "gone")
		}
		for _, o := range operations {
			path, err := scim.ParsePath(o.Path)
			if err != nil {
				return err
			}
			if o.Op == "remove" {
				t.member(id, path.Filter[0].Value.(string), false)
				continue
			}
			for _, value := range o.Value.([]any) {
				t.member(id, value.(map[string]any)["value"].(string), true)
			}
		}
		return nil
	})
}

// member puts an account into a group or takes it out.
func (t *target) member(group, account string, in bool) {
	var kept []any
	list, _ := t.groups[group]["members"].([]any)
	for _, m := range list {
		if m.(map[string]any)["value"] != account {
			kept = append(kept, m)
		}
	}
	if in {
		kept = append(kept, map[string]any{"value": account})
	}
	t.groups[group]["members"] = kept
}

// writes counts the calls that change something.
func (t *target) writes() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	n := 0
	for _, call := range t.calls {
		if !strings.HasPrefix(call, "list") {
			n++
		}
	}
	return n
}

// state shows the target by userName and displayName, ids left out.
func (t *target) state() map[string]any {
	t.mu.Lock()
	defer t.mu.Unlock()
	state := map[string]any{}
	for _, user := range t.users {
		shown := user.Clone()
		delete(shown, "id")
		state["user "+user.String("userName")] = map[string]any(shown)
	}
	for _, group := range t.groups {
		names := []string{}
		list, _ := group["members"].([]any)
		for _, m := range list {
			names = append(names, t.users[m.(map[string]any)["value"].(string)].String("userName"))
		}
		slices.Sort(names)
		state["group "+group.String("displayName")] = names
	}
	return state
}

// journal is a database in memory, with its constraints.
type journal struct {
	// before is asked before each write; its error is what the caller gets.
	before func(call string) error
	// cancelAt is the heartbeat that reports a request to cancel; zero: none does.
	cancelAt int

	mu         sync.Mutex
	links      map[string]syncer.Link
	groupLinks map[string]syncer.GroupLink
	items      []syncer.Item
	beats      int
}

func newJournal() *journal {
	return &journal{links: map[string]syncer.Link{}, groupLinks: map[string]syncer.GroupLink{}}
}

func (j *journal) write(ctx context.Context, call string, do func() error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if j.before != nil {
		if err := j.before(call); err != nil {
			return err
		}
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	return do()
}

func (j *journal) Links(context.Context) ([]syncer.Link, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return slices.Collect(maps.Values(j.links)), nil
}

func (j *journal) GroupLinks(context.Context) ([]syncer.GroupLink, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return slices.Collect(maps.Values(j.groupLinks)), nil
}

func (j *journal) SaveLink(ctx context.Context, link syncer.Link) error {
	return j.write(ctx, "save link", func() error {
		for _, other := range j.links {
			if other.EmployeeID != link.EmployeeID && other.AccountID == link.AccountID {
				return syncer.ErrLinkTaken
			}
		}
		j.links[link.EmployeeID] = link
		return nil
	})
}

func (j *journal) RemoveLink(ctx context.Context, employeeID string) error {
	return j.write(ctx, "remove link", func() error { delete(j.links, employeeID); return nil })
}

func (j *journal) HandOver(ctx context.Context, employeeID, ruleID string) error {
	return j.write(ctx, "hand over", func() error {
		link, ok := j.links[employeeID]
		if !ok {
			return errors.New("no such link")
		}
		link.RuleID = ruleID
		j.links[employeeID] = link
		return nil
	})
}

func (j *journal) SaveGroupLink(ctx context.Context, link syncer.GroupLink) error {
	return j.write(ctx, "save group link", func() error { j.groupLinks[link.Name] = link; return nil })
}

func (j *journal) RecordItems(ctx context.Context, items []syncer.Item) error {
	return j.write(ctx, "record items", func() error { j.items = append(j.items, items...); return nil })
}

func (j *journal) Heartbeat(ctx context.Context, _ gatewayapi.SyncCounts) (bool, error) {
	canceled := false
	err := j.write(ctx, "heartbeat", func() error {
		j.beats++
		canceled = j.cancelAt > 0 && j.beats >= j.cancelAt
		return nil
	})
	return canceled, err
}

// messages joins the messages of all items that have one.
func (j *journal) messages() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	var out []string
	for _, item := range j.items {
		if item.Message == "" {
			continue
		}
		out = append(out, fmt.Sprintf("%s %s%s: %s", item.Status, item.EmployeeID, item.GroupName, item.Message))
	}
	return strings.Join(out, "\n")
}

// rig is an engine between a Personio and a target in memory.
type rig struct {
	t        testing.TB
	personio *fakePersonio
	target   *target
	journal  *journal
	in       syncer.Input
}

// newRig has n active employees, e-mail p1@example.com and so on, in two
// departments, and a rule that syncs who is active.
func newRig(t testing.TB, n int) *rig {
	t.Helper()
	r := &rig{t: t, personio: &fakePersonio{}, target: newTarget(), journal: newJournal()}
	for i := 1; i <= n; i++ {
		r.personio.people = append(r.personio.people, map[string]any{
			"id": i, "email": fmt.Sprintf("p%d@example.com", i), "status": "active", "first_name": fmt.Sprintf("First%d", i), "last_name": "Last",
			"position":   nil,
			"department": map[string]any{"type": "Department", "attributes": map[string]any{"id": i % 2, "name": []string{"IT", "Sales"}[i%2]}},
			"supervisor": nil,
		})
	}
	r.in = syncer.Input{
		RuleID: me, Now: day, Readable: syncer.Readable{Keys: []string{"status", "email", "first_name", "last_name", "position", "department", "supervisor"}},
		Rule: gatewayapi.SyncRuleConfig{
			Name: "test", Filter: "status == 'active'", Match: gatewayapi.SyncMatch{Employee: "email", Account: "userName"},
			AttributeMapping: map[string]string{"name.givenName": "first_name", "title": "position"},
			GroupMapping:     map[string]gatewayapi.SyncGroupMapping{"department": {Name: "'Dept ' + department"}},
			Operations:       everything, DeprovisionMode: "deactivate", MaxDeprovision: "10%",
		},
	}
	return r
}

func (r *rig) engine() *syncer.Engine {
	return &syncer.Engine{Source: r.personio, Target: r.target, Journal: r.journal}
}

func (r *rig) run(ctx context.Context) (syncer.Result, error) { return r.engine().Run(ctx, r.in) }

// mustRun runs and asserts the status.
func (r *rig) mustRun(want gatewayapi.SyncRunStatus) syncer.Result {
	r.t.Helper()
	result, err := r.run(r.t.Context())
	if err != nil || result.Status != want {
		r.t.Fatalf("result %+v, error %v, want %s\n%s", result, err, want, r.journal.messages())
	}
	return result
}

// set changes an attribute of an employee.
func (r *rig) set(id int, key string, value any) { r.personio.people[id-1][key] = value }

// active reports by userName whether accounts are active.
func (r *rig) active() map[string]bool {
	active := map[string]bool{}
	for _, user := range r.target.users {
		active[user.String("userName")], _ = user.Bool("active")
	}
	return active
}

// wantUntouched asserts that the target was not written to.
func (r *rig) wantUntouched(writes int) {
	r.t.Helper()
	if got := r.target.writes(); got != writes {
		r.t.Errorf("%d writes to the target, want %d: %v", got, writes, r.target.calls)
	}
}
