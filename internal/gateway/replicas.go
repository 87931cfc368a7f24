package gateway

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/google/uuid"
)

const (
	// replicaEvery is how often a gateway says that it runs.
	replicaEvery = 10 * time.Second
	// replicaLife is for how long it counts after it last said so.
	replicaLife = 35 * time.Second
)

// startReplica makes this gateway one of those that share the database, until it
// is stopped: each keeps to an equal part of what Personio allows to their one
// credential. Times are those of the machine, not of the gateway's clock, which
// tests set.
func (s *Server) startReplica() (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	id := uuid.NewString()
	note := func() {
		now := time.Now()
		running, err := s.store.NoteReplica(ctx, id, now, now.Add(-replicaLife))
		switch {
		case err == nil:
			s.client.ShareLimits(running)
		case !errors.Is(err, context.Canceled):
			s.log.ErrorContext(ctx, "noting that this gateway runs failed", "error", err)
		}
	}
	var wait sync.WaitGroup
	wait.Go(func() {
		ticker := time.NewTicker(replicaEvery)
		defer ticker.Stop()
		for {
			note()
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
			}
		}
	})
	return func() {
		cancel()
		wait.Wait()
		ctx, cancel := context.WithTimeout(context.Background(), stopTimeout)
		defer cancel()
		_ = s.store.ForgetReplica(ctx, id) // Otherwise it is forgotten after replicaLife.
	}
}
