// Package expression evaluates what users write into a sync rule: CEL over the
// attributes of one employee. Provider and gateway use it alike, the provider to
// check an expression at plan without any network, the gateway to run it.
//
// # Variables
//
// Every system attribute of the catalogue is a variable under its v1 key, and so
// is every custom attribute, dynamic_<number>, whose type only the run knows:
//
//   - text, also list, link, multiline and status (lower case): string
//   - dates: string, YYYY-MM-DD; they compare in the order of the calendar
//   - integer: int; decimal and weekly_working_hours: double
//   - department, team, office, subcompany, work_schedule, holiday_calendar: the name
//   - cost_centers and custom tags: list of names
//   - absence_entitlement: list of objects with id, name, category, entitlement
//   - supervisor.first_name and so on: the members that Personio sends of a
//     supervisor; supervisor alone can only be compared with null
//   - today: string, YYYY-MM-DD
//
// # Null
//
// An attribute that an employee does not have is null.
//
//   - x == null and x != null, with the word null, test for it. has(supervisor.email)
//     is the same test for a member.
//   - Any other comparison with null is false: ==, !=, <, <=, >, >=, in, startsWith,
//     endsWith, contains, matches; also exists, exists_one and all over a list
//     that is null. So department != 'IT' leaves out who has no department, and
//     !(department == 'IT') does not.
//   - Everything else that is given null gives null: 'Team ' + team, size(team).
//   - null where true or false is needed (!, &&, ||, the condition of ?:) is an error.
//
// What a custom attribute holds must fit: dynamic_4714 == '3' fails for a person
// in whom it is an int, rather than being false for everybody.
//
// An int literal beside a double counts as a double: weekly_working_hours == 40.
// Text that an expression compares, joins or returns is bounded, as is its work.
package expression

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"
	"cel.dev/cel-go/interpreter"
)

// MaxLength is the number of characters that an expression may have.
const MaxLength = 8000

// Kind says what an expression is for, and with it what it may give.
type Kind int

// The kinds of expressions in a sync rule.
const (
	// Filter gives true or false.
	Filter Kind = iota
	// Value gives a string, number, truth value, a list of these, or null.
	Value
	// GroupName gives a string or null.
	GroupName
)

// String returns the name of the kind for messages: "a filter".
func (k Kind) String() string {
	switch k {
	case Filter:
		return "a filter"
	case GroupName:
		return "a group name"
	default:
		return "an attribute mapping"
	}
}

// Program is a compiled expression. It has no state: any number of goroutines
// may evaluate it at once.
type Program struct {
	kind       Kind
	source     *source
	root       ast.Expr
	program    cel.Program
	attributes []string
	usesToday  bool
}

// Compile parses and checks an expression. It needs neither a network nor an
// employee. The error is an [*Error] that shows the position.
func Compile(text string, kind Kind) (*Program, error) {
	src := &source{text: text, runes: []rune(text)}
	if problem := src.bounds(); problem != nil {
		return nil, problem
	}
	base, err := baseEnvironment()
	if err != nil {
		return nil, src.at(0, "the expression environment is broken: "+err.Error())
	}
	parsed, issues := base.env.Parse(text)
	if issues.Err() != nil {
		return nil, src.issue(issues)
	}
	native := parsed.NativeRep()
	src.info = native.SourceInfo()
	r := newResolver(src, native.Expr())
	r.resolve(native.Expr())
	if r.problem != nil {
		return nil, r.problem
	}
	env := base.env
	if len(r.custom) > 0 {
		if env, err = base.env.Extend(customVariables(r.custom)...); err != nil {
			return nil, src.at(0, "the expression environment is broken: "+err.Error())
		}
	}
	checked, issues := env.Check(parsed)
	if issues.Err() != nil {
		return nil, src.issue(issues)
	}
	if problem := resultProblem(kind, checked.OutputType()); problem != "" {
		return nil, src.at(src.start(), problem)
	}
	planner := &planner{bindings: base.bindings, folds: r.folds, types: checked.NativeRep()}
	program, err := env.Program(checked,
		cel.CustomDecoratorV2(planner.decorate), cel.EvalOptions(cel.OptOptimize), cel.CostLimit(maxCost))
	if err != nil {
		return nil, src.at(src.start(), "the expression cannot be prepared: "+err.Error())
	}
	return &Program{
		kind: kind, source: src, root: checked.NativeRep().Expr(), program: program,
		attributes: slices.Sorted(maps.Keys(r.used)), usesToday: r.usesToday,
	}, nil
}

// Attributes returns the sorted v1 keys of the attributes that the expression
// reads. supervisor.first_name reads supervisor and first_name: Personio shows of
// a supervisor only what the reader may see of everybody.
func (p *Program) Attributes() []string { return slices.Clone(p.attributes) }

