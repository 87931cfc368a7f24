package gateway

import (
	"net/http"
	"strconv"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/personio-community/terraform-provider-personio/internal/gateway/passthrough"
)

// metrics are what /metrics tells. Labels name endpoints and statuses only.
type metrics struct {
	registry *prometheus.Registry
	calls    *prometheus.CounterVec
	people   *prometheus.CounterVec
	dropped  *prometheus.CounterVec
}

func newMetrics() *metrics {
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Namespace: "personio_gateway", Name: name, Help: help}, labels)
	}
	m := &metrics{
		registry: prometheus.NewRegistry(),
		calls:    counter("passthrough_calls_total", "Calls of Personio's endpoints.", "endpoint", "status"),
		people:   counter("passthrough_people_total", "Persons in the answers to such calls.", "endpoint"),
		dropped:  counter("passthrough_dropped_members_total", "Members that were left out of such answers.", "endpoint"),
	}
	m.registry.MustRegister(m.calls, m.people, m.dropped, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

func (m *metrics) observe(call passthrough.Call) {
	m.calls.WithLabelValues(call.Endpoint, strconv.Itoa(call.Status)).Inc()
	m.people.WithLabelValues(call.Endpoint).Add(float64(call.People))
	m.dropped.WithLabelValues(call.Endpoint).Add(float64(call.Dropped))
}

func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}
