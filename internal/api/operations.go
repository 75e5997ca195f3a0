package api

import (
	"context"
	"encoding/json"
	"net/http"
	"reflect"

	"github.com/danielgtaylor/huma/v2"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/client"
	"github.com/cineforge/cineforge/pipeline"
	"github.com/cineforge/cineforge/run"
)

// operations registers what an operator can do with runs.
func (s *API) operations() {
	type again struct {
		OfRun
		Once
	}
	handle(s, operation("retryFailedStage", http.MethodPost, "/runs/{run_id}/retry-failed-stage", "Go on with a run from the stage that failed, as a new run",
		http.StatusBadRequest, http.StatusNotFound, http.StatusConflict, http.StatusTooManyRequests), func(ctx context.Context, in *again) (client.Started, error) {
		if err := s.afford(); err != nil {
			return client.Started{}, err
		}
		out, err := s.retry(ctx, in.Run, in.Once, client.RetryRequest{})
		return out, as(err, pipeline.ErrNotOver, http.StatusBadRequest, "no_failed_stage")
	})
	type retry struct {
		OfRun
		Once
		Match string `header:"If-Match" maxLength:"200" doc:"The ETag of the retry plan; the retry is refused if the plan is another one now."`
		Body  *client.RetryRequest
	}
	handle(s, operation("retryRun", http.MethodPost, "/runs/{run_id}/retry", "Go on with a run from where it failed, from a stage, or from the start, as a new run",
		http.StatusBadRequest, http.StatusNotFound, http.StatusConflict, http.StatusPreconditionFailed, http.StatusUnprocessableEntity, http.StatusTooManyRequests), func(ctx context.Context, in *retry) (client.Started, error) {
		if err := s.afford(); err != nil {
			return client.Started{}, err
		}
		if in.Body == nil {
			in.Body = &client.RetryRequest{}
		}
		return s.retry(ctx, in.Run, in.Once, *in.Body, func(plan pipeline.RetryPlan) error {
			if tag, err := planTag(plan); err != nil || in.Match == "" || matches(in.Match, tag) {
				return err
			}
			return refuse(http.StatusPreconditionFailed, "plan_changed", "the retry would do something else than the plan said", "look at the plan again")
		})
	})
	type planOf struct {
		OfRun
		From           string         `query:"from" maxLength:"100"`
		Full           bool           `query:"full"`
		Recipe         string         `query:"recipe" default:"pinned" maxLength:"100" doc:"pinned, current, a recipe's id, or the name of a version."`
		MaxCostUSD     optionalNumber `query:"max_cost_usd" minimum:"0" maximum:"1000000"`
		MaxWaitSeconds optionalNumber `query:"max_wait_seconds" minimum:"0" maximum:"31536000"`
	}
	huma.Register(s.huma, operation("retryPlan", http.MethodGet, "/runs/{run_id}/retry-plan", "What a retry would keep, do again and cost",
		http.StatusBadRequest, http.StatusNotFound, http.StatusConflict, http.StatusUnprocessableEntity), func(ctx context.Context, in *planOf) (*tagged[pipeline.RetryPlan], error) {
		plan, err := s.app.PlanRetry(ctx, in.Run, asked(client.RetryRequest{From: in.From, Full: in.Full, Recipe: in.Recipe,
			MaxCostUSD: in.MaxCostUSD.given, MaxWaitSeconds: in.MaxWaitSeconds.given}))
		if err != nil {
			return nil, s.problem(ctx, err)
		}
		tag, err := planTag(plan)
		return &tagged[pipeline.RetryPlan]{tag, plan}, err
	})
	s.word("cancelRun", "/cancel", "End a run", s.app.Cancel, http.StatusConflict)
	s.word("tryNow", "/try-now", "End a run's waiting: whoever it waits for is asked at once", s.app.TryNow, http.StatusConflict)
	s.resume()
}

// resume registers how a run goes on that rests.
func (s *API) resume() {
	type resume struct {
		OfRun
		Body *client.ResumeRequest
	}
	handle(s, operation("resumeRun", http.MethodPost, "/runs/{run_id}/resume",
		"Let a paused run go on, accepting what it waits for to be accepted; or any, with whoever can be asked today",
		http.StatusBadRequest, http.StatusNotFound, http.StatusConflict, http.StatusUnprocessableEntity), func(ctx context.Context, in *resume) (client.Started, error) {
		today := in.Body != nil && in.Body.Candidates == client.CandidatesOfToday
		return started(in.Run, true), s.app.Resume(ctx, in.Run, today)
	})
}

// word registers something that is said to a run.
func (s *API) word(id, path, summary string, say func(ctx context.Context, runID string) error, problems ...int) {
	handle(s, operation(id, http.MethodPost, "/runs/{run_id}"+path, summary, append(problems, http.StatusNotFound)...), func(ctx context.Context, in *OfRun) (client.Started, error) {
		if _, err := run.Load(ctx, s.app.Store, in.Run); err != nil {
			return client.Started{}, err
		}
		return started(in.Run, true), say(ctx, in.Run)
	})
}

// optionalNumber is a parameter that is a number, or not there: 0 is a number too.
type optionalNumber struct {
	value float64
	given *float64 // nil if it is not there
}

// Schema describes the number; see huma.SchemaProvider.
func (optionalNumber) Schema(huma.Registry) *huma.Schema { return &huma.Schema{Type: huma.TypeNumber} }

// Receiver returns where the number is read into; see huma.ParamWrapper.
func (n *optionalNumber) Receiver() reflect.Value { return reflect.ValueOf(&n.value).Elem() }

// OnParamSet notes whether there is one; see huma.ParamReactor.
func (n *optionalNumber) OnParamSet(is bool, _ any) {
	if is {
		n.given = &n.value
	}
}

// planTag is the tag of a plan: of all that it says.
func planTag(plan pipeline.RetryPlan) (string, error) {
	data, err := json.Marshal(plan)
	return `"` + string(artifact.DigestOf(data))[len("sha256:"):][:32] + `"`, err
}
