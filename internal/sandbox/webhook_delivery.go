package sandbox

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/personio-community/terraform-provider-personio/internal/sandbox/records"
)

// WebhookOptions say how events get to webhooks. The zero value does as Personio
// does.
type WebhookOptions struct {
	// Transport makes the requests, nil: one that trusts the system's authorities.
	Transport http.RoundTripper
	// Timeout is how long a receiver may take to answer; zero: 3 s.
	Timeout time.Duration
	// Retries are how long after the first attempt the others follow; nil: six of
	// them within three days.
	Retries []time.Duration
}

const (
	webhookTimeout = 3 * time.Second
	// requestsAnAttempt is how many requests an attempt makes, one right after the
	// other, as long as they fail.
	requestsAnAttempt = 2
	// deliveriesAtOnce is how many receivers may be waited for together.
	deliveriesAtOnce = 16
	// webhookLog is how long events and activities are kept.
	webhookLog = 30 * 24 * time.Hour
)

func webhookRetries() []time.Duration {
	return []time.Duration{5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 8 * time.Hour, 24 * time.Hour, 72 * time.Hour}
}

// delivery is an event on its way to a webhook.
type delivery struct {
	event    records.WebhookEvent
	attempts int // made
	first    time.Time
	due      time.Time
}

// deliverer sends events to webhooks. It works in one goroutine, which is there
// only while something is due; until then a timer waits.
type deliverer struct {
	sandbox   *Sandbox
	client    *http.Client
	transport *http.Transport // that it made itself, or nil
	timeout   time.Duration
	retries   []time.Duration
	stop      context.CancelFunc
	ctx       context.Context //nolint:containedctx // the life of the deliverer, as of a server

	mu       sync.Mutex
	queue    []delivery
	timer    *time.Timer
	working  bool
	finished *sync.Cond // working became false
	closed   bool
}

