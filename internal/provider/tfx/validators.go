package tfx

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/personio-community/terraform-provider-personio/internal/attribute"
)

// NearestShown is how many similar names an error offers.
const NearestShown = 3

var (
	_ validator.String = knownScope{}
	_ validator.String = knownAttribute{}
	_ validator.String = durationBetween{}
)

// KnownScope accepts the Personio scope strings of the catalogue, official and
// legacy. Null and unknown values pass.
func KnownScope() validator.String { return knownScope{} }

type knownScope struct{}

func (knownScope) Description(context.Context) string { return "must be a known Personio scope" }

func (v knownScope) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (knownScope) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	scope := req.ConfigValue.ValueString()
	if attribute.IsManagementScope(scope) {
		resp.Diagnostics.AddAttributeError(req.Path, "Scope not for custom integrations",
			fmt.Sprintf("%q is a right of the gateway's own management API. A custom integration can never hold such a right; "+
				"management credentials do, and those are made with the personio-gateway command. Remove this scope.", scope))
		return
	}
	if _, ok := attribute.LookupScope(scope); ok {
		return
	}
	resp.Diagnostics.AddAttributeError(req.Path, "Unknown scope",
		fmt.Sprintf("%q is not a scope of Personio's API.%s", scope, DidYouMean(attribute.NearestScopes(scope, NearestShown))))
}

// TokenScope accepts the scopes that an access token may carry: what [KnownScope]
// accepts, and the scopes of the gateway's management API.
func TokenScope() validator.String {
	return Checked("Unknown scope", "must be a scope of Personio's API or of the gateway's management API", func(scope string) string {
		if _, known := attribute.CanonicalScope(scope); known {
			return ""
		}
		near := attribute.NearestScopes(scope, NearestShown)
		if attribute.IsManagementScope(strings.ToLower(scope)) {
			near = attribute.NearestOf(scope, attribute.ManagementScopes(), NearestShown)
		}
		return fmt.Sprintf("%q is neither a scope of Personio's API nor one of a gateway.%s", scope, DidYouMean(near))
	})
}

// KnownAttribute accepts the v1 keys of Personio's system attributes and
// well-formed keys of custom attributes (dynamic_<number>). Null and unknown
// values pass.
func KnownAttribute() validator.String { return knownAttribute{} }

type knownAttribute struct{}

func (knownAttribute) Description(context.Context) string {
	return "must be the key of an employee attribute"
}

func (v knownAttribute) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (knownAttribute) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	key := req.ConfigValue.ValueString()
	if attribute.Known(key) {
		return
	}
	resp.Diagnostics.AddAttributeError(req.Path, "Unknown employee attribute",
		fmt.Sprintf("%q is neither a system attribute of Personio nor the key of a custom attribute, which reads dynamic_<number>.%s "+
			"The data source personio_employee_attributes lists the attributes of your company.",
			key, DidYouMean(attribute.Nearest(key, NearestShown))))
}

// OneOf accepts the given values. Of any other value it says the nearest of them,
// and all. what names the kind of value: "category". Null and unknown values pass.
func OneOf(what string, values ...string) validator.String {
	known := strings.Join(values, ", ")
	return Checked("Unknown "+what, "must be one of "+known, func(value string) string {
		if slices.Contains(values, value) {
			return ""
		}
		return fmt.Sprintf("There is no %s %q.%s The values are: %s.", what, value, DidYouMean(attribute.NearestOf(value, values, NearestShown)), known)
	})
}

// IDOf accepts ids of the gateway's objects, which are UUIDs. of is the type of the
// resource that has the id, without its prefix: "custom_integration". Null and
// unknown values pass.
func IDOf(of string) validator.String {
	kind := strings.ReplaceAll(of, "_", " ")
	return Checked("Not an id", "must be the id of a "+kind, func(value string) string {
		if _, err := uuid.Parse(value); err == nil && len(value) == uuidLength {
			return ""
		}
		return fmt.Sprintf("%q is not the id of a %s, which is a UUID. Take it from the resource: personio_%s.<name>.id.", value, kind, of)
	})
}

// uuidLength is that of the form with dashes, the only one that the gateway takes.
const uuidLength = 36

// DurationBetween accepts Go durations ("90s", "24h") from low to high, both
// included. Null and unknown values pass, and so does what is no duration at
// all: the attribute's type reports that.
func DurationBetween(low, high time.Duration) validator.String {
	return durationBetween{low: low, high: high}
}

type durationBetween struct{ low, high time.Duration }

func (v durationBetween) Description(context.Context) string {
	return fmt.Sprintf("must be a duration from %s to %s", ShortDuration(v.low), ShortDuration(v.high))
}

func (v durationBetween) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (v durationBetween) ValidateString(ctx context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	d, err := time.ParseDuration(req.ConfigValue.ValueString())
	if err != nil || (d >= v.low && d <= v.high) {
		return
	}
	resp.Diagnostics.AddAttributeError(req.Path, "Duration out of range",
		fmt.Sprintf("The value %q is out of range: it %s.", req.ConfigValue.ValueString(), v.Description(ctx)))
}

// ShortDuration prints a duration without its zero parts: 24h, not 24h0m0s.
func ShortDuration(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

// DidYouMean is a sentence with a leading space, or nothing without names.
func DidYouMean(names []string) string {
	if len(names) == 0 {
		return ""
	}
	quoted := make([]string, len(names))
	for i, n := range names {
		quoted[i] = fmt.Sprintf("%q", n)
	}
	last := len(quoted) - 1
	if last == 0 {
		return " Did you mean " + quoted[0] + "?"
	}
	return " Did you mean " + strings.Join(quoted[:last], ", ") + " or " + quoted[last] + "?"
}
