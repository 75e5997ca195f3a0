package screenplay_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/cineforge/cineforge/screenplay"
)

func TestParseHeading(t *testing.T) {
	for _, c := range []struct{ text, intExt, location, time string }{
		{"INT. HOUSE - DAY", "INT", "HOUSE", "DAY"},
		{"ext. brick's pool - night", "EXT", "BRICK'S POOL", "NIGHT"},
		{"INT. HOUSE", "INT", "HOUSE", ""},
		{"INT HOUSE - DAY", "INT", "HOUSE", "DAY"},
		{"EST. CITY - DAWN", "EST", "CITY", "DAWN"},
		{"EST. CITY", "EST", "CITY", ""},

		{"INT./EXT. CAR - DAY", "INT/EXT", "CAR", "DAY"},
		{"INT/EXT. CAR - DAY", "INT/EXT", "CAR", "DAY"},
		{"EXT./INT. CAR - DAY", "INT/EXT", "CAR", "DAY"},
		{"EXT/INT CAR - DAY", "INT/EXT", "CAR", "DAY"},
		{"INT. / EXT. CAR - DAY", "INT/EXT", "CAR", "DAY"},
		{"I/E CAR - DAY", "INT/EXT", "CAR", "DAY"},
		{"I./E. CAR - DAY", "INT/EXT", "CAR", "DAY"},
		{"INT. HOUSE/YARD - DAY", "INT", "HOUSE/YARD", "DAY"},
		{"INT./YARD - DAY", "INT", "YARD", "DAY"},

		{"INTERIOR. HOUSE - DAY", "INT", "HOUSE", "DAY"},
		{"ИНТ. КВАРТИРА МАШИ – КУХНЯ – ДЕНЬ", "INT", "КВАРТИРА МАШИ – КУХНЯ", "ДЕНЬ"},
		{"НАТ. ДВОР - НОЧЬ", "EXT", "ДВОР", "НОЧЬ"},
		{"EXT. VIÑEDO - DÍA", "EXT", "VIÑEDO", "DÍA"},
		{"INT. MAISON - NUIT", "INT", "MAISON", "NUIT"},
		{"INNEN. KÜCHE - ABEND", "INT", "KÜCHE", "ABEND"},
		{"AUSSEN/INNEN. KÜCHE - TAG", "INT/EXT", "KÜCHE", "TAG"},
		{"INT. CASA - NOTTE", "INT", "CASA", "NOTTE"},
		{"WNĘTRZE. DOM - NOC", "INT", "DOM", "NOC"},

		{"SNIPER SCOPE POV", "", "SNIPER SCOPE POV", ""},
		{"INTO THE HOUSE - DAY", "", "INTO THE HOUSE", "DAY"},
		{"I AM A HOUSE", "", "I AM A HOUSE", ""},
		{"LATER", "", "", "LATER"},
		{"INT. NIGHT", "INT", "", "NIGHT"},
		{"", "", "", ""},

		{"INT. HOUSE--DAY", "INT", "HOUSE", "DAY"},
		{"INT. HOUSE -- DAY", "INT", "HOUSE", "DAY"},
		{"INT. HOUSE – DAY", "INT", "HOUSE", "DAY"},
		{"INT. HOUSE—DAY", "INT", "HOUSE", "DAY"},
		{"INT. DRIVE-IN - DAY", "INT", "DRIVE-IN", "DAY"},
		{"INT. DRIVE-IN", "INT", "DRIVE-IN", ""},
		{"INT. MUSEUM 1914–1918 - DAY", "INT", "MUSEUM 1914–1918", "DAY"},
		{"INT. HOUSE - KITCHEN - DAY", "INT", "HOUSE - KITCHEN", "DAY"},
		{"INT. HOUSE - KITCHEN", "INT", "HOUSE - KITCHEN", ""},
		{"INT. HOUSE - DAY - KITCHEN", "INT", "HOUSE - KITCHEN", "DAY"},
		{"INT. HOUSE - ", "INT", "HOUSE", ""},

		{"INT. HOUSE - NIGHT - LATER", "INT", "HOUSE", "NIGHT - LATER"},
		{"INT. HOUSE - KITCHEN - DAY - CONTINUOUS", "INT", "HOUSE - KITCHEN", "DAY - CONTINUOUS"},
		{"INT. HOUSE - DAY (1962)", "INT", "HOUSE", "DAY (1962)"},
		{"INT. HOUSE - NIGHT [RAIN]", "INT", "HOUSE", "NIGHT [RAIN]"},
		{"INT. HOUSE - DAY - FLASHBACK", "INT", "HOUSE", "DAY - FLASHBACK"},
		{"INT. HOUSE - DAY - 1962", "INT", "HOUSE", "DAY - 1962"},
		{"INT. HOUSE - FLASHBACK", "INT", "HOUSE - FLASHBACK", ""},
		{"EXT. MIDNIGHT - DINER - DAY", "EXT", "MIDNIGHT - DINER", "DAY"},
		{"EXT. DAWN - DINER", "EXT", "DAWN - DINER", ""},
		{"INT. NIGHT CLUB - DAY", "INT", "NIGHT CLUB", "DAY"},
		{"INT. HOUSE - DAY ROOM", "INT", "HOUSE - DAY ROOM", ""},

		{"INT. HOUSE - CONTINUOUS", "INT", "HOUSE", "CONTINUOUS"},
		{"INT. HOUSE - SAME", "INT", "HOUSE", "SAME"},
		{"INT. HOUSE - SAME TIME", "INT", "HOUSE", "SAME TIME"},
		{"INT. HOUSE - MOMENTS LATER", "INT", "HOUSE", "MOMENTS LATER"},
		{"INT. HOUSE - THREE HOURS LATER", "INT", "HOUSE", "THREE HOURS LATER"},
		{"INT. HOUSE - LATER THAT NIGHT", "INT", "HOUSE", "LATER THAT NIGHT"},
		{"INT. HOUSE - EARLY MORNING", "INT", "HOUSE", "EARLY MORNING"},
		{"INT. HOUSE - THE NEXT MORNING", "INT", "HOUSE", "THE NEXT MORNING"},
		{"INT. HOUSE - MAGIC HOUR", "INT", "HOUSE", "MAGIC HOUR"},
		{"INT. HOUSE - DAY/NIGHT", "INT", "HOUSE", "DAY/NIGHT"},
		{"INT. HOUSE - DAY 3", "INT", "HOUSE", "DAY 3"},
		{"INT. HOUSE - 10:30 P.M.", "INT", "HOUSE", "10:30 P.M."},
		{"INT. HOUSE - 7AM", "INT", "HOUSE", "7AM"},
		{"INT. HOUSE - 3", "INT", "HOUSE - 3", ""},
		{"INT. CASA - MÁS TARDE", "INT", "CASA", "MÁS TARDE"},

		{"INT. HOUSE, NIGHT", "INT", "HOUSE", "NIGHT"},
		{"INT. HOUSE. NIGHT.", "INT", "HOUSE", "NIGHT"},
		{"INT. ST. JAMES - DAY", "INT", "ST. JAMES", "DAY"},
		{"INT. PARIS, FRANCE", "INT", "PARIS, FRANCE", ""},
		{"INT. HOUSE - DAY.", "INT", "HOUSE", "DAY"},

		{"INT - OFFICE - DAY", "INT", "OFFICE", "DAY"},
		{"INT. – OFFICE – DAY", "INT", "OFFICE", "DAY"},
		{"INT. - NIGHT", "INT", "", "NIGHT"},
		{"INT.\tOFFICE\u00a0", "INT", "OFFICE", ""},
		{"INT.\u00a0OFFICE\u00a0- DAY", "INT", "OFFICE", "DAY"},
		{"INT.-EXT. CAR", "INT/EXT", "CAR", ""},
		{"INT-EXT CAR - DAY", "INT/EXT", "CAR", "DAY"},
		{"INT - EXT. CAR - DAY", "INT/EXT", "CAR", "DAY"},

		{"INT. NUIT - SALON", "INT", "SALON", "NUIT"},
		{"INT. JOUR. CHAMBRE", "INT", "CHAMBRE", "JOUR"},
		{"INTÉRIEUR JOUR - SALON - CUISINE", "INT", "SALON - CUISINE", "JOUR"},
		{"EXT. NUIT – RUE", "EXT", "RUE", "NUIT"},
		{"INT. JOURNAL - BUREAU", "INT", "JOURNAL - BUREAU", ""},
		{"INT. NUIT BLANCHE", "INT", "NUIT BLANCHE", ""},
		{"INT. JOUR", "INT", "", "JOUR"},

		{"INT. *HOUSE* - **DAY** [[which?]]", "INT", "HOUSE", "DAY"},
	} {
		t.Run(c.text, func(t *testing.T) {
			got := screenplay.ParseHeading(c.text)
			got.Text = ""
			want := screenplay.Heading{IntExt: c.intExt, Location: c.location, TimeOfDay: c.time}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("ParseHeading(%q) (-want +got):\n%s", c.text, diff)
			}
		})
	}
}

