package progress

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/internal/advice"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
)

// How often a run is reported in lines.
const (
	unitEvery  = 5 * time.Second  // at most one line on units in this time, and
	unitShare  = 10               // only when one in so many of them came through since
	heartbeat  = 30 * time.Second // a line at least, also when nothing happens
	waitEvery  = time.Minute      // at most one line on waiting in this time
	clock      = "15:04:05"
	lineTime   = "2006-01-02 " + clock
	momentTime = lineTime + " MST"
)

// plain tells of a run in lines.
type plain struct {
	program as
	out     io.Writer
	zone    *time.Location
	color   bool
	verbose bool

	mu    sync.Mutex // guards what follows
	state run.State
	said  time.Time            // when something was said last, by this machine's clock
	units map[string]mark      // of the stages under way
	waits map[string]time.Time // until when each of them said to wait
	known map[string]bool      // what is said once, such as that a provider fails, until it is otherwise
	err   error                // the first failure to write; nothing is written after it
}

// mark is how far a stage was when that was last reported.
type mark struct {
	at   time.Time
	done int
}

// event takes the next event, and tells of it if it is worth a line.
func (p *plain) event(e event.Event) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.state.Apply(e); err != nil {
		return err
	}
	if tone, text := p.line(e); text != "" {
		p.say(e.Time, tone, text)
	}
	return nil
}

// note tells something that is no event.
func (p *plain) note(text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.say(time.Now(), held, text)
}

// say writes a line.
func (p *plain) say(at time.Time, t tone, text string) {
	p.said = time.Now()
	if p.err == nil {
		_, p.err = fmt.Fprintln(p.out, at.In(p.zone).Format(lineTime)+"  "+t.paint(p.color, clean(text)))
	}
}

// beat says what is under way whenever nothing else was said for a while, until
// done is closed.
func (p *plain) beat(done <-chan struct{}) {
	wait := time.NewTimer(heartbeat)
	defer wait.Stop()
	for {
		select {
		case <-done:
			return
		case <-wait.C:
			wait.Reset(p.still())
		}
	}
}

// still says what is under way if it is time to, and returns when it may be next.
func (p *plain) still() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	if silent := now.Sub(p.said); silent < heartbeat {
		return heartbeat - silent
	}
	switch under := underWay(p.state, now); {
	case p.state.Status.Ended():
	case len(under) > 0:
		p.say(now, faint, "still on "+strings.Join(append(under, lasting(p.state, now)...), "; "))
	default:
		p.say(now, faint, "still here. "+sentence(p.state, now))
	}
	return heartbeat
}

// line returns what to say of an event that is folded in, or "".
func (p *plain) line(e event.Event) (tone, string) {
	switch b := e.Body.(type) {
	case event.PipelineStarted:
		return neutral, started(e.RunID, b)
	case event.StageStarted:
		p.units[b.StageID] = mark{at: e.Time}
		return neutral, title(b.StageID) + ": started"
	case event.StageSkippedReused:
		return good, fmt.Sprintf("%s: reused from run %s%s", title(b.StageID), b.FromRunID, made(b.Artifacts))
	case event.AttemptFinished:
		if text := p.back(b); text != "" {
			return good, text
		}
		return neutral, p.answered(b)
	case event.AttemptFailed:
		return held, p.attemptFailed(b)
	case event.StageRetrying:
		return held, retrying(b)
	case event.StageFallback:
		return held, p.fallback(b)
	case event.StageWaiting:
		return held, p.waiting(e.Time, b)
	case event.BreakerOpened, event.BreakerProbing, event.BreakerClosed:
		return p.turned(b, e.Time.In(p.zone))
	case event.BudgetExceeded:
		return bad, fmt.Sprintf("%s: %s is not asked about: %s of %s are spent", title(b.StageID), b.Unit, usd(b.SpentUSD), usd(b.LimitUSD))
	case event.UnitDone:
		return neutral, p.unitDone(e.Time, b)
	case event.StagePaused:
		return held, pause{b.StageID, b.Reason, b.Error}.String() + "; " + p.program.next(e.RunID, b.Reason)
	case event.StageFinished:
		return good, p.finished(b)
	case event.StageFailed:
		return bad, p.failed(b)
	case event.RunResumed:
		return neutral, resumed(e.RunID, b)
	case event.RetryRequested:
		return neutral, retried(b)
	case event.RunCancelled:
		return held, "the run is cancelled: " + b.Reason
	case event.UnitReused:
		return faint, p.reused(b)
	case event.PipelineFinished, event.DryRunValidated:
		return p.ended()
	}
	return neutral, ""
}

