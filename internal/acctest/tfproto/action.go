package tfproto

import (
	"strings"

	"github.com/hashicorp/terraform-plugin-go/tfprotov6"
)

// PlanAction validates and plans an action, as before each apply.
func (p *Provider) PlanAction(typeName string, config Values) Diagnostics {
	p.t.Helper()
	server, encoded := p.action(typeName, config)
	validated, err := server.ValidateActionConfig(p.t.Context(), &tfprotov6.ValidateActionConfigRequest{ActionType: typeName, Config: encoded})
	p.check(err)
	if Diagnostics(validated.Diagnostics).Errors() != "" {
		return validated.Diagnostics
	}
	planned, err := server.PlanAction(p.t.Context(), &tfprotov6.PlanActionRequest{ActionType: typeName, Config: encoded})
	p.check(err)
	return append(validated.Diagnostics, planned.Diagnostics...)
}

// InvokeAction invokes an action. Progress is what it said meanwhile, a line each.
func (p *Provider) InvokeAction(typeName string, config Values) (progress string, diags Diagnostics) {
	p.t.Helper()
	server, encoded := p.action(typeName, config)
	stream, err := server.InvokeAction(p.t.Context(), &tfprotov6.InvokeActionRequest{ActionType: typeName, Config: encoded})
	p.check(err)
	var lines []string
	for event := range stream.Events {
		switch e := event.Type.(type) {
		case tfprotov6.ProgressInvokeActionEventType:
			lines = append(lines, e.Message)
		case tfprotov6.CompletedInvokeActionEventType:
			diags = e.Diagnostics
		}
	}
	return strings.Join(lines, "\n"), diags
}

func (p *Provider) action(typeName string, config Values) (tfprotov6.ActionServer, *tfprotov6.DynamicValue) {
	p.t.Helper()
	server, ok := p.server.(tfprotov6.ActionServer)
	schema, known := p.schema.ActionSchemas[typeName]
	if !ok || !known {
		p.t.Fatalf("no action %s", typeName)
	}
	return server, p.encode(schema.Schema, config)
}
