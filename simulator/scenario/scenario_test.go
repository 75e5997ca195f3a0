package scenario_test

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/cineforge/cineforge/simulator"
	"github.com/cineforge/cineforge/simulator/scenario"
)

const everything = `
id: X1
name: everything
description: All that a scenario can say.
target: openai
seed: 7
pace: {first_event: 1.5s, tokens_per_second: 12.5}
rules:
  - name: a
    when:
      provider: [target, local]
      model: claude-*
      api: messages
      streaming: false
      prompt_contains: text
      tokens_over: 10
      after: 1s
      until: 20m
      calls: [1, 3-4, 6-]
      share: 0.5
    fault:
      error: overloaded
      retry_after: 2s
      delay: 1ms
      headers: {x-a: b, x-n: 5}
  - fault: {status: 503, body: "<html>\r\n\ttab"}
  - fault: {status: 404, page: true}
  - fault: {stream_error: {after_tokens: 0, after_start: true, error: overloaded}}
  - fault: {stream_error: {after_tokens: 5, raw: "data: x\n\n"}}
  - fault: {cut: {after_tokens: 40}}
  - fault: {end: {}}
  - fault: {stall: {after_tokens: 3, for: 10m, pings: true}}
  - fault: {malformed: {after_tokens: 3}}
  - fault: {first_event: 20s}
  - fault: {first_event: 90s, meanwhile: comments}
  - fault: {silent: true}
  - fault: {output: refusal, block_prompt: true}
  - fault: {text: ""}
  - fault: {hostile: gzip_bomb}
  - fault: {drip: {pieces: 40, every: 15s}}
  - fault: {limit: {concurrent: 2, per_minute: 3}}
  - fault: {served_model: other}
  - fault: {}
`

func TestParse(t *testing.T) {
	s := read(t, everything)
	half := 0.5
	no := false
	empty := ""
	want := scenario.Scenario{
		ID: "X1", Name: "everything", Description: "All that a scenario can say.", Target: "openai", Seed: 7,
		Pace: scenario.Pace{FirstEvent: 1500 * time.Millisecond, TokensPerSecond: 12.5},
		Rules: []scenario.Rule{
			{Name: "a",
				When: scenario.When{
					Provider:       scenario.Globs{"target", "local"},
					Model:          scenario.Globs{"claude-*"},
					API:            scenario.Globs{"messages"},
					Streaming:      &no,
					PromptContains: "text",
					TokensOver:     10,
					After:          time.Second,
					Until:          20 * time.Minute,
					Calls:          scenario.Counts{{1, 1}, {3, 4}, {6, 0}},
					Share:          &half,
				},
				Fault: scenario.Fault{
					Error:      "overloaded",
					RetryAfter: 2 * time.Second,
					Delay:      time.Millisecond,
					Headers:    map[string]string{"x-a": "b", "x-n": "5"},
				}},
			{Fault: scenario.Fault{Status: 503, Body: "<html>\r\n\ttab"}},
			{Fault: scenario.Fault{Status: 404, Page: true}},
			{Fault: scenario.Fault{StreamError: &scenario.StreamError{AfterStart: true, Error: "overloaded"}}},
			{Fault: scenario.Fault{StreamError: &scenario.StreamError{AfterTokens: 5, Raw: "data: x\n\n"}}},
			{Fault: scenario.Fault{Cut: &scenario.Point{AfterTokens: 40}}},
			{Fault: scenario.Fault{End: &scenario.Point{}}},
			{Fault: scenario.Fault{Stall: &scenario.Stall{AfterTokens: 3, For: 10 * time.Minute, Pings: true}}},
			{Fault: scenario.Fault{Malformed: &scenario.Point{AfterTokens: 3}}},
			{Fault: scenario.Fault{FirstEvent: 20 * time.Second}},
			{Fault: scenario.Fault{FirstEvent: 90 * time.Second, Meanwhile: "comments"}},
			{Fault: scenario.Fault{Silent: true}},
			{Fault: scenario.Fault{Output: "refusal", BlockPrompt: true}},
			{Fault: scenario.Fault{Text: &empty}},
			{Fault: scenario.Fault{Hostile: "gzip_bomb"}},
			{Fault: scenario.Fault{Drip: &scenario.Drip{Pieces: 40, Every: 15 * time.Second}}},
			{Fault: scenario.Fault{Limit: &scenario.Limit{Concurrent: 2, PerMinute: 3}}},
			{Fault: scenario.Fault{ServedModel: "other"}},
			{},
		},
	}
	if !reflect.DeepEqual(s, want) {
		t.Errorf("%+v\nwant\n%+v", s, want)
	}
	if err := want.Check(); err != nil {
		t.Error(err)
	}
}

