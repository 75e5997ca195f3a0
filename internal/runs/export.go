package runs

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/artifact/inventory"
	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/internal/export"
	"github.com/cineforge/cineforge/run"
)

// Exported says what an export wrote.
type Exported struct {
	Dir       string `json:"dir"`
	StateFile string `json:"state_file"`
	Artifacts int    `json:"artifacts"`

	// Missing are the artifacts that could not be read, since they are damaged or gone, and why.
	Missing []string `json:"missing,omitempty"`

	// Left are the files that were there with other content, and are as they were.
	Left []string `json:"left,omitempty"`
}

// Files returns the files of a run by their names: its state, its events and the
// artifacts that it made or built on, with what a person has made of them since.
func (r *Reader) Files(ctx context.Context, runID string) (export.Contents, error) {
	state, err := run.Load(ctx, r.Store, runID)
	if err != nil {
		return nil, err
	}
	all := refs(state)
	now, fresh, err := r.inPlaceOf(ctx, state.ProjectID, all)
	if err != nil {
		return nil, err
	}
	for _, ref := range now {
		if !slices.Contains(all, ref) {
			all = append(all, ref)
		}
	}
	return func(yield func(string, func() ([]byte, error)) bool) {
		if !yield(stateFile(runID), func() ([]byte, error) { return export.Indented(state) }) {
			return
		}
		if !yield(path.Join("runs", runID, "pipeline_events.jsonl"), func() ([]byte, error) { return r.eventLines(ctx, runID, state.LastSeq) }) {
			return
		}
		export.Artifacts(ctx, r.Store, state.ProjectID, all, fresh.Mark)(yield)
	}, nil
}

// Material returns what a run made, with what a person has made of it since in its place.
func (r *Reader) Material(ctx context.Context, runID string) (export.Material, error) {
	state, err := run.Load(ctx, r.Store, runID)
	if err != nil {
		return export.Material{}, err
	}
	now, fresh, err := r.inPlaceOf(ctx, state.ProjectID, refs(state))
	if err != nil {
		return export.Material{}, err
	}
	return export.Material{ProjectID: state.ProjectID, RunID: runID}.Collect(ctx, r.Store, now, fresh.Mark)
}

// inPlaceOf returns the versions that count in place of those that a run made, and the rule for
// what they make stale. What other runs of the project made changes neither.
func (r *Reader) inPlaceOf(ctx context.Context, projectID string, made []artifact.Ref) ([]artifact.Ref, *artifact.Freshness, error) {
	held, err := inventory.Load(ctx, r.Store, projectID)
	if err != nil {
		return nil, nil, err
	}
	var now []artifact.Ref
	var current []artifact.Metadata
	for _, ref := range made {
		ref = held.InPlaceOf(ref)
		now = append(now, ref)
		m, err := held.Describe(ctx, r.Store, projectID, ref)
		if errors.Is(err, run.ErrNotFound) || run.TroubleOf(err) == run.Damaged {
			continue // its reader gets the error
		}
		if err != nil {
			return nil, nil, err
		}
		current = append(current, m)
	}
	return now, artifact.NewFreshness(current), nil
}

func stateFile(runID string) string { return path.Join("runs", runID, "run_state.json") }

// Export writes the files of a run to a destination: all of them, each whole, or none.
// Artifacts that are damaged are left out, and named; so are files that are there with other
// content, unless they are to be replaced.
func (r *Reader) Export(ctx context.Context, runID string, to Destination) (Exported, error) {
	files, err := r.Files(ctx, runID)
	if err != nil {
		return Exported{}, err
	}
	return WriteFiles(runID, files, to)
}

