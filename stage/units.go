package stage

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"
	"sync/atomic"

	"github.com/cineforge/cineforge/failure"
)

// Units does n units of work, t.Concurrency at a time, and reports each that is
// done to t.Progress. do puts its result where its index says, so that the order
// in which units end does not show.
//
// The first failure cancels the rest; Units returns it as it is, once every call
// of do has returned. It returns the cause of ctx's end if that came first.
func (t Task) Units(ctx context.Context, n int, name func(i int) string, do func(ctx context.Context, i int) error) error {
	progress := t.Progress
	if progress == nil {
		progress = func(int, int, string) {}
	}
	progress(0, n, "")

	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	var (
		workers sync.WaitGroup
		next    atomic.Int64
	)
	done := make(chan int, 1) // holding the count is the right to report it; a report can take long when the store fails
	done <- 0
	for range min(max(t.Concurrency, 1), n) {
		workers.Go(func() {
			for ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				if err := guarded(ctx, i, do); err != nil {
					stop(err)
					return
				}
				count := <-done + 1
				progress(count, n, name(i))
				done <- count
			}
		})
	}
	workers.Wait()
	if <-done == n {
		return nil
	}
	return context.Cause(ctx)
}

// guarded does a unit. A panic in it is its failure: it happens in a goroutine of
// ours, where no caller could recover it.
func guarded(ctx context.Context, i int, do func(ctx context.Context, i int) error) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = &failure.Error{Class: failure.Internal, Message: fmt.Sprintf("unit %d panicked: %v", i+1, v),
				Hint: "this is a bug of the module; please report it", Err: fmt.Errorf("%s", debug.Stack())}
		}
	}()
	return do(ctx, i)
}
