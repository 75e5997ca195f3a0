package chain

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/llm"
	"github.com/cineforge/cineforge/llm/health"
	"github.com/cineforge/cineforge/llm/spend"
)

// Stage is the asking of one stage attempt. It is an [llm.Model], and safe for
// concurrent use.
type Stage struct {
	router     *Router
	plan       Plan
	candidates []*candidate
	routes     []*health.Route // of the candidates
	providers  int             // how many there are
	observer   Observer

	suspension suspension
	costs      spend.Average // of its answers

	mu          sync.Mutex         // guards what follows
	isExpedited bool               // an operator wants no waiting
	probes      bool               // candidates that are left alone are tried at the first request
	unapplied   bool               // an operator's order is to be applied to what is remembered of the providers
	operator    time.Time          // when an operator last said that what needs a person may be mended
	exclusions  map[int]*exclusion // the candidates that the stage keeps away from, by their index
	progress    time.Time
	expedite    chan struct{} // closed and replaced when an operator wants no more waiting
}

// candidate is a model in its place in the chain.
type candidate struct {
	llm.Candidate
	index         int // in the chain
	providerIndex int // which of the chain's providers, from 0
	route         health.Route
	orElse        string // what follows the failure of another one if this one is next
}

var _ llm.Model = (*Stage)(nil)

// NewStage begins the asking of a stage attempt.
func (r *Router) NewStage(p Plan, o Observer) *Stage {
	s := &Stage{
		router:     r,
		plan:       p,
		observer:   o,
		progress:   p.Progress,
		operator:   p.Operator,
		probes:     p.Probe,
		exclusions: map[int]*exclusion{},
		expedite:   make(chan struct{}),
	}
	s.suspension.init()
	if s.progress.IsZero() {
		s.progress = time.Now()
	}
	s.plan.MaxAttempts = max(p.MaxAttempts, 1)
	providers, models := map[string]int{}, map[int]int{}
	for i, c := range p.Candidates {
		endpoint := cmp.Or(c.Endpoint, c.Provider)
		provider, known := providers[endpoint]
		if !known {
			provider = len(providers)
			providers[endpoint] = provider
		}
		s.candidates = append(s.candidates, &candidate{
			Candidate:     c,
			index:         i,
			providerIndex: provider,
			orElse:        "if it fails: the same again if such a fault passes soon, else " + c.Name,
		})
		models[provider]++
	}
	s.routes = make([]*health.Route, len(s.candidates))
	for i, c := range s.candidates {
		c.route = r.health.NewRoute(health.Way{
			Endpoint:   cmp.Or(c.Endpoint, c.Provider),
			Provider:   c.Provider,
			Model:      c.Name,
			Credential: c.Credential,
			Only:       models[c.providerIndex] == 1,
		})
		s.routes[i] = &c.route
	}
	s.providers = len(providers)
	return s
}

// errStageTime ends what is under way when the stage's time is up.
var errStageTime = errors.New("the stage's time is spent")

// Generate has a request answered by a candidate that can; see [llm.Model]. The error is a
// [*GivenUp], or the observer's, or says that ctx is done.
func (s *Stage) Generate(ctx context.Context, req llm.Request) (llm.Response, error) {
	if !s.plan.Deadline.IsZero() {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadlineCause(ctx, s.plan.Deadline, errStageTime)
		defer cancel()
	}
	s.suspension.begin()
	defer s.suspension.end()
	s.router.health.Sync(ctx)
	s.router.health.Clock().Check()
	s.applyOrders()
	q := newRequest(s, req)
	defer q.leave()
	if err := q.wait.finish(ctx); err != nil {
		return llm.Response{}, err
	}
	resp, err := q.answer(ctx)
	if err == nil {
		s.Progress()
	}
	return resp, err
}

// emit records events, before the stage acts on them. All events go through here.
func (s *Stage) emit(ctx context.Context, events ...Event) error {
	if len(events) == 0 {
		return nil
	}
	return s.observer.Observe(ctx, events...)
}

