package api

import (
	"context"
	"errors"
	"net/http"
	"strconv"
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
	}
	startRequest struct {
		Idempotent
		Body client.RunRequest
	}
)

// maxListed is how many runs of a project are listed where there are no pages.
const maxListed = 1000

func (h *runsHandler) register(r *endpoint.Router) {
	endpoint.Handle(r, endpoint.Get("projectRuns", "/projects/{project_id}/runs", "The runs of a project, newest first",
		http.StatusNotFound), h.ofProject)
	endpoint.Handle(r, endpoint.Get("listRuns", "/runs", "All runs, newest first", http.StatusUnprocessableEntity), h.list)
	endpoint.Handle(r, endpoint.Post("startRun", "/runs/start", "Run a recipe on a file of a project",
		http.StatusNotFound, http.StatusConflict, http.StatusUnprocessableEntity,
		http.StatusTooManyRequests, http.StatusBadRequest), h.start)
	endpoint.HandleTagged(r, endpoint.Conditional(endpoint.Get("runState", "/runs/{run_id}/state", "Where a run stands",
		http.StatusNotFound)), h.state)
	h.registerEvents(r)
}

func (h *runsHandler) ofProject(ctx context.Context, in *endpoint.InProject) ([]run.Overview, error) {
	if _, err := h.library.Project(ctx, in.Project); err != nil {
		return nil, err
	}
	page, _, err := h.reader.List(ctx, runs.Filter{RunFilter: run.RunFilter{ProjectID: in.Project}, Limit: maxListed})
	return page, err
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
		err = problem.Refuse(http.StatusUnprocessableEntity, "invalid_cursor", "the cursor is of no list", "begin with the first page")
	}
	return client.RunsPage{Runs: page, NextCursor: next}, err
}

func (h *runsHandler) state(ctx context.Context, in *stateQuery) (endpoint.Tagged[client.RunState], error) {
	var out endpoint.Tagged[client.RunState]
	state, err := h.reader.State(ctx, in.Run)
	if err != nil {
		return out, err
	}
	tag := strconv.FormatInt(state.LastSeq, 10)
	if len(state.Needs) > 0 { // which no event says
		tag += "-" + run.NoCarrier
	}
	out.ETag = strconv.Quote(tag + problem.Variant(ctx))
	if endpoint.Matches(in.Match, out.ETag) {
		return out, endpoint.NotModified(out.ETag)
	}
	actions := problem.Actions(ctx, advice.For(state).Remedies)
	state = worded(ctx, state, wording.State)
	out.Body = client.RunState{RunID: in.Run, State: live(state, time.Now()), BackgroundError: chat.Failure(state), Actions: actions}
	return out, nil
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
