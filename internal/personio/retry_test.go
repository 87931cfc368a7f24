package personio

import (
	"context"
	"errors"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
)

const (
	integrations   = gatewayapi.PathCustomIntegrations
	credentials    = gatewayapi.PathAPICredentials
	integrationOne = integrations + "/one"
)

func tooMany(header ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		for i := 0; i < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		status(429)(w, r)
	}
}

// TestPauseAfterTooManyRequests computes how long the second attempt waits: at
// least the pause, at most a quarter more.
func TestPauseAfterTooManyRequests(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		header []string
		pause  time.Duration
	}{
		"nothing said":       {nil, time.Second},
		"seconds":            {[]string{"Retry-After", "7"}, 7 * time.Second},
		"too many seconds":   {[]string{"Retry-After", "99999999999"}, time.Minute},
		"an hour":            {[]string{"Retry-After", "3600"}, time.Minute},
		"negative":           {[]string{"Retry-After", "-5"}, time.Second},
		"nonsense":           {[]string{"Retry-After", "1m"}, time.Second},
		"bucket":             {[]string{"X-Ratelimit-Replenish-Rate", "2", "X-Ratelimit-Remaining", "0", "X-Ratelimit-Requested-Tokens", "10"}, 5 * time.Second},
		"bucket, half full":  {[]string{"X-Ratelimit-Replenish-Rate", "2", "X-Ratelimit-Remaining", "4", "X-Ratelimit-Requested-Tokens", "10"}, 3 * time.Second},
		"bucket, quick":      {[]string{"X-Ratelimit-Replenish-Rate", "30", "X-Ratelimit-Remaining", "0"}, time.Second},
		"bucket, never full": {[]string{"X-Ratelimit-Replenish-Rate", "0.001"}, 30 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				f := newFake(map[string]http.HandlerFunc{getAttributes: inTurn(tooMany(test.header...), attributes)})
				if _, err := f.client(t).EmployeeAttributes(t.Context()); err != nil {
					t.Fatal(err)
				}
				calls := f.seen(getAttributes)
				if len(calls) != 2 {
					t.Fatalf("%d calls", len(calls))
				}
				waited := calls[1].at.Sub(calls[0].at)
				if waited < test.pause || waited > test.pause*5/4 {
					t.Errorf("waited %s, want %s and up to a quarter more", waited, test.pause)
				}
				if id := calls[0].header.Get("X-Request-Id"); id == "" || id != calls[1].header.Get("X-Request-Id") {
					t.Error("the attempts of a call do not share a request id")
				}
			})
		})
	}
}

func TestRetryAfterDate(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	header := http.Header{"Retry-After": {now.Add(9 * time.Second).Format(http.TimeFormat)}}
	if got := retryAfter(header, now); got != 9*time.Second {
		t.Errorf("got %s", got)
	}
	if got := retryAfter(header, now.Add(time.Hour)); got != 0 {
		t.Errorf("a date in the past gives %s", got)
	}
}

