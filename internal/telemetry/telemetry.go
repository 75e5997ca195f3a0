// Package telemetry counts what happens in runs, for Prometheus. It reads the events of the
// log; no metric has a run's id.
package telemetry

import (
	"net/http"
	"runtime"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
)

// Metrics holds the counts since the process began. It is safe for concurrent use.
type Metrics struct {
	registry *prometheus.Registry

	started     *prometheus.CounterVec
	finished    *prometheus.CounterVec
	attempts    *prometheus.CounterVec
	retries     *prometheus.CounterVec
	fallbacks   *prometheus.CounterVec
	transitions *prometheus.CounterVec
	tokens      *prometheus.CounterVec
	cost        *prometheus.CounterVec
	resumed     *prometheus.CounterVec
	failures    *prometheus.CounterVec
	runTime     *prometheus.HistogramVec
	stageTime   *prometheus.HistogramVec
	askTime     *prometheus.HistogramVec

	mu   sync.Mutex // guards what follows
	runs map[string]*seen
}

// seen is what is known of a run that has not ended.
type seen struct {
	drill   bool // its providers are simulated, and it is not counted
	began   time.Time
	stages  map[string]time.Time // when each running stage began
	waiting map[string]bool      // the stages that wait
}

// Breaker is the state of the breaker of a provider, or with a model of that model.
type Breaker struct{ Provider, Model, State string }

// breakerStates lists the states of a breaker.
var breakerStates = []string{"closed", "open", "half_open"}

// New returns metrics. When they are read it calls breakers for the states of the breakers, and
// trouble for what keeps the store from accepting writes.
func New(version string, breakers func() []Breaker, trouble func() run.Trouble) *Metrics {
	m := &Metrics{registry: prometheus.NewRegistry(), runs: map[string]*seen{}}
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		c := prometheus.NewCounterVec(prometheus.CounterOpts{Name: "cineforge_" + name, Help: help}, labels)
		m.registry.MustRegister(c)
		return c
	}
	histogram := func(name, help string, buckets []float64, labels ...string) *prometheus.HistogramVec {
		h := prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "cineforge_" + name, Help: help, Buckets: buckets}, labels)
		m.registry.MustRegister(h)
		return h
	}
	m.started = counter("runs_started_total", "Runs that were made.", "recipe")
	m.finished = counter("runs_finished_total", "Runs that ended.", "outcome")
	m.resumed = counter("runs_resumed_total", "Runs that went on after a crash, or by an operator's word.", "cause")
	m.failures = counter("stage_failures_total", "Stages that failed for good.", "stage", "error_class", "terminal_reason")
	m.attempts = counter("provider_attempts_total", "Calls of models, by how they ended.", "provider", "model", "stage", "outcome",
		"error_class")
	m.retries = counter("provider_retries_total", "Questions that were asked again after a provider failed.", "provider", "error_class")
	m.fallbacks = counter("provider_fallbacks_total", "Questions that went to another model than they were meant for.", "from_provider",
		"to_provider", "stage")
	m.transitions = counter("breaker_turns_total", "Turns of breakers.", "provider", "state")
	m.tokens = counter("tokens_total", "Tokens that models read and wrote.", "provider", "model", "type")
	m.cost = counter("cost_usd_total", "What calls cost, as far as prices are known.", "provider", "model", "wasted")
	m.runTime = histogram("run_duration_seconds", "From the start of a run to its end.",
		[]float64{1, 5, 15, 60, 300, 900, 3600, 4 * 3600, 24 * 3600}, "outcome")
	m.stageTime = histogram("stage_duration_seconds", "From the start of a stage to its end.",
		[]float64{0.1, 0.5, 2, 10, 30, 120, 600, 3600, 6 * 3600}, "stage", "outcome")
	m.askTime = histogram("provider_attempt_duration_seconds", "How long calls of models took.",
		[]float64{0.25, 0.5, 1, 2, 5, 10, 20, 40, 80, 160, 320}, "provider", "model", "outcome")
	m.registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		m.gauge("runs_waiting", "Runs that wait for a provider.", m.waiting), m.gauge("runs_under_way", "Runs that are not over.", m.underWay),
		breakerCollector{breakers, prometheus.NewDesc("cineforge_breaker_state",
			"1 for the state that a breaker is in.", []string{"provider", "model", "state"}, nil)},
		troubleCollector{trouble, prometheus.NewDesc("cineforge_store_trouble",
			"1 for what keeps the store from taking anything.", []string{"kind"}, nil)},
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "cineforge_build_info", Help: "What is running.",
			ConstLabels: prometheus.Labels{"version": version, "go_version": runtime.Version()}}, func() float64 { return 1 }))
	// An alert on an increase sees none if a counter begins at 1.
	for _, outcome := range []event.Outcome{event.Succeeded, event.Failed, event.Cancelled} {
		m.finished.WithLabelValues(string(outcome))
	}
	return m
}

func (m *Metrics) gauge(name, help string, value func() int) prometheus.Collector {
	return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "cineforge_" + name, Help: help}, func() float64 {
		m.mu.Lock()
		defer m.mu.Unlock()
		return float64(value())
	})
}

func (m *Metrics) waiting() (n int) {
	for _, r := range m.runs {
		if len(r.waiting) > 0 && !r.drill {
			n++
		}
	}
	return n
}

func (m *Metrics) underWay() (n int) {
	for _, r := range m.runs {
		if !r.drill {
			n++
		}
	}
	return n
}

// Handler answers with the metrics.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}

