package provider

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/personio-community/terraform-provider-personio/internal/personio"
	"github.com/personio-community/terraform-provider-personio/internal/provider/tfx"
)

// providerModel is the provider block.
type providerModel struct {
	BaseURL              types.String         `tfsdk:"base_url"`
	ClientID             types.String         `tfsdk:"client_id"`
	ClientSecret         types.String         `tfsdk:"client_secret"`
	AppID                types.String         `tfsdk:"app_id"`
	PartnerID            types.String         `tfsdk:"partner_id"`
	CACertPEM            types.String         `tfsdk:"ca_cert_pem"`
	RequestTimeout       timetypes.GoDuration `tfsdk:"request_timeout"`
	MaxRetries           types.Int64          `tfsdk:"max_retries"`
	MaxRequestsPerSecond types.Float64        `tfsdk:"max_requests_per_second"`
	ExpectedCompanyID    types.String         `tfsdk:"expected_company_id"`
}

// unknown lists the arguments that Terraform does not know yet.
func (m *providerModel) unknown() []string {
	var names []string
	for name, value := range map[string]attr.Value{
		"base_url": m.BaseURL, "client_id": m.ClientID, "client_secret": m.ClientSecret,
		"app_id": m.AppID, "partner_id": m.PartnerID, "ca_cert_pem": m.CACertPEM,
		"request_timeout": m.RequestTimeout, "max_retries": m.MaxRetries,
		"max_requests_per_second": m.MaxRequestsPerSecond, "expected_company_id": m.ExpectedCompanyID,
	} {
		if value.IsUnknown() {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// Configure makes the client. It calls nothing: a provider that only validates
// or reads its schema must work offline, and missing credentials matter only to
// what needs them.
func (p *personioProvider) Configure(ctx context.Context, req provider.ConfigureRequest, resp *provider.ConfigureResponse) {
	var model providerModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	if resp.Diagnostics.HasError() {
		return
	}
	if unknown := model.unknown(); len(unknown) > 0 {
		if req.ClientCapabilities.DeferralAllowed {
			resp.Deferred = &provider.Deferred{Reason: provider.DeferredReasonProviderConfigUnknown}
			return
		}
		// No error yet: the marketplace catalogue needs no API.
		data := &tfx.ProviderData{Unknown: unknown}
		respond(resp, data)
		return
	}
	config := p.clientConfig(&model, req.TerraformVersion, &resp.Diagnostics)
	if resp.Diagnostics.HasError() {
		return
	}
	client, err := personio.New(config)
	if err != nil {
		addConfigError(&resp.Diagnostics, err)
		return
	}
	data := &tfx.ProviderData{
		Client: client, Now: p.now, RunTimeout: p.runTimeout,
		AttributeLists: &tfx.Planned[tfx.AttributeList]{}, Projects: &tfx.Planned[tfx.PlannedProject]{},
	}
	respond(resp, data)
}

// respond hands the data to every kind of thing that the provider has.
func respond(resp *provider.ConfigureResponse, data *tfx.ProviderData) {
	resp.ResourceData, resp.DataSourceData, resp.ListResourceData = data, data, data
	resp.EphemeralResourceData, resp.ActionData = data, data
}

// clientConfig takes each argument from the block, else from the environment.
func (p *personioProvider) clientConfig(m *providerModel, terraformVersion string, diags *diag.Diagnostics) personio.Config {
	text := func(value types.String, name string) string {
		if !value.IsNull() {
			return value.ValueString()
		}
		return p.getenv(tfx.EnvironmentName(name))
	}
	config := personio.Config{
		BaseURL:      text(m.BaseURL, "base_url"),
		ClientID:     text(m.ClientID, "client_id"),
		ClientSecret: text(m.ClientSecret, "client_secret"),
		AppID:        text(m.AppID, "app_id"),
		PartnerID:    text(m.PartnerID, "partner_id"),
		CACertPEM:    text(m.CACertPEM, "ca_cert_pem"),
		UserAgent:    p.userAgent(terraformVersion),
		Now:          p.now,
		PollInterval: p.pollInterval,
	}
	config.ExpectedCompanyID = p.expectedCompany(text(m.ExpectedCompanyID, "expected_company_id"), diags)
	config.RequestTimeout = p.requestTimeout(m.RequestTimeout, diags)
	config.MaxRetries = p.retries(m.MaxRetries, diags)
	config.MaxRequestsPerSecond = p.requestsPerSecond(m.MaxRequestsPerSecond, diags)
	config.Log = newLog(config.ClientSecret)
	return config
}

// expectedCompany checks what the schema has not: a value of the environment.
func (p *personioProvider) expectedCompany(value string, diags *diag.Diagnostics) string {
	if value != "" && !companyID.MatchString(value) {
		addEnvironmentError(diags, "expected_company_id", value, "a positive number")
	}
	return value
}

func (p *personioProvider) requestTimeout(value timetypes.GoDuration, diags *diag.Diagnostics) time.Duration {
	if !value.IsNull() {
		d, errs := value.ValueGoDuration()
		diags.Append(errs...)
		return d
	}
	raw := p.getenv(tfx.EnvironmentName("request_timeout"))
	if raw == "" {
		return 0
	}
	d, err := time.ParseDuration(raw)
	if err != nil || d < minRequestTimeout || d > maxRequestTimeout {
		addEnvironmentError(diags, "request_timeout", raw, "a duration from 1s to 1h, such as 30s")
	}
	return d
}

// retries is the client's number: for the client 0 is the default and a
// negative number means none.
func (p *personioProvider) retries(value types.Int64, diags *diag.Diagnostics) int {
	retries := int(value.ValueInt64())
	if value.IsNull() {
		raw := p.getenv(tfx.EnvironmentName("max_retries"))
		if raw == "" {
			return 0
		}
		var err error
		if retries, err = strconv.Atoi(raw); err != nil || retries < 0 || retries > maxRetries {
			addEnvironmentError(diags, "max_retries", raw, "a whole number from 0 to 20")
		}
	}
	if retries == 0 {
		return -1
	}
	return retries
}

func (p *personioProvider) requestsPerSecond(value types.Float64, diags *diag.Diagnostics) float64 {
	if !value.IsNull() {
		return value.ValueFloat64()
	}
	raw := p.getenv(tfx.EnvironmentName("max_requests_per_second"))
	if raw == "" {
		return 0
	}
	rate, err := strconv.ParseFloat(raw, 64)
	// Written so that NaN fails too.
	if err != nil || !(rate >= minRequestsPerSecond) {
		addEnvironmentError(diags, "max_requests_per_second", raw, "a number of at least 0.01")
	}
	return rate
}

func addEnvironmentError(diags *diag.Diagnostics, argument, value, want string) {
	diags.AddAttributeError(path.Root(argument), "Invalid "+tfx.EnvironmentName(argument),
		fmt.Sprintf("The environment variable %s, which stands in for the argument %s, is %q; it must be %s.",
			tfx.EnvironmentName(argument), argument, value, want))
}

// addConfigError reports a refused configuration at the argument that the error
// begins with.
func addConfigError(diags *diag.Diagnostics, err error) {
	argument, _, _ := strings.Cut(err.Error(), " ")
	if argument != "base_url" && argument != "ca_cert_pem" {
		diags.AddError("Invalid provider configuration", err.Error()+".")
		return
	}
	diags.AddAttributeError(path.Root(argument), "Invalid "+argument,
		fmt.Sprintf("%s. It comes from the provider block or from %s.", err, tfx.EnvironmentName(argument)))
}

// notForHeader is what a header value should not hold.
var notForHeader = regexp.MustCompile(`[^A-Za-z0-9._+-]`)

// userAgent names the provider and the CLI that runs it, and the run where HCP
// Terraform gives it an id.
func (p *personioProvider) userAgent(terraformVersion string) string {
	agent := fmt.Sprintf("terraform-provider-personio/%s terraform/%s",
		notForHeader.ReplaceAllString(p.version, ""), notForHeader.ReplaceAllString(terraformVersion, ""))
	if run := notForHeader.ReplaceAllString(p.getenv("TFC_RUN_ID"), ""); run != "" {
		agent += " tfc/" + run
	}
	return agent
}
