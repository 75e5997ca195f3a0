package runs

import (
	"context"
	"slices"
	"time"

	"github.com/cineforge/cineforge/health"
	"github.com/cineforge/cineforge/pipeline"
	"github.com/cineforge/cineforge/recipe"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
)

// Limiter knows what bounds runs.
type Limiter interface {
	// Limits returns what bounds a run and what is used of it; see pipeline.Pipeline.Limits.
	Limits(ctx context.Context, state run.State) (pipeline.Bounds, error)
}

// Standing returns where a run stands, as [Reader.State] does, with its outlook: what comes next, the
// providers that it may still ask, its limits, and whether it needs a person. A recipe that can't be
// read any more leaves the limits out.
func (r *Reader) Standing(ctx context.Context, runID string) (run.State, error) {
	state, err := r.State(ctx, runID)
	if err != nil {
		return state, err
	}
	found, err := r.Store.Run(ctx, runID)
	if err != nil {
		return state, err
	}
	seen, err := r.Overview(ctx, found)
	if err != nil {
		return state, err
	}
	state.NeedsYou = seen.NeedsYou
	state.NeedsYouReason = seen.NeedsYouReason
	state.Acknowledged = seen.Acknowledged
	state.RetriedBy = seen.RetriedBy
	limits, err := r.limiter.Limits(ctx, state)
	if run.TroubleOf(err) != "" && run.TroubleOf(err) != run.Damaged || ctx.Err() != nil {
		return state, err
	}
	state.LimitUse = append([]run.LimitUse{}, limits.Uses...)
	troubles, err := r.troubles(ctx, &state)
	if err != nil {
		return state, err
	}
	o := outlook{state: &state, limits: limits, troubles: troubles, now: time.Now()}
	state.Providers = o.providers()
	state.Next = o.next()
	return state, nil
}

// troubles returns how the providers are doing whose models stages still to do may ask, in the order of
// the chains. Of a drill, which has providers of its own, it is what the run's own events say.
func (r *Reader) troubles(ctx context.Context, s *run.State) ([]health.ProviderTrouble, error) {
	models := map[string][]string{} // by provider
	var names []string
	for _, id := range s.ToDo() {
		for _, c := range s.Candidates[id] {
			if c.Dialect == event.Offline {
				continue
			}
			if !slices.Contains(names, c.Provider) {
				names = append(names, c.Provider)
			}
			models[c.Provider] = append(models[c.Provider], c.Model)
		}
	}
	if s.Drill != "" {
		return drillTroubles(s), nil
	}
	known, err := r.candidates.Health(ctx)
	if err != nil {
		return nil, err
	}
	all := []health.ProviderTrouble{}
	for _, name := range names {
		i := slices.IndexFunc(known, func(p health.Provider) bool { return p.Name == name })
		if i < 0 {
			all = append(all, health.ProviderTrouble{Provider: name, State: run.StateNoKey})
			continue
		}
		p := known[i]
		p.Models = slices.DeleteFunc(slices.Clone(p.Models), func(m health.Model) bool { return !slices.Contains(models[name], m.Model) })
		t := health.TroubleOf(p)
		isOut := func(m health.Model) bool {
			return health.TroubleOf(health.Provider{Configured: true, Health: m.Health}).State != run.StateWell
		}
		if t.Model != "" && slices.ContainsFunc(p.Models, func(m health.Model) bool { return !isOut(m) }) {
			t.State = run.StatePart
		}
		all = append(all, t)
	}
	return all, nil
}

// ofVerdict is the state of a provider of which a model was not asked for a reason.
var ofVerdict = map[event.VerdictReason]run.ProviderState{
	event.BreakerIsOpen: run.StateOut, event.Probing: run.StateProbing, event.CoolingDown: run.StateLimited, event.Held: run.StateHeld,
}

// drillTroubles returns what the waits of a drill say of its providers: each is as the first of its
// models in the chain was when the run last began to wait.
func drillTroubles(s *run.State) []health.ProviderTrouble {
	all := []health.ProviderTrouble{}
	for _, id := range s.StageOrder {
		st, _ := s.Stage(id)
		for _, v := range st.Verdicts {
			known := slices.ContainsFunc(all, func(t health.ProviderTrouble) bool { return t.Provider == v.Provider })
			if known || len(st.Waits) == 0 || v.Reason == event.NotConfigured {
				continue
			}
			t := health.ProviderTrouble{Provider: v.Provider, State: run.StateWell}
			if state, out := ofVerdict[v.Reason]; out {
				t.State = state
				if !v.Until.IsZero() {
					t.Until = new(v.Until.UTC())
				}
			}
			all = append(all, t)
		}
	}
	return all
}

