package scenes_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/artifact/content"
	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/llm"
	"github.com/cineforge/cineforge/llm/offline"
	"github.com/cineforge/cineforge/stage"
	"github.com/cineforge/cineforge/stage/scenes"
)

// canonical returns the inputs of the stage for a script; each line comes from
// the source line that many lines further down.
func canonical(t testing.TB, text string, shift int, implied ...int) stage.Inputs {
	t.Helper()
	lines := strings.Count(text, "\n") + 1
	data, err := json.Marshal(map[string]any{
		"script_text":      text,
		"implied_headings": implied,
		"line_map":         content.LineMap{{Start: 1, End: lines, SourceStart: 1 + shift, SourceEnd: lines + shift}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return stage.Inputs{{
		Metadata: artifact.Metadata{Ref: artifact.NewRef(artifact.CanonicalScript, artifact.ProjectEntity, 1)},
		Data:     data,
	}}
}

func lighthouse(t testing.TB) string {
	t.Helper()
	data, err := os.ReadFile("../testdata/lighthouse.fountain")
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// run runs the stage and decodes what it made.
func run(t testing.TB, task stage.Task) ([]content.Scene, content.SceneIndex, []artifact.Draft) {
	t.Helper()
	result, err := scenes.Module{}.Run(t.Context(), task)
	if err != nil {
		t.Fatal(err)
	}
	var list []content.Scene
	var index content.SceneIndex
	for _, d := range result.Artifacts {
		var target any = &index
		if d.Type == artifact.Scene {
			list = append(list, content.Scene{})
			target = &list[len(list)-1]
		}
		if err := json.Unmarshal(d.Data, target); err != nil {
			t.Fatal(err)
		}
	}
	return list, index, result.Artifacts
}

// reader is a model that has read each scene, and says so.
func reader(_ context.Context, req llm.Request) (llm.Response, error) {
	answer := json.RawMessage(fmt.Sprintf(`{"summary": "What happens in %s.", "tone_mood": "grim", "tone_shifts": ["grim to hopeful"],
		"narrative_beats": [{"beat_type": "decision", "description": "She goes.", "approximate_location": null, "confidence": 0.8}],
		"confidence": 0.75}`, req.Unit))
	return llm.Response{JSON: answer, Source: llm.AI, Provider: "anthropic", Model: "claude"}, req.Schema.Validate(answer)
}

func text(s *string) string {
	if s == nil {
		return "(null)"
	}
	return *s
}

func TestModule_StructureOfScenes(t *testing.T) {
	list, index, _ := run(t, stage.Task{Inputs: canonical(t, lighthouse(t), 100), Model: offline.Model{}})
	var got []string
	for _, s := range list {
		got = append(got, fmt.Sprintf("%s %d %s | %s | %s | %s | %s | %s | %d | lines %d-%d from %d-%d",
			s.SceneID, s.SceneNumber, text(s.Number), text(s.Written), s.Heading, s.Location, s.TimeOfDay,
			strings.Join(s.Characters, ", "), s.DialogueBlocks,
			s.CanonicalSpan.StartLine, s.CanonicalSpan.EndLine, s.SourceSpan.StartLine, s.SourceSpan.EndLine))
	}
	// Read off testdata/lighthouse.fountain by hand.
	want := []string{
		"scene_001 1 1 | EXT | EXT. GREY HEAD - DUSK | GREY HEAD | DUSK | MARTA | 1 | lines 11-21 from 111-121",
		"scene_002 2 1A | INT | INT. LIGHTHOUSE - LAMP ROOM - CONTINUOUS | LIGHTHOUSE - LAMP ROOM | CONTINUOUS | PIET, MARTA | 4 | lines " +
			"22-49 from 122-149",
		"scene_003 3 2 | EXT | EXT. SEA - NIGHT | SEA | NIGHT | SKIPPER | 1 | lines 50-58 from 150-158",
		"scene_004 4 3 | INT | INT. LIGHTHOUSE - LAMP ROOM - NIGHT | LIGHTHOUSE - LAMP ROOM | NIGHT | MARTA | 1 | lines 59-68 from 159-168",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"GREY HEAD", "LIGHTHOUSE - LAMP ROOM", "SEA"}, index.UniqueLocations); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"MARTA", "PIET", "SKIPPER"}, index.UniqueCharacters); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(&content.Span{StartLine: 101, EndLine: 110}, index.FrontMatter); diff != "" {
		t.Error(diff)
	}
	if index.TotalScenes != 4 || len(index.Entries) != 4 || index.Entries[2].Heading != "EXT. SEA - NIGHT" {
		t.Errorf("index of %d scenes with %d entries", index.TotalScenes, len(index.Entries))
	}
	if index.RuntimeMinutes <= 0.5 || index.RuntimeMinutes > 2 {
		t.Errorf("%v minutes for about a page", index.RuntimeMinutes)
	}
}

// A view of the results needs no scene: what it shows of each stands in the index.
func TestModule_IndexSaysWhatEachSceneIs(t *testing.T) {
	for _, model := range []llm.Model{offline.Model{}, llm.ModelFunc(reader)} {
		list, index, drafts := run(t, stage.Task{Inputs: canonical(t, lighthouse(t), 100), Model: model})
		for i, e := range index.Entries {
			s := list[i]
			want := content.SceneEntry{
				SceneID: s.SceneID, SceneNumber: s.SceneNumber, Heading: s.Heading, Location: s.Location, TimeOfDay: s.TimeOfDay,
				Characters: s.Characters, SourceSpan: s.SourceSpan, ToneMood: s.ToneMood,
				Number: s.Number, IntExt: s.IntExt, PageEighths: s.PageEighths, Cast: s.Characters, Summary: s.Summary, Implied: s.Implied,
				StartLine: s.CanonicalSpan.StartLine, EndLine: s.CanonicalSpan.EndLine, Speeches: e.Speeches,
				Health: drafts[i].Health, Ref: content.EntityRef{ArtifactType: artifact.Scene, EntityID: s.SceneID},
			}
			if diff := cmp.Diff(want, e); diff != "" {
				t.Error(diff)
			}
			spoken := 0
			for _, n := range e.Speeches {
				spoken += n
			}
			if spoken != s.DialogueBlocks {
				t.Errorf("%s: speeches %v, want %d in all", s.SceneID, e.Speeches, s.DialogueBlocks)
			}
		}
		if e := index.Entries[1]; e.Speeches["PIET"] != 2 || e.Speeches["MARTA"] != 2 {
			t.Errorf("%v", e.Speeches)
		}
	}
}

func TestElements_ReadAsThePageDoes(t *testing.T) {
	list, _, _ := run(t, stage.Task{Inputs: canonical(t, lighthouse(t), 0), Model: offline.Model{}})
	want := []content.SceneElement{
		{Type: "scene_heading", Content: "INT. LIGHTHOUSE - LAMP ROOM - CONTINUOUS"},
		{Type: "note", WrittenAs: "synopsis", Content: "The lamp is dead, and so is the radio."},
		{Type: "action", Content: "PIET (19) kneels before the lamp, a screwdriver between his teeth."},
		{Type: "character", Content: "PIET"},
		{Type: "dialogue", Content: "It isn't the fuse."},
		{Type: "character", Content: "MARTA (O.S.)"},
		{Type: "dialogue", Content: "It is always the fuse."},
		{Type: "character", Content: "PIET"},
		{Type: "dialogue", Content: "I changed the fuse."},
		{Type: "character", Content: "MARTA"},
		{Type: "dialogue", Content: "Then change it back."},
		{Type: "action", Content: "She hands him the can. Nobody laughs."},
		{Type: "transition", Content: "CUT TO:"},
	}
	if diff := cmp.Diff(want, list[1].Elements); diff != "" {
		t.Error(diff)
	}
}

func TestModule_WithoutAModelNothingIsJudged(t *testing.T) {
	list, index, drafts := run(t, stage.Task{Inputs: canonical(t, lighthouse(t), 0), Model: offline.Model{}})
	for i, s := range list {
		if s.Summary != nil || s.ToneMood != nil || len(s.Beats) > 0 || len(s.ToneShifts) > 0 {
			t.Errorf("%s: something is judged", s.SceneID)
		}
		for _, p := range s.Provenance {
			if p.Method == content.MethodModel {
				t.Errorf("%s: %s is said to be a model's", s.SceneID, p.Field)
			}
		}
		if d := drafts[i]; d.Source != artifact.Code || d.Health != artifact.NeedsReview || d.EntityID != s.SceneID {
			t.Errorf("%s: entity %s, source %s, health %s", s.SceneID, d.EntityID, d.Source, d.Health)
		}
	}
	if index.PassedQA != 0 || index.NeedReview != 4 {
		t.Errorf("%d passed, %d to review", index.PassedQA, index.NeedReview)
	}
	last := drafts[len(drafts)-1]
	if last.Type != artifact.SceneIndex || last.Source != artifact.Code || last.Health != artifact.NeedsReview {
		t.Errorf("index: type %s, source %s, health %s", last.Type, last.Source, last.Health)
	}
}

func TestModule_TakesAModelsJudgement(t *testing.T) {
	list, index, drafts := run(t, stage.Task{Inputs: canonical(t, lighthouse(t), 0), Model: llm.ModelFunc(reader), Concurrency: 4})
	for i, s := range list {
		if got, want := text(s.Summary), "What happens in "+s.SceneID+"."; got != want {
			t.Errorf("%s: summary %q, want %q", s.SceneID, got, want)
		}
		if text(s.ToneMood) != "grim" || len(s.Beats) != 1 || s.Beats[0].Confidence != 0.8 {
			t.Errorf("%s: mood %s, beats %v", s.SceneID, text(s.ToneMood), s.Beats)
		}
		var judged []string
		for _, p := range s.Provenance {
			if p.Method == content.MethodModel {
				judged = append(judged, fmt.Sprint(p.Field, " by ", p.Evidence, " at ", p.Confidence))
			}
		}
		want := []string{"summary by anthropic:claude at 0.75", "tone_mood by anthropic:claude at 0.75",
			"tone_shifts by anthropic:claude at 0.75", "narrative_beats by anthropic:claude at 0.75"}
		if diff := cmp.Diff(want, judged); diff != "" {
			t.Errorf("%s: %s", s.SceneID, diff)
		}
		if drafts[i].Source != artifact.Hybrid || drafts[i].Health != artifact.Valid {
			t.Errorf("%s: source %s, health %s", s.SceneID, drafts[i].Source, drafts[i].Health)
		}
	}
	if index.PassedQA != 4 || index.NeedReview != 0 || text(index.Entries[0].ToneMood) != "grim" {
		t.Errorf("index: %d passed, %d to review, mood %s", index.PassedQA, index.NeedReview, text(index.Entries[0].ToneMood))
	}
}

// Some scenes judged and some not is what a chain that ends in the offline model may give.
func TestModule_EachSceneSaysWhetherItWasJudged(t *testing.T) {
	model := llm.ModelFunc(func(ctx context.Context, req llm.Request) (llm.Response, error) {
		if req.Unit == "scene_002" {
			return offline.Model{}.Generate(ctx, req)
		}
		return reader(ctx, req)
	})
	list, index, drafts := run(t, stage.Task{Inputs: canonical(t, lighthouse(t), 0), Model: model})
	if index.PassedQA != 3 || index.NeedReview != 1 || drafts[4].Health != artifact.NeedsReview || drafts[4].Source != artifact.Hybrid {
		t.Errorf("%d passed, %d to review; index %s, %s", index.PassedQA, index.NeedReview, drafts[4].Source, drafts[4].Health)
	}
	if drafts[1].Source != artifact.Code || drafts[1].Health != artifact.NeedsReview || list[1].Summary != nil {
		t.Errorf("scene_002: %s, %s", drafts[1].Source, drafts[1].Health)
	}
}

// The model sees one scene, and nothing that it or the scene says moves the structure.
func TestJudge_ASceneIsMaterialAndNoInstruction(t *testing.T) {
	var asked []string
	model := llm.ModelFunc(func(ctx context.Context, req llm.Request) (llm.Response, error) {
		asked = append(asked, req.Prompt)
		if strings.Contains(req.System, "INT. BANK") {
			t.Error("the scene's text is among the instructions")
		}
		return llm.Response{JSON: json.RawMessage(`{"summary": "BATMAN robs INT. BANK - DAY", "tone_mood": null, "tone_shifts": [],
			"narrative_beats": [], "confidence": 3}`), Source: llm.AI, Provider: "p", Model: "m"}, nil
	})
	list, index, _ := run(t, stage.Task{Inputs: canonical(t, lighthouse(t), 0), Model: model})
	last := list[3]
	if last.Heading != "INT. LIGHTHOUSE - LAMP ROOM - NIGHT" || strings.Join(last.Characters, " ") != "MARTA" || len(list) != 4 {
		t.Errorf("%d scenes, the last %s with %v", len(list), last.Heading, last.Characters)
	}
	if strings.Contains(strings.Join(index.UniqueCharacters, " "), "BATMAN") {
		t.Error("the instruction in the scene has put a character into the index")
	}
	if p := last.Provenance[len(last.Provenance)-1]; p.Field != "summary" || p.Confidence != 1 {
		t.Errorf("%s with confidence %v, want it within 0 to 1", p.Field, p.Confidence)
	}
	want := `===== BEGIN SCENE =====
EXT. SEA - NIGHT

A trawler, far too close. Its horn:
Low, and long, and low again

SKIPPER (V.O.) (ON RADIO)
Grey Head, Grey Head, you are dark.
===== END SCENE =====
`
	if diff := cmp.Diff(want, asked[2]); diff != "" {
		t.Errorf("prompt of scene_003: %s", diff)
	}
}

// What the writer noted, outlined or cut is no part of the scene to be judged.
func TestJudge_AsksAboutThePrintedPageAlone(t *testing.T) {
	prompts := map[string]string{}
	model := llm.ModelFunc(func(ctx context.Context, req llm.Request) (llm.Response, error) {
		prompts[req.Unit] = req.Prompt
		return offline.Model{}.Generate(ctx, req)
	})
	run(t, stage.Task{Inputs: canonical(t, lighthouse(t), 0), Model: model})
	for unit, hidden := range map[string]string{"scene_001": "the boat", "scene_002": "so is the radio"} {
		if strings.Contains(prompts[unit], hidden) {
			t.Errorf("%q is in the question about %s", hidden, unit)
		}
	}
	for _, cut := range []string{"KENNEL", "barks", "*/"} {
		if strings.Contains(prompts["scene_002"], cut) {
			t.Errorf("the cut text %q is in the question", cut)
		}
	}
}

// An answer by rule is no judgement, even if it says something.
func TestModule_OnlyAModelJudges(t *testing.T) {
	model := llm.ModelFunc(func(ctx context.Context, req llm.Request) (llm.Response, error) {
		resp, err := reader(ctx, req)
		resp.Source = llm.Code
		return resp, err
	})
	list, index, drafts := run(t, stage.Task{Inputs: canonical(t, lighthouse(t), 0), Model: model})
	for _, s := range list {
		if s.Summary != nil || len(s.Beats) > 0 {
			t.Errorf("%s: %s", s.SceneID, text(s.Summary))
		}
	}
	for _, d := range drafts {
		if d.Source != artifact.Code || d.Health != artifact.NeedsReview {
			t.Errorf("%s %s: source %s, health %s", d.Type, d.EntityID, d.Source, d.Health)
		}
	}
	if index.PassedQA != 0 {
		t.Errorf("%d scenes passed", index.PassedQA)
	}
}

func TestModule_HeadingsThatSayLess(t *testing.T) {
	script := "SOMETHING\n\n.SNIPER POV\n\nDust.\n\nINT. NIGHT\n\nDark.\n\n.EXT/INT. VAN - DAWN\n\nRain.\n"
	list, index, _ := run(t, stage.Task{Inputs: canonical(t, script, 0, 11), Model: offline.Model{}})
	var got []string
	for _, s := range list {
		got = append(got, fmt.Sprintf("%s|%s|%s|%v|%s", text(s.Written), s.Location, s.TimeOfDay, s.Implied, text(s.Number)))
	}
	want := []string{"(null)|SNIPER POV|UNSPECIFIED|false|(null)", "INT|UNKNOWN|NIGHT|false|(null)", "INT/EXT|VAN|DAWN|true|(null)"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if p := list[2].Provenance[0]; p.Method != content.MethodRule || p.Confidence >= list[0].Provenance[0].Confidence {
		t.Errorf("an implied heading is found by %s at %v", p.Method, p.Confidence)
	}
	if diff := cmp.Diff([]string{"SNIPER POV", "VAN"}, index.UniqueLocations); diff != "" {
		t.Error(diff)
	}
	if index.FrontMatter == nil || index.FrontMatter.EndLine != 2 {
		t.Errorf("front matter %v, want lines 1-2", index.FrontMatter)
	}
}

func TestModule_AScriptWithoutHeadingsIsOneScene(t *testing.T) {
	list, index, _ := run(t, stage.Task{Inputs: canonical(t, "Title: X\n\nANNA\nHello.\n\nBEN\nHello.\n", 0), Model: offline.Model{}})
	if len(list) != 1 {
		t.Fatalf("%d scenes", len(list))
	}
	s := list[0]
	if s.Heading != "UNKNOWN" || s.Location != "UNKNOWN" || s.Written != nil || s.IntExt != "INT/EXT" || s.DialogueBlocks != 2 ||
		!s.Implied || len(s.Inferences) != 1 {
		t.Errorf("%+v", s)
	}
	if s.CanonicalSpan != (content.Span{StartLine: 3, EndLine: 7}) || index.FrontMatter.EndLine != 2 {
		t.Errorf("scene at lines %v behind %v", s.CanonicalSpan, index.FrontMatter)
	}
	if len(s.Elements) != 4 || s.Elements[0].Content != "ANNA" {
		t.Errorf("elements %v", s.Elements)
	}
}

func TestModule_RefusesAnEmptyScript(t *testing.T) {
	for _, script := range []string{"", "\n\n", "Title: Nothing\n\n[[a note]]\n"} {
		_, err := scenes.Module{}.Run(t.Context(), stage.Task{Inputs: canonical(t, script, 0), Model: offline.Model{}})
		if failure.ClassOf(err) != failure.Input {
			t.Errorf("%q: got %v, want a failure of class input", script, err)
		}
	}
}

func TestModule_AFailureOfTheModelIsTheStages(t *testing.T) {
	down := &failure.Error{Class: "overloaded", Message: "529", Err: errors.New("overloaded_error")}
	model := llm.ModelFunc(func(ctx context.Context, req llm.Request) (llm.Response, error) {
		if req.Unit == "scene_003" {
			return llm.Response{}, down
		}
		return reader(ctx, req)
	})
	for _, concurrency := range []int{1, 8} {
		task := stage.Task{Inputs: canonical(t, lighthouse(t), 0), Model: model, Concurrency: concurrency}
		result, err := scenes.Module{}.Run(t.Context(), task)
		if got, ok := errors.AsType[*failure.Error](err); !ok || got != down {
			t.Errorf("got %v, want the model's own error", err)
		}
		if len(result.Artifacts) != 0 {
			t.Errorf("%d artifacts in spite of it", len(result.Artifacts))
		}
	}
}

func TestModule_SameInputsGiveTheSameBytes(t *testing.T) {
	var first []artifact.Draft
	for i, concurrency := range []int{1, 8, 8, 3} {
		_, _, drafts := run(t, stage.Task{Inputs: canonical(t, lighthouse(t), 0), Model: llm.ModelFunc(reader), Concurrency: concurrency})
		if i == 0 {
			first = drafts
		}
		if diff := cmp.Diff(first, drafts); diff != "" {
			t.Errorf("at %d at a time: %s", concurrency, diff)
		}
	}
}

func TestModule_ListsAreNeverNull(t *testing.T) {
	_, _, drafts := run(t, stage.Task{Inputs: canonical(t, "INT. A\n", 0), Model: offline.Model{}})
	allowed := map[string]bool{"number": true, "int_ext_written": true, "summary": true, "tone_mood": true, "front_matter": true,
		"approximate_location": true}
	for _, d := range drafts {
		var members map[string]any
		if err := json.Unmarshal(d.Data, &members); err != nil {
			t.Fatal(err)
		}
		for name, value := range members {
			if value == nil && !allowed[name] {
				t.Errorf("%s: %s is null", d.Type, name)
			}
		}
	}
}

// Readers of the first system know three words for where a scene plays, and eight kinds of
// elements; what was written is there beside them.
func TestModule_UsesTheWordsOfTheFirstSystem(t *testing.T) {
	script := "INT. A - DAY\n\n# Act One\n\n= It begins.\n\n> THE END <\n\nANNA\n(low)\n~La la.\nHello.\n\n[[a note]]\n\nCUT TO:\n\n" +
		"EXT. B - DAY\n\nDust.\n\nINT./EXT. C - DAY\n\nDust.\n\nEST. D - DAY\n\nDust.\n\n.NOWHERE\n\nDust.\n"
	list, _, _ := run(t, stage.Task{Inputs: canonical(t, script, 0), Model: offline.Model{}})
	var where, kinds []string
	for _, s := range list {
		where = append(where, s.IntExt+" "+text(s.Written))
		for _, e := range s.Elements {
			if !slices.Contains(strings.Fields("scene_heading action character dialogue parenthetical transition shot note"), e.Type) {
				t.Errorf("%+v", e)
			}
			if e.WrittenAs != "" {
				kinds = append(kinds, e.WrittenAs+" "+e.Type)
			}
		}
	}
	if diff := cmp.Diff([]string{"INT INT", "EXT EXT", "INT/EXT INT/EXT", "INT/EXT EST", "INT/EXT (null)"}, where); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"section note", "synopsis note", "centered action", "lyrics dialogue"}, kinds); diff != "" {
		t.Error(diff)
	}
}
