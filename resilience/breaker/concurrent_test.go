package breaker_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/failsafe-go/failsafe-go/circuitbreaker"
	"github.com/sony/gobreaker/v2"
	"pgregory.net/rapid"

	"github.com/cineforge/cineforge/resilience/breaker"
)

// crowd is many callers of one breaker at a time, and what has to be true whatever they
// do. What it counts of a state is counted by the state's generation. A permit's
// generation is known if no transition came while it was asked for, and otherwise it
// may be any of those that passed.
type crowd struct {
	b *breaker.Breaker
	o breaker.Options

	now atomic.Pointer[breaker.Transition] // the last one

	mu    sync.Mutex // guards what follows
	of    map[uint64]*tally
	wrong []string
}

type tally struct{ probes, good, bad, hung int }

func newCrowd(o breaker.Options) *crowd {
	c := &crowd{o: o, of: map[uint64]*tally{}}
	c.now.Store(&breaker.Transition{To: breaker.Closed})
	o.Changed = c.turned
	c.b = breaker.New(o)
	return c
}

func (c *crowd) fail(format string, args ...any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.wrong) < 5 {
		c.wrong = append(c.wrong, fmt.Sprintf(format, args...))
	}
}

func (c *crowd) count(generations []uint64, add func(*tally)) (first tally) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, g := range generations {
		if c.of[g] == nil {
			c.of[g] = &tally{}
		}
		add(c.of[g])
	}
	return *c.of[generations[0]]
}

// turned checks a transition by what was reported in the state that it ends.
func (c *crowd) turned(t breaker.Transition) {
	last := c.now.Swap(&t)
	if t.From != last.To || t.From == t.To || t.Generation != last.Generation+1 || t.Evidence == "" {
		c.fail("%+v follows %+v", t, *last)
	}
	was := c.count([]uint64{last.Generation}, func(*tally) {})
	switch {
	case t.From == breaker.Open && (t.To != breaker.HalfOpen || t.At.Before(last.Until)):
		c.fail("open until %v, and %s at %v", last.Until, t.To, t.At)
	case t.From == breaker.Closed && (t.To != breaker.Open || float64(was.bad) < min(c.o.InARow, c.o.MinVolume*c.o.Ratio)):
		c.fail("%s after %d failures", t.To, was.bad)
	case t.To == breaker.Closed && was.good < c.o.CloseAfter:
		c.fail("closed after %d probes that went well", was.good)
	case t.From == breaker.HalfOpen && t.To == breaker.Open && was.bad+was.hung == 0:
		c.fail("opened again without a probe that failed")
	}
}

// acquire asks for a permit, and returns the generations that it may be of.
func (c *crowd) acquire(request string) (*breaker.Permit, []uint64) {
	before := c.now.Load()
	p, again := c.b.Acquire(request)
	after := c.now.Load()
	var of []uint64
	for g := before.Generation; g <= after.Generation; g++ {
		of = append(of, g)
	}
	if before == after && (p == nil && after.To == breaker.Closed || p != nil && after.To == breaker.Open) {
		c.fail("a call is let through: %v, in state %s", p != nil, after.To)
	}
	if p == nil && !again.IsZero() && again.Before(time.Now()) {
		c.fail("it says to come again at a time that is past")
	}
	return p, of
}

// caller makes calls that end in any way.
func (c *crowd) caller(name string, random *rand.Rand, calls int) {
	pause := func(most time.Duration) { time.Sleep(time.Duration(random.Float64() * float64(most))) }
	for i := range calls {
		if random.IntN(4) == 0 {
			pause(3 * time.Second)
		}
		p, of := c.acquire(fmt.Sprint(name, i))
		if p == nil {
			continue
		}
		known := len(of) == 1 && p.Probe()
		if known {
			if n := c.count(of, func(t *tally) { t.probes++ }); n.probes > c.o.Leases {
				c.fail("%d probes at a time, of %d", n.probes, c.o.Leases)
			}
		}
		if random.IntN(3) == 0 {
			pause(c.o.LeaseFor / 2)
		}
		c.end(p, of, random.IntN(12), known)
	}
}

// end ends a call. What is about to be reported is counted before, and that a probe is
// not under way any more before it gives back its lease.
func (c *crowd) end(p *breaker.Permit, of []uint64, how int, probe bool) {
	c.count(of, func(t *tally) {
		if probe && how != 11 {
			t.probes--
		}
		switch how {
		case 0, 1, 2, 3:
			t.good++
		case 4, 5, 6, 7:
			t.bad++
		case 11:
			t.hung++
		}
	})
	switch how {
	case 0, 1, 2, 3:
		p.Success()
	case 4, 5, 6, 7:
		p.Failure(1, 0, "it failed")
	case 8:
		p.Neutral()
	case 9:
		func() {
			defer func() { recover() }() //nolint:errcheck // the panic is the test's
			defer p.Neutral()
			panic("a bug")
		}()
	case 10:
		p.Neutral()
		p.Failure(1, 0, "it has ended already")
	case 11: // it hangs for ever; from now on its lease may run out
	}
}

