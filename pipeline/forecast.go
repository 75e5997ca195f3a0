package pipeline

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/internal/estimate"
	"github.com/cineforge/cineforge/llm"
	"github.com/cineforge/cineforge/llm/chain"
	"github.com/cineforge/cineforge/pipeline/history"
	"github.com/cineforge/cineforge/pipeline/rehearsal"
	"github.com/cineforge/cineforge/recipe"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
	"github.com/cineforge/cineforge/stage"
)

// Forecast says what a run does that is about to begin with the given events, and what that is
// likely to take: its stages are rehearsed with all that the run would work with, and no model
// is asked. It works for a run of its own and for a retry, whose first events name the stages that
// are kept. Nothing is stored.
func (p *Pipeline) Forecast(ctx context.Context, plan *recipe.Plan, input []byte, first []event.Body) (run.Forecast, error) {
	f := forecaster{pipeline: p, state: run.NewState(), from: map[string]string{}, made: map[string]stage.Inputs{}, unknown: map[string]bool{}}
	for i, body := range first {
		if err := f.state.Apply(event.Event{Seq: int64(i + 1), Time: time.Now(), Body: body}); err != nil {
			return run.Forecast{}, err
		}
		if kept, ok := body.(event.StageSkippedReused); ok {
			f.from[kept.StageID] = kept.FromRunID
		}
	}
	f.file = stage.File{Name: f.state.InputName, Data: input}
	var err error
	if f.models, err = p.models(f.state.Drill); err != nil {
		return run.Forecast{}, err
	}
	if err := f.models.Router.Health().Recall(ctx); err != nil {
		return run.Forecast{}, err
	}
	if f.samples, err = p.history.Samples(ctx, f.state.Drill != ""); err != nil {
		return run.Forecast{}, err
	}
	out := run.Forecast{Stages: []run.StageForecast{},
		MaxCost: run.NumberSetting{Value: plan.MaxCostUSD, Source: run.LimitSource(plan.MaxCostOrigin)}}
	for _, s := range plan.Stages {
		if !slices.Contains(f.state.StageOrder, s.ID) {
			continue
		}
		of, err := f.stage(ctx, s)
		if err != nil {
			return run.Forecast{}, err
		}
		out.Stages = append(out.Stages, of)
	}
	sum(&out)
	return out, nil
}

// forecaster makes a forecast.
type forecaster struct {
	pipeline *Pipeline
	state    run.State // of the run when it has begun
	file     stage.File
	models   ModelSource
	samples  map[history.Answerer][]estimate.Sample

	from    map[string]string       // the runs that kept stages are taken over from
	made    map[string]stage.Inputs // what the stages make, by their ids
	unknown map[string]bool         // the stages of which that is not known
}

// stage forecasts one stage.
func (f *forecaster) stage(ctx context.Context, s recipe.PlannedStage) (run.StageForecast, error) {
	info := f.pipeline.catalog[s.Module].Info()
	out := run.StageForecast{StageID: s.ID, Title: title(f.pipeline.catalog, s.ID), Module: s.Module,
		Action: run.ActionRun, Chain: []run.CandidateForecast{}}
	if st, _ := f.state.Stage(s.ID); st.Status.Completed() {
		out.Action = run.ActionReuse
		out.FromRunID = f.from[s.ID]
		out.Units, out.Requests = new(0), new(0)
		return out, nil
	}
	out.Limits = limitsInForce(s)
	asked, err := f.rehearse(ctx, s, &out)
	if err != nil || info.AsksNoModel {
		return out, err
	}
	f.survey(s, asked, &out)
	return out, nil
}

// limitsInForce are what bounds a stage.
func limitsInForce(s recipe.PlannedStage) *run.StageLimits {
	p := s.Policy
	of := func(key string) run.LimitSource { return run.LimitSource(s.Origins[key]) }
	number := func(key string, v float64) run.NumberSetting { return run.NumberSetting{Value: v, Source: of(key)} }
	return &run.StageLimits{
		MaxCostUSD:      number(recipe.KeyMaxCost, p.MaxCostUSD),
		MaxWaitSeconds:  number(recipe.KeyMaxWait, p.MaxWait.Seconds()),
		MaxStageSeconds: number(recipe.KeyMaxStage, p.MaxStage.Seconds()),
		MaxAttempts:     number(recipe.KeyMaxAttempts, float64(p.MaxAttempts)),
		Concurrency:     number(recipe.KeyConcurrency, float64(p.Concurrency)),
		OnExhausted:     run.WordSetting{Value: string(p.OnExhausted), Source: of(recipe.KeyOnExhausted)},
		Chain:           of(recipe.KeyModels),
	}
}

// title returns what a stage does in an operator's words, or its id.
func title(catalog stage.Catalog, stageID string) string {
	for _, m := range catalog {
		if info := m.Info(); info.StageID == stageID {
			return info.Title
		}
	}
	return stageID
}

