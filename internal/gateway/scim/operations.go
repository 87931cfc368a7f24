package scim

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"
)

// get reads one resource and its version; "" if there is none. An ETag header
// alone is none: web frameworks make one up from the bytes of the answer.
func (c *Client) get(ctx context.Context, path, id string) (Resource, string, error) {
	r, err := resourceRequest(http.MethodGet, path, id)
	if err != nil {
		return nil, "", err
	}
	var out Resource
	if _, err := c.do(ctx, r, &out); err != nil {
		return nil, "", err
	}
	if out.ID() == "" {
		return nil, "", c.failed(r, http.StatusOK, errors.New("the answer is not a SCIM resource: it has no id"))
	}
	return out, out.String("meta.version"), nil
}

// create makes a resource. The answer may be a location alone (RFC 7644,
// section 3.3); the resource is then read.
func (c *Client) create(ctx context.Context, endpoint string, resource Resource) (Resource, error) {
	body := withSchemas(endpoint, resource)
	r := request{
		method: http.MethodPost, path: endpoint, endpoint: endpoint, body: body,
		sent: func() []string { return texts(body) },
	}
	var out Resource
	got, err := c.do(ctx, r, &out)
	if err != nil {
		return nil, err
	}
	if out.ID() != "" {
		return out, nil
	}
	if u, err := url.Parse(got.header.Get("Location")); err == nil && u.Path != "" {
		if dir, id := path.Split(u.Path); strings.HasSuffix(dir, endpoint+"/") {
			created, _, err := c.get(ctx, endpoint, id)
			return created, err
		}
	}
	return nil, c.failed(r, http.StatusCreated, errors.New("the answer has no id; the resource may exist now"))
}

// withSchemas adds the schemas that the resource uses.
func withSchemas(endpoint string, resource Resource) Resource {
	resource = maps.Clone(resource)
	schemas := slices.Clone(asArray(resource["schemas"]))
	add := func(urn string) {
		if !slices.ContainsFunc(schemas, func(s any) bool { text, _ := s.(string); return strings.EqualFold(text, urn) }) {
			schemas = append(schemas, urn)
		}
	}
	if endpoint == pathGroups {
		add(GroupSchema)
	} else {
		add(UserSchema)
	}
	for _, key := range slices.Sorted(maps.Keys(resource)) {
		if strings.HasPrefix(strings.ToLower(key), "urn:") {
			add(key)
		}
	}
	if resource == nil {
		resource = make(Resource)
	}
	resource["schemas"] = schemas
	return resource
}

// replace sends PUT. etag, if not "", must still be the resource's.
func (c *Client) replace(ctx context.Context, endpoint, id string, resource Resource, etag string) (Resource, error) {
	r, err := resourceRequest(http.MethodPut, endpoint, id)
	if err != nil {
		return nil, err
	}
	body := withSchemas(endpoint, resource)
	// Only the service provider writes these, and some refuse to see them.
	delete(body, keyOf(body, "meta"))
	if endpoint == pathUsers {
		delete(body, keyOf(body, "groups"))
	}
	body["id"] = id
	r.body = body
	r.sent = func() []string { return texts(body) }
	if etag != "" {
		r.header = http.Header{"If-Match": {etag}}
	}
	var out Resource
	if _, err := c.do(ctx, r, &out); err != nil {
		return nil, err
	}
	if out.ID() == "" {
		// 200 without a body, or 204: what was sent is what there is.
		return body, nil
	}
	return out, nil
}

// delete removes a resource. If an attempt got no answer and the next one finds
// nothing, the first one did it.
func (c *Client) delete(ctx context.Context, endpoint, id string) error {
	r, err := resourceRequest(http.MethodDelete, endpoint, id)
	if err != nil {
		return err
	}
	got, err := c.do(ctx, r, nil)
	if IsNotFound(err) && got.attempts > 1 {
		return nil
	}
	return err
}
