package gatewayapi

import "time"

// SyncRunStatus is the state of a run.
type SyncRunStatus string

// The states of a run.
const (
	RunQueued         SyncRunStatus = "QUEUED"
	RunRunning        SyncRunStatus = "RUNNING"
	RunSuccessful     SyncRunStatus = "SUCCESSFUL"
	RunPartialSuccess SyncRunStatus = "PARTIAL_SUCCESS"
	RunFailed         SyncRunStatus = "FAILED"
	RunCanceled       SyncRunStatus = "CANCELED"
)

// Ended reports whether a run in that state is over.
func (s SyncRunStatus) Ended() bool { return s != RunQueued && s != RunRunning }

// SyncRun is one run of a sync rule.
type SyncRun struct {
	ID         string        `json:"id" format:"uuid"`
	SyncRuleID string        `json:"sync_rule_id" format:"uuid"`
	Status     SyncRunStatus `json:"status" enum:"QUEUED,RUNNING,SUCCESSFUL,PARTIAL_SUCCESS,FAILED,CANCELED"`
	StartedBy  string        `json:"started_by" enum:"activation,schedule,change,trigger,request"`
	QueuedAt   time.Time     `json:"queued_at"`
	StartedAt  *time.Time    `json:"started_at" nullable:"true"`
	EndedAt    *time.Time    `json:"ended_at" nullable:"true"`
	Error      string        `json:"error,omitempty" doc:"Why the run as a whole failed."`
	Counts     SyncCounts    `json:"counts"`
}

// SyncCounts are numbers of employees, and of groups, by what happened to them.
type SyncCounts struct {
	Provisioned   int `json:"provisioned"`
	Updated       int `json:"updated"`
	Linked        int `json:"linked"`
	Deprovisioned int `json:"deprovisioned"`
	Unchanged     int `json:"unchanged"`
	Skipped       int `json:"skipped"`
	Failed        int `json:"failed"`
	GroupsCreated int `json:"groups_created"`
	GroupsUpdated int `json:"groups_updated"`
}

// SyncItemStatus is the outcome for one employee or group.
type SyncItemStatus string

// The outcomes of an item.
const (
	ItemSucceeded SyncItemStatus = "SUCCEEDED"
	ItemFailed    SyncItemStatus = "FAILED"
	ItemSkipped   SyncItemStatus = "SKIPPED"
)

// SyncRunItem is an employee (or group) that a run touched, skipped or failed
// on. Unchanged people are counted, not listed. People are named by id only.
type SyncRunItem struct {
	ID         string         `json:"id" format:"uuid"`
	SyncRunID  string         `json:"sync_run_id" format:"uuid"`
	EmployeeID string         `json:"employee_id,omitempty" doc:"Personio's id; empty for a group."`
	ProfileURL string         `json:"profile_url,omitempty" doc:"The employee at Personio's API."`
	GroupName  string         `json:"group_name,omitempty" doc:"displayName of the group an item is about."`
	Operation  string         `json:"operation" enum:"provision,update,deprovision,link,group,none"`
	Status     SyncItemStatus `json:"status" enum:"SUCCEEDED,FAILED,SKIPPED"`
	Message    string         `json:"message,omitempty" doc:"What the target said, values masked."`
	At         time.Time      `json:"at"`
}

// Paths of syncs.
const (
	PathSyncTargets = "/gateway/v1/sync-targets"
	PathSyncRules   = "/gateway/v1/sync-rules"
	PathSyncRuns    = "/gateway/v1/sync-runs"
)
