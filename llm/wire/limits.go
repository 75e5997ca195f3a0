package wire

import (
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/cineforge/cineforge/llm"
)

// TimeLimits are how long an answer may take, as configured; 0 is not configured.
type TimeLimits struct {
	FirstByte time.Duration // until it begins
	Idle      time.Duration // from one piece of it to the next
	Total     time.Duration // as a whole; where none is set, from the first text on
}

// Over returns the limits with what they don't set taken from others.
func (l TimeLimits) Over(others TimeLimits) TimeLimits {
	if l.FirstByte == 0 {
		l.FirstByte = others.FirstByte
	}
	if l.Idle == 0 {
		l.Idle = others.Idle
	}
	if l.Total == 0 {
		l.Total = others.Total
	}
	return l
}

// The limits where none are set. There is no one clock for all servers: the vendors' own
// begin within seconds, while a private server loads its model first, and one that
// passes requests on only says that it is alive meanwhile.
const (
	vendorFirst     = 12 * time.Second // of a vendor; three times as long as 99 of 100 took, if that is more
	longestVendor   = time.Minute
	coldFirst       = 5 * time.Minute // of any other server until it has answered, and when it has not been asked for coldAfter
	coldAfter       = 4 * time.Minute
	warmFirst       = 30 * time.Second // of it then; five times as long as 99 of 100 took, if that is more
	longestStretch  = 10 * time.Minute // that a route is given after it stayed silent
	longestSigns    = 5 * time.Minute  // for which signs of life stand in for an answer
	idle            = 30 * time.Second
	thinkingIdle    = 2 * time.Minute // of a model that thinks, until its visible answer begins
	idlesOfNothing  = 10              // idle limits that events without text count as life for
	slowestRate     = 20              // tokens a second that an answer is expected to have
	fastestRate     = 100             // the most that answers seen so far make expected of the next one
	totalOfExpected = 10              // times the expected time that an answer which keeps coming is given
	leastTotal      = 5 * time.Minute // that it is given in any case
	defaultMaxWrite = 16000           // tokens of an answer whose length is not limited

	// An answer in text is no longer than this for its allowed tokens, and textSlack.
	bytesPerToken = 8
	textSlack     = 64 << 10
)

// times are the limits of one call.
type times struct {
	usual time.Duration // until the answer begins, for a route that has not stayed silent
	first time.Duration // the same now
	life  time.Duration // for which a sign of life before that stands in for it
	idle  time.Duration // between pieces of the visible answer
	think time.Duration // between its events before that
	total time.Duration // from the first of its text on; as a whole if it is configured
	whole bool          // it is configured
	cold  bool          // the server may have to load its model first
}

// most returns how long a call may last until its visible answer begins, and for as long as
// that lasts where it is configured.
func (t times) most() time.Duration {
	if t.whole {
		return t.total
	}
	return max(t.first, longestSigns) + idlesOfNothing*t.think
}

// latency is what earlier answers of a route say about the time of the next one. The zero
// value is ready; it is safe for concurrent use.
type latency struct {
	mu       sync.Mutex // guards what follows
	seen     [latencySamples]time.Duration
	n        int
	rate     float64 // tokens a second, smoothed; 0 if not known
	silences int     // in a row
	answered time.Time
}

// latencySamples is how many answers are remembered: as many as a 99th percentile needs.
const latencySamples = 100

// fewest is how many answers have to be known before they say anything.
const fewest = 20

// noteAnswer notes an answer that took a time to begin. That of a cold server says nothing of
// how long it takes once it is warm.
func (p *latency) noteAnswer(first time.Duration, cold bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !cold {
		p.seen[p.n%latencySamples] = first
		p.n++
	}
	p.silences = 0
	p.answered = time.Now()
}

// noteWriting notes how much text followed the first piece of an answer, and how long after that
// its last piece came. It counts also if the answer was no good, so that one that was cut
// off for its slowness is the last. Text that came in a burst says nothing of the model:
// something on the way had kept it, or it was there before.
func (p *latency) noteWriting(bytes int, took time.Duration) {
	const (
		fewest = 20 // tokens that have a rate
		least  = time.Second
		weight = 0.2
	)
	tokens := estimate(bytes)
	if tokens < fewest || took < least {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	rate := min(float64(tokens)/took.Seconds(), fastestRate)
	if p.rate == 0 {
		p.rate = rate
	}
	p.rate += weight * (rate - p.rate)
}

// noteSilence notes that an answer did not begin in time.
func (p *latency) noteSilence() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.silences++
}

// p99 returns the time within which 99 of 100 answers have begun, or 0 if too few are known.
// One slow answer of a vendor's API says little of the next; that of a server that a person
// runs says what such a server can take.
func (p *latency) p99(e Endpoint) time.Duration {
	if p.n == 0 || !e.Named && p.n < fewest {
		return 0
	}
	return slices.Max(p.seen[:min(p.n, latencySamples)])
}

// cold reports whether a server may have to load its model before it answers.
func (p *latency) cold(e Endpoint) bool {
	return e.Named && e.Limits.FirstByte == 0 && (p.answered.IsZero() || time.Since(p.answered) > coldAfter)
}