// outlook says what comes next in a run.
type outlook struct {
	state    *run.State
	limits   pipeline.Bounds
	troubles []health.ProviderTrouble
	now      time.Time
}

// providers returns the troubles as the state shows them.
func (o outlook) providers() []run.ProviderStanding {
	list := []run.ProviderStanding{}
	for _, t := range o.troubles {
		list = append(list, run.ProviderStanding{
			Name: t.Provider, State: t.State, Since: unixTime(t.Since), Until: unixTime(t.Until), Model: t.Model,
			ErrorClass: t.Class, Person: t.Person,
		})
	}
	return list
}

func unixTime(t *time.Time) *run.UnixTime {
	if t == nil {
		return nil
	}
	return &run.UnixTime{Time: *t}
}

// next lists what comes in the run by itself, soonest first. What has to be done by a person is
// none of it.
func (o outlook) next() []run.Next {
	list := []run.Next{}
	s := o.state
	if s.Status.Ended() || s.Status == run.Paused || len(s.Needs) > 0 {
		return list
	}
	for _, id := range s.StageOrder {
		if st, _ := s.Stage(id); len(st.Waits) > 0 {
			list = append(list, o.ofStage(id, st)...)
		}
	}
	list = slices.DeleteFunc(list, func(n run.Next) bool { return n.At.Before(o.now) })
	slices.SortStableFunc(list, func(a, b run.Next) int { return a.At.Compare(b.At.Time) })
	return list
}

// ofStage lists what comes next in a stage that has requests which wait.
func (o outlook) ofStage(id string, st run.StageState) (list []run.Next) {
	waits := slices.IndexFunc(st.Waits, func(w run.Wait) bool { return !w.Retry })
	if again := slices.IndexFunc(st.Waits, func(w run.Wait) bool { return w.Retry }); again >= 0 {
		w := st.Waits[again]
		list = append(list, run.Next{At: w.Until, What: run.NextAttempt, StageID: id, Provider: w.Provider, Model: w.Model})
	}
	if waits < 0 {
		return list
	}
	if w := st.Waits[waits]; !w.GivesUp {
		list = append(list, run.Next{At: w.Until, What: run.NextLook, StageID: id, If: run.IfUnanswered})
	}
	for _, t := range o.troubles {
		if n, ok := o.endOf(id, t); ok {
			list = append(list, n)
		}
	}
	if n, ok := o.patience(id, st); ok {
		list = append(list, n)
	}
	return list
}

// endOf returns what may end a provider's trouble by itself, if the stage may ask it.
func (o outlook) endOf(id string, t health.ProviderTrouble) (run.Next, bool) {
	asks := func(c event.Candidate) bool { return c.Provider == t.Provider }
	mayAsk := o.state.Drill != "" || slices.ContainsFunc(o.state.Candidates[id], asks)
	if t.Until == nil || !mayAsk {
		return run.Next{}, false
	}
	n := run.Next{At: run.UnixTime{Time: *t.Until}, StageID: id, Provider: t.Provider, Model: t.Model, What: run.NextLimit}
	switch t.State {
	case run.StateOut, run.StateProbing, run.StatePart:
		n.What = run.NextProbe
		n.If = run.IfStillOut
	case run.StateHeld:
		n.What = run.NextHold
	}
	return n, true
}

// patience returns when the waiting of a stage is over, and what becomes of the stage then.
func (o outlook) patience(id string, st run.StageState) (run.Next, bool) {
	policy, known := o.limits.Stages[id]
	if !known || st.ProgressAt == nil || st.StartedAt == nil || policy.MaxWait == 0 {
		return run.Next{}, false
	}
	end := st.ProgressAt.Add(policy.MaxWait)
	spent := time.Duration((st.DurationSeconds - st.DurationBefore) * float64(time.Second))
	if deadline := st.StartedAt.Add(policy.MaxStage - spent); deadline.Before(end) {
		end = deadline
	}
	n := run.Next{At: run.UnixTime{Time: end}, What: run.NextFails, StageID: id, If: run.IfUnanswered}
	if policy.OnExhausted == recipe.PauseOnExhausted {
		n.What = run.NextPauses
	}
	return n, true
}
