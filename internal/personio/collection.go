package personio

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"net/http"
	"net/url"
	"slices"

	"github.com/google/uuid"

	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
)

// maxIDsPerCall keeps the URL of a list by ids under two kilobytes.
const maxIDsPerCall = 40

// collection is what all collections have in common: objects of one type below
// one path, with list pages, string ids and revisions.
type collection[T any] struct {
	client *Client
	path   string
	// idOf finds the id of an object.
	idOf func(*T) string
	// public removes from an object what only the answer that made it may hold;
	// nil if there is nothing.
	public func(*T)
	index  *index
}

func newCollection[T any](c *Client, path string, idOf func(*T) string, public func(*T)) collection[T] {
	col := collection[T]{client: c, path: path, idOf: idOf, public: public}
	col.index = newIndex(c.now, col.rawPage)
	return col
}

// objectPath is the path of one object.
func (c *collection[T]) objectPath(id string) (string, error) {
	if id == "" || id == "." || id == ".." {
		return "", fmt.Errorf("%s: %q is not an id", c.path, id)
	}
	return c.path + "/" + url.PathEscape(id), nil
}

// create makes an object. The idempotency key is the same for all attempts, so
// that a repeated one gets the answer of the first.
func (c *collection[T]) create(ctx context.Context, body any, secrets ...string) (T, error) {
	return c.write(ctx, request{
		method: http.MethodPost, path: c.path, body: body, secrets: secrets,
		header: http.Header{gatewayapi.HeaderIdempotencyKey: {uuid.NewString()}},
	})
}

// update changes an object; a revision makes it conditional. It is not repeated
// where the first attempt may have had its effect: the object would have a new
// revision by then, and the repeated call would look like somebody else's
// conflict.
func (c *collection[T]) update(ctx context.Context, id, revision string, body any, secrets ...string) (T, error) {
	return c.writeObject(ctx, id, request{method: http.MethodPatch, body: body, secrets: secrets, header: ifMatch(revision)})
}

// act posts to a verb below an object, which answers with the object.
func (c *collection[T]) act(ctx context.Context, id, verb, revision string, body any, secrets ...string) (T, error) {
	header := ifMatch(revision)
	header.Set(gatewayapi.HeaderIdempotencyKey, uuid.NewString())
	return c.writeObject(ctx, id, request{method: http.MethodPost, path: "/" + verb, body: body, secrets: secrets, header: header})
}

// writeObject changes the object of that id; r.path is what follows its path.
func (c *collection[T]) writeObject(ctx context.Context, id string, r request) (T, error) {
	path, err := c.objectPath(id)
	if err != nil {
		var none T
		return none, err
	}
	r.path = path + r.path
	object, err := c.write(ctx, r)
	if err != nil {
		// It may have been changed all the same.
		c.index.forget(id)
	}
	return object, err
}

// write makes a call that answers with the object as it is now.
func (c *collection[T]) write(ctx context.Context, r request) (T, error) {
	var object, none T
	if err := c.client.do(ctx, r, &object); err != nil {
		return none, err
	}
	id := c.idOf(&object)
	if id == "" {
		return none, fmt.Errorf("%s %s: the answer holds no object", r.method, r.path)
	}
	known := object
	if c.public != nil {
		c.public(&known)
	}
	raw, err := json.Marshal(known)
	if err != nil {
		return none, fmt.Errorf("%s %s: %w", r.method, r.path, err)
	}
	c.index.put(id, raw)
	return object, nil
}

// get reads an object through the index.
func (c *collection[T]) get(ctx context.Context, id string) (T, error) {
	var object, none T
	if _, err := c.objectPath(id); err != nil {
		return none, err
	}
	raw, found, err := c.index.get(ctx, id)
	if err != nil {
		return none, err
	}
	if found {
		err = json.Unmarshal(raw, &object)
		return object, err
	}
	return c.getNow(ctx, id)
}

// getNow reads an object past the index, which then knows it.
func (c *collection[T]) getNow(ctx context.Context, id string) (T, error) {
	var object, none T
	path, err := c.objectPath(id)
	if err != nil {
		return none, err
	}
	asked := c.index.mark()
	var raw json.RawMessage
	if err := c.client.do(ctx, request{method: http.MethodGet, path: path}, &raw); err != nil {
		return none, err
	}
	if err := json.Unmarshal(raw, &object); err != nil {
		return none, fmt.Errorf("GET %s: %w: %s", path, errNotTheAPI, jsonFault(err))
	}
	c.index.add(asked, map[string]json.RawMessage{id: raw})
	return object, nil
}

// below posts to a verb below an object that answers with something else than
// the object.
func (c *collection[T]) below(ctx context.Context, id, verb string, answer any) error {
	path, err := c.objectPath(id)
	if err != nil {
		return err
	}
	return c.client.do(ctx, request{
		method: http.MethodPost, path: path + "/" + verb,
		header: http.Header{gatewayapi.HeaderIdempotencyKey: {uuid.NewString()}},
	}, answer)
}

// delete removes an object.
func (c *collection[T]) delete(ctx context.Context, id string, query url.Values) error {
	path, err := c.objectPath(id)
	if err != nil {
		return err
	}
	defer c.index.forget(id)
	return c.client.do(ctx, request{method: http.MethodDelete, path: path, query: query}, nil)
}

// list yields the objects that the query selects, all pages of them. Many ids
// take several calls.
func (c *collection[T]) list(ctx context.Context, ids []string, query url.Values) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		chunks := [][]string{nil}
		if len(ids) > 0 {
			chunks = slices.Collect(slices.Chunk(ids, maxIDsPerCall))
		}
		for _, chunk := range chunks {
			selected := cloneValues(query)
			if len(chunk) > 0 {
				selected["id"] = chunk
			}
			for object, err := range objects[T](ctx, c.client, listing{path: c.path, query: selected}) {
				if !yield(object, err) || err != nil {
					return
				}
			}
		}
	}
}

// rawPage loads a page of the whole collection for the index.
func (c *collection[T]) rawPage(ctx context.Context, cursor string) (objects map[string]json.RawMessage, next string, err error) {
	raws, next, err := page[json.RawMessage](ctx, c.client, listing{path: c.path}, cursor)
	if err != nil {
		return nil, "", err
	}
	objects = make(map[string]json.RawMessage, len(raws))
	for _, raw := range raws {
		var object T
		if err := json.Unmarshal(raw, &object); err != nil {
			return nil, "", fmt.Errorf("GET %s: %w: %s", c.path, errNotTheAPI, jsonFault(err))
		}
		objects[c.idOf(&object)] = raw
	}
	return objects, next, nil
}

// ifMatch is the header that makes a write conditional on a revision.
func ifMatch(revision string) http.Header {
	header := http.Header{}
	if revision != "" {
		header.Set("If-Match", `"`+revision+`"`)
	}
	return header
}

func cloneValues(values url.Values) url.Values {
	clone := make(url.Values, len(values)+2)
	for key, value := range values {
		clone[key] = slices.Clone(value)
	}
	return clone
}