// usualFirst returns how long an answer is given to begin if nothing has gone wrong, and
// where that is from.
func (p *latency) usualFirst(e Endpoint) (time.Duration, string) {
	p99 := p.p99(e)
	switch seen := fmt.Sprintf("%v are what 99 of 100 answers took", p99.Round(time.Millisecond)); {
	case e.Limits.FirstByte > 0:
		return e.Limits.FirstByte, llm.Configured
	case !e.Named && 3*p99 > vendorFirst:
		return min(3*p99, longestVendor), "three times what is usual: " + seen
	case !e.Named:
		return vendorFirst, "default of a vendor's API"
	case p.cold(e):
		return coldFirst, "default of a server that may have to load its model"
	case 5*p99 > warmFirst:
		return min(5*p99, longestStretch), "five times what is usual: " + seen
	}
	return warmFirst, "default of a server that has answered lately"
}

// afterSilences returns how long an answer is given to begin after silences: twice as long each
// time, unless it is configured.
func (p *latency) afterSilences(e Endpoint, usual time.Duration) time.Duration {
	if e.Limits.FirstByte > 0 || p.silences == 0 {
		return usual
	}
	return max(usual, min(usual<<min(p.silences, 10), longestStretch))
}

// callTimes returns the limits of a call, and where each is from.
func (p *latency) callTimes(e Endpoint, tokens int) (t times, from [3]string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	t.cold = p.cold(e)
	t.usual, from[0] = p.usualFirst(e)
	if t.first = p.afterSilences(e, t.usual); t.first > t.usual {
		from[0] = fmt.Sprintf("longer than %v, since it stayed silent %d times in a row", t.usual, p.silences)
	}
	if t.life = t.first; e.Named && e.Limits.FirstByte == 0 {
		t.life = longestSigns
	}
	switch t.idle, t.think = idle, idle; {
	case e.Limits.Idle > 0:
		t.idle = e.Limits.Idle
		t.think = e.Limits.Idle
		from[1] = llm.Configured
	case e.Spec.Thinks:
		t.think = thinkingIdle
		from[1] = fmt.Sprintf("default; %v until the visible answer of a model that thinks begins", thinkingIdle)
	default:
		from[1] = "default"
	}
	if t.total, t.whole = e.Limits.Total, e.Limits.Total > 0; t.whole {
		from[2] = llm.Configured
		return t, from
	}
	t.total, from[2] = p.totalFor(tokens)
	return t, from
}

// totalFor returns how long an answer of some tokens may go on from its first text, and where
// that is from.
func (p *latency) totalFor(tokens int) (time.Duration, string) {
	rate := float64(slowestRate)
	known := "if it writes 20 tokens a second"
	if p.rate > 0 {
		rate, known = p.rate, fmt.Sprintf("at the %.0f tokens a second that are expected of it", p.rate)
	}
	total := time.Duration(float64(totalOfExpected*tokens) / rate * float64(time.Second))
	if total < leastTotal {
		return leastTotal, "the least that an answer has, from the first text on"
	}
	return total, fmt.Sprintf("ten times what %d tokens take %s, from the first text on", tokens, known)
}

// Route is the way to one model at one endpoint, and what is known of how fast it is. It
// is safe for concurrent use.
type Route struct {
	endpoint  Endpoint
	notVendor bool // the base URL is not the vendor's own
	latency   latency
}

var (
	_ llm.Timed   = (*Route)(nil)
	_ llm.Limited = (*Route)(nil)
)

// NewRoute returns the way to an endpoint whose provider's own base URL is given.
func NewRoute(e Endpoint, baseURL string) *Route {
	r := &Route{notVendor: e.Named || e.BaseURL != "" && e.BaseURL != baseURL}
	r.endpoint = e.WithDefaults(baseURL)
	return r
}

// Target returns where the route leads.
func (r *Route) Target() Endpoint { return r.endpoint }

// MaxOutput returns how many tokens an answer to req may have; see [Endpoint.MaxOutput].
func (r *Route) MaxOutput(req llm.Request) int { return r.endpoint.MaxOutput(req) }

// FirstByte returns how long an answer is given to begin; see llm.Timed.
func (r *Route) FirstByte() (usual, now time.Duration) {
	r.latency.mu.Lock()
	defer r.latency.mu.Unlock()
	usual, _ = r.latency.usualFirst(r.endpoint)
	return usual, r.latency.afterSilences(r.endpoint, usual)
}

// Limits returns the limits of a call now, for an answer as long as the model gives; see
// llm.Limited.
func (r *Route) Limits() llm.Limits {
	t, from := r.latency.callTimes(r.endpoint, r.allowed(llm.Request{}))
	return llm.Limits{
		FirstByte: llm.Limit{Time: t.first, Source: from[0]},
		Idle:      llm.Limit{Time: t.idle, Source: from[1]},
		Total:     llm.Limit{Time: t.total, Source: from[2]},
	}
}

// allowed returns how many tokens an answer is expected to have at the most.
func (r *Route) allowed(req llm.Request) int {
	if n := r.endpoint.MaxOutput(req); n > 0 {
		return n
	}
	return defaultMaxWrite
}
