package chain

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/llm/health"
)

// ending is the end of a request that has no answer.
type ending struct {
	q         *request
	end       End
	available []health.Availability // of the candidates, in the request's order; may be empty
}

// giveUp records what is left to record of a request that is given up, and returns the error
// of it.
func (q *request) giveUp(ctx context.Context, end End) error {
	g := (&ending{q: q, end: end, available: q.choice.available}).givenUp()
	var events []Event
	for _, b := range q.stage.plan.Budgets {
		if spent, limit := b.Spent(); end == MoneySpent && (spent >= limit || !b.Allows(q.stage.costs.Mean())) {
			events = append(events, BudgetExceeded{RequestID: q.id(), Spent: spent, Limit: limit})
			break
		}
	}
	if err := q.emit(context.WithoutCancel(ctx), events...); err != nil {
		return err
	}
	return g
}

// givenUp returns the error: with the failure that
// says most about why, else with what keeps the candidates from being asked.
func (e *ending) givenUp() *GivenUp {
	q := e.q
	_, limit := q.stage.patience()
	g := &GivenUp{
		End:       e.end,
		RequestID: q.id(),
		Decision:  q.choice.decision,
		Need:      e.needed(),
		Limit:     limit,
		Earliest:  q.choice.at,
	}
	if e.end == MoneySpent {
		g.Last = health.Fault{Err: e.overBudget()}
		return g
	}
	if q.faults.primary != nil {
		g.Last = *q.faults.primary
		return g
	}
	for i := range e.available {
		a := &e.available[i]
		if a.Cause != nil && (g.Last.Err == nil || health.Transient(a.Cause.Err) && !health.Transient(g.Last.Err)) {
			g.Last = a.Explain(*a.Cause)
		}
	}
	if g.Last.Err == nil {
		g.Last.Err = e.unavailable()
	}
	return g
}

// needed says what the candidates lacked whose failure is not the primary one: those for
// which the question is too long, and what a person has to mend; "" if that is nothing.
func (e *ending) needed() string {
	q := e.q
	var small, needs []string
	for i, o := range q.round.order {
		failed := q.round.of(o).failed
		if i < len(e.available) && e.available[i].Reason == SmallWindow || failed != nil && failed.Class == failure.ContextLength {
			small = append(small, o.Name)
		}
		if i >= len(e.available) || !e.available[i].NeedsPerson {
			continue
		}
		if cause := e.available[i].Cause; q.faults.primary == nil || cause.Err != q.faults.primary.Err {
			if need := cause.Err.Error(); !slices.Contains(needs, need) {
				needs = append(needs, need)
			}
		}
	}
	if len(small) > 0 {
		needs = append(needs, fmt.Sprintf("about %d tokens are too many for %s: retry with a recipe that names a model with a larger window",
			q.need, strings.Join(small, ", ")))
	}
	return strings.Join(needs, "; ")
}

// overBudget is the failure of a request that would cost more than may be spent.
func (e *ending) overBudget() *failure.Error {
	for _, b := range e.q.stage.plan.Budgets {
		if spent, limit := b.Spent(); !b.Allows(0) || spent >= limit {
			return failure.New(failure.Budget, fmt.Sprintf("$%.2f of the cost limit of $%.2f is spent", spent, limit), failure.Budget.Action())
		}
	}
	return failure.New(failure.Budget, fmt.Sprintf("the next request, for %s, would exceed the cost limit",
		e.q.asked.Unit), failure.Budget.Action())
}

// unavailable is the failure of a request for which no candidate was, or could have been, asked.
func (e *ending) unavailable() *failure.Error {
	q := e.q
	if len(e.available) == 0 {
		return e.unconfigured()
	}
	largest := 0
	for i, o := range q.round.order {
		if e.available[i].Reason == SmallWindow {
			largest = max(largest, o.Spec.Window)
		}
	}
	if largest > 0 {
		return failure.New(failure.ContextLength,
			fmt.Sprintf("the request for %s has about %d tokens, and the largest window in the chain is %d", q.asked.Unit, q.need, largest),
			"retry with a recipe that names a model with a larger window")
	}
	return failure.New(failure.NoProvider,
		fmt.Sprintf("no model can be asked about %s (%s: %s)", q.asked.Unit, q.round.order[0].Name, e.available[0].Detail),
		"fix what keeps the providers from being asked, then retry")
}

// unconfigured is the failure of a request for which the chain has no candidate.
func (e *ending) unconfigured() *failure.Error {
	var why []string
	for _, s := range e.q.stage.plan.Skipped {
		why = append(why, s.Model+" ("+s.Detail+")")
	}
	return failure.New(failure.NoProvider, "no model of the chain can be asked: "+strings.Join(why, ", "),
		"set one of the keys, then retry; or retry with a recipe that names other models")
}
