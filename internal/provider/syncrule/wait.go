package syncrule

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/personio-community/terraform-provider-personio/internal/gatewayapi"
	"github.com/personio-community/terraform-provider-personio/internal/personio"
	"github.com/personio-community/terraform-provider-personio/internal/provider/tfx"
)

// maxFailuresShown is how many failed items of a run a warning lists.
const maxFailuresShown = 5

// await waits for the run that a write started, if there is one and the plan
// wants it, reports how it went, and takes over what it did to the rule.
//
// Whatever happens to the run is a warning. The rule is in place, and an error
// would make Terraform replace one that was just made.
func (r *Resource) await(ctx context.Context, state *model, got gatewayapi.SyncRule, diags *diag.Diagnostics) {
	if !state.WaitForRun.ValueBool() || got.LastRun == nil || got.LastRun.Status.Ended() {
		return
	}
	rules := r.Provider.Client.SyncRules()
	waiting, cancel := context.WithTimeout(ctx, r.Provider.RunTimeout)
	defer cancel()
	run, err := rules.WaitForRun(waiting, *got.LastRun, nil)
	if err != nil {
		late := ctx.Err() == nil && errors.Is(err, context.DeadlineExceeded)
		r.addNotAwaited(got.Name, run, err, late, diags)
		return
	}
	r.report(ctx, got.Name, run, diags)
	// A run that failed may have paused the rule.
	if now, err := rules.GetNow(ctx, got.ID); err == nil {
		state.fillState(now)
	}
}

// addNotAwaited warns of a run whose end was not seen.
func (r *Resource) addNotAwaited(name string, run gatewayapi.SyncRun, err error, late bool, diags *diag.Diagnostics) {
	why := fmt.Sprintf("Asking for the run failed: %s.", strings.TrimRight(err.Error(), "."))
	switch {
	case late:
		why = fmt.Sprintf("It did not end within %s.", tfx.ShortDuration(r.Provider.RunTimeout))
	case errors.Is(err, context.Canceled):
		why = "The apply was stopped."
	case personio.IsNotFound(err):
		why = "The run is gone: the rule was deleted outside Terraform."
	}
	diags.AddWarning(fmt.Sprintf("Sync run of %q not awaited", name),
		fmt.Sprintf("%s The rule is in place, and its run %s was %s when last seen; it goes on without Terraform. The data source "+
			"personio_sync_status shows how it ends. To wait for no runs at all, set wait_for_run = false.", why, run.ID, run.Status))
}

// report warns of a run that did not go well.
func (r *Resource) report(ctx context.Context, name string, run gatewayapi.SyncRun, diags *diag.Diagnostics) {
	switch run.Status {
	case gatewayapi.RunFailed:
		reason := run.Error
		if reason == "" {
			reason = "The gateway gives no reason."
		}
		diags.AddWarning(fmt.Sprintf("Sync run of %q failed", name),
			fmt.Sprintf("%s\n\nThe rule is in place. Unless on_failure is \"continue\", it is paused now; mend the cause and change the rule or its "+
				"triggers, which resumes it and runs it again. Run %s; %s.", reason, run.ID, countsText(run.Counts)))
	case gatewayapi.RunPartialSuccess:
		diags.AddWarning(fmt.Sprintf("Sync run of %q failed for %d", name, run.Counts.Failed),
			fmt.Sprintf("%s\n\nThe others are in sync, and the next run tries these again. Run %s; %s.",
				r.failures(ctx, run), run.ID, countsText(run.Counts)))
	case gatewayapi.RunCanceled:
		diags.AddWarning(fmt.Sprintf("Sync run of %q was canceled", name),
			fmt.Sprintf("Another change of the rule, or a request, ended run %s before it was through; %s.", run.ID, countsText(run.Counts)))
	}
}

// failures lists the first failed items of a run, people by their ids only.
func (r *Resource) failures(ctx context.Context, run gatewayapi.SyncRun) string {
	lines := []string{"Not in sync:"}
	filter := personio.SyncRunItemFilter{Status: gatewayapi.ItemFailed}
	for item, err := range r.Provider.Client.SyncRuns().Items(ctx, run.ID, filter) {
		if err != nil {
			return "Who it failed for could not be read: " + err.Error()
		}
		if len(lines) > maxFailuresShown {
			lines = append(lines, fmt.Sprintf("  - and %d more", run.Counts.Failed-maxFailuresShown))
			break
		}
		who := "employee " + item.EmployeeID
		if item.EmployeeID == "" {
			who = fmt.Sprintf("group %q", item.GroupName)
		}
		lines = append(lines, fmt.Sprintf("  - %s: %s", who, item.Message))
	}
	return strings.Join(lines, "\n")
}

// countsText is the numbers of a run that are not zero.
func countsText(counts gatewayapi.SyncCounts) string {
	var parts []string
	for _, count := range []struct {
		n    int
		what string
	}{
		{counts.Provisioned, "provisioned"},
		{counts.Updated, "updated"},
		{counts.Linked, "linked"},
		{counts.Deprovisioned, "deprovisioned"},
		{counts.Unchanged, "unchanged"},
		{counts.Skipped, "skipped"},
		{counts.Failed, "failed"},
		{counts.GroupsCreated, "groups created"},
		{counts.GroupsUpdated, "groups updated"},
	} {
		if count.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", count.n, count.what))
		}
	}
	if len(parts) == 0 {
		return "nobody was touched"
	}
	return strings.Join(parts, ", ")
}
