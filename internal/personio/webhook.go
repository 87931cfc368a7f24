package personio

import (
	"context"
	"encoding/json"
	"iter"
	"net/http"
	"net/url"
	"slices"
	"time"
)

// pathWebhooks is Personio's own collection of webhooks.
const pathWebhooks = "/v2/webhooks"

// The limits of Personio's reference for redeliveries.
const (
	// WebhookLog is how long events and deliveries are kept, and can be repeated.
	WebhookLog = 30 * 24 * time.Hour
	// MaxRedelivery is how many events one call delivers again.
	MaxRedelivery = 100
	// MaxRedeliveryHour is how many are delivered again within an hour.
	MaxRedeliveryHour = 500
)

// The statuses of webhooks, and how they show who they are.
const (
	WebhookEnabled  = "ENABLED"
	WebhookDisabled = "DISABLED"

	WebhookAuthNone   = "NONE"
	WebhookAuthToken  = "TOKEN"
	WebhookAuthCustom = "CUSTOM"
)

// Webhook is a subscription to events. Token and custom headers are not in it,
// whether the API repeats them or not. What an answer leaves out is empty.
type Webhook struct {
	ID            string   `json:"id"`
	URL           string   `json:"url"`
	Description   string   `json:"description"`
	EnabledEvents []string `json:"enabled_events"`
	Status        string   `json:"status"`
	AuthType      string   `json:"auth_type"`
}

// UnmarshalJSON reads a webhook that stands alone or below _data: nothing public
// shows the answers of single webhooks, and clients have met both.
func (w *Webhook) UnmarshalJSON(data []byte) error {
	type plain Webhook
	wrapped := struct {
		*plain
		Data *plain `json:"_data"`
	}{plain: (*plain)(w)}
	if err := json.Unmarshal(data, &wrapped); err != nil {
		return err
	}
	if wrapped.Data != nil && w.ID == "" {
		*w = Webhook(*wrapped.Data)
	}
	return nil
}

// WebhookCreate makes a webhook. Token goes with the auth type TOKEN,
// CustomHeaders with CUSTOM.
type WebhookCreate struct {
	URL           string            `json:"url"`
	Description   string            `json:"description"`
	EnabledEvents []string          `json:"enabled_events"`
	Status        string            `json:"status,omitempty"`
	AuthType      string            `json:"auth_type,omitempty"`
	Token         string            `json:"token,omitempty"`
	CustomHeaders map[string]string `json:"custom_headers,omitempty"`
}

// WebhookUpdate changes the members that are set.
type WebhookUpdate struct {
	URL           *string           `json:"url,omitempty"`
	Description   *string           `json:"description,omitempty"`
	EnabledEvents []string          `json:"enabled_events,omitempty"`
	Status        *string           `json:"status,omitempty"`
	AuthType      *string           `json:"auth_type,omitempty"`
	Token         string            `json:"token,omitempty"`
	CustomHeaders map[string]string `json:"custom_headers,omitempty"`
}

// WebhookFilter selects webhooks; members that are empty select all.
type WebhookFilter struct {
	Status string
	// EnabledEvents selects webhooks that want at least one of the events.
	EnabledEvents []string
}

// Webhooks is Personio's collection behind /v2/webhooks, which a gateway passes
// on. Get it from [Client.Webhooks]. Personio's own objects have no revision and
// take no idempotency key: a POST is repeated only if it surely never left.
type Webhooks struct {
	collection[Webhook]
}

// Webhooks is Personio's collection of webhooks.
func (c *Client) Webhooks() *Webhooks { return c.webhooks }

// Create makes a webhook. If it was made and then could not be read, the error
// comes with a webhook of which only the id is known.
func (c *Webhooks) Create(ctx context.Context, body WebhookCreate) (Webhook, error) {
	return c.written(ctx, "", request{
		method: http.MethodPost, path: c.path, body: body, secrets: webhookSecrets(body.Token, body.CustomHeaders),
	})
}

// Get reads a webhook, through the read index. If there is none of that id,
// [IsNotFound] holds for the error.
func (c *Webhooks) Get(ctx context.Context, id string) (Webhook, error) { return c.get(ctx, id) }

