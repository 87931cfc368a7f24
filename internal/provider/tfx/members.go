package tfx

import (
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/path"
)

// Members says where an attribute is that a member of a request body becomes,
// if it has another name or does not stand at the top. Keys are JSON pointers
// without the leading slash, values are the names of attributes in the same
// notation. A * stands for any key of a map, in both:
//
//	"client_secret":        "client_secret_wo"
//	"scim/token":           "scim/token_wo"
//	"group_mapping/*/name": "group_mapping/*/name"
//
// Of several keys that a pointer begins with, the longest counts. A pointer that
// none of them matches names the attribute of its first member: scopes for
// /scopes/3.
type Members map[string]string

// anyKey stands for any key of a map.
const anyKey = "*"

// attributeAt is the attribute that a JSON pointer (RFC 6901) into the request
// body names; ok is false for the whole body or for what is not in it.
func (m Members) attributeAt(pointer string) (at path.Path, ok bool) {
	inBody, ok := strings.CutPrefix(pointer, "/")
	if !ok {
		return path.Empty(), false
	}
	tokens := strings.Split(inBody, "/")
	for i, token := range tokens {
		tokens[i] = strings.ReplaceAll(strings.ReplaceAll(token, "~1", "/"), "~0", "~")
	}
	for n := len(tokens); n > 0; n-- {
		for pattern, attribute := range m {
			if keys, matches := match(strings.Split(pattern, "/"), tokens[:n]); matches {
				return attributePath(strings.Split(attribute, "/"), keys), true
			}
		}
	}
	return path.Root(tokens[0]), true
}

// match compares a pointer's tokens with a pattern and returns what its * stand
// for.
func match(pattern, tokens []string) (keys []string, ok bool) {
	if len(pattern) != len(tokens) {
		return nil, false
	}
	for i, want := range pattern {
		switch want {
		case anyKey:
			keys = append(keys, tokens[i])
		case tokens[i]:
		default:
			return nil, false
		}
	}
	return keys, true
}

// attributePath is the path of an attribute, with the keys in place of its *.
func attributePath(names, keys []string) path.Path {
	at := path.Root(names[0])
	for _, name := range names[1:] {
		if name == anyKey && len(keys) > 0 {
			at, keys = at.AtMapKey(keys[0]), keys[1:]
			continue
		}
		at = at.AtName(name)
	}
	return at
}
