package personio

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"
)

const getPersons = "GET /v2/persons"

func forwarded(t *testing.T, resp *http.Response, err error) string {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

func TestForwardHeaders(t *testing.T) {
	t.Parallel()
	f := newFake(map[string]http.HandlerFunc{getPersons: func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Authorization", r.Header.Get("Authorization"))
		w.Header().Set("Set-Cookie", "PLANTED")
		w.Header().Set("X-Ratelimit-Remaining", "7")
		raw(403, "application/problem+json", "as it is")(w, r)
	}})
	header := http.Header{
		"Authorization": {"Bearer caller"}, "Cookie": {"c"}, "X-Forwarded-For": {"10.0.0.1"}, "Accept-Encoding": {"br"},
		"User-Agent": {"caller/1"}, "Beta": {"true"}, "Accept": {"application/json"}, "X-Request-Id": {"caller-id"},
	}
	query := url.Values{"email": {"ä@b.example"}, "id": {"1", "2"}}
	c := f.client(t, func(c *Config) { c.UserAgent = "gateway/1" })
	resp, err := c.Forward(t.Context(), "GET", "/v2/persons", query, header, nil)
	if got := forwarded(t, resp, err); got != "as it is" || resp.StatusCode != 403 {
		t.Errorf("%d %q", resp.StatusCode, got)
	}
	for key, want := range map[string]string{"Authorization": "", "Set-Cookie": "", "X-Ratelimit-Remaining": "7", "X-Request-Id": "caller-id"} {
		if got := resp.Header.Get(key); got != want {
			t.Errorf("answer: %s is %q", key, got)
		}
	}
	sent := f.seen(getPersons)[0]
	for key, want := range map[string]string{
		"Authorization": "Bearer " + token(1), "Cookie": "", "X-Forwarded-For": "", "Accept-Encoding": "",
		"User-Agent": "gateway/1", "Beta": "true", "Accept": "application/json", "X-Request-Id": "caller-id",
	} {
		if got := sent.header.Get(key); got != want {
			t.Errorf("request: %s is %q", key, got)
		}
	}
	if sent.query != query.Encode() {
		t.Errorf("query %q", sent.query)
	}
	if header.Get("Authorization") != "Bearer caller" {
		t.Error("the caller's header was changed")
	}
}

// TestForwardStreams reads the first half of an answer before the second exists.
func TestForwardStreams(t *testing.T) {
	t.Parallel()
	second := make(chan struct{})
	f := newFake(nil)
	c := served(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == pathToken {
			f.ServeHTTP(w, r)
			return
		}
		_, _ = io.WriteString(w, "first")
		_ = http.NewResponseController(w).Flush()
		select {
		case <-second:
		case <-r.Context().Done():
		}
		_, _ = io.WriteString(w, "second")
	}))
	resp, err := c.Forward(t.Context(), "GET", "/v2/persons", nil, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	buffer := make([]byte, 5)
	if _, err := io.ReadFull(resp.Body, buffer); err != nil || string(buffer) != "first" {
		t.Fatalf("%q, %v", buffer, err)
	}
	close(second)
	if rest, err := io.ReadAll(resp.Body); err != nil || string(rest) != "second" {
		t.Errorf("%q, %v", rest, err)
	}
}

// slowly is a body that gives a byte after each wait.
type slowly struct {
	ctx  context.Context
	wait time.Duration
	left int
}

func (s *slowly) Read(p []byte) (int, error) {
	if s.left == 0 {
		return 0, io.EOF
	}
	select {
	case <-time.After(s.wait):
	case <-s.ctx.Done():
		return 0, s.ctx.Err()
	}
	s.left--
	p[0] = 'x'
	return 1, nil
}

func (s *slowly) Close() error { return nil }