// WriteFiles writes the files of a run to a destination, as [Reader.Export] does.
func WriteFiles(runID string, files export.Contents, to Destination) (Exported, error) {
	dir := to.Dir
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return Exported{}, noFolder(dir, err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return Exported{}, err
	}
	defer root.Close()
	// Another process may be writing the same, so that the name is random.
	x := exporter{root: root, part: fmt.Sprintf(".export-%08x.part", rand.Uint32())}
	defer root.RemoveAll(x.part) //nolint:errcheck // what is left has no name that means anything
	result := Exported{Dir: dir, StateFile: stateFile(runID)}
	for name, content := range files {
		isArtifact := strings.HasPrefix(name, "artifacts/")
		if isArtifact {
			name = path.Join(to.ProjectFolder, name)
		}
		data, err := content()
		if err != nil && isArtifact && (run.TroubleOf(err) == run.Damaged || errors.Is(err, run.ErrNotFound)) {
			result.Missing = append(result.Missing, name)
			continue
		}
		there := absent
		if err == nil && isArtifact && !to.Overwrite {
			there = x.compare(name, data)
		}
		if there == otherContent {
			result.Left = append(result.Left, name)
			continue
		}
		if x.fail(err); there != sameContent {
			x.write(name, data)
		}
		if x.err != nil {
			return result, x.err
		}
		if isArtifact {
			result.Artifacts++
		}
	}
	x.settle()
	return result, x.err
}

// WriteFile writes an export of one file below the folder of a destination, whole or not at all. It
// returns the file, and whether that was there with other content and is left as it is.
func WriteFile(name string, data []byte, to Destination) (file string, left bool, err error) {
	file = filepath.Join(to.Dir, name)
	if err := os.MkdirAll(to.Dir, 0o755); err != nil {
		return file, false, noFolder(to.Dir, err)
	}
	root, err := os.OpenRoot(to.Dir)
	if err != nil {
		return file, false, err
	}
	defer root.Close()
	if there, err := root.ReadFile(name); err == nil && !to.Overwrite {
		return file, !bytes.Equal(there, data), nil
	}
	x := exporter{root: root, part: fmt.Sprintf(".export-%08x.part", rand.Uint32())}
	defer root.RemoveAll(x.part) //nolint:errcheck // what is left has no name that means anything
	x.write(name, data)
	x.settle()
	return file, false, x.err
}

// noFolder says that a folder can't be made.
func noFolder(dir string, err error) error {
	return &failure.Error{Class: failure.Input, Message: fmt.Sprintf("the folder %s can't be made: %v", dir, run.FileCause(err)),
		Hint: "name another one", Err: err}
}

// eventLines returns the events of a run up to one, a line each.
func (r *Reader) eventLines(ctx context.Context, runID string, last int64) ([]byte, error) {
	var lines bytes.Buffer
	enc := json.NewEncoder(&lines)
	enc.SetEscapeHTML(false)
	for e, err := range r.Store.Events(ctx, runID, 0) {
		if err == nil && e.Seq <= last {
			err = enc.Encode(e)
		}
		if err != nil {
			return nil, fmt.Errorf("export: %w", err)
		}
	}
	return lines.Bytes(), nil
}

// refs lists the artifacts that a run made or reused, in the order of its stages.
func refs(state run.State) []artifact.Ref {
	var all []artifact.Ref
	for _, id := range state.StageOrder {
		st, _ := state.Stage(id)
		all = append(all, st.ArtifactRefs...)
	}
	return all
}

// exporter writes files below a root, which no name can leave, until the first error: at
// first into a folder of its own, from which all of them go to their places.
type exporter struct {
	root  *os.Root
	part  string
	names []string
	err   error
}

func (x *exporter) fail(err error) {
	if x.err == nil && err != nil {
		x.err = fmt.Errorf("export: %w", err)
	}
}

// write makes a file, and the folders that it is in.
func (x *exporter) write(name string, data []byte) {
	if x.err != nil {
		return
	}
	if !filepath.IsLocal(name) {
		x.fail(fmt.Errorf("%q is no name below the folder", name))
		return
	}
	x.names = append(x.names, name)
	x.fail(x.writeFile(path.Join(x.part, name), data))
}

// settle gives the files their own names.
func (x *exporter) settle() {
	for _, name := range x.names {
		if x.err == nil {
			x.fail(x.root.MkdirAll(path.Dir(name), 0o755))
		}
		if x.err == nil {
			x.fail(x.root.Rename(path.Join(x.part, name), name))
		}
	}
}

// writeFile makes a file, whole and on the disk.
func (x *exporter) writeFile(name string, data []byte) error {
	if err := x.root.MkdirAll(path.Dir(name), 0o755); err != nil {
		return err
	}
	f, err := x.root.Create(name)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	return errors.Join(err, f.Sync(), f.Close())
}
