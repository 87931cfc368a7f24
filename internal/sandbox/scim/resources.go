package scim

import (
	"net/http"
	"strconv"
	"strings"
)

const (
	// defaultCount is the size of a page without count, maxCount the largest.
	defaultCount = 100
	maxCount     = 200
)

// list serves GET of a collection (RFC 7644, section 3.4.2).
func (t *Target) list(c *collection) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		query := r.URL.Query()
		start, err := number(query.Get("startIndex"), 1, "startIndex")
		if err != nil {
			writeError(w, err)
			return
		}
		count, err := number(query.Get("count"), defaultCount, "count")
		if err != nil {
			writeError(w, err)
			return
		}
		matches, err := compileFilter(c.kind, query.Get("filter"))
		if err != nil {
			writeError(w, err)
			return
		}
		show, err := projection(query.Get("attributes"), query.Get("excludedAttributes"))
		if err != nil {
			writeError(w, err)
			return
		}
		start, count = max(start, 1), min(max(count, 0), maxCount)
		resources, total := t.page(c, matches, show, t.baseURL(r), start, count)
		writeJSON(w, http.StatusOK, mediaType, map[string]any{
			"schemas": []string{urnListResponse}, "totalResults": total,
			"startIndex": start, "itemsPerPage": len(resources), "Resources": resources,
		})
	}
}

// page cuts a page out of what matches.
func (t *Target) page(c *collection, matches func(Resource) bool, show func(Resource) Resource, base string, start, count int) (page []Resource, total int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	memberships := t.memberships()
	page = []Resource{}
	for _, record := range c.order {
		if !matches(record.body) {
			continue
		}
		total++
		if total >= start && len(page) < count {
			page = append(page, show(t.render(c, record, base, memberships)))
		}
	}
	return page, total
}

func number(text string, otherwise int, name string) (int, error) {
	if text == "" {
		return otherwise, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		return 0, badRequest("invalidValue", "%s must be a whole number.", name)
	}
	return n, nil
}

// create serves POST.
func (t *Target) create(c *collection) http.HandlerFunc {
	return t.writing(c, http.StatusCreated, func(_ *record, in map[string]any) (*record, error) {
		body, err := t.wholeResource(c, in)
		if err != nil {
			return nil, err
		}
		return t.insert(c, "", body)
	})
}

// replace serves PUT.
func (t *Target) replace(c *collection) http.HandlerFunc {
	return t.writing(c, http.StatusOK, func(r *record, in map[string]any) (*record, error) {
		body, err := t.wholeResource(c, in)
		if err != nil {
			return nil, err
		}
		return r, t.update(c, r, body)
	})
}

// wholeResource checks the body of POST or PUT.
func (t *Target) wholeResource(c *collection, in map[string]any) (Resource, error) {
	named := false
	schemas, _ := member(in, "schemas").([]any)
	for _, item := range schemas {
		urn, _ := item.(string)
		named = named || strings.EqualFold(urn, c.kind.core.id)
	}
	if !named {
		return nil, badRequest("invalidSyntax", "schemas must hold %s.", c.kind.core.id)
	}
	return t.normalise(c.kind, in)
}

// patch serves PATCH (RFC 7644, section 3.5.2).
func (t *Target) patch(c *collection) http.HandlerFunc {
	if t.options.WithoutPatch {
		return func(w http.ResponseWriter, _ *http.Request) {
			writeError(w, &scimError{status: http.StatusNotImplemented, detail: "PATCH is not supported."})
		}
	}
	return t.writing(c, http.StatusOK, func(r *record, in map[string]any) (*record, error) {
		operations, err := parsePatch(in)
		if err != nil {
			return nil, err
		}
		body, err := t.apply(c.kind, clone(r.body), operations)
		if err != nil {
			return nil, err
		}
		return r, t.update(c, r, body)
	})
}

// writing serves a request with a body: change gets the resource that the path
// names, nil where it names none, and the body.
func (t *Target) writing(c *collection, status int, change func(*record, map[string]any) (*record, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		show, err := projection(r.URL.Query().Get("attributes"), r.URL.Query().Get("excludedAttributes"))
		if err != nil {
			writeError(w, err)
			return
		}
		in, err := readBody(w, r)
		if err != nil {
			writeError(w, err)
			return
		}
		out, version, err := t.locked(c, r, func(record *record) (*record, error) { return change(record, in) })
		if err != nil {
			writeError(w, err)
			return
		}
		if meta, ok := out["meta"].(map[string]any); ok && status == http.StatusCreated {
			location, _ := meta["location"].(string)
			w.Header().Set("Location", location)
		}
		w.Header().Set("ETag", version)
		writeJSON(w, status, mediaType, show(out))
	}
}

// locked finds the resource that a path names, lets it be changed, and renders it.
func (t *Target) locked(c *collection, r *http.Request, change func(*record) (*record, error)) (out Resource, version string, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	var found *record
	if id := r.PathValue("id"); id != "" {
		if found, err = t.precondition(c, r, id); err != nil {
			return nil, "", err
		}
	}
	changed, err := change(found)
	if err != nil {
		return nil, "", err
	}
	return t.render(c, changed, t.baseURL(r), t.memberships()), changed.etag(), nil
}

// precondition finds a resource and checks If-Match.
func (t *Target) precondition(c *collection, r *http.Request, id string) (*record, error) {
	found := c.byID[id]
	if found == nil {
		return nil, &scimError{status: http.StatusNotFound, detail: "There is no " + c.kind.name + " " + strconv.Quote(id) + "."}
	}
	if wanted := r.Header.Get("If-Match"); wanted != "" && wanted != "*" && !hasETag(wanted, found.etag()) {
		return nil, &scimError{status: http.StatusPreconditionFailed, detail: "The resource has changed: its version is another one."}
	}
	return found, nil
}

// hasETag looks for a version in a list of them.
func hasETag(list, version string) bool {
	for item := range strings.SplitSeq(list, ",") {
		if strings.TrimPrefix(strings.TrimSpace(item), "W/") == strings.TrimPrefix(version, "W/") {
			return true
		}
	}
	return false
}

// get serves GET of one resource.
func (t *Target) get(c *collection) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		show, err := projection(r.URL.Query().Get("attributes"), r.URL.Query().Get("excludedAttributes"))
		if err != nil {
			writeError(w, err)
			return
		}
		out, version, err := t.locked(c, r, func(record *record) (*record, error) { return record, nil })
		if err != nil {
			writeError(w, err)
			return
		}
		w.Header().Set("ETag", version)
		if known := r.Header.Get("If-None-Match"); known != "" && hasETag(known, version) {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		writeJSON(w, http.StatusOK, mediaType, show(out))
	}
}

// remove serves DELETE.
func (t *Target) remove(c *collection) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		t.mu.Lock()
		_, err := t.precondition(c, r, r.PathValue("id"))
		if err == nil {
			t.delete(c, r.PathValue("id"))
		}
		t.mu.Unlock()
		if err != nil {
			writeError(w, err)
			return
		}
		w.WriteHeader(http.StatusNoContent)
	}
}
