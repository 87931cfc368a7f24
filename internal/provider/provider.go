// Package provider is the Terraform layer: schemas, plan logic, state. It holds
// no HTTP; package personio does the calls.
package provider

import (
	"context"
	"maps"
	"os"
	"regexp"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework-validators/float64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/int64validator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/action"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/ephemeral"
	"github.com/hashicorp/terraform-plugin-framework/list"
	"github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/personio-community/terraform-provider-personio/internal/provider/accesslog"
	"github.com/personio-community/terraform-provider-personio/internal/provider/accesstoken"
	"github.com/personio-community/terraform-provider-personio/internal/provider/apicredential"
	"github.com/personio-community/terraform-provider-personio/internal/provider/credentialaudit"
	"github.com/personio-community/terraform-provider-personio/internal/provider/customintegration"
	"github.com/personio-community/terraform-provider-personio/internal/provider/directory"
	"github.com/personio-community/terraform-provider-personio/internal/provider/marketplace"
	"github.com/personio-community/terraform-provider-personio/internal/provider/project"
	"github.com/personio-community/terraform-provider-personio/internal/provider/syncrule"
	"github.com/personio-community/terraform-provider-personio/internal/provider/syncrun"
	"github.com/personio-community/terraform-provider-personio/internal/provider/synctarget"
	"github.com/personio-community/terraform-provider-personio/internal/provider/tfx"
	"github.com/personio-community/terraform-provider-personio/internal/provider/webhook"
)

var (
	_ provider.ProviderWithEphemeralResources = (*personioProvider)(nil)
	_ provider.ProviderWithActions            = (*personioProvider)(nil)
	_ provider.ProviderWithListResources      = (*personioProvider)(nil)
)

// personioProvider is the provider; its fields are what tests replace.
type personioProvider struct {
	version string
	now     func() time.Time
	getenv  func(string) string
	// runTimeout is how long an apply waits for a sync run; pollInterval is the
	// first pause between two looks at it, 0 for the client's own.
	runTimeout, pollInterval time.Duration
}

// defaultRunTimeout is longer than a run of a few thousand people takes.
const defaultRunTimeout = 15 * time.Minute

// Option changes what a provider takes from its process.
type Option func(*personioProvider)

// WithClock sets the clock.
func WithClock(now func() time.Time) Option {
	return func(p *personioProvider) { p.now = now }
}

// WithGetenv sets where environment variables are read.
func WithGetenv(getenv func(string) string) Option {
	return func(p *personioProvider) { p.getenv = getenv }
}

// WithRunWait sets how an apply waits for a sync run: the first pause between
// two looks, and the time after which it gives up.
func WithRunWait(pollInterval, timeout time.Duration) Option {
	return func(p *personioProvider) { p.pollInterval, p.runTimeout = pollInterval, timeout }
}

// New returns what makes a provider of that version.
func New(version string, options ...Option) func() provider.Provider {
	return func() provider.Provider {
		p := &personioProvider{version: version, now: time.Now, getenv: os.Getenv, runTimeout: defaultRunTimeout}
		for _, option := range options {
			option(p)
		}
		return p
	}
}

// Metadata names the provider.
func (p *personioProvider) Metadata(_ context.Context, _ provider.MetadataRequest, resp *provider.MetadataResponse) {
	resp.TypeName = "personio"
	resp.Version = p.version
}

// Resources lists the resources.
func (p *personioProvider) Resources(context.Context) []func() resource.Resource {
	return []func() resource.Resource{
		apicredential.NewResource,
		customintegration.NewResource,
		project.NewMemberResource,
		project.NewMembersResource,
		project.NewResource,
		syncrule.NewResource,
		synctarget.NewResource,
		webhook.NewResource,
	}
}

// Actions lists the actions.
func (p *personioProvider) Actions(context.Context) []func() action.Action {
	return []func() action.Action{
		webhook.NewPingAction,
		webhook.NewRedeliveryAction,
		webhook.NewTestEventAction,
	}
}

// ListResources lists what terraform query can list: all resources.
func (p *personioProvider) ListResources(context.Context) []func() list.ListResource {
	return []func() list.ListResource{
		apicredential.NewListResource,
		customintegration.NewListResource,
		project.NewMemberListResource,
		project.NewMembersListResource,
		project.NewListResource,
		syncrule.NewListResource,
		synctarget.NewListResource,
		webhook.NewListResource,
	}
}

// EphemeralResources lists the ephemeral resources.
func (p *personioProvider) EphemeralResources(context.Context) []func() ephemeral.EphemeralResource {
	return []func() ephemeral.EphemeralResource{accesstoken.NewEphemeralResource}
}

// DataSources lists the data sources.
func (p *personioProvider) DataSources(context.Context) []func() datasource.DataSource {
	return []func() datasource.DataSource{
		accesslog.NewDataSource,
		credentialaudit.NewDataSource,
		customintegration.NewDataSource,
		customintegration.NewListDataSource,
		directory.NewAbsenceTypesDataSource,
		directory.NewCompensationTypesDataSource,
		directory.NewCostCentersDataSource,
		directory.NewDocumentCategoriesDataSource,
		directory.NewEmployeeAttributesDataSource,
		directory.NewLegalEntitiesDataSource,
		directory.NewOrgUnitsDataSource,
		directory.NewPersonDataSource,
		directory.NewPersonsDataSource,
		directory.NewReportsDataSource,
		directory.NewWorkplacesDataSource,
		marketplace.NewDataSource,
		marketplace.NewListDataSource,
		project.NewDataSource,
		project.NewListDataSource,
		syncrun.NewStatusDataSource,
		webhook.NewDataSource,
		webhook.NewDeliveriesDataSource,
		webhook.NewEventsDataSource,
		webhook.NewListDataSource,
	}
}

