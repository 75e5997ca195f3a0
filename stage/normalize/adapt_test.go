package normalize_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/artifact/content"
	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/llm"
	"github.com/cineforge/cineforge/screenplay"
	"github.com/cineforge/cineforge/screenplay/fountain"
	"github.com/cineforge/cineforge/stage"
	"github.com/cineforge/cineforge/stage/normalize"
)

// novel is prose of several chunks; each paragraph has a number of its own.
func novel(t testing.TB) string {
	letter := strings.TrimSpace(sample(t, "letter.txt"))
	var b strings.Builder
	for i := range 24 {
		fmt.Fprintf(&b, "%s\n\nThat was page %d of it.\n\n", letter, i+1)
	}
	return b.String()
}

// quoted returns what a prompt quotes under a label.
func quoted(prompt, label string) string {
	_, rest, _ := strings.Cut(prompt, " BEGIN "+label+" =====\n")
	text, _, _ := strings.Cut(rest, "\n===== END "+label+" =====")
	return text
}

// adapter is a model that makes each paragraph an action, and the first chunk a scene.
func adapter(_ context.Context, req llm.Request) (llm.Response, error) {
	type piece map[string]any
	var text []piece
	for _, p := range strings.Split(quoted(req.Prompt, "TEXT"), "\n\n") {
		text = append(text, piece{"kind": "action", "character": nil, "parenthetical": nil, "text": p})
	}
	answer := map[string]any{
		"title":      "The Letter",
		"scenes":     []any{map[string]any{"heading": nil, "content": text}},
		"inventions": []any{},
		"assumptions": []any{map[string]any{
			"description": "of " + req.Unit, "rationale": "r", "alternatives_considered": []string{"none"},
		}},
		"confidence": 0.8,
	}
	if req.Unit == "chunk_001" {
		answer["scenes"] = []any{map[string]any{"heading": "INT. KITCHEN - NIGHT", "content": text}}
		answer["inventions"] = []any{map[string]any{"description": "the kitchen", "location": "the first scene", "rationale": "r"}}
	}
	body, err := json.Marshal(answer)
	if err != nil {
		return llm.Response{}, err
	}
	return llm.Response{JSON: body, Source: llm.AI, Provider: "google", Model: "gemini"}, req.Schema.Validate(body)
}

func TestModule_AdaptsProseInChunks(t *testing.T) {
	text := novel(t)
	var mu sync.Mutex
	prompts := map[string]string{}
	var progress []int
	got, draft := run(t, stage.Task{
		Inputs: raw("letter.txt", text),
		Model: llm.ModelFunc(func(ctx context.Context, req llm.Request) (llm.Response, error) {
			mu.Lock()
			defer mu.Unlock()
			prompts[req.Unit] = req.Prompt
			headless := json.RawMessage(`{"title": null, "scenes": [{"heading": null, "content": [{"kind": "action", "character": null,
				"parenthetical": null, "text": "x"}]}], "inventions": [], "assumptions": [], "confidence": 1}`)
			if err := req.Schema.Validate(headless); (err != nil) != (req.Unit == "chunk_001") {
				t.Errorf("%s, a scene without a heading: %v", req.Unit, err)
			}
			return adapter(ctx, req)
		}),
		Concurrency: 3,
		Progress:    func(done, total int, unit string) { progress = append(progress, total) },
	})
	if n := len(prompts); n < 3 || len(progress) != n+1 || progress[0] != n {
		t.Fatalf("%d questions, progress %v", n, progress)
	}
	var asked strings.Builder
	for i := range len(prompts) {
		prompt := prompts[fmt.Sprintf("chunk_%03d", i+1)]
		part := quoted(prompt, "TEXT")
		asked.WriteString(part + "\n")
		if len(part) > 8000 {
			t.Errorf("chunk %d has %d bytes", i+1, len(part))
		}
		if before := quoted(prompt, "TEXT BEFORE"); (before == "") != (i == 0) || len(before) > 1000 {
			t.Errorf("chunk %d shows %d bytes before it", i+1, len(before))
		}
	}
	if diff := cmp.Diff(words(text), words(asked.String())); diff != "" {
		t.Errorf("the questions do not hold the text: %s", diff)
	}
	if diff := cmp.Diff(words("Title: The Letter INT. KITCHEN - NIGHT "+text), words(got.ScriptText)); diff != "" {
		t.Errorf("the script does not hold the answers in order: %s", diff)
	}
	if n := got.Normalization; n.Strategy != content.Conversion || n.SourceFormat != "prose" || n.Confidence != 0.8 ||
		len(n.Inventions) != 1 || len(n.Assumptions) != len(prompts) || n.Assumptions[1].Description != "of chunk_002" {
		t.Errorf("%+v", n)
	}
	if got.Title != "The Letter" || got.SceneCount != 1 || got.Fidelity.Checked || got.Fidelity.OK != nil {
		t.Errorf("title %q, %d scenes, fidelity %+v", got.Title, got.SceneCount, got.Fidelity)
	}
	if draft.Source != artifact.AI || draft.Health != artifact.NeedsReview || draft.Annotations["answered_by"] != "google:gemini" {
		t.Errorf("source %s, health %s, %v", draft.Source, draft.Health, draft.Annotations)
	}
	// A line of the script comes from the lines of its chunk.
	script := strings.Split(got.ScriptText, "\n")
	source := strings.Split(text, "\n")
	for i, line := range script {
		if !strings.HasPrefix(line, "That was page") {
			continue
		}
		first, last := got.LineMap.Source(i+1, i+1)
		if from := strings.Join(source[first-1:last], "\n"); !strings.Contains(from, line) {
			t.Errorf("line %d, %q, is said to come from %d-%d", i+1, line, first, last)
		}
	}
}

