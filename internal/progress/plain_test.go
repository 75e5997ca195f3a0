package progress_test

import (
	"errors"
	"fmt"
	"iter"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unicode"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/cineforge/cineforge/internal/progress"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
)

// plainly shows steps as lines.
func plainly(t testing.TB, o progress.Options, steps ...step) []string {
	t.Helper()
	var b strings.Builder
	o.Out = &b
	o.Zone = time.UTC
	if _, err := progress.Show(eventsOf(steps...), o); err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSuffix(b.String(), "\n"), "\n")
}

// firstLines is what the beginning of all runs says. The answer of scene_002
// comes 4 s after the line on the units, so there is no second one.
var firstLines = []string{
	"2026-10-09 14:00:00  The run started on night_ferry.fountain with the recipe mvp_ingest. Run run-0a1b2c3d, project night-ferry. No key is set.",
	"2026-10-09 14:00:00  Reading the script started.",
	"2026-10-09 14:00:00  Reading the script is done with 1 result (took 0.4s).",
	"2026-10-09 14:00:01  Putting it into screenplay form started.",
	"2026-10-09 14:00:02  Putting it into screenplay form is done with 1 result (took 1.0s).",
	"2026-10-09 14:00:02  Finding the scenes started.",
	"2026-10-09 14:00:08  Finding the scenes: 1 of 4, 6s",
	"2026-10-09 14:00:10  Try 1 for scene 2 at claude-sonnet-4-6 failed: the answer of Anthropic can't be used (Anthropic's fault): “the answer is not JSON” (bad_output, code 529, request req_2).",
}

// A note that was made before the events ended is shown, whichever is seen first.
func TestShow_TellsAllNotes(t *testing.T) {
	notes := make(chan string, 8)
	for i := range cap(notes) {
		notes <- fmt.Sprintf("note %d", i)
	}
	if lines := plainly(t, progress.Options{Notes: notes}); len(lines) != cap(notes) {
		t.Errorf("%d of %d notes are told: %q", len(lines), cap(notes), lines)
	}
}

