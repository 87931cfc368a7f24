package scim

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
)

// pageSize is how many resources a page is asked for; servers may give fewer.
const pageSize = 200

// page is a ListResponse (RFC 7644, section 3.4.2).
type page struct {
	total     int
	resources []Resource
}

// list reads a whole collection, twice if the first time does not add up:
// something may have changed while it was read.
func (c *Client) list(ctx context.Context, path string) ([]Resource, error) {
	resources, err := c.listOnce(ctx, path)
	if _, incomplete := errors.AsType[*IncompleteError](err); incomplete {
		return c.listOnce(ctx, path)
	}
	return resources, err
}

func (c *Client) listOnce(ctx context.Context, path string) ([]Resource, error) {
	var all []Resource
	seen := make(map[string]bool)
	incomplete := func(format string, arguments ...any) error {
		return &IncompleteError{Path: path, Reason: fmt.Sprintf(format, arguments...)}
	}
	total := -1
	for read := 0; total < 0 || read < total; {
		p, err := c.page(ctx, path, read+1, pageSize)
		if err != nil {
			return nil, err
		}
		if total >= 0 && p.total != total {
			return nil, incomplete("totalResults was %d at first and %d at position %d", total, p.total, read+1)
		}
		total = p.total
		before := len(all)
		for _, resource := range p.resources {
			id := resource.ID()
			if id == "" {
				return nil, incomplete("a resource at position %d or after it has no id", read+1)
			}
			if !seen[id] {
				seen[id] = true
				all = append(all, resource)
			}
		}
		read += len(p.resources)
		if len(all) == before && len(all) != total {
			return nil, incomplete("totalResults is %d, but from position %d on nothing new came; %d were read", total, read-len(p.resources)+1, len(all))
		}
	}
	if len(all) != total {
		return nil, incomplete("totalResults is %d, but %d different resources were read", total, len(all))
	}
	return all, nil
}

// page reads one page.
func (c *Client) page(ctx context.Context, path string, start, count int) (page, error) {
	r := request{method: http.MethodGet, path: path, endpoint: path, query: url.Values{
		"startIndex": {strconv.Itoa(start)}, "count": {strconv.Itoa(count)},
	}}
	var body map[string]any
	got, err := c.do(ctx, r, &body)
	if err != nil {
		return page{}, err
	}
	bad := func(reason string) (page, error) {
		return page{}, c.failed(r, http.StatusOK, fmt.Errorf("%w: %s", errNotAList, reason))
	}
	if got.empty || body == nil {
		return bad("it is empty")
	}
	var p page
	var ok bool
	if p.total, ok = number(body[keyOf(body, "totalResults")]); !ok || p.total < 0 {
		return bad("it does not say totalResults, so nobody can tell whether it is whole")
	}
	value := body[keyOf(body, "Resources")]
	list := asArray(value)
	if list == nil && value != nil {
		return bad("Resources is not an array")
	}
	for _, item := range list {
		resource := asObject(item)
		if resource == nil {
			return bad("Resources holds something that is not an object")
		}
		p.resources = append(p.resources, resource)
	}
	return p, nil
}

// errNotAList is wrapped where the answer to a list is none.
var errNotAList = errors.New("the answer is not a SCIM list")
