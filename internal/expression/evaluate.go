package expression

import (
	"regexp"
	"strings"

	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/functions"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/overloads"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"
	"cel.dev/cel-go/interpreter"
)

// activation gives the variables of one evaluation.
type activation struct {
	person Person
	today  string
}

// ResolveName returns the value of a variable; what is not there is null.
func (a *activation) ResolveName(name string) (any, bool) {
	if name == today {
		return a.today, true
	}
	value := a.person[name]
	if member, ok := strings.CutPrefix(name, supervisor+"."); ok {
		value = a.person[supervisor]
		if other, ok := value.(Person); ok {
			value = other[member]
		}
	}
	switch v := value.(type) {
	case Unreadable:
		return types.NewErr("%w", &failure{"Personio's value of the attribute is not readable: " + v.Reason}), true
	case Person:
		return true, true // only ever compared with null
	default:
		return value, true
	}
}

// Parent returns nil: there are no variables but these.
func (a *activation) Parent() interpreter.Activation { return nil }

// planner replaces the calls of a planned expression by its own.
type planner struct {
	bindings map[string]*functions.Overload
	folds    map[int64]struct{}
	types    *ast.AST
}

func (p *planner) decorate(node interpreter.InterpretableV2) (interpreter.InterpretableV2, error) {
	if _, ok := p.folds[node.ID()]; ok {
		var absent ref.Val = types.NullValue
		if p.types.GetType(node.ID()).Kind() == types.BoolKind {
			absent = types.False
		}
		return &fold{InterpretableV2: node, absent: absent}, nil
	}
	planned, ok := node.(interpreter.InterpretableCall)
	if !ok || planned.Function() == operators.NotStrictlyFalse {
		return node, nil
	}
	overload := p.bindings[planned.OverloadID()]
	if overload == nil {
		overload = p.bindings[planned.Function()]
	}
	c := &call{
		id: node.ID(), function: planned.Function(), overload: planned.OverloadID(),
		args: planned.Args(), apply: applier(planned, overload),
	}
	if c.apply == nil {
		return node, nil
	}
	c.absent = absence(c.function)
	return c, nil
}

// applier returns the implementation of a call, or nil for one that has none of
// its own.
func applier(planned interpreter.InterpretableCall, overload *functions.Overload) func([]ref.Val) ref.Val {
	switch planned.Function() {
	case operators.Equals:
		return func(args []ref.Val) ref.Val { return types.Equal(args[0], args[1]) }
	case operators.NotEquals:
		return func(args []ref.Val) ref.Val { return types.Bool(types.Equal(args[0], args[1]) != types.True) }
	case overloads.Matches:
		if pattern := constantPattern(planned.Args()); pattern != nil {
			return func(args []ref.Val) ref.Val {
				text, ok := args[0].(types.String)
				if !ok {
					return types.NewErr("no such overload")
				}
				return types.Bool(pattern.MatchString(string(text)))
			}
		}
	}
	if overload == nil {
		return nil
	}
	return func(args []ref.Val) ref.Val {
		if len(args) > 0 && overload.OperandTrait != 0 && !args[0].Type().HasTrait(overload.OperandTrait) {
			return types.NewErr("no such overload")
		}
		switch {
		case len(args) == 1 && overload.Unary != nil:
			return overload.Unary(args[0])
		case len(args) == 2 && overload.Binary != nil:
			return overload.Binary(args[0], args[1])
		case overload.Function != nil:
			return overload.Function(args...)
		default:
			return types.NewErr("no such overload")
		}
	}
}

func constantPattern(args []interpreter.InterpretableV2) *regexp.Regexp {
	constant, ok := args[len(args)-1].(interpreter.InterpretableConst)
	if !ok {
		return nil
	}
	text, ok := constant.Value().(types.String)
	if !ok {
		return nil
	}
	pattern, err := regexp.Compile(string(text))
	if err != nil {
		return nil
	}
	return pattern
}

// listIsAbsent travels from a list that is null to the macro that would walk
// through it. CEL hands an unknown range out of a macro as it is, and nothing else
// here makes unknowns.
var listIsAbsent = types.NewUnknown(0, nil)

// absence returns what a function gives for null: false for comparisons, an error
// (nil) for !, null for the rest.
func absence(function string) func(ref.Val) ref.Val {
	give := func(result ref.Val) func(ref.Val) ref.Val { return func(ref.Val) ref.Val { return result } }
	switch function {
	case functionIsNull, functionIsSet:
		return nil // made for null
	case operators.Equals, operators.NotEquals, operators.Less, operators.LessEquals, operators.Greater, operators.GreaterEquals,
		operators.In, overloads.StartsWith, overloads.EndsWith, overloads.Contains, overloads.Matches, functionHas:
		return give(types.False)
	case functionEach:
		return give(listIsAbsent)
	case operators.LogicalNot:
		return func(ref.Val) ref.Val { return types.NewErr("%w", &failure{"! needs true or false, not null"}) }
	default:
		return give(types.NullValue)
	}
}

