package providers

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/health"
	"github.com/cineforge/cineforge/internal/storage"
)

// HistoryQuery says what of the providers' history is wanted.
type HistoryQuery struct {
	Provider string        // "" for all
	Window   time.Duration // up to now; an hour if it is 0
	Bucket   time.Duration // how long each part is; about a sixtieth of the window if it is 0
	Drills   bool          // the attempts of drills, in place of those of real runs
}

// The limits of a history.
const (
	maxBuckets    = 500
	longestWindow = 31 * 24 * time.Hour
	usualWindow   = time.Hour
	usualBuckets  = 60
)

// niceBuckets are the lengths of buckets of which one is taken where none is asked for.
var niceBuckets = []time.Duration{
	time.Second, 5 * time.Second, 10 * time.Second, 30 * time.Second, time.Minute, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute,
	15 * time.Minute, 30 * time.Minute, time.Hour, 2 * time.Hour, 6 * time.Hour, 12 * time.Hour, 24 * time.Hour,
}

// resolve fills in what the query leaves open, and refuses what would be no history.
func (q *HistoryQuery) resolve() error {
	if q.Window == 0 {
		q.Window = usualWindow
	}
	if q.Bucket == 0 {
		i := slices.IndexFunc(niceBuckets, func(b time.Duration) bool { return b*usualBuckets >= q.Window })
		if i < 0 {
			i = len(niceBuckets) - 1
		}
		q.Bucket = niceBuckets[i]
	}
	switch {
	case q.Window < time.Second || q.Window > longestWindow:
		return failure.New(failure.Input, fmt.Sprintf("the window has to be between 1s and %dh, not %v", int(longestWindow.Hours()), q.Window),
			"give a duration such as 1h or 24h")
	case q.Bucket < time.Second || q.Bucket%time.Second != 0:
		return failure.New(failure.Input, fmt.Sprintf("a bucket is some whole seconds long, not %v", q.Bucket), "give a duration such as 1m")
	case q.Bucket > q.Window:
		return failure.New(failure.Input, fmt.Sprintf("a bucket of %v is longer than the window of %v", q.Bucket, q.Window),
			"make the window longer, or the bucket shorter")
	case q.Window > q.Bucket*maxBuckets:
		return failure.New(failure.Input, fmt.Sprintf("a window of %v has more than %d buckets of %v", q.Window, maxBuckets, q.Bucket),
			fmt.Sprintf("make the bucket at least %v long", (q.Window/maxBuckets).Truncate(time.Second)+time.Second))
	}
	return nil
}

// window returns the time that a history is about. Its ends are full buckets since the epoch,
// so that the same bucket has the same begin each time.
func (q *HistoryQuery) window(now time.Time) storage.Window {
	until := now.UTC().Truncate(q.Bucket).Add(q.Bucket)
	buckets := (q.Window + q.Bucket - 1) / q.Bucket
	return storage.Window{From: until.Add(-buckets * q.Bucket), Until: until, Drills: q.Drills, Provider: q.Provider}
}

// providerSeries is what attempts at a provider add up to.
type providerSeries struct {
	*series
	models map[string]*series
	faults Faults
}

func newProviderSeries() *providerSeries {
	return &providerSeries{series: newSeries(), models: map[string]*series{}, faults: Faults{}}
}

func (s *providerSeries) add(a storage.EndedAttempt, w storage.Window, bucket time.Duration) {
	s.series.add(a, w, bucket)
	if s.models[a.Model] == nil {
		s.models[a.Model] = newSeries()
	}
	s.models[a.Model].add(a, w, bucket)
	s.faults.Add(a)
}

func (s *providerSeries) history(name string) health.ProviderHistory {
	h := health.ProviderHistory{
		Provider: name, Total: s.total.Result(), Buckets: s.list(), Models: []health.ModelHistory{}, Intervals: []health.Interval{},
	}
	h.Faults, h.Fault = s.faults.List()
	for _, model := range slices.Sorted(maps.Keys(s.models)) {
		m := s.models[model]
		h.Models = append(h.Models, health.ModelHistory{Model: model, Total: m.total.Result(), Buckets: m.list()})
	}
	return h
}

// History returns how providers did over a time, from the events of that time: those that are
// configured, and those that were asked then.
func (s *Service) History(ctx context.Context, q HistoryQuery) (health.History, error) {
	if err := q.resolve(); err != nil {
		return health.History{}, err
	}
	w := q.window(time.Now())
	asked, err := s.asked(ctx, w, q.Bucket)
	if err != nil {
		return health.History{}, err
	}
	names, err := s.reported(q.Provider, asked)
	if err != nil {
		return health.History{}, err
	}
	intervals, cut := map[string][]health.Interval{}, false
	if !q.Drills { // which have no part in the health of real providers
		if intervals, cut, err = s.Intervals(ctx, w); err != nil {
			return health.History{}, err
		}
	}
	h := health.History{
		From: w.From, Until: w.Until, BucketSeconds: int(q.Bucket / time.Second), Drill: q.Drills, Providers: []health.ProviderHistory{},
	}
	for _, name := range names {
		of := asked[name]
		if of == nil {
			of = newProviderSeries()
		}
		one := of.history(name)
		one.Intervals = append(one.Intervals, intervals[name]...)
		one.Cut = cut
		h.Providers = append(h.Providers, one)
	}
	return h, nil
}

// asked adds up the attempts of a window by provider.
func (s *Service) asked(ctx context.Context, w storage.Window, bucket time.Duration) (map[string]*providerSeries, error) {
	asked := map[string]*providerSeries{}
	for a, err := range s.attempts.Ended(ctx, w) {
		if err != nil {
			return nil, err
		}
		if asked[a.Provider] == nil {
			asked[a.Provider] = newProviderSeries()
		}
		asked[a.Provider].add(a, w, bucket)
	}
	return asked, nil
}

// reported lists the providers that a history is about: one, or all that are configured, and then those
// that were asked besides. It returns an error if there is no such provider.
func (s *Service) reported(one string, asked map[string]*providerSeries) ([]string, error) {
	if one != "" {
		if _, err := s.provider(one); err != nil && asked[one] == nil {
			return nil, err
		}
		return []string{one}, nil
	}
	names := namesOf(s.source.models.Providers)
	for _, name := range slices.Sorted(maps.Keys(asked)) {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names, nil
}

// namesOf lists providers by their names.
func namesOf(all []Provider) (names []string) {
	for _, p := range all {
		names = append(names, p.Name)
	}
	return names
}
