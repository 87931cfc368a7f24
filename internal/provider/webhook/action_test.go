package webhook_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/personio-community/terraform-provider-personio/internal/acctest"
	"github.com/personio-community/terraform-provider-personio/internal/acctest/tfproto"
	"github.com/personio-community/terraform-provider-personio/internal/provider"
	"github.com/personio-community/terraform-provider-personio/internal/sandbox"
	"github.com/personio-community/terraform-provider-personio/internal/sandbox/records"
)

// receiver answers every event with a status.
type receiver struct {
	status int

	mu     sync.Mutex
	tokens []string
}

func (r *receiver) RoundTrip(req *http.Request) (*http.Response, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.tokens = append(r.tokens, req.Header.Get("Authorization"))
	return &http.Response{StatusCode: r.status, Body: http.NoBody, Request: req}, nil
}

func (r *receiver) requests() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.tokens)
}

var noon = time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)

// tried is a sandbox with one webhook, whose receiver answers with a status.
type tried struct {
	*acctest.Personio
	receiver *receiver
	id       string
	now      time.Time
}

func try(t *testing.T, status int) *tried {
	t.Helper()
	w := &tried{receiver: &receiver{status: status}, now: noon}
	w.Personio = acctest.StartPersonio(t, sandbox.Options{
		Now: func() time.Time { return w.now }, Webhooks: sandbox.WebhookOptions{Transport: w.receiver},
	})
	w.id = apply(t, w.provider(), nil, hook).Identity
	w.ResetRequests()
	return w
}

func (w *tried) provider(scopes ...string) *tfproto.Provider {
	return w.Provider(scopes, provider.WithClock(func() time.Time { return w.now }), provider.WithRunWait(time.Millisecond, time.Minute))
}

// posts are what was asked for since the last look.
func (w *tried) posts() []string {
	all := []string{}
	for _, r := range w.Requests() {
		if r.Method == http.MethodPost && strings.HasPrefix(r.Path, "/v2/webhooks") {
			all = append(all, r.Path[strings.LastIndex(r.Path, "/")+1:])
		}
	}
	w.ResetRequests()
	return all
}

func TestPing(t *testing.T) {
	t.Parallel()
	w := try(t, http.StatusNoContent)
	config := tfproto.Values{"webhook_id": w.id}
	wantNoErrors(t, w.provider().PlanAction("personio_webhook_ping", config))
	if got := w.posts(); len(got) != 0 {
		t.Errorf("the plan made %v", got)
	}
	progress, diags := w.provider().InvokeAction("personio_webhook_ping", config)
	wantNoErrors(t, diags)
	wantParts(t, progress, "ping", w.id, "personio_webhook_deliveries")
	w.DeliverDue()
	progress, diags = w.provider().InvokeAction("personio_webhook_ping", config.With(tfproto.Values{"wait": true}))
	wantNoErrors(t, diags)
	wantParts(t, progress, "waiting for the delivery", "Delivered")
	if got := w.posts(); !slices.Equal(got, []string{"ping", "ping"}) || w.receiver.requests() != 2 || w.receiver.tokens[0] != secret {
		t.Errorf("posts %v, %d requests", got, w.receiver.requests())
	}
	_, diags = w.provider().InvokeAction("personio_webhook_ping", tfproto.Values{"webhook_id": "nobody"})
	wantParts(t, diags.Errors(), "Could not send ping", "nobody", "HTTP status 404")
	_, diags = w.provider("personio:webhooks:read").InvokeAction("personio_webhook_ping", config)
	wantParts(t, diags.Errors(), "HTTP status 403", "personio:webhooks:write", "in German")
	_, diags = w.provider("personio:webhooks:write").InvokeAction("personio_webhook_ping", config.With(tfproto.Values{"wait": true}))
	wantParts(t, diags.Errors(), "HTTP status 403", "personio:webhooks:read")
	if got := w.posts(); !slices.Equal(got, []string{"ping", "ping"}) { // to nobody, and refused; the last one asked for nothing
		t.Errorf("posts %v", got)
	}
}

func TestPingThatIsNotDelivered(t *testing.T) {
	t.Parallel()
	w := try(t, http.StatusBadGateway)
	progress, diags := w.provider().InvokeAction("personio_webhook_ping", tfproto.Values{"webhook_id": w.id, "wait": true})
	wantParts(t, diags.Errors(), "The event was not delivered", w.id, "3 seconds", "personio_webhook_deliveries")
	wantParts(t, progress, "waiting")
}

