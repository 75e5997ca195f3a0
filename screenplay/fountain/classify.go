package fountain

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// shape is what a line outside a speech looks like.
type shape uint8

const (
	action shape = iota
	forcedAction
	section
	synopsis
	pageBreak
	lyrics
	centered
	forcedTransition
	forcedCue
	// These are what they look like only if a blank line follows.
	heading
	forcedHeading
	transition
	// And this only if none does.
	cue
)

// shapeOf returns the shape of a line that is neither blank nor hidden. after
// reports whether a blank line is before it, the end and the beginning of the text
// being as good as one.
func shapeOf(l *line, after bool) shape {
	if l.tangled {
		return action
	}
	seen := l.seen
	if l.lead > 0 || l.remark != 0 {
		seen = seen[indent(seen):]
	}
	switch seen[0] {
	case '!':
		return forcedAction
	case '#':
		return section
	case '~':
		return lyrics
	case '=':
		return equalsShape(l.main())
	case '>':
		return angleShape(trimRight(seen))
	case '.':
		if r, _ := utf8.DecodeRuneInString(seen[1:]); after && (unicode.IsLetter(r) || unicode.IsDigit(r)) {
			return forcedHeading
		}
		return action
	case '@':
		if name := strings.TrimSuffix(trimRight(seen[1:]), "^"); after && indent(name) < len(name) {
			return forcedCue
		}
		return action
	}
	switch {
	case !after:
		return action
	case hasPrefix(seen):
		return heading
	case isUpper(seen):
		if endsTo(l) {
			return transition
		}
		return cue
	}
	return action
}

// settled returns the shape given whether a blank line follows.
func (s shape) settled(before bool) shape {
	switch s {
	case heading, forcedHeading, transition:
		if !before {
			return action
		}
	case cue:
		if before {
			return action
		}
	}
	return s
}

// unsettled reports whether the shape depends on what follows.
func (s shape) unsettled() bool { return s >= heading }

func equalsShape(main string) shape {
	switch {
	case len(main) >= 3 && strings.Trim(main, "=") == "":
		return pageBreak
	case len(main) > 1 && main[1] == '=':
		return action
	}
	return synopsis
}

func angleShape(seen string) shape {
	inner, closed := strings.CutSuffix(seen[1:], "<")
	switch {
	case indent(inner) == len(inner):
		return action
	case closed:
		return centered
	}
	return forcedTransition
}

// hasPrefix reports whether a line starts as a scene heading does: with INT, EXT,
// EST, INT./EXT, INT/EXT or I/E in any case, and a dot or a space.
func hasPrefix(s string) bool {
	if len(s) < 4 || s[0]|0x20 != 'i' && s[0]|0x20 != 'e' {
		return false
	}
	prefix := s[:3]
	rest := s[3:]
	switch {
	case strings.EqualFold(prefix, "INT"):
		if len(rest) > 4 && strings.EqualFold(rest[:4], "/EXT") {
			rest = rest[4:]
		}
	case strings.EqualFold(prefix, "EXT"), strings.EqualFold(prefix, "EST"), strings.EqualFold(prefix, "I/E"):
	default:
		return false
	}
	return rest[0] == '.' || rest[0] == ' ' // INT./EXT starts with INT and a dot
}

// endsTo reports whether a line ends in TO: and nothing. A space after the colon
// is how a writer marks that it is no transition.
func endsTo(l *line) bool {
	main := l.main()
	return strings.HasSuffix(main, "TO:") && (l.lead+len(main) == len(l.raw) || l.tail < len(l.raw))
}

// isUpper reports whether a line can be a cue: in upper case, with a letter. What
// stands in parentheses at its end, the extensions, may be in any case and
// doesn't count. A letter of a script without case isn't upper case: a line of
// Chinese is no cue unless it is forced.
func isUpper(s string) bool {
	letter := false
	lowerInside := false
	depth := 0
	for _, r := range s {
		switch {
		case r == '(':
			depth++
		case r == ')' && depth > 0:
			depth--
		case depth > 0:
			lowerInside = lowerInside || unicode.IsLower(r)
		case r == ' ', r == '^', r == '\t', r == '\n':
		case lowerInside:
			return false // there is more after the parenthesis: it is no extension
		case 'A' <= r && r <= 'Z':
			letter = true
		case r < utf8.RuneSelf:
			if 'a' <= r && r <= 'z' {
				return false
			}
		case unicode.IsUpper(r), unicode.IsTitle(r):
			letter = true
		case r == 'ß': // stands among capitals, having none of its own that is in use
		case unicode.In(r, unicode.Ll, unicode.Lo):
			return false
		}
	}
	return letter && (depth == 0 || !lowerInside)
}

// isParenthetical reports whether all of a line stands in parentheses.
func isParenthetical(l *line) bool {
	if l.lead == len(l.raw) || l.raw[l.lead] != '(' {
		return false
	}
	depth := 0
	for _, c := range []byte(trim(l.seen)) {
		switch {
		case c == '(':
			depth++
		case c == ')':
			depth--
		case depth <= 0 && c > ' ':
			return false
		}
	}
	return depth == 0
}
