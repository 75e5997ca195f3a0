package diagnosis

import (
	"encoding/json"
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxDepth bounds the nesting of what is read.
const maxDepth = 32

// parseObject reads the object or list that s begins with and returns what
// follows it. It takes JSON, and the ways in which programs print such a value
// into their logs and messages: Python's and Node's notations, text that was cut
// off before its end, and line breaks within strings. Numbers become
// json.Number, words that are no literal become strings.
func parseObject(s string) (v any, rest string, ok bool) {
	p := looseParser{s: s}
	v, ok = p.container(0)
	return v, p.s[p.i:], ok
}

// looseParser reads a value in one pass.
type looseParser struct {
	s string
	i int
}

// space skips what stands between tokens: blanks, and line breaks that a writer
// has escaped together with the rest of the text.
func (p *looseParser) space() {
	for p.i < len(p.s) {
		switch c := p.s[p.i]; {
		case c == ' ' || c == '\t' || c == '\n' || c == '\r':
			p.i++
		case c == '\\' && p.i+1 < len(p.s) && strings.IndexByte("ntr", p.s[p.i+1]) >= 0:
			p.i += 2
		default:
			return
		}
	}
}

// peek returns the next byte, or 0 at the end.
func (p *looseParser) peek() byte {
	if p.i < len(p.s) {
		return p.s[p.i]
	}
	return 0
}

// container reads an object or a list. A parenthesis before a quoted name opens
// an object, as some tools print one so.
func (p *looseParser) container(depth int) (any, bool) {
	if depth > maxDepth {
		return nil, false
	}
	switch p.peek() {
	case '{':
		p.i++
		return p.object(depth), true
	case '(':
		if next := strings.TrimLeft(p.s[p.i+1:min(len(p.s), p.i+8)], " "); next != "" && isQuote(next[0]) {
			p.i++
			return p.object(depth), true
		}
	case '[':
		p.i++
		return p.list(depth), true
	}
	return nil, false
}

func isQuote(c byte) bool { return c == '"' || c == '\'' }

// object reads the members of an object up to its end, or to the end of the text.
func (p *looseParser) object(depth int) map[string]any {
	members := map[string]any{}
	for {
		p.skipSeparators()
		switch p.peek() {
		case 0:
			return members
		case '}', ')':
			p.i++
			return members
		}
		before := p.i
		key := p.key()
		p.space()
		if c := p.peek(); c == ':' || c == '=' {
			p.i++
			p.space()
			if v, ok := p.value(depth + 1); ok {
				if _, twice := members[key]; !twice {
					members[key] = v
				}
			}
		}
		if p.i == before { // nothing that could be read
			p.i++
		}
	}
}

func (p *looseParser) list(depth int) []any {
	items := []any{}
	for {
		p.skipSeparators()
		switch p.peek() {
		case 0:
			return items
		case ']':
			p.i++
			return items
		}
		before := p.i
		if v, ok := p.value(depth + 1); ok {
			items = append(items, v)
		}
		if p.i == before {
			p.i++
		}
	}
}

func (p *looseParser) skipSeparators() {
	for {
		p.space()
		if p.peek() != ',' {
			return
		}
		p.i++
	}
}

// key reads the name of a member, quoted or bare.
func (p *looseParser) key() string {
	if isQuote(p.peek()) {
		return p.parseText()
	}
	return p.word(":=,{}[]() \t\r\n")
}

// value reads any value. It is false where none could be read.
func (p *looseParser) value(depth int) (any, bool) {
	c := p.peek()
	switch {
	case c == 0:
		return nil, false
	case isQuote(c):
		return p.parseText(), true
	case strings.IndexByte("bur", c) >= 0 && p.i+1 < len(p.s) && isQuote(p.s[p.i+1]): // Python's kinds of string
		p.i++
		return p.parseText(), true
	case c == '{' || c == '[' || c == '(':
		if v, ok := p.container(depth); ok {
			return v, true
		}
	}
	return literal(strings.TrimSpace(p.word(",}]\n")))
}

// literal gives a bare word its meaning.
func literal(word string) (any, bool) {
	switch word {
	case "":
		return nil, false
	case "null", "None", "undefined", "nil":
		return nil, true
	case "true", "True":
		return true, true
	case "false", "False":
		return false, true
	}
	if _, err := strconv.ParseFloat(word, 64); err == nil {
		return json.Number(word), true
	}
	return word, true
}

// word reads up to one of the given bytes.
func (p *looseParser) word(ends string) string {
	n := strings.IndexAny(p.s[p.i:], ends)
	if n < 0 {
		n = len(p.s) - p.i
	}
	w := p.s[p.i : p.i+n]
	p.i += n
	return w
}

// parseText reads a quoted string, to the end of all if it has no end.
func (p *looseParser) parseText() string {
	quote := p.peek()
	p.i++
	start := p.i
	for p.i < len(p.s) && p.s[p.i] != quote && p.s[p.i] != '\\' {
		p.i++
	}
	if p.peek() == quote && p.i < len(p.s) {
		p.i++
		return p.s[start : p.i-1]
	}
	var b strings.Builder
	b.WriteString(p.s[start:p.i])
	for p.i < len(p.s) {
		c := p.s[p.i]
		p.i++
		switch {
		case c == quote:
			return b.String()
		case c == '\\' && p.i < len(p.s):
			p.escape(&b)
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

// escape reads what follows a backslash within a string.
func (p *looseParser) escape(b *strings.Builder) {
	c := p.s[p.i]
	p.i++
	switch c {
	case 'n':
		b.WriteByte('\n')
	case 't':
		b.WriteByte('\t')
	case 'r', 'b', 'f':
	case 'u', 'x':
		digits := map[byte]int{'u': 4, 'x': 2}[c]
		if p.i+digits <= len(p.s) {
			if n, err := strconv.ParseUint(p.s[p.i:p.i+digits], 16, 32); err == nil {
				p.i += digits
				if r := rune(n); utf8.ValidRune(r) {
					b.WriteRune(r)
				}
				return
			}
		}
		b.WriteByte(c)
	default:
		b.WriteByte(c)
	}
}
