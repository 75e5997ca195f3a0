package progress

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/health"
	"github.com/cineforge/cineforge/llm"
)

// ProvidersView says how providers are listed.
type ProvidersView struct {
	Now     time.Time // in whose zone times are shown
	Color   bool
	Verbose bool   // the time limits of all models
	Program string // how to call the program, such as with --data

	// Vendor reports whether a provider is one whose time limits people know.
	Vendor func(name string) bool
}

// WriteProviders writes a table of providers and their models.
func WriteProviders(w io.Writer, all []health.Provider, v ProvidersView) error {
	p := page{color: v.Color, program: as(v.Program)}
	rows := [][]cell{heading("PROVIDER", "STATUS", "SINCE", "NEXT PROBE", "WAITING", "ANSWERED (24 h)")}
	notes := [][]string{nil}
	for _, one := range all {
		waiting := ""
		if one.Waiting > 0 {
			waiting = plural(one.Waiting, "run")
		}
		rows = append(rows, v.providerRow(one.Name, providerFace(one), one.Health, waiting))
		notes = append(notes, v.notesOf(one))
		if one.Missing != "" && one.Attempts == 0 {
			continue
		}
		for _, m := range one.Models {
			rows = append(rows, v.providerRow("  "+m.Model, modelFace(one, m), m.Health, ""))
			notes = append(notes, slices.Concat(v.notes(one.Name+":"+m.Model, m.Health), room(m), v.limits(one, m)))
		}
	}
	for i, line := range columns(rows, nil) {
		p.line(line...)
		for _, n := range notes[i] {
			p.line(cell{text: "      "}, cell{faint, n})
		}
	}
	return p.writeTo(w)
}

func (v ProvidersView) providerRow(name string, look face, h health.Health, waiting string) []cell {
	since := ""
	probe := ""
	if h.OutSince != nil {
		since = v.clock(*h.OutSince)
	} else if len(h.Gates) > 0 {
		since = v.clock(h.Gates[0].Since)
	}
	if h.NextProbeAt != nil {
		probe = v.clock(*h.NextProbeAt)
	}
	return []cell{{text: name}, {look.tone, look.String()}, {text: since}, {text: probe}, {text: waiting}, {text: share(h)}}
}

// notesOf says what there is to know of a provider.
func (v ProvidersView) notesOf(one health.Provider) []string {
	all := v.notes(one.Name, one.Health)
	if one.Held != nil {
		all = append(
			all,
			fmt.Sprintf("held by an operator until %s: %s", one.Held.Until.In(v.Now.Location()).Format(lineTime), one.Held.Reason),
		)
	}
	if one.Missing != "" {
		all = append(all, one.Missing)
	}
	if f := one.Last; f != nil {
		when := ""
		if f.At != nil {
			when = fmt.Sprintf(" at %s in %s", v.clock(*f.At), f.RunID)
		}
		all = append(all, fmt.Sprintf("last failure%s: %s: %s, %s", when, f.Model, f.Class, f.Message))
	}
	if n := len(one.WaitingList); n > 0 {
		all = append(all, v.waitingRuns(one))
	}
	return all
}

// waitingRuns names the runs that wait for a provider, and since when.
func (v ProvidersView) waitingRuns(one health.Provider) string {
	const most = 3
	var runs []string
	for _, r := range one.WaitingList[:min(most, len(one.WaitingList))] {
		text := r.RunID
		if r.Since != nil {
			text += " since " + v.clock(*r.Since)
		}
		runs = append(runs, text)
	}
	text := "waiting: " + strings.Join(runs, ", ")
	if left := one.Waiting - len(runs); left > 0 {
		text += fmt.Sprintf(" and %d more", left)
	}
	return text
}

// notes says what keeps a provider or a model from being asked, by the name under which it
// is released.
func (v ProvidersView) notes(name string, h health.Health) (all []string) {
	if h.Breaker != "closed" && h.Evidence != "" {
		all = append(all, "breaker: "+h.Evidence)
	}
	for _, gate := range h.Gates {
		all = append(all, v.gate(name, gate))
	}
	return all
}

