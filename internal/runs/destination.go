package runs

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"reflect"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/run"
)

// Destination is where an export writes.
type Destination struct {
	Dir       string
	Overwrite bool // replace files that are there with other content

	// ProjectFolder is a folder below Dir that the artifacts go to; "" for Dir itself.
	ProjectFolder string
}

// Check returns a failure of class input if the folder can't be written to, or holds artifacts
// and no run of the project, as state finds them. A folder with artifacts of other projects or
// of another data directory would get a mixture of both, since artifacts are named alike.
func (d Destination) Check(ctx context.Context, project string, state func(context.Context, string) (run.State, error)) error {
	root, err := os.OpenRoot(d.Dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return &failure.Error{Class: failure.Input, Message: fmt.Sprintf("the folder %s can't be used: %v", d.Dir, run.FileCause(err)),
			Hint: "name another one with --output", Err: err}
	}
	defer root.Close()
	if _, err := root.Lstat(path.Join(d.ProjectFolder, "artifacts")); d.Overwrite || errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	var unknown error
	runs, err := fs.ReadDir(root.FS(), "runs")
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		unknown = err
	}
	for _, r := range runs {
		if _, err := root.Lstat(stateFile(r.Name())); err != nil || !ValidRunID(r.Name()) {
			continue
		}
		found, err := state(ctx, r.Name())
		switch {
		case err == nil && found.ProjectID == project:
			return nil
		case err != nil && !errors.Is(err, run.ErrNotFound):
			unknown = err // another run may still show that the folder is the project's
		}
	}
	if unknown != nil {
		return unknown
	}
	return failure.New(failure.Input, d.Dir+" has the files of another project or data directory, and none of project "+project,
		"name another folder with --output, or let its files be replaced with --overwrite")
}

// likeness is how a file that is there compares with the one that is to be exported.
type likeness int

const (
	absent       likeness = iota // nothing is there
	sameContent                  // but for when it was made
	olderState                   // the same version, as it was judged at another time
	otherContent                 // something else, which an export leaves as it is
)

// compare compares an artifact with the file of its name.
func (x *exporter) compare(name string, data []byte) likeness {
	info, err := x.root.Lstat(name)
	if err != nil {
		return absent // or the write says why the name can't be used
	}
	if !info.Mode().IsRegular() {
		return otherContent
	}
	there, err := x.root.ReadFile(name)
	if err != nil {
		return otherContent
	}
	return compareArtifacts(there, data)
}

// compareArtifacts compares an artifact that is there with a new one of its name.
func compareArtifacts(there, data []byte) likeness {
	if bytes.Equal(there, data) {
		return sameContent
	}
	was, is := envelopeOf(there), envelopeOf(data)
	if was == nil || is == nil {
		return otherContent
	}
	sameVersion := reflect.DeepEqual(was.metadata["created_at"], is.metadata["created_at"])
	if was.equalsWithout(is, "created_at") {
		return sameContent
	}
	if sameVersion && was.equalsWithout(is, "health", "annotations") {
		return olderState
	}
	return otherContent
}

// envelope is an artifact's file, whatever its members.
type envelope struct {
	all, metadata map[string]any
}

func envelopeOf(data []byte) *envelope {
	var e envelope
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	if dec.Decode(&e.all) != nil || dec.More() {
		return nil
	}
	var ok bool
	if e.metadata, ok = e.all["metadata"].(map[string]any); !ok {
		return nil
	}
	return &e
}

// equalsWithout takes members of the metadata out of both, and reports whether the rest is equal.
func (e *envelope) equalsWithout(other *envelope, members ...string) bool {
	for _, m := range members {
		delete(e.metadata, m)
		delete(other.metadata, m)
	}
	return reflect.DeepEqual(e.all, other.all)
}