func TestForwardedBodyMayTakeItsTime(t *testing.T) {
	t.Parallel()
	for wait, flows := range map[time.Duration]bool{9 * time.Second: true, 11 * time.Second: false} {
		t.Run(wait.String(), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				f := newFake(nil)
				c := f.client(t, func(config *Config) {
					config.RequestTimeout = 10 * time.Second
					config.Transport = roundTripper(func(req *http.Request) (*http.Response, error) {
						if req.URL.Path == pathToken {
							return f.RoundTrip(req)
						}
						return &http.Response{StatusCode: 200, Header: http.Header{}, Request: req, Body: &slowly{req.Context(), wait, 20}}, nil
					})
				})
				resp, err := c.Forward(t.Context(), "GET", "/v2/persons", nil, nil, nil)
				if err != nil {
					t.Fatal(err)
				}
				defer resp.Body.Close()
				// A reader that dawdles is not the server's fault.
				time.Sleep(time.Hour)
				got, err := io.ReadAll(resp.Body)
				switch {
				case flows && (err != nil || len(got) != 20):
					t.Errorf("%d bytes, %v", len(got), err)
				case !flows && (err == nil || !strings.Contains(err.Error(), "no answer within 10s")):
					t.Errorf("%d bytes, %v", len(got), err)
				}
			})
		})
	}
}

func TestForwardedCallerLeaves(t *testing.T) {
	t.Parallel()
	gone := make(chan struct{})
	f := newFake(nil)
	c := served(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == pathToken {
			f.ServeHTTP(w, r)
			return
		}
		_, _ = io.WriteString(w, "first")
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
		close(gone)
	}))
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	resp, err := c.Forward(ctx, "GET", "/v2/persons", nil, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	cancel()
	if _, err := io.ReadAll(resp.Body); err == nil {
		t.Error("the body ended as if it were whole")
	}
	select {
	case <-gone:
	case <-time.After(10 * time.Second):
		t.Error("the server still works for a caller that left")
	}
}

func TestForwardRepeats(t *testing.T) {
	t.Parallel()
	const body = `{"first_name":"Käthe"}`
	for name, test := range map[string]struct {
		method string
		body   func() io.Reader
		answer int
		want   int
	}{
		"GET 503":             {"GET", nil, 503, 5},
		"HEAD 503":            {"HEAD", nil, 503, 5},
		"GET 401":             {"GET", nil, 401, 2},
		"GET 500":             {"GET", nil, 500, 1},
		"DELETE 503":          {"DELETE", nil, 503, 1},
		"DELETE 401":          {"DELETE", nil, 401, 2},
		"POST 503":            {"POST", func() io.Reader { return strings.NewReader(body) }, 503, 1},
		"POST 429, stream":    {"POST", func() io.Reader { return strings.NewReader(body) }, 429, 1},
		"POST 401, stream":    {"POST", func() io.Reader { return strings.NewReader(body) }, 401, 1},
		"POST 401, in memory": {"POST", func() io.Reader { return bytes.NewReader([]byte(body)) }, 401, 2},
		"POST 429, in memory": {"POST", func() io.Reader { return bytes.NewBufferString(body) }, 429, 5},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				call := test.method + " /v2/persons"
				f := newFake(map[string]http.HandlerFunc{call: status(test.answer)})
				var content io.Reader
				want := ""
				if test.body != nil {
					content, want = test.body(), body
				}
				resp, err := f.client(t).Forward(t.Context(), test.method, "/v2/persons", nil, nil, content)
				forwarded(t, resp, err)
				if resp.StatusCode != test.answer {
					t.Errorf("status %d", resp.StatusCode)
				}
				wantCount(t, f, call, test.want)
				for _, r := range f.seen(call) {
					if r.body != want {
						t.Errorf("body %q", r.body)
					}
				}
			})
		})
	}
}

// TestForwardDropsARefusedToken: a stream cannot be sent twice, but the next
// call must not meet the same token.
func TestForwardDropsARefusedToken(t *testing.T) {
	t.Parallel()
	f := newFake(map[string]http.HandlerFunc{"POST /v2/persons": inTurn(status(401), status(201))})
	c := f.client(t)
	for _, want := range []int{401, 201} {
		resp, err := c.Forward(t.Context(), "POST", "/v2/persons", nil, nil, io.LimitReader(strings.NewReader("x"), 1))
		forwarded(t, resp, err)
		if resp.StatusCode != want {
			t.Errorf("status %d, want %d", resp.StatusCode, want)
		}
	}
	wantCount(t, f, "POST "+pathToken, 2)
}

// withRecruiting gives a client the static pair.
func withRecruiting(c *Config) {
	c.RecruitingCompanyID, c.RecruitingToken = "71001", "PLANTED/static+token"
}

