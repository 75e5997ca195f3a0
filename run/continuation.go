package run

import "github.com/cineforge/cineforge/failure"

// Continuation returns what lets a run go on that is not over: for one that is paused to resume
// it, for one that waits to end what it waits for, else to follow it.
func (s State) Continuation() failure.Remedy {
	switch s.Status {
	case Paused:
		return failure.Resume(s.RunID)
	case Waiting:
		for _, id := range s.StageOrder {
			if st, _ := s.Stage(id); len(st.Waits) > 0 && len(st.Waits[0].Held) > 0 { // which no trying ends
				return failure.Release(st.Waits[0].Held[0])
			}
		}
		return failure.TryNow(s.RunID)
	}
	return failure.Watch(s.RunID)
}
