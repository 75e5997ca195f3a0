package artifact

import "slices"

// Freshness judges what is stale, given which version of each artifact is current. An artifact
// is stale if something in its lineage has another current version, or is stale itself. There
// is no other rule for this: what the API shows and what a retry keeps are both judged here,
// each by the versions that are current for it.
//
// It remembers its verdicts, and is not safe for concurrent use.
type Freshness struct {
	current map[entity]Metadata
	stale   map[Ref]bool // the verdicts so far
}

// entity is what has versions.
type entity struct{ artifactType, id string }

func (r Ref) subject() entity { return entity{r.ArtifactType, r.EntityID} }

// NewFreshness returns the rule for the versions that are current, at most one of each entity:
// the last one of an entity counts.
func NewFreshness(current []Metadata) *Freshness {
	f := &Freshness{current: map[entity]Metadata{}, stale: map[Ref]bool{}}
	for _, m := range current {
		f.current[m.Ref.subject()] = m
	}
	return f
}

// Stale reports whether an artifact was made of something that has another current version
// now, or of something stale.
func (f *Freshness) Stale(m Metadata) bool {
	if stale, known := f.stale[m.Ref]; known {
		return stale
	}
	f.stale[m.Ref] = false // while its lineage is followed: it can lead back to it
	stale := slices.ContainsFunc(m.Lineage, func(of Ref) bool {
		if of.subject() == m.Ref.subject() { // a person's edit is of the version before
			return false
		}
		now, there := f.current[of.subject()]
		return there && (now.Ref.Version != of.Version || f.Stale(now))
	})
	f.stale[m.Ref] = stale
	return stale
}

// HealthOf returns how far an artifact can be relied on now: what was stored with it, or Stale.
// What a person confirmed, or found wanting, stays as it was judged.
func (f *Freshness) HealthOf(m Metadata) Health {
	if (m.Health == Valid || m.Health == NeedsReview) && f.Stale(m) {
		return Stale
	}
	return m.Health
}

// Usable reports whether something may be built on an artifact of this health.
func (h Health) Usable() bool { return h != Stale && h != NeedsRevision }
