package chain

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/cineforge/cineforge/llm"
)

// A choice that can't be followed, as others were faster, is free a few times only.
func TestRequest_MissedChoicesCostTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := newRequest(New(Options{}).NewStage(Plan{}, nil), llm.Request{})
		start := time.Now()
		for range freeMisses + 5 {
			if err := q.missed(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if took := time.Since(start); took != 5*missPause {
			t.Errorf("%d misses took %v", q.misses, took)
		}
	})
}

// A round in which no candidate was asked is followed by a pause, which grows as long as that
// is so, to 5 s and a quarter of that.
func TestRequest_IdleRoundsCostTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := newRequest(New(Options{}).NewStage(Plan{}, nil), llm.Request{})
		now, sum := time.Now(), time.Duration(0)
		for range 20 {
			pause := q.wait.afterIdle(now).Sub(now)
			if pause < missPause || pause > 6250*time.Millisecond {
				t.Errorf("round %d is followed by a pause of %v", q.round.idleRounds, pause)
			}
			sum += pause
		}
		if sum < time.Minute {
			t.Errorf("%d rounds took %v", q.round.idleRounds, sum)
		}
		q.round.idle = false
		if at := q.wait.afterIdle(now); at != now || q.round.idleRounds != 0 {
			t.Errorf("a round in which somebody was asked is followed by a pause of %v", at.Sub(now))
		}
	})
}
