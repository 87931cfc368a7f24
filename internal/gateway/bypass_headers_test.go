package gateway_test

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/personio-community/terraform-provider-personio/internal/sandbox"
)

// Paths: what is not spelled as in the table is nothing, however another server
// would read it. Nothing is asked, nothing is redirected.
func TestBypassPaths(t *testing.T) {
	t.Parallel()
	w := startWired(t)
	token := w.admin
	id := fmt.Sprint(w.box.Company().People()[0].ID)
	w.asked()
	for _, target := range []string{
		"/v2/persons/../compensations", "/v2/persons/%2e%2e/compensations", "/v2/persons/.%2E/compensations", "/v2/persons/%2e%2e%2fcompensations",
		"/v2/persons/..%2fcompensations", "/v2/persons/..%5ccompensations", `/v2/persons/..\compensations`, "/v2/persons/..%252fcompensations",
		"/v2/persons/..;/employments", "/v2/persons/..;x=y/employments", "/v2/persons/.;/employments", "/v2/persons/..%3b/employments",
		"/v2/persons/" + id + ";x=y", "/v2/persons;x/" + id, "/v2;/persons", "/v2/persons/;",
		"/v2/persons/%2e%2e", "/v2/persons/..", "/v2/persons/.", "/v2/persons/%2e", "/v2/persons/..%00/employments", "/v2/persons/%00", "/v2/persons/" + id + "%00",
		"/v2/persons/" + id + "%20", "/v2/persons/" + id + "%0d%0aX-Injected:%20x", "/v2/persons/" + id + "%3Ffields=all", "/v2/persons/" + id + "%23", "/v2/persons/%3",
		"//v2/persons", "/v2//persons", "/v2/persons//" + id, "/v2/persons/" + id + "//employments", "/v2/persons//", "///",
		"/v2/persons/", "/v2/persons/" + id + "/", "/v1/company/employees/", "/v1/company/employees/attributes/",
		"/V2/persons", "/v2/Persons", "/v2/PERSONS/" + id, "/v1/Company/employees", "/v1/company/employees/%61ttributes",
		"/%762/persons", "/v2%2fpersons", "/v2/persons%2f" + id, "/v2/persons/%c0%ae%c0%ae/employments", "/v2/persons/%ff",
		"/v2", "/v1", "/", "/v3/persons", "/v2/persons/" + id + "/compensations", "/v2/persons.json", "/v1/company/employees/" + id + "/absences/balance/x",
		"/gateway/v1/../../v2/persons", "/gateway/v1/%2e%2e/%2e%2e/v2/persons", "/gateway/..;/v2/persons", "/gateway/v1/custom-integrations/%00", "*", "gateway.example.com:443",
	} {
		for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPatch, http.MethodDelete, http.MethodOptions, "TRACE", "CONNECT", "PROPFIND", "get"} {
			if target == "*" && method == http.MethodOptions {
				continue // About the server itself, by its library.
			}
			resp, body, err := w.raw(request(method, target, token, "Content-Length: 0"))
			if err != nil || resp.status != http.StatusNotFound && resp.status != http.StatusBadRequest || resp.header.Get("Location") != "" {
				t.Errorf("%s %s: status %d, Location %q, error %v; %.200s", method, target, resp.status, resp.header.Get("Location"), err, body)
			}
			w.wantUnasked(method + " " + target)
		}
	}
	// The absolute form of a target names the endpoint too, and asks nobody else.
	resp, body, err := w.raw(request(http.MethodGet, "http://elsewhere.example.com/v2/persons?limit=1", token))
	if err != nil || resp.status != http.StatusOK {
		t.Errorf("the absolute form: status %d, error %v; %s", resp.status, err, body)
	}
	if requests, _ := w.asked(); len(requests) != 1 || requests[0].RequestURI != "/v2/persons?limit=1" {
		t.Errorf("the absolute form was asked as %v", requests)
	}
}

