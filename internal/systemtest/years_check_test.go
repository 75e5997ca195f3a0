package systemtest_test

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"

	"github.com/google/go-cmp/cmp"

	"github.com/cineforge/cineforge/durable"
	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
)

// fault tells of a broken invariant, and how to see it again.
func (h *history) broken(format string, args ...any) {
	h.t.Errorf("seed %d: "+format+"\nplay it again: make simulate-years SEED=%d RUNS=%d",
		append(append([]any{h.seed}, args...), h.seed, historyRuns)...)
}

// committed checks what must hold after each commit.
func (h *history) committed(claim durable.Claim, answers []run.Answer) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.count.commits.Add(1)
	if claim.Epoch < h.epochs[claim.Run] {
		h.broken("run %s: a process with claim %d wrote after one with claim %d", claim.Run, claim.Epoch, h.epochs[claim.Run])
	}
	h.epochs[claim.Run] = claim.Epoch
	s, known := h.states[claim.Run]
	if !known {
		loaded, err := run.Load(h.t.Context(), h.store.Log, claim.Run)
		if err != nil {
			h.t.Error(err)
			return
		}
		s = &loaded
		h.states[claim.Run] = s
	} else {
		h.fold(s)
	}
	for _, a := range answers {
		question := s.RootRunID + " " + a.Key
		if by, paid := h.paid[question]; paid {
			h.broken("run %s paid again for what run %s had paid for", claim.Run, by)
		}
		h.paid[question] = claim.Run
	}
	if s.Status == run.Waiting && s.NextAttemptAt == nil {
		h.broken("run %s waits for nobody knows what", claim.Run)
	}
}

// fold applies the events of a commit, and only those.
func (h *history) fold(s *run.State) {
	for e, err := range h.store.Log.Events(h.t.Context(), s.RunID, s.LastSeq) {
		if err != nil {
			h.t.Error(err)
			return
		}
		if s.Status.Ended() {
			h.broken("run %s: %s after the end", s.RunID, e.Body.EventName())
		}
		if err := s.Apply(e); err != nil {
			h.broken("%v", err)
		}
	}
}

// verdict checks each run at the end.
func (h *history) verdict() {
	o := h.outcome(h.ids...)
	var p problems
	o.invariants(&p)
	o.bounded(&p)
	for _, problem := range p {
		h.broken("%s", problem)
	}
	h.count.runs.Add(int64(len(o.states)))
	h.count.calls.Add(int64(len(o.calls)))
	h.count.deaths.Add(int64(h.deaths))
	for _, s := range o.states {
		if known, ok := h.states[s.RunID]; ok && !reflect.DeepEqual(*known, s) {
			h.broken("run %s: the state that followed the commits is not the fold: %s", s.RunID, cmp.Diff(*known, s))
		}
		switch s.Status {
		case run.RunDone:
			h.count.done.Add(1)
			h.made(s)
		case run.RunCancelled:
			h.count.cancelled.Add(1)
		case run.RunFailed:
			h.count.failed.Add(1)
			h.excused(s)
		}
	}
}

// made wants of a run that is done all that the recipe makes.
func (h *history) made(s run.State) {
	types := map[string]int{}
	for _, st := range s.Stages {
		if !st.Status.Completed() {
			h.broken("run %s is done, and a stage %s", s.RunID, st.Status)
		}
		for _, ref := range st.ArtifactRefs {
			types[ref.ArtifactType]++
			if _, err := h.store.Artifacts.Artifact(h.t.Context(), s.ProjectID, ref); err != nil {
				h.broken("run %s: %v", s.RunID, err)
			}
		}
	}
	if types["raw_input"] != 1 || types["canonical_script"] != 1 || types["scene"] != 3 || types["scene_index"] != 1 ||
		types["project_config"] != 1 {
		h.broken("run %s made %v", s.RunID, types)
	}
}

// excused wants a good reason of a run that failed.
func (h *history) excused(s run.State) {
	for id, st := range s.Stages {
		if st.Status != run.StageFailed {
			continue
		}
		passes := false
		switch *st.FinalErrorClass {
		case failure.Overloaded, failure.RateLimited, failure.Timeout, failure.Connection, failure.ServerError:
			passes = true
		}
		switch {
		case st.TerminalReason == event.NonRetryableError && passes && !h.needsPerson(s.RunID):
			h.broken("run %s: %s failed for good with %s, which passes: %s", s.RunID, id, *st.FinalErrorClass, st.Error)
		case st.TerminalReason == event.ModuleError && st.Crashes < 5:
			h.broken("run %s: %s: %s", s.RunID, id, st.Error)
		case st.TerminalReason == event.WaitSpent && st.ProgressAt != nil && s.FinishedAt.Sub(st.ProgressAt.Time).Hours() < 5.9:
			h.broken("run %s: %s waited for %v only", s.RunID, id, s.FinishedAt.Sub(st.ProgressAt.Time))
		}
	}
}

// needsPerson reports whether a run failed because each candidate needed a person, such
// as for a new key, or does not take the request: the failure that is told is the last one
// that could have passed.
func (h *history) needsPerson(id string) (is bool) {
	var why []byte
	for e, err := range h.store.Log.Events(h.t.Context(), id, 0) {
		if err != nil {
			h.t.Error(err)
		}
		if f, ok := e.Body.(event.StageFailed); ok && f.Decision != nil {
			if why, err = json.Marshal(e); err != nil {
				h.t.Error(err)
			}
			is = true
			for _, v := range f.Decision.Others {
				class, _, _ := strings.Cut(v.Detail, ":")
				persons := []failure.Class{failure.Auth, failure.Permission, failure.NotFound, failure.QuotaExhausted}
				person := slices.Contains(persons, failure.Class(class))
				is = is && (v.Reason == event.NotConfigured || v.Reason == event.Refused || v.Reason == event.CoolingDown &&
					person)
			}
		}
	}
	if !is {
		h.t.Logf("run %s: %s", id, why)
	}
	return is
}
