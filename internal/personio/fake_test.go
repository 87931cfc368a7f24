package personio

import (
	"bytes"
	"encoding/json"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	testID     = "papi-0b5e0a52-6f3c-4f0e-9c1e-2f4c6f0f7a11"
	testSecret = "papi-PLANTED/secret+\"of the client\""
)

// recorded is a request that a fake has seen.
type recorded struct {
	method, path, query, body string
	header                    http.Header
	at                        time.Time
}

// fake is a scripted API: a map from "METHOD /path" to what answers. It is a
// transport as well as a handler, so that it works inside a synctest bubble.
// Tokens are issued by default and numbered from 1.
type fake struct {
	mu       sync.Mutex
	script   map[string]http.HandlerFunc
	fallback http.HandlerFunc // nil: Personio's answer for an unknown route
	requests []recorded
	tokens   int
}

func newFake(script map[string]http.HandlerFunc) *fake {
	return &fake{script: script}
}

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(body))
	f.mu.Lock()
	f.requests = append(f.requests, recorded{r.Method, r.URL.Path, r.URL.RawQuery, string(body), r.Header.Clone(), time.Now()})
	handler := f.script[r.Method+" "+r.URL.Path]
	if handler == nil && r.URL.Path == pathToken {
		f.tokens++
		n := f.tokens
		handler = func(w http.ResponseWriter, _ *http.Request) { writeToken(w, n, 86400) }
	}
	if handler == nil {
		handler = f.fallback
	}
	f.mu.Unlock()
	if handler == nil {
		writeProblem(w, 404, "Not Found", "", "https://developer.personio.de/reference/errors#apinot_found", map[string]string{"path": r.URL.Path})
		return
	}
	handler(w, r)
}

// RoundTrip answers without a network.
func (f *fake) RoundTrip(req *http.Request) (*http.Response, error) {
	if err := req.Context().Err(); err != nil {
		return nil, err
	}
	recorder := httptest.NewRecorder()
	sent := req.Clone(req.Context())
	if sent.Body == nil {
		sent.Body = http.NoBody
	}
	f.ServeHTTP(recorder, sent)
	resp := recorder.Result()
	resp.Request = req
	return resp, nil
}

// count says how often a call was made, tokens not counted if call is "".
func (f *fake) count(call string) int { return len(f.seen(call)) }

func (f *fake) seen(call string) []recorded {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(f.requests), func(r recorded) bool {
		if call == "" {
			return r.path == pathToken
		}
		return r.method+" "+r.path != call
	})
}

func token(n int) string { return "papi-PLANTED-token-" + strings.Repeat("i", n) }

func writeToken(w http.ResponseWriter, n, seconds int) {
	writeJSON(w, 200, map[string]any{
		"access_token": token(n), "token_type": "Bearer", "expires_in": seconds, "scope": "personio:persons:read employees:write",
	})
}

func writeJSON(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body)
}

func writeProblem(w http.ResponseWriter, status int, title, detail, kind string, meta map[string]string) {
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{
		"personio_trace_id": "trace-1", "timestamp": "2026-01-02T03:04:05.000Z",
		"errors": []any{map[string]any{"title": title, "detail": detail, "type": kind, "_meta": meta}},
	})
}

func raw(status int, contentType, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

// inTurn answers the n-th request with the n-th handler, and all later ones
// with the last.
func inTurn(handlers ...http.HandlerFunc) http.HandlerFunc {
	var mu sync.Mutex
	n := 0
	return func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		handler := handlers[min(n, len(handlers)-1)]
		n++
		mu.Unlock()
		handler(w, r)
	}
}

func status(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		writeProblem(w, code, http.StatusText(code), "detail", "https://developer.personio.de/reference/errors#x", nil)
	}
}

func attributes(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, 200, map[string]any{"success": true, "data": []any{
		map[string]any{"key": "first_name", "label": "First name", "type": "standard", "universal_id": "first_name"},
		map[string]any{"key": "dynamic_4711", "label": "Größe", "type": "list", "universal_id": nil, "options": []string{"S", "M"}},
	}})
}

const getAttributes = "GET " + pathEmployeeAttributes

// client makes a client of a fake, without a pace unless asked for one.
func (f *fake) client(t *testing.T, change ...func(*Config)) *Client {
	t.Helper()
	config := Config{
		BaseURL: "https://gateway.test", ClientID: testID, ClientSecret: testSecret,
		MaxRequestsPerSecond: -1, Transport: f,
	}
	for _, c := range change {
		c(&config)
	}
	c, err := New(config)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// served makes a client of a real server.
func served(t *testing.T, handler http.Handler, change ...func(*Config)) *Client {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	config := Config{BaseURL: server.URL, ClientID: testID, ClientSecret: testSecret, MaxRequestsPerSecond: -1}
	for _, c := range change {
		c(&config)
	}
	c, err := New(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.CloseIdleConnections)
	return c
}

// clock is a clock that tests set.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: time.Date(2026, 5, 4, 3, 2, 1, 0, time.UTC)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

func wantCount(t *testing.T, f *fake, call string, want int) {
	t.Helper()
	if got := f.count(call); got != want {
		t.Errorf("%d calls %q, want %d", got, call, want)
	}
}

func wantContains(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("%q does not contain %q", text, part)
		}
	}
}

func wantNoSecret(t *testing.T, text string) {
	t.Helper()
	for _, secret := range []string{"PLANTED", testSecret} {
		if strings.Contains(text, secret) {
			t.Errorf("a secret is in %q", text)
		}
	}
}

// discard is a server's log that nobody reads.
var discard = log.New(io.Discard, "", 0)
