package chain

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/resilience/breaker"
)

// Memory keeps what is known of the providers over a restart, and shares it between
// processes. It is used concurrently. What it fails to keep is lost, which costs a
// few calls and nothing else.
type Memory interface {
	// Recall returns the records that changed after a position, and the position
	// to go on from; 0 is the beginning.
	Recall(ctx context.Context, after int64) ([]Record, int64, error)

	// Keep stores records, each unless there is one of at least its version, and
	// adds transitions to the log of all of them.
	Save(ctx context.Context, records []Record, turns []Transition) error
}

// Record is a part of what is known of a provider.
type Record struct {
	Endpoint string // whose it is
	Name     string // of the part, within the provider
	Version  int64  // grows with each change; the time of it in ns, so that the last one wins
	Data     []byte // JSON
}

// The names of the records of a provider.
const (
	holdName = "hold"
	lastName = "last" // how it failed last

	releaseName = "release" // when it was last released
)

func breakerName(model string) string           { return "breaker/" + model }
func gateName(model, credential string) string  { return "gate/" + credential + "/" + model }
func routeName(model, credential string) string { return "route/" + credential + "/" + model }

// kept is the stored form of a breaker.
type keptBreaker struct {
	State      breaker.State `json:"state"`
	Since      time.Time     `json:"since"`
	Until      time.Time     `json:"until,omitzero"`
	Opened     int           `json:"opened"`
	Generation uint64        `json:"generation"`
	Evidence   string        `json:"evidence,omitempty"`
	Cause      *keptFailure  `json:"cause,omitempty"`    // what the provider failed with last
	Suspects   []string      `json:"suspects,omitempty"` // of a provider's: the models that failed
}

type keptGate struct {
	Until  time.Time    `json:"until"`
	Set    time.Time    `json:"set"`
	Since  time.Time    `json:"since,omitzero"`
	Asked  time.Time    `json:"asked,omitzero"`
	Person bool         `json:"person,omitempty"`
	Times  int          `json:"times"`
	Cause  *keptFailure `json:"cause"`
}

// keptRoute is the stored form of how a key has done at a model.
type keptRoute struct {
	Answered time.Time `json:"answered"`
}

// keptFailure is the stored form of a failure.
type keptFailure struct {
	Provider string `json:"provider"`
	Model    string `json:"model"`
	failure.Stored
}

func keepFailure(f *Fault) *keptFailure {
	if f == nil {
		return nil
	}
	return &keptFailure{f.Provider, f.Model, failure.Store(f.Err)}
}

func (k *keptFailure) failed() *Fault {
	if k == nil {
		return nil
	}
	return &Fault{k.Provider, k.Model, k.Restore()}
}

// syncPause is how often the memory is looked into at most.
const syncPause = time.Second

// sync takes over what other processes have found out, now and then. Where that
// fails, what is known here has to do.
func (r *Router) sync(ctx context.Context) {
	if r.o.Memory == nil {
		return
	}
	r.mu.Lock()
	first := r.synced.IsZero()
	due := first || time.Since(r.synced) >= syncPause
	if due {
		r.synced = time.Now()
	}
	r.mu.Unlock()
	if due {
		r.Recall(ctx) //nolint:errcheck // see above
	}
	if first {
		close(r.remembered)
	}
	select {
	case <-r.remembered: // nobody is asked by who knows nothing yet
	case <-ctx.Done():
	}
}

// Recall takes over what other processes have found out, now.
func (r *Router) Recall(ctx context.Context) error {
	r.clock.Check()
	if r.o.Memory == nil {
		return nil
	}
	r.mu.Lock()
	after := r.position
	r.mu.Unlock()
	records, position, err := r.o.Memory.Recall(ctx, after)
	if err != nil {
		return err
	}
	changed, better := false, false
	for _, rec := range records {
		p := r.provider(rec.Endpoint)
		changed = p.recall(rec) || changed
		better = p.relieved() || better
	}
	r.mu.Lock()
	r.position = max(r.position, position)
	r.mu.Unlock()
	if changed {
		r.wake(better)
	}
	return nil
}

// save keeps what a change and others before it changed of a provider, wakes those who wait for it, and returns the
// turns of its breakers that were not told of yet.
func (r *Router) save(ctx context.Context, p *provider, change func(*provider)) (turns []Transition, err error) {
	p.mu.Lock()
	change(p)
	turns, p.turned = p.turned, nil
	records := p.records()
	p.mu.Unlock()
	if len(turns) == 0 && len(records) == 0 {
		return nil, nil
	}
	if r.o.Memory != nil {
		err = r.o.Memory.Save(context.WithoutCancel(ctx), records, turns)
	}
	r.wake(p.relieved())
	return turns, err
}

