package app

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path"

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

// Export writes the files of a run below dir: its state, its events and the
// artifacts that it made or built on. Each file appears whole or not at all.
func (a *App) Export(ctx context.Context, runID, dir string) (Exported, error) {
	state, err := run.Load(ctx, a.Store, runID)
	if err != nil {
		return Exported{}, err
	}
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
	folder := path.Join("runs", runID)
	result := Exported{Dir: dir, StateFile: path.Join(folder, "run_state.json")}
	x.writeJSON(result.StateFile, state)
	x.write(path.Join(folder, "pipeline_events.jsonl"), a.eventLines(ctx, runID, &x))
	for _, ref := range refs(state) {
		envelope, err := a.Store.Artifact(ctx, state.ProjectID, ref)
		if err != nil {
			return result, err
		}
		x.writeJSON(ref.Path, envelope)
		result.Artifacts++
	}
	return result, x.err
}

func (a *App) eventLines(ctx context.Context, runID string, x *exporter) []byte {
	var lines bytes.Buffer
	enc := json.NewEncoder(&lines)
	enc.SetEscapeHTML(false)
	for e, err := range a.Store.Events(ctx, runID, 0) {
		if err == nil {
			err = enc.Encode(e)
		}
		x.fail(err)
	}
	return lines.Bytes()
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

func (x *exporter) writeJSON(name string, v any) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	x.fail(enc.Encode(v))
	x.write(name, b.Bytes())
}

// write makes a file under a temporary name and then gives it its own, so that a
// reader never sees half of it.
func (x *exporter) write(name string, data []byte) {
	if x.err != nil {
		return
	}
	if err := x.root.MkdirAll(path.Dir(name), 0o755); err != nil {
		x.fail(err)
		return
	}
	temporary := fmt.Sprintf("%s.%08x.part", name, rand.Uint32()) // another export may be writing the same
	f, err := x.root.Create(temporary)
	if err != nil {
		x.fail(err)
		return
	}
	_, err = f.Write(data)
	x.fail(err)
	x.fail(f.Sync())
	x.fail(f.Close())
	if x.err != nil {
		x.root.Remove(temporary) //nolint:errcheck // the first error is the one to tell
		return
	}
	x.fail(x.root.Rename(temporary, name))
}
