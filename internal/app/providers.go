package app

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/cineforge/cineforge/durable/local"
	"github.com/cineforge/cineforge/llm"
	"github.com/cineforge/cineforge/llm/anthropic"
	"github.com/cineforge/cineforge/llm/catalog"
	"github.com/cineforge/cineforge/llm/chain"
	"github.com/cineforge/cineforge/llm/gemini"
	"github.com/cineforge/cineforge/llm/offline"
	"github.com/cineforge/cineforge/llm/openai"
	"github.com/cineforge/cineforge/llm/openaicompat"
	"github.com/cineforge/cineforge/llm/wire"
	"github.com/cineforge/cineforge/pipeline"
	"github.com/cineforge/cineforge/recipe"
)

// Provider is somebody who can be asked.
type Provider struct {
	Name    string // as recipes name it, such as "anthropic"
	Dialect string // "anthropic", "openai", "google", or one of openaicompat.Dialects
	BaseURL string // in the form that the provider's SDK takes; "" is the provider's own

	// KeyVariable is the environment variable that holds the key; "" if the server
	// wants none. Key is what it holds.
	KeyVariable string
	Key         string

	// Models are what to ask where a stage's own chain has nobody who can be asked,
	// first choice first.
	Models []string

	// Limits on the time of an answer; those of a model in the catalog come first.
	Limits wire.Limits
}

// usable reports whether the provider can be asked.
func (p Provider) usable() bool { return p.Key != "" || p.KeyVariable == "" }

// endpoint names whom the health of the provider's models is shared with.
func (p Provider) endpoint() string {
	if p.BaseURL == "" {
		return p.Name
	}
	return p.Name + "@" + strings.TrimRight(p.BaseURL, "/")
}

// credential names the key without telling it: another key under the same name is
// another credential.
func (p Provider) credential() string {
	if p.Key == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(p.Key))
	return p.KeyVariable + "#" + hex.EncodeToString(sum[:3])
}

// keyOf returns the variable that a credential is named after; "" for none.
func keyOf(credential string) string {
	name, _, _ := strings.Cut(credential, "#")
	return name
}

// The names of the providers that are always known.
const (
	Anthropic = "anthropic"
	OpenAI    = "openai"
	Google    = "google"
)

// Standard reports whether a name is that of a provider that is always known. Such a
// provider has the limits of a vendor's API, whatever its base URL.
func Standard(name string) bool { return name == Anthropic || name == OpenAI || name == Google }

// StandardProviders returns the providers whose keys and base URLs are in the
// standard variables of their SDKs.
func StandardProviders(getenv func(string) string) []Provider {
	all := []Provider{
		{Name: Anthropic, Dialect: Anthropic, KeyVariable: "ANTHROPIC_API_KEY", BaseURL: getenv("ANTHROPIC_BASE_URL"), Models: []string{"claude-sonnet-4-6"}},
		{Name: OpenAI, Dialect: OpenAI, KeyVariable: "OPENAI_API_KEY", BaseURL: getenv("OPENAI_BASE_URL"), Models: []string{"gpt-4.1"}},
		{Name: Google, Dialect: Google, KeyVariable: "GEMINI_API_KEY", BaseURL: getenv("GOOGLE_GEMINI_BASE_URL"), Models: []string{"gemini-3-flash-preview"}},
	}
	for i := range all {
		all[i].BaseURL, all[i].Key = Trim(all[i].BaseURL), Trim(getenv(all[i].KeyVariable))
	}
	return all
}

// Models are the models that there are: who can be asked, and what is known of them.
type Models struct {
	Providers []Provider
	Catalog   catalog.Catalog

	// Transport makes the requests; nil means one for the process.
	Transport http.RoundTripper

	// Router has settings of how hard is tried; the zero value is a good choice. Its
	// memory is the system's.
	Router chain.Options

	// Engine has settings of how runs are executed; the zero value is a good choice.
	Engine local.Options

	// NoBackup says that no copy of a database is made before it is brought up to date.
	NoBackup bool

	// StoreTrouble is told, once, that the store takes nothing, and once with nil that it
	// does again; nil means that nobody is.
	StoreTrouble func(err error)
}

