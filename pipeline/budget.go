package pipeline

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/recipe"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
)

// ErrNoBudget means that a retry could pay for nothing.
var ErrNoBudget = errors.New("nothing is left to spend")

// spending is what runs of a line have cost, in USD. A limit on the cost holds for the
// whole line: a retry is no way round it.
type spending struct {
	total  float64
	stages map[string]float64
}

func spendingOf(line []run.State) spending {
	s := spending{stages: map[string]float64{}}
	for _, state := range line {
		s.total += state.SpentUSD()
		for id, st := range state.Stages {
			s.stages[id] += st.SpentUSD()
		}
	}
	return s
}

// spentBefore returns what the other runs of a run's line have cost. All of them have
// ended, since one run of a line is under way at a time.
func (p *Pipeline) spentBefore(ctx context.Context, state run.State) (spending, error) {
	if state.ParentRunID == nil {
		return spending{}, nil
	}
	line, err := p.projections.line(ctx, state.RootRunID)
	others := slices.DeleteFunc(line, func(s run.State) bool { return s.RunID == state.RunID })
	return spendingOf(others), err
}

// refusal returns why a retry is refused that has to pay for something and can't pay for
// anything, or whose limit on the cost can't be kept, or nil.
func (p *Pipeline) refusal(ctx context.Context, v revision, plan run.RetryPlan, line []run.State) (refusal, err error) {
	can, err := p.today(v.parent.Drill)
	if err != nil {
		return nil, err
	}
	redone := func(id string) bool {
		return slices.ContainsFunc(plan.Redone, func(r run.Redone) bool { return r.StageID == id })
	}
	if refusal := can.checkRouting(v.plan, v.routing, redone); refusal != nil {
		return refusal, nil
	}
	if free := plan.EstimatedCostUSD != nil && *plan.EstimatedCostUSD == 0; free {
		return nil, nil
	}
	if refusal := can.check(v.plan, v.routing, redone); refusal != nil {
		return refusal, nil
	}
	spent := spendingOf(line)
	needed := 0.0
	for _, st := range v.parent.Stages {
		needed += st.RemainingCostUSD()
	}
	subject, id := fmt.Sprintf("run %s and its retries", v.parent.RootRunID), v.parent.RunID
	if exhausted(spent.total, plan.MaxCostUSD) {
		return noBudget(id, subject, spent.total, plan.MaxCostUSD, needed), nil
	}
	for _, r := range plan.Redone {
		s, _ := v.plan.StageByID(r.StageID)
		if exhausted(spent.stages[s.ID], s.Policy.MaxCostUSD) {
			return noBudget(id, "stage "+s.ID, spent.stages[s.ID], s.Policy.MaxCostUSD, needed), nil
		}
		short, err := p.wasShort(ctx, v, s, line)
		if err != nil {
			return nil, err
		}
		if short {
			f := noBudget(id, subject, spent.total, plan.MaxCostUSD, needed)
			f.Message += fmt.Sprintf(", and the next question of stage %s costs more than what is left", s.ID)
			return f, nil
		}
	}
	return nil, nil
}

// wasShort reports whether a run of the line failed at a stage for want of money, had no
// less of it than the retry, and asked the same models: the price of the next request
// is what it was.
func (p *Pipeline) wasShort(ctx context.Context, v revision, s recipe.PlannedStage, line []run.State) (bool, error) {
	for _, earlier := range line {
		if st, _ := earlier.Stage(s.ID); st.TerminalReason != event.MoneySpent {
			continue
		}
		plan, err := p.plans.ofRun(ctx, earlier)
		if err != nil {
			return false, err
		}
		before, _ := plan.StageByID(s.ID)
		raised := v.plan.MaxCostUSD > plan.MaxCostUSD || s.Policy.MaxCostUSD > before.Policy.MaxCostUSD
		asksOthers := slices.ContainsFunc(recipe.Changes(plan, v.plan), func(c recipe.Change) bool {
			return c.StageID == s.ID && (c.Redo || c.Key == recipe.KeyModels)
		})
		if !raised && !asksOthers {
			return true, nil
		}
	}
	return false, nil
}

// exhausted reports whether a limit is reached. A limit of 0 of which nothing was spent
// still lets models answer that cost nothing.
func exhausted(spent, limit float64) bool { return spent > 0 && spent >= limit }

// noBudget says that a limit is reached, and which would do if that much more is needed.
func noBudget(id, subject string, spent, limit, needed float64) *failure.Error {
	f := refused(ErrNoBudget, fmt.Sprintf("of the %s that %s may spend, %s are spent", usd(limit), subject, usd(spent)))
	return f.Advised("raise the limit: %s", failure.RetryFor(id, run.RaisedLimit(spent+needed, limit)))
}

// usd writes an amount to the cent, or finer if it is small.
func usd(v float64) string {
	if v < 1 {
		return fmt.Sprintf("$%.4f", v)
	}
	return fmt.Sprintf("$%.2f", v)
}

