package telemetry

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/cineforge/cineforge/run"
)

// troubleCollector reports which trouble the store has.
type troubleCollector struct {
	trouble func() run.Trouble
	desc    *prometheus.Desc
}

// Describe implements [prometheus.Collector].
func (c troubleCollector) Describe(to chan<- *prometheus.Desc) { to <- c.desc }

// Collect implements [prometheus.Collector].
func (c troubleCollector) Collect(to chan<- prometheus.Metric) {
	now := c.trouble()
	for _, kind := range run.Troubles {
		value := 0.0
		if kind == now {
			value = 1
		}
		to <- prometheus.MustNewConstMetric(c.desc, prometheus.GaugeValue, value, string(kind))
	}
}
