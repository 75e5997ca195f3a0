package simulator

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"math"
	"net/http"
	"strings"

	"github.com/cineforge/cineforge/simulator/internal/wire"
)

// attacks are the hostilities that take the place of a model's answer. The others make that
// answer hostile; see [handler.makeHostile].
var attacks = map[string]func(*handler){
	"huge_error":         (*handler).hugeError,
	"gzip_bomb":          (*handler).gzipBombError,
	"gzip_bomb_stream":   (*handler).gzipBombStream,
	"redirect":           (*handler).redirect,
	"control_characters": (*handler).controlCharacters,
	"echo_key":           (*handler).echoKey,
	"switch_protocols":   (*handler).switchProtocols,
	"stuck_body":         (*handler).stuckBody,
}

// hugeUsage is as many tokens as no answer ever had.
const hugeUsage = min(9_000_000_000_000, math.MaxInt)

// Huge headers are so many headers of so many bytes each.
const (
	hugeHeaders    = 64
	hugeHeaderSize = 16 << 10
)

// makeHostile makes the answer of a model hostile. It returns what happens to it on its way.
func (h *handler) makeHostile(name string, a *wire.Answer) disruption {
	switch name {
	case "endless_events", "endless_text": // from the middle of the text on
		half := (wire.Tokens(a.Text) + 1) / 2
		if h.request.Shown {
			half += a.Usage.Thinking
		}
		return disruption{kind: name, after: half, start: half == 0}
	case "huge_headers":
		for i := range hugeHeaders {
			h.out.w.Header().Set(fmt.Sprintf("X-Filler-%02d", i+1), strings.Repeat("x", hugeHeaderSize))
		}
	case "huge_usage":
		a.Claim = &wire.Usage{Input: hugeUsage, Output: hugeUsage}
	case "negative_usage":
		a.Claim = &wire.Usage{Input: -5, Output: -7}
	}
	return disruption{}
}

// hugeMessage is how many bytes the message of a huge error has.
const hugeMessage = 10 << 20

func (h *handler) hugeError() {
	const words = "An internal error has occurred. "
	h.refuse(h.serverError(strings.Repeat(words, hugeMessage/len(words)+1)[:hugeMessage]))
}

// serverError returns the vendor's error 500 with a message.
func (h *handler) serverError(message string) wire.Problem {
	problem := h.named("server_error")
	problem.Message = message
	return problem
}

// controlCharacters answers with an error whose message changes what a terminal shows:
// escape sequences, NUL, carriage returns, C1 controls and bidirectional overrides.
func (h *handler) controlCharacters() {
	const unsafe = "\x1b[2J\x1b[31mInternal error\x1b[0m\x1b]0;title\x07 \x00NUL \u009b1mC1\u009bm\b\x7f\rHTTP/1.1 200 OK\r\n" +
		"\u202eright to left\u202c \u2066isolated\u2069 \u200bzero width\u2028line\u2029paragraph "
	h.refuse(h.serverError(unsafe + strings.Repeat("The server had an error. ", 82)))
}

// echoKey answers with an error that repeats the key of the request. No other answer
// holds the key, and the log never does.
func (h *handler) echoKey() {
	h.refuse(h.serverError("Internal error while checking the API key " + wire.Key(h.http) + "."))
}

// redirectHost is the host that a hostile redirect leads to. It has no address, on the
// net and in process.
const redirectHost = "elsewhere.invalid"

func (h *handler) redirect() {
	h.out.reply(
		wire.Reply{
			Status: http.StatusTemporaryRedirect,
			Header: http.Header{"Location": {"https://" + redirectHost + "/v1/steal?key=abc"}},
		},
	)
}

// stuckBody announces an error of 1000 bytes, sends 10 of them, and keeps the connection.
func (h *handler) stuckBody() {
	reply := h.dialect.RenderError(h.named("server_error"), h.request, h.moment)
	h.out.open(reply.Status, reply.Header, 1000)
	h.out.transmit(reply.Body[:10])
	h.out.hang()
}

func (h *handler) gzipBombError() {
	reply := h.dialect.RenderError(h.named("server_error"), h.request, h.moment)
	h.gzipBomb(reply.Status, reply.Header)
}

func (h *handler) gzipBombStream() {
	h.gzipBomb(http.StatusOK, http.Header{"Content-Type": {"text/event-stream"}})
}

// A gzip bomb expands to bombSize bytes. It repeats one compressed block of bombBlock
// bytes, so that neither is ever held.
const (
	bombSize  = 1 << 30
	bombBlock = 1 << 20
)

// gzipBomb sends a body of about 1 MB that expands to 1 GB of spaces.
func (h *handler) gzipBomb(status int, header http.Header) {
	header = header.Clone()
	header.Set("Content-Encoding", "gzip")
	h.out.open(status, header, -1)
	h.out.transmit([]byte("\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff")) // deflate, no flags, no time
	plain := bytes.Repeat([]byte{' '}, bombBlock)
	block := deflated(plain)
	checksum := uint32(0)
	for range bombSize / bombBlock {
		h.out.transmit(block)
		checksum = crc32.Update(checksum, crc32.IEEETable, plain)
	}
	end := []byte{1, 0, 0, 0xff, 0xff} // an empty last block
	end = binary.LittleEndian.AppendUint32(end, checksum)
	end = binary.LittleEndian.AppendUint32(end, bombSize)
	h.out.end(func(c *Call) { c.Complete = true })
	if _, err := h.out.w.Write(end); err != nil {
		h.out.writeFailed()
	}
}

// deflated returns data as complete blocks of deflate, none of which is the last.
func deflated(data []byte) []byte {
	var b bytes.Buffer
	w, err := flate.NewWriter(&b, flate.BestCompression)
	if err == nil {
		_, err = w.Write(data)
	}
	if err == nil {
		err = w.Flush()
	}
	if err != nil {
		panic(fmt.Sprintf("simulator: %v", err)) // a buffer takes everything
	}
	return b.Bytes()
}
