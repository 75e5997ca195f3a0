package simulator

import (
	"bytes"
	"time"

	"github.com/cineforge/cineforge/simulator/internal/wire"
	"github.com/cineforge/cineforge/simulator/scenario"
)

// disruption is what happens to an answer on its way. The zero disruption is nothing.
type disruption struct {
	kind  string // cut, end, malformed, stall, stream_error, endless_events or endless_text
	after int    // tokens
	start bool   // at 0: after the first frame
	raw   []byte // what stream_error sends
	error string // or the name of what it sends
	pause time.Duration
	pings bool
}

// disruptionOf returns what a fault does to an answer on its way.
func disruptionOf(f scenario.Fault) disruption {
	point := func(kind string, p *scenario.Point) disruption {
		return disruption{kind: kind, after: p.AfterTokens, start: p.AfterStart}
	}
	switch {
	case f.Cut != nil:
		return point("cut", f.Cut)
	case f.End != nil:
		return point("end", f.End)
	case f.Malformed != nil:
		return point("malformed", f.Malformed)
	case f.Stall != nil:
		return disruption{kind: "stall", after: f.Stall.AfterTokens, start: f.Stall.AfterStart, pause: f.Stall.For, pings: f.Stall.Pings}
	case f.StreamError != nil:
		e := f.StreamError
		return disruption{kind: "stream_error", after: e.AfterTokens, start: e.AfterStart, raw: []byte(e.Raw), error: e.Error}
	}
	return disruption{}
}

// index returns the frame before which a disruption falls. If the text ends earlier, it falls
// right behind the text.
func (d disruption) index(frames []wire.Frame) int {
	if d.after == 0 {
		if d.start {
			return min(1, len(frames))
		}
		return 0
	}
	sent := 0
	last := 0
	for i, f := range frames {
		if sent >= d.after {
			return i
		}
		if sent += f.Tokens; f.Tokens > 0 {
			last = i + 1
		}
	}
	return last
}

// offset returns the byte of a body at which a disruption falls: at the same share of it as
// of the tokens of the answer.
func (d disruption) offset(body []byte, tokens int) int {
	switch {
	case d.kind == "":
		return len(body)
	case d.after < tokens:
		return len(body) * d.after / tokens
	}
	return len(bytes.TrimSpace(body)) - 1 // the last bracket
}

// withoutHalf takes the second half out of the JSON in a frame.
func withoutHalf(data []byte) []byte {
	first := bytes.IndexByte(data, '{')
	last := bytes.LastIndexByte(data, '}')
	if first < 0 || last <= first {
		return []byte("data: {\"\n\n")
	}
	return append(bytes.Clone(data[:first+(last-first)/2]), data[last+1:]...)
}
