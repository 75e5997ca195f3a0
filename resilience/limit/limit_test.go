package limit_test

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/cineforge/cineforge/resilience/limit"
)

func TestLimiter_NoMoreThanTheLimitAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := limit.New(limit.Options{Start: 3})
		var busy, most atomic.Int64
		var wg sync.WaitGroup
		for range 30 {
			wg.Go(func() {
				release, err := l.Acquire(t.Context(), "run")
				if err != nil {
					t.Error(err)
					return
				}
				defer release()
				most.Store(max(most.Load(), busy.Add(1)))
				time.Sleep(time.Second)
				busy.Add(-1)
			})
		}
		start := time.Now()
		wg.Wait()
		if most.Load() != 3 || time.Since(start) != 10*time.Second {
			t.Errorf("%d at a time, in %v", most.Load(), time.Since(start))
		}
	})
}

func TestLimiter_GrowsWhileItIsUsedWithoutComplaints(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		work := func(l *limit.Limiter, n int, d time.Duration) {
			var wg sync.WaitGroup
			for range n {
				wg.Go(func() {
					release, err := l.Acquire(t.Context(), "run")
					if err != nil {
						t.Error(err)
						return
					}
					time.Sleep(d)
					release()
				})
			}
			wg.Wait()
		}
		l := limit.New(limit.Options{Start: 4, Max: 6})
		for range 5 {
			work(l, 6, 11*time.Second)
		}
		if s := l.Status(); s.Limit != 6 {
			t.Errorf("the limit grew to %v", s.Limit)
		}
		idle := limit.New(limit.Options{Start: 4})
		for range 5 {
			work(idle, 1, 11*time.Second)
		}
		if s := idle.Status(); s.Limit != 4 {
			t.Errorf("a limit that nobody needs grew to %v", s.Limit)
		}
		for range 200 { // of many that hear of it at the same time, one counts
			l.TooMany()
		}
		if s := l.Status(); s.Limit > 4.21 || s.Limit < 4.19 {
			t.Errorf("the limit was cut to %v", s.Limit)
		}
		for range 30 {
			time.Sleep(5 * time.Second)
			l.TooMany()
		}
		if s := l.Status(); s.Limit != 1 {
			t.Errorf("the limit was cut to %v", s.Limit)
		}
	})
}

func TestLimiter_OwnersTakeTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := limit.New(limit.Options{Start: 1, Max: 1})
		var mu sync.Mutex
		var order []string
		first, err := l.Acquire(t.Context(), "a")
		if err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		for _, owner := range []string{"a", "a", "a", "b", "c"} {
			wg.Go(func() {
				release, err := l.Acquire(t.Context(), owner)
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				order = append(order, owner)
				mu.Unlock()
				time.Sleep(time.Second)
				release()
			})
			synctest.Wait()
		}
		first()
		wg.Wait()
		if want := []string{"a", "b", "c", "a", "a"}; !slices.Equal(order, want) {
			t.Errorf("served %v, want %v", order, want)
		}
	})
}

func TestLimiter_ALeavingCallerKeepsNoOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := limit.New(limit.Options{Start: 1, Max: 1})
		release, err := l.Acquire(t.Context(), "a")
		if err != nil {
			t.Fatal(err)
		}
		cause := errors.New("given up")
		ctx, cancel := context.WithCancelCause(t.Context())
		gone := make(chan error)
		go func() {
			_, err := l.Acquire(ctx, "b")
			gone <- err
		}()
		synctest.Wait()
		cancel(cause)
		if err := <-gone; !errors.Is(err, cause) {
			t.Errorf("got %v", err)
		}
		release()
		release() // only once
		if s := l.Status(); s.Busy != 0 || s.Waiting != 0 {
			t.Errorf("%+v", s)
		}
		if _, err := l.Acquire(ctx, "c"); !errors.Is(err, cause) {
			t.Errorf("who has given up already got %v", err)
		}
	})
}

// undecided is a context that ends just when its owner's turn comes.
type undecided struct {
	turn  func()
	begun bool
}

func (u *undecided) Deadline() (time.Time, bool) { return time.Time{}, false }

func (u *undecided) Value(any) any { return nil }

