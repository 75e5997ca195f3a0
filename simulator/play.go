package simulator

import (
	"bytes"
	"net/http"
	"time"

	"github.com/cineforge/cineforge/simulator/internal/wire"
	"github.com/cineforge/cineforge/simulator/scenario"
)

// strike is what happens to an answer on its way. The zero strike is nothing.
type strike struct {
	kind  string // cut, end, malformed, stall, stream_error, endless_events or endless_text
	after int    // tokens
	start bool   // at 0: after the first frame
	raw   []byte // what stream_error sends
	error string // or the name of what it sends
	pause time.Duration
	pings bool
}

// strikeOf returns what a fault does to an answer on its way.
func strikeOf(f scenario.Fault) strike {
	point := func(kind string, p *scenario.Point) strike {
		return strike{kind: kind, after: p.AfterTokens, start: p.AfterStart}
	}
	switch {
	case f.Cut != nil:
		return point("cut", f.Cut)
	case f.End != nil:
		return point("end", f.End)
	case f.Malformed != nil:
		return point("malformed", f.Malformed)
	case f.Stall != nil:
		return strike{kind: "stall", after: f.Stall.AfterTokens, start: f.Stall.AfterStart, pause: f.Stall.For, pings: f.Stall.Pings}
	case f.StreamError != nil:
		e := f.StreamError
		return strike{kind: "stream_error", after: e.AfterTokens, start: e.AfterStart, raw: []byte(e.Raw), error: e.Error}
	}
	return strike{}
}

// index returns the frame before which a strike falls. If the text ends earlier, it
// falls right behind the text.
func (s strike) index(frames []wire.Frame) int {
	if s.after == 0 {
		if s.start {
			return min(1, len(frames))
		}
		return 0
	}
	sent, last := 0, 0
	for i, f := range frames {
		if sent >= s.after {
			return i
		}
		if sent += f.Tokens; f.Tokens > 0 {
			last = i + 1
		}
	}
	return last
}

// answer gives a model's answer, healthy or not.
func (p *performance) answer(f scenario.Fault) {
	if kinds := f.Kinds(); len(kinds) > 0 {
		name := kinds[0]
		switch name {
		case "output":
			name += ":" + f.Output
		case "hostile":
			name += ":" + f.Hostile
		case "stream_error":
			name += ":" + f.StreamError.Error
		case "served_model":
			name += ":" + f.ServedModel
		}
		p.blame(name)
	} else if f.Delay > 0 {
		p.blame("delay")
	} else if len(f.Headers) > 0 {
		p.blame("headers")
	}
	if f.Output == "empty_body" {
		p.reply(wire.Reply{Status: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}}})
		return
	}
	seed := seedFor(p.epoch.scenario.Seed, p.call.Prompt)
	hit := strikeOf(f)
	a := compose(p.request, f, seed)
	if a.Finish == wire.Filtered && p.request.API == wire.Messages {
		// Anthropic has no stop reason for it: the stream breaks off with an error.
		hit = strike{kind: "stream_error", after: a.Usage.Output, error: "content_filter"}
	}
	if f.Hostile != "" {
		hit = p.makeHostile(f.Hostile, &a)
	}
	if f.Drip != nil {
		a.Pieces = f.Drip.Pieces
	}
	a.Model = wire.Served(p.request.Model)
	if f.ServedModel != "" {
		a.Model = f.ServedModel
	}
	p.send(a, hit)
}

// send sends an answer of a model at the pace of the scenario.
func (p *performance) send(a wire.Answer, hit strike) {
	pace := p.epoch.scenario.Pace
	read, written := p.epoch.look(p.request, p.provider, p.began)
	a.Usage.CacheRead, a.Usage.CacheWrite = read, 0
	if p.request.API == wire.Messages {
		a.Usage.CacheWrite = written
	}
	if a.Model == "" {
		a.Model = wire.Served(p.request.Model)
	}
	p.note(func(c *Call) { c.CachedTokens = read })
	a.At, a.Break = p.moment, hit.after
	begin := p.began.Add(p.fault.Delay + max(pace.FirstEvent, p.fault.FirstEvent))
	script := p.dialect.Answer(a)
	if p.request.Stream {
		p.openStream(script, begin)
		p.sendStream(a, script, hit, begin)
		return
	}
	due := begin.Add(p.takes(a.Usage.Output, a.Pieces))
	if p.fault.Meanwhile != "" {
		p.sendHeadersFirst(a, script, due)
		return
	}
	p.pause(due)
	p.sendWhole(a, script, hit)
}

// takes returns how long an answer takes, or what was sent of it: output tokens, and
// pieces of text if the text comes in drips.
func (p *performance) takes(tokens, pieces int) time.Duration {
	if d := p.fault.Drip; d != nil {
		return time.Duration(max(pieces-1, 0)) * d.Every
	}
	return spoken(tokens, p.epoch.scenario.Pace)
}

// spoken returns how long a number of tokens takes.
func spoken(tokens int, pace scenario.Pace) time.Duration {
	if pace.TokensPerSecond <= 0 {
		return 0
	}
	return time.Duration(float64(tokens) / pace.TokensPerSecond * float64(time.Second))
}

func (p *performance) flush() {
	_ = http.NewResponseController(p.w).Flush() // a writer that does not buffer needs none
}

