package document_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cineforge/cineforge/screenplay/document"
)

func ExampleSummary() {
	d, err := document.Reader{}.Read(context.Background(), "rain.fountain", []byte("INT. HOUSE - DAY\n\nBOB\nIt rains.\n"))
	if err != nil {
		fmt.Println(err)
		return
	}
	out, err := json.MarshalIndent(document.Summary(d).Scenes, "", " ")
	fmt.Println(string(out), err)
	// Output:
	// [
	//  {
	//   "number": null,
	//   "heading": "INT. HOUSE - DAY",
	//   "int_ext": "INT",
	//   "location": "HOUSE",
	//   "time_of_day": "DAY",
	//   "characters": [
	//    "BOB"
	//   ],
	//   "dialogue_blocks": 1,
	//   "start_line": 1,
	//   "end_line": 4,
	//   "page_eighths": 1,
	//   "implied": false
	//  }
	// ] <nil>
}

func asJSON(t *testing.T, d document.Document) string {
	t.Helper()
	out, err := json.MarshalIndent(document.Summary(d), "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

func TestSummary(t *testing.T) {
	text := "Title:\n    _**The**_\n    Rain\nDraft date: today\n\nint. house\n\nBob waits.\n\nBOB (V.O.)\nIt rains.\n\n" +
		"EXT. GARDEN - NIGHT #2A#\n\nANN\nNo.\n\nBOB\nYes.\n\nBAR - NIGHT\n\nRain.\n"
	want := `{
 "format": "fountain",
 "encoding": "utf-8",
 "title": "The Rain",
 "title_page": {
  "draft_date": "today",
  "title": "_**The**_\nRain"
 },
 "scenes": [
  {
   "number": null,
   "heading": "INT. HOUSE",
   "int_ext": "INT",
   "location": "HOUSE",
   "time_of_day": null,
   "characters": [
    "BOB"
   ],
   "dialogue_blocks": 1,
   "start_line": 6,
   "end_line": 12,
   "page_eighths": 2,
   "implied": false
  },
  {
   "number": "2A",
   "heading": "EXT. GARDEN - NIGHT",
   "int_ext": "EXT",
   "location": "GARDEN",
   "time_of_day": "NIGHT",
   "characters": [
    "ANN",
    "BOB"
   ],
   "dialogue_blocks": 2,
   "start_line": 13,
   "end_line": 20,
   "page_eighths": 2,
   "implied": false
  },
  {
   "number": null,
   "heading": "BAR - NIGHT",
   "int_ext": null,
   "location": "BAR",
   "time_of_day": "NIGHT",
   "characters": [],
   "dialogue_blocks": 0,
   "start_line": 21,
   "end_line": 23,
   "page_eighths": 1,
   "implied": true
  }
 ],
 "characters": [
  {
   "name": "BOB",
   "dialogue_blocks": 2,
   "scenes": 2
  },
  {
   "name": "ANN",
   "dialogue_blocks": 1,
   "scenes": 1
  }
 ],
 "locations": [
  "HOUSE",
  "GARDEN",
  "BAR"
 ],
 "pages": 0.41,
 "minutes": 0.41,
 "warnings": [
  {
   "line": 21,
   "message": "taken as a scene heading although it does not begin with INT. or EXT."
  }
 ]
}`
	// 22 lines of 54: headings 3 x (2 above + 1), action 2 x (1 + 1), speeches 3 x (1 + 1 + 1).
	if diff := cmp.Diff(want, asJSON(t, read(t, "a.fountain", text))); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestSummary_OfProse(t *testing.T) {
	got := asJSON(t, read(t, "a.txt", "TODAY\nit rained.\n\n"+inProse))
	for _, part := range []string{`"title": ""`, `"title_page": {}`, `"scenes": []`, `"characters": []`,
		`"locations": []`, "looks like prose"} {
		if !strings.Contains(got, part) {
			t.Errorf("no %s in\n%s", part, got)
		}
	}
}

// TestLikenesses wants a warning for each pair of names, and for no other.
func TestLikenesses(t *testing.T) {
	for name, test := range map[string]struct {
		cast, locations []string
		want            []string // parts of the warnings, by line
	}{
		"a letter more":    {cast: []string{"JANE", "JANET", "BOB"}, want: []string{"the characters JANE (line 1) and JANET are nearly alike"}},
		"another letter":   {cast: []string{"MARIE STONE", "MARIA STONE"}, want: []string{"MARIE STONE (line 1) and MARIA STONE"}},
		"letters swapped":  {cast: []string{"FRIEDA", "FREIDA"}, want: []string{"FRIEDA (line 1) and FREIDA"}},
		"a letter less":    {cast: []string{"ÁNGELA", "ÁGELA"}, want: []string{"ÁNGELA (line 1) and ÁGELA"}},
		"three":            {cast: []string{"ANNA", "ANNE", "HANNA"}, want: []string{"ANNA (line 1) and ANNE", "ANNA (line 1) and HANNA"}},
		"numbers":          {cast: []string{"GUARD 1", "GUARD 2", "GUARD 12", "GUARD #3"}},
		"letters as names": {cast: []string{"COP A", "COP B"}},
		"plural":           {cast: []string{"TWIN", "TWINS", "WOMAN", "WOMEN"}},
		"titles":           {cast: []string{"MR. STONE", "MRS. STONE", "MS. STONE"}},
		"marks":            {cast: []string{"MR. O'NEIL", "MR ONEIL"}, want: []string{"MR. O'NEIL (line 1) and MR ONEIL"}},
		"short":            {cast: []string{"ANN", "DAN", "JAN", "JO", "JOE"}},
		"far":              {cast: []string{"JANE", "JOHN", "JANETTE"}},
		"voice": {cast: []string{"BOB'S VOICE", "BOB", "VOICE OF ANN", "ANN", "JAMES’ VOICE", "JAMES"},
			want: []string{"BOB'S VOICE is counted as a character beside BOB; write BOB (V.O.)", "VOICE OF ANN is counted",
				"JAMES’ VOICE is counted"}},
		"voice of nobody": {cast: []string{"MAN'S VOICE", "THE VOICE"}},
		"places": {locations: []string{"BOB'S HOUSE", "BOBS HOUSE", "KITCHEN", "KITCHENS"},
			want: []string{"the locations BOB'S HOUSE (line 1) and BOBS HOUSE are nearly alike"}},
		"places, articles": {locations: []string{"THE HOUSE / HALL", "HOUSE, HALL"}, want: []string{"THE HOUSE / HALL (line 1) and HOUSE, HALL"}},
		"places, misspelt": {locations: []string{"RESTAURANT", "RESTURANT", "ROOM 12", "ROOM 13", "BAR", "CAR"},
			want: []string{"RESTAURANT (line 1) and RESTURANT"}},
	} {
		t.Run(name, func(t *testing.T) {
			var b strings.Builder
			for _, c := range test.cast {
				b.WriteString(c + "\nIt rains.\n\n")
			}
			b.WriteString("CUT TO:\n\n")
			if len(test.locations) > 0 {
				b.Reset()
			}
			for _, l := range test.locations {
				b.WriteString("INT. " + l + " - DAY\n\nRain.\n\n")
			}
			var got []string
			for _, w := range read(t, "a.fountain", b.String()).Warnings {
				if !strings.HasPrefix(w.Message, "no scene headings") {
					got = append(got, w.Message)
				}
			}
			ok := len(got) == len(test.want)
			for i := range min(len(got), len(test.want)) {
				ok = ok && strings.Contains(got[i], test.want[i])
			}
			if !ok {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestSummary_FieldsWrittenTwice(t *testing.T) {
	d := read(t, "a.fountain", "Title: Rain\nAuthor: Ann\nAuthor: Bob\nDate: today\nDate: today\n\nINT. A - DAY\n\nRain.\n")
	want := map[string]string{"title": "Rain", "author": "Ann\nBob", "date": "today"}
	if diff := cmp.Diff(want, document.Summary(d).TitlePage); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}
