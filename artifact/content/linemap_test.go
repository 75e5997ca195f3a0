package content_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/cineforge/cineforge/artifact/content"
)

// mapped returns the map of a text whose line i+1 comes from line source[i].
func mapped(source []int) content.LineMap {
	var m content.LineMap
	for i, line := range source {
		m = m.Add(content.LineRun{Start: i + 1, End: i + 1, SourceStart: line, SourceEnd: line})
	}
	return m
}

func TestLineMap_JoinsWhatRunsTogether(t *testing.T) {
	got := mapped([]int{1, 2, 3, 3, 4, 9, 10}).
		Add(content.LineRun{Start: 8, End: 9, SourceStart: 11, SourceEnd: 20, Whole: true}).
		Add(content.LineRun{Start: 10, End: 14, SourceStart: 11, SourceEnd: 20, Whole: true}).
		Add(content.LineRun{Start: 15, End: 15, SourceStart: 21, SourceEnd: 30, Whole: true})
	got = got.Add(content.LineRun{Start: 16, End: 17, SourceStart: 31, SourceEnd: 32}).
		Add(content.LineRun{Start: 18, End: 20, SourceStart: 31, SourceEnd: 32, Whole: true})
	want := content.LineMap{
		{Start: 1, End: 3, SourceStart: 1, SourceEnd: 3},
		{Start: 4, End: 5, SourceStart: 3, SourceEnd: 4}, // line 4 was put in behind source line 3
		{Start: 6, End: 7, SourceStart: 9, SourceEnd: 10},
		{Start: 8, End: 14, SourceStart: 11, SourceEnd: 20, Whole: true},
		{Start: 15, End: 15, SourceStart: 21, SourceEnd: 30, Whole: true},
		{Start: 16, End: 17, SourceStart: 31, SourceEnd: 32},
		{Start: 18, End: 20, SourceStart: 31, SourceEnd: 32, Whole: true},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestLineMap_AnswersAsItWasMade(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		source := rapid.SliceOf(rapid.IntRange(1, 50)).Draw(t, "source")
		m := mapped(source)
		for i, want := range source {
			if first, last := m.Source(i+1, i+1); first != want || last != want {
				t.Fatalf("line %d maps to %d-%d, want %d", i+1, first, last, want)
			}
		}
	})
}

func TestLineMap_Source(t *testing.T) {
	m := content.LineMap{
		{Start: 1, End: 4, SourceStart: 11, SourceEnd: 14},
		{Start: 5, End: 9, SourceStart: 20, SourceEnd: 30, Whole: true},
	}
	for _, test := range []struct{ start, end, first, last int }{
		{2, 3, 12, 13},
		{4, 5, 14, 30},
		{6, 7, 20, 30},
		{12, 13, 12, 13}, // unknown lines are their own
	} {
		if first, last := m.Source(test.start, test.end); first != test.first || last != test.last {
			t.Errorf("lines %d-%d come from %d-%d, want %d-%d", test.start, test.end, first, last, test.first, test.last)
		}
	}
}