func TestTestEvent(t *testing.T) {
	t.Parallel()
	w := try(t, http.StatusOK)
	const name = "personio_webhook_test_event"
	config := tfproto.Values{"webhook_id": w.id, "event_name": "person.created", "payload_json": `{"person":{"id":"4711"}}`, "wait": true}
	for change, want := range map[string]struct {
		config tfproto.Values
		parts  []string
	}{
		"typo":    {tfproto.Values{"event_name": "person.creatd"}, []string{`Did you mean "person.created"`}},
		"ping":    {tfproto.Values{"event_name": "ping"}, []string{"no event"}},
		"payload": {tfproto.Values{"payload_json": "[]"}, []string{"payload_json", "not a JSON object"}},
		"other":   {tfproto.Values{"event_name": "document.signed"}, []string{"event_name", "does not get the event", "Directory", "enabled_events"}},
		"nobody":  {tfproto.Values{"webhook_id": "nobody"}, []string{"No such webhook", "personio_webhooks"}},
	} {
		t.Log(change)
		wantParts(t, w.provider().PlanAction(name, config.With(want.config)).Errors(), want.parts...)
	}
	for _, unknown := range []string{"webhook_id", "event_name", "payload_json"} {
		wantNoErrors(t, w.provider().PlanAction(name, config.With(tfproto.Values{unknown: tfproto.Unknown})))
	}
	wantNoErrors(t, w.provider().PlanAction(name, config))
	if got := w.posts(); len(got) != 0 {
		t.Errorf("plans made %v", got)
	}
	progress, diags := w.provider().InvokeAction(name, config)
	wantNoErrors(t, diags)
	wantParts(t, progress, "person.created", "Delivered")
	events := w.Records().WebhookEvents.All()
	if len(events) != 1 || !cmp.Equal(events[0].Payload, map[string]any{"person": map[string]any{"id": "4711"}}) {
		t.Errorf("events %v", events)
	}
}

func TestRedelivery(t *testing.T) {
	t.Parallel()
	w := try(t, http.StatusOK)
	const name = "personio_webhook_redelivery"
	for n := range 230 {
		w.event(t, noon.Add(time.Duration(n)*time.Second))
	}
	w.now = noon.Add(24 * time.Hour)
	from := func(at time.Time) string { return at.Format(time.RFC3339) }
	config := tfproto.Values{"webhook_id": w.id, "occurred_from": from(noon), "max_events": int64(500)}
	for change, want := range map[string]struct {
		config tfproto.Values
		parts  []string
	}{
		"no window":  {tfproto.Values{"occurred_from": nil}, []string{"occurred_from or occurred_to is missing"}},
		"empty":      {tfproto.Values{"occurred_to": from(noon.Add(-time.Second))}, []string{"The window is empty"}},
		"too old":    {tfproto.Values{"occurred_from": from(noon.Add(-30 * 24 * time.Hour))}, []string{`"occurred_from"`, "last 30 days"}},
		"end is old": {tfproto.Values{"occurred_from": nil, "occurred_to": "2026-01-01T00:00:00Z"}, []string{`"occurred_to"`, "last 30 days"}},
		"too many":   {tfproto.Values{"max_events": nil}, []string{`"max_events"`, "230 events", "max_events (100)"}},
		"over a cap": {tfproto.Values{"max_events": int64(501)}, []string{`"max_events"`, "between 1 and 500"}},
		"nobody":     {tfproto.Values{"webhook_id": "nobody"}, []string{"No such webhook"}},
	} {
		t.Log(change)
		wantParts(t, w.provider().PlanAction(name, config.With(want.config)).Errors(), want.parts...)
	}
	for _, unknown := range []string{"webhook_id", "occurred_from", "occurred_to", "max_events"} {
		wantNoErrors(t, w.provider().PlanAction(name, config.With(tfproto.Values{unknown: tfproto.Unknown})))
	}
	wantNoErrors(t, w.provider().PlanAction(name, config))
	_, diags := w.provider().InvokeAction(name, config.With(tfproto.Values{"max_events": int64(229)}))
	wantParts(t, diags.Errors(), "230 events")
	if got := w.posts(); len(got) != 0 || w.receiver.requests() != 0 {
		t.Errorf("posts %v, %d requests", got, w.receiver.requests())
	}
	progress, diags := w.provider().InvokeAction(name, config)
	wantNoErrors(t, diags)
	wantParts(t, progress, "Call 1 of 3: 100 events from 2026-11-01T12:00:00Z", "Call 3 of 3: 30 events", "Accepted")
	w.DeliverDue()
	if got := w.posts(); len(got) != 3 || w.receiver.requests() != 230 {
		t.Errorf("posts %v, %d requests", got, w.receiver.requests())
	}
	progress, diags = w.provider().InvokeAction(name, config.With(tfproto.Values{"occurred_from": from(noon.Add(time.Hour))}))
	wantNoErrors(t, diags)
	wantParts(t, progress, "nothing to deliver again")

	// Of the 500 of an hour 270 are left: the next 230 pass, and then a part.
	_, diags = w.provider().InvokeAction(name, config)
	wantNoErrors(t, diags)
	_, diags = w.provider().InvokeAction(name, config)
	wantParts(t, diags.Errors(), "HTTP status 429", "A part of the events is under way", "1 of 3 calls succeeded")
	_, diags = w.provider("personio:webhooks:write").InvokeAction(name, config)
	wantParts(t, diags.Errors(), "HTTP status 403", "personio:webhooks:read")
}

