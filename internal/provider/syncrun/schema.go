package syncrun

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
)

const statusDescription = `How a sync rule is doing: its state, when it runs next, and how its last run went, like Personio's screen *Monitoring*. ` +
	`It is an error if there is no such rule.

Everything is read anew each time, so that a run which ended a moment ago is seen. Since the values move by themselves, use them in outputs ` +
	`and checks rather than in arguments of resources.

This data source needs a gateway, and shows what that gateway runs. Syncs that Personio runs itself cannot be read by any API.`

// Schema describes the data source.
func (d *StatusDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: statusDescription,
		Attributes: map[string]schema.Attribute{
			"sync_rule_id": schema.StringAttribute{
				MarkdownDescription: "Id of the rule, a UUID. Exactly one of `sync_rule_id` and `name` must be given.",
				Optional:            true,
				Computed:            true,
				Validators: []validator.String{
					stringvalidator.LengthAtLeast(1),
					stringvalidator.ExactlyOneOf(path.MatchRoot("sync_rule_id"), path.MatchRoot("name")),
				},
			},
			"name": schema.StringAttribute{
				MarkdownDescription: "Name of the rule, in full. Exactly one of `sync_rule_id` and `name` must be given.",
				Optional:            true,
				Computed:            true,
				Validators:          []validator.String{stringvalidator.LengthAtLeast(1)},
			},
			"state":                text("`ACTIVE`, `PAUSED` after a failed run, or `INACTIVE`."),
			"paused_reason":        text("Why the rule is paused; null if it is not."),
			"paused_since":         instant("Since when the rule is paused (RFC 3339); null if it is not."),
			"next_run_at":          instant("When the rule runs next by itself (RFC 3339); null without a schedule, or while it does not run."),
			"consecutive_failures": integer("How many runs in a row failed as a whole."),
			"linked_accounts":      integer("How many accounts of the target the rule provisioned or linked."),
			"last_run": schema.SingleNestedAttribute{
				MarkdownDescription: "The last run, also one that has not ended; null if the rule never ran.",
				Computed:            true,
				Attributes:          runAttributes(),
			},
		},
	}
}

func runAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"id":         text("Id of the run, a UUID."),
		"status":     text("`QUEUED`, `RUNNING`, `SUCCESSFUL`, `PARTIAL_SUCCESS` (it failed for some), `FAILED` (as a whole) or `CANCELED`."),
		"started_by": text("What started it: `activation`, `schedule`, `change`, `trigger` or `request`."),
		"queued_at":  instant("When it was queued (RFC 3339)."),
		"started_at": instant("When it began (RFC 3339); null while it is queued."),
		"ended_at":   instant("When it ended (RFC 3339); null before that."),
		"error":      text("Why it failed as a whole; null if it did not."),
		"counts": schema.SingleNestedAttribute{
			MarkdownDescription: "Numbers of employees, and of groups, by what happened to them.",
			Computed:            true,
			Attributes: map[string]schema.Attribute{
				"provisioned":    integer("Employees who got an account."),
				"updated":        integer("Employees whose account was changed."),
				"linked":         integer("Employees whose account existed and was taken over."),
				"deprovisioned":  integer("Employees whose account was deactivated or deleted."),
				"unchanged":      integer("Employees whose account was as it should be."),
				"skipped":        integer("Employees who were left out, for example because another rule owns their account."),
				"failed":         integer("Employees and groups for whom it failed."),
				"groups_created": integer("Groups that were made."),
				"groups_updated": integer("Groups whose members were changed."),
			},
		},
	}
}

func text(description string) schema.Attribute {
	return schema.StringAttribute{MarkdownDescription: description, Computed: true}
}

func instant(description string) schema.Attribute {
	return schema.StringAttribute{MarkdownDescription: description, CustomType: timetypes.RFC3339Type{}, Computed: true}
}

func integer(description string) schema.Attribute {
	return schema.Int64Attribute{MarkdownDescription: description, Computed: true}
}
