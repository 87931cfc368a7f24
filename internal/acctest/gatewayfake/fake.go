// Package gatewayfake is a scripted stand-in for the gateway's management API,
// for tests below the acceptance tests. It records every call, so that a test
// can also assert which calls were not made, and answers as it is told. What it
// does not know about is refused: it is no second implementation of the gateway.
package gatewayfake

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
)

// ClientID and ClientSecret are the one credential that the fake takes.
const (
	ClientID     = "papi-00000000-0000-4000-8000-000000000001"
	ClientSecret = "papi-management-secret-of-the-fake-0123456789abcdef"
)

// CompanyID is the fake's company at Personio.
const CompanyID = "4242"

// Call is one request that the fake received, token requests left out.
type Call struct {
	// Route is method and path: "PATCH /gateway/v1/custom-integrations/1".
	Route string
	// Query is the raw query.
	Query string
	// Body is the request body.
	Body string
	// IfMatch is the header, without quotes.
	IfMatch string
	// UserAgent is the header.
	UserAgent string
}

// Answer is a scripted answer.
type Answer struct {
	Status int
	// Problem is the body; its members Status and Timestamp may stay empty.
	Problem gatewayapi.Problem
}

// Finding is the answer with one error.
func Finding(status int, kind, title, detail string, meta map[string]string) Answer {
	return Answer{Status: status, Problem: gatewayapi.Problem{
		TraceID: "trace-of-the-fake",
		Errors:  []gatewayapi.ProblemError{{Title: title, Detail: detail, Type: gatewayapi.TypeBase + kind, Meta: meta}},
	}}
}

// Server is the fake.
type Server struct {
	// URL is its base URL.
	URL string

	mu               sync.Mutex
	calls            []Call
	tokens           int
	scripted         map[string]Answer
	sequence         int
	dropDescriptions bool
	withholdSecrets  bool
	integrations     *collection[gatewayapi.CustomIntegration]
	credentials      *collection[gatewayapi.APICredential]
	targets          *collection[gatewayapi.SyncTarget]
	rules            *collection[gatewayapi.SyncRule]
	runs             *collection[gatewayapi.SyncRun]
	// outcome is that of the next run, outcomes those of the runs that there are.
	outcome  Outcome
	outcomes map[string]Outcome
}

// collection holds objects in the order in which they were made.
type collection[T any] struct {
	objects []*T
	id      func(*T) string
}

func (c *collection[T]) find(id string) *T {
	for _, o := range c.objects {
		if c.id(o) == id {
			return o
		}
	}
	return nil
}

func copies[T any](c *collection[T]) []T {
	all := make([]T, len(c.objects))
	for i, o := range c.objects {
		all[i] = *o
	}
	return all
}

func (c *collection[T]) remove(id string) {
	kept := c.objects[:0]
	for _, o := range c.objects {
		if c.id(o) != id {
			kept = append(kept, o)
		}
	}
	c.objects = kept
}

// New starts a fake that ends with the test.
func New(t testing.TB) *Server {
	t.Helper()
	s := &Server{
		scripted:     map[string]Answer{},
		integrations: &collection[gatewayapi.CustomIntegration]{id: func(o *gatewayapi.CustomIntegration) string { return o.ID }},
		credentials:  &collection[gatewayapi.APICredential]{id: func(o *gatewayapi.APICredential) string { return o.ID }},
		targets:      &collection[gatewayapi.SyncTarget]{id: func(o *gatewayapi.SyncTarget) string { return o.ID }},
		rules:        &collection[gatewayapi.SyncRule]{id: func(o *gatewayapi.SyncRule) string { return o.ID }},
		runs:         &collection[gatewayapi.SyncRun]{id: func(o *gatewayapi.SyncRun) string { return o.ID }},
		outcomes:     map[string]Outcome{},
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v2/auth/token", s.token)
	integrations, credentials := gatewayapi.PathCustomIntegrations, gatewayapi.PathAPICredentials
	mux.HandleFunc("GET "+integrations, list(s, s.integrations))
	mux.HandleFunc("POST "+integrations, s.createIntegration)
	mux.HandleFunc("GET "+integrations+"/{id}", get(s, s.integrations))
	mux.HandleFunc("PATCH "+integrations+"/{id}", s.updateIntegration)
	mux.HandleFunc("DELETE "+integrations+"/{id}", remove(s, s.integrations))
	mux.HandleFunc("GET "+credentials, list(s, s.credentials))
	mux.HandleFunc("POST "+credentials, s.createCredential)
	mux.HandleFunc("GET "+credentials+"/{id}", get(s, s.credentials))
	mux.HandleFunc("PATCH "+credentials+"/{id}", s.updateCredential)
	mux.HandleFunc("POST "+credentials+"/{id}/rotate", s.rotateCredential)
	mux.HandleFunc("DELETE "+credentials+"/{id}", remove(s, s.credentials))
	s.syncRoutes(mux)
	server := httptest.NewServer(s.recorded(mux))
	t.Cleanup(server.Close)
	s.URL = server.URL
	return s
}

// Script sets the next answer for a route, "POST /gateway/v1/api-credentials".
func (s *Server) Script(route string, answer Answer) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.scripted[route] = answer
}

