package progress

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/internal/advice"
	"github.com/cineforge/cineforge/run"
)

// maxCauses is how many causes of failed attempts are listed, the most frequent ones.
const maxCauses = 8

// WriteState writes where a run stands at a time, in whose zone the times are
// shown: what it is, its stages, and if it is not going on why and what to do.
func WriteState(w io.Writer, s run.State, now time.Time, color bool, program string) error {
	p := page{color: color, program: as(program)}
	look := runFace(s)
	p.line(cell{look.tone, look.icon + " " + sentence(s, now)})
	p.line()
	p.writeFacts(facts(s, now))
	if len(s.StageOrder) > 0 {
		p.line()
		p.stages(s, now)
	}
	p.advice(s)
	p.failures(s)
	return p.writeTo(w)
}

// facts lists what a run is, by label; empty ones are left out.
func facts(s run.State, now time.Time) [][2]string {
	started := ""
	label := "worked"
	if s.StartedAt != nil {
		started = s.StartedAt.In(now.Location()).Format(momentTime)
	}
	worked := took(working(s, now))
	if s.Status.Ended() {
		label = "took"
		worked = took(elapsed(s, now))
	}
	return [][2]string{
		{"run", s.RunID},
		{"recipe", withDigest(s.RecipeID, s.RecipeDigest)},
		{"project", s.ProjectID},
		{"file", withDigest(s.InputName, s.InputDigest)},
		{"retry of", retryOf(s)},
		{"begins at", s.StartFrom},
		{"ends at", s.EndAt},
		{"started", started},
		{label, worked},
		{"cost", runCost(s)},
		{"tokens", fmt.Sprintf("%d in, %d out", s.Tokens.Input, s.Tokens.Output)},
		{"note", s.Notice},
	}
}

// retryOf says which run a run retries, and how.
func retryOf(s run.State) string {
	if s.ParentRunID == nil {
		return ""
	}
	how := *s.ParentRunID
	if s.RootRunID != how && s.RootRunID != s.RunID {
		how += " (first run " + s.RootRunID + ")"
	}
	if s.Retry != nil && len(s.Retry.SteppedBack) > 0 {
		how += "; repeats " + titlesOf(s.Retry.SteppedBack) + ": " + s.Retry.Reason
	}
	if s.Retry != nil {
		how = join(". ", how, revised(*s.Retry))
	}
	return how
}

// working returns how long the stages of a run were worked on, one after the other.
func working(s run.State, now time.Time) time.Duration {
	var sum time.Duration
	for _, st := range s.Stages {
		sum += stageElapsed(*st, now)
	}
	return sum
}

