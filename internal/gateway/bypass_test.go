package gateway_test

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"

	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
	"github.com/personio-community/terraform-provider-personio/internal/sandbox"
)

// hidden stands for every value that a client must not see.
const hidden = "hidden@example.com"

// wire is what a gateway and Personio say to each other: the requests are kept,
// and a test may answer them by hand.
type wire struct {
	*env
	mu       sync.Mutex
	requests []*http.Request
	bodies   []string
	answer   http.HandlerFunc
}

// startWired starts a gateway in front of a sandbox behind a wire.
func startWired(t *testing.T) *wire {
	t.Helper()
	w := &wire{}
	box := sandbox.New(sandbox.Options{Persons: 12, Seed: 5})
	w.env = startBefore(t, box, http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.URL.Path, "/auth") {
			box.Handler().ServeHTTP(rw, r)
			return
		}
		body, _ := io.ReadAll(r.Body) // What is missing of a body fails the test that looks at it.
		r.Body = io.NopCloser(bytes.NewReader(body))
		w.mu.Lock()
		w.requests, w.bodies = append(w.requests, r.Clone(t.Context())), append(w.bodies, string(body))
		answer := w.answer
		w.mu.Unlock()
		if answer == nil {
			answer = box.Handler().ServeHTTP
		}
		answer(rw, r)
	}))
	return w
}

// respond sets how Personio answers from now on; nil: as the sandbox does.
func (w *wire) respond(answer http.HandlerFunc) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.answer, w.requests, w.bodies = answer, nil, nil
}

// respondJSON answers with a body.
func (w *wire) respondJSON(body string) {
	w.respond(func(rw http.ResponseWriter, _ *http.Request) {
		rw.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(rw, body)
	})
}

// asked takes the requests since the last answer was set, or since it was asked.
func (w *wire) asked() (requests []*http.Request, bodies []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	requests, bodies = w.requests, w.bodies
	w.requests, w.bodies = nil, nil
	return requests, bodies
}

// wantUnasked fails the test if anything reached Personio.
func (w *wire) wantUnasked(name string) {
	w.t.Helper()
	requests, _ := w.asked()
	for _, r := range requests {
		w.t.Errorf("%s: Personio was asked %s %s", name, r.Method, r.RequestURI)
	}
}

// reply is the head of an answer, and what followed its body.
type reply struct {
	status          int
	header, trailer http.Header
}

