package token

import (
	"errors"
	"fmt"
	"testing"
	"time"
)

// admitted counts how many of n requests pass, one at each step of time.
func admitted(th *throttle, who counted, n int, now *time.Time, step time.Duration) (passed int) {
	for range n {
		if th.admit(who, *now) == nil {
			passed++
		}
		*now = now.Add(step)
	}
	return passed
}

func TestThrottleOfEachWay(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		endpoint Endpoint
		limit    int
		// penalised is how many pass in the minute after the first refusal, at ten a
		// second.
		penalised int
		wait      time.Duration
	}{
		"v1": {EndpointV1, 60, 0, time.Minute},
		"v2": {EndpointV2, 150, 59, time.Second},
	} {
		th, now := newThrottle(), time.Date(2026, 5, 4, 3, 2, 1, 0, time.UTC)
		who := counted{test.endpoint, "one", "192.0.2.1:1000"}
		if n := admitted(th, who, test.limit, &now, 0); n != test.limit {
			t.Errorf("%s: %d of the first %d passed", name, n, test.limit)
		}
		var refused throttledError
		if err := th.admit(who, now); !errors.As(err, &refused) || refused.after != test.wait {
			t.Errorf("%s: one more gets %v, want a wait of %s", name, err, test.wait)
		}
		if n := admitted(th, who, 600, &now, 100*time.Millisecond); n != test.penalised {
			t.Errorf("%s: %d passed during the penalty, want %d", name, n, test.penalised)
		}
		if n := admitted(th, who, test.limit+1, &now, 0); n != test.limit {
			t.Errorf("%s: %d passed after the penalty, want %d", name, n, test.limit)
		}
	}
}

func TestThrottleAtAModestPace(t *testing.T) {
	t.Parallel()
	th, now := newThrottle(), time.Date(2026, 5, 4, 3, 2, 1, 0, time.UTC)
	if n := admitted(th, counted{EndpointV1, "one", "192.0.2.1:1"}, 600, &now, time.Second); n != 600 {
		t.Errorf("%d of 600 passed at one a second", n)
	}
}

// TestThrottleTellsClientsApart exhausts one count and looks at others.
func TestThrottleTellsClientsApart(t *testing.T) {
	t.Parallel()
	exhausted := counted{EndpointV1, "one", "192.0.2.1:1000"}
	for name, test := range map[string]struct {
		who    counted
		passes bool
	}{
		"the same":                       {exhausted, false},
		"another port":                   {counted{EndpointV1, "one", "192.0.2.1:2000"}, false},
		"mapped into IPv6":               {counted{EndpointV1, "one", "[::ffff:192.0.2.1]:2000"}, false},
		"another client":                 {counted{EndpointV1, "two", "192.0.2.1:1000"}, true},
		"an unknown client":              {counted{EndpointV1, "", "192.0.2.1:1000"}, true},
		"the same client from elsewhere": {counted{EndpointV1, "one", "192.0.2.2:1000"}, true},
		"the other way":                  {counted{EndpointV2, "one", "192.0.2.1:1000"}, true},
	} {
		th, now := newThrottle(), time.Date(2026, 5, 4, 3, 2, 1, 0, time.UTC)
		admitted(th, exhausted, 61, &now, 0)
		if passes := th.admit(test.who, now) == nil; passes != test.passes {
			t.Errorf("%s: passes %v, want %v", name, passes, test.passes)
		}
	}
	for _, same := range [][2]string{{"[2001:db8::1]:1", "[2001:db8::ffff:2]:9"}, {"[fe80::1%eth0]:1", "[fe80::2%eth1]:1"}, {"@", "@"}} {
		if network(same[0]) != network(same[1]) {
			t.Errorf("%s and %s are told apart", same[0], same[1])
		}
	}
	if network("[2001:db8::1]:1") == network("[2001:db8:0:1::1]:1") {
		t.Error("two networks are one")
	}
}

// TestThrottleIsBounded floods it from many addresses: its memory is bounded, and
// a client that is known still gets its tokens.
func TestThrottleIsBounded(t *testing.T) {
	t.Parallel()
	th, now := newThrottle(), time.Date(2026, 5, 4, 3, 2, 1, 0, time.UTC)
	address := func(i int) string { return fmt.Sprintf("10.%d.%d.%d:1", i>>16, i>>8&255, i&255) }
	passed := 0
	for i := range 2 * maxCounted {
		if th.admit(counted{EndpointV2, "", address(i)}, now) == nil {
			passed++
		}
	}
	// Whoever found no room shares one count.
	if passed != maxCounted+150 {
		t.Errorf("%d passed", passed)
	}
	if err := th.admit(counted{EndpointV2, "one", "192.0.2.1:1"}, now); err != nil {
		t.Errorf("a known client: %v", err)
	}
	if len(th.counts) != maxCounted+2 {
		t.Errorf("%d counts are kept", len(th.counts))
	}
	// What is over makes room.
	now = now.Add(3 * time.Minute)
	if err := th.admit(counted{EndpointV2, "", "192.0.2.9:1"}, now); err != nil || len(th.counts) != 1 {
		t.Errorf("after the flood: %v, %d counts", err, len(th.counts))
	}
}
