// Package personio is the client of Personio's public API and of the gateway's
// management API, which takes the same tokens and answers with the same errors.
// One [Client] serves a whole process: it holds one access token, one rate
// governor and one read index for each collection.
//
// A call passes these layers, outermost first:
//
//	typed method   CustomIntegrations, EmployeeAttributes, ...
//	read index     many reads of one collection become a few lists
//	retry          go-retryablehttp with the rules of retry.go
//	governor       inside the retry: every attempt pays its class's budget
//	request id, authentication
//	attempt        time limit of one attempt
//	redacting logger
//	transport
package personio

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/hashicorp/go-retryablehttp"

	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
)

// DefaultBaseURL is where Personio's own API is.
const DefaultBaseURL = "https://api.personio.de"

// Client calls one API, Personio's own or a gateway's. It is safe for
// concurrent use. Make it with [New].
type Client struct {
	config  Config
	baseURL *url.URL
	// transport is what the innermost layer sends with.
	transport http.RoundTripper
	retry     *retryablehttp.Client
	governor  *governor
	tokens    *tokenSource

	customIntegrations *CustomIntegrations
	apiCredentials     *APICredentials
	syncTargets        *SyncTargets
	syncRules          *SyncRules
	syncRuns           *SyncRuns
	projects           *Projects
	webhooks           *Webhooks
}

// New makes a client. It checks the configuration and makes no network call;
// a missing client id or secret is only found at first use, so that a client
// can be made where none is needed.
func New(config Config) (*Client, error) {
	base, err := parseBaseURL(config.BaseURL)
	if err != nil {
		return nil, err
	}
	if err := config.checkRecruiting(); err != nil {
		return nil, err
	}
	transport, err := newTransport(config)
	if err != nil {
		return nil, err
	}
	c := &Client{baseURL: base, transport: transport}
	c.config = config.withDefaults(c.IsPersonio())
	c.tokens = newTokenSource(c)
	c.retry = newRetry(c)
	c.customIntegrations = &CustomIntegrations{
		collection: newCollection(c, gatewayapi.PathCustomIntegrations, func(o *gatewayapi.CustomIntegration) string { return o.ID }, nil),
	}
	c.apiCredentials = &APICredentials{
		collection: newCollection(c, gatewayapi.PathAPICredentials,
			func(o *gatewayapi.APICredential) string { return o.ID },
			func(o *gatewayapi.APICredential) { o.ClientSecret = "" }),
	}
	c.customIntegrations.credentials = c.apiCredentials
	c.apiCredentials.integrations = c.customIntegrations
	c.newSyncs()
	c.newProjects()
	c.webhooks = &Webhooks{newCollection(c, pathWebhooks, func(o *Webhook) string { return o.ID }, nil)}
	return c, nil
}

// newSyncs makes the collections of syncs.
func (c *Client) newSyncs() {
	c.syncTargets = &SyncTargets{newCollection(c, gatewayapi.PathSyncTargets, func(o *gatewayapi.SyncTarget) string { return o.ID }, nil)}
	c.syncRuns = &SyncRuns{newCollection(c, gatewayapi.PathSyncRuns, func(o *gatewayapi.SyncRun) string { return o.ID }, nil)}
	c.syncRules = &SyncRules{
		collection:   newCollection(c, gatewayapi.PathSyncRules, func(o *gatewayapi.SyncRule) string { return o.ID }, nil),
		integrations: c.customIntegrations,
		runs:         c.syncRuns,
	}
}

// BaseURL is the API that the client calls, without a trailing slash.
func (c *Client) BaseURL() *url.URL {
	u := *c.baseURL
	return &u
}

// IsPersonio reports whether the client calls Personio itself, which has none
// of the gateway's endpoints.
func (c *Client) IsPersonio() bool {
	// A name may end with the dot of the root (RFC 1034, section 3.1).
	return strings.EqualFold(strings.TrimSuffix(c.baseURL.Hostname(), "."), "api.personio.de")
}

// RecruitingCompanyID is the company id of the static pair for recruiting, "" if
// there is none.
func (c *Client) RecruitingCompanyID() string { return c.config.RecruitingCompanyID }

// CustomIntegrations is the gateway's collection of custom integrations.
func (c *Client) CustomIntegrations() *CustomIntegrations { return c.customIntegrations }

// APICredentials is the gateway's collection of API credentials.
func (c *Client) APICredentials() *APICredentials { return c.apiCredentials }

// SyncTargets is the gateway's collection of sync targets.
func (c *Client) SyncTargets() *SyncTargets { return c.syncTargets }

// SyncRules is the gateway's collection of sync rules.
func (c *Client) SyncRules() *SyncRules { return c.syncRules }

// SyncRuns is the gateway's collection of sync runs.
func (c *Client) SyncRuns() *SyncRuns { return c.syncRuns }

// ShareLimits makes this client one of so many that call Personio with one
// credential: it keeps to its part of each of Personio's limits.
func (c *Client) ShareLimits(clients int) { c.governor.share(clients) }

// CloseIdleConnections closes the connections that no call is using.
func (c *Client) CloseIdleConnections() {
	if t, ok := c.transport.(interface{ CloseIdleConnections() }); ok {
		t.CloseIdleConnections()
	}
}

// now is the time by the configured clock.
func (c *Client) now() time.Time { return c.config.Now() }

// log writes one entry, if there is a log.
func (c *Client) log(ctx context.Context, message string, fields map[string]any) {
	if c.config.Log != nil {
		c.config.Log(ctx, message, fields)
	}
}
