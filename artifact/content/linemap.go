package content

import "slices"

// LineMap maps the lines of a text to the lines of the source that it was made
// from. Its runs are in order and cover the text's lines from 1 on.
type LineMap []LineRun

// LineRun maps lines Start to End of the text to lines SourceStart to SourceEnd
// of the source; lines count from 1 and all four are inclusive. The lines match
// one by one, unless Whole is set: then only the stretch as a whole does.
type LineRun struct {
	Start       int  `json:"start_line"`
	End         int  `json:"end_line"`
	SourceStart int  `json:"source_start_line"`
	SourceEnd   int  `json:"source_end_line"`
	Whole       bool `json:"whole,omitempty"`
}

// Add returns the map with a run after its last, which is extended where the new
// one continues it.
func (m LineMap) Add(r LineRun) LineMap {
	n := len(m)
	if n == 0 {
		return append(m, r)
	}
	switch last := &m[n-1]; {
	case r.Whole && last.Whole && r.SourceStart == last.SourceStart && r.SourceEnd == last.SourceEnd:
		last.End = r.End
	case !r.Whole && !last.Whole && r.SourceStart == last.SourceEnd+1:
		last.End = r.End
		last.SourceEnd = r.SourceEnd
	default:
		m = append(m, r)
	}
	return m
}

// Source returns the lines of the source that lines start to end of the text
// come from. A line that the map does not know maps to itself.
func (m LineMap) Source(start, end int) (first, last int) {
	first, _ = m.line(start)
	_, last = m.line(end)
	return first, last
}

// line returns the source lines of one line.
func (m LineMap) line(n int) (first, last int) {
	i, found := slices.BinarySearchFunc(m, n, func(r LineRun, n int) int {
		switch {
		case r.End < n:
			return -1
		case r.Start > n:
			return 1
		}
		return 0
	})
	if !found {
		return n, n
	}
	if r := m[i]; r.Whole {
		return r.SourceStart, r.SourceEnd
	}
	line := m[i].SourceStart + n - m[i].Start
	return line, line
}
