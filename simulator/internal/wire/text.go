package wire

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"unicode/utf8"
)

// PerToken is how many runes count as a token.
const PerToken = 4

// Tokens returns the size of a text.
func Tokens(text string) int { return (utf8.RuneCountInString(text) + PerToken - 1) / PerToken }

// Head returns the first tokens of a text.
func Head(text string, tokens int) string {
	if tokens <= 0 {
		return ""
	}
	left := tokens * PerToken
	for i := range text {
		if left == 0 {
			return text[:i]
		}
		left--
	}
	return text
}

// piece is a part of a text that is sent in one chunk.
type piece struct {
	text   string
	tokens int
}

// pieces takes a text apart into chunks of one to five tokens. No rune is broken,
// and one chunk ends after stop tokens, so that a fault can strike exactly there.
func pieces(text string, stop int) []piece {
	var list []piece
	sent := 0
	for i := 0; text != ""; i++ {
		n := 1 + (i*i+3*i)%5
		if sent < stop && sent+n > stop {
			n = stop - sent
		}
		part := Head(text, n)
		p := piece{part, min(n, Tokens(part))}
		list = append(list, p)
		text = text[len(part):]
		sent += p.tokens
	}
	return list
}

// textPieces takes the text of an answer apart into the chunks in which it comes. One of
// them ends after stop tokens, unless the answer says how many there are.
func (a Answer) textPieces(stop int) []piece {
	if a.Pieces > 0 {
		return split(a.Text, a.Pieces)
	}
	return pieces(a.Text, stop)
}

// split takes a text apart into n pieces of nearly the same length, or into its runes
// if it has fewer. Their tokens add up to those of the text.
func split(text string, n int) []piece {
	runes := []rune(text)
	n = min(n, len(runes))
	list := make([]piece, n)
	for i := range list {
		from := i * len(runes) / n
		to := (i + 1) * len(runes) / n
		list[i] = piece{string(runes[from:to]), (to+PerToken-1)/PerToken - (from+PerToken-1)/PerToken}
	}
	return list
}

// digest returns the bytes that ids are made of.
func (m Moment) digest(kind string) [32]byte {
	b := binary.BigEndian.AppendUint64(nil, m.Seed)
	return sha256.Sum256(append(append(b, m.Key...), "\x00"+kind...))
}

// hex returns n hexadecimal digits that name the call.
func (m Moment) hex(kind string, n int) string {
	sum := m.digest(kind)
	more := m.digest(kind + "+")
	return hex.EncodeToString(append(sum[:], more[:]...))[:n]
}

// base62 returns n letters and digits that name the call.
func (m Moment) base62(kind string, n int) string {
	const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	sum := m.digest(kind)
	out := make([]byte, n)
	for i := range out {
		out[i] = alphabet[int(sum[i%len(sum)])%len(alphabet)]
	}
	return string(out)
}

// number returns a number from 0 to n-1 that the call decides.
func (m Moment) number(kind string, n int) int {
	sum := m.digest(kind)
	return int(binary.BigEndian.Uint32(sum[:]) % uint32(n))
}
