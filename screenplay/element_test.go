package screenplay_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/cineforge/cineforge/screenplay"
)

func TestPrinted(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"nothing hidden", "He *waits*. ", "He *waits*. "},
		{"note inline", "He[[ (really?)]] waits.", "He waits."},
		{"note between spaces", "He [[really?]] waits.", "He waits."},
		{"note at the end", "INT. HOUSE [[which?]]", "INT. HOUSE"},
		{"note at the start", "[[which?]] INT. HOUSE", "INT. HOUSE"},
		{"a line of its own", "One.\n[[x]]\nTwo.", "One.\nTwo."},
		{"at the end of a line", "One. [[x]]\nTwo.", "One. \nTwo."},
		{"over lines", "One. [[x\ny]] Two.", "One. Two."},
		{"boneyard", "One.\n/*\n\nx\n*/\nTwo.", "One.\nTwo."},
		{"two", "[[a]] /* b */ c [[d]]", "c"},
		{"all of it", "[[a]]\n[[b]]", ""},
		{"left open", "a [[b", "a [[b"},
		{"indent stays", "  a [[b]]\n  c", "  a \n  c"},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := screenplay.Element{Kind: screenplay.Action, Text: c.text}
			if got := e.Printed(); got != c.want {
				t.Errorf("Printed of %q = %q, want %q", c.text, got, c.want)
			}
		})
	}
	for _, kind := range []screenplay.Kind{screenplay.Note, screenplay.Boneyard} {
		if got := (screenplay.Element{Kind: kind, Text: "no brackets"}).Printed(); got != "" {
			t.Errorf("a %v is printed as %q", kind, got)
		}
	}
}

func TestPlain(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"none", "He waits.", "He waits."},
		{"italic", "He *waits*.", "He waits."},
		{"bold", "He **waits**.", "He waits."},
		{"both", "He ***waits***.", "He waits."},
		{"underlined", "_He waits._", "He waits."},
		{"nested", "_He **really *waits***._", "He really waits."},
		{"crossed", "_**under and bold_**", "under and bold"},
		{"next to each other", "*One**two*", "Onetwo"},
		{"no space behind what opens", "He dialed * 69*", "He dialed * 69*"},
		{"no space before what closes", "He dialed *69 and then *23, and hung up.", "He dialed *69 and then *23, and hung up."},
		{"a pair by the letter", "He dialed *69 and then 23*.", "He dialed 69 and then 23."},
		{"escaped", `He dialed \*69 and then \_23\_.`, "He dialed *69 and then _23_."},
		{"an escape can't close", `*a\*`, "*a*"},
		{"other backslashes stay", `C:\dir \\ \n`, `C:\dir \\ \n`},
		{"not over lines", "*one\ntwo* three", "*one\ntwo* three"},
		{"each line", "*one*\n_two_", "one\ntwo"},
		{"alone", "* ** *** _ __", "* ** *** _ __"},
		{"stars of a multiplication", "2 * 3 * 4", "2 * 3 * 4"},
		{"more open than closed", "**a*", "*a"},
		{"more closed than open", "*a**", "a*"},
		{"notes and boneyards go", "*One* [[*two*]] /* three */ four", "One four"},
		{"marks around a note", "*one [[x]]*", "*one *"},
		{"accents", "*Ángela*", "Ángela"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := screenplay.Plain(c.text); got != c.want {
				t.Errorf("Plain(%q) = %q, want %q", c.text, got, c.want)
			}
		})
	}
}

