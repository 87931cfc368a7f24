package records

import (
	"errors"
	"slices"
	"sync"
)

// ErrNotFound says that no row has the id.
var ErrNotFound = errors.New("record not found")

// Table keeps rows in the order in which they were added. It is safe for
// concurrent use. A row is a value: what hangs off it, a slice for example, is
// replaced and never changed in place, so a reader may keep what it got.
type Table[T any] struct {
	id    func(*T) string
	watch func(before, after *T) // nil: nobody watches

	mu   sync.RWMutex
	rows []T // replaced as a whole by every edit, so that readers need no copy
}

func newTable[T any](id func(*T) string, rows []T) *Table[T] {
	return &Table[T]{id: id, rows: slices.Clip(rows)}
}

// Watch calls watch with every row that is added (before is nil), changed, or
// removed (after is nil) from then on, except by [Table.Edit]. It is called in the
// order of the changes, while the table is locked: it must not edit the table.
// Watch must not be called while the table is in use.
func (t *Table[T]) Watch(watch func(before, after *T)) { t.watch = watch }

// All returns every row. The slice belongs to the table: it must not be changed.
func (t *Table[T]) All() []T {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return t.rows
}

// Find returns one row.
func (t *Table[T]) Find(id string) (T, bool) {
	rows := t.All()
	at := t.at(rows, id)
	if at < 0 {
		var none T
		return none, false
	}
	return rows[at], true
}

// Edit lets edit turn a copy of all rows into the rows that the table has from
// then on. Nothing else happens to the table meanwhile, so edit can decide by
// what it sees. If it fails, its error comes back and nothing has changed.
func (t *Table[T]) Edit(edit func(rows []T) ([]T, error)) error {
	return t.edit(func(rows []T) ([]T, *T, *T, error) {
		rows, err := edit(rows)
		return rows, nil, nil, err
	})
}

// edit is [Table.Edit] of one row, as which it was before and is after.
func (t *Table[T]) edit(edit func(rows []T) (edited []T, before, after *T, err error)) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	rows, before, after, err := edit(slices.Clone(t.rows))
	if err != nil {
		return err
	}
	t.rows = slices.Clip(rows)
	if t.watch != nil && (before != nil || after != nil) {
		t.watch(before, after)
	}
	return nil
}

// Add appends the row that row makes of the rows before it. An error of row
// comes back, and nothing is added.
func (t *Table[T]) Add(row func(rows []T) (T, error)) (T, error) {
	var added T
	err := t.edit(func(rows []T) ([]T, *T, *T, error) {
		var err error
		added, err = row(rows)
		return append(rows, added), nil, &added, err
	})
	return added, err
}

// Change lets change edit one row. It sees the others, too. Errors: [ErrNotFound],
// and whatever change returns; nothing has changed then.
func (t *Table[T]) Change(id string, change func(row *T, rows []T) error) error {
	return t.edit(func(rows []T) ([]T, *T, *T, error) {
		at := t.at(rows, id)
		if at < 0 {
			return nil, nil, nil, ErrNotFound
		}
		before, after := rows[at], rows[at]
		if err := change(&after, rows); err != nil {
			return nil, nil, nil, err
		}
		rows[at] = after
		return rows, &before, &after, nil
	})
}

// Remove takes one row out. The only error is [ErrNotFound].
func (t *Table[T]) Remove(id string) error {
	return t.edit(func(rows []T) ([]T, *T, *T, error) {
		at := t.at(rows, id)
		if at < 0 {
			return nil, nil, nil, ErrNotFound
		}
		removed := rows[at]
		return slices.Delete(rows, at, at+1), &removed, nil, nil
	})
}

func (t *Table[T]) at(rows []T, id string) int {
	for i := range rows {
		if t.id(&rows[i]) == id {
			return i
		}
	}
	return -1
}
