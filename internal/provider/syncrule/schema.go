package syncrule

import (
	"context"
	"maps"
	"regexp"

	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework-validators/mapvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/attr"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/booldefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/mapdefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/setdefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/personio-community/terraform-provider-personio/internal/expression"
	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
	"github.com/personio-community/terraform-provider-personio/internal/provider/tfx"
)

// The limits of the gateway's contract (gatewayapi.SyncRuleConfig), and its
// defaults that have no name there.
const (
	maxName         = 255
	maxEmails       = 20
	defaultTimeZone = "UTC"
)

const resourceDescription = `A sync rule: who of your company gets an account on a SCIM target, with ` +
	`which attributes and in which groups, when that is brought up to date, and what happens on failure. The gateway runs it; Terraform ` +
	`only says what it is.

A rule writes to a [` + "`personio_sync_target`" + `](sync_target.md) and reads employees as a ` +
	`[` + "`personio_custom_integration`" + `](custom_integration.md), never more than that integration's attributes. An expression that uses any other attribute fails the plan; one that an integration loses later fails the next run before ` +
	`anything is written.

**Destroying a rule touches no account**: its run is canceled, accounts and groups stay as they are, and a rule that selects the same ` +
	`people later takes them over. Who leaves in between keeps the account, because no rule owns it then. To deprovision everybody, first apply a filter that selects nobody, with a ` + "`max_deprovision`" + ` that ` +
	`allows it.

This resource needs a gateway: Personio's own API offers no way to manage syncs. With ` +
	"`base_url = \"https://api.personio.de\"`" + ` its plan fails and says so.

## Expressions

` + "`filter`" + `, the values of ` + "`attribute_mapping`" + ` and the names in ` + "`group_mapping`" + ` are expressions in the Common Expression ` +
	`Language (CEL) over the employee's attributes, under their keys: ` + "`first_name`, `department`, `hire_date`, `dynamic_4711`" + ` for a ` +
	`custom attribute, ` + "`supervisor.last_name`" + ` for one of the supervisor, and ` + "`today`" + `, a date in the rule's time zone. Texts in ` +
	`them are quoted: ` + "`\"'de'\"`" + ` is the text *de*. They are checked at plan, without any call; only custom attributes show their type when ` +
	`the rule runs.

An attribute that an employee does not have is ` + "`null`" + `, and a comparison with it is false: ` + "`department != 'IT'`" + ` leaves out who has no ` +
	`department. A mapping that gives null removes the value from the account; a group name that is null or empty means no group. A filter ` +
	`that fails for somebody leaves that account as it is, and the run lists it as failed.

## Who may lose an account

A run deprovisions only accounts that this rule provisioned or linked, and whose employees the filter clearly rejects. A list of ` +
	`employees that is empty or broken deprovisions nobody, and a run that would deprovision more than ` + "`max_deprovision`" + ` fails ` +
	`before it writes anything. On one target an employee belongs to one rule, the first that selected them; other rules skip them.

## Runs

Making an active rule, and activating one, tests the target and starts the first run. Changing what a run does starts one, too: filter, ` +
	`match, mappings, operations, guards, integration or target. So does any change of ` + "`triggers`" + `. Apply waits for that run and reports it, ` +
	`unless ` + "`wait_for_run = false`" + `: a run that failed, and people for whom it failed, are **warnings**, because the rule itself is in place.

A run that fails as a whole pauses the rule (` + "`state`" + ` is ` + "`PAUSED`" + `, ` + "`paused_reason`" + ` says why), unless ` + "`on_failure = \"continue\"`" + `. The same ` +
	`changes that start a run resume it. A run that fails for single people pauses nothing.`

// Schema describes the resource.
func (r *Resource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	attributes := configurationAttributes()
	maps.Copy(attributes, accountAttributes())
	maps.Copy(attributes, guardAttributes())
	maps.Copy(attributes, runAttributes())
	maps.Copy(attributes, computedAttributes())
	resp.Schema = schema.Schema{MarkdownDescription: resourceDescription, Attributes: attributes}
}

