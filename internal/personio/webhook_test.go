package personio

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var hook = Webhook{
	ID: "one", URL: "https://hooks.example.com/a", Description: "d", EnabledEvents: []string{"person.created"}, Status: WebhookEnabled, AuthType: WebhookAuthToken,
}

var hookBody = map[string]any{
	"id": "one", "url": "https://hooks.example.com/a", "description": "d", "enabled_events": []string{"person.created"},
	"status": "ENABLED", "auth_type": "TOKEN", "token": "PLANTED-back", "custom_headers": map[string]string{"X": "PLANTED-back"},
}

const hookOne = pathWebhooks + "/one"

func isHook(t *testing.T, got Webhook, err error) {
	t.Helper()
	if diff := cmp.Diff(hook, got); err != nil || diff != "" {
		t.Errorf("%v\n%s", err, diff)
	}
}

// Nobody can see how Personio answers writes of webhooks: with the object, with
// it below _data, with an id, or not at all.
func TestWebhookAnswers(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		create, patch http.HandlerFunc
		reads         int
	}{
		"whole":   {answers(hookBody), answers(hookBody), 0},
		"wrapped": {answers(map[string]any{"_data": hookBody, "_meta": map[string]any{}}), answers(map[string]any{"_data": hookBody}), 0},
		"an id":   {answers(map[string]any{"id": "one", "_meta": map[string]any{}}), answers(map[string]any{"id": "one"}), 2},
		"nothing": {answers(map[string]any{"_data": map[string]any{"id": "one"}}), raw(204, "", ""), 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFake(map[string]http.HandlerFunc{
				"POST " + pathWebhooks: test.create, "PATCH " + hookOne: test.patch, "GET " + hookOne: answers(map[string]any{"_data": hookBody}),
			})
			w := f.client(t).Webhooks()
			got, err := w.Create(t.Context(), WebhookCreate{URL: hook.URL, Description: "d", EnabledEvents: hook.EnabledEvents, AuthType: "TOKEN", Token: "t"})
			isHook(t, got, err)
			status := WebhookEnabled
			got, err = w.Update(t.Context(), "one", WebhookUpdate{Status: &status})
			isHook(t, got, err)
			got, err = w.Get(t.Context(), "one") // known by now
			isHook(t, got, err)
			if n := f.count("GET " + hookOne); n != test.reads {
				t.Errorf("%d reads, want %d", n, test.reads)
			}
			for _, r := range f.seen("") {
				if r.header.Get("Idempotency-Key") != "" || r.header.Get("If-Match") != "" {
					t.Errorf("%s %s has %v", r.method, r.path, r.header)
				}
			}
			if body := f.seen("PATCH " + hookOne)[0].body; body != `{"status":"ENABLED"}` {
				t.Errorf("PATCH sent %s", body)
			}
		})
	}
}

func TestWebhookCreateThatCannotBeRead(t *testing.T) {
	t.Parallel()
	f := newFake(map[string]http.HandlerFunc{
		"POST " + pathWebhooks: inTurn(answers(map[string]any{"id": "one"}), answers(map[string]any{}), raw(200, "", "")), "GET " + hookOne: status(403),
	})
	w := f.client(t).Webhooks()
	if got, err := w.Create(t.Context(), WebhookCreate{}); got.ID != "one" || !IsForbidden(err) {
		t.Errorf("%+v, %v", got, err)
	}
	for range 2 {
		if got, err := w.Create(t.Context(), WebhookCreate{}); got.ID != "" || !errors.Is(err, errNoID) {
			t.Errorf("%+v, %v", got, err)
		}
	}
}

// What may have had its effect is not repeated.
func TestWebhookPostsAreNotRepeated(t *testing.T) {
	t.Parallel()
	f := newFake(nil)
	f.fallback = status(503)
	w := f.client(t).Webhooks()
	ctx := t.Context()
	for call, do := range map[string]func() error{
		"POST " + pathWebhooks:            func() error { _, err := w.Create(ctx, WebhookCreate{}); return err },
		"PATCH " + hookOne:                func() error { _, err := w.Update(ctx, "one", WebhookUpdate{}); return err },
		"POST " + hookOne + "/ping":       func() error { return w.Ping(ctx, "one") },
		"POST " + hookOne + "/test-event": func() error { return w.TestEvent(ctx, "one", "person.created", nil) },
		"POST " + hookOne + "/redelivery": func() error { return w.Redeliver(ctx, "one", time.Now(), time.Time{}) },
	} {
		if err := do(); err == nil || f.count(call) != 1 {
			t.Errorf("%s: %d calls, %v", call, f.count(call), err)
		}
	}
}

