package markdown

import (
	"regexp"
	"strings"

	"cineforge/screenplay"
)

// frontMatter reads what stands between lines of --- at the very start: the first
// field comes with the line before it, the last with the line behind it.
func (p *parser) frontMatter() {
	if strings.TrimRight(p.peek(), " \t") != "---" {
		return
	}
	at := *p
	at.next()
	for at.pos < len(at.text) {
		line := strings.TrimRight(at.peek(), " \t")
		if line == "---" || line == "..." {
			break
		}
		at.next()
	}
	if at.pos == len(at.text) {
		return // it is a rule
	}
	last := at.line + 1
	p.next()
	field, from := (*screenplay.Element)(nil), 1
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
