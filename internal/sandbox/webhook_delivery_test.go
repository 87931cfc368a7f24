package sandbox_test

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/personio-community/terraform-provider-personio/internal/sandbox"
	"github.com/personio-community/terraform-provider-personio/internal/sandbox/company"
	"github.com/personio-community/terraform-provider-personio/internal/sandbox/records"
)

// hook is a receiver of events.
type hook struct {
	*api
	receiver *httptest.Server
	id       string

	mu     sync.Mutex
	got    []*http.Request
	bodies []object
	answer func(n int, w http.ResponseWriter) // n counts from 1
}

// startHook starts a sandbox and a receiver, and makes a webhook for it.
func startHook(t *testing.T, options sandbox.Options, change object) *hook {
	t.Helper()
	h := &hook{answer: func(_ int, w http.ResponseWriter) { w.WriteHeader(http.StatusNoContent) }}
	h.receiver = httptest.NewTLSServer(http.HandlerFunc(h.serve))
	if options.Webhooks.Transport == nil {
		options.Webhooks.Transport = h.receiver.Client().Transport
	}
	h.api = start(t, options, sandbox.Credential{})
	t.Cleanup(func() {
		h.Close()
		h.receiver.Close()
	})
	body := object{"url": h.receiver.URL + "/hook", "description": "d", "enabled_events": records.Events(), "status": "ENABLED", "auth_type": "NONE"}
	maps.Copy(body, change)
	h.id = text(h.json(http.MethodPost, "/v2/webhooks", body).wantStatus(http.StatusCreated).object()["id"])
	return h
}

func (h *hook) serve(w http.ResponseWriter, r *http.Request) {
	data, _ := io.ReadAll(r.Body)
	var body object
	_ = json.Unmarshal(data, &body)
	h.mu.Lock()
	h.got, h.bodies = append(h.got, r), append(h.bodies, body)
	n := len(h.got)
	h.mu.Unlock()
	h.answer(n, w)
}

// names are the events that arrived, sorted.
func (h *hook) names() []string {
	h.DeliverDue()
	h.mu.Lock()
	defer h.mu.Unlock()
	names := []string{}
	for _, body := range h.bodies {
		names = append(names, text(body["event_name"]))
	}
	h.got, h.bodies = nil, nil
	slices.Sort(names)
	return names
}

func (h *hook) path(below string) string { return "/v2/webhooks/" + h.id + "/" + below }

func TestWebhookDelivery(t *testing.T) {
	t.Parallel()
	h := startHook(t, sandbox.Options{}, object{"auth_type": "TOKEN", "token": "Basic c2VjcmV0"})
	person := h.Company().People()[3]
	if err := h.Company().Update(person.ID, func(p *company.Person) { p.LastName = "Neu" }); err != nil {
		t.Fatal(err)
	}
	h.DeliverDue()
	if len(h.got) != 1 {
		t.Fatalf("%d requests", len(h.got))
	}
	r := h.got[0]
	if r.Method != http.MethodPost || r.URL.Path != "/hook" || r.Header.Get("Authorization") != "Basic c2VjcmV0" || r.Header.Get("Content-Type") != "application/json" {
		t.Errorf("request %s %s with %v", r.Method, r.URL, r.Header)
	}
	events := h.get(h.path("events")).wantStatus(http.StatusOK).data()
	if len(events) != 1 {
		t.Fatalf("events %v", events)
	}
	want := object{
		"company_id": "71001", "event_name": "person.updated", "occurred_at": "2026-11-01T12:00:00.000Z", "payload": object{"person": ref(itoa(person.ID))},
	}
	got := h.bodies[0]
	if meta := got["meta"]; !cmp.Equal(meta, object{"event_id": events[0]["id"], "webhook_id": h.id}) {
		t.Errorf("meta %v", meta)
	}
	delete(got, "meta")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("body:\n%s", diff)
	}
	want["id"] = events[0]["id"]
	if diff := cmp.Diff(want, events[0]); diff != "" {
		t.Errorf("event:\n%s", diff)
	}
	activity := h.get(h.path("activity")).wantStatus(http.StatusOK).data()
	if len(activity) != 1 {
		t.Fatalf("activity %v", activity)
	}
	wantActivity := object{
		"id": activity[0]["id"], "event_id": events[0]["id"], "event_name": "person.updated", "occurred_at": "2026-11-01T12:00:00.000Z",
		"completed_at": "2026-11-01T12:00:00.000Z", "is_delivered": true, "attempt": 1.0, "requests": 1.0, "status_code": 204.0,
	}
	if diff := cmp.Diff(wantActivity, activity[0]); diff != "" {
		t.Errorf("activity:\n%s", diff)
	}
}

