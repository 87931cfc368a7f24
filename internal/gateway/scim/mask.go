package scim

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// stars stand for a value.
const stars = "***"

// wholeWords is the length from which a known value is hidden inside words, too.
const wholeWords = 4

// maxDetail bounds what is kept of a service provider's words, in bytes.
const maxDetail = 2000

// revealing are the parts of a text that may say something about a person, even
// if nobody quoted them.
var revealing = regexp.MustCompile(
	`(?i)\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b` + // ids
		`|[^\s"'<>(),;:=\[\]]+@[^\s"'<>(),;:=\[\]]+` + // e-mail addresses
		`|\p{Nd}{2,}`, // numbers
)

// quotes are opening quotation marks and what closes them.
var quotes = map[rune]string{
	'"': `"`, '\'': `'`, '`': "`'", '“': `”“`, '”': `”`, '„': `“”`, '«': `»`, '»': `«`, '‘': `’`, '’': `’`, '‚': `‘’`, '‹': `›`, '「': `」`,
}

// mask hides values in a text: those given, and whatever looks like one. Long
// texts are cut.
func mask(text string, values []string) string {
	return revealing.ReplaceAllString(maskQuoted(maskValues(shorten(text), values)), stars)
}

// maskValues hides texts that are known. Short ones hide only whole words.
func maskValues(text string, values []string) string {
	values = slices.DeleteFunc(slices.Clone(values), func(v string) bool { return utf8.RuneCountInString(v) < 2 })
	if text == "" || len(values) == 0 {
		return text
	}
	// The longest first: a name may be part of an address.
	slices.SortFunc(values, func(a, b string) int { return len(b) - len(a) })
	for _, value := range slices.Compact(values) {
		// Only what occurs is worth a pattern; a group has thousands of members.
		if !containsFold(text, value) {
			continue
		}
		pattern := "(?i)()" + regexp.QuoteMeta(value) + "()"
		if utf8.RuneCountInString(value) < wholeWords {
			pattern = `(?i)(^|[^\p{L}\p{Nd}])` + regexp.QuoteMeta(value) + `($|[^\p{L}\p{Nd}])`
		}
		found, err := regexp.Compile(pattern)
		if err != nil { // not valid UTF-8
			text = strings.ReplaceAll(text, value, stars)
			continue
		}
		text = found.ReplaceAllString(text, "${1}"+stars+"${2}")
	}
	return text
}

func containsFold(text, part string) bool {
	return strings.Contains(strings.ToLower(text), strings.ToLower(part))
}

// maskQuoted hides what stands in quotation marks. An apostrophe opens nothing
// inside a word; a quotation that never closes hides the rest.
func maskQuoted(text string) string {
	var out strings.Builder
	runes := []rune(text)
	for i := 0; i < len(runes); i++ {
		closers, opens := quotes[runes[i]]
		if opens && isApostrophe(runes[i]) && i > 0 && isWord(runes[i-1]) {
			opens = false
		}
		out.WriteRune(runes[i])
		if !opens {
			continue
		}
		end := i + 1
		for end < len(runes) && !closes(runes, end, closers) {
			end++
		}
		out.WriteString(stars)
		if end < len(runes) {
			out.WriteRune(runes[end])
		}
		i = end
	}
	return out.String()
}

// closes reports whether the quotation ends here.
func closes(runes []rune, at int, closers string) bool {
	if !strings.ContainsRune(closers, runes[at]) || runes[at-1] == '\\' {
		return false
	}
	// O'Brien inside quotation marks.
	return !isApostrophe(runes[at]) || at+1 == len(runes) || !isWord(runes[at+1])
}

func isApostrophe(r rune) bool { return r == '\'' || r == '’' || r == '‘' || r == '`' }

func isWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// shorten cuts a text to [maxDetail] bytes.
func shorten(text string) string {
	if len(text) <= maxDetail {
		return text
	}
	cut := maxDetail
	for cut > 0 && !utf8.RuneStart(text[cut]) {
		cut--
	}
	return text[:cut] + "..."
}

// technical are the members whose values say nothing about a person.
var technical = []string{"schemas", "op", "path", "type", "meta", "$ref"}

// texts collects the texts of a request.
func texts(value any) []string {
	var out []string
	switch v := value.(type) {
	case string:
		out = append(out, v)
	case Resource:
		out = texts(map[string]any(v))
	case map[string]any:
		for key, member := range v {
			if !slices.Contains(technical, key) {
				out = append(out, texts(member)...)
			}
		}
	case []any:
		for _, item := range v {
			out = append(out, texts(item)...)
		}
	case []map[string]any:
		for _, item := range v {
			out = append(out, texts(item)...)
		}
	case []PatchOperation:
		for _, operation := range v {
			out = append(out, texts(operation.Value)...)
		}
	}
	return out
}