func TestForwardRecruiting(t *testing.T) {
	t.Parallel()
	const apply = "POST /v1/recruiting/applications"
	f := newFake(map[string]http.HandlerFunc{
		apply: func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Authorization", r.Header.Get("Authorization"))
			raw(422, "application/json", "as it is")(w, r)
		},
		getPersons: status(200),
	})
	c := f.client(t, withRecruiting)
	header := http.Header{"Authorization": {"Bearer caller"}, "X-Company-Id": {"1", "2"}, "Content-Type": {"application/json"}}
	resp, err := c.ForwardRecruiting(t.Context(), "POST", "/v1/recruiting/applications", url.Values{"a": {"b"}}, header, strings.NewReader("{}"))
	if got := forwarded(t, resp, err); got != "as it is" || resp.StatusCode != 422 || resp.Header.Get("Authorization") != "" {
		t.Errorf("%d %q, Authorization %q", resp.StatusCode, got, resp.Header.Get("Authorization"))
	}
	sent := f.seen(apply)[0]
	for key, want := range map[string]string{"Authorization": "Bearer PLANTED/static+token", "X-Company-Id": "71001", "Content-Type": "application/json"} {
		if got := sent.header.Values(key); len(got) != 1 || got[0] != want {
			t.Errorf("%s is %q, want %q", key, got, want)
		}
	}
	if sent.query != "a=b" || sent.body != "{}" {
		t.Errorf("query %q, body %q", sent.query, sent.body)
	}
	wantCount(t, f, "POST "+pathToken, 0)

	// The pair is for recruiting only, and what a caller says of a company goes
	// nowhere.
	resp, err = c.Forward(t.Context(), "GET", "/v2/persons", nil, header, nil)
	forwarded(t, resp, err)
	sent = f.seen(getPersons)[0]
	if got := sent.header.Get("Authorization"); got != "Bearer "+token(1) || sent.header.Get("X-Company-Id") != "" {
		t.Errorf("Authorization %q, company id %q", got, sent.header.Get("X-Company-Id"))
	}
}

func TestForwardRecruitingRepeats(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		method string
		answer int
		want   int
	}{
		"POST 429": {"POST", 429, 5},
		"POST 503": {"POST", 503, 1},
		"POST 401": {"POST", 401, 1},
		"GET 401":  {"GET", 401, 1},
		"GET 503":  {"GET", 503, 5},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				call := test.method + " /v1/recruiting/applications"
				f := newFake(map[string]http.HandlerFunc{call: status(test.answer), getPersons: status(200)})
				c := f.client(t, withRecruiting)
				resp, err := c.Forward(t.Context(), "GET", "/v2/persons", nil, nil, nil)
				forwarded(t, resp, err)
				resp, err = c.ForwardRecruiting(t.Context(), test.method, "/v1/recruiting/applications", nil, nil, bytes.NewReader([]byte("{}")))
				forwarded(t, resp, err)
				if resp.StatusCode != test.answer {
					t.Errorf("status %d", resp.StatusCode)
				}
				wantCount(t, f, call, test.want)
				// A refused static token says nothing about the access token.
				resp, err = c.Forward(t.Context(), "GET", "/v2/persons", nil, nil, nil)
				forwarded(t, resp, err)
				wantCount(t, f, "POST "+pathToken, 1)
			})
		})
	}
}

func TestForwardRecruitingWithoutPair(t *testing.T) {
	t.Parallel()
	f := newFake(nil)
	resp, err := f.client(t).ForwardRecruiting(t.Context(), "POST", "/v1/recruiting/applications", nil, nil, nil)
	if err == nil {
		resp.Body.Close()
	}
	if !errors.Is(err, ErrNoCredential) || !strings.Contains(err.Error(), "recruiting") {
		t.Errorf("got %v", err)
	}
	if n := len(f.seen("")) + f.count("POST "+pathToken); n != 0 {
		t.Errorf("%d calls were made", n)
	}
}

func TestForwardWithoutToken(t *testing.T) {
	t.Parallel()
	f := newFake(map[string]http.HandlerFunc{"POST " + pathToken: raw(400, "application/json", `{"error":"invalid_client"}`)})
	resp, err := f.client(t).Forward(t.Context(), "GET", "/v2/persons", nil, nil, nil)
	if err == nil {
		resp.Body.Close()
	}
	if !IsUnauthorized(err) {
		t.Errorf("got %v", err)
	}
	wantCount(t, f, getPersons, 0)
}