func TestWebhookCustomHeadersAndWantedEvents(t *testing.T) {
	t.Parallel()
	h := startHook(t, sandbox.Options{}, object{"auth_type": "CUSTOM", "custom_headers": object{"X-Key": "k", "Authorization": "mine"}, "enabled_events": []string{"person.deleted"}})
	person := h.Company().People()[3]
	if err := h.Company().Update(person.ID, func(p *company.Person) { p.LastName = "Neu" }); err != nil {
		t.Fatal(err)
	}
	h.do(http.MethodDelete, "/v2/persons/"+itoa(person.ID), "", "").wantStatus(http.StatusNoContent)
	h.DeliverDue()
	if len(h.got) != 1 || h.got[0].Header.Get("X-Key") != "k" || h.got[0].Header.Get("Authorization") != "mine" || h.bodies[0]["event_name"] != "person.deleted" {
		t.Fatalf("requests %v: %v", h.got, h.bodies)
	}
	h.json(http.MethodPatch, "/v2/webhooks/"+h.id, object{"status": "DISABLED"}).wantStatus(http.StatusOK)
	h.do(http.MethodDelete, "/v2/persons/"+itoa(h.Company().People()[7].ID), "", "").wantStatus(http.StatusNoContent)
	h.DeliverDue()
	if n := len(h.get(h.path("events")).data()); len(h.got) != 1 || n != 1 {
		t.Errorf("a disabled webhook got %d requests and %d events", len(h.got), n)
	}
}

