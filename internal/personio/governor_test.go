package personio

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"
)

// sent is an attempt that reached the transport.
type sent struct {
	caller, call string
	at           time.Duration
}

// paced is a client of Personio's API whose transport notes who calls when.
type paced struct {
	t      *testing.T
	client *Client
	start  time.Time
	wait   sync.WaitGroup
	mu     sync.Mutex
	sent   []sent
}

// newPaced makes a client with Personio's limits. answer may be nil for 200.
func newPaced(t *testing.T, answer http.HandlerFunc, change ...func(*Config)) *paced {
	t.Helper()
	p := &paced{t: t, start: time.Now()}
	f := newFake(nil)
	f.fallback = func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, 200, nil) }
	if answer != nil {
		f.fallback = answer
	}
	p.client = f.client(t, append([]func(*Config){func(config *Config) {
		config.PersonioLimits, config.MaxRequestsPerSecond = true, 0
		config.Transport = roundTripper(func(req *http.Request) (*http.Response, error) {
			p.mu.Lock()
			p.sent = append(p.sent, sent{callerFrom(req.Context()), req.Method + " " + req.URL.Path, time.Since(p.start)})
			p.mu.Unlock()
			return f.RoundTrip(req)
		})
	}}, change...)...)
	return p
}

// call makes one call.
func (p *paced) call(ctx context.Context, method, path string) error {
	return p.client.do(ctx, request{method: method, path: path, anonymous: true}, nil)
}

// calls starts calls of a caller and returns when all of them wait.
func (p *paced) calls(n int, caller, method, path string) {
	p.t.Helper()
	for range n {
		p.wait.Go(func() {
			if err := p.call(WithCaller(p.t.Context(), caller), method, path); err != nil {
				p.t.Error(err)
			}
		})
	}
	synctest.Wait()
}

// done waits for all calls and returns what was sent.
func (p *paced) done() []sent {
	p.wait.Wait()
	return p.sent
}

func (p *paced) wantIdle() {
	p.t.Helper()
	g, ok := p.client.retry.HTTPClient.Transport.(*governor)
	if !ok {
		p.t.Fatal("the outermost layer is no governor")
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.waiting) > 0 {
		p.t.Errorf("%d classes still wait", len(g.waiting))
	}
	for name, q := range g.classes {
		if !q.empty() {
			p.t.Errorf("somebody is left in the line of %s", name)
		}
	}
	if g.timer != nil && g.timer.Stop() {
		p.t.Error("the timer runs for nobody")
	}
}

