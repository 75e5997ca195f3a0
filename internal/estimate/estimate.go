// Package estimate says what requests to models are likely to take: tokens, time and cost, each
// as a range, before anything is asked.
//
// How to call it: make a [Request] of each request that will be asked ([NewRequest]), and a
// [Sample] of each answer that the same stage had from the same model before. [New] makes
// [Figures] of the samples, [Figures.Take] says what the requests take, and [Usage.Cost] what
// that costs. The pipeline does all of it for a run that is about to begin, or for a retry:
// pipeline.Pipeline.Forecast takes the first events of the run, and nothing else.
//
// What is not known stays unknown: a model without a price has no cost, which is not 0.
package estimate

import (
	"math"
	"slices"

	"github.com/cineforge/cineforge/llm"
)

// Range is from what is likely at least to what is likely at most.
type Range struct {
	Low  float64 `json:"low"`
	High float64 `json:"high"`
}

// Plus returns the sum of two ranges.
func (r Range) Plus(o Range) Range { return Range{r.Low + o.Low, r.High + o.High} }

// Times returns the range n times.
func (r Range) Times(n float64) Range { return Range{r.Low * n, r.High * n} }

// With returns the range that holds both.
func (r Range) With(o Range) Range { return Range{min(r.Low, o.Low), max(r.High, o.High)} }

// Sample is what an earlier answer took.
type Sample struct {
	Asked   int // the tokens of its request by the program's own count; 0 if they were not recorded
	Input   int // as the provider counted
	Output  int
	Seconds float64
}

// Usage is what requests take.
type Usage struct {
	Input, Output Range // tokens
	Seconds       Range // with as many requests at a time as were stated
}

// Cost returns what a usage costs at the list price of a model, in USD; nil if it has none.
func (u Usage) Cost(spec llm.Spec) *Range {
	if spec.Price == nil {
		return nil
	}
	usd := func(in, out float64) float64 { return (in*spec.Price.Input + out*spec.Price.Output) / 1e6 }
	return &Range{usd(u.Input.Low, u.Output.Low), usd(u.Input.High, u.Output.High)}
}

// Figures are what answers of one model in one stage take.
type Figures struct {
	samples       []Sample
	perInput      Range // tokens of input for each that the program counts
	output        Range // tokens of an answer
	perOutput     Range // the same for each token of the request
	seconds       Range // until an answer is complete
	countsRequest bool  // the requests of the samples were counted
}

// enough is how many answers have to be known for them alone to say what others take. Of fewer,
// the shipped figures widen what they say: p10 and p90 of a few are no bounds.
const enough = 10

// New returns the figures of earlier answers; without any they are the shipped ones.
func New(samples []Sample) Figures {
	f := Figures{samples: samples}
	var perInput, output, perOutput, seconds []float64
	for _, s := range samples {
		output = append(output, float64(s.Output))
		seconds = append(seconds, s.Seconds)
		if s.Asked > 0 {
			perInput = append(perInput, float64(s.Input)/float64(s.Asked))
			perOutput = append(perOutput, float64(s.Output)/float64(s.Asked))
		}
	}
	f.output = quantiles(output)
	f.seconds = quantiles(seconds)
	f.perInput = quantiles(perInput)
	f.perOutput = quantiles(perOutput)
	f.countsRequest = len(perInput) == len(samples)
	return f
}

// Samples returns how many answers the figures are from.
func (f Figures) Samples() int { return len(f.samples) }

// The bases of estimates.
const (
	None    = "none"         // nothing is asked
	Shipped = "shipped"      // figures of this package
	Few     = "few_answers"  // those, and what a few answers took
	Earlier = "earlier_runs" // what answers took
)

// Basis says what an estimate of so many requests is from.
func (f Figures) Basis(requests int) string {
	switch {
	case requests == 0:
		return None
	case len(f.samples) == 0 || !f.countsRequest:
		return Shipped
	case len(f.samples) < enough:
		return Few
	}
	return Earlier
}

// Take returns what requests take of a model, so many at a time. Earlier answers say how long an
// answer is in two ways, by itself and in proportion to its request; both count, since the text
// at hand may have longer parts than those before.
func (f Figures) Take(requests []Request, spec llm.Spec, atOnce int) Usage {
	shipped := take(requests, spec)
	u := shipped
	if len(f.samples) > 0 && f.countsRequest {
		asked := 0
		for _, r := range requests {
			asked += r.Asked
		}
		n := float64(len(requests))
		u = Usage{
			Input:   f.perInput.Times(float64(asked)),
			Output:  f.output.Times(n).With(f.perOutput.Times(float64(asked))),
			Seconds: f.seconds.Times(n),
		}
		if len(f.samples) < enough {
			u = Usage{Input: u.Input.With(shipped.Input), Output: u.Output.With(shipped.Output), Seconds: u.Seconds.With(shipped.Seconds)}
		}
	}
	if n := len(requests); n > 0 {
		turns := math.Ceil(float64(n) / float64(max(atOnce, 1)))
		u.Seconds = u.Seconds.Times(turns / float64(n))
	}
	return u
}

// take returns what requests take by the shipped figures, one after the other.
func take(requests []Request, spec llm.Spec) (u Usage) {
	for _, r := range requests {
		out := r.Output
		if spec.Thinks {
			out.High += thoughts
		}
		if r.MaxOutput > 0 {
			out.High = max(min(out.High, float64(r.MaxOutput)), out.Low)
		}
		u.Input = u.Input.Plus(r.Input)
		u.Output = u.Output.Plus(out)
		u.Seconds = u.Seconds.Plus(Range{leastBegin + out.Low/mostPace, mostBegin + out.High/leastPace})
	}
	return u
}

// quantiles returns p10 and p90 of values; of none it is 0.
func quantiles(values []float64) Range {
	if len(values) == 0 {
		return Range{}
	}
	sorted := slices.Sorted(slices.Values(values))
	at := func(q float64) float64 { return sorted[int(math.Round(q*float64(len(sorted)-1)))] }
	return Range{at(0.1), at(0.9)}
}
