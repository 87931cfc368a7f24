package httpapi

import (
	"context"
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
	"github.com/google/uuid"

	"github.com/personio-community/terraform-provider-personio/internal/gateway/store"
	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
)

// PageInput are the query parameters of every list.
type PageInput struct {
	Limit  int      `query:"limit" minimum:"1" maximum:"200" default:"100" doc:"Objects a page."`
	Cursor string   `query:"cursor" doc:"From the next link of the page before."`
	IDs    []string `query:"id,explode" maxItems:"200" doc:"Only objects with one of these ids."`
}

// IDInput is the path parameter of every route of one object.
type IDInput struct {
	ID string `path:"id" doc:"The id of the object."`
}

// ChangeInput is IDInput with the revision that a change is based on.
type ChangeInput struct {
	IDInput
	IfMatch string `header:"If-Match" doc:"The ETag that was read; another revision gives 412."`
}

// KeyInput is the header of every POST that makes something.
type KeyInput struct {
	IdempotencyKey string `header:"Idempotency-Key" maxLength:"255" doc:"A retry with the same key gets the first answer, its secret included."`
}

// Map applies a function to every element.
func Map[From, To any](from []From, to func(From) To) []To {
	result := make([]To, len(from))
	for n, f := range from {
		result[n] = to(f)
	}
	return result
}

// cursorPrefix starts every cursor, as Personio's do.
const cursorPrefix = "cur_"

// StorePage is the page to read: one row more than asked for, which tells
// whether there is another page.
func (p PageInput) StorePage() (store.Page, error) {
	page := store.Page{IDs: p.IDs, Limit: p.Limit + 1}
	if p.Cursor == "" {
		return page, nil
	}
	encoded, ok := strings.CutPrefix(p.Cursor, cursorPrefix)
	raw, err := base64.RawURLEncoding.DecodeString(encoded)
	id, errID := uuid.FromBytes(raw)
	if !ok || err != nil || errID != nil {
		return page, Problem(http.StatusBadRequest, gatewayapi.KindBadRequest,
			"The cursor is not one that this gateway made. Take cursors from the next link of a page, unchanged.", map[string]string{gatewayapi.MetaPointer: "#query/cursor"})
	}
	page.After = id.String()
	return page, nil
}

// List makes the answer of a list from up to limit+1 objects. self is the
// absolute URL of the request.
func List[T any](objects []T, limit int, id func(T) string, self *url.URL) gatewayapi.List[T] {
	result := gatewayapi.List[T]{Data: objects, Meta: gatewayapi.ListMeta{Links: gatewayapi.Links{Self: gatewayapi.Link{Href: self.String()}}}}
	if result.Data == nil {
		result.Data = []T{}
	}
	if len(objects) <= limit {
		return result
	}
	result.Data = objects[:limit]
	last := uuid.MustParse(id(objects[limit-1])) // The gateway made every id.
	query := self.Query()
	query.Set("cursor", cursorPrefix+base64.RawURLEncoding.EncodeToString(last[:]))
	next := *self
	next.RawQuery = query.Encode()
	result.Meta.Links.Next = &gatewayapi.Link{Href: next.String()}
	return result
}

// URL gives a list its own address. Embed it in the input of a list.
type URL struct {
	self *url.URL
}

// Self is the absolute URL of the request.
func (u *URL) Self() *url.URL { return u.self }

// Resolve implements [huma.Resolver]: it notes the address.
func (u *URL) Resolve(ctx huma.Context) []error {
	r, _ := humago.Unwrap(ctx)
	u.self = PublicURL(r)
	return nil
}

// publicURLKey is where the context of a request keeps the address that clients
// use, if it was configured.
type publicURLKey struct{}

// WithPublicURL makes PublicURL answer with a configured address.
func WithPublicURL(r *http.Request, base *url.URL) *http.Request {
	return r.WithContext(context.WithValue(r.Context(), publicURLKey{}, base))
}

// PublicURL is the URL of a request as its client sees it: under the configured
// address, else under the host that the client named. A proxy's forwarding
// headers are not believed, since anyone can send them.
func PublicURL(r *http.Request) *url.URL {
	u := url.URL{Scheme: "http", Host: r.Host, Path: r.URL.Path, RawQuery: r.URL.RawQuery}
	if r.TLS != nil {
		u.Scheme = "https"
	}
	if base, ok := r.Context().Value(publicURLKey{}).(*url.URL); ok && base != nil {
		u.Scheme, u.Host, u.Path = base.Scheme, base.Host, strings.TrimSuffix(base.Path, "/")+u.Path
	}
	return &u
}
