package simulator

import (
	"bytes"
	"net/http"
	"strings"
	"time"

	"github.com/cineforge/cineforge/simulator/internal/wire"
	"github.com/cineforge/cineforge/simulator/scenario"
)

// answerAsModel gives a model's answer, healthy or not.
func (h *handler) answerAsModel() {
	f := h.fault
	if name := faultName(f); name != "" {
		h.out.noteFault(name)
	}
	if f.Output == "empty_body" {
		h.out.reply(wire.Reply{Status: http.StatusOK, Header: http.Header{"Content-Type": {"application/json"}}})
		return
	}
	disrupt := disruptionOf(f)
	a := compose(h.request, f, seedFor(h.epoch.scenario.Seed, h.out.call.Prompt))
	if a.Finish == wire.Filtered && h.request.API == wire.Messages {
		// Anthropic has no stop reason for it: the stream breaks off with an error.
		disrupt = disruption{kind: "stream_error", after: a.Usage.Output, error: "content_filter"}
	}
	if f.Hostile != "" {
		disrupt = h.makeHostile(f.Hostile, &a)
	}
	if f.Drip != nil {
		a.Pieces = f.Drip.Pieces
	}
	a.Model = wire.Served(h.request.Model)
	if f.ServedModel != "" {
		a.Model = f.ServedModel
	}
	h.deliver(a, disrupt)
}

// faultName returns what the log calls a fault of an answer; "" if there is none.
func faultName(f scenario.Fault) string {
	kinds := f.Kinds()
	switch {
	case len(kinds) == 0 && f.Delay > 0:
		return "delay"
	case len(kinds) == 0 && len(f.Headers) > 0:
		return "headers"
	case len(kinds) == 0:
		return ""
	}
	switch kinds[0] {
	case "output":
		return "output:" + f.Output
	case "hostile":
		return "hostile:" + f.Hostile
	case "stream_error":
		return "stream_error:" + f.StreamError.Error
	case "served_model":
		return "served_model:" + f.ServedModel
	}
	return kinds[0]
}

// delivery is a model's answer on its way to the client.
type delivery struct {
	call    *handler
	out     *response
	answer  wire.Answer
	script  wire.Script
	disrupt disruption
	begin   time.Time // when the answer begins
}

// deliver sends an answer of a model at the pace of the scenario.
func (h *handler) deliver(a wire.Answer, disrupt disruption) {
	read, written := h.epoch.cached(h.request, h.provider, h.out.began)
	a.Usage.CacheRead = read
	a.Usage.CacheWrite = 0
	if h.request.API == wire.Messages {
		a.Usage.CacheWrite = written
	}
	if a.Model == "" {
		a.Model = wire.Served(h.request.Model)
	}
	h.out.note(func(c *Call) { c.CachedTokens = read })
	a.At = h.moment
	a.Break = disrupt.after
	d := &delivery{
		call:    h,
		out:     h.out,
		answer:  a,
		script:  h.dialect.Render(a),
		disrupt: disrupt,
		begin:   h.out.began.Add(h.fault.Delay + max(h.epoch.scenario.Pace.FirstEvent, h.fault.FirstEvent)),
	}
	if h.request.Stream {
		d.openStream()
		d.stream()
		return
	}
	due := d.begin.Add(d.duration(a.Usage.Output, a.Pieces))
	if h.fault.Meanwhile != "" {
		d.headersFirst(due)
		return
	}
	d.out.pause(due)
	d.whole()
}

// duration returns how long an answer takes, or what was sent of it: output tokens, and
// pieces of text if the text comes in drips.
func (d *delivery) duration(tokens, pieces int) time.Duration {
	if drip := d.call.fault.Drip; drip != nil {
		return time.Duration(max(pieces-1, 0)) * drip.Every
	}
	pace := d.call.epoch.scenario.Pace
	if pace.TokensPerSecond <= 0 {
		return 0
	}
	return time.Duration(float64(tokens) / pace.TokensPerSecond * float64(time.Second))
}

// openStream sends the headers of a stream when its first event is due, or at once if
// something comes before it.
func (d *delivery) openStream() {
	if d.call.fault.Meanwhile == "" {
		d.out.pause(d.begin)
	}
	d.out.open(http.StatusOK, d.script.Header, -1)
	d.out.flush()
	d.out.keepAlive(d.begin, d.meanwhile())
}

// meanwhile returns what keeps a stream open before its first event, or nil.
func (d *delivery) meanwhile() []byte {
	kind := d.call.fault.Meanwhile
	events := strings.HasPrefix(d.script.Header.Get("Content-Type"), "text/event-stream")
	switch {
	case kind == "pings" && d.script.KeepAlive != nil:
		return d.script.KeepAlive
	case events && (kind == "pings" || kind == "comments"):
		return []byte(": processing\n\n")
	}
	return nil
}

