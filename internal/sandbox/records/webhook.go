package records

// Webhook is a subscription to events.
type Webhook struct {
	ID            string // a UUID
	URL           string
	Description   string
	EnabledEvents []string
	Status        string // ENABLED or DISABLED
	AuthType      string // NONE, TOKEN or CUSTOM
	Token         string
	CustomHeaders map[string]string
}

// The statuses of webhooks, and how they show who they are.
const (
	WebhookEnabled  = "ENABLED"
	WebhookDisabled = "DISABLED"

	WebhookAuthNone   = "NONE"
	WebhookAuthToken  = "TOKEN"
	WebhookAuthCustom = "CUSTOM"
)

// Events are the events that a webhook can subscribe to.
func Events() []string {
	return []string{
		"person.created", "person.updated", "person.deleted",
		"employment.created", "employment.updated", "employment.updated.cost-centers", "employment.deleted", "employment.started", "employment.terminated",
		"absence-period.created", "absence-period.updated.status", "absence-period.updated.timerange", "absence-period.deleted",
		"attendance-period.created", "attendance-period.updated", "attendance-period.deleted",
		"document.created", "document.updated", "document.deleted", "document.signed",
	}
}
