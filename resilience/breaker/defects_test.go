package breaker_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/failsafe-go/failsafe-go/circuitbreaker"
	"github.com/sony/gobreaker/v2"

	"github.com/cineforge/cineforge/resilience/breaker"
)

// How a call of [circuit] ends.
const (
	good    = "good"
	bad     = "bad"
	givenUp = "given up" // by its caller, which says nothing of the service
	panics  = "panics"
)

// circuit is a breaker, of this or another library, that one failure opens for ten seconds.
type circuit struct {
	begin func() (end func(how string), ok bool)
	state func() string
}

var errFailed = errors.New("it failed")

func ours() circuit {
	b := breaker.New(breaker.Options{InARow: 1, CloseAfter: 1})
	n := 0
	return circuit{state: func() string { return string(b.Status().State) }, begin: func() (func(string), bool) {
		n++
		p, _ := b.Acquire(fmt.Sprint(n))
		return func(how string) {
			defer func() { recover() }() //nolint:errcheck // the panic is the test's
			defer p.Neutral()
			switch how {
			case good:
				p.Success()
			case bad:
				p.Failure(1, 0, "it failed")
			case panics:
				panic(errFailed)
			}
		}, p != nil
	}}
}

func failsafes() circuit {
	b := circuitbreaker.NewBuilder[any]().WithFailureThreshold(1).WithDelay(10 * time.Second).HandleErrors(errFailed).Build()
	return circuit{state: func() string {
		return map[circuitbreaker.State]string{circuitbreaker.ClosedState: "closed",
			circuitbreaker.OpenState: "open", circuitbreaker.HalfOpenState: "half_open"}[b.State()]
	},
		begin: func() (func(string), bool) {
			return func(how string) {
				switch how {
				case good:
					b.RecordSuccess()
				case bad:
					b.RecordError(errFailed)
				case givenUp:
					b.RecordError(context.Canceled)
				case panics: // its executor records nothing then
				}
			}, b.TryAcquirePermit()
		}}
}

func sonys() circuit {
	b := gobreaker.NewTwoStepCircuitBreaker[any](gobreaker.Settings{Timeout: 10 * time.Second,
		ReadyToTrip: func(c gobreaker.Counts) bool { return c.ConsecutiveFailures >= 1 }})
	return circuit{state: func() string {
		return map[gobreaker.State]string{gobreaker.StateClosed: "closed", gobreaker.StateOpen: "open",
			gobreaker.StateHalfOpen: "half_open"}[b.State()]
	},
		begin: func() (func(string), bool) {
			done, err := b.Allow()
			return func(how string) {
				done(map[string]error{bad: errFailed, givenUp: context.Canceled, panics: errFailed}[how]) // its Execute takes a panic for a failure
			}, err == nil
		}}
}

// probe opens a circuit, waits until it lets a probe through, and returns the probe.
func (c circuit) probe() (end func(how string)) {
	if end, ok := c.begin(); ok {
		end(bad)
	}
	time.Sleep(10*time.Second + time.Millisecond)
	end, _ = c.begin()
	return end
}

// What other breakers get wrong about calls that take long, as measured on failsafe-go
// 0.9.8 and gobreaker 2.4.0. A defect that a newer version no longer has fails here, and
// is to be noted.
func TestBreaker_KnownDefectsOfOthers(t *testing.T) {
	for _, tt := range []struct {
		name           string
		well           func(c circuit) bool
		failsafe, sony bool // whether they do it well
	}{
		{"a probe whose caller gives up decides nothing, and gives its permit back", func(c circuit) bool {
			c.probe()(givenUp)
			_, ok := c.begin()
			return ok && c.state() == "half_open"
		}, false, false},
		{"a failure of a call that began before the trip counts for nothing after it", func(c circuit) bool {
			long, _ := c.begin()
			probe := c.probe()
			long(bad)
			probe(good)
			return c.state() == "closed"
		}, false, true},
		{"a success of a call that began before the trip counts for nothing after it", func(c circuit) bool {
			long, _ := c.begin()
			c.probe()
			long(good)
			return c.state() == "half_open"
		}, false, true},
		{"a probe that hangs for a day keeps nobody out", func(c circuit) bool {
			c.probe()
			time.Sleep(24 * time.Hour)
			end, ok := c.begin()
			if ok {
				end(good)
			}
			return ok && c.state() == "closed"
		}, false, false},
		{"a probe that panics gives its permit back", func(c circuit) bool {
			c.probe()(panics)
			time.Sleep(time.Minute)
			_, ok := c.begin()
			return ok
		}, false, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				if !tt.well(ours()) {
					t.Error("ours does not")
				}
				if tt.well(failsafes()) != tt.failsafe {
					t.Errorf("failsafe-go does it well: %v", !tt.failsafe)
				}
				if tt.well(sonys()) != tt.sony {
					t.Errorf("gobreaker does it well: %v", !tt.sony)
				}
			})
		})
	}
}
