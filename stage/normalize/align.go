package normalize

import (
	"github.com/cineforge/cineforge/artifact/content"
	"github.com/cineforge/cineforge/screenplay"
)

// align returns the map from a canonical text of the given number of lines to its
// source. Each element has its span in the source and, at the same index, in the
// text; a zero one means that it is not in the text. Where whole is false, the
// lines of an element that has as many in both match one by one.
func align(elements []screenplay.Element, spans []screenplay.Span, lines int, whole bool) content.LineMap {
	m := content.LineMap{}
	next := 1
	sourceEnd := 0 // the next line of the text, the last of the source so far
	blank := func(end, sourceLimit int) {
		for ; next <= end; next++ {
			if sourceEnd < sourceLimit {
				sourceEnd++
			}
			at := max(1, sourceEnd) // a line put in belongs to the one above it
			m = m.Add(content.LineRun{Start: next, End: next, SourceStart: at, SourceEnd: at})
		}
	}
	for i, span := range spans {
		if span.Start == 0 {
			continue
		}
		from := elements[i].Span
		run := content.LineRun{Start: span.Start, End: span.End, SourceStart: from.Start, SourceEnd: from.End}
		run.Whole = whole || run.End-run.Start != run.SourceEnd-run.SourceStart
		if n := len(m); n > 0 && m[n-1].Whole && m[n-1].SourceStart == from.Start {
			run.Whole = true
			run.Start = next // the same stretch goes on
		}
		blank(run.Start-1, from.Start-1)
		m = m.Add(run)
		next = span.End + 1
		sourceEnd = from.End
	}
	blank(lines, sourceEnd)
	return m
}
