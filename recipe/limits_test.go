package recipe_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/cineforge/cineforge/recipe"
)

func TestErrors_ManyMistakesAreCutShort(t *testing.T) {
	for _, item := range []string{"nobody", "1"} {
		src := one + "    needs:\n" + strings.Repeat("      - "+item+"\n", 200)
		if item == "nobody" {
			for i := range 200 {
				src = strings.Replace(src, "nobody\n", fmt.Sprintf("nobody%d\n", i), 1)
			}
		}
		_, err := recipe.Parse("f.yaml", []byte(src))
		if list, _ := errors.AsType[recipe.Errors](err); len(list) != 20 || list[0].Line != 7 || list[19].Line != 26 {
			t.Errorf("%s: got %d mistakes, want the first 20: %v", item, len(list), err)
		}
	}
}

func TestErrors_ALongCycleIsCutShort(t *testing.T) {
	src := head + "stages:\n"
	for i := range 50 {
		src += fmt.Sprintf("  - {id: s%d, module: free, needs: [s%d]}\n", i, (i+1)%50)
	}
	_, err := recipe.Parse("f.yaml", []byte(src))
	if want := "s0 → s1 → s2 → s3 → s4 → s5 → s6 → s7 → s8 → s9 → … → s0;"; !strings.Contains(fmt.Sprint(err), want) {
		t.Errorf("got %v, want …%s…", err, want)
	}
}

func TestErrors_LongListsInHintsAreCutShort(t *testing.T) {
	src := head + "stages:\n"
	for i := range 20 {
		src += fmt.Sprintf("  - {id: s%d, module: free, after: [nobody]}\n", i)
	}
	_, err := recipe.Parse("f.yaml", []byte(src))
	if want := "the stages are s0, s1, s2, s3, s4, s5, s6, s7, s8, s9, s10, s11, …\n"; !strings.Contains(fmt.Sprint(err), want) {
		t.Errorf("got %v, want …%s…", err, want)
	}
}

func TestLimits(t *testing.T) {
	fill := func(n int, format string) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, format, i)
		}
		return b.String()
	}
	const mib = 1 << 20
	bomb := one + "project:\n  a: &a [x,x,x,x,x,x,x,x,x]\n"
	for c := 'b'; c <= 'i'; c++ {
		bomb += fmt.Sprintf("  %c: &%c [%s]\n", c, c, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*%c,", c-1), 9), ","))
	}
	stairs := ""
	for i := range 200 {
		stairs += strings.Repeat(" ", i+1) + "k:\n"
	}
	for _, test := range []struct {
		name, src, want string // want is "" for what is still allowed
	}{
		{"1 MiB", one + "#" + strings.Repeat("x", mib-len(one)-1), ""},
		{"over 1 MiB", one + "#" + strings.Repeat("x", mib-len(one)), "larger than the 1048576 bytes"},
		{"alias bomb", bomb, "7:6: anchors (&), aliases (*)"},
		{"256 stages", head + "stages:\n" + fill(256, "  - {id: s%d, module: free}\n"), ""},
		{"257 stages", head + "stages:\n" + fill(257, "  - {id: s%d, module: free}\n"), "260:5: stages lists 257 things"},
		{"257 needs", one + "    needs: [" + fill(257, "s%d,") + "]\n", "needs lists 257 things"},
		{"33 models", one + "resilience: {stage_fallback_models: {a: [" + fill(33, "gpt-%d,") + "]}}\n", "a list of 1 to 32 models"},
		{"100,000 tokens", one + strings.Repeat("#\n", 100_000-15), ""},
		{"100,001 tokens", one + strings.Repeat("#\n", 100_000-14), "99991:1: the file has more than 100000 words and signs"},
		{"5000 keys", one + "project:\n" + fill(4994, "  k%d: v\n"), ""},
		{"5001 keys", one + "project:\n" + fill(4995, "  k%d: v\n"), "5001:8: the file has more than 5000 keys"},
		{"long key", one + "project:\n  " + strings.Repeat("k", 100) + ": v\n", ""},
		{"longer key", one + "project:\n  " + strings.Repeat("k", 101) + ": v\n", "longer than 100 bytes"},
		{"100 blank lines", one + strings.Repeat(" \r\n", 100) + "name: x\n", ""},
		{"101 blank lines", one + "name: |\n" + strings.Repeat("\n", 101), "108:1: here are more than 100 blank lines"},
		{"1000 tabs", one + "#" + strings.Repeat("\t", 1000) + "\n", ""},
		{"1001 tabs", one + "#" + strings.Repeat("\t", 1001) + "\n", "6:1003: the file has more than 1000 tabs"},
		{"deep", one + "project: {x: " + strings.Repeat("[", 30) + strings.Repeat("]", 30) + "}\n", ""},
		{"deeper", one + "project: {x: " + strings.Repeat("[", 31) + strings.Repeat("]", 31) + "}\n", "nested too deeply"},
		{"deep brackets", one + "project: " + strings.Repeat("[", 50_000) + "\n", "nested too deeply"},
		{"deep dashes", one + "project:\n  " + strings.Repeat("- ", 40_000) + "\n", "nested too deeply"},
		{"deep indentation", one + "project:\n" + stairs, "the key is indented too far"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := recipe.Parse("f.yaml", []byte(test.src))
			if test.want == "" && err != nil {
				t.Errorf("refused: %v", err)
			}
			if test.want != "" && !strings.Contains(fmt.Sprint(err), test.want) {
				t.Errorf("got error %.200v, want …%s…", err, test.want)
			}
		})
	}
}

func TestParse_NotText(t *testing.T) {
	_, err := recipe.Parse("dir/f.yaml", []byte("a: b\nname: é\xff\n"))
	checkMistakes(t, err, []string{"2:8"}, []string{"byte 0xff is not text; save the file as UTF-8 text"})
}

func TestErrors_AreShortLines(t *testing.T) {
	long := strings.Repeat("ü", 5000)
	_, err := recipe.Parse("f.yaml", []byte(one+"name: x\nproject: "+long+"\n"))
	if line := fmt.Sprint(err); len(line) > 400 || !strings.Contains(line, "üü…") {
		t.Errorf("got a line of %d bytes: %.300s", len(line), line)
	}
}