// TestWhatHappens makes every change that the API has, and wants its events.
func TestWhatHappens(t *testing.T) {
	t.Parallel()
	h := startHook(t, sandbox.Options{}, nil)
	var made, period, absence string
	person := itoa(h.Company().People()[4].ID)
	id := func(r *response) string { return text(r.wantStatus(http.StatusCreated).object()["id"]) }
	employment := func(change object) {
		h.json(http.MethodPatch, "/v2/persons/"+made+"/employments/"+h.Company().People()[len(h.Company().People())-1].Employment.ID, change).wantStatus(http.StatusNoContent)
	}
	document := h.Records().Documents.All()[0].ID
	for _, step := range []struct {
		do   func()
		want []string
	}{
		{func() {
			made = id(h.json(http.MethodPost, "/v2/persons", object{"first_name": "Neu", "last_name": "Er"}))
		}, []string{"employment.created", "person.created"}},
		{func() { h.json(http.MethodPatch, "/v2/persons/"+made, object{"first_name": "Neuer"}) }, []string{"person.updated"}},
		{func() { h.json(http.MethodPatch, "/v2/persons/"+made, object{"first_name": "Neuer"}) }, []string{}},
		{func() { employment(object{"position": object{"title": "Koch"}}) }, []string{"employment.updated"}},
		{func() {
			employment(object{"cost_centers": []object{{"id": itoa(h.Company().Organisation().CostCenters[0].ID), "weight": 100}}})
		}, []string{"employment.updated.cost-centers"}},
		{func() { employment(object{"status": "ONBOARDING"}) }, []string{"employment.updated"}},
		{func() { employment(object{"status": "ACTIVE"}) }, []string{"employment.started", "employment.updated"}},
		{func() { employment(object{"status": "INACTIVE"}) }, []string{"employment.terminated", "employment.updated"}},
		{func() { h.do(http.MethodDelete, "/v2/persons/"+made, "", "").wantStatus(http.StatusNoContent) }, []string{"employment.deleted", "person.deleted"}},
		{func() {
			period = "/v2/attendance-periods/" + id(h.json(http.MethodPost, "/v2/attendance-periods", object{
				"person": ref(person), "type": "WORK", "start": clockAt("2026-10-20T08:00:00"), "end": clockAt("2026-10-20T12:30:00"),
			}))
		}, []string{"attendance-period.created"}},
		{func() { h.json(http.MethodPatch, period, object{"comment": "later"}).wantStatus(http.StatusOK) }, []string{"attendance-period.updated"}},
		{func() { h.do(http.MethodDelete, period, "", "").wantStatus(http.StatusNoContent) }, []string{"attendance-period.deleted"}},
		{func() {
			absence = "/v2/absence-periods/" + id(h.json(http.MethodPost, "/v2/absence-periods?skip_approval=true", object{
				"person": ref(person), "absence_type": ref(h.Records().AbsenceTypes[0].ID),
				"starts_from": clockAt("2027-03-01T00:00:00"), "ends_at": clockAt("2027-03-03T00:00:00"),
			}))
		}, []string{"absence-period.created"}},
		{func() {
			h.json(http.MethodPatch, absence+"?skip_approval=true", object{"ends_at": clockAt("2027-03-04T00:00:00")}).wantStatus(http.StatusNoContent)
		}, []string{"absence-period.updated.timerange"}},
		{func() { h.json(http.MethodPatch, absence, object{"comment": "x"}).wantStatus(http.StatusNoContent) }, []string{"absence-period.updated.status"}},
		{func() { h.do(http.MethodDelete, absence, "", "").wantStatus(http.StatusNoContent) }, []string{"absence-period.deleted"}},
		{func() {
			h.json(http.MethodPatch, "/v2/document-management/documents/"+document, object{"comment": "x"}).wantStatus(http.StatusOK)
		}, []string{"document.updated"}},
		{func() {
			h.do(http.MethodDelete, "/v2/document-management/documents/"+document, "", "").wantStatus(http.StatusNoContent)
		}, []string{"document.deleted"}},
		{func() {
			_, _ = h.Records().Documents.Add(func(rows []records.Document) (records.Document, error) {
				return records.Document{ID: records.NextDocumentID(rows), OwnerID: mustInt(person)}, nil
			})
		}, []string{"document.created"}},
	} {
		step.do()
		if diff := cmp.Diff(step.want, h.names()); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
}

// A receiver that never gets it right is asked seven times, twice each.
func TestWebhookRetries(t *testing.T) {
	t.Parallel()
	h := startHook(t, sandbox.Options{}, nil)
	h.answer = func(_ int, w http.ResponseWriter) { w.WriteHeader(http.StatusInternalServerError) }
	h.do(http.MethodPost, h.path("ping"), "", "").wantStatus(http.StatusOK)
	requests := func() int {
		h.DeliverDue()
		h.mu.Lock()
		defer h.mu.Unlock()
		return len(h.got)
	}
	if n := requests(); n != 2 {
		t.Fatalf("%d requests at once", n)
	}
	want, passed := 2, time.Duration(0)
	for _, after := range []time.Duration{5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 8 * time.Hour, 24 * time.Hour, 72 * time.Hour} {
		h.clock.advance(after - passed - time.Second)
		if n := requests(); n != want {
			t.Errorf("%d requests shortly before %s, want %d", n, after, want)
		}
		h.clock.advance(time.Second)
		passed, want = after, want+2
		if n := requests(); n != want {
			t.Errorf("%d requests after %s, want %d", n, after, want)
		}
	}
	h.clock.advance(96 * time.Hour)
	if n := requests(); n != 14 {
		t.Errorf("%d requests in all", n)
	}
	h.token = h.login(h.credential)
	rows := h.get(h.path("activity?is_delivered=false&event_name=ping")).wantStatus(http.StatusOK).data()
	if len(rows) != 7 || rows[6]["attempt"] != 7.0 || rows[6]["requests"] != 2.0 || rows[6]["status_code"] != 500.0 || rows[6]["completed_at"] != "2026-11-04T12:00:00.000Z" {
		t.Errorf("activity %v", rows)
	}
	if n := len(h.get(h.path("activity?is_delivered=true")).data()); n != 0 {
		t.Errorf("%d delivered", n)
	}
}

// Which answers are tried again, and which are not.
func TestWebhookAnswers(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]struct {
		requests  int
		delivered bool
	}{
		200: {1, true}, 202: {1, true}, 299: {1, true}, 302: {1, false}, 400: {1, false}, 404: {1, false}, 410: {1, false}, 429: {1, false},
		500: {2, false}, 501: {1, false}, 502: {2, false}, 503: {2, false}, 599: {2, false},
	} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			t.Parallel()
			h := startHook(t, sandbox.Options{Webhooks: sandbox.WebhookOptions{Retries: []time.Duration{}}}, nil)
			h.answer = func(_ int, w http.ResponseWriter) {
				w.Header().Set("Location", h.receiver.URL+"/elsewhere")
				w.WriteHeader(status)
			}
			h.do(http.MethodPost, h.path("ping"), "", "").wantStatus(http.StatusOK)
			h.DeliverDue()
			rows := h.get(h.path("activity")).data()
			if len(h.got) != want.requests || len(rows) != 1 || rows[0]["is_delivered"] != want.delivered || rows[0]["status_code"] != float64(status) {
				t.Errorf("%d requests, activity %v", len(h.got), rows)
			}
		})
	}
}

