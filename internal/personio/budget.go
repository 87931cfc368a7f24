package personio

import (
	"net/http"
	"strconv"
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

// budget is how many calls may be made now: a token bucket, one pause for
// everybody after a 429, and what answers tell. The governor's lock guards it.
type budget struct {
	name   string
	limit  limit
	bucket *rate.Limiter
	// parts is how many clients share the limit; this one keeps to its part.
	parts int
	// until is the end of the pause, since when it was set, refusals how many
	// pauses followed each other.
	until, since time.Time
	refusals     int
	// filled is when the bucket at the other end holds enough for another call.
	filled time.Time
}

func newBudget(name string, l limit, parts int) *budget {
	b := &budget{name: name, limit: l, parts: parts}
	part := b.part()
	b.bucket = rate.NewLimiter(part.perSecond, part.burst)
	return b
}

// part is what of the limit this client keeps to.
func (b *budget) part() limit {
	part := b.limit
	part.perSecond /= rate.Limit(b.parts) // Infinity stays what it is.
	part.burst = max(1, part.burst/b.parts)
	return part
}

// set makes the bucket that of the present part.
func (b *budget) set(now time.Time) {
	if part := b.part(); part.perSecond != b.bucket.Limit() || part.burst != b.bucket.Burst() {
		b.bucket.SetLimitAt(now, part.perSecond)
		b.bucket.SetBurstAt(now, part.burst)
	}
}

// delay is how long the call after so many others must wait.
func (b *budget) delay(now time.Time, ahead int) time.Duration {
	wait := max(b.until.Sub(now), b.filled.Sub(now), 0)
	pace := b.bucket.Limit()
	if missing := float64(ahead+1) - b.bucket.TokensAt(now); missing > 0 && pace != rate.Inf {
		// Rounded up: a nanosecond early is too early.
		wait = max(wait, time.Duration(missing/float64(pace)*float64(time.Second))+1)
	}
	return wait
}

// answered learns from an answer that is no refusal: the pauses are over, and
// the other end may have told how full its bucket is.
func (b *budget) answered(sent time.Time, header http.Header) {
	if !sent.Before(b.until) {
		b.refusals = 0
	}
	if b.limit.perSecond == rate.Inf || header.Get("X-Ratelimit-Remaining") == "" {
		return
	}
	now := time.Now()
	b.filled = now.Add(replenished(header))
	perSecond := ratelimit(header, "Replenish-Rate") / max(ratelimit(header, "Requested-Tokens"), 1)
	if !b.limit.learns || perSecond == 0 {
		return
	}
	b.limit = bucket(max(perSecond, 1/longestPause.Seconds()))
	b.set(now)
}

// refused begins a pause and returns its length; 0 if the refusal belongs to one
// that has begun: ten calls that were under way together are refused together.
func (b *budget) refused(sent time.Time, header http.Header) time.Duration {
	if sent.Before(b.since) {
		return 0
	}
	pause := min(retryAfter(header, time.Now()), retryAfterMax)
	if pause == 0 {
		pause = max(min(shortestPause<<min(b.refusals, 10), longestPause), replenished(header))
	}
	b.refusals++
	b.since = time.Now()
	b.until = b.since.Add(pause)
	return pause
}

// replenished computes from Personio's x-ratelimit-* headers when the bucket at
// the other end holds enough for another call; 0 if they do not say.
func replenished(header http.Header) time.Duration {
	perSecond := ratelimit(header, "Replenish-Rate")
	if perSecond == 0 {
		return 0
	}
	missing := max(ratelimit(header, "Requested-Tokens"), 1) - ratelimit(header, "Remaining")
	return min(time.Duration(max(missing, 0)/perSecond*float64(time.Second)), longestPause)
}

// ratelimit reads one of the x-ratelimit-* headers; 0 if it is no number that
// can be meant.
func ratelimit(header http.Header, name string) float64 {
	value, err := strconv.ParseFloat(header.Get("X-Ratelimit-"+name), 64)
	if err == nil && value > 0 && value <= 1e6 {
		return value
	}
	return 0
}
