package simulator

import (
	"bytes"
	"math/rand/v2"
	"net/http"
	"strings"
	"time"

	"github.com/cineforge/cineforge/simulator/internal/jsondoc"
	"github.com/cineforge/cineforge/simulator/internal/wire"
)

// endlessEvery is the least time between two events of an endless stream. Because of it
// time passes in a testing/synctest bubble.
const endlessEvery = time.Millisecond

// endlessTokens is the size of each piece of an endless text.
const endlessTokens = 100

// endlessStream sends events of the vendor until the client goes away.
func (p *performance) endlessStream(a wire.Answer, kind string, frames int) {
	p.endless(kind, func(text string) []byte {
		frames++
		return p.dialect.Event(a, text, frames-1)
	})
}

// endlessBody sends a body that is not a stream until the client goes away: all of it
// but the last bracket and then spaces, or its text, which goes on and on.
func (p *performance) endlessBody(a wire.Answer, script wire.Script, kind string) {
	body := bytes.TrimSpace(script.Frames[0].Data)
	at := len(body) - 1
	text := jsondoc.Encode(a.Text)
	if i := bytes.Index(body, text); kind == "endless_text" && i >= 0 {
		at = i + len(text) - 1
	}
	p.open(http.StatusOK, script.Header, -1)
	p.transmit(body[:at])
	p.note(func(c *Call) { c.OutputTokens = a.Usage.Output })
	spaces := strings.Repeat(" ", endlessTokens*wire.PerToken)
	p.endless(kind, func(text string) []byte {
		if text == "" {
			text = spaces
		}
		return []byte(text)
	})
}

// endless sends one thing after the other until the client goes away.
func (p *performance) endless(kind string, next func(text string) []byte) {
	words := rand.New(rand.NewPCG(p.epoch.scenario.Seed, uint64(p.call.Nth)))
	for due := time.Now(); ; {
		p.pause(due)
		text := ""
		if kind == "endless_text" {
			text = babble(words, endlessTokens*wire.PerToken)
			p.note(func(c *Call) { c.OutputTokens += endlessTokens })
		}
		p.transmit(next(text))
		if now := time.Now(); due.Before(now) {
			due = now // a slow reader does not get later what it has missed
		}
		due = due.Add(endlessEvery)
	}
}

// babble returns a number of letters and spaces that mean nothing and do not repeat.
func babble(words *rand.Rand, size int) string {
	b := make([]byte, size)
	for i := range b {
		if b[i] = ' '; words.IntN(6) > 0 {
			b[i] = 'a' + byte(words.IntN(26))
		}
	}
	return string(b)
}