// raw sends the bytes of a request and reads the answer with its body; err is
// that of the body.
func (w *wire) raw(request string) (r reply, body string, err error) {
	w.t.Helper()
	conn, err := (&net.Dialer{}).DialContext(w.t.Context(), "tcp", jsonHost(w.gatewayURL))
	if err != nil {
		w.t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	// A server that refuses early may close before all is written.
	_, _ = io.WriteString(conn, request)
	method, _, _ := strings.Cut(request, " ")
	resp, err := http.ReadResponse(bufio.NewReader(conn), &http.Request{Method: method})
	if err != nil {
		w.t.Fatalf("%.100q: %v", request, err)
	}
	defer func() { _ = resp.Body.Close() }()
	data, err := io.ReadAll(resp.Body)
	return reply{resp.StatusCode, resp.Header, resp.Trailer}, string(data), err
}

// request writes down a request; lines are header lines.
func request(method, target, token string, lines ...string) string {
	head := append([]string{method + " " + target + " HTTP/1.1", "Host: gateway.example.com", "Authorization: Bearer " + token, "Connection: close"}, lines...)
	return strings.Join(head, "\r\n") + "\r\n\r\n"
}

// duplicates are the copies of a body in which one object, each in its turn, has
// its first member twice; spell writes the second name.
func duplicates(t *testing.T, body []byte, spell func(string) string) map[string]string {
	t.Helper()
	dec, found := jsontext.NewDecoder(bytes.NewReader(body)), map[string]string{}
	for {
		token, err := dec.ReadToken()
		if errors.Is(err, io.EOF) {
			return found
		}
		if err != nil {
			t.Fatal(err)
		}
		if token.Kind() != '{' || dec.PeekKind() != '"' {
			continue
		}
		at := dec.InputOffset()
		name, err := dec.ReadToken()
		if err != nil {
			t.Fatal(err)
		}
		member := fmt.Sprintf(`"%s":%q,`, spell(name.String()), hidden)
		found[string(dec.StackPointer())] = string(body[:at]) + member + string(body[at:])
	}
}

// escapedName spells every character of a name as an escape.
func escapedName(name string) string {
	var b strings.Builder
	for _, c := range name {
		fmt.Fprintf(&b, `\u%04x`, c)
	}
	return b.String()
}

// A name that stands twice in any object of any answer, however it is spelled,
// is a fault of the whole answer.
func TestBypassDuplicateNames(t *testing.T) {
	t.Parallel()
	w := startWired(t)
	token, full, spellings := w.scoped("first_name", "supervisor", "department"), w.fullToken(), map[string]func(string) string{
		"plain": func(name string) string { return name }, "escaped": escapedName,
	}
	count := 0
	for _, path := range w.paths() {
		path = strings.ReplaceAll(path, "limit=20", "limit=1")
		w.respond(nil)
		body := w.full(full, path)
		for spelling, spell := range spellings {
			for place, broken := range duplicates(t, body, spell) {
				w.respondJSON(broken)
				a := w.call(http.MethodGet, path, token, nil)
				if a.status != http.StatusBadGateway || strings.Contains(string(a.body), hidden) {
					t.Errorf("GET %s, %s duplicate at %s: status %d; %.200s", path, spelling, place, a.status, a.body)
				}
				count++
			}
		}
	}
	if count < 200 {
		t.Errorf("%d objects were tried, which is hardly all", count)
	}
}

// Escaped names are the names they spell: an answer that is written in escapes
// only is filtered like the same answer written plainly.
func TestBypassEscapedNames(t *testing.T) {
	t.Parallel()
	w := startWired(t)
	token, full := w.scoped("first_name", "supervisor", "department"), w.fullToken()
	for _, path := range w.paths() {
		w.respond(nil)
		body := call(t, http.MethodGet, w.personioURL+path, full, nil).want(http.StatusOK).body
		w.respondJSON(string(body))
		want := w.call(http.MethodGet, path, token, nil).want(http.StatusOK)
		var escaped bytes.Buffer
		for dec := jsontext.NewDecoder(bytes.NewReader(body)); ; {
			before := dec.InputOffset()
			token, err := dec.ReadToken()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			text := body[before:dec.InputOffset()]
			if token.Kind() == '"' {
				text = fmt.Appendf(bytes.Clone(text[:bytes.IndexByte(text, '"')]), `"%s"`, escapedName(token.String()))
			}
			escaped.Write(text)
		}
		w.respondJSON(escaped.String())
		got := w.call(http.MethodGet, path, token, nil).want(http.StatusOK)
		if diff := cmp.Diff(decode[object](want), decode[object](got)); diff != "" {
			t.Errorf("GET %s (-plain +escaped):\n%s", path, diff)
		}
	}
}

// Nesting: what is too deep is refused; people within people are filtered at
// whatever depth.
func TestBypassDeepNesting(t *testing.T) {
	t.Parallel()
	w := startWired(t)
	token := w.scoped("first_name", "supervisor")
	lists, objects := strings.Repeat("[", 10_000)+strings.Repeat("]", 10_000), strings.Repeat(`{"a":`, 10_000)+"1"+strings.Repeat("}", 10_000)
	for _, deep := range []string{lists, objects} {
		for path, body := range map[string]string{
			"/v2/persons?limit=1":           `{"_data":[{"id":"1","email":"` + hidden + `","first_name":` + deep + `}]}`,
			"/v2/persons?limit=2":           `{"_data":[{"id":"1","first_name":"A","email":` + deep + `}]}`,
			"/v1/company/employees?limit=1": `{"data":[{"attributes":{"first_name":{"value":` + deep + `},"email":{"value":"` + hidden + `"}}}]}`,
			"/v1/company/employees/1":       `{"data":{"attributes":{"email":{"value":` + deep + `}}}}`,
		} {
			w.respondJSON(body)
			if a := w.call(http.MethodGet, path, token, nil); a.status != http.StatusBadGateway || strings.Contains(string(a.body), hidden) {
				t.Errorf("GET %s: status %d; %.200s", path, a.status, a.body)
			}
		}
	}
	const levels = 2_000
	w.respondJSON(`{"success":true,"data":{"type":"Employee","attributes":` +
		strings.Repeat(`{"email":{"value":"`+hidden+`"},"supervisor":{"value":{"type":"Employee","attributes":`, levels) +
		`{"first_name":{"value":"last"},"email":{"value":"` + hidden + `"}}` + strings.Repeat(`}}}`, levels) + `}}`)
	got := string(w.call(http.MethodGet, "/v1/company/employees/1", token, nil).want(http.StatusOK).body)
	if strings.Count(got, `"supervisor"`) != levels || !strings.Contains(got, "last") || strings.Contains(got, hidden) {
		t.Errorf("%d levels came out; %.200s", strings.Count(got, `"supervisor"`), got)
	}
}

// Numbers come out digit for digit, also those that no float64 holds.
func TestBypassNumbers(t *testing.T) {
	t.Parallel()
	w := startWired(t)
	token := w.scoped("first_name")
	for _, number := range []string{
		"12345678901234567890", "-0", "1e999", "1E+2", "0.1000000000000000055511151231257827", "123456789012345678901234567890.12345678901234567890",
		strings.Repeat("9", 5000),
	} {
		for path, body := range map[string]string{
			"/v1/company/employees":   `{"success":true,"data":[{"attributes":{"first_name":{"value":[NUMBER]},"fix_salary":{"value":777000777}}}]}`,
			"/v1/company/employees/1": `{"success":true,"data":{"attributes":{"first_name":{"value":{"type":"Department","attributes":{"n":[NUMBER]}}}}}}`,
			"/v2/persons":             `{"_data":[{"id":"1","first_name":[NUMBER],"salary":777000777}]}`,
			"/v2/persons/1":           `{"id":[NUMBER],"email":1}`,
		} {
			w.respondJSON(strings.ReplaceAll(body, "NUMBER", number))
			a := w.call(http.MethodGet, path, token, nil)
			if text := string(a.body); a.status != http.StatusOK || !strings.Contains(text, "["+number+"]") || strings.Contains(text, "777000777") {
				t.Errorf("GET %s with %.60s: status %d; %.200s", path, number, a.status, a.body)
			}
		}
	}
}

// squeezed is a text in gzip.
func squeezed(text string) string {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = io.WriteString(z, text) // A buffer takes everything.
	_ = z.Close()
	return b.String()
}

// Whatever the client accepts, the gateway reads and answers plainly; an answer
// in an encoding that it did not ask for is refused, even if it only says so.
func TestBypassAnswerEncodings(t *testing.T) {
	t.Parallel()
	w := startWired(t)
	token := w.scoped("first_name")
	body := `{"_data":[{"id":"1","first_name":"Ada","email":"` + hidden + `"}]}`
	for name, c := range map[string]struct {
		encoding, body string
		status         int
	}{
		"plain":        {"", body, http.StatusOK},
		"identity":     {"identity", body, http.StatusOK},
		"gzip":         {"gzip", squeezed(body), http.StatusOK},
		"gzip twice":   {"gzip", squeezed(squeezed(body)), http.StatusBadGateway},
		"gzip, a lie":  {"gzip", body, http.StatusBadGateway},
		"gzip, hushed": {"", squeezed(body), http.StatusBadGateway},
		"brotli":       {"br", squeezed(body), http.StatusBadGateway},
		"a lie":        {"br", body, http.StatusBadGateway},
		"deflate":      {"deflate", body, http.StatusBadGateway},
		"unknown":      {"x-secret", body, http.StatusBadGateway},
		"a list":       {"identity, gzip", squeezed(body), http.StatusBadGateway},
	} {
		for _, accepts := range []string{"gzip, br, deflate", "identity", "*"} {
			w.respond(func(rw http.ResponseWriter, _ *http.Request) {
				rw.Header().Set("Content-Type", "application/json")
				if c.encoding != "" {
					rw.Header().Set("Content-Encoding", c.encoding)
				}
				_, _ = io.WriteString(rw, c.body)
			})
			resp, got, err := w.raw(request(http.MethodGet, "/v2/persons", token, "Accept-Encoding: "+accepts))
			if err != nil || resp.status != c.status || resp.header.Get("Content-Encoding") != "" || strings.Contains(got, hidden) {
				t.Errorf("%s, accepting %s: status %d, want %d; header %v; %.200s; %v", name, accepts, resp.status, c.status, resp.header, got, err)
			}
			if c.status == http.StatusOK && got != `{"_data":[{"id":"1","first_name":"Ada"}]}`+"\n" {
				t.Errorf("%s, accepting %s: %q", name, accepts, got)
			}
			requests, _ := w.asked()
			for _, r := range requests {
				if asked := r.Header.Get("Accept-Encoding"); asked != "gzip" {
					t.Errorf("%s: Personio was asked for %q", name, asked)
				}
			}
		}
	}
}

// An error body is filtered too: it has a message, and nothing beside it.
func TestBypassErrorBodies(t *testing.T) {
	t.Parallel()
	w := startWired(t)
	token := w.scoped("first_name")
	for body, kept := range map[string]string{
		`{"success":false,"error":{"code":7,"message":"told"},"data":{"attributes":{"email":{"value":"` + hidden + `"}}}}`:    "told",
		`{"errors":[{"title":"told"}],"personio_trace_id":"1","_data":[{"email":"` + hidden + `"}],"email":"` + hidden + `"}`: "told",
		`{"errors":[{"title":"told"}],"errors":"` + hidden + `"}`:                                                             "no readable reason",
		`["` + hidden + `"]`:                      "no readable reason",
		`"` + hidden + `"`:                        "no readable reason",
		`{"error":"x"}{"email":"` + hidden + `"}`: "no readable reason",
		`{"error":"` + strings.Repeat("x", 70<<10) + `","email":"` + hidden + `"}`: "no readable reason",
		`<html>` + hidden: "no readable reason",
	} {
		for _, path := range []string{"/v1/company/employees/1", "/v2/persons/1"} {
			w.respond(func(rw http.ResponseWriter, _ *http.Request) {
				rw.Header().Set("Content-Type", "application/problem+json")
				rw.WriteHeader(http.StatusUnprocessableEntity)
				_, _ = io.WriteString(rw, body)
			})
			a := w.call(http.MethodGet, path, token, nil).want(http.StatusUnprocessableEntity)
			if text := string(a.body); strings.Contains(text, hidden) || !strings.Contains(text, kept) {
				t.Errorf("GET %s, Personio answered %.100s: %.300s", path, body, text)
			}
		}
	}
}

// A redirect is neither followed nor told: it could lead the credential, or the
// client, anywhere.
func TestBypassRedirects(t *testing.T) {
	t.Parallel()
	w := startWired(t)
	token, writer := w.scoped("first_name"), w.writer("first_name")
	var elsewhere []string
	other := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		elsewhere = append(elsewhere, r.Method+" "+r.Header.Get("Authorization"))
		rw.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(rw, `{"_data":[{"id":"1","first_name":"`+hidden+`"}]}`)
	}))
	defer other.Close()
	for _, status := range []int{300, 301, 302, 303, 304, 305, 307, 308} {
		for _, location := range []string{other.URL + "/v2/persons", "/v2/compensations", "//" + jsonHost(other.URL)} {
			w.respond(func(rw http.ResponseWriter, _ *http.Request) {
				rw.Header().Set("Location", location)
				rw.WriteHeader(status)
			})
			for _, a := range []answer{
				w.call(http.MethodGet, "/v2/persons", token, nil),
				w.call(http.MethodPost, "/v2/persons", writer, `{"first_name":"A"}`),
			} {
				if a.status != http.StatusBadGateway || a.header.Get("Location") != "" || strings.Contains(string(a.body), jsonHost(other.URL)) {
					t.Errorf("status %d to %s: %d, header %v; %s", status, location, a.status, a.header, a.body)
				}
			}
			if requests, _ := w.asked(); len(requests) != 2 {
				t.Errorf("status %d to %s: Personio was asked %d times, want 2", status, location, len(requests))
			}
		}
	}
	if len(elsewhere) != 0 {
		t.Errorf("the redirect was followed: %v", elsewhere)
	}
}

