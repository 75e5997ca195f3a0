package run

// simulated tells the cost of an attempt from what it would have cost if a provider had
// been asked: an attempt of a drill costs nothing. In drills of earlier versions the log has
// what the simulator charged as the cost.
func (s *State) simulated(usd, simulated *float64) (cost, instead *float64) {
	if s.Drill == "" || usd == nil {
		return usd, simulated
	}
	if simulated == nil {
		simulated = usd
	}
	return new(0.0), simulated
}

// simulate counts the simulated cost of an attempt.
func (s *State) simulate(st *StageState, usd *float64) {
	if usd != nil {
		st.SimulatedCostUSD += *usd
		s.SimulatedCostUSD += *usd
	}
}

// SpentUSD is what counts towards the limits on the run's cost: in a drill what it would
// have cost.
func (s *State) SpentUSD() float64 { return s.TotalCostUSD + s.SimulatedCostUSD }

// SpentUSD is what counts towards the limits on the stage's cost.
func (st *StageState) SpentUSD() float64 { return st.CostUSD + st.SimulatedCostUSD }

// SpentUSD is what counts towards the limits on the cost; nil if it is not known.
func (a *AttemptState) SpentUSD() *float64 {
	if a.SimulatedCostUSD != nil {
		return a.SimulatedCostUSD
	}
	return a.CostUSD
}
