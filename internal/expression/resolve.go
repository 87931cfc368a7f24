package expression

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/overloads"
	"cel.dev/cel-go/common/types"

	"github.com/personio-community/terraform-provider-personio/internal/attribute"
)

// resolver walks a parsed expression before it is checked: it collects the
// attributes, refuses what is not there, and replaces what CEL would treat in
// its own way by the functions of this package.
type resolver struct {
	source  *source
	factory ast.ExprFactory
	nextID  int64
	locals  []string // variables of the macros around the node

	used      map[string]struct{} // v1 keys
	custom    map[string]struct{} // those of them that are dynamic_<n>
	folds     map[int64]struct{}  // nodes that walk through a list
	nesting   int                 // lists and objects that may hold others
	usesToday bool
	problem   *Error // the first one
}

func newResolver(src *source, root ast.Expr) *resolver {
	r := &resolver{
		source: src, factory: ast.NewExprFactory(),
		used: map[string]struct{}{}, custom: map[string]struct{}{}, folds: map[int64]struct{}{},
	}
	ast.PostOrderVisit(root, ast.NewExprVisitor(func(e ast.Expr) { r.nextID = max(r.nextID, e.ID()) }))
	return r
}

// complain keeps the first problem.
func (r *resolver) complain(node int64, format string, args ...any) {
	if r.problem == nil {
		r.problem = r.source.at(r.source.offset(node), fmt.Sprintf(format, args...))
	}
}

// newNode returns the id for a node that stands where another one is.
func (r *resolver) newNode(where int64) int64 {
	r.nextID++
	if place, ok := r.source.info.GetOffsetRange(where); ok {
		r.source.info.SetOffsetRange(r.nextID, place)
	}
	return r.nextID
}

func (r *resolver) resolve(e ast.Expr) {
	switch e.Kind() {
	case ast.IdentKind:
		r.resolveIdent(e)
	case ast.LiteralKind:
		if isNullLiteral(e) {
			e.SetKindCase(r.factory.NewIdent(e.ID(), constantNull))
		}
	case ast.SelectKind:
		r.resolveSelect(e)
	case ast.CallKind:
		r.resolveCall(e)
	case ast.ListKind:
		r.resolveElements(e, e.AsList().Elements())
	case ast.MapKind:
		var elements []ast.Expr
		for _, entry := range e.AsMap().Entries() {
			elements = append(elements, entry.AsMapEntry().Key(), entry.AsMapEntry().Value())
		}
		r.resolveElements(e, elements)
	case ast.ComprehensionKind:
		r.resolveComprehension(e)
	default:
		r.complain(e.ID(), "this cannot be part of an expression over employee attributes")
	}
}

func (r *resolver) resolveElements(e ast.Expr, elements []ast.Expr) {
	if slices.ContainsFunc(elements, r.mayNest) {
		r.nesting++
	}
	if r.nesting > maxNesting {
		r.complain(e.ID(), "the expression makes more than %d lists or objects out of others", maxNesting)
		return
	}
	for _, element := range elements {
		r.resolve(element)
	}
}

func (r *resolver) mayNest(e ast.Expr) bool {
	return e.Kind() != ast.LiteralKind && (e.Kind() != ast.IdentKind || slices.Contains(r.locals, e.AsIdent()))
}

func (r *resolver) resolveIdent(e ast.Expr) {
	name := e.AsIdent()
	switch {
	case slices.Contains(r.locals, name):
	case name == today:
		r.usesToday = true
	case name == supervisor:
		r.complain(e.ID(), "supervisor is a person: name one of its attributes, as in supervisor.first_name, or compare it with null")
	case attribute.IsCustom(name):
		r.custom[name] = struct{}{}
		r.used[name] = struct{}{}
	case attribute.Known(name):
		r.used[name] = struct{}{}
	default:
		r.complain(e.ID(), "%s", unknownAttribute(name))
	}
}

func unknownAttribute(name string) string {
	if strings.HasPrefix(name, "dynamic_") {
		return name + " is no key of a custom attribute: these are dynamic_ and the number of the attribute, as in dynamic_4711"
	}
	message := "there is no attribute " + name
	nearest := attribute.Nearest(name, 3)
	if nearest = slices.DeleteFunc(nearest, func(key string) bool { return key == name }); len(nearest) > 0 {
		message += "; did you mean " + strings.Join(nearest, ", ") + "?"
	} else {
		message += "; text stands in quotes, as in 'active'"
	}
	return message
}

