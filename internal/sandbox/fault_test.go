package sandbox_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/personio-community/terraform-provider-personio/internal/sandbox"
	"github.com/personio-community/terraform-provider-personio/internal/sandbox/recorder"
)

// try makes a request that may fail.
func (a *api) try(ctx context.Context, path string) (int, []byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, a.url+path, nil)
	if err != nil {
		return 0, nil, err
	}
	request.Header.Set("Authorization", "Bearer "+a.token)
	got, err := a.client.Do(request)
	if err != nil {
		return 0, nil, err
	}
	defer func() { _ = got.Body.Close() }()
	body, err := io.ReadAll(got.Body)
	return got.StatusCode, body, err
}

func TestFaultAnswers(t *testing.T) {
	t.Parallel()
	a := start(t, sandbox.Options{}, sandbox.Credential{})
	f := a.Fail(sandbox.Fault{Method: http.MethodGet, PathPrefix: "/v2/persons", Times: 2, Status: http.StatusServiceUnavailable})
	a.get("/v2/legal-entities").wantStatus(http.StatusOK)
	a.get("/v2/persons").wantProblem(http.StatusServiceUnavailable, "Service Unavailable", "#common.service_unavailable")
	a.get("/v2/persons/1").wantProblem(http.StatusServiceUnavailable, "Service Unavailable", "#common.service_unavailable")
	a.get("/v2/persons").wantStatus(http.StatusOK)
	if f.Hits() != 2 {
		t.Errorf("%d hits, want 2", f.Hits())
	}

	a.Fail(sandbox.Fault{PathPrefix: "/v1/", Status: http.StatusOK, Times: 1})
	a.get(employees).wantV1Error(http.StatusOK)
	f = a.Fail(sandbox.Fault{PathPrefix: "/v1/", Status: http.StatusBadGateway, Header: http.Header{"Content-Type": {"text/html"}, "Retry-After": {"3"}}, Body: "<h1>no</h1>"})
	for range 3 {
		r := a.get(employees).wantStatus(http.StatusBadGateway)
		if r.header.Get("Content-Type") != "text/html" || r.header.Get("Retry-After") != "3" || string(r.body) != "<h1>no</h1>" {
			t.Errorf("answer %v: %s", r.header, r.body)
		}
	}
	f.Clear()
	a.get(employees).wantStatus(http.StatusOK)
	a.Fail(sandbox.Fault{Status: http.StatusTeapot})
	a.get(employees).wantStatus(http.StatusTeapot)
	a.ClearFaults()
	a.get(employees).wantStatus(http.StatusOK)
}

func TestFaultCutsConnections(t *testing.T) {
	t.Parallel()
	a := start(t, sandbox.Options{}, sandbox.Credential{})
	_, whole, err := a.try(t.Context(), "/v2/persons")
	if err != nil {
		t.Fatal(err)
	}
	a.Fail(sandbox.Fault{PathPrefix: "/v2/persons", Truncate: 100, Times: 1})
	status, body, err := a.try(t.Context(), "/v2/persons")
	if status != http.StatusOK || !errors.Is(err, io.ErrUnexpectedEOF) || len(body) != 100 || string(body) != string(whole[:100]) {
		t.Errorf("truncated: status %d, %d bytes, error %v", status, len(body), err)
	}
	a.Fail(sandbox.Fault{PathPrefix: "/v2/persons", Disconnect: true, Times: 1})
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, a.url+"/v2/persons", http.NoBody) // a POST is not retried by the client
	if err != nil {
		t.Fatal(err)
	}
	if r, err := a.client.Do(request); err == nil {
		_ = r.Body.Close()
		t.Error("a cut connection gave no error")
	}
	a.get("/v2/persons").wantStatus(http.StatusOK)
}

