// Package inventory says what is current of the artifacts of a project, and what of it is stale
// or superseded.
package inventory

import (
	"context"
	"errors"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/artifact/content"
)

// Inventory is the current version of every entity of a project at a time. It is not safe for
// concurrent use.
type Inventory struct {
	*artifact.Freshness
	all []artifact.Version
	at  map[[2]string]int // places in all, by type and entity
}

// Load returns the inventory of a project, which is empty if there is none.
func Load(ctx context.Context, archive artifact.Archive, projectID string) (*Inventory, error) {
	all, err := archive.Current(ctx, projectID)
	if err != nil {
		return nil, err
	}
	current := make([]artifact.Metadata, len(all))
	at := map[[2]string]int{}
	for i, c := range all {
		current[i] = c.Metadata
		at[[2]string{c.Ref.ArtifactType, c.Ref.EntityID}] = i
	}
	v := &Inventory{Freshness: artifact.NewFreshness(current), all: all, at: at}
	return v, v.supersede(ctx, archive, projectID)
}

// supersede notes what an index does not name.
func (v *Inventory) supersede(ctx context.Context, archive artifact.Archive, projectID string) error {
	indexes := map[string]map[string]bool{}
	for _, c := range v.all {
		by := content.NamedBy(c.Ref.ArtifactType)
		index, there := v.Of(artifact.Ref{ArtifactType: by, EntityID: artifact.ProjectEntity})
		if by == "" || !there {
			continue
		}
		names, known := indexes[by]
		if !known {
			a, err := archive.Artifact(ctx, projectID, index.Ref)
			if err != nil && !errors.Is(err, artifact.ErrDamaged) && !errors.Is(err, artifact.ErrNotFound) {
				return err
			}
			names, _ = content.Names(a.Data)
			indexes[by] = names
		}
		if names != nil && !names[c.Ref.EntityID] {
			v.Supersede(c.Ref, index.Ref)
		}
	}
	return nil
}

// All returns the current versions of all entities, in the order of types and entities, also of
// those that are superseded.
func (v *Inventory) All() []artifact.Version { return v.all }

// Standing returns the current versions of the entities that are of the project, in the order of
// types and entities.
func (v *Inventory) Standing() []artifact.Version {
	var standing []artifact.Version
	for _, c := range v.all {
		if _, superseded := v.SupersededBy(c.Ref); !superseded {
			standing = append(standing, c)
		}
	}
	return standing
}

// Of returns the current version of the entity of a reference.
func (v *Inventory) Of(ref artifact.Ref) (artifact.Version, bool) {
	i, there := v.at[[2]string{ref.ArtifactType, ref.EntityID}]
	if !there {
		return artifact.Version{}, false
	}
	return v.all[i], true
}

// InPlaceOf returns the version that counts in place of one that a run made: the current one if
// a person made that or went back to it, else the same. What other runs of the project made
// takes no run's place.
func (v *Inventory) InPlaceOf(made artifact.Ref) artifact.Ref {
	if now, there := v.Of(made); there && now.Chosen {
		return now.Ref
	}
	return made
}

// Describe returns what is known of a version, which is read from the archive if it is not current.
func (v *Inventory) Describe(
	ctx context.Context, archive artifact.Archive, projectID string, ref artifact.Ref,
) (artifact.Metadata, error) {
	if now, there := v.Of(ref); there && now.Ref.Version == ref.Version {
		return now.Metadata, nil
	}
	a, err := archive.Artifact(ctx, projectID, ref)
	return a.Metadata, err
}