// gate says what a gate keeps from being asked, why, and what opens it.
func (v ProvidersView) gate(name string, gate health.Gate) string {
	note := fmt.Sprintf("limited from %s until %s (%s): %s", v.clock(gate.Since), v.clock(gate.Until), gate.Class, gate.Message)
	switch gate.Class {
	case failure.Auth, failure.Permission, failure.QuotaExhausted, failure.NotFound:
		note = join("; ", note, gate.Hint) + "; a retry asks once more"
	default:
		note += "; it is asked again then"
	}
	return note + ", or: " + as(v.Program).line(failure.Release(name))
}

// clock writes a time of today, or the day too if it is another one.
func (v ProvidersView) clock(t time.Time) string {
	t = t.In(v.Now.Location())
	if t.Format(time.DateOnly) == v.Now.Format(time.DateOnly) {
		return t.Format(clock)
	}
	return t.Format(lineTime)
}

// limits says which time limits hold for a model. A vendor's defaults are shown only on
// request.
func (v ProvidersView) limits(p health.Provider, m health.Model) []string {
	l := m.Limits
	switch {
	case l == nil:
		return nil
	case v.Verbose:
		return []string{
			fmt.Sprintf("limit to the first byte: %s (%s)", span(l.FirstByte), l.FirstByte.Source),
			fmt.Sprintf("limit between chunks: %s (%s)", span(l.Idle), l.Idle.Source),
			fmt.Sprintf("limit in total: %s (%s)", span(l.Total), l.Total.Source),
		}
	case v.Vendor(p.Name) && l.FirstByte.Source != llm.Configured && l.Idle.Source != llm.Configured && l.Total.Source != llm.Configured:
		return nil
	}
	return []string{fmt.Sprintf("limits: %s to the first byte, %s between chunks, %s in total", span(l.FirstByte), span(l.Idle), span(l.Total))}
}

// room says how many calls at a time a model takes, if that was learned.
func room(m health.Model) []string {
	if m.Room == nil {
		return nil
	}
	return []string{fmt.Sprintf("%d of %d calls at a time, because %s", m.Room.Calls, m.Room.Of, m.Room.Because)}
}

// span writes a limit without its zeros, such as 2h or 1m30s.
func span(l health.TimeLimit) string {
	d := time.Duration(l.Seconds * float64(time.Second))
	if d >= time.Second {
		d = d.Round(time.Second)
	}
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

// providerFace is how a provider looks: well only if nothing keeps it or any of its models
// from being asked.
func providerFace(p health.Provider) face {
	switch look := healthFace(p.Health); {
	case p.Missing != "":
		return face{faint, "○", "not configured"}
	case p.Held != nil:
		return face{held, "‖", "held"}
	case look.tone != good:
		return look
	}
	bad := slices.IndexFunc(p.Models, func(m health.Model) bool { return healthFace(m.Health).tone != good })
	answers := slices.ContainsFunc(p.Models, func(m health.Model) bool { return healthFace(m.Health).tone == good && m.Attempts > 0 })
	switch {
	case bad < 0:
		return face{good, "✓", "available"}
	case answers:
		return face{held, "‖", "partly available"}
	}
	return healthFace(p.Models[bad].Health)
}

// modelFace is how a model looks: what keeps its provider keeps it too.
func modelFace(p health.Provider, m health.Model) face {
	own := healthFace(m.Health)
	whole := healthFace(p.Health)
	switch {
	case own.tone != good:
		return own
	case p.Held != nil:
		return face{held, "‖", "held"}
	case p.Missing != "":
		return face{faint, "○", "not configured"}
	case whole.tone != good:
		return face{held, "‖", "out with its provider"}
	case m.Attempts == 0 && slices.ContainsFunc(p.Models, func(o health.Model) bool { return healthFace(o.Health).tone != good }):
		return face{faint, "○", "not tried"}
	}
	return own
}

func healthFace(h health.Health) face {
	switch h.Breaker {
	case "open":
		return face{bad, "✗", "out"}
	case "half_open":
		return face{held, "‖", "probing"}
	}
	if len(h.Gates) > 0 {
		return face{held, "‖", "limited"}
	}
	return face{good, "✓", "available"}
}

// share says how many attempts were answered.
func share(h health.Health) string {
	if h.Success == nil {
		return ""
	}
	return fmt.Sprintf("%.0f %% of %d", *h.Success*100, h.Attempts)
}
