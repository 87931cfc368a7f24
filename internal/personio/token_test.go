package personio

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func TestOneTokenForManyCalls(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFake(map[string]http.HandlerFunc{
			getAttributes: attributes,
			"POST " + pathToken: func(w http.ResponseWriter, _ *http.Request) {
				time.Sleep(time.Second) // Virtual time: all calls come meanwhile.
				writeToken(w, 1, 86400)
			},
		})
		c := f.client(t)
		var wait sync.WaitGroup
		for range 50 {
			wait.Go(func() {
				if _, err := c.EmployeeAttributes(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		wait.Wait()
		wantCount(t, f, "POST "+pathToken, 1)
		wantCount(t, f, getAttributes, 50)
		for _, r := range f.seen(getAttributes) {
			if r.header.Get("Authorization") != "Bearer "+token(1) {
				t.Errorf("Authorization is %q", r.header.Get("Authorization"))
			}
		}
	})
}

func TestTokenRequest(t *testing.T) {
	t.Parallel()
	f := newFake(nil)
	now := newClock()
	c := f.client(t, func(config *Config) {
		config.Now, config.UserAgent, config.AppID, config.PartnerID = now.Now, "agent/1", "APP", "PARTNER"
	})
	got, err := c.Token(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got.AccessToken != token(1) || !got.ExpiresAt.Equal(now.Now().Add(24*time.Hour)) {
		t.Errorf("got %v", got)
	}
	scopes, err := c.Scopes(t.Context())
	if err != nil || !slices.Equal(scopes, []string{"personio:persons:read", "employees:write"}) {
		t.Errorf("scopes %q, %v", scopes, err)
	}
	r := f.seen("POST " + pathToken)[0]
	form, err := url.ParseQuery(r.body)
	if err != nil || form.Get("grant_type") != "client_credentials" || form.Get("client_id") != testID || form.Get("client_secret") != testSecret || len(form) != 3 {
		t.Errorf("form %q, %v", r.body, err)
	}
	for key, want := range map[string]string{
		"Content-Type": "application/x-www-form-urlencoded", "Authorization": "", "User-Agent": "agent/1",
		"X-Personio-App-Id": "APP", "X-Personio-Partner-Id": "PARTNER",
	} {
		if r.header.Get(key) != want {
			t.Errorf("%s is %q, want %q", key, r.header.Get(key), want)
		}
	}
}

func TestTokenIsRenewedAMinuteEarly(t *testing.T) {
	t.Parallel()
	f := newFake(map[string]http.HandlerFunc{getAttributes: attributes})
	now := newClock()
	c := f.client(t, func(config *Config) { config.Now = now.Now })
	for _, step := range []struct {
		wait   time.Duration
		tokens int
	}{{0, 1}, {24*time.Hour - 61*time.Second, 1}, {time.Second, 2}, {time.Hour, 2}} {
		now.add(step.wait)
		if _, err := c.EmployeeAttributes(t.Context()); err != nil {
			t.Fatal(err)
		}
		wantCount(t, f, "POST "+pathToken, step.tokens)
	}
}

func TestShortTokenIsStillUsed(t *testing.T) {
	t.Parallel()
	f := newFake(map[string]http.HandlerFunc{
		getAttributes:       attributes,
		"POST " + pathToken: func(w http.ResponseWriter, _ *http.Request) { writeToken(w, 1, 30) },
	})
	now := newClock()
	c := f.client(t, func(config *Config) { config.Now = now.Now })
	for _, wait := range []time.Duration{0, 14 * time.Second, time.Second} {
		now.add(wait)
		if _, err := c.EmployeeAttributes(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	wantCount(t, f, "POST "+pathToken, 2)
}

func TestRefusedTokenIsFetchedOnceMore(t *testing.T) {
	t.Parallel()
	f := newFake(map[string]http.HandlerFunc{getAttributes: func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") == "Bearer "+token(1) {
			status(401)(w, r)
			return
		}
		attributes(w, r)
	}})
	c := f.client(t, func(config *Config) { config.MaxRetries = -1 })
	if _, err := c.EmployeeAttributes(t.Context()); err != nil {
		t.Fatal(err)
	}
	wantCount(t, f, "POST "+pathToken, 2)
	wantCount(t, f, getAttributes, 2)
}

func TestRightThatIsMissingDoesNotCostATokenEachTime(t *testing.T) {
	t.Parallel()
	f := newFake(map[string]http.HandlerFunc{getAttributes: status(401)})
	now := newClock()
	c := f.client(t, func(config *Config) { config.Now = now.Now })
	call := func() {
		t.Helper()
		if _, err := c.EmployeeAttributes(t.Context()); !IsUnauthorized(err) {
			t.Fatalf("got %v", err)
		}
	}
	call()
	wantCount(t, f, "POST "+pathToken, 2)
	wantCount(t, f, getAttributes, 2)
	for range 10 {
		now.add(900 * time.Millisecond)
		call()
	}
	wantCount(t, f, "POST "+pathToken, 2)
	wantCount(t, f, getAttributes, 12)
	// Refusals in between do not put off the next attempt.
	now.add(time.Second)
	call()
	wantCount(t, f, "POST "+pathToken, 3)
}

func TestRefusedCredential(t *testing.T) {
	t.Parallel()
	f := newFake(map[string]http.HandlerFunc{
		getAttributes: attributes,
		"POST " + pathToken: inTurn(
			func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "application/problem+json")
				w.WriteHeader(400)
				_, _ = w.Write([]byte(`{"error":"invalid_client","error_description":"Unknown client ` + testID + ` with \"papi-PLANTED/secret+\\\"of the client\\\"\"","trace_id":"t-9","timestamp":"x","meta":{}}`))
			},
			func(w http.ResponseWriter, _ *http.Request) { writeToken(w, 1, 86400) }),
	})
	now := newClock()
	c := f.client(t, func(config *Config) { config.Now = now.Now })
	for range 20 {
		_, err := c.EmployeeAttributes(t.Context())
		if !IsUnauthorized(err) || IsNotFound(err) || IsForbidden(err) {
			t.Fatalf("got %v", err)
		}
		wantContains(t, err.Error(), "client_id", "client_secret", "PERSONIO_CLIENT_SECRET", "invalid_client", "t-9", "https://gateway.test", "HTTP 400")
		wantNoSecret(t, err.Error())
	}
	wantCount(t, f, "POST "+pathToken, 1)
	wantCount(t, f, getAttributes, 0)
	now.add(4 * time.Second)
	if _, err := c.EmployeeAttributes(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestCredentialIsMissing(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		id, secret string
		want, not  []string
	}{
		{"", "", []string{"client_id", "PERSONIO_CLIENT_ID", "client_secret", "PERSONIO_CLIENT_SECRET"}, nil},
		{"papi-1", "", []string{"client_secret", "PERSONIO_CLIENT_SECRET"}, []string{"PERSONIO_CLIENT_ID"}},
		{"", testSecret, []string{"client_id", "PERSONIO_CLIENT_ID"}, []string{"PERSONIO_CLIENT_SECRET"}},
	} {
		f := newFake(nil)
		c := f.client(t, func(config *Config) { config.ClientID, config.ClientSecret = test.id, test.secret })
		_, err := c.EmployeeAttributes(t.Context())
		if !errors.Is(err, ErrNoCredential) {
			t.Fatalf("got %v", err)
		}
		wantContains(t, err.Error(), test.want...)
		wantNoSecret(t, err.Error())
		wantCount(t, f, "POST "+pathToken, 0)
	}
}

func TestAnswerWithoutTokenIsNotShown(t *testing.T) {
	t.Parallel()
	f := newFake(map[string]http.HandlerFunc{"POST " + pathToken: raw(200, "application/json", `{"success":true,"data":{"token":"papi-PLANTED"}}`)})
	_, err := f.client(t).Token(t.Context())
	if err == nil {
		t.Fatal("no error")
	}
	wantContains(t, err.Error(), "no access_token")
	wantNoSecret(t, err.Error())
}

func TestTokenFetchOutlivesTheCallerThatBeganIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		f := newFake(map[string]http.HandlerFunc{"POST " + pathToken: func(w http.ResponseWriter, _ *http.Request) {
			time.Sleep(10 * time.Second)
			writeToken(w, 1, 86400)
		}})
		c := f.client(t)
		impatient, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		var wait sync.WaitGroup
		wait.Go(func() {
			if _, err := c.Token(impatient); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("got %v", err)
			}
		})
		synctest.Wait()
		if got, err := c.Token(t.Context()); err != nil || got.AccessToken != token(1) {
			t.Errorf("got %v, %v", got, err)
		}
		wait.Wait()
		wantCount(t, f, "POST "+pathToken, 1)
	})
}
