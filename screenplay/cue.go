package screenplay

import (
	"regexp"
	"slices"
	"strings"
)

// CueName splits a character's cue, as it stands in [Element.Text], into the name
// and its extensions: "Anna (V.O.) (CONT'D)" is ANNA with "V.O." and "CONT'D".
// The name is in upper case, without emphasis and notes, with single spaces: it
// is what a character is known by throughout a script. Common slips count as
// extensions too: BOB V.O., BOB - CONT'D, BOB [O.S.], (O.S.) BOB. A cue that is all
// extension is its own name.
func CueName(cue string) (name string, extensions []string) {
	cue = strings.TrimSpace(strings.TrimRight(Plain(cue), " \t^"))
	name = cue
	for {
		rest, extension, ok := cutExtension(name)
		if !ok && len(extensions) < mostBare {
			rest, extension, ok = cutBareExtension(name)
		}
		if !ok {
			break
		}
		name = rest
		extensions = append(extensions, extension)
	}
	if m := leadingExtension.FindStringSubmatch(name); m != nil {
		name = m[2]
		extensions = append(extensions, m[1])
	}
	slices.Reverse(extensions)
	return strings.ToUpper(strings.Join(strings.Fields(name), " ")), extensions
}

// cutExtension cuts the last (extension) off a cue. One that lacks its closing
// parenthesis counts too: scanned scripts have them.
func cutExtension(cue string) (rest, extension string, ok bool) {
	open := strings.LastIndexByte(cue, '(')
	if body, closed := strings.CutSuffix(cue, ")"); closed {
		open = openParenthesis(body)
		cue = body
	} else if open >= 0 && strings.Contains(cue[open:], ")") {
		open = -1 // there are words after the extension
	}
	if open < 0 {
		return "", "", false
	}
	rest = strings.TrimRight(cue[:open], " \t")
	return rest, strings.TrimSpace(cue[open+1:]), rest != ""
}

// mostBare is how many extensions there may be for one without parentheses to
// count, which keeps the time linear.
const mostBare = 4

// bareExtensions are taken for extensions without parentheses, after a name.
var bareExtensions = wordSet("V.O. V.O VO O.S. O.S OS O.C. O.C CONT'D CONT’D")

// leadingExtension is one in front of a name.
var leadingExtension = regexp.MustCompile(`^\(([^()]*)\)[ \t]*([\pL\pN].*)$`)

// cutBareExtension cuts the last extension off a cue that stands in brackets or in nothing.
func cutBareExtension(cue string) (rest, extension string, ok bool) {
	if body, closed := strings.CutSuffix(cue, "]"); closed {
		open := max(0, strings.LastIndexByte(body, '['))
		rest = cue[:open]
		extension = strings.TrimLeft(body[open:], "[")
	} else {
		last := max(0, strings.LastIndexAny(cue, " \t"))
		if rest, extension = cue[:last], strings.TrimLeft(cue[last:], " \t"); !bareExtensions[strings.ToUpper(extension)] {
			return "", "", false
		}
	}
	rest = strings.TrimRight(rest, " \t,-–—")
	return rest, strings.TrimSpace(extension), rest != ""
}

// openParenthesis returns the offset of the ( that a ) behind s would close, -1 for none.
func openParenthesis(s string) int {
	for i, depth := len(s)-1, 1; i >= 0; i-- {
		switch s[i] {
		case ')':
			depth++
		case '(':
			depth--
		}
		if depth == 0 {
			return i
		}
	}
	return -1
}
