package advice_test

import (
	"testing"

	"github.com/cineforge/cineforge/internal/advice"
	"github.com/cineforge/cineforge/run"
)

// What a user is told to type can be typed.
func TestRerun_CanBeTyped(t *testing.T) {
	tests := []struct {
		file, end string
		params    map[string]any
		want      string
	}{
		{file: "a.fountain", want: "cineforge run a.fountain --recipe mvp_ingest --project p"},
		{file: "a.fountain", end: "extract_scenes",
			want: "cineforge run a.fountain --recipe mvp_ingest --project p --end-at extract_scenes"},
		{file: "night ferry's.txt", want: `cineforge run 'night ferry'\''s.txt' --recipe mvp_ingest --project p`},
		{file: "$(reboot).txt", want: `cineforge run '$(reboot).txt' --recipe mvp_ingest --project p`},
		{file: "-rf", want: "cineforge run ./-rf --recipe mvp_ingest --project p"},
		{file: "a\u202eb.txt", want: "cineforge run FILE --recipe mvp_ingest --project p"},
		{file: "stdin", want: "cineforge run - --recipe mvp_ingest --project p"},
		{file: "caf%E9 %0A.txt", want: `cineforge run $'caf\xe9 \x0a.txt' --recipe mvp_ingest --project p`},
		{file: "%73tdin", want: "cineforge run stdin --recipe mvp_ingest --project p"},
		{file: "", want: "cineforge run FILE --recipe mvp_ingest --project p"},
		{file: "a", params: map[string]any{"input_file": "a", "accept_config": true, "z": 3.0, "mood": "dark & cold"},
			want: "cineforge run a --recipe mvp_ingest --project p --param 'mood=dark & cold' --param z=3"},
		{file: "a", params: map[string]any{"accept_config": false},
			want: "cineforge run a --recipe mvp_ingest --project p --param accept_config=false"},
	}
	for _, tt := range tests {
		s := run.State{RecipeID: "mvp_ingest", ProjectID: "p", InputName: tt.file, EndAt: tt.end, RuntimeParams: tt.params,
			StageOrder: []string{"ingest", "normalize", "extract_scenes"}}
		if got := advice.Rerun(s).String(); got != tt.want {
			t.Errorf("got  %s\nwant %s", got, tt.want)
		}
	}
}