// TestPaceOfEachClass makes many calls at once. By the minute: as many as are
// documented take a minute, and no 60 seconds see more. By the second: a bucket
// of the documented size never runs out.
func TestPaceOfEachClass(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		method, path  string
		calls, burst  int // what goes at once
		figure        int // what Personio documents for the time below
		per, together time.Duration
	}{
		"employees":             {"GET", "/v1/company/employees", 300, 10, 300, time.Minute, time.Minute},
		"employee":              {"GET", "/v1/company/employees/4711", 300, 10, 300, time.Minute, time.Minute},
		"employees in a second": {"GET", "/v1/company/employees", 300, 10, 15, time.Second, time.Minute},
		"documents":             {"POST", "/v1/company/documents", 60, 6, 60, time.Minute, time.Minute},
		"applications":          {"POST", "/v1/recruiting/applications", 20, 5, 20, time.Minute, time.Minute},
		"application documents": {"POST", "/v1/recruiting/applications/documents", 20, 5, 20, time.Minute, time.Minute},
		"v1 auth":               {"POST", "/v1/auth", 60, 6, 60, time.Minute, time.Minute},
		"v2 token":              {"POST", "/v2/auth/token", 150, 15, 150, time.Minute, time.Minute},
		"all of v1":             {"PATCH", "/v1/company/employees/1", 2000, 200, 2000, time.Minute, time.Minute},
		"persons":               {"GET", "/v2/persons", 315, 15, 30, 0, 10 * time.Second},
		"absences":              {"GET", "/v2/absence-periods", 105, 5, 10, 0, 10 * time.Second},
		"breakdowns":            {"GET", "/v2/absence-periods/x/breakdowns", 105, 5, 10, 0, 10 * time.Second},
		"attendances":           {"POST", "/v2/attendance-periods", 105, 5, 10, 0, 10 * time.Second},
		"another endpoint":      {"GET", "/v2/org-units", 315, 15, 30, 0, 10 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				p := newPaced(t, nil)
				p.calls(test.calls, "", test.method, test.path)
				at := make([]time.Duration, 0, test.calls)
				for _, s := range p.done() {
					at = append(at, s.at)
				}
				last := at[len(at)-1]
				if off := last - test.together; len(at) != test.calls || off < 0 || off > time.Millisecond {
					t.Errorf("%d calls took %s, want %d in %s", len(at), last, test.calls, test.together)
				}
				if now := slices.IndexFunc(at, func(d time.Duration) bool { return d > 0 }); now != test.burst {
					t.Errorf("%d calls went at once, want %d", now, test.burst)
				}
				tokens, before := float64(test.figure), time.Duration(0)
				for i, moment := range at {
					if test.per > 0 {
						within := 0
						for _, other := range at[i:] {
							if other < moment+test.per {
								within++
							}
						}
						if within > test.figure {
							t.Fatalf("%d calls within %s from %s", within, test.per, moment)
						}
						continue
					}
					tokens = min(tokens+(moment-before).Seconds()*float64(test.figure), float64(test.figure)) - 1
					if before = moment; tokens < 0 {
						t.Fatalf("a bucket of %d is empty after %s", test.figure, moment)
					}
				}
				p.wantIdle()
			})
		})
	}
}

// TestV1IsCountedTogether: calls of v1 that have a limit of their own count
// towards that of all.
func TestV1IsCountedTogether(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newPaced(t, nil)
		p.calls(5, "", "GET", "/v1/company/employees")
		p.calls(1995, "", "GET", "/v1/company/employees/attributes")
		sent := p.done()
		if took := sent[len(sent)-1].at; took < time.Minute || took > time.Minute+time.Millisecond {
			t.Errorf("2000 calls took %s, want a minute", took)
		}
	})
}

// TestClientsShareTheLimits: two clients that know of each other do together what
// one may, also after the other end told its pace; one that is alone again does all.
func TestClientsShareTheLimits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newPaced(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("X-Ratelimit-Replenish-Rate", "20")
			w.Header().Set("X-Ratelimit-Requested-Tokens", "1")
			w.Header().Set("X-Ratelimit-Remaining", "10")
			writeJSON(w, 200, nil)
		})
		p.client.ShareLimits(2)
		p.calls(145, "", "GET", "/v1/company/employees") // 5 at once, then half of 290 a minute.
		if took := p.done()[144].at; took < 57*time.Second || took > 59*time.Second {
			t.Errorf("145 calls of one of two took %s, want about 58 s", took)
		}
		p.calls(1, "", "GET", "/v2/jobs") // Tells the pace: 20 a second, of which each has 10, and 5 at once.
		p.wait.Wait()
		began := time.Since(p.start)
		p.calls(105, "", "GET", "/v2/jobs")
		p.wait.Wait()
		if took := time.Since(p.start) - began; took < 9900*time.Millisecond || took > 10100*time.Millisecond {
			t.Errorf("105 calls of one of two took %s, want 10 s", took)
		}
		p.client.ShareLimits(1) // Its bucket is empty, and fills twice as fast from now on.
		began = time.Since(p.start)
		p.calls(100, "", "GET", "/v2/jobs")
		p.wait.Wait()
		if took := time.Since(p.start) - began; took < 4900*time.Millisecond || took > 5100*time.Millisecond {
			t.Errorf("100 calls of one alone took %s, want 5 s", took)
		}
		p.wantIdle()
	})
}

