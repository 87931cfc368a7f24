package sandbox

import (
	"crypto/rand"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/personio-community/terraform-provider-personio/internal/sandbox/company"
)

// Options say which sandbox to make. The zero value is a company of
// [company.DefaultPersons] people from seed zero, without rate limits.
type Options struct {
	// Persons is the head count of the company.
	Persons int
	// Seed picks one of the possible companies; see the package company.
	Seed uint64
	// RateLimits switches Personio's rate limits on; see [Sandbox.SetRateLimits].
	RateLimits bool
	// Now is the clock of tokens, rate limits and record times; nil means [time.Now].
	Now func() time.Time
}

// Sandbox is a demo company behind a look-alike of Personio's public API. It
// holds no goroutine and no file, and needs no closing. It is safe for
// concurrent use; everything can be changed while it serves.
type Sandbox struct {
	now       func() time.Time
	company   *company.Company
	handler   http.Handler
	limits    *limits
	limiting  atomic.Bool
	cursorKey [32]byte

	mu          sync.Mutex
	credentials map[string]*credential
	tokens      map[string]*token
	faults      []*FaultSwitch
	requests    []*Request
}

// New makes a sandbox. It has no credentials yet; see [Sandbox.AddCredential].
func New(options Options) *Sandbox {
	now := options.Now
	if now == nil {
		now = time.Now
	}
	s := &Sandbox{
		now:         now,
		company:     company.New(company.Options{Persons: options.Persons, Seed: options.Seed, Now: now}),
		limits:      newLimits(now),
		credentials: make(map[string]*credential),
		tokens:      make(map[string]*token),
	}
	_, _ = rand.Read(s.cursorKey[:]) // never fails, see crypto/rand
	s.limiting.Store(options.RateLimits)
	s.handler = s.record(s.inject(s.routes()))
	return s
}

// Handler returns the API. Mount it at the root: paths begin with /v1 and /v2.
func (s *Sandbox) Handler() http.Handler { return s.handler }

// Company returns the people behind the API. Changes to it show in the next
// response, which is how a test changes an employee behind a client's back.
func (s *Sandbox) Company() *company.Company { return s.company }

// SetRateLimits switches the rate limits on or off. Counters go on from where they were.
func (s *Sandbox) SetRateLimits(on bool) { s.limiting.Store(on) }

// endpoint is one operation of the API.
type endpoint struct {
	pattern string // of [http.ServeMux]
	right   string // the official scope it takes; empty: any token will do
	beta    bool   // answers only to requests with the header Beta: true
	serve   func(w http.ResponseWriter, r *http.Request, c *caller)
}

func (s *Sandbox) endpoints() []endpoint {
	const read, write = "personio:persons:read", "personio:persons:write"
	return []endpoint{
		{pattern: "GET /v1/company/employees", right: read, serve: s.listEmployees},
		{pattern: "POST /v1/company/employees", right: write, serve: s.createEmployee},
		{pattern: "GET /v1/company/employees/attributes", right: read, serve: s.listAttributes},
		{pattern: "GET /v1/company/employees/custom-attributes", right: read, serve: s.listAttributes},
		{pattern: "GET /v1/company/employees/{id}", right: read, serve: s.getEmployee},
		{pattern: "PATCH /v1/company/employees/{id}", right: write, serve: s.updateEmployee},

		{pattern: "GET /v2/persons", right: read, serve: s.listPersons},
		{pattern: "POST /v2/persons", right: write, serve: s.createPerson},
		{pattern: "GET /v2/persons/{id}", right: read, serve: s.getPerson},
		{pattern: "PATCH /v2/persons/{id}", right: write, serve: s.updatePerson},
		{pattern: "DELETE /v2/persons/{id}", right: write, serve: s.deletePerson},
		{pattern: "GET /v2/persons/{id}/employments", right: read, serve: s.listEmployments},
		{pattern: "GET /v2/persons/{id}/employments/{employment}", right: read, serve: s.getEmployment},
		{pattern: "PATCH /v2/persons/{id}/employments/{employment}", right: write, serve: s.updateEmployment},

		{pattern: "GET /v2/org-units", beta: true, serve: s.listOrgUnits},
		{pattern: "GET /v2/org-units/{id}", serve: s.getOrgUnit},
		{pattern: "GET /v2/legal-entities", serve: s.listLegalEntities},
		{pattern: "GET /v2/legal-entities/{id}", serve: s.getLegalEntity},
		{pattern: "GET /v2/workplaces", beta: true, serve: s.listWorkplaces},
		{pattern: "GET /v2/cost-centers", beta: true, serve: s.listCostCenters},
	}
}

func (s *Sandbox) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/", noRoute)
	mux.HandleFunc("POST /v1/auth", s.limited(s.authV1))
	mux.HandleFunc("POST /v2/auth/token", s.limited(s.authToken))
	mux.HandleFunc("POST /v2/auth/revoke", s.limited(s.authRevoke))
	for _, e := range s.endpoints() {
		mux.HandleFunc(e.pattern, s.limited(s.guarded(e)))
	}
	return mux
}

// guarded lets a request through to an endpoint that it may use.
func (s *Sandbox) guarded(e endpoint) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if e.beta && !strings.EqualFold(r.Header.Get("Beta"), "true") {
			noRoute(w, r)
			return
		}
		c, ok := s.authenticate(r)
		if !ok {
			unauthorized(w, r)
			return
		}
		if request, ok := r.Context().Value(recordKey{}).(*Request); ok {
			s.mu.Lock()
			request.ClientID = c.clientID
			s.mu.Unlock()
		}
		if e.right != "" && !c.rights[e.right] {
			forbidden(w, r)
			return
		}
		if isV1(r) {
			w.Header().Set("Authorization", r.Header.Get("Authorization"))
		}
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		e.serve(w, r, c)
	}
}

const maxBody = 1 << 20 // bytes of a request body that are read

// origin is the scheme and host by which the request reached the API.
func origin(r *http.Request) string {
	if r.TLS != nil {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}

func isV1(r *http.Request) bool { return strings.HasPrefix(r.URL.Path, "/v1/") }
