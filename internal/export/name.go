package export

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/cineforge/cineforge/artifact/content"
)

// FileName returns the name of the file of an export: that of the script's title, or of the run or
// project if it has none. It is a name for the files of any system.
func (m Material) FileName(f Format) string {
	title := ""
	if m.script != nil && f != Files {
		title = content.Title(m.script.Metadata.Ref.ArtifactType, m.script.Data)
	}
	name := cmp.Or(safe(title), safe(m.RunID), safe(m.ProjectID), "export")
	if f == CSV {
		name += " scenes"
	}
	return name + f.extension()
}

// SafeName returns a name that others gave an export as one for the files of any system; that of
// id if there is none.
func SafeName(name, id string, f Format) string {
	return cmp.Or(safe(strings.TrimSuffix(name, f.extension())), safe(id), "export") + f.extension()
}

// mostName is how many bytes of a title name a file.
const mostName = 100

// devices are names that Windows has another meaning for.
var devices = []string{"con", "prn", "aux", "nul", "com1", "com2", "com3", "com4", "com5", "com6", "com7", "com8", "com9", "lpt1", "lpt2",
	"lpt3", "lpt4", "lpt5", "lpt6", "lpt7", "lpt8", "lpt9"}

// safe returns a text as the name of a file, without its end; "" if nothing of it can be one.
func safe(text string) string {
	name := strings.Map(func(r rune) rune {
		switch {
		case strings.ContainsRune(`/\:*?"<>|`, r):
			return '-'
		case !unicode.IsPrint(r), r == utf8.RuneError:
			return ' '
		}
		return r
	}, text)
	name = strings.Join(strings.Fields(name), " ")
	for len(name) > mostName {
		_, size := utf8.DecodeLastRuneInString(name)
		name = name[:len(name)-size]
	}
	name = strings.Trim(name, ". -")
	stem, _, _ := strings.Cut(strings.ToLower(name), ".")
	if slices.Contains(devices, strings.TrimSpace(stem)) {
		return "script " + name
	}
	return name
}

// Disposition returns the header by which a client keeps an answer as a file of a name, as RFC 6266
// has it: with a name in ASCII for clients that know no other.
func Disposition(name string) string {
	ascii := strings.Map(func(r rune) rune {
		if r > unicode.MaxASCII || r < ' ' || strings.ContainsRune(`"\%`, r) {
			return '_'
		}
		return r
	}, name)
	header := fmt.Sprintf(`attachment; filename="%s"`, ascii)
	if ascii != name {
		header += "; filename*=UTF-8''" + strings.ReplaceAll(url.QueryEscape(name), "+", "%20")
	}
	return header
}
