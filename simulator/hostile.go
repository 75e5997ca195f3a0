package simulator

import (
	"fmt"
	"math"
	"net/http"
	"strings"

	"github.com/cineforge/cineforge/simulator/internal/wire"
)

// attacks are the hostilities that take the place of a model's answer. The others make that
// answer hostile; see [performance.makeHostile].
var attacks = map[string]func(*performance){
	"huge_error":         (*performance).hugeError,
	"gzip_bomb":          (*performance).gzipBombError,
	"gzip_bomb_stream":   (*performance).gzipBombStream,
	"redirect":           (*performance).redirect,
	"control_characters": (*performance).controlCharacters,
	"echo_key":           (*performance).echoKey,
	"switch_protocols":   (*performance).switchProtocols,
	"stuck_body":         (*performance).stuckBody,
}

// hugeUsage is as many tokens as no answer ever had.
const hugeUsage = min(9_000_000_000_000, math.MaxInt)

// Huge headers are so many headers of so many bytes each.
const (
	hugeHeaders    = 64
	hugeHeaderSize = 16 << 10
)

// makeHostile makes the answer of a model hostile. It returns what happens to it on its way.
func (p *performance) makeHostile(name string, a *wire.Answer) strike {
	switch name {
	case "endless_events", "endless_text": // from the middle of the text on
		half := (wire.Tokens(a.Text) + 1) / 2
		if p.request.Shown {
			half += a.Usage.Thinking
		}
		return strike{kind: name, after: half, start: half == 0}
	case "huge_headers":
		for i := range hugeHeaders {
			p.w.Header().Set(fmt.Sprintf("X-Filler-%02d", i+1), strings.Repeat("x", hugeHeaderSize))
		}
	case "huge_usage":
		a.Claim = &wire.Usage{Input: hugeUsage, Output: hugeUsage}
	case "negative_usage":
		a.Claim = &wire.Usage{Input: -5, Output: -7}
	}
	return strike{}
}

// hugeMessage is how many bytes the message of a huge error has.
const hugeMessage = 10 << 20

func (p *performance) hugeError() {
	const words = "An internal error has occurred. "
	p.refuse(p.serverError(strings.Repeat(words, hugeMessage/len(words)+1)[:hugeMessage]))
}

// serverError returns the vendor's error 500 with a message.
func (p *performance) serverError(message string) wire.Problem {
	problem := p.named("server_error")
	problem.Message = message
	return problem
}

// controlCharacters answers with an error whose message changes what a terminal shows:
// escape sequences, NUL, carriage returns, C1 controls and bidirectional overrides.
func (p *performance) controlCharacters() {
	const unsafe = "\x1b[2J\x1b[31mInternal error\x1b[0m\x1b]0;title\x07 \x00NUL \u009b1mC1\u009bm\b\x7f\rHTTP/1.1 200 OK\r\n" +
		"\u202eright to left\u202c \u2066isolated\u2069 \u200bzero width\u2028line\u2029paragraph "
	p.refuse(p.serverError(unsafe + strings.Repeat("The server had an error. ", 82)))
}

// echoKey answers with an error that repeats the key of the request. No other answer
// holds the key, and the log never does.
func (p *performance) echoKey() {
	p.refuse(p.serverError("Internal error while checking the API key " + wire.Key(p.r) + "."))
}

// redirectHost is the host that a hostile redirect leads to. It has no address, on the
// net and in process.
const redirectHost = "elsewhere.invalid"

func (p *performance) redirect() {
	p.reply(wire.Reply{Status: http.StatusTemporaryRedirect, Header: http.Header{"Location": {"https://" + redirectHost + "/v1/steal?key=abc"}}})
}

// stuckBody announces an error of 1000 bytes, sends 10 of them, and keeps the connection.
func (p *performance) stuckBody() {
	reply := p.dialect.Reply(p.named("server_error"), p.request, p.moment)
	p.open(reply.Status, reply.Header, 1000)
	p.transmit(reply.Body[:10])
	p.forever()
}

func (p *performance) gzipBombError() {
	reply := p.dialect.Reply(p.named("server_error"), p.request, p.moment)
	p.gzipBomb(reply.Status, reply.Header)
}

func (p *performance) gzipBombStream() {
	p.gzipBomb(http.StatusOK, http.Header{"Content-Type": {"text/event-stream"}})
}
