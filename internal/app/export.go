package app

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"math/rand/v2"
	"os"
	"path"
	"strings"

	"cineforge/artifact"
	"cineforge/failure"
	"cineforge/run"
)

// Exported says what an export wrote.
type Exported struct {
	Dir       string `json:"dir"`
	StateFile string `json:"state_file"`
	Artifacts int    `json:"artifacts"`
}

// Files are files by their names. Each is made when it is asked for.
type Files = iter.Seq2[string, func() ([]byte, error)]

// Files returns the files of a run by their names: its state, its events and the
// artifacts that it made or built on.
func (a *App) Files(ctx context.Context, runID string) (Files, error) {
	state, err := run.Load(ctx, a.Store, runID)
	if err != nil {
		return nil, err
	}
	return func(yield func(string, func() ([]byte, error)) bool) {
		if !yield(stateFile(runID), func() ([]byte, error) { return indented(state) }) {
			return
		}
		if !yield(path.Join("runs", runID, "pipeline_events.jsonl"), func() ([]byte, error) { return a.eventLines(ctx, runID, state.LastSeq) }) {
			return
		}
		for _, ref := range refs(state) {
			envelope := func() ([]byte, error) {
				of, err := a.Store.Artifact(ctx, state.ProjectID, ref)
				if err != nil {
					return nil, err
				}
				return indented(of)
			}
			if !yield(ref.Path, envelope) {
				return
			}
		}
	}, nil
}

func stateFile(runID string) string { return path.Join("runs", runID, "run_state.json") }

// Export writes the files of a run below dir. Each file appears whole or not at all.
func (a *App) Export(ctx context.Context, runID, dir string) (Exported, error) {
	files, err := a.Files(ctx, runID)
	if err != nil {
		return Exported{}, err
	}
	return WriteFiles(runID, files, dir)
}

// WriteFiles writes the files of a run below dir, as [App.Export] does.
func WriteFiles(runID string, files Files, dir string) (Exported, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return Exported{}, &failure.Error{Class: failure.Input, Message: fmt.Sprintf("the folder %s can't be made: %v", dir, cause(err)),
			Hint: "name another one", Err: err}
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return Exported{}, err
	}
	defer root.Close()
	x := exporter{root: root}
	result := Exported{Dir: dir, StateFile: stateFile(runID)}
	for name, content := range files {
		data, err := content()
		if err != nil {
			return result, err
		}
		x.write(name, data)
		if strings.HasPrefix(name, "artifacts/") {
			result.Artifacts++
		}
	}
	return result, x.err
}

// eventLines returns the events of a run up to one, a line each.
func (a *App) eventLines(ctx context.Context, runID string, last int64) ([]byte, error) {
	var lines bytes.Buffer
	enc := json.NewEncoder(&lines)
	enc.SetEscapeHTML(false)
	for e, err := range a.Store.Events(ctx, runID, 0) {
		if err == nil && e.Seq <= last {
			err = enc.Encode(e)
		}
		if err != nil {
			return nil, fmt.Errorf("export: %w", err)
		}
	}
	return lines.Bytes(), nil
}

// indented returns JSON as people read it.
func indented(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	err := enc.Encode(v)
	return b.Bytes(), err
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

// exporter writes files below a root, which no name can leave, until the first error.
type exporter struct {
	root *os.Root
	err  error
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
	if err := x.root.MkdirAll(path.Dir(name), 0o755); err != nil {
		x.fail(err)
		return
	}
	x.fail(writeFile(x.root, name, data, 0o666))
}

// writeFile makes a file under a temporary name and then gives it its own, so that a
// reader never sees half of it. What the user's mask takes from mode is off.
func writeFile(root *os.Root, name string, data []byte, mode fs.FileMode) error {
	temporary := fmt.Sprintf("%s.%08x.part", name, rand.Uint32()) // another process may be writing the same
	f, err := root.OpenFile(temporary, os.O_RDWR|os.O_CREATE|os.O_TRUNC, mode)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = root.Rename(temporary, name)
	}
	if err != nil {
		root.Remove(temporary) //nolint:errcheck // the first error is the one to tell
	}
	return err
}
