package token

import (
	"context"
	"sync"
	"time"

	"github.com/personio-community/terraform-provider-personio/internal/gateway/store"
)

const (
	// believed is how long another process's writes may go unseen.
	believed = 500 * time.Millisecond
	// maxKnown bounds the cache; a gateway has far fewer live tokens in use.
	maxKnown = 10_000
)

// cache keeps what the database said of tokens a moment ago, so that a client
// that pages through a company costs one look-up and not one for each page.
// Tokens that do not exist are not kept: guesses cost nobody else anything.
type cache struct {
	store *store.Store

	mu      sync.Mutex
	known   map[string]entry
	changes uint64
}

type entry struct {
	holder    store.TokenHolder
	principal Principal
	read      time.Time
}

func newCache(s *store.Store) *cache { return &cache{store: s, known: map[string]entry{}} }

// get returns what is known of the token with that hash; store.ErrNotFound if
// there is none.
func (c *cache) get(ctx context.Context, hash string) (entry, error) {
	// Both are taken before the database is asked: what is written meanwhile makes
	// the answer old at once.
	changes, now := c.store.Changes(), time.Now()
	if e, ok := c.look(hash, changes, now); ok {
		return e, nil
	}
	holder, err := c.store.TokenHolder(ctx, hash)
	if err != nil {
		return entry{}, err
	}
	e := entry{holder: holder, principal: principalOf(&holder), read: now}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.changes == changes && len(c.known) < maxKnown {
		c.known[hash] = e
	}
	return e, nil
}

// look finds what is known and still believed. A write empties the cache.
func (c *cache) look(hash string, changes uint64, now time.Time) (entry, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if changes > c.changes || len(c.known) >= maxKnown {
		clear(c.known)
		c.changes = changes
	}
	e, ok := c.known[hash]
	return e, ok && now.Sub(e.read) < believed
}
