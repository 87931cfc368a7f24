package provider_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/hashicorp/terraform-plugin-framework/resource"
	"github.com/hashicorp/terraform-plugin-go/tfprotov6"

	"github.com/personio-community/terraform-provider-personio/internal/acctest"
	"github.com/personio-community/terraform-provider-personio/internal/acctest/tfproto"
	"github.com/personio-community/terraform-provider-personio/internal/attribute"
	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
	"github.com/personio-community/terraform-provider-personio/internal/provider/tfx"
	"github.com/personio-community/terraform-provider-personio/internal/sandbox"
	"github.com/personio-community/terraform-provider-personio/internal/sandbox/records"
)

// samples are configurations with which an object can be made and read in a
// world, by the folder that it has in examples/. They may make what the object
// builds on.
var samples = map[string]func(t *testing.T, w *acctest.World) tfproto.Values{
	"resources/personio_custom_integration": func(*testing.T, *acctest.World) tfproto.Values { return integration },
	"resources/personio_api_credential": func(t *testing.T, w *acctest.World) tfproto.Values {
		return tfproto.Values{"name": "reporting", "custom_integration_id": newIntegration(t, w).ID}
	},
	"resources/personio_sync_target": func(_ *testing.T, w *acctest.World) tfproto.Values {
		return tfproto.Values{"name": "Learning", "scim": tfproto.Values{"url": w.SCIMURL, "token_wo": w.SCIMToken, "token_wo_version": int64(1)}}
	},
	"resources/personio_sync_rule": func(t *testing.T, w *acctest.World) tfproto.Values {
		return tfproto.Values{
			"name": "Everybody", "custom_integration_id": newIntegration(t, w).ID, "sync_target_id": newTarget(t, w).ID, "filter": "email != ''",
			"match":             tfproto.Values{"employee": "email", "account": "userName"},
			"attribute_mapping": tfproto.Values{"displayName": "email"},
			"operations":        []any{"provision", "link"}, "active": true, "wait_for_run": true,
		}
	},
	"resources/personio_project": func(*testing.T, *acctest.World) tfproto.Values { return tfproto.Values{"name": "Umzug"} },
	"resources/personio_project_members": func(t *testing.T, w *acctest.World) tfproto.Values {
		err := w.Sandbox.Records().Projects.Change(records.ProjectOld, func(p *records.Project, _ []records.Project) error {
			p.Members = nil
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return tfproto.Values{"project_id": records.ProjectOld, "person_ids": []any{anybody(w)}}
	},
	"resources/personio_project_member": func(_ *testing.T, w *acctest.World) tfproto.Values {
		return tfproto.Values{"project_id": records.ProjectOld, "person_id": anybody(w)}
	},
	"ephemeral-resources/personio_access_token":  nothing,
	"list-resources/personio_api_credential":     nothing,
	"list-resources/personio_custom_integration": nothing,
	"list-resources/personio_project":            nothing,
	"list-resources/personio_project_members":    nothing,
	"list-resources/personio_project_member": func(*testing.T, *acctest.World) tfproto.Values {
		return tfproto.Values{"project_id": records.ProjectOld}
	},
	"list-resources/personio_sync_rule":   nothing,
	"list-resources/personio_sync_target": nothing,
	"list-resources/personio_webhook":     nothing,
	"resources/personio_webhook": func(*testing.T, *acctest.World) tfproto.Values {
		return tfproto.Values{"url": "https://hooks.example.com/new", "description": "New", "enabled_events": []any{"person.created"}, "token_wo": "a-token"}
	},
	"data-sources/personio_webhooks": nothing,
	"data-sources/personio_webhook": func(t *testing.T, w *acctest.World) tfproto.Values {
		return tfproto.Values{"id": newWebhook(t, w)}
	},
	"data-sources/personio_webhook_deliveries": ofWebhook,
	"data-sources/personio_webhook_events":     ofWebhook,
	"actions/personio_webhook_ping":            ofWebhook,
	"actions/personio_webhook_test_event": func(t *testing.T, w *acctest.World) tfproto.Values {
		return tfproto.Values{"webhook_id": newWebhook(t, w), "event_name": "person.created"}
	},
	"actions/personio_webhook_redelivery": func(t *testing.T, w *acctest.World) tfproto.Values {
		id, now := newWebhook(t, w), time.Now()
		_, err := w.Sandbox.Records().WebhookEvents.Add(func([]records.WebhookEvent) (records.WebhookEvent, error) {
			return records.WebhookEvent{ID: "event", WebhookID: id, Name: "person.created", OccurredAt: now, Payload: map[string]any{}}, nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return tfproto.Values{"webhook_id": id, "occurred_from": now.Add(-time.Hour).Format(time.RFC3339)}
	},
	"data-sources/personio_project":  func(*testing.T, *acctest.World) tfproto.Values { return tfproto.Values{"id": records.ProjectOld} },
	"data-sources/personio_projects": func(*testing.T, *acctest.World) tfproto.Values { return tfproto.Values{} },
	"data-sources/personio_access_log": func(*testing.T, *acctest.World) tfproto.Values {
		return tfproto.Values{"from": "2026-01-01T00:00:00Z"}
	},
	"data-sources/personio_credential_audit": func(*testing.T, *acctest.World) tfproto.Values { return tfproto.Values{} },
	"data-sources/personio_person": func(_ *testing.T, w *acctest.World) tfproto.Values {
		return tfproto.Values{"id": anybody(w), "attributes": []any{"first_name"}}
	},
	"data-sources/personio_persons": func(*testing.T, *acctest.World) tfproto.Values {
		return tfproto.Values{"attributes": []any{"department"}, "status": "ACTIVE"}
	},
	"data-sources/personio_org_units":           func(*testing.T, *acctest.World) tfproto.Values { return tfproto.Values{"type": "team"} },
	"data-sources/personio_legal_entities":      nothing,
	"data-sources/personio_workplaces":          nothing,
	"data-sources/personio_cost_centers":        nothing,
	"data-sources/personio_absence_types":       nothing,
	"data-sources/personio_document_categories": nothing,
	"data-sources/personio_reports":             nothing,
	"data-sources/personio_compensation_types":  nothing,
	"data-sources/personio_employee_attributes": func(*testing.T, *acctest.World) tfproto.Values { return tfproto.Values{} },
	"data-sources/personio_connected_integration": func(t *testing.T, w *acctest.World) tfproto.Values {
		return tfproto.Values{"name": newIntegration(t, w).Name}
	},
	"data-sources/personio_connected_integrations":   func(*testing.T, *acctest.World) tfproto.Values { return tfproto.Values{} },
	"data-sources/personio_marketplace_integration":  func(*testing.T, *acctest.World) tfproto.Values { return tfproto.Values{"id": "okta"} },
	"data-sources/personio_marketplace_integrations": func(*testing.T, *acctest.World) tfproto.Values { return tfproto.Values{} },
	"data-sources/personio_sync_status": func(t *testing.T, w *acctest.World) tfproto.Values {
		rule, err := w.Client.SyncRules().Create(t.Context(), gatewayapi.SyncRuleConfig{
			Name: "Nobody", CustomIntegrationID: newIntegration(t, w).ID, SyncTargetID: newTarget(t, w).ID, Filter: "false",
			AttributeMapping: map[string]string{}, Match: gatewayapi.SyncMatch{Employee: "email", Account: "userName"},
			Operations: []gatewayapi.SyncOperation{gatewayapi.OperationProvision}, DeprovisionMode: "deactivate", MaxDeprovision: "10%", OnFailure: "pause",
		})
		if err != nil {
			t.Fatal(err)
		}
		return tfproto.Values{"sync_rule_id": rule.ID}
	},
}

// nothing is a configuration that says nothing.
func nothing(*testing.T, *acctest.World) tfproto.Values { return tfproto.Values{} }

// anybody is the id of an employee.
func anybody(w *acctest.World) string { return strconv.Itoa(w.Sandbox.Company().People()[0].ID) }

// newWebhook is the id of a webhook at Personio.
func newWebhook(t *testing.T, w *acctest.World) string {
	t.Helper()
	made, err := w.Sandbox.Records().Webhooks.Add(func([]records.Webhook) (records.Webhook, error) {
		return records.Webhook{
			ID: "prepared", URL: "https://hooks.example.com/prepared", Description: "Prepared", EnabledEvents: []string{"person.created"}, Status: "ENABLED", AuthType: "NONE",
		}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return made.ID
}

// ofWebhook is the configuration of what is about a webhook and needs nothing else.
func ofWebhook(t *testing.T, w *acctest.World) tfproto.Values {
	t.Helper()
	return tfproto.Values{"webhook_id": newWebhook(t, w)}
}

func newIntegration(t *testing.T, w *acctest.World) gatewayapi.CustomIntegration {
	t.Helper()
	got, err := w.Client.CustomIntegrations().Create(t.Context(), gatewayapi.CustomIntegrationCreate{
		Name: "Prepared", Scopes: []string{attribute.ScopePersonsRead}, ReadableAttributes: []string{"email"},
	})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func newTarget(t *testing.T, w *acctest.World) gatewayapi.SyncTarget {
	t.Helper()
	got, err := w.Client.SyncTargets().Create(t.Context(), gatewayapi.SyncTargetCreate{
		Name: "Prepared", SCIM: gatewayapi.SCIMTargetSent{SCIMTarget: gatewayapi.SCIMTarget{URL: w.SCIMURL}, Token: w.SCIMToken},
	})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// declarationOf is what an object says that it needs.
func declarationOf(t *testing.T, o acctest.Object) tfx.Declaration {
	t.Helper()
	declared, ok := o.Value.(interface{ Declared() tfx.Declaration })
	if !ok {
		t.Fatalf("%s does not say what it needs: embed tfx.Resource or tfx.DataSource, or else tfx.Declaration", o)
	}
	return declared.Declared()
}

// needing are all objects but functions, which have no API to need.
func needing(t *testing.T) []acctest.Object {
	t.Helper()
	return slices.DeleteFunc(acctest.Objects(t), func(o acctest.Object) bool { return o.Kind == acctest.Functions })
}

func TestDeclarations(t *testing.T) {
	t.Parallel()
	for _, o := range needing(t) {
		d := declarationOf(t, o)
		if d.Type != o.Type {
			t.Errorf("%s declares the type %s", o, d.Type)
		}
		if o.Kind != acctest.Resources && o.Kind != acctest.Actions && len(d.Writes) > 0 {
			t.Errorf("%s reads only, and declares scopes to write: %v", o, d.Writes)
		}
		for _, scope := range slices.Concat(d.Reads, d.Writes) {
			if _, known := attribute.CanonicalScope(scope); !known {
				t.Errorf("%s declares the scope %s, which does not exist", o, scope)
			}
			if attribute.IsManagementScope(scope) != d.Gateway {
				t.Errorf("%s declares the scope %s and Gateway: %t, which do not go together", o, scope, d.Gateway)
			}
		}
	}
}

// credential is what a provider signs in with.
type credential struct{ baseURL, id, secret string }

// signIn is a provider as one run of Terraform starts it: it has read nothing yet.
func signIn(t *testing.T, c credential) *tfproto.Provider {
	t.Helper()
	return tfproto.Configured(t, acctest.NewProvider(), tfproto.Values{
		"base_url": c.baseURL, "client_id": c.id, "client_secret": c.secret, "max_retries": int64(0), "max_requests_per_second": float64(10000),
	})
}

// exercise makes, refreshes and removes what a configuration says, or reads it if
// it can only be read, and returns what the provider had to say.
func exercise(t *testing.T, o acctest.Object, config tfproto.Values, c credential) tfproto.Diagnostics {
	t.Helper()
	p := signIn(t, c)
	switch o.Kind {
	case acctest.DataSources:
		_, diags := p.ReadData(o.Type, config)
		return diags
	case acctest.EphemeralResources:
		opened, said := p.Open(o.Type, config)
		if said.Errors() != "" {
			return said
		}
		return append(said, p.Close(o.Type, opened)...)
	case acctest.ListResources:
		var said tfproto.Diagnostics
		for one := range p.List(o.Type, config, 0, true) {
			said = append(said, one.Diagnostics...)
		}
		return said
	case acctest.Actions:
		said := p.PlanAction(o.Type, config)
		if said.Errors() != "" {
			return said
		}
		_, diags := p.InvokeAction(o.Type, config)
		return append(said, diags...)
	case acctest.Resources:
		planned, said := p.Plan(o.Type, nil, config)
		if said.Errors() != "" {
			return said
		}
		object, diags := p.Apply(o.Type, planned)
		said = append(said, diags...)
		if object == nil || diags.Errors() != "" {
			return said
		}
		p = signIn(t, c)
		_, diags = p.Read(o.Type, object)
		said = append(said, diags...)
		planned, diags = p.Plan(o.Type, object, nil)
		said = append(said, diags...)
		_, diags = p.Apply(o.Type, planned)
		return append(said, diags...)
	}
	t.Fatalf("%s: exercise does not know how to try out %s yet; teach it", o, o.Kind)
	return nil
}

// everything renders errors and warnings.
func everything(diags tfproto.Diagnostics) string { return diags.Errors() + "\n" + diags.Warnings() }

// The scopes that an object declares are enough for it, and without any one of
// them it says which is missing.
func TestDeclaredScopes(t *testing.T) {
	t.Parallel()
	for _, o := range needing(t) {
		t.Run(o.String(), func(t *testing.T) {
			t.Parallel()
			d := declarationOf(t, o)
			sample, ok := samples[o.String()]
			if !ok {
				t.Fatalf("there is no sample of %s: add one to samples, so that its declared scopes are tried out", o)
			}
			w := acctest.Start(t)
			config := sample(t, w)
			scopes := slices.Concat(d.Reads, d.Writes)
			manage := func(scopes []string) credential {
				got, err := w.Gateway.ManagementCredentials().Create(t.Context(), fmt.Sprint(scopes), scopes)
				if err != nil {
					t.Fatal(err)
				}
				return credential{w.URL, got.ClientID, got.ClientSecret}
			}
			// A credential has at least one scope; this one is foreign to all.
			const foreign = attribute.ScopeSalaryBandsRead
			if said := everything(exercise(t, o, config, manage(append(scopes, foreign)))); strings.TrimSpace(said) != "" {
				t.Errorf("%s declares %v, and that is not enough:\n%s", o, scopes, said)
			}
			for _, missing := range scopes {
				without := slices.DeleteFunc(append(slices.Clone(scopes), foreign), func(s string) bool { return s == missing })
				said := everything(exercise(t, o, config, manage(without)))
				// Reports refuse with 400, and all else with 403.
				if !strings.Contains(said, "403") && !strings.Contains(said, "HTTP status 400") || !strings.Contains(said, missing) {
					t.Errorf("%s declares %s, and without that scope nobody is told about it:\n%s", o, missing, said)
				}
			}
			checkAtPersonio(t, o, d, config, w)
		})
	}
}

// Every resource can be imported by its identity, and nothing is left to do then
// but to apply what the API does not tell, such as secrets.
func TestAccImportByIdentity(t *testing.T) {
	t.Parallel()
	acctest.FeatureImportByIdentity.Require(t)
	for _, o := range acctest.Objects(t) {
		if o.Kind != acctest.Resources {
			continue
		}
		t.Run(o.Type, func(t *testing.T) {
			t.Parallel()
			sample, ok := samples[o.String()]
			if !ok {
				t.Fatalf("there is no sample of %s: add one to samples, so that it is imported", o)
			}
			d := declarationOf(t, o)
			w := acctest.Start(t, acctest.WithManagementScopes(slices.Concat(attribute.ManagementScopes(), []string{attribute.ScopePersonsRead}, d.Reads, d.Writes)...))
			block := fmt.Sprintf("resource %q \"this\" {\n", o.Type)
			for name, value := range sample(t, w) {
				// What is JSON is an expression too.
				expression, err := json.Marshal(value)
				if err != nil {
					t.Fatal(err)
				}
				block += fmt.Sprintf("  %s = %s\n", name, expression)
			}
			address := o.Type + ".this"
			var outputs, identity string
			names := identityOf(t, o)
			for _, name := range names {
				outputs += fmt.Sprintf("\noutput %q {\n  value = %s.%s\n}\n", name, address, name)
			}
			cli := acctest.NewCLI(t, w, block+"}\n"+outputs)
			cli.Must("apply", "-auto-approve")
			before := cli.Must("output", "-json")
			for _, name := range names {
				identity += fmt.Sprintf("    %s = %s\n", name, cli.Must("output", "-json", name))
			}
			cli.Must("state", "rm", address)
			cli.Write("import.tf", fmt.Sprintf("import {\n  to = %s\n  identity = {\n%s  }\n}\n", address, identity))
			if said := cli.Must("apply", "-auto-approve"); !strings.Contains(said, "1 imported, 0 added") || !strings.Contains(said, "0 destroyed") {
				t.Errorf("it was not imported:\n%s", said)
			}
			if after := cli.Must("output", "-json"); after != before {
				t.Errorf("imported %s in place of %s", after, before)
			}
			cli.Must("plan", "-detailed-exitcode")
		})
	}
}

// identityOf are the attributes of a resource's identity.
func identityOf(t *testing.T, o acctest.Object) []string {
	t.Helper()
	identified, ok := o.Value.(resource.ResourceWithIdentity)
	if !ok {
		t.Fatalf("%s has no identity", o)
	}
	var resp resource.IdentitySchemaResponse
	identified.IdentitySchema(t.Context(), resource.IdentitySchemaRequest{}, &resp)
	return slices.Sorted(maps.Keys(resp.IdentitySchema.Attributes))
}

// checkAtPersonio tries an object at Personio itself: one that needs a gateway
// says so, any other works.
func checkAtPersonio(t *testing.T, o acctest.Object, d tfx.Declaration, config tfproto.Values, w *acctest.World) {
	t.Helper()
	own := w.Sandbox.AddCredential(sandbox.Credential{Scopes: slices.Concat(d.Reads, d.Writes)})
	said := exercise(t, o, config, credential{w.PersonioURL, own.ClientID, own.ClientSecret}).Errors()
	if needs := strings.Contains(said, o.Type+" needs a gateway"); needs != d.Gateway {
		t.Errorf("%s declares Gateway: %t, and at Personio itself it says:\n%s", o, d.Gateway, said)
	}
	if !d.Gateway && said != "" {
		t.Errorf("%s needs no gateway, and fails at Personio itself:\n%s", o, said)
	}
}

// Towards Personio itself everything that needs a gateway fails at plan, without
// a call: there is no network in this test.
func TestPersonioItself(t *testing.T) {
	t.Parallel()
	for _, baseURL := range []any{nil, "https://api.personio.de", "https://API.PERSONIO.DE/"} {
		p := tfproto.Configured(t, acctest.NewProvider(), tfproto.Values{"base_url": baseURL, "client_id": "papi-x", "client_secret": "papi-y"})
		schemas := p.Schema()
		for _, o := range needing(t) {
			if !declarationOf(t, o).Gateway {
				continue
			}
			var diags tfproto.Diagnostics
			switch o.Kind {
			case acctest.Resources:
				_, diags = p.Plan(o.Type, nil, unknowns(schemas.ResourceSchemas[o.Type]))
			case acctest.DataSources:
				_, diags = p.ReadData(o.Type, unknowns(schemas.DataSourceSchemas[o.Type]))
			case acctest.Actions:
				diags = p.PlanAction(o.Type, unknowns(schemas.ActionSchemas[o.Type].Schema))
			case acctest.ListResources:
				for one := range p.List(o.Type, unknowns(schemas.ListResourceSchemas[o.Type]), 0, false) {
					diags = append(diags, one.Diagnostics...)
				}
			default:
				t.Fatalf("%s: this test does not know how to plan %s yet; teach it", o, o.Kind)
			}
			wantParts(t, diags.Errors(), o.Type+" needs a gateway", "no endpoint", "base_url", "PERSONIO_BASE_URL")
		}
	}
}

// unknowns is a configuration whose arguments are all unknown.
func unknowns(schema *tfprotov6.Schema) tfproto.Values {
	values := tfproto.Values{}
	for _, a := range schema.Block.Attributes {
		if a.Required || a.Optional {
			values[a.Name] = tfproto.Unknown
		}
	}
	return values
}

// wordOf are the kinds in the table of the documentation.
var wordOf = map[acctest.Kind]string{
	acctest.Resources: "resource", acctest.DataSources: "data source", acctest.EphemeralResources: "ephemeral resource",
	acctest.ListResources: "list resource", acctest.Actions: "action", acctest.Functions: "function",
}

// The table of objects in the documentation is what the code declares.
func TestTableOfObjects(t *testing.T) {
	t.Parallel()
	var lines []string
	for _, o := range acctest.Objects(t) {
		gateway, scopes := "no", "none"
		if o.Kind != acctest.Functions {
			d := declarationOf(t, o)
			if d.Gateway {
				gateway = "yes"
			}
			if len(d.Reads)+len(d.Writes) > 0 {
				scopes = "`" + strings.Join(slices.Concat(d.Reads, d.Writes), "`, `") + "`"
			}
		}
		page := fmt.Sprintf("%s/%s.md", o.Kind, strings.TrimPrefix(o.Type, "personio_"))
		lines = append(lines, fmt.Sprintf("| [`%s`](%s) | %s | %s | %s |", o.Type, page, wordOf[o.Kind], gateway, scopes))
		if _, err := os.Stat("../../docs/" + page); err != nil {
			t.Errorf("%s has no page in the documentation, run make generate: %v", o, err)
		}
	}
	want := "| object | kind | needs the gateway | scopes |\n|---|---|---|---|\n" + strings.Join(lines, "\n") + "\n"
	const file = "templates/index.md.tmpl"
	text, err := os.ReadFile("../../" + file)
	if err != nil {
		t.Fatal(err)
	}
	if got := regexp.MustCompile(`(?m)^\| object \|(.*\n\|)*.*\n`).FindString(string(text)); got != want {
		t.Errorf("%s shows\n%s\nbut what the provider registers and declares is\n%s", file, got, want)
	}
}
