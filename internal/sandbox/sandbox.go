package sandbox

import (
	"crypto/rand"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/personio-community/terraform-provider-personio/internal/sandbox/company"
	"github.com/personio-community/terraform-provider-personio/internal/sandbox/recorder"
	"github.com/personio-community/terraform-provider-personio/internal/sandbox/records"
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
	// Webhooks say how events get to webhooks.
	Webhooks WebhookOptions
}

// Sandbox is a demo company behind a look-alike of Personio's public API. It
// holds no file, and no goroutine but while it delivers to webhooks; one that has
// delivered needs closing. It is safe for concurrent use; everything can be
// changed while it serves.
type Sandbox struct {
	// Recorder remembers every request, also those that a fault answers. The
	// client id is that of a valid token, empty for the token endpoints.
	*recorder.Recorder

	now       func() time.Time
	company   *company.Company
	records   *records.Records
	handler   http.Handler
	limits    *limits
	webhooks  *deliverer
	limiting  atomic.Bool
	cursorKey [32]byte

	mu          sync.Mutex
	credentials map[string]*credential
	recruiting  map[string]RecruitingCredential // by token
	tokens      map[string]*token
	faults      []*FaultSwitch
	redelivered []time.Time // when events were sent again, of the last hour
}

// New makes a sandbox. It has no credentials yet; see [Sandbox.AddCredential].
func New(options Options) *Sandbox {
	now := options.Now
	if now == nil {
		now = time.Now
	}
	s := &Sandbox{
		Recorder:    recorder.New(now),
		now:         now,
		company:     company.New(company.Options{Persons: options.Persons, Seed: options.Seed, Now: now}),
		limits:      newLimits(now),
		credentials: make(map[string]*credential),
		recruiting:  make(map[string]RecruitingCredential),
		tokens:      make(map[string]*token),
	}
	s.records = records.New(options.Seed, s.company)
	_, _ = rand.Read(s.cursorKey[:]) // never fails, see crypto/rand
	s.limiting.Store(options.RateLimits)
	s.webhooks = newDeliverer(s, options.Webhooks)
	s.watch()
	s.handler = s.Record(s.inject(s.routes()))
	return s
}

// Handler returns the API. Mount it at the root: paths begin with /v1 and /v2.
func (s *Sandbox) Handler() http.Handler { return s.handler }

// Company returns the people behind the API. Changes to it show in the next
// response, which is how a test changes an employee behind a client's back.
func (s *Sandbox) Company() *company.Company { return s.company }

// Records returns what the people leave behind: absences, documents and so on.
// A change of a table shows in the next response.
func (s *Sandbox) Records() *records.Records { return s.records }

// Close ends the delivery to webhooks; what is not delivered by then never will
// be. The API goes on to answer.
func (s *Sandbox) Close() { s.webhooks.close() }

// SetRateLimits switches the rate limits on or off. Counters go on from where they were.
func (s *Sandbox) SetRateLimits(on bool) { s.limiting.Store(on) }

const maxBody = 1 << 20 // bytes of a request body that are read

// origin is the scheme and host by which the request reached the API.
func origin(r *http.Request) string {
	if r.TLS != nil {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}

func isV1(r *http.Request) bool { return strings.HasPrefix(r.URL.Path, "/v1/") }