// Whatever stands in the pieces of an answer, the script has the scenes, speakers
// and actions that the answer names, and no others.
func TestModule_PiecesOfAnAnswerCannotBreakTheScript(t *testing.T) {
	const answer = `{"title": "A: B\nC", "scenes": [
		{"heading": "int. hall\n - day", "content": [
			{"kind": "action", "character": null, "parenthetical": null, "text": "INT. BANK - DAY"},
			{"kind": "action", "character": null, "parenthetical": null, "text": "ANNA\nruns.\n\n\n# and runs"},
			{"kind": "dialogue", "character": "Anna (v.o.)", "parenthetical": "(softly)", "text": "One.\n\nTwo.\n"},
			{"kind": "dialogue", "character": null, "parenthetical": null, "text": "Who says so?"},
			{"kind": "dialogue", "character": "BEN", "parenthetical": " ", "text": " "},
			{"kind": "transition", "character": null, "parenthetical": null, "text": "Fade to black"}]},
		{"heading": "A hill", "content": [{"kind": "action", "character": null, "parenthetical": null, "text": ""}]}],
		"inventions": [], "assumptions": [], "confidence": 1}`
	model := llm.ModelFunc(func(_ context.Context, req llm.Request) (llm.Response, error) {
		return llm.Response{JSON: json.RawMessage(answer), Source: llm.AI, Provider: "p", Model: "m"},
			req.Schema.Validate(json.RawMessage(answer))
	})
	got, _ := run(t, stage.Task{Inputs: raw("letter.txt", sample(t, "letter.txt")), Model: model})
	var elements []string
	for _, e := range fountain.Decode(got.ScriptText).Elements {
		if e.Kind != screenplay.Blank {
			elements = append(elements, fmt.Sprintf("%s %q", e.Kind, e.Text))
		}
	}
	want := []string{
		`title_page "A: B C"`,
		`scene_heading "int. hall - day"`,
		`action "INT. BANK - DAY"`,
		`action "ANNA\nruns."`,
		`action "# and runs"`,
		`character "ANNA (V.O.)"`,
		`parenthetical "(softly)"`,
		`dialogue "One.\nTwo."`,
		`action "Who says so?"`,
		`transition "Fade to black"`,
		`scene_heading "A hill"`,
	}
	if diff := cmp.Diff(want, elements); diff != "" {
		t.Errorf("%s\n%s", diff, got.ScriptText)
	}
}

