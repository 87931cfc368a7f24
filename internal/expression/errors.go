package expression

import (
	"fmt"
	"regexp"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"
)

// Error is an expression that cannot be compiled.
type Error struct {
	// Source is the whole expression.
	Source string
	// Line and Column are where it is wrong, from 1, in characters.
	Line, Column int
	// Message says what is wrong, without the position.
	Message string
}

// shown is how many characters of a line an error shows at most.
const shown = 100

// Error returns position and message, and below them the line of the expression
// with a caret under the position.
func (e *Error) Error() string {
	lines := strings.Split(e.Source, "\n")
	line := []rune(strings.TrimRight(lines[min(max(e.Line, 1), len(lines))-1], "\r"))
	at := min(max(e.Column-1, 0), len(line))
	before, after := "", ""
	if at > shown*3/4 {
		cut := at - shown/2
		line, at, before = line[cut:], at-cut, "..."
	}
	if len(line) > shown {
		line, after = line[:shown], "..."
	}
	var indent strings.Builder
	indent.WriteString(strings.Repeat(" ", len(before)))
	for _, r := range line[:at] {
		if r != '\t' { // a tab is as wide as the one above it
			r = ' '
		}
		indent.WriteRune(r)
	}
	return fmt.Sprintf("%d:%d: %s\n  %s%s%s\n  %s^", e.Line, e.Column, e.Message, before, string(line), after, indent.String())
}

// EvalError is an expression that cannot be evaluated for a person. It names
// functions, attributes and types, never the value of an attribute.
type EvalError struct {
	// Line and Column are where in the expression, from 1, in characters.
	Line, Column int
	// Message says what failed, without the position.
	Message string
}

// Error returns position and message in one line.
func (e *EvalError) Error() string {
	return fmt.Sprintf("at %d:%d of the expression: %s", e.Line, e.Column, e.Message)
}

// failure is what a node of an expression says when it fails.
type failure struct{ message string }

func (f *failure) Error() string { return f.message }

// source is the text of an expression, and where its nodes are.
type source struct {
	text  string
	runes []rune
	info  *ast.SourceInfo
}

// bounds refuses what is not worth parsing.
func (s *source) bounds() *Error {
	if strings.TrimSpace(s.text) == "" {
		return s.at(0, "the expression is empty")
	}
	if len(s.runes) > MaxLength {
		return s.at(MaxLength, fmt.Sprintf("the expression has %d characters, more than %d", len(s.runes), MaxLength))
	}
	return nil
}

// at makes an error of a position in the text, counted in characters from 0.
func (s *source) at(offset int, message string) *Error {
	line, column := s.position(offset)
	return &Error{Source: s.text, Line: line, Column: column, Message: message}
}

func (s *source) position(offset int) (line, column int) {
	line, column = 1, 1
	for _, r := range s.runes[:min(max(offset, 0), len(s.runes))] {
		column++
		if r == '\n' {
			line, column = line+1, 1
		}
	}
	return line, column
}

// start returns where the expression begins.
func (s *source) start() int {
	return len(s.runes) - len([]rune(strings.TrimLeft(s.text, " \t\r\n\f")))
}

// offset returns where a node is. CEL places calls at their parenthesis and
// members at their dot; a reader looks at the name.
func (s *source) offset(node int64) int {
	place, ok := s.info.GetOffsetRange(node)
	if !ok {
		return s.start()
	}
	at := int(place.Start)
	if at < 0 || at >= len(s.runes) {
		return at
	}
	switch s.runes[at] {
	case '(':
		for at > 0 && isWord(s.runes[at-1]) {
			at--
		}
	case '.':
		for at++; at < len(s.runes) && strings.ContainsRune(" \t\r\n", s.runes[at]); at++ {
		}
	}
	return at
}

func isWord(r rune) bool {
	return r == '_' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
}

