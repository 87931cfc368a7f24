package passthrough

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/personio-community/terraform-provider-personio/internal/gateway/token"
)

// filter copies a JSON body from Personio to a client and leaves out what the
// client may not read, while it streams: it holds one value of one person at a
// time, never a page. It knows the shapes of the bodies and keeps what it
// knows; everything else is dropped and counted. Duplicate names and invalid
// UTF-8, which could hide a member, are errors of the decoder.
type filter struct {
	dec *jsontext.Decoder
	enc *jsontext.Encoder
	// allow says whether the attribute with a v1 key may be read.
	allow func(key string) bool
	// keyOfUniversalID finds a custom attribute by its universal id.
	keyOfUniversalID func(universalID string) string
	// link rewrites an URL of Personio's API to one of the gateway.
	link func(url string) string
	// principal is whom the answer is for, documents what is known of documents:
	// for the shapes whose lists are cut by more than attributes.
	principal *token.Principal
	documents *documents

	// These say how records are copied, see shape_records.go: members left out by
	// name, whether people are candidates, and which elements of the list pass.
	omitted    map[string]bool
	candidates bool
	pass       func(element jsontext.Value) bool

	// people and dropped count persons passed on and members left out.
	people, dropped int
}

func newFilter(w io.Writer, r io.Reader) *filter {
	return &filter{dec: jsontext.NewDecoder(r), enc: jsontext.NewEncoder(w)}
}

// object copies an object: for each member, member decides with the name still
// unwritten. It must consume the value by exactly one of keep, drop or put.
func (f *filter) object(member func(name string) error) error {
	if err := f.begin('{'); err != nil {
		return err
	}
	for f.dec.PeekKind() != '}' {
		token, err := f.dec.ReadToken()
		if err != nil {
			return err
		}
		if err := member(token.String()); err != nil {
			return err
		}
	}
	return f.end()
}

// array copies an array: element copies or drops one element.
func (f *filter) array(element func() error) error {
	if err := f.begin('['); err != nil {
		return err
	}
	for f.dec.PeekKind() != ']' {
		if err := element(); err != nil {
			return err
		}
	}
	return f.end()
}

// begin copies the opening token of an object or array.
func (f *filter) begin(kind jsontext.Kind) error {
	token, err := f.dec.ReadToken()
	if err != nil {
		return err
	}
	if token.Kind() != kind {
		return fmt.Errorf("expected %s, found %s", kind, token.Kind())
	}
	return f.enc.WriteToken(token)
}

// end copies the closing token.
func (f *filter) end() error {
	token, err := f.dec.ReadToken()
	if err != nil {
		return err
	}
	return f.enc.WriteToken(token)
}

// put writes a member's name and lets value copy its value.
func (f *filter) put(name string, value func() error) error {
	if err := f.enc.WriteToken(jsontext.String(name)); err != nil {
		return err
	}
	return value()
}

// keep copies a member as it is.
func (f *filter) keep(name string) error { return f.put(name, f.copy) }

// keepIf copies a member, or drops it.
func (f *filter) keepIf(allowed bool, name string) error {
	if !allowed {
		return f.drop()
	}
	return f.keep(name)
}

// drop leaves out a value and counts it.
func (f *filter) drop() error {
	f.dropped++
	return f.dec.SkipValue()
}

// copy copies a value as it is.
func (f *filter) copy() error {
	value, err := f.dec.ReadValue()
	if err != nil {
		return err
	}
	return f.enc.WriteValue(value)
}

// orNull runs known for a value of one kind; null is copied, and a value of any
// other kind is left out as null, since nothing is known about it.
func (f *filter) orNull(kind jsontext.Kind, known func() error) error {
	switch f.dec.PeekKind() {
	case kind:
		return known()
	case 'n':
		return f.copy()
	}
	if err := f.drop(); err != nil {
		return err
	}
	return f.enc.WriteToken(jsontext.Null)
}

// reference copies an object that points to something: its id and nothing else.
func (f *filter) reference() error {
	return f.orNull('{', func() error {
		return f.object(func(name string) error { return f.keepIf(name == "id", name) })
	})
}

// links copies _meta: its links that pass, rewritten, and nothing else.
func (f *filter) links(pass func(name string) bool) error {
	return f.orNull('{', func() error {
		return f.object(func(name string) error {
			if name != "links" {
				return f.drop()
			}
			return f.put(name, func() error {
				return f.orNull('{', func() error {
					return f.object(func(name string) error {
						if !pass(name) {
							return f.drop()
						}
						return f.put(name, f.href)
					})
				})
			})
		})
	})
}

// href copies {"href": url} with the URL rewritten.
func (f *filter) href() error {
	return f.orNull('{', func() error {
		return f.object(func(name string) error {
			if name != "href" {
				return f.drop()
			}
			return f.put(name, f.url)
		})
	})
}

// url copies a string that is a URL, rewritten.
func (f *filter) url() error {
	return f.orNull('"', func() error {
		token, err := f.dec.ReadToken()
		if err != nil {
			return err
		}
		return f.enc.WriteToken(jsontext.String(f.link(token.String())))
	})
}

// peekString reads the string member of a small JSON object, "" if it has none.
func peekString(value jsontext.Value, name string) string {
	var members map[string]json.RawMessage
	if json.Unmarshal(value, &members) != nil {
		return ""
	}
	var text string
	if json.Unmarshal(members[name], &text) != nil {
		return ""
	}
	return text
}

// element reads one element of an array whole and keeps it if pass says so.
// Elements are small: an attribute, a reference.
func (f *filter) element(pass func(jsontext.Value) bool) error {
	value, err := f.dec.ReadValue()
	if err != nil {
		return err
	}
	if !pass(value) {
		f.dropped++
		return nil
	}
	return f.enc.WriteValue(value)
}

// allowCustom says whether a custom attribute may be read: by its id, which is
// the v1 key or its number, else by its universal id.
func (f *filter) allowCustom(id, universalID string) bool {
	switch {
	case strings.HasPrefix(id, "dynamic_"):
		return f.allow(id)
	case id != "" && strings.Trim(id, "0123456789") == "":
		return f.allow("dynamic_" + id)
	}
	key := f.keyOfUniversalID(universalID)
	return key != "" && f.allow(key)
}
