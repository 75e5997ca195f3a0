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
func (d *delivery) endlessStream(frames int) {
	d.endless(func(text string) []byte {
		frames++
		return d.call.dialect.Event(d.answer, text, frames-1)
	})
}

// endlessBody sends a body that is not a stream until the client goes away: all of it
// but the last bracket and then spaces, or its text, which goes on and on.
func (d *delivery) endlessBody() {
	body := bytes.TrimSpace(d.script.Frames[0].Data)
	at := len(body) - 1
	text := jsondoc.Encode(d.answer.Text)
	if i := bytes.Index(body, text); d.disrupt.kind == "endless_text" && i >= 0 {
		at = i + len(text) - 1
	}
	d.out.open(http.StatusOK, d.script.Header, -1)
	d.out.transmit(body[:at])
	d.out.note(func(c *Call) { c.OutputTokens = d.answer.Usage.Output })
	spaces := strings.Repeat(" ", endlessTokens*wire.PerToken)
	d.endless(func(text string) []byte {
		if text == "" {
			text = spaces
		}
		return []byte(text)
	})
}

// endless sends one thing after the other until the client goes away.
func (d *delivery) endless(next func(text string) []byte) {
	letters := rand.New(rand.NewPCG(d.call.epoch.scenario.Seed, uint64(d.out.call.Nth)))
	for due := time.Now(); ; {
		d.out.pause(due)
		text := ""
		if d.disrupt.kind == "endless_text" {
			text = randomText(letters, endlessTokens*wire.PerToken)
			d.out.note(func(c *Call) { c.OutputTokens += endlessTokens })
		}
		d.out.transmit(next(text))
		if now := time.Now(); due.Before(now) {
			due = now // a slow reader does not get later what it has missed
		}
		due = due.Add(endlessEvery)
	}
}

// randomText returns a number of letters and spaces that mean nothing and do not repeat.
func randomText(letters *rand.Rand, size int) string {
	b := make([]byte, size)
	for i := range b {
		if b[i] = ' '; letters.IntN(6) > 0 {
			b[i] = 'a' + byte(letters.IntN(26))
		}
	}
	return string(b)
}