// withDigest names something and the beginning of its digest, which is enough to
// tell versions apart.
func withDigest(name string, d artifact.Digest) string {
	const enough = 12
	hex := strings.TrimPrefix(string(d), "sha256:")
	if hex == "" {
		return name
	}
	return name + " (" + hex[:min(enough, len(hex))] + ")"
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// stages adds a table of the stages; what doesn't fit into a narrow terminal's
// line is in further lines below each.
func (p *page) stages(s run.State, now time.Time) {
	rows := [][]cell{heading("STAGE", "STATUS", "UNITS", "TOOK", "COST")}
	details := [][]string{nil}
	for _, id := range s.StageOrder {
		st, _ := s.Stage(id)
		look := stageFace(st, s.Status)
		worked := ""
		cost := ""
		if st.StartedAt != nil {
			worked = took(stageElapsed(st, now))
		}
		if st.AttemptCount > 0 {
			cost = priced(st.CostUSD, st.Unpriced)
		}
		rows = append(rows, []cell{{text: title(id)}, {look.tone, look.String()}, {text: units(st)}, {text: worked}, {text: cost}})
		details = append(details, []string{detail(id, st), asked(st)})
	}
	for i, line := range columns(rows, map[int]bool{2: true, 3: true, 4: true}) {
		p.line(line...)
		for _, d := range details[i] {
			if d != "" {
				p.line(cell{text: "    "}, cell{faint, d})
			}
		}
	}
}

// detail says which models did a stage and what came of it.
func detail(id string, st run.StageState) string {
	model := models(st)
	asked := ""
	result := ""
	switch {
	case st.AttemptCount > 0:
		asked = fmt.Sprintf("%s in %s", plural(st.CallCount, "answer"), plural(st.AttemptCount, "try"))
	case st.CallCount > 0:
		asked = plural(st.CallCount, "answer") + " reused"
	case model != "":
		model = "no model asked"
	}
	if len(st.ArtifactRefs) > 0 {
		result = "made " + byType(st.ArtifactRefs)
	}
	return join(": ", id, join("; ", join(", ", model, asked), result))
}

// models names the models whose answers a stage uses: with their share, if they are several.
func models(st run.StageState) string {
	if len(st.ModelsUsed) < 2 {
		return text(st.ModelUsed)
	}
	names := slices.SortedFunc(maps.Keys(st.ModelsUsed), func(a, b string) int {
		return cmp.Or(cmp.Compare(st.ModelsUsed[b].Answers, st.ModelsUsed[a].Answers), cmp.Compare(a, b))
	})
	for i, name := range names {
		names[i] = fmt.Sprintf("%s (%s)", name, plural(st.ModelsUsed[name].Answers, "answer"))
	}
	return strings.Join(names, ", ")
}

// shownRequests is how many of the providers' ids of calls are listed.
const shownRequests = 2

// asked says what the answers of a stage took, and by which ids the providers know them.
func asked(st run.StageState) string {
	var took run.Tokens
	var ids []string
	for _, a := range st.Attempts {
		took.Input += a.InputTokens
		took.Output += a.OutputTokens
		if id := text(a.RequestID); id != "" {
			ids = append(ids, id)
		}
	}
	if took == (run.Tokens{}) {
		return ""
	}
	requests := ""
	if n := len(ids) - shownRequests; n > 0 {
		requests = fmt.Sprintf("requests %s and %d more", strings.Join(ids[:shownRequests], ", "), n)
	} else if len(ids) > 0 {
		requests = "requests " + strings.Join(ids, ", ")
	}
	return join("; ", tokens(took), requests)
}

// byType counts artifacts by type, in the order in which the types come.
func byType(refs []artifact.Ref) string {
	var order, parts []string
	count := map[string]int{}
	for _, r := range refs {
		if count[r.ArtifactType]++; count[r.ArtifactType] == 1 {
			order = append(order, r.ArtifactType)
		}
	}
	for _, t := range order {
		parts = append(parts, fmt.Sprintf("%d %s", count[t], t))
	}
	return strings.Join(parts, ", ")
}

// advice says why the run is not going on and what to do.
func (p *page) advice(s run.State) {
	a := adviceFor(s)
	if a.cause == "" && len(a.Remedies) == 0 {
		return
	}
	p.line()
	if a.cause != "" {
		p.line(cell{runFace(s).tone, a.cause})
	}
	if a.Class != "" {
		p.line(cell{text: "Kind: " + meaning(a.Class)})
	}
	if a.Helps != "" {
		p.line(cell{text: a.Helps})
	}
	for _, r := range a.Remedies {
		p.line(cell{text: "  "}, cell{text: p.program.line(r)})
	}
}

// failures says why attempts failed, a line for each cause, and what helps.
func (p *page) failures(s run.State) {
	causes := advice.Causes(s)
	if len(causes) == 0 {
		return
	}
	total := 0
	for _, c := range causes {
		total += c.Count
	}
	p.line()
	p.line(cell{text: fmt.Sprintf("Failed tries: %d. To list them: %s", total, p.program.line(failure.Events(s.RunID)))})
	for _, c := range causes[:min(len(causes), maxCauses)] {
		p.line(cell{text: "  "}, cell{text: causeLine(c)})
		switch {
		case s.Status == run.RunDone:
			p.line(cell{text: "      "}, cell{faint, "What helps: " + c.Afterwards()})
		case s.Status.Ended() || s.Status == run.Paused:
			p.line(cell{text: "      "}, cell{faint, "What helps: " + c.Helps})
		}
	}
	if more := len(causes) - maxCauses; more > 0 {
		p.line(cell{text: fmt.Sprintf("  and %s more", plural(more, "cause"))})
	}
}

// causeLine says why attempts failed, and by what the provider knows them.
func causeLine(c advice.Cause) string {
	id := identity(string(c.Class), nil, &c.ErrorCode, &c.ProviderCode)
	if n := len(c.Requests); n > 0 {
		id += ", request " + c.Requests[0]
	}
	wasted := ""
	if c.CostUSD > 0 {
		wasted = ", " + usd(c.CostUSD) + " wasted"
	}
	return fmt.Sprintf("%d × %s (%s): %s%s: %s", c.Count, c.Provider, strings.Join(c.Models, ", "), id, wasted, c.Error)
}

// WriteRuns writes a table of runs at a time, in whose zone the times are shown.
func WriteRuns(w io.Writer, runs []run.Overview, now time.Time, color bool) error {
	p := page{color: color}
	if len(runs) == 0 {
		p.line(cell{text: "No runs yet. To run a script: " + failure.RunFile("script.fountain").String()})
		return p.writeTo(w)
	}
	rows := [][]cell{heading("RUN", "STATUS", "STARTED", "TOOK", "COST", "RECIPE", "PROJECT", "FILE")}
	for _, s := range runs {
		look := statusFace(s.Status, s.PauseReason)
		if len(s.Needs) > 0 {
			look.word += ", needs " + s.Needs[0].Name
		} else if len(s.WaitsFor) > 0 {
			look.word += " for " + strings.Join(s.WaitsFor, ", ")
		}
		started := ""
		worked := ""
		if s.StartedAt != nil {
			started = s.StartedAt.In(now.Location()).Format("2006-01-02 15:04")
		}
		if s.StartedAt != nil && s.FinishedAt != nil {
			worked = took(s.FinishedAt.Sub(s.StartedAt.Time))
		}
		rows = append(rows, []cell{{text: s.RunID}, {look.tone, look.String()}, {text: started}, {text: worked},
			{text: priced(s.TotalCostUSD, s.Unpriced)}, {text: s.RecipeID}, {text: s.ProjectID}, {text: s.InputName}})
	}
	p.table(rows, map[int]bool{3: true, 4: true})
	return p.writeTo(w)
}
