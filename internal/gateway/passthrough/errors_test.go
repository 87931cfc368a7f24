package passthrough

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
	"github.com/personio-community/terraform-provider-personio/internal/personio"
)

type transport func(*http.Request) (*http.Response, error)

func (f transport) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// TestHeldBack: a call whose turn at Personio would come too late is told of the
// rate limit, not of a Personio that is silent.
func TestHeldBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		client, err := personio.New(personio.Config{
			ClientID: "papi-id", ClientSecret: "papi-secret", MaxRequestsPerSecond: 0.01,
			Transport: transport(func(r *http.Request) (*http.Response, error) {
				return &http.Response{
					StatusCode: http.StatusOK, Header: http.Header{}, Request: r,
					Body: io.NopCloser(strings.NewReader(`{"access_token":"papi-token","expires_in":86400}`)),
				}, nil
			}),
		})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := client.Token(t.Context()); err != nil { // The one call in 100 s.
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), upstreamTimeout)
		defer cancel()
		begun := time.Now()
		resp, err := client.Forward(ctx, http.MethodGet, "/v2/persons", nil, nil, nil)
		if err == nil {
			resp.Body.Close()
		}
		if err == nil || time.Since(begun) != 0 {
			t.Fatalf("after %s: %v", time.Since(begun), err)
		}
		p := &Proxy{Log: slog.New(slog.DiscardHandler)}
		for path, wanted := range map[string]map[error]int{
			"/v1/company/employees": {err: 429, context.DeadlineExceeded: 504, errors.New("refused"): 502},
			"/v2/persons":           {err: 429, context.DeadlineExceeded: 504, errors.New("refused"): 502},
		} {
			for cause, status := range wanted {
				call, w := Call{}, httptest.NewRecorder()
				p.refuseUnreachable(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil), &call, cause)
				if w.Code != status || call.Status != status {
					t.Errorf("%s: %v became %d", path, cause, w.Code)
				}
				var v1 struct{ Error struct{ Code int } }
				var v2 gatewayapi.Problem
				if strings.HasPrefix(path, "/v1/") {
					if err := json.Unmarshal(w.Body.Bytes(), &v1); err != nil || v1.Error.Code != status {
						t.Errorf("%s", w.Body)
					}
				} else if err := json.Unmarshal(w.Body.Bytes(), &v2); err != nil || (status == 429) != (v2.Errors[0].Kind() == gatewayapi.KindTooManyRequests) {
					t.Errorf("%s", w.Body)
				}
			}
		}
	})
}