// TestOnePauseForAll has twenty calls refused together: nobody calls during the
// pause, and it counts as one.
func TestOnePauseForAll(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		f := newFake(map[string]http.HandlerFunc{getAttributes: func(w http.ResponseWriter, r *http.Request) {
			if time.Since(start) < 500*time.Millisecond {
				time.Sleep(100 * time.Millisecond)
				tooMany()(w, r)
				return
			}
			attributes(w, r)
		}})
		c := f.client(t)
		var wait sync.WaitGroup
		for range 20 {
			wait.Go(func() {
				if _, err := c.EmployeeAttributes(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		wait.Wait()
		wantCount(t, f, getAttributes, 40)
		moments := map[time.Time]bool{}
		for _, r := range f.seen(getAttributes)[20:] {
			after := r.at.Sub(start)
			moments[r.at] = true
			if after < 1100*time.Millisecond || after > 1350*time.Millisecond {
				t.Errorf("came back after %s", after)
			}
		}
		if len(moments) < 2 {
			t.Error("all came back in the same moment")
		}
	})
}

// TestPauseReachesTheQueue: calls that wait for the bucket when a 429 arrives
// wait for the end of the pause as well.
func TestPauseReachesTheQueue(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFake(map[string]http.HandlerFunc{getAttributes: inTurn(tooMany("Retry-After", "20"), attributes)})
		c := f.client(t, func(config *Config) { config.MaxRequestsPerSecond = 1 })
		if _, err := c.Token(t.Context()); err != nil {
			t.Fatal(err)
		}
		var wait sync.WaitGroup
		for range 5 {
			wait.Go(func() {
				if _, err := c.EmployeeAttributes(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		wait.Wait()
		calls := f.seen(getAttributes)
		for _, r := range calls[1:] {
			if after := r.at.Sub(calls[0].at); after < 20*time.Second {
				t.Errorf("called %s after the refusal", after)
			}
		}
	})
}

func TestTooManyRequestsEndsWithTheAnswer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFake(map[string]http.HandlerFunc{getAttributes: tooMany()})
		start := time.Now()
		_, err := f.client(t).EmployeeAttributes(t.Context())
		if err == nil {
			t.Fatal("no error")
		}
		wantContains(t, err.Error(), "429", "max_requests_per_second", "5 attempts", "trace-1")
		wantCount(t, f, getAttributes, 5)
		// 1 + 2 + 4 + 8 seconds and up to a quarter more.
		if took := time.Since(start); took < 15*time.Second || took > 19*time.Second {
			t.Errorf("took %s", took)
		}
	})
}

func TestWaitObeysTheContext(t *testing.T) {
	t.Parallel()
	for name, handler := range map[string]http.HandlerFunc{"pause": tooMany("Retry-After", "50"), "backoff": status(503)} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				f := newFake(map[string]http.HandlerFunc{getAttributes: handler})
				ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
				defer cancel()
				start := time.Now()
				_, err := f.client(t).EmployeeAttributes(ctx)
				if !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != 200*time.Millisecond {
					t.Errorf("after %s: %v", time.Since(start), err)
				}
				wantContains(t, err.Error(), "stopped")
			})
		})
	}
}

func TestPace(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFake(map[string]http.HandlerFunc{getAttributes: attributes})
		c := f.client(t, func(config *Config) { config.MaxRequestsPerSecond = 10 })
		start := time.Now()
		var wait sync.WaitGroup
		for range 101 {
			wait.Go(func() {
				if _, err := c.EmployeeAttributes(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		wait.Wait()
		// 101 calls and a token, of which two need not wait.
		if took := time.Since(start); took < 9900*time.Millisecond || took > 10100*time.Millisecond {
			t.Errorf("took %s, want 10 s", took)
		}
		// Whoever cannot make it in time learns that at once.
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		for range 3 {
			wait.Go(func() { _, _ = c.EmployeeAttributes(ctx) })
		}
		wait.Wait()
		if _, err := c.EmployeeAttributes(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
	})
}

// TestWhatIsRepeated states for each kind of call and answer how many attempts
// there are.
func TestWhatIsRepeated(t *testing.T) {
	t.Parallel()
	type do func(ctx context.Context, c *Client) error
	calls := map[string]do{
		"GET " + integrationOne: func(ctx context.Context, c *Client) error {
			return c.do(ctx, request{method: "GET", path: integrationOne}, nil)
		},
		"POST " + integrations: func(ctx context.Context, c *Client) error { // With a key.
			_, err := c.CustomIntegrations().Create(ctx, gatewayapi.CustomIntegrationCreate{Name: "x"})
			return err
		},
		"POST /v2/keyless": func(ctx context.Context, c *Client) error {
			return c.do(ctx, request{method: "POST", path: "/v2/keyless", body: 1}, nil)
		},
		"PATCH " + integrationOne: func(ctx context.Context, c *Client) error {
			_, err := c.CustomIntegrations().Update(ctx, "one", "7", gatewayapi.CustomIntegrationUpdate{})
			return err
		},
		"DELETE " + integrationOne: func(ctx context.Context, c *Client) error {
			return c.CustomIntegrations().Delete(ctx, "one", false)
		},
	}
	const all, once = 5, 1
	for answer, want := range map[int]map[string]int{
		400: {}, 403: {}, 404: {}, 409: {}, 412: {}, 422: {}, 500: {}, 501: {},
		429: {"GET": all, "POST": all, "POST keyless": all, "PATCH": all, "DELETE": all},
		502: {"GET": all, "POST": all, "DELETE": all},
		503: {"GET": all, "POST": all, "DELETE": all},
		504: {"GET": all, "POST": all, "DELETE": all},
	} {
		for call, do := range calls {
			t.Run(http.StatusText(answer)+"/"+call, func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					f := newFake(map[string]http.HandlerFunc{call: status(answer)})
					err := do(t.Context(), f.client(t))
					e, ok := asError(err)
					if !ok || e.Status != answer || e.Problem == nil {
						t.Fatalf("got %v", err)
					}
					method, path, _ := strings.Cut(call, " ")
					if strings.HasSuffix(path, "keyless") {
						method += " keyless"
					}
					wantCount(t, f, call, max(want[method], once))
					if e.Attempts != max(want[method], once) {
						t.Errorf("%d attempts in the error", e.Attempts)
					}
				})
			})
		}
	}
}

