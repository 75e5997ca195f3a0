package charset

import (
	"bytes"
	"unicode/utf8"

	"github.com/saintfish/chardet"
)

// guess names the encoding of data and the length of its byte order mark.
func guess(data []byte) (name string, mark int) {
	if name, mark = Marked(data); name != "" {
		return name, mark
	}
	if name = byZeros(data); name != "" {
		return name, 0
	}
	if utf8.Valid(data) || nearlyUTF8(data) {
		return "utf-8", 0
	}
	return byStatistics(data), 0
}

// byZeros recognises UTF-16 by the zero halves of its ASCII characters, which
// all stand at odd or all at even offsets: either most units have one, or, in
// other scripts, the spaces and line ends do. Next to stray NUL bytes in text of
// one byte a character, spaces have other neighbours.
func byZeros(data []byte) string {
	data = bytes.TrimRight(data, "\x00") // what a crash leaves at the end of a file
	if bytes.IndexByte(data, 0) < 0 {
		return ""
	}
	var zeros [2]int
	wide := 0   // spaces and line ends with a zero half
	narrow := 0 // and those without one
	for i := 0; i+1 < len(data); i += 2 {
		a := data[i]
		b := data[i+1]
		switch {
		case a == 0:
			zeros[0]++
		case b == 0:
			zeros[1]++
		}
		if isSpace(a) || isSpace(b) {
			if a == 0 || b == 0 {
				wide++
			} else {
				narrow++
			}
		}
	}
	few := min(zeros[0], zeros[1])
	many := max(zeros[0], zeros[1])
	switch {
	case few*10 > many || wide <= narrow && many*4 <= len(data):
		return ""
	case zeros[0] > zeros[1]:
		return "utf-16be"
	default:
		return "utf-16le"
	}
}

func isSpace(b byte) bool { return b == ' ' || b == '\n' || b == '\r' }

// nearlyUTF8 reports whether data is UTF-8 with some damage: a file cut in the
// middle of a character, a line pasted from elsewhere. In text of another
// encoding well-formed sequences are accidents.
func nearlyUTF8(data []byte) bool {
	good := 0
	bad := 0
	broken := false // so is the byte before
	for i := 0; i < len(data); {
		if data[i] < utf8.RuneSelf {
			i++
			broken = false
			continue
		}
		_, size := utf8.DecodeRune(data[i:])
		switch {
		case size > 1:
			good++
		case !broken:
			bad++
		}
		broken = size == 1
		i += size
	}
	return good > 4*bad
}

// sampleSize is how many bytes the statistics see; the library's look at single
// bytes is limited to the first 8 kB in any case.
const sampleSize = 16 << 10

// byStatistics takes the library's word where it is clear, and Windows-1252
// where it isn't: a wrong guess at an exotic encoding harms every line, while
// the usual one harms only the accented letters.
func byStatistics(data []byte) string {
	const western = "windows-1252"
	sample := highLines(data)
	all, err := chardet.NewTextDetector().DetectAll(sample)
	if err != nil { // nothing matched
		return western
	}
	best := western
	confidence := 0
	for _, r := range all {
		name := whatwg(r)
		if r.Confidence > confidence || r.Confidence == confidence && name < best {
			best = name
			confidence = r.Confidence
		}
	}
	if confidence < threshold(best, sample) {
		return western
	}
	return best
}

// highLines gathers lines with bytes beyond ASCII: the rest says nothing about
// the encoding, and a script may hold its first accent after a hundred pages.
func highLines(data []byte) []byte {
	var sample []byte
	for line := range bytes.Lines(data) {
		if len(sample) == sampleSize {
			break
		}
		line = line[:min(len(line), sampleSize-len(sample))]
		if high(line) {
			sample = append(sample, line...)
		}
	}
	return sample
}

func high(line []byte) bool {
	for _, b := range line {
		if b >= utf8.RuneSelf {
			return true
		}
	}
	return false
}

// whatwg names a result of the library as the web does. The library labels its
// Central European statistics with Western names, so there the language counts.
// It returns "" for what is never a file's encoding, such as EBCDIC.
func whatwg(r chardet.Result) string {
	switch r.Language {
	case "pl", "cs", "hu", "ro":
		if r.Charset == "ISO-8859-1" || r.Charset == "ISO-8859-2" {
			return "iso-8859-2"
		}
		return "windows-1250"
	}
	switch r.Charset {
	case "ISO-8859-1", "windows-1252":
		return "windows-1252"
	case "ISO-8859-9", "windows-1254":
		return "windows-1254"
	case "ISO-8859-7", "windows-1253":
		return "windows-1253"
	case "ISO-8859-8", "ISO-8859-8-I", "windows-1255":
		return "windows-1255"
	case "windows-1251":
		return "windows-1251"
	case "KOI8-R":
		return "koi8-r"
	case "ISO-8859-5":
		return "iso-8859-5"
	case "ISO-8859-6":
		return "iso-8859-6"
	case "windows-1256":
		return "windows-1256"
	case "Shift_JIS":
		return "shift_jis"
	case "EUC-JP":
		return "euc-jp"
	case "EUC-KR":
		return "euc-kr"
	case "Big5":
		return "big5"
	case "GB-18030":
		return "gb18030"
	}
	return ""
}

// threshold is the least confidence, of 100, at which an encoding is believed.
// The values were found by trying short texts of 20 languages: right answers
// begin at 50 for the multi-byte encodings, whose structure speaks for itself,
// at 45 for Latin letters and at 29 for other alphabets, which must also fill
// the text with their letters.
func threshold(name string, sample []byte) int {
	const never = 101
	switch name {
	case "":
		return never
	case "shift_jis", "euc-jp", "euc-kr", "big5", "gb18030":
		return 50
	case "windows-1250", "iso-8859-2", "windows-1254":
		if len(sample) < 120 {
			return never // a few words are like any language
		}
		return 45
	case "windows-1252":
		return 0
	}
	if !foreignAlphabet(sample) {
		return never
	}
	return 20
}

// foreignAlphabet reports whether most letters, and not just a handful, lie in
// the upper half of the byte range. In Western languages the accented ones are a
// small minority.
func foreignAlphabet(sample []byte) bool {
	ascii := 0
	upper := 0
	for _, b := range sample {
		switch {
		case b|0x20 >= 'a' && b|0x20 <= 'z':
			ascii++
		case b >= 0xB0:
			upper++
		}
	}
	return upper > ascii && upper >= 8
}
