package estimate_test

import (
	"strings"
	"testing"

	"github.com/cineforge/cineforge/internal/estimate"
	"github.com/cineforge/cineforge/llm"
)

var schema = llm.NewSchema("s", `{"type": "object", "required": ["summary", "beats"], "properties": {
  "summary": {"type": ["string", "null"]},
  "beats": {"type": "array", "items": {"type": "object", "required": ["text"], "properties": {"text": {"type": "string"}}}}}}`)

func requests(n int, text string, rewrites bool) (all []estimate.Request) {
	for range n {
		req := llm.Request{System: "Read it.", Prompt: text, Schema: schema, MaxOutputTokens: 4096}
		all = append(all, estimate.NewRequest(req, len(text)/4, rewrites))
	}
	return all
}

var priced = llm.Spec{Price: &llm.Price{Input: 3, Output: 15}}

func TestFigures_ShippedOnesFollowTheText(t *testing.T) {
	f := estimate.New(nil)
	short := f.Take(requests(2, strings.Repeat("word ", 100), false), priced, 1)
	long := f.Take(requests(2, strings.Repeat("word ", 1000), false), priced, 1)
	if words := 2 * 125.0; short.Input.Low > words || short.Input.High < words {
		t.Errorf("%d characters are %v tokens", 1000, short.Input)
	}
	if long.Input.Low <= short.Input.High || long.Output != short.Output {
		t.Errorf("%v and %v", short, long)
	}
	rewritten := f.Take(requests(2, strings.Repeat("word ", 1000), true), priced, 1)
	if rewritten.Output.High < long.Input.High {
		t.Errorf("the text again takes %v of %v", rewritten.Output, long.Input)
	}
	if limited := f.Take(requests(2, strings.Repeat("word ", 100_000), true), priced, 1); limited.Output.High > 2*4096 {
		t.Errorf("%v is more than answers may have", limited.Output)
	}
	if f.Basis(2) != estimate.Shipped || f.Basis(0) != estimate.None {
		t.Error(f.Basis(2))
	}
	signs := f.Take(requests(1, strings.Repeat("灯台守", 100), false), priced, 1)
	if signs.Input.High < 300 {
		t.Errorf("300 characters of Japanese are %v tokens", signs.Input)
	}
}

func samples(n int) (all []estimate.Sample) {
	for i := range n {
		all = append(all, estimate.Sample{Asked: 100, Input: 120 + i%3, Output: 50 + i%3, Seconds: 2})
	}
	return all
}

func TestFigures_EarlierAnswersNarrowTheRange(t *testing.T) {
	asked := requests(10, strings.Repeat("word ", 80), false) // 100 tokens each
	shipped := estimate.New(nil).Take(asked, priced, 5)
	few := estimate.New(samples(3)).Take(asked, priced, 5)
	known := estimate.New(samples(30)).Take(asked, priced, 5)
	if known.Input.Low != 1200 || known.Input.High != 1220 || known.Output.Low != 500 || known.Output.High != 520 {
		t.Errorf("%+v", known)
	}
	if known.Seconds.Low != 4 || known.Seconds.High != 4 { // two turns of five
		t.Errorf("%+v", known.Seconds)
	}
	if few.Input.Low > shipped.Input.Low || few.Input.High < shipped.Input.High || few.Output.High < shipped.Output.High {
		t.Errorf("three answers are taken for all: %+v, shipped %+v", few, shipped)
	}
	if b := estimate.New(samples(3)).Basis(1); b != estimate.Few {
		t.Error(b)
	}
}

// Longer parts have longer answers, at most in proportion.
func TestFigures_LongerRequestsMayHaveLongerAnswers(t *testing.T) {
	f := estimate.New(samples(30))
	u := f.Take(requests(1, strings.Repeat("word ", 800), false), priced, 1)
	if u.Output.Low > 52 || u.Output.High < 500 {
		t.Errorf("%+v", u.Output)
	}
}

func TestUsage_AnUnknownPriceIsNotZero(t *testing.T) {
	u := estimate.New(nil).Take(requests(1, "word", false), llm.Spec{}, 1)
	if usd := u.Cost(llm.Spec{}); usd != nil {
		t.Errorf("%v", *usd)
	}
	if usd := u.Cost(llm.Spec{Price: &llm.Price{}}); usd == nil || *usd != (estimate.Range{}) {
		t.Errorf("a model that costs nothing: %v", usd)
	}
	if usd := u.Cost(priced); usd == nil || usd.Low <= 0 || usd.High <= usd.Low {
		t.Errorf("%v", usd)
	}
}