// Calls returns and forgets the calls so far.
func (s *Server) Calls() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	calls := s.calls
	s.calls = nil
	return calls
}

// Writes returns and forgets the calls so far and keeps those that are no GET.
func (s *Server) Writes() []Call {
	var writes []Call
	for _, c := range s.Calls() {
		if !strings.HasPrefix(c.Route, http.MethodGet) {
			writes = append(writes, c)
		}
	}
	return writes
}

// Tokens counts the access tokens that were asked for.
func (s *Server) Tokens() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.tokens
}

// ChangeIntegration changes an integration as somebody else would.
func (s *Server) ChangeIntegration(id string, change func(*gatewayapi.CustomIntegration)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	o := s.integrations.find(id)
	change(o)
	o.Revision = s.next("revision")
}

// ChangeCredential changes a credential as somebody else would.
func (s *Server) ChangeCredential(id string, change func(*gatewayapi.APICredential)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	o := s.credentials.find(id)
	change(o)
	o.Revision = s.next("revision")
}

// AddIntegration adds an integration as somebody else would, and returns its id.
func (s *Server) AddIntegration(o gatewayapi.CustomIntegration) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.addIntegration(o).ID
}

// AddCredential adds a credential as somebody else would, and returns its id.
func (s *Server) AddCredential(o gatewayapi.APICredential) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.addCredential(o).ID
}

// Integrations are the integrations that there are.
func (s *Server) Integrations() []gatewayapi.CustomIntegration {
	s.mu.Lock()
	defer s.mu.Unlock()
	return copies(s.integrations)
}

// Credentials are the credentials that there are.
func (s *Server) Credentials() []gatewayapi.APICredential {
	s.mu.Lock()
	defer s.mu.Unlock()
	return copies(s.credentials)
}

// DropDescriptions makes the fake lose descriptions, ids of reports and document
// categories, and headers and triggers of syncs, like a proxy that knows an older
// version of the contract.
func (s *Server) DropDescriptions() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.dropDescriptions = true
}

// WithholdSecrets makes the fake answer without the secrets that it makes.
func (s *Server) WithholdSecrets() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.withholdSecrets = true
}

// RemoveAll removes everything, as somebody else would.
func (s *Server) RemoveAll() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.integrations.objects, s.credentials.objects = nil, nil
	s.targets.objects, s.rules.objects, s.runs.objects = nil, nil, nil
}

// recorded records each call and gives the scripted answer if there is one.
func (s *Server) recorded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		route := r.Method + " " + r.URL.Path
		if r.URL.Path == "/v2/auth/token" {
			next.ServeHTTP(w, r)
			return
		}
		body, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(strings.NewReader(string(body)))
		s.mu.Lock()
		s.calls = append(s.calls, Call{
			Route: route, Query: r.URL.RawQuery, Body: string(body),
			IfMatch: strings.Trim(r.Header.Get("If-Match"), `"`), UserAgent: r.UserAgent(),
		})
		answer, scripted := s.scripted[route]
		delete(s.scripted, route)
		s.mu.Unlock()
		if scripted {
			refuse(w, answer)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func (s *Server) token(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	s.tokens++
	s.mu.Unlock()
	if r.PostFormValue("client_id") != ClientID || r.PostFormValue("client_secret") != ClientSecret {
		w.Header().Set("Content-Type", gatewayapi.ContentTypeProblem)
		w.WriteHeader(http.StatusBadRequest)
		_, _ = io.WriteString(w, `{"error":"invalid_client","error_description":"Client authentication failed"}`)
		return
	}
	w.Header().Set(gatewayapi.HeaderCompanyID, CompanyID)
	reply(w, http.StatusOK, map[string]any{"access_token": "papi-token", "token_type": "Bearer", "expires_in": 86400, "scope": ""})
}

// next makes a name that was not there before. The caller holds the lock.
func (s *Server) next(prefix string) string {
	s.sequence++
	return fmt.Sprintf("%s-%d", prefix, s.sequence)
}

// uuid makes an id. The caller holds the lock.
func (s *Server) uuid() string {
	s.sequence++
	return fmt.Sprintf("00000000-0000-4000-8000-%012d", s.sequence)
}

// now is a fixed time; the fake's times never move by themselves.
func now() time.Time { return time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC) }

func reply(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

func refuse(w http.ResponseWriter, answer Answer) {
	w.Header().Set("Content-Type", gatewayapi.ContentTypeProblem)
	w.WriteHeader(answer.Status)
	answer.Problem.Timestamp = now()
	_ = json.NewEncoder(w).Encode(answer.Problem)
}