// An answer that ends too early is an error before the first byte left, and no
// end of the body after that.
func TestBypassTruncatedAnswers(t *testing.T) {
	t.Parallel()
	w := startWired(t)
	token := w.scoped("first_name")
	person := `{"id":"1","first_name":"` + strings.Repeat("a", 1000) + `","email":"` + hidden + `"},`
	for people, early := range map[int]bool{1: true, 20: true, 500: false} {
		for _, chunked := range []bool{true, false} {
			w.respond(func(rw http.ResponseWriter, _ *http.Request) {
				rw.Header().Set("Content-Type", "application/json")
				if !chunked {
					rw.Header().Set("Content-Length", fmt.Sprint(1<<20))
				}
				_, _ = io.WriteString(rw, `{"_data":[`+strings.Repeat(person, people))
				_ = http.NewResponseController(rw).Flush() // What was written has to arrive.
				panic(http.ErrAbortHandler)
			})
			resp, body, err := w.raw(request(http.MethodGet, "/v2/persons", token))
			if strings.Contains(body, hidden) {
				t.Errorf("%d people: the hidden value came out", people)
			}
			if early && (resp.status != http.StatusBadGateway || err != nil || strings.Contains(body, "aaa")) {
				t.Errorf("%d people, chunked %v: status %d, error %v; %.200s", people, chunked, resp.status, err, body)
			}
			if !early && (resp.status != http.StatusOK || !errors.Is(err, io.ErrUnexpectedEOF) || !strings.Contains(body, "aaa")) {
				t.Errorf("%d people, chunked %v: status %d, error %v", people, chunked, resp.status, err)
			}
		}
	}
}

