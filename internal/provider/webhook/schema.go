package webhook

import (
	"context"
	"fmt"
	"maps"
	"net/url"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/mapvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/setvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/planmodifier"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringdefault"
	"github.com/hashicorp/terraform-plugin-framework/resource/schema/stringplanmodifier"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/personio-community/terraform-provider-personio/internal/attribute"
	"github.com/personio-community/terraform-provider-personio/internal/personio"
	"github.com/personio-community/terraform-provider-personio/internal/provider/tfx"
)

// maxCustomHeaders is the limit of Personio's reference.
const maxCustomHeaders = 3

const resourceDescription = `A webhook: Personio tells an HTTPS address of changes of persons, employments, absences, attendances and ` +
	`documents. An event holds ids only; its receiver reads the rest by the API.

This resource works with Personio itself and through a gateway. The credential needs the scopes ` + "`personio:webhooks:read` and " +
	"`personio:webhooks:write`" + `: the area *Webhooks*, with reading and writing, on Personio's screen for API credentials (it has that ` +
	`name in German, too). A management credential of a gateway gets them with ` + "`personio-gateway init --scope`" + ` or ` +
	"`personio-gateway management-credential create --scope`" + `.

A receiver has to answer with any 2xx status within 3 seconds. Redirects are not followed. Without an answer in time, or after a 5xx ` +
	`other than 501, Personio tries again over three days, at most 14 requests an event. Events are not signed: the token or the headers ` +
	`below are all that a receiver can tell Personio by. What was sent, and how that went, is in the data sources ` +
	`[` + "`personio_webhook_deliveries`" + `](../data-sources/webhook_deliveries.md) and ` +
	`[` + "`personio_webhook_events`" + `](../data-sources/webhook_events.md) for 30 days.

## Where the secret goes

` + "`token_wo` and `custom_headers_wo`" + ` are **write-only**: they are in no plan and no state. That needs Terraform 1.11 or ` +
	`OpenTofu 1.11. They are sent when the webhook is made, and after that only when their version moves, or when ` + "`auth_type`" +
	` changes. Every other change leaves the secret as it is.

**Drift of the secret cannot be seen**: whether Personio shows the token of a webhook is not documented, and the provider never reads it. ` +
	`Somebody who changes it on another way goes unnoticed until the version moves. After an import the versions are null and the secret ` +
	`stays as it is; the first version that is set sends it.`

// Schema describes the resource.
func (r *Resource) Schema(_ context.Context, _ resource.SchemaRequest, resp *resource.SchemaResponse) {
	attributes := map[string]schema.Attribute{
		"id": schema.StringAttribute{
			MarkdownDescription: "Id of the webhook, a UUID.",
			Computed:            true,
			PlanModifiers:       []planmodifier.String{stringplanmodifier.UseStateForUnknown()},
		},
		"url": schema.StringAttribute{
			MarkdownDescription: "Address that events are sent to. Must be `https`. No other webhook may have it.",
			Required:            true,
			Validators:          []validator.String{httpsURL()},
		},
		"description": schema.StringAttribute{
			MarkdownDescription: "What the webhook is for. Diagnostics name it by this.",
			Required:            true,
			Validators:          []validator.String{stringvalidator.LengthAtLeast(1)},
		},
		"enabled_events": schema.SetAttribute{
			MarkdownDescription: "Events that are sent, at least one: " + eventList() + ".",
			ElementType:         types.StringType,
			Required:            true,
			Validators: []validator.Set{
				setvalidator.SizeAtLeast(1), setvalidator.NoNullValues(),
				setvalidator.ValueStringsAre(tfx.OneOf("event", attribute.Events()...)),
			},
		},
		"status": schema.StringAttribute{
			MarkdownDescription: "`ENABLED` or `DISABLED`. Default: `ENABLED`, unlike Personio's own, which is `DISABLED` and makes a " +
				"webhook that never sends anything.",
			Optional:   true,
			Computed:   true,
			Default:    stringdefault.StaticString(personio.WebhookEnabled),
			Validators: []validator.String{tfx.OneOf("status", personio.WebhookEnabled, personio.WebhookDisabled)},
		},
	}
	maps.Copy(attributes, credentialAttributes())
	resp.Schema = schema.Schema{MarkdownDescription: resourceDescription, Attributes: attributes}
}

