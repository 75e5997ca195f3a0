package health

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/resilience/breaker"
)

// Record is a part of what is known of a provider. The names and forms of records are
// stored, so that they are never changed but added to.
type Record struct {
	Endpoint string // of the provider
	Name     string // of the part, within the provider
	Version  int64  // grows with each change; the time of it in ns, so that the last one wins
	Data     []byte // JSON
}

// The names of the records of a provider.
const (
	holdName    = "hold"
	lastName    = "last"    // how it failed last
	releaseName = "release" // when it was last released
)

func breakerName(model string) string              { return "breaker/" + model }
func cooldownName(model, credential string) string { return "gate/" + credential + "/" + model }
func routeName(model, credential string) string    { return "route/" + credential + "/" + model }

// storedBreaker is the stored form of a breaker.
type storedBreaker struct {
	State      breaker.State `json:"state"`
	Since      time.Time     `json:"since"`
	Until      time.Time     `json:"until,omitzero"`
	Opened     int           `json:"opened"`
	Generation uint64        `json:"generation"`
	Evidence   string        `json:"evidence,omitempty"`
	Cause      *storedFault  `json:"cause,omitempty"`    // what the provider failed with last
	Suspects   []string      `json:"suspects,omitempty"` // of a provider's: the models that failed
}

// storedCooldown is the stored form of a cooldown.
type storedCooldown struct {
	Until  time.Time    `json:"until"`
	Set    time.Time    `json:"set"`
	Since  time.Time    `json:"since,omitzero"`
	Asked  time.Time    `json:"asked,omitzero"`
	Person bool         `json:"person,omitempty"`
	Times  int          `json:"times"`
	Cause  *storedFault `json:"cause"`
}

// RecordedCooldown is what a record says of a cooldown. The zero value is one that is over.
type RecordedCooldown struct {
	Model      string // "" for all of the provider's
	Credential string
	Until      time.Time
	Class      failure.Class // of what set it
	Person     bool          // it takes a person to end it before its time
}

// Cooldown returns what a record says of a cooldown, and whether it is of one.
func (r Record) Cooldown() (c RecordedCooldown, ok bool) {
	kind, rest, _ := strings.Cut(r.Name, "/")
	if kind != "gate" {
		return c, false
	}
	var stored storedCooldown
	if json.Unmarshal(r.Data, &stored) != nil {
		return c, false
	}
	c.Credential, c.Model, _ = strings.Cut(rest, "/")
	if stored.Cause != nil {
		c.Until = stored.Until
		c.Class = stored.Cause.fault().Err.Class
		c.Person = stored.Person
	}
	return c, true
}

// storedRoute is the stored form of how a key has done at a model.
type storedRoute struct {
	Answered time.Time `json:"answered"`
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
		records = append(records, Record{Endpoint: p.endpoint, Name: name, Version: p.version[name], Data: data})
	}
	clear(p.stale)
	return records
}

// encode returns the stored form of a part, nil if there is none.
func (p *provider) encode(name string) []byte {
	kind, rest, _ := strings.Cut(name, "/")
	credential, model, _ := strings.Cut(rest, "/")
	var v any
	switch kind {
	case "breaker":
		v = p.storeBreaker(rest)
	case "gate":
		v = storeCooldown(p.cooldownOf(model, credential))
	case "route":
		v = storedRoute{Answered: p.standingOf(model, credential).answered}
	case holdName:
		v = p.held
	case lastName:
		v = storeFault(p.last)
	case releaseName:
		v = p.released
	}
	data, err := json.Marshal(v)
	if err != nil {
		return nil
	}
	return data
}

func (p *provider) storeBreaker(model string) storedBreaker {
	b := p.breaker
	if model != "" {
		b = p.modelLocked(model).breaker
	}
	s := b.Status()
	stored := storedBreaker{
		State:      s.State,
		Since:      s.Since,
		Until:      s.Until,
		Opened:     s.Opened,
		Generation: s.Generation,
		Evidence:   s.Evidence,
		Cause:      storeFault(p.last),
	}
	if model == "" {
		stored.Suspects = slices.Sorted(maps.Keys(p.evidence.suspects))
	}
	return stored
}

func storeCooldown(c *cooldown) storedCooldown {
	if c.cause == nil {
		return storedCooldown{}
	}
	return storedCooldown{
		Until:  c.until,
		Set:    c.set,
		Since:  c.since,
		Asked:  c.asked,
		Person: c.person,
		Times:  c.times,
		Cause:  storeFault(c.cause),
	}
}

// recall takes over a record that another process has saved. It reports whether that
// changed what may be asked.
func (p *provider) recall(rec Record) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if rec.Version <= p.version[rec.Name] {
		return false
	}
	p.version[rec.Name] = rec.Version
	delete(p.stale, rec.Name)
	kind, rest, _ := strings.Cut(rec.Name, "/")
	credential, model, _ := strings.Cut(rest, "/")
	switch kind {
	case "breaker":
		return p.recallBreaker(rest, rec.Data)
	case "gate":
		return p.recallCooldown(model, credential, rec.Data)
	case "route":
		p.recallRoute(model, credential, rec.Data)
		return false
	case lastName:
		var stored storedFault
		if json.Unmarshal(rec.Data, &stored) == nil {
			p.last = stored.fault()
		}
		return false
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

func (p *provider) recallCooldown(model, credential string, data []byte) bool {
	var stored storedCooldown
	if json.Unmarshal(data, &stored) != nil {
		return false
	}
	p.better = p.better || stored.Cause == nil
	if back := time.Until(stored.Set); back > 0 { // the clock went back
		stored.Set = stored.Set.Add(-back)
		stored.Until = stored.Until.Add(-back)
	}
	if stored.Since.IsZero() {
		stored.Since = stored.Set
	}
	c := p.cooldownOf(model, credential)
	*c = cooldown{
		queue:  c.queue,
		until:  stored.Until,
		set:    stored.Set,
		since:  stored.Since,
		asked:  stored.Asked,
		person: stored.Person,
		times:  stored.Times,
		cause:  stored.Cause.fault(),
		trial:  c.trial,
	}
	return true
}

func (p *provider) recallRoute(model, credential string, data []byte) {
	var stored storedRoute
	if json.Unmarshal(data, &stored) != nil || stored.Answered.After(time.Now()) {
		return
	}
	for _, st := range []*standing{p.standingOf(model, credential), p.standingOf("", credential)} {
		if stored.Answered.After(st.answered) {
			st.answer(stored.Answered)
		}
	}
}

func (p *provider) recallBreaker(model string, data []byte) bool {
	var stored storedBreaker
	if json.Unmarshal(data, &stored) != nil {
		return false
	}
	b := p.breaker
	if model != "" {
		b = p.modelLocked(model).breaker
	} else if stored.State != breaker.Closed {
		for _, name := range stored.Suspects {
			p.evidence.suspects[name] = stored.Since
		}
	} else {
		p.evidence.clear()
	}
	p.better = p.better || stored.State == breaker.Closed || stored.Evidence == wanted
	b.Restore(breaker.Snapshot{
		State:      stored.State,
		Since:      stored.Since,
		Until:      stored.Until,
		Opened:     stored.Opened,
		Generation: stored.Generation,
		Evidence:   stored.Evidence,
	})
	if stored.Cause != nil {
		p.last = stored.Cause.fault()
	}
	return true
}
