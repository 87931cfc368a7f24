package tfx

import (
	"regexp"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
)

// fieldName is the form of a header's name: a token (RFC 9110, section 5.6.2).
var fieldName = regexp.MustCompile("^[A-Za-z0-9!#$%&'*+.^_`|~-]+$")

// IsHeaderName reports whether a header can have that name.
func IsHeaderName(name string) bool { return fieldName.MatchString(name) }

// IsHeaderValue reports whether a text can stand in a header.
func IsHeaderValue(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f })
}

// HeaderValue accepts what can stand in a header. What it says never repeats the
// value.
func HeaderValue() validator.String {
	return Checked("Invalid header", "must be the value of a header", func(value string) string {
		if !IsHeaderValue(value) {
			return "The value holds a character that no header can have, such as a line break."
		}
		return ""
	})
}
