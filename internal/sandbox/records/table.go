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
	id func(*T) string

	mu   sync.RWMutex
	rows []T // replaced as a whole by every edit, so that readers need no copy
}

func newTable[T any](id func(*T) string, rows []T) *Table[T] {
	return &Table[T]{id: id, rows: slices.Clip(rows)}
}

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
	t.mu.Lock()
	defer t.mu.Unlock()
	rows, err := edit(slices.Clone(t.rows))
	if err != nil {
		return err
	}
	t.rows = slices.Clip(rows)
	return nil
}

// Add appends the row that row makes of the rows before it. An error of row
// comes back, and nothing is added.
func (t *Table[T]) Add(row func(rows []T) (T, error)) (T, error) {
	var added T
	err := t.Edit(func(rows []T) ([]T, error) {
		var err error
		added, err = row(rows)
		return append(rows, added), err
	})
	return added, err
}

// Change lets change edit one row. It sees the others, too. Errors: [ErrNotFound],
// and whatever change returns; nothing has changed then.
func (t *Table[T]) Change(id string, change func(row *T, rows []T) error) error {
	return t.Edit(func(rows []T) ([]T, error) {
		at := t.at(rows, id)
		if at < 0 {
			return nil, ErrNotFound
		}
		row := rows[at]
		if err := change(&row, rows); err != nil {
			return nil, err
		}
		rows[at] = row
		return rows, nil
	})
}

// Remove takes one row out. The only error is [ErrNotFound].
func (t *Table[T]) Remove(id string) error {
	return t.Edit(func(rows []T) ([]T, error) {
		at := t.at(rows, id)
		if at < 0 {
			return nil, ErrNotFound
		}
		return slices.Delete(rows, at, at+1), nil
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
