// Package incident finds out what is wrong now, since when, and what it does to runs: from what
// is known of the providers, and from the events of runs.
package incident

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/health"
	"github.com/cineforge/cineforge/internal/providers"
	"github.com/cineforge/cineforge/internal/storage"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
)

const (
	// usualWindow is how far back an incident goes at the most if nothing is asked for.
	usualWindow = 24 * time.Hour
	// longestWindow is how far back can be asked for.
	longestWindow = 31 * 24 * time.Hour
	// before is for how long before a trouble was noticed its first failure is looked for.
	before = time.Hour
	// maxListed is how many runs or acts a list has at the most.
	maxListed = 50
)

// Options are what a service works with.
type Options struct {
	Providers *providers.Service
	Attempts  storage.Attempts

	// UnderWay lists the runs that are not over, drills too.
	UnderWay func(ctx context.Context) ([]run.Overview, error)
}

// Service reports incidents. It is safe for concurrent use.
type Service struct{ Options }

// New returns a service.
func New(o Options) *Service { return &Service{o} }

// ParseSince reads when figures begin: a time as RFC 3339 has it, or how long ago it was; the
// zero time for "".
func ParseSince(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return t, nil
	}
	d, err := time.ParseDuration(text)
	if err != nil || d <= 0 {
		return time.Time{}, failure.New(failure.Input, fmt.Sprintf("since is neither a time nor a length of time: %q", text),
			"write it as 2026-11-30T13:00:00Z or 2h")
	}
	return time.Now().Add(-d), nil
}

// Report says what is wrong now. Its figures begin at since; for the zero time, when the trouble
// began, or a day ago if there is none.
func (s *Service) Report(ctx context.Context, since time.Time) (health.Incident, error) {
	now := time.Now().UTC()
	if !since.IsZero() && (since.After(now) || now.Sub(since) > longestWindow) {
		return health.Incident{}, failure.New(failure.Input,
			fmt.Sprintf("since has to be in the last %d days, not %s", int(longestWindow.Hours())/24, since.UTC().Format(time.RFC3339)),
			"give a time such as 2026-11-30T13:00:00Z, or a duration such as 2h")
	}
	list, err := s.Providers.List(ctx)
	if err != nil {
		return health.Incident{}, err
	}
	under, err := s.UnderWay(ctx)
	if err != nil {
		return health.Incident{}, err
	}
	r := &report{Service: s, now: now, under: real(under)}
	r.out.At = now
	r.out.Drills = len(under) - len(r.under)
	for _, p := range list {
		r.troubles = append(r.troubles, health.TroubleOf(p))
	}
	for _, step := range []func(context.Context) error{
		r.begin, func(ctx context.Context) error { return r.from(ctx, since) }, r.move, r.count, r.effects, r.acts, r.earlier,
	} {
		if err := step(ctx); err != nil {
			return health.Incident{}, err
		}
	}
	return r.finish(), nil
}

// real returns the runs that are no drills.
func real(all []run.Overview) (runs []run.Overview) {
	for _, o := range all {
		if o.Drill == "" {
			runs = append(runs, o)
		}
	}
	return runs
}

// report is an incident under way to be reported.
type report struct {
	*Service
	now      time.Time
	under    []run.Overview // the real runs that are not over
	troubles []health.ProviderTrouble
	window   storage.Window
	moves    map[string][]storage.FallbackCount // by run
	movers   []string                           // the runs, by their first move
	answers  map[answerer]int                   // since a run's first move
	went     map[string]int                     // runs that went to a provider
	answered map[string]time.Time               // when a provider answered last
	out      health.Incident
}

// answerer is a provider that answers in a run.
type answerer struct{ run, provider string }

// begin dates what providers fail with back to the first failure since they answered last.
func (r *report) begin(ctx context.Context) error {
	first := r.now
	for _, t := range r.troubles {
		if t.Since != nil && t.Since.Before(first) && dated(t.State) {
			first = *t.Since
		}
	}
	if first.Equal(r.now) {
		return nil
	}
	w := storage.Window{From: latest(first.Add(-before), r.now.Add(-usualWindow)), Until: r.now.Add(time.Millisecond)}
	began := map[string]time.Time{}
	for a, err := range r.Attempts.Ended(ctx, w) {
		switch _, failing := began[a.Provider]; {
		case err != nil:
			return err
		case a.Answered:
			delete(began, a.Provider)
		case !failing && a.Class != failure.Canceled:
			began[a.Provider] = a.At
		}
	}
	for i, t := range r.troubles {
		if at, ok := began[t.Provider]; ok && t.Since != nil && at.Before(*t.Since) && dated(t.State) {
			r.troubles[i].Since = &at
		}
	}
	return nil
}

