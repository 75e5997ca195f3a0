package chain

import "time"

// elapse takes a time that has passed while the machine slept from all that is waited for.
func (r *Router) elapse(d time.Duration) {
	r.mu.Lock()
	providers := make([]*provider, 0, len(r.providers))
	for _, p := range r.providers {
		providers = append(providers, p)
	}
	r.mu.Unlock()
	for _, p := range providers {
		p.elapse(d)
	}
	r.wake(true)
}

func (p *provider) elapse(d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.breaker.Elapse(d)
	p.held.Until = p.held.Until.Add(-d)
	gates := []map[string]*gate{p.keys}
	for _, m := range p.models {
		m.breaker.Elapse(d)
		gates = append(gates, m.gates)
	}
	for _, of := range gates {
		for _, g := range of {
			g.elapse(d)
		}
	}
}

// Slept returns for how long the machine has slept since a time, as far as that was
// noticed: nothing has waited then.
func (r *Router) Slept(since time.Time) time.Duration { return r.clock.Since(since) }
