// Package runlog writes the event log as lines for the operator of a server: what began, what
// waits, what ended, and what needs a person.
package runlog

import (
	"context"
	"log/slog"
	"strings"
	"sync"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/internal/plaintext"
	"github.com/cineforge/cineforge/internal/wording"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
)

// Log writes lines of events. It is safe for concurrent use.
type Log struct {
	to *slog.Logger

	mu      sync.Mutex // guards what follows
	waiting map[string]bool
	refused map[string]bool // the keys that are refused, by provider and class
	needs   map[string]bool // the runs that no process goes on with
}

// New returns a log that writes to a logger.
func New(to *slog.Logger) *Log {
	return &Log{to: to, waiting: map[string]bool{}, refused: map[string]bool{}, needs: map[string]bool{}}
}

// Observe writes the line of an event, if it has one. It has to be called once for each event, and
// in order for those of a run. Many failures of a kind are one line for each provider, and a
// wait is one line for each run.
func (l *Log) Observe(e event.Event) {
	if e.RunID == "" {
		entry{l, said(e)}.standalone(e.Body)
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	of := slog.String("run", e.RunID)
	w := entry{l, said(e)}
	switch b := e.Body.(type) {
	case event.PipelineStarted:
		w.info("run started", of, slog.String("recipe", b.RecipeID), slog.String("project", b.ProjectID),
			text("input", b.InputName), text("drill", b.Drill), text("notice", b.Notice))
	case event.RunResumed:
		delete(l.needs, e.RunID)
		w.info("run resumed", of, slog.String("cause", string(b.Cause)), slog.Bool("candidates_of_today", b.Candidates != nil))
	case event.PipelineFinished:
		w.finished(of, b)
		delete(l.waiting, e.RunID)
		delete(l.needs, e.RunID)
	case event.StagePaused:
		w.paused(of, b)
	case event.StageFailed:
		w.write(slog.LevelError, "stage failed", of, slog.String("stage", b.StageID), text("unit", b.Unit),
			slog.String("class", string(b.ErrorClass)),
			slog.String("reason", string(b.TerminalReason)), text("error", b.Error), text("hint", b.Hint))
	case event.StageWaiting:
		if !l.waiting[e.RunID] {
			l.waiting[e.RunID] = true
			w.info("run waits", of, slog.String("stage", b.StageID), slog.Time("until", b.Until.Time),
				text("reason", b.Reason), model(b.Provider, b.Model), slog.String("class", string(b.ErrorClass)))
		}
	case event.BudgetExceeded:
		w.write(slog.LevelWarn, "cost limit reached", of, slog.String("stage", b.StageID),
			slog.Float64("spent_usd", b.SpentUSD), slog.Float64("limit_usd", b.LimitUSD))
	default:
		w.provider(of, e.RunID, e.Body)
	}
}

// entry is a line in the making, with what its event says.
type entry struct {
	*Log
	message slog.Attr
}

// said returns the attribute of what an event says.
func said(e event.Event) slog.Attr { return slog.String("message", wording.Message(e)) }

func (l entry) info(what string, attrs ...slog.Attr) { l.write(slog.LevelInfo, what, attrs...) }

func (l entry) write(level slog.Level, what string, attrs ...slog.Attr) {
	l.Log.write(level, what, append([]slog.Attr{l.message}, attrs...)...)
}

// provider writes the lines of events about providers.
func (l entry) provider(of slog.Attr, id string, body event.Body) {
	switch b := body.(type) {
	case event.BreakerOpened:
		l.info("breaker opened", model(b.Provider, b.Model), slog.Time("until", b.Until.Time), text("evidence", b.Evidence), of)
	case event.BreakerProbing:
		l.info("breaker probing", model(b.Provider, b.Model), text("evidence", b.Evidence), of)
	case event.BreakerClosed:
		l.info("breaker closed", model(b.Provider, b.Model), text("evidence", b.Evidence), of)
	case event.AttemptStarted:
		l.write(slog.LevelDebug, "attempt", of, attempt(b.Attempt))
	case event.AttemptFinished:
		delete(l.waiting, id) // its next wait is a new one
		for class := range personal {
			delete(l.refused, b.Provider+" "+string(class))
		}
		l.write(slog.LevelDebug, "attempt answered", of, attempt(b.Attempt), slog.Int64("ms", b.LatencyMS))
	case event.AttemptFailed:
		l.write(slog.LevelDebug, "attempt failed", of, attempt(b.Attempt), slog.String("class", string(b.ErrorClass)),
			text("error", b.Error))
		if key := b.Provider + " " + string(b.ErrorClass); personal[b.ErrorClass] && !l.refused[key] {
			l.refused[key] = true
			l.info("key refused", model(b.Provider, b.Model), slog.String("class", string(b.ErrorClass)),
				text("error", b.Error), text("hint", b.Hint), of)
		}
	}
}

// standalone writes the lines of events without a run: what people did that others have to know of.
func (l entry) standalone(body event.Body) {
	switch b := body.(type) {
	case event.ProviderHeld:
		l.info("provider held", model(b.Provider, b.Model), slog.Time("until", b.Until.Time), text("reason", b.Reason), by(b.Act))
	case event.ProviderReleased:
		l.info("provider released", model(b.Provider, b.Model), text("key", b.Key), text("reason", b.Reason), by(b.Act))
	case event.ProviderProbed:
		l.info("provider probed", model(b.Provider, b.Model), text("reason", b.Reason), by(b.Act))
	case event.ProjectDeleted:
		l.info("project deleted", slog.String("project", b.ProjectID), slog.Int("runs", b.Runs), by(b.Act))
	case event.InputDeleted:
		l.info("input deleted", slog.String("project", b.ProjectID), text("input", b.Input), slog.Int("runs", b.Runs), by(b.Act))
	}
}

// by returns the attribute of an act's actor.
func by(a event.Act) slog.Attr {
	switch {
	case a.Actor == nil:
		return slog.String("by", "")
	case a.Actor.Name == nil:
		return slog.String("by", string(a.Actor.Channel))
	}
	return text("by", string(a.Actor.Channel)+":"+*a.Actor.Name)
}

// personal lists the classes of failures that a key meets until a person acts.
var personal = map[failure.Class]bool{failure.Auth: true, failure.Permission: true, failure.QuotaExhausted: true}

func (l entry) finished(of slog.Attr, b event.PipelineFinished) {
	level := slog.LevelInfo
	if b.Outcome == event.Failed {
		level = slog.LevelError
	}
	l.write(level, "run ended", of, slog.String("outcome", string(b.Outcome)),
		slog.Float64("cost_usd", b.TotalCostUSD), text("error", b.Error))
}

func (l entry) paused(of slog.Attr, b event.StagePaused) {
	level, what := slog.LevelError, "run needs a person"
	if b.Reason == event.Interrupted {
		level, what = slog.LevelInfo, "run paused"
	}
	l.write(level, what, of, slog.String("stage", b.StageID), slog.String("reason", string(b.Reason)),
		text("error", b.Error), text("hint", b.Hint))
}

// Uncarried writes a line, once, for each run that neither this process nor another one can go on
// with.
func (l *Log) Uncarried(list []run.Overview) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := map[string]bool{}
	for _, o := range list {
		if now[o.RunID] = true; !l.needs[o.RunID] {
			l.write(slog.LevelError, "run can't go on here", slog.String("run", o.RunID),
				slog.String("reason", run.NoCarrier), text("needs", run.NeedsText(o.Needs)))
		}
	}
	l.needs = now
}