func TestFaultHolds(t *testing.T) {
	t.Parallel()
	a := start(t, sandbox.Options{}, sandbox.Credential{})
	f := a.Fail(sandbox.Fault{PathPrefix: "/v2/persons", Hold: true})
	var wait sync.WaitGroup
	for range 3 {
		wait.Go(func() {
			if status, _, err := a.try(t.Context(), "/v2/persons"); status != http.StatusOK || err != nil {
				t.Errorf("held request: status %d, error %v", status, err)
			}
		})
	}
	eventually(t, "three held requests", func() bool { return f.Hits() == 3 })
	a.get("/v2/legal-entities").wantStatus(http.StatusOK)
	f.Release()
	wait.Wait()
	a.get("/v2/persons").wantStatus(http.StatusOK)
	f.Clear()

	impatient, cancel := context.WithCancel(t.Context())
	f = a.Fail(sandbox.Fault{Hold: true, Status: http.StatusBadGateway})
	wait.Go(func() {
		if _, _, err := a.try(impatient, "/v2/persons"); !errors.Is(err, context.Canceled) {
			t.Errorf("impatient client: %v", err)
		}
	})
	eventually(t, "a held request", func() bool { return f.Hits() == 1 })
	cancel()
	wait.Wait()
	f.Release()
	a.get("/v2/persons").wantStatus(http.StatusBadGateway)
}

func TestRecorder(t *testing.T) {
	t.Parallel()
	a := start(t, sandbox.Options{}, sandbox.Credential{})
	a.ResetRequests()
	a.get("/v2/persons?limit=3&id=1")
	a.Fail(sandbox.Fault{PathPrefix: "/v1", Status: http.StatusBadGateway})
	a.get(employees)
	a.login(a.credential)
	a.token = ""
	a.do(http.MethodDelete, "/v2/persons/7", "", "")
	want := []recorder.Request{
		{Method: "GET", Path: "/v2/persons", Query: map[string][]string{"limit": {"3"}, "id": {"1"}}, Time: noon, ClientID: a.credential.ClientID, Status: 200},
		{Method: "GET", Path: employees, Time: noon, Status: 502},
		{Method: "POST", Path: "/v2/auth/token", Time: noon, Status: 200},
		{Method: "DELETE", Path: "/v2/persons/7", Time: noon, Status: 401},
	}
	if diff := cmp.Diff(want, a.Requests(), cmpopts.EquateEmpty()); diff != "" {
		t.Error(diff)
	}
	for _, test := range []struct {
		method, prefix string
		want           int
	}{{"", "", 4}, {"GET", "", 2}, {"GET", "/v2", 1}, {"", "/v2/persons", 2}, {"PATCH", "", 0}} {
		if got := a.CountRequests(test.method, test.prefix); got != test.want {
			t.Errorf("CountRequests(%q, %q) = %d, want %d", test.method, test.prefix, got, test.want)
		}
	}
	a.ResetRequests()
	if a.CountRequests("", "") != 0 {
		t.Error("requests after the reset")
	}
}

