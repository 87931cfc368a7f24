// Package upstream is the gateway's one credential at Personio: what it may do,
// and calls made with it.
package upstream

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"github.com/personio-community/terraform-provider-personio/internal/attribute"
	"github.com/personio-community/terraform-provider-personio/internal/personio"
)

// rightsLife is how long an answer about the upstream credential's rights is
// believed before Personio is asked again.
const rightsLife = time.Minute

// Rights is what the upstream credential may do.
type Rights struct {
	// Scopes are the rights its tokens carry.
	Scopes attribute.ScopeSet
	// Attributes are the employee attributes it may read, by v1 key; nil if it
	// may not read employees at all.
	Attributes map[string]personio.EmployeeAttribute
}

// MayRead reports whether the upstream credential may read an attribute. The id
// always comes along.
func (r *Rights) MayRead(key string) bool {
	_, ok := r.Attributes[key]
	return ok || key == attribute.ID
}

// KeyOfUniversalID returns the key of the custom attribute with a universal id
// (in v2: global_id), compared without case, "" if none or several have it.
func (r *Rights) KeyOfUniversalID(universalID string) string {
	var key string
	for k, a := range r.Attributes {
		if a.UniversalID == "" || !strings.EqualFold(a.UniversalID, universalID) {
			continue
		}
		if key != "" {
			return ""
		}
		key = k
	}
	return key
}

// Upstream is Personio's API as the upstream credential sees it.
type Upstream struct {
	client *personio.Client
	now    func() time.Time

	flight  singleflight.Group
	mu      sync.Mutex
	rights  *Rights
	fetched time.Time
}

// New wraps a client that holds the upstream credential.
func New(client *personio.Client, now func() time.Time) *Upstream {
	return &Upstream{client: client, now: now}
}

// BaseURL is Personio's address.
func (u *Upstream) BaseURL() *url.URL { return u.client.BaseURL() }

// Forward sends one request to Personio and returns its answer, whatever its
// status, to be streamed; the caller closes the body.
func (u *Upstream) Forward(ctx context.Context, method, path string, query url.Values, header http.Header, body io.Reader) (*http.Response, error) {
	return u.client.Forward(ctx, method, path, query, header, body)
}

// RecruitingCompanyID is the company id of the static pair for recruiting, "" if
// there is none.
func (u *Upstream) RecruitingCompanyID() string { return u.client.RecruitingCompanyID() }

// ForwardRecruiting is Forward with the static pair for recruiting in place of an
// access token.
func (u *Upstream) ForwardRecruiting(ctx context.Context, method, path string, query url.Values, header http.Header, body io.Reader) (*http.Response, error) {
	return u.client.ForwardRecruiting(ctx, method, path, query, header, body)
}

// Rights returns what the upstream credential may do, at most a minute old.
// Concurrent callers share one request; a failure is not remembered.
func (u *Upstream) Rights(ctx context.Context) (*Rights, error) {
	u.mu.Lock()
	rights, fresh := u.rights, u.rights != nil && u.now().Sub(u.fetched) < rightsLife
	u.mu.Unlock()
	if fresh {
		return rights, nil
	}
	return u.fetch(ctx)
}

// FreshRights asks Personio now: a decision that refuses a change must not rest
// on an old answer.
func (u *Upstream) FreshRights(ctx context.Context) (*Rights, error) { return u.fetch(ctx) }

func (u *Upstream) fetch(ctx context.Context) (*Rights, error) {
	// A caller that gives up must not fail the others that wait for the answer.
	result := u.flight.DoChan("rights", func() (any, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
		defer cancel()
		return u.ask(ctx)
	})
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case r := <-result:
		if r.Err != nil {
			return nil, r.Err
		}
		rights, _ := r.Val.(*Rights)
		u.mu.Lock()
		defer u.mu.Unlock()
		u.rights, u.fetched = rights, u.now()
		return rights, nil
	}
}

func (u *Upstream) ask(ctx context.Context) (*Rights, error) {
	scopes, err := u.client.Scopes(ctx)
	if err != nil {
		return nil, fmt.Errorf("asking Personio which scopes the upstream credential has: %w", err)
	}
	rights := &Rights{Scopes: attribute.NewScopeSet(scopes...)}
	if !rights.Scopes.Has(attribute.ScopePersonsRead) {
		return rights, nil
	}
	attributes, err := u.client.EmployeeAttributes(ctx)
	if err != nil {
		return nil, fmt.Errorf("asking Personio which attributes the upstream credential may read: %w", err)
	}
	rights.Attributes = make(map[string]personio.EmployeeAttribute, len(attributes))
	for _, a := range attributes {
		rights.Attributes[a.Key] = a
	}
	return rights, nil
}

// Missing returns those of the scopes and attributes that the upstream
// credential lacks, sorted.
func (r *Rights) Missing(scopes, attributes []string) (missingScopes, missingAttributes []string) {
	for _, s := range scopes {
		if !r.Scopes.Has(s) {
			missingScopes = append(missingScopes, s)
		}
	}
	for _, key := range attributes {
		if !r.MayRead(key) {
			missingAttributes = append(missingAttributes, key)
		}
	}
	slices.Sort(missingScopes)
	slices.Sort(missingAttributes)
	return missingScopes, missingAttributes
}
