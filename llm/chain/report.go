package chain

import (
	"context"
	"sync"
	"time"
)

// reportEvery is how often a call that lasts is reported.
const reportEvery = 15 * time.Second

// report reports from time to time that a call is under way, until the returned function is
// called. Nothing is reported after that.
func (q *question) report(ctx context.Context, f *flight) (stop func()) {
	var mu sync.Mutex
	over := false
	var timer *time.Timer
	tell := func() {
		mu.Lock()
		defer mu.Unlock()
		if over || q.observer.Observe(ctx, AttemptProgress{f.Try, int(f.wrote.Load()), time.Since(f.began)}) != nil {
			return // what can't be recorded now shows with the call's end
		}
		timer.Reset(reportEvery)
	}
	mu.Lock()
	defer mu.Unlock()
	timer = time.AfterFunc(reportEvery, tell)
	return func() {
		timer.Stop()
		mu.Lock()
		defer mu.Unlock()
		over = true
	}
}
