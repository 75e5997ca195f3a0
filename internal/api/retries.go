package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"reflect"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/cineforge/cineforge/client"
	"github.com/cineforge/cineforge/internal/api/endpoint"
	"github.com/cineforge/cineforge/internal/api/problem"
	"github.com/cineforge/cineforge/internal/runs"
	"github.com/cineforge/cineforge/pipeline"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
)

// retriesHandler retries runs, and does what else an operator can do with them.
type retriesHandler struct {
	runs   *runs.Service
	reader *runs.Reader
	costly rateLimit
}

// The requests of operators about runs.
type (
	actRequest struct {
		endpoint.OfRun
		Body *client.Act
	}
	retryFailedRequest struct {
		endpoint.OfRun
		Idempotent
		Body *client.RetryFailedRequest
	}
	retryRequest struct {
		endpoint.OfRun
		Idempotent
		Match string `header:"If-Match" maxLength:"200" doc:"The ETag of the retry plan; the retry is refused if the plan is another one now."`
		Body  *client.RetryRequest
	}
	planQuery struct {
		endpoint.OfRun
		From           string         `query:"from" maxLength:"100"`
		Full           bool           `query:"full"`
		Recipe         string         `query:"recipe" default:"pinned" maxLength:"100" doc:"pinned, current, a recipe's id, or the name of a version."`
		MaxCostUSD     optionalNumber `query:"max_cost_usd" minimum:"0" maximum:"1000000"`
		MaxWaitSeconds optionalNumber `query:"max_wait_seconds" minimum:"0" maximum:"31536000"`
		Newest         bool           `query:"newest" doc:"Build on what is current in the project."`

		Chain            []string `query:"chain,explode" maxItems:"256" doc:"The chain of a stage, as STAGE=MODEL,MODEL; once for each stage."`
		ProviderOrder    []string `query:"provider_order" maxItems:"32" doc:"As in the request of a retry, with commas."`
		WithoutProviders []string `query:"without_providers" maxItems:"32" doc:"The same."`
		OnExhausted      string   `query:"on_exhausted" enum:"fail,pause"`
	}
	resumeRequest struct {
		endpoint.OfRun
		Body *client.ResumeRequest
	}
)

func (h *retriesHandler) register(r *endpoint.Router) {
	endpoint.Handle(r, endpoint.Post("retryFailedStage", "/runs/{run_id}/retry-failed-stage",
		"Go on with a run from the stage that failed, as a new run",
		http.StatusBadRequest, http.StatusNotFound, http.StatusConflict, http.StatusUnprocessableEntity,
		http.StatusTooManyRequests), h.retryFailed)
	endpoint.Handle(r, endpoint.Post("retryRun", "/runs/{run_id}/retry",
		"Go on with a run from where it failed, from a stage, or from the start, as a new run",
		http.StatusBadRequest, http.StatusNotFound, http.StatusConflict, http.StatusPreconditionFailed,
		http.StatusUnprocessableEntity, http.StatusTooManyRequests), h.retry)
	endpoint.HandleTagged(r, endpoint.Get("retryPlan", "/runs/{run_id}/retry-plan", "What a retry would keep, repeat and cost",
		http.StatusBadRequest, http.StatusNotFound, http.StatusConflict, http.StatusUnprocessableEntity), h.plan)
	endpoint.Handle(r, endpoint.Post("cancelRun", "/runs/{run_id}/cancel", "Cancel a run",
		http.StatusConflict, http.StatusNotFound, http.StatusUnprocessableEntity), h.signal(h.runs.Cancel))
	endpoint.Handle(r, endpoint.Post("tryNow", "/runs/{run_id}/try-now", "End a run's wait and ask its providers now",
		http.StatusConflict, http.StatusNotFound, http.StatusUnprocessableEntity), h.signal(h.runs.TryNow))
	endpoint.Handle(r, endpoint.Post("acknowledgeRun", "/runs/{run_id}/acknowledge",
		"End a run's need for a person, until something happens in it",
		http.StatusConflict, http.StatusNotFound, http.StatusUnprocessableEntity), h.signal(h.runs.Acknowledge))
	endpoint.Handle(r, endpoint.Post("resumeRun", "/runs/{run_id}/resume",
		"Resume a paused run and accept its results; or continue any run with the providers available today",
		http.StatusBadRequest, http.StatusNotFound, http.StatusConflict, http.StatusUnprocessableEntity), h.resume)
}

func (h *retriesHandler) retryFailed(ctx context.Context, in *retryFailedRequest) (client.Started, error) {
	if err := h.costly.take(); err != nil {
		return client.Started{}, err
	}
	var b client.RetryRequest
	if in.Body != nil {
		b.Reason = in.Body.Reason
	}
	out, err := h.begin(ctx, in.Run, in.Idempotent, b, nil)
	return out, problem.As(err, pipeline.ErrNotOver, http.StatusBadRequest, "no_failed_stage")
}

func (h *retriesHandler) retry(ctx context.Context, in *retryRequest) (client.Started, error) {
	if err := h.costly.take(); err != nil {
		return client.Started{}, err
	}
	if in.Body == nil {
		in.Body = &client.RetryRequest{}
	}
	return h.begin(ctx, in.Run, in.Idempotent, *in.Body, func(plan pipeline.RetryPlan) error {
		if tag, err := planTag(plan); err != nil || in.Match == "" || endpoint.Matches(in.Match, tag) {
			return err
		}
		return problem.Refuse(http.StatusPreconditionFailed, "plan_changed", "the retry plan has changed",
			"get the new plan")
	})
}