func (u *undecided) Done() <-chan struct{} {
	u.turn()
	u.begun = true
	ended := make(chan struct{})
	close(ended)
	return ended
}

func (u *undecided) Err() error {
	if !u.begun {
		return nil
	}
	return context.Canceled
}

// A caller that leaves when its turn has come passes the turn on.
func TestLimiter_UntakenTurnIsPassedOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for range 64 { // whether the turn or the end is seen is chance
			l := limit.New(limit.Options{Start: 1, Max: 1})
			release, err := l.Acquire(t.Context(), "a")
			if err != nil {
				t.Fatal(err)
			}
			next := make(chan struct{})
			leaves := &undecided{turn: func() {
				go func() {
					release, err := l.Acquire(t.Context(), "c")
					if err == nil {
						release()
					}
					close(next)
				}()
				for l.Status().Waiting < 2 {
					runtime.Gosched()
				}
				release()
			}}
			if release, err := l.Acquire(leaves, "b"); err == nil {
				release()
			}
			<-next
			if s := l.Status(); s.Busy != 0 || s.Waiting != 0 {
				t.Fatalf("%+v", s)
			}
		}
	})
}

// A caller that does not wait gets only a turn that is free at once.
func TestLimiter_TryAcquire(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := limit.New(limit.Options{Start: 1, Max: 1})
		release, ok := l.TryAcquire()
		if _, again := l.TryAcquire(); !ok || again {
			t.Fatalf("%v, then %v", ok, again)
		}
		waits := make(chan func())
		go func() {
			release, err := l.Acquire(t.Context(), "a")
			if err != nil {
				t.Error(err)
			}
			waits <- release
		}()
		synctest.Wait()
		release()
		if _, ok := l.TryAcquire(); ok {
			t.Error("it goes before one who has waited")
		}
		(<-waits)()
		if release, ok = l.TryAcquire(); !ok {
			t.Fatal("there is no room")
		}
		release()
	})
}

func TestLimiter_Share(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := limit.New(limit.Options{Start: 8})
		l.Share(0.25)
		for range 2 {
			if _, err := l.Acquire(t.Context(), "a"); err != nil {
				t.Fatal(err)
			}
		}
		got := make(chan error, 1)
		go func() {
			_, err := l.Acquire(t.Context(), "a")
			got <- err
		}()
		synctest.Wait()
		if s := l.Status(); s.Busy != 2 || s.Waiting != 1 {
			t.Errorf("%+v", s)
		}
		l.Share(1)
		if err := <-got; err != nil {
			t.Error(err)
		}
	})
}

// Whatever comes and goes in whatever order, calls are counted right and none is forgotten.
func TestLimiter_AnyTraffic(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		type caller struct{ owner, arrive, stay, patience int }
		callers := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) caller {
			return caller{rapid.IntRange(0, 3).Draw(t, "owner"), rapid.IntRange(0, 30).Draw(t, "arrive"),
				rapid.IntRange(0, 9).Draw(t, "stay"), rapid.IntRange(1, 40).Draw(t, "patience")}
		}), 1, 40).Draw(rt, "callers")
		start := rapid.Float64Range(1, 5).Draw(rt, "start")
		synctest.Test(t, func(t *testing.T) {
			l := limit.New(limit.Options{Start: start, Max: 5})
			var wg sync.WaitGroup
			for i, c := range callers {
				wg.Go(func() {
					time.Sleep(time.Duration(c.arrive) * time.Second)
					ctx, cancel := context.WithTimeout(t.Context(), time.Duration(c.patience)*time.Second)
					defer cancel()
					release, err := l.Acquire(ctx, string(rune('a'+c.owner)))
					if err != nil {
						return
					}
					defer release()
					if s := l.Status(); s.Busy > 5 {
						t.Errorf("%d at a time", s.Busy)
					}
					if i%7 == 0 {
						l.TooMany()
					}
					time.Sleep(time.Duration(c.stay) * time.Second)
				})
			}
			wg.Wait()
			if s := l.Status(); s.Busy != 0 || s.Waiting != 0 {
				t.Errorf("after all have left: %+v", s)
			}
		})
	})
}