// The second request of an attempt may succeed.
func TestWebhookFastAttempt(t *testing.T) {
	t.Parallel()
	h := startHook(t, sandbox.Options{}, nil)
	h.answer = func(n int, w http.ResponseWriter) {
		if n == 1 {
			w.WriteHeader(http.StatusBadGateway)
		}
	}
	h.do(http.MethodPost, h.path("ping"), "", "").wantStatus(http.StatusOK)
	h.DeliverDue()
	h.clock.advance(100 * time.Hour)
	h.DeliverDue()
	h.token = h.login(h.credential)
	if rows := h.get(h.path("activity")).data(); len(h.got) != 2 || len(rows) != 1 || rows[0]["is_delivered"] != true || rows[0]["requests"] != 2.0 {
		t.Errorf("%d requests, activity %v", len(h.got), rows)
	}
}

// silent is a receiver that lets the first requests wait for an answer, as long
// as they like, and the connections to it.
type silent struct {
	waiting atomic.Int64
	asked   atomic.Int64
}

func (s *silent) RoundTrip(r *http.Request) (*http.Response, error) {
	if s.asked.Add(1) <= s.waiting.Load() {
		<-r.Context().Done()
		return nil, r.Context().Err()
	}
	return &http.Response{StatusCode: http.StatusOK, Body: http.NoBody, Request: r}, nil
}

// Who does not answer in time is asked again.
func TestWebhookTimeout(t *testing.T) {
	t.Parallel()
	receiver := &silent{}
	receiver.waiting.Store(2)
	h := startHook(t, sandbox.Options{Webhooks: sandbox.WebhookOptions{
		Transport: receiver, Timeout: 10 * time.Millisecond, Retries: []time.Duration{time.Hour},
	}}, nil)
	h.do(http.MethodPost, h.path("ping"), "", "").wantStatus(http.StatusOK)
	h.DeliverDue()
	rows := h.get(h.path("activity")).data()
	if len(rows) != 1 || rows[0]["is_delivered"] != false || rows[0]["status_code"] != nil || rows[0]["requests"] != 2.0 {
		t.Errorf("activity %v", rows)
	}
	h.clock.advance(time.Hour)
	h.DeliverDue()
	if rows = h.get(h.path("activity")).data(); len(rows) != 2 || rows[1]["is_delivered"] != true || receiver.asked.Load() != 3 {
		t.Errorf("activity %v", rows)
	}
}

// What waits when a webhook is disabled is not sent any more.
func TestWebhookDisabledMeanwhile(t *testing.T) {
	t.Parallel()
	h := startHook(t, sandbox.Options{}, nil)
	h.answer = func(_ int, w http.ResponseWriter) { w.WriteHeader(http.StatusServiceUnavailable) }
	h.do(http.MethodDelete, "/v2/document-management/documents/"+h.Records().Documents.All()[0].ID, "", "").wantStatus(http.StatusNoContent)
	h.DeliverDue()
	h.json(http.MethodPatch, "/v2/webhooks/"+h.id, object{"status": "DISABLED"}).wantStatus(http.StatusOK)
	h.clock.advance(time.Hour)
	h.DeliverDue()
	if len(h.got) != 2 {
		t.Errorf("%d requests", len(h.got))
	}
	h.do(http.MethodPost, h.path("ping"), "", "").wantStatus(http.StatusOK)
	h.DeliverDue()
	if len(h.got) != 4 {
		t.Errorf("a ping reaches a disabled webhook, too: %d requests", len(h.got))
	}
}

