package providers

import (
	"context"
	"slices"
	"time"

	"github.com/cineforge/cineforge/health"
	"github.com/cineforge/cineforge/resilience/limit"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
)

// maxWaiting is how many of the runs are listed that wait for a provider.
const maxWaiting = 20

// waitingFor counts the runs that a provider could let go on, and lists those that wait longest.
func waitingFor(provider string, waiting []run.Overview) (n int, list []health.WaitingRun) {
	list = []health.WaitingRun{}
	for _, r := range waiting {
		if slices.Contains(r.WaitsFor, provider) {
			list = append(list, health.WaitingRun{
				RunID: r.RunID, ProjectID: r.ProjectID, Since: moment(r.WaitingSince), Until: moment(r.NextAttemptAt),
			})
		}
	}
	n = len(list)
	slices.SortStableFunc(list, func(a, b health.WaitingRun) int { return byTime(a.Since, b.Since) })
	return n, list[:min(n, maxWaiting)]
}

// byTime compares times, of which those that are not known come last.
func byTime(a, b *time.Time) int {
	switch {
	case a == nil && b == nil:
		return 0
	case a == nil:
		return 1
	case b == nil:
		return -1
	}
	return a.Compare(*b)
}

// moment returns a time of a run's state in the form of this package.
func moment(t *run.UnixTime) *time.Time {
	if t == nil {
		return nil
	}
	return new(t.UTC())
}

// addLastFailure completes how a provider failed last by the event of that failure. What the
// process knows by itself stays if the log has no such event any more.
func (s *Service) addLastFailure(ctx context.Context, h *health.Provider, now time.Time) error {
	e, err := s.attempts.LastFailed(ctx, h.Name, now.Add(time.Millisecond))
	b, ok := e.Body.(event.AttemptFailed)
	if err != nil || !ok {
		return err
	}
	f := b.Failure()
	h.Last = &health.LastFault{
		At: new(e.Time.UTC()), RunID: e.RunID, StageID: b.StageID, Unit: b.Unit,
		Model: b.Model, Class: b.ErrorClass, Codes: codesOf(f), Message: b.Error, RequestID: f.RequestID,
	}
	return nil
}

// roomOf returns what was learned of how many calls a model takes at a time; nil for nothing.
func roomOf(s *limit.Snapshot) *health.Room {
	if s == nil {
		return nil
	}
	return &health.Room{
		Calls: max(int(s.Limit), 1), Of: int(s.Start), Because: "it answered that there were too many calls", CutAt: s.CutAt.UTC(),
	}
}
