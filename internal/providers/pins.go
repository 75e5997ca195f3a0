package providers

import (
	"slices"

	"github.com/cineforge/cineforge/llm/chain"
	"github.com/cineforge/cineforge/llm/offline"
	"github.com/cineforge/cineforge/pipeline"
	"github.com/cineforge/cineforge/recipe"
	"github.com/cineforge/cineforge/run"
	"github.com/cineforge/cineforge/run/event"
)

// pin is a model in the form in which runs pin it.
func (r *Source) pin(name recipe.ModelName) event.Candidate {
	if name == offlineModel() {
		return event.Candidate{Provider: name.Provider, Model: name.Model, Dialect: offline.Name}
	}
	p := r.providers[name.Provider]
	return event.Candidate{Provider: name.Provider, Model: name.Model, Dialect: p.Dialect, Origin: origin(p), Key: p.KeyVariable}
}

// ForRun returns the models that a stage of a run may ask here; see pipeline.CandidateSource. A drill
// has its own. A run without pins, as in older versions, goes on with the providers that it
// has asked, or else with what it was begun with.
func (r *Source) ForRun(state *run.State, stageID string, policy recipe.Policy) pipeline.Candidates {
	switch {
	case state.Drill != "":
		return r.ForNewRun(stageID, policy)
	case state.Candidates == nil:
		return r.named(r.ForNewRun(stageID, policy), begunWith(state))
	}
	return r.pinned(policy, state.Candidates[stageID])
}

// pinned returns those of the pinned candidates that can be asked here.
func (r *Source) pinned(policy recipe.Policy, pinned []event.Candidate) pipeline.Candidates {
	var l pipeline.Candidates
	skip := func(provider, model, why string) {
		l.Skipped = append(l.Skipped, chain.Skipped{Provider: provider, Model: model, Reason: chain.NotConfigured, Detail: why})
	}
	known := map[recipe.ModelName]bool{}
	for _, c := range pinned {
		known[recipe.ModelName{Provider: c.Provider, Model: c.Model}] = true
		if provider, ok := r.reach(c); ok {
			name := recipe.ModelName{Provider: provider, Model: c.Model}
			known[name] = true
			r.add(&l, name)
			continue
		}
		skip(c.Provider, c.Model, r.need(c).String()+" is missing here")
	}
	for _, name := range policy.Chain {
		if known[name] {
			continue
		}
		reason, why := r.blocked(policy, name)
		if reason == "" {
			reason, why = chain.NotConfigured, notPinned
		}
		l.Skipped = append(l.Skipped, chain.Skipped{Provider: name.Provider, Model: name.Model, Reason: reason, Detail: why})
	}
	return l
}

// add adds a candidate, with its pin.
func (r *Source) add(l *pipeline.Candidates, name recipe.ModelName) {
	l.Candidates = append(l.Candidates, r.candidate(name))
	l.Pins = append(l.Pins, r.pin(name))
}

// reach returns the name by which a pinned candidate is asked here. The name that it was
// pinned under comes first, if it still means the same.
func (r *Source) reach(c event.Candidate) (provider string, ok bool) {
	if c.Dialect == offline.Name {
		return offline.Name, true
	}
	same := func(p Provider) bool { return p.Usable() && p.Dialect == c.Dialect && origin(p) == c.Origin }
	if p, known := r.providers[c.Provider]; known && same(p) {
		return c.Provider, true
	}
	if i := slices.IndexFunc(r.models.Providers, same); i >= 0 {
		return r.models.Providers[i].Name, true
	}
	return "", false
}

// need says what is missing here for a pinned candidate to be asked.
func (r *Source) need(c event.Candidate) run.Need {
	for _, p := range r.models.Providers {
		switch here := p.Dialect == c.Dialect && origin(p) == c.Origin; {
		case p.Usable():
		case here:
			return run.Need{Kind: run.NeedKey, Name: p.KeyVariable, Model: c.Model}
		case p.KeyVariable == c.Key: // and it is asked somewhere else
			return run.Need{Kind: run.NeedKey, Name: p.KeyVariable, Model: c.Model, Origin: c.Origin}
		}
	}
	return run.Need{Kind: run.NeedProvider, Name: c.Provider, Model: c.Model, Origin: c.Origin}
}

// Needs returns what would let this process go on with a run, any of it; nil if it can, or
// if nothing is left to be done. A drill needs nothing.
func (r *Source) Needs(state *run.State) []run.Need {
	if state.Drill != "" {
		return nil
	}
	if state.Candidates == nil {
		return r.needsByName(state)
	}
	var needs []run.Need
	for _, id := range state.ToDo() {
		pinned := state.Candidates[id]
		if len(pinned) == 0 || slices.ContainsFunc(pinned, func(c event.Candidate) bool { _, ok := r.reach(c); return ok }) {
			continue
		}
		for _, c := range pinned {
			if n := r.need(c); !slices.Contains(needs, n) {
				needs = append(needs, n)
			}
		}
	}
	return needs
}

// begunWith names the providers that a run without pins has asked; nil means all but the
// offline model.
func begunWith(state *run.State) []string {
	if names := state.AskedProviders(); len(names) > 0 {
		return names
	}
	if state.Notice != "" {
		return []string{offline.Name}
	}
	return nil
}

// needsByName is Needs for runs without pins.
func (r *Source) needsByName(state *run.State) (needs []run.Need) {
	names := begunWith(state)
	if len(state.ToDo()) == 0 || slices.Contains(names, offline.Name) {
		return nil
	}
	for _, p := range r.models.Providers {
		if names != nil && !slices.Contains(names, p.Name) {
			continue
		}
		if p.Usable() {
			return nil
		}
		needs = append(needs, run.Need{Kind: run.NeedKey, Name: p.KeyVariable})
	}
	for _, name := range names {
		if _, known := r.providers[name]; !known {
			needs = append(needs, run.Need{Kind: run.NeedProvider, Name: name})
		}
	}
	return needs
}

// named returns the candidates whose providers have one of the names; nil means all but the
// offline model.
func (r *Source) named(l pipeline.Candidates, names []string) pipeline.Candidates {
	named := pipeline.Candidates{Skipped: l.Skipped}
	for _, c := range l.Candidates {
		isOffline := c.Provider == offline.Name
		if names == nil && !isOffline || slices.Contains(names, c.Provider) && !isOffline {
			r.add(&named, recipe.ModelName{Provider: c.Provider, Model: c.Name})
			continue
		}
		if !isOffline {
			named.Skipped = append(named.Skipped, chain.Skipped{Provider: c.Provider, Model: c.Name,
				Reason: chain.NotConfigured, Detail: notPinned})
		}
	}
	if slices.Contains(names, offline.Name) {
		r.add(&named, offlineModel())
	}
	return named
}

// notPinned is why a candidate is skipped that could be asked.
const notPinned = "the run was begun without it, and no process adds anybody to a run"

// Routes lists what this process can ask, as runs need it: by dialect and origin, and, for
// runs without pins, by name.
func (r *Source) Routes() []string {
	routes := []string{event.Candidate{Dialect: offline.Name}.Route()}
	for _, p := range r.models.Providers {
		if p.Usable() {
			routes = append(routes, event.Candidate{Dialect: p.Dialect, Origin: origin(p)}.Route(), "name "+p.Name, "any")
		}
	}
	return routes
}