// TestRefusalPausesItsClass has one call refused for 20 seconds and looks who
// waits for that.
func TestRefusalPausesItsClass(t *testing.T) {
	t.Parallel()
	const employees, attributes, persons, person = "/v1/company/employees", "/v1/company/employees/attributes", "/v2/persons", "/v2/persons/1"
	for refused, waits := range map[string][]string{
		employees:  {employees},
		attributes: {attributes, employees},
		persons:    {persons},
		person:     {person},
	} {
		for name, pace := range map[string]float64{"paced": 0, "without limits": -1} {
			t.Run(refused+" "+name, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					var once sync.Once
					p := newPaced(t, func(w http.ResponseWriter, r *http.Request) {
						answer := func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, 200, nil) }
						once.Do(func() { answer = tooMany("Retry-After", "20") })
						answer(w, r)
					}, func(config *Config) { config.MaxRequestsPerSecond = pace })
					p.calls(1, "", "GET", refused)
					for _, path := range []string{employees, attributes, persons, person} {
						p.calls(1, "", "GET", path)
					}
					for _, s := range p.done()[1:] {
						want := slices.Contains(waits, s.call[len("GET "):])
						if waited := s.at >= 20*time.Second; waited != want || s.at > 25*time.Second {
							t.Errorf("%s was sent after %s", s.call, s.at)
						}
					}
					p.wantIdle()
				})
			})
		}
	}
}

// TestCallersTakeTurns: whoever comes to a long line of another caller's calls
// is served after one of them.
func TestCallersTakeTurns(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newPaced(t, nil)
		const path = "/v2/absence-periods"
		p.calls(100, "A", "GET", path)
		p.calls(1, "B", "GET", path)
		p.calls(3, "C", "GET", path)
		var order string
		for _, s := range p.done()[5:] { // Five went at once.
			order += s.caller
		}
		if want := "ABCACACAAA"; order[:len(want)] != want || len(order) != 99 {
			t.Errorf("served in the order %s, want %s...", order, want)
		}
		p.wantIdle()
	})
}

// TestClassesTakeTurns: where the overall pace is what holds calls back, a class
// with a long line does not hold up another class.
func TestClassesTakeTurns(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newPaced(t, nil, func(config *Config) { config.MaxRequestsPerSecond = 2 })
		p.calls(20, "A", "GET", "/v2/persons")
		p.calls(3, "B", "GET", "/v2/org-units")
		var order string
		for _, s := range p.done()[1:] { // One went at once.
			order += s.caller
		}
		if want := "ABABABAAAAAAAAAAAAAAAA"; order != want {
			t.Errorf("served in the order %s, want %s", order, want)
		}
		if took := p.sent[22].at; took < 11*time.Second || took > 11*time.Second+time.Millisecond {
			t.Errorf("23 calls at 2 a second took %s", took)
		}
	})
}

// TestWhoGivesUpTakesNoTurn: those who leave the line cost those behind them
// nothing.
func TestWhoGivesUpTakesNoTurn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newPaced(t, nil)
		const path = "/v2/absence-periods"
		p.calls(5, "A", "GET", path)
		ctx, cancel := context.WithCancel(WithCaller(t.Context(), "A"))
		for range 50 {
			p.wait.Go(func() {
				if err := p.call(ctx, "GET", path); !errors.Is(err, context.Canceled) {
					t.Errorf("got %v", err)
				}
			})
		}
		synctest.Wait()
		p.calls(2, "A", "GET", path)
		cancel()
		synctest.Wait()
		p.wait.Wait()
		for i, want := range []time.Duration{100 * time.Millisecond, 200 * time.Millisecond} {
			if got := p.sent[5+i].at; got < want || got > want+time.Millisecond {
				t.Errorf("sent after %s, want %s", got, want)
			}
		}
		if len(p.sent) != 7 {
			t.Errorf("%d calls were sent", len(p.sent))
		}
		p.wantIdle()

		// The last one to leave stops the clock.
		p.calls(5, "A", "GET", path)
		gone, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		go func() { _ = p.call(gone, "GET", path) }()
		synctest.Wait()
		cancel()
		synctest.Wait()
		p.wait.Wait()
		p.wantIdle()
	})
}

