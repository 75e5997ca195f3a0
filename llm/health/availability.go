package health

import (
	"cmp"
	"fmt"
	"time"

	"github.com/cineforge/cineforge/resilience/breaker"
)

// Reason says in a word why a candidate is not asked. The words are stored in events, so
// they are never renamed.
type Reason string

// The reasons that are a provider's health. Package chain has others.
const (
	Held        Reason = "held"         // an operator said so
	CoolingDown Reason = "gated"        // the key is kept from it until a time
	BreakerOpen Reason = "breaker_open" // it failed too often, and rests
	Probing     Reason = "probing"      // others are finding out whether it is well again
)

// PollEvery is how often a waiting request looks at what other processes know, and whether
// the machine has slept.
const PollEvery = 3 * time.Second

// Availability is whether a candidate can be asked at a moment, and what keeps it from that.
// Of several things it reports the one that lasts longest.
type Availability struct {
	Reason Reason    // "" if it can be asked
	Detail string    // for people; may be empty
	Since  time.Time // since when that keeps it; zero if it is not known
	Until  time.Time // when that may have changed; zero if it is not known

	Breaker         breaker.State // of the model
	ProviderBreaker breaker.State

	NextSlot time.Time // when it can be asked if there is a queue; see Queued
	RetryAt  time.Time // when it may be asked again, zero if that is not for time to say
	Stated   bool      // the provider has said when
	Cause    *Fault    // the failure that keeps it from being asked; nil if it is none

	NeedsPerson   bool      // it takes a person
	PersonRetryAt time.Time // when it is asked again even so, while others are waited for

	Trial       bool // another request is finding out whether it can be asked, and that is all that keeps it
	OthersFault bool // its provider's breaker is all that keeps it, for failures of other models

	queue *cooldown // that a slot is to be taken of, soon; nil otherwise
	cool  *activeCooldown
}

// activeCooldown is a cooldown that takes a person, for texts.
type activeCooldown struct {
	since, until time.Time
	name         string // what an operator calls it
}

// Free reports whether the candidate can be asked.
func (a *Availability) Free() bool { return a.Reason == "" }

// Queued reports whether a slot is to be taken before the candidate is asked.
func (a *Availability) Queued() bool { return a.queue != nil }

// FreeNow reports whether the candidate can be asked without a pause.
func (a *Availability) FreeNow(now time.Time) bool {
	return a.Free() && (a.queue == nil || !a.NextSlot.After(now))
}

// Explain adds to a failure for how long it keeps all from asking, and what ends that.
func (a *Availability) Explain(f Fault) Fault {
	if a.cool == nil {
		return f
	}
	e := f.Err.Clone()
	e.Message += fmt.Sprintf("; not asked since %s, until %s", ClockTime(a.cool.since), ClockTime(a.cool.until))
	opens := "a retry asks once more at once, and releasing " + a.cool.name + " ends the wait of all runs"
	if e.Hint != "" {
		opens = e.Hint + "; " + opens
	}
	e.Hint = opens
	f.Err = e
	return f
}

