package chain

import (
	"errors"
	"sync"
	"time"
)

// Suspended is the error of a question that is to be asked anew later, because all
// that its stage could do is to wait.
type Suspended struct {
	Until time.Time // when the first of the stage's questions goes on
}

// Error says until when.
func (s *Suspended) Error() string {
	return "the stage waits until " + s.Until.UTC().Format(time.RFC3339)
}

// settled is how long all questions of a stage have to wait before it is suspended:
// who asks one question after another is not waiting in between.
const settled = 50 * time.Millisecond

// sleepers are the questions of a stage that wait for long.
type sleepers struct {
	mu     sync.Mutex // guards what follows
	asked  int        // questions under way
	asleep map[*question]longWait
	woken  chan struct{} // closed when the stage is suspended
	until  time.Time     // when it goes on; zero until then
}

type longWait struct{ since, until time.Time }

func (s *sleepers) begin() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked++
}

func (s *sleepers) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked--
}

// fall notes that a question falls asleep.
func (s *sleepers) fall(q *question, until time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if q.drowsy.IsZero() {
		q.drowsy = time.Now()
	}
	s.asleep[q] = longWait{q.drowsy, until}
}

// wake notes that a question goes on.
func (s *sleepers) wake(q *question) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.asleep, q)
}

// suspend suspends the stage if all its questions are sound asleep. It returns the
// error of all of them if it is suspended.
func (s *sleepers) suspend() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.until.IsZero() {
		if len(s.asleep) < s.asked {
			return nil
		}
		var until time.Time
		for _, one := range s.asleep {
			if time.Since(one.since) < settled {
				return nil
			}
			if until.IsZero() || one.until.Before(until) {
				until = one.until
			}
		}
		s.until = until
		close(s.woken)
	}
	return &Suspended{Until: s.until}
}

// Suspended returns whether the stage was suspended, and when it goes on. It is to be
// asked anew then, whatever became of its questions.
func (s *Stage) Suspended() (until time.Time, suspended bool) {
	s.sleepers.mu.Lock()
	defer s.sleepers.mu.Unlock()
	return s.sleepers.until, !s.sleepers.until.IsZero()
}

func suspended(err error) bool {
	_, ok := errors.AsType[*Suspended](err)
	return ok
}
