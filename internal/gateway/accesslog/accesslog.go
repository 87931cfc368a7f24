// Package accesslog keeps who read or wrote people through the gateway, and when:
// one entry a call, without a value of anybody.
package accesslog

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/personio-community/terraform-provider-personio/internal/gateway/store"
	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
)

const (
	// flushEvery is how long an entry waits to be written with others.
	flushEvery = time.Second
	// maxWaiting is how many may wait: more are written at once, by the call
	// that brings them. None is dropped.
	maxWaiting = 1000
	// writeTimeout bounds one write.
	writeTimeout = 10 * time.Second
)

// Log is the access log.
type Log struct {
	store *store.Store
	now   func() time.Time
	log   *slog.Logger

	mu      sync.Mutex
	waiting []gatewayapi.AccessLogEntry
	stop    chan struct{}
	done    chan struct{}
}

// New makes the log. Close it to write what waits.
func New(s *store.Store, now func() time.Time, log *slog.Logger) *Log {
	l := &Log{store: s, now: now, log: log, stop: make(chan struct{}), done: make(chan struct{})}
	go l.run()
	return l
}

// Add appends an entry; its id and time are given here.
func (l *Log) Add(e gatewayapi.AccessLogEntry) {
	e.ID, e.At = uuid.Must(uuid.NewV7()).String(), l.now()
	l.mu.Lock()
	l.waiting = append(l.waiting, e)
	full := len(l.waiting) >= maxWaiting
	l.mu.Unlock()
	if full {
		l.flush()
	}
}

func (l *Log) run() {
	defer close(l.done)
	ticker := time.NewTicker(flushEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			l.flush()
		case <-l.stop:
			return
		}
	}
}

// flush writes what waits. What cannot be written waits on.
func (l *Log) flush() {
	l.mu.Lock()
	entries := l.waiting
	l.waiting = nil
	l.mu.Unlock()
	if len(entries) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), writeTimeout)
	defer cancel()
	if err := l.store.Update(ctx, func(tx *store.Tx) error { return tx.InsertAccessLog(ctx, entries) }); err != nil {
		l.log.ErrorContext(ctx, "the access log could not be written, and is kept in memory", "entries", len(entries), "error", err)
		l.mu.Lock()
		l.waiting = append(entries, l.waiting...)
		l.mu.Unlock()
	}
}

// Close writes what waits and ends the log's goroutine.
func (l *Log) Close() {
	close(l.stop)
	<-l.done
	l.flush()
}
