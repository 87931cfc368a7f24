package expression_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/personio-community/terraform-provider-personio/internal/attribute"
	"github.com/personio-community/terraform-provider-personio/internal/expression"
)

func TestCompileShowsWhatIsWrongAndWhere(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		text         string
		kind         expression.Kind
		line, column int
		message      string
	}{
		{"", expression.Filter, 1, 1, "the expression is empty"},
		{" \n\t", expression.Filter, 1, 1, "the expression is empty"},
		{strings.Repeat("ä", expression.MaxLength+1), expression.Filter, 1, expression.MaxLength + 1, "more than 8000"},

		// Names.
		{"departmnt == 'IT'", expression.Filter, 1, 1, "there is no attribute departmnt; did you mean department?"},
		{"status == 'ä' &&\n  ofice == 'x'", expression.Filter, 2, 3, "there is no attribute ofice; did you mean office?"},
		{"status == 'ää' && departmnt == 'IT'", expression.Filter, 1, 19, "there is no attribute departmnt"},
		{"status == active", expression.Filter, 1, 11, "text stands in quotes"},
		{".first_name == 'x'", expression.Filter, 1, 2, "did you mean first_name?"},
		{"dynamic_abc == 1", expression.Filter, 1, 1, "dynamic_abc is no key of a custom attribute: these are dynamic_ and the number"},
		{"dynamic_ == 1", expression.Filter, 1, 1, "is no key of a custom attribute"},
		{"dynamic_0 == 1", expression.Filter, 1, 1, "is no key of a custom attribute"},
		{"cost_centers.exists(c, d == 'x')", expression.Filter, 1, 24, "there is no attribute d"},
		{"cost_centers.exists(c, c == 'x') && c == 'x'", expression.Filter, 1, 37, "there is no attribute c"},
		{"supervisor == 'x'", expression.Filter, 1, 1, "supervisor is a person"},
		{"'Team ' + supervisor", expression.GroupName, 1, 11, "supervisor is a person"},
		{"supervisor.frist_name", expression.Value, 1, 12, "a supervisor has no attribute frist_name; did you mean first_name"},
		{"supervisor.supervisor", expression.Value, 1, 12, "a supervisor has no attribute supervisor"},
		{"supervisor['first_name']", expression.Value, 1, 1, "supervisor is a person"},
		{"lower(first_name)", expression.Value, 1, 1, "there is no function lower; there are"},
		{"first_name.toLower()", expression.Value, 1, 12, "there is no function toLower"},
		{"type(first_name) == type('x')", expression.Filter, 1, 1, "there is no function type"},
		{"'%s'.format([first_name])", expression.Value, 1, 6, "there is no function format"},
		{"now() > hire_date", expression.Filter, 1, 1, "there is no function now"},
		{"cost_centers.exists(c)", expression.Filter, 1, 14, "exists is written list.exists(x, x == 'a')"},
		{"has(first_name)", expression.Filter, 1, 5, "has()"},
		{"Point{x: 1}", expression.Value, 1, 6, "cannot be part of an expression"},

		// Types.
		{"weekly_working_hours + 'x'", expression.Value, 1, 22, "+ does not take double, string; string(x) makes a string of a number"},
		{"'Team ' + id", expression.GroupName, 1, 9, "+ does not take string, int; string(x)"},
		{"first_name > 3", expression.Filter, 1, 12, "> does not take string, int"},
		{"first_name == 3", expression.Filter, 1, 12, "== compares values of one type, not string, int"},
		{"first_name in [3]", expression.Filter, 1, 12, "in does not take string, list(int)"},
		{"first_name in 'Ann'", expression.Filter, 1, 12, "in does not take string, string"},
		{"first_name && true", expression.Filter, 1, 1, "true or false is needed here, not string"},
		{"!first_name", expression.Filter, 1, 1, "! does not take string"},
		{"department.name == 'IT'", expression.Filter, 1, 12, "a value of type string has no members"},
		{"has(department.name)", expression.Filter, 1, 1, "a value of type string has no members"},
		{"first_name[0]", expression.Value, 1, 11, "[ ] cannot take an entry out of string, int"},
		{"first_name.exists(x, x == 'a')", expression.Filter, 1, 1, "a list is needed here, not string"},
		{"status == 'a' ? 'x' : 1", expression.Value, 1, 15, "both results of ? : must be of one type"},
		{"size(id)", expression.Value, 1, 1, "size() does not take int"},
		{"first_name.startsWith(3)", expression.Filter, 1, 12, "startsWith() does not take string, int"},
		{"today == 3", expression.Filter, 1, 7, "== compares values of one type"},
		{"first_name.matches('a(b')", expression.Filter, 1, 20, "this is no regular expression (RE2): missing closing )"},

		// Bounds.
		{"[1]" + strings.Repeat(".map(x, x)", 33), expression.Value, 1, 0, "more than 32 places"},

		{strings.Repeat("[", 66) + "1" + strings.Repeat("]", 66), expression.Value, 1, 65, "more than 64 lists or objects"},

		// Results.
		{"first_name", expression.Filter, 1, 1, "a filter must give true or false, not a string"},
		{"  id + 1", expression.Filter, 1, 3, "a filter must give true or false, not an int"},
		{"dynamic_4711", expression.Filter, 1, 1, "compare it with something"},
		{"status == 'a' ? true : null", expression.Filter, 1, 1, "a filter must give true or false"},
		{"cost_centers", expression.GroupName, 1, 1, "a group name must be a string or null, not a list"},
		{"id", expression.GroupName, 1, 1, "a group name must be a string or null, not an int"},
		{"{'a': 1}", expression.Value, 1, 1, "not an object"},
		{"timestamp('2024-01-01T00:00:00Z')", expression.Value, 1, 1, "not a timestamp; string(x)"},
		{"[b'x']", expression.Value, 1, 1, "an attribute mapping must give"},

		// Syntax.
		{"first_name == ", expression.Filter, 1, 15, "syntax error: the expression ends too early"},
		{"first_name = 'x'", expression.Filter, 1, 12, "unexpected = ; equality is written =="},
		{"status == 'a' and id == 3", expression.Filter, 1, 15, "unexpected and; both is written &&"},
		{"status == 'a", expression.Filter, 1, 11, "the text that begins here has no closing quote"},
		{"(id == 3", expression.Filter, 1, 9, "missing ')' at the end of the expression"},
		{"id == 3)", expression.Filter, 1, 8, "unexpected )"},
		{strings.Repeat("(", 300) + "1" + strings.Repeat(")", 300), expression.Value, 1, 0, "recursion"},
	} {
		_, err := expression.Compile(test.text, test.kind)
		wrong, ok := errors.AsType[*expression.Error](err)
		if !ok {
			t.Errorf("%s: %v", test.text, err)
			continue
		}
		if wrong.Line != test.line || test.column != 0 && wrong.Column != test.column || !strings.Contains(wrong.Message, test.message) {
			t.Errorf("%.60s: %d:%d %s; want %d:%d %s", test.text, wrong.Line, wrong.Column, wrong.Message, test.line, test.column, test.message)
		}
		if wrong.Source != test.text {
			t.Errorf("%s: source %q", test.text, wrong.Source)
		}
		if strings.Contains(wrong.Message, "@") || strings.Contains(wrong.Message, "container") {
			t.Errorf("%s: %s", test.text, wrong.Message)
		}
	}
}