func TestRetriesCanBeOff(t *testing.T) {
	t.Parallel()
	f := newFake(map[string]http.HandlerFunc{getAttributes: tooMany()})
	if _, err := f.client(t, func(c *Config) { c.MaxRetries = -1 }).EmployeeAttributes(t.Context()); err == nil {
		t.Fatal("no error")
	}
	wantCount(t, f, getAttributes, 1)
}

func TestRetriesEndInTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFake(map[string]http.HandlerFunc{getAttributes: tooMany("Retry-After", "59")})
		start := time.Now()
		if _, err := f.client(t, func(c *Config) { c.MaxRetries = 1000 }).EmployeeAttributes(t.Context()); err == nil {
			t.Fatal("no error")
		}
		if took := time.Since(start); took > retryFor+75*time.Second {
			t.Errorf("took %s", took)
		}
	})
}

func TestRepeatedCreateKeepsItsKey(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFake(map[string]http.HandlerFunc{"POST " + credentials: inTurn(status(502), func(w http.ResponseWriter, _ *http.Request) {
			// The answer breaks off: the client must ask for it again.
			w.Header().Set("Content-Length", "9999")
			w.WriteHeader(201)
			_, _ = w.Write([]byte(`{"id":"c`))
			panic(http.ErrAbortHandler)
		}, func(w http.ResponseWriter, _ *http.Request) {
			writeJSON(w, 201, gatewayapi.APICredential{ID: "c", ClientSecret: "papi-new"})
		})})
		abort := &http.Client{Transport: abortable{f}}
		c := f.client(t, func(config *Config) { config.Transport = abort.Transport })
		got, err := c.APICredentials().Create(t.Context(), gatewayapi.APICredentialCreate{Name: "n"})
		if err != nil || got.ClientSecret != "papi-new" {
			t.Fatalf("got %v, %v", got.ID, err)
		}
		calls := f.seen("POST " + credentials)
		if len(calls) != 3 {
			t.Fatalf("%d calls", len(calls))
		}
		for _, r := range calls {
			if key := r.header.Get("Idempotency-Key"); key == "" || key != calls[0].header.Get("Idempotency-Key") || r.body != calls[0].body {
				t.Error("an attempt differs from the first")
			}
		}
		if _, err := c.APICredentials().Create(t.Context(), gatewayapi.APICredentialCreate{Name: "n"}); err != nil {
			t.Fatal(err)
		}
		if f.seen("POST " + credentials)[3].header.Get("Idempotency-Key") == calls[0].header.Get("Idempotency-Key") {
			t.Error("two calls share a key")
		}
	})
}

// abortable turns http.ErrAbortHandler of a fake into a body that breaks off.
type abortable struct{ next http.RoundTripper }

func (a abortable) RoundTrip(req *http.Request) (resp *http.Response, err error) {
	defer func() {
		if recover() != nil {
			resp, err = &http.Response{StatusCode: 201, Header: http.Header{}, Body: broken{}, Request: req}, nil
		}
	}()
	return a.next.RoundTrip(req)
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, errors.New("unexpected EOF") }
func (broken) Close() error             { return nil }

