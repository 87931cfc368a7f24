package personio

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// errGovernor is wrapped where a call gave up waiting for its turn.
var errGovernor = errors.New("waiting for the rate limit")

// governor paces all attempts of a client. Each class of calls has a budget, and
// its calls wait for it in a fair order; classes may share further budgets. A
// 429 pauses the class that it was the answer to. Against a gateway, which knows
// Personio's limits itself, all calls are of one class, but those of the token
// endpoint: a gateway throttles that one as Personio does.
type governor struct {
	client *Client
	next   http.RoundTripper
	// overall is the budget of all classes together.
	overall *budget
	v1      *budget

	mu      sync.Mutex
	classes map[string]*queue
	// parts is how many clients share the limits, this one included.
	parts int
	// waiting are the classes with calls that wait, the next one to be served
	// first.
	waiting []*queue
	timer   *time.Timer
}

// queue is the calls of a class that wait for its budgets, its own and those it
// shares.
type queue struct {
	turns
	own     *budget
	budgets []*budget
}

func newGovernor(c *Client, next http.RoundTripper) *governor {
	overall := noLimit
	if pace := c.config.MaxRequestsPerSecond; pace > 0 {
		// The bucket is small: a full one on top of a second's pace must not exceed
		// the figure by much.
		overall = limit{perSecond: rate.Limit(pace), burst: max(1, int(min(pace, 1000)/5))}
	}
	g := &governor{client: c, next: next, classes: map[string]*queue{}, parts: 1, overall: newBudget("", overall, 1)}
	g.v1 = g.budget(v1Overall)
	return g
}

// budget makes the budget of a class.
func (g *governor) budget(c class) *budget {
	if g.client.config.MaxRequestsPerSecond < 0 {
		c.limit = noLimit
	}
	return newBudget(c.name, c.limit, g.parts)
}

// share makes this client one of so many that share Personio's limits. The
// overall pace is this client's own.
func (g *governor) share(parts int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.parts = max(parts, 1); g.v1.parts == g.parts {
		return
	}
	now := time.Now()
	g.v1.parts = g.parts
	g.v1.set(now)
	for _, q := range g.classes {
		q.own.parts = g.parts
		q.own.set(now)
	}
	g.serve(now)
}

// queue finds the queue that a call belongs into.
func (g *governor) queue(req *http.Request) *queue {
	c := class{name: "all", limit: noLimit}
	path := strings.TrimPrefix(req.URL.Path, g.client.baseURL.Path)
	if g.client.config.PersonioLimits || path == pathToken {
		c = classOf(req.Method, path)
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	q := g.classes[c.name]
	if q == nil {
		q = &queue{own: g.v1, budgets: []*budget{g.overall}}
		if c.name != v1Overall.name {
			q.own = g.budget(c)
			q.budgets = append(q.budgets, q.own)
		}
		if c.v1 {
			q.budgets = append(q.budgets, g.v1)
		}
		g.classes[c.name] = q
	}
	return q
}

// RoundTrip waits for the call's turn, sends it, and learns from the answer.
func (g *governor) RoundTrip(req *http.Request) (*http.Response, error) {
	q, asked := g.queue(req), time.Now()
	err := g.wait(req.Context(), q)
	if g.client.config.Waited != nil {
		g.client.config.Waited(q.own.name, time.Since(asked))
	}
	if err != nil {
		closeBody(req)
		return nil, fmt.Errorf("%w: %w", errGovernor, err)
	}
	sent := time.Now()
	resp, err := g.next.RoundTrip(req)
	if err == nil {
		g.learn(req.Context(), q.own, sent, resp)
	}
	return resp, err
}

// wait returns when the call may be sent.
func (g *governor) wait(ctx context.Context, q *queue) error {
	for pause := g.pause(q); pause > 0; pause = g.pause(q) {
		timer := time.NewTimer(jitter(pause))
		select {
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		case <-timer.C:
		}
	}
	mine, err := g.enqueue(ctx, q)
	if err != nil {
		return err
	}
	select {
	case <-mine:
		return nil
	case <-ctx.Done():
		return g.leave(ctx, q, mine)
	}
}

// pause is how long a refusal still holds back the calls of a class.
func (g *governor) pause(q *queue) time.Duration {
	g.mu.Lock()
	defer g.mu.Unlock()
	var longest time.Duration
	for _, b := range q.budgets {
		longest = max(longest, time.Until(b.until))
	}
	return longest
}

// enqueue lines a call up. It says no at once if the call's deadline comes before
// its turn.
func (g *governor) enqueue(ctx context.Context, q *queue) (turn, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	now, caller := time.Now(), callerFrom(ctx)
	if deadline, ok := ctx.Deadline(); ok && now.Add(q.delay(now, q.ahead(caller))).After(deadline) {
		return nil, context.DeadlineExceeded
	}
	if q.empty() {
		g.waiting = append(g.waiting, q)
	}
	mine := make(turn)
	q.push(caller, mine)
	g.serve(now)
	return mine, nil
}

// leave takes out a call that gives up. One that has just got its turn takes it:
// the transport finds that its caller is gone.
func (g *governor) leave(ctx context.Context, q *queue, mine turn) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !q.remove(callerFrom(ctx), mine) {
		return nil
	}
	if q.empty() {
		g.waiting = slices.DeleteFunc(g.waiting, func(other *queue) bool { return other == q })
	}
	g.serve(time.Now())
	return ctx.Err()
}

// serve lets everybody go whose turn has come, one of a class after one of each
// other class, and sets the timer for the next.
func (g *governor) serve(now time.Time) {
	soonest := time.Duration(-1)
	for held := 0; held < len(g.waiting); {
		q := g.waiting[0]
		g.waiting = slices.Delete(g.waiting, 0, 1)
		if delay := q.delay(now, 0); delay > 0 {
			if soonest < 0 || delay < soonest {
				soonest = delay
			}
			g.waiting = append(g.waiting, q)
			held++
			continue
		}
		for _, b := range q.budgets {
			b.bucket.AllowN(now, 1)
		}
		close(q.pop())
		if !q.empty() {
			g.waiting = append(g.waiting, q)
		}
		held = 0
	}
	switch {
	case len(g.waiting) == 0 && g.timer != nil:
		g.timer.Stop()
	case len(g.waiting) == 0:
	case g.timer == nil:
		g.timer = time.AfterFunc(soonest, g.tick)
	default:
		g.timer.Reset(soonest)
	}
}

func (g *governor) tick() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.serve(time.Now())
}

// delay is how long the call after so many others must wait at least.
func (q *queue) delay(now time.Time, ahead int) time.Duration {
	var longest time.Duration
	for _, b := range q.budgets {
		longest = max(longest, b.delay(now, ahead))
	}
	return longest
}

// learn notes what an answer tells of the budget that it was paid from.
func (g *governor) learn(ctx context.Context, b *budget, sent time.Time, resp *http.Response) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if resp.StatusCode != http.StatusTooManyRequests {
		b.answered(sent, resp.Header)
		return
	}
	if pause := b.refused(sent, resp.Header); pause > 0 {
		g.client.log(ctx, "rate limit reached, its calls pause", map[string]any{"class": b.name, "pause_ms": pause.Milliseconds()})
	}
}
