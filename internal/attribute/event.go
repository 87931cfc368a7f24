package attribute

import "slices"

// events are the events that a webhook can subscribe to: the families of
// Personio's reference of webhooks, as public clients name them.
var events = []string{
	"person.created", "person.updated", "person.deleted",
	"employment.created", "employment.updated", "employment.updated.cost-centers", "employment.deleted", "employment.started", "employment.terminated",
	"absence-period.created", "absence-period.updated.status", "absence-period.updated.timerange", "absence-period.deleted",
	"attendance-period.created", "attendance-period.updated", "attendance-period.deleted",
	"document.created", "document.updated", "document.deleted", "document.signed",
}

// EventPing is the event that a ping of a webhook sends. Nobody can subscribe to
// it.
const EventPing = "ping"

// Events are the events that a webhook can subscribe to.
func Events() []string { return slices.Clone(events) }
