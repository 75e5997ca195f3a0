package recipe

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/internal/spelling"
)

// Limits replace what a recipe says of the same settings, for the run and for each of
// its stages. A limit that is nil is not set.
type Limits struct {
	MaxCostUSD *float64       // 0 to a million
	MaxWait    *time.Duration // 0 to a year

	OnExhausted OnExhausted // "" if it is not set
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
	if v := l.OnExhausted; v != "" && v != FailOnExhausted && v != PauseOnExhausted {
		return failure.New(failure.Input, fmt.Sprintf("on_exhausted is %s or %s, but here is %s", FailOnExhausted, PauseOnExhausted,
			quote(string(v))), "give one of the two")
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
	if l.OnExhausted != "" {
		s.OnExhausted = l.OnExhausted
	}
	return s
}

// Routing says which models a run asks, and in which order, in place of what its recipe says.
// The zero value leaves that to the recipe.
type Routing struct {
	Chains  map[string][]string // by stage, models as recipes name them, first choice first
	Order   []string            // the providers that come first, in all chains
	Without []string            // the providers that are not asked, whatever names them
}

// check returns a failure of class input if the routing does not fit the recipe.
func (r Routing) check(recipe *Recipe) error {
	stages := recipe.stageIDs()
	for _, id := range slices.Sorted(maps.Keys(r.Chains)) {
		if !slices.Contains(stages, id) {
			hint := stagesHint(stages)
			if near := spelling.Nearest(id, stages); near != "" {
				hint = fmt.Sprintf("did you mean %q?", near)
			}
			return failure.New(failure.Input,
				fmt.Sprintf("a chain is given for stage %s, which recipe %s does not have", quote(id), recipe.ID), hint)
		}
		if n := len(r.Chains[id]); n == 0 || n > maxChain {
			return failure.New(failure.Input, fmt.Sprintf("the chain of stage %s has %d models; it takes 1 to %d", id, n, maxChain),
				"name some, such as claude-sonnet-4-6, or leave the stage out to keep the recipe's chain")
		}
		if _, err := parseChain(r.Chains[id]); err != nil {
			f, _ := errors.AsType[*failure.Error](err)
			return failure.New(failure.Input, fmt.Sprintf("the chain of stage %s: %s", id, f.Message), f.Hint)
		}
	}
	for _, names := range [][]string{r.Order, r.Without} {
		if i := slices.IndexFunc(names, func(name string) bool { return !providerPattern.MatchString(name) }); i >= 0 {
			return failure.New(failure.Input, quote(names[i])+" is not a provider's name", "name providers such as anthropic, openai and google")
		}
	}
	return nil
}

// parseChain reads the models of a chain, each once.
func parseChain(names []string) (chain []ModelName, err error) {
	for _, name := range names {
		m, err := ParseModel(strings.TrimSpace(name))
		if err != nil {
			return nil, err
		}
		if !slices.Contains(chain, m) {
			chain = append(chain, m)
		}
	}
	return chain, nil
}

// apply puts the routing into the policy of a stage. It has been checked.
func (r Routing) apply(stageID string, p *Policy) {
	if chain, err := parseChain(r.Chains[stageID]); err == nil && len(chain) > 0 {
		p.Chain = chain
		p.Named = true
	}
	p.Order = r.Order
	p.Without = r.Without
	p.Chain = p.ordered(p.Chain)
}

// ordered returns models with those of the providers in front that come first; the others keep
// their order.
func (p Policy) ordered(models []ModelName) []ModelName {
	rank := func(m ModelName) int {
		if i := slices.Index(p.Order, m.Provider); i >= 0 {
			return i
		}
		return len(p.Order)
	}
	sorted := slices.Clone(models)
	slices.SortStableFunc(sorted, func(a, b ModelName) int { return rank(a) - rank(b) })
	return sorted
}

// LeavesOut reports whether no model of a provider is asked.
func (p Policy) LeavesOut(provider string) bool { return slices.Contains(p.Without, provider) }

// Spare returns the models to ask where none of the default chain can be asked, out of what the
// providers offer: those that the run does not leave out, in its order.
func (p Policy) Spare(offered []ModelName) []ModelName {
	if p.Named || !p.IsDefault() {
		return nil
	}
	return p.ordered(slices.DeleteFunc(slices.Clone(offered), func(m ModelName) bool { return p.LeavesOut(m.Provider) }))
}

// IsDefault reports whether a stage's chain is the default one, up to one model before it
// that the stage itself names.
func (p Policy) IsDefault() bool {
	chain, usual := p.Chain, p.ordered(p.DefaultChain)
	if slices.Equal(chain, usual) {
		return true
	}
	return slices.ContainsFunc(chain, func(first ModelName) bool {
		return slices.Equal(chain, p.ordered(startWith(first, p.DefaultChain)))
	})
}
