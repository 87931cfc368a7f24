package project

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
	"github.com/personio-community/terraform-provider-personio/internal/personio"
	"github.com/personio-community/terraform-provider-personio/internal/provider/tfx"
)

// bodyMembers are the attributes that have another name in Personio's bodies.
var bodyMembers = tfx.Members{
	"start": "start_date", "end": "end_date_exclusive", "parent_project": "parent_project_id", "cost_center": "cost_center_id",
}

// signs are words by which a refusal tells which member of the body it is about:
// Personio's refusals of projects have no pointer. The first that is found counts.
var signs = []struct{ word, member string }{
	{"cost center", "cost_center"},
	{"cost_center", "cost_center"},
	{"client_name", "client_name"},
	{"client name", "client_name"},
	{"project_type", "project_type"},
	{"project type", "project_type"},
	{"assigned_to_all", "assigned_to_all"},
	{"billable", "billable"},
	{"parent", "parent_project"},
	{"start", "start"},
	{"end.date", "end"},
	{"project_code", "project_code"},
	{"project code", "project_code"},
	{"code", "project_code"},
	{"description", "description"},
	{"status", "status"},
	{"sub-project", "parent_project"},
	{"subproject", "parent_project"},
	{"name", "name"},
}

// located is a refusal of the planned project, with each finding at the
// attribute that it speaks of; one that was to be created also with the id of the
// project that has its name or code already.
func (r *Resource) located(ctx context.Context, plan *model, err error) error {
	var call *personio.Error
	if !errors.As(err, &call) || call.Problem == nil || !personio.IsInvalid(err) {
		return err
	}
	copied, problem := *call, *call.Problem
	problem.Errors = slices.Clone(problem.Errors)
	copied.Problem = &problem
	for i := range problem.Errors {
		finding := &problem.Errors[i]
		if finding.Meta[gatewayapi.MetaPointer] != "" {
			continue
		}
		member := memberIn(finding.Title + " " + finding.Detail)
		if member == "" {
			continue
		}
		finding.Meta = maps.Clone(finding.Meta)
		if finding.Meta == nil {
			finding.Meta = map[string]string{}
		}
		finding.Meta[gatewayapi.MetaPointer] = "/" + member
		if plan.ID.IsUnknown() {
			finding.Meta[gatewayapi.MetaExistingID] = r.holder(ctx, plan, member)
		}
	}
	return &copied
}

// memberIn is the member of the body that a text speaks of, "" if it names none.
func memberIn(text string) string {
	text = strings.ToLower(text)
	for _, sign := range signs {
		if strings.Contains(text, sign.word) {
			return sign.member
		}
	}
	return ""
}

// holder is the id of the project that has the name or code of a planned one, ""
// if there is none, or none that can be found.
func (r *Resource) holder(ctx context.Context, plan *model, member string) string {
	var filter personio.ProjectFilter
	switch {
	case member == "name":
		filter.Name = plan.Name.ValueString()
	case member == "project_code" && !plan.ProjectCode.IsNull():
		filter.ProjectCode = plan.ProjectCode.ValueString()
	default:
		return ""
	}
	for other, err := range r.Provider.Client.Projects().List(ctx, filter) {
		if err != nil {
			return ""
		}
		return other.ID
	}
	return ""
}
