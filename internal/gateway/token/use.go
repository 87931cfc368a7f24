package token

import (
	"context"
	"sync"
	"time"

	"github.com/personio-community/terraform-provider-personio/internal/gateway/store"
)

// flushEvery is how stale last_used_at may be.
const flushEvery = time.Second

// useRecorder gathers last uses and writes them once a second: one write for a
// thousand calls instead of a thousand.
type useRecorder struct {
	store *store.Store
	mu    sync.Mutex
	uses  map[string]store.Use
	stop  chan struct{}
	done  chan struct{}
}

func newUseRecorder(s *store.Store) *useRecorder {
	u := &useRecorder{store: s, uses: map[string]store.Use{}, stop: make(chan struct{}), done: make(chan struct{})}
	go u.run()
	return u
}

func (u *useRecorder) note(use store.Use) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.uses[use.CredentialID] = use
}

func (u *useRecorder) run() {
	defer close(u.done)
	ticker := time.NewTicker(flushEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			_ = u.flush() // What could not be written stays noted for the next second.
		case <-u.stop:
			return
		}
	}
}

func (u *useRecorder) flush() error {
	u.mu.Lock()
	noted := u.uses
	u.uses = map[string]store.Use{}
	u.mu.Unlock()
	if len(noted) == 0 {
		return nil
	}
	uses := make([]store.Use, 0, len(noted))
	for _, use := range noted {
		uses = append(uses, use)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	err := u.store.NoteUse(ctx, uses)
	if err != nil {
		u.mu.Lock()
		defer u.mu.Unlock()
		for id, use := range noted {
			if _, newer := u.uses[id]; !newer {
				u.uses[id] = use
			}
		}
	}
	return err
}

func (u *useRecorder) close() error {
	close(u.stop)
	<-u.done
	return u.flush()
}
