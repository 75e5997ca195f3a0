package markdown

import "strings"

// Unfence returns text with the lines that open and close blocks of code (```)
// made empty: a script in such a block is one to a reader. It keeps the number of lines.
func Unfence(text string) string {
	if !strings.Contains(text, fence) {
		return text
	}
	var b strings.Builder
	for line := range strings.Lines(text) {
		mark := strings.TrimSpace(line)
		switch info := strings.TrimLeft(mark, "`"); {
		case !strings.HasPrefix(mark, fence) || strings.Contains(info, "`"):
			b.WriteString(line)
		case strings.HasSuffix(line, "\n"):
			b.WriteByte('\n')
		default:
			b.WriteByte(' ') // the last line stays a line
		}
	}
	return b.String()
}

const fence = "```"