// sendStream sends frames one by one until something happens to them.
func (p *performance) sendStream(a wire.Answer, script wire.Script, hit strike, begin time.Time) {
	frames := script.Frames
	if n := len(frames); n > 0 {
		frames[n-1].Data = append(frames[n-1].Data[:len(frames[n-1].Data):len(frames[n-1].Data)], script.Tail...)
	}
	at := len(frames)
	if hit.kind != "" {
		at = hit.index(frames)
	}
	sent, texts := 0, 0
	for i, f := range frames {
		if i == at && hit.kind != "malformed" && p.struck(a, script, hit, i) {
			return
		}
		if i == at && hit.kind == "malformed" {
			f.Data = broken(f.Data)
		}
		if sent += f.Tokens; f.Text {
			texts++
		}
		p.pause(begin.Add(p.takes(sent, texts)))
		p.frame(f, a.Usage.Thinking, i == 0, i == len(frames)-1)
	}
	if at == len(frames) && hit.kind != "" && hit.kind != "malformed" {
		p.struck(a, script, hit, at)
	}
}

// frame sends one frame.
func (p *performance) frame(f wire.Frame, thinking int, first, last bool) {
	tokens := f.Tokens
	if first && !p.request.Shown {
		tokens += thinking // hidden thoughts are paid for as soon as anything comes
	}
	p.note(func(c *Call) { c.OutputTokens += tokens })
	if last {
		p.end(func(c *Call) { c.Complete = true })
	}
	if _, err := p.w.Write(f.Data); err != nil {
		if !last { // a client may go once it has read the last event
			p.left()
		}
		return
	}
	p.flush()
}

// struck lets something happen to a stream before its frame at an index. It says
// whether that was the end of it.
func (p *performance) struck(a wire.Answer, script wire.Script, hit strike, index int) bool {
	switch hit.kind {
	case "cut":
		p.end(func(*Call) {})
		panic(http.ErrAbortHandler)
	case "end":
		p.end(func(*Call) {})
	case "stream_error":
		data := hit.raw
		if hit.error != "" {
			problem := p.named(hit.error)
			if problem.Page != "" { // a proxy's page can't come any more
				problem = p.named("server_error")
			}
			data = append(p.dialect.Interrupt(problem, a, index), script.Tail...)
		}
		p.end(func(*Call) {})
		if _, err := p.w.Write(data); err != nil {
			p.lost()
		}
		p.flush()
	case "endless_events", "endless_text":
		p.endlessStream(a, hit.kind, index)
	case "stall":
		p.stall(hit, script.KeepAlive)
		return false
	}
	return true
}

// longStall is longer than any scenario is played.
const longStall = 366 * 24 * time.Hour

// stall sends nothing, or nothing but signs of life.
func (p *performance) stall(hit strike, ping []byte) {
	if !hit.pings {
		ping = nil
	}
	if hit.pause > 0 {
		p.keepAlive(time.Now().Add(hit.pause), ping)
		return
	}
	if ping != nil {
		p.keepAlive(time.Now().Add(longStall), ping)
	}
	p.forever()
}

// sendWhole sends an answer that is not a stream. What happens to streams happens to
// its body, at the same share of it.
func (p *performance) sendWhole(a wire.Answer, script wire.Script, hit strike) {
	body := script.Frames[0].Data
	at := len(body)
	if total := a.Usage.Output - a.Usage.Thinking; hit.kind != "" && hit.after < total {
		at = len(body) * hit.after / total
	} else if hit.kind != "" {
		at = len(bytes.TrimSpace(body)) - 1 // the last bracket
	}
	tokens := func(sent int) { p.note(func(c *Call) { c.OutputTokens = a.Usage.Output * sent / len(body) }) }
	switch hit.kind {
	case "":
		tokens(at)
		p.reply(wire.Reply{Status: http.StatusOK, Header: script.Header, Body: body})
	case "malformed":
		tokens(len(body))
		p.reply(wire.Reply{Status: http.StatusOK, Header: script.Header, Body: bytes.Join([][]byte{body[:at], body[at:]}, []byte{0})})
	case "end":
		tokens(at)
		p.open(http.StatusOK, script.Header, at)
		p.end(func(*Call) {})
		_, _ = p.w.Write(body[:at]) // the call has ended in the log
	case "stream_error":
		tokens(at)
		if hit.error != "" {
			p.refuse(p.named(hit.error))
			return
		}
		p.reply(wire.Reply{Status: http.StatusOK, Header: script.Header, Body: hit.raw})
	case "endless_events", "endless_text":
		p.endlessBody(a, script, hit.kind)
	default:
		p.breakOff(script, hit, body, at, tokens)
	}
}

// breakOff sends the beginning of a body, and the rest late or never.
func (p *performance) breakOff(script wire.Script, hit strike, body []byte, at int, tokens func(int)) {
	p.open(http.StatusOK, script.Header, len(body))
	p.flush()
	p.transmit(body[:at])
	tokens(at)
	if hit.kind == "cut" {
		p.end(func(*Call) {})
		panic(http.ErrAbortHandler)
	}
	p.stall(hit, nil)
	tokens(len(body))
	p.end(func(c *Call) { c.Complete = true })
	if _, err := p.w.Write(body[at:]); err != nil {
		p.lost()
	}
}

// broken takes the second half out of the JSON in a frame.
func broken(data []byte) []byte {
	first, last := bytes.IndexByte(data, '{'), bytes.LastIndexByte(data, '}')
	if first < 0 || last <= first {
		return []byte("data: {\"\n\n")
	}
	return append(bytes.Clone(data[:first+(last-first)/2]), data[last+1:]...)
}
