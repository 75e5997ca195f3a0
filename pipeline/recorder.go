package pipeline

import (
	"context"
	"sync"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/llm"
	"github.com/cineforge/cineforge/llm/chain"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
)

// recorder tells in the run's log what happens to the questions of a stage attempt.
// It is safe for concurrent use.
type recorder struct {
	o     *opened
	soft  context.Context //nolint:containedctx // of the stage attempt that it records
	stage string
	memo  *memo

	mu       sync.Mutex // guards what follows
	attempts map[question]int
	reused   map[string]bool          // the questions that are told of as reused
	under    map[uint64]event.Attempt // the attempts under way, by the id of the try
	planned  *event.UnitsPlanned      // to be recorded with what comes next; nil if that was done
	total    int
	usd      float64
	provider string // who was asked last
	model    string
	err      error // the first failure to record something, which ends the stage attempt
}

// question is what the number of an attempt counts within.
type question struct {
	unit string
	role llm.Role
}

var _ chain.Observer = (*recorder)(nil)

func newRecorder(o *opened, stageID string, st run.StageState, m *memo) *recorder {
	r := &recorder{memo: m, o: o, soft: context.Background(), stage: stageID, attempts: map[question]int{},
		reused: map[string]bool{}, under: map[uint64]event.Attempt{}, total: len(st.Attempts), provider: code, model: code}
	for _, u := range st.Reused {
		r.reused[u] = true
	}
	for _, a := range st.Attempts {
		r.attempts[question{a.Unit, llm.Role(a.Role)}]++
		r.usd += amount(a.CostUSD)
		r.provider, r.model = a.Provider, a.Model
	}
	return r
}

// code stands for the model of a stage that asked none.
const code = "code"

// amount returns what a price adds to a sum: nothing if it is not known.
func amount(usd *float64) float64 {
	if usd == nil {
		return 0
	}
	return *usd
}

// Observe records what happened before it goes on; see chain.Observer.
func (r *recorder) Observe(ctx context.Context, events ...chain.Event) error {
	var bodies []event.Body
	var answers []run.Answer
	for _, e := range events {
		switch e := e.(type) {
		case chain.AttemptStarted:
			bodies = append(bodies, event.AttemptStarted{Attempt: r.begin(e.Try), Decision: new(decisionOf(e.Decision)),
				Least: &event.Least{InputTokens: e.Least.InputTokens, CostUSD: e.Least.CostUSD}})
		case chain.AttemptProgress:
			bodies = append(bodies, attemptProgress(r.attempt(e.Try), e))
		case chain.AttemptFinished:
			bodies = append(bodies, r.charged(attemptFinished(r.ended(e.Try, e.Response), e)))
			answers = append(answers, r.memo.answers(e)...)
		case chain.AttemptFailed:
			bodies = append(bodies, r.charged(attemptFailed(r.ended(e.Try, e.Response), e)))
			// What an attempt has cost is recorded also when the run is stopping.
			ctx = context.WithoutCancel(ctx)
		case chain.StageRetrying:
			bodies = append(bodies, retrying(r.coming(e.RequestID), e))
		case chain.StageFallback:
			bodies = append(bodies, fallback(r.stage, e))
		case chain.StageWaiting:
			bodies = append(bodies, waiting(r.stage, e))
		case chain.BreakerTransition:
			bodies = append(bodies, turn(r.stage, e))
		case chain.BudgetExceeded:
			bodies = append(bodies, event.BudgetExceeded{StageID: r.stage, Unit: e.Unit, SpentUSD: e.Spent, LimitUSD: e.Limit})
		}
	}
	return r.commit(ctx, answers, bodies...)
}

// reuse tells, once, that a question was not asked.
func (r *recorder) reuse(ctx context.Context, req llm.Request, a run.Answer) error {
	name := req.Unit + "/" + string(req.Role)
	r.mu.Lock()
	known := r.reused[name]
	r.reused[name] = true
	r.provider, r.model = a.Provider, a.Model
	r.mu.Unlock()
	if known {
		return nil
	}
	return r.append(ctx, event.UnitReused{StageID: r.stage, Unit: req.Unit, Role: string(req.Role), Provider: a.Provider, Model: a.Model, ServedModel: a.ServedModel, FromRunID: a.RunID})
}

// begin gives the coming attempt its number.
func (r *recorder) begin(t chain.Try) event.Attempt {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.attempts[question{t.Unit, t.Role}]++
	r.total++
	r.provider, r.model = t.Provider, t.Model
	a := event.Attempt{StageID: r.stage, Unit: t.Unit, Role: string(t.Role), Attempt: r.attempts[question{t.Unit, t.Role}], Provider: t.Provider, Model: t.Model}
	r.under[t.ID] = a
	return a
}

// coming returns an attempt that has not begun.
func (r *recorder) coming(q chain.RequestID) event.Attempt {
	r.mu.Lock()
	defer r.mu.Unlock()
	return event.Attempt{StageID: r.stage, Unit: q.Unit, Role: string(q.Role), Attempt: r.attempts[question{q.Unit, q.Role}] + 1}
}

// attempt returns an attempt under way.
func (r *recorder) attempt(t chain.Try) event.Attempt {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.under[t.ID]
}

// ended counts what an attempt took.
func (r *recorder) ended(t chain.Try, resp llm.Response) event.Attempt {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.o.drill {
		r.usd += amount(resp.Usage.CostUSD)
	}
	a := r.under[t.ID]
	delete(r.under, t.ID)
	return a
}

// progress tells that a unit is through. A failure to record it shows at the end of the attempt.
func (r *recorder) progress(ctx context.Context, done, total int, unit string) {
	if unit == "" { // nothing is through yet
		r.mu.Lock()
		r.planned = &event.UnitsPlanned{StageID: r.stage, Total: total}
		r.mu.Unlock()
		return
	}
	r.append(ctx, event.UnitDone{StageID: r.stage, Unit: unit, Done: done, Total: total}) //nolint:errcheck // kept in r.err
}

func (r *recorder) append(ctx context.Context, events ...event.Body) error {
	return r.commit(ctx, nil, events...)
}

func (r *recorder) commit(ctx context.Context, answers []run.Answer, events ...event.Body) error {
	if err := r.broken(); err != nil && len(answers) == 0 {
		return err // it was tried for long enough; only what was paid for is worth more
	}
	r.mu.Lock()
	if r.planned != nil {
		events = append([]event.Body{*r.planned}, events...)
		r.planned = nil
	}
	r.mu.Unlock()
	change := run.Change{Answers: answers, Events: func([]artifact.Artifact) []event.Body { return events }}
	var err error
	if len(answers) > 0 {
		err = r.o.keep(ctx, r.soft, change)
	} else {
		err = r.o.commit(ctx, r.o.claim, change)
	}
	r.fail(ctx, err)
	return err
}

// fail notes that something could not be recorded or read, unless ctx is why.
func (r *recorder) fail(ctx context.Context, err error) {
	if err == nil || ctx.Err() != nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.err == nil {
		r.err = err
	}
}

// broken returns the first failure to record something.
func (r *recorder) broken() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.err
}

// cost returns what the attempts at the stage have cost, earlier ones included, in USD.
func (r *recorder) cost() float64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.usd
}

// count returns how many attempts the stage has seen, those of earlier stage attempts included.
func (r *recorder) count() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.total
}

// last returns who was asked last, or "code" if nobody was.
func (r *recorder) last() (provider, model string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.provider, r.model
}

func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
