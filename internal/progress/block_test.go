package progress_test

import (
	"bytes"
	"fmt"
	"io"
	"iter"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"charm.land/lipgloss/v2"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/cineforge/cineforge/internal/progress"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
)

func TestBlock(t *testing.T) {
	long := first()
	o := opening()
	o.Notice = "Only the offline model answers: what needs judgement (summaries, tone, genre, logline) stays open."
	long[0].body = o
	o.Notice = strings.Repeat("aaaa ", 100)
	verbose := []step{{0, o}}
	tests := []struct {
		name  string
		steps []step
		after time.Duration
		width int
		want  string
	}{
		// Two spaces between the columns and a bar of what is left: 80 - 66 = 14.
		{"running at 80", first(), 14 * time.Second, 80, `
▶ night_ferry.fountain → mvp_ingest · run-0a1b2c3d
  Note: no key is set
✓ Reading the script                done         ██████████          0.4s
✓ Putting it into screenplay form   done         ██████████          1.0s
▶ Finding the scenes                running      █████·····  2 of 4   12s  $0.47
○ Proposing the project's settings  not started
  14s · $0.47 · 12k tokens in, 750 out · Ctrl-C pauses`},
		// The bar is 30 columns at the most.
		{"running at 200", first(), 14 * time.Second, 200, `
▶ night_ferry.fountain → mvp_ingest · run-0a1b2c3d
  Note: no key is set
✓ Reading the script                done         ██████████████████████████████          0.4s
✓ Putting it into screenplay form   done         ██████████████████████████████          1.0s
▶ Finding the scenes                running      ███████████████···············  2 of 4   12s  $0.47
○ Proposing the project's settings  not started
  14s · $0.47 · 12k tokens in, 750 out · Ctrl-C pauses`},
		// No bar, no cost; the titles keep 15 columns. Prose is folded.
		{"running at 40", long, 14 * time.Second, 40, `
▶ night_fer… → mvp_ingest · run-0a1b2c3d
  Note: Only the offline model answers:
  what needs judgement (summaries, tone,
  genre, logline) stays open.
✓ Reading the scri… done            0.4s
✓ Putting it into … done            1.0s
▶ Finding the scen… running     2/4  12s
○ Proposing the pr… not started
  14s · $0.47 · Ctrl-C pauses`},
		// Four lines of prose are enough. One column is missing for the longest title.
		{"a long notice", verbose, 0, 40, `
○ night_fer… → mvp_ingest · run-0a1b2c3d
  Note: aaaa aaaa aaaa aaaa aaaa aaaa
  aaaa aaaa aaaa aaaa aaaa aaaa aaaa
  aaaa aaaa aaaa aaaa aaaa aaaa aaaa
  aaaa aaaa aaaa aaaa aaaa aaaa aaaa aa…
○ Reading the script         not started
○ Putting it into screenpl…  not started
○ Finding the scenes         not started
○ Proposing the project's …  not started
  0s · $0.00 · Ctrl-C pauses`},
		// One space between the columns, units as 2/4: 35 - 19 columns for the titles.
		{"running at 35", first(), 14 * time.Second, 35, `
▶ night_f… → mvp_ingest · run-0a1b…
  Note: no key is set
✓ Reading the… done            0.4s
✓ Putting it … done            1.0s
▶ Finding the… running     2/4  12s
○ Proposing t… not started
  14s · $0.47 · Ctrl-C pauses`},
		{"failed", noProvider(), time.Hour, 80, `
✗ night_ferry.fountain → mvp_ingest · run-0a1b2c3d
  Note: no key is set
✓ Reading the script                done     ██████████████          0.4s
✓ Putting it into screenplay form   done     ██████████████          1.0s
✗ Finding the scenes                failed   ███████·······  2 of 4   12s  $0.47
○ Proposing the project's settings  not run
  Finding the scenes: scene_003 needs a language model
  What helps: set ANTHROPIC_API_KEY, OPENAI_API_KEY or GEMINI_API_KEY and run it
  again
    cineforge runs show run-0a1b2c3d
  14s · $0.47 · 12k tokens in, 750 out`},
		// "needs you" is two columns wider than "working", and "1m2s" as wide as "0.4s".
		{"waits for a person", awaiting(), 70 * time.Second, 80, `
‖ night_ferry.fountain → mvp_ingest · run-0a1b2c3d
  Note: no key is set
✓ Reading the script                done       ████████████          0.4s
✓ Putting it into screenplay form   done       ████████████          1.0s
✓ Finding the scenes                done       ████████████  4 of 4  1m2s  $0.47
‖ Proposing the project's settings  needs you  ┄┄┄┄┄┄┄┄┄┄┄┄          1.0s
  Proposing the project's settings: check the settings and accept to continue
  Check the results, then accept them to continue:
    cineforge runs export run-0a1b2c3d --output results
    cineforge runs resume run-0a1b2c3d
  1m10s · $0.47 · 12k tokens in, 750 out`},
		// Without the cost it fits, so the titles stay whole.
		{"stopped", interrupted(), 14 * time.Second, 60, `
‖ night_ferry.fountain → mvp_ingest · run-0a1b2c3d
  Note: no key is set
✓ Reading the script               done                 0.4s
✓ Putting it into screenplay form  done                 1.0s
‖ Finding the scenes               stopped      2 of 4   12s
○ Proposing the project's settin…  not started
  Finding the scenes: the program was stopped, and finished
  work is kept
  Finished stages are kept. To continue:
    cineforge runs resume run-0a1b2c3d
  14s · $0.47 · 12k tokens in, 750 out`},
		{"reused", dry()[:2], 0, 80, `
○ night_ferry.fountain → mvp_ingest · run-0a1b2c3d
↺ Reading the script                reused       ▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒
○ Putting it into screenplay form   not started
○ Finding the scenes                not started
○ Proposing the project's settings  not started
  0s · $0.00 · Ctrl-C pauses`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := progress.Block(fold(t, tt.steps...), begin.Add(tt.after), tt.width)
			if d := cmp.Diff(strings.TrimPrefix(tt.want, "\n"), got); d != "" {
				t.Errorf("-want +got:\n%s\n%s", d, got)
			}
		})
	}
}

