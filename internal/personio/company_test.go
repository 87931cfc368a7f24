package personio

import (
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
)

// standsFor answers logins as a gateway of that company, "" for one that does not
// say.
func standsFor(company string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		if company != "" {
			w.Header().Set("X-Gateway-Company-Id", company)
		}
		writeToken(w, 1, 86400)
	}
}

// With another company than expected, or with none, nothing is called but the
// login, and that once for all calls; towards Personio not even that.
func TestExpectedCompany(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		expected, company, baseURL string
		want                       string // part of the error, "" for success
		logins                     int
	}{
		"none expected":     {expected: "", company: "71001", logins: 1},
		"the expected one":  {expected: "71001", company: "71001", logins: 1},
		"another":           {expected: "71001", company: "71002", want: `stands for company "71002", and expected_company_id (PERSONIO_EXPECTED_COMPANY_ID) is 71001`, logins: 1},
		"a longer one":      {expected: "7100", company: "71001", want: `stands for company "71001"`, logins: 1},
		"it does not say":   {expected: "71001", want: "--upstream-company-id", logins: 1},
		"Personio itself":   {expected: "71001", baseURL: DefaultBaseURL, want: "does not tell which company", logins: 0},
		"Personio, no wish": {baseURL: DefaultBaseURL, logins: 1},
	} {
		f := newFake(map[string]http.HandlerFunc{postToken: standsFor(test.company)})
		f.fallback = func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, 200, map[string]any{"_data": []any{}}) }
		c := f.client(t, func(config *Config) {
			config.ExpectedCompanyID = test.expected
			if test.baseURL != "" {
				config.BaseURL = test.baseURL
			}
		})
		var calls sync.WaitGroup
		for range 10 {
			calls.Go(func() {
				var out any
				err := c.do(t.Context(), request{method: http.MethodPost, path: gatewayapi.PathCustomIntegrations, repeatable: true}, &out)
				switch {
				case test.want == "" && err != nil:
					t.Errorf("%s: %v", name, err)
				case test.want != "" && (!errors.Is(err, ErrWrongCompany) || !strings.Contains(err.Error(), test.want)):
					t.Errorf("%s: error %v, want %q", name, err, test.want)
				}
			})
		}
		calls.Wait()
		wantCount(t, f, postToken, test.logins)
		want := 10
		if test.want != "" {
			want = 0
		}
		wantCount(t, f, "POST "+gatewayapi.PathCustomIntegrations, want)
		if _, err := c.RequestToken(t.Context(), auditedID, auditedSecret, nil); errors.Is(err, ErrWrongCompany) != (test.want != "") {
			t.Errorf("%s: a token of its own: %v", name, err)
		}
	}
}