func TestRateLimits(t *testing.T) {
	t.Parallel()
	a := start(t, sandbox.Options{}, sandbox.Credential{})
	if r := a.get("/v2/persons"); r.header.Get("X-Ratelimit-Remaining") != "" {
		t.Error("headers while limits are off")
	}
	a.SetRateLimits(true)
	burst := func(path string) (passed int, last *response) {
		t.Helper()
		for passed = 0; passed < 1000; passed++ {
			if last = a.get(path); last.status == http.StatusTooManyRequests {
				break
			}
			last.wantStatus(http.StatusOK)
		}
		return passed, last
	}
	r := a.get("/v2/persons?limit=1").wantStatus(http.StatusOK)
	for header, want := range map[string]string{"Replenish-Rate": "30", "Burst-Capacity": "30", "Requested-Tokens": "1", "Remaining": "29"} {
		if got := r.header.Get("x-ratelimit-" + header); got != want {
			t.Errorf("x-ratelimit-%s: %q, want %q", header, got, want)
		}
	}
	passed, last := burst("/v2/persons?limit=1")
	if passed != 29 {
		t.Errorf("%d more requests passed, want 29", passed)
	}
	last.wantProblem(http.StatusTooManyRequests, "Too Many Requests", "")
	if last.header.Get("Retry-After") != "" || last.header.Get("X-Ratelimit-Remaining") != "0" {
		t.Errorf("429 with headers %v", last.header)
	}
	a.get("/v2/legal-entities").wantStatus(http.StatusOK) // another bucket
	a.clock.advance(100 * time.Millisecond)
	if passed, _ := burst("/v2/persons?limit=1"); passed != 3 {
		t.Errorf("%d requests passed after 100 ms, want 3", passed)
	}
	passed, last = burst(employees + "?limit=1")
	if passed != 15 {
		t.Errorf("%d requests for employees passed, want 15", passed)
	}
	last.wantV1Error(http.StatusTooManyRequests)
	minute := 15
	for range 20 {
		a.clock.advance(time.Second)
		passed, _ = burst(employees + "?limit=1")
		minute += passed
	}
	if minute != 300 {
		t.Errorf("%d requests for employees passed in less than a minute, want 300", minute)
	}
	a.SetRateLimits(false)
	a.get(employees).wantStatus(http.StatusOK)
}

func TestAuthRateLimits(t *testing.T) {
	t.Parallel()
	a := start(t, sandbox.Options{RateLimits: true}, sandbox.Credential{})
	login := map[string]string{"client_id": a.credential.ClientID, "client_secret": a.credential.ClientSecret}
	v1 := func() int { return a.json(http.MethodPost, "/v1/auth", login).status }
	v2 := func() int { return a.form("/v2/auth/token", tokenForm(a.credential, "")).status }
	for n := range 60 {
		if status := v1(); status != http.StatusOK {
			t.Fatalf("v1 auth %d: status %d", n, status)
		}
	}
	for n := range 149 { // start got a token already
		if status := v2(); status != http.StatusOK {
			t.Fatalf("token %d: status %d", n, status)
		}
	}
	if v1() != http.StatusTooManyRequests || v2() != http.StatusTooManyRequests {
		t.Fatal("more than the limit")
	}
	a.clock.advance(59 * time.Second)
	if v1() != http.StatusTooManyRequests {
		t.Error("v1 auth does not pause for 60 s")
	}
	if first, second := v2(), v2(); first != http.StatusOK || second != http.StatusTooManyRequests {
		t.Errorf("during the throttle: %d, then %d, want one a second", first, second)
	}
	a.clock.advance(time.Second)
	if v1() != http.StatusOK || v2() != http.StatusOK || v2() != http.StatusOK {
		t.Error("no way in after the pause")
	}
}

func TestEverythingAtOnce(t *testing.T) {
	t.Parallel()
	a := start(t, sandbox.Options{Persons: 40}, sandbox.Credential{})
	person := a.Company().People()[3]
	var wait sync.WaitGroup
	for _, work := range []func(int){
		func(int) { _, _, _ = a.try(t.Context(), "/v2/persons?limit=50") },
		func(int) { _, _, _ = a.try(t.Context(), employees+"?limit=100") },
		func(int) { _ = a.Company().Delete(a.Company().People()[5].ID) },
		func(int) { a.DropAttributes(a.credential.ClientID, "email") },
		func(int) { a.SetRateLimits(false); a.InvalidateTokens("nobody") },
		func(int) { a.Fail(sandbox.Fault{PathPrefix: "/nothing", Status: 500}).Clear() },
		func(n int) {
			a.json(http.MethodPatch, employees+"/"+itoa(person.ID), map[string]any{"employee": map[string]any{"weekly_working_hours": n}})
		},
		func(int) { a.Requests(); a.CountRequests("GET", "/v2") },
	} {
		wait.Go(func() {
			for n := range 20 {
				work(n)
			}
		})
	}
	wait.Wait()
}