// No line is wider than the terminal, whatever the run is about.
func TestLayout_IsNeverWiderThanTheTerminal(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		s := fold(t, anyRun(rt)...)
		width := rapid.IntRange(1, 220).Draw(rt, "width")
		now := begin.Add(time.Duration(rapid.Int64Range(0, int64(100*time.Hour)).Draw(rt, "now")))
		flag := func(name string) bool { return rapid.Bool().Draw(rt, name) }
		block := progress.BlockIn(
			s,
			now,
			width,
			rapid.IntRange(0, 30).Draw(rt, "height"),
			flag("color"),
			flag("stopping"),
			flag("closed"),
		)
		for line := range strings.SplitSeq(block, "\n") {
			if w := lipgloss.Width(line); w > width {
				rt.Errorf("%d columns of %d: %q", w, width, line)
			}
			if i := strings.IndexFunc(uncolored(line), obeyed); i >= 0 {
				rt.Errorf("%q is obeyed", line)
			}
		}
	})
}

// A recipe with more stages than lines shows those around the one under way.
func TestLayout_IsNoHigherThanTheTerminal(t *testing.T) {
	rows := []string{"r0", "r1", "r2", "r3", "r4", "r5", "r6", "r7", "r8", "r9"}
	tests := []struct {
		active, room int
		want         []string
	}{
		{active: 4, room: 10, want: rows},
		{active: 0, room: 4, want: []string{"r0", "r1", "r2", "  … 7 more below"}},
		{active: 5, room: 5, want: []string{"  … 4 more above", "r4", "r5", "r6", "  … 3 more below"}},
		{active: 9, room: 4, want: []string{"  … 7 more above", "r7", "r8", "r9"}},
		{active: 5, room: -3, want: []string{"  … 5 more above", "r5", "  … 4 more below"}},
	}
	for _, tt := range tests {
		if d := cmp.Diff(tt.want, progress.Window(rows, tt.active, tt.room)); d != "" {
			t.Errorf("row %d of 10 in %d lines: -want +got:\n%s", tt.active, tt.room, d)
		}
	}

	o := opening()
	o.StageIDs = nil
	steps := []step{{0, o}}
	for i := range 50 {
		stage := fmt.Sprintf("stage_%02d", i)
		o.StageIDs = append(o.StageIDs, stage)
		if i < 20 {
			steps = append(steps, step{0, event.StageFinished{StageID: stage}})
		}
	}
	steps[0].body = o
	block := progress.BlockIn(fold(t, steps...), begin, 80, 24, false, false, false)
	if n := strings.Count(block, "\n") + 1; n > 23 { // one is the cursor's
		t.Errorf("%d lines on a terminal of 24:\n%s", n, block)
	}
	if !strings.Contains(block, "Stage 20") {
		t.Errorf("the stage that is next is not shown:\n%s", block)
	}
}

// frames counts what is written to a terminal.
type frames struct {
	bytes.Buffer
	n int
}

func (f *frames) Write(p []byte) (int, error) {
	f.n++
	return f.Buffer.Write(p)
}

// paced yields steps with pauses between them, as a run under way does.
func paced(steps []step, pause func(i int)) iter.Seq2[event.Event, error] {
	return func(yield func(event.Event, error) bool) {
		i := 0
		for e, err := range eventsOf(steps...) {
			pause(i)
			if i++; !yield(e, err) {
				return
			}
		}
	}
}

