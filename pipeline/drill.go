package pipeline

import (
	"github.com/cineforge/cineforge/run/event"
)

// charged tells of an attempt of a drill that it cost nothing, and what it would have cost.
// The attempts of other runs stay as they are.
func (r *recorder) charged(body event.Body) event.Body {
	if !r.o.drill {
		return body
	}
	switch b := body.(type) {
	case event.AttemptFinished:
		b.CostUSD, b.SimulatedCostUSD = simulated(b.CostUSD)
		return b
	case event.AttemptFailed:
		b.CostUSD, b.SimulatedCostUSD = simulated(b.CostUSD)
		b.WastedCostUSD = b.CostUSD
		return b
	}
	return body
}

// simulated moves a cost to where simulated ones are. One that is not known stays so.
func simulated(usd *float64) (cost, instead *float64) {
	if usd == nil {
		return nil, nil
	}
	return new(0.0), usd
}