func TestForwardRefusesPaths(t *testing.T) {
	t.Parallel()
	f := newFake(nil)
	c := f.client(t)
	for _, path := range []string{
		"", "v2/persons", "/v2/persons/../auth/token", "/v2/./x", "/..", "/v2/%2e%2e/x", "/v2/..%2Fx", "/v2/%2E./x", "/v2/%zz",
		"/v2/persons?x=1", "/v2/persons#x", "/v2/a b", "/v2/\n",
	} {
		resp, err := c.Forward(t.Context(), "GET", path, nil, nil, nil)
		if err == nil {
			resp.Body.Close()
			t.Errorf("%q was sent", path)
		}
	}
	if resp, err := c.Forward(t.Context(), "B A D", "/v2/persons", nil, nil, nil); err == nil {
		resp.Body.Close()
		t.Error("a method with spaces was sent")
	}
	wantCount(t, f, "", 0)
}

// TestPathsArriveAsTheyAre sends every segment that url.PathEscape can make.
func TestPathsArriveAsTheyAre(t *testing.T) {
	t.Parallel()
	c := newFake(nil).client(t, func(c *Config) { c.BaseURL = "https://gateway.test/below%2Fit" })
	rapid.Check(t, func(t *rapid.T) {
		segment := rapid.String().Draw(t, "segment")
		path := "/v2/x/" + url.PathEscape(segment) + "/y"
		u, err := c.url(path, nil)
		if err != nil {
			for part := range strings.SplitSeq(segment, "/") {
				if part == "." || part == ".." {
					return
				}
			}
			t.Fatal(err)
		}
		if got := u.String(); got != "https://gateway.test/below%2Fit"+path {
			t.Fatalf("%s became %s", path, got)
		}
	})
}

// TestNothingSecretIsLogged plants secrets wherever they can be.
func TestNothingSecretIsLogged(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var lines []string
		f := newFake(map[string]http.HandlerFunc{
			getPersons: inTurn(tooMany("X-Echo", "PLANTED"), status(401), func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Authorization", r.Header.Get("Authorization"))
				raw(200, "application/json", `{"PLANTED":1}`)(w, r)
			}),
		})
		c := f.client(t, withRecruiting, func(c *Config) {
			c.Log = func(_ context.Context, message string, fields map[string]any) {
				mu.Lock()
				defer mu.Unlock()
				lines = append(lines, fmt.Sprintf("%s %#v", message, fields))
			}
			next := c.Transport
			c.Transport = roundTripper(func(req *http.Request) (*http.Response, error) {
				if req.URL.Path == "/v2/broken" {
					return nil, &url.Error{Op: "Get", URL: req.URL.String(), Err: io.ErrUnexpectedEOF}
				}
				return next.RoundTrip(req)
			})
		})
		header := http.Header{"X-Api-Key": {"PLANTED"}}
		resp, err := c.Forward(t.Context(), "GET", "/v2/persons", url.Values{"email": {"PLANTED"}, "limit": {"5"}}, header, nil)
		forwarded(t, resp, err)
		resp, err = c.Forward(t.Context(), "GET", "/v2/broken", url.Values{"email": {"PLANTED"}}, header, nil)
		if err == nil {
			resp.Body.Close()
		}
		_, errRecruiting := c.ForwardRecruiting(t.Context(), "POST", "/v2/broken", nil, header, nil) //nolint:bodyclose // There is no answer.
		if errRecruiting == nil {
			t.Fatal("an answer of nobody")
		}
		all := strings.Join(append(lines, err.Error(), errRecruiting.Error(), fmt.Sprintf("%v %#v", c.config, c.config)), "\n")
		wantNoSecret(t, all)
		wantContains(t, all, `"status":429`, `"status":401`, `"status":200`, `"query_parameters":"email,limit"`, `"path":"/v2/persons"`,
			"its calls pause", "unexpected EOF", `"attempt":3`, `"duration_ms":0`, `"header_content_type":"application/json"`, pathToken)
		if want := 3 + 2 + 5 + 1 + 1; len(lines) != want { // Calls, tokens, broken calls, the pause.
			t.Errorf("%d entries, want %d:\n%s", len(lines), want, all)
		}
	})
}