// Close ends what is under way; nothing is left behind, see TestMain.
func TestWebhookClose(t *testing.T) {
	t.Parallel()
	h := startHook(t, sandbox.Options{}, nil)
	arrived, release := make(chan struct{}, 20), make(chan struct{})
	h.answer = func(int, http.ResponseWriter) {
		arrived <- struct{}{}
		<-release
	}
	h.do(http.MethodPost, h.path("ping"), "", "").wantStatus(http.StatusOK)
	<-arrived
	h.Close()
	close(release)
	h.do(http.MethodPost, h.path("ping"), "", "").wantStatus(http.StatusOK)
	h.DeliverDue()
	if n := len(h.get(h.path("activity")).data()); n != 0 || len(h.got) != 1 {
		t.Errorf("%d requests, %d activities after the end", len(h.got), n)
	}
}

func TestWebhookTestEvent(t *testing.T) {
	t.Parallel()
	h := startHook(t, sandbox.Options{}, object{"enabled_events": []string{"document.signed"}})
	for _, body := range []string{`{"event_name": "person.created"}`, `{"event_name": "ping"}`, `{}`, `[]`, ``, `{"event_name": 5}`} {
		h.do(http.MethodPost, h.path("test-event"), "application/json", body).wantProblem(http.StatusBadRequest, "Bad request", "#common.bad_request")
	}
	h.json(http.MethodPost, h.path("test-event"), object{"event_name": "document.signed", "payload": object{"document": ref("4711")}}).wantStatus(http.StatusOK)
	h.DeliverDue()
	if len(h.bodies) != 1 || h.bodies[0]["event_name"] != "document.signed" || nested(h.bodies[0], "payload", "document", "id") != "4711" {
		t.Errorf("bodies %v", h.bodies)
	}
	for _, r := range []*response{
		h.do(http.MethodPost, "/v2/webhooks/x/ping", "", ""), h.json(http.MethodPost, "/v2/webhooks/x/test-event", object{"event_name": "document.signed"}),
		h.json(http.MethodPost, "/v2/webhooks/x/redelivery", object{}), h.get("/v2/webhooks/x/activity"), h.get("/v2/webhooks/x/events"),
	} {
		r.wantProblem(http.StatusNotFound, "Resource not found", "#common.requested_resource_not_found")
	}
}

func TestWebhookRedelivery(t *testing.T) {
	t.Parallel()
	h := startHook(t, sandbox.Options{}, nil)
	for range 230 {
		h.do(http.MethodPost, h.path("ping"), "", "").wantStatus(http.StatusOK)
	}
	h.clock.advance(time.Minute)
	h.do(http.MethodPost, h.path("ping"), "", "").wantStatus(http.StatusOK)
	_ = h.names()
	redeliver := func(body object) *response { return h.json(http.MethodPost, h.path("redelivery"), body) }
	for _, body := range []object{
		{},
		{"since": "2026-11-01T12:00:00Z"},
		{"occurred_at": object{}},
		{"occurred_at": object{"gte": "yesterday"}},
		{"occurred_at": object{"gte": "2026-10-01T12:00:00Z"}},
		{"occurred_at.lte": "2026-10-01T12:00:00Z"},
		{"occurred_at": object{"gte": "2026-11-01T12:01:00Z", "lte": "2026-11-01T12:00:00Z"}},
	} {
		redeliver(body).wantProblem(http.StatusBadRequest, "Bad request", "#common.bad_request")
	}
	for _, step := range []struct {
		body object
		want int
	}{
		{object{"occurred_at": object{"gte": "2026-11-01T12:01:00Z"}}, 1},
		{object{"occurred_at.gte": "2026-11-01T12:01:00Z"}, 1},
		{object{"occurred_at": object{"gte": "2026-11-01T12:01:01Z"}}, 0},
		{object{"occurred_at.lte": "2026-11-01T13:00:00+01:00"}, 100},
		{object{"occurred_at": object{"lte": "2026-11-01T12:00:00Z"}}, 100},
		{object{"occurred_at": object{"lte": "2026-11-01T12:00:00Z"}}, 100},
		{object{"occurred_at": object{"lte": "2026-11-01T12:00:00Z"}}, 100},
		{object{"occurred_at": object{"lte": "2026-11-01T12:00:00Z"}}, 98},
	} {
		redeliver(step.body).wantStatus(http.StatusOK)
		if got := len(h.names()); got != step.want {
			t.Errorf("%v: %d delivered again, want %d", step.body, got, step.want)
		}
	}
	redeliver(object{"occurred_at": object{"lte": "2026-11-01T12:00:00Z"}}).wantProblem(http.StatusTooManyRequests, "Too Many Requests", "#commontoo_many_requests")
	h.clock.advance(time.Hour)
	redeliver(object{"occurred_at": object{"lte": "2026-11-01T12:00:00Z"}}).wantStatus(http.StatusOK)
	if got := len(h.names()); got != 100 {
		t.Errorf("%d delivered again in the next hour", got)
	}
}

