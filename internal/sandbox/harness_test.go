package sandbox_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/personio-community/terraform-provider-personio/internal/sandbox"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m)
}

// clock is a clock that a test sets.
type clock struct{ offset atomic.Int64 }

var noon = time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)

func (c *clock) now() time.Time          { return noon.Add(time.Duration(c.offset.Load())) }
func (c *clock) advance(d time.Duration) { c.offset.Add(int64(d)) }

// api is a sandbox that listens, seen by one client.
type api struct {
	*sandbox.Sandbox
	t          *testing.T
	url        string
	client     *http.Client
	clock      *clock
	credential sandbox.Credential
	token      string
}

func start(t *testing.T, options sandbox.Options, credential sandbox.Credential) *api {
	t.Helper()
	c := &clock{}
	options.Now = c.now
	if options.Persons == 0 {
		options.Persons = 60
	}
	s := sandbox.New(options)
	server := httptest.NewServer(s.Handler())
	t.Cleanup(server.Close)
	a := &api{Sandbox: s, t: t, url: server.URL, client: server.Client(), clock: c, credential: s.AddCredential(credential)}
	a.token = a.login(a.credential)
	return a
}

// login gets a v2 token with everything that the credential has.
func (a *api) login(credential sandbox.Credential) string {
	a.t.Helper()
	r := a.form("/v2/auth/token", tokenForm(credential, ""))
	r.wantStatus(http.StatusOK)
	token, _ := r.object()["access_token"].(string)
	return token
}

func tokenForm(c sandbox.Credential, scope string) url.Values {
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {c.ClientID}, "client_secret": {c.ClientSecret}}
	if scope != "" {
		form.Set("scope", scope)
	}
	return form
}

// response is a response that was read.
type response struct {
	t      *testing.T
	what   string
	status int
	header http.Header
	body   []byte
}

func (a *api) do(method, path, contentType, body string, header ...string) *response {
	a.t.Helper()
	target := path
	if strings.HasPrefix(path, "/") {
		target = a.url + path
	}
	request, err := http.NewRequestWithContext(a.t.Context(), method, target, strings.NewReader(body))
	if err != nil {
		a.t.Fatal(err)
	}
	if contentType != "" {
		request.Header.Set("Content-Type", contentType)
	}
	if a.token != "" {
		request.Header.Set("Authorization", "Bearer "+a.token)
	}
	for i := 0; i < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	got, err := a.client.Do(request)
	if err != nil {
		a.t.Fatalf("%s %s: %v", method, path, err)
	}
	defer func() { _ = got.Body.Close() }()
	read, err := io.ReadAll(got.Body)
	if err != nil {
		a.t.Fatalf("%s %s: read: %v", method, path, err)
	}
	return &response{a.t, method + " " + path, got.StatusCode, got.Header, read}
}

func (a *api) get(path string, header ...string) *response {
	a.t.Helper()
	return a.do(http.MethodGet, path, "", "", header...)
}

func (a *api) form(path string, form url.Values) *response {
	a.t.Helper()
	return a.do(http.MethodPost, path, "application/x-www-form-urlencoded", form.Encode())
}

func (a *api) json(method, path string, body any) *response {
	a.t.Helper()
	encoded, err := json.Marshal(body)
	if err != nil {
		a.t.Fatal(err)
	}
	return a.do(method, path, "application/json", string(encoded))
}

func (r *response) wantStatus(status int) *response {
	r.t.Helper()
	if r.status != status {
		r.t.Fatalf("%s: status %d, want %d\n%s", r.what, r.status, status, r.body)
	}
	return r
}

func (r *response) object() map[string]any {
	r.t.Helper()
	var object map[string]any
	if err := json.Unmarshal(r.body, &object); err != nil {
		r.t.Fatalf("%s: %v\n%s", r.what, err, r.body)
	}
	return object
}

// data returns a list of objects: the data of v1 or the _data of v2.
func (r *response) data() []map[string]any {
	r.t.Helper()
	object := r.object()
	list, ok := object["_data"].([]any)
	if !ok {
		list, ok = object["data"].([]any)
	}
	if !ok {
		r.t.Fatalf("%s: no list\n%s", r.what, r.body)
	}
	objects := make([]map[string]any, 0, len(list))
	for _, element := range list {
		objects = append(objects, element.(map[string]any)) //nolint:forcetypeassert // a test may panic
	}
	return objects
}

// next returns the link to the next page, or "".
func (r *response) next() string {
	href, _ := dig(r.object(), "_meta", "links", "next", "href").(string)
	return href
}

// wantProblem checks a v2 error body.
func (r *response) wantProblem(status int, title, typeSuffix string) map[string]any {
	r.t.Helper()
	r.wantStatus(status)
	if got := r.header.Get("Content-Type"); got != "application/problem+json" {
		r.t.Errorf("%s: content type %q", r.what, got)
	}
	object := r.object()
	for _, field := range []string{"personio_trace_id", "timestamp"} {
		if text, _ := object[field].(string); text == "" {
			r.t.Errorf("%s: %s is missing", r.what, field)
		}
	}
	list, _ := object["errors"].([]any)
	if len(list) != 1 {
		r.t.Fatalf("%s: errors: %v", r.what, object["errors"])
	}
	first, _ := list[0].(map[string]any)
	kind, _ := first["type"].(string)
	if first["title"] != title || !strings.HasSuffix(kind, typeSuffix) || first["detail"] == "" {
		r.t.Errorf("%s: error %v, want title %q and a type that ends in %q", r.what, first, title, typeSuffix)
	}
	return first
}

// wantV1Error checks a v1 error body.
func (r *response) wantV1Error(status int) string {
	r.t.Helper()
	r.wantStatus(status)
	object := r.object()
	message, _ := dig(object, "error", "message").(string)
	if _, ok := dig(object, "error", "code").(float64); !ok || object["success"] != false || message == "" {
		r.t.Errorf("%s: not a v1 error: %s", r.what, r.body)
	}
	return message
}

// dig follows keys through nested objects; nil if there is no such place.
func dig(value any, keys ...string) any {
	for _, key := range keys {
		object, ok := value.(map[string]any)
		if !ok {
			return nil
		}
		value = object[key]
	}
	return value
}

// eventually waits for a condition.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	deadline := time.After(10 * time.Second)
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-deadline:
			t.Fatalf("waited in vain: %s", what)
		case <-tick.C:
		}
	}
}

func mustInt(text string) int {
	number, err := strconv.Atoi(text)
	if err != nil {
		panic(err)
	}
	return number
}
