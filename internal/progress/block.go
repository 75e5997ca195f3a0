package progress

import (
	"fmt"
	"strings"
	"time"

	"charm.land/lipgloss/v2"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/run"
)

// frame is what a block depends on besides the state of the run.
type frame struct {
	program  as
	now      time.Time
	width    int // columns; no line is wider
	height   int // lines that there is room for; 0 if that doesn't matter
	color    bool
	stopping bool // the user has asked to stop
	closed   bool // no more events are coming: this block stays
}

// maxProse is how many lines a notice, a cause or a hint may take.
const maxProse = 4

// block draws a run: what it is, a row for each stage, why it is not going on if
// it isn't, and what it has taken.
func (f frame) block(s run.State) string {
	above := []string{f.header(s)}
	if s.Notice != "" {
		above = append(above, f.prose(neutral, "Note: "+s.Notice)...)
	}
	below := append(append(f.trouble(s), f.advice(s)...), f.footer(s))
	rows, active := f.stages(s)
	if f.height > 0 {
		rows = window(rows, active, f.height-len(above)-len(below)-1)
	}
	lines := append(append(above, rows...), below...)
	for i, l := range lines {
		lines[i] = fit(l, f.width)
	}
	return strings.Join(lines, "\n")
}

func (f frame) header(s run.State) string {
	look := runFace(s)
	name := clean(s.InputName)
	rest := clean(" → " + s.RecipeID + " · " + s.RunID)
	const leastName = 8
	name = fit(name, max(leastName, f.width-2-lipgloss.Width(rest)))
	return look.tone.paint(f.color, look.icon) + " " + name + rest
}

// prose folds a text into lines.
func (f frame) prose(t tone, text string) []string {
	lines := fold(clean(text), f.width-2, maxProse)
	for i, l := range lines {
		lines[i] = "  " + t.paint(f.color, l)
	}
	return lines
}

func (f frame) advice(s run.State) []string {
	a := adviceFor(s)
	if a.cause == "" {
		return nil
	}
	lines := f.prose(runFace(s).tone, a.cause)
	if a.Helps != "" {
		lines = append(lines, f.prose(neutral, a.Helps)...)
	}
	if s.Status.Ended() {
		// What to type may be longer than a line; there it can be copied from.
		a.Remedies = []failure.Remedy{failure.Show(s.RunID)}
	}
	for _, r := range a.Remedies {
		lines = append(lines, "    "+clean(f.program.line(r)))
	}
	return lines
}

func (f frame) footer(s run.State) string {
	keys := "Ctrl-C pauses"
	switch {
	case f.closed || s.Status == run.Paused || s.Status.Ended():
		keys = ""
	case f.stopping:
		keys = "stopping; finished work is kept"
	}
	total := took(elapsed(s, f.now))
	if !s.Status.Ended() {
		total = ticking(elapsed(s, f.now))
	}
	text := "  " + join(" · ", total, runCost(s), tokens(s.Tokens), keys)
	if lipgloss.Width(text) > f.width {
		text = "  " + join(" · ", total, runCost(s), keys)
	}
	return faint.paint(f.color, text)
}

// tokens says how much models read and wrote, or "" if none was asked.
func tokens(t run.Tokens) string {
	if t == (run.Tokens{}) {
		return ""
	}
	return fmt.Sprintf("%s tokens in, %s out", short(t.Input), short(t.Output))
}

// row is what is shown of a stage.
type row struct {
	look  face
	title string
	bar   func(width int) string
	units string
	took  string
	cost  string
}

// stages draws the rows, and says which of them is the one to look at.
func (f frame) stages(s run.State) (lines []string, active int) {
	rows := make([]row, len(s.StageOrder))
	active = -1
	for i, id := range s.StageOrder {
		st, _ := s.Stage(id)
		rows[i] = f.newRow(id, st, s.Status)
		if active < 0 && !st.Status.Completed() {
			active = i
		}
	}
	layout := f.layOut(rows)
	for _, r := range rows {
		lines = append(lines, layout.line(r, f.color))
	}
	return lines, max(active, 0)
}

func (f frame) newRow(id string, st run.StageState, of run.Status) row {
	r := row{look: stageFace(st, of), title: clean(title(id)), bar: bar(st), units: units(st)}
	switch {
	case st.Status == run.StageRunning || st.Status == run.StageWaiting:
		r.took = ticking(stageElapsed(st, f.now))
	case st.StartedAt != nil:
		r.took = took(stageElapsed(st, f.now))
	}
	if st.AttemptCount > 0 {
		r.cost = priced(st.CostUSD, st.Unpriced)
	}
	return r
}

// bar returns what draws how far a stage is: solid is work done, dots are work
// to do, dashed is waiting, shaded is work that an earlier run did.
func bar(st run.StageState) func(int) string {
	pattern := "█"
	rest := "·"
	share := 0.0
	switch st.Status {
	case run.StageDone:
		share = 1
	case run.StageReused:
		pattern = "▒"
		share = 1
	case run.StagePaused:
		pattern = "┄"
		share = 1
	case run.StagePending:
		rest = " "
	default:
		share = float64(st.UnitsDone) / float64(max(st.UnitsTotal, 1))
	}
	return func(width int) string {
		full := min(int(share*float64(width)), width)
		return strings.Repeat(pattern, full) + strings.Repeat(rest, width-full)
	}
}

// window cuts rows to at most room lines around the active one.
func window(rows []string, active, room int) []string {
	const least = 3 // the active one and what says how many there are around it
	room = max(room, least)
	if len(rows) <= room {
		return rows
	}
	first := min(max(active-room/2, 0), len(rows)-room)
	part := append([]string{}, rows[first:first+room]...)
	if first > 0 {
		part[0] = fmt.Sprintf("  … %d more above", first+1)
	}
	if below := len(rows) - first - room; below > 0 {
		part[room-1] = fmt.Sprintf("  … %d more below", below+1)
	}
	return part
}
