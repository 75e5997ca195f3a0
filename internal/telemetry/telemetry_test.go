package telemetry_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/internal/telemetry"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
)

// metrics observes bodies of events of a run, a second apart.
type metrics struct {
	*telemetry.Metrics
	seq int64
}

func newMetrics() *metrics {
	return &metrics{Metrics: telemetry.New("v1", func() []telemetry.Breaker {
		return []telemetry.Breaker{{Provider: "anthropic", State: "open"}, {Provider: "anthropic", Model: "claude", State: "closed"}}
	}, func() run.Trouble { return run.DiskFull })}
}

func (m *metrics) see(id string, bodies ...event.Body) {
	for _, b := range bodies {
		m.seq++
		m.Observe(event.Event{Seq: m.seq, RunID: id, Time: time.Unix(1_700_000_000+m.seq, 0), Body: b})
	}
}

func (m *metrics) text() string {
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	return w.Body.String()
}

// wants checks that the metrics have lines.
func (m *metrics) wants(t *testing.T, lines ...string) {
	t.Helper()
	text := m.text()
	for _, line := range lines {
		if !strings.Contains(text, "\n"+line+"\n") {
			name, _, _ := strings.Cut(line, "{")
			t.Errorf("there is no line %s, but\n%s", line, grep(text, strings.Fields(name)[0]))
		}
	}
}

func grep(text, name string) string {
	var found []string
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, name) {
			found = append(found, line)
		}
	}
	return strings.Join(found, "")
}

func TestMetrics_CountEvents(t *testing.T) {
	m := newMetrics()
	m.wants(t, `cineforge_runs_finished_total{outcome="failed"} 0`) // an alert on a rise needs a 0 before it
	usd := 0.25
	at := event.Attempt{StageID: "normalize", Unit: "u", Role: "work", Attempt: 1, Provider: "anthropic", Model: "claude"}
	fault := event.Fault{Provider: "anthropic", Model: "claude", ErrorClass: failure.Overloaded}
	m.see("r1", event.PipelineStarted{RecipeID: "mvp"}, event.StageStarted{StageID: "normalize"}, event.AttemptStarted{Attempt: at},
		event.AttemptFailed{Attempt: at, ErrorClass: failure.Overloaded, InputTokens: 7, CostUSD: &usd, LatencyMS: 1500},
		event.StageRetrying{StageID: "normalize", Fault: fault},
		event.StageFallback{StageID: "normalize", FromProvider: "anthropic", ToProvider: "openai"},
		event.BreakerOpened{Transition: event.Transition{Provider: "anthropic"}},
		event.StageWaiting{StageID: "normalize"})
	m.wants(t, `cineforge_runs_waiting 1`, `cineforge_runs_under_way 1`)
	m.see("r1", event.AttemptStarted{Attempt: at},
		event.AttemptFinished{Attempt: at, InputTokens: 10, OutputTokens: 5, CostUSD: &usd, LatencyMS: 300},
		event.StageFinished{StageID: "normalize"}, event.PipelineFinished{Success: true, Outcome: event.Succeeded})
	m.wants(t,
		`cineforge_runs_started_total{recipe="mvp"} 1`, `cineforge_runs_finished_total{outcome="done"} 1`, `cineforge_runs_waiting 0`,
		`cineforge_runs_under_way 0`,
		`cineforge_provider_attempts_total{error_class="overloaded",model="claude",outcome="failed",provider="anthropic",stage="normalize"} 1`,
		`cineforge_provider_attempts_total{error_class="",model="claude",outcome="success",provider="anthropic",stage="normalize"} 1`,
		`cineforge_provider_retries_total{error_class="overloaded",provider="anthropic"} 1`,
		`cineforge_provider_fallbacks_total{from_provider="anthropic",stage="normalize",to_provider="openai"} 1`,
		`cineforge_breaker_turns_total{provider="anthropic",state="open"} 1`,
		`cineforge_tokens_total{model="claude",provider="anthropic",type="input"} 17`,
		`cineforge_cost_usd_total{model="claude",provider="anthropic",wasted="true"} 0.25`,
		`cineforge_cost_usd_total{model="claude",provider="anthropic",wasted="false"} 0.25`,
		`cineforge_run_duration_seconds_sum{outcome="done"} 11`,
		`cineforge_stage_duration_seconds_sum{outcome="done",stage="normalize"} 9`,
		`cineforge_provider_attempt_duration_seconds_sum{model="claude",outcome="failed",provider="anthropic"} 1.5`)
	if strings.Contains(m.text(), "r1") {
		t.Error("the metrics have a run's id")
	}
}

func TestMetrics_BreakersHaveASeriesForEachState(t *testing.T) {
	newMetrics().wants(t,
		`cineforge_breaker_state{model="",provider="anthropic",state="open"} 1`,
		`cineforge_breaker_state{model="",provider="anthropic",state="closed"} 0`,
		`cineforge_breaker_state{model="claude",provider="anthropic",state="closed"} 1`,
		`cineforge_breaker_state{model="claude",provider="anthropic",state="half_open"} 0`)
}

func TestMetrics_DrillsAreNotCounted(t *testing.T) {
	m := newMetrics()
	m.see("d", event.PipelineStarted{RecipeID: "mvp", Options: event.Options{Drill: "S17"}}, event.StageWaiting{StageID: "a"})
	m.wants(t, `cineforge_runs_waiting 0`, `cineforge_runs_under_way 0`)
	m.see("d", event.PipelineFinished{Outcome: event.Failed})
	m.wants(t, `cineforge_runs_finished_total{outcome="failed"} 0`)
	if strings.Contains(m.text(), `cineforge_runs_started_total{`) {
		t.Error("it is counted as started")
	}
}

func TestMetrics_KnowRunsFromBefore(t *testing.T) {
	m := newMetrics()
	m.Know(run.Overview{RunID: "old", Status: run.Waiting, StartedAt: &run.UnixTime{Time: time.Unix(1_700_000_000, 0)}})
	m.Know(run.Overview{RunID: "over", Status: run.RunDone})
	m.wants(t, `cineforge_runs_waiting 1`, `cineforge_runs_under_way 1`)
	m.see("old", event.PipelineFinished{Outcome: event.Succeeded})
	m.wants(t, `cineforge_runs_under_way 0`, `cineforge_run_duration_seconds_sum{outcome="done"} 1`)
}

// Events without a run count for nothing: they make no run that is under way.
func TestMetrics_StandaloneEventsAreNoRuns(t *testing.T) {
	m := telemetry.New("1", func() []telemetry.Breaker { return nil }, func() run.Trouble { return "" })
	for _, b := range []event.Body{event.ProjectCreated{}, event.BreakerChanged{}, event.ProviderHeld{}, event.Unknown{Name: "later"}} {
		m.Observe(event.Event{Body: b})
	}
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	body := w.Body.String()
	if !strings.Contains(body, "cineforge_runs_under_way 0") || strings.Contains(body, "cineforge_breaker_turns_total{") {
		t.Errorf("%s", body)
	}
}