// The method is that of the request line, whatever else the client says.
func TestBypassMethodOverride(t *testing.T) {
	t.Parallel()
	w := startWired(t)
	reader, writer := w.scoped("first_name"), w.writer("first_name")
	one := fmt.Sprintf("/v2/persons/%d", w.box.Company().People()[0].ID)
	before := w.box.Company().Len()
	w.asked()
	for _, header := range []string{"X-HTTP-Method-Override", "X-Method-Override", "X-HTTP-Method", "X-Original-Method", "X-Rewrite-URL", "X-Original-URL"} {
		for _, override := range []string{http.MethodDelete, http.MethodPost, http.MethodPatch, http.MethodGet, "/v2/compensations"} {
			line := header + ": " + override
			resp, body, err := w.raw(request(http.MethodGet, one+"?_method="+override, reader, line))
			requests, _ := w.asked()
			if err != nil || resp.status != http.StatusOK || len(requests) != 1 || requests[0].Method != http.MethodGet || requests[0].RequestURI != one || requests[0].Header.Get(header) != "" {
				t.Errorf("GET, %s: status %d, asked %v; %.200s", line, resp.status, requests, body)
			}
			// Without the right to write, a POST stays one.
			resp, body, err = w.raw(request(http.MethodPost, "/v2/persons?_method="+override, reader, line, "Content-Length: 0"))
			if err != nil || resp.status != http.StatusUnauthorized {
				t.Errorf("POST by a reader, %s: status %d; %.200s", line, resp.status, body)
			}
			w.wantUnasked("POST by a reader, " + line)
			resp, body, err = w.raw(request(http.MethodPatch, one+"?_method="+override, writer, line, "Content-Type: application/json", "Content-Length: 18") + `{"first_name":"A"}`)
			requests, _ = w.asked()
			if err != nil || resp.status != http.StatusNoContent || len(requests) != 1 || requests[0].Method != http.MethodPatch || requests[0].RequestURI != one || requests[0].Header.Get(header) != "" {
				t.Errorf("PATCH, %s: status %d, asked %v; %.200s", line, resp.status, requests, body)
			}
		}
	}
	for _, body := range []string{"_method=DELETE", "_method=DELETE&employee[first_name]=A", "employee[_method]=DELETE"} {
		a := w.call(http.MethodPost, "/v1/company/employees", writer, body, "Content-Type", "application/x-www-form-urlencoded")
		if a.status != http.StatusForbidden || !strings.Contains(string(a.body), "_method") {
			t.Errorf("%s: status %d; %s", body, a.status, a.body)
		}
		w.wantUnasked(body)
	}
	if w.box.Company().Len() != before {
		t.Error("somebody was made or deleted")
	}
}

// Of a client's headers Personio sees those of a short list and no other: no
// connection's own, no cookie, no condition, no range, no address.
func TestBypassRequestHeaders(t *testing.T) {
	t.Parallel()
	w := startWired(t)
	token := w.scoped("first_name")
	lines := []string{
		"X-Secret: 1", "TE: trailers", "Trailer: X-Secret", "Upgrade: websocket", "Keep-Alive: 5", "Proxy-Authorization: Basic eA==", "Proxy-Connection: keep-alive",
		"Cookie: session=1", "X-Forwarded-For: 10.0.0.1", "X-Forwarded-Host: evil.example.com", "X-Forwarded-Proto: https", "X-Forwarded-Prefix: /x", "Forwarded: for=10.0.0.1",
		"X-Real-IP: 10.0.0.1", "True-Client-IP: 10.0.0.1", "Via: 1.1 x", "Range: bytes=0-10", "If-Range: x", "If-None-Match: *", "If-Match: x", "If-Modified-Since: Wed, 21 Oct 2026 07:28:00 GMT",
		"If-Unmodified-Since: Wed, 21 Oct 2015 07:28:00 GMT", "Accept: text/html", "Accept-Charset: utf-16", "Origin: https://evil.example.com", "Referer: https://evil.example.com/", "Expect: x-none",
		"User-Agent: client", "X-Api-Key: 1", "X-Request-Id: of-the-client", "Content-Type: text/plain", "Content-Encoding: gzip", "Max-Forwards: 0", "Pragma: x", "Cache-Control: only-if-cached",
		"Accept-Language: de", "Beta: true", "X-Personio-App-ID: APP", "X-Personio-Partner-ID: PARTNER",
	}
	plain := w.call(http.MethodGet, "/v1/company/employees?limit=2", token, nil).want(http.StatusOK)
	w.asked()
	if resp, body, err := w.raw(request(http.MethodGet, "/v1/company/employees?limit=2", token, slices.Concat(lines, []string{"Content-Length: 5"})...) + "hello"); err != nil || resp.status != http.StatusExpectationFailed {
		t.Errorf("an unknown expectation: status %d; %s", resp.status, body)
	}
	w.wantUnasked("an unknown expectation")
	lines = slices.DeleteFunc(lines, func(line string) bool { return strings.HasPrefix(line, "Expect") })
	for _, connection := range []string{"Connection: X-Secret, Authorization", "Connection: close, X-Personio-App-ID"} {
		text := strings.Replace(request(http.MethodGet, "/v1/company/employees?limit=2", token, slices.Concat(lines, []string{"Content-Length: 5"})...)+"hello", "Connection: close", connection+"\r\nConnection: close", 1)
		resp, body, err := w.raw(text)
		if err != nil || resp.status != http.StatusOK || body != string(plain.body) {
			t.Errorf("status %d, error %v; %.300s", resp.status, err, body)
		}
		requests, bodies := w.asked()
		if len(requests) != 1 || bodies[0] != "" || requests[0].Host != jsonHost(w.personioURL) {
			t.Fatalf("%d requests, body %q", len(requests), bodies)
		}
		header := requests[0].Header
		want := []string{"Accept", "Accept-Encoding", "Accept-Language", "Authorization", "Beta", "User-Agent", "X-Personio-App-Id", "X-Personio-Partner-Id", "X-Request-Id"}
		if diff := cmp.Diff(want, namesOf(header)); diff != "" {
			t.Errorf("what Personio got (-want +got):\n%s", diff)
		}
		for name, value := range map[string]string{"Accept": "application/json", "Accept-Encoding": "gzip", "User-Agent": "personio-gateway/test", "Beta": "true"} {
			if got := header.Values(name); !slices.Equal(got, []string{value}) {
				t.Errorf("%s: Personio got %q, want %q", name, got, value)
			}
		}
		if got := header.Get("Authorization"); got == "Bearer "+token || !strings.HasPrefix(got, "Bearer papi-") {
			t.Errorf("Personio got the client's own token or none: %.12s", got)
		}
	}
}