func TestWebhookLogs(t *testing.T) {
	t.Parallel()
	h := startHook(t, sandbox.Options{}, nil)
	h.do(http.MethodPost, h.path("ping"), "", "").wantStatus(http.StatusOK)
	h.DeliverDue()
	h.clock.advance(time.Hour)
	for range 3 {
		h.json(http.MethodPost, h.path("test-event"), object{"event_name": "person.created"}).wantStatus(http.StatusOK)
	}
	h.DeliverDue()
	for query, want := range map[string]int{
		"events": 4, "events?event_name=ping": 1, "events?occurred_at.gte=2026-11-01T13:00:00.000Z": 3, "events?occurred_at.lte=2026-11-01T12:59:59Z": 1,
		"events?occurred_at.gte=2026-11-01T12:00:00Z&occurred_at.lte=2026-11-01T12:00:00Z": 1, "events?event_name=person.deleted": 0,
		"activity": 4, "activity?event_name=person.created": 3, "activity?completed_at.gte=2026-11-01T12:30:00%2B00:00": 3, "activity?completed_at.lte=2026-11-01T12:30:00Z&is_delivered=true": 1,
	} {
		if got := len(h.get(h.path(query)).wantStatus(http.StatusOK).data()); got != want {
			t.Errorf("%s: %d rows, want %d", query, got, want)
		}
	}
	for _, query := range []string{
		"events?limit=0", "events?limit=201", "events?occurred_at.gt=2026-11-01T13:00:00Z", "events?occurred_at.gte=now", "events?cursor=cur_made-up",
		"activity?is_delivered=maybe", "activity?completed_at.lt=2026-11-01T13:00:00Z", "activity?limit=x",
	} {
		h.get(h.path(query)).wantProblem(http.StatusBadRequest, "Bad request", "#common.bad_request")
	}
	var ids []string
	for next := h.path("events?limit=1&event_name=person.created"); next != ""; {
		page := h.get(next).wantStatus(http.StatusOK)
		ids, next = append(ids, v2IDs(page.data())...), page.next()
	}
	if diff := cmp.Diff(v2IDs(h.get(h.path("events?event_name=person.created")).data()), ids); diff != "" || len(ids) != 3 {
		t.Errorf("pages:\n%s", diff)
	}
	for _, secret := range []string{"token", "custom_headers", "uthorization"} {
		if body := string(h.get(h.path("activity")).body); strings.Contains(body, secret) {
			t.Errorf("%s in %s", secret, body)
		}
	}
	h.clock.advance(30*24*time.Hour - 30*time.Minute)
	h.token = h.login(h.credential)
	if events, activity := len(h.get(h.path("events")).data()), len(h.get(h.path("activity")).data()); events != 3 || activity != 3 {
		t.Errorf("after 30 days: %d events, %d activities", events, activity)
	}
}
