package expression_test

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/personio-community/terraform-provider-personio/internal/expression"
)

// ann has a value of every kind, and null where her name is not.
func ann() expression.Person {
	return expression.Person{
		"id": int64(5), "first_name": "Ann", "last_name": nil, "status": "active", "department": "IT",
		"employment_type": "internal", "weekly_working_hours": 38.5, "hire_date": "2024-02-29",
		"cost_centers":        []string{"Berlin", "Köln"},
		"absence_entitlement": []any{map[string]any{"id": int64(1), "name": "Paid vacation", "entitlement": int64(30)}},
		"supervisor":          expression.Person{"id": int64(1), "first_name": "Bo", "last_name": nil},
		"office":              expression.Unreadable{Reason: "expected an object with a name, found a number"},
		"dynamic_1":           "Yes", "dynamic_2": int64(3), "dynamic_3": 1.5, "dynamic_4": []string{"English", "Deutsch"},
	}
}

const day = "2026-11-01"

func compile(t *testing.T, text string, kind expression.Kind) *expression.Program {
	t.Helper()
	program, err := expression.Compile(text, kind)
	if err != nil {
		t.Fatalf("%s\n%v", text, err)
	}
	return program
}

func TestFilters(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"status in ['active', 'onboarding', 'leave'] && employment_type == 'internal'": true,
		"status in ['inactive']":                           false,
		"true":                                             true,
		"weekly_working_hours == 38.5":                     true,
		"weekly_working_hours > 38":                        true,
		"weekly_working_hours in [40]":                     false,
		"weekly_working_hours * 2 == 77":                   true,
		"77 == weekly_working_hours * 2":                   true,
		"id == 5":                                          true,
		"'Köln' in cost_centers":                           true,
		"size(cost_centers) == 2":                          true,
		"cost_centers.exists(c, c.startsWith('Ber'))":      true,
		"cost_centers.all(c, c == 'Köln')":                 false,
		"cost_centers.exists_one(c, c == 'Köln')":          true,
		"absence_entitlement.exists(a, a.entitlement > 2)": true,
		"absence_entitlement.exists(a, a.category == 'x')": false,
		"absence_entitlement.exists(a, has(a.category))":   false,
		"first_name.matches('^A.n$')":                      true,
		"first_name.contains('nn') ? true : false":         true,
		"dynamic_1 == 'Yes'":                               true,
		"dynamic_2 >= 3 && dynamic_2 == 3.0":               true,
		"dynamic_2 * 1.5 == 4.5 && dynamic_3 * 2 == 3":     true,
		"'Deutsch' in dynamic_4":                           true,
		"hire_date < today && today == '2026-11-01'":       true,
		"timestamp(hire_date + 'T00:00:00Z') + duration('24h') == timestamp('2024-03-01T00:00:00Z')": true,

		// Null as a word is a test.
		"last_name == null":            true,
		"null != last_name":            false,
		"first_name != null":           true,
		"null == null":                 true,
		"supervisor == null":           false,
		"supervisor != null":           true,
		"supervisor.last_name == null": true,
		"has(supervisor.first_name)":   true,
		"has(supervisor.last_name)":    false,
		"has(supervisor.email)":        false,
		"dynamic_9 == null":            true,
		"team + 'x' == null":           true,

		// Comparing null is false, whichever way.
		"last_name == 'x'":                           false,
		"last_name != 'x'":                           false,
		"'x' != last_name":                           false,
		"!(last_name == 'x')":                        true,
		"last_name == team":                          false,
		"last_name != team":                          false,
		"last_name < 'x' || last_name <= 'x'":        false,
		"last_name > 'a' || last_name >= 'a'":        false,
		"vacation_day_balance < 3":                   false,
		"3 > vacation_day_balance":                   false,
		"termination_date < today":                   false,
		"last_name in ['x']":                         false,
		"last_name in ['x', null]":                   false,
		"first_name in [last_name, 'Ann']":           true,
		"'x' in dynamic_9":                           false,
		"last_name.startsWith('x')":                  false,
		"first_name.startsWith(last_name)":           false,
		"last_name.endsWith('x')":                    false,
		"last_name.contains('x')":                    false,
		"last_name.matches('.*')":                    false,
		"first_name.matches(last_name)":              false,
		"size(last_name) >= 0":                       false,
		"supervisor.last_name == 'x'":                false,
		"supervisor.email.endsWith('@x.com')":        false,
		"dynamic_9.exists(x, x == 'a')":              false,
		"dynamic_9.all(x, x == 'a')":                 false,
		"dynamic_9.exists_one(x, x == 'a')":          false,
		"dynamic_9.map(x, x + 'a') == null":          true,
		"[first_name, last_name].exists(x, x > 'B')": false,
		"dynamic_9[0] == 'x'":                        false,
		"{'Ann': 1}[last_name] == 1":                 false,
		"dynamic_9 == 'a' || dynamic_9 > 3":          false,

		// && and || need only what decides them.
		"false && bool(dynamic_9)": false,
		"true || bool(dynamic_9)":  true,
	} {
		got, err := compile(t, text, expression.Filter).Eval(ann(), day)
		if err != nil || got != want {
			t.Errorf("%s: %v, %v; want %v", text, got, err, want)
		}
	}
}

