package expression

import (
	"strings"

	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/common/types/traits"
)

const (
	// maxCost bounds the steps of one evaluation. A usual filter takes under 50;
	// this many take some milliseconds.
	maxCost = 100_000
	// maxText bounds a string that an expression makes, in bytes.
	maxText = 64 << 10
	// maxElements bounds a list that an expression makes, compares or returns.
	maxElements = 10_000
	// maxFolds and maxNesting bound the macros that walk through lists (map, exists,
	// ...) and the lists and objects that are made of other than literals and
	// attributes. Both can nest types, and the time to check an expression grows
	// with the third power of how deep.
	maxFolds   = 32
	maxNesting = 64
)

// tooLarge reports whether a call would make or walk through more than an
// evaluation may. The cost limit of CEL counts a call after it was made, which is
// too late for those whose result can be a multiple of their arguments.
func tooLarge(function string, args []ref.Val) bool {
	switch function {
	case operators.Add:
		return length(args) > maxText || entries(args) > maxElements
	case operators.Equals, operators.NotEquals, operators.In:
		budget := maxElements
		for _, arg := range args {
			if weigh(arg, &budget); budget < 0 {
				return true
			}
		}
	case "replace":
		return replaced(args) > maxText
	case "join":
		return joined(args) > maxText
	}
	return false
}

// length returns the bytes of all strings together.
func length(args []ref.Val) int {
	sum := 0
	for _, arg := range args {
		if text, ok := arg.(types.String); ok {
			sum += len(text)
		}
	}
	return sum
}

// entries returns the entries of all lists together.
func entries(args []ref.Val) int64 {
	var sum int64
	for _, arg := range args {
		if list, ok := arg.(traits.Lister); ok {
			if size, ok := list.Size().(types.Int); ok {
				sum += int64(size)
			}
		}
	}
	return sum
}

// weigh takes the entries of a list or object off the budget, those of lists
// inside it, too, and stops when nothing is left of it.
func weigh(value ref.Val, budget *int) {
	iterable, ok := value.(traits.Iterable)
	if !ok {
		return
	}
	object, isObject := value.(traits.Mapper)
	for it := iterable.Iterator(); *budget >= 0 && it.HasNext() == types.True; {
		*budget--
		next := it.Next()
		if isObject {
			next = object.Get(next)
		}
		weigh(next, budget)
	}
}

// replaced returns the most bytes that text.replace(old, new) can have.
func replaced(args []ref.Val) int {
	if len(args) < 3 {
		return 0
	}
	text, isText := args[0].(types.String)
	old, isOld := args[1].(types.String)
	by, isBy := args[2].(types.String)
	if !isText || !isOld || !isBy {
		return 0
	}
	return len(text) + strings.Count(string(text), string(old))*max(len(by)-len(old), 0)
}

// joined returns the bytes of list.join(separator).
func joined(args []ref.Val) int {
	list, ok := args[0].(traits.Lister)
	if !ok {
		return 0
	}
	separator := length(args[1:])
	sum := 0
	for it := list.Iterator(); sum <= maxText && it.HasNext() == types.True; {
		sum += separator + length([]ref.Val{it.Next()})
	}
	return sum
}

// describe names the kind of a value for messages, never the value.
func describe(value ref.Val) string {
	switch value.(type) {
	case types.Null:
		return "null"
	case types.Bool:
		return "true or false"
	case types.Int:
		return "an int"
	case types.Double:
		return "this number"
	case traits.Lister:
		return "this list"
	case traits.Mapper:
		return "an object"
	default:
		return "a " + value.Type().TypeName()
	}
}
