package personio

import (
	"context"
	"encoding/json"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"
)

const (
	// indexHolds is how old an index may get. Reads of one refresh fall well
	// inside it; a long apply does not work with what was true at its start.
	indexHolds = time.Minute
	// pagesAtOnce is how many pages the index may load before the number of
	// reads justifies more: a thousand objects.
	pagesAtOnce = 5
	// pagesPerMiss is how many more pages each read justifies that did not find
	// its object. It bounds the cost of a few reads in a huge estate.
	pagesPerMiss = 2
)

// pageLoader loads one page of a collection: objects by id, and the cursor of
// the next page, "" after the last.
type pageLoader func(ctx context.Context, cursor string) (objects map[string]json.RawMessage, next string, err error)

// index answers reads of single objects from pages of the collection's list,
// loaded as far as the reads need them. Objects are kept as the bytes that came,
// so that no two callers share memory.
//
// What this process writes is newer than any page that was asked for before:
// every write gets a mark, and a page never replaces what was marked after it
// was asked for.
type index struct {
	now    func() time.Time
	load   pageLoader
	flight singleflight.Group

	mu sync.Mutex
	indexState
	// clock counts the writes; written says which write touched an object last.
	clock   int64
	written map[string]int64
}

// indexState is what a reset throws away.
type indexState struct {
	objects map[string]json.RawMessage
	begun   time.Time
	cursor  string
	pages   int
	// complete: the last page is loaded. misses counts the reads that found
	// nothing.
	complete bool
	misses   int
	// asOf is the mark of the reset. Pages asked for before it are void.
	asOf int64
}

func newIndex(now func() time.Time, load pageLoader) *index {
	x := &index{now: now, load: load, written: map[string]int64{}}
	x.objects = map[string]json.RawMessage{}
	return x
}

// get finds an object, loading pages as long as that is worth it. Not found
// means: ask for the object itself.
func (x *index) get(ctx context.Context, id string) (raw json.RawMessage, found bool, err error) {
	x.expire()
	for counted := false; ; counted = true {
		raw, found, more := x.look(id, !counted)
		if found || !more {
			return raw, found, nil
		}
		if err := x.loadNext(ctx); err != nil {
			return nil, false, err
		}
	}
}

// look reports what is known, and whether another page may be loaded.
func (x *index) look(id string, count bool) (raw json.RawMessage, found, more bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if raw, found = x.objects[id]; found {
		return raw, true, false
	}
	if count {
		x.misses++
	}
	return nil, false, !x.complete && x.pages < max(pagesAtOnce, pagesPerMiss*x.misses)
}

// loadNext loads the next page. Callers that come meanwhile wait for the same
// one; it goes on if one of them gives up.
func (x *index) loadNext(ctx context.Context) error {
	loaded := x.flight.DoChan("", func() (any, error) {
		x.mu.Lock()
		cursor, asked, complete := x.cursor, x.clock, x.complete
		if x.pages == 0 {
			x.begun = x.now()
		}
		x.mu.Unlock()
		if complete {
			return nil, nil
		}
		objects, next, err := x.load(context.WithoutCancel(ctx), cursor)
		if err != nil {
			// Nothing is kept of a list that broke: the next read begins anew.
			x.reset()
			return nil, err
		}
		x.merge(asked, objects, next)
		return nil, nil
	})
	select {
	case <-ctx.Done():
		return ctx.Err()
	case result := <-loaded:
		return result.Err
	}
}

// merge takes in a page that was asked for at a mark.
func (x *index) merge(asked int64, objects map[string]json.RawMessage, next string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if asked < x.asOf {
		return
	}
	x.addLocked(asked, objects)
	x.pages++
	x.cursor, x.complete = next, next == ""
}

// mark is the moment before a read, for add.
func (x *index) mark() int64 {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.clock
}

// add takes in objects that were read after a mark.
func (x *index) add(asked int64, objects map[string]json.RawMessage) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if asked >= x.asOf {
		x.addLocked(asked, objects)
	}
}

func (x *index) addLocked(asked int64, objects map[string]json.RawMessage) {
	for id, raw := range objects {
		if x.written[id] <= asked {
			x.objects[id] = raw
		}
	}
}

// put takes in an object as a write of this process left it.
func (x *index) put(id string, raw json.RawMessage) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.touch(id)
	x.objects[id] = raw
}

// forget drops an object whose state is not known any more.
func (x *index) forget(id string) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.touch(id)
	delete(x.objects, id)
}

func (x *index) touch(id string) {
	x.clock++
	x.written[id] = x.clock
}

// reset drops everything, pages that are under way included.
func (x *index) reset() {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.resetLocked()
}

func (x *index) resetLocked() {
	x.clock++
	x.indexState = indexState{objects: map[string]json.RawMessage{}, asOf: x.clock}
}

// expire drops an index that is too old.
func (x *index) expire() {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.pages > 0 && x.now().Sub(x.begun) > indexHolds {
		x.resetLocked()
	}
}