func TestParse_MistakesHaveTheirPlace(t *testing.T) {
	for text, want := range map[string]string{
		"":                                    "f.yaml:1:1: the scenario is empty",
		"- a":                                 "f.yaml:1:1: the scenario is a map, but here is a list",
		"id: [":                               "f.yaml:1:5: not valid YAML",
		"id: S1\nnmae: x":                     `f.yaml:2:1: unknown key "nmae" in the scenario; did you mean "name"?`,
		"id: S1\nid: S2":                      `f.yaml:2:1: key "id" stands here twice`,
		"id: 5":                               "f.yaml:1:5: id is text, but here is 5",
		"id: &a x":                            `f.yaml:1:5: "&" isn't allowed in scenarios`,
		"id: x\n---\nid: y":                   "f.yaml:2:1: the file holds a second YAML document",
		"id: \x00":                            "f.yaml:1:5: byte 0x00 is not text",
		"seed: -1":                            "f.yaml:1:7: seed is a whole number that is not negative",
		"pace: {first_event: 5}":              "f.yaml:1:21: pace.first_event is a time such as 500ms",
		"pace: {first_event: -5s}":            "f.yaml:1:21: -5s is not a time between 0 and a year",
		"pace: {tokens_per_second: -1}":       "f.yaml:1:27: the pace is not between",
		"pace: fast":                          `f.yaml:1:7: pace is a map, but here is "fast"`,
		"rules: x":                            `f.yaml:1:8: rules is a list, but here is "x"`,
		"rules:\n  - name: x":                 "f.yaml:2:5: rules[0] has no fault; write fault: {}",
		"rules:\n  - fault: {eror: x}":        `f.yaml:2:13: unknown key "eror" in rules[0].fault; did you mean "error"?`,
		"rules:\n  - fault: {error: overlod}": `f.yaml:2:20: there is no error "overlod"; did you mean "overloaded"?`,
		"rules:\n  - fault: {output: xyz}":    `f.yaml:2:21: there is no output "xyz"; there is wrong_schema, prose`,
		"rules:\n  - fault:\n      error: overloaded\n      cut: {after_tokens: 1}": "f.yaml:4:12: a fault does one thing, and this one has error and cut; write two rules",
		"rules: [{fault: {reset: true, silent: true}}]":                             "this one has silent and reset",
		"rules: [{fault: {status: 0}}]":                                             "f.yaml:1:26: status says nothing; leave it out",
		"rules: [{fault: {error: ''}}]":                                             "f.yaml:1:25: error says nothing",
		"rules: [{fault: {status: 42}}]":                                            "f.yaml:1:26: a status is between 200 and 999, not 42",
		"rules: [{fault: {status: 1000}}]":                                          "f.yaml:1:26: a status is between 200 and 999, not 1000",
		"rules: [{fault: {status: abc}}]":                                           `f.yaml:1:26: rules[0].fault.status is a whole number, but here is "abc"`,
		"rules: [{fault: {body: x}}]":                                               "f.yaml:1:24: a body goes with a status",
		"rules: [{fault: {status: 204, body: x}}]":                                  "f.yaml:1:37: a body goes with a status that has one",
		"rules: [{fault: {page: true}}]":                                            "f.yaml:1:24: a page goes with a status that has a body",
		"rules: [{fault: {status: 304, page: true}}]":                               "f.yaml:1:37: a page goes with a status that has a body",
		"rules: [{fault: {error: auth, page: true}}]":                               "f.yaml:1:37: a page goes with a status",
		"rules: [{fault: {status: 404, body: x, page: true}}]":                      "f.yaml:1:46: a status has a body or page: true, not both",
		"rules: [{fault: {meanwhile: headers}}]":                                    "f.yaml:1:29: meanwhile goes with first_event",
		"rules: [{fault: {first_event: 0s, meanwhile: pings}}]":                     "f.yaml:1:31: first_event says nothing",
		"rules: [{fault: {silent: true, meanwhile: pings}}]":                        "f.yaml:1:43: meanwhile goes with first_event",
		"rules: [{fault: {first_event: 5s, meanwhile: ping}}]":                      `f.yaml:1:46: there is no meanwhile "ping"; did you mean "pings"?`,
		"rules: [{fault: {first_event: 5s, meanwhile: ''}}]":                        "f.yaml:1:46: meanwhile says nothing; leave it out",
		"rules: [{fault: {drip: {}}}]":                                              "f.yaml:1:24: a drip has 1 to 1000000 pieces, not 0",
		"rules: [{fault: {drip: {pieces: -1, every: 1s}}}]":                         "f.yaml:1:33: a drip has 1 to 1000000 pieces, not -1",
		"rules: [{fault: {drip: {pieces: 5}}}]":                                     "f.yaml:1:24: a drip takes more than no time and at most a year: 5 pieces, every 0s",
		"rules: [{fault: {drip: {pieces: 5, every: -1s}}}]":                         "f.yaml:1:43: a drip takes more than no time",
		"rules: [{fault: {drip: {pieces: 1000000, every: 1h}}}]":                    "f.yaml:1:49: a drip takes more than no time and at most a year",
		"rules: [{fault: {drip: {pieces: 5, every: 1s}, cut: {}}}]":                 "this one has cut and drip; write two rules",
		"rules: [{fault: {drip: 5}}]":                                               "f.yaml:1:24: rules[0].fault.drip is a map, but here is 5",
		"rules: [{fault: {hostile: gzip_bmob}}]":                                    `f.yaml:1:27: there is no hostility "gzip_bmob"; did you mean "gzip_bomb"?`,
		"rules: [{fault: {hostile: xyz}}]":                                          `f.yaml:1:27: there is no hostility "xyz"; there is huge_error, gzip_bomb`,
		"rules: [{fault: {hostile: ''}}]":                                           "f.yaml:1:27: hostile says nothing; leave it out",
		"rules: [{fault: {hostile: redirect, reset: true}}]":                        "this one has hostile and reset; write two rules",
		"rules: [{fault: {cut: {after_tokens: -1}}}]":                               "f.yaml:1:38: a number of tokens is not negative",
		"rules: [{fault: {cut: {after_tokens: 1, after_start: true}}}]":             "after_start goes with after_tokens: 0",
		"rules: [{fault: {cut: }}]":                                                 "rules[0].fault.cut is a map, but here is nothing",
		"rules: [{fault: {stall: {for: -1s}}}]":                                     "f.yaml:1:31: -1s is not a time",
		"rules: [{fault: {stream_error: {after_tokens: 1}}}]":                       "a stream_error has error or raw",
		"rules: [{fault: {stream_error: {error: overloaded, raw: x}}}]":             "a stream_error has error or raw",
		"rules: [{fault: {stream_error: {error: xx}}}]":                             `there is no error "xx"`,
		"rules: [{fault: {limit: {}}}]":                                             "a limit has concurrent, per_minute or both",
		"rules: [{fault: {limit: {concurrent: -1}}}]":                               "a limit has concurrent, per_minute or both",
		"rules: [{fault: {output: prose, retry_after: 1s}}]":                        "f.yaml:1:46: retry_after goes with error, stream_error or limit",
		"rules: [{fault: {output: prose, block_prompt: true}}]":                     "block_prompt goes with output: refusal",
		"rules: [{fault: {error: auth, headers: {'a b': x}}}]":                      `"a b": "x" is not a header`,
		"rules: [{fault: {error: auth, headers: {a: \"x\\ny\"}}}]":                  `f.yaml:1:44: "a": "x\ny" is not a header`,
		"rules: [{fault: {error: auth, headers: {a: [x]}}}]":                        "rules[0].fault.headers.a is text, but here is a list",
		"rules: [{fault: {silent: yes}}]":                                           `silent is true or false, but here is "yes"`,
		"rules: [{fault: {}, when: {share: 1.5}}]":                                  "f.yaml:1:35: a share of 1.5 is not between 0 and 1",
		"rules: [{fault: {}, when: {share: .nan}}]":                                 "isn't allowed",
		"rules: [{fault: {}, when: {calls: 0}}]":                                    "f.yaml:1:35: rules[0].when.calls counts calls from 1",
		"rules: [{fault: {}, when: {calls: 3-1}}]":                                  "counts calls from 1: write 3, 1-3, 4- or a list of these",
		"rules: [{fault: {}, when: {calls: []}}]":                                   "rules[0].when.calls is an empty list",
		"rules: [{fault: {}, when: {provider: [1]}}]":                               "rules[0].when.provider is a name or a list of names, but here is 1",
		"rules: [{fault: {}, when: {api: mesages}}]":                                `there is no api "mesages"; did you mean "messages"?`,
		"rules: [{fault: {}, when: {after: 5s, until: 5s}}]":                        "until 5s is not later than after 5s",
		"rules: [{fault: {}, when: {tokens_over: -5}}]":                             "a number of tokens is not negative",
		"rules: [{fault: {}, when: {tokens_over: 99999999999}}]":                    "tokens_over is a whole number",
		"id: " + strings.Repeat("[", 50):                                            "too many keys or brackets",
		strings.Repeat("\n", 200) + "id: x":                                         "too many blank lines or tabs",
		strings.Repeat("a: {}\n", 4000):                                             "too many keys or brackets",
		"id: " + strings.Repeat("x", 1<<20):                                         "the scenario is larger than",
	} {
		s, err := scenario.Parse("f.yaml", []byte(text))
		if err == nil {
			t.Errorf("%.60q: parsed as %+v", text, s)
			continue
		}
		list, ok := errors.AsType[scenario.ErrorList](err)
		if !ok || len(list) == 0 || !strings.Contains(list[0].Error(), want) {
			t.Errorf("%.80q: %v, want %s", text, err, want)
		}
		one, ok := errors.AsType[*scenario.Error](err)
		if !ok || one.File != "f.yaml" || one.Line < 1 && len(text) < 1<<20 {
			t.Errorf("%.60q: %+v", text, one)
		}
	}
}