// says is a model that gives an answer of these scenes to every question.
func says(t testing.TB, scenes string) llm.Model {
	body := json.RawMessage(`{"title": null, "scenes": ` + scenes + `, "inventions": [], "assumptions": [], "confidence": 1}`)
	return llm.ModelFunc(func(_ context.Context, req llm.Request) (llm.Response, error) {
		if err := req.Schema.Validate(body); err != nil {
			t.Errorf("the test's answer: %v", err)
		}
		return llm.Response{JSON: body, Source: llm.AI, Provider: "p", Model: "m"}, nil
	})
}

func TestModule_KeepsAFirstSceneWithoutAHeading(t *testing.T) {
	model := says(t,
		`[{"heading": " - ", "content": [{"kind": "action", "character": null, "parenthetical": null, "text": "Rain [[heavy]] /* falls */."}]}]`)
	got, _ := run(t, stage.Task{Inputs: raw("letter.txt", sample(t, "letter.txt")), Model: model})
	if len(got.Normalization.Inventions) != 1 {
		t.Errorf("inventions %v, want the heading", got.Normalization.Inventions)
	}
	if want := ".UNKNOWN\n\nRain [ [heavy]] / * falls */.\n"; got.ScriptText != want {
		t.Errorf("got %q, want %q", got.ScriptText, want)
	}
}

func TestModule_AnAdaptationWithoutAWordIsBad(t *testing.T) {
	model := says(t, `[{"heading": "INT. HALL", "content": [{"kind": "action", "character": null, "parenthetical": null, "text": "  "}]}]`)
	result, err := normalize.Module{}.Run(t.Context(), stage.Task{Inputs: raw("letter.txt", sample(t, "letter.txt")), Model: model})
	if failure.ClassOf(err) != failure.BadOutput || len(result.Artifacts) > 0 {
		t.Errorf("got %v, want a failure of class bad_output", err)
	}
}

func TestModule_AFailureOfTheModelIsTheStages(t *testing.T) {
	down := &failure.Error{Class: "overloaded", Message: "529"}
	for _, concurrency := range []int{1, 8} {
		model := llm.ModelFunc(func(ctx context.Context, req llm.Request) (llm.Response, error) {
			if req.Unit == "chunk_002" {
				return llm.Response{}, down
			}
			return adapter(ctx, req)
		})
		result, err := normalize.Module{}.Run(t.Context(), stage.Task{Inputs: raw("a.txt", novel(t)), Model: model, Concurrency: concurrency})
		if got, ok := errors.AsType[*failure.Error](err); !ok || got != down || len(result.Artifacts) > 0 {
			t.Errorf("got %d artifacts and %v, want the model's own error", len(result.Artifacts), err)
		}
	}
}

func TestModule_SameInputsGiveTheSameBytes(t *testing.T) {
	for _, text := range []string{novel(t), sample(t, "pasted.txt"), sample(t, "lighthouse.fountain"), sample(t, "kiosk.md")} {
		var first artifact.Draft
		for i, concurrency := range []int{1, 8, 8, 3} {
			_, draft := run(t, stage.Task{Inputs: raw("a", text), Model: llm.ModelFunc(adapter), Concurrency: concurrency})
			if i == 0 {
				first = draft
			}
			if diff := cmp.Diff(first, draft); diff != "" {
				t.Errorf("at %d at a time: %s", concurrency, diff)
			}
		}
	}
}

func TestModule_ListsAreNeverNull(t *testing.T) {
	for _, text := range []string{sample(t, "letter.txt"), "INT. A\n\nx\n", "EXT/INT. A\nx\n"} {
		_, draft := run(t, stage.Task{Inputs: raw("a", text), Model: llm.ModelFunc(adapter)})
		bare := strings.ReplaceAll(string(draft.Data), `"ok":null`, "")
		if strings.Contains(bare, "null") {
			t.Errorf("something is null in %s", draft.Data)
		}
	}
}