func TestWebhookActions(t *testing.T) {
	t.Parallel()
	ok := raw(200, "", "")
	strict := func(w http.ResponseWriter, r *http.Request) {
		var body map[string]any
		if err := json.NewDecoder(r.Body).Decode(&body); err != nil || body["occurred_at.gte"] == nil {
			status(400)(w, r)
			return
		}
		w.WriteHeader(http.StatusOK)
	}
	f := newFake(map[string]http.HandlerFunc{
		"POST " + hookOne + "/ping": ok, "POST " + hookOne + "/test-event": ok, "POST " + hookOne + "/redelivery": inTurn(ok, strict, strict, status(400), status(400), status(429)),
	})
	w := f.client(t, func(c *Config) { c.MaxRetries = -1 }).Webhooks()
	ctx, from, to := t.Context(), time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC), time.Date(2026, 11, 2, 0, 0, 0, 0, time.UTC)
	for n, err := range []error{
		w.Ping(ctx, "one"), w.TestEvent(ctx, "one", "person.created", nil), w.TestEvent(ctx, "one", "person.created", json.RawMessage(`{"a":1}`)),
		w.Redeliver(ctx, "one", from, to), w.Redeliver(ctx, "one", from, time.Time{}),
	} {
		if err != nil {
			t.Errorf("%d: %v", n, err)
		}
	}
	if e, ok := asError(w.Redeliver(ctx, "one", from, to)); !ok || e.Status != 400 {
		t.Errorf("refused both ways: %v", e)
	}
	if e, ok := asError(w.Redeliver(ctx, "one", from, to)); !ok || e.Status != 429 {
		t.Errorf("too many: %v", e)
	}
	if err := errors.Join(w.Ping(ctx, ".."), w.Ping(ctx, "")); err == nil {
		t.Error("an id that is none was taken")
	}
	var bodies []string
	for _, r := range f.seen("") {
		bodies = append(bodies, strings.TrimPrefix(r.path, hookOne+"/")+" "+r.body)
	}
	want := []string{
		"ping ", `test-event {"event_name":"person.created"}`, `test-event {"event_name":"person.created","payload":{"a":1}}`,
		`redelivery {"occurred_at":{"gte":"2026-11-01T00:00:00Z","lte":"2026-11-02T00:00:00Z"}}`,
		`redelivery {"occurred_at":{"gte":"2026-11-01T00:00:00Z"}}`, `redelivery {"occurred_at.gte":"2026-11-01T00:00:00Z"}`,
	}
	if diff := cmp.Diff(want, bodies[:len(want)]); diff != "" || len(bodies) != len(want)+3 {
		t.Errorf("%d calls\n%s", len(bodies), diff)
	}
}