func TestValues(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]any{
		"first_name":                  "Ann",
		"last_name":                   nil,
		"team":                        nil,
		"null":                        nil,
		"'de'":                        "de",
		"id":                          int64(5),
		"weekly_working_hours":        38.5,
		"status == 'active'":          true,
		"cost_centers":                []any{"Berlin", "Köln"},
		"cost_centers[1]":             "Köln",
		"[]":                          []any{},
		"[first_name, last_name]":     []any{"Ann", nil},
		"'Abteilung ' + department":   "Abteilung IT",
		"'Team ' + team":              nil,
		"team + 'x' + first_name":     nil,
		"supervisor.first_name + '!'": "Bo!",
		"supervisor.first_name + ' ' + supervisor.last_name": nil,
		"supervisor.email":                                  nil,
		"weekly_working_hours + 1":                          39.5,
		"-weekly_working_hours":                             -38.5,
		"-vacation_day_balance":                             nil,
		"dynamic_2 + 1":                                     int64(4),
		"dynamic_3 + 1":                                     2.5,
		"dynamic_9 + 1":                                     nil,
		"dynamic_9":                                         nil,
		"department == 'IT' ? 'Tech' : null":                "Tech",
		"department == 'HR' ? 'People' : null":              nil,
		"team == null ? department : team":                  "IT",
		"{'IT': 'Tech', 'HR': 'People'}[department]":        "Tech",
		"{'IT': 'Tech'}[team]":                              nil,
		"string(id) + '@' + string(dynamic_3)":              "5@1.5",
		"string(last_name)":                                 nil,
		"size(last_name)":                                   nil,
		"first_name.lowerAscii() + first_name.upperAscii()": "annANN",
		"' a b '.trim().replace('b', 'c').substring(2)":     "c",
		"last_name.lowerAscii()":                            nil,
		"first_name.replace('A', team)":                     nil,
		"'a,b'.split(',')":                                  []any{"a", "b"},
		"cost_centers.join('/')":                            "Berlin/Köln",
		"cost_centers.map(c, c.upperAscii())":               []any{"BERLIN", "KöLN"},
		"cost_centers.filter(c, c != team)":                 []any{},
		"dynamic_9.filter(c, c == 'a')":                     nil,
		"dynamic_4":                                         []any{"English", "Deutsch"},
		"absence_entitlement[0].name":                       "Paid vacation",
		"absence_entitlement[0].category":                   nil,
		"int('7') + int(3.0)":                               int64(10),
		"string(timestamp(hire_date + 'T00:00:00Z'))":       "2024-02-29T00:00:00Z",
		"timestamp(hire_date + 'T00:00:00Z').getFullYear()": int64(2024),
		"today": day,
		"cost_centers.map(supervisor, supervisor + 'x')[0]": "Berlinx",
	} {
		got, err := compile(t, text, expression.Value).Eval(ann(), day)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%s: %v\n%s", text, err, diff)
		}
	}
}