// dated reports whether a state began with a failure.
func dated(s health.ProviderState) bool {
	switch s {
	case health.StateWell, health.StateNoKey, health.StateHeld:
		return false
	}
	return true
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// from decides when the figures begin.
func (r *report) from(ctx context.Context, since time.Time) error {
	if err := r.holds(ctx); err != nil {
		return err
	}
	if since.IsZero() {
		if since = r.troubled(); since.IsZero() {
			since = r.now.Add(-usualWindow)
		}
		since = latest(since, r.now.Add(-usualWindow))
	}
	r.out.Since = since.UTC()
	r.window = storage.Window{From: since, Until: r.now.Add(time.Millisecond)}
	return nil
}

// troubled returns when the trouble began; the zero time if there is none.
func (r *report) troubled() (since time.Time) {
	earlier := func(at time.Time) {
		if since.IsZero() || at.Before(since) {
			since = at
		}
	}
	for _, t := range r.troubles {
		if t.Since != nil && inTrouble(t.State) {
			earlier(*t.Since)
		}
	}
	for _, o := range r.under {
		if o.Status == run.Waiting && o.WaitingSince != nil {
			earlier(o.WaitingSince.Time)
		}
	}
	return since
}

// holds completes the providers that are held by since when.
func (r *report) holds(ctx context.Context) error {
	for i, t := range r.troubles {
		if t.State != health.StateHeld {
			continue
		}
		acts, err := r.Providers.Events(ctx, providers.EventsQuery{Provider: t.Provider, Acts: true, Limit: maxListed})
		if err != nil {
			return err
		}
		at := slices.IndexFunc(acts, func(e health.ProviderEvent) bool { return e.Kind == health.EventHeld })
		if at >= 0 {
			r.troubles[i].Since = &acts[at].At
		}
	}
	return nil
}

// move notes which runs went to another provider since the incident began.
func (r *report) move(ctx context.Context) error {
	counts, err := r.Attempts.Fallbacks(ctx, r.window)
	r.moves = map[string][]storage.FallbackCount{}
	for _, c := range counts { // by their first one
		if r.moves[c.RunID] == nil {
			r.movers = append(r.movers, c.RunID)
		}
		r.moves[c.RunID] = append(r.moves[c.RunID], c)
	}
	return err
}

// count adds up the attempts since the incident began.
func (r *report) count(ctx context.Context) error {
	var total providers.Sums
	sums := map[string]*providers.Sums{}
	faults := map[string]providers.Faults{}
	r.answers = map[answerer]int{}
	r.answered = map[string]time.Time{}
	for a, err := range r.Attempts.Ended(ctx, r.window) {
		if err != nil {
			return err
		}
		if sums[a.Provider] == nil {
			sums[a.Provider] = &providers.Sums{}
			faults[a.Provider] = providers.Faults{}
		}
		total.Add(a, false)
		sums[a.Provider].Add(a, false)
		faults[a.Provider].Add(a)
		switch {
		case a.Answered:
			if a.At.After(r.answered[a.Provider]) {
				r.answered[a.Provider] = a.At
			}
			if moves := r.moves[a.RunID]; moves != nil && !a.At.Before(moves[0].First) {
				r.answers[answerer{a.RunID, a.Provider}]++
			}
		case a.Class != failure.Canceled:
			if r.out.FirstAt == nil {
				r.out.FirstAt = new(a.At)
			}
			r.out.LastAt = new(a.At)
		}
	}
	r.out.Attempts = total.Result()
	r.troubles = slices.DeleteFunc(r.troubles, func(t health.ProviderTrouble) bool {
		return t.State == health.StateNoKey && sums[t.Provider] == nil
	})
	for _, name := range slices.Sorted(maps.Keys(sums)) { // those that are configured no more
		if !slices.ContainsFunc(r.troubles, func(t health.ProviderTrouble) bool { return t.Provider == name }) {
			state := health.StateNoKey
			if name == event.Offline { // which needs no configuration
				state = health.StateWell
			}
			r.troubles = append(r.troubles, health.ProviderTrouble{Provider: name, State: state})
		}
	}
	for i := range r.troubles {
		t := &r.troubles[i]
		if t.Faults = []health.FaultCount{}; sums[t.Provider] == nil {
			continue
		}
		f := sums[t.Provider].Result()
		t.Answered = f.Answered
		t.Failed = f.Failed
		t.Canceled = f.Canceled
		t.CostUSD = f.CostUSD
		t.Wasted = f.WastedCostUSD
		t.Faults, _ = faults[t.Provider].List()
	}
	return nil
}

// acts lists what operators did since the incident began.
func (r *report) acts(ctx context.Context) (err error) {
	r.out.Acts, err = r.Providers.Events(ctx, providers.EventsQuery{
		From: r.window.From, Until: r.window.Until, Acts: true, Limit: maxListed + 1,
	})
	if len(r.out.Acts) > maxListed {
		r.out.Acts = r.out.Acts[:maxListed]
		r.out.ActsCut = true
	}
	return err
}

// finish puts the parts together.
func (r *report) finish() health.Incident {
	slices.SortStableFunc(r.troubles, func(a, b health.ProviderTrouble) int {
		if x, y := inTrouble(a.State), inTrouble(b.State); x != y {
			if x {
				return -1
			}
			return 1
		}
		if !inTrouble(a.State) || a.Since == nil || b.Since == nil {
			return 0
		}
		return a.Since.Compare(*b.Since)
	})
	r.out.Providers = append([]health.ProviderTrouble{}, r.troubles...)
	r.out.Next = r.next()
	r.out.Well = !slices.ContainsFunc(r.troubles, func(t health.ProviderTrouble) bool { return inTrouble(t.State) }) &&
		r.out.Runs.WaitingTotal+r.out.Runs.PausedTotal == 0
	r.out.Message = r.sentence()
	return r.out
}

// inTrouble reports whether a state keeps a provider that is configured from being asked.
func inTrouble(s health.ProviderState) bool { return s != health.StateWell && s != health.StateNoKey }
