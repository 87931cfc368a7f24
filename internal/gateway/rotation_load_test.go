package gateway_test

import (
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
)

// A client that calls without pause through a rotation with overlap, and signs in
// anew with whichever secret it has been given, sees no failure.
func TestRotationUnderLoad(t *testing.T) {
	t.Parallel()
	e := start(t)
	c := e.credential(e.integrate("Reporting", "first_name").ID)
	var secret atomic.Value
	secret.Store(c.ClientSecret)
	var calls, failures atomic.Int64
	stop := make(chan struct{})
	var wait sync.WaitGroup
	for range 4 {
		wait.Go(func() {
			token := ""
			for n := 0; ; n++ {
				select {
				case <-stop:
					return
				default:
				}
				if n%5 == 0 { // Sign in anew now and then.
					held, _ := secret.Load().(string)
					a := call(t, http.MethodPost, e.gatewayURL+"/v2/auth/token", "", tokenForm(c.ClientID, held, ""))
					if a.status != http.StatusOK {
						failures.Add(1)
						continue
					}
					token = decode[v2Auth](a).AccessToken
				}
				if call(t, http.MethodGet, e.gatewayURL+"/v2/persons?limit=1", token, nil).status != http.StatusOK {
					failures.Add(1)
				}
				calls.Add(1)
			}
		})
	}
	after := func(n int64) {
		e.clock.Advance(time.Minute) // A new minute for those who sign in.
		before := calls.Load()
		eventually(t, "the clients go on calling", func() bool { return calls.Load() >= before+n })
	}
	after(20)
	for range 3 {
		rotated := decode[gatewayapi.APICredential](e.call(http.MethodPost, credentials+"/"+c.ID+"/rotate", e.admin, `{"rotation_overlap":"1h"}`).want(http.StatusOK))
		after(40) // On the old secret, within the overlap.
		secret.Store(rotated.ClientSecret)
		after(40) // Every client has switched by now.
	}
	close(stop)
	wait.Wait()
	if n := failures.Load(); n != 0 {
		t.Errorf("%d of %d calls failed", n, calls.Load())
	}

	// Without overlap the old secret and its tokens are dead within a second.
	held, _ := secret.Load().(string)
	token := e.token(c.ClientID, held)
	e.call(http.MethodPost, credentials+"/"+c.ID+"/rotate", e.admin, `{"rotation_overlap":"0s"}`).want(http.StatusOK)
	rotated := time.Now()
	eventually(t, "secret and token are dead", func() bool {
		return e.call(http.MethodGet, "/v2/persons?limit=1", token, nil).status == http.StatusUnauthorized &&
			e.call(http.MethodPost, "/v2/auth/token", "", tokenForm(c.ClientID, held, "")).status == http.StatusBadRequest
	})
	if took := time.Since(rotated); took > time.Second {
		t.Errorf("they lived for %s", took)
	}
}
