package project_test

import (
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/personio-community/terraform-provider-personio/internal/acctest"
	"github.com/personio-community/terraform-provider-personio/internal/acctest/tfproto"
	"github.com/personio-community/terraform-provider-personio/internal/sandbox"
	"github.com/personio-community/terraform-provider-personio/internal/sandbox/records"
)

const (
	projectType = "personio_project"
	membersType = "personio_project_members"
	memberType  = "personio_project_member"

	readScope, writeScope = "personio:attendances:read", "personio:attendances:write"
)

// world is a sandbox whose calls are recorded, and whose answers can be
// scripted.
type world struct {
	*sandbox.Sandbox
	t          *testing.T
	url        string
	credential sandbox.Credential

	mu       sync.Mutex
	calls    []string
	scripted map[string][]http.HandlerFunc
}

// start makes a world with all rights to projects, and ends it with the test,
// which fails if anybody asked to remove members without naming them.
func start(t *testing.T) *world {
	t.Helper()
	w := &world{Sandbox: sandbox.New(sandbox.Options{Persons: acctest.Persons}), t: t, scripted: map[string][]http.HandlerFunc{}}
	w.credential = w.AddCredential(sandbox.Credential{Scopes: []string{readScope, writeScope}})
	server := httptest.NewServer(http.HandlerFunc(w.serve))
	t.Cleanup(server.Close)
	w.url = server.URL
	return w
}

// serve records a call as "METHOD /path?query body" and answers it.
func (w *world) serve(rw http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	r.Body = io.NopCloser(strings.NewReader(string(body)))
	route := r.Method + " " + r.URL.Path
	if r.Method == http.MethodDelete && strings.HasSuffix(r.URL.Path, "/members") && !namesPersons(r.URL.Query()) {
		w.t.Errorf("a removal that names nobody: %s", r.URL)
	}
	var script http.HandlerFunc
	if r.URL.Path != "/v2/auth/token" {
		call := route
		if query := r.URL.Query(); len(query) > 1 || len(query) == 1 && !query.Has("limit") {
			query.Del("limit")
			call += "?" + query.Encode()
		}
		w.mu.Lock()
		w.calls = append(w.calls, strings.TrimSpace(call+" "+string(body)))
		if left := w.scripted[route]; len(left) > 0 {
			script, w.scripted[route] = left[0], left[1:]
		}
		w.mu.Unlock()
	}
	if script != nil {
		script(rw, r)
		return
	}
	w.Handler().ServeHTTP(rw, r)
}

func namesPersons(query url.Values) bool {
	return len(query["person_id"]) > 0 && !slices.ContainsFunc(query["person_id"], func(id string) bool { return strings.Trim(id, ", ") == "" })
}

// script sets the next answer for a route, instead of the sandbox's.
func (w *world) script(route string, status int, body string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.scripted[route] = append(w.scripted[route], func(rw http.ResponseWriter, _ *http.Request) {
		rw.Header().Set("Content-Type", "application/problem+json")
		rw.WriteHeader(status)
		_, _ = io.WriteString(rw, body)
	})
}

// refusal is a body in the form of Personio's errors.
func refusal(title, detail string) string {
	return `{"personio_trace_id":"trace-1","timestamp":"2026-11-01T12:00:00Z","errors":[{"title":` + strconv.Quote(title) +
		`,"detail":` + strconv.Quote(detail) + `,"type":"https://developer.personio.de/reference/errors#x"}]}`
}

// made returns and forgets the calls so far.
func (w *world) made() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	calls := w.calls
	w.calls = nil
	return calls
}

// want wants exactly these calls since the last time.
func (w *world) want(what string, calls ...string) {
	w.t.Helper()
	if diff := cmp.Diff(append([]string{}, calls...), append([]string{}, w.made()...)); diff != "" {
		w.t.Errorf("%s: calls (-want +got):\n%s", what, diff)
	}
}

// provider is the provider as a run of Terraform starts it: it has read nothing.
func (w *world) provider() *tfproto.Provider {
	w.t.Helper()
	return tfproto.Configured(w.t, acctest.NewProvider(), tfproto.Values{
		"base_url": w.url, "client_id": w.credential.ClientID, "client_secret": w.credential.ClientSecret,
		"max_retries": int64(0), "max_requests_per_second": float64(10000),
	})
}

