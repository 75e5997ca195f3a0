package app

import (
	"net/http"

	"github.com/cineforge/cineforge/durable/local"
	"github.com/cineforge/cineforge/internal/providers"
	"github.com/cineforge/cineforge/llm/catalog"
	"github.com/cineforge/cineforge/llm/chain"
)

// Config is what a system is made with.
type Config struct {
	Providers []providers.Provider
	Catalog   catalog.Catalog

	// Transport makes the requests to providers; nil means one for the process.
	Transport http.RoundTripper

	// Router has settings of retries and fallback; the zero value is a good choice. Its
	// memory is the system's.
	Router chain.Options

	// Engine has settings of how runs are executed; the zero value is a good choice.
	Engine local.Options

	// NoBackup says that no copy of a database is made before it is brought up to date.
	NoBackup bool

	// StoreTrouble is called once when the store takes nothing, and once with nil when it
	// does again; nil means that nothing is.
	StoreTrouble func(err error)
}

// Models returns the models that a configuration offers.
func (c Config) Models() providers.Models {
	return providers.Models{Providers: c.Providers, Catalog: c.Catalog, Transport: c.Transport}
}
