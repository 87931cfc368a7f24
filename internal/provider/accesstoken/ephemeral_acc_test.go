package accesstoken_test

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/hashicorp/terraform-plugin-testing/echoprovider"
	"github.com/hashicorp/terraform-plugin-testing/helper/resource"
	"github.com/hashicorp/terraform-plugin-testing/knownvalue"
	"github.com/hashicorp/terraform-plugin-testing/plancheck"
	"github.com/hashicorp/terraform-plugin-testing/statecheck"
	"github.com/hashicorp/terraform-plugin-testing/tfjsonpath"

	"github.com/personio-community/terraform-provider-personio/internal/acctest"
)

func TestMain(m *testing.M) { acctest.Main(m) }

// issue is a token that a server issued.
type issue struct {
	host, token string
	// narrowed says that scopes were named in the request.
	narrowed bool
	// works says that it opened something when it was new.
	works bool
}

// tap notes which tokens are issued, used and revoked, at any server of a world.
type tap struct {
	mu            sync.Mutex
	issued        []issue
	used, revoked map[string]bool
}

func (p *tap) listen(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, bearer, _ := strings.Cut(r.Header.Get("Authorization"), " ")
		body, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		form, _ := url.ParseQuery(string(body))
		answer := httptest.NewRecorder()
		next.ServeHTTP(answer, r)
		var got struct {
			AccessToken string `json:"access_token"`
		}
		works := false
		if _ = json.Unmarshal(answer.Body.Bytes(), &got); got.AccessToken != "" {
			probe := httptest.NewRequestWithContext(r.Context(), http.MethodGet, "/v2/persons", nil)
			probe.Header.Set("Authorization", "Bearer "+got.AccessToken)
			probed := httptest.NewRecorder()
			next.ServeHTTP(probed, probe)
			works = probed.Code == http.StatusOK
		}
		p.mu.Lock()
		defer p.mu.Unlock()
		switch r.URL.Path {
		case "/v2/auth/token":
			p.issued = append(p.issued, issue{host: r.Host, token: got.AccessToken, narrowed: form.Has("scope"), works: works})
		case "/v2/auth/revoke":
			p.revoked[form.Get("token")] = true
		default:
			p.used[bearer] = true
		}
		maps.Copy(w.Header(), answer.Header())
		w.WriteHeader(answer.Code)
		_, _ = w.Write(answer.Body.Bytes())
	})
}

