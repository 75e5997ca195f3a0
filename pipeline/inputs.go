package pipeline

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/cineforge/cineforge/artifact"
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

// fromProject returns the latest healthy version of a type: of every entity, or of the project's own.
func (r artifactReader) fromProject(ctx context.Context, projectID, artifactType string, all bool) ([]artifact.Artifact, error) {
	latest, err := r.archive.Latest(ctx, projectID, artifactType)
	if err != nil {
		return nil, err
	}
	newest, err := r.archive.Newest(ctx, projectID)
	if err != nil {
		return nil, err
	}
	fresh := artifact.NewFreshness(newest)
	var found []artifact.Artifact
	for _, a := range latest {
		if usable := fresh.HealthOf(a.Metadata).Usable(); usable && (all || a.Metadata.Ref.EntityID == artifact.ProjectEntity) {
			found = append(found, a)
		}
	}
	return found, nil
}

// results is what the stages of a run made, by the versions that are current for the run: a
// person's edit takes the place of what it is an edit of. Of what the run did not make, the
// newest version in the project is current, so that another run in the same project spoils
// nothing of this one.
type results struct {
	current map[artifact.Ref]artifact.Metadata // by what the run made
	fresh   *artifact.Freshness
}

// entity is what a version is of.
type entity struct{ artifactType, entityID string }

func entityOf(r artifact.Ref) entity { return entity{r.ArtifactType, r.EntityID} }

// resultsOf returns what a run made. What can't be read is left out. Nothing becomes stale by
// what can't be read, or by an entity of which the run made several versions.
func (r artifactReader) resultsOf(ctx context.Context, state run.State) (results, error) {
	made := results{current: map[artifact.Ref]artifact.Metadata{}}
	newest, err := r.archive.Newest(ctx, state.ProjectID)
	if err != nil {
		return made, err
	}
	latest := map[entity]artifact.Metadata{}
	for _, m := range newest {
		latest[entityOf(m.Ref)] = m
	}
	unclear := map[entity]bool{}
	versions := map[entity]int{}
	for _, st := range state.Stages {
		for _, ref := range st.ArtifactRefs {
			of := entityOf(ref)
			now, err := r.currentOf(ctx, state.ProjectID, ref, latest[of])
			switch {
			case errors.Is(err, run.ErrNotFound) || errors.Is(err, run.ErrDamaged):
				unclear[of] = true
				continue
			case err != nil:
				return made, err
			}
			if known, several := versions[of]; several && known != now.Ref.Version {
				unclear[of] = true
			}
			versions[of] = now.Ref.Version
			made.current[ref] = now
		}
	}
	current := maps.Clone(latest)
	for ref, now := range made.current {
		current[entityOf(ref)] = now
	}
	for of := range unclear {
		delete(current, of)
	}
	made.fresh = artifact.NewFreshness(slices.Collect(maps.Values(current)))
	return made, nil
}

// currentOf returns the version that is current in place of one that a run made: the latest
// one if a person made that of it, by one edit or several, else the same.
func (r artifactReader) currentOf(
	ctx context.Context, projectID string, made artifact.Ref, latest artifact.Metadata,
) (artifact.Metadata, error) {
	for m := latest; m.Source == artifact.Human && m.Ref.Version > made.Version; {
		before := m.Ref
		for _, of := range m.Lineage {
			if of.ArtifactType == made.ArtifactType && of.EntityID == made.EntityID {
				before = of
			}
		}
		if before.Version == made.Version {
			return latest, nil
		}
		if before.Version >= m.Ref.Version {
			break // an edit of nothing
		}
		a, err := r.archive.Artifact(ctx, projectID, before)
		if err != nil {
			return artifact.Metadata{}, err
		}
		m = a.Metadata
	}
	if latest.Ref.Version == made.Version {
		return latest, nil
	}
	a, err := r.archive.Artifact(ctx, projectID, made)
	return a.Metadata, err
}

// refs returns the current versions of what a stage made.
func (r results) refs(made []artifact.Ref) []artifact.Ref {
	refs := make([]artifact.Ref, len(made))
	for i, ref := range made {
		refs[i] = ref
		if now, known := r.current[ref]; known {
			refs[i] = now.Ref
		}
	}
	return refs
}

// unusable says why nothing can be built on what a stage made, "" if something can.
func (r results) unusable(stageID string, made []artifact.Ref) string {
	for _, ref := range made {
		if now, known := r.current[ref]; known {
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
		now, known := r.current[ref]
		return known && r.fresh.HealthOf(now) == artifact.Stale
	})
}
