package progress

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/cineforge/cineforge/health"
)

// IncidentView says how an incident is shown.
type IncidentView struct {
	Now   time.Time // in whose zone times are shown
	Color bool
}

// WriteIncident writes what is wrong now, and what it does to runs.
func WriteIncident(w io.Writer, in health.Incident, v IncidentView) error {
	p := page{color: v.Color}
	t := good
	if !in.Well {
		t = bad
	}
	p.line(cell{t, in.Message})
	for _, text := range in.Earlier {
		p.line(cell{faint, "over: " + text})
	}
	p.line()
	next := ""
	for _, n := range in.Next {
		next = join(" ", next, n.Message)
	}
	p.writeFacts([][2]string{
		{"since", v.moment(&in.Since)}, {"failures", v.failures(in)}, {"attempts", attemptsLine(in.Attempts)}, {"cost", costLine(in.Attempts)},
		{"next", next}, {"drills", drillsLine(in.Drills)},
	})
	p.line()
	v.providers(&p, in.Providers)
	for _, list := range []struct {
		title string
		runs  []health.AffectedRun
		total int
	}{
		{"WAITING", in.Runs.Waiting, in.Runs.WaitingTotal}, {"WENT TO ANOTHER PROVIDER", in.Runs.FallenOver, in.Runs.FallenOverTotal},
		{"PAUSED", in.Runs.Paused, in.Runs.PausedTotal}, {"FAILED", in.Runs.Failed, in.Runs.FailedTotal},
	} {
		v.runs(&p, list.title, list.runs, list.total)
	}
	v.acts(&p, in)
	return p.writeTo(w)
}

// moment writes a time, with its day if that is not today; "" for none.
func (v IncidentView) moment(t *time.Time) string {
	if t == nil {
		return ""
	}
	return ProvidersView{Now: v.Now}.clock(*t)
}

// failures says when the failures came.
func (v IncidentView) failures(in health.Incident) string {
	if in.FirstAt == nil {
		return "none"
	}
	return fmt.Sprintf("%s to %s", v.moment(in.FirstAt), v.moment(in.LastAt))
}

func attemptsLine(f health.Figures) string {
	text := fmt.Sprintf("%d answered, %d failed", f.Answered, f.Failed)
	if f.Canceled > 0 {
		text += fmt.Sprintf(", %d cancelled", f.Canceled)
	}
	if f.LatencyP50MS != nil {
		text += fmt.Sprintf("; half within %s", milliseconds(*f.LatencyP50MS))
	}
	if f.LatencyP95MS != nil {
		text += fmt.Sprintf(", 95 %% within %s", milliseconds(*f.LatencyP95MS))
	}
	return text
}

func milliseconds(n int64) time.Duration {
	d := time.Duration(n) * time.Millisecond
	if d >= time.Second {
		return d.Round(100 * time.Millisecond)
	}
	return d
}

func costLine(f health.Figures) string {
	text := fmt.Sprintf("$%.2f, $%.2f of it for attempts that gave nothing", f.CostUSD, f.WastedCostUSD)
	if f.Unpriced > 0 {
		text += fmt.Sprintf("; %s without a known price", plural(f.Unpriced, "attempt"))
	}
	return text
}

func drillsLine(n int) string {
	if n == 0 {
		return ""
	}
	return plural(n, "drill") + " under way, not counted here"
}

// providers adds a table of the providers, and their failures by class.
func (v IncidentView) providers(p *page, all []health.ProviderTrouble) {
	rows := [][]cell{heading("PROVIDER", "STATE", "SINCE", "UNTIL", "ANSWERED", "FAILED", "WASTED", "FAILURES")}
	for _, t := range all {
		look := cell{bad, strings.ReplaceAll(string(t.State), "_", " ")}
		switch t.State {
		case health.StateWell:
			look.tone = good
		case health.StateNoKey:
			look.tone = faint
		case health.StateHeld, health.StateLimited, health.StatePart, health.StateProbing:
			look.tone = held
		}
		var classes []string
		for _, f := range t.Faults {
			classes = append(classes, fmt.Sprintf("%d %s (%s)", f.Attempts, f.Class, f.Fault))
		}
		rows = append(rows, []cell{
			{text: strings.TrimSpace(t.Provider + " " + t.Model)}, look, {text: v.moment(t.Since)}, {text: v.moment(t.Until)},
			{text: fmt.Sprint(t.Answered)}, {text: fmt.Sprint(t.Failed)}, {text: fmt.Sprintf("$%.2f", t.Wasted)},
			{text: strings.Join(classes, ", ")},
		})
	}
	p.table(rows, map[int]bool{4: true, 5: true, 6: true})
	for _, t := range all {
		if t.Person && t.Help != "" {
			p.line(cell{text: fmt.Sprintf("%s needs a person: %s", t.Provider, t.Help)})
		}
	}
}

// runs adds a table of runs.
func (v IncidentView) runs(p *page, title string, all []health.AffectedRun, total int) {
	if total == 0 {
		return
	}
	p.line()
	rows := [][]cell{heading(title, "SINCE", "", "PROJECT")}
	for _, r := range all {
		rows = append(rows, []cell{{text: r.RunID}, {text: v.moment(r.Since)}, {text: v.effect(r)}, {text: r.ProjectID}})
	}
	p.table(rows, nil)
	if left := total - len(all); left > 0 {
		p.line(cell{faint, fmt.Sprintf("and %d more", left)})
	}
}

// effect says what the trouble does to a run.
func (v IncidentView) effect(r health.AffectedRun) string {
	var parts []string
	if len(r.WaitsFor) > 0 {
		parts = append(parts, "for "+strings.Join(r.WaitsFor, " or "))
	}
	if r.Until != nil {
		parts = append(parts, "until "+v.moment(r.Until))
	}
	if r.From != "" {
		parts = append(parts, fmt.Sprintf("%s → %s, %s", r.From, r.To, plural(r.Answers, "answer")))
	}
	if r.Class != "" {
		parts = append(parts, string(r.Class))
	}
	if r.Reason != "" {
		parts = append(parts, r.Reason)
	}
	return strings.Join(parts, ", ")
}

// acts adds what operators did.
func (v IncidentView) acts(p *page, in health.Incident) {
	if len(in.Acts) == 0 {
		return
	}
	p.line()
	rows := [][]cell{heading("ACTS", "", "")}
	for _, a := range in.Acts {
		what := strings.TrimSpace(a.Provider+" "+a.Model) + " " + string(a.Kind)
		rows = append(rows, []cell{{text: v.moment(&a.At)}, {text: what}, {text: a.Reason}})
	}
	p.table(rows, nil)
	if in.ActsCut {
		p.line(cell{faint, "and more"})
	}
}