func newDeliverer(s *Sandbox, options WebhookOptions) *deliverer {
	d := &deliverer{
		sandbox: s, retries: options.Retries, timeout: cmp.Or(options.Timeout, webhookTimeout),
		client: &http.Client{
			Transport:     options.Transport,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
	}
	if options.Transport == nil {
		d.transport = &http.Transport{Proxy: http.ProxyFromEnvironment, ForceAttemptHTTP2: true, IdleConnTimeout: time.Minute}
		d.client.Transport = d.transport
	}
	if d.retries == nil {
		d.retries = webhookRetries()
	}
	d.finished = sync.NewCond(&d.mu)
	d.ctx, d.stop = context.WithCancel(context.Background())
	return d
}

// DeliverDue waits until everything is delivered, or has failed, that is due by
// the sandbox's clock. Without it the same happens in the background; a test that
// moves the clock calls it.
func (s *Sandbox) DeliverDue() {
	d := s.webhooks
	d.mu.Lock()
	defer d.mu.Unlock()
	d.wake()
	for d.working {
		d.finished.Wait()
	}
}

func (d *deliverer) close() {
	d.mu.Lock()
	d.closed, d.queue = true, nil
	if d.timer != nil {
		d.timer.Stop()
	}
	d.stop()
	for d.working {
		d.finished.Wait()
	}
	d.mu.Unlock()
	if d.transport != nil {
		d.transport.CloseIdleConnections()
	}
}

// send delivers events, starting now.
func (d *deliverer) send(events ...records.WebhookEvent) {
	now := d.sandbox.now()
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, event := range events {
		d.queue = append(d.queue, delivery{event: event, first: now, due: now})
	}
	d.wake()
}

// wake starts the worker unless it works. The lock is held.
func (d *deliverer) wake() {
	if !d.working && !d.closed && len(d.queue) > 0 {
		d.working = true
		go d.work()
	}
}

func (d *deliverer) work() {
	for due := d.take(); len(due) > 0; due = d.take() {
		var group sync.WaitGroup
		slots := make(chan struct{}, deliveriesAtOnce)
		for _, one := range due {
			slots <- struct{}{}
			group.Go(func() {
				d.attempt(one)
				<-slots
			})
		}
		group.Wait()
	}
}

// take takes what is due. If that is nothing, the worker's work is done, and a
// timer is set for what is due next.
func (d *deliverer) take() []delivery {
	d.mu.Lock()
	defer d.mu.Unlock()
	now := d.sandbox.now()
	var due, later []delivery
	for _, one := range d.queue {
		if one.due.After(now) {
			later = append(later, one)
		} else {
			due = append(due, one)
		}
	}
	d.queue = later
	if len(due) > 0 && !d.closed {
		return due
	}
	d.working = false
	d.finished.Broadcast()
	if len(later) > 0 && !d.closed {
		next := slices.MinFunc(later, func(a, b delivery) int { return a.due.Compare(b.due) })
		if d.timer != nil {
			d.timer.Stop()
		}
		d.timer = time.AfterFunc(next.due.Sub(now), func() {
			d.mu.Lock()
			defer d.mu.Unlock()
			d.wake()
		})
	}
	return nil
}

// attempt tries to deliver an event, notes how that went, and puts off what may
// still succeed.
func (d *deliverer) attempt(one delivery) {
	s := d.sandbox
	hook, ok := s.records.Webhooks.Find(one.event.WebhookID)
	if !ok || hook.Status != records.WebhookEnabled && !one.event.Asked {
		return
	}
	one.attempts++
	activity := records.WebhookActivity{
		ID: uuid.NewString(), WebhookID: hook.ID, EventID: one.event.ID, EventName: one.event.Name, OccurredAt: one.event.OccurredAt, Attempt: one.attempts,
	}
	again := true
	for again && activity.Requests < requestsAnAttempt {
		activity.Requests++
		activity.StatusCode = d.request(&hook, &one.event)
		activity.IsDelivered = activity.StatusCode >= 200 && activity.StatusCode <= 299
		again = activity.StatusCode == 0 || activity.StatusCode >= 500 && activity.StatusCode != http.StatusNotImplemented
	}
	if d.ctx.Err() != nil {
		return
	}
	activity.CompletedAt = s.moment()
	_ = s.records.WebhookActivities.Edit(func(rows []records.WebhookActivity) ([]records.WebhookActivity, error) {
		rows = slices.DeleteFunc(rows, func(a records.WebhookActivity) bool { return s.forgotten(a.CompletedAt) })
		return append(rows, activity), nil
	})
	if !again || one.attempts > len(d.retries) {
		return
	}
	one.due = one.first.Add(d.retries[one.attempts-1])
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.closed {
		d.queue = append(d.queue, one)
	}
}

// request makes one request and returns the status of the answer, 0 if none came
// in time.
func (d *deliverer) request(hook *records.Webhook, event *records.WebhookEvent) int {
	ctx, cancel := context.WithTimeout(d.ctx, d.timeout)
	defer cancel()
	body, _ := json.Marshal(eventBody(event)) //nolint:errchkjson // strings and maps of them always marshal
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, hook.URL, bytes.NewReader(body))
	if err != nil {
		return 0
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("User-Agent", "Personio-Sandbox-Webhooks")
	if hook.AuthType == records.WebhookAuthToken {
		request.Header.Set("Authorization", hook.Token)
	}
	for name, value := range hook.CustomHeaders {
		request.Header.Set(name, value)
	}
	response, err := d.client.Do(request)
	if err != nil {
		return 0
	}
	defer func() { _ = response.Body.Close() }()
	_, _ = io.CopyN(io.Discard, response.Body, maxBody) // so that the connection can be used again
	return response.StatusCode
}

// moment is the time by the sandbox's clock as it is written down.
func (s *Sandbox) moment() time.Time { return s.now().UTC().Truncate(time.Millisecond) }

// forgotten says whether something of that time is no longer in the logs.
func (s *Sandbox) forgotten(at time.Time) bool { return s.now().Sub(at) > webhookLog }
