package run

import "math"

// RemainingCostUSD returns what the units of a stage that are not through are likely to cost, in USD, by
// what those cost that were asked for.
func (st *StageState) RemainingCostUSD() float64 {
	if st.Status.Completed() || st.UnitsTotal == 0 {
		return 0
	}
	asked := max(st.UnitsDone, min(st.CallCount, st.UnitsTotal), 1)
	return st.SpentUSD() / float64(asked) * float64(st.UnitsTotal-st.UnitsDone)
}

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
