package recipe

import (
	"fmt"
	"maps"
	"time"

	"github.com/cineforge/cineforge/failure"
)

// Limits replace what a recipe says of the same settings, for the run and for each of
// its stages. A limit that is nil is not set.
type Limits struct {
	MaxCostUSD *float64       // 0 to a million
	MaxWait    *time.Duration // 0 to a year
}

// check returns a failure of class input if a limit is out of its range.
func (l Limits) check() error {
	if v := l.MaxCostUSD; v != nil && !(*v >= 0 && *v <= maxCostUSD) { // NaN is in no range
		return failure.New(failure.Input, fmt.Sprintf("a limit of the cost is a number of USD from 0 to %.f, but here is %v", maxCostUSD, *v),
			"give such a number")
	}
	if v := l.MaxWait; v != nil && (*v < 0 || *v > yearSeconds*time.Second) {
		return failure.New(failure.Input, fmt.Sprintf("a limit of the waiting time is from 0 to a year, but here is %s", *v), "give such a time")
	}
	return nil
}

// replace returns the resilience with the limits in place of its own, those of single
// stages included.
func (l Limits) replace(r Resilience) Resilience {
	r.Settings = l.replaceIn(r.Settings)
	r.Stages = maps.Clone(r.Stages)
	for id, own := range r.Stages {
		r.Stages[id] = l.replaceIn(own)
	}
	return r
}

func (l Limits) replaceIn(s Settings) Settings {
	if l.MaxCostUSD != nil {
		s.MaxCostUSD = l.MaxCostUSD
	}
	if l.MaxWait != nil {
		s.MaxWait = l.MaxWait
	}
	return s
}
