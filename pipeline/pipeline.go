// Package pipeline executes recipes: it decides which stages may start, does them
// and records what comes of them.
package pipeline

import (
	"cmp"
	"context"
	"strings"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/durable"
	"github.com/cineforge/cineforge/pipeline/history"
	"github.com/cineforge/cineforge/recipe"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
	"github.com/cineforge/cineforge/stage"
)

// Store is what a pipeline needs of storage.
type Store struct {
	run.Log
	run.Index
	run.Memo
	artifact.Archive
	Blobs artifact.Blobs
}

// Pipeline makes runs and does their stages. It is safe for concurrent use.
type Pipeline struct {
	store       Store
	catalog     stage.Catalog
	models      ModelSources
	plans       *plans
	projections *projections
	history     *history.History
	committer   *committer
}

var _ durable.Worker = (*Pipeline)(nil)

// New returns a pipeline of the given modules, whose requests go to models.
func New(store Store, catalog stage.Catalog, models ModelSources) *Pipeline {
	return &Pipeline{
		store:       store,
		catalog:     catalog,
		models:      models,
		plans:       newPlans(store.Blobs, Modules(catalog)),
		projections: newProjections(store),
		history:     history.New(store.Log, store.Index),
		committer:   &committer{log: store.Log, end: context.Background()},
	}
}

// Modules describes the catalog to recipes.
func Modules(catalog stage.Catalog) recipe.Modules {
	all := recipe.Modules{}
	for id, m := range catalog {
		info := m.Info()
		spec := recipe.ModuleSpec{
			Params: map[string]recipe.ParamSpec{}, Consumes: info.Consumes, Produces: info.Produces, StageID: info.StageID,
		}
		for _, name := range info.DefaultChain {
			provider, model, _ := strings.Cut(name, ":")
			spec.DefaultChain = append(spec.DefaultChain, recipe.ModelName{Provider: provider, Model: model})
		}
		for name, p := range info.Params {
			spec.Params[name] = recipe.ParamSpec{Kind: string(p.Kind), Required: p.Required}
		}
		all[id] = spec
	}
	return all
}

// OnTrouble has report called, once, when the store refuses what may be stored later, and once
// with nil when it takes changes again. It must be called before the pipeline is used.
func (p *Pipeline) OnTrouble(report func(err error)) { p.committer.report = report }

// EndWith ends the waiting for the store when ctx is done: the process has to end then. It must
// be called before the pipeline is used.
func (p *Pipeline) EndWith(ctx context.Context) { p.committer.end = ctx }

// log returns the log of a run, to be written under a claim.
func (p *Pipeline) log(claim durable.Claim) runLog {
	return runLog{committer: p.committer, claim: claim}
}

// Cancel records that an operator ended a run; see durable.Worker. The note is that of an
// event.Asked.
func (p *Pipeline) Cancel(ctx context.Context, claim durable.Claim, note string) error {
	state, err := run.Load(ctx, p.store, claim.Run)
	if err != nil || state.Status.Ended() {
		return err
	}
	p.projections.forget(claim.Run)
	asked := event.ReadNote(note)
	asked.Reason = cmp.Or(asked.Reason, "an operator ended it")
	return p.log(claim).append(ctx, event.RunCancelled{Asked: asked},
		event.PipelineFinished{Outcome: event.Cancelled, TotalCostUSD: state.TotalCostUSD, Error: "cancelled by an operator"})
}

// Confirm lets a run go on that waits for a person to accept what stages made. With today, the
// run goes on with the models that can be asked today, in place of those that it pinned. The
// caller executes the run after that. The reason is recorded.
func (p *Pipeline) Confirm(ctx context.Context, claim durable.Claim, today bool, reason string) error {
	state, err := run.Load(ctx, p.store, claim.Run)
	if err != nil {
		return err
	}
	var confirmed []string
	for _, id := range state.StageOrder {
		if st, _ := state.Stage(id); st.Status == run.StagePaused && st.PauseReason == event.AwaitingConfirmation {
			confirmed = append(confirmed, id)
		}
	}
	resumed := event.RunResumed{Cause: event.ResumedByOperator, Confirmed: confirmed, Asked: event.AskedBy(ctx, reason)}
	if today && state.Drill == "" {
		if resumed.Candidates, err = p.pinsOfToday(ctx, state); err != nil {
			return err
		}
	}
	if state.Status != run.Paused && resumed.Candidates == nil {
		return nil
	}
	return p.log(claim).append(ctx, resumed)
}