func (h *retriesHandler) plan(ctx context.Context, in *planQuery) (endpoint.Tagged[pipeline.RetryPlan], error) {
	plan, err := h.runs.PlanRetry(ctx, in.Run, retryOf(client.RetryRequest{
		From: in.From, Full: in.Full, Recipe: in.Recipe,
		MaxCostUSD: in.MaxCostUSD.given, MaxWaitSeconds: in.MaxWaitSeconds.given, Newest: in.Newest, ModelChoice: in.choice(),
	}))
	if err != nil {
		return endpoint.Tagged[pipeline.RetryPlan]{}, err
	}
	tag, err := planTag(plan)
	return endpoint.Tagged[pipeline.RetryPlan]{ETag: tag, Body: plan}, err
}

// choice is which models the retry would ask.
func (q *planQuery) choice() client.ModelChoice {
	c := client.ModelChoice{ProviderOrder: q.ProviderOrder, WithoutProviders: q.WithoutProviders, OnExhausted: q.OnExhausted}
	for _, text := range q.Chain {
		stageID, models, _ := strings.Cut(text, "=")
		if c.Chains == nil {
			c.Chains = map[string][]string{}
		}
		c.Chains[stageID] = strings.Split(models, ",")
	}
	return c
}

// planTag returns the tag of a plan: of what the retry does. What is spent, what answers there
// are and what the missing ones may cost is left out, because other runs change it; so are edits
// that the retry does not use.
func planTag(plan pipeline.RetryPlan) (string, error) {
	does := plan.RetryPlan
	does.SpentUSD = 0
	does.EstimatedCostUSD = nil
	does.RetryOutlook = run.RetryOutlook{}
	if !does.Newest {
		does.Edits = nil
	}
	does.Redone = slices.Clone(does.Redone)
	for i := range does.Redone {
		does.Redone[i].AnswersHad = 0
		does.Redone[i].Discarded = 0
	}
	data, err := json.Marshal(does)
	return endpoint.Tag(data), err
}

func (h *retriesHandler) resume(ctx context.Context, in *resumeRequest) (client.Started, error) {
	how := runs.Continuation{}
	if in.Body != nil {
		how.Today = in.Body.Candidates == client.CandidatesOfToday
		how.Reason = in.Body.Reason
	}
	return started(in.Run, true), h.runs.Resume(ctx, in.Run, how)
}

// signal returns a handler of what is asked of a run with no more than a reason.
func (h *retriesHandler) signal(
	send func(ctx context.Context, runID, reason string) error,
) func(ctx context.Context, in *actRequest) (client.Started, error) {
	return func(ctx context.Context, in *actRequest) (client.Started, error) {
		if _, err := run.Load(ctx, h.reader.Store, in.Run); err != nil {
			return client.Started{}, err
		}
		reason := ""
		if in.Body != nil {
			reason = in.Body.Reason
		}
		return started(in.Run, true), send(ctx, in.Run, reason)
	}
}

// begin begins a run that goes on with another one, if agreed accepts the plan; nil accepts all.
func (h *retriesHandler) begin(
	ctx context.Context, id string, key Idempotent, b client.RetryRequest, agreed func(pipeline.RetryPlan) error,
) (client.Started, error) {
	if b.Recipe == event.PinnedRecipe {
		b.Recipe = "" // which asks for the same
	}
	once, err := key.key("/runs/"+id+"/retry", b)
	if err != nil {
		return client.Started{}, err
	}
	next, existing, err := h.runs.Retry(ctx, id, runs.RetryRequest{
		Retry: retryOf(b), Queue: true, Once: once, Reason: b.Reason, Agreed: agreed,
	})
	if e, ok := errors.AsType[*run.RepeatedError](err); ok && e.Same {
		return started(e.RunID, true), nil
	}
	return started(next, existing), err
}

// retryOf returns the retry that a request asks for.
func retryOf(b client.RetryRequest) pipeline.Retry {
	r := pipeline.Retry{
		Mode: event.RetryFailed, RecipeName: b.Recipe, Newest: b.Newest,
		Limits:  event.Limits{MaxCostUSD: b.MaxCostUSD, MaxWaitSeconds: b.MaxWaitSeconds, OnExhausted: b.OnExhausted},
		Routing: routing(b.ModelChoice),
	}
	switch {
	case b.Full:
		r.Mode = event.RetryFull
	case b.From != "":
		r.Mode = event.RetryFrom
		r.Stage = b.From
	}
	return r
}

// optionalNumber is a parameter that may be missing, which differs from 0.
type optionalNumber struct {
	value float64
	given *float64 // nil if it is not there
}

// Schema describes the number; see huma.SchemaProvider.
func (optionalNumber) Schema(huma.Registry) *huma.Schema { return &huma.Schema{Type: huma.TypeNumber} }

// Receiver returns what the number is read into; see huma.ParamWrapper.
func (n *optionalNumber) Receiver() reflect.Value { return reflect.ValueOf(&n.value).Elem() }

// OnParamSet records whether there is one; see huma.ParamReactor.
func (n *optionalNumber) OnParamSet(is bool, _ any) {
	if is {
		n.given = &n.value
	}
}
