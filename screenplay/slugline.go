package screenplay

import (
	"regexp"
	"strings"
	"unicode"
)

// place is where in a script a line stands.
type place struct {
	kind          Kind // of its element: Action, Character or one of speech
	before, after bool // a blank line, or nothing, is next to it
}

// reading is a line understood as a scene heading.
type reading struct {
	text, number string
	why          []string // what the rules miss; each completes "although ..."
}

// maxHeading is the length in bytes above which no line is taken as an implied heading.
const maxHeading = 200

var (
	// fountainPrefix is what the rules take, given blank lines around it.
	fountainPrefix = regexp.MustCompile(`^(INT|EXT|EST|INT/EXT|I/E)[. ]`)
	// numberBefore is a scene number as shooting scripts print it.
	numberBefore = regexp.MustCompile(`^(?:(?i:scene)\s+)?([A-Z]{0,2}[0-9]{1,4}[A-Z]{0,2})(?:[.):]\s*|\s+)(?:[-–—]\s*)?`)
	// numberBehind is a scene number as Fountain writes it.
	numberBehind = regexp.MustCompile(`\s*#([\pL\pN.-]+)#$`)
	// misread is a prefix as character recognition leaves it: lNT. 1NT. INT, EXT: and so on.
	misread = regexp.MustCompile(`^(?:([l1|]NT[.,:;]?|INT[,:;])|EXT[,:;]) `)
)

// prefixed reads a line that says in some way whether it is inside or outside.
func prefixed(line string, at place) (reading, bool) {
	r := reading{text: strings.TrimSpace(line)}
	if len(r.text) > maxHeading || !mayBePrefixed(r.text) {
		return r, false
	}
	r.cutNumbers()
	plain := strings.TrimSpace(Plain(r.text))
	inEmphasis := r.text != "" && (r.text[0] == '*' || r.text[0] == '_')
	if m := misread.FindStringSubmatch(plain); m != nil {
		right := "EXT. "
		if m[1] != "" {
			right = "INT. "
		}
		r.why = append(r.why, `"`+strings.TrimSpace(m[0])+`" must be `+strings.TrimSpace(right))
		plain = right + plain[len(m[0]):]
		r.text = plain
		at.before = false // what is odd in one way must not be so in another: an interview has INT: before each question
	}
	why, ok := judge(plain, at)
	if !ok {
		return r, false
	}
	r.why = append(r.why, why...)
	if inEmphasis {
		r.why = append(r.why, "it is in emphasis")
	}
	switch {
	case !at.before && !at.after:
		r.why = append(r.why, "there is no blank line around it")
	case !at.before:
		r.why = append(r.why, "there is no blank line before it")
	case !at.after:
		r.why = append(r.why, "there is no blank line after it")
	case len(r.why) == 0:
		r.why = append(r.why, "it is part of a paragraph")
	}
	return r, true
}

// ImpliedHeading reads a line that stands alone, with blank lines around it, the
// way [Imply] does: as a heading that the rules of Fountain would not take. why
// says what they miss, as a warning about the line. The span is left to the caller.
func ImpliedHeading(line string) (heading Element, why string, ok bool) {
	alone := place{Action, true, true}
	r := reading{}
	ok = false
	if mayBePrefixed(strings.TrimSpace(line)) {
		r, ok = prefixed(line, alone)
	}
	if !ok {
		r, ok = unprefixed(line, alone)
	}
	if !ok {
		return Element{}, "", false
	}
	return r.element(), r.warning(), true
}

func (r reading) element() Element {
	return Element{Kind: SceneHeading, Text: r.text, Number: r.number, Implied: true}
}

func (r reading) warning() string {
	return "taken as a scene heading although " + strings.Join(r.why, " and ")
}

// mayHoldPrefixed reports whether a line of e may be one that prefixed takes.
func mayHoldPrefixed(e Element) bool {
	if e.Kind != Action && !isSpeech(e.Kind) {
		return false
	}
	for text := e.Text; ; {
		line, rest, more := strings.Cut(text, "\n")
		if mayBePrefixed(strings.TrimLeft(line, " \t")) {
			return true
		}
		if !more {
			return false
		}
		text = rest
	}
}

// mayBePrefixed sorts out most lines at little cost.
func mayBePrefixed(text string) bool {
	if text == "" || !prefixInitials[text[0]] {
		return false
	}
	if strings.IndexByte("*_l1|", text[0]) >= 0 || strings.ContainsAny(text[:min(len(text), 10)], "0123456789") {
		return true
	}
	_, ok := settings[strings.ToUpper(leadingWord(text[:min(len(text), 2*maxPrefix)]))]
	return ok
}

// maxPrefix is the length of the longest of the settings in letters, and then some.
const maxPrefix = 12

// prefixInitials are the bytes that a line prefixed takes can begin with: those
// of the settings in either case, of emphasis, of a misread I, of a scene number.
var prefixInitials = initials("*_l1|0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZs")

func initials(bytes string) (set [256]bool) {
	for _, b := range []byte(bytes) {
		set[b] = true
	}
	for word := range settings {
		set[strings.ToLower(word)[0]] = true
		set[word[0]] = true
	}
	return set
}

func leadingWord(text string) string {
	if i := strings.IndexFunc(text, func(r rune) bool { return !unicode.IsLetter(r) }); i >= 0 {
		return text[:i]
	}
	return text
}

