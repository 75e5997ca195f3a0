package stage_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/stage"
)

func unitName(i int) string { return fmt.Sprintf("unit_%03d", i+1) }

func TestTask_UnitsRunsEachOnceWithinItsLimit(t *testing.T) {
	for _, test := range []struct{ n, concurrency, atOnce int }{
		{0, 4, 0}, {1, 4, 1}, {9, 1, 1}, {9, 4, 4}, {3, 8, 3}, {5, 0, 1},
	} {
		t.Run(fmt.Sprintf("%d units by %d", test.n, test.concurrency), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var mu sync.Mutex
				running := 0
				most := 0
				runs := make([]int, test.n)
				count := func(change int) {
					mu.Lock()
					defer mu.Unlock()
					running += change
					most = max(most, running)
				}
				task := stage.Task{Concurrency: test.concurrency}
				err := task.Units(t.Context(), test.n, unitName, func(_ context.Context, i int) error {
					count(1)
					time.Sleep(time.Second) // in a bubble: all that may run are running
					count(-1)
					runs[i]++ // each has a cell of its own: the race detector would see two runs of one
					return nil
				})
				if err != nil {
					t.Fatal(err)
				}
				for i, got := range runs {
					if got != 1 {
						t.Errorf("%s ran %d times", unitName(i), got)
					}
				}
				if most != test.atOnce {
					t.Errorf("%d at a time, want %d", most, test.atOnce)
				}
			})
		})
	}
}

func TestTask_UnitsReportsProgressInOrder(t *testing.T) {
	var counts []int
	var names []string
	task := stage.Task{Concurrency: 3, Progress: func(done, total int, unit string) {
		if total != 7 {
			t.Errorf("total %d, want 7", total)
		}
		counts = append(counts, done)
		names = append(names, unit)
	}}
	if err := task.Units(t.Context(), 7, unitName, func(context.Context, int) error { return nil }); err != nil {
		t.Fatal(err)
	}
	if want := []int{0, 1, 2, 3, 4, 5, 6, 7}; !slices.Equal(counts, want) {
		t.Errorf("counts %v, want %v", counts, want)
	}
	slices.Sort(names)
	if names[0] != "" || names[1] != "unit_001" || names[7] != "unit_007" {
		t.Errorf("names %q", names)
	}
}

func TestTask_UnitsReturnsTheFirstFailureAsItIs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		broken := errors.New("broken")
		var started atomic.Int64
		task := stage.Task{Concurrency: 3}
		err := task.Units(t.Context(), 100, unitName, func(ctx context.Context, i int) error {
			started.Add(1)
			if i == 4 {
				return broken
			}
			select {
			case <-time.After(time.Minute):
				return nil
			case <-ctx.Done():
				return ctx.Err() // what the cancelled ones say must not hide the cause
			}
		})
		if !errors.Is(err, broken) {
			t.Errorf("got %v, want the failure itself", err)
		}
		if n := started.Load(); n > 6 {
			t.Errorf("%d units started, though the fifth failed at once", n)
		}
	})
}

func TestTask_UnitsStopsWhenItsCallerDoes(t *testing.T) {
	gaveUp := errors.New("gave up")
	ctx, cancel := context.WithCancelCause(t.Context())
	task := stage.Task{Concurrency: 2}
	err := task.Units(ctx, 10, unitName, func(ctx context.Context, i int) error {
		cancel(gaveUp)
		<-ctx.Done()
		return ctx.Err()
	})
	if !errors.Is(err, gaveUp) {
		t.Errorf("got %v, want the caller's cause", err)
	}
}

func TestQuote_CannotBeClosedFromWithin(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		material := rapid.StringMatching(`(={1,9}| END SCENE |x|\n){0,20}`).Draw(t, "material")
		quoted := stage.Quote("SCENE", material)
		first, rest, _ := strings.Cut(quoted, "\n")
		closing := strings.Replace(first, "BEGIN", "END", 1)
		if n := strings.Count(rest, closing); n != 1 || !strings.HasSuffix(rest, closing+"\n") {
			t.Fatalf("the closing line %q occurs %d times in\n%s", closing, n, quoted)
		}
	})
}

func ExampleTask_Units() {
	task := stage.Task{Concurrency: 4}
	squares := make([]int, 5)
	err := task.Units(context.Background(), len(squares),
		func(i int) string { return fmt.Sprintf("square_%d", i) },
		func(_ context.Context, i int) error {
			squares[i] = i * i
			return nil
		})
	fmt.Println(squares, err)
	// Output: [0 1 4 9 16] <nil>
}

func TestTask_UnitsCatchAPanic(t *testing.T) {
	task := stage.Task{Concurrency: 2}
	err := task.Units(t.Context(), 4, func(i int) string { return "u" }, func(_ context.Context, i int) error {
		if i == 2 {
			panic("oh")
		}
		return nil
	})
	if failure.ClassOf(err) != failure.Internal || !strings.Contains(err.Error(), "unit 3 panicked: oh") {
		t.Errorf("got %v", err)
	}
}
