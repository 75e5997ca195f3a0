package chain

import (
	"errors"
	"sync"
	"time"
)

// Suspended is the error of a request that is to be asked again later, because all
// that its stage could do is to wait.
type Suspended struct {
	Until time.Time // when the first of the stage's requests goes on
}

// Error says until when.
func (s *Suspended) Error() string {
	return "the stage waits until " + s.Until.UTC().Format(time.RFC3339)
}

func isSuspended(err error) bool {
	_, ok := errors.AsType[*Suspended](err)
	return ok
}

// settled is how long all requests of a stage have to wait before it is suspended:
// a module that asks one question after another is not waiting in between.
const settled = 50 * time.Millisecond

// suspension is the requests of a stage that wait for long, and the end of the stage that
// comes of it if all of them do.
type suspension struct {
	mu        sync.Mutex // guards what follows
	asked     int        // requests under way
	waiting   map[*request]longWait
	suspended chan struct{} // closed when the stage is suspended
	until     time.Time     // when it goes on; zero until then
}

// longWait is the wait of one request.
type longWait struct{ since, until time.Time }

func (s *suspension) init() {
	s.waiting = map[*request]longWait{}
	s.suspended = make(chan struct{})
}

// begin notes that a request is under way.
func (s *suspension) begin() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked++
}

// end notes that a request is over.
func (s *suspension) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked--
}

// enter notes that a request waits for long.
func (s *suspension) enter(q *request, w longWait) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.waiting[q] = w
}

// leave notes that a request goes on.
func (s *suspension) leave(q *request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.waiting, q)
}

// suspend suspends the stage if all its requests wait for long. It returns the
// error of all of them if it is suspended.
func (s *suspension) suspend() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.until.IsZero() {
		if len(s.waiting) < s.asked {
			return nil
		}
		var until time.Time
		for _, w := range s.waiting {
			if time.Since(w.since) < settled {
				return nil
			}
			if until.IsZero() || w.until.Before(until) {
				until = w.until
			}
		}
		s.until = until
		close(s.suspended)
	}
	return &Suspended{Until: s.until}
}

// SuspendedUntil returns whether the stage was suspended, and when it goes on. It is to be
// asked again then, whatever became of its requests.
func (s *Stage) SuspendedUntil() (until time.Time, suspended bool) {
	s.suspension.mu.Lock()
	defer s.suspension.mu.Unlock()
	return s.suspension.until, !s.suspension.until.IsZero()
}
