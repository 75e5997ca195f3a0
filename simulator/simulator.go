package simulator

import (
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/cineforge/cineforge/simulator/internal/inprocess"
	"github.com/cineforge/cineforge/simulator/internal/wire"
	"github.com/cineforge/cineforge/simulator/scenario"
)

// Options are settings of a Simulator; the zero value is a good choice.
type Options struct {
	// Observe, if set, is called with each call when it ends, in the goroutine that
	// served it.
	Observe func(Call)

	// Log is how many calls are remembered; 0 means 100000.
	Log int
}

// Simulator plays providers. It is safe for concurrent use.
type Simulator struct {
	options Options
	epoch   atomic.Pointer[epoch]
	journal journal
	number  atomic.Int64 // of calls
	epochs  atomic.Int64
}

// New returns a simulator of a scenario. It panics on a scenario that [Scenario.Check]
// finds fault with; what [Parse], [Find] and [Builtin] return is sound.
func New(s scenario.Scenario, o Options) *Simulator {
	if o.Log <= 0 {
		o.Log = defaultLog
	}
	sim := &Simulator{options: o, journal: journal{most: o.Log}}
	sim.SetScenario(s)
	return sim
}

// SetScenario changes the scenario, and starts its clock and its counters anew: the
// clock runs from the next call. Calls under way end as they began. It panics on a
// scenario that [Scenario.Check] finds fault with.
func (s *Simulator) SetScenario(scenario scenario.Scenario) {
	if err := scenario.Check(); err != nil {
		panic(fmt.Sprintf("simulator: %v", err))
	}
	s.epoch.Store(newEpoch(scenario, int(s.epochs.Add(1))))
}

// Scenario returns the scenario that is being played.
func (s *Simulator) Scenario() scenario.Scenario { return s.epoch.Load().scenario }

// Transport returns a RoundTripper that reaches the simulator without a socket, whatever the
// host of a request, except the host that a hostile redirect leads to, which has no address.
// Time in it is that of package time, so it works in testing/synctest bubbles. It plays what a
// server on a port can't: that a port is closed, that a host has no address, that a certificate
// is not to be trusted.
func (s *Simulator) Transport() http.RoundTripper {
	return inprocess.Transport{Handler: s, NoAddress: redirectHost}
}

// Calls returns the calls so far in the order in which they came, those under way too.
// Of very many only the last are remembered; see [Options].
func (s *Simulator) Calls() []Call { return s.journal.all() }

// EnvVar is an environment variable.
type EnvVar struct{ Name, Value string }

// BaseURLs returns the variables that send the official SDKs to a simulator whose
// root is at a URL such as http://127.0.0.1:9100.
func BaseURLs(root string) []EnvVar {
	root = strings.TrimRight(root, "/")
	return []EnvVar{
		{"ANTHROPIC_BASE_URL", root + "/anthropic"},
		{"OPENAI_BASE_URL", root + "/openai/v1"},
		{"GOOGLE_GEMINI_BASE_URL", root + "/google"},
	}
}

// ServeHTTP answers a call as the provider that its path names. Where a connection is
// to break it panics with [http.ErrAbortHandler], as handlers do.
func (s *Simulator) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if path, ok := strings.CutPrefix(r.URL.Path, "/_simulator/"); ok {
		s.control(w, r, path)
		return
	}
	to, ok := route(r)
	if !ok {
		http.NotFound(w, r)
		return
	}
	if to.dialect == nil {
		moment := wire.Moment{Now: time.Now(), Seed: s.Scenario().Seed, Key: r.URL.Path, Quota: fullQuota()}
		reply := to.vendor.NotFound(r, moment)
		if to.models {
			reply = to.vendor.Models(r, moment)
		}
		writeReply(w, reply)
		return
	}
	s.serve(w, r, to)
}

// writeReply writes a whole answer.
func writeReply(w http.ResponseWriter, reply wire.Reply) {
	for name, values := range reply.Header {
		w.Header()[name] = values
	}
	w.Header().Set("Content-Length", fmt.Sprint(len(reply.Body)))
	w.WriteHeader(reply.Status)
	_, _ = w.Write(reply.Body) // a client that went away needs no answer
}
