package yamlnode_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cineforge/cineforge/internal/yamlnode"
)

func small() yamlnode.Form {
	return yamlnode.Form{MaxBytes: 400, MaxTokens: 60, MaxKeys: 6, MaxKeyLength: 20, MaxDepth: 3, MaxIndent: 20, MaxBlank: 3, MaxTabs: 2,
		Placeholders: true}
}

func TestForm_ReadKnowsWhereValuesStand(t *testing.T) {
	source := "a: 1\nb:\n  - x\n  - \"1e3\"\nc: {d: -2.5, e: true}\nf:\n"
	root := small().Read([]byte("\ufeff"+source), func(m yamlnode.Mistake) { t.Errorf("%+v", m) })
	if diff := cmp.Diff(map[string]any{
		"a": uint64(1), "b": []any{"x", "1e3"}, "c": map[string]any{"d": -2.5, "e": true}, "f": nil,
	}, root.Data()); diff != "" {
		t.Error(diff)
	}
	items := root.Get("b").Items()
	if len(items) != 2 || items[1].Position != (yamlnode.Position{Line: 4, Column: 5}) || items[1].Plain || !items[0].Plain {
		t.Errorf("%+v", items)
	}
	if at := root.Get("f").Position; at.Line != 6 || at.Column != 1 {
		t.Errorf("nothing stands at %+v, want at its key", at)
	}
	if n := root.Get("z"); n != nil || n.Get("a") != nil || len(n.Items())+len(n.Pairs()) != 0 {
		t.Errorf("%+v where no key is", n)
	}
}

func TestForm_ReadReportsWhatIsWrong(t *testing.T) {
	for source, want := range map[string]struct {
		kind         yamlnode.Kind
		line, column int
	}{
		strings.Repeat("a", 500):                   {yamlnode.TooLarge, 0, 0},
		"a: \x00":                                  {yamlnode.NotText, 1, 4},
		"a: 1\n\n\n\n\nb: 2":                       {yamlnode.TooManyBlanks, 6, 1},
		"a: '\t\t\t'":                              {yamlnode.TooManyTabs, 1, 8},
		"[" + strings.Repeat("a,", 40) + "]":       {yamlnode.TooManyTokens, 1, 61},
		"a: 1\nb: 1\nc: 1\nd: 1\ne: 1\nf: 1\ng: 1": {yamlnode.TooManyKeys, 7, 2},
		strings.Repeat("k", 30) + ": 1":            {yamlnode.KeyTooLong, 1, 31},
		"a:\n" + strings.Repeat(" ", 30) + "b: 1":  {yamlnode.KeyTooFar, 2, 32},
		"a:\n" + strings.Repeat(" ", 30) + "- 1":   {yamlnode.ItemTooFar, 2, 31},
		"a: [[[[1]]]]":                             {yamlnode.BracketsTooDeep, 1, 7},
		"a: [[${b}]]":                              {yamlnode.OpenPlaceholder, 1, 6},
		"a: &b 1":                                  {yamlnode.Reference, 1, 4},
		"a: !b 1":                                  {yamlnode.Markup, 1, 4},
		"a: 1\n---\nb: 2":                          {yamlnode.SecondDocument, 2, 1},
		"a: [1":                                    {yamlnode.Syntax, 1, 4},
		"# nothing":                                {yamlnode.Empty, 1, 1},
		"a:\n b:\n  c:\n   d: 1":                   {yamlnode.TooDeep, 4, 5},
		"a: .inf":                                  {yamlnode.OddValue, 1, 4},
		"~: 1":                                     {yamlnode.OddKey, 1, 1},
		"a: 1\na: 2":                               {yamlnode.DuplicateKey, 2, 1},
	} {
		var got []yamlnode.Mistake
		root := small().Read([]byte(source), func(m yamlnode.Mistake) { got = append(got, m) })
		if len(got) != 1 || got[0].Kind != want.kind || got[0].Line != want.line || got[0].Column != want.column {
			t.Errorf("%.40q: %+v, want %+v", source, got, want)
		}
		if (root != nil) != (want.kind == yamlnode.DuplicateKey) {
			t.Errorf("%.40q: read as %+v", source, root)
		}
	}
}

func ExampleForm_Read() {
	form := yamlnode.Form{MaxBytes: 1 << 10, MaxTokens: 100, MaxKeys: 10, MaxKeyLength: 20, MaxDepth: 4, MaxIndent: 20, MaxBlank: 2,
		MaxTabs: 2}
	root := form.Read([]byte("title: Rain\nscenes: 12\n"), func(m yamlnode.Mistake) { fmt.Println(m) })
	for _, p := range root.Pairs() {
		fmt.Println(p.Line, p.Key, p.Value.Value)
	}
	// Output:
	// 1 title Rain
	// 2 scenes 12
}