// TestNoAtOnce: a call whose turn comes after its deadline is told so at once,
// and its turn depends on whose call it is.
func TestNoAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := newPaced(t, nil)
		const path = "/v2/absence-periods"
		p.calls(25, "A", "GET", path) // 20 of them wait, the last one for 2 s.
		for caller, fits := range map[string]bool{"A": false, "B": true} {
			begun := time.Now()
			ctx, cancel := context.WithTimeout(WithCaller(t.Context(), caller), 1500*time.Millisecond)
			err := p.call(ctx, "GET", path)
			cancel()
			if fits != (err == nil) || !fits && (!errors.Is(err, context.DeadlineExceeded) || !IsHeldBack(err) || time.Since(begun) != 0) {
				t.Errorf("%s: after %s: %v", caller, time.Since(begun), err)
			}
			if fits && time.Since(begun) > 201*time.Millisecond {
				t.Errorf("%s waited %s, want at most 200ms", caller, time.Since(begun))
			}
		}
		p.wait.Wait()
		p.wantIdle()
	})
}

// TestAnswersTellThePace: what x-ratelimit-* headers say is kept to, and a bucket
// that they call empty is left alone until it holds enough again.
func TestAnswersTellThePace(t *testing.T) {
	t.Parallel()
	headers := func(rate, requested, remaining string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			for name, value := range map[string]string{"Replenish-Rate": rate, "Burst-Capacity": rate, "Requested-Tokens": requested, "Remaining": remaining} {
				if value != "" {
					w.Header().Set("X-Ratelimit-"+name, value)
				}
			}
			writeJSON(w, 200, nil)
		}
	}
	for name, test := range map[string]struct {
		path   string
		answer http.HandlerFunc
		pace   float64
		want   [3]time.Duration // of the 2nd, 3rd and 13th call
	}{
		"empty":                 {"/v2/persons", headers("2", "1", "0"), 0, [3]time.Duration{500 * time.Millisecond, 1000 * time.Millisecond, 6000 * time.Millisecond}},
		"too little":            {"/v2/persons", headers("10", "4", "2"), 0, [3]time.Duration{200 * time.Millisecond, 600 * time.Millisecond, 4600 * time.Millisecond}},
		"slower than thought":   {"/v2/persons", headers("4", "1", "3"), 0, [3]time.Duration{0, 0, 2500 * time.Millisecond}},
		"nothing said":          {"/v2/persons", headers("4", "1", ""), 0, [3]time.Duration{0, 0, 0}},
		"nonsense":              {"/v2/persons", headers("NaN", "-1", "0"), 0, [3]time.Duration{0, 0, 0}},
		"no limit wanted":       {"/v2/persons", headers("2", "1", "0"), -1, [3]time.Duration{0, 0, 0}},
		"of v1 only the rest":   {"/v1/company/employees", headers("2", "1", "0"), 0, [3]time.Duration{500 * time.Millisecond, 1000 * time.Millisecond, 0}},
		"never full is not yet": {"/v2/persons", headers("0.001", "1", "0"), 0, [3]time.Duration{30 * time.Second, 60 * time.Second, 0}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				p := newPaced(t, test.answer, func(config *Config) { config.MaxRequestsPerSecond = test.pace })
				for range 14 {
					if err := p.call(t.Context(), "GET", test.path); err != nil {
						t.Fatal(err)
					}
				}
				for i, n := range []int{1, 2, 12} {
					if got, want := p.sent[n].at, test.want[i]; n < 12 || want > 0 {
						if got < want || got > want+time.Millisecond {
							t.Errorf("call %d was sent after %s, want %s", n+1, got, want)
						}
					}
				}
			})
		})
	}
}

