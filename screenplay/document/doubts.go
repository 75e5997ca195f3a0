package document

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"

	"github.com/cineforge/cineforge/screenplay"
)

// maxDoubts bounds the warnings of one sort about single lines.
const maxDoubts = 50

// doubts warns of elements that are probably not what the author meant.
func (d *Document) doubts() []screenplay.Warning {
	var found []screenplay.Warning
	sentences := 0
	sections := 0
	for _, e := range d.Script.Elements {
		switch {
		case e.Kind == screenplay.SceneHeading && isSentence(e) && sentences < maxDoubts:
			sentences++
			found = append(found,
				screenplay.Warning{Line: e.Span.Start, Message: "this heading reads like a sentence; if it is none, put ! before it"})
		case e.Kind == screenplay.Section && headingLike.MatchString(screenplay.Plain(e.Text)) && sections < maxDoubts:
			sections++
			found = append(found,
				screenplay.Warning{Line: e.Span.Start, Message: "this section reads like a scene heading but is none; take the # away if it is"})
		}
	}
	if words, span := unplaced(d.Script.Elements); words > maxUnplaced {
		found = append(found, screenplay.Warning{Line: span.Start, Message: fmt.Sprintf(
			"lines %d-%d stand before the first scene and belong to none", span.Start, span.End)})
	}
	if d.Kind == Screenplay || d.Kind == Hybrid {
		found = append(found, labelledSpeeches(d.Script.Elements)...)
	}
	return found
}

var headingLike = regexp.MustCompile(`^(?i:INT|EXT|EST|INT\.?/EXT|I/E)\.[ ]?\pL`)

// isSentence reports whether a scene heading is a sentence that happens to begin
// with a prefix: in small letters, without a time of day, and long or with a full stop.
func isSentence(e screenplay.Element) bool {
	if e.Forced {
		return false
	}
	words := strings.Fields(screenplay.Plain(e.Text))
	small := 0
	for _, w := range words[min(1, len(words)):] {
		if unicode.IsLower([]rune(w)[0]) {
			small++
		}
	}
	long := len(words) > 9 || small > 0 && strings.HasSuffix(words[len(words)-1], ".")
	return small >= 2 && long && screenplay.ParseHeading(e.Text).TimeOfDay == ""
}

// maxUnplaced is the words that may stand before the first scene: a short teaser.
const maxUnplaced = 150

// unplaced counts the words of action before the first heading, and returns the
// lines that they are on; 0 where there is no heading.
func unplaced(elements []screenplay.Element) (words int, span screenplay.Span) {
	for _, e := range elements {
		switch e.Kind {
		case screenplay.SceneHeading:
			return words, span
		case screenplay.Action:
			words += countWords(e.Text)
			if span.Start == 0 {
				span.Start = e.Span.Start
			}
			span.End = e.Span.End
		}
	}
	return 0, span
}

var (
	// labelled is a line that gives a speech as plays do: JANE (laughing): Hello.
	labelled = regexp.MustCompile(`^(\p{Lu}[\p{Lu}\pM0-9 .'’&-]{0,30}?) ?(?:\([^()]{0,40}\))?: ?\S`)
	// noSpeaker is a word of the labels that description has.
	noSpeaker = regexp.MustCompile(
		`\b(?:SUPER|SUPERIMPOSE|TITLES?|CARD|CHYRON|CAPTION|SUBTITLES?|INSERT|NOTE|NOTES|TEXT|MESSAGE|SCREEN|SIGN|READS|READING|` +
			`MONTAGE|INTERCUT|ANGLE|CLOSE|WIDE|SHOT|POV|VIEW|CAMERA|PAN|ON|TO|AT|IN|FROM|WITH|CUT|FADE|BACK|FLASHBACK|LATER|END|BEGIN|` +
			`SOUND|SFX|FX|VFX|MUSIC|SONG|LEGEND|GRAPHIC|HEADLINE|EMAIL|LETTER|TIME|DATE|DAY|NIGHT|SERIES|` +
			`WARNING|TODO|PS|SCENE|ACT|MORE|INT|EXT|PHONE|TV|RADIO)\b`)
)

// labelledSpeeches warns, once, of lines that begin with a name and a colon, if
// one of the names comes again. In a script that has more cues than such lines
// that name must have a cue too: SIGN: and the like come again as well.
func labelledSpeeches(elements []screenplay.Element) []screenplay.Warning {
	counted := map[string]int{}
	names := []string{}
	cues := map[string]bool{}
	spoken := 0
	known := false
	first := 0
	lines := 0
	again := false
	called := false
	for _, e := range elements {
		if e.Kind == screenplay.Character {
			called = labelOf(e.Text) != "" // "ANN: NO!" above another such line
			if !called {
				name, _ := screenplay.CueName(e.Text)
				cues[name] = true
				spoken++
			}
		}
		if !(e.Kind == screenplay.Action || (e.Kind == screenplay.Character || e.Kind == screenplay.Dialogue) && called) ||
			!strings.Contains(e.Text, ":") {
			continue
		}
		at := e.Span.Start - 1
		for line := range strings.Lines(e.Text) {
			at++
			name := labelOf(line)
			if name == "" {
				continue
			}
			if lines++; lines == 1 {
				first = min(at, e.Span.End)
			}
			if counted[name]++; counted[name] == 1 && len(names) < 3 {
				names = append(names, name)
			}
			again = again || counted[name] > 1
		}
	}
	for name, n := range counted {
		known = known || n > 1 && cues[name]
	}
	if !again || spoken > lines && !known {
		return nil
	}
	shown := strings.Join(names, ", ")
	if len(counted) > len(names) {
		shown += " …"
	}
	return []screenplay.Warning{{Line: first, Message: fmt.Sprintf("%d lines look like speeches written NAME: text (%s), "+
		"which are not taken as dialogue; put the name on its own line in capitals, the speech below it", lines, shown)}}
}

// labelOf returns the name that a line gives a speech to, "" for none.
func labelOf(line string) string {
	line = strings.TrimSpace(line)
	if line == "" || !strings.Contains(line[:min(len(line), 100)], ":") {
		return ""
	}
	m := labelled.FindStringSubmatch(screenplay.Plain(line))
	if m == nil || len(strings.Fields(m[1])) > 3 || noSpeaker.MatchString(m[1]) {
		return ""
	}
	return strings.TrimSpace(m[1])
}
