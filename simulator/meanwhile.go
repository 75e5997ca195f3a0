package simulator

import (
	"net/http"
	"strings"
	"time"

	"github.com/cineforge/cineforge/simulator/internal/wire"
)

// openStream sends the headers of a stream when its first event is due, or at once if
// something comes before it.
func (p *performance) openStream(script wire.Script, begin time.Time) {
	if p.fault.Meanwhile == "" {
		p.pause(begin)
	}
	p.open(http.StatusOK, script.Header, -1)
	p.flush()
	p.keepAlive(begin, p.meanwhile(script))
}

// meanwhile returns what keeps a stream open before its first event, or nil.
func (p *performance) meanwhile(script wire.Script) []byte {
	kind := p.fault.Meanwhile
	events := strings.HasPrefix(script.Header.Get("Content-Type"), "text/event-stream")
	switch {
	case kind == "pings" && script.KeepAlive != nil:
		return script.KeepAlive
	case events && (kind == "pings" || kind == "comments"):
		return []byte(": processing\n\n")
	}
	return nil
}

// sendHeadersFirst sends the headers of an answer that is not a stream at once, and its
// body when it is due.
func (p *performance) sendHeadersFirst(a wire.Answer, script wire.Script, due time.Time) {
	p.open(http.StatusOK, script.Header, -1)
	p.flush()
	p.pause(due)
	p.note(func(c *Call) { c.OutputTokens = a.Usage.Output })
	p.end(func(c *Call) { c.Complete = true })
	if _, err := p.w.Write(script.Frames[0].Data); err != nil {
		p.lost()
	}
}

// pingEvery is how often a silent stream gives a sign of life.
const pingEvery = 10 * time.Second

// keepAlive waits until a time. A ping that is not nil is sent every pingEvery.
func (p *performance) keepAlive(until time.Time, ping []byte) {
	for ping != nil && time.Until(until) > pingEvery {
		p.pause(time.Now().Add(pingEvery))
		p.transmit(ping)
	}
	p.pause(until)
}

// transmit sends bytes at once. If the client is gone it gives up.
func (p *performance) transmit(data []byte) {
	if _, err := p.w.Write(data); err != nil {
		p.left()
	}
	p.flush()
}