// cutNumbers moves the scene number from the text to where it belongs. Shooting
// scripts print it on both sides.
func (r *reading) cutNumbers() {
	if strings.HasSuffix(r.text, "#") {
		if m := numberBehind.FindStringSubmatchIndex(r.text); m != nil {
			r.number = r.text[m[2]:m[3]]
			r.text = r.text[:m[0]]
		}
	}
	m := numberBefore.FindStringSubmatchIndex(r.text)
	if m == nil || r.number != "" {
		return
	}
	r.number = r.text[m[2]:m[3]]
	r.text = r.text[m[1]:]
	if rest, ok := strings.CutSuffix(r.text, r.number); ok && strings.HasSuffix(rest, " ") {
		r.text = strings.TrimSpace(rest)
	}
	r.why = append(r.why, "its scene number is in front of it")
}

// judge decides whether a line is a heading, and returns what is wrong with its
// prefix. The less the line looks like one, the better it must stand.
func judge(plain string, at place) (why []string, ok bool) {
	upper := strings.ToUpper(plain)
	setting, rest := headingPrefix(upper)
	if setting == "" || !strings.ContainsFunc(rest, isWordRune) || strings.ContainsAny(plain[len(plain)-1:], "!?;:,") {
		return nil, false
	}
	word := leadingWord(plain)
	dotted := strings.HasPrefix(plain[len(word):], ".") || strings.HasPrefix(plain[len(word):], "/")
	words := len(strings.Fields(rest))
	abbreviated := len([]rune(word)) <= 3 && !strings.EqualFold(word, "est")
	spoken := at.kind != Action && at.kind != Character
	timed := ParseHeading(plain).TimeOfDay != ""
	switch caps := isCaps(plain); {
	case caps && (timed || dotted && !spoken):
		ok = true
	case caps:
		ok = abbreviated && !spoken && words <= 8
	case spoken || !dotted:
	case timed:
		ok = true
	default:
		ok = isCaps(word) && at.before && words <= 10 && !strings.HasSuffix(plain, ".")
	}
	if ok && !fountainPrefix.MatchString(upper) {
		prefix := strings.TrimSpace(upper[:len(upper)-len(rest)])
		why = append(why, prefix+" is not among the prefixes of the rules")
	}
	return why, ok
}

// mayBeUnprefixed reports whether e may be a line that unprefixed takes.
func mayBeUnprefixed(e Element) bool {
	return (e.Kind == Character || e.Kind == Action) && !strings.Contains(e.Text, "\n") && hasDash(e.Text)
}

func hasDash(text string) bool {
	return strings.Contains(text, "-") || strings.Contains(text, "–") || strings.Contains(text, "—")
}

func isWordRune(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// isCaps reports whether text has a capital, and a small letter at most in parentheses.
func isCaps(text string) bool {
	depth := 0
	found := false
	for _, r := range text {
		switch {
		case r == '(':
			depth++
		case r == ')':
			depth--
		case unicode.IsUpper(r):
			found = true
		case unicode.IsLower(r) && r != 'ß' && depth <= 0:
			return false
		}
	}
	return found
}

var (
	// noPlaces begin lines in capitals that name no place even where a time follows.
	noPlaces = wordSet("CHAPTER PART BOOK ACT EPISODE SCENE SUPER TITLE TITLES CARD CUT FADE DISSOLVE SMASH MATCH END",
		"CLOSE CLOSEUP CLOSE-UP ANGLE INSERT POV MONTAGE INTERCUT FLASHBACK FLASHFORWARD FLASH-FORWARD")
	// noTimes are in ParseHeading's times of day, but after a name they continue a speech.
	noTimes = wordSet("CONT CONT'D CONT’D CONTINUED CONTINUING")
)

// unprefixed reads MOUNT GURU FOOTHILLS--DAY: a line in capitals that stands
// alone, or where a cue would, and ends in a dash and a time of day.
func unprefixed(line string, at place) (reading, bool) {
	r := reading{text: strings.TrimSpace(line)}
	if len(r.text) > maxHeading || !at.before || !at.after && at.kind != Character || !hasDash(r.text) {
		return r, false
	}
	plain := strings.TrimRight(strings.TrimSpace(Plain(r.text)), ".")
	if !isCaps(plain) || strings.ContainsAny(plain, `:;!?"“”`) {
		return r, false
	}
	parts := headingParts(plain)
	last := len(parts) - 1
	if last > 0 && isTimeRemark(parts[last].text) {
		last--
	}
	if last < 1 || !isTime(parts[last].text) || noTimes[parts[last].text] || !isPlace(plain[:parts[last-1].end]) {
		return r, false
	}
	r.why = append(r.why, "it does not begin with INT. or EXT.")
	if !at.after {
		r.why = append(r.why, "there is no blank line after it")
	}
	return r, true
}

// isPlace reports whether text may be a location: two letters at least, in words
// that are not all about time, the first none that begins a title.
func isPlace(text string) bool {
	words := partWords(text)
	letters := 0
	timeless := false
	for _, w := range words {
		letters += strings.Count(strings.Map(onlyLetters, w), "") - 1
		timeless = timeless || !times[w] && !timeWords[w] && !isNumber(w)
	}
	return timeless && letters >= 2 && !namesNoPlace(words)
}

// namesNoPlace reports whether a line in capitals with these words is a title or a shot.
func namesNoPlace(words []string) bool {
	return noPlaces[words[0]] || words[len(words)-1] == "POV" || words[0] == "BACK" && len(words) > 1 && words[1] == "TO"
}

func onlyLetters(r rune) rune {
	if unicode.IsLetter(r) {
		return r
	}
	return -1
}
