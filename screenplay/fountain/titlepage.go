package fountain

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/cineforge/cineforge/screenplay"
)

// usualKeys are the keys that the syntax and the programs that write it know.
var usualKeys = map[string]bool{
	"title": true, "credit": true, "author": true, "authors": true, "source": true, "notes": true, "draft_date": true,
	"date": true, "contact": true, "copyright": true, "revision": true, "episode": true, "format": true,
	"language": true, "font": true, "watermark": true, "header": true, "footer": true,
}

// titlePage reads the title page, if the text has one, with the notes,
// boneyards and blank lines before it.
func (p *parser) titlePage() {
	if !p.atTitlePage() {
		return
	}
	for p.line.blank() || p.line.hidden() {
		p.element()
	}
	first, line, usual := len(p.script.Elements), p.line.first, false
	for p.more && !p.line.blank() {
		usual = p.field() || usual
	}
	if !usual {
		p.warn(line, "%q is read as a key of the title page, as the text opens with it; put a ! in front if it is action",
			p.script.Elements[first].Key)
	}
}

// atTitlePage reports whether the first line that is neither blank nor hidden
// starts a title page.
func (p *parser) atTitlePage() bool {
	ahead := p.lines
	l := p.line
	more := p.more
	first := true
	for more && (l.blank() || l.hidden()) {
		more = ahead.next(&l)
		first = false
	}
	if !more {
		return false
	}
	key, value, ok := cutKey(&l)
	if !ok || usualKeys[screenplay.FieldKey(key)] {
		return ok
	}
	return first && isProbableKey(key) && onlyFields(ahead, value != "")
}

// onlyFields reports whether the lines ahead, up to a blank one, are all of a
// title page, and any key has a value.
func onlyFields(ahead lines, anyValue bool) bool {
	for l := (line{}); ahead.next(&l) && !l.blank(); {
		if l.hidden() {
			continue
		}
		if isIndented(&l) {
			anyValue = true
			continue
		}
		_, value, ok := cutKey(&l)
		if !ok {
			return false
		}
		anyValue = anyValue || value != ""
	}
	return anyValue
}

// cutKey cuts a line of the form "key: value". A scene heading has none.
func cutKey(l *line) (key, value string, ok bool) {
	main := l.main()
	key, value, ok = strings.Cut(main, ":")
	if !ok || l.tangled || isIndented(l) || hasPrefix(main) {
		return "", "", false
	}
	if r, _ := utf8.DecodeRuneInString(key); !unicode.IsLetter(r) {
		return "", "", false
	}
	return trimRight(key), value, value == "" || value[0] == ' ' || value[0] == '\t' || usualKeys[screenplay.FieldKey(key)]
}

// isIndented reports whether a line continues the value of a key: it starts
// with three spaces or a tab.
func isIndented(l *line) bool {
	return strings.HasPrefix(l.raw, "\t") || strings.HasPrefix(l.raw, "   ")
}

// isProbableKey reports whether a key that isn't usual may be one all the same.
// An opening sentence with a colon in it has more words; FADE IN: and a name with
// its line after it are in capitals.
func isProbableKey(key string) bool {
	return len(strings.Fields(key)) <= 3 && utf8.RuneCountInString(key) <= 30 &&
		(key != strings.ToUpper(key) || key == strings.ToLower(key))
}

// field reads a key of the title page and its value, and reports whether the key
// is a usual one. A line that is neither indented nor a key continues the value
// too, as it can't be anything else.
func (p *parser) field() (usual bool) {
	e := screenplay.Element{Kind: screenplay.TitlePage, Span: p.line.span()}
	key, value, _ := cutKey(&p.line)
	e.Key = key
	values := []string{trim(value + p.line.remarks())}
	for {
		e.Span.End = p.line.last
		p.advance()
		if !p.more || p.line.blank() {
			break
		}
		if !isIndented(&p.line) && !p.line.hidden() {
			if _, _, ok := cutKey(&p.line); ok {
				break
			}
			p.warn(p.line.first, "this line is read as more of the title page's %q; indent it to say so, "+
				"or put a blank line before it if the script starts here", key)
		}
		values = append(values, trim(p.line.raw))
	}
	if values[0] == "" {
		values = values[1:]
	}
	e.Text = strings.Join(values, "\n")
	p.add(e)
	return usualKeys[screenplay.FieldKey(key)]
}
