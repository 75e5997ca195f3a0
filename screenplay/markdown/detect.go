package markdown

import (
	"strings"

	"github.com/cineforge/cineforge/screenplay"
)

// Marks counts the lines that only Markdown explains in a screenplay: headings
// of scenes with # before them or in bold, and cues in bold with a speech below;
// and the scene headings that stand there plainly, as in Fountain.
func Marks(text string) (marked, plain int) {
	cue := false // the line before may be one
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if cue && line != "" {
			marked++
		}
		cue = false
		if line == "" || len(line) > maxHeading {
			continue
		}
		switch line[0] {
		case '#':
			if title := strings.TrimSpace(screenplay.Plain(strings.TrimLeft(line, "#"))); isATX(line) && isSlugline(title) {
				marked++
			}
		case '*', '_':
			inner, bold := cutBold(withoutBreak(line))
			switch {
			case bold && isSlugline(inner):
				marked++
			default:
				_, ok := readCue(line)
				cue = ok && matchBold(withoutBreak(line)) != nil
			}
		case 'I', 'i', 'E', 'e':
			if isSlugline(line) {
				plain++
			}
		}
	}
	return marked, plain
}