// Progress notes that the stage came forward, so that it may wait as long as at first.
func (s *Stage) Progress() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if now := time.Now(); now.After(s.progress) {
		s.progress = now
	}
}

// patience returns until when the stage may wait, and the limit that ends that.
func (s *Stage) patience() (until time.Time, limit string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	until = s.progress.Add(s.plan.MaxWait)
	if d := s.plan.Deadline; !d.IsZero() && d.Before(until) {
		return d, LimitOfStage
	}
	return until, LimitOfWait
}

// operatorAt returns when an operator last said that what needs a person may be mended.
func (s *Stage) operatorAt() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.operator
}

// exclusion keeps the stage away from a candidate whose first answer ever was a bare refusal:
// as long as a cooldown would, but no other stage.
type exclusion struct {
	cause      *health.Fault
	set, until time.Time
	times      int
}

// exclude keeps the stage away from a candidate, for a failure.
func (s *Stage) exclude(c *candidate, f *failure.Error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e, now := s.exclusions[c.index], time.Now()
	if e == nil {
		e = &exclusion{}
		s.exclusions[c.index] = e
	}
	if now.Before(e.until) { // by a call that was under way
		return
	}
	e.times++
	e.cause = c.fault(f)
	e.set = now
	e.until = now.Add(health.PersonWait(f.Class, e.times))
}

// excluded returns what keeps the stage away from a candidate, and until when; nil if nothing does.
func (s *Stage) excluded(c *candidate, now time.Time) (*health.Fault, time.Time) {
	released := c.route.ReleasedAt()
	s.mu.Lock()
	defer s.mu.Unlock()
	e := s.exclusions[c.index]
	if e == nil || !now.Before(e.until) || e.set.Before(released) {
		return nil, time.Time{}
	}
	return e.cause, e.until
}

// TryNow ends all waiting of the stage, in an operator's name: the candidates that it would
// wait for are tried once more.
func (s *Stage) TryNow() {
	s.tryAll()
	s.mu.Lock()
	s.isExpedited = true
	s.unapplied = true
	s.operator = time.Now()
	clear(s.exclusions)
	close(s.expedite)
	s.expedite = make(chan struct{})
	s.mu.Unlock()
	s.router.health.Wake()
}

// tryAll lets a request through to each candidate that is left alone.
func (s *Stage) tryAll() {
	for _, r := range s.routes {
		r.TryNow()
	}
}

// applyOrders does once more what TryNow did, now that it is known which candidates are left
// alone: in a process that has just begun none was. When a person resumes a run, the same is
// done for breakers, which are then tried as often as requests in operators' names go through
// cooldowns.
func (s *Stage) applyOrders() {
	s.mu.Lock()
	unapplied, probes := s.unapplied, s.probes
	s.unapplied = false
	s.probes = false
	s.mu.Unlock()
	switch {
	case unapplied:
		s.tryAll()
	case probes:
		for _, r := range s.routes {
			r.ProbeForOperator()
		}
	}
}

// expedited returns a channel that is closed when an operator wants no more waiting, and
// whether one ever did.
func (s *Stage) expedited() (<-chan struct{}, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.expedite, s.isExpedited
}

// order returns the candidates, and their routes, in the order for a role. A second opinion
// is not asked of the first choice, unless there is no other one.
func (s *Stage) order(role llm.Role) ([]*candidate, []*health.Route) {
	if role != llm.Escalate || len(s.candidates) < 2 {
		return s.candidates, s.routes
	}
	return append(slices.Clone(s.candidates[1:]), s.candidates[0]), append(slices.Clone(s.routes[1:]), s.routes[0])
}

// fault returns a failure of the candidate.
func (c *candidate) fault(f *failure.Error) *health.Fault {
	return &health.Fault{Provider: c.Provider, Model: c.Name, Err: f}
}