func TestParse_ReportsAllMistakes(t *testing.T) {
	_, err := scenario.Parse("f.yaml", []byte("rules:\n  - fault: {error: x1}\n  - fault: {error: x2}\n    when: {share: 2}\n"))
	list, _ := errors.AsType[scenario.ErrorList](err)
	if len(list) != 3 || list[0].Line != 2 || list[1].Line != 3 || list[2].Line != 4 || strings.Count(err.Error(), "\n") != 2 {
		t.Error(err)
	}
}

// A scenario made in Go is checked as well; its mistakes have a path and no line.
func TestScenario_Check(t *testing.T) {
	err := scenario.Scenario{Rules: []scenario.Rule{{}, {Fault: scenario.Fault{Reset: true, Output: "prose"}}}}.Check()
	if err == nil || !strings.HasPrefix(err.Error(), "rules[1].fault.output: a fault does one thing") {
		t.Error(err)
	}
	err = scenario.Scenario{Rules: []scenario.Rule{{When: scenario.When{Calls: scenario.Counts{{}}}}}}.Check()
	if err == nil {
		t.Error("calls from 0 to nowhere are taken")
	}
}

// What is shown of a scenario reads as the same scenario again.
func TestScenario_YAMLReadsAsTheSameScenario(t *testing.T) {
	for _, s := range append(simulator.Builtin(), read(t, everything)) {
		again(t, s)
	}
	for _, word := range []string{"true", "null", "No", "nan", "~", "1e3", "0x1", "-", "'", "a: b", "# x", " x ", "{}", "x\r\n\ty",
		"2020-01-01"} {
		again(
			t,
			scenario.Scenario{
				Name: word,
				Rules: []scenario.Rule{
					{
						When:  scenario.When{Model: scenario.Globs{word, word}},
						Fault: scenario.Fault{Text: &word, Headers: map[string]string{}},
					},
				},
			},
		)
	}
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`[ -~\n\täé🎬]{1,30}`)
		share := rapid.Float64Range(0, 1).Draw(t, "share")
		again(t, scenario.Scenario{
			Name: text.Draw(t, "name"), Description: text.Draw(t, "description"), Seed: rapid.Uint64().Draw(t, "seed"),
			Rules: []scenario.Rule{
				{
					When: scenario.When{
						Model:          scenario.Globs{text.Draw(t, "model")},
						PromptContains: text.Draw(t, "prompt"),
						Share:          &share,
						Calls:          scenario.Counts{{1, 0}, {2, 5}, {3, 3}},
						Until:          time.Duration(rapid.Int64Range(1, 1e15).Draw(t, "until")),
					},
					Fault: scenario.Fault{Status: 500, Body: text.Draw(t, "body")},
				},
			},
		})
	})
}

