package scim_test

import (
	"strings"
	"testing"

	"github.com/personio-community/terraform-provider-personio/internal/gateway/scim"
)

func TestMask(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                                    "",
		"userName is required":                "userName is required",
		`User "Anna" exists`:                  `User "***" exists`,
		`User 'O'Brien' exists`:               `User '***' exists`,
		"User `anna' exists":                  "User `***' exists",
		"„Änne“ gibt es schon":                "„***“ gibt es schon",
		"“Anna” and «Ben»":                    "“***” and «***»",
		`it doesn't "a\"b" work`:              `it doesn't "***" work`,
		`open "Anna Schmidt`:                  `open "***`,
		"anna.schmidt+x@example.com is taken": "*** is taken",
		"änne@exämple.de":                     "***",
		"user <anna@example.com>, born 12.05.1990, room 7": "user <***>, born ***.***.***, room 7",
		"id 2819c223-7f76-453a-919d-413861904646 unknown":  "id *** unknown",
		"Anna Schmidt from Berlin":                         "*** *** from ***",
		"ANNA and Annabel":                                 "*** and ***bel",
		"Li and Linda":                                     "*** and Linda",
		`bad \xff bytes`:                                   `bad \xff bytes`,
	} {
		if got := scim.Mask(text, []string{"Anna", "Schmidt", "Berlin", "Li", "", "x", "\xff\xfe"}); got != want {
			t.Errorf("%s\n is %s\nnot %s", text, got, want)
		}
	}
}

func FuzzMask(f *testing.F) {
	f.Add(`User "Anna" exists`, "Anna")
	f.Add("open 'x", "\xff")
	f.Add("(?i)[", "[a-")
	f.Fuzz(func(t *testing.T, text, value string) {
		got := scim.Mask(text, []string{value})
		if len([]rune(value)) >= 4 && !strings.Contains(value, "*") && strings.Contains(got, value) {
			t.Errorf("%q still holds %q", got, value)
		}
	})
}