// A HEAD is a GET without body: same rights, same headers, same line in the log.
func TestBypassHead(t *testing.T) {
	t.Parallel()
	w := startWired(t)
	i := w.integrate("Heads", "first_name")
	c := w.credential(i.ID)
	token := w.token(c.ClientID, c.ClientSecret)
	paths := map[string]int{
		"/v2/persons?limit=3": http.StatusOK, "/v1/company/employees?limit=2": http.StatusOK, "/v2/persons/7": http.StatusNotFound,
		"/v2/persons?email=" + hidden: http.StatusForbidden, "/v2/compensation": http.StatusNotFound,
	}
	for path, status := range paths {
		get := w.call(http.MethodGet, path, token, nil).want(status)
		w.asked()
		head := w.call(http.MethodHead, path, token, nil).want(status)
		if len(head.body) != 0 {
			t.Errorf("HEAD %s: a body of %d bytes", path, len(head.body))
		}
		for _, a := range []answer{get, head} {
			for _, own := range []string{"Date", "X-Request-Id", "Content-Length", "Transfer-Encoding"} {
				a.header.Del(own)
			}
		}
		if diff := cmp.Diff(get.header, head.header); diff != "" {
			t.Errorf("%s (-GET +HEAD):\n%s", path, diff)
		}
		requests, _ := w.asked()
		for _, r := range requests {
			if r.Method != http.MethodGet {
				t.Errorf("HEAD %s was asked as %s", path, r.Method)
			}
		}
	}
	var entries []gatewayapi.AccessLogEntry
	eventually(t, "eight calls are written down", func() bool {
		entries = decode[gatewayapi.List[gatewayapi.AccessLogEntry]](w.call(http.MethodGet, gatewayapi.PathAccessLog+"?custom_integration_id="+i.ID, w.admin, nil).want(http.StatusOK)).Data
		return len(entries) == 8
	})
	counts := map[string]int{}
	for _, entry := range entries {
		counts[fmt.Sprint(entry.Endpoint, " ", entry.Status, " ", entry.People)]++
	}
	want := map[string]int{
		"GET /v2/persons 200 3": 2, "GET /v1/company/employees 200 2": 2, "GET /v2/persons/{person_id} 404 0": 2, "GET /v2/persons 403 0": 2,
	}
	if diff := cmp.Diff(want, counts); diff != "" {
		t.Errorf("the access log (-want +got):\n%s", diff)
	}
}