// Tokens are opened at a gateway and at Personio itself, work, are revoked when
// the run ends, and are in no plan, state, log or output; those of the providers'
// own calls go on.
func TestAccAccessToken_livesForOneRun(t *testing.T) {
	t.Parallel()
	p := &tap{used: map[string]bool{}, revoked: map[string]bool{}}
	w := acctest.Start(t, acctest.WithTap(p.listen))
	cli := acctest.NewCLI(t, w, `
variable "personio_client_secret" {
  type      = string
  ephemeral = true
}

provider "personio" {
  alias         = "direct"
  base_url      = "`+w.PersonioURL+`"
  client_id     = "`+w.Upstream.ClientID+`"
  client_secret = var.personio_client_secret
}

ephemeral "personio_access_token" "gateway" {
  scopes = ["employees:read"]
  lifecycle {
    postcondition {
      condition     = startswith(self.access_token, "papi-") && self.token_type == "Bearer" && self.scopes == toset(["employees:read"])
      error_message = "That is no token."
    }
  }
}

ephemeral "personio_access_token" "direct" {
  provider      = personio.direct
  client_id     = "`+w.Upstream.ClientID+`"
  client_secret = var.personio_client_secret
  scopes        = ["personio:persons:read"]
  lifecycle {
    postcondition {
      condition     = timecmp(self.expires_at, plantimestamp()) > 0
      error_message = "It has ended."
    }
  }
}

resource "personio_custom_integration" "bi" {
  name   = "Reporting"
  scopes = ["personio:persons:read"]
}
`, "TF_VAR_personio_client_secret="+w.Upstream.ClientSecret)
	cli.Must("plan", "-out=saved.tfplan", "-no-color")
	cli.Must("apply", "-no-color", "saved.tfplan")
	cli.Must("plan", "-detailed-exitcode", "-no-color")

	hosts := map[string]string{strings.TrimPrefix(w.URL, "http://"): w.URL, strings.TrimPrefix(w.PersonioURL, "http://"): w.PersonioURL}
	opened := map[string]int{}
	places := map[string]string{
		"log": cli.Read(acctest.TraceLog), "state": cli.Read(acctest.State), "plan": cli.Unzip("saved.tfplan"), "output": cli.Output.String(),
	}
	if !strings.Contains(places["log"], "/v2/auth/revoke") {
		t.Error("the log shows no revocation, so it proves nothing")
	}
	for _, i := range p.issued {
		if p.revoked[i.token] != i.narrowed {
			t.Errorf("a token of %s: opened by the configuration %t, revoked %t", i.host, i.narrowed, p.revoked[i.token])
		}
		if i.narrowed {
			opened[i.host]++
			if p.used[i.token] || !i.works {
				t.Errorf("a token of %s: worked %t; used for the provider's own calls %t", i.host, i.works, p.used[i.token])
			}
			wantRefused(t, hosts[i.host], i.token)
		}
		for place, text := range places {
			if strings.Contains(text, i.token) {
				t.Errorf("a token of %s is in the %s", i.host, place)
			}
		}
	}
	// Two plans, and an apply that uses none: OpenTofu opens none there.
	for host := range hosts {
		if opened[host] < 2 || opened[host] > 3 {
			t.Errorf("%d tokens opened at %s: %v", opened[host], host, opened)
		}
	}
	if !slices.ContainsFunc(p.issued, func(i issue) bool { return !i.narrowed && p.used[i.token] }) {
		t.Error("the provider's own token was never seen, so nothing proves that it stays")
	}
}

// wantRefused wants that a token opens nothing.
func wantRefused(t *testing.T, baseURL, token string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, baseURL+"/v2/persons", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusUnauthorized {
		t.Errorf("a token of the run still opens %s: HTTP %d", baseURL, resp.StatusCode)
	}
}

// What the configuration gets, shown by a provider that writes it into the state.
func TestAccAccessToken_result(t *testing.T) {
	t.Parallel()
	w := acctest.Start(t)
	factories := acctest.Factories()
	factories["echo"] = echoprovider.NewProviderServer()
	config := w.ProviderConfig() + `
ephemeral "personio_access_token" "all" {}

provider "echo" {
  data = ephemeral.personio_access_token.all
}

resource "echo" "token" {}
`
	data := tfjsonpath.New("data")
	resource.UnitTest(t, resource.TestCase{
		ProtoV6ProviderFactories: factories,
		Steps: []resource.TestStep{
			{
				Config: config,
				ConfigStateChecks: []statecheck.StateCheck{
					statecheck.ExpectKnownValue("echo.token", data.AtMapKey("client_id"), knownvalue.Null()),
					statecheck.ExpectKnownValue("echo.token", data.AtMapKey("token_type"), knownvalue.StringExact("Bearer")),
					statecheck.ExpectKnownValue("echo.token", data.AtMapKey("access_token"), dead{t, w.URL}),
					// The management credential of a world has ten scopes of the gateway's and one of Personio's.
					statecheck.ExpectKnownValue("echo.token", data.AtMapKey("scopes"), knownvalue.SetSizeExact(11)),
				},
			},
			{
				Config:           config,
				ConfigPlanChecks: resource.ConfigPlanChecks{PreApply: []plancheck.PlanCheck{plancheck.ExpectEmptyPlan()}},
			},
		},
	})
}

// dead is a token that was one, and is no more.
type dead struct {
	t       *testing.T
	baseURL string
}

func (d dead) CheckValue(value any) error {
	token, _ := value.(string)
	if !strings.HasPrefix(token, "papi-") {
		d.t.Errorf("%q is no token", token)
	}
	wantRefused(d.t, d.baseURL, token)
	return nil
}

func (d dead) String() string { return "a revoked token" }
