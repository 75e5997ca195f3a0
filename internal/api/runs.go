package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/cineforge/cineforge/client"
	"github.com/cineforge/cineforge/internal/advice"
	"github.com/cineforge/cineforge/internal/api/chat"
	"github.com/cineforge/cineforge/internal/api/endpoint"
	"github.com/cineforge/cineforge/internal/api/problem"
	"github.com/cineforge/cineforge/internal/library"
	"github.com/cineforge/cineforge/internal/providers"
	"github.com/cineforge/cineforge/internal/runs"
	"github.com/cineforge/cineforge/internal/wording"
	"github.com/cineforge/cineforge/run"
)

// runsHandler answers requests about runs, and starts them.
type runsHandler struct {
	runs    *runs.Service
	reader  *runs.Reader
	library *library.Service
	retries *retriesHandler
	costly  rateLimit
	memory  room
}

// The requests about runs.
type (
	runsQuery struct {
		Project string `query:"project" maxLength:"200"`
		Needs   bool   `query:"needs_you" doc:"Only those that need a person."`
		Drill   string `query:"drill" maxLength:"100" doc:"true for drills only, false for none, or the scenario of drills, by id or name."`
		Cursor  string `query:"cursor" maxLength:"200" doc:"The next_cursor of the page before."`
		Limit   int    `query:"limit" minimum:"1" maximum:"1000" default:"50"`

		Statuses []run.Status `query:"status" enum:"queued,running,waiting,paused,done,failed,cancelled" doc:"Also several."`
	}
	stateQuery struct {
		endpoint.OfRun
		Match string `header:"If-None-Match" maxLength:"200"`
		Brief bool   `query:"brief" doc:"Leave the attempts out, which are listed by /runs/{run_id}/attempts."`
	}
	attemptsQuery struct {
		endpoint.OfRun
		Stage  string            `query:"stage" maxLength:"100"`
		Unit   string            `query:"unit" maxLength:"200"`
		Status run.AttemptStatus `query:"status" enum:"running,success,failed"`
		Cursor string            `query:"cursor" maxLength:"1000" doc:"The next_cursor of the page before."`
		Limit  int               `query:"limit" minimum:"1" maximum:"1000" default:"200"`
	}
	startRequest struct {
		Idempotent
		Body client.RunRequest
	}
	planRequest struct{ Body PlanRequest }

	// PlanRequest asks what a start of the same would do. It is a type of its own, since a start
	// ignores what it does not know.
	PlanRequest struct{ client.RunRequest }
)

// maxListed is how many runs of a project are listed where there are no pages.
const maxListed = 1000

func (h *runsHandler) register(r *endpoint.Router) {
	endpoint.Handle(r, endpoint.Get("projectRuns", "/projects/{project_id}/runs", "The runs of a project, newest first",
		http.StatusNotFound), h.ofProject)
	endpoint.HandleCacheable(r, endpoint.Get("listRuns", "/runs", "All runs, newest first", http.StatusUnprocessableEntity), h.list)
	endpoint.Handle(r, endpoint.Post("startRun", "/runs/start", "Run a recipe on a file of a project",
		http.StatusNotFound, http.StatusConflict, http.StatusUnprocessableEntity,
		http.StatusTooManyRequests, http.StatusBadRequest), h.start)
	endpoint.Handle(r, endpoint.Post("planRun", "/runs/plan",
		"What a start of the same request would do, and what that is likely to take; nothing is asked or stored",
		http.StatusNotFound, http.StatusConflict, http.StatusUnprocessableEntity,
		http.StatusTooManyRequests, http.StatusBadRequest), h.plan)
	endpoint.HandleTagged(r, endpoint.Conditional(endpoint.Get("runState", "/runs/{run_id}/state", "Where a run stands",
		http.StatusNotFound)), h.state)
	endpoint.Handle(r, endpoint.Get("runAttempts", "/runs/{run_id}/attempts",
		"The attempts of a run, by the order of its stages and then by time", http.StatusNotFound, http.StatusUnprocessableEntity), h.attempts)
	h.registerEvents(r)
}

