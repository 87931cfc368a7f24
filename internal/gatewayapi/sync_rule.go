package gatewayapi

import "time"

// SyncOperation is something that a sync rule may do to an account.
type SyncOperation string

// The operations of a sync rule, in the words of Personio's sync monitoring.
const (
	OperationProvision   SyncOperation = "provision"
	OperationUpdate      SyncOperation = "update"
	OperationDeprovision SyncOperation = "deprovision"
	OperationLink        SyncOperation = "link"
)

// SyncState is what a rule does now; active is what its owner wants.
type SyncState string

// The states of a sync rule.
const (
	SyncActive   SyncState = "ACTIVE"
	SyncPaused   SyncState = "PAUSED"
	SyncInactive SyncState = "INACTIVE"
)

// SyncRuleConfig is the configuration of a sync rule: who is synced, how their
// attributes become an account, when, and what happens on failure.
type SyncRuleConfig struct {
	Name                string                      `json:"name" minLength:"1" maxLength:"255" doc:"Unique."`
	CustomIntegrationID string                      `json:"custom_integration_id" format:"uuid" doc:"The rule reads as this integration, never beyond its attributes."`
	SyncTargetID        string                      `json:"sync_target_id" format:"uuid"`
	Active              bool                        `json:"active"`
	Filter              string                      `json:"filter" minLength:"1" maxLength:"8000" doc:"CEL over the employee's attributes; true for who gets an account."`
	Match               SyncMatch                   `json:"match"`
	AttributeMapping    map[string]string           `json:"attribute_mapping" doc:"SCIM path to CEL expression. null unsets."`
	GroupMapping        map[string]SyncGroupMapping `json:"group_mapping,omitempty" doc:"Groups that arise from attributes; the keys are the rule's own."`
	Operations          []SyncOperation             `json:"operations" nullable:"false" enum:"provision,update,deprovision,link" uniqueItems:"true"`
	DeprovisionMode     string                      `json:"deprovision_mode" enum:"deactivate,delete"`
	MaxDeprovision      string                      `json:"max_deprovision" pattern:"^[0-9]{1,9}%?$" doc:"A share of the active linked accounts (10%) or a number (25); never under 5. A run that would deprovision more fails before it writes."`
	Schedule            *SyncSchedule               `json:"schedule,omitempty" doc:"None: runs only on activation, change and request."`
	OnFailure           string                      `json:"on_failure" enum:"pause,continue"`
	NotificationEmails  []string                    `json:"notification_emails,omitempty" maxItems:"20" doc:"Told when a run fails."`
	Triggers            map[string]string           `json:"triggers,omitempty" doc:"Any change starts a run, and resumes a paused rule."`
}

// SyncMatch says which value finds an employee's account: an attribute of the
// employee, and the SCIM path it is compared with.
type SyncMatch struct {
	Employee string `json:"employee" minLength:"1" doc:"v1 attribute key, for example email."`
	Account  string `json:"account" minLength:"1" doc:"SCIM path: userName, externalId or emails.value."`
}

// SyncGroupMapping says which group an employee belongs to.
type SyncGroupMapping struct {
	Name          string `json:"name" minLength:"1" maxLength:"2000" doc:"CEL that gives the group's displayName; null or empty: no group."`
	AdoptExisting bool   `json:"adopt_existing,omitempty" doc:"Take over a group of that name that nobody owns, instead of failing."`
}

// SyncSchedule says when a rule runs by itself.
type SyncSchedule struct {
	Cron     string `json:"cron" minLength:"1" maxLength:"100" doc:"Five fields: minute, hour, day of month, month, day of week."`
	TimeZone string `json:"time_zone,omitempty" doc:"IANA name, UTC if empty."`
}

// SyncRule is a sync rule with what became of it.
type SyncRule struct {
	ID string `json:"id" format:"uuid"`
	SyncRuleConfig
	State               SyncState  `json:"state" enum:"ACTIVE,PAUSED,INACTIVE"`
	PausedReason        string     `json:"paused_reason,omitempty"`
	PausedSince         *time.Time `json:"paused_since" nullable:"true"`
	NextRunAt           *time.Time `json:"next_run_at" nullable:"true"`
	ConsecutiveFailures int        `json:"consecutive_failures"`
	LinkedAccounts      int        `json:"linked_accounts" doc:"Accounts that this rule provisioned or linked."`
	LastRun             *SyncRun   `json:"last_run,omitempty" doc:"Absent if it never ran."`
	CreatedAt           time.Time  `json:"created_at"`
	UpdatedAt           time.Time  `json:"updated_at" doc:"Last change of the configuration."`
	Revision            string     `json:"revision" doc:"Changes with the configuration; the ETag without its quotes."`
}

// SyncRuleUpdate is the body of PATCH /gateway/v1/sync-rules/{id}; absent members
// stay as they are. A schedule of null removes it.
type SyncRuleUpdate struct {
	Name                *string                      `json:"name,omitempty" minLength:"1" maxLength:"255"`
	CustomIntegrationID *string                      `json:"custom_integration_id,omitempty" format:"uuid"`
	SyncTargetID        *string                      `json:"sync_target_id,omitempty" format:"uuid"`
	Active              *bool                        `json:"active,omitempty"`
	Filter              *string                      `json:"filter,omitempty" minLength:"1" maxLength:"8000"`
	Match               *SyncMatch                   `json:"match,omitempty"`
	AttributeMapping    *map[string]string           `json:"attribute_mapping,omitempty"`
	GroupMapping        *map[string]SyncGroupMapping `json:"group_mapping,omitempty"`
	Operations          *[]SyncOperation             `json:"operations,omitempty" enum:"provision,update,deprovision,link" uniqueItems:"true"`
	DeprovisionMode     *string                      `json:"deprovision_mode,omitempty" enum:"deactivate,delete"`
	MaxDeprovision      *string                      `json:"max_deprovision,omitempty" pattern:"^[0-9]{1,9}%?$"`
	Schedule            Nullable[SyncSchedule]       `json:"schedule,omitzero" doc:"null removes it."`
	OnFailure           *string                      `json:"on_failure,omitempty" enum:"pause,continue"`
	NotificationEmails  *[]string                    `json:"notification_emails,omitempty" maxItems:"20"`
	Triggers            *map[string]string           `json:"triggers,omitempty"`
}

// Values of SyncRuleConfig members, and its defaults.
const (
	DeprovisionDeactivate = "deactivate"
	DeprovisionDelete     = "delete"
	OnFailurePause        = "pause"
	OnFailureContinue     = "continue"
	DefaultMaxDeprovision = "10%"
	// MinMaxDeprovision is what max_deprovision never goes under.
	MinMaxDeprovision = 5
)
