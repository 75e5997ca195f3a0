package simulator_test

import (
	"bufio"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"

	"github.com/cineforge/cineforge/simulator/scenario"
)

// textOf returns the text that one line of a stream carries.
func textOf(a api, line string) string {
	_, data, ok := strings.Cut(line, "data: ")
	if !ok {
		return ""
	}
	var got reading
	got.chunk(a, "", []byte(data))
	return got.text + got.refusal
}

// arrivals reads a stream and returns its pieces of text, and when they came.
func arrivals(t *testing.T, a api, resp *http.Response, start time.Time) (pieces []string, at []time.Duration) {
	t.Helper()
	for lines := bufio.NewReader(resp.Body); ; {
		line, err := lines.ReadString('\n')
		if err == io.EOF {
			return pieces, at
		}
		if err != nil {
			t.Fatal(err)
		}
		if piece := textOf(a, line); piece != "" {
			pieces = append(pieces, piece)
			at = append(at, time.Since(start))
		}
	}
}

func TestDelivery_DripSendsItsPieces(t *testing.T) {
	for _, a := range apis {
		synctest.Test(t, func(t *testing.T) {
			whole := rules().ask(t.Context(), a)
			b := inProcess(scenario.Scenario{Pace: scenario.Pace{FirstEvent: time.Second, TokensPerSecond: 1},
				Rules: []scenario.Rule{{Fault: scenario.Fault{Drip: &scenario.Drip{Pieces: 41, Every: 15 * time.Second}}}}})
			start := time.Now()
			got := b.ask(t.Context(), a)
			if took := time.Since(start); got.err != nil || !got.terminal || got.broken || took != time.Second+10*time.Minute {
				t.Errorf("%s: %v after %v", a.name, got, took)
			}
			if got.text != whole.text || got.in != whole.in || got.out != whole.out || got.finish != whole.finish ||
				got.thinking != whole.thinking {
				t.Errorf("%s: %v\nwant %v", a.name, got, whole)
			}
			if call := b.last(t); call.Fault != "drip" || !call.Complete || call.OutputTokens != whole.out {
				t.Errorf("%s: %+v", a.name, call)
			}
			if !a.stream || a.name == "generate array" {
				return
			}
			start = time.Now()
			resp, err := b.client.Do(b.request(t.Context(), a, a.body(prompt, false)))
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			if headers := time.Since(start); headers != time.Second {
				t.Errorf("%s: headers after %v", a.name, headers)
			}
			pieces, at := arrivals(t, a, resp, start)
			sizes := make([]int, len(pieces))
			for i, piece := range pieces {
				sizes[i] = utf8.RuneCountInString(piece)
				if want := time.Second + time.Duration(i)*15*time.Second; at[i] != want {
					t.Errorf("%s: piece %d comes after %v, want %v", a.name, i+1, at[i], want)
				}
			}
			if len(pieces) != 41 || strings.Join(pieces, "") != whole.text || slices.Max(sizes)-slices.Min(sizes) > 1 {
				t.Errorf("%s: %d pieces of %v runes", a.name, len(pieces), sizes)
			}
		})
	}
}

func TestDelivery_DripOfAShortTextSendsRunes(t *testing.T) {
	form, err := scenario.Parse("f.yaml", []byte("rules: [{fault: {drip: {pieces: 1000, every: 1s}}}]"))
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range apis {
		if !a.stream || a.name == "generate array" {
			continue
		}
		synctest.Test(t, func(t *testing.T) {
			b := inProcess(form)
			start := time.Now()
			resp, err := b.client.Do(b.request(t.Context(), a, a.body("Löwe 🎬.", false)))
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			pieces, at := arrivals(t, a, resp, start)
			text := strings.Join(pieces, "")
			runes := utf8.RuneCountInString(text)
			if !strings.Contains(text, "Löwe 🎬") || len(pieces) != runes || at[runes-1] != time.Duration(runes-1)*time.Second {
				t.Errorf("%s: %q at %v", a.name, pieces, at)
			}
		})
	}
}

// What a model thinks is no text: it comes before the first piece.
func TestDelivery_DripComesAfterTheThought(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := apiNamed("messages stream")
		b := always(scenario.Fault{Drip: &scenario.Drip{Pieces: 4, Every: time.Minute}})
		got := b.do(
			t.Context(),
			a,
			with(a.body(prompt, false), fields{"max_tokens": 3000, "thinking": fields{"type": "enabled", "budget_tokens": 1024}}),
		)
		call := b.last(t)
		thinks := strings.Contains(got.raw, "thinking_delta") && strings.Count(got.raw, "text_delta") == 4
		if !thinks || call.Duration != 3*time.Minute || call.OutputTokens != got.out {
			t.Errorf("%v %+v", got, call)
		}
	})
}

func TestDelivery_DripOnAPort(t *testing.T) {
	b := onPort(
		t,
		scenario.Scenario{Rules: []scenario.Rule{{Fault: scenario.Fault{Drip: &scenario.Drip{Pieces: 5, Every: time.Millisecond}}}}},
	)
	for _, a := range apis {
		whole := rules().ask(t.Context(), a)
		got := b.ask(t.Context(), a)
		if got.err != nil || !got.terminal || got.text != whole.text || got.out != whole.out || b.last(t).Duration < 4*time.Millisecond {
			t.Errorf("%s: %v, %+v", a.name, got, b.last(t))
		}
	}
}
