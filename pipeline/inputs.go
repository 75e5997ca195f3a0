package pipeline

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/recipe"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/stage"
)

// gather loads what a stage builds on: the artifacts of the stages it needs, then
// those it takes from the project. Of the former it takes only the types that the
// module consumes, so that lineage tells what an artifact was really made of.
func (p *Pipeline) gather(ctx context.Context, state run.State, s recipe.PlannedStage) (stage.Inputs, error) {
	var inputs stage.Inputs
	consumes := p.catalog[s.Module].Info().Consumes
	for _, id := range s.Inputs() {
		st, _ := state.Stage(id)
		for _, ref := range st.ArtifactRefs {
			if len(consumes) > 0 && !slices.Contains(consumes, ref.ArtifactType) {
				continue
			}
			a, err := p.store.Artifact(ctx, state.ProjectID, ref)
			if err != nil {
				return nil, err
			}
			inputs = append(inputs, a)
		}
	}
	for _, wanted := range []struct {
		types         map[string]string
		all, required bool
	}{
		{s.StoreInputs, false, true}, {s.StoreInputsOptional, false, false}, {s.StoreInputsAll, true, false},
	} {
		for _, key := range slices.Sorted(maps.Keys(wanted.types)) {
			found, err := p.fromProject(ctx, state.ProjectID, wanted.types[key], wanted.all)
			if err != nil {
				return nil, err
			}
			if len(found) == 0 && wanted.required {
				return nil, failure.New(failure.Input, fmt.Sprintf("stage %s needs a %s, and project %s has none that is healthy", s.ID, wanted.types[key], state.ProjectID),
					"run the recipe that makes one first")
			}
			inputs = append(inputs, found...)
		}
	}
	return inputs, nil
}

// fromProject returns the latest healthy version of a type: of every entity, or of the project's own.
func (p *Pipeline) fromProject(ctx context.Context, projectID, artifactType string, all bool) ([]artifact.Artifact, error) {
	latest, err := p.store.Latest(ctx, projectID, artifactType)
	if err != nil {
		return nil, err
	}
	var found []artifact.Artifact
	for _, a := range latest {
		usable := a.Metadata.Health != artifact.Stale && a.Metadata.Health != artifact.NeedsRevision
		if usable && (all || a.Metadata.Ref.EntityID == artifact.ProjectEntity) {
			found = append(found, a)
		}
	}
	return found, nil
}
