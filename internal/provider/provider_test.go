package provider_test

import (
	"strings"
	"testing"

	"github.com/personio-community/terraform-provider-personio/internal/acctest"
	"github.com/personio-community/terraform-provider-personio/internal/acctest/gatewayfake"
	"github.com/personio-community/terraform-provider-personio/internal/acctest/tfproto"
	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
	personioprovider "github.com/personio-community/terraform-provider-personio/internal/provider"
)

func TestMain(m *testing.M) { acctest.Main(m) }

// environment stands in for the process's.
func environment(variables map[string]string) personioprovider.Option {
	return personioprovider.WithGetenv(func(name string) string { return variables[name] })
}

// integration is a configuration of the resource that the tests use.
var integration = tfproto.Values{"name": "Reporting", "scopes": []any{"personio:persons:read"}}

func wantParts(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("%q is missing in:\n%s", part, text)
		}
	}
}

func TestConfigureCallsNothing(t *testing.T) {
	t.Parallel()
	_, fake := acctest.FakeProvider(t)
	if calls := fake.Calls(); len(calls) > 0 || fake.Tokens() > 0 {
		t.Errorf("calls %v, tokens %d", calls, fake.Tokens())
	}
}

func TestEnvironment(t *testing.T) {
	t.Parallel()
	fake := gatewayfake.New(t)
	variables := map[string]string{
		"PERSONIO_BASE_URL": fake.URL, "PERSONIO_CLIENT_ID": "papi-overridden", "PERSONIO_CLIENT_SECRET": gatewayfake.ClientSecret,
		"PERSONIO_APP_ID": "REPORTING", "PERSONIO_PARTNER_ID": "ACME", "PERSONIO_REQUEST_TIMEOUT": "5s",
		"PERSONIO_EXPECTED_COMPANY_ID": gatewayfake.CompanyID, "PERSONIO_MAX_RETRIES": "0", "PERSONIO_MAX_REQUESTS_PER_SECOND": "1000.5", "TFC_RUN_ID": "run-4711\r\nX-Evil: 1",
	}
	p := tfproto.Configured(t, acctest.NewProvider(environment(variables)), tfproto.Values{"client_id": gatewayfake.ClientID})
	planned, diags := p.Plan("personio_custom_integration", nil, integration)
	wantNoErrors(t, diags)
	_, diags = p.Apply("personio_custom_integration", planned)
	wantNoErrors(t, diags)
	calls := fake.Calls()
	if want := "terraform-provider-personio/test terraform/1.12.0 tfc/run-4711X-Evil1"; len(calls) != 1 || calls[0].UserAgent != want {
		t.Errorf("calls %v, want the user agent %q", calls, want)
	}
}

func wantNoErrors(t *testing.T, diags tfproto.Diagnostics) {
	t.Helper()
	if text := diags.Errors(); text != "" {
		t.Fatal(text)
	}
}

func TestInvalidEnvironment(t *testing.T) {
	t.Parallel()
	for name, values := range map[string][]string{
		"PERSONIO_REQUEST_TIMEOUT":         {"soon", "0s", "-5s", "2h"},
		"PERSONIO_MAX_RETRIES":             {"many", "-1", "21", "1.5"},
		"PERSONIO_MAX_REQUESTS_PER_SECOND": {"fast", "0", "-1", "NaN"},
		"PERSONIO_EXPECTED_COMPANY_ID":     {"acme", "0", "-4242", "4242 "},
		"PERSONIO_BASE_URL":                {"http://gateway.example.com", "gateway", "https://u:p@gateway.example.com", "https://gateway.example.com/v2"},
		"PERSONIO_CA_CERT_PEM":             {"/etc/ssl/ca.pem"},
	} {
		for _, value := range values {
			p := tfproto.New(t, acctest.NewProvider(environment(map[string]string{name: value})))
			text := p.Configure(tfproto.Values{}, false).Errors()
			argument := strings.ToLower(strings.TrimPrefix(name, "PERSONIO_"))
			wantParts(t, text, `AttributeName("`+argument+`")`, name)
		}
	}
}

