package syncrun

import (
	"github.com/hashicorp/terraform-plugin-framework-timetypes/timetypes"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
	"github.com/personio-community/terraform-provider-personio/internal/provider/tfx"
)

// statusModel is the status of a rule as the data source shows it.
type statusModel struct {
	SyncRuleID          types.String      `tfsdk:"sync_rule_id"`
	Name                types.String      `tfsdk:"name"`
	State               types.String      `tfsdk:"state"`
	PausedReason        types.String      `tfsdk:"paused_reason"`
	PausedSince         timetypes.RFC3339 `tfsdk:"paused_since"`
	NextRunAt           timetypes.RFC3339 `tfsdk:"next_run_at"`
	ConsecutiveFailures types.Int64       `tfsdk:"consecutive_failures"`
	LinkedAccounts      types.Int64       `tfsdk:"linked_accounts"`
	LastRun             *runModel         `tfsdk:"last_run"`
}

// runModel is a run.
type runModel struct {
	ID        types.String      `tfsdk:"id"`
	Status    types.String      `tfsdk:"status"`
	StartedBy types.String      `tfsdk:"started_by"`
	QueuedAt  timetypes.RFC3339 `tfsdk:"queued_at"`
	StartedAt timetypes.RFC3339 `tfsdk:"started_at"`
	EndedAt   timetypes.RFC3339 `tfsdk:"ended_at"`
	Error     types.String      `tfsdk:"error"`
	Counts    *countsModel      `tfsdk:"counts"`
}

// countsModel are the numbers of a run.
type countsModel struct {
	Provisioned   types.Int64 `tfsdk:"provisioned"`
	Updated       types.Int64 `tfsdk:"updated"`
	Linked        types.Int64 `tfsdk:"linked"`
	Deprovisioned types.Int64 `tfsdk:"deprovisioned"`
	Unchanged     types.Int64 `tfsdk:"unchanged"`
	Skipped       types.Int64 `tfsdk:"skipped"`
	Failed        types.Int64 `tfsdk:"failed"`
	GroupsCreated types.Int64 `tfsdk:"groups_created"`
	GroupsUpdated types.Int64 `tfsdk:"groups_updated"`
}

// newStatusModel makes the model of what the gateway answered.
func newStatusModel(got gatewayapi.SyncRule) statusModel {
	return statusModel{
		SyncRuleID:          types.StringValue(got.ID),
		Name:                types.StringValue(got.Name),
		State:               types.StringValue(string(got.State)),
		PausedReason:        orNull(got.PausedReason),
		PausedSince:         tfx.TimePointer(got.PausedSince),
		NextRunAt:           tfx.TimePointer(got.NextRunAt),
		ConsecutiveFailures: number(got.ConsecutiveFailures),
		LinkedAccounts:      number(got.LinkedAccounts),
		LastRun:             newRunModel(got.LastRun),
	}
}

func newRunModel(run *gatewayapi.SyncRun) *runModel {
	if run == nil {
		return nil
	}
	return &runModel{
		ID:        types.StringValue(run.ID),
		Status:    types.StringValue(string(run.Status)),
		StartedBy: types.StringValue(run.StartedBy),
		QueuedAt:  tfx.Time(run.QueuedAt),
		StartedAt: tfx.TimePointer(run.StartedAt),
		EndedAt:   tfx.TimePointer(run.EndedAt),
		Error:     orNull(run.Error),
		Counts: &countsModel{
			Provisioned:   number(run.Counts.Provisioned),
			Updated:       number(run.Counts.Updated),
			Linked:        number(run.Counts.Linked),
			Deprovisioned: number(run.Counts.Deprovisioned),
			Unchanged:     number(run.Counts.Unchanged),
			Skipped:       number(run.Counts.Skipped),
			Failed:        number(run.Counts.Failed),
			GroupsCreated: number(run.Counts.GroupsCreated),
			GroupsUpdated: number(run.Counts.GroupsUpdated),
		},
	}
}

func number(n int) types.Int64 { return types.Int64Value(int64(n)) }

func orNull(text string) types.String {
	if text == "" {
		return types.StringNull()
	}
	return types.StringValue(text)
}
