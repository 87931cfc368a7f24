package expression_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
	"pgregory.net/rapid"

	"github.com/personio-community/terraform-provider-personio/internal/attribute"
	"github.com/personio-community/terraform-provider-personio/internal/expression"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m)
}

func berlin(t *testing.T) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

// Attributes of each type, of the person or of the supervisor.
var (
	texts   = []string{"first_name", "department", "status", "hire_date", "supervisor.first_name", "supervisor.office", "termination_date"}
	numbers = []string{"weekly_working_hours", "fix_salary", "supervisor.weekly_working_hours"}
)

// Generators are made anew for each test: one that parallel tests share writes its own name while they read it.
func text() *rapid.Generator[string] {
	return rapid.SampledFrom([]string{"", "IT", "active", "2024-01-01", "Ä"})
}

func null() *rapid.Generator[any] { return rapid.Just[any](nil) }

func anyOf(generators ...*rapid.Generator[any]) *rapid.Generator[any] {
	return rapid.OneOf(generators...)
}

// sound draws a person whose values have the types of the catalogue, or are null.
func sound(depth int) *rapid.Generator[expression.Person] {
	return rapid.Custom(func(t *rapid.T) expression.Person {
		person := expression.Person{}
		for _, key := range texts {
			if !strings.Contains(key, ".") {
				person[key] = anyOf(null(), text().AsAny()).Draw(t, key)
			}
		}
		for _, key := range []string{"weekly_working_hours", "fix_salary"} {
			person[key] = anyOf(null(), rapid.Float64Range(-100, 100).AsAny()).Draw(t, key)
		}
		person["cost_centers"] = anyOf(null(), rapid.SliceOfN(text(), 0, 3).AsAny()).Draw(t, "cost_centers")
		if depth > 0 && rapid.Bool().Draw(t, "supervised") {
			person["supervisor"] = sound(depth-1).Draw(t, "supervisor")
		}
		for key := range person {
			if rapid.IntRange(0, 5).Draw(t, "absent") == 0 {
				delete(person, key)
			}
		}
		return person
	})
}

// odd draws a person with any value anywhere.
func odd() *rapid.Generator[expression.Person] {
	value := anyOf(null(), text().AsAny(), rapid.Int64().AsAny(), rapid.Float64().AsAny(), rapid.Bool().AsAny(),
		rapid.SliceOfN(text(), 0, 3).AsAny(), rapid.Just[any](expression.Unreadable{Reason: "x"}), rapid.Just[any](struct{ x int }{1}),
		rapid.Just[any](map[string]any{"name": nil}), rapid.Just[any]([]any{nil, 1, "x", []any{}}), sound(1).AsAny())
	return rapid.Custom(func(t *rapid.T) expression.Person {
		person := expression.Person{}
		for _, a := range attribute.System() {
			person[a.Key] = value.Draw(t, a.Key)
		}
		person["dynamic_1"], person["dynamic_2"] = value.Draw(t, "dynamic_1"), value.Draw(t, "dynamic_2")
		return person
	})
}

// comparison draws a comparison that the checker accepts, with its operands.
func comparison() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		left := rapid.SampledFrom(texts).Draw(t, "left")
		right := rapid.OneOf(rapid.SampledFrom(texts), rapid.Map(text(), func(s string) string { return "'" + s + "'" })).Draw(t, "right")
		number := rapid.SampledFrom(numbers).Draw(t, "number")
		operator := rapid.SampledFrom([]string{"==", "!=", "<", "<=", ">", ">="}).Draw(t, "operator")
		function := rapid.SampledFrom([]string{"startsWith", "endsWith", "contains"}).Draw(t, "function")
		return rapid.SampledFrom([]string{
			fmt.Sprintf("%s %s %s", left, operator, right),
			fmt.Sprintf("%s %s %d", number, operator, rapid.IntRange(-3, 40).Draw(t, "value")),
			fmt.Sprintf("%s %s fix_salary", number, operator),
			fmt.Sprintf("%s in [%s, 'IT']", left, right),
			fmt.Sprintf("%s in cost_centers", left),
			fmt.Sprintf("cost_centers.exists(c, c == %s)", right),
			fmt.Sprintf("cost_centers.all(c, c %s %s)", operator, right),
			fmt.Sprintf("%s.%s(%s)", left, function, right),
			fmt.Sprintf("%s.matches('^I')", left),
			fmt.Sprintf("%s == null", left),
			fmt.Sprintf("%s != null", number),
			fmt.Sprintf("dynamic_1 %s dynamic_2", operator),
			fmt.Sprintf("%s %s today", left, operator),
		}).Draw(t, "comparison")
	})
}

func filter() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		result := comparison().Draw(t, "first")
		for range rapid.IntRange(0, 4).Draw(t, "more") {
			next := comparison().Draw(t, "next")
			if rapid.Bool().Draw(t, "not") {
				next = "!(" + next + ")"
			}
			result = fmt.Sprintf("(%s) %s %s", result, rapid.SampledFrom([]string{"&&", "||"}).Draw(t, "logic"), next)
		}
		return result
	})
}