// An argument that is not known yet gets an error of its own from what needs the
// API, unless Terraform can wait. The marketplace catalogue needs none.
func TestUnknownConfiguration(t *testing.T) {
	t.Parallel()
	arguments := []string{
		"base_url", "client_id", "client_secret", "app_id", "partner_id", "ca_cert_pem",
		"request_timeout", "max_retries", "max_requests_per_second", "expected_company_id",
	}
	everything := tfproto.Values{}
	for _, argument := range arguments {
		everything[argument] = tfproto.Unknown
		wantUnknown(t, tfproto.Values{argument: tfproto.Unknown}, argument)
	}
	wantUnknown(t, everything, arguments...)

	p := tfproto.New(t, acctest.NewProvider())
	wantNoErrors(t, p.Configure(everything, true))
	planned, diags := p.Plan("personio_custom_integration", nil, integration)
	wantNoErrors(t, diags)
	if !planned.Deferred {
		t.Error("the plan is not deferred")
	}
}

// wantUnknown wants an error for each unknown argument, and the catalogue.
func wantUnknown(t *testing.T, config tfproto.Values, arguments ...string) {
	t.Helper()
	p := tfproto.Configured(t, acctest.NewProvider(), config)
	_, planned := p.Plan("personio_custom_integration", nil, integration)
	_, read := p.ReadData("personio_employee_attributes", tfproto.Values{})
	for _, diags := range []tfproto.Diagnostics{planned, read} {
		if len(diags) != len(arguments) {
			t.Errorf("%v: %d diagnostics", arguments, len(diags))
		}
		for _, argument := range arguments {
			wantParts(t, diags.Errors(), "Provider argument "+argument+" is not known yet", "PERSONIO_"+strings.ToUpper(argument))
		}
	}
	_, diags := p.ReadData("personio_marketplace_integration", tfproto.Values{"id": "okta"})
	wantNoErrors(t, diags)
	_, diags = p.ReadData("personio_marketplace_integrations", tfproto.Values{})
	wantNoErrors(t, diags)
}

// Without credentials everything that needs none works; the first call says
// what is missing.
func TestMissingCredentials(t *testing.T) {
	t.Parallel()
	fake := gatewayfake.New(t)
	p := tfproto.Configured(t, acctest.NewProvider(), tfproto.Values{"base_url": fake.URL})
	planned, diags := p.Plan("personio_custom_integration", nil, integration)
	wantNoErrors(t, diags)
	_, diags = p.Apply("personio_custom_integration", planned)
	wantParts(t, diags.Errors(), `Could not create custom integration "Reporting"`, "PERSONIO_CLIENT_ID", "PERSONIO_CLIENT_SECRET")
	if calls := fake.Calls(); len(calls) > 0 || fake.Tokens() > 0 {
		t.Errorf("calls without credentials: %v", calls)
	}
}

// Zero retries are zero, and not the client's default.
func TestNoRetries(t *testing.T) {
	t.Parallel()
	for name, configure := range map[string]func(*gatewayfake.Server) *tfproto.Provider{
		"argument": func(fake *gatewayfake.Server) *tfproto.Provider { return acctest.Reconnect(t, fake) },
		"environment": func(fake *gatewayfake.Server) *tfproto.Provider {
			return tfproto.Configured(t, acctest.NewProvider(environment(map[string]string{"PERSONIO_MAX_RETRIES": "0"})), tfproto.Values{
				"base_url": fake.URL, "client_id": gatewayfake.ClientID, "client_secret": gatewayfake.ClientSecret,
			})
		},
	} {
		fake := gatewayfake.New(t)
		fake.Script("GET "+gatewayapi.PathCustomIntegrations,
			gatewayfake.Finding(503, gatewayapi.KindUnavailable, "Service unavailable", "Try later.", nil))
		_, diags := configure(fake).ReadData("personio_connected_integrations", tfproto.Values{})
		wantParts(t, diags.Errors(), "Could not list connected integrations", "Try later.", "HTTP status 503")
		if calls := fake.Calls(); len(calls) != 1 {
			t.Errorf("%s: %d calls", name, len(calls))
		}
	}
}
