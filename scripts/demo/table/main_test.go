package main

import (
	"bytes"
	"strings"
	"testing"
)

func TestRun(t *testing.T) {
	t.Parallel()

	const in = `[{"name":"Reporting","scopes":["a","b"],"last_used_at":null,"n":3},{"name":"Müller & Söhne","scopes":[]}]`
	var out bytes.Buffer
	if err := run(strings.NewReader(in), &out, []string{"name", "scopes", "last_used_at", "n"}); err != nil {
		t.Fatal(err)
	}
	want := "" +
		"NAME            SCOPES  LAST USED AT  N\n" +
		"Reporting       a, b    -             3\n" +
		"Müller & Söhne  -       -             -\n"
	if out.String() != want {
		t.Errorf("got\n%s\nwant\n%s", out.String(), want)
	}
}

func TestRunRefusesWhatIsNoTable(t *testing.T) {
	t.Parallel()

	var out bytes.Buffer
	if err := run(strings.NewReader(`{"name":"Reporting"}`), &out, []string{"name"}); err == nil {
		t.Error("an object was taken for a list")
	}
	if err := run(strings.NewReader(`[]`), &out, nil); err == nil {
		t.Error("a table without columns was accepted")
	}
}
