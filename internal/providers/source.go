package providers

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/cineforge/cineforge/llm"
	"github.com/cineforge/cineforge/llm/anthropic"
	"github.com/cineforge/cineforge/llm/chain"
	"github.com/cineforge/cineforge/llm/gemini"
	"github.com/cineforge/cineforge/llm/offline"
	"github.com/cineforge/cineforge/llm/openai"
	"github.com/cineforge/cineforge/llm/openaicompat"
	"github.com/cineforge/cineforge/llm/wire"
	"github.com/cineforge/cineforge/pipeline"
	"github.com/cineforge/cineforge/recipe"
)

// Source finds the candidates of a stage. It makes each model once. It is safe for concurrent use.
type Source struct {
	models    Models
	vendors   http.RoundTripper
	servers   http.RoundTripper // for those that a configuration names
	providers map[string]Provider

	mu   sync.Mutex // guards made
	made map[recipe.ModelName]llm.Candidate
}

var _ pipeline.CandidateSource = (*Source)(nil)

// NewSource returns the source of the candidates among models.
func NewSource(m Models) *Source {
	r := &Source{
		models: m, vendors: m.Transport, servers: m.Transport,
		providers: map[string]Provider{}, made: map[recipe.ModelName]llm.Candidate{},
	}
	if m.Transport == nil {
		r.vendors, r.servers = wire.NewTransport(), wire.NewServerTransport()
	}
	for _, p := range m.Providers {
		r.providers[p.Name] = p
	}
	return r
}

// offlineModel is asked where no other model can be.
func offlineModel() recipe.ModelName {
	return recipe.ModelName{Provider: offline.Name, Model: offline.Name}
}

// ForNewRun returns the candidates of a stage; see pipeline.CandidateSource. A stage with the
// default chain, or none, of which no candidate can be asked gets what the other providers
// offer. Without any provider the candidate is the offline model.
func (r *Source) ForNewRun(stageID string, policy recipe.Policy) pipeline.Candidates {
	var l pipeline.Candidates
	for _, name := range policy.Chain {
		if reason, why := r.blocked(policy, name); reason != "" {
			l.Skipped = append(l.Skipped, chain.Skipped{Provider: name.Provider, Model: name.Model, Reason: reason, Detail: why})
			continue
		}
		r.add(&l, name)
	}
	if len(l.Candidates) == 0 {
		for _, name := range policy.Spare(r.spare()) {
			r.add(&l, name)
		}
	}
	if r.standsIn(policy) && !slices.Contains(policy.Chain, offlineModel()) {
		r.add(&l, offlineModel())
	}
	return l
}

// standsIn reports whether the offline model answers where no other one can: if the recipe wants
// it to, or on a machine without keys, unless the run names its models or leaves it out.
func (r *Source) standsIn(policy recipe.Policy) bool {
	if policy.LeavesOut(offline.Name) {
		return false
	}
	return policy.Degrade == recipe.DegradeOffline || !r.any() && !policy.Named
}

// leftOut is why a candidate is skipped that a run leaves out.
const leftOut = "this run leaves its provider out"

// blocked says why a stage does not ask a model, or "" if it can.
func (r *Source) blocked(policy recipe.Policy, name recipe.ModelName) (reason chain.Reason, why string) {
	if policy.LeavesOut(name.Provider) {
		return chain.LeftOut, leftOut
	}
	if why := r.missing(name); why != "" {
		return chain.NotConfigured, why
	}
	return "", ""
}

// Names lists the providers that there are, and the offline model's.
func (r *Source) Names() []string {
	var names []string
	for _, p := range r.models.Providers {
		names = append(names, p.Name)
	}
	return append(names, offline.Name)
}

// missing says why a model can't be asked, or "" if it can.
func (r *Source) missing(name recipe.ModelName) string {
	p, ok := r.providers[name.Provider]
	switch {
	case name == offlineModel():
		return ""
	case !ok:
		return fmt.Sprintf("no provider %s is configured", name.Provider)
	case !p.Usable():
		return p.KeyVariable + " is not set"
	}
	return ""
}

// any reports whether any provider can be asked.
func (r *Source) any() bool {
	return slices.ContainsFunc(slices.Collect(maps.Values(r.providers)), Provider.Usable)
}

// spare lists what the providers that can be asked offer, in their order.
func (r *Source) spare() []recipe.ModelName {
	var names []recipe.ModelName
	for _, p := range r.models.Providers {
		if p.Usable() {
			for _, m := range p.Models {
				names = append(names, recipe.ModelName{Provider: p.Name, Model: m})
			}
		}
	}
	return names
}

// candidate returns a model that can be asked.
func (r *Source) candidate(name recipe.ModelName) llm.Candidate {
	r.mu.Lock()
	defer r.mu.Unlock()
	c, ok := r.made[name]
	if !ok {
		c = llm.Candidate{Provider: name.Provider, Name: name.Model, Spec: r.models.Catalog.Spec(name.Provider, name.Model)}
		if name == offlineModel() {
			c.Spec.Price = &llm.Price{} // rules cost nothing
		}
		c.Model = r.model(name, c.Spec)
		p := r.providers[name.Provider]
		c.Endpoint = p.endpoint()
		c.Credential = p.credential()
		c.Identity = r.pin(name).Identity()
		r.made[name] = c
	}
	return c
}

func (r *Source) model(name recipe.ModelName, spec llm.Spec) llm.Model {
	if name == offlineModel() {
		return offline.Model{}
	}
	p := r.providers[name.Provider]
	known, _ := r.models.Catalog.Lookup(name.Provider, name.Model)
	e := wire.Endpoint{Provider: p.Name, BaseURL: strings.TrimRight(p.BaseURL, "/"), Key: p.Key, KeyName: p.KeyVariable,
		Model: name.Model, Spec: spec, Named: !IsStandard(p.Name), Limits: known.Limits.Over(p.Limits), Transport: r.vendors}
	if e.Named {
		e.Transport = r.servers
	}
	switch {
	case p.Dialect == Anthropic:
		return anthropic.New(e)
	case p.Dialect == Google:
		return gemini.New(e)
	case p.Dialect == OpenAI && p.Name == OpenAI: // only OpenAI has the Responses API in full
		return openai.New(e)
	}
	return openaicompat.New(e, p.Dialect)
}
