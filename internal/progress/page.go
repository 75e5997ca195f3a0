package progress

import (
	"io"
	"strings"

	"charm.land/lipgloss/v2"
)

// page is text in the making. Whatever is put on it is made fit to print.
type page struct {
	program as
	color   bool
	text    strings.Builder
}

// line adds a line of cells.
func (p *page) line(cells ...cell) {
	var b strings.Builder
	for _, c := range cells {
		b.WriteString(c.tone.paint(p.color, clean(c.text)))
	}
	p.text.WriteString(strings.TrimRight(b.String(), " ") + "\n")
}

// writeFacts adds labels and what they stand before, leaving out empty ones.
func (p *page) writeFacts(list [][2]string) {
	var rows [][]cell
	for _, f := range list {
		if f[1] != "" {
			rows = append(rows, []cell{{faint, f[0]}, {text: f[1]}})
		}
	}
	p.table(rows, nil)
}

// table adds rows in columns.
func (p *page) table(rows [][]cell, right map[int]bool) {
	for _, line := range columns(rows, right) {
		p.line(line...)
	}
}

// heading returns the first row of a table.
func heading(names ...string) []cell {
	cells := make([]cell, len(names))
	for i, n := range names {
		cells[i] = cell{faint, n}
	}
	return cells
}

// columns pads rows into columns of equal width, those in right flush right.
func columns(rows [][]cell, right map[int]bool) [][]cell {
	widths := make([]int, len(rows[0]))
	for _, r := range rows {
		for i, c := range r {
			widths[i] = max(widths[i], lipgloss.Width(clean(c.text)))
		}
	}
	lines := make([][]cell, len(rows))
	for n, r := range rows {
		for i, c := range r {
			text := pad(clean(c.text), widths[i])
			if right[i] {
				text = padLeft(clean(c.text), widths[i])
			}
			lines[n] = append(lines[n], cell{c.tone, text}, cell{text: "  "})
		}
	}
	return lines
}

func (p *page) writeTo(w io.Writer) error {
	_, err := io.WriteString(w, p.text.String())
	return err
}
