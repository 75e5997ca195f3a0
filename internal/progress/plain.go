package progress

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/internal/advice"
	"github.com/cineforge/cineforge/internal/wording"
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

	mu      sync.Mutex // guards what follows
	state   run.State
	said    time.Time            // when something was said last, by this machine's clock
	units   map[string]mark      // of the stages under way
	waiting map[string]time.Time // when that a request waits was said last, by stage
	known   map[string]bool      // what is said once, such as that a provider fails, until it is otherwise
	err     error                // the first failure to write; nothing is written after it
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
		p.say(now, faint, "Still working: "+strings.Join(append(under, lasting(p.state, now)...), "; "))
	default:
		p.say(now, faint, "Still here. "+sentence(p.state, now))
	}
	return heartbeat
}

// line returns what to say of an event that is folded in, or "".
func (p *plain) line(e event.Event) (tone, string) {
	e.Time = e.Time.In(p.zone)
	text := wording.Message(e)
	switch b := e.Body.(type) {
	case event.PipelineStarted:
		return neutral, join(" ", text, fmt.Sprintf("Run %s, project %s.", e.RunID, b.ProjectID), wording.Sentence(b.Notice))
	case event.StageStarted:
		p.units[b.StageID] = mark{at: e.Time}
		return neutral, text
	case event.StageSkippedReused:
		return good, text
	case event.AttemptFinished:
		if text := p.back(b); text != "" {
			return good, text
		}
		return neutral, p.answered(text, b)
	case event.AttemptFailed:
		return held, p.attemptFailed(text, b)
	case event.StageRetrying:
		return held, unless(b.RetryDelaySeconds < leastDelay, text)
	case event.StageFallback:
		return held, unless(!p.fallsBack(b), text)
	case event.StageWaiting:
		return held, unless(!p.saysWaiting(e.Time, b), text)
	case event.BreakerOpened, event.BreakerProbing, event.BreakerClosed:
		return p.turned(b, text)
	case event.BudgetExceeded:
		return bad, text
	case event.UnitDone:
		return neutral, p.unitDone(e.Time, b)
	case event.StagePaused:
		return held, text + " " + p.program.next(e.RunID, b.Reason)
	case event.StageFinished:
		return good, p.finished(text, b)
	case event.StageFailed:
		return bad, p.failed(text, b)
	case event.RetryRequested:
		return neutral, join(" ", text, wording.Sentence(changes(b)))
	case event.RunResumed:
		return neutral, text
	case event.RunCancelled, event.TryNowRequested:
		return held, text
	case event.UnitReused:
		return faint, unless(!p.verbose, text)
	case event.PipelineFinished, event.DryRunValidated:
		return p.ended(text)
	}
	return neutral, ""
}

// unless returns a text, or "" if something is so.
func unless(so bool, text string) string {
	if so {
		return ""
	}
	return text
}

// detailed adds details to a sentence, within it.
func detailed(sentence string, details ...string) string {
	d := join(", ", details...)
	if d == "" {
		return sentence
	}
	return strings.TrimSuffix(sentence, ".") + " (" + d + ")."
}

func (p *plain) answered(text string, b event.AttemptFinished) string {
	if !p.verbose {
		return ""
	}
	return detailed(text, tokens(run.Tokens{Input: b.InputTokens, Output: b.OutputTokens}), price(b.CostUSD))
}

// attemptFailed says that an attempt failed: of those of a model that fail alike, the first
// until the provider answers.
func (p *plain) attemptFailed(text string, b event.AttemptFailed) string {
	if !p.once(b.Provider + " " + b.StageID + " " + b.Model + " " + string(b.ErrorClass)) {
		return ""
	}
	return detailed(text, identity(string(b.ErrorClass), b.RequestID, b.ErrorCode, b.ProviderCode.Value))
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

func (p *plain) finished(text string, b event.StageFinished) string {
	st, _ := p.state.Stage(b.StageID)
	unknown := ""
	if st.Unpriced > 0 {
		unknown = plural(st.Unpriced, "try") + " of unknown price"
	}
	return detailed(text, "took "+took(seconds(st.DurationSeconds)), units(st), unknown)
}

func (p *plain) failed(text string, b event.StageFailed) string {
	st, _ := p.state.Stage(b.StageID)
	text = detailed(text, "after "+took(seconds(st.DurationSeconds)),
		identity(string(b.ErrorClass), b.RequestID, b.ErrorCode, b.ProviderCode.Value))
	return text + " " + wording.Sentence("what helps: "+advice.Helps(b.Hint, b.ErrorClass))
}

// ended says how the run ended. What a stage failed of was reported by then.
func (p *plain) ended(text string) (tone, string) {
	s := p.state
	if s.DryRun {
		return good, text
	}
	text = detailed(text, s.RunID, "took "+took(elapsed(s, s.FinishedAt.Time)), runCost(s), tokens(s.Tokens))
	if s.Status == run.RunFailed {
		text += " See: " + p.program.line(failure.Show(s.RunID))
	}
	return runFace(s).tone, text
}
