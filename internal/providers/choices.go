package providers

import (
	"context"
	"slices"
	"time"

	"github.com/cineforge/cineforge/llm"
	"github.com/cineforge/cineforge/llm/catalog"
	"github.com/cineforge/cineforge/llm/chain"
	llmhealth "github.com/cineforge/cineforge/llm/health"
	"github.com/cineforge/cineforge/llm/offline"
	"github.com/cineforge/cineforge/pipeline"
	"github.com/cineforge/cineforge/recipe"
	"github.com/cineforge/cineforge/run"
)

// Choice is a model that a stage may ask, and whether it can be asked now.
type Choice struct {
	Name     recipe.ModelName
	Spec     llm.Spec
	StandsIn bool // the chain does not name it: it stands in where none of the chain can be asked

	Reason chain.Reason // why it can't be asked; "" if it can
	Detail string       // the same for people; may be empty
	Since  time.Time    // since when; zero if that is not known
	Until  time.Time    // when that may have changed; zero if that is not known
}

// Survey says which models could be asked now, and why others could not. It asks none.
type Survey struct{ service *Service }

// TakeSurvey takes over what other processes have learned, and returns what can be asked.
func (s *Service) TakeSurvey(ctx context.Context) (Survey, error) { return Survey{s}, s.Recall(ctx) }

// Choices returns the models of a stage in the order in which they are asked, those that can't be
// asked among them: of a run by what it has pinned, and without one of a new run. Of a drill, all
// that it can ask can be asked.
func (v Survey) Choices(of *run.State, stageID string, policy recipe.Policy) ([]Choice, error) {
	s := v.service
	known := s.source.models.Catalog
	switch {
	case of == nil:
		return choices(policy, s.source.ForNewRun(stageID, policy), known, s.router.Health()), nil
	case of.Drill == "":
		return choices(policy, s.source.ForRun(of, stageID, policy), known, s.router.Health()), nil
	}
	m, err := s.ModelSource(of.Drill)
	if err != nil {
		return nil, err
	}
	return choices(policy, m.Candidates.ForRun(of, stageID, policy), known, nil), nil
}

// choices puts the candidates of a stage, and those that are skipped, into the order of its chain.
// Without a registry all candidates can be asked.
func choices(policy recipe.Policy, of pipeline.Candidates, known catalog.Catalog, health *llmhealth.Registry) []Choice {
	var all []Choice
	for _, c := range of.Candidates {
		name := recipe.ModelName{Provider: c.Provider, Model: c.Name}
		a := available(c, health)
		all = append(all, Choice{Name: name, Spec: c.Spec, StandsIn: !slices.Contains(policy.Chain, name),
			Reason: a.Reason, Detail: a.Detail, Since: a.Since, Until: a.Until})
	}
	for _, c := range of.Skipped {
		name := recipe.ModelName{Provider: c.Provider, Model: c.Model}
		all = append(all, Choice{Name: name, Spec: known.Spec(c.Provider, c.Model), Reason: c.Reason, Detail: c.Detail})
	}
	place := func(c Choice) int {
		if i := slices.Index(policy.Chain, c.Name); i >= 0 {
			return i
		}
		return len(policy.Chain)
	}
	slices.SortStableFunc(all, func(a, b Choice) int { return place(a) - place(b) })
	return all
}

// available returns whether a candidate can be asked now, as far as its provider's health says.
func available(c llm.Candidate, health *llmhealth.Registry) llmhealth.Availability {
	if c.Provider == offline.Name || health == nil {
		return llmhealth.Availability{}
	}
	way := llmhealth.Way{Endpoint: c.Endpoint, Provider: c.Provider, Model: c.Name, Credential: c.Credential}
	return health.Check(way, time.Now())
}

// KnownModel is a model that can be named, and what is known of it.
type KnownModel struct {
	Choice
	Dialect string        // of its provider's API
	Entry   catalog.Entry // of the catalog
	Listed  bool          // it is in the catalog
	Spare   bool          // its provider offers it where none of a chain can be asked
}

// Known returns the models that are known: those of the catalog, of the providers that are
// configured, and of the default chains; and whether they can be asked now.
func (v Survey) Known() (all []KnownModel) {
	s := v.service
	for _, name := range s.source.names() {
		m := KnownModel{Choice: Choice{Name: name}, Dialect: s.source.pin(name).Dialect}
		m.Entry, m.Listed = s.source.models.Catalog.Lookup(name.Provider, name.Model)
		m.Spec = m.Entry.Spec()
		if name == offlineModel() {
			m.Spec.Price = &llm.Price{}
		}
		m.Spare = slices.Contains(s.source.providers[name.Provider].Models, name.Model)
		if why := s.source.missing(name); why != "" {
			m.Reason, m.Detail = chain.NotConfigured, why
		} else if a := available(s.source.candidate(name), s.router.Health()); !a.Free() {
			m.Reason, m.Detail, m.Since, m.Until = a.Reason, a.Detail, a.Since, a.Until
		}
		all = append(all, m)
	}
	return all
}

// names lists the models that are known, each once: by provider as they are configured, then those
// of other providers, then the offline model.
func (r *Source) names() (all []recipe.ModelName) {
	add := func(provider string, models []string) {
		for _, m := range models {
			if name := (recipe.ModelName{Provider: provider, Model: m}); !slices.Contains(all, name) {
				all = append(all, name)
			}
		}
	}
	for _, p := range r.models.Providers {
		add(p.Name, modelsOf(p))
		add(p.Name, r.models.Catalog.Models(p.Name))
	}
	for _, provider := range r.models.Catalog.Providers() {
		add(provider, r.models.Catalog.Models(provider))
	}
	return append(all, offlineModel())
}