// credentialAttributes say how a webhook shows its receiver who it is.
func credentialAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"auth_type": schema.StringAttribute{
			MarkdownDescription: "How the webhook shows its receiver who it is: `TOKEN` (`token_wo` as the header `Authorization`), `CUSTOM` " +
				"(`custom_headers_wo`) or `NONE`. Default: that of the secret that is given; without one what the webhook has, and `TOKEN` " +
				"for a new one, as at Personio.",
			Optional: true,
			Computed: true,
			Validators: []validator.String{
				tfx.OneOf("auth type", personio.WebhookAuthToken, personio.WebhookAuthCustom, personio.WebhookAuthNone),
			},
		},
		"token_wo": schema.StringAttribute{
			MarkdownDescription: "Token. It is sent as it stands here as the value of the header `Authorization`: write `Bearer` in front of it " +
				"if the receiver wants that. Write-only: it is in no plan and no state. Conflicts with `custom_headers_wo`.",
			Optional:   true,
			WriteOnly:  true,
			Sensitive:  true,
			Validators: []validator.String{stringvalidator.LengthAtLeast(1), token()},
		},
		"token_wo_version": schema.Int64Attribute{
			MarkdownDescription: "Any change of this number to another sends `token_wo` again. Removing the number leaves the token as it is.",
			Optional:            true,
		},
		"custom_headers_wo": schema.MapAttribute{
			MarkdownDescription: "One to three headers by name, for a receiver that wants others than `Authorization`. A name must not be, or " +
				"begin with, " + bannedList() + ". Write-only: they are in no plan and no state. Conflicts with `token_wo`.",
			ElementType: types.StringType,
			Optional:    true,
			WriteOnly:   true,
			Sensitive:   true,
			Validators: []validator.Map{
				mapvalidator.SizeBetween(1, maxCustomHeaders), mapvalidator.NoNullValues(),
				mapvalidator.KeysAre(customHeader()), mapvalidator.ValueStringsAre(tfx.HeaderValue()),
			},
		},
		"custom_headers_wo_version": schema.Int64Attribute{
			MarkdownDescription: "Any change of this number to another sends `custom_headers_wo` again. Removing the number leaves the headers " +
				"as they are.",
			Optional: true,
		},
	}
}

func eventList() string { return "`" + strings.Join(attribute.Events(), "`, `") + "`" }

func bannedList() string {
	last := len(bannedHeaders) - 1
	return "`" + strings.Join(bannedHeaders[:last], "`, `") + "` or `" + bannedHeaders[last] + "`"
}

// httpsURL accepts an absolute https URL. What it says does not repeat the value,
// which may hold a secret.
func httpsURL() validator.String {
	return tfx.Checked("Invalid URL", "must be an https URL", func(value string) string {
		u, err := url.Parse(value)
		switch {
		case err != nil || strings.TrimSpace(value) != value || u.Scheme == "" || u.Hostname() == "":
			return "The value is not an absolute URL; it must look like https://hooks.example.com/personio."
		case u.Scheme != "https":
			return fmt.Sprintf("The scheme of the URL is %s. Personio sends events to https addresses only.", u.Scheme)
		case u.User != nil:
			return "The URL must not hold a user name or password; token_wo and custom_headers_wo are for secrets."
		case u.Fragment != "":
			return "The URL must not have a fragment (#...)."
		}
		return ""
	})
}

// token accepts what can be the whole value of a header. What it says never
// repeats the value.
func token() validator.String {
	return tfx.Checked("Invalid token", "must be the value of a header", func(value string) string {
		switch {
		case strings.TrimSpace(value) != value:
			return "The token begins or ends with white space, often a line break of the file that it was read from: trimspace() removes it."
		case !tfx.IsHeaderValue(value):
			return "The token holds a character that no header can have, such as a line break."
		}
		return ""
	})
}

// bannedHeaders are the beginnings that Personio refuses in names of headers.
var bannedHeaders = []string{
	"host", "content-length", "transfer-encoding", "connection", "upgrade", "te", "trailer", "expect", "content-type",
}

// customHeader accepts the names that custom headers may have.
func customHeader() validator.String {
	return tfx.Checked("Invalid header", "must be the name of a header that Personio lets through", func(value string) string {
		if !tfx.IsHeaderName(value) {
			return fmt.Sprintf("%q is not the name of a header.", value)
		}
		for _, banned := range bannedHeaders {
			switch name := strings.ToLower(value); {
			case name == banned:
				return fmt.Sprintf("Personio refuses the header %s.", value)
			case strings.HasPrefix(name, banned):
				return fmt.Sprintf("Personio refuses headers whose names begin with %s, and so %s. An X- in front of it helps.", banned, value)
			}
		}
		return ""
	})
}
