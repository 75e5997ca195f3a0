package export

import (
	"bytes"
	"context"
	"encoding/json"
	"iter"

	"github.com/cineforge/cineforge/artifact"
)

// Contents are files by their names. Each is made when it is asked for.
type Contents = iter.Seq2[string, func() ([]byte, error)]

// Artifacts returns versions of artifacts as files, with their metadata as mark returns it.
func Artifacts(
	ctx context.Context, archive artifact.Archive, projectID string, refs []artifact.Ref, mark func(artifact.Metadata) artifact.Metadata,
) Contents {
	return func(yield func(string, func() ([]byte, error)) bool) {
		for _, ref := range refs {
			envelope := func() ([]byte, error) {
				of, err := archive.Artifact(ctx, projectID, ref)
				if err != nil {
					return nil, err
				}
				of.Metadata = mark(of.Metadata)
				return Indented(of)
			}
			if !yield(ref.Path, envelope) {
				return
			}
		}
	}
}

// Indented returns JSON as people read it.
func Indented(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	err := enc.Encode(v)
	return b.Bytes(), err
}
