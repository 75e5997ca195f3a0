package chain

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/cineforge/cineforge/failure"
)

// ended tells what is left to tell of a question that is given up, and returns the error of it.
func (q *question) ended(ctx context.Context, c choice, end End) error {
	g := q.giveUp(end, c)
	events := q.untold
	q.untold = nil
	for _, p := range q.plan.Budgets {
		if spent, limit := p.Spent(); end == MoneySpent && (spent >= limit || !p.Allows(q.costs.Mean())) {
			events = append(events, BudgetExceeded{q.name, spent, limit})
			break
		}
	}
	if len(events) > 0 {
		if err := q.observer.Observe(context.WithoutCancel(ctx), events...); err != nil {
			return err
		}
	}
	return g
}

// giveUp returns the error of a question that has no answer: with the failure that
// says most about why, else with what keeps the candidates from being asked.
func (q *question) giveUp(end End, c choice) *GivenUp {
	g := &GivenUp{End: end, RequestID: q.name, Decision: c.decision, Need: q.needed(c.looks), Limit: q.limit(), Earliest: c.at}
	if end == MoneySpent {
		g.Last = Fault{Err: q.overspent()}
		return g
	}
	if q.telling != nil {
		g.Last = *q.telling
		return g
	}
	for _, l := range c.looks {
		if l.keeps != nil && (g.Last.Err == nil || transient(l.keeps.Err) && !transient(g.Last.Err)) {
			g.Last = l.closed.explain(*l.keeps)
		}
	}
	if g.Last.Err == nil {
		g.Last.Err = q.nobody(c.looks)
	}
	return g
}

// limit names the limit that ends the question's waiting.
func (q *question) limit() string {
	q.mu.Lock()
	defer q.mu.Unlock()
	if d := q.plan.Deadline; !d.IsZero() && d.Before(q.progress.Add(q.plan.MaxWait)) {
		return LimitOfStage
	}
	return LimitOfWait
}

// needed says what others lacked than the one whose failure is told: for whom the
// question is too long, and what a person has to mend; "" if that is nothing.
func (q *question) needed(looks []look) string {
	var small, needs []string
	for i, s := range q.order {
		a := q.seats[s.at].failed
		if i < len(looks) && looks[i].verdict.Reason == SmallWindow || a != nil && a.Class == failure.ContextLength {
			small = append(small, s.Name)
		}
		if i < len(looks) && looks[i].person && (q.telling == nil || looks[i].keeps.Err != q.telling.Err) {
			if need := looks[i].keeps.Err.Error(); !slices.Contains(needs, need) {
				needs = append(needs, need)
			}
		}
	}
	if len(small) > 0 {
		needs = append(needs,
			fmt.Sprintf("about %d tokens are too many for %s: retry by a recipe that names a model with a larger window", q.need,
				strings.Join(small, ", ")))
	}
	return strings.Join(needs, "; ")
}

func (q *question) overspent() *failure.Error {
	for _, p := range q.plan.Budgets {
		if spent, limit := p.Spent(); !p.Allows(0) || spent >= limit {
			return failure.New(failure.Budget, fmt.Sprintf("$%.2f of the $%.2f that may be spent are spent", spent, limit), failure.Budget.Action())
		}
	}
	return failure.New(failure.Budget, fmt.Sprintf("the next question, about %s, would cost more than is left to spend",
		q.name.Unit), failure.Budget.Action())
}

// nobody is the failure of a question that nobody was, or could have been, asked.
func (q *question) nobody(looks []look) *failure.Error {
	if len(looks) == 0 {
		return q.unconfigured()
	}
	largest := 0
	for i, l := range looks {
		if l.verdict.Reason == SmallWindow {
			largest = max(largest, q.order[i].Spec.Window)
		}
	}
	if largest > 0 {
		return failure.New(failure.ContextLength,
			fmt.Sprintf("the question about %s has about %d tokens, and the largest window in the chain is %d", q.name.Unit, q.need, largest),
			"retry by a recipe that names a model with a larger window")
	}
	return failure.New(failure.NoProvider, fmt.Sprintf("nobody can be asked about %s (%s: %s)", q.name.Unit, looks[0].verdict.Model,
		looks[0].verdict.Detail),
		"mend what keeps the providers from being asked, then retry")
}

// unconfigured is the failure of a question for which the chain has nobody.
func (q *question) unconfigured() *failure.Error {
	var why []string
	for _, s := range q.plan.Skipped {
		why = append(why, s.Model+" ("+s.Detail+")")
	}
	return failure.New(failure.NoProvider, "no model of the chain can be asked: "+strings.Join(why, ", "),
		"set one of the keys, then retry; or retry by a recipe that names other models")
}