func TestGroupNames(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]any{
		"'Abteilung ' + department":  "Abteilung IT",
		"supervisor.first_name":      "Bo",
		"supervisor.last_name + 's'": nil,
		"team":                       nil,
		"null":                       nil,
		"dynamic_1":                  "Yes",
		"''":                         "",
	} {
		got, err := compile(t, text, expression.GroupName).Eval(ann(), day)
		if err != nil || got != want {
			t.Errorf("%s: %v, %v; want %v", text, got, err, want)
		}
	}
	nobody := expression.Person{}
	if got, err := compile(t, "supervisor.first_name + ' ' + supervisor.last_name + 's Team'", expression.GroupName).Eval(nobody, day); got != nil || err != nil {
		t.Errorf("without a supervisor: %v, %v", got, err)
	}
}

func TestEvaluationFails(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		text         string
		kind         expression.Kind
		line, column int
		message      string
	}{
		{"!bool(dynamic_9)", expression.Filter, 1, 1, "! needs true or false, not null (from dynamic_9)"},
		{"bool(dynamic_9) && true", expression.Filter, 1, 17, "&& needs true or false on both sides"},
		{"false || dynamic_1", expression.Filter, 1, 7, "|| needs true or false on both sides, not null or another value (from dynamic_1)"},
		{"dynamic_1 ? true : false", expression.Filter, 1, 11, "the condition of ? : must be true or false"},
		{"bool(dynamic_9)", expression.Filter, 1, 1, "a filter may not give null (from dynamic_9)"},
		{"dynamic_2 > 'a'", expression.Filter, 1, 11, "> does not take int, string (from dynamic_2)"},
		{"dynamic_2 == '3'", expression.Filter, 1, 11, "== compares values of one type, not int, string (from dynamic_2)"},
		{"dynamic_1 != 3", expression.Filter, 1, 11, "!= compares values of one type, not string, int (from dynamic_1)"},
		{"dynamic_2 in ['1', '3']", expression.Filter, 1, 11, "in does not take int, list (from dynamic_2)"},
		{"'a' in dynamic_1", expression.Filter, 1, 5, "in does not take string, string (from dynamic_1)"},
		{"dynamic_1 * 2", expression.Value, 1, 11, "* does not take string, int (from dynamic_1)"},
		{"int(dynamic_1)", expression.Value, 1, 1, "int() cannot be computed for this value (string) (from dynamic_1)"},
		{"true &&\n  timestamp(dynamic_1) > timestamp(first_name)", expression.Filter, 2, 3, "timestamp() cannot be computed for this value (string) (from dynamic_1)"},
		{"first_name.matches(dynamic_1 + '(')", expression.Filter, 1, 12, "matches() cannot be computed"},
		{"first_name.substring(9)", expression.Value, 1, 12, "substring() cannot be computed"},
		{"{'HR': 'x'}[department]", expression.Value, 1, 12, "there is no such entry (from department)"},
		{"cost_centers[2]", expression.Value, 1, 13, "there is no such entry (from cost_centers)"},
		{"dynamic_1.name", expression.Value, 1, 11, "a value of type string has no members (from dynamic_1)"},
		{"id / 0", expression.Value, 1, 4, "/ divides by zero (from id)"},
		{"id * 9223372036854775807", expression.Value, 1, 4, "the result of * is out of range (from id)"},
		{"weekly_working_hours / 0", expression.Value, 1, 22, "an attribute mapping may not give this number (from weekly_working_hours)"},
		{"dyn({'a': first_name})", expression.Value, 1, 1, "an attribute mapping may not give an object"},
		{"dynamic_2", expression.GroupName, 1, 1, "a group name may not give an int"},
		{"dynamic_4", expression.GroupName, 1, 1, "a group name may not give this list"},
		{"dynamic_2.exists(x, x == 1)", expression.Filter, 1, 1, "a list is needed here, not int (from dynamic_2)"},
		{"office == 'x'", expression.Filter, 1, 1, "Personio's value of the attribute is not readable: expected an object with a name, found a number (from office)"},
		{"office == null", expression.Filter, 1, 1, "not readable"},
	} {
		_, err := compile(t, test.text, test.kind).Eval(ann(), day)
		failed, ok := errors.AsType[*expression.EvalError](err)
		if !ok {
			t.Errorf("%s: %v", test.text, err)
			continue
		}
		if failed.Line != test.line || failed.Column != test.column || !strings.HasPrefix(failed.Message, test.message) && !strings.Contains(failed.Message, test.message) {
			t.Errorf("%s: %v; want %d:%d %s", test.text, failed, test.line, test.column, test.message)
		}
		if strings.Contains(failed.Error(), "\n") {
			t.Errorf("%s: more than one line: %v", test.text, failed)
		}
	}
	unreadable := expression.Person{"supervisor": expression.Unreadable{Reason: "expected an employee, found text"}}
	if got, err := compile(t, "supervisor.first_name", expression.Value).Eval(unreadable, day); err == nil {
		t.Errorf("member of an unreadable supervisor: %v", got)
	}
	if got, err := compile(t, "today > hire_date", expression.Filter).Eval(ann(), "1.11.2026"); err == nil {
		t.Errorf("with a wrong today: %v", got)
	}
	if _, err := compile(t, "status == 'active'", expression.Filter).Eval(ann(), ""); err != nil {
		t.Errorf("today is not needed: %v", err)
	}
}

