package markdown

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/cineforge/cineforge/screenplay"
)

// cueHeadings collects the headings that were taken as cues, for a warning.
type cueHeadings struct {
	line, count int // of the first; of all
	names       []string
}

// maxNames bounds the names that a warning lists.
const maxNames = 3

// warn adds one warning about them, if there are any.
func (c *cueHeadings) warn(s *screenplay.Script) {
	if c.count == 0 {
		return
	}
	names := strings.Join(c.names, ", ")
	noun := "headings"
	if c.count > len(c.names) {
		names += " …"
	}
	if c.count == 1 {
		noun = "heading"
	}
	s.Warnings = append(s.Warnings, screenplay.Warning{Line: c.line, Message: fmt.Sprintf(
		"%d %s in capitals inside scenes (%s) taken as cues; write each in bold, right above the speech", c.count, noun, names)})
}

// divider is a word that headings inside a scene have that name no character.
var divider = regexp.MustCompile(`^(?:THE|LATER|SAME|NEXT|BACK|END|BEGIN|MONTAGE|INTERCUT|FLASHBACK|FLASHFORWARD|DREAM|SERIES|` +
	`NOTES?|BEATS?|ACT|SCENE|PART|CHAPTER|SEQUENCE|SHOTS?|SUPER|TITLES?|CREDITS|PROLOGUE|EPILOGUE|TEASER|COLD|TAG|CUT|FADE|` +
	`DAY|NIGHT|MORNING|EVENING|ACTION|DIALOGUE|DESCRIPTION|SUMMARY|CAST|CHARACTERS?|LOCATION|TODO|PROPS?|MUSIC|SOUND|SETTING|[0-9]+)$`)

// headsSpeech reports whether a heading that stands for nothing else names the
// speaker of the paragraph after it.
func (p *parser) headsSpeech(text string, depth int) bool {
	if p.depth == 0 || depth <= p.depth || len(text) > maxHeading {
		return false
	}
	name, _ := screenplay.CueName(text)
	words := strings.Fields(name)
	if !isUpper(screenplay.Plain(text)) || len(words) > 3 || strings.ContainsAny(name, ".:;!?") && !strings.Contains(name, ". ") {
		return false
	}
	for _, word := range words {
		if divider.MatchString(word) {
			return false
		}
	}
	return p.wordsAhead()
}

// wordsAhead reports whether the next line that is not blank may be spoken.
func (p *parser) wordsAhead() bool {
	rest := strings.TrimLeft(p.text[p.pos:], " \t\n")
	line := strings.TrimSpace(lineAt(rest, 0))
	switch {
	case line == "" || isATX(line) || isRule(line) || len(line) > maxHeading || strings.HasPrefix(line, "<!--") || line[0] == '>':
		return false
	case listItem.MatchString(line) || matchBold(line) != nil:
		return false
	}
	inner, _ := cutBold(line)
	return !isSlugline(inner) && !isUpper(line)
}

// cueHeading adds a heading of so many lines as a cue, and the paragraph behind
// it as its speech, with the one after that where the first is but a remark. The
// blank lines between them belong to what is before them, as they end no speech.
func (p *parser) cueHeading(text string, lines int) {
	c := &p.cueHeadings
	c.count++
	if c.count == 1 {
		c.line = p.line
	}
	name, _ := screenplay.CueName(text)
	if len(c.names) < maxNames {
		c.names = append(c.names, name)
	}
	e, _ := readCue(text)
	p.add(e, lines)
	for {
		blanks := 0
		for p.pos < len(p.text) && strings.TrimSpace(p.peek()) == "" {
			p.next()
			blanks++
		}
		before := len(p.script.Elements)
		p.script.Elements[before-1].Span.End += blanks
		p.speech()
		spoken := p.script.Elements[before:]
		if len(spoken) != 1 || spoken[0].Kind != screenplay.Parenthetical || !p.wordsAhead() {
			return
		}
	}
}
