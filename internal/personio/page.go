package personio

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"net/url"
	"strconv"

	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
)

// headerBeta opens endpoints that Personio calls beta; without it they do not
// exist (see [Error].betaMissing).
const headerBeta = "Beta"

// listing is a list with pages in the manner of version 2, at Personio or at the
// gateway.
type listing struct {
	path  string
	query url.Values
	// limit is how many objects a page shall hold, [gatewayapi.MaxLimit] if 0.
	limit int
	// beta lists are asked for with the header Beta: true.
	beta bool
}

// objects yields the objects of a list, page by page, so that no more than one
// page is in memory. An error is the last thing it yields.
func objects[T any](ctx context.Context, client *Client, l listing) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for cursor, more := "", true; more; more = cursor != "" {
			found, next, err := page[T](ctx, client, l, cursor)
			if err != nil {
				var none T
				yield(none, err)
				return
			}
			for _, object := range found {
				if !yield(object, nil) {
					return
				}
			}
			cursor = next
		}
	}
}

// listAnswer is a page that must be one: an object without _data is not an
// empty list.
type listAnswer[T any] struct {
	Data []T `json:"_data"`
	Meta struct {
		Links struct {
			Next nextLink `json:"next"`
		} `json:"links"`
	} `json:"_meta"`
}

func (a *listAnswer[T]) check() error {
	if a.Data == nil {
		return fmt.Errorf("%w: it is no list", errNotTheAPI)
	}
	return nil
}

// nextLink is the link to the next page, "" on the last. Personio writes it as
// {"href": link}, and for reports as a plain string.
type nextLink string

// UnmarshalJSON implements [json.Unmarshaler].
func (l *nextLink) UnmarshalJSON(data []byte) error {
	if bytes.HasPrefix(data, []byte("{")) {
		var object gatewayapi.Link
		err := json.Unmarshal(data, &object)
		*l = nextLink(object.Href)
		return err
	}
	return json.Unmarshal(data, (*string)(l))
}

// page loads one page. Of the link to the next one only the cursor is used: the
// token goes nowhere but to the base URL.
func page[T any](ctx context.Context, client *Client, l listing, cursor string) (found []T, next string, err error) {
	query := cloneValues(l.query)
	limit := gatewayapi.MaxLimit
	if l.limit > 0 {
		limit = l.limit
	}
	query.Set("limit", strconv.Itoa(limit))
	if cursor != "" {
		query.Set("cursor", cursor)
	}
	r := request{method: http.MethodGet, path: l.path, query: query}
	if l.beta {
		r.header = http.Header{headerBeta: {"true"}}
	}
	var answer listAnswer[T]
	if err := client.do(ctx, r, &answer); err != nil {
		return nil, "", err
	}
	if answer.Meta.Links.Next == "" {
		return answer.Data, "", nil
	}
	link, err := url.Parse(string(answer.Meta.Links.Next))
	if err != nil {
		return nil, "", fmt.Errorf("GET %s: the link to the next page is not a URL", l.path)
	}
	next = link.Query().Get("cursor")
	if next == "" || next == cursor {
		return nil, "", fmt.Errorf("GET %s: %w", l.path, errEndless)
	}
	return answer.Data, next, nil
}

// errEndless is a list that would never end or whose end cannot be reached.
var errEndless = errors.New("the link to the next page leads nowhere: it has no new cursor")

// ID is an id as text. Personio writes ids as strings in version 2 and as
// numbers in version 1.
type ID string

// UnmarshalJSON implements [json.Unmarshaler].
func (id *ID) UnmarshalJSON(data []byte) error {
	if bytes.HasPrefix(data, []byte(`"`)) || bytes.Equal(data, []byte("null")) {
		return json.Unmarshal(data, (*string)(id))
	}
	var number json.Number
	err := json.Unmarshal(data, &number)
	*id = ID(number)
	return err
}