func TestErrorsHoldNoValues(t *testing.T) {
	t.Parallel()
	const secret = "Zaphod"
	person := expression.Person{"first_name": secret, "last_name": secret, "dynamic_1": secret, "cost_centers": []string{secret}}
	for _, text := range []string{
		"int(first_name)", "double(first_name)", "bool(dynamic_1)", "string(duration(first_name))", "string(timestamp(first_name))", "{'a': 1}[first_name]",
		"dynamic_1 > 3", "first_name.matches(first_name + '(')", "dynamic_1[3]", "[1, 2][dynamic_1]", "first_name.charAt(99)", "dynamic_1.x",
		"timestamp('2024-01-01T00:00:00Z').getHours(first_name)", "dynamic_1 && true", "!dynamic_1", "dynamic_1 ? 1 : 2", "-dynamic_1",
		"dyn({first_name: last_name})", "{first_name: 1, last_name: 2}[dynamic_1 + 'x']", "dynamic_1.exists(x, x == 'a')", "dynamic_1 == 1",
		"cost_centers.map(c, int(c))", "cost_centers.exists(c, dyn(c) > 3)",
	} {
		_, err := compile(t, text, expression.Value).Eval(person, day)
		if err == nil {
			t.Errorf("%s: no error", text)
		} else if strings.Contains(err.Error(), secret) {
			t.Errorf("%s: the error holds the value: %v", text, err)
		}
	}
}