// Know adds a run that was under way before the first observed event.
func (m *Metrics) Know(o run.Overview) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, known := m.runs[o.RunID]; known || o.Status.Ended() {
		return
	}
	r := &seen{drill: o.Drill != "", stages: map[string]time.Time{}, waiting: map[string]bool{}}
	if o.StartedAt != nil {
		r.began = o.StartedAt.Time
	}
	if o.Status == run.Waiting {
		r.waiting[""] = true
	}
	m.runs[o.RunID] = r
}

// Observe counts an event. It has to be called once for each event, and in order for those of a run.
// Standalone events count for nothing: what breakers do is counted with the run that caused it.
func (m *Metrics) Observe(e event.Event) {
	if e.RunID == "" {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	r := m.runs[e.RunID]
	if r == nil {
		r = &seen{stages: map[string]time.Time{}, waiting: map[string]bool{}}
		m.runs[e.RunID] = r
	}
	if event.Terminal(e.Body) {
		delete(m.runs, e.RunID)
	}
	b, begins := e.Body.(event.PipelineStarted)
	if r.drill = r.drill || begins && b.Drill != ""; r.drill {
		return
	}
	switch b := e.Body.(type) {
	case event.PipelineStarted:
		r.began = e.Time
		m.started.WithLabelValues(b.RecipeID).Inc()
	case event.RunResumed:
		m.resumed.WithLabelValues(string(b.Cause)).Inc()
	case event.PipelineFinished:
		m.finished.WithLabelValues(string(b.Outcome)).Inc()
		if !r.began.IsZero() {
			m.runTime.WithLabelValues(string(b.Outcome)).Observe(e.Time.Sub(r.began).Seconds())
		}
	default:
		m.stage(r, e)
	}
}

func (m *Metrics) stage(r *seen, e event.Event) {
	switch b := e.Body.(type) {
	case event.StageStarted:
		r.stages[b.StageID] = e.Time
		r.endWait(b.StageID)
	case event.StageFinished:
		m.ended(r, b.StageID, "done", e.Time)
	case event.StagePaused:
		m.ended(r, b.StageID, "paused", e.Time)
	case event.StageFailed:
		m.ended(r, b.StageID, "failed", e.Time)
		m.failures.WithLabelValues(b.StageID, string(b.ErrorClass), string(b.TerminalReason)).Inc()
	case event.StageWaiting:
		r.waiting[b.StageID] = true
	case event.StageRetrying:
		r.endWait(b.StageID)
		m.retries.WithLabelValues(b.Fault.Provider, string(b.ErrorClass)).Inc()
	case event.StageFallback:
		m.fallbacks.WithLabelValues(b.FromProvider, b.ToProvider, b.StageID).Inc()
	case event.AttemptStarted:
		r.endWait(b.StageID)
	case event.AttemptFinished:
		m.asked(b.Attempt, "", b.LatencyMS, b.InputTokens, b.OutputTokens)
		m.paid(b.Attempt, b.CostUSD, "false")
	case event.AttemptFailed:
		m.asked(b.Attempt, b.ErrorClass, b.LatencyMS, b.InputTokens, b.OutputTokens)
		m.paid(b.Attempt, b.CostUSD, "true")
	case event.BreakerOpened:
		m.transitions.WithLabelValues(b.Provider, "open").Inc()
	case event.BreakerProbing:
		m.transitions.WithLabelValues(b.Provider, "half_open").Inc()
	case event.BreakerClosed:
		m.transitions.WithLabelValues(b.Provider, "closed").Inc()
	}
}

// endWait records that a stage does not wait any more.
func (r *seen) endWait(stage string) {
	delete(r.waiting, stage)
	delete(r.waiting, "")
}

func (m *Metrics) ended(r *seen, stage, outcome string, at time.Time) {
	r.endWait(stage)
	if began, ok := r.stages[stage]; ok {
		m.stageTime.WithLabelValues(stage, outcome).Observe(at.Sub(began).Seconds())
		delete(r.stages, stage)
	}
}

// asked counts a call; the class is "" if it was answered.
func (m *Metrics) asked(a event.Attempt, class failure.Class, ms int64, input, output int) {
	outcome := "success"
	if class != "" {
		outcome = "failed"
	}
	m.attempts.WithLabelValues(a.Provider, a.Model, a.StageID, outcome, string(class)).Inc()
	m.askTime.WithLabelValues(a.Provider, a.Model, outcome).Observe(float64(ms) / 1000)
	m.tokens.WithLabelValues(a.Provider, a.Model, "input").Add(float64(input))
	m.tokens.WithLabelValues(a.Provider, a.Model, "output").Add(float64(output))
}

func (m *Metrics) paid(a event.Attempt, usd *float64, wasted string) {
	if usd != nil {
		m.cost.WithLabelValues(a.Provider, a.Model, wasted).Add(*usd)
	}
}

// breakerCollector reports the states of the breakers, with a series for each state.
type breakerCollector struct {
	breakers func() []Breaker
	desc     *prometheus.Desc
}

// Describe names the metric.
func (c breakerCollector) Describe(out chan<- *prometheus.Desc) { out <- c.desc }

// Collect reads the breakers.
func (c breakerCollector) Collect(out chan<- prometheus.Metric) {
	for _, b := range c.breakers() {
		for _, state := range breakerStates {
			is := 0.0
			if b.State == state {
				is = 1
			}
			out <- prometheus.MustNewConstMetric(c.desc, prometheus.GaugeValue, is, b.Provider, b.Model, state)
		}
	}
}
