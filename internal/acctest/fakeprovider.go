package acctest

import (
	"testing"
	"time"

	"github.com/personio-community/terraform-provider-personio/internal/acctest/gatewayfake"
	"github.com/personio-community/terraform-provider-personio/internal/acctest/tfproto"
	"github.com/personio-community/terraform-provider-personio/internal/provider"
)

// FakeProvider is the provider, driven through the protocol, in front of a
// scripted gateway.
func FakeProvider(t testing.TB, opts ...provider.Option) (*tfproto.Provider, *gatewayfake.Server) {
	t.Helper()
	fake := gatewayfake.New(t)
	return Reconnect(t, fake, opts...), fake
}

// At is a clock that stands still.
func At(now time.Time) func() time.Time { return func() time.Time { return now } }

// Reconnect is the provider of [FakeProvider] as the next run of Terraform starts
// it: it has read nothing yet.
func Reconnect(t testing.TB, fake *gatewayfake.Server, opts ...provider.Option) *tfproto.Provider {
	t.Helper()
	return tfproto.Configured(t, NewProvider(opts...), tfproto.Values{
		"base_url": fake.URL, "client_id": gatewayfake.ClientID, "client_secret": gatewayfake.ClientSecret,
		"max_retries": int64(0), "max_requests_per_second": float64(10000),
	})
}
