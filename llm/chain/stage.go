package chain

import (
	"cmp"
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/llm"
	"github.com/cineforge/cineforge/llm/spend"
	"github.com/cineforge/cineforge/resilience/limit"
)

// random is the source of chance where the options name none.
func random() float64 { return rand.Float64() }

// Stage is the asking of one stage attempt. It is an [llm.Model], and safe for
// concurrent use.
type Stage struct {
	router   *Router
	plan     Plan
	seats    []*seat
	vendors  int // how many providers there are
	observer Observer

	sleepers sleepers
	costs    spend.Average // of its answers

	mu       sync.Mutex   // guards what follows
	hurried  bool         // an operator wants no waiting
	probes   bool         // who is left alone is tried at the first question
	unheard  bool         // and what is remembered of the providers may still say otherwise
	operator time.Time    // when an operator last said that what needs a person may be mended
	bars     map[int]*bar // the candidates that the stage keeps away from, by their places
	progress time.Time
	now      chan struct{} // closed and replaced when an operator wants no more waiting
}

// seat is a candidate in its place in the chain.
type seat struct {
	llm.Candidate
	at       int  // in the chain
	vendor   int  // which of the chain's providers, from 0
	only     bool // whether it is the only model of its provider in the chain
	provider *provider
	model    *model
	limiter  *limit.Limiter
	orElse   string // what follows the failure of another one if this one is next
}

var _ llm.Model = (*Stage)(nil)

// Stage begins the asking of a stage attempt.
func (r *Router) Stage(p Plan, o Observer) *Stage {
	s := &Stage{router: r, plan: p, observer: o, progress: p.Progress, operator: p.Operator, probes: p.Probe, bars: map[int]*bar{},
		now:      make(chan struct{}),
		sleepers: sleepers{asleep: map[*question]longWait{}, woken: make(chan struct{})}}
	if s.progress.IsZero() {
		s.progress = time.Now()
	}
	s.plan.MaxAttempts = max(p.MaxAttempts, 1)
	vendors, models := map[string]int{}, map[int]int{}
	for i, c := range p.Candidates {
		endpoint := cmp.Or(c.Endpoint, c.Provider)
		vendor, known := vendors[endpoint]
		if !known {
			vendor = len(vendors)
			vendors[endpoint] = vendor
		}
		at := &seat{Candidate: c, at: i, vendor: vendor, provider: r.provider(endpoint)}
		at.orElse = "if it fails: the same again if such a fault passes soon, else " + c.Name
		at.model = at.provider.model(c.Name)
		at.limiter = at.provider.limiter(at.model, c.Credential)
		s.seats = append(s.seats, at)
		models[vendor]++
	}
	for _, at := range s.seats {
		at.only = models[at.vendor] == 1
	}
	s.vendors = len(vendors)
	return s
}

// errStageTime ends what is under way when the stage's time is up.
var errStageTime = errors.New("the stage's time is spent")

// Generate has a request answered by whoever can; see [llm.Model]. The error is a
// [*GivenUp], or the observer's, or says that ctx is done.
func (s *Stage) Generate(ctx context.Context, req llm.Request) (llm.Response, error) {
	if !s.plan.Deadline.IsZero() {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadlineCause(ctx, s.plan.Deadline, errStageTime)
		defer cancel()
	}
	s.sleepers.begin()
	defer s.sleepers.end()
	s.router.sync(ctx)
	s.router.clock.Check()
	s.insist()
	q := s.question(req)
	defer q.leave()
	if err := q.sleepOn(ctx); err != nil {
		return llm.Response{}, err
	}
	resp, err := q.answer(ctx)
	if err == nil {
		s.came(time.Now())
	}
	return resp, err
}

// came notes that the stage came forward.
func (s *Stage) came(at time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if at.After(s.progress) {
		s.progress = at
	}
}

// Progress notes that the stage came forward by itself, so that it may wait anew.
func (s *Stage) Progress() { s.came(time.Now()) }

// patience returns until when the stage may wait.
func (s *Stage) patience() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	until := s.progress.Add(s.plan.MaxWait)
	if d := s.plan.Deadline; !d.IsZero() && d.Before(until) {
		return d
	}
	return until
}

// word returns when an operator last said that what needs a person may be mended.
func (s *Stage) word() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.operator
}

// bar keeps the stage away from a candidate whose first answer ever was a bare refusal: as
// long as a gate would, but nobody else.
type bar struct {
	cause      *Fault
	set, until time.Time
	times      int
}

// bar keeps the stage away from a candidate, for a failure.
func (s *Stage) bar(at *seat, f *failure.Error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	b, now := s.bars[at.at], time.Now()
	if b == nil {
		b = &bar{}
		s.bars[at.at] = b
	}
	if now.Before(b.until) { // by a call that was under way
		return
	}
	b.times++
	b.cause, b.set, b.until = &Fault{at.Provider, at.Name, f}, now, now.Add(personWait(f.Class, b.times))
}

// barred returns what keeps the stage away from a candidate, and until when; nil if nothing does.
func (s *Stage) barred(at *seat, now time.Time) (*Fault, time.Time) {
	released := at.provider.releasedAt()
	s.mu.Lock()
	defer s.mu.Unlock()
	b := s.bars[at.at]
	if b == nil || !now.Before(b.until) || b.set.Before(released) {
		return nil, time.Time{}
	}
	return b.cause, b.until
}

// TryNow ends all waiting of the stage, in an operator's name: whoever it would wait
// for is tried once more.
func (s *Stage) TryNow() {
	s.open()
	s.mu.Lock()
	s.hurried, s.unheard, s.operator = true, true, time.Now()
	clear(s.bars)
	close(s.now)
	s.now = make(chan struct{})
	s.mu.Unlock()
	s.router.wake(false)
}

// open lets a question through to everybody who is left alone.
func (s *Stage) open() {
	for _, at := range s.seats {
		at.provider.tryNow(at.model, at.Credential)
	}
}

// insist does once more what TryNow did, now that it is known who is left alone: in a
// process that has just begun nobody was. Whoever has a run go on wants the same of
// breakers, which are then tried as often as questions in operators' names go through gates.
func (s *Stage) insist() {
	s.mu.Lock()
	unheard, probes := s.unheard, s.probes
	s.unheard, s.probes = false, false
	s.mu.Unlock()
	switch {
	case unheard:
		s.open()
	case probes:
		for _, at := range s.seats {
			at.provider.probeFor(at.model)
		}
	}
}

// called returns a channel that is closed when an operator wants no more waiting.
func (s *Stage) called() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now
}

// order returns the candidates in the order for a role. A second opinion is not
// asked of the first choice, unless nobody else has one.
func (s *Stage) order(role llm.Role) []*seat {
	if role != llm.Escalate || len(s.seats) < 2 {
		return s.seats
	}
	return append(slices.Clone(s.seats[1:]), s.seats[0])
}
