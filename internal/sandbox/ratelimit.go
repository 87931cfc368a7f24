package sandbox

import (
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// limits counts requests the way Personio does: some endpoints by the minute,
// v2 with a token bucket an endpoint.
type limits struct {
	now func() time.Time

	mu      sync.Mutex
	buckets map[string]*rate.Limiter
	windows map[string]*window
}

func newLimits(now func() time.Time) *limits {
	return &limits{now: now, buckets: make(map[string]*rate.Limiter), windows: make(map[string]*window)}
}

// window allows a number of requests a minute.
type window struct {
	limit    int
	penalty  time.Duration // how long it refuses once it is used up; zero: until the minute is over
	trickle  bool          // during the penalty one request a second passes
	start    time.Time
	used     int
	until    time.Time
	lastPass time.Time
}

func (w *window) allow(now time.Time) bool {
	if now.Before(w.until) {
		if w.trickle && now.Sub(w.lastPass) >= time.Second {
			w.lastPass = now
			return true
		}
		return false
	}
	if now.Sub(w.start) >= time.Minute {
		w.start, w.used = now, 0
	}
	if w.used < w.limit {
		w.used++
		w.lastPass = now
		return true
	}
	if w.penalty > 0 {
		w.until = now.Add(w.penalty)
		w.start, w.used = time.Time{}, 0
	}
	return false
}

// The rates of token buckets, in requests a second; the burst is the same.
const (
	personsRate   = 30
	absencesRate  = 10 // and of attendances
	employeesRate = 15
)

// limited counts a request if limits are on, and refuses it if it is too many.
func (s *Sandbox) limited(next http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if s.limiting.Load() && !s.limits.allow(w.Header(), r) {
			tooManyRequests(w, r)
			return
		}
		next(w, r)
	}
}

// allow counts the request and sets the headers that tell of a token bucket.
func (l *limits) allow(header http.Header, r *http.Request) bool {
	now := l.now()
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case r.URL.Path == "/v1/auth":
		return l.window("v1 auth", window{limit: 60, penalty: time.Minute}).allow(now) && l.address(r, now)
	case r.URL.Path == "/v2/auth/token":
		return l.window("v2 token", window{limit: 150, penalty: time.Minute, trickle: true}).allow(now)
	case r.URL.Path == "/v2/auth/revoke":
		return true
	case isV1(r):
		return l.address(r, now) && l.v1(r, now)
	}
	_, endpoint, _ := strings.Cut(r.Pattern, " ")
	perSecond := personsRate
	if strings.HasPrefix(endpoint, "/v2/absence-periods") || strings.HasPrefix(endpoint, "/v2/attendance-periods") {
		perSecond = absencesRate
	}
	bucket := l.bucket(endpoint, perSecond)
	allowed := bucket.AllowN(now, 1)
	header.Set("X-Ratelimit-Replenish-Rate", strconv.Itoa(perSecond))
	header.Set("X-Ratelimit-Burst-Capacity", strconv.Itoa(perSecond))
	header.Set("X-Ratelimit-Requested-Tokens", "1")
	header.Set("X-Ratelimit-Remaining", strconv.Itoa(max(0, int(bucket.TokensAt(now)))))
	return allowed
}

// v1 applies the limits that single v1 endpoints have.
func (l *limits) v1(r *http.Request, now time.Time) bool {
	switch r.Pattern {
	case "GET /v1/company/employees", "GET /v1/company/employees/{id}":
		return l.bucket("v1 employees", employeesRate).AllowN(now, 1) && l.window("v1 employees", window{limit: 300}).allow(now)
	case "POST /v1/company/documents":
		return l.window("v1 documents", window{limit: 60}).allow(now)
	case "POST /v1/recruiting/applications", "POST /v1/recruiting/applications/documents":
		return l.window(r.Pattern+" of "+r.Header.Get("X-Company-ID"), window{limit: 20}).allow(now)
	}
	return true
}

// address applies the limit of v1 to one IP address.
func (l *limits) address(r *http.Request, now time.Time) bool {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	return l.window("v1 from "+host, window{limit: 2000}).allow(now)
}

func (l *limits) bucket(key string, perSecond int) *rate.Limiter {
	if l.buckets[key] == nil {
		l.buckets[key] = rate.NewLimiter(rate.Limit(perSecond), perSecond)
	}
	return l.buckets[key]
}

func (l *limits) window(key string, fresh window) *window {
	if l.windows[key] == nil {
		l.windows[key] = &fresh
	}
	return l.windows[key]
}
