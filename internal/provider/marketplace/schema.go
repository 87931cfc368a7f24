package marketplace

import (
	"context"
	"maps"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/personio-community/terraform-provider-personio/internal/provider/marketplace/catalogue"
	"github.com/personio-community/terraform-provider-personio/internal/provider/tfx"
)

const catalogueDescription = `The catalogue is part of the provider: reading it calls nothing and needs no credentials, so it works with every ` +
	"`base_url`" + ` and while the provider's arguments are not known yet. Its entries rest on public pages, which each entry names; they ` +
	`are not all that Personio's Marketplace lists. **What is null or empty is not known**: no public page says it. Pages change, and what ` +
	`counts in the end is what the vendor asks you for.`

const dataSourceDescription = `A system that integrates with Personio, from the provider's catalogue: who makes it, how it is activated, which scopes and ` +
	`employee attributes it asks for, and how it is governed with this provider. An integration or an audit takes its scopes and attributes ` +
	"from here in one line each. It is an error if there is no such entry.\n\n" + catalogueDescription

const listDataSourceDescription = `The systems that integrate with Personio, from the provider's catalogue, like the pages of Personio's *Marketplace*. ` +
	"Without arguments: all of them; with several: those that meet all.\n\n" + catalogueDescription

// Schema describes the data source.
func (d *DataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	attributes := summaryAttributes()
	maps.Copy(attributes, detailAttributes())
	attributes["id"] = schema.StringAttribute{
		MarkdownDescription: "Id of the entry, a short name in lower case: `josys`, `microsoft-entra-id`. The data source " +
			"[`personio_marketplace_integrations`](marketplace_integrations.md) lists them.",
		Required: true,
	}
	resp.Schema = schema.Schema{MarkdownDescription: dataSourceDescription, Attributes: attributes}
}

// Schema describes the data source.
func (d *ListDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	filter := func(description string, validators ...validator.String) schema.Attribute {
		return schema.StringAttribute{MarkdownDescription: "Show only " + description, Optional: true, Validators: validators}
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: listDataSourceDescription,
		Attributes: map[string]schema.Attribute{
			"search": filter("entries whose name, developer and description hold each of these words, in any case.",
				stringvalidator.LengthAtLeast(1)),
			"developer": filter("what this company makes: its name in full, in any case.", stringvalidator.LengthAtLeast(1)),
			"made_by":   filter("what is made by these: "+values(catalogue.MadeBy)+".", tfx.OneOf("maker", catalogue.MadeBy...)),
			"category":  filter("this category: "+values(catalogue.Categories)+".", tfx.OneOf("category", catalogue.Categories...)),
			"tier": filter("this partner tier: "+values(catalogue.Tiers)+" (for what Personio makes itself). Entries whose tier is not "+
				"known are in none of them.", tfx.OneOf("tier", catalogue.Tiers...)),
			"activation_method": filter("what can be activated in this way: "+values(catalogue.ActivationMethods)+".",
				tfx.OneOf("activation method", catalogue.ActivationMethods...)),
			"integrations": schema.ListNestedAttribute{
				MarkdownDescription: "The entries, sorted by id.",
				Computed:            true,
				NestedObject:        schema.NestedAttributeObject{Attributes: summaryAttributes()},
			},
			"by_id": schema.MapNestedAttribute{
				MarkdownDescription: "The same entries by their ids.",
				Computed:            true,
				NestedObject:        schema.NestedAttributeObject{Attributes: summaryAttributes()},
			},
		},
	}
}

// values lists values as a description does.
func values(of []string) string { return "`" + strings.Join(of, "`, `") + "`" }

func computed(description string) schema.Attribute {
	return schema.StringAttribute{MarkdownDescription: description, Computed: true}
}

func computedSet(description string) schema.Attribute {
	return schema.SetAttribute{MarkdownDescription: description, ElementType: types.StringType, Computed: true}
}

// summaryAttributes are those of an entry in a list.
func summaryAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"id":          computed("Id of the entry, for `personio_marketplace_integration`."),
		"name":        computed("Name of the integration."),
		"developer":   computed("Who makes it."),
		"description": computed("What it does, in a sentence."),
		"made_by":     computed("`PERSONIO`, or `PARTNER` for anybody else, whether or not they are a partner of Personio."),
		"category":    computed("Kind of system: " + values(catalogue.Categories) + ". The kinds are the catalogue's, not the Marketplace's."),
		"tier": computed("Partner tier in the Marketplace: " + values(catalogue.Tiers) + " for what Personio makes itself; null if it is not " +
			"known, which is so for all partners today."),
		"activation_methods": computedSet("How it is activated: `api_credential` with a client id and a client secret, new or existing; `email` by " +
			"writing to the partner; `recruiting_credential` with company id and token of the recruiting API; `configuration_wizard` in " +
			"Personio's Marketplace itself."),
		"way": computed("How it is governed with this provider: `GATEWAY_CREDENTIAL` (it can be pointed at a gateway and uses a " +
			"`personio_api_credential`), `CREDENTIAL_AUDIT` (it always calls Personio, with a credential made in Personio's screens that " +
			"`personio_credential_audit` audits), `SCIM` (a `personio_sync_rule` pushes people to it), `PERSONIO` (it stays in Personio's " +
			"screens, and no API manages or audits it)."),
		"support_contact": computed("Who helps; null if no public page says so."),
	}
}

// detailAttributes are those of one entry beyond its summary.
func detailAttributes() map[string]schema.Attribute {
	return map[string]schema.Attribute{
		"way_reason": computed("Why it is that way."),
		"recommended_scopes": computedSet("Scopes that it asks for, as `scopes` of an integration and `expected_scopes` of an audit take them; empty " +
			"if no public page says so. Rights that have no scope of their own in Personio's API, such as org units, are in `instructions`."),
		"all_attributes": schema.BoolAttribute{
			MarkdownDescription: "Whether it asks for every employee attribute; `false` if no public page says so. Where it does, the lists are empty. You may well give it less.",
			Computed:            true,
		},
		"required_attributes": computedSet("Keys of employee attributes without which it does not work, or not as its guide describes; empty if no " +
			"public page says so. The employee id is never listed: every answer has it."),
		"optional_attributes": computedSet("Keys of employee attributes that it uses if it gets them; empty if no public page says so."),
		"attributes":          computedSet("`required_attributes` and `optional_attributes` together."),
		"custom_attributes": computedSet("Labels of what it asks for and is no system attribute of Personio. The keys of such attributes " +
			"(`dynamic_4711`) differ from company to company: `personio_employee_attributes` finds them by label."),
		"instructions": schema.SingleNestedAttribute{
			MarkdownDescription: "How to activate it.",
			Computed:            true,
			Attributes: map[string]schema.Attribute{
				"text": computed("The steps in short."),
				"url":  computed("Page with the steps at length."),
			},
		},
		"sources": schema.ListNestedAttribute{
			MarkdownDescription: "Public pages that the entry rests on.",
			Computed:            true,
			NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
				"url":       computed("Address of the page."),
				"looked_up": computed("When it was read, as `2026-11-22`."),
			}},
		},
	}
}