// fold is a macro that walks through a list. Over null it gives false if it asks
// something, and null if it makes a list.
type fold struct {
	interpreter.InterpretableV2
	absent ref.Val
}

// Exec implements [interpreter.InterpretableV2].
func (f *fold) Exec(frame *interpreter.ExecutionFrame) ref.Val {
	result := f.InterpretableV2.Exec(frame)
	if types.IsUnknown(result) {
		return f.absent
	}
	return result
}

// Eval implements [interpreter.Interpretable].
func (f *fold) Eval(vars interpreter.Activation) ref.Val {
	return interpreter.EvalActivation(vars, f.Exec)
}

// call is a call with this package's rules for null, numbers, size and errors.
// It evaluates each argument once.
type call struct {
	id                 int64
	function, overload string
	args               []interpreter.InterpretableV2
	apply              func([]ref.Val) ref.Val
	absent             func(ref.Val) ref.Val // nil: null is an argument like others
}

// ID implements [interpreter.Interpretable].
func (c *call) ID() int64 { return c.id }

// Function and OverloadID tell the cost tracker what was called. There is no
// Args: CEL's optimizer must not take this for a call of its own.
func (c *call) Function() string { return c.function }

// OverloadID is empty if the types of the arguments were unknown to the checker.
func (c *call) OverloadID() string { return c.overload }

// Eval implements [interpreter.Interpretable].
func (c *call) Eval(vars interpreter.Activation) ref.Val {
	return interpreter.EvalActivation(vars, c.Exec)
}

// Exec implements [interpreter.InterpretableV2].
func (c *call) Exec(frame *interpreter.ExecutionFrame) ref.Val {
	args := make([]ref.Val, len(c.args))
	absent := false
	for i, arg := range c.args {
		args[i] = arg.Exec(frame)
		if types.IsUnknownOrError(args[i]) {
			return args[i]
		}
		absent = absent || isAbsent(args[i])
	}
	if absent && c.absent != nil {
		result := c.absent(nil)
		return types.LabelErrNode(c.id, result)
	}
	c.alignNumbers(args)
	if tooLarge(c.function, args) {
		return c.fail(displayName(c.function) + " would have to handle too much: text is limited to 64 KiB, lists to 10,000 entries")
	}
	result := c.apply(args)
	if costs := frame.CostTracker(); costs != nil {
		costs.EvalVarArgs(frame, c.id, c, args, result)
	}
	if failed, ok := result.(*types.Err); ok {
		return c.fail(c.reason(failed, args))
	}
	if incomparable(c.function, args) {
		return c.fail(mismatch(c.function, typesOf(args)))
	}
	return result
}

func (c *call) fail(message string) ref.Val {
	return types.NewErrWithNodeID(c.id, "%w", &failure{message})
}

// reason says why a call failed, in types. The error itself may quote values.
func (c *call) reason(failed *types.Err, args []ref.Val) string {
	list := typesOf(args)
	text := failed.String()
	switch {
	case strings.HasPrefix(text, "no such overload"):
		return mismatch(c.function, list)
	case strings.Contains(text, "by zero"):
		return displayName(c.function) + " divides by zero"
	case strings.Contains(text, "overflow"):
		return "the result of " + displayName(c.function) + " is out of range"
	case c.function == functionIndex:
		return "there is no such entry"
	default:
		return displayName(c.function) + " cannot be computed for this value (" + list + ")"
	}
}

// incomparable reports whether values were compared that can never be equal. The
// checker refuses that where it knows the types; where it does not, a custom
// attribute of another type than expected must not silently be false for everyone.
func incomparable(function string, args []ref.Val) bool {
	switch function {
	case operators.Equals, operators.NotEquals:
		return !sameType(args[0], args[1])
	case operators.In:
		list, ok := args[1].(traits.Lister)
		if !ok || list.Size() == types.IntZero {
			return false
		}
		for it := list.Iterator(); it.HasNext() == types.True; {
			if element := it.Next(); isAbsent(element) || sameType(args[0], element) {
				return false
			}
		}
		return true
	default:
		return false
	}
}

func sameType(a, b ref.Val) bool { return isNumber(a) && isNumber(b) || a.Type() == b.Type() }

func isNumber(value ref.Val) bool {
	switch value.(type) {
	case types.Int, types.Double, types.Uint:
		return true
	default:
		return false
	}
}

func typesOf(args []ref.Val) string {
	names := make([]string, len(args))
	for i, arg := range args {
		names[i] = arg.Type().TypeName()
	}
	return plainTypes(strings.Join(names, ", "))
}

// alignNumbers makes int double beside double, for what the checker could not see.
func (c *call) alignNumbers(args []ref.Val) {
	switch c.function {
	case operators.Add, operators.Subtract, operators.Multiply, operators.Divide:
	default:
		return
	}
	if len(args) != 2 {
		return
	}
	first, firstInt := args[0].(types.Int)
	second, secondInt := args[1].(types.Int)
	if _, ok := args[1].(types.Double); ok && firstInt {
		args[0] = types.Double(first)
	}
	if _, ok := args[0].(types.Double); ok && secondInt {
		args[1] = types.Double(second)
	}
}