// Trouble writes that the store accepts no writes, and with nil that it does again.
func (l *Log) Trouble(kind run.Trouble, err error) {
	if err == nil {
		l.write(slog.LevelWarn, "the store accepts writes again")
		return
	}
	l.write(slog.LevelWarn, "the store accepts no writes; no new request is sent, and answers are kept in memory",
		slog.String("trouble", string(kind)), text("error", err.Error()))
}

// write writes a line without empty attributes.
func (l *Log) write(level slog.Level, what string, attrs ...slog.Attr) {
	kept := attrs[:0]
	for _, a := range attrs {
		if v := a.Value; !(v.Kind() == slog.KindString && v.String() == "" || v.Kind() == slog.KindBool && !v.Bool()) {
			kept = append(kept, a)
		}
	}
	l.to.LogAttrs(context.Background(), level, what, kept...)
}

// maxText is how much of a text from elsewhere is written.
const maxText = 500

// text returns an attribute whose value comes from elsewhere: on one line, and cut to maxText.
func text(name, value string) slog.Attr {
	value = plaintext.Line(strings.ToValidUTF8(value, " "))
	return slog.String(name, strings.TrimSpace(plaintext.Cut(value, maxText)))
}

func model(provider, name string) slog.Attr {
	if name != "" {
		provider += ":" + name
	}
	return text("model", provider)
}

func attempt(a event.Attempt) slog.Attr {
	return slog.GroupAttrs("attempt", slog.String("stage", a.StageID), text("unit", a.Unit),
		slog.String("role", string(a.Role)), slog.Int("n", a.Attempt), model(a.Provider, a.Model))
}