func TestComparisonsNeverFail(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		source, person := filter().Draw(t, "filter"), sound(1).Draw(t, "person")
		program, err := expression.Compile(source, expression.Filter)
		if err != nil {
			t.Fatal(err)
		}
		got, err := program.Eval(person, day)
		if _, ok := got.(bool); !ok || err != nil {
			t.Fatalf("%s: %v, %v", source, got, err)
		}
		if nobody, err := program.Eval(nil, day); err != nil {
			t.Fatalf("%s: %v, %v", source, nobody, err)
		}
	})
}

func TestComparingNullIsFalse(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		source := comparison().Draw(t, "comparison")
		if strings.Contains(source, "null") {
			return
		}
		// Only attributes are compared, so a person without any decides nothing.
		program, err := expression.Compile(source, expression.Filter)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := program.Eval(expression.Person{}, day); got != false || err != nil {
			t.Fatalf("%s: %v, %v", source, got, err)
		}
	})
}

func TestNothingPanics(t *testing.T) {
	t.Parallel()
	var programs []*expression.Program
	for _, source := range corpus {
		for _, kind := range []expression.Kind{expression.Filter, expression.Value, expression.GroupName} {
			if program, err := expression.Compile(source, kind); err == nil {
				programs = append(programs, program)
			}
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		person := odd().Draw(t, "person")
		for _, program := range programs {
			_, _ = program.Eval(person, day)
		}
	})
}

// corpus are expressions that hold every construct.
var corpus = []string{
	"status in ['active', 'onboarding', 'leave'] && employment_type == 'internal'",
	"'Abteilung ' + department",
	"supervisor.first_name + ' ' + supervisor.last_name + 's Team'",
	"has(supervisor.email) ? supervisor.email : null",
	"supervisor != null && !(team == null)",
	"cost_centers.exists(c, c == 'x') || cost_centers.map(c, c + '!').size() > 3",
	"cost_centers.filter(c, c != office).all(c, c.matches('[a-z]+'))",
	"cost_centers.exists_one(supervisor, supervisor == dynamic_1)",
	"dynamic_1[0] + dynamic_2.name",
	"dynamic_1 + dynamic_2 > 3.5 && dynamic_1 in dynamic_2",
	"dynamic_1 == dynamic_2",
	"dynamic_1.exists(x, x == dynamic_2[x])",
	"dynamic_1.map(x, [x, x])",
	"{'IT': 'Tech', department: null}[department]",
	"absence_entitlement[0].entitlement * 2",
	"weekly_working_hours * 2 - 1 / fix_salary in [40, -30.5]",
	"timestamp(hire_date + 'T00:00:00Z') - duration('24h') < timestamp(today + 'T00:00:00Z')",
	"timestamp(created_at).getDayOfWeek('Europe/Berlin') % 2",
	"[first_name, last_name, null].join(' ').trim().split(' ')",
	"first_name.lowerAscii().replace('ä', 'ae').substring(0, 3).reverse()",
	"string(id) + string(fix_salary) + string(dynamic_1)",
	"int(dynamic_1) + int(position)", "double(dynamic_1)", "bool(dynamic_1) && !bool(dynamic_2)", "-dynamic_1", "dyn(first_name)",
	"size(dynamic_1) >= size(first_name)", "first_name.charAt(0) + first_name.indexOf('a') == null ? 1 : 2",
	"departmnt == 'x'", "dynamic_x", "first_name + 3", "supervisor", "supervisor.supervisor", "", "((", "'", "\"\\u00", "a.b.c()", "x{y: 1}", "b'\\xff'",
	"first_name = 'x'", "\x00", "\xff\xfe", "1e999", "9223372036854775808", "-9223372036854775808 / -1", "[1][-1]", "{}[1]", "null + null", "null.x[null]", "!null", "has(null.x)",
	"first_name.matches('(')", "'a'.matches(first_name)", "[1].all(a, a % matches())", "size()", "''.size(1, 2)", "dyn()", "bool(1, 2)", "[].map(x, x)", "first_name\n\n==\r\n'x'", "// comment\ntrue", "today", "@null", "first_name.@member('x')",
}

func FuzzCompile(f *testing.F) {
	for i, source := range corpus {
		f.Add(source, i%3)
	}
	people := []expression.Person{nil, ann(), {"dynamic_1": "5", "dynamic_2": 1.5, "cost_centers": []string{""}}}
	f.Fuzz(func(t *testing.T, source string, kind int) {
		defer func(began time.Time) {
			if took := time.Since(began); took > 5*time.Second {
				t.Errorf("took %v", took)
			}
		}(time.Now())
		program, err := expression.Compile(source, expression.Kind(kind))
		if err != nil {
			if shown := err.Error(); !strings.Contains(shown, "\n") {
				t.Errorf("no position: %s", shown)
			}
			return
		}
		for _, key := range program.Attributes() {
			if !attribute.Known(key) {
				t.Errorf("attribute %q", key)
			}
		}
		for _, person := range people {
			value, err := program.Eval(person, day)
			if err != nil && value != nil {
				t.Errorf("%v beside %v", value, err)
			}
		}
	})
}