// isSupervisor reports whether the node is the attribute supervisor itself.
func (r *resolver) isSupervisor(e ast.Expr) bool {
	return e.Kind() == ast.IdentKind && e.AsIdent() == supervisor && !slices.Contains(r.locals, supervisor)
}

func (r *resolver) resolveSelect(e ast.Expr) {
	selected := e.AsSelect()
	operand, field := selected.Operand(), selected.FieldName()
	if !r.isSupervisor(operand) {
		r.resolve(operand)
		name := r.factory.NewLiteral(r.newNode(e.ID()), types.String(field))
		function := functionMember
		if selected.IsTestOnly() {
			function = functionHas
		}
		e.SetKindCase(r.factory.NewCall(e.ID(), function, operand, name))
		return
	}
	if !isMember(field) {
		r.complain(e.ID(), "a supervisor has no attribute %s%s", field, didYouMean(field))
		return
	}
	r.used[supervisor], r.used[field] = struct{}{}, struct{}{}
	name := supervisor + "." + field
	if selected.IsTestOnly() {
		e.SetKindCase(r.factory.NewCall(e.ID(), functionIsSet, r.factory.NewIdent(operand.ID(), name)))
		return
	}
	e.SetKindCase(r.factory.NewIdent(e.ID(), name))
}

func didYouMean(field string) string {
	near := slices.DeleteFunc(attribute.Nearest(field, 3), func(key string) bool { return !isMember(key) })
	if len(near) == 0 {
		return ""
	}
	return "; did you mean " + strings.Join(near, ", ") + "?"
}

func (r *resolver) resolveCall(e ast.Expr) {
	call := e.AsCall()
	function, args := call.FunctionName(), call.Args()
	if r.resolveNullTest(e, function, args) {
		return
	}
	if isName(function) && !slices.Contains(callable, function) {
		if form, ok := macros[function]; ok {
			r.complain(e.ID(), "%s is written %s", function, form)
			return
		}
		r.complain(e.ID(), "there is no function %s; there are %s", function, strings.Join(callable, ", "))
		return
	}
	if call.IsMemberFunction() {
		r.resolve(call.Target())
	}
	for _, arg := range args {
		r.resolve(arg)
	}
	switch function {
	case operators.Index:
		e.SetKindCase(r.factory.NewCall(e.ID(), functionIndex, args...))
	case overloads.Matches:
		r.checkPattern(args)
	case operators.Equals, operators.NotEquals, operators.Add, operators.Subtract, operators.Multiply, operators.Divide, operators.In:
		r.alignNumbers(args)
	}
}

func isName(function string) bool {
	return isWord(rune(function[0])) && !strings.HasPrefix(function, "_")
}

// resolveNullTest replaces x == null and x != null. Any other comparison with
// null is false, so these two must be known as what they are.
func (r *resolver) resolveNullTest(e ast.Expr, function string, args []ast.Expr) bool {
	test := map[string]string{operators.Equals: functionIsNull, operators.NotEquals: functionIsSet}[function]
	if test == "" || len(args) != 2 {
		return false
	}
	tested := args[0]
	if isNullLiteral(tested) {
		tested = args[1]
	} else if !isNullLiteral(args[1]) {
		return false
	}
	if r.isSupervisor(tested) {
		r.used[supervisor] = struct{}{}
	} else {
		r.resolve(tested)
	}
	e.SetKindCase(r.factory.NewCall(e.ID(), test, tested))
	return true
}

func isNullLiteral(e ast.Expr) bool {
	return e.Kind() == ast.LiteralKind && e.AsLiteral() == types.NullValue
}

// checkPattern refuses a pattern that no text could ever match. It is the last
// argument of text.matches(pattern) and of matches(text, pattern).
func (r *resolver) checkPattern(args []ast.Expr) {
	if len(args) == 0 || args[len(args)-1].Kind() != ast.LiteralKind {
		return
	}
	last := args[len(args)-1]
	if pattern, ok := last.AsLiteral().(types.String); ok {
		if _, err := regexp.Compile(string(pattern)); err != nil {
			r.complain(last.ID(), "this is no regular expression (RE2): %s", strings.TrimPrefix(err.Error(), "error parsing regexp: "))
		}
	}
}

