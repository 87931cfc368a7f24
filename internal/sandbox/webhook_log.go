package sandbox

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/personio-community/terraform-provider-personio/internal/sandbox/records"
)

const (
	maxRedelivery     = 100 // events a call
	maxRedeliveryHour = 500 // events an hour
)

// pathWebhook finds the webhook that the path names, or answers that there is none.
func (s *Sandbox) pathWebhook(w http.ResponseWriter, r *http.Request) (records.Webhook, bool) {
	h, ok := s.records.Webhooks.Find(r.PathValue("id"))
	if !ok {
		notFound(w, codeOrganisationNotFound)
	}
	return h, ok
}

func (s *Sandbox) listWebhookActivities(w http.ResponseWriter, r *http.Request, _ *caller) {
	h, ok := s.pathWebhook(w, r)
	if !ok {
		return
	}
	rows := slices.DeleteFunc(slices.Clone(s.records.WebhookActivities.All()), func(a records.WebhookActivity) bool {
		return a.WebhookID != h.ID || s.forgotten(a.CompletedAt)
	})
	f := filters[records.WebhookActivity]{
		"event_name":   anyOf(func(a *records.WebhookActivity) string { return a.EventName }),
		"is_delivered": enumerated(func(a *records.WebhookActivity) string { return strconv.FormatBool(a.IsDelivered) }, "true", "false"),
	}.between("completed_at", parseInstant, func(a *records.WebhookActivity) time.Time { return a.CompletedAt })
	listRows(s, w, r, webhookLimits, f, rows, func(a *records.WebhookActivity) any {
		return map[string]any{
			"id": a.ID, "event_id": a.EventID, "event_name": a.EventName, "occurred_at": a.OccurredAt.Format(webhookTime),
			"completed_at": a.CompletedAt.Format(webhookTime), "is_delivered": a.IsDelivered, "attempt": a.Attempt, "requests": a.Requests,
			"status_code": numberOrNull(a.StatusCode),
		}
	})
}

func numberOrNull(number int) any {
	if number == 0 {
		return nil
	}
	return number
}

func (s *Sandbox) listWebhookEvents(w http.ResponseWriter, r *http.Request, _ *caller) {
	h, ok := s.pathWebhook(w, r)
	if !ok {
		return
	}
	f := filters[records.WebhookEvent]{
		"event_name": anyOf(func(e *records.WebhookEvent) string { return e.Name }),
	}.between("occurred_at", parseInstant, func(e *records.WebhookEvent) time.Time { return e.OccurredAt })
	listRows(s, w, r, webhookLimits, f, s.eventsOf(h.ID), func(e *records.WebhookEvent) any {
		body := eventBody(e)
		delete(body, "meta")
		body["id"] = e.ID
		return body
	})
}

// eventsOf are the events of a webhook that are still in the log, oldest first.
func (s *Sandbox) eventsOf(hookID string) []records.WebhookEvent {
	return slices.DeleteFunc(slices.Clone(s.records.WebhookEvents.All()), func(e records.WebhookEvent) bool {
		return e.WebhookID != hookID || s.forgotten(e.OccurredAt)
	})
}

func (s *Sandbox) pingWebhook(w http.ResponseWriter, r *http.Request, _ *caller) {
	if h, ok := s.pathWebhook(w, r); ok {
		s.sendAsked(h.ID, records.EventPing, map[string]any{})
		w.WriteHeader(http.StatusOK)
	}
}

func (s *Sandbox) testWebhook(w http.ResponseWriter, r *http.Request, _ *caller) {
	h, ok := s.pathWebhook(w, r)
	if !ok {
		return
	}
	var body struct {
		EventName string         `json:"event_name"`
		Payload   map[string]any `json:"payload"`
	}
	if !readBody(w, r, &body) {
		return
	}
	switch {
	case body.EventName == "":
		badRequest(w, "event_name is required")
	case !slices.Contains(h.EnabledEvents, body.EventName):
		badRequest(w, "the webhook does not have the event enabled")
	default:
		if body.Payload == nil {
			body.Payload = map[string]any{}
		}
		s.sendAsked(h.ID, body.EventName, body.Payload)
		w.WriteHeader(http.StatusOK)
	}
}

// sendAsked sends an event that somebody asked for.
func (s *Sandbox) sendAsked(hookID, name string, payload map[string]any) {
	event := s.newEvent(hookID, name, payload)
	event.Asked = true
	s.logEvents(event)
	s.webhooks.send(event)
}

// redeliveryBody is a window of time. Documents write its bounds with a dot,
// which may mean a member with a dot or a nested one: both are read.
type redeliveryBody struct {
	GTE        *time.Time `json:"occurred_at.gte"`
	LTE        *time.Time `json:"occurred_at.lte"`
	OccurredAt struct {
		GTE *time.Time `json:"gte"`
		LTE *time.Time `json:"lte"`
	} `json:"occurred_at"`
}

func (s *Sandbox) redeliverWebhook(w http.ResponseWriter, r *http.Request, _ *caller) {
	h, ok := s.pathWebhook(w, r)
	if !ok {
		return
	}
	var body redeliveryBody
	if !readBody(w, r, &body) {
		return
	}
	keep, err := s.redeliveryWindow(&body)
	if err != nil {
		badRequest(w, err.Error())
		return
	}
	wanted := slices.DeleteFunc(s.eventsOf(h.ID), func(e records.WebhookEvent) bool { return !keep(e.OccurredAt) })
	granted := s.grantRedelivery(min(len(wanted), maxRedelivery))
	if len(wanted) > 0 && granted == 0 {
		tooManyRequests(w, r)
		return
	}
	for i := range wanted[:granted] {
		wanted[i].Asked = true
	}
	s.webhooks.send(wanted[:granted]...)
	w.WriteHeader(http.StatusOK)
}

// redeliveryWindow tells which times a body selects.
func (s *Sandbox) redeliveryWindow(body *redeliveryBody) (func(time.Time) bool, error) {
	from, to := body.GTE, body.LTE
	if from == nil {
		from = body.OccurredAt.GTE
	}
	if to == nil {
		to = body.OccurredAt.LTE
	}
	switch {
	case from == nil && to == nil:
		return nil, errors.New("occurred_at.gte or occurred_at.lte is required")
	case from != nil && s.forgotten(*from), to != nil && s.forgotten(*to):
		return nil, errors.New("only events of the last 30 days can be delivered again")
	case from != nil && to != nil && from.After(*to):
		return nil, errors.New("occurred_at.gte is after occurred_at.lte")
	}
	return func(at time.Time) bool {
		return (from == nil || !at.Before(*from)) && (to == nil || !at.After(*to))
	}, nil
}

// grantRedelivery takes up to wanted events from what may be delivered again
// within an hour, and returns how many.
func (s *Sandbox) grantRedelivery(wanted int) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	s.redelivered = slices.DeleteFunc(s.redelivered, func(at time.Time) bool { return now.Sub(at) >= time.Hour })
	granted := min(wanted, maxRedeliveryHour-len(s.redelivered))
	for range granted {
		s.redelivered = append(s.redelivered, now)
	}
	return granted
}
