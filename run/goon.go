package run

import (
	"slices"

	"github.com/cineforge/cineforge/failure"
)

// GoesOn returns what lets a run go on that is not over: for one that is paused to resume
// it, for one that waits to end what it waits for, else to follow it.
func (s State) GoesOn() failure.Remedy {
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

// heldBy lists the providers that an operator keeps from being asked, if that is all that
// is waited for.
func (d Decision) heldBy() (names []string) {
	for _, v := range d.Others {
		switch v.Reason {
		case "held":
			if !slices.Contains(names, v.Provider) {
				names = append(names, v.Provider)
			}
		case "gated", "breaker_open", "probing", "failed", "provider_out":
			return nil
		}
	}
	return names
}