// configurationAttributes say what is synced where, and for whom.
func configurationAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"name": schema.StringAttribute{
			MarkdownDescription: "Name of the rule, unique within the gateway. 1 to 255 characters.",
			Required:            true,
			Validators:          []validator.String{stringvalidator.UTF8LengthBetween(1, maxName)},
		},
		"custom_integration_id": schema.StringAttribute{
			MarkdownDescription: "Id of the custom integration that the rule reads as.",
			Required:            true,
			Validators:          []validator.String{tfx.IDOf("custom_integration")},
		},
		"sync_target_id": schema.StringAttribute{
			MarkdownDescription: "Id of the sync target that the rule writes to. When it changes, accounts on the old target stay as they are.",
			Required:            true,
			Validators:          []validator.String{tfx.IDOf("sync_target")},
		},
		"active": schema.BoolAttribute{
			MarkdownDescription: "Whether the rule runs. Turning it on tests the target and starts a run; while `false` nothing runs and no " +
				"account is touched. Default: `false`.",
			Optional: true,
			Computed: true,
			Default:  booldefault.StaticBool(false),
		},
		"filter": schema.StringAttribute{
			MarkdownDescription: "Expression that is true for who gets an account. Whoever it stops selecting is deprovisioned.",
			Required:            true,
			Validators:          []validator.String{validExpression(expression.Filter)},
		},
		"match": schema.SingleNestedAttribute{
			MarkdownDescription: "How an employee's account is found on the target, and what a new account is known by.",
			Required:            true,
			Attributes: map[string]schema.Attribute{
				"employee": schema.StringAttribute{
					MarkdownDescription: "Employee attribute whose value is looked for, for example `email`. Who has no value gets no account, " +
						"and the run lists them as failed.",
					Required:   true,
					Validators: []validator.String{tfx.KnownAttribute()},
				},
				"account": schema.StringAttribute{
					MarkdownDescription: "Where on the account it is looked for: `userName`, `externalId` or `emails.value`.",
					Required:            true,
					Validators:          []validator.String{tfx.OneOf("attribute to match", "userName", "externalId", "emails.value")},
				},
			},
		},
	}
}

// accountAttributes say what an employee becomes on the target.
func accountAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"attribute_mapping": schema.MapAttribute{
			MarkdownDescription: "What is written to an account: SCIM path (`name.givenName`, `emails[type eq \"work\"].value`, " +
				"`urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department`) to an expression. Paths that are not listed are " +
				"left alone, except those that the rule sets by itself: the one of `match`, `active`, and for new accounts `externalId` (the " +
				"employee's id). Default: none.",
			ElementType: types.StringType,
			Optional:    true,
			Computed:    true,
			Default:     mapdefault.StaticValue(tfx.EmptyStringMap()),
			Validators: []validator.Map{
				mapvalidator.NoNullValues(),
				mapvalidator.KeysAre(scimPath()),
				mapvalidator.ValueStringsAre(validExpression(expression.Value)),
			},
		},
		"group_mapping": schema.MapNestedAttribute{
			MarkdownDescription: "Groups that arise from attributes. The keys are yours, one for each kind of group. Groups and members that " +
				"the rule did not make or add are left alone. Default: none.",
			Optional:   true,
			Computed:   true,
			Default:    mapdefault.StaticValue(types.MapValueMust(types.ObjectType{AttrTypes: groupType}, map[string]attr.Value{})),
			Validators: []validator.Map{mapvalidator.NoNullValues(), mapvalidator.KeysAre(stringvalidator.LengthAtLeast(1))},
			NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
				"name": schema.StringAttribute{
					MarkdownDescription: "Expression for the name of the employee's group, for example `'Team ' + team`. Null or empty: no group.",
					Required:            true,
					Validators:          []validator.String{validExpression(expression.GroupName)},
				},
				"adopt_existing": schema.BoolAttribute{
					MarkdownDescription: "Whether a group of that name that exists on the target and belongs to no rule is taken over. While " +
						"`false`, such a group is listed as failed and left alone. Default: `false`.",
					Optional: true,
					Computed: true,
					Default:  booldefault.StaticBool(false),
				},
			}},
		},
		"operations": schema.SetAttribute{
			MarkdownDescription: "What the rule may do: `provision` (create accounts), `update`, `deprovision`, `link` (take over accounts that " +
				"exist already). What is not listed is skipped. Default: all four.",
			ElementType: types.StringType,
			Optional:    true,
			Computed:    true,
			Default:     setdefault.StaticValue(tfx.StringSet(types.SetNull(types.StringType), allOperations())),
			Validators: []validator.Set{
				setvalidator.SizeAtLeast(1),
				setvalidator.NoNullValues(),
				setvalidator.ValueStringsAre(tfx.OneOf("operation", allOperations()...)),
			},
		},
	}
}

// allOperations are the operations that a rule may do by default.
func allOperations() []string {
	return []string{
		string(gatewayapi.OperationProvision), string(gatewayapi.OperationUpdate),
		string(gatewayapi.OperationDeprovision), string(gatewayapi.OperationLink),
	}
}

// maxDeprovisionForm is a share of up to 100% or a number.
var maxDeprovisionForm = regexp.MustCompile(`^([0-9]{1,9}|0*([0-9]{1,2}|100)%)$`)