func TestErrorPointsWithACaret(t *testing.T) {
	t.Parallel()
	_, err := expression.Compile("status == 'ä' &&\n\tofice == 'x' ||\n  true", expression.Filter)
	want := "2:2: there is no attribute ofice; did you mean office?\n  \tofice == 'x' ||\n  \t^"
	if err == nil || err.Error() != want {
		t.Errorf("%v\nwant\n%v", err, want)
	}
	_, err = expression.Compile(strings.Repeat("true || ", 100)+"ofice == ''"+strings.Repeat(" || true", 100), expression.Filter)
	lines := strings.Split(err.Error(), "\n")
	if len(lines) != 3 || len(lines[1]) > 120 {
		t.Fatal(err)
	}
	if at := strings.Index(lines[2], "^"); !strings.HasPrefix(lines[1][at:], "ofice") {
		t.Errorf("the caret is beside it:\n%v", err)
	}
}

func TestEveryAttributeIsAVariable(t *testing.T) {
	t.Parallel()
	for _, a := range attribute.System() {
		program, err := expression.Compile(a.Key+" == null", expression.Filter)
		if err != nil {
			t.Error(err)
			continue
		}
		if got, err := program.Eval(nil, ""); got != true || err != nil {
			t.Errorf("%s of nobody: %v, %v", a.Key, got, err)
		}
		if a.Key == "supervisor" {
			continue
		}
		program, err = expression.Compile("supervisor."+a.Key+" == null", expression.Filter)
		if err != nil {
			t.Error(err)
			continue
		}
		if got, err := program.Eval(nil, ""); got != true || err != nil {
			t.Errorf("supervisor.%s of nobody: %v, %v", a.Key, got, err)
		}
	}
}
