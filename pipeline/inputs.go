package pipeline

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/artifact/inventory"
	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/recipe"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/stage"
)

// artifactReader reads what the stages of runs made.
type artifactReader struct {
	archive artifact.Archive
	catalog stage.Catalog
}

func (p *Pipeline) artifacts() artifactReader {
	return artifactReader{archive: p.store, catalog: p.catalog}
}

// gather loads what a stage builds on: the artifacts of the stages it needs, then
// those it takes from the project. Of the former it takes only the types that the
// module consumes, so that lineage names what an artifact was really made of.
func (r artifactReader) gather(ctx context.Context, state run.State, s recipe.PlannedStage) (stage.Inputs, error) {
	var inputs stage.Inputs
	for _, id := range s.Inputs() {
		st, _ := state.Stage(id)
		made, err := r.fromStage(ctx, state.ProjectID, s, st.ArtifactRefs)
		if err != nil {
			return nil, err
		}
		inputs = append(inputs, made...)
	}
	stored, err := r.fromStore(ctx, state.ProjectID, s)
	return append(inputs, stored...), err
}

// consumes reports whether the module of a stage takes artifacts of a type.
func (r artifactReader) consumes(s recipe.PlannedStage, artifactType string) bool {
	types := r.catalog[s.Module].Info().Consumes
	return len(types) == 0 || slices.Contains(types, artifactType)
}

// fromStage loads those of another stage's artifacts that a stage takes.
func (r artifactReader) fromStage(
	ctx context.Context, projectID string, s recipe.PlannedStage, made []artifact.Ref,
) (inputs stage.Inputs, err error) {
	for _, ref := range made {
		if !r.consumes(s, ref.ArtifactType) {
			continue
		}
		a, err := r.archive.Artifact(ctx, projectID, ref)
		if err != nil {
			return nil, err
		}
		inputs = append(inputs, a)
	}
	return inputs, nil
}

// fromStore loads what a stage takes from the project.
func (r artifactReader) fromStore(ctx context.Context, projectID string, s recipe.PlannedStage) (inputs stage.Inputs, err error) {
	for _, wanted := range []struct {
		types         map[string]string
		all, required bool
	}{
		{types: s.StoreInputs, required: true}, {types: s.StoreInputsOptional}, {types: s.StoreInputsAll, all: true},
	} {
		for _, key := range slices.Sorted(maps.Keys(wanted.types)) {
			found, err := r.fromProject(ctx, projectID, wanted.types[key], wanted.all)
			if err != nil {
				return nil, err
			}
			if len(found) == 0 && wanted.required {
				return nil, failure.New(failure.Input, fmt.Sprintf("stage %s needs a %s, and project %s has none that is healthy",
					s.ID, wanted.types[key], projectID), "run the recipe that makes one first")
			}
			inputs = append(inputs, found...)
		}
	}
	return inputs, nil
}

// fromProject returns the current healthy version of a type: of every entity, or of the project's own.
func (r artifactReader) fromProject(ctx context.Context, projectID, artifactType string, all bool) ([]artifact.Artifact, error) {
	held, err := inventory.Load(ctx, r.archive, projectID)
	if err != nil {
		return nil, err
	}
	var found []artifact.Artifact
	for _, v := range held.Standing() {
		wanted := v.Ref.ArtifactType == artifactType && (all || v.Ref.EntityID == artifact.ProjectEntity)
		if !wanted || !held.HealthOf(v.Metadata).Usable() {
			continue
		}
		a, err := r.archive.Artifact(ctx, projectID, v.Ref)
		if err != nil {
			return nil, err
		}
		found = append(found, a)
	}
	return found, nil
}

// results is what the stages of a run made, by the versions that something new builds on.
type results struct {
	versions map[artifact.Ref]artifact.Metadata // by what the run made
	fresh    *artifact.Freshness
}

// basis is which versions of what a run made something new builds on.
type basis int

const (
	// asMade are those that the run made, whatever has come of them since.
	asMade basis = iota
	// asChosen are those that a person made or went back to, and else those that the run made:
	// what other runs of the project made takes no place.
	asChosen
	// asCurrent are those that are current in the project.
	asCurrent
)

// of returns the version that counts in place of one that a run made.
func (b basis) of(held *inventory.Inventory, made artifact.Ref) artifact.Ref {
	switch b {
	case asChosen:
		return held.InPlaceOf(made)
	case asCurrent:
		if now, there := held.Of(made); there {
			return now.Ref
		}
	}
	return made
}

// resultsOf returns what a run made, with the versions that count in its place. Stale is what
// was made of another version than those, or, unless all is as the run made it, than those that are
// current in the project. What can't be read is left out. Nothing becomes stale by what can't be
// read, or by an entity of which several versions count.
func (r artifactReader) resultsOf(ctx context.Context, state run.State, by basis) (results, error) {
	found := results{versions: map[artifact.Ref]artifact.Metadata{}}
	held, err := inventory.Load(ctx, r.archive, state.ProjectID)
	if err != nil {
		return found, err
	}
	current := map[artifact.Ref]artifact.Metadata{} // by the entity
	if by != asMade {
		for _, v := range held.All() {
			current[entityOf(v.Ref)] = v.Metadata
		}
	}
	unclear := map[artifact.Ref]bool{}
	counted := map[artifact.Ref]int{}
	for _, st := range state.Stages {
		for _, made := range st.ArtifactRefs {
			ref := by.of(held, made)
			of := entityOf(ref)
			m, err := held.Describe(ctx, r.archive, state.ProjectID, ref)
			if errors.Is(err, run.ErrNotFound) || errors.Is(err, run.ErrDamaged) {
				unclear[of] = true
				continue
			}
			if err != nil {
				return found, err
			}
			if known, several := counted[of]; several && known != ref.Version {
				unclear[of] = true
			}
			counted[of] = ref.Version
			found.versions[made] = m
			current[of] = m
		}
	}
	for of := range unclear {
		delete(current, of)
	}
	found.fresh = artifact.NewFreshness(slices.Collect(maps.Values(current)))
	return found, nil
}

// entityOf returns the reference to an entity, without a version.
func entityOf(r artifact.Ref) artifact.Ref {
	return artifact.Ref{ArtifactType: r.ArtifactType, EntityID: r.EntityID}
}

// refs returns the versions that count in place of what a stage made.
func (r results) refs(made []artifact.Ref) []artifact.Ref {
	refs := make([]artifact.Ref, len(made))
	for i, ref := range made {
		refs[i] = ref
		if now, known := r.versions[ref]; known {
			refs[i] = now.Ref
		}
	}
	return refs
}

// unusable says why nothing can be built on what a stage made, "" if something can.
func (r results) unusable(stageID string, made []artifact.Ref) string {
	for _, ref := range made {
		if now, known := r.versions[ref]; known {
			if health := r.fresh.HealthOf(now); !health.Usable() {
				return fmt.Sprintf("%s of stage %s is marked %s", now.Ref, stageID, health)
			}
		}
	}
	return ""
}

// stale reports whether anything that a stage made is stale.
func (r results) stale(made []artifact.Ref) bool {
	return slices.ContainsFunc(made, func(ref artifact.Ref) bool {
		now, known := r.versions[ref]
		return known && r.fresh.HealthOf(now) == artifact.Stale
	})
}
