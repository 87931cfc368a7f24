package gateway

import (
	"context"
	"maps"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/personio-community/terraform-provider-personio/internal/gateway/passthrough"
)

// metrics are what /metrics tells. Labels name endpoints, statuses and the ids of
// credentials, never people.
type metrics struct {
	registry *prometheus.Registry
	calls    *prometheus.CounterVec
	people   *prometheus.CounterVec
	dropped  *prometheus.CounterVec
	waits    *prometheus.HistogramVec

	credentialCalls  *prometheus.CounterVec
	credentialPeople *prometheus.CounterVec
	mu               sync.Mutex
	// credentials are the ids that the two have labels of.
	credentials map[string]struct{}
}

// labelCredential is the label that holds the id of a credential.
const labelCredential = "credential_id" //nolint:gosec // The name of a label.

func newMetrics() *metrics {
	const namespace = "personio_gateway"
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: namespace, Name: name, Help: help}, labels)
	}
	m := &metrics{
		registry: prometheus.NewRegistry(),
		calls:    counter("passthrough_calls_total", "Calls of Personio's endpoints.", "endpoint", "status"),
		people:   counter("passthrough_people_total", "Persons in the answers to such calls.", "endpoint"),
		dropped:  counter("passthrough_dropped_members_total", "Members that were left out of such answers.", "endpoint"),
		waits: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Namespace: namespace, Name: "upstream_wait_seconds", Buckets: []float64{0.001, 0.01, 0.1, 0.5, 1, 5, 15, 60},
			Help: "How long attempts at calls of Personio waited for its rate limits, by the limit.",
		}, []string{"class"}),
		credentialCalls: counter("credential_calls_total",
			"Calls made with a credential, of Personio's endpoints and of the gateway's own.", labelCredential, "status"),
		credentialPeople: counter("credential_people_total", "Persons in the answers to a credential's calls.", labelCredential),
		credentials:      map[string]struct{}{},
	}
	m.registry.MustRegister(m.calls, m.people, m.dropped, m.waits, m.credentialCalls, m.credentialPeople,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// observe counts a call of Personio's endpoints.
func (m *metrics) observe(call passthrough.Call) {
	m.calls.WithLabelValues(call.Endpoint, strconv.Itoa(call.Status)).Inc()
	m.people.WithLabelValues(call.Endpoint).Add(float64(call.People))
	m.dropped.WithLabelValues(call.Endpoint).Add(float64(call.Dropped))
	if call.CredentialID != "" {
		m.credentialCall(call.CredentialID, call.Status)
		m.credentialPeople.WithLabelValues(call.CredentialID).Add(float64(call.People))
	}
}

// credentialCall counts a call for its credential.
func (m *metrics) credentialCall(credentialID string, status int) {
	m.mu.Lock()
	m.credentials[credentialID] = struct{}{}
	m.mu.Unlock()
	m.credentialCalls.WithLabelValues(credentialID, strconv.Itoa(status)).Inc()
}

// waited counts how long a call waited for one of Personio's limits.
func (m *metrics) waited(class string, wait time.Duration) {
	m.waits.WithLabelValues(class).Observe(wait.Seconds())
}

// handler answers with the metrics. Those of credentials that are gone are
// forgotten before; existing returns the ids of those that are there.
func (m *metrics) handler(existing func(context.Context) ([]string, error)) http.Handler {
	answer := promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		m.forget(r.Context(), existing)
		answer.ServeHTTP(w, r)
	})
}

// forgetTimeout bounds the wait for the database, which may be what the metrics
// are read for.
const forgetTimeout = 2 * time.Second

// forget deletes the metrics of credentials that are gone. If the database does
// not answer, they stay until it does.
func (m *metrics) forget(ctx context.Context, existing func(context.Context) ([]string, error)) {
	m.mu.Lock()
	gone := maps.Clone(m.credentials)
	m.mu.Unlock()
	if len(gone) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, forgetTimeout)
	defer cancel()
	ids, err := existing(ctx)
	if err != nil {
		return
	}
	for _, id := range ids {
		delete(gone, id)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for id := range gone {
		delete(m.credentials, id)
		m.credentialCalls.DeletePartialMatch(prometheus.Labels{labelCredential: id})
		m.credentialPeople.DeleteLabelValues(id)
	}
}