// candidateSource finds the models that a stage may ask. It makes each of them once.
type candidateSource struct {
	models    Models
	vendors   http.RoundTripper
	servers   http.RoundTripper // for those that a configuration names
	providers map[string]Provider

	mu   sync.Mutex // guards made
	made map[recipe.ModelName]llm.Candidate
}

var _ pipeline.CandidateSource = (*candidateSource)(nil)

func newRoster(m Models) *candidateSource {
	r := &candidateSource{
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

// offlineModel is asked where nobody else can be.
func offlineModel() recipe.ModelName {
	return recipe.ModelName{Provider: offline.Name, Model: offline.Name}
}

// Candidates returns the models of a stage; see pipeline.CandidateSource. Where the stage has
// the default chain, or none, and nobody in it can be asked, whoever can be is
// asked for what its provider offers; where nobody can be asked at all, the offline
// model is.
func (r *candidateSource) ForNewRun(stageID string, policy recipe.Policy) pipeline.Candidates {
	var l pipeline.Candidates
	for _, name := range policy.Chain {
		if reason := r.missing(name); reason != "" {
			l.Skipped = append(l.Skipped, chain.Skipped{Provider: name.Provider, Model: name.Model, Reason: chain.NotConfigured, Detail: reason})
			continue
		}
		r.add(&l, name)
	}
	if len(l.Candidates) == 0 && policy.Default(stageID) {
		for _, name := range r.spare() {
			r.add(&l, name)
		}
	}
	if (!r.any() || policy.Degrade == recipe.DegradeOffline) && !slices.Contains(policy.Chain, offlineModel()) {
		r.add(&l, offlineModel())
	}
	return l
}

// missing says why a model can't be asked, or "" if it can.
func (r *candidateSource) missing(name recipe.ModelName) string {
	p, ok := r.providers[name.Provider]
	switch {
	case name == offlineModel():
		return ""
	case !ok:
		return fmt.Sprintf("no provider %s is configured", name.Provider)
	case !p.usable():
		return p.KeyVariable + " is not set"
	}
	return ""
}

// any reports whether any provider can be asked.
func (r *candidateSource) any() bool {
	return slices.ContainsFunc(slices.Collect(maps.Values(r.providers)), Provider.usable)
}

// spare lists what the providers that can be asked offer, in their order.
func (r *candidateSource) spare() []recipe.ModelName {
	var names []recipe.ModelName
	for _, p := range r.models.Providers {
		if p.usable() {
			for _, m := range p.Models {
				names = append(names, recipe.ModelName{Provider: p.Name, Model: m})
			}
		}
	}
	return names
}

// candidate returns a model that can be asked.
func (r *candidateSource) candidate(name recipe.ModelName) llm.Candidate {
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
		c.Endpoint, c.Credential, c.Identity = p.endpoint(), p.credential(), r.pin(name).Identity()
		r.made[name] = c
	}
	return c
}

func (r *candidateSource) model(name recipe.ModelName, spec llm.Spec) llm.Model {
	if name == offlineModel() {
		return offline.Model{}
	}
	p := r.providers[name.Provider]
	known, _ := r.models.Catalog.Entry(name.Provider, name.Model)
	e := wire.Endpoint{Provider: p.Name, BaseURL: strings.TrimRight(p.BaseURL, "/"), Key: p.Key, KeyName: p.KeyVariable, Model: name.Model, Spec: spec,
		Named: !Standard(p.Name), Limits: known.Limits.Over(p.Limits), Transport: r.vendors}
	if e.Named {
		e.Transport = r.servers
	}
	switch {
	case p.Dialect == Anthropic:
		return anthropic.New(e)
	case p.Dialect == Google:
		return gemini.New(e)
	case p.Dialect == OpenAI && p.Name == OpenAI: // nobody else has the Responses API in full
		return openai.New(e)
	}
	return openaicompat.New(e, p.Dialect)
}