// records returns what is to be saved.
func (p *provider) records() []Record {
	var records []Record
	for name := range p.stale {
		data := p.encode(name)
		if data == nil {
			continue
		}
		p.version[name] = max(p.version[name]+1, time.Now().UnixNano())
		records = append(records, Record{p.endpoint, name, p.version[name], data})
	}
	clear(p.stale)
	return records
}

// encode returns the stored form of a part, nil if there is none.
func (p *provider) encode(name string) []byte {
	kind, rest, _ := strings.Cut(name, "/")
	var v any
	switch kind {
	case "breaker":
		b := p.breaker
		if rest != "" {
			b = p.modelLocked(rest).breaker
		}
		s := b.Status()
		kept := keptBreaker{s.State, s.Since, s.Until, s.Opened, s.Generation, s.Evidence, keepFailure(p.last), nil}
		if rest == "" {
			kept.Suspects = slices.Sorted(maps.Keys(p.evidence.suspects))
		}
		v = kept
	case "gate":
		credential, model, _ := strings.Cut(rest, "/")
		g := p.gateOf(model, credential)
		if g.cause == nil {
			v = keptGate{}
			break
		}
		v = keptGate{g.until, g.set, g.since, g.asked, g.person, g.times, keepFailure(g.cause)}
	case "route":
		credential, model, _ := strings.Cut(rest, "/")
		v = keptRoute{p.standingOf(model, credential).answered}
	case holdName:
		v = p.held
	case lastName:
		v = keepFailure(p.last)
	case releaseName:
		v = p.released
	}
	data, err := json.Marshal(v)
	if err != nil {
		return nil
	}
	return data
}

// recall takes over a record that another process has saved. It reports whether that
// changed anything.
func (p *provider) recall(rec Record) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if rec.Version <= p.version[rec.Name] {
		return false
	}
	p.version[rec.Name] = rec.Version
	delete(p.stale, rec.Name)
	kind, rest, _ := strings.Cut(rec.Name, "/")
	switch kind {
	case "breaker":
		return p.recallBreaker(rest, rec.Data)
	case "gate":
		var k keptGate
		if json.Unmarshal(rec.Data, &k) != nil {
			return false
		}
		credential, model, _ := strings.Cut(rest, "/")
		p.better = p.better || k.Cause == nil
		if back := time.Until(k.Set); back > 0 { // the clock went back
			k.Set, k.Until = k.Set.Add(-back), k.Until.Add(-back)
		}
		if k.Since.IsZero() {
			k.Since = k.Set
		}
		g := p.gateOf(model, credential)
		*g = gate{queue: g.queue, until: k.Until, set: k.Set, since: k.Since, asked: k.Asked, person: k.Person, times: k.Times, cause: k.Cause.failed(), trial: g.trial}
	case "route":
		var k keptRoute
		if json.Unmarshal(rec.Data, &k) != nil {
			return false
		}
		credential, model, _ := strings.Cut(rest, "/")
		for _, st := range []*standing{p.standingOf(model, credential), p.standingOf("", credential)} {
			if now := time.Now(); k.Answered.After(st.answered) && !k.Answered.After(now) {
				st.answered, st.bareSince, st.bareMore = k.Answered, time.Time{}, false
			}
		}
		return false // it keeps nobody from being asked
	case lastName:
		var k keptFailure
		if json.Unmarshal(rec.Data, &k) == nil {
			p.last = k.failed()
		}
		return false // it keeps nobody from being asked
	case releaseName:
		p.better = true
		return json.Unmarshal(rec.Data, &p.released) == nil
	case holdName:
		err := json.Unmarshal(rec.Data, &p.held)
		p.better = p.better || !p.held.active(time.Now())
		return err == nil
	}
	return true
}

func (p *provider) recallBreaker(model string, data []byte) bool {
	var k keptBreaker
	if json.Unmarshal(data, &k) != nil {
		return false
	}
	b := p.breaker
	if model != "" {
		b = p.modelLocked(model).breaker
	} else if k.State != breaker.Closed {
		for _, name := range k.Suspects {
			p.evidence.suspects[name] = k.Since
		}
	} else {
		p.evidence.clear()
	}
	p.better = p.better || k.State == breaker.Closed || k.Evidence == wanted
	b.Restore(breaker.Status{State: k.State, Since: k.Since, Until: k.Until, Opened: k.Opened, Generation: k.Generation, Evidence: k.Evidence})
	if k.Cause != nil {
		p.last = k.Cause.failed()
	}
	return true
}
