package records

import "time"

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

// WebhookEvent is something that happened and that a webhook wanted to know, or
// that was made up to try the webhook.
type WebhookEvent struct {
	ID         string // a UUID
	WebhookID  string
	Name       string
	OccurredAt time.Time
	Payload    map[string]any // ids only; never changed
	// Asked says that somebody asked for it to be sent (a ping, a test event, a
	// redelivery), so that it goes to a disabled webhook, too.
	Asked bool
}

// WebhookActivity is one attempt to deliver an event.
type WebhookActivity struct {
	ID          string // a UUID
	WebhookID   string
	EventID     string
	EventName   string
	OccurredAt  time.Time
	CompletedAt time.Time
	IsDelivered bool
	Attempt     int // 1 is the first one
	Requests    int // made in this attempt, 1 or 2
	StatusCode  int // of the last request; 0: there was no answer
}

// EventPing is sent to try a webhook. Nobody can subscribe to it.
const EventPing = "ping"

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
