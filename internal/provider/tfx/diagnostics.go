package tfx

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"

	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
	"github.com/personio-community/terraform-provider-personio/internal/personio"
)

// Object is what a diagnostic speaks of.
type Object struct {
	Declaration

	// Kind is the word for people: custom integration.
	Kind string
	// Name is the object's name, or its id where the name is not known; "" for
	// a whole collection.
	Name string
	// InUse says what to do when the server refuses because the object is in use.
	InUse string
}

// String is kind and name: custom integration "Reporting".
func (o Object) String() string {
	if o.Name == "" {
		return o.Kind
	}
	return fmt.Sprintf("%s %q", o.Kind, o.Name)
}

// AddError turns the error of a call into diagnostics: one for each finding of
// the server, at the attribute it points to, with the server's words, the HTTP
// status, the ids that find the call in logs, and what to do now. verb is what
// was being done: "create".
func AddError(diags *diag.Diagnostics, verb string, object Object, members Members, err error) {
	if personio.IsGatewayMissing(err) {
		object.AddGatewayNeeded(diags)
		return
	}
	summary := fmt.Sprintf("Could not %s %s", verb, object)
	var call *personio.Error
	if !errors.As(err, &call) {
		diags.AddError(summary, sentence(err.Error()))
		return
	}
	if call.Problem == nil || len(call.Problem.Errors) == 0 {
		diags.AddError(summary, detail(call, call.Message(), nextStep(verb, object, call, gatewayapi.ProblemError{})))
		return
	}
	for _, finding := range call.Problem.Errors {
		words := finding.Title
		if finding.Detail != "" && finding.Detail != finding.Title {
			words = strings.TrimSuffix(words, ".") + ": " + finding.Detail
		}
		text := detail(call, words, nextStep(verb, object, call, finding))
		if attribute, ok := members.attributeAt(finding.Meta[gatewayapi.MetaPointer]); ok {
			diags.AddAttributeError(attribute, summary, text)
			continue
		}
		diags.AddError(summary, text)
	}
}

// CheckKept reports every attribute that the server accepted and then did not
// keep, each as an error of its own. kept says it of attributes by name, nested ones
// as "scim.url".
func CheckKept(diags *diag.Diagnostics, object Object, kept map[string]bool) {
	for _, name := range slices.Sorted(maps.Keys(kept)) {
		if !kept[name] {
			steps := strings.Split(name, ".")
			at := path.Root(steps[0])
			for _, step := range steps[1:] {
				at = at.AtName(step)
			}
			AddNotKept(diags, object, at)
		}
	}
}

// AddNotKept reports that the server accepted a call and then answered with
// another value for an attribute than it was given.
func AddNotKept(diags *diag.Diagnostics, object Object, attribute path.Path) {
	diags.AddAttributeError(attribute, fmt.Sprintf("The server did not keep %s of %s", attribute, object),
		fmt.Sprintf("The call succeeded, but the answer shows another value for %s than was sent. The state holds what the server "+
			"has now. This is a fault of the server or of something between it and Terraform; please report it, with the versions "+
			"of both.", attribute))
}

// AddVanished warns that an object is gone and leaves the state.
func AddVanished(diags *diag.Diagnostics, object Object, id string) {
	diags.AddWarning(fmt.Sprintf("%s is gone", upperFirst(object.String())),
		fmt.Sprintf("The %s with id %s was deleted outside Terraform. It is removed from the state; the next apply makes it anew.", object.Kind, id))
}

// AddImportNotFound reports the import of an object that does not exist.
func AddImportNotFound(diags *diag.Diagnostics, object Object, id string) {
	diags.AddError("Could not import "+object.Kind,
		fmt.Sprintf("There is no %s with id %q at the provider's base_url. Check both.", object.Kind, id))
}

// detail is the text of a diagnostic: the words, the facts, the next step.
func detail(call *personio.Error, words, next string) string {
	var parts []string
	if words != "" {
		parts = append(parts, sentence(words))
	}
	var facts []string
	if call.Status != 0 {
		facts = append(facts, fmt.Sprintf("HTTP status %d", call.Status))
	}
	if call.Attempts > 1 {
		facts = append(facts, fmt.Sprintf("%d attempts", call.Attempts))
	}
	if call.RequestID != "" {
		facts = append(facts, "request id "+call.RequestID)
	}
	if call.TraceID != "" {
		facts = append(facts, "trace id "+call.TraceID)
	}
	parts = append(parts, fmt.Sprintf("Call: %s %s%s", call.Method, call.BaseURL, call.Path))
	if len(facts) > 0 {
		parts[len(parts)-1] += " (" + strings.Join(facts, ", ") + ")"
	}
	if next != "" {
		parts = append(parts, sentence(next))
	}
	return strings.Join(parts, "\n\n")
}

// nextStep says what to do now.
func nextStep(verb string, object Object, call *personio.Error, finding gatewayapi.ProblemError) string {
	switch {
	case finding.Meta[gatewayapi.MetaExistingID] != "":
		return fmt.Sprintf("It exists already; to manage it with Terraform, import it: terraform import %s.<name> %s",
			object.Type, finding.Meta[gatewayapi.MetaExistingID])
	case finding.Kind() == gatewayapi.KindInUse && object.InUse != "":
		return object.InUse
	case strings.HasPrefix(finding.Meta[gatewayapi.MetaPointer], "#query/"):
		return "" // A gateway that refuses a filter says all there is to say.
	case personio.IsNotFound(call) && verb != "read":
		return "It was deleted outside Terraform since the plan was made: plan again"
	case personio.IsRevisionMismatch(call):
		return "Somebody else changed it since the plan was made, and nothing was overwritten: plan again, look at the difference, and apply"
	case personio.IsForbidden(call):
		return strings.TrimPrefix(sentence(call.Hint())+" "+object.scopeHint(verb), " ")
	default:
		return call.Hint()
	}
}

// sentence gives a text its full stop.
func sentence(text string) string {
	text = strings.TrimSpace(text)
	if text == "" || strings.ContainsRune(".!?:>", rune(text[len(text)-1])) {
		return text
	}
	return text + "."
}

func upperFirst(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