// Whatever many callers do at a time, no more probes are under way than there are
// leases, what is from another state changes nothing, each transition has its reason,
// and permits that were given back are not lost.
func TestBreaker_AnyCrowd(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		o := breaker.Options{
			InARow: float64(rapid.IntRange(1, 4).Draw(rt, "in a row")), MinVolume: float64(rapid.IntRange(2, 12).Draw(rt, "volume")), Ratio: 0.5,
			Leases: rapid.IntRange(1, 3).Draw(rt, "leases"), CloseAfter: rapid.IntRange(1, 3).Draw(rt,
				"close after"), FirstOpen: 2 * time.Second, MaxOpen: 5 * time.Second, LeaseFor: 4 * time.Second,
		}
		callers, calls, seed := rapid.IntRange(2, 16).Draw(rt, "callers"), rapid.IntRange(1, 40).Draw(rt, "calls"),
			rapid.Uint64().Draw(rt, "seed")
		virtual(t, func() {
			c := newCrowd(o)
			var all sync.WaitGroup
			for i := range callers {
				all.Go(func() { c.caller(fmt.Sprint("caller-", i, "-"), rand.New(rand.NewPCG(seed, uint64(i))), calls) })
			}
			all.Wait()
			time.Sleep(time.Minute) // the leases of those that hang have run out
			for i := range o.CloseAfter {
				p, of := c.acquire(fmt.Sprint("healthy-", i))
				if p == nil {
					c.fail("permits are lost: %+v", c.b.Status())
					break
				}
				c.end(p, of, 0, false)
			}
			if s := c.b.Status(); s.State != breaker.Closed {
				c.fail("a minute and %d good calls later it is %s", o.CloseAfter, s.State)
			}
			for _, w := range c.wrong {
				rt.Error(w)
			}
		})
	})
}

// Where their meanings agree this breaker lets through as many of those that come at the
// same instant as gobreaker and failsafe-go do, and comes to the same state: waves of
// calls that all begin before the first one ends, and all end the same.
func TestBreaker_CrowdAgreesWithOthers(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		row := rapid.IntRange(1, 6).Draw(rt, "in a row")
		waves := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) wave {
			return wave{rapid.IntRange(1, 12).Draw(t, "calls"), rapid.Bool().Draw(t, "ok"),
				time.Duration(rapid.SampledFrom([]int{0, 1, 9, 11, 40}).Draw(t, "seconds")) * time.Second}
		}), 1, 12).Draw(rt, "waves")
		virtual(t, func() {
			const open = 10 * time.Second
			b := breaker.New(breaker.Options{InARow: float64(row), MinVolume: 1e9, FirstOpen: open, MaxOpen: open, CloseAfter: 1})
			sony := gobreaker.NewTwoStepCircuitBreaker[any](gobreaker.Settings{Timeout: open, MaxRequests: 1,
				ReadyToTrip: func(c gobreaker.Counts) bool { return c.ConsecutiveFailures >= uint32(row) }})
			failsafe := circuitbreaker.NewBuilder[any]().WithFailureThreshold(uint(row)).WithSuccessThreshold(1).WithDelay(open).Build()
			var n atomic.Int64
			for i, w := range waves {
				time.Sleep(w.wait + time.Millisecond)
				mine := w.run(func() func() {
					p, _ := b.Acquire(fmt.Sprint(n.Add(1)))
					if p == nil {
						return nil
					}
					return func() {
						if w.ok {
							p.Success()
						} else {
							p.Failure(1, 0, "it failed")
						}
					}
				})
				theirs := w.run(func() func() {
					done, err := sony.Allow()
					if err != nil {
						return nil
					}
					return func() { done(map[bool]error{false: errors.New("it failed")}[w.ok]) }
				})
				others := w.run(func() func() {
					if !failsafe.TryAcquirePermit() {
						return nil
					}
					return map[bool]func(){true: failsafe.RecordSuccess, false: failsafe.RecordFailure}[w.ok]
				})
				if mine != theirs || mine != others {
					rt.Fatalf("wave %d: ours lets %d through, gobreaker %d, failsafe-go %d", i, mine, theirs, others)
				}
				if state := b.Status().State; (state == breaker.Closed) != (sony.State() == gobreaker.StateClosed) ||
					(state == breaker.Closed) != failsafe.IsClosed() {
					rt.Fatalf("after wave %d ours is %s, gobreaker %s, failsafe-go %s", i, state, sony.State(), failsafe.State())
				}
			}
		})
	})
}

// wave is calls that begin at the same instant, and end together.
type wave struct {
	calls int
	ok    bool
	wait  time.Duration
}

// run makes the calls, and returns how many were let through.
func (w wave) run(begin func() (end func())) int {
	var through atomic.Int64
	var begun, ended sync.WaitGroup
	begun.Add(w.calls)
	for range w.calls {
		ended.Go(func() {
			end := begin()
			begun.Done()
			begun.Wait()
			if end != nil {
				through.Add(1)
				end()
			}
		})
	}
	ended.Wait()
	return int(through.Load())
}
