package progress_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/internal/progress"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
)

const head = `
run      run-0a1b2c3d
recipe   mvp_ingest (3f2a9c011234)
project  night-ferry
file     night_ferry.fountain (ab12cd34ef56)
started  2026-10-09 16:00:00 CEST
`

func TestWriteState(t *testing.T) {
	tests := []struct {
		name  string
		steps []step
		want  string
	}{
		{"done", success(), `✓ Done in 1m5s
` + head + `took     1m5s
cost     $0.47
tokens   12200 in, 750 out
note     no key is set

STAGE                             STATUS   UNITS  TOOK   COST
Reading the script                ✓ done          0.4s
    ingest: no model asked; made 1 raw_input
Putting it into screenplay form   ✓ done          1.0s
    normalize: no model asked; made 1 canonical_script
Finding the scenes                ✓ done  4 of 4  1m2s  $0.47
    extract_scenes: claude-sonnet-4-6, 2 answers in 3 tries; made 4 scene, 1 scene_index
    12k tokens in, 750 out; requests req_1, req_2
Proposing the project's settings  ✓ done          1.0s
    project_config: no model asked; made 1 project_config

Failed tries: 1. To list them: cineforge runs events run-0a1b2c3d
  1 × anthropic (claude-sonnet-4-6): bad_output, code 529, request req_2, <$0.01 wasted: the answer is not JSON
      What helps: nothing to do: other answers came
`},
		{"no provider", noProvider(), `✗ Failed after 14s at Finding the scenes
` + head + `took     14s
cost     $0.47
tokens   12200 in, 750 out
note     no key is set

STAGE                             STATUS      UNITS  TOOK   COST
Reading the script                ✓ done             0.4s
    ingest: no model asked; made 1 raw_input
Putting it into screenplay form   ✓ done             1.0s
    normalize: no model asked; made 1 canonical_script
Finding the scenes                ✗ failed   2 of 4   12s  $0.47
    extract_scenes: claude-sonnet-4-6, 2 answers in 3 tries
    12k tokens in, 750 out; requests req_1, req_2
Proposing the project's settings  ○ not run
    project_config

Finding the scenes: scene_003 needs a language model
Kind: no configured model can answer (no_provider)
What helps: set ANTHROPIC_API_KEY, OPENAI_API_KEY or GEMINI_API_KEY and run it again
  cineforge doctor
  cineforge retry run-0a1b2c3d

Failed tries: 1. To list them: cineforge runs events run-0a1b2c3d
  1 × anthropic (claude-sonnet-4-6): bad_output, code 529, request req_2, <$0.01 wasted: the answer is not JSON
      What helps: try again, or retry with a recipe that names another model
`},
		{"bad file", badFile(), `✗ Failed after <0.1s at Reading the script
` + head + `took     <0.1s
cost     $0.00
tokens   0 in, 0 out
note     no key is set

STAGE                             STATUS     UNITS   TOOK  COST
Reading the script                ✗ failed          <0.1s
    ingest: no model asked
Putting it into screenplay form   ○ not run
    normalize
Finding the scenes                ○ not run
    extract_scenes
Proposing the project's settings  ○ not run
    project_config

Reading the script: night_ferry.fountain is blank
Kind: the file or a parameter can't be used as it is (input)
What helps: give a file with text in it
  cineforge run night_ferry.fountain --recipe mvp_ingest --project night-ferry
`},
		// What a run that waits has taken is the time that it was worked on: 0.4, 1, 62 and 1 s.
		{"waits for a person", awaiting(), `‖ Paused: Proposing the project's settings: check the settings and accept to continue
` + head + `worked   1m4s
cost     $0.47
tokens   12200 in, 750 out
note     no key is set

STAGE                             STATUS        UNITS  TOOK   COST
Reading the script                ✓ done               0.4s
    ingest: no model asked; made 1 raw_input
Putting it into screenplay form   ✓ done               1.0s
    normalize: no model asked; made 1 canonical_script
Finding the scenes                ✓ done       4 of 4  1m2s  $0.47
    extract_scenes: claude-sonnet-4-6, 2 answers in 3 tries; made 4 scene, 1 scene_index
    12k tokens in, 750 out; requests req_1, req_2
Proposing the project's settings  ‖ needs you          1.0s
    project_config: no model asked; made 1 project_config

Proposing the project's settings: check the settings and accept to continue
Check the results, then accept them to continue:
  cineforge runs export run-0a1b2c3d --output results
  cineforge runs resume run-0a1b2c3d

Failed tries: 1. To list them: cineforge runs events run-0a1b2c3d
  1 × anthropic (claude-sonnet-4-6): bad_output, code 529, request req_2, <$0.01 wasted: the answer is not JSON
      What helps: try again, or retry with a recipe that names another model
`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			now := begin.Add(time.Hour).In(time.FixedZone("CEST", 2*60*60))
			var got strings.Builder
			if err := progress.WriteState(&got, fold(t, tt.steps...), now, false, ""); err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(tt.want, got.String()); d != "" {
				t.Errorf("-want +got:\n%s", d)
			}
		})
	}
}