// Logs are read whatever their members are, and by pages of a size that is safe.
func TestWebhookLogs(t *testing.T) {
	t.Parallel()
	f := newFake(map[string]http.HandlerFunc{
		"GET " + hookOne + "/activity": inTurn(
			answers(map[string]any{
				"_data": []any{
					map[string]any{"id": 7, "event_name": "ping", "is_delivered": true, "completed_at": "2026-11-01T12:00:00.000Z", "attempt": 2, "status_code": 204, "extra": []any{1}},
					map[string]any{"id": "8", "is_delivered": "yes", "attempt": map[string]any{}, "event_name": nil, "status_code": nil},
				},
				"_meta": map[string]any{"links": map[string]any{"next": map[string]any{"href": "/v2/webhooks/one/activity?cursor=cur_2"}}},
			}),
			answers(map[string]any{"_data": []any{map[string]any{}}}),
		),
		"GET " + hookOne + "/events": answers(map[string]any{"_data": []any{
			map[string]any{"id": "e", "event_name": "person.created", "occurred_at": "2026-11-01T12:00:00+00:00", "company_id": 71001, "payload": map[string]any{"a": 1}},
		}}),
	})
	w := f.client(t).Webhooks()
	yes, two, code := true, int64(2), int64(204)
	var deliveries []WebhookDelivery
	filter := WebhookLogFilter{From: time.Date(2026, 11, 1, 1, 0, 0, 0, time.FixedZone("", 3600)), EventName: "ping", IsDelivered: &yes}
	for d, err := range w.Deliveries(t.Context(), "one", filter) {
		if err != nil {
			t.Fatal(err)
		}
		deliveries = append(deliveries, d)
	}
	want := []WebhookDelivery{{ID: "7", EventName: "ping", CompletedAt: "2026-11-01T12:00:00.000Z", IsDelivered: &yes, Attempt: &two, StatusCode: &code}, {ID: "8"}, {}}
	if diff := cmp.Diff(want, deliveries); diff != "" {
		t.Error(diff)
	}
	event, err := first(w.Events(t.Context(), "one", WebhookLogFilter{To: time.Date(2026, 11, 2, 0, 0, 0, 0, time.UTC)}))
	wantEvent := WebhookEvent{ID: "e", EventName: "person.created", OccurredAt: "2026-11-01T12:00:00+00:00", CompanyID: "71001", Payload: json.RawMessage(`{"a":1}`)}
	if diff := cmp.Diff(wantEvent, event); err != nil || diff != "" {
		t.Errorf("%v\n%s", err, diff)
	}
	var queries []string
	for _, r := range f.seen("") {
		queries = append(queries, r.query)
	}
	wantQueries := []string{
		"completed_at.gte=2026-11-01T00%3A00%3A00Z&event_name=ping&is_delivered=true&limit=100",
		"completed_at.gte=2026-11-01T00%3A00%3A00Z&cursor=cur_2&event_name=ping&is_delivered=true&limit=100",
		"limit=100&occurred_at.lte=2026-11-02T00%3A00%3A00Z",
	}
	if diff := cmp.Diff(wantQueries, queries); diff != "" {
		t.Error(diff)
	}
	if _, err := first(w.Events(t.Context(), "..", WebhookLogFilter{})); err == nil {
		t.Error("an id that is none was taken")
	}
}

// Many reads are one list, and secrets that Personio may repeat go nowhere.
func TestWebhookReads(t *testing.T) {
	t.Parallel()
	f := newFake(map[string]http.HandlerFunc{
		"GET " + pathWebhooks: answers(map[string]any{"_data": []any{hookBody}}), "DELETE " + hookOne: raw(204, "", ""),
	})
	w := f.client(t).Webhooks()
	for range 3 {
		got, err := w.Get(t.Context(), "one")
		isHook(t, got, err)
	}
	got, err := first(w.List(t.Context(), WebhookFilter{Status: "ENABLED", EnabledEvents: []string{"person.created", "person.deleted"}}))
	isHook(t, got, err)
	if err := w.Delete(t.Context(), "one"); err != nil {
		t.Error(err)
	}
	if seen := f.seen("GET " + pathWebhooks); len(seen) != 2 || seen[1].query != "enabled_events=person.created&enabled_events=person.deleted&limit=200&status=ENABLED" {
		t.Errorf("%d lists: %v", len(seen), seen)
	}
}

func TestWebhookErrorsTellTheScopeAndNoSecret(t *testing.T) {
	t.Parallel()
	f := newFake(nil)
	f.fallback = func(w http.ResponseWriter, r *http.Request) {
		body := f.seen(r.Method + " " + r.URL.Path)
		writeProblem(w, 403, "Insufficient access scope", body[len(body)-1].body, "https://x#commonforbidden", nil)
	}
	w := f.client(t).Webhooks()
	const secret = `PLANTED "secret"/of a hook`
	_, created := w.Create(t.Context(), WebhookCreate{Token: secret, CustomHeaders: map[string]string{"X-Key": secret + "2"}})
	_, updated := w.Update(t.Context(), "one", WebhookUpdate{Token: secret})
	for _, err := range []error{created, updated, w.Delete(context.Background(), "one"), w.Ping(t.Context(), "one")} {
		if err == nil || !strings.Contains(err.Error(), "lacks the scope personio:webhooks:write") || strings.Contains(err.Error(), "PLANTED") {
			t.Errorf("%v", err)
		}
	}
	if _, err := first(w.List(t.Context(), WebhookFilter{})); err == nil || !strings.Contains(err.Error(), "lacks the scope personio:webhooks:read") {
		t.Errorf("%v", err)
	}
}
