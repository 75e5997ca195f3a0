package progress

import (
	"strings"

	"charm.land/lipgloss/v2"
)

// layout is how wide the columns of the stages' rows are; a column of width 0 is
// not shown.
type layout struct {
	gap                                 int
	title, word, bar, units, took, cost int
	compact                             bool // 41/120 for 41 of 120
}

// The widths of bars, and what a title keeps in any case, in columns.
const (
	leastBar   = 6
	mostBar    = 30
	leastTitle = 12
	icon       = 2 // with its space
)

// layOut chooses the richest layout that has room. What a narrow terminal loses
// first is the bar, then the cost, then the end of the titles.
func (f frame) layOut(rows []row) layout {
	l := layout{gap: 2}
	for _, r := range rows {
		l.title = max(l.title, lipgloss.Width(r.title))
		l.word = max(l.word, lipgloss.Width(r.look.word))
		l.units = max(l.units, lipgloss.Width(r.units))
		l.took = max(l.took, lipgloss.Width(r.took))
		l.cost = max(l.cost, lipgloss.Width(r.cost))
	}
	if free := f.width - l.used() - l.gap; free >= leastBar {
		l.bar = min(free, mostBar)
		return l
	}
	if l.used() <= f.width {
		return l
	}
	l.cost = 0
	if over := l.used() - f.width; over > 0 && l.title-over < leastTitle {
		l.gap = 1
		l.compact = true
		l.units = 0
		for _, r := range rows {
			l.units = max(l.units, lipgloss.Width(shorter(r.units)))
		}
	}
	if over := l.used() - f.width; over > 0 {
		l.title = max(leastTitle, l.title-over)
	}
	return l
}

// used returns how wide a line of the layout is.
func (l layout) used() int {
	sum := icon + l.title
	for _, w := range []int{l.word, l.bar, l.units, l.took, l.cost} {
		if w > 0 {
			sum += l.gap + w
		}
	}
	return sum
}

// line draws a row.
func (l layout) line(r row, color bool) string {
	units := r.units
	if l.compact {
		units = shorter(units)
	}
	var b strings.Builder
	b.WriteString(r.look.tone.paint(color, r.look.icon) + " " + pad(fit(r.title, l.title), l.title))
	column := func(width int, text string) {
		if width > 0 {
			b.WriteString(strings.Repeat(" ", l.gap) + text)
		}
	}
	column(l.word, r.look.tone.paint(color, pad(r.look.word, l.word)))
	column(l.bar, r.look.tone.paint(color, r.bar(l.bar)))
	column(l.units, padLeft(units, l.units))
	column(l.took, padLeft(r.took, l.took))
	column(l.cost, padLeft(r.cost, l.cost))
	return strings.TrimRight(b.String(), " ")
}

func shorter(units string) string { return strings.Replace(units, " of ", "/", 1) }
