package personio

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

const (
	// shortestPause is the shortest pause after 429, which Personio advises (changelog
	// of 6 May 2024); it doubles with every 429 that follows a pause.
	shortestPause = time.Second
	// longestPause bounds a pause that the server did not ask for.
	longestPause = 30 * time.Second
)

// errGovernor is wrapped where a call gave up waiting for its turn.
var errGovernor = errors.New("waiting for the rate limit")

// governor paces all attempts of a client: a token bucket, and one pause for
// everybody after a 429.
type governor struct {
	client *Client
	bucket *rate.Limiter
	next   http.RoundTripper

	mu sync.Mutex
	// until is the end of the pause, since when it was set, refusals how many
	// pauses followed each other.
	until, since time.Time
	refusals     int
}

func newGovernor(c *Client, next http.RoundTripper) *governor {
	limit := rate.Limit(c.config.MaxRequestsPerSecond)
	if limit < 0 {
		limit = rate.Inf
	}
	// The bucket is small: a full one on top of a second's pace must not exceed
	// the documented figure by much.
	return &governor{client: c, next: next, bucket: rate.NewLimiter(limit, max(1, int(min(limit, 1000)/5)))}
}

// RoundTrip waits for the call's turn, sends it, and learns from the answer.
func (g *governor) RoundTrip(req *http.Request) (*http.Response, error) {
	if err := g.wait(req.Context()); err != nil {
		closeBody(req)
		return nil, fmt.Errorf("%w: %w", errGovernor, err)
	}
	sent := time.Now()
	resp, err := g.next.RoundTrip(req)
	if err == nil {
		g.learn(req.Context(), sent, resp)
	}
	return resp, err
}

// wait returns when the call may be sent.
func (g *governor) wait(ctx context.Context) error {
	for {
		if pause := g.pause(); pause > 0 {
			timer := time.NewTimer(jitter(pause))
			select {
			case <-ctx.Done():
				timer.Stop()
				return ctx.Err()
			case <-timer.C:
			}
		}
		if err := g.bucket.Wait(ctx); err != nil {
			if ctx.Err() == nil {
				// The bucket says no at once if the deadline comes first.
				return context.DeadlineExceeded
			}
			return ctx.Err()
		}
		// A pause may have begun while the call stood in the queue.
		if g.pause() <= 0 {
			return nil
		}
	}
}

func (g *governor) pause() time.Duration {
	g.mu.Lock()
	defer g.mu.Unlock()
	return time.Until(g.until)
}

// learn sets or forgets the pause.
func (g *governor) learn(ctx context.Context, sent time.Time, resp *http.Response) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if resp.StatusCode != http.StatusTooManyRequests {
		if !sent.Before(g.until) {
			g.refusals = 0
		}
		return
	}
	if sent.Before(g.since) {
		// Ten calls that were under way together are refused together: one
		// event, one pause.
		return
	}
	pause := min(retryAfter(resp.Header, time.Now()), retryAfterMax)
	if pause == 0 {
		pause = max(min(shortestPause<<min(g.refusals, 10), longestPause), replenished(resp.Header))
	}
	g.refusals++
	g.since = time.Now()
	g.until = g.since.Add(pause)
	g.client.log(ctx, "rate limit reached, all calls pause", map[string]any{"pause_ms": pause.Milliseconds()})
}

// replenished computes from Personio's x-ratelimit-* headers when the bucket at
// the other end holds enough for another call; 0 if they do not say.
func replenished(header http.Header) time.Duration {
	number := func(name string) float64 {
		value, err := strconv.ParseFloat(header.Get("X-Ratelimit-"+name), 64)
		if err != nil || value < 0 {
			return 0
		}
		return value
	}
	perSecond := number("Replenish-Rate")
	if perSecond == 0 {
		return 0
	}
	missing := max(number("Requested-Tokens"), 1) - number("Remaining")
	return min(time.Duration(max(missing, 0)/perSecond*float64(time.Second)), longestPause)
}
