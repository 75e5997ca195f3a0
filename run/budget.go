package run

import "math"

// Raised returns a limit on the cost, in USD, that leaves room where one is spent: twice
// as much, rounded up to two digits.
func Raised(spent, limit float64) float64 {
	const usual = 10 // the limit where a recipe has none
	more := 2 * max(spent, limit)
	if more <= 0 {
		return usual
	}
	unit := math.Pow(10, math.Floor(math.Log10(more))-1)
	return math.Round(math.Ceil(more/unit-1e-9)*unit*1e6) / 1e6
}