// ClockTime writes a time as people read it soon after.
func ClockTime(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 UTC") }

// Breakers returns the states of the breakers of the route.
func (r *Route) Breakers() (provider, model breaker.State) {
	p := r.provider
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.breaker.Status().State, r.model.breaker.Status().State
}

// Check returns whether a request can be sent by a route now, as far as that depends
// on health.
func (r *Route) Check(q *Request, now time.Time) (a Availability) {
	p := r.provider
	p.mu.Lock()
	defer p.mu.Unlock()
	ofProvider, ofModel := p.breaker.Status(), r.model.breaker.Status()
	a.ProviderBreaker = ofProvider.State
	a.Breaker = ofModel.State
	a.addBreaker(&ofProvider, "its provider's")
	_, failed := p.evidence.suspects[r.Model]
	a.OthersFault = ofProvider.State == breaker.Open && ofModel.Free && !failed && !p.evidence.unreached
	a.addBreaker(&ofModel, "its")
	if a.Reason == Probing && q.OneRound { // the probe's outcome is soon
		a.Trial = true
		a.RetryAt = now.Add(PollEvery)
	}
	if !a.Free() {
		a.Cause = p.last
	}
	a.addCooldown(q, r, "", now)
	a.addCooldown(q, r, r.Model, now)
	if r.unproven(q, now) && !p.evidence.free(q.ID) {
		a.OthersFault = false
		a.await("another question finds out whether it is well, after another model of the provider failed", p.last, now)
	}
	if p.held.active(now) {
		a.hold(p.held)
	}
	return a
}

// hold notes that an operator holds the provider.
func (a *Availability) hold(h Hold) {
	a.block(Held, "held by an operator: "+h.Reason, h.Until)
	a.RetryAt = h.Until
	a.Stated = true
	a.queue = nil
	a.Trial = false
	a.OthersFault = false
}

// block notes a reason.
func (a *Availability) block(why Reason, detail string, until time.Time) {
	a.Reason = why
	a.Detail = detail
	a.Until = until
}

// addBreaker notes that a breaker lets no request through.
func (a *Availability) addBreaker(s *breaker.Snapshot, whose string) {
	switch {
	case s.Free:
		return
	case s.State == breaker.Open:
		a.Reason = BreakerOpen
		a.Detail = whose + " breaker is open: " + s.Evidence
		a.Since = s.Since
	default:
		a.Reason = Probing
		a.Detail = whose + " breaker waits for the probes that are under way"
	}
	if s.Until.After(a.RetryAt) {
		a.Until = s.Until
		a.RetryAt = s.Until
	}
}

// addCooldown notes what a cooldown says: the model's, or that of all models for "".
func (a *Availability) addCooldown(q *Request, r *Route, model string, now time.Time) {
	c := r.provider.cooldowns[r.Credential]
	if model != "" {
		c = r.model.cooldowns[r.Credential]
	}
	yes, trial := c.admits(q.ID, q.Operator, now)
	switch {
	case trial:
		a.await("another question finds out whether that has been mended: "+c.cause.Err.Message, c.cause, now)
	case yes && c.queues(now):
		a.addQueue(c, now)
	case yes:
	case c.trial == q.ID && c.trial != 0: // its own pause is over soon
		a.enqueue(c, now, c.cause)
	case c.overruled(q.Operator): // an operator's request went through a moment ago
		a.block(CoolingDown, string(c.cause.Err.Class)+": "+c.cause.Err.Message, c.asked.Add(operatorEvery))
		a.Cause = c.cause
		a.RetryAt = a.Until
		a.queue = nil
	default:
		a.OthersFault = false
		a.addActive(c, now)
		a.Since = c.since
		a.cool = &activeCooldown{since: c.since, until: c.until, name: operatorsName(r, model)}
	}
}

// operatorsName is what an operator calls a cooldown: the provider, or one of its models.
func operatorsName(r *Route, model string) string {
	if model == "" {
		return r.Provider
	}
	return r.Provider + ":" + model
}

// enqueue notes that a slot is to be taken.
func (a *Availability) enqueue(c *cooldown, now time.Time, cause *Fault) {
	a.queue = c
	a.NextSlot = c.nextSlot(now)
	a.Cause = cause
}

// await notes that another request's trial is waited for.
func (a *Availability) await(why string, cause *Fault, now time.Time) {
	if !a.Free() {
		return
	}
	a.Reason = Probing
	a.Detail = why
	a.Trial = true
	a.Cause = cause
	a.queue = nil
	a.RetryAt = now.Add(PollEvery)
}

// addActive notes an active cooldown.
func (a *Availability) addActive(c *cooldown, now time.Time) {
	if a.NeedsPerson {
		return // no time ends that one
	}
	a.NeedsPerson = c.person
	a.Trial = false
	a.Cause = c.cause
	if slot := c.nextSlot(now); a.Free() && !c.exclusive() && c.times <= 1 && slot.Sub(now) <= ShortHint {
		a.enqueue(c, now, c.cause)
		return
	}
	a.queue = nil
	a.block(CoolingDown, string(c.cause.Err.Class)+": "+c.cause.Err.Message, c.until)
	switch {
	case c.person: // whatever else ends before
		a.RetryAt = time.Time{}
		a.Stated = false
		a.PersonRetryAt = c.until
	case c.until.After(a.RetryAt):
		a.RetryAt = c.until
		a.Stated = c.cause.Err.RetryAfter != nil
	}
}

// addQueue notes that other requests go on after a cooldown that is over.
func (a *Availability) addQueue(c *cooldown, now time.Time) {
	slot := c.nextSlot(now)
	switch soon := slot.Sub(now) <= ShortHint; {
	case !a.Free():
	case !soon:
		a.block(CoolingDown, "others go first that waited for it too", slot)
		a.RetryAt = slot
		a.Cause = cmp.Or(c.cause, c.was)
		a.queue = nil
	case a.queue == nil || slot.After(a.NextSlot):
		a.enqueue(c, now, cmp.Or(c.cause, c.was))
	}
}