// issue turns the first complaint of parser or checker into an error.
func (s *source) issue(issues *cel.Issues) *Error {
	first := issues.Errors()[0]
	message := plain(first.Message)
	if s.info != nil && first.ExprID != 0 {
		return s.at(s.offset(first.ExprID), message)
	}
	return &Error{Source: s.text, Line: max(first.Location.Line(), 1), Column: first.Location.Column() + 1, Message: message}
}

var (
	noOverload = regexp.MustCompile(`(?s)^found no matching overload for '([^']*)' applied to '(.*?\.)?\((.*)\)'$`)
	wrongType  = regexp.MustCompile(`^expected type '(.*)' but found '(.*)'$`)
	expecting  = regexp.MustCompile(`(?s),? expecting .*$`)
	inputError = regexp.MustCompile(`(?s)^(?:mismatched input|extraneous input|no viable alternative at input|token recognition error at:) '(.*)'$`)
)

// habits are spellings of other languages.
var habits = map[string]string{
	"=": "; equality is written ==", "<>": "; inequality is written !=",
	"and": "; both is written &&", "or": "; either is written ||", "not": "; not is written !",
}

// plain puts a complaint of the checker into words of its reader.
func plain(message string) string {
	if m := noOverload.FindStringSubmatch(message); m != nil {
		given := strings.TrimSuffix(m[2], ".")
		if given != "" && m[3] != "" {
			given += ", "
		}
		return mismatch(m[1], plainTypes(given+m[3]))
	}
	if m := wrongType.FindStringSubmatch(message); m != nil {
		return fmt.Sprintf("true or false is needed here, not %s", plainTypes(m[2]))
	}
	if rest, ok := strings.CutPrefix(message, "Syntax error: "); ok {
		return "syntax error: " + syntaxError(expecting.ReplaceAllString(rest, ""))
	}
	return message
}

func syntaxError(message string) string {
	m := inputError.FindStringSubmatch(message)
	switch {
	case m == nil:
		return strings.ReplaceAll(message, "'<EOF>'", "the end of the expression")
	case m[1] == "<EOF>":
		return "the expression ends too early"
	case strings.HasPrefix(m[1], "'") || strings.HasPrefix(m[1], `"`):
		return "the text that begins here has no closing quote"
	default:
		return fmt.Sprintf("unexpected %s%s", m[1], habits[strings.ToLower(strings.TrimSpace(m[1]))])
	}
}

// mismatch says that a function does not take values of some types.
func mismatch(function, given string) string {
	switch function {
	case functionMember, functionHas:
		return "a value of type " + strings.TrimSuffix(given, ", string") + " has no members"
	case functionIndex:
		return "[ ] cannot take an entry out of " + given
	case functionEach:
		return "a list is needed here, not " + given
	case operators.Conditional:
		return "both results of ? : must be of one type, and its condition true or false, not " + given
	case operators.Equals, operators.NotEquals:
		return displayName(function) + " compares values of one type, not " + given
	case operators.Add:
		if strings.Contains(given, "string") {
			return "+ does not take " + given + "; string(x) makes a string of a number"
		}
	}
	return displayName(function) + " does not take " + given
}

func plainTypes(list string) string {
	return strings.NewReplacer("null_type", "null", "dyn", "any").Replace(list)
}

// displayName is how a function is written in an expression.
func displayName(function string) string {
	switch function {
	case operators.In:
		return "in"
	case operators.Conditional:
		return "? :"
	case functionIndex:
		return "[ ]"
	}
	if operator, ok := operators.FindReverse(function); ok && operator != "" {
		return operator
	}
	return function + "()"
}

// typeName is how a type is called in messages.
func typeName(t *types.Type) string {
	switch t.Kind() {
	case types.MapKind:
		return "an object"
	case types.ListKind:
		return "a list"
	case types.IntKind:
		return "an int"
	case types.DynKind:
		return "a value of any type"
	case types.TimestampKind:
		return "a timestamp; string(x) makes a string of it"
	case types.DurationKind:
		return "a duration; string(x) makes a string of it"
	case types.BytesKind:
		return "bytes"
	default:
		return "a " + t.TypeName()
	}
}
