package export

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/artifact/content"
	"github.com/cineforge/cineforge/screenplay"
)

// column is a column of the table of scenes.
type column struct {
	name  string
	value func(s scene) string
}

// scene is a scene with what is known of it.
type scene struct {
	content.Scene
	of artifact.Metadata
}

// columns are the columns of the table. More are added at the end.
func columns() []column {
	return []column{
		{"scene", func(s scene) string { return whole(s.SceneNumber) }},
		{"number", func(s scene) string { return optional(s.Number) }},
		{"heading", func(s scene) string { return s.Heading }},
		{"int_ext", func(s scene) string { return s.IntExt }},
		{"location", func(s scene) string { return s.Location }},
		{"time_of_day", func(s scene) string { return s.TimeOfDay }},
		{"page_eighths", func(s scene) string { return whole(s.PageEighths) }},
		{"start_line", func(s scene) string { return whole(s.CanonicalSpan.StartLine) }},
		{"end_line", func(s scene) string { return whole(s.CanonicalSpan.EndLine) }},
		{"characters", func(s scene) string { return joined(s.Characters) }},
		{"speeches", func(s scene) string { return joined(s.speeches()) }},
		{"dialogue_blocks", func(s scene) string { return whole(s.DialogueBlocks) }},
		{"summary", func(s scene) string { return optional(s.Summary) }},
		{"tone_mood", func(s scene) string { return optional(s.ToneMood) }},
		{"implied", func(s scene) string { return strconv.FormatBool(s.Implied) }},
		{"health", func(s scene) string { return string(s.of.Health) }},
		{"source", func(s scene) string { return string(s.of.Source) }},
		{"scene_id", func(s scene) string { return s.of.Ref.EntityID }},
		{"version", func(s scene) string { return whole(s.of.Ref.Version) }},
	}
}

// mark begins a file of UTF-8, without which programs for tables take it for another encoding.
const mark = "\uFEFF"

// table returns the scenes as RFC 4180 has it, in UTF-8, with a line of names first. No cell
// begins in a way that a program for tables takes for a formula.
func (m Material) table() []byte {
	var b bytes.Buffer
	b.WriteString(mark)
	w := csv.NewWriter(&b)
	w.UseCRLF = true
	all := columns()
	row := make([]string, len(all))
	write := func(value func(column) string) {
		for i, c := range all {
			row[i] = value(c)
		}
		w.Write(row) //nolint:errcheck // memory takes all
	}
	write(func(c column) string { return c.name })
	for _, a := range m.scenes {
		s := scene{of: a.Metadata}
		// A person may have edited it; what does not fit is left empty.
		s.Scene, _ = content.DecodeScene(a.Data) //nolint:errcheck // see above
		write(func(c column) string { return inert(c.value(s)) })
	}
	w.Flush()
	return b.Bytes()
}

// formulas are the characters that begin formulas, or may hide one, with their full-width forms.
const formulas = "=+-@＝＋－＠\t\r\n"

// inert returns text that no program for tables takes for a formula: with an apostrophe before
// what may begin one, also behind spaces.
func inert(cell string) string {
	ignored := func(r rune) bool {
		return unicode.IsSpace(r) && !strings.ContainsRune(formulas, r) || unicode.Is(unicode.Cf, r)
	}
	if first := strings.TrimLeftFunc(cell, ignored); first != "" && strings.ContainsRune(formulas, []rune(first)[0]) {
		return "'" + cell
	}
	return cell
}

// joined lists values in a cell. Each is inert by itself, for programs that divide cells at
// semicolons.
func joined(values []string) string {
	list := make([]string, len(values))
	for i, v := range values {
		list[i] = inert(v)
	}
	return strings.Join(list, "; ")
}

// speeches counts the speeches of a scene by name, in the order of the names' first ones.
func (s scene) speeches() []string {
	var names []string
	counts := map[string]int{}
	cue := "" // that has no words yet
	for _, e := range s.Elements {
		switch e.Type {
		case screenplay.Character.String():
			cue, _ = screenplay.CueName(e.Content)
		case screenplay.Dialogue.String(), screenplay.Parenthetical.String():
			if cue == "" {
				continue
			}
			if counts[cue]++; counts[cue] == 1 {
				names = append(names, cue)
			}
			cue = ""
		case screenplay.Note.String():
		default:
			cue = ""
		}
	}
	for i, name := range names {
		names[i] = fmt.Sprintf("%s %d", name, counts[name])
	}
	return slices.Clip(names)
}

func whole(n int) string { return strconv.Itoa(n) }

func optional(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
