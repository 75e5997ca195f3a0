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

// recorder records in the run's log what happens to the requests of a stage attempt, before the
// router acts on it. It is safe for concurrent use.
type recorder struct {
	log     runLog
	soft    context.Context //nolint:containedctx // of the stage attempt that it records
	stageID string
	memo    *memo
	drill   bool

	mu       sync.Mutex // guards what follows
	attempts map[chain.RequestID]int
	reused   map[string]bool          // the requests that are recorded as reused
	under    map[uint64]event.Attempt // the attempts under way, by the router's id
	planned  *event.UnitsPlanned      // to be recorded with what comes next; nil if that was done
	total    int
	usd      float64
	provider string // that was asked last
	model    string
	err      error // the first failure to record something, which ends the stage attempt
}

var _ chain.Observer = (*recorder)(nil)

// newRecorder returns the recorder of a stage attempt that is stopped with soft.
func newRecorder(soft context.Context, r *activeRun, stageID string, st run.StageState, m *memo) *recorder {
	rec := &recorder{
		log:      r.log,
		soft:     soft,
		stageID:  stageID,
		memo:     m,
		drill:    r.drill,
		attempts: map[chain.RequestID]int{},
		reused:   map[string]bool{},
		under:    map[uint64]event.Attempt{},
		total:    len(st.Attempts),
		provider: code,
		model:    code,
	}
	for _, u := range st.Reused {
		rec.reused[u] = true
	}
	for _, a := range st.Attempts {
		rec.attempts[chain.RequestID{Unit: a.Unit, Role: llm.Role(a.Role)}]++
		rec.usd += amount(a.CostUSD)
		rec.provider = a.Provider
		rec.model = a.Model
	}
	return rec
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

// Observe records what happened before the router goes on; see chain.Observer.
func (r *recorder) Observe(ctx context.Context, events ...chain.Event) error {
	var bodies []event.Body
	var answers []run.Answer
	for _, e := range events {
		switch e := e.(type) {
		case chain.AttemptStarted:
			bodies = append(bodies, attemptStarted(r.begin(e.Try), e))
		case chain.AttemptProgress:
			bodies = append(bodies, attemptProgress(r.underWay(e.Try), e))
		case chain.AttemptFinished:
			bodies = append(bodies, r.charge(attemptFinished(r.settle(e.Try, e.Response), e)))
			answers = append(answers, r.memo.answers(e)...)
		case chain.AttemptFailed:
			bodies = append(bodies, r.charge(attemptFailed(r.settle(e.Try, e.Response), e)))
			// What an attempt has cost is recorded also when the run is stopping.
			ctx = context.WithoutCancel(ctx)
		case chain.StageRetrying:
			bodies = append(bodies, stageRetrying(r.next(e.RequestID), e))
		default:
			if b := stageEvent(r.stageID, e); b != nil {
				bodies = append(bodies, b)
			}
		}
	}
	return r.commit(ctx, answers, bodies...)
}

// reuse records, once, that a request was not sent. An answer of another line of runs is taken over
// into the own one, which then has it whatever becomes of the other.
func (r *recorder) reuse(ctx context.Context, req llm.Request, a run.Answer) error {
	name := req.Unit + "/" + string(req.Role)
	r.mu.Lock()
	known := r.reused[name]
	r.reused[name] = true
	r.provider = a.Provider
	r.model = a.Model
	r.mu.Unlock()
	if known {
		return nil
	}
	if err := r.broken(); err != nil {
		return err
	}
	var taken []run.Answer
	if a.Root != r.memo.root {
		taken = append(taken, a)
	}
	return r.store(ctx, taken, r.log.commit, event.UnitReused{
		StageID:     r.stageID,
		Unit:        req.Unit,
		Role:        event.Role(req.Role),
		Provider:    a.Provider,
		Model:       a.Model,
		ServedModel: a.ServedModel,
		FromRunID:   a.RunID,
	})
}

// begin gives the coming attempt its number.
func (r *recorder) begin(t chain.Try) event.Attempt {
	r.mu.Lock()
	defer r.mu.Unlock()
	id := chain.RequestID{Unit: t.Unit, Role: t.Role}
	r.attempts[id]++
	r.total++
	r.provider = t.Provider
	r.model = t.Model
	a := event.Attempt{
		StageID:  r.stageID,
		Unit:     t.Unit,
		Role:     event.Role(t.Role),
		Attempt:  r.attempts[id],
		Provider: t.Provider,
		Model:    t.Model,
	}
	r.under[t.ID] = a
	return a
}

// next returns an attempt that has not begun.
func (r *recorder) next(id chain.RequestID) event.Attempt {
	r.mu.Lock()
	defer r.mu.Unlock()
	id.Key = "" // attempts are counted for each unit and role, whatever the request says
	return event.Attempt{StageID: r.stageID, Unit: id.Unit, Role: event.Role(id.Role), Attempt: r.attempts[id] + 1}
}

// underWay returns an attempt under way.
func (r *recorder) underWay(t chain.Try) event.Attempt {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.under[t.ID]
}

// settle counts what an attempt took, and returns it.
func (r *recorder) settle(t chain.Try, resp llm.Response) event.Attempt {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.drill {
		r.usd += amount(resp.Usage.CostUSD)
	}
	a := r.under[t.ID]
	delete(r.under, t.ID)
	return a
}

// charge moves the cost of an attempt of a drill to what it would have cost. The attempts of
// other runs stay as they are.
func (r *recorder) charge(body event.Body) event.Body {
	if !r.drill {
		return body
	}
	switch b := body.(type) {
	case event.AttemptFinished:
		b.CostUSD, b.SimulatedCostUSD = simulated(b.CostUSD)
		return b
	case event.AttemptFailed:
		b.CostUSD, b.SimulatedCostUSD = simulated(b.CostUSD)
		b.WastedCostUSD = b.CostUSD
		return b
	}
	return body
}

// simulated moves a cost to where simulated ones are. One that is not known stays so.
func simulated(usd *float64) (cost, instead *float64) {
	if usd == nil {
		return nil, nil
	}
	return new(0.0), usd
}

// progress records that a unit is done. A failure to record it shows at the end of the attempt.
func (r *recorder) progress(ctx context.Context, done, total int, unit string) {
	if unit == "" { // none is done yet
		r.mu.Lock()
		r.planned = &event.UnitsPlanned{StageID: r.stageID, Total: total}
		r.mu.Unlock()
		return
	}
	r.commit(ctx, nil, event.UnitDone{StageID: r.stageID, Unit: unit, Done: done, Total: total}) //nolint:errcheck // kept in r.err
}

// commit stores answers and the events that belong to them.
func (r *recorder) commit(ctx context.Context, answers []run.Answer, events ...event.Body) error {
	if len(answers) > 0 {
		return r.store(ctx, answers, func(ctx context.Context, c run.Change) error { return r.log.keep(ctx, r.soft, c) }, events...)
	}
	if err := r.broken(); err != nil {
		return err // it was tried for long enough; only what was paid for is worth more
	}
	return r.store(ctx, nil, r.log.commit, events...)
}

// store stores answers and events in a way.
func (r *recorder) store(
	ctx context.Context, answers []run.Answer, way func(context.Context, run.Change) error, events ...event.Body,
) error {
	r.mu.Lock()
	if r.planned != nil {
		events = append([]event.Body{*r.planned}, events...)
		r.planned = nil
	}
	r.mu.Unlock()
	err := way(ctx, run.Change{Answers: answers, Events: func([]artifact.Artifact) []event.Body { return events }})
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

// last returns which model was asked last, or "code" if none was.
func (r *recorder) last() (provider, model string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.provider, r.model
}