const providerDescription = `Manages Personio integrations as code: custom integrations with attribute scopes, API credentials ` +
	`that rotate without downtime, rules that sync employees to accounts and groups on SCIM 2.0 targets, and webhooks.

Personio publishes no endpoint for integrations, credentials and syncs; they exist in its web screens only. So the provider talks to ` +
	`one ` + "`base_url`" + `, which is either Personio's API itself or a **gateway**, a small service of your own (` +
	"`personio-gateway`" + `) that stands in front of Personio, speaks the same API, and adds what is missing. Resources that ` +
	`need the gateway say so, and fail at plan with an explanation when it is not there.

Every argument can also be set by an environment variable; the configuration wins.`

// companyID is what Personio's companies are numbered with.
var companyID = regexp.MustCompile(`^[1-9][0-9]{0,17}$`)

// The bounds of the provider's arguments.
const (
	minRequestTimeout    = time.Second
	maxRequestTimeout    = time.Hour
	maxRetries           = 20
	minRequestsPerSecond = 0.01
)

// Schema describes the provider's arguments.
func (p *personioProvider) Schema(_ context.Context, _ provider.SchemaRequest, resp *provider.SchemaResponse) {
	attributes := credentialAttributes()
	maps.Copy(attributes, transportAttributes())
	resp.Schema = schema.Schema{MarkdownDescription: providerDescription, Attributes: attributes}
}

// credentialAttributes say which API is called, and as whom.
func credentialAttributes() map[string]schema.Attribute {
	notEmpty := []validator.String{stringvalidator.LengthAtLeast(1)}
	return map[string]schema.Attribute{
		"base_url": schema.StringAttribute{
			MarkdownDescription: "Address of the API, without `/v1` or `/v2`: your gateway, or Personio itself. Must be `https`, " +
				"except for a loopback address. Default: `https://api.personio.de`. Environment: `PERSONIO_BASE_URL`.",
			Optional:   true,
			Validators: notEmpty,
		},
		"client_id": schema.StringAttribute{
			MarkdownDescription: "Client id: of a management credential of the gateway, or of an API credential of Personio. " +
				"Environment: `PERSONIO_CLIENT_ID`.",
			Optional:   true,
			Validators: notEmpty,
		},
		"client_secret": schema.StringAttribute{
			MarkdownDescription: "Client secret. Better kept out of the configuration: in the environment, or in an ephemeral " +
				"variable. Environment: `PERSONIO_CLIENT_SECRET`.",
			Optional:   true,
			Sensitive:  true,
			Validators: notEmpty,
		},
		"expected_company_id": schema.StringAttribute{
			MarkdownDescription: "Id of the company at Personio that this configuration is for, a number. A guard against the wrong " +
				"environment: the gateway says with each login which company it stands for, and if that is another one, or if it " +
				"does not say, nothing else is called, neither reads nor writes. A gateway knows what its operator gave it " +
				"(`personio-gateway serve --upstream-company-id`, or the recruiting access). Personio's own API does not tell, so towards " +
				"`https://api.personio.de` every call fails while this is set. Environment: `PERSONIO_EXPECTED_COMPANY_ID`.",
			Optional:   true,
			Validators: []validator.String{stringvalidator.RegexMatches(companyID, "must be a positive number")},
		},
		"app_id": schema.StringAttribute{
			MarkdownDescription: "Name of your application in upper case and underscores, sent as `X-Personio-App-ID`, as Personio " +
				"recommends. Environment: `PERSONIO_APP_ID`.",
			Optional:   true,
			Validators: notEmpty,
		},
		"partner_id": schema.StringAttribute{
			MarkdownDescription: "Name of the partner company in upper case and underscores, sent as `X-Personio-Partner-ID`. " +
				"Environment: `PERSONIO_PARTNER_ID`.",
			Optional:   true,
			Validators: notEmpty,
		},
	}
}

// transportAttributes say how it is called, and how patiently.
func transportAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"ca_cert_pem": schema.StringAttribute{
			MarkdownDescription: "Certificates of authorities, in PEM form, that are trusted in addition to the system's; for a " +
				"gateway with a certificate of your own. The certificates themselves, not a path. Environment: `PERSONIO_CA_CERT_PEM`.",
			Optional:   true,
			Validators: []validator.String{stringvalidator.LengthAtLeast(1)},
		},
		"request_timeout": schema.StringAttribute{
			MarkdownDescription: "How long one attempt of a call may wait for its answer, as a duration such as `30s` or `2m`: `1s` to " +
				"`1h`. Default: `30s`. Environment: `PERSONIO_REQUEST_TIMEOUT`.",
			CustomType: timetypes.GoDurationType{},
			Optional:   true,
			Validators: []validator.String{tfx.DurationBetween(minRequestTimeout, maxRequestTimeout)},
		},
		"max_retries": schema.Int64Attribute{
			MarkdownDescription: "How often a call is repeated after a rate limit, an outage or a broken connection: 0 to 20. " +
				"Default: 4. Environment: `PERSONIO_MAX_RETRIES`.",
			Optional:   true,
			Validators: []validator.Int64{int64validator.Between(0, maxRetries)},
		},
		"max_requests_per_second": schema.Float64Attribute{
			MarkdownDescription: "Pace of all calls together, at least 0.01. Default: 100 towards a gateway, which keeps Personio's limits by " +
				"itself; none towards Personio, whose limits for each endpoint are kept in any case. " +
				"Environment: `PERSONIO_MAX_REQUESTS_PER_SECOND`.",
			Optional:   true,
			Validators: []validator.Float64{float64validator.AtLeast(minRequestsPerSecond)},
		},
	}
}
