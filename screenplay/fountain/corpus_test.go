package fountain_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/cineforge/cineforge/screenplay"
	"github.com/cineforge/cineforge/screenplay/fountain"
)

// corpusDir returns the folder of screenplays beside the checkout, and skips the test without it.
func corpusDir(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		if dir == filepath.Dir(dir) {
			t.Fatal("no go.mod above the test")
		}
		dir = filepath.Dir(dir)
	}
	corpus := filepath.Join(dir, "..", "shared", "corpus")
	if _, err := os.Stat(corpus); err != nil {
		t.Skipf("NOT TESTED: what independent parsers agree on; there is no %s", corpus)
	}
	return corpus
}

// conformanceDeviations are the cases of Jouvence's suite whose expectation is not the syntax's.
var conformanceDeviations = map[string]string{
	"jouvence/centered/3": "a line of spaces is a blank line, not a part of the centered line above it",
	"jouvence/lyrics/2":   "each line that starts with ~ is lyrics, whatever stands below: Lyrics are always forced",
}

func TestDecode_Conformance(t *testing.T) {
	file, err := os.Open(filepath.Join(corpusDir(t), "fountain-cases.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	count := 0
	for scan := bufio.NewScanner(file); scan.Scan(); count++ {
		var c struct {
			ID, Input string
			Title     map[string]string
			Expected  []string `json:"expected_raw"`
		}
		if err := json.Unmarshal(scan.Bytes(), &c); err != nil {
			t.Fatal(err)
		}
		t.Run(c.ID, func(t *testing.T) {
			script := fountain.Decode(c.Input)
			diff := cmp.Diff(c.Expected, jouvence(script))
			if c.Title != nil {
				diff += cmp.Diff(c.Title, titleMap(script))
			}
			switch why, deviates := conformanceDeviations[c.ID]; {
			case deviates && diff == "":
				t.Error("listed as a deviation, but it is none")
			case deviates:
				t.Logf("differs because %s", why)
			case diff != "":
				t.Errorf("%q (-want +got):\n%s", c.Input, diff)
			}
			checkText(t, c.Input)
		})
	}
	if count != 46 {
		t.Errorf("%d cases, want 46", count)
	}
}

func titleMap(s screenplay.Script) map[string]string {
	fields := map[string]string{}
	for _, f := range s.TitlePage() {
		fields[f.Key] = f.Value
	}
	return fields
}

var jouvencePrefixes = map[screenplay.Kind]string{
	screenplay.Action: "!", screenplay.SceneHeading: ".", screenplay.Character: "@", screenplay.Dialogue: "=",
	screenplay.Parenthetical: "_", screenplay.Lyrics: "~", screenplay.Transition: ">", screenplay.Centered: "!><",
	screenplay.PageBreak: "<pagebreak>", screenplay.Section: "#", screenplay.Synopsis: "+",
}

// jouvence writes a script in the codes of Jouvence's suite. Its action holds
// blank lines: paragraphs are one element, and so is what blank lines there are
// besides the one that an element needs before it. Boneyards are absent.
func jouvence(s screenplay.Script) []string {
	codes := []string{}
	blanks := 0
	inAction := false
	// spare hands n blank lines to the action before, or to one of their own.
	spare := func(n int) {
		switch {
		case n <= 0:
		case inAction:
			codes[len(codes)-1] += strings.Repeat("\n", n)
		default:
			codes = append(codes, "!"+strings.Repeat("\n", n-1))
		}
	}
	for _, e := range s.Elements {
		switch e.Kind {
		case screenplay.TitlePage, screenplay.Boneyard, screenplay.Note:
			continue
		case screenplay.Blank:
			blanks += e.Span.End - e.Span.Start + 1
			continue
		case screenplay.Action:
			text := strings.Repeat("\n", blanks) + e.Printed()
			if inAction {
				codes[len(codes)-1] += "\n" + text
			} else {
				codes = append(codes, "!"+text)
			}
			inAction = true
		default:
			spare(blanks - 1)
			codes = append(codes, jouvencePrefixes[e.Kind]+e.Printed())
			inAction = false
		}
		blanks = 0
	}
	spare(blanks)
	return codes
}

// truthDeviations are the files and members in which independent parsers agree on
// something that is not the syntax's.
var truthDeviations = map[string]string{
	"gen_es_la_zorra.fountain title_page": "Título is a key that no parser knows, but unknown keys are kept as metadata",
}

// TestDecode_Truth compares with what a plurality of seven independent parsers found.
func TestDecode_Truth(t *testing.T) {
	corpus := corpusDir(t)
	files, err := filepath.Glob(filepath.Join(corpus, "scripts", "*.fountain"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no scripts in %s: %v", corpus, err)
	}
	tested := 0
	for _, path := range files {
		name := filepath.Base(path)
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if !utf8.Valid(data) || bytes.IndexByte(data, 0) >= 0 {
			t.Logf("%s is not UTF-8: of package document", name)
			continue
		}
		tested++
		t.Run(name, func(t *testing.T) {
			compareTruth(t, name, filepath.Join(corpus, "truth", name+".json"), fountain.Decode(string(data)))
			checkText(t, string(data))
		})
	}
	if tested < 13 {
		t.Errorf("compared %d scripts, want at least 13", tested)
	}
}

func compareTruth(t *testing.T, name, path string, script screenplay.Script) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var truth struct {
		Headings, Characters []string
		DialogueBlocks       int               `json:"dialogue_blocks"`
		TitlePage            map[string]string `json:"title_page"`
	}
	if err := json.Unmarshal(data, &truth); err != nil {
		t.Fatal(err)
	}
	headings := []string{}
	characters := []string{}
	blocks := 0
	for _, s := range script.Scenes() {
		headings = append(headings, s.Heading)
	}
	for _, m := range script.Cast() {
		characters = append(characters, m.Name)
		blocks += m.DialogueBlocks
	}
	slices.Sort(characters)
	title := titleMap(script)
	if truth.TitlePage == nil {
		truth.TitlePage = map[string]string{}
	}
	for member, diff := range map[string]string{
		"headings":        cmp.Diff(truth.Headings, headings),
		"characters":      cmp.Diff(truth.Characters, characters),
		"dialogue_blocks": cmp.Diff(truth.DialogueBlocks, blocks),
		"title_page":      cmp.Diff(truth.TitlePage, title),
	} {
		switch why, deviates := truthDeviations[name+" "+member]; {
		case deviates && diff == "":
			t.Errorf("%s: listed as a deviation, but it is none", member)
		case deviates:
			t.Logf("%s differs because %s", member, why)
		case diff != "":
			t.Errorf("%s (-want +got):\n%s", member, diff)
		}
	}
}