func TestParseHeading_Text(t *testing.T) {
	const text = " int. *café* -  day [[which?]] "
	if got, want := screenplay.ParseHeading(text).Text, "INT. CAFÉ -  DAY"; got != want {
		t.Errorf("ParseHeading(%q).Text = %q, want %q", text, got, want)
	}
}

func TestCueName(t *testing.T) {
	for _, c := range []struct {
		cue, name  string
		extensions []string
	}{
		{"JOHN", "JOHN", nil},
		{"McClane", "MCCLANE", nil},
		{"JOHN (V.O.)", "JOHN", []string{"V.O."}},
		{"JOHN(O.S.)", "JOHN", []string{"O.S."}},
		{"JOHN (V.O.)(CONT'D)", "JOHN", []string{"V.O.", "CONT'D"}},
		{"JOHN (V.O.) (on the radio) ", "JOHN", []string{"V.O.", "on the radio"}},
		{"JOHN (V.O. (OLD))", "JOHN", []string{"V.O. (OLD)"}},
		{"JOHN ( O. S. )", "JOHN", []string{"O. S."}},
		{"JOHN (V.O.", "JOHN", []string{"V.O."}},
		{"JOHN (V.O.) ^", "JOHN", []string{"V.O."}},
		{"JOHN (AS BOB) SMITH", "JOHN (AS BOB) SMITH", nil},
		{"JOHN )", "JOHN )", nil},
		{"(V.O.)", "(V.O.)", nil},
		{"DR.  BENNET", "DR. BENNET", nil},
		{"*JOHN* [[sad]]", "JOHN", nil},
		{"[[sad]] JOHN (V.O.)", "JOHN", []string{"V.O."}},
		{"ÁNGELA la zorra (EN OFF)", "ÁNGELA LA ZORRA", []string{"EN OFF"}},
		{"BOB V.O.", "BOB", []string{"V.O."}},
		{"BOB VO", "BOB", []string{"VO"}},
		{"BOB - CONT'D", "BOB", []string{"CONT'D"}},
		{"BOB CONT’D", "BOB", []string{"CONT’D"}},
		{"BOB O.S. (CONT'D)", "BOB", []string{"O.S.", "CONT'D"}},
		{"BOB [O.S.]", "BOB", []string{"O.S."}},
		{"(O.S.) BOB (CONT'D)", "BOB", []string{"O.S.", "CONT'D"}},
		{"V.O.", "V.O.", nil},
		{"OS", "OS", nil},
		{"[O.S.]", "[O.S.]", nil},
		{"AMOS", "AMOS", nil},
		{"", "", nil},
	} {
		t.Run(c.cue, func(t *testing.T) {
			name, extensions := screenplay.CueName(c.cue)
			if name != c.name {
				t.Errorf("name of %q = %q, want %q", c.cue, name, c.name)
			}
			if diff := cmp.Diff(c.extensions, extensions); diff != "" {
				t.Errorf("extensions of %q (-want +got):\n%s", c.cue, diff)
			}
		})
	}
}
