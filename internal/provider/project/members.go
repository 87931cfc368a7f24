package project

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
	"github.com/personio-community/terraform-provider-personio/internal/personio"
	"github.com/personio-community/terraform-provider-personio/internal/provider/tfx"
)

// What both resources for members share.

// personValidator accepts the id of one person.
func personValidator() validator.String {
	return tfx.Checked("Not the id of a person", "must be the id of one person", func(value string) string {
		if !personio.IsPersonID(value) {
			return fmt.Sprintf("%q is not the id of one person: such an id is not empty, and has neither commas nor spaces in it.", value)
		}
		return ""
	})
}

// checkPlanned finds out at plan whether a project can have members, from the
// plan of the project where there is one. A project that is not known yet is
// checked when it is.
func checkPlanned(ctx context.Context, provider *tfx.ProviderData, projectID types.String, adds bool, diags *diag.Diagnostics) {
	if provider == nil || projectID.IsUnknown() {
		return
	}
	if planned, ok := provider.Projects.Planned(projectID.ValueString()); ok {
		addImpossible(diags, planned)
	} else if adds {
		checkNow(ctx, provider, projectID.ValueString(), diags)
	}
}

// checkNow finds out whether a project can have members now. Adding one to a
// project that is assigned to all would end that assignment without a word.
func checkNow(ctx context.Context, provider *tfx.ProviderData, projectID string, diags *diag.Diagnostics) {
	got, err := provider.Client.Projects().Get(ctx, projectID)
	switch {
	case personio.IsNotFound(err):
		diags.AddAttributeError(path.Root("project_id"), "No such project",
			fmt.Sprintf("There is no project with id %q at the provider's base_url. Check both.", projectID))
	case err != nil:
		tfx.AddError(diags, "read", object(projectID), nil, err)
	default:
		addImpossible(diags, tfx.PlannedProject{Name: got.Name, SubProject: got.ParentProject != nil, AssignedToAll: got.AssignedToAll})
	}
}

// addImpossible reports a project that can have no members.
func addImpossible(diags *diag.Diagnostics, p tfx.PlannedProject) {
	switch {
	case p.SubProject:
		diags.AddAttributeError(path.Root("project_id"), fmt.Sprintf("A sub-project has no members of its own: %s", object(p.Name)),
			"The members of its parent may book on it. Manage the members of the parent instead.")
	case p.AssignedToAll:
		diags.AddAttributeError(path.Root("project_id"), fmt.Sprintf("A project that is assigned to all has no members: %s", object(p.Name)),
			"Every employee may book on it, and adding a member would end that. Set assigned_to_all = false on the project first, or remove "+
				"this resource.")
	}
}

// addRefused reports persons who could not be added to or removed from a
// project, at the attribute that holds them.
func addRefused(diags *diag.Diagnostics, verb string, object tfx.Object, attribute string, ids []string, err error) {
	var call *personio.Error
	if errors.As(err, &call) && call.Problem != nil && personio.IsInvalid(err) {
		copied, problem := *call, *call.Problem
		problem.Errors = slices.Clone(problem.Errors)
		copied.Problem = &problem
		for i := range problem.Errors {
			finding := &problem.Errors[i]
			finding.Meta = map[string]string{gatewayapi.MetaPointer: "/" + attribute}
			if words := strings.TrimSuffix(strings.TrimSpace(finding.Detail), "."); words != "" {
				finding.Detail = words + ". "
			}
			finding.Detail += "Personio refuses such a call as a whole; it was about " + persons(ids)
		}
		err = &copied
	}
	tfx.AddError(diags, verb, object, nil, err)
}

// maxNamed is how many persons a message names.
const maxNamed = 20

// persons names people by their ids: persons "1", "2" and 3 more.
func persons(ids []string) string {
	quoted := make([]string, min(len(ids), maxNamed))
	for i := range quoted {
		quoted[i] = fmt.Sprintf("%q", ids[i])
	}
	text := "person " + strings.Join(quoted, ", ")
	if len(ids) > 1 {
		text = "persons " + strings.Join(quoted, ", ")
	}
	if more := len(ids) - maxNamed; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}

// without are the elements of all that are not in others.
func without(all, others []string) []string {
	return slices.DeleteFunc(slices.Clone(all), func(id string) bool { return slices.Contains(others, id) })
}