func TestPlain_Lines(t *testing.T) {
	tests := []struct {
		name  string
		steps []step
		want  []string // behind firstLines, unless it is a whole of its own
		whole bool
	}{
		{name: "success", steps: success(), want: []string{
			"2026-10-09 14:01:02  Finding the scenes: 3 of 4, 1m0s",
			"2026-10-09 14:01:04  Finding the scenes is done with 5 results and cost $0.47 (took 1m2s, 4 of 4).",
			"2026-10-09 14:01:04  Proposing the project's settings started.",
			"2026-10-09 14:01:05  Proposing the project's settings is done with 1 result (took 1.0s).",
			"2026-10-09 14:01:05  The run is done and cost $0.47 (run-0a1b2c3d, took 1m5s, $0.47, 12k tokens in, 750 out).",
		}},
		{name: "no provider", steps: noProvider(), want: []string{
			"2026-10-09 14:00:14  Finding the scenes failed: no configured model can answer (needs you): “scene_003 needs a language model” (after 12s, no_provider). What helps: set ANTHROPIC_API_KEY, OPENAI_API_KEY or GEMINI_API_KEY and run it again.",
			"2026-10-09 14:00:14  The run failed and cost $0.47; finished work is kept (run-0a1b2c3d, took 14s, $0.47, 12k tokens in, 750 out). See: cineforge runs show run-0a1b2c3d",
		}},
		{name: "bad file", steps: badFile(), whole: true, want: []string{
			firstLines[0],
			firstLines[1],
			"2026-10-09 14:00:00  Reading the script failed: the file or a parameter can't be used (needs you): “night_ferry.fountain is blank” (after <0.1s, input). What helps: give a file with text in it.",
			"2026-10-09 14:00:00  The run failed; finished work is kept (run-0a1b2c3d, took <0.1s, $0.00). See: cineforge runs show run-0a1b2c3d",
		}},
		{name: "confirmed after a pause", want: []string{
			"2026-10-09 14:01:02  Finding the scenes: 3 of 4, 1m0s",
			"2026-10-09 14:01:04  Finding the scenes is done with 5 results and cost $0.47 (took 1m2s, 4 of 4).",
			"2026-10-09 14:01:04  Proposing the project's settings started.",
			"2026-10-09 14:01:05  Proposing the project's settings paused: check the results and accept them to continue. To accept and continue: cineforge runs resume run-0a1b2c3d",
			"2026-10-09 15:00:00  The run continues, since its results were accepted.",
			"2026-10-09 15:00:00  The run is done (run-0a1b2c3d, took 1h0m0s, $0.47, 12k tokens in, 750 out).",
		}, steps: append(awaiting(),
			step{time.Hour, event.RunResumed{Cause: event.ResumedByOperator, Confirmed: []string{"project_config"}}},
			step{time.Hour, event.PipelineFinished{Success: true, Outcome: event.Succeeded}})},
		{name: "interrupted and resumed", want: []string{
			"2026-10-09 14:00:14  Finding the scenes paused: the program was stopped, and finished work is kept. To continue: cineforge runs resume run-0a1b2c3d",
			"2026-10-09 15:00:00  The run continues.",
			"2026-10-09 15:00:00  Finding the scenes started.",
			"2026-10-09 15:00:06  Finding the scenes: 1 of 4, 18s",
		}, steps: append(interrupted(),
			step{time.Hour, event.RunResumed{Cause: event.ResumedByOperator}},
			step{time.Hour, event.StageStarted{StageID: "extract_scenes"}},
			step{time.Hour + 6*time.Second, event.UnitDone{StageID: "extract_scenes", Unit: "scene_003", Done: 1, Total: 4}})},
		{name: "crash", want: []string{
			"2026-10-09 15:00:00  The run continues after the program stopped.",
		}, steps: append(first(), step{time.Hour, event.RunResumed{Cause: event.ResumedAfterCrash}})},
		{name: "reused and dry", whole: true, want: []string{
			"2026-10-09 14:00:00  A dry run started on night_ferry.fountain with the recipe mvp_ingest. Run run-0a1b2c3d, project night-ferry.",
			"2026-10-09 14:00:00  Reading the script is skipped: 1 result of run run-1 can be reused.",
			"2026-10-09 14:00:00  The dry run found no mistake, and nothing was run.",
		}, steps: dry()},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			want := tt.want
			if !tt.whole {
				want = append(firstLines[:len(firstLines):len(firstLines)], want...)
			}
			if d := cmp.Diff(want, plainly(t, progress.Options{}, tt.steps...)); d != "" {
				t.Errorf("-want +got:\n%s", d)
			}
		})
	}
}

func dry() []step {
	o := opening()
	o.DryRun = true
	o.Notice = ""
	return []step{
		{0, o},
		{0, event.StageSkippedReused{StageID: "ingest", FromRunID: "run-1", Artifacts: refs("raw_input")}},
		{0, event.DryRunValidated{}},
	}
}

func TestPlain_VerboseShowsAnswersAndUnits(t *testing.T) {
	got := plainly(t, progress.Options{Verbose: true}, first()...)
	for _, want := range []string{
		"2026-10-09 14:00:05  Anthropic claude-sonnet-4-6 answered about scene 1 in 3.0 s (1200 tokens in, 300 out, $0.25).",
		"2026-10-09 14:00:12  Finding the scenes: 2 of 4, 10s, scene_002",
	} {
		if !strings.Contains(strings.Join(got, "\n"), want) {
			t.Errorf("no line %q in\n%s", want, strings.Join(got, "\n"))
		}
	}
}

