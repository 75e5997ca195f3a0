package simulator

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/cineforge/cineforge/simulator/internal/wire"
	"github.com/cineforge/cineforge/simulator/scenario"
)

// epoch is the time of one scenario: its clock and its counters.
type epoch struct {
	scenario scenario.Scenario
	number   int // which scenario of the simulator this is

	mu      sync.Mutex // guards all below
	started time.Time  // when the first call came; zero before
	calls   map[string]int
	recent  map[string][]used // by provider, of the last minute
	rules   []ruleState
	cache   promptCache
}

// used is what one call took of a quota.
type used struct {
	at     time.Time
	tokens int
}

// ruleState is what a rule remembers, by provider.
type ruleState struct {
	seen     map[string]int
	inFlight map[string]int
	admitted map[string][]time.Time
}

func newEpoch(s scenario.Scenario, number int) *epoch {
	e := &epoch{
		scenario: s,
		number:   number,
		calls:    map[string]int{},
		recent:   map[string][]used{},
		cache:    promptCache{},
	}
	for range s.Rules {
		e.rules = append(e.rules, ruleState{map[string]int{}, map[string]int{}, map[string][]time.Time{}})
	}
	return e
}

// decision is what the rules decide about a call.
type decision struct {
	nth     int // of its provider
	rule    *scenario.Rule
	quota   wire.Quota
	wait    time.Duration // with a limit: when there is room again
	release func()        // gives back what limits have counted
}

// decide counts a call and finds the rule for it.
func (e *epoch) decide(req wire.Request, provider string, now time.Time) decision {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.started.IsZero() {
		e.started = now
	}
	e.calls[provider]++
	d := decision{nth: e.calls[provider]}
	var held []int
	perMinute := 0
	for i := range e.scenario.Rules {
		r := &e.scenario.Rules[i]
		state := e.rules[i]
		if !fits(r.When, req, provider, e.target(), now.Sub(e.started)) {
			continue
		}
		state.seen[provider]++
		if l := r.Fault.Limit; l != nil && l.PerMinute > 0 && perMinute == 0 {
			perMinute = l.PerMinute
		}
		if n := state.seen[provider]; d.rule != nil || !r.When.Calls.Has(n) || !e.sampled(r, i, provider, n) {
			continue
		}
		if r.Fault.Limit == nil {
			d.rule = r
			continue
		}
		if wait, full := state.full(*r.Fault.Limit, provider, now); full {
			d.rule = r
			d.wait = wait
			continue
		}
		state.inFlight[provider]++
		state.admitted[provider] = append(state.admitted[provider], now)
		held = append(held, i)
	}
	d.quota = e.quota(provider, perMinute, req.InputTokens(), now)
	d.release = sync.OnceFunc(func() {
		e.mu.Lock()
		defer e.mu.Unlock()
		for _, i := range held {
			e.rules[i].inFlight[provider]--
		}
	})
	return d
}

func (e *epoch) target() string {
	if e.scenario.Target == "" {
		return scenario.Anthropic
	}
	return e.scenario.Target
}

// fits reports whether a call is one that a rule is about, apart from its number and
// from chance.
func fits(w scenario.When, req wire.Request, provider, target string, since time.Duration) bool {
	providers := w.Provider
	for i, p := range providers {
		if strings.EqualFold(p, "target") {
			providers = append(append(scenario.Globs{target}, providers[:i]...), providers[i+1:]...)
			break
		}
	}
	return providers.Match(provider) && w.Model.Match(req.Model) && w.API.Match(string(req.API)) &&
		(w.Streaming == nil || *w.Streaming == req.Stream) &&
		strings.Contains(req.Text(), w.PromptContains) &&
		(w.TokensOver == 0 || req.InputTokens() > w.TokensOver) &&
		since >= w.After && (w.Until == 0 || since < w.Until)
}

