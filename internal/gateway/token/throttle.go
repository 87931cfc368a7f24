package token

import (
	"fmt"
	"net"
	"net/netip"
	"sync"
	"time"
)

// Endpoint is one of the two ways to ask for a token, which are counted apart.
type Endpoint struct {
	// perMinute is how many requests pass in a minute. One more begins a penalty
	// of as long.
	perMinute int
	// trickle: during the penalty one request a second passes.
	trickle bool
}

// The limits are Personio's (reference "authentication"): 60 a minute and then a
// minute's refusal for the first way, 150 a minute and then one a second for a
// minute for the second.
var (
	EndpointV1 = Endpoint{perMinute: 60}
	EndpointV2 = Endpoint{perMinute: 150, trickle: true}
)

// throttledError says that too many tokens were asked for, and when to come back.
type throttledError struct{ after time.Duration }

func (e throttledError) Error() string {
	return fmt.Sprintf("too many requests for tokens; the next one is answered in %d s", e.seconds())
}

// seconds is the wait in whole seconds, at least one.
func (e throttledError) seconds() int {
	return max(1, int((e.after+time.Second-1)/time.Second))
}

// maxCounted bounds the memory of the throttle.
const maxCounted = 10_000

// throttle counts requests for tokens, in this process: those that name a known
// client for it and the address they come from, so that neither another client
// nor a guesser elsewhere can shut it out; all others for their address.
type throttle struct {
	mu     sync.Mutex
	counts map[counted]*count
	swept  time.Time
}

// counted is what shares a count. A known client without an address, and nothing
// but an endpoint, stand for whatever finds no room of its own.
type counted struct {
	endpoint Endpoint
	// credentialID is "" for an unknown client.
	credentialID, address string
}

type count struct {
	begun time.Time
	used  int
	// until is the end of the penalty, passed when the last request passed.
	until, passed time.Time
}

func newThrottle() *throttle { return &throttle{counts: map[counted]*count{}} }

// admit counts a request; the error is a throttledError.
func (t *throttle) admit(who counted, now time.Time) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	who.address = network(who.address)
	c := t.counts[who]
	if c == nil && len(t.counts) >= maxCounted {
		t.sweep(now)
		if len(t.counts) >= maxCounted {
			who.address = ""
			c = t.counts[who]
		}
	}
	if c == nil {
		c = &count{}
		t.counts[who] = c
	}
	if wait := c.admit(who.endpoint, now); wait > 0 {
		return throttledError{wait}
	}
	return nil
}

// admit counts a request, or returns how long none will pass.
func (c *count) admit(e Endpoint, now time.Time) time.Duration {
	if now.Before(c.until) {
		wait := c.until.Sub(now)
		if e.trickle {
			wait = min(wait, c.passed.Add(time.Second).Sub(now))
		}
		if wait <= 0 {
			c.passed = now
		}
		return wait
	}
	if c.over(now) {
		c.begun, c.used = now, 0
	}
	if c.used < e.perMinute {
		c.used++
		c.passed = now
		return 0
	}
	c.begun, c.until = time.Time{}, now.Add(time.Minute)
	if e.trickle {
		return time.Second
	}
	return time.Minute
}

// over reports whether the count can be forgotten.
func (c *count) over(now time.Time) bool {
	return !now.Before(c.until) && now.Sub(c.begun) >= time.Minute
}

// sweep forgets what is over, at most once a second.
func (t *throttle) sweep(now time.Time) {
	if now.Sub(t.swept) < time.Second {
		return
	}
	t.swept = now
	for who, c := range t.counts {
		if c.over(now) {
			delete(t.counts, who)
		}
	}
}

// network is the part of a remote address that is one client's: an IPv4 address
// or the /64 of an IPv6 address, of which a host may use all.
func network(remote string) string {
	host, _, err := net.SplitHostPort(remote)
	if err != nil {
		host = remote
	}
	ip, err := netip.ParseAddr(host)
	if err != nil {
		return host
	}
	bits := 64
	if ip = ip.Unmap().WithZone(""); ip.Is4() {
		bits = 32
	}
	return netip.PrefixFrom(ip, bits).Masked().String()
}