func TestBrokenAnswerOfAChangeIsReported(t *testing.T) {
	t.Parallel()
	f := newFake(map[string]http.HandlerFunc{"PATCH " + integrationOne: func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }})
	c := f.client(t, func(config *Config) { config.Transport = abortable{f} })
	_, err := c.CustomIntegrations().Update(t.Context(), "one", "", gatewayapi.CustomIntegrationUpdate{})
	if err == nil {
		t.Fatal("no error")
	}
	wantContains(t, err.Error(), "HTTP 201", "broke off")
	wantCount(t, f, "PATCH "+integrationOne, 1)
}

// TestConnectionErrors counts attempts by what went wrong and what was called.
func TestConnectionErrors(t *testing.T) {
	t.Parallel()
	dial := &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("connection refused")}
	read := &net.OpError{Op: "read", Net: "tcp", Err: errors.New("connection reset by peer")}
	for name, test := range map[string]struct {
		err    error
		method string
		want   int
	}{
		"GET not connected":   {dial, "GET", 5},
		"POST not connected":  {dial, "POST", 5},
		"PATCH not connected": {dial, "PATCH", 5},
		"GET cut off":         {read, "GET", 5},
		"DELETE cut off":      {read, "DELETE", 5},
		"POST cut off":        {read, "POST", 1},
		"PATCH cut off":       {read, "PATCH", 1},
		"no such host":        {&net.OpError{Op: "dial", Err: &net.DNSError{Err: "no such host", Name: "gateway.test", IsNotFound: true}}, "GET", 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				f := newFake(nil)
				attempts := 0
				c := f.client(t, func(config *Config) {
					config.Transport = roundTripper(func(req *http.Request) (*http.Response, error) {
						if req.URL.Path == pathToken {
							return f.RoundTrip(req)
						}
						attempts++
						return nil, test.err
					})
				})
				err := c.do(t.Context(), request{method: test.method, path: "/v2/x", query: map[string][]string{"email": {"a@b.example"}}}, nil)
				if !errors.Is(err, test.err) {
					t.Fatalf("got %v", err)
				}
				if attempts != test.want {
					t.Errorf("%d attempts, want %d", attempts, test.want)
				}
				wantContains(t, err.Error(), "could not reach https://gateway.test", test.err.Error(), "base_url", test.method+" /v2/x")
				if strings.Contains(err.Error(), "example") {
					t.Errorf("a query is in %q", err)
				}
			})
		})
	}
}

func TestUnreachableServer(t *testing.T) {
	t.Parallel()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	base := "http://" + listener.Addr().String()
	_ = listener.Close()
	c, err := New(Config{BaseURL: base, ClientID: testID, ClientSecret: testSecret, MaxRetries: -1})
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.CustomIntegrations().Get(t.Context(), "one")
	if err == nil {
		t.Fatal("no error")
	}
	wantContains(t, err.Error(), "getting an access token", base, "refused", "base_url", "PERSONIO_BASE_URL")
	wantNoSecret(t, err.Error())
}

func TestSilentServer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFake(nil)
		c := f.client(t, func(config *Config) {
			config.RequestTimeout, config.MaxRetries = 3*time.Second, 1
			config.Transport = roundTripper(func(req *http.Request) (*http.Response, error) {
				if req.URL.Path == pathToken {
					return f.RoundTrip(req)
				}
				<-req.Context().Done()
				return nil, req.Context().Err()
			})
		})
		start := time.Now()
		_, err := c.EmployeeAttributes(t.Context())
		if err == nil {
			t.Fatal("no error")
		}
		wantContains(t, err.Error(), "no answer within 3s", "2 attempts", "base_url")
		// Two attempts, and 0.5 s and up to a quarter more between them.
		if took := time.Since(start); took < 6500*time.Millisecond || took > 6625*time.Millisecond {
			t.Errorf("took %s", took)
		}
	})
}

func TestRedirectIsNotFollowed(t *testing.T) {
	t.Parallel()
	f := newFake(map[string]http.HandlerFunc{getAttributes: func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "https://user:PLANTED@elsewhere.test/login?code=PLANTED", http.StatusFound)
	}})
	_, err := f.client(t).EmployeeAttributes(t.Context())
	if err == nil {
		t.Fatal("no error")
	}
	wantContains(t, err.Error(), "HTTP 302", "https://elsewhere.test/login", "base_url")
	wantNoSecret(t, err.Error())
	wantCount(t, f, "", 1)
}
