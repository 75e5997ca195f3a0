package artifact

import (
	"context"
	"errors"
	"iter"
)

// The errors of stores.
var (
	// ErrNotFound means that there is no such artifact or blob.
	ErrNotFound = errors.New("not found")
	// ErrDamaged means that content is not what was stored.
	ErrDamaged = errors.New("the stored content does not match its digest; the database is damaged")
	// ErrChanged means that another version is current than the one that a change is meant for.
	ErrChanged = errors.New("another version of the artifact is current now")
)

// Blobs keeps content by its digest, on its own or beside what refers to it. Content is
// never changed. What a commit refers to is stored before that commit, or with it; what
// nothing refers to is garbage, which the keeper of the references finds and removes.
// It is safe for concurrent use. Package blobtest has the checks that every implementation
// passes.
type Blobs interface {
	// Put stores content under its digest, all of it or nothing; what is there already stays.
	Put(ctx context.Context, data ...[]byte) error
	// Get returns content by its digest. The error wraps ErrNotFound or, if what is stored does
	// not match the digest, ErrDamaged.
	Get(ctx context.Context, digest Digest) ([]byte, error)
	// List yields what is stored, in no order. Content that is stored or removed meanwhile may
	// be listed or not.
	List(ctx context.Context) iter.Seq2[Blob, error]
	// Remove removes content; what is not there is passed over.
	Remove(ctx context.Context, digests ...Digest) error
}

// Blob is content in a list.
type Blob struct {
	Digest Digest
	Size   int64 // bytes
}

// Archive reads the artifacts of projects. A version that a person has confirmed has the health
// ConfirmedValid in all that it returns. It is safe for concurrent use.
type Archive interface {
	// Artifact returns one version, or an error that wraps ErrNotFound.
	Artifact(ctx context.Context, projectID string, ref Ref) (Artifact, error)
	// Current describes the current version of every entity of a project, in the order of types
	// and entities.
	Current(ctx context.Context, projectID string) ([]Version, error)
}

// Version is a version of an entity in a list. The current one is that which a person made or
// went back to, whatever runs have made since, else the latest.
type Version struct {
	Metadata
	Digest  Digest // of its data
	Current bool
	Chosen  bool // a person made it current
	Latest  int  // the highest version of the entity

	RunID   string // the run that made it; "" if a person did, or if that is not known
	StageID string // the stage of that run; "" as the run
}
