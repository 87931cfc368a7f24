package tfx

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
)

var _ validator.String = checked{}

// Checked makes a validator of a function that says what is wrong with a string,
// in whole sentences, and nothing if it is fine. description completes "the
// value ...". Null and unknown values pass.
func Checked(summary, description string, problem func(value string) string) validator.String {
	return checked{summary: summary, description: description, problem: problem}
}

type checked struct {
	summary, description string
	problem              func(value string) string
}

func (v checked) Description(context.Context) string { return v.description }

func (v checked) MarkdownDescription(ctx context.Context) string { return v.Description(ctx) }

func (v checked) ValidateString(_ context.Context, req validator.StringRequest, resp *validator.StringResponse) {
	if req.ConfigValue.IsNull() || req.ConfigValue.IsUnknown() {
		return
	}
	if problem := v.problem(req.ConfigValue.ValueString()); problem != "" {
		resp.Diagnostics.AddAttributeError(req.Path, v.summary, problem)
	}
}