// stateOf writes a state in which nothing but what edit sets is known.
func stateOf(t *testing.T, edit func(*run.State)) string {
	t.Helper()
	s := fold(t, first()...)
	edit(&s)
	var b strings.Builder
	if err := progress.WriteState(&b, s, begin.Add(14*time.Second), false, ""); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestState_Sentences(t *testing.T) {
	tests := []struct {
		name string
		edit func(*run.State)
		want []string
	}{
		{"running", func(*run.State) {}, []string{"▶ Running: Finding the scenes, 2 of 4, 12s\n", "worked   13s\n"}},
		{"queued", func(s *run.State) { *s = run.NewState() }, []string{"○ Queued\n"}},
		{"waiting", func(s *run.State) {
			s.Status, s.NextAttemptAt, s.WaitReason = run.Waiting, &run.UnixTime{
				Time: begin.Add(time.Minute),
			}, ptr(
				"anthropic is overloaded",
			)
		}, []string{"‖ Waiting until 14:01:00 (in 46s): anthropic is overloaded\n"}},
		{"cancelled", func(s *run.State) {
			s.Status, s.FinishedAt, s.Error = run.RunCancelled, &run.UnixTime{Time: begin.Add(20 * time.Second)}, "by the operator"
		}, []string{"✗ Cancelled after 20s\n", "the run was cancelled: by the operator\n", "  cineforge retry run-0a1b2c3d"}},
		{"a slice that retries another run", func(s *run.State) {
			s.ParentRunID = ptr("run-1")
			s.StartFrom = "normalize"
			s.EndAt = "extract_scenes"
		}, []string{"retry of   run-1\n", "begins at  normalize\n", "ends at    extract_scenes\n"}},
		{"a retry by another recipe", func(s *run.State) {
			s.ParentRunID = ptr("run-1")
			s.RootRunID = "run-1"
			s.Retry = &event.RetryRequested{ParentRunID: "run-1", Recipe: &event.RetryRecipe{Name: "current", RecipeID: "mine"},
				Changes: []event.RecipeChange{
					{Key: "max_cost_usd", From: "10", To: "20"},
					{StageID: "normalize", Key: "needs", To: "ingest"},
				}}
		}, []string{"retry of  run-1. With recipe mine (current). Changed: max_cost_usd 10 → 20; normalize: needs nothing → ingest\n"}},
		{"the money is spent", func(s *run.State) {
			s.Status = run.RunFailed
			s.FinishedAt = s.StartedAt
			st := s.Stages["extract_scenes"]
			st.Status, st.Error, st.FinalErrorClass, st.TerminalReason = run.StageFailed, "it is spent", ptr(
				failure.Budget,
			), event.MoneySpent
			st.Exceeded = &run.Exceeded{SpentUSD: 0.4, LimitUSD: 0.5}
		}, []string{"  cineforge retry run-0a1b2c3d --max-cost 2.7\n"}},
		{"a class without words and a stage of another recipe", func(s *run.State) {
			s.Status = run.RunFailed
			s.FinishedAt = s.StartedAt
			s.StageOrder = []string{"budget"}
			s.Stages["budget"] = &run.StageState{Status: run.StageFailed, Error: "busy", FinalErrorClass: ptr(failure.Class("haunted"))}
		}, []string{"at Budget\n", "Budget: busy\n", "Kind: haunted\n", "What helps: run it again\n"}},
		{"a fault of the program", func(s *run.State) {
			s.Status = run.RunFailed
			s.FinishedAt = s.StartedAt
			st := s.Stages["extract_scenes"]
			st.Status, st.Error, st.FinalErrorClass = run.StageFailed, "module x panicked", ptr(failure.Internal)
		}, []string{"Kind: an error in this program (internal)\n", "  cineforge retry run-0a1b2c3d\n", "  cineforge runs events run-0a1b2c3d\n"}},
		{"several wait", func(s *run.State) {
			s.Status = run.Paused
			s.Stages["extract_scenes"].Status = run.StagePaused
			s.Stages["extract_scenes"].PauseReason = "disk full"
			s.Stages["normalize"].Status = run.StagePaused
		}, []string{"‖ Paused: Putting it into screenplay form: finished work is kept\n", "form: finished work is kept; Finding the scenes: disk full\n",
			"  cineforge runs resume run-0a1b2c3d\n"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := stateOf(t, tt.edit)
			for _, want := range tt.want {
				if !strings.Contains(got, want) {
					t.Errorf("no %q in\n%s", want, got)
				}
			}
		})
	}
}

// However many attempts failed, there is a line for each cause, with what helps.
func TestWriteState_CountsCauses(t *testing.T) {
	failed := func(provider, model string, class failure.Class, code, id string) run.AttemptState {
		return run.AttemptState{Status: "failed", Provider: provider, Model: model, ErrorClass: class, ErrorCode: &code,
			ProviderCode: ptr("its_code"),
			RequestID:    &id, Error: provider + ": no", Hint: "set a valid KEY, then retry"}
	}
	got := stateOf(t, func(s *run.State) {
		st := s.Stages["extract_scenes"]
		st.Attempts = nil
		for i := range 50 {
			st.Attempts = append(st.Attempts, failed("anthropic", "claude", failure.Auth, "401", fmt.Sprintf("req_%d", i)))
		}
		st.Attempts = append(st.Attempts, failed("openai", "gpt", failure.Overloaded, "503", ""), failed("openai", "gpt",
			failure.Canceled, "", ""))
		s.Status = run.RunDone
	})
	_, list, _ := strings.Cut(got, "Failed tries: 51. To list them: cineforge runs events run-0a1b2c3d\n")
	want := "  50 × anthropic (claude): auth, code 401 its_code, request req_49: anthropic: no\n      What helps: set a valid KEY\n" +
		"  1 × openai (gpt): overloaded, code 503 its_code: openai: no\n      What helps: nothing to do: other answers came\n"
	if list != want {
		t.Errorf("got\n%s", got)
	}
}

func TestWriteRuns(t *testing.T) {
	queued := run.NewState()
	queued.RunID = "run-2"
	var some []run.Overview
	for _, s := range []run.State{queued, fold(t, awaiting()...), fold(t, success()...), fold(t, badFile()...), fold(t, first()...),
		fold(t, interrupted()...)} {
		some = append(some, s.Summarize())
	}
	tests := []struct {
		name string
		runs []run.Overview
		want string
	}{
		{"none", nil, "No runs yet. To run a script: cineforge run script.fountain\n"},
		{"some", some, `RUN           STATUS       STARTED            TOOK   COST  RECIPE      PROJECT      FILE
run-2         ○ queued                              $0.00
run-0a1b2c3d  ‖ needs you  2026-10-09 14:00         $0.47  mvp_ingest  night-ferry  night_ferry.fountain
run-0a1b2c3d  ✓ done       2026-10-09 14:00   1m5s  $0.47  mvp_ingest  night-ferry  night_ferry.fountain
run-0a1b2c3d  ✗ failed     2026-10-09 14:00  <0.1s  $0.00  mvp_ingest  night-ferry  night_ferry.fountain
run-0a1b2c3d  ▶ running    2026-10-09 14:00         $0.47  mvp_ingest  night-ferry  night_ferry.fountain
run-0a1b2c3d  ‖ stopped    2026-10-09 14:00         $0.47  mvp_ingest  night-ferry  night_ferry.fountain
`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got strings.Builder
			if err := progress.WriteRuns(&got, tt.runs, begin, false); err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(tt.want, got.String()); d != "" {
				t.Errorf("-want +got:\n%s", d)
			}
		})
	}
}