func TestLive_LeavesTheLastBlock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out frames
		steps := noProvider()
		s, err := progress.Show(paced(steps, func(int) { time.Sleep(time.Second) }), progress.Options{Out: &out, Live: true})
		if err != nil || s.Status != run.RunFailed {
			t.Fatalf("status %s, error %v", s.Status, err)
		}
		for _, want := range []string{"Finding the scenes: scene_003 needs a language model", "cineforge runs show run-0a1b2c3d"} {
			if !strings.Contains(out.String(), want) {
				t.Errorf("%q is not shown", want)
			}
		}
		if strings.Contains(out.String(), "\x1b[?1049h") {
			t.Error("the alternate screen was used, which takes the last block with it")
		}
		if colors.MatchString(out.String()) {
			t.Error("there is colour that nobody asked for")
		}
		_, behind, _ := strings.Cut(out.String(), "14s · $0.47 · 12k tokens in, 750 out")
		if !strings.Contains(behind, "\n") {
			t.Errorf("the cursor is not left below the block: %q", behind)
		}
		time.Sleep(time.Second) // the last tick
	})
}

// The clock of a run at rest stands still, however long it takes until that is shown.
func TestLive_StopsTheClockOfARunAtRest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out frames
		if _, err := progress.Show(eventsOf(interrupted()...), progress.Options{Out: &out, Live: true}); err != nil {
			t.Fatal(err)
		}
		if want := "  14s · $0.47 · 12k tokens in, 750 out"; !strings.Contains(out.String(), want) {
			t.Errorf("%q is not shown: %q", want, out.String())
		}
		time.Sleep(time.Second) // the last tick
	})
}

// A burst costs no more frames than time has passed for.
func TestLive_DrawsTenTimesASecondAtMost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const units = 2000
		steps := []step{{0, opening()}, {0, event.StageStarted{StageID: "extract_scenes"}}}
		for i := range units {
			steps = append(steps, step{0, event.UnitDone{StageID: "extract_scenes", Unit: "u", Done: i + 1, Total: units}})
		}
		var out frames
		start := time.Now()
		s, err := progress.Show(paced(steps, func(int) { time.Sleep(time.Millisecond) }), progress.Options{Out: &out, Live: true})
		if err != nil {
			t.Fatal(err)
		}
		if st, _ := s.Stage("extract_scenes"); st.UnitsDone != units {
			t.Errorf("%d units done, want %d", st.UnitsDone, units)
		}
		took := time.Since(start) // about 2 s
		// Besides the frames, what prepares and restores the terminal is written.
		if most := int(took/(100*time.Millisecond)) + 3; out.n > most || out.n < 5 {
			t.Errorf("%d writes in %s, want 5 to %d", out.n, took, most)
		}
		time.Sleep(time.Second) // the last tick
	})
}

func TestLive_PassesOnEachCtrlC(t *testing.T) {
	keys, typed := io.Pipe()
	pressed := make(chan struct{}, 2)
	events := paced(interrupted(), func(i int) {
		if i == 5 || i == 6 {
			typed.Write([]byte("x\x03")) //nolint:errcheck // a pipe
			select {
			case <-pressed:
			case <-time.After(10 * time.Second):
				t.Error("Ctrl-C was not handed on")
			}
		}
		if i == 8 {
			typed.Close()
		}
	})
	s, err := progress.Show(events, progress.Options{Out: io.Discard, Live: true, In: keys, Interrupt: func() { pressed <- struct{}{} }})
	if err != nil || s.Status != run.Paused {
		t.Errorf("status %s, error %v", s.Status, err)
	}
	stopping := progress.BlockIn(fold(t, first()...), begin, 80, 0, false, true, false)
	if !strings.HasSuffix(stopping, "stopping; finished work is kept") {
		t.Errorf("the block doesn't say that it is stopping:\n%s", stopping)
	}
}

// What stands in for the keyboard may hold the script: it is left alone.
func TestLive_ReadsNoFile(t *testing.T) {
	in, fill, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	const script = "\x03INT. HOUSE"
	if _, err := fill.WriteString(script); err != nil {
		t.Fatal(err)
	}
	fill.Close()
	pressed := 0
	if _, err := progress.Show(eventsOf(success()...),
		progress.Options{Out: io.Discard, Live: true, In: in, Interrupt: func() { pressed++ }}); err != nil {
		t.Fatal(err)
	}
	left, err := io.ReadAll(in)
	if err != nil || string(left) != script || pressed != 0 {
		t.Errorf("%q is left, %d times Ctrl-C, error %v", left, pressed, err)
	}
}

func BenchmarkBlock(b *testing.B) {
	s := fold(b, success()...)
	for b.Loop() {
		progress.Block(s, begin, 80)
	}
}

func BenchmarkPlainPerEvent(b *testing.B) {
	steps := []step{{0, opening()}, {0, event.StageStarted{StageID: "extract_scenes"}}}
	for i := range b.N {
		steps = append(
			steps,
			step{time.Duration(i) * time.Millisecond, event.UnitDone{StageID: "extract_scenes", Unit: "u", Done: i + 1, Total: b.N + 1}},
		)
	}
	b.ResetTimer()
	if _, err := progress.Show(eventsOf(steps...), progress.Options{Out: io.Discard}); err != nil {
		b.Fatal(err)
	}
}
