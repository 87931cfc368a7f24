package sandbox

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// page says which part of a v2 list is asked for.
type page struct {
	limit int
	after int        // where the page before ended: an id or a count, as the list likes
	query url.Values // the filters: of the first request, also on later pages
}

// cursor is what a cur_... string holds. It remembers the filters and the limit
// of the first request, because the next link carries nothing else.
type cursor struct {
	Path  string `json:"p"`
	Query string `json:"q"`
	Limit int    `json:"l"`
	After int    `json:"a"`
}

const cursorPrefix = "cur_"

var (
	errLimit  = errors.New("Provided value for limit is not valid") //nolint:staticcheck // as v2 writes it
	errCursor = errors.New("the cursor is not valid")
)

// readPage reads limit and cursor.
func (s *Sandbox) readPage(r *http.Request, defaultLimit, maxLimit int) (page, error) {
	p := page{limit: defaultLimit, query: r.URL.Query()}
	text := p.query.Get("limit")
	if opaque := p.query.Get("cursor"); opaque != "" {
		c, ok := s.openCursor(opaque)
		if !ok || c.Path != r.URL.Path {
			return page{}, errCursor
		}
		query, err := url.ParseQuery(c.Query)
		if err != nil {
			return page{}, errCursor
		}
		p = page{limit: c.Limit, after: c.After, query: query}
	}
	p.query.Del("limit")
	p.query.Del("cursor")
	if text != "" {
		limit, err := strconv.Atoi(text)
		if err != nil || limit < 1 || limit > maxLimit {
			return page{}, errLimit
		}
		p.limit = limit
	}
	return p, nil
}

type link struct {
	Href string `json:"href"`
}

// writePage writes one page; a page that is not the last carries the next link.
func (s *Sandbox) writePage(w http.ResponseWriter, r *http.Request, p page, data []any, last bool, after int) {
	links := map[string]link{"self": {origin(r) + r.URL.RequestURI()}}
	if !last {
		opaque := s.sealCursor(cursor{Path: r.URL.Path, Query: p.query.Encode(), Limit: p.limit, After: after})
		links["next"] = link{origin(r) + r.URL.Path + "?cursor=" + opaque}
	}
	writeJSON(w, http.StatusOK, "application/json", map[string]any{
		"_data": data,
		"_meta": map[string]any{"links": links},
	})
}

// writeSlice writes the part of a whole list that the page asks for.
func writeSlice[T any](s *Sandbox, w http.ResponseWriter, r *http.Request, p page, all []T, show func(T) any) {
	start := min(p.after, len(all))
	end := min(start+p.limit, len(all))
	data := make([]any, 0, end-start)
	for _, element := range all[start:end] {
		data = append(data, show(element))
	}
	s.writePage(w, r, p, data, end == len(all), end)
}

func (s *Sandbox) sealCursor(c cursor) string {
	encoded, _ := json.Marshal(c) //nolint:errchkjson // strings and numbers always marshal
	return cursorPrefix + base64.RawURLEncoding.EncodeToString(append(s.seal(encoded), encoded...))
}

func (s *Sandbox) openCursor(opaque string) (cursor, bool) {
	var c cursor
	encoded, ok := strings.CutPrefix(opaque, cursorPrefix)
	if !ok {
		return c, false
	}
	decoded, err := base64.RawURLEncoding.DecodeString(encoded)
	if err != nil || len(decoded) < sealSize || !hmac.Equal(decoded[:sealSize], s.seal(decoded[sealSize:])) {
		return c, false
	}
	return c, json.Unmarshal(decoded[sealSize:], &c) == nil
}

const sealSize = 8

// seal makes sure that a cursor is one of ours: a client cannot make one up.
func (s *Sandbox) seal(encoded []byte) []byte {
	mac := hmac.New(sha256.New, s.cursorKey[:])
	mac.Write(encoded)
	return mac.Sum(nil)[:sealSize]
}
