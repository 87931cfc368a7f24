// Package scim is a client of SCIM 2.0 service providers (RFC 7643, RFC 7644).
//
// It is made for callers that decide over accounts by what they read: a list is
// whole or an error, never a part. Resources stay the JSON objects that the
// service provider sent ([Resource]), so that what it has of its own survives.
//
// Names and values of people are in resources, and may be in what a service
// provider says about them. Neither gets into the log or the text of an error;
// see [Error].
package scim

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"sync/atomic"

	"github.com/hashicorp/go-retryablehttp"
)

// Client calls one service provider. It is safe for concurrent use.
type Client struct {
	config    Config
	baseURL   *url.URL
	tokens    *tokenSource // nil: the token is fixed
	transport http.RoundTripper
	retry     *retryablehttp.Client
	// patchless is set once the service provider has said that it has no PATCH.
	patchless atomic.Bool
}

// New makes a client. It checks the configuration and makes no call; its errors
// name the argument of the sync target.
func New(config Config) (*Client, error) {
	base, err := parseBaseURL(config.BaseURL)
	if err != nil {
		return nil, err
	}
	if err := config.checkCredential(); err != nil {
		return nil, err
	}
	if err := checkHeaders(config.Headers); err != nil {
		return nil, err
	}
	transport, err := newTransport(config)
	if err != nil {
		return nil, err
	}
	if config.Timeout <= 0 {
		config.Timeout = DefaultTimeout
	}
	if config.MaxRetries == 0 {
		config.MaxRetries = DefaultMaxRetries
	}
	config.Headers = maps.Clone(config.Headers)
	c := &Client{config: config, baseURL: base, transport: transport}
	if config.OAuth != nil {
		oauth := *config.OAuth
		c.tokens = &tokenSource{client: c, oauth: oauth}
	}
	c.retry = newRetry(c)
	return c, nil
}

// String hides the secrets from anything that prints a client.
func (c *Client) String() string { return fmt.Sprintf("scim.Client{%s}", c.baseURL) }

// GoString is [Client.String], for %#v.
func (c *Client) GoString() string { return c.String() }

// CloseIdleConnections closes what is open and unused; the client stays usable.
func (c *Client) CloseIdleConnections() { c.retry.HTTPClient.CloseIdleConnections() }

// Endpoints and URNs of the service provider (RFC 7644, section 3.2).
const (
	pathUsers  = "/Users"
	pathGroups = "/Groups"

	// UserSchema, GroupSchema and EnterpriseSchema are the schemas of RFC 7643.
	UserSchema       = "urn:ietf:params:scim:schemas:core:2.0:User"
	GroupSchema      = "urn:ietf:params:scim:schemas:core:2.0:Group"
	EnterpriseSchema = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"

	patchSchema = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
)

// Users returns all users; see [Client.Groups] for what all means.
func (c *Client) Users(ctx context.Context) ([]Resource, error) { return c.list(ctx, pathUsers) }

// Groups returns all groups with their members. Every page is read; a list that
// is not exactly as long as the service provider says is read once more, and
// then refused with an [IncompleteError].
func (c *Client) Groups(ctx context.Context) ([]Resource, error) { return c.list(ctx, pathGroups) }

// User returns one user.
func (c *Client) User(ctx context.Context, id string) (Resource, error) {
	r, _, err := c.get(ctx, pathUsers, id)
	return r, err
}

// Group returns one group.
func (c *Client) Group(ctx context.Context, id string) (Resource, error) {
	r, _, err := c.get(ctx, pathGroups, id)
	return r, err
}

// CreateUser makes a user and returns it as the service provider stored it.
// schemas is filled in. A call whose answer got lost is not repeated: the user
// may exist, and the next listing shows it.
func (c *Client) CreateUser(ctx context.Context, user Resource) (Resource, error) {
	return c.create(ctx, pathUsers, user)
}

// CreateGroup is [Client.CreateUser] for groups.
func (c *Client) CreateGroup(ctx context.Context, group Resource) (Resource, error) {
	return c.create(ctx, pathGroups, group)
}

// ReplaceUser replaces all that clients may write of a user.
func (c *Client) ReplaceUser(ctx context.Context, id string, user Resource) (Resource, error) {
	return c.replace(ctx, pathUsers, id, user, "")
}

// PatchUser changes a user. If the service provider has no PATCH, the user is
// read, changed and replaced.
func (c *Client) PatchUser(ctx context.Context, id string, operations []PatchOperation) error {
	return c.patch(ctx, pathUsers, id, operations)
}

// PatchGroup is [Client.PatchUser] for groups.
func (c *Client) PatchGroup(ctx context.Context, id string, operations []PatchOperation) error {
	return c.patch(ctx, pathGroups, id, operations)
}

// DeleteUser removes a user. One that does not exist is an error that
// [IsNotFound] knows.
func (c *Client) DeleteUser(ctx context.Context, id string) error {
	return c.delete(ctx, pathUsers, id)
}

// DeleteGroup is [Client.DeleteUser] for groups.
func (c *Client) DeleteGroup(ctx context.Context, id string) error {
	return c.delete(ctx, pathGroups, id)
}
