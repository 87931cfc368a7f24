package project

import (
	"context"
	"fmt"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"

	"github.com/personio-community/terraform-provider-personio/internal/personio"
	"github.com/personio-community/terraform-provider-personio/internal/provider/tfx"
)

// The limits of Personio's projects.
const (
	maxName        = 255
	maxDescription = 1000
)

const (
	needsScopes = "Works with Personio itself and through a gateway. Needs the scopes `personio:attendances:read` and " +
		"`personio:attendances:write`, to which Personio counts projects; a gateway's management credential has them if it was made with " +
		"`--scope`."
	resourceDescription = `A project, on which employees book their working time, or a sub-project of one.

**Destroying a project destroys its sub-projects**, those made outside Terraform included; the plan names them (it ` +
		"cannot with `-replace`, nor for a tainted project). To only close a project, set `status = \"ARCHIVED\"`.\n\n" +
		"Who may book on it is managed with [`personio_project_members`](project_members.md) (the whole list) or " +
		"[`personio_project_member`](project_member.md) (one person), or it is everybody: `assigned_to_all = true`.\n\n" + needsScopes
)

// Schema describes the resource.
func (r *Resource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	text := func(description string, validators ...validator.String) schema.StringAttribute {
		return schema.StringAttribute{
			MarkdownDescription: description, Optional: true,
			Validators: append([]validator.String{stringvalidator.LengthAtLeast(1)}, validators...),
		}
	}
	flag := func(description string) schema.BoolAttribute {
		return schema.BoolAttribute{MarkdownDescription: description, Optional: true, Computed: true}
	}
	parent := text("Id of the project that this one is part of. There is one level: a sub-project has no sub-projects. Another " +
		"parent makes a new project. Default: none.")
	parent.PlanModifiers = []planmodifier.String{stringplanmodifier.RequiresReplace()}
	resp.Schema = schema.Schema{
		MarkdownDescription: resourceDescription,
		Attributes: map[string]schema.Attribute{
			"id": schema.StringAttribute{
				MarkdownDescription: "Id of the project.",
				Computed:            true,
				PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
			},
			"name": schema.StringAttribute{
				MarkdownDescription: "Name of the project, unique among all projects and sub-projects. 1 to 255 characters.",
				Required:            true,
				Validators:          []validator.String{stringvalidator.UTF8LengthBetween(1, maxName)},
			},
			"status": schema.StringAttribute{
				MarkdownDescription: "`ACTIVE` or `ARCHIVED`. Default: `ACTIVE`.",
				Optional:            true,
				Computed:            true,
				Default:             stringdefault.StaticString(personio.ProjectActive),
				Validators:          []validator.String{statusValidator()},
			},
			"project_code": text("Code of the project, unique among all projects and sub-projects. Default: none."),
			"description":  text("What the project is about. At most 1000 characters. Default: none.", stringvalidator.UTF8LengthAtMost(maxDescription)),
			"start_date":   text("First day of the project, `YYYY-MM-DD`. Default: none.", dateValidator()),
			"end_date_exclusive": text("The day **after** the last day of the project, `YYYY-MM-DD`, as Personio's API has it: "+
				"`2028-01-01` for a project that lasts until the end of 2027. Must not be before `start_date`. Default: none.", dateValidator()),
			"parent_project_id": parent,
			"cost_center_id":    text("Id of the cost center. Not for sub-projects. Default: none."),
			"assigned_to_all": flag("Whether every employee may book on it, instead of its members. Turning it on removes all members, and the " +
				"plan says how many. Not for sub-projects, which have that of their parent. Default: `false`."),
			"billable":     flag("Whether what is booked is billed. Not for sub-projects, which have that of their parent. Default: `false`."),
			"client_name":  text("Name of the customer. Not for sub-projects. Default: none."),
			"project_type": text("Kind of the project, in your own words. Not for sub-projects. Default: none."),
		},
	}
}

func statusValidator() validator.String {
	return tfx.OneOf("status", personio.ProjectActive, personio.ProjectArchived)
}

// dateValidator accepts days that exist.
func dateValidator() validator.String {
	return tfx.Checked("Not a date", "must be a date like 2027-12-31", func(value string) string {
		if _, err := time.Parse(time.DateOnly, value); err != nil {
			return fmt.Sprintf("%q is not a date like 2027-12-31 (year, month, day).", value)
		}
		return ""
	})
}