// Eval evaluates the expression for one person. today is a date, YYYY-MM-DD, in
// the zone of the rule.
//
// The result is a bool for a [Filter]; a string or nil for a [GroupName]; for a
// [Value] nil, bool, string, int64, a finite float64, or []any of these, in which
// nil stands for elements that are null. The error is an [*EvalError] and holds no
// value of any attribute.
func (p *Program) Eval(person Person, today string) (any, error) {
	if p.usesToday {
		if _, err := time.Parse(time.DateOnly, today); err != nil {
			return nil, &EvalError{Line: 1, Column: 1, Message: "today is not a date of the form YYYY-MM-DD"}
		}
	}
	value, _, err := p.program.Eval(&activation{person: person, today: today})
	if err != nil {
		return nil, p.evalError(err)
	}
	return p.result(value)
}

func (p *Program) result(value ref.Val) (any, error) {
	budget := maxElements
	result, ok := native(value, &budget)
	switch result.(type) {
	case bool:
		ok = ok && p.kind != GroupName
	case string:
		ok = ok && p.kind != Filter
	case nil:
		ok = ok && p.kind != Filter
	default:
		ok = ok && p.kind == Value
	}
	if !ok {
		return nil, p.failAt(p.root.ID(), fmt.Sprintf("%s may not give %s", p.kind, describe(value)))
	}
	return result, nil
}

// evalError turns an error of the evaluation into one that holds no values. The
// words of the CEL library are not used: they quote what failed to convert.
func (p *Program) evalError(err error) *EvalError {
	if cancelled, ok := errors.AsType[interpreter.EvalCancelledError](err); ok && cancelled.Cause == interpreter.CostLimitExceeded {
		return &EvalError{Line: 1, Column: 1, Message: "the expression takes too much work for this person"}
	}
	node := p.root.ID()
	if labelled, ok := errors.AsType[*types.Err](err); ok && labelled.NodeID() != 0 {
		node = labelled.NodeID()
	}
	if failed, ok := errors.AsType[*failure](err); ok {
		return p.failAt(node, failed.message)
	}
	return p.failAt(node, withoutReason(p.root, node))
}

// failAt says where evaluation failed, and which attributes went in there.
func (p *Program) failAt(node int64, message string) *EvalError {
	line, column := p.source.position(p.source.offset(node))
	if used := attributesBelow(p.root, node); len(used) > 0 {
		message += " (from " + strings.Join(used, ", ") + ")"
	}
	return &EvalError{Line: line, Column: column, Message: message}
}

// resultProblem says why an expression of that type is no expression of the
// kind; empty if it is one, or if only the run can tell.
func resultProblem(kind Kind, result *types.Type) string {
	switch kind {
	case Filter:
		if result.Kind() == types.BoolKind {
			return ""
		}
		if result.Kind() == types.DynKind {
			return "a filter must give true or false, and whether this does is unknown; compare it with something, as in dynamic_4711 == 'Yes'"
		}
		return "a filter must give true or false, not " + typeName(result)
	case GroupName:
		if result.Kind() == types.StringKind || result.Kind() == types.DynKind {
			return ""
		}
		return "a group name must be a string or null, not " + typeName(result)
	default:
		if isValueType(result) {
			return ""
		}
		return "an attribute mapping must give a string, number, truth value, a list of these, or null, not " + typeName(result)
	}
}

func isValueType(t *types.Type) bool {
	switch t.Kind() {
	case types.StringKind, types.IntKind, types.DoubleKind, types.BoolKind, types.DynKind, types.NullTypeKind:
		return true
	case types.ListKind:
		return isValueType(t.Parameters()[0])
	case types.TypeParamKind: // the elements of []
		return true
	default:
		return false
	}
}

// native turns a CEL value into a Go value. The budget bounds the elements of
// lists: one list may stand many times in another, and take no room until here.
func native(value ref.Val, budget *int) (any, bool) {
	*budget--
	switch v := value.(type) {
	case types.Null:
		return nil, true
	case types.Bool:
		return bool(v), true
	case types.String:
		return string(v), true
	case types.Int:
		return int64(v), true
	case types.Double:
		return float64(v), !math.IsNaN(float64(v)) && !math.IsInf(float64(v), 0)
	case traits.Lister:
		list := []any{}
		for it := v.Iterator(); it.HasNext() == types.True; {
			element, ok := native(it.Next(), budget)
			if !ok || *budget < 0 {
				return nil, false
			}
			list = append(list, element)
		}
		return list, true
	default:
		return nil, false
	}
}
