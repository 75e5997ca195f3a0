package incident

import (
	"context"
	"slices"
	"time"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/health"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
)

// maxFailures is how many failed stages are looked at, the last ones.
const maxFailures = 2000

// effects lists the runs that the trouble has an effect on, each once.
func (r *report) effects(ctx context.Context) error {
	listed := map[string]bool{}
	failed, err := r.failed(ctx)
	if err != nil {
		return err
	}
	paused, waiting := r.heldUp()
	fallen := r.fallen()
	to := &r.out.Runs
	to.Failed, to.FailedTotal = once(listed, failed)
	to.Paused, to.PausedTotal = once(listed, paused)
	to.Waiting, to.WaitingTotal = once(listed, waiting)
	for i := range to.Waiting { // what a run that waits now did before is part of its story
		if at := slices.IndexFunc(fallen, func(f health.AffectedRun) bool { return f.RunID == to.Waiting[i].RunID }); at >= 0 {
			to.Waiting[i].From = fallen[at].From
			to.Waiting[i].To = fallen[at].To
			to.Waiting[i].Answers = fallen[at].Answers
		}
	}
	r.went = map[string]int{}
	for _, f := range fallen {
		if !listed[f.RunID] {
			r.went[f.To]++
		}
	}
	to.FallenOver, to.FallenOverTotal = once(listed, fallen)
	return nil
}

// once returns the runs that are in no list yet, as many as a list has, and how many there are.
func once(listed map[string]bool, runs []health.AffectedRun) (list []health.AffectedRun, total int) {
	list = []health.AffectedRun{}
	for _, o := range runs {
		if listed[o.RunID] {
			continue
		}
		listed[o.RunID] = true
		if total++; total <= maxListed {
			list = append(list, o)
		}
	}
	return list, total
}

// failed lists the runs that failed since the incident began, latest first. What is wrong with an
// input, or with a limit on the cost, is no incident.
func (r *report) failed(ctx context.Context) (all []health.AffectedRun, err error) {
	found, err := r.Attempts.StageFailures(ctx, r.window, maxFailures)
	for _, e := range found {
		b, ok := e.Body.(event.StageFailed)
		if !ok || b.ErrorClass == failure.Input || b.ErrorClass == failure.Budget {
			continue
		}
		all = append(all, health.AffectedRun{
			RunID: e.RunID, ProjectID: e.ProjectID, Status: run.RunFailed, Since: new(e.Time.UTC()), Class: b.ErrorClass, Error: b.Error,
		})
	}
	return all, err
}

// heldUp lists the runs that wait, and those that are paused for want of an answer.
func (r *report) heldUp() (paused, waiting []health.AffectedRun) {
	for _, o := range r.under {
		one := health.AffectedRun{
			RunID: o.RunID, ProjectID: o.ProjectID, InputName: o.InputName, Status: o.Status, Since: moment(o.WaitingSince),
			Until: moment(o.NextAttemptAt), WaitsFor: o.WaitsFor, Needs: o.Needs, Reason: string(o.PauseReason), Error: o.Error,
		}
		switch {
		case o.Status == run.Waiting:
			if o.WaitReason != nil && one.Error == "" {
				one.Error = *o.WaitReason
			}
			waiting = append(waiting, one)
		case o.Status == run.Paused && (o.PauseReason == event.Exhausted || o.PauseReason == event.ProcessDeaths):
			paused = append(paused, one)
		}
	}
	slices.SortStableFunc(waiting, func(a, b health.AffectedRun) int {
		switch {
		case a.Since == nil && b.Since == nil:
			return 0
		case a.Since == nil:
			return 1
		case b.Since == nil:
			return -1
		}
		return a.Since.Compare(*b.Since)
	})
	return paused, waiting
}

func moment(t *run.UnixTime) *time.Time {
	if t == nil {
		return nil
	}
	return new(t.UTC())
}

// fallen lists the runs that went to another provider since the incident began, latest first: from
// the provider that they left first to the one that has given them most answers since.
func (r *report) fallen() (all []health.AffectedRun) {
	for _, id := range slices.Backward(r.movers) {
		list := r.moves[id]
		one := health.AffectedRun{
			RunID: id, ProjectID: list[0].ProjectID, Since: new(list[0].First), From: list[0].From, To: list[len(list)-1].To,
		}
		for _, c := range list {
			if n := r.answers[answerer{id, c.To}]; c.To != one.From && n > one.Answers {
				one.To = c.To
				one.Answers = n
			}
		}
		if at := slices.IndexFunc(r.under, func(o run.Overview) bool { return o.RunID == id }); at >= 0 {
			one.Status = r.under[at].Status
			one.InputName = r.under[at].InputName
		}
		if one.To != one.From {
			all = append(all, one)
		}
	}
	return all
}