// guardAttributes say what happens to accounts of those who leave, and when a
// run goes wrong.
func guardAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"deprovision_mode": schema.StringAttribute{
			MarkdownDescription: "What deprovisioning does: `deactivate` sets an account inactive, `delete` **deletes it with what the target " +
				"keeps under it**, which cannot be undone. Default: `deactivate`.",
			Optional:   true,
			Computed:   true,
			Default:    stringdefault.StaticString(gatewayapi.DeprovisionDeactivate),
			Validators: []validator.String{tfx.OneOf("deprovision mode", gatewayapi.DeprovisionDeactivate, gatewayapi.DeprovisionDelete)},
		},
		"max_deprovision": schema.StringAttribute{
			MarkdownDescription: "How many accounts one run may deprovision: a share of the active ones that are linked (`10%`) or a number (`25`), never " +
				"less than 5. A run that would deprovision more fails before it writes. Default: `10%`.",
			Optional: true,
			Computed: true,
			Default:  stringdefault.StaticString(gatewayapi.DefaultMaxDeprovision),
			Validators: []validator.String{
				stringvalidator.RegexMatches(maxDeprovisionForm, `must be a share such as "10%" or a number such as "25"`),
			},
		},
		"on_failure": schema.StringAttribute{
			MarkdownDescription: "What a run that fails as a whole does to the rule: `pause` pauses it until a change resumes it, " +
				"`continue` lets the schedule go on. Default: `pause`.",
			Optional:   true,
			Computed:   true,
			Default:    stringdefault.StaticString(gatewayapi.OnFailurePause),
			Validators: []validator.String{tfx.OneOf("way on failure", gatewayapi.OnFailurePause, gatewayapi.OnFailureContinue)},
		},
		"notification_emails": schema.SetAttribute{
			MarkdownDescription: "Addresses that are told when a run fails, at most 20. Needs a gateway that sends mail. Default: none.",
			ElementType:         types.StringType,
			Optional:            true,
			Computed:            true,
			Default:             setdefault.StaticValue(tfx.EmptyStringSet()),
			Validators: []validator.Set{
				setvalidator.SizeAtMost(maxEmails),
				setvalidator.NoNullValues(),
				setvalidator.ValueStringsAre(emailAddress()),
			},
		},
	}
}

// runAttributes say when the rule runs.
func runAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"schedule": schema.SingleNestedAttribute{
			MarkdownDescription: "When the rule runs by itself. Default: never; it then runs on activation, change and request only.",
			Optional:            true,
			Attributes: map[string]schema.Attribute{
				"cron": schema.StringAttribute{
					MarkdownDescription: "Five fields: minute, hour, day of month, month, day of week. `0 4 * * *` is every day at 04:00.",
					Required:            true,
					Validators:          []validator.String{cronExpression()},
				},
				"time_zone": schema.StringAttribute{
					MarkdownDescription: "IANA name of the time zone of `cron` and of `today` in expressions, for example `Europe/Berlin`. " +
						"A time of `cron` that the clock skips is made up for when it has jumped, and one that it shows twice counts once. Default: `UTC`.",
					Optional:   true,
					Computed:   true,
					Default:    stringdefault.StaticString(defaultTimeZone),
					Validators: []validator.String{timeZone()},
				},
			},
		},
		"triggers": schema.MapAttribute{
			MarkdownDescription: "Any values of your own. Any change of them starts a run of an active rule, and resumes a paused one. " +
				"Default: none.",
			ElementType: types.StringType,
			Optional:    true,
			Computed:    true,
			Default:     mapdefault.StaticValue(tfx.EmptyStringMap()),
			Validators:  []validator.Map{mapvalidator.NoNullValues()},
		},
		"wait_for_run": schema.BoolAttribute{
			MarkdownDescription: "Whether apply waits, up to 15 minutes, for the run that a change starts, and reports how it went. Default: `true`.",
			Optional:            true,
			Computed:            true,
			Default:             booldefault.StaticBool(true),
		},
	}
}

// computedAttributes are what the gateway knows.
func computedAttributes() map[string]schema.Attribute {
	keep := []planmodifier.String{stringplanmodifier.UseStateForUnknown()}
	instant := func(text string, modifiers ...planmodifier.String) schema.Attribute {
		return schema.StringAttribute{
			MarkdownDescription: text, CustomType: timetypes.RFC3339Type{}, Computed: true, PlanModifiers: modifiers,
		}
	}
	return map[string]schema.Attribute{
		"id": schema.StringAttribute{MarkdownDescription: "Id of the rule, a UUID.", Computed: true, PlanModifiers: keep},
		"state": schema.StringAttribute{
			MarkdownDescription: "What the rule does now: `ACTIVE`, `PAUSED` after a failed run, or `INACTIVE`.",
			Computed:            true,
		},
		"paused_reason": schema.StringAttribute{
			MarkdownDescription: "Why the rule is paused; null if it is not.",
			Computed:            true,
		},
		"paused_since": instant("Since when the rule is paused (RFC 3339); null if it is not."),
		"next_run_at":  instant("When the rule runs next by itself (RFC 3339); null without a schedule, or while it does not run."),
		"created_at":   instant("When the rule was made (RFC 3339).", keep...),
		"updated_at":   instant("When its configuration last changed (RFC 3339)."),
	}
}
