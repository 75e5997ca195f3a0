package chain

// Hedge lets a second model be asked when the first one is slow to begin.
type Hedge struct{}