// atPersonio is a provider of Personio itself, where no test can make a call.
func atPersonio(t *testing.T) *tfproto.Provider {
	t.Helper()
	return tfproto.Configured(t, acctest.NewProvider(), tfproto.Values{"client_id": "papi-x", "client_secret": "papi-y"})
}

// project is a project as the sandbox has it.
func (w *world) project(id string) (records.Project, bool) { return w.Records().Projects.Find(id) }

// change changes a project as somebody else would.
func (w *world) change(id string, change func(*records.Project)) {
	w.t.Helper()
	if err := w.Records().Projects.Change(id, func(p *records.Project, _ []records.Project) error {
		change(p)
		return nil
	}); err != nil {
		w.t.Fatal(err)
	}
}

// setMembers makes persons the members of a project, as somebody else would.
func (w *world) setMembers(project string, ids ...string) {
	w.t.Helper()
	w.change(project, func(p *records.Project) {
		p.Members = nil
		for _, id := range ids {
			number, err := strconv.Atoi(id)
			if err != nil {
				w.t.Fatal(err)
			}
			p.Members = append(p.Members, number)
		}
	})
}

// members are the members of a project, sorted.
func (w *world) members(id string) []string {
	w.t.Helper()
	p, ok := w.project(id)
	if !ok {
		w.t.Fatalf("no project %s", id)
	}
	ids := []string{}
	for _, member := range p.Members {
		ids = append(ids, strconv.Itoa(member))
	}
	slices.Sort(ids)
	return ids
}

// persons are the ids of the first n employees, sorted.
func (w *world) persons(n int) []string {
	ids := make([]string, n)
	for i, person := range w.Company().People()[:n] {
		ids[i] = strconv.Itoa(person.ID)
	}
	slices.Sort(ids)
	return ids
}

// set is a set of strings as a configuration holds it.
func set(ids ...string) []any {
	values := make([]any, len(ids))
	for i, id := range ids {
		values[i] = id
	}
	return values
}

// addCalls is the call that adds persons to a project, removeCall the one that
// removes them.
func addCall(project string, ids ...string) string {
	bodies := make([]string, len(ids))
	for i, id := range ids {
		bodies[i] = `{"person":{"id":"` + id + `"}}`
	}
	return "POST /v2/projects/" + project + "/members [" + strings.Join(bodies, ",") + "]"
}

func removeCall(project string, ids ...string) string {
	return "DELETE /v2/projects/" + project + "/members?" + url.Values{"person_id": ids}.Encode()
}

func listCall(project string) string { return "GET /v2/projects/" + project + "/members" }

// apply plans and applies, and wants no errors.
func apply(t *testing.T, p *tfproto.Provider, typeName string, prior *tfproto.Object, config tfproto.Values) *tfproto.Object {
	t.Helper()
	object, diags := p.Apply(typeName, mustPlan(t, p, typeName, prior, config))
	wantNoErrors(t, "apply", diags)
	return object
}

func mustPlan(t *testing.T, p *tfproto.Provider, typeName string, prior *tfproto.Object, config tfproto.Values) tfproto.Planned {
	t.Helper()
	planned, diags := p.Plan(typeName, prior, config)
	wantNoErrors(t, "plan", diags)
	return planned
}

func mustRead(t *testing.T, p *tfproto.Provider, typeName string, object *tfproto.Object) *tfproto.Object {
	t.Helper()
	read, diags := p.Read(typeName, object)
	wantNoErrors(t, "read", diags)
	if read == nil {
		t.Fatal("gone")
	}
	return read
}

// wantNothingPlanned wants that a plan leaves the object as it is.
func wantNothingPlanned(t *testing.T, p *tfproto.Provider, typeName string, object *tfproto.Object, config tfproto.Values) {
	t.Helper()
	planned := mustPlan(t, p, typeName, object, config)
	if diff := cmp.Diff(object.Values, planned.Values); diff != "" {
		t.Errorf("the plan is not empty:\n%s", diff)
	}
}

func wantNoErrors(t *testing.T, step string, diags tfproto.Diagnostics) {
	t.Helper()
	if text := diags.Errors(); text != "" {
		t.Fatalf("%s: %s", step, text)
	}
}

func wantParts(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("%q is missing in:\n%s", part, text)
		}
	}
}

// unknowns are the attributes that a plan leaves open, sorted.
func unknowns(planned tfproto.Planned) []string {
	var names []string
	for name, value := range maps.All(planned.Values) {
		if value == any(tfproto.Unknown) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}