func namesOf(header http.Header) []string {
	var names []string
	for name := range header {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// Of Personio's headers a client sees the rate limits and no other; trailers
// end at the gateway.
func TestBypassAnswerHeaders(t *testing.T) {
	t.Parallel()
	w := startWired(t)
	token := w.scoped("first_name")
	for path, more := range map[string][]string{"/v2/persons": nil, "/v1/company/employees": {"Authorization"}} {
		w.respond(func(rw http.ResponseWriter, _ *http.Request) {
			for name, value := range map[string]string{
				"Content-Type": "application/json", "Set-Cookie": "s=" + hidden, "Authorization": "Bearer " + hidden, "X-Secret": hidden, "Keep-Alive": "5", "Proxy-Authenticate": "Basic",
				"Upgrade": "h2c", "Location": "https://evil.example.com/", "Link": "<https://evil.example.com/>", "Www-Authenticate": "Bearer", "Content-Disposition": hidden, "Content-Location": "/x",
				"Refresh": "0; url=https://evil.example.com/", "Access-Control-Allow-Origin": "*", "Server": "personio", "Etag": `"1"`, "Last-Modified": "x", "Accept-Ranges": "bytes", "Content-Range": "bytes 0-1/2",
				"Vary": "Cookie", "Cache-Control": "public", "Trailer": "X-Late", "X-Ratelimit-Remaining": "7", "Retry-After": "3", "X-Request-Id": "of-personio", "Connection": "X-Secret",
			} {
				rw.Header().Set(name, value)
			}
			_, _ = io.WriteString(rw, `{"data":[],"_data":[]}`)
			_ = http.NewResponseController(rw).Flush() // Trailers need a body in chunks.
			rw.Header().Set("X-Late", hidden)
		})
		resp, body, err := w.raw(request(http.MethodGet, path, token))
		if err != nil || resp.status != http.StatusOK || strings.Contains(body, hidden) || len(resp.trailer) != 0 {
			t.Errorf("GET %s: status %d, error %v, trailer %v; %s", path, resp.status, err, resp.trailer, body)
		}
		want := append([]string{"Cache-Control", "Content-Length", "Content-Type", "Date", "Retry-After", "X-Content-Type-Options", "X-Ratelimit-Remaining", "X-Request-Id"}, more...)
		slices.Sort(want)
		if diff := cmp.Diff(want, namesOf(resp.header)); diff != "" {
			t.Errorf("GET %s (-want +got):\n%s", path, diff)
		}
		if resp.header.Get("Cache-Control") != "no-store" || strings.Contains(fmt.Sprint(resp.header), hidden) || resp.header.Get("X-Request-Id") == "of-personio" {
			t.Errorf("GET %s: header %v", path, resp.header)
		}
	}
}

// A token is taken from one authorization header and from nowhere else.
func TestBypassAuthorization(t *testing.T) {
	t.Parallel()
	w := startWired(t)
	good, other := w.scoped("first_name"), w.scoped("email")
	w.asked()
	get := func(target string, lines ...string) string {
		return strings.Join(append([]string{"GET " + target + " HTTP/1.1", "Host: gateway.example.com", "Connection: close"}, lines...), "\r\n") + "\r\n\r\n"
	}
	for name, text := range map[string]string{
		"none":              get("/v2/persons"),
		"two":               get("/v2/persons", "Authorization: Bearer "+good, "Authorization: Bearer "+other),
		"the same twice":    get("/v2/persons", "Authorization: Bearer "+good, "authorization: Bearer "+good),
		"joined":            get("/v2/persons", "Authorization: Bearer "+good+", Bearer "+other),
		"two in one":        get("/v2/persons", "Authorization: Bearer "+good+" "+other),
		"two spaces":        get("/v2/persons", "Authorization: Bearer  "+good),
		"another scheme":    get("/v2/persons", "Authorization: Basic "+good),
		"no scheme":         get("/v2/persons", "Authorization: "+good),
		"the scheme alone":  get("/v2/persons", "Authorization: Bearer"),
		"a tab":             get("/v2/persons", "Authorization: Bearer\t"+good),
		"quoted":            get("/v2/persons", `Authorization: Bearer "`+good+`"`),
		"upper case":        get("/v2/persons", "Authorization: Bearer "+strings.ToUpper(good)),
		"in the query":      get("/v2/persons?access_token=" + good + "&token=" + good),
		"in a cookie":       get("/v2/persons", "Cookie: access_token="+good),
		"in another header": get("/v2/persons", "X-Authorization: Bearer "+good, "Proxy-Authorization: Bearer "+good),
		"in a form":         get("/v2/persons", "Content-Type: application/x-www-form-urlencoded", fmt.Sprintf("Content-Length: %d", 13+len(good))) + "access_token=" + good,
		"of the upstream":   get("/v2/persons", "Authorization: Bearer "+w.fullToken()),
	} {
		resp, body, err := w.raw(text)
		if err != nil || resp.status != http.StatusUnauthorized || strings.Contains(body, good) {
			t.Errorf("%s: status %d, error %v; %.200s", name, resp.status, err, body)
		}
		w.wantUnasked(name)
	}
	for _, scheme := range []string{"Bearer", "bearer", "BEARER"} {
		if resp, body, err := w.raw(get("/v2/persons?limit=1", "Authorization: "+scheme+" "+good)); err != nil || resp.status != http.StatusOK || strings.Contains(body, `"email"`) {
			t.Errorf("%s: status %d, error %v; %.200s", scheme, resp.status, err, body)
		}
	}
}

// The client's host is in its own links and reaches nobody else; forwarding
// headers are not believed.
func TestBypassHost(t *testing.T) {
	t.Parallel()
	w := startWired(t)
	token := w.scoped("first_name")
	for _, host := range []string{"evil.example.com", "localhost:1", jsonHost(w.personioURL), "[::1]:80"} {
		text := strings.Replace(request(http.MethodGet, "/v2/persons?limit=1", token, "X-Forwarded-Host: other.example.com"), "gateway.example.com", host, 1)
		resp, body, err := w.raw(text)
		if err != nil || resp.status != http.StatusOK || !strings.Contains(body, `"http://`+host+`/v2/persons?`) || strings.Contains(body, "other.example.com") {
			t.Errorf("%s: status %d, error %v; %.400s", host, resp.status, err, body)
		}
		for _, r := range first(w.asked()) {
			if r.Host != jsonHost(w.personioURL) {
				t.Errorf("Personio was asked for the host %s", r.Host)
			}
		}
	}
}

func first(requests []*http.Request, _ []string) []*http.Request { return requests }

// A scope that Personio would let the gateway's own credential use is of no use
// to a client without it.
func TestBypassUpstreamRights(t *testing.T) {
	t.Parallel()
	w := startWired(t)
	direct := w.box.AddCredential(sandbox.Credential{})
	for _, c := range []sandbox.Credential{w.upstream, direct} {
		w.call(http.MethodPost, "/v2/auth/token", "", tokenForm(c.ClientID, c.ClientSecret, "")).want(http.StatusBadRequest)
	}
}