// TestTurns compares where a call is told to be in the line with when it comes.
func TestTurns(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var line turns
		callers := rapid.SliceOfN(rapid.SampledFrom([]string{"A", "B", "C", "D"}), 1, 30).Draw(t, "callers")
		all := map[turn]string{}
		var last turn
		ahead := 0
		for _, caller := range callers {
			if len(all) > 0 && rapid.IntRange(0, 3).Draw(t, "serve") == 0 {
				delete(all, line.pop())
			}
			last, ahead = make(turn), line.ahead(caller)
			line.push(caller, last)
			all[last] = caller
		}
		for gone, caller := range all {
			if gone != last && rapid.IntRange(0, 5).Draw(t, "leave") == 0 {
				if !line.remove(caller, gone) || line.remove(caller, gone) {
					t.Fatal("left not at all, or twice")
				}
				delete(all, gone)
				ahead = -1 // It was told before.
			}
		}
		for n := 0; !line.empty(); n++ {
			next := line.pop()
			if next == last && ahead >= 0 && n != ahead {
				t.Fatalf("served after %d, was told %d", n, ahead)
			}
			delete(all, next)
		}
		if len(all) > 0 {
			t.Fatalf("%d were never served", len(all))
		}
	})
}

func TestClassOf(t *testing.T) {
	t.Parallel()
	for call, want := range map[[2]string]string{
		{"GET", "/v1/company/employees"}:                    "v1 employees",
		{"GET", "/v1/company/employees/12"}:                 "v1 employees",
		{"POST", "/v1/company/employees"}:                   "v1",
		{"GET", "/v1/company/employees/attributes"}:         "v1",
		{"GET", "/v1/company/employees/"}:                   "v1",
		{"POST", "/v1/company/documents"}:                   "v1 documents",
		{"GET", "/v1/company/documents"}:                    "v1",
		{"POST", "/v2/auth/token"}:                          "v2 token",
		{"POST", "/v2/auth/revoke"}:                         "/v2/auth/revoke",
		{"GET", "/v2/persons"}:                              "/v2/persons",
		{"PATCH", "/v2/persons/abc"}:                        "/v2/persons/{id}",
		{"GET", "/v2/persons/1/employments/2"}:              "/v2/persons/{id}/employments/{id}",
		{"GET", "/v2/recruiting/applications/1"}:            "/v2/recruiting/applications/{id}",
		{"GET", "/v2/document-management/documents/1/x"}:    "/v2/document-management/documents/{id}/x",
		{"GET", "/v2/absence-periods/1/breakdowns"}:         "/v2/absence-periods/{id}/breakdowns",
		{"GET", "/gateway/v1/custom-integrations"}:          "other",
		{"GET", "/v2/"}:                                     "/v2",
		{"GET", "/v1/company/employees/12/profile-picture"}: "v1",
	} {
		if got := classOf(call[0], call[1]); got.name != want {
			t.Errorf("%s %s is %q, want %q", call[0], call[1], got.name, want)
		}
	}
}

// TestWaitsAreTold: who watches learns how long each call waited, and for what.
func TestWaitsAreTold(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		waits := map[string][]time.Duration{}
		p := newPaced(t, nil, func(config *Config) {
			config.BaseURL = "https://proxy.test/below"
			config.Waited = func(class string, wait time.Duration) {
				mu.Lock()
				defer mu.Unlock()
				waits[class] = append(waits[class], wait.Round(time.Millisecond))
			}
		})
		p.calls(7, "", "GET", "/v2/absence-periods/1")
		p.done()
		want := []time.Duration{0, 0, 0, 0, 0, 100 * time.Millisecond, 200 * time.Millisecond}
		if got := waits["/v2/absence-periods/{id}"]; len(waits) != 1 || !slices.Equal(got, want) {
			t.Errorf("waits %v, want %v", waits, want)
		}
	})
}
