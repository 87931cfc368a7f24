package syncer

import (
	"context"

	"github.com/personio-community/terraform-provider-personio/internal/gateway/upstream"
)

// FromUpstream makes a [Source] of the gateway's upstream credential.
func FromUpstream(u *upstream.Upstream) Source { return fromUpstream{u} }

type fromUpstream struct{ *upstream.Upstream }

// Unreadable believes a remembered answer that grants everything: a right lost
// since then shows in the listing. One that refuses is asked for again.
func (u fromUpstream) Unreadable(ctx context.Context, keys []string) ([]string, error) {
	rights, err := u.Rights(ctx)
	if err != nil {
		return nil, err
	}
	_, missing := rights.Missing(nil, keys)
	if len(missing) == 0 {
		return nil, nil
	}
	if rights, err = u.FreshRights(ctx); err != nil {
		return nil, err
	}
	_, missing = rights.Missing(nil, keys)
	return missing, nil
}