func (h *runsHandler) ofProject(ctx context.Context, in *endpoint.InProject) ([]run.Overview, error) {
	if _, err := h.library.Project(ctx, in.Project); err != nil {
		return nil, err
	}
	page, _, err := h.reader.List(ctx, runs.Filter{RunFilter: run.RunFilter{ProjectID: in.Project}, Limit: maxListed})
	return spoken(ctx, page), err
}

// spoken returns a list of runs whose hints are in the words of the client of ctx's request.
func spoken(ctx context.Context, list []run.Overview) []run.Overview {
	for i := range list {
		list[i].Hint = problem.Hint(ctx, list[i].Hint)
	}
	return list
}

func (h *runsHandler) list(ctx context.Context, in *runsQuery) (client.RunsPage, error) {
	if d := in.Drill; d != "" && d != runs.DrillsOnly && d != runs.NoDrills {
		if err := providers.CheckScenario(d); err != nil {
			return client.RunsPage{}, err
		}
	}
	page, next, err := h.reader.List(ctx, runs.Filter{
		RunFilter: run.RunFilter{ProjectID: in.Project, Before: in.Cursor}, Statuses: in.Statuses, NeedsYou: in.Needs,
		Drill: in.Drill, Limit: in.Limit,
	})
	if errors.Is(err, run.ErrNotFound) {
		err = problem.Refuse(http.StatusUnprocessableEntity, "invalid_cursor", "the cursor is invalid", "begin with the first page")
	}
	return client.RunsPage{Runs: spoken(ctx, page), NextCursor: next}, err
}

func (h *runsHandler) state(ctx context.Context, in *stateQuery) (endpoint.Tagged[client.RunState], error) {
	var out endpoint.Tagged[client.RunState]
	state, err := h.reader.Standing(ctx, in.Run)
	if err != nil {
		return out, err
	}
	tag, err := stateTag(state)
	if err != nil {
		return out, err
	}
	if in.Brief {
		tag += "-brief"
	}
	out.ETag = strconv.Quote(tag + problem.Variant(ctx))
	if endpoint.Matches(in.Match, out.ETag) {
		return out, endpoint.NotModified(out.ETag)
	}
	if in.Brief {
		for _, st := range state.Stages {
			st.Attempts = []run.AttemptState{}
		}
	}
	actions := problem.Actions(ctx, advice.For(state).Remedies)
	acts := problem.Actions(ctx, advice.Acts(state))
	state = problem.InWords(ctx, state, wording.State)
	out.Body = client.RunState{
		RunID: in.Run, State: live(state, time.Now()), BackgroundError: chat.Failure(state), Actions: actions, Acts: acts,
	}
	return out, nil
}

// stateTag returns the tag of a state: of its last event, and of all that changes without one, such
// as when a provider is asked again. The durations of what is under way are no part of it.
func stateTag(s run.State) (string, error) {
	data, err := json.Marshal(struct {
		run.Outlook
		Needs []run.Need
	}{s.Outlook.Tag(), s.Needs})
	return strconv.FormatInt(s.LastSeq, 10) + "-" + strings.Trim(endpoint.Tag(data), `"`)[:16], err
}

func (h *runsHandler) attempts(ctx context.Context, in *attemptsQuery) (client.AttemptsPage, error) {
	found, more, err := h.reader.Attempts(ctx, in.Run, runs.AttemptFilter{
		Stage: in.Stage, Unit: in.Unit, Status: in.Status, After: in.Cursor, Limit: in.Limit,
	})
	if errors.Is(err, runs.ErrNoAttempt) {
		err = problem.Refuse(http.StatusUnprocessableEntity, "invalid_cursor", "the cursor is invalid", "begin with the first page")
	}
	page := client.AttemptsPage{Attempts: []client.StageAttempt{}}
	for _, a := range found {
		page.Attempts = append(page.Attempts, client.StageAttempt(a))
	}
	if more {
		page.NextCursor = found[len(found)-1].ID
	}
	return page, err
}

// live adds to the durations of running and waiting stages the time up to now.
func live(s run.State, now time.Time) run.State {
	for _, st := range s.Stages {
		if (st.Status == run.StageRunning || st.Status == run.StageWaiting) && st.StartedAt != nil {
			st.DurationSeconds = max(st.DurationSeconds, now.Sub(st.StartedAt.Time).Seconds())
		}
	}
	return s
}