// request is a request that no stored answer serves.
type request struct {
	llm.Request
	estimate estimate.Request
}

// rehearse finds out what a stage asks, and notes what it makes for those that build on it.
func (f *forecaster) rehearse(ctx context.Context, s recipe.PlannedStage, out *run.StageForecast) ([]request, error) {
	module := f.pipeline.catalog[s.Module]
	inputs, err := f.inputs(ctx, s)
	if errors.Is(err, errUnmade) {
		f.unknown[s.ID] = true
		out.Unknown = err.Error()
		return nil, nil
	}
	if failure.ClassOf(err) == failure.Input {
		f.fails(s, out, err)
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	memo := newMemo(f.pipeline.store, f.state, s, f.models.Candidates.ForRun(&f.state, s.ID, s.Policy))
	var mu sync.Mutex // guards asked
	var asked []request
	found, err := rehearsal.Run(ctx, rehearsal.Stage{
		Module: module,
		Task:   stage.Task{StageID: s.ID, Params: s.Params, File: f.file, Settings: settingsOf(f.state.Settings), Inputs: inputs},
		Stored: func(ctx context.Context, req llm.Request) (llm.Response, bool, error) {
			req.Key = memo.key(req)
			a, ok, err := memo.find(ctx, req)
			return llm.Response{JSON: a.JSON, Source: llm.Source(a.Source), Provider: a.Provider, Model: a.ServedModel}, ok, err
		},
		Ask: func(req llm.Request) {
			mu.Lock()
			defer mu.Unlock()
			asked = append(asked, request{req, estimate.NewRequest(req, chain.InputTokens(req), module.Info().Rewrites)})
		},
	})
	if err != nil {
		return nil, err
	}
	out.Units = &found.Units
	out.UnitKind = found.Kind
	out.Stored = found.Stored
	out.Requests = new(len(asked))
	if found.Problem != nil {
		f.fails(s, out, found.Problem)
	}
	if found.Drafts == nil {
		f.unknown[s.ID] = true
	}
	for _, d := range found.Drafts {
		f.made[s.ID] = append(f.made[s.ID], artifact.Artifact{Data: d.Data, Metadata: artifact.Metadata{
			Ref: artifact.Ref{ArtifactType: d.Type, EntityID: d.EntityID}, Health: d.Health, Source: d.Source,
		}})
	}
	return asked, nil
}

// fails notes that a stage will fail.
func (f *forecaster) fails(s recipe.PlannedStage, out *run.StageForecast, err error) {
	f.unknown[s.ID] = true
	out.Problem = err.Error()
}

// errUnmade says that a stage builds on what is not there yet.
var errUnmade = errors.New("depends on answers that are not there yet")

// inputs returns what a stage builds on: what rehearsed stages make, what kept ones have made, and
// what it takes from the project.
func (f *forecaster) inputs(ctx context.Context, s recipe.PlannedStage) (stage.Inputs, error) {
	r := f.pipeline.artifacts()
	var inputs stage.Inputs
	for _, id := range s.Inputs() {
		if f.unknown[id] {
			return nil, fmt.Errorf("what stage %s makes %w", id, errUnmade)
		}
		if st, _ := f.state.Stage(id); st.Status.Completed() {
			kept, err := r.fromStage(ctx, f.state.ProjectID, s, st.ArtifactRefs)
			if err != nil {
				return nil, err
			}
			inputs = append(inputs, kept...)
			continue
		}
		for _, a := range f.made[id] {
			if r.consumes(s, a.Metadata.Ref.ArtifactType) {
				inputs = append(inputs, a)
			}
		}
	}
	stored, err := r.fromStore(ctx, f.state.ProjectID, s)
	return append(inputs, stored...), err
}

// survey notes which models of a stage can be asked, and what its requests take of each.
func (f *forecaster) survey(s recipe.PlannedStage, asked []request, out *run.StageForecast) {
	candidates := f.models.Candidates.ForRun(&f.state, s.ID, s.Policy)
	router := f.models.Router.NewStage(chain.Plan{Candidates: candidates.Candidates, Skipped: candidates.Skipped, Operator: time.Now()}, nil)
	var most, least llm.Request
	var all []estimate.Request
	for i, r := range asked {
		all = append(all, r.estimate)
		if i == 0 || need(r.Request) > need(most) {
			most = r.Request
		}
		if i == 0 || need(r.Request) < need(least) {
			least = r.Request
		}
	}
	ofMost := router.Survey(most)
	for i, v := range router.Survey(least) {
		c := candidateForecast(v)
		if long := ofMost[i]; c.Usable && long.Reason == chain.SmallWindow {
			c.Detail = "not all requests fit: " + long.Detail
		}
		if i < len(candidates.Candidates) {
			spec := candidates.Candidates[i].Spec
			c.Window = orNil(spec.Window)
			if spec.Price != nil {
				c.Price = &run.Price{InputUSD: spec.Price.Input, OutputUSD: spec.Price.Output}
			}
			if out.Requests != nil {
				c.Estimate = f.estimate(history.Answerer{StageID: s.ID, Provider: v.Provider, Model: v.Model}, all, spec, s.Policy.Concurrency)
			}
		}
		out.Chain = append(out.Chain, c)
	}
	choose(out, len(candidates.Candidates))
}

// need is how many tokens a request takes with its answer.
func need(r llm.Request) int { return chain.InputTokens(r) + r.MaxOutputTokens }

// candidateForecast is what was found about a candidate, in the form of a forecast.
func candidateForecast(v chain.Surveyed) run.CandidateForecast {
	at := func(t time.Time) *time.Time {
		if t.IsZero() {
			return nil
		}
		return new(t.UTC())
	}
	return run.CandidateForecast{
		Provider: v.Provider, Model: v.Model, Usable: v.Reason == "", Reason: event.VerdictReason(v.Reason), Detail: v.Detail,
		Since: at(v.Since), Until: at(v.Until), Breaker: v.Breaker, ProviderBreaker: v.ProviderBreaker,
	}
}

// orNil returns a number, nil for 0.
func orNil(n int) *int {
	if n == 0 {
		return nil
	}
	return &n
}

// choose notes which candidate is asked first, and which last. While none can be asked, the
// run waits for the first of those that are configured.
func choose(out *run.StageForecast, configured int) {
	if configured == 0 {
		return
	}
	first, last := out.Chain[0], out.Chain[configured-1]
	usable := func(c run.CandidateForecast) bool { return c.Usable }
	if i := slices.IndexFunc(out.Chain, usable); i >= 0 {
		first = out.Chain[i]
		out.First = new(first.Provider + ":" + first.Model)
		for _, c := range out.Chain[i:configured] {
			if c.Usable {
				last = c
			}
		}
	}
	out.Estimate = first.Estimate
	out.IfLast = last.Estimate
}

// estimate returns what requests take of a model.
func (f *forecaster) estimate(by history.Answerer, asked []estimate.Request, spec llm.Spec, atOnce int) *run.Estimate {
	figures := estimate.New(f.samples[by])
	u := figures.Take(asked, spec, atOnce)
	out := &run.Estimate{
		Candidate: by.Provider + ":" + by.Model, Basis: run.EstimateBasis(figures.Basis(len(asked))), Samples: figures.Samples(),
		InputTokens: run.Range(u.Input), OutputTokens: run.Range(u.Output), Seconds: run.Range(u.Seconds),
	}
	if usd := u.Cost(spec); usd != nil {
		out.CostUSD = new(run.Range(*usd))
	}
	return out
}

// sum adds up what the stages take.
func sum(out *run.Forecast) {
	var cost, last, anyone, seconds, tokens total
	for _, s := range out.Stages {
		if s.Requests != nil && *s.Requests == 0 && len(s.Chain) == 0 {
			continue // it asks nothing
		}
		cost.add(s.Estimate, usdOf)
		last.add(s.IfLast, usdOf)
		seconds.add(s.Estimate, func(e *run.Estimate) *run.Range { return &e.Seconds })
		tokens.add(s.Estimate, func(e *run.Estimate) *run.Range {
			return new(run.Range(estimate.Range(e.InputTokens).Plus(estimate.Range(e.OutputTokens))))
		})
		var hull *run.Range
		for _, c := range s.Chain {
			if c.Estimate == nil || c.Estimate.CostUSD == nil {
				continue
			}
			if hull == nil {
				hull = c.Estimate.CostUSD
			}
			hull = new(run.Range(estimate.Range(*hull).With(estimate.Range(*c.Estimate.CostUSD))))
		}
		anyone.addRange(hull)
	}
	out.CostUSD = cost.known()
	out.IfLastUSD = last.known()
	out.IfAnyUSD = anyone.known()
	out.Seconds = seconds.known()
	out.Tokens = tokens.known()
}

func usdOf(e *run.Estimate) *run.Range { return e.CostUSD }

// total is a sum of ranges. It is not known if one of them is not.
type total struct {
	sum     estimate.Range
	unknown bool
}

func (t *total) add(e *run.Estimate, of func(*run.Estimate) *run.Range) {
	if e == nil {
		t.unknown = true
		return
	}
	t.addRange(of(e))
}

func (t *total) addRange(r *run.Range) {
	if r == nil {
		t.unknown = true
		return
	}
	t.sum = t.sum.Plus(estimate.Range(*r))
}

func (t *total) known() *run.Range {
	if t.unknown {
		return nil
	}
	return new(run.Range(t.sum))
}