func TestAttributes(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]string{
		"'de'":                           {},
		"today":                          {},
		"status == 'a' || status == 'b'": {"status"},
		"supervisor.first_name + department + dynamic_2":   {"department", "dynamic_2", "first_name", "supervisor"},
		"supervisor == null":                               {"supervisor"},
		"has(supervisor.email)":                            {"email", "supervisor"},
		"cost_centers.exists(team, team == office)":        {"cost_centers", "office"},
		"[team].map(first_name, first_name + last_name)":   {"last_name", "team"},
		"absence_entitlement[0].name":                      {"absence_entitlement"},
		"{department: dynamic_4712}[position]":             {"department", "dynamic_4712", "position"},
		"first_name.matches(dynamic_1 + 'x') ? id : id":    {"dynamic_1", "first_name", "id"},
		"size(cost_centers.filter(c, c == gender)) > 0":    {"cost_centers", "gender"},
		"cost_centers.map(supervisor, supervisor + 'x')":   {"cost_centers"},
		"absence_entitlement.exists(status, status.x > 1)": {"absence_entitlement"},
	} {
		program := compile(t, text, expression.Value)
		if diff := cmp.Diff(want, append([]string{}, program.Attributes()...)); diff != "" {
			t.Errorf("%s:\n%s", text, diff)
		}
	}
}

func TestWorkIsBounded(t *testing.T) {
	t.Parallel()
	ten := "[1,2,3,4,5,6,7,8,9,10]"
	loops, doubling := "1", "[first_name]"
	for range 9 {
		loops = ten + ".map(x, " + loops + ")"
	}
	for range 30 {
		doubling += ".map(y, y + y)"
	}
	nested := strings.ReplaceAll(doubling, "y + y", "[y, y]")
	lists := strings.ReplaceAll(doubling, "[first_name]", "[[first_name]]")
	for name, text := range map[string]string{
		"loops in loops":      loops,
		"text that doubles":   doubling,
		"lists that double":   lists,
		"lists in lists":      nested,
		"equality of lists":   "[" + nested + "].map(z, z == z)",
		"membership in lists": "[" + nested + "].map(z, z in [z])",
		"replacement":         "'aaaaaaaaaa'" + strings.Repeat(".replace('a', 'aaaaaaaaaa')", 30),
		"replacing nothing":   "'aaaaaaaaaa'" + strings.Repeat(".replace('', 'aaaaaaaaaa')", 30),
		"joined":              "[" + strings.Repeat("first_name,", 300) + "'']" + ".map(x, [" + strings.Repeat("x,", 300) + "x].join(x)).join('')",
	} {
		person := expression.Person{"first_name": strings.Repeat("x", 100)}
		program := compile(t, text, expression.Value)
		began := time.Now()
		if _, err := program.Eval(person, day); err == nil {
			t.Errorf("%s: no error", name)
		}
		if took := time.Since(began); took > 10*time.Second {
			t.Errorf("%s: took %v", name, took)
		}
	}
}

func TestOneProgramServesManyGoroutines(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]any{
		"cost_centers.exists(c, c == 'Köln') && first_name.matches('^A') && dynamic_1 == 'Yes'": true,
		"'x ' + supervisor.first_name": "x Bo",
		"dynamic_1 > 3":                nil, // fails, each time with an error of its own
		"dynamic_1 && true":            nil,
		"dynamic_9.exists(x, x == 1)":  false,
	} {
		program := compile(t, text, expression.Value)
		var group sync.WaitGroup
		for range 8 {
			group.Go(func() {
				for range 200 {
					if got, err := program.Eval(ann(), day); got != want || (err == nil) != (want != nil) {
						t.Errorf("%s: %v, %v", text, got, err)
						return
					}
				}
			})
		}
		group.Wait()
	}
}

func BenchmarkFilter(b *testing.B) {
	program, err := expression.Compile("status in ['active', 'onboarding', 'leave'] && employment_type == 'internal'", expression.Filter)
	if err != nil {
		b.Fatal(err)
	}
	person := ann()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := program.Eval(person, day); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkGroupName(b *testing.B) {
	program, err := expression.Compile("supervisor.first_name + ' ' + first_name + 's Team'", expression.GroupName)
	if err != nil {
		b.Fatal(err)
	}
	person := ann()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := program.Eval(person, day); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkCompile(b *testing.B) {
	for b.Loop() {
		if _, err := expression.Compile("status == 'active' && dynamic_4720 == 'Yes'", expression.Filter); err != nil {
			b.Fatal(err)
		}
	}
}