func read(t *testing.T, text string) scenario.Scenario {
	t.Helper()
	s, err := scenario.Parse("test.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func again(t interface{ Fatalf(string, ...any) }, s scenario.Scenario) {
	out := s.YAML()
	back, err := scenario.Parse("again.yaml", out)
	for i := range s.Rules {
		if f := &s.Rules[i].Fault; len(f.Headers) == 0 {
			f.Headers = nil // as good as none
		}
	}
	if err != nil || !reflect.DeepEqual(back, s) {
		t.Fatalf("%s\nreads as %+v\nand was %+v: %v", out, back, s, err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(everything))
	f.Add([]byte("rules: [{fault: {}, when: {calls: 3-1}}]"))
	f.Add([]byte("{\"id\": \"x\", \"rules\": [{\"fault\": {\"cut\": {}}}]}"))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := scenario.Parse("f.yaml", data)
		if err != nil {
			list, ok := errors.AsType[scenario.ErrorList](err)
			if !ok || len(list) == 0 || len(list) > 20 {
				t.Errorf("%#v", err)
			}
			for _, e := range list {
				if e.Message == "" || len(e.Message) > 2000 || e.Line < 0 {
					t.Errorf("%+v", e)
				}
			}
			return
		}
		if err := s.Check(); err != nil {
			t.Errorf("parsed, but not sound: %v", err)
		}
	})
}
