package expression

import (
	"slices"
	"sync"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/functions"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"
	"cel.dev/cel-go/ext"
)

// Functions that take the place of CEL's own syntax, so that null and errors are
// dealt with in one place. No expression can spell their names.
const (
	functionIsNull = "@isNull" // x == null
	functionIsSet  = "@isSet"  // x != null, has(supervisor.x)
	functionIndex  = "@index"  // x[y]
	functionMember = "@member" // x.y
	functionHas    = "@has"    // has(x.y)
	functionEach   = "@each"   // the list that a macro walks through
	constantNull   = "@null"   // null as a value of any type
)

// callable are the functions that an expression may call by name. Nothing here
// knows the time, the machine or another person.
var callable = []string{
	"bool", "charAt", "contains", "double", "duration", "dyn", "endsWith",
	"getDate", "getDayOfMonth", "getDayOfWeek", "getDayOfYear", "getFullYear", "getHours", "getMilliseconds",
	"getMinutes", "getMonth", "getSeconds", "indexOf", "int", "join", "lastIndexOf", "lowerAscii", "matches", "replace",
	"reverse", "size", "split", "startsWith", "string", "substring", "timestamp", "trim", "upperAscii",
}

// macros are the functions that the parser resolves, with the form they need.
var macros = map[string]string{
	"has":        "has(supervisor.email)",
	"all":        "list.all(x, x == 'a')",
	"exists":     "list.exists(x, x == 'a')",
	"exists_one": "list.exists_one(x, x == 'a')",
	"map":        "list.map(x, x + 'a')",
	"filter":     "list.filter(x, x == 'a')",
}

// environment is what all expressions have in common.
type environment struct {
	env *cel.Env
	// bindings are the implementations by overload id and by function name.
	bindings map[string]*functions.Overload
}

var baseEnvironment = sync.OnceValues(func() (*environment, error) {
	options := slices.Concat([]cel.EnvOption{
		cel.CrossTypeNumericComparisons(true),
		cel.DefaultUTCTimeZone(true),
		cel.ParserExpressionSizeLimit(MaxLength),
		ext.Strings(ext.StringsVersion(3)),
		cel.Constant(constantNull, cel.DynType, types.NullValue),
	}, systemVariables(), ownFunctions())
	env, err := cel.NewEnv(options...)
	if err != nil {
		return nil, err
	}
	bindings := map[string]*functions.Overload{}
	for _, function := range env.Functions() {
		overloads, err := function.Bindings()
		if err != nil {
			return nil, err
		}
		for _, overload := range overloads {
			bindings[overload.Operator] = overload
		}
	}
	return &environment{env: env, bindings: bindings}, nil
})

func ownFunctions() []cel.EnvOption {
	a, b := cel.TypeParamType("A"), cel.TypeParamType("B")
	list, object := cel.ListType(a), cel.MapType(a, b)
	isNull := func(value ref.Val) ref.Val { return types.Bool(isAbsent(value)) }
	isSet := func(value ref.Val) ref.Val { return types.Bool(!isAbsent(value)) }
	same := func(value ref.Val) ref.Val { return value }
	return []cel.EnvOption{
		cel.Function(functionIsNull, cel.Overload("is_null", []*cel.Type{cel.DynType}, cel.BoolType, cel.UnaryBinding(isNull))),
		cel.Function(functionIsSet, cel.Overload("is_set", []*cel.Type{cel.DynType}, cel.BoolType, cel.UnaryBinding(isSet))),
		cel.Function(functionIndex,
			cel.Overload("entry_of_list", []*cel.Type{list, cel.IntType}, a, cel.BinaryBinding(entry)),
			cel.Overload("entry_of_object", []*cel.Type{object, a}, b, cel.BinaryBinding(entry))),
		cel.Function(functionMember,
			cel.Overload("member_of_object", []*cel.Type{cel.MapType(cel.StringType, b), cel.StringType}, b, cel.BinaryBinding(member))),
		cel.Function(functionHas,
			cel.Overload("object_has_member", []*cel.Type{cel.MapType(cel.StringType, b), cel.StringType}, cel.BoolType, cel.BinaryBinding(hasEntry))),
		cel.Function(functionEach,
			cel.Overload("each_of_list", []*cel.Type{list}, list, cel.UnaryBinding(same)),
			cel.Overload("each_of_object", []*cel.Type{object}, object, cel.UnaryBinding(same))),
	}
}

func entry(of, key ref.Val) ref.Val {
	indexer, ok := of.(traits.Indexer)
	if !ok {
		return types.NewErr("no such overload")
	}
	return indexer.Get(key)
}

// member is null where the object has no such member, like an attribute that a
// person does not have.
func member(of, name ref.Val) ref.Val {
	mapper, ok := of.(traits.Mapper)
	if !ok {
		return types.NewErr("no such overload")
	}
	value, found := mapper.Find(name)
	if !found {
		return types.NullValue
	}
	return value
}

func hasEntry(of, key ref.Val) ref.Val {
	mapper, ok := of.(traits.Mapper)
	if !ok {
		return types.NewErr("no such overload")
	}
	value, found := mapper.Find(key)
	return types.Bool(found && !isAbsent(value))
}

func isAbsent(value ref.Val) bool {
	_, ok := value.(types.Null)
	return ok
}
