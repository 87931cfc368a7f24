package personio

import (
	"context"
	"encoding/json"
	"iter"
	"net/url"
	"strconv"
	"time"
)

// WebhookDelivery is what is known of a delivery. Nothing public shows the
// objects: event name, completion and result are those that can be filtered by,
// and everything may be missing ("" or nil).
type WebhookDelivery struct {
	ID, EventID, EventName  string
	OccurredAt, CompletedAt string
	IsDelivered             *bool
	Attempt, StatusCode     *int64
}

// UnmarshalJSON takes what it knows, and is not put off by what it does not.
func (d *WebhookDelivery) UnmarshalJSON(data []byte) error {
	o, err := readLoosely(data)
	if err != nil {
		return err
	}
	*d = WebhookDelivery{
		ID: o.text("id"), EventID: o.text("event_id"), EventName: o.text("event_name"),
		OccurredAt: o.text("occurred_at"), CompletedAt: o.text("completed_at"),
		IsDelivered: loosely[bool](o, "is_delivered"), Attempt: loosely[int64](o, "attempt"), StatusCode: loosely[int64](o, "status_code"),
	}
	return nil
}

// WebhookEvent is an event that a webhook was told of. Payload is a JSON object
// of ids, nil if it is missing, like anything else may be.
type WebhookEvent struct {
	ID, EventName, OccurredAt, CompanyID string
	Payload                              json.RawMessage
}

// UnmarshalJSON takes what it knows.
func (e *WebhookEvent) UnmarshalJSON(data []byte) error {
	o, err := readLoosely(data)
	if err != nil {
		return err
	}
	*e = WebhookEvent{
		ID: o.text("id"), EventName: o.text("event_name"), OccurredAt: o.text("occurred_at"), CompanyID: o.text("company_id"), Payload: o["payload"],
	}
	return nil
}

// loose is an object whose members may have any type.
type loose map[string]json.RawMessage

func readLoosely(data []byte) (o loose, err error) {
	err = json.Unmarshal(data, &o)
	return o, err
}

// text is a member that is a string or a number.
func (o loose) text(name string) string {
	var text string
	var number json.Number
	switch {
	case json.Unmarshal(o[name], &text) == nil:
		return text
	case json.Unmarshal(o[name], &number) == nil:
		return number.String()
	}
	return ""
}

// loosely is a member of that type, nil if it is another or missing.
func loosely[T any](o loose, name string) *T {
	var value *T
	if json.Unmarshal(o[name], &value) != nil {
		return nil
	}
	return value
}

// WebhookLogFilter selects deliveries by their completion, or events by their
// occurrence; members that are empty select all.
type WebhookLogFilter struct {
	// From and To bound the time, both included.
	From, To  time.Time
	EventName string
	// IsDelivered is for deliveries only.
	IsDelivered *bool
}

// Deliveries yields the deliveries of the last 30 days, page by page. An error is
// the last thing it yields.
func (c *Webhooks) Deliveries(ctx context.Context, id string, filter WebhookLogFilter) iter.Seq2[WebhookDelivery, error] {
	query := filter.query("completed_at")
	if filter.IsDelivered != nil {
		query.Set("is_delivered", strconv.FormatBool(*filter.IsDelivered))
	}
	return webhookLogOf[WebhookDelivery](ctx, c, id, "activity", query)
}

// Events yields the events of the last 30 days, page by page. An error is the
// last thing it yields.
func (c *Webhooks) Events(ctx context.Context, id string, filter WebhookLogFilter) iter.Seq2[WebhookEvent, error] {
	return webhookLogOf[WebhookEvent](ctx, c, id, "events", filter.query("occurred_at"))
}

func (f *WebhookLogFilter) query(field string) url.Values {
	query := url.Values{}
	for operator, at := range map[string]time.Time{".gte": f.From, ".lte": f.To} {
		if !at.IsZero() {
			query.Set(field+operator, at.UTC().Format(time.RFC3339Nano))
		}
	}
	if f.EventName != "" {
		query.Set("event_name", f.EventName)
	}
	return query
}

func webhookLogOf[T any](ctx context.Context, c *Webhooks, id, verb string, query url.Values) iter.Seq2[T, error] {
	path, err := c.objectPath(id)
	if err != nil {
		return func(yield func(T, error) bool) {
			var none T
			yield(none, err)
		}
	}
	// The highest limit of these two lists is not known; this one is the default of
	// Personio's lists.
	return objects[T](ctx, c.client, listing{path: path + "/" + verb, query: query, limit: 100})
}

// DeliveryCount counts deliveries: all, and those that succeeded.
type DeliveryCount struct{ All, Delivered int }

// CountDeliveries counts the deliveries of an event since a time.
func (c *Webhooks) CountDeliveries(ctx context.Context, id, event string, since time.Time) (count DeliveryCount, err error) {
	for d, err := range c.Deliveries(ctx, id, WebhookLogFilter{From: since, EventName: event}) {
		if err != nil {
			return count, err
		}
		count.All++
		if d.IsDelivered != nil && *d.IsDelivered {
			count.Delivered++
		}
	}
	return count, nil
}

// WaitForDelivery counts deliveries as [Webhooks.CountDeliveries] does until there
// are more than before, or the context is done.
func (c *Webhooks) WaitForDelivery(ctx context.Context, id, event string, since time.Time, before DeliveryCount) (DeliveryCount, error) {
	pause := c.client.config.PollInterval
	longest := maxPollIntervals * pause
	timer := time.NewTimer(pause)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return before, ctx.Err()
		case <-timer.C:
		}
		count, err := c.CountDeliveries(ctx, id, event, since)
		if err != nil || count.All > before.All {
			return count, err
		}
		pause = min(pause*3/2, longest)
		timer.Reset(pause)
	}
}
