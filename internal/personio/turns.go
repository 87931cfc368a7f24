package personio

import (
	"context"
	"slices"
)

type callerKey struct{}

// WithCaller says for whom calls are made, by any text of the caller's own.
// Calls that wait for one limit are served one caller after the other, so that
// many calls of one do not hold up a single call of another. Without it, calls
// are made for one caller without a name.
func WithCaller(ctx context.Context, caller string) context.Context {
	return context.WithValue(ctx, callerKey{}, caller)
}

func callerFrom(ctx context.Context) string {
	caller, _ := ctx.Value(callerKey{}).(string)
	return caller
}

// turn is a call that waits; it is closed when the call may be sent.
type turn chan struct{}

// turns are the calls that wait for a class, served round robin by caller and
// in the order of their arrival for each.
type turns struct {
	lines []line // Those with somebody in them, the next one to be served first.
}

type line struct {
	caller string
	turns  []turn
}

func (t *turns) empty() bool { return len(t.lines) == 0 }

// push adds a call at the end of its caller's line.
func (t *turns) push(caller string, last turn) {
	if i := t.find(caller); i >= 0 {
		t.lines[i].turns = append(t.lines[i].turns, last)
		return
	}
	t.lines = append(t.lines, line{caller, []turn{last}})
}

// pop takes out the call whose turn it is; its caller's next one comes after
// one of each other caller.
func (t *turns) pop() turn {
	front := t.lines[0]
	t.lines = slices.Delete(t.lines, 0, 1)
	next := front.turns[0]
	if front.turns = front.turns[1:]; len(front.turns) > 0 {
		t.lines = append(t.lines, front)
	}
	return next
}

// remove takes out a call that gave up; false if it has had its turn.
func (t *turns) remove(caller string, gone turn) bool {
	i := t.find(caller)
	if i < 0 {
		return false
	}
	k := slices.Index(t.lines[i].turns, gone)
	if k < 0 {
		return false
	}
	t.lines[i].turns = slices.Delete(t.lines[i].turns, k, k+1)
	if len(t.lines[i].turns) == 0 {
		t.lines = slices.Delete(t.lines, i, i+1)
	}
	return true
}

// ahead is how many of those that wait would be served before a new call of a
// caller.
func (t *turns) ahead(caller string) int {
	mine, own := t.find(caller), 0
	if mine >= 0 {
		own = len(t.lines[mine].turns)
	}
	n := own
	for i, l := range t.lines {
		switch {
		case i == mine:
		case i < mine || mine < 0:
			n += min(len(l.turns), own+1)
		default:
			n += min(len(l.turns), own)
		}
	}
	return n
}

func (t *turns) find(caller string) int {
	return slices.IndexFunc(t.lines, func(l line) bool { return l.caller == caller })
}
