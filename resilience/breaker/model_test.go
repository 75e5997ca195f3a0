package breaker_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/failsafe-go/failsafe-go/circuitbreaker"
	"github.com/sony/gobreaker/v2"
	"pgregory.net/rapid"

	"github.com/cineforge/cineforge/resilience/breaker"
)

// machine drives a breaker by random actions and holds what has to be true of it
// against it.
type machine struct {
	b       *breaker.Breaker
	o       breaker.Options
	permits []held
	last    breaker.Transition
	n       int
}

type held struct {
	p          *breaker.Permit
	generation uint64
}

func (m *machine) acquire(t *rapid.T) {
	m.n++
	before := m.b.Status()
	p, again := m.b.Acquire(fmt.Sprint("request-", m.n))
	switch {
	case p == nil && before.State == breaker.Closed:
		t.Fatal("a closed breaker refused a call")
	case p == nil && !again.IsZero() && !again.After(time.Now()):
		t.Fatalf("it says to come again at a time that is past: %v", again)
	case p != nil && before.State == breaker.Open && time.Now().Before(before.Until):
		t.Fatal("an open breaker let a call through")
	case p != nil && p.Probe() != (before.State != breaker.Closed):
		t.Fatalf("probe %v in state %s", p.Probe(), before.State)
	case p != nil:
		m.permits = append(m.permits, held{p, m.b.Status().Generation})
	}
}

// end ends one of the calls under way.
func (m *machine) end(t *rapid.T) {
	if len(m.permits) == 0 {
		t.Skip("no call is under way")
	}
	i := rapid.IntRange(0, len(m.permits)-1).Draw(t, "call")
	h := m.permits[i]
	m.permits = slices.Delete(m.permits, i, i+1)
	before := m.b.Status()
	outcome := rapid.SampledFrom([]string{"success", "failure", "doubt", "neutral", "panic", "twice"}).Draw(t, "outcome")
	switch outcome {
	case "success":
		h.p.Success()
	case "failure":
		h.p.Failure(1, 0, "it failed")
	case "doubt":
		h.p.Failure(0.5, 0, "it may have failed")
	case "neutral":
		h.p.Neutral()
	case "panic":
		func() {
			defer func() { recover() }() //nolint:errcheck // the panic is the test's
			defer h.p.Neutral()
			panic("a bug")
		}()
	case "twice":
		h.p.Neutral()
		h.p.Failure(1, 0, "it has ended already")
	}
	after := m.b.Status()
	if old := h.generation != before.Generation; old || outcome == "neutral" || outcome == "panic" || outcome == "twice" {
		if after.Generation != before.Generation {
			t.Fatalf("a call that counts for nothing (%s, old %v) led from %s to %s", outcome, old, before.State, after.State)
		}
	}
}

func (m *machine) pass(t *rapid.T) {
	time.Sleep(time.Duration(rapid.Int64Range(1, int64(time.Minute)).Draw(t, "time")))
}

// check holds after every action.
func (m *machine) check(t *rapid.T) {
	s := m.b.Status()
	if s.State == breaker.Open && time.Until(s.Until) > m.o.MaxOpen {
		t.Fatalf("it is open for another %v", time.Until(s.Until))
	}
	if s.Share <= 0 || s.Share > 1 {
		t.Fatalf("share %v", s.Share)
	}
	probes := 0
	for _, h := range m.permits {
		if h.p.Probe() && h.generation == s.Generation {
			probes++
		}
	}
	if probes > m.o.Leases {
		t.Fatalf("%d probes at a time", probes)
	}
}

// heals shows that there is a way back from wherever it is: a day passes, and calls go well.
func (m *machine) heals(t *rapid.T) {
	time.Sleep(24 * time.Hour)
	for i := range m.o.CloseAfter {
		if !call(m.b, fmt.Sprint("healthy-", i), true) {
			t.Fatalf("a day later nobody is let through: %+v", m.b.Status())
		}
	}
	if s := m.b.Status(); s.State != breaker.Closed {
		t.Fatalf("a day and %d good calls later it is %s", m.o.CloseAfter, s.State)
	}
}

// virtual runs f in virtual time, and lets rapid see how it ended.
func virtual(t *testing.T, f func()) {
	var ended any
	synctest.Test(t, func(*testing.T) {
		defer func() { ended = recover() }()
		f()
	})
	if ended != nil {
		panic(ended)
	}
}

func TestBreaker_AnySequenceOfCalls(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		m := &machine{o: breaker.Options{
			InARow: float64(rapid.IntRange(1, 4).Draw(rt, "in a row")), MinVolume: float64(rapid.IntRange(2, 12).Draw(rt, "volume")),
			Leases: rapid.IntRange(1, 3).Draw(rt, "leases"), CloseAfter: rapid.IntRange(1, 3).Draw(rt, "close after"), MaxOpen: 30 * time.Second,
			Random: func() float64 { return 0.99 },
		}}
		o := m.o
		o.Changed = func(tr breaker.Transition) {
			if tr.From == tr.To || tr.Generation != m.last.Generation+1 || m.last.To != "" && tr.From != m.last.To {
				rt.Fatalf("%+v follows %+v", tr, m.last)
			}
			m.last = tr
		}
		virtual(t, func() {
			m.b = breaker.New(o)
			rt.Repeat(map[string]func(*rapid.T){"acquire": m.acquire, "end": m.end, "pass": m.pass, "": m.check})
			m.heals(rt)
		})
	})
}

// step is one call of a plain sequence, for the comparison with others.
type step struct {
	ok   bool
	wait time.Duration
}

func steps() *rapid.Generator[[]step] {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) step {
		return step{rapid.Bool().Draw(t, "ok"), time.Duration(rapid.SampledFrom([]int{0, 0, 1, 5, 9, 11, 40}).Draw(t, "seconds")) * time.Second}
	}), 1, 60)
}

// Where their meanings agree (calls one after the other, failures in a row, a fixed
// open time, one probe that decides) this breaker lets through exactly the calls
// that gobreaker and failsafe-go let through.
func TestBreaker_AgreesWithOthers(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		row := rapid.IntRange(1, 4).Draw(rt, "in a row")
		calls := steps().Draw(rt, "calls")
		virtual(t, func() {
			const open = 10 * time.Second
			ours := breaker.New(breaker.Options{InARow: float64(row), MinVolume: 1e9, FirstOpen: open, MaxOpen: open, CloseAfter: 1})
			sony := gobreaker.NewTwoStepCircuitBreaker[any](gobreaker.Settings{Timeout: open, MaxRequests: 1,
				ReadyToTrip: func(c gobreaker.Counts) bool { return c.ConsecutiveFailures >= uint32(row) }})
			failsafe := circuitbreaker.NewBuilder[any]().WithFailureThreshold(uint(row)).WithSuccessThreshold(1).WithDelay(open).Build()
			for i, c := range calls {
				time.Sleep(c.wait + time.Millisecond) // they differ at the very moment at which the time is up
				done, err := sony.Allow()
				through := call(ours, fmt.Sprint(i), c.ok)
				if err == nil {
					done(map[bool]error{false: errors.New("it failed")}[c.ok])
				}
				other := failsafe.TryAcquirePermit()
				if other && c.ok {
					failsafe.RecordSuccess()
				} else if other {
					failsafe.RecordFailure()
				}
				if through != (err == nil) || through != other {
					rt.Fatalf("call %d: ours %v, gobreaker %v, failsafe-go %v", i, through, err == nil, other)
				}
			}
		})
	})
}
