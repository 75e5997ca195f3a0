package run

import "math"

// SpentUSD is what counts towards the limits on the run's cost: in a drill what it would
// have cost.
func (s *State) SpentUSD() float64 { return s.TotalCostUSD + s.SimulatedCostUSD }

// RaisedLimit returns a limit on the cost, in USD, that leaves room where one is spent or would be:
// three times as much, since later stages cost something too, rounded up to two digits.
func RaisedLimit(spent, limit float64) float64 {
	const usual = 10 // the limit where a recipe has none
	more := 3 * max(spent, limit)
	if more <= 0 {
		return usual
	}
	unit := math.Pow(10, math.Floor(math.Log10(more))-1)
	return math.Round(math.Ceil(more/unit-1e-9)*unit*1e6) / 1e6
}