// costOf returns what is to be paid for the stages that are done again; nil if that is not known.
func costOf(
	ctx context.Context, store Store, parent run.State, redone []run.Redone, had map[string]run.StageState,
) (*float64, error) {
	total := 0.0
	for _, r := range redone {
		st := had[r.StageID]
		answers, usd, priced := paid(st)
		missing := 0
		switch {
		case st.Status.Completed():
			continue // all its answers are there
		case answers > 0 && priced && st.UnitsDone > 0:
			missing = max(st.UnitsTotal*st.CallCount/st.UnitsDone-st.CallCount, 0)
		default:
			like, err := typical(ctx, store, parent, r.StageID)
			if err != nil || like == nil {
				return nil, err
			}
			total += *like
			continue
		}
		total += usd / float64(answers) * float64(missing)
	}
	return &total, nil
}

// paid counts the answers that a stage paid for, and what they cost.
func paid(st run.StageState) (answers int, usd float64, priced bool) {
	priced = true
	for _, a := range st.Attempts {
		if a.Answered() {
			answers++
			usd += amount(a.SpentUSD())
			priced = priced && a.SpentUSD() != nil
		}
	}
	return answers, usd, priced
}

// lookedBack is how many runs are looked at for what a stage costs.
const lookedBack = 20

// typical returns what a stage has cost in a run of the same recipe, nil if there is none.
func typical(ctx context.Context, store Store, parent run.State, stageID string) (*float64, error) {
	n := 0
	for r, err := range store.Runs(ctx, run.RunFilter{}) {
		if err != nil {
			return nil, err
		}
		if n++; n > lookedBack {
			break
		}
		s, err := run.Load(ctx, store, r.RunID)
		if err != nil {
			return nil, err
		}
		st, ok := s.Stage(stageID)
		same := ok && s.RecipeID == parent.RecipeID && s.Drill == parent.Drill
		if _, usd, priced := paid(st); same && st.Status == run.StageDone && len(st.Reused) == 0 && priced {
			return &usd, nil
		}
	}
	return nil, nil
}

// Bounds are what bounds a run, and what is used of it.
type Bounds struct {
	Uses   []run.LimitUse           // of the run, and of the stages that are not done
	Stages map[string]recipe.Policy // of those stages
}

// Limits returns what bounds a run and what is used of it now. The run may have ended.
func (p *Pipeline) Limits(ctx context.Context, state run.State) (Bounds, error) {
	plan, err := p.plans.ofRun(ctx, state)
	if err != nil {
		return Bounds{}, err
	}
	before, err := p.spentBefore(ctx, state)
	if err != nil {
		return Bounds{}, err
	}
	out := Bounds{Stages: map[string]recipe.Policy{}, Uses: []run.LimitUse{{
		Limit: recipe.KeyMaxCost, Value: plan.MaxCostUSD, Source: run.LimitSource(plan.MaxCostOrigin), Used: before.total + state.SpentUSD(),
	}}}
	for _, id := range state.StageOrder {
		s, planned := plan.StageByID(id)
		if st, _ := state.Stage(id); planned && !st.Status.Completed() {
			out.Stages[id] = s.Policy
			out.Uses = append(out.Uses, stageUses(s, st, before.stages[id], time.Now())...)
		}
	}
	return out, nil
}

// stageUses says what is used of a stage's limits, where earlier runs of the line have spent an amount
// on it.
func stageUses(s recipe.PlannedStage, st run.StageState, before float64, now time.Time) []run.LimitUse {
	of := func(key string, value, used float64) run.LimitUse {
		return run.LimitUse{Limit: key, StageID: s.ID, Value: value, Source: run.LimitSource(s.Origins[key]), Used: used}
	}
	waited, elapsed := 0.0, st.DurationSeconds-st.DurationBefore
	if active := st.Status == run.StageRunning || st.Status == run.StageWaiting; active && st.StartedAt != nil {
		elapsed += max(now.Sub(st.StartedAt.Time).Seconds(), 0)
		if st.WaitingSince != nil && st.ProgressAt != nil {
			waited = max(now.Sub(st.ProgressAt.Time).Seconds(), 0)
		}
	}
	return []run.LimitUse{
		of(recipe.KeyMaxCost, s.Policy.MaxCostUSD, before+st.SpentUSD()),
		of(recipe.KeyMaxWait, s.Policy.MaxWait.Seconds(), waited),
		of(recipe.KeyMaxStage, s.Policy.MaxStage.Seconds(), elapsed),
		of(recipe.KeyMaxAttempts, float64(s.Policy.MaxAttempts), float64(mostTries(st))),
	}
}

// mostTries returns how often the request was sent, in its last round, that was sent most often.
func mostTries(st run.StageState) (most int) {
	type request struct{ unit, role string }
	tries, round := map[request]int{}, map[request]int{}
	for _, a := range st.Attempts {
		q := request{a.Unit, string(a.Role)}
		if a.Round != round[q] {
			round[q] = a.Round
			tries[q] = 0
		}
		tries[q]++
	}
	for _, n := range tries {
		most = max(most, n)
	}
	return most
}