// A line on units comes at most every 5 s, and at most for every tenth of them.
func TestPlain_UnitsNowAndThen(t *testing.T) {
	tests := []struct {
		units int
		every time.Duration
		want  []string
	}{
		{units: 2000, every: 50 * time.Microsecond, want: nil},
		// A tenth of 120 is 12; 120 itself is said by the end of the stage.
		{
			units: 120,
			every: time.Second,
			want: []string{"12 of 120, 12s", "24 of 120, 24s", "36 of 120, 36s", "48 of 120, 48s", "60 of 120, 1m0s",
				"72 of 120, 1m12s", "84 of 120, 1m24s", "96 of 120, 1m36s", "108 of 120, 1m48s"},
		},
		// 5 s are 8 units of 600 ms first, and 9 after that, as 8 are 4.8 s.
		{units: 20, every: 600 * time.Millisecond, want: []string{"9 of 20, 5s", "18 of 20, 10s"}},
		{units: 3, every: time.Minute, want: []string{"1 of 3, 1m0s", "2 of 3, 2m0s"}},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprint(tt.units), func(t *testing.T) {
			steps := []step{{0, opening()}, {0, event.StageStarted{StageID: "extract_scenes"}}}
			for i := range tt.units {
				steps = append(
					steps,
					step{
						time.Duration(i+1) * tt.every,
						event.UnitDone{StageID: "extract_scenes", Unit: "u", Done: i + 1, Total: tt.units},
					},
				)
			}
			var got []string
			for _, l := range plainly(t, progress.Options{}, steps...)[2:] {
				_, rest, _ := strings.Cut(l, ": ")
				got = append(got, rest)
			}
			if d := cmp.Diff(tt.want, got); d != "" {
				t.Errorf("-want +got:\n%s", d)
			}
		})
	}
}

// While nothing is said for 30 s a line says what is under way.
func TestHeartbeat(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now().UTC()
		var seq int64
		events := iter.Seq2[event.Event, error](func(yield func(event.Event, error) bool) {
			tell := func(b event.Body) {
				seq++
				yield(event.Event{Seq: seq, Time: time.Now().UTC(), RunID: id, Body: b}, nil)
			}
			tell(opening())
			time.Sleep(20 * time.Second)
			tell(event.StageStarted{StageID: "extract_scenes"})
			time.Sleep(10 * time.Second)
			tell(event.UnitDone{StageID: "extract_scenes", Unit: "u", Done: 1, Total: 120}) // says nothing: less than a tenth
			time.Sleep(
				55 * time.Second,
			) // 65 s after the last event that said something
			tell(event.StagePaused{StageID: "extract_scenes", Reason: event.AwaitingConfirmation})
			time.Sleep(31 * time.Second)
			tell(event.RunResumed{Confirmed: []string{"extract_scenes"}})
			tell(event.PipelineFinished{Success: true, Outcome: event.Succeeded})
			time.Sleep(time.Hour) // it has ended: nothing more to say
		})
		var b strings.Builder
		if _, err := progress.Show(events, progress.Options{Out: &b, Zone: time.UTC}); err != nil {
			t.Fatal(err)
		}
		var got []string
		for line := range strings.Lines(b.String()) {
			if at, text, _ := strings.Cut(line, "  "); strings.HasPrefix(text, "Still") {
				when, err := time.Parse(time.DateTime, at)
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, fmt.Sprintf("%s %s", when.Sub(start), strings.TrimSpace(text)))
			}
		}
		want := []string{
			"50s Still working: Finding the scenes, 1 of 120, 30s",
			"1m20s Still working: Finding the scenes, 1 of 120, 1m0s",
			"1m55s Still here. Paused: Finding the scenes: check the results and accept to continue",
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("-want +got:\n%s", d)
		}
	})
}

// Nothing that comes from a file, a model or a provider reaches the terminal as
// anything but text, and no line becomes two.
func TestPlain_ControlCharactersAreNotWritten(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		steps := anyRun(rt)
		var lines strings.Builder
		if _, err := progress.Show(eventsOf(steps...), progress.Options{Out: &lines, Zone: time.UTC, Verbose: true}); err != nil {
			rt.Fatal(err)
		}
		for line := range strings.Lines(lines.String()) {
			if _, err := time.Parse(time.DateTime, line[:min(len(line), len(time.DateTime))]); err != nil {
				rt.Errorf("a line without a time: %q", line)
			}
		}
		s := fold(t, steps...)
		var page, list strings.Builder
		if err := errors.Join(progress.WriteState(&page, s, begin, false, ""),
			progress.WriteRuns(&list, []run.Overview{s.Summarize()}, begin, false)); err != nil {
			rt.Fatal(err)
		}
		if n := strings.Count(list.String(), "\n"); n != 2 {
			rt.Errorf("a list of one run has %d lines: %q", n, list.String())
		}
		for _, text := range []string{lines.String(), page.String(), list.String(), progress.Block(s, begin, 80)} {
			if i := strings.IndexFunc(text, obeyed); i >= 0 {
				rt.Errorf("%q at %d of %q", text[i:min(i+8, len(text))], i, text)
			}
		}
	})
}

