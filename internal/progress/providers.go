package progress

import (
	"fmt"
	"io"
	"slices"
)

// Provider is a provider as it is listed.
type Provider struct {
	Name    string
	Missing string // what it lacks to be asked; "" if nothing
	Last    string // how it failed last
	Health
	Models []ProviderModel
}

// ProviderModel is a model as it is listed.
type ProviderModel struct {
	Name   string
	Limits []string // on the time of its answers, in words
	Health
}

// Health is how a provider or a model is doing, in words.
type Health struct {
	Breaker   string
	NextProbe string // when it is tried whether it is well again; "" if it is not ill
	Attempts  int
	Success   *float64 // share; nil without attempts
	Notes     []string
}

// WriteProviders writes a table of providers and their models.
func WriteProviders(w io.Writer, all []Provider, color bool) error {
	p := page{color: color}
	rows := [][]cell{heading("PROVIDER", "STATUS", "NEXT PROBE", "ANSWERED (24 h)")}
	notes := [][]string{nil}
	for _, one := range all {
		look := healthFace(one.Health)
		if one.Missing != "" {
			look = face{faint, "○", "not configured"}
		}
		rows = append(rows, []cell{{text: one.Name}, {look.tone, look.String()}, {text: one.NextProbe}, {text: share(one.Health)}})
		all := one.Notes
		if one.Missing != "" {
			all = append(all, one.Missing)
		}
		if one.Last != "" {
			all = append(all, "last failure: "+one.Last)
		}
		notes = append(notes, all)
		if one.Missing != "" && one.Attempts == 0 {
			continue
		}
		for _, m := range one.Models {
			look := healthFace(m.Health)
			rows = append(rows, []cell{{text: "  " + m.Name}, {look.tone, look.String()}, {text: m.NextProbe}, {text: share(m.Health)}})
			notes = append(notes, slices.Concat(m.Notes, m.Limits))
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

func healthFace(h Health) face {
	switch h.Breaker {
	case "open":
		return face{bad, "✗", "left alone"}
	case "half_open":
		return face{held, "‖", "being tried"}
	}
	if len(h.Notes) > 0 {
		return face{held, "‖", "not asked"}
	}
	return face{good, "✓", "well"}
}

// share says how many attempts were answered.
func share(h Health) string {
	if h.Success == nil {
		return ""
	}
	return fmt.Sprintf("%.0f %% of %d", *h.Success*100, h.Attempts)
}
