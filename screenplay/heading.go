package screenplay

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Heading is a scene heading taken apart.
type Heading struct {
	Text      string // in upper case, without scene number, emphasis and notes
	IntExt    string // INT, EXT, INT/EXT, EST, or "" where the heading doesn't say
	Location  string // where, sub-locations included: "HOUSE - KITCHEN"
	TimeOfDay string // when, as written in upper case: "NIGHT", "DAY (1962)", "MOMENTS LATER"
}

// ParseHeading takes a scene heading, as it stands in [Element.Text], apart.
// It knows the prefixes and times of day of English and of some other languages
// (Spanish, French, German, Italian, Portuguese, Russian, Polish).
//
// The parts are divided by " - ", "--" or a dash; the time of day is the last run
// of parts that are one, and what is no time belongs to the location. Where no
// part is a time, what follows the last comma or full stop may be, and in French
// what stands first: "NUIT - SALON".
func ParseHeading(text string) Heading {
	h := Heading{Text: strings.ToUpper(strings.TrimSpace(Plain(text)))}
	var rest string
	h.IntExt, rest = headingPrefix(strings.Map(plainSpace, h.Text))
	if h.IntExt != "" {
		rest = strings.TrimLeft(rest, " -–—")
	}
	h.Location, h.TimeOfDay = splitHeading(rest)
	return h
}

// plainSpace makes tabs and no-break spaces ordinary ones.
func plainSpace(r rune) rune {
	if unicode.IsSpace(r) {
		return ' '
	}
	return r
}

// settings are the words for inside and outside. EST is Fountain's "establishing",
// so Italian ESTERNO is known only when written out.
var settings = map[string]string{
	"INT": "INT", "INTERIOR": "INT", "INTÉRIEUR": "INT", "INTERNO": "INT", "INNEN": "INT", "I": "INT",
	"ИНТ": "INT", "ИНТЕРЬЕР": "INT", "WNĘTRZE": "INT",
	"EXT": "EXT", "EXTERIOR": "EXT", "EXTÉRIEUR": "EXT", "ESTERNO": "EXT", "E": "EXT",
	"AUSSEN": "EXT", "AUßEN": "EXT", "AUẞEN": "EXT",
	"НАТ": "EXT", "НАТУРА": "EXT", "ЭКСТ": "EXT", "PLENER": "EXT",
	"EST": "EST",
}

// A setting is one word or two, with a dot or a space after it.
var (
	twoSettings = regexp.MustCompile(`^(?:(\pL+)\.? ?/ ?(\pL+)|(\pL{3,})\.? ?[-–—] ?(\pL{3,}))(?:[. ]|$)`)
	oneSetting  = regexp.MustCompile(`^(\pL{2,})(?:[. ]|$)`)
)

// headingPrefix cuts the setting off a heading in upper case: "INT./EXT. BAR - DAY"
// gives INT/EXT and "BAR - DAY". I and E count only together.
func headingPrefix(heading string) (intExt, rest string) {
	if m := twoSettings.FindStringSubmatch(heading); m != nil {
		if intExt = bothSettings(settings[m[1]+m[3]], settings[m[2]+m[4]]); intExt != "" {
			return intExt, strings.TrimLeft(heading[len(m[0]):], ". /")
		}
	}
	if m := oneSetting.FindStringSubmatch(heading); m != nil {
		if intExt = settings[m[1]]; intExt != "" {
			return intExt, strings.TrimLeft(heading[len(m[0]):], ". /")
		}
	}
	return "", heading
}

// bothSettings returns what two settings are together, "" if one is none.
func bothSettings(a, b string) string {
	switch {
	case a == "" || b == "":
		return ""
	case a == b || b == "EST":
		return a
	case a == "EST":
		return b
	}
	return "INT/EXT"
}

// part is a stretch of a heading between two dashes.
type part struct {
	text       string
	start, end int
}

// splitHeading divides a heading without its prefix into location and time of day.
func splitHeading(text string) (location, timeOfDay string) {
	parts := headingParts(text)
	end := len(parts)
	for end > 0 && !isTime(parts[end-1].text) {
		end--
	}
	start := end
	for start > 0 && isTime(parts[start-1].text) {
		start--
	}
	if start == end || start == 0 && end < len(parts) {
		return splitPunctuated(text)
	}
	for end < len(parts) && isTimeRemark(parts[end].text) {
		end++
	}
	timeOfDay = text[parts[start].start:parts[end-1].end]
	if strings.Count(timeOfDay, ".") == 1 { // DAY. but not 7 P.M.
		timeOfDay = strings.TrimSuffix(timeOfDay, ".")
	}
	var where []string
	if start > 0 {
		where = append(where, text[:parts[start-1].end])
	}
	if end < len(parts) {
		where = append(where, text[parts[end].start:])
	}
	return strings.Join(where, " - "), timeOfDay
}

// splitPunctuated is splitHeading for headings such as "HOUSE, NIGHT" and "HOUSE. NIGHT.".
func splitPunctuated(text string) (location, timeOfDay string) {
	bare := strings.TrimRight(text, ". ")
	if i := strings.LastIndexAny(bare, ",."); i > 0 {
		if last := strings.TrimSpace(bare[i+1:]); isTime(last) {
			return strings.TrimSpace(bare[:i]), last
		}
	}
	if first, rest := cutLeadingTime(text); first != "" {
		return rest, first
	}
	return strings.Trim(text, " -–—"), ""
}

// cutLeadingTime cuts the time of day off the head of "NUIT - SALON" and "JOUR. CHAMBRE".
func cutLeadingTime(text string) (timeOfDay, location string) {
	word := leadingWord(text)
	location = strings.TrimLeft(text[len(word):], " ")
	divided := strings.HasPrefix(location, ".") || strings.HasPrefix(location, ",") || dash(text, len(text)-len(location)) > 0
	location = strings.Trim(location, " .,-–—")
	if !leadingTimes[word] || !divided || location == "" {
		return "", text
	}
	return word, location
}

// headingParts splits at " - ", "--", em and en dashes.
func headingParts(text string) []part {
	var parts []part
	start := 0
	add := func(end, next int) {
		raw := text[start:end]
		trimmed := strings.TrimSpace(raw)
		if trimmed != "" {
			from := start + strings.Index(raw, trimmed)
			parts = append(parts, part{text: trimmed, start: from, end: from + len(trimmed)})
		}
		start = next
	}
	for i := 0; i < len(text); {
		if n := dash(text, i); n > 0 {
			add(i, i+n)
			i += n
			continue
		}
		_, n := utf8.DecodeRuneInString(text[i:])
		i += n
	}
	add(len(text), len(text))
	return parts
}

// dash returns the length of the separator at text[i:], 0 if there is none.
func dash(text string, i int) int {
	rest := text[i:]
	switch {
	case strings.HasPrefix(rest, "—"), strings.HasPrefix(rest, "–"):
		return len("—")
	case strings.HasPrefix(rest, "--"):
		return len(rest) - len(strings.TrimLeft(rest, "-"))
	case strings.HasPrefix(rest, "- ") && i > 0 && text[i-1] == ' ':
		return 1
	}
	return 0
}
