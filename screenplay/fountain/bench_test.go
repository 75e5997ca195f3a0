package fountain_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/cineforge/cineforge/screenplay/fountain"
)

// syntheticScript makes a script of at least size bytes with the mix of elements
// that a feature has. It is the same each time.
func syntheticScript(size int) string {
	r := rand.New(rand.NewPCG(1, 2))
	pick := func(words string) string {
		all := strings.Fields(words)
		return all[r.IntN(len(all))]
	}
	sentence := func(n int) string {
		var words []string
		for range n {
			words = append(words, pick("the a door lamp rain window slowly turns looks waits over under and then she he they street "+
				"coffee letter nobody again quiet runs stops *never* opens old grey morning hand voice table"))
		}
		return strings.ToUpper(words[0][:1]) + strings.Join(words, " ")[1:] + pick(". . ! ? ...")
	}
	var b strings.Builder
	b.WriteString("Title:\n\t_**THE LAMP**_\nCredit: Written by\nAuthor: A. Machine\nDraft date: 1/1/2026\n\n# ACT ONE\n\n")
	for scene := 1; b.Len() < size; scene++ {
		fmt.Fprintf(&b, "%s %s %s - %s #%d#\n\n", pick("INT. INT. EXT. EXT. INT./EXT."), pick("OLD SMALL NEW"),
			pick("HOUSE KITCHEN STREET OFFICE STATION CAFÉ BRIDGE"), pick("DAY NIGHT DAY NIGHT DAWN LATER"), scene)
		for range 3 + r.IntN(8) {
			switch r.IntN(10) {
			case 0, 1, 2:
				fmt.Fprintf(&b, "%s %s\n\n", sentence(6+r.IntN(12)), sentence(5+r.IntN(20)))
			case 3:
				fmt.Fprintf(&b, "%s\n%s [[%s]]\n\n", sentence(8), sentence(6), sentence(4))
			default:
				b.WriteString(pick("ANNA BRUNO CLARA DMITRI ÉLODIE"))
				if r.IntN(5) == 0 {
					b.WriteString(" " + pick("(V.O.) (O.S.) (CONT'D)"))
				}
				b.WriteString("\n")
				if r.IntN(4) == 0 {
					b.WriteString("(quietly)\n")
				}
				fmt.Fprintf(&b, "%s\n\n", sentence(3+r.IntN(25)))
			}
		}
		if r.IntN(4) == 0 {
			b.WriteString("CUT TO:\n\n")
		}
	}
	return b.String()
}

// TestWriteSyntheticScript writes the script that other parsers are measured with,
// when it is told where and how large (in bytes); see bench/peers.
func TestWriteSyntheticScript(t *testing.T) {
	path := os.Getenv("CINEFORGE_BENCH_SCRIPT")
	if path == "" {
		t.Skip("nothing to write: CINEFORGE_BENCH_SCRIPT names no file")
	}
	size, err := strconv.Atoi(os.Getenv("CINEFORGE_BENCH_BYTES"))
	if err != nil {
		t.Fatalf("CINEFORGE_BENCH_BYTES: %v", err)
	}
	if err := os.WriteFile(path, []byte(syntheticScript(size)), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestSyntheticScriptIsTypical keeps the benchmarks honest: what they measure holds
// the elements of a script, and reads without doubts.
func TestSyntheticScriptIsTypical(t *testing.T) {
	text := syntheticScript(120_000)
	script := fountain.Decode(text)
	scenes := script.Scenes()
	cues := 0
	for _, m := range script.Cast() {
		cues += m.DialogueBlocks
	}
	if len(scenes) < 50 || cues < 3*len(scenes) || len(script.Warnings) > 0 || script.TitlePage()[0].Value != "_**THE LAMP**_" {
		t.Errorf("%d scenes, %d cues, warnings %v", len(scenes), cues, script.Warnings)
	}
	checkText(t, text)
}

var benchSizes = []struct {
	name  string
	bytes int
}{{"100kB", 100_000}, {"1MB", 1_000_000}, {"10MB", 10_000_000}}

func BenchmarkDecode(b *testing.B) {
	for _, size := range benchSizes {
		text := syntheticScript(size.bytes)
		b.Run(size.name, func(b *testing.B) { decode(b, text) })
	}
	text := strings.ReplaceAll(syntheticScript(1_000_000), "\n", "\r\n")
	b.Run("1MB-CRLF", func(b *testing.B) { decode(b, text) })
	if path := os.Getenv("CINEFORGE_BENCH_FILE"); path != "" {
		data, err := os.ReadFile(path)
		if err != nil {
			b.Fatal(err)
		}
		b.Run("file", func(b *testing.B) {
			decode(b, string(data))
			b.ReportMetric(float64(len(fountain.Decode(string(data)).Scenes())), "scenes")
		})
	}
}

func decode(b *testing.B, text string) {
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		fountain.Decode(text)
	}
}

func BenchmarkEncode(b *testing.B) {
	for _, size := range benchSizes {
		b.Run(size.name, func(b *testing.B) {
			text := syntheticScript(size.bytes)
			script := fountain.Decode(text)
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				fountain.Encode(script)
			}
		})
	}
}