// sampled reports whether chance picks a call for a rule. The same seed picks the same calls.
func (e *epoch) sampled(r *scenario.Rule, index int, provider string, n int) bool {
	if r.When.Share == nil {
		return true
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%d %d %d %s", e.scenario.Seed, index, n, provider))
	return float64(binary.BigEndian.Uint64(sum[:])>>11)/(1<<53) < *r.When.Share
}

// full reports whether a limit is reached, and when there is room again.
func (s ruleState) full(l scenario.Limit, provider string, now time.Time) (time.Duration, bool) {
	list := s.admitted[provider]
	for len(list) > 0 && now.Sub(list[0]) >= time.Minute {
		list = list[1:]
	}
	s.admitted[provider] = list
	if l.PerMinute > 0 && len(list) >= l.PerMinute {
		return time.Minute - now.Sub(list[len(list)-l.PerMinute]), true
	}
	if l.Concurrent > 0 && s.inFlight[provider] >= l.Concurrent {
		return time.Second, true
	}
	return 0, false
}

// The quota that rate-limit headers tell of, if no rule sets one.
const (
	requestsPerMinute = 4000
	tokensPerMinute   = 2_000_000
)

// fullQuota returns the quota of a provider that was not called yet.
func fullQuota() wire.Quota {
	return wire.Quota{
		Requests: requestsPerMinute, RequestsLeft: requestsPerMinute, Tokens: tokensPerMinute, TokensLeft: tokensPerMinute,
	}
}

// quota counts a call against its provider's quota and returns what is left.
func (e *epoch) quota(provider string, perMinute, tokens int, now time.Time) wire.Quota {
	list := append(e.recent[provider], used{now, tokens})
	for now.Sub(list[0].at) >= time.Minute {
		list = list[1:]
	}
	e.recent[provider] = list
	q := wire.Quota{Requests: requestsPerMinute, Tokens: tokensPerMinute}
	if perMinute > 0 {
		q.Requests = perMinute
	}
	sum := 0
	for _, u := range list {
		sum += u.tokens
	}
	q.RequestsLeft = max(q.Requests-len(list), 0)
	q.TokensLeft = max(q.Tokens-sum, 0)
	q.Reset = time.Minute * time.Duration(q.Requests-q.RequestsLeft) / time.Duration(q.Requests)
	return q
}

// promptCache remembers the beginnings of prompts, and until when.
type promptCache map[[sha256.Size]byte]time.Time

// Prompts are cached from this size on; OpenAI and Google do it in these steps, for
// this long, without being asked.
const (
	leastCached = 1024
	cacheStep   = 128
	cacheTTL    = 10 * time.Minute
	maxCached   = 200_000
)

// cached returns how many tokens at the beginning of a prompt are cached, and how many
// more are from now on.
func (e *epoch) cached(req wire.Request, provider string, now time.Time) (read, written int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if len(e.cache) > maxCached {
		clear(e.cache)
	}
	marks := req.Marks
	if req.API != wire.Messages {
		marks = steps(req.Text())
	}
	text := req.Text()
	hash := sha256.New()
	hashed := 0
	runes := 0
	fmt.Fprintf(hash, "%s\x00%s\x00", provider, req.Model)
	for _, m := range marks {
		end := min(m.End, len(text))
		if end < hashed {
			continue
		}
		hash.Write([]byte(text[hashed:end]))
		runes += utf8.RuneCountInString(text[hashed:end])
		hashed = end
		tokens := (runes + wire.PerToken - 1) / wire.PerToken
		if tokens < leastCached {
			continue
		}
		key := [sha256.Size]byte(hash.Sum(nil))
		if now.Before(e.cache[key]) {
			read = tokens
			written = 0
		} else {
			written = tokens - read
		}
		e.cache[key] = now.Add(m.TTL)
	}
	return read, written
}

// steps returns the places up to which a prompt is cached without being asked.
func steps(text string) []wire.Mark {
	var marks []wire.Mark
	end := 0
	for tokens := leastCached; ; tokens += cacheStep {
		n := cacheStep
		if tokens == leastCached {
			n = leastCached
		}
		part := wire.Head(text[end:], n)
		if wire.Tokens(part) < n {
			return marks
		}
		end += len(part)
		marks = append(marks, wire.Mark{End: end, TTL: cacheTTL})
	}
}