// obeyed reports whether r is something that a terminal may act on.
func obeyed(r rune) bool {
	return r != '\n' && !unicode.IsPrint(r)
}

func TestPaint_ColorAddsNothingButColor(t *testing.T) {
	plain := plainly(t, progress.Options{}, success()...)
	colored := plainly(t, progress.Options{Color: true}, success()...)
	if d := cmp.Diff(plain, strings.Split(uncolored(strings.Join(colored, "\n")), "\n")); d != "" {
		t.Errorf("lines: -plain +coloured:\n%s", d)
	}
	if cmp.Equal(plain, colored) {
		t.Error("lines: there is no colour")
	}
	s := fold(t, noProvider()...)
	var a, b strings.Builder
	if err := errors.Join(progress.WriteState(&a, s, begin, false, ""), progress.WriteState(&b, s, begin, true, "")); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(a.String(), uncolored(b.String())); d != "" || a.String() == b.String() {
		t.Errorf("state: -plain +coloured:\n%s", d)
	}
	x := progress.Block(s, begin, 80)
	y := progress.BlockIn(s, begin, 80, 0, true, false, false)
	if d := cmp.Diff(x, uncolored(y)); d != "" || x == y {
		t.Errorf("block: -plain +coloured:\n%s", d)
	}
}

// A closed pipe is reported, but the events are read to their end.
func TestShow_ABrokenViewDoesNotStopTheRun(t *testing.T) {
	var out broken
	s, err := progress.Show(eventsOf(success()...), progress.Options{Out: &out})
	if !errors.Is(err, errBroken) {
		t.Errorf("err = %v, want %v", err, errBroken)
	}
	if s.Status != run.RunDone {
		t.Errorf("status = %s, want done", s.Status)
	}
	if out.writes != 1 {
		t.Errorf("%d writes, want none after the first has failed", out.writes)
	}
}

func TestShow_ReturnsWhatEndsTheEvents(t *testing.T) {
	boom := errors.New("boom")
	tests := map[string]struct {
		events iter.Seq2[event.Event, error]
		want   string
	}{
		"an error": {func(yield func(event.Event, error) bool) {
			for e, err := range eventsOf(first()...) {
				if !yield(e, err) {
					return
				}
			}
			yield(event.Event{}, boom)
		}, "boom"},
		"a gap": {func(yield func(event.Event, error) bool) {
			for e, err := range eventsOf(success()...) {
				if int(e.Seq) > len(first()) {
					e.Seq++
				}
				if !yield(e, err) {
					return
				}
			}
		}, "fold run run-0a1b2c3d: event 17 follows event 15"},
	}
	for name, tt := range tests {
		for _, live := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, live %t", name, live), func(t *testing.T) {
				s, err := progress.Show(tt.events, progress.Options{Out: &strings.Builder{}, Live: live})
				if err == nil || err.Error() != tt.want {
					t.Errorf("err = %v, want %s", err, tt.want)
				}
				if want := fold(t, first()...); !cmp.Equal(want, s) {
					t.Errorf("state: -want +got:\n%s", cmp.Diff(want, s))
				}
			})
		}
	}
}

func ExampleShow() {
	events := eventsOf(badFile()...) // run.Follow in earnest
	state, err := progress.Show(events, progress.Options{Out: os.Stdout, Zone: time.UTC})
	fmt.Println(state.Status, err)
	// Output:
	// 2026-10-09 14:00:00  The run started on night_ferry.fountain with the recipe mvp_ingest. Run run-0a1b2c3d, project night-ferry. No key is set.
	// 2026-10-09 14:00:00  Reading the script started.
	// 2026-10-09 14:00:00  Reading the script failed: the file or a parameter can't be used (needs you): “night_ferry.fountain is blank” (after <0.1s, input). What helps: give a file with text in it.
	// 2026-10-09 14:00:00  The run failed; finished work is kept (run-0a1b2c3d, took <0.1s, $0.00). See: cineforge runs show run-0a1b2c3d
	// failed <nil>
}