// stream sends frames one by one until something happens to them.
func (d *delivery) stream() {
	frames := d.script.Frames
	disrupt := d.disrupt
	if n := len(frames); n > 0 {
		frames[n-1].Data = append(frames[n-1].Data[:len(frames[n-1].Data):len(frames[n-1].Data)], d.script.Tail...)
	}
	at := len(frames)
	if disrupt.kind != "" {
		at = disrupt.index(frames)
	}
	sent := 0
	texts := 0
	for i, f := range frames {
		if i == at && disrupt.kind != "malformed" && d.disrupted(i) {
			return
		}
		if i == at && disrupt.kind == "malformed" {
			f.Data = withoutHalf(f.Data)
		}
		if sent += f.Tokens; f.Text {
			texts++
		}
		d.out.pause(d.begin.Add(d.duration(sent, texts)))
		d.frame(f, i == 0, i == len(frames)-1)
	}
	if at == len(frames) && disrupt.kind != "" && disrupt.kind != "malformed" {
		d.disrupted(at)
	}
}

// frame sends one frame.
func (d *delivery) frame(f wire.Frame, first, last bool) {
	tokens := f.Tokens
	if first && !d.call.request.Shown {
		tokens += d.answer.Usage.Thinking // hidden thoughts are paid for as soon as anything comes
	}
	d.out.note(func(c *Call) { c.OutputTokens += tokens })
	if last {
		d.out.end(func(c *Call) { c.Complete = true })
	}
	if _, err := d.out.w.Write(f.Data); err != nil {
		if !last { // a client may go once it has read the last event
			d.out.abort()
		}
		return
	}
	d.out.flush()
}

// disrupted lets something happen to a stream before its frame at an index. It reports
// whether that was the end of it.
func (d *delivery) disrupted(index int) bool {
	switch d.disrupt.kind {
	case "cut":
		d.out.end(func(*Call) {})
		panic(http.ErrAbortHandler)
	case "end":
		d.out.end(func(*Call) {})
	case "stream_error":
		data := d.disrupt.raw
		if d.disrupt.error != "" {
			problem := d.call.named(d.disrupt.error)
			if problem.Page != "" { // a proxy's page can't come any more
				problem = d.call.named("server_error")
			}
			data = append(d.call.dialect.Interrupt(problem, d.answer, index), d.script.Tail...)
		}
		d.out.end(func(*Call) {})
		d.out.writeLast(data)
		d.out.flush()
	case "endless_events", "endless_text":
		d.endlessStream(index)
	case "stall":
		d.stall(d.script.KeepAlive)
		return false
	}
	return true
}

// longStall is longer than any scenario is played.
const longStall = 366 * 24 * time.Hour

// stall sends nothing, or nothing but signs of life.
func (d *delivery) stall(ping []byte) {
	if !d.disrupt.pings {
		ping = nil
	}
	if d.disrupt.pause > 0 {
		d.out.keepAlive(time.Now().Add(d.disrupt.pause), ping)
		return
	}
	if ping != nil {
		d.out.keepAlive(time.Now().Add(longStall), ping)
	}
	d.out.hang()
}

// headersFirst sends the headers of an answer that is not a stream at once, and its body when
// it is due.
func (d *delivery) headersFirst(due time.Time) {
	d.out.open(http.StatusOK, d.script.Header, -1)
	d.out.flush()
	d.out.pause(due)
	d.out.note(func(c *Call) { c.OutputTokens = d.answer.Usage.Output })
	d.out.end(func(c *Call) { c.Complete = true })
	d.out.writeLast(d.script.Frames[0].Data)
}

// whole sends an answer that is not a stream. What happens to streams happens to its body, at
// the same share of it.
func (d *delivery) whole() {
	body := d.script.Frames[0].Data
	at := d.disrupt.offset(body, d.answer.Usage.Output-d.answer.Usage.Thinking)
	ok := wire.Reply{Status: http.StatusOK, Header: d.script.Header}
	switch d.disrupt.kind {
	case "":
		d.noteShare(at, body)
		ok.Body = body
		d.out.reply(ok)
	case "malformed":
		d.noteShare(len(body), body)
		ok.Body = bytes.Join([][]byte{body[:at], body[at:]}, []byte{0})
		d.out.reply(ok)
	case "end":
		d.noteShare(at, body)
		d.out.open(http.StatusOK, d.script.Header, at)
		d.out.end(func(*Call) {})
		_, _ = d.out.w.Write(body[:at]) // the call has ended in the log
	case "stream_error":
		d.noteShare(at, body)
		if d.disrupt.error != "" {
			d.call.refuse(d.call.named(d.disrupt.error))
			return
		}
		ok.Body = d.disrupt.raw
		d.out.reply(ok)
	case "endless_events", "endless_text":
		d.endlessBody()
	default:
		d.breakOff(body, at)
	}
}

// noteShare notes the tokens of a number of bytes of a body.
func (d *delivery) noteShare(sent int, body []byte) {
	d.out.note(func(c *Call) { c.OutputTokens = d.answer.Usage.Output * sent / len(body) })
}

// breakOff sends the beginning of a body, and the rest late or never.
func (d *delivery) breakOff(body []byte, at int) {
	d.out.open(http.StatusOK, d.script.Header, len(body))
	d.out.flush()
	d.out.transmit(body[:at])
	d.noteShare(at, body)
	if d.disrupt.kind == "cut" {
		d.out.end(func(*Call) {})
		panic(http.ErrAbortHandler)
	}
	d.stall(nil)
	d.noteShare(len(body), body)
	d.out.end(func(c *Call) { c.Complete = true })
	d.out.writeLast(body[at:])
}