func BenchmarkScenes(b *testing.B) {
	for _, size := range benchSizes {
		b.Run(size.name, func(b *testing.B) {
			text := syntheticScript(size.bytes)
			script := fountain.Decode(text)
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				script.Scenes()
			}
		})
	}
}

// BenchmarkAdversarial shows that no text costs more than its length: at each
// size the MB/s of a shape are about the same.
func BenchmarkAdversarial(b *testing.B) {
	for _, shape := range []struct{ name, head, unit, tail string }{
		{name: "notes-open", unit: "[["},
		{name: "notes-open-lines", unit: "[[\n"},
		{name: "notes-closed-beyond-a-blank-line", unit: "[[a\n\n]]\n"},
		{name: "boneyards-open", unit: "/*"},
		{name: "boneyards-nested", unit: "/* /* */"},
		{name: "boneyards-deep", head: "/*", unit: "/*", tail: "*/"},
		{name: "boneyards-and-notes", unit: "[[/*]]*/"},
		{name: "boneyards-closed-only", unit: "*/"},
		{name: "stars", unit: "*"},
		{name: "stars-open", unit: " *a"},
		{name: "marks-alternating", unit: "*_"},
		{name: "parentheses", unit: "("},
		{name: "cue-of-open-parentheses", head: "JOHN ", unit: "(", tail: "\nHello."},
		{name: "cue-of-closed-parentheses", head: "JOHN ", unit: "()", tail: "\nHello."},
		{name: "cue-of-nested-parentheses", head: "JOHN (", unit: ")", tail: "\nHello."},
		{name: "heading-of-dashes", head: "INT. A", unit: " - DAY"},
		{name: "heading-of-hashes", head: "INT. A", unit: " #1#"},
		{name: "headings", unit: "INT. A\n\n"},
		{name: "one-word", unit: "x"},
		{name: "blank-lines", unit: "\n"},
		{name: "two-space-lines", unit: "  \n"},
		{name: "pauses", unit: "JOHN\nx\n  \n  \n"},
		{name: "one-long-pause", head: "JOHN\nx\n", unit: "  \n", tail: "x"},
		{name: "cues-before-notes", unit: "JOHN\n[[x]]\n[[y]]\n"},
		{name: "headings-before-boneyards", unit: "INT. A\n/*x*/\n/*y*/\n"},
		{name: "cue-before-many-notes", head: "JOHN\n", unit: "[[x]]\n", tail: "Hello."},
		{name: "carriage-returns", unit: "\r"},
		{name: "lyrics", unit: "~x\n"},
		{name: "hashes", unit: "#"},
		{name: "carets", unit: "A^"},
		{name: "keys", unit: "Key: v\n"},
		{name: "values", head: "Title:\n", unit: "\tv\n"},
	} {
		for _, size := range []int{100_000, 1_000_000} {
			text := shape.head + strings.Repeat(shape.unit, size/len(shape.unit)) + shape.tail
			b.Run(fmt.Sprintf("%s/%dkB", shape.name, size/1000), func(b *testing.B) {
				b.SetBytes(int64(len(text)))
				for b.Loop() {
					script := fountain.Decode(text)
					fountain.Encode(script)
					script.Scenes()
					script.Cast()
				}
			})
		}
	}
}