func TestRemarks(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       []string // marked with their kind
	}{
		{"none", "a [b] / * c", nil},
		{"note", "a [[b]] c", []string{"note [[b]]"}},
		{"boneyard", "a /*b*/ c", []string{"boneyard /*b*/"}},
		{"several", "[[a]]/*b*/[[c]]", []string{"note [[a]]", "boneyard /*b*/", "note [[c]]"}},
		{"note over lines", "[[a\nb]]", []string{"note [[a\nb]]"}},
		{"note over a blank line", "[[a\n\nb]]", nil},
		{"note over a line of spaces", "[[a\n   \nb]]", nil},
		{"note over a line of two spaces", "[[a\n  \nb]]", []string{"note [[a\n  \nb]]"}},
		{"the next note is found", "[[a\n\n[[b]]", []string{"note [[b]]"}},
		{"brackets in a note", "[[see [3]]] x", []string{"note [[see [3]]]"}},
		{"three brackets", "[[[a]]]", []string{"note [[[a]]]"}},
		{"boneyard over blank lines", "/*a\n\nb*/", []string{"boneyard /*a\n\nb*/"}},
		{"nested", "/*a/*b*/c*/d*/", []string{"boneyard /*a/*b*/c*/"}},
		{"nested, left open", "/*a/*b*/c", []string{"boneyard /*a/*b*/"}},
		{"nested twice, left open", "/*a/*b/*c*/d*/e", []string{"boneyard /*a/*b/*c*/"}},
		{"left open, then one", "/*a*/ /*b", []string{"boneyard /*a*/"}},
		{"overlapping marks", "/*/ a */", []string{"boneyard /*/ a */"}},
		{"closed only", "a*/ ]]", nil},
		{"a boneyard hides what opens a note", "/*[[*/ ]]", []string{"boneyard /*[[*/"}},
		{"a boneyard hides what closes a note", "[[a/*]]*/b]]", []string{"note [[a/*]]*/b]]"}},
		{"a note closed in a boneyard only", "[[a/*]]*/b", []string{"boneyard /*]]*/"}},
		{"a note holds a boneyard", "[[a/*b*/c]] /*d*/", []string{"note [[a/*b*/c]]", "boneyard /*d*/"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			for _, r := range screenplay.Remarks(c.text) {
				got = append(got, r.Kind.String()+" "+c.text[r.Start:r.End])
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("Remarks(%q) (-want +got):\n%s", c.text, diff)
			}
		})
	}
}

// TestRemarks_HoldTogether checks what the readers of a format rely on.
func TestRemarks_HoldTogether(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOf(rapid.SampledFrom(
			[]string{"[[", "]]", "[", "]", "/*", "*/", "*", "/", "\n", "\n\n", "\n  \n", " ", "a"})).Draw(t, "text"), "")
		end := 0
		for _, r := range screenplay.Remarks(text) {
			if r.Start < end || r.End > len(text) || r.End < r.Start+4 {
				t.Fatalf("%q: %+v after %d", text, r, end)
			}
			end = r.End
			open := "[["
			closed := "]]"
			if r.Kind == screenplay.Boneyard {
				open = "/*"
				closed = "*/"
			}
			if inner := text[r.Start:r.End]; !strings.HasPrefix(inner, open) || !strings.HasSuffix(inner, closed) {
				t.Fatalf("%q: a %v is %q", text, r.Kind, inner)
			}
			if alone := screenplay.Remarks(text[r.Start:r.End]); len(alone) != 1 || alone[0].End != r.End-r.Start {
				t.Fatalf("%q: %q alone is %+v", text, text[r.Start:r.End], alone)
			}
		}
	})
}

func FuzzPlain(f *testing.F) {
	for _, s := range []string{"", "*a*", "**a*", `\*`, "[[a]]", "/*/**/", "_a_\n_", "***", "\xff*\xff*"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		plain := screenplay.Plain(text)
		if len(plain) > len(text) {
			t.Errorf("Plain(%q) = %q is longer", text, plain)
		}
	})
}

func TestFieldKey(t *testing.T) {
	for key, want := range map[string]string{"Title": "title", "Draft date": "draft_date",
		" Draft  Date ": "draft_date", "ÁREA": "área", "": ""} {
		if got := screenplay.FieldKey(key); got != want {
			t.Errorf("FieldKey(%q) = %q, want %q", key, got, want)
		}
	}
}
