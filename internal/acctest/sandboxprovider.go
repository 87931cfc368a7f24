package acctest

import (
	"net/http/httptest"
	"testing"

	"github.com/personio-community/terraform-provider-personio/internal/acctest/tfproto"
	"github.com/personio-community/terraform-provider-personio/internal/provider"
	"github.com/personio-community/terraform-provider-personio/internal/sandbox"
)

// Personio is a sandbox without a gateway, for one test.
type Personio struct {
	*sandbox.Sandbox
	URL string
	t   testing.TB
}

// StartPersonio starts a sandbox that ends with the test.
func StartPersonio(t testing.TB, options sandbox.Options) *Personio {
	t.Helper()
	if options.Persons == 0 {
		options.Persons = Persons
	}
	if options.Webhooks.Transport == nil {
		options.Webhooks.Transport = nobody{}
	}
	s := sandbox.New(options)
	t.Cleanup(s.Close)
	server := httptest.NewServer(s.Handler())
	t.Cleanup(server.Close)
	return &Personio{s, server.URL, t}
}

// Provider is the provider, driven through the protocol, with a new credential
// that has the scopes; nil: all.
func (p *Personio) Provider(scopes []string, opts ...provider.Option) *tfproto.Provider {
	p.t.Helper()
	credential := p.AddCredential(sandbox.Credential{Scopes: scopes})
	return tfproto.Configured(p.t, NewProvider(opts...), tfproto.Values{
		"base_url": p.URL, "client_id": credential.ClientID, "client_secret": credential.ClientSecret,
		"max_retries": int64(0), "max_requests_per_second": float64(10000),
	})
}

// PersonioConfig is the provider block for this world's sandbox without the
// gateway in front of it.
func (w *World) PersonioConfig() string {
	return ProviderConfig(w.PersonioURL, w.Upstream.ClientID, w.Upstream.ClientSecret)
}
