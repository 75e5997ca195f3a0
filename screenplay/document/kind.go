package document

import (
	"fmt"
	"math"
	"strings"

	"github.com/cineforge/cineforge/screenplay"
)

// Kind is what a text is.
type Kind string

// The kinds of text.
const (
	Screenplay Kind = "screenplay"
	Prose      Kind = "prose"
	Hybrid     Kind = "hybrid" // scenes among prose
	Notes      Kind = "notes"
	StagePlay  Kind = "stage_play"
	Unknown    Kind = "unknown"
)

// classify settles the kind of the text, how sure that is, and why.
func (d *Document) classify() {
	c := countScript(d.Script)
	scores := c.scores()
	best := Unknown
	second := 0.0
	for _, kind := range []Kind{Screenplay, StagePlay, Notes, Prose} { // of equals, the first
		switch score := scores[kind]; {
		case best == Unknown && score >= 0.3 || best != Unknown && score > scores[best]:
			second = max(second, scores[best])
			best = kind
		default:
			second = max(second, score)
		}
	}
	if best != Unknown && c.headings > 0 && scores[Screenplay] >= 0.3 && scores[Prose] >= 0.5 {
		best = Hybrid
		second = 0
		scores[Hybrid] = (scores[Screenplay] + scores[Prose]) / 2
	}
	d.Kind, d.Evidence = best, c.evidence(best)
	d.Confidence = math.Round(100*min(0.99, max(0.2, scores[best]-second/2))) / 100
	if best == Unknown {
		d.Confidence = math.Round(100*(1-max(0, second))) / 200
	}
}

// scores returns how much each kind explains, from 0 to 1. What a script has to
// the thousand words is a rule of thumb: features run to a scene in some 150
// words and a cue in some 25, and half of that is taken as all one can ask for.
func (c counts) scores() map[Kind]float64 {
	share := func(part, whole int) float64 { return min(1, float64(part)/float64(max(whole, 1))) }
	script := 0.5 * share(c.cues*60, c.words)
	if c.cues < 2 && c.headings == 0 {
		script /= 2 // one line in capitals with text below is found anywhere
	}
	if c.headings > 0 {
		script = 0.35 + 0.25*share(c.headings*400, c.words) + 0.4*share(c.cues*60, c.words)
		if c.cues == 0 && c.headings*400 >= c.words {
			script = max(script, 0.7) // a film without words
		}
	}
	script = min(1, script+0.02*float64(min(c.transitions, 5)))
	prose := share(c.prose, c.words)
	if c.headings > 0 && c.headings*2000 < c.words {
		script *= share(c.headings*2000, c.words) // one odd line in a novel
	}
	notes := 0.0
	if c.lines >= 3 {
		notes = share(c.items*10+c.labels*5, c.lines*10)
	}
	stage := 0.0
	if c.speakers >= 2 && c.headings == 0 {
		stage = share(c.speeches+c.entrances, c.paragraphs)
		notes *= 1 - stage // "Ann: Hello" is not a label
	}
	if c.acts > 0 && c.headings == 0 {
		stage = max(stage, 1.2*script)
	}
	if stage > 0.3 {
		stage = min(1, stage+0.1*float64(min(c.acts, 2)))
		prose *= 1 - stage // its speeches are sentences, too
	}
	return map[Kind]float64{Screenplay: script, Prose: prose, Notes: notes, StagePlay: stage}
}

// evidence describes in words what was counted, leaving out what does not bear on the
// kind that was found.
func (c counts) evidence(kind Kind) []string {
	var said []string
	say := func(n int, one, many string) {
		switch {
		case n == 1:
			said = append(said, "1 "+one)
		case n > 1:
			said = append(said, fmt.Sprintf("%d %s", n, many))
		}
	}
	say(c.headings, "scene heading", "scene headings")
	if c.implied > 0 {
		said[len(said)-1] += fmt.Sprintf(" (%d implied)", c.implied)
	}
	say(c.doubtful, "heading that reads like a sentence", "headings that read like sentences")
	say(c.unplaced, "word before the first scene", "words before the first scene")
	if c.fields > 0 && c.others == 0 {
		said = append(said, "only a title page")
	}
	say(c.cues, "cue with speech", "cues with speech")
	say(c.asides, "parenthetical", "parentheticals")
	say(c.transitions, "transition", "transitions")
	if kind == StagePlay {
		if c.speakers > 1 {
			said = append(said, fmt.Sprintf("%d speeches opened by the names of %d speakers", c.speeches, c.speakers))
		}
		say(c.acts, "heading of an act or scene", "headings of acts or scenes")
		say(c.entrances, "stage direction", "stage directions")
	}
	if kind == Notes || kind == Unknown {
		say(c.items, "list item", "list items")
		say(c.labels, "line with a label", "lines with a label")
	}
	if kind != StagePlay && c.proseParagraphs > 0 {
		noun := "paragraphs"
		if c.proseParagraphs == 1 {
			noun = "paragraph"
		}
		said = append(said, fmt.Sprintf("%d %% of %d words in %d %s of prose", 100*c.prose/max(c.words, 1), c.words, c.proseParagraphs, noun))
	}
	return said
}

// kindNames describe what a text looks like.
var kindNames = map[Kind]string{
	Screenplay: "a screenplay without scene headings",
	Prose:      "prose",
	Notes:      "notes or an outline",
	StagePlay:  "a stage play",
}

// kindWarnings warns about a text without scenes, at its first line with anything on it.
func (d *Document) kindWarnings() []screenplay.Warning {
	line := 0
	for _, e := range d.Script.Elements {
		if e.Kind == screenplay.SceneHeading {
			return nil
		}
		if line == 0 && e.Kind != screenplay.Blank {
			line = e.Span.Start
		}
	}
	message := "no scene headings found"
	if name, ok := kindNames[d.Kind]; ok {
		message += ": it looks like " + name
	}
	if len(d.Evidence) > 0 {
		message += " (" + strings.Join(d.Evidence, ", ") + ")"
	}
	return []screenplay.Warning{{Line: max(1, line), Message: message}}
}
