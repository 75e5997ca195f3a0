package artifact

import "maps"

// Freshness judges what is stale and what is superseded, given which version of each artifact is
// current. An artifact is stale if something in its lineage has another current version, or is
// stale itself; what a person confirmed makes nothing stale but by its version. It is superseded
// if another version of it is current, or if nothing names it any more. There is no other rule for this:
// what the API shows, what exports hold and what a run is begun or retried with are all judged here,
// each by the versions that are current for it.
//
// It remembers its verdicts, and is not safe for concurrent use.
type Freshness struct {
	current map[entity]Metadata
	unnamed map[entity]Ref // what is named no more, and by what
	stale   map[Ref]bool   // the verdicts so far
}

// entity is what has versions.
type entity struct{ artifactType, id string }

func (r Ref) subject() entity { return entity{r.ArtifactType, r.EntityID} }

// Same reports whether two references are to versions of the same artifact.
func (r Ref) Same(other Ref) bool { return r.subject() == other.subject() }

// NewFreshness returns the rule for the versions that are current, at most one of each entity:
// the last one of an entity counts.
func NewFreshness(current []Metadata) *Freshness {
	f := &Freshness{current: map[entity]Metadata{}, unnamed: map[entity]Ref{}, stale: map[Ref]bool{}}
	for _, m := range current {
		f.current[m.Ref.subject()] = m
	}
	return f
}

// Supersede notes that an artifact, whichever version of it, is of the project no more: by, which
// names what is, does not name it.
func (f *Freshness) Supersede(of, by Ref) { f.unnamed[of.subject()] = by }

// SupersededBy returns what takes the place of a version: the current version, or what names the
// artifact no more. It is false if the version is the current one, or if none is known.
func (f *Freshness) SupersededBy(r Ref) (by Ref, superseded bool) {
	if by, unnamed := f.unnamed[r.subject()]; unnamed {
		return by, true
	}
	now, known := f.current[r.subject()]
	return now.Ref, known && now.Ref.Version != r.Version
}

// Stale reports whether an artifact was made of something that has another current version
// now, or of something stale.
func (f *Freshness) Stale(m Metadata) bool {
	if stale, known := f.stale[m.Ref]; known {
		return stale
	}
	f.stale[m.Ref] = false // while its lineage is followed: it can lead back to it
	stale := len(f.StaleBy(m)) > 0
	f.stale[m.Ref] = stale
	return stale
}

// StaleBy returns the current versions that make an artifact stale: those of what it was made of
// where they are other ones, or stale themselves.
func (f *Freshness) StaleBy(m Metadata) []Ref {
	var by []Ref
	for _, of := range m.Lineage {
		if of.Same(m.Ref) { // a person's edit is of the version before
			continue
		}
		now, there := f.current[of.subject()]
		if there && (now.Ref.Version != of.Version || now.Health != ConfirmedValid && f.Stale(now)) {
			by = append(by, now.Ref)
		}
	}
	return by
}

// HealthOf returns how far an artifact can be relied on now: what was stored with it, or Stale.
// What a person confirmed, or found wanting, stays as it was judged.
func (f *Freshness) HealthOf(m Metadata) Health {
	if (m.Health == Valid || m.Health == NeedsReview) && f.Stale(m) {
		return Stale
	}
	return m.Health
}

// The annotations by which [Freshness.Mark] says why an artifact is not what counts.
const (
	StaleBy    = "stale_by"   // references to what made it stale
	Superseded = "superseded" // the reference to what takes its place
)

// Mark returns an artifact's metadata as it is now: with its health, and annotations that say
// what it is stale by and what supersedes it.
func (f *Freshness) Mark(m Metadata) Metadata {
	m.Health = f.HealthOf(m)
	by, superseded := f.SupersededBy(m.Ref)
	if m.Health != Stale && !superseded {
		return m
	}
	m.Annotations = maps.Clone(m.Annotations)
	if m.Annotations == nil {
		m.Annotations = map[string]any{}
	}
	if m.Health == Stale {
		m.Annotations[StaleBy] = f.StaleBy(m)
	}
	if superseded {
		m.Annotations[Superseded] = by
	}
	return m
}

// Usable reports whether something may be built on an artifact of this health.
func (h Health) Usable() bool { return h != Stale && h != NeedsRevision }
