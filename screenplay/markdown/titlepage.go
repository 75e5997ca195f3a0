package markdown

import (
	"regexp"
	"strings"

	"github.com/cineforge/cineforge/screenplay"
)

// frontMatter reads what stands between lines of --- at the very start: the first
// field comes with the line before it, the last with the line after it.
func (p *parser) frontMatter() {
	last := frontMatterLines(p.text)
	if last == 0 {
		return
	}
	p.next()
	field := (*screenplay.Element)(nil)
	from := 1
	for p.line < last {
		line := p.next()
		key, value, ok := strings.Cut(line, ":")
		switch text := strings.TrimSpace(line); {
		case p.line == last || text == "" || text[0] == '#':
		case ok && line[0] != ' ' && line[0] != '\t' && line[0] != '-':
			if field != nil {
				p.field(*field, from, p.line-1)
				from = p.line
			}
			field = &screenplay.Element{Kind: screenplay.TitlePage, Key: strings.TrimSpace(key), Text: scalar(value)}
		case field != nil:
			field.Text = strings.TrimSpace(field.Text + "\n" + scalar(strings.TrimPrefix(text, "- ")))
		}
	}
	if field == nil {
		field = &screenplay.Element{Kind: screenplay.Blank}
	}
	p.titled = p.field(*field, from, p.line)
}

// HasFrontMatter reports whether text begins with fields between lines of ---.
func HasFrontMatter(text string) bool { return frontMatterLines(text) > 0 }

// frontMatterLines returns how many lines the front matter has, the marks
// included. A line of --- is a rule if no other comes, or no field after it.
func frontMatterLines(text string) int {
	n := 0
	begun := false
	for line := range strings.Lines(text) {
		n++
		line = strings.TrimRight(line, " \t\n")
		key, _, field := strings.Cut(line, ":")
		switch {
		case n == 1 && line != "---":
			return 0
		case n == 1 || begun && line != "---" && line != "...":
		case line == "---" || line == "...":
			return n
		case line == "" || line[0] == '#':
		case !field || len(strings.Fields(key)) > 3 || isSlugline(key):
			return 0
		default:
			begun = true
		}
	}
	return 0
}

// field adds a field of the lines from..to, and reports whether a title has been seen.
func (p *parser) field(e screenplay.Element, from, to int) bool {
	e.Span = screenplay.Span{Start: from, End: to}
	p.script.Elements = append(p.script.Elements, e)
	p.titled = p.titled || screenplay.FieldKey(e.Key) == "title"
	return p.titled
}

// scalar returns the value of a field without quotes around it, and without the
// mark that says its lines follow.
func scalar(value string) string {
	value = strings.TrimSpace(value)
	if value == "|" || value == ">" || value == "|-" || value == ">-" {
		return ""
	}
	for _, quote := range []string{`"`, `'`} {
		if inner, ok := strings.CutPrefix(value, quote); ok {
			if inner, ok = strings.CutSuffix(inner, quote); ok {
				return inner
			}
		}
	}
	return value
}

var (
	titleField = regexp.MustCompile(`(?i)^(title|credit|authors?|source|draft|draft date|revision|date|contact|copyright|notes)\s*:\s*(.+)$`)
	titleBy    = regexp.MustCompile(`(?i)^(?:(?:written|screenplay|teleplay|story|script|a (?:film|script|screenplay)) )?by\s+(.+)$`)
)

// titleLines reads a paragraph that is all "Author: X" and "by X" as fields of the
// title page. It reads nothing and reports false if the paragraph is anything else.
func (p *parser) titleLines() bool {
	at := *p
	var fields []screenplay.Element
	for at.inParagraph() {
		line := strings.TrimSpace(withoutBreak(at.next()))
		if len(line) > maxHeading {
			return false
		}
		plain := strings.TrimSpace(screenplay.Plain(line))
		if m := titleField.FindStringSubmatch(plain); m != nil {
			fields = append(fields, screenplay.Element{Kind: screenplay.TitlePage, Key: m[1], Text: m[2]})
		} else if m := titleBy.FindStringSubmatch(plain); m != nil && p.titled {
			fields = append(fields, screenplay.Element{Kind: screenplay.TitlePage, Key: "Author", Text: m[1]})
		} else {
			return false
		}
	}
	for _, e := range fields {
		p.next()
		p.field(e, p.line, p.line)
	}
	return len(fields) > 0
}
