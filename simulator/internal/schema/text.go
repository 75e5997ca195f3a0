package schema

import (
	"regexp"
	"regexp/syntax"
	"strings"
	"unicode"
	"unicode/utf8"
)

// What is read of a text, and how long a sentence may be.
const (
	maxText      = 64 << 10
	maxSentences = 400
	maxWords     = 2000
	maxRunes     = 200
	maxLength    = 100_000
)

// prose is a text, taken apart.
type prose struct{ sentences, words []string }

func newProse(text string) prose {
	text = clip(text, maxText)
	var p prose
	for line := range strings.Lines(text) {
		for line = strings.TrimSpace(line); line != "" && len(p.sentences) < maxSentences; {
			end := sentenceEnd(line)
			if s := strings.TrimSpace(line[:end]); strings.ContainsFunc(s, unicode.IsLetter) {
				p.sentences = append(p.sentences, clipRunes(s, maxRunes))
			}
			line = line[end:]
		}
	}
	for w := range strings.FieldsFuncSeq(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		if len(p.words) == maxWords {
			break
		}
		p.words = append(p.words, clipRunes(w, maxRunes))
	}
	if len(p.sentences) == 0 {
		p.sentences = []string{"Nothing was asked."}
	}
	if len(p.words) == 0 {
		p.words = []string{"nothing"}
	}
	return p
}

// Sentences returns the first sentences of a text, at most n of them, beginning at
// one that seed picks and going round.
func Sentences(text string, seed uint64, n int) []string {
	p := newProse(text)
	var out []string
	for i := range min(n, len(p.sentences)) {
		out = append(out, p.sentence(seed%uint64(len(p.sentences))+uint64(i)))
	}
	return out
}

// sentenceEnd returns where the first sentence of a line ends.
func sentenceEnd(line string) int {
	for i, r := range line {
		end := i + utf8.RuneLen(r)
		if strings.ContainsRune(".!?。！？", r) && (end >= len(line) || line[end] == ' ' || r > unicode.MaxLatin1) {
			return min(end, len(line))
		}
	}
	return len(line)
}

func (p prose) sentence(i uint64) string { return p.sentences[i%uint64(len(p.sentences))] }
func (p prose) word(i uint64) string     { return p.words[i%uint64(len(p.words))] }

// clip cuts a text to a number of bytes, not through a rune.
func clip(s string, most int) string {
	if len(s) <= most {
		return s
	}
	for most > 0 && !utf8.RuneStart(s[most]) {
		most--
	}
	return s[:most]
}

func clipRunes(s string, most int) string {
	n := 0
	for i := range s {
		if n == most {
			return s[:i]
		}
		n++
	}
	return s
}

// short matches the names of properties that hold a few words and not a sentence.
var short = regexp.MustCompile(`(?i)name|title|heading|label|kind|type|tag|genre|tone|format|character|location|time|key|id$`)

// formats has a value for each format that a schema may ask for.
var formats = map[string]string{
	"date-time": "2026-01-31T12:00:00Z", "date": "2026-01-31", "time": "12:00:00Z", "duration": "PT1H",
	"email": "someone@example.com", "uri": "https://example.com/", "hostname": "example.com",
	"ipv4": "192.0.2.1", "ipv6": "2001:db8::1", "uuid": "7b0a4c1e-4d2f-4a8e-9f3b-2c5d6e7f8a90",
}

func (m *maker) string(o *object, at spot) string {
	if s, ok := formats[o.Text("format")]; ok {
		return s
	}
	least := length(o, "minLength", 0)
	most := length(o, "maxLength", maxLength)
	if s, ok := matching(o.Text("pattern"), least, most); ok {
		return s
	}
	s := m.text.sentence(m.next())
	if short.MatchString(at.name) {
		s = m.text.word(m.next())
		if m.next()%2 == 0 {
			s += " " + m.text.word(m.next())
		}
	}
	for n := utf8.RuneCountInString(s); n < least; n = utf8.RuneCountInString(s) {
		more := " " + m.text.sentence(m.next())
		s += strings.Repeat(more, 1+(least-n)/(2*utf8.RuneCountInString(more)))
	}
	m.left -= len(s) / maxRunes // long texts use up the answer as many values do
	return clipRunes(s, most)
}

func length(o *object, key string, otherwise int) int {
	f, ok := o.Float(key)
	if !ok {
		return otherwise
	}
	return int(min(max(f, 0), maxLength))
}

// matching returns a text that a simple pattern matches, and whether there is one
// of the right length.
func matching(pattern string, least, most int) (string, bool) {
	if pattern == "" || len(pattern) > 500 {
		return "", false
	}
	tree, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return "", false
	}
	check, err := regexp.Compile(pattern)
	if err != nil {
		return "", false
	}
	for _, more := range []int{0, 1, 2, 4, 8, 16, 32, 64} {
		x := expansion{more: more, steps: maxSteps}
		x.expand(tree)
		s := x.String()
		if n := utf8.RuneCountInString(s); n >= least && n <= most && check.MatchString(s) {
			return s, true
		}
	}
	return "", false
}

// expansion is a text that an expression matches; what may repeat does so more
// times than it must.
type expansion struct {
	strings.Builder
	more, steps int
}

func (x *expansion) expand(re *syntax.Regexp) {
	x.steps--
	times := 1
	switch re.Op {
	case syntax.OpLiteral:
		x.WriteString(string(re.Rune))
		return
	case syntax.OpCharClass:
		x.WriteRune(pick(re.Rune))
		return
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		x.WriteByte('a')
		return
	case syntax.OpAlternate:
		x.expand(re.Sub[0])
		return
	case syntax.OpStar:
		times = x.more
	case syntax.OpQuest:
		times = min(x.more, 1)
	case syntax.OpPlus:
		times = 1 + x.more
	case syntax.OpRepeat:
		times = re.Min + x.more
		if re.Max >= 0 {
			times = min(times, re.Max)
		}
	}
	for range times {
		for _, sub := range re.Sub {
			if x.steps > 0 {
				x.expand(sub)
			}
		}
	}
}

// pick returns a rune of a class, a letter or digit if it has one.
func pick(class []rune) rune {
	for _, nice := range "aA0" {
		for i := 0; i+1 < len(class); i += 2 {
			if class[i] <= nice && nice <= class[i+1] {
				return nice
			}
		}
	}
	if len(class) == 0 {
		return 'a'
	}
	return class[0]
}