// event puts an event into the log.
func (w *tried) event(t *testing.T, at time.Time) {
	t.Helper()
	_, err := w.Records().WebhookEvents.Add(func(rows []records.WebhookEvent) (records.WebhookEvent, error) {
		return records.WebhookEvent{ID: fmt.Sprintf("event-%d", len(rows)), WebhookID: w.id, Name: "person.created", OccurredAt: at, Payload: map[string]any{}}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestLogs(t *testing.T) {
	t.Parallel()
	w := try(t, http.StatusNotFound)
	p := w.provider()
	for range 3 {
		_, diags := p.InvokeAction("personio_webhook_test_event", tfproto.Values{"webhook_id": w.id, "event_name": "person.created", "payload_json": `{"a":1}`})
		wantNoErrors(t, diags)
		_, diags = p.InvokeAction("personio_webhook_ping", tfproto.Values{"webhook_id": w.id})
		wantNoErrors(t, diags)
	}
	w.DeliverDue()
	for name, rows := range map[string]string{"personio_webhook_deliveries": "deliveries", "personio_webhook_events": "events"} {
		for _, test := range []struct {
			config   tfproto.Values
			want     int
			complete bool
		}{
			{tfproto.Values{}, 6, true},
			{tfproto.Values{"event_name": "ping"}, 3, true},
			{tfproto.Values{"max_entries": int64(4)}, 4, false},
			{tfproto.Values{"max_entries": int64(6)}, 6, true},
			{tfproto.Values{"from": "2026-11-01T12:00:00Z", "to": "2026-11-01T13:00:00+01:00"}, 6, true},
			{tfproto.Values{"from": "2026-11-01T12:00:01Z"}, 0, true},
			{tfproto.Values{"to": "2026-11-01T11:59:59Z"}, 0, true},
		} {
			got, diags := p.ReadData(name, test.config.With(tfproto.Values{"webhook_id": w.id}))
			wantNoErrors(t, diags)
			if list, _ := got[rows].([]any); len(list) != test.want || got["complete"] != test.complete {
				t.Errorf("%s %v: %d, complete %v", name, test.config, len(list), got["complete"])
			}
		}
		_, diags := p.ReadData(name, tfproto.Values{"webhook_id": "nobody"})
		wantParts(t, diags.Errors(), "No such webhook")
		_, diags = p.ReadData(name, tfproto.Values{"webhook_id": w.id, "event_name": "pong"})
		wantParts(t, diags.Errors(), `Did you mean "ping"`)
		_, diags = w.provider("personio:persons:read").ReadData(name, tfproto.Values{"webhook_id": w.id})
		wantParts(t, diags.Errors(), "personio:webhooks:read", "in German")
	}
	for delivered, want := range map[bool]int{true: 0, false: 6} {
		got, diags := p.ReadData("personio_webhook_deliveries", tfproto.Values{"webhook_id": w.id, "is_delivered": delivered})
		wantNoErrors(t, diags)
		if list, _ := got["deliveries"].([]any); len(list) != want {
			t.Errorf("is_delivered %t: %d", delivered, len(list))
		}
	}
	got, _ := p.ReadData("personio_webhook_events", tfproto.Values{"webhook_id": w.id, "max_entries": int64(1)})
	event, _ := got["events"].([]any)[0].(map[string]any)
	logged := w.Records().WebhookEvents.All()[0]
	want := map[string]any{"id": logged.ID, "event_name": "person.created", "occurred_at": "2026-11-01T12:00:00.000Z", "company_id": "71001", "payload_json": `{"a":1}`}
	if diff := cmp.Diff(want, event); diff != "" {
		t.Errorf("event:\n%s", diff)
	}
	got, _ = p.ReadData("personio_webhook_deliveries", tfproto.Values{"webhook_id": w.id, "max_entries": int64(1)})
	delivery, _ := got["deliveries"].([]any)[0].(map[string]any)
	if delivery["status_code"] != int64(404) || delivery["attempt"] != int64(1) || delivery["is_delivered"] != false || delivery["completed_at"] != "2026-11-01T12:00:00.000Z" {
		t.Errorf("delivery %v", delivery)
	}
}
