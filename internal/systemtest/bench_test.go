package systemtest_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/cineforge/cineforge/internal/app"
	"github.com/cineforge/cineforge/internal/runs"
	"github.com/cineforge/cineforge/internal/sqlite"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/stage"
)

// featureScript makes a script of about 120 pages: 120 scenes of a page each, of
// action and speeches in the shares that are usual.
func featureScript() string {
	var s strings.Builder
	s.WriteString("Title: The Long Night\nAuthor: CineForge contributors\n\n")
	names := []string{"ANNA", "BORIS", "CÉLINE", "DR. WU", "EVA", "FRANK"}
	for i := range 120 {
		setting, hour := [...]string{"INT. KITCHEN", "EXT. HARBOUR", "INT. BUS", "EXT. ROOF"}[i%4], [...]string{"DAY", "NIGHT"}[i%2]
		fmt.Fprintf(&s, "%s %d - %s\n\n", setting, i%17, hour)
		for j := range 6 {
			fmt.Fprintf(&s, "The light changes for the %dth time, and whoever is still awake looks up from what they were doing and waits.\n\n", j+1)
			fmt.Fprintf(&s, "%s\nI have been here since %d o'clock and nobody has told me what we are waiting for.\n\n", names[(i+j)%len(names)],
				j+1)
		}
	}
	return s.String()
}

// BenchmarkFeature measures a whole offline run of a 120-page script through the
// four stages, on a durable store and on one in memory.
func BenchmarkFeature(b *testing.B) {
	b.Run("durable", func(b *testing.B) {
		benchmarkFeature(b, func() (*sqlite.Store, error) { return sqlite.Open(b.Context(), b.TempDir()) })
	})
	b.Run("memory", func(b *testing.B) {
		benchmarkFeature(b, func() (*sqlite.Store, error) { return sqlite.OpenMemory(b.Context()) })
	})
}

func benchmarkFeature(b *testing.B, open func() (*sqlite.Store, error)) {
	store, err := open()
	if err != nil {
		b.Fatal(err)
	}
	a := app.New(store.Seams(), b.TempDir(), app.Config{})
	defer a.Close()
	script := featureScript()
	for b.Loop() {
		// A new project each time, so that nothing is found stored.
		benchRuns++
		id, _, err := a.Runs.Start(context.Background(), runs.Request{File: stage.File{Name: "long_night.fountain", Data: []byte(script)},
			RecipeID: "mvp_ingest", ProjectID: fmt.Sprint("p", benchRuns), Request: accepting(true)})
		if err == nil {
			err = a.Runs.Execute(context.Background(), id, nil)
		}
		if err != nil {
			b.Fatal(err)
		}
		if state, err := run.Load(context.Background(), store.Log, id); err != nil || state.Status != run.RunDone ||
			state.Stages["extract_scenes"].UnitsDone != 120 {
			b.Fatalf("run %s: %v", state.Status, err)
		}
	}
}

var benchRuns int