// alignNumbers makes int literals double where they meet a double: to users 40
// and 40.0 are one number, to CEL's checker they are not.
func (r *resolver) alignNumbers(args []ast.Expr) {
	if slices.ContainsFunc(args, r.isDouble) {
		for _, arg := range args {
			r.makeDouble(arg)
		}
	}
}

func (r *resolver) isDouble(e ast.Expr) bool {
	switch e.Kind() {
	case ast.LiteralKind:
		_, ok := e.AsLiteral().(types.Double)
		return ok
	case ast.IdentKind:
		name := e.AsIdent()
		return !slices.Contains(r.locals, name) && shapeOf(strings.TrimPrefix(name, supervisor+".")) == shapeDecimal
	case ast.ListKind:
		return slices.ContainsFunc(e.AsList().Elements(), r.isDouble)
	case ast.CallKind:
		switch call := e.AsCall(); call.FunctionName() {
		case overloads.TypeConvertDouble:
			return true
		case operators.Add, operators.Subtract, operators.Multiply, operators.Divide, operators.Negate, operators.Conditional:
			return slices.ContainsFunc(call.Args(), r.isDouble)
		}
	}
	return false
}

func (r *resolver) makeDouble(e ast.Expr) {
	switch e.Kind() {
	case ast.LiteralKind:
		if number, ok := e.AsLiteral().(types.Int); ok {
			e.SetKindCase(r.factory.NewLiteral(e.ID(), types.Double(number)))
		}
	case ast.ListKind:
		for _, element := range e.AsList().Elements() {
			r.makeDouble(element)
		}
	}
}

func (r *resolver) resolveComprehension(e ast.Expr) {
	fold := e.AsComprehension()
	r.folds[e.ID()] = struct{}{}
	if len(r.folds) > maxFolds {
		r.complain(e.ID(), "the expression walks through lists in more than %d places", maxFolds)
		return
	}
	r.resolve(fold.IterRange())
	r.resolve(fold.AccuInit())
	outer := len(r.locals)
	r.locals = append(r.locals, fold.AccuVar(), fold.IterVar())
	r.resolve(fold.LoopCondition())
	r.resolve(fold.LoopStep())
	r.resolve(fold.Result())
	r.locals = r.locals[:outer]
	each := r.factory.NewCall(r.newNode(fold.IterRange().ID()), functionEach, fold.IterRange())
	e.SetKindCase(r.factory.NewComprehension(e.ID(), each,
		fold.IterVar(), fold.AccuVar(), fold.AccuInit(), fold.LoopCondition(), fold.LoopStep(), fold.Result()))
}

// withoutReason says what is wrong with a node that fails without saying why:
// the logical operators, which CEL evaluates by itself.
func withoutReason(root ast.Expr, node int64) string {
	message := "this cannot be evaluated"
	ast.PostOrderVisit(root, ast.NewExprVisitor(func(e ast.Expr) {
		if e.ID() != node || e.Kind() != ast.CallKind {
			return
		}
		switch function := e.AsCall().FunctionName(); function {
		case operators.LogicalAnd, operators.LogicalOr:
			message = displayName(function) + " needs true or false on both sides, not null or another value"
		case operators.Conditional:
			message = "the condition of ? : must be true or false, not null or another value"
		}
	}))
	return message
}

// attributesBelow returns the sorted attributes that the node of that id is made
// of, as they are written.
func attributesBelow(root ast.Expr, node int64) []string {
	var names []string
	ast.PostOrderVisit(root, ast.NewExprVisitor(func(e ast.Expr) {
		if e.ID() != node {
			return
		}
		ast.PostOrderVisit(e, ast.NewExprVisitor(func(below ast.Expr) {
			if below.Kind() != ast.IdentKind {
				return
			}
			name := below.AsIdent()
			if attribute.Known(strings.TrimPrefix(name, supervisor+".")) {
				names = append(names, name)
			}
		}))
	}))
	slices.Sort(names)
	return slices.Compact(names)
}