// Update changes the members that are set.
func (c *Webhooks) Update(ctx context.Context, id string, body WebhookUpdate) (Webhook, error) {
	path, err := c.objectPath(id)
	if err != nil {
		return Webhook{}, err
	}
	return c.written(ctx, id, request{
		method: http.MethodPatch, path: path, body: body, secrets: webhookSecrets(body.Token, body.CustomHeaders),
	})
}

// Delete removes a webhook. If there is none of that id, [IsNotFound] holds for
// the error.
func (c *Webhooks) Delete(ctx context.Context, id string) error { return c.delete(ctx, id, nil) }

// List yields the webhooks that the filter selects, page by page. An error is the
// last thing it yields.
func (c *Webhooks) List(ctx context.Context, filter WebhookFilter) iter.Seq2[Webhook, error] {
	query := url.Values{}
	if filter.Status != "" {
		query.Set("status", filter.Status)
	}
	if len(filter.EnabledEvents) > 0 {
		query["enabled_events"] = filter.EnabledEvents
	}
	return c.list(ctx, nil, query)
}

// written makes a write. An answer that does not hold the whole webhook is
// followed by a read.
func (c *Webhooks) written(ctx context.Context, id string, r request) (Webhook, error) {
	got := Webhook{}
	r.mayBeEmpty = true
	if err := c.client.do(ctx, r, &got); err != nil {
		if id != "" {
			// It may have been changed all the same.
			c.index.forget(id)
		}
		return Webhook{}, err
	}
	if got.ID == "" {
		got.ID = id
	}
	if got.ID == "" {
		return Webhook{}, errNoID
	}
	if got.URL == "" || got.EnabledEvents == nil {
		c.index.forget(got.ID)
		read, err := c.getNow(ctx, got.ID)
		if err != nil {
			return Webhook{ID: got.ID}, err
		}
		return read, nil
	}
	raw, err := json.Marshal(got)
	if err != nil {
		return got, err
	}
	c.index.put(got.ID, raw)
	return got, nil
}

// Ping asks for an event of the type ping.
func (c *Webhooks) Ping(ctx context.Context, id string) error {
	return c.ask(ctx, id, "ping", nil)
}

// TestEvent asks for an event of a type that the webhook has enabled. The payload
// is an object, nil for that of the API.
func (c *Webhooks) TestEvent(ctx context.Context, id, event string, payload json.RawMessage) error {
	return c.ask(ctx, id, "test-event", struct {
		EventName string          `json:"event_name"`
		Payload   json.RawMessage `json:"payload,omitempty"`
	}{event, payload})
}

// window is the body of a redelivery.
type window struct {
	GTE *time.Time `json:"gte,omitempty"`
	LTE *time.Time `json:"lte,omitempty"`
}

// Redeliver asks for the events between two times to be delivered again, both
// included; at least one of them must be given, and a zero time is none. The API
// takes at most [MaxRedelivery] events a call, and [MaxRedeliveryHour] an hour,
// after which the error is a 429. It does not tell how many there were.
func (c *Webhooks) Redeliver(ctx context.Context, id string, from, to time.Time) error {
	var w window
	if !from.IsZero() {
		w.GTE = &from
	}
	if !to.IsZero() {
		w.LTE = &to
	}
	err := c.ask(ctx, id, "redelivery", map[string]window{"occurred_at": w})
	if e, ok := asError(err); ok && e.Status == http.StatusBadRequest {
		// The reference writes occurred_at.gte, which may mean a member with a dot. A
		// refused call has delivered nothing, so the other spelling may be tried.
		flat := map[string]*time.Time{}
		for name, at := range map[string]*time.Time{"occurred_at.gte": w.GTE, "occurred_at.lte": w.LTE} {
			if at != nil {
				flat[name] = at
			}
		}
		if c.ask(ctx, id, "redelivery", flat) == nil {
			return nil
		}
	}
	return err
}

// ask posts to a verb below a webhook. What the answer says is of no use.
func (c *Webhooks) ask(ctx context.Context, id, verb string, body any) error {
	path, err := c.objectPath(id)
	if err != nil {
		return err
	}
	return c.client.do(ctx, request{method: http.MethodPost, path: path + "/" + verb, body: body}, nil)
}

func webhookSecrets(token string, headers map[string]string) []string {
	secrets := []string{token}
	for _, value := range headers {
		secrets = append(secrets, value)
	}
	slices.Sort(secrets)
	return secrets
}