func started(runID string, b event.PipelineStarted) string {
	what := "run"
	if b.DryRun {
		what = "dry run"
	}
	text := fmt.Sprintf("%s %s started: %s → %s, project %s", what, runID, b.InputName, b.RecipeID, b.ProjectID)
	return join(". Note: ", text, b.Notice)
}

func (p *plain) answered(b event.AttemptFinished) string {
	if !p.verbose {
		return ""
	}
	return fmt.Sprintf(
		"%s: %s answered by %s %s in %s, %s, %s",
		title(b.StageID),
		b.Unit,
		b.Provider,
		b.Model,
		took(
			time.Duration(b.LatencyMS)*time.Millisecond,
		),
		tokens(run.Tokens{Input: b.InputTokens, Output: b.OutputTokens}),
		price(b.CostUSD),
	)
}

// attemptFailed says that an attempt failed: of those of a model that fail alike, the first
// until the provider answers.
func (p *plain) attemptFailed(b event.AttemptFailed) string {
	if !p.once(b.Provider + " " + b.StageID + " " + b.Model + " " + string(b.ErrorClass)) {
		return ""
	}
	return fmt.Sprintf("%s: %s, attempt %d: %s %s failed (%s): %s", title(b.StageID), b.Unit, b.Attempt.Attempt, b.Provider, b.Model,
		identity(string(b.ErrorClass), b.RequestID, b.ErrorCode, b.ProviderCode.Value), b.Error)
}

// identity is by what a provider or a search finds a failure: its class, its codes, and the
// provider's id of the call.
func identity(class string, request *string, codes ...*string) string {
	said := ""
	for _, c := range codes {
		if c != nil && *c != "" && *c != said {
			said = strings.TrimSpace(said + " " + *c)
		}
	}
	if said != "" {
		class += ", code " + said
	}
	if request != nil && *request != "" {
		class += ", request " + *request
	}
	return class
}

func (p *plain) unitDone(at time.Time, b event.UnitDone) string {
	st, _ := p.state.Stage(b.StageID)
	text := fmt.Sprintf("%s: %s, %s", title(b.StageID), units(st), ticking(stageElapsed(st, at)))
	if p.verbose {
		return join(", ", text, b.Unit)
	}
	before := p.units[b.StageID]
	if b.Done >= b.Total || at.Sub(before.at) < unitEvery || (b.Done-before.done)*unitShare < b.Total {
		return ""
	}
	p.units[b.StageID] = mark{at, b.Done}
	if f := advice.Elsewhere(p.state, b.StageID); f != nil {
		return join(", ", text, inPlace(*f, st))
	}
	return text
}

func (p *plain) finished(b event.StageFinished) string {
	st, _ := p.state.Stage(b.StageID)
	cost := ""
	if st.AttemptCount > 0 {
		cost = sum(st.CostUSD, st.Unpriced)
	}
	return join(
		", ",
		fmt.Sprintf("%s: done in %s", title(b.StageID), took(seconds(st.DurationSeconds))),
		units(st),
		cost,
	) + made(
		b.Artifacts,
	)
}

// made says how many artifacts there are.
func made(refs []artifact.Ref) string { return ", " + plural(len(refs), "artifact") }

func (p *plain) failed(b event.StageFailed) string {
	st, _ := p.state.Stage(b.StageID)
	text := fmt.Sprintf("%s: failed after %s (%s): %s", title(b.StageID), took(seconds(st.DurationSeconds)),
		identity(string(b.ErrorClass), b.RequestID, b.ErrorCode, b.ProviderCode.Value), b.Error)
	return join(". What helps: ", text, advice.Helps(b.Hint, b.ErrorClass))
}

func resumed(runID string, b event.RunResumed) string {
	text := "run " + runID + " goes on"
	if b.Cause == event.ResumedAfterCrash {
		text += " after it was cut off"
	}
	for _, id := range b.Confirmed {
		text += "; accepted: " + title(id)
	}
	return text
}

// ended tells how the run ended. What a stage failed of has been said by then.
func (p *plain) ended() (tone, string) {
	s := p.state
	if s.DryRun {
		return good, fmt.Sprintf("run %s: all is in order; nothing was run", s.RunID)
	}
	text := join(", ", fmt.Sprintf("run %s: %s after %s", s.RunID, runFace(s).word, took(elapsed(s, s.FinishedAt.Time))),
		runCost(s), tokens(s.Tokens))
	if s.Status == run.RunFailed {
		text += "; more: " + p.program.line(failure.Show(s.RunID))
	}
	return runFace(s).tone, text
}
