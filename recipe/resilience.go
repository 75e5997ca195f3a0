package recipe

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/cineforge/cineforge/failure"
)

// What holds where a recipe says nothing. The times, the attempts and the price
// are those of the recipe format; the concurrency is half of what providers were
// seen to limit the earlier system at, with room for parallel stages.
const (
	DefaultRetryBaseDelay = 500 * time.Millisecond
	DefaultMaxAttempts    = 4
	DefaultMaxWait        = 6 * time.Hour
	DefaultMaxStage       = 24 * time.Hour
	DefaultMaxCostUSD     = 10.0
	DefaultConcurrency    = 4
)

// OnExhausted is what becomes of a stage whose waiting time is spent.
type OnExhausted string

// The ends of patience.
const (
	FailOnExhausted  OnExhausted = "fail"  // the default
	PauseOnExhausted OnExhausted = "pause" // until a person resumes the run
)

// Degrade is what may answer when no provider can.
type Degrade string

// The ways to degrade.
const (
	DegradeNever   Degrade = "never"   // the default
	DegradeOffline Degrade = "offline" // the offline model comes last in the chain
)

// OnUnknownPrice is what becomes of a run whose cost is limited where the price of a
// model in a chain is not known.
type OnUnknownPrice string

// The ways to treat a model without a price.
const (
	RefuseUnknownPrice OnUnknownPrice = "refuse" // the default: the run does not start
	AllowUnknownPrice  OnUnknownPrice = "allow"  // the model's tokens count, and nothing counts against the limit
)

// Resilience is a recipe's resilience block:
//
//	resilience:
//	  stage_fallback_models:          # stage: models, first choice first; replaces the default chain
//	    normalize: [claude-sonnet-4-6, openai:gpt-4.1]
//	  stage_max_attempts: {normalize: 6}
//	  max_wait_seconds: 3600          # any setting, for all stages
//	  stages:
//	    extract_scenes:
//	      concurrency: 8              # any setting, for this stage
//
// The zero value is that of a recipe without one.
type Resilience struct {
	Settings
	StageFallbackModels map[string][]ModelName // by stage id
	StageMaxAttempts    map[string]int         // by stage id
	Stages              map[string]Settings    // by stage id; these win
}

// Settings are what can be set for all stages and again for one. What is nil or
// empty is not set.
type Settings struct {
	RetryBaseDelay *time.Duration // retry_base_delay_seconds, 0 to 3600
	JitterRatio    *float64       // retry_jitter_ratio, 0 to 10
	MaxAttempts    *int           // max_attempts_per_stage, 1 to 1000
	MaxWait        *time.Duration // max_wait_seconds, 0 to a year
	MaxStage       *time.Duration // max_stage_seconds, 1 to a year
	MaxCostUSD     *float64       // max_cost_usd, 0 to a million
	OnExhausted    OnExhausted    // on_exhausted
	Degrade        Degrade        // degrade
	OnUnknownPrice OnUnknownPrice // on_unknown_price
	Concurrency    *int           // concurrency, 1 to 64
}

// Policy is how hard to try at a stage.
type Policy struct {
	// Chain holds the models to ask, first choice first, each once. It is empty for
	// a stage that neither the recipe nor [Modules.DefaultChain] gives one.
	Chain []ModelName

	// DefaultChain holds the models that the stage asks if nothing names others.
	DefaultChain []ModelName

	// Named says that the run names the models of the chain itself, so that no others stand in
	// for them. Order are the providers that it puts first, and Without those that it leaves out,
	// whose models stay in Chain.
	Named          bool
	Order, Without []string

	// RetryBaseDelay is what backoff grows from.
	RetryBaseDelay time.Duration

	// FullJitter spreads each delay over all of its length. Otherwise up to
	// JitterRatio of the delay is added to it.
	FullJitter  bool
	JitterRatio float64

	// MaxAttempts bounds the tries of one unit's call across the chain in one round.
	MaxAttempts int

	// MaxWait is how long the stage may wait without progress; at 0 it fails when
	// its first round is spent.
	MaxWait time.Duration

	// MaxStage bounds the stage's time, waiting included.
	MaxStage time.Duration

	// MaxCostUSD bounds what the stage may spend. The run as a whole is bounded by
	// [Plan.MaxCostUSD], so this binds where the recipe sets it lower for the stage.
	MaxCostUSD float64

	// CostIsLimited reports whether a limit on the cost was set, so that the default is
	// not what holds; OnUnknownPrice matters only then.
	CostIsLimited  bool
	OnUnknownPrice OnUnknownPrice

	OnExhausted OnExhausted
	Degrade     Degrade

	// Concurrency is how many of the stage's units may be asked about at a time.
	Concurrency int
}

// For returns the policy of a stage: its own settings, else the recipe's, else
// the defaults, of which those of its models are given.
func (r Resilience) For(stageID string, defaultChain []ModelName) Policy {
	own := r.Stages[stageID]
	p := Policy{
		Chain:          slices.Clone(r.StageFallbackModels[stageID]),
		DefaultChain:   defaultChain,
		RetryBaseDelay: first(DefaultRetryBaseDelay, own.RetryBaseDelay, r.RetryBaseDelay),
		FullJitter:     own.JitterRatio == nil && r.JitterRatio == nil,
		JitterRatio:    first(0, own.JitterRatio, r.JitterRatio),
		MaxAttempts:    first(DefaultMaxAttempts, own.MaxAttempts, r.MaxAttempts),
		MaxWait:        first(DefaultMaxWait, own.MaxWait, r.MaxWait),
		MaxStage:       first(DefaultMaxStage, own.MaxStage, r.MaxStage),
		MaxCostUSD:     first(DefaultMaxCostUSD, own.MaxCostUSD, r.MaxCostUSD),
		CostIsLimited:  own.MaxCostUSD != nil || r.MaxCostUSD != nil,
		OnUnknownPrice: cmp.Or(own.OnUnknownPrice, r.OnUnknownPrice, RefuseUnknownPrice),
		OnExhausted:    cmp.Or(own.OnExhausted, r.OnExhausted, FailOnExhausted),
		Degrade:        cmp.Or(own.Degrade, r.Degrade, DegradeNever),
		Concurrency:    first(DefaultConcurrency, own.Concurrency, r.Concurrency),
	}
	if len(p.Chain) == 0 {
		p.Chain = slices.Clone(defaultChain)
	}
	if n, ok := r.StageMaxAttempts[stageID]; ok && own.MaxAttempts == nil {
		p.MaxAttempts = n
	}
	return p
}

// first returns the first setting that is set.
func first[T any](otherwise T, settings ...*T) T {
	for _, s := range settings {
		if s != nil {
			return *s
		}
	}
	return otherwise
}

var settingKeys = []string{
	"retry_base_delay_seconds", "retry_jitter_ratio", "max_attempts_per_stage", "max_wait_seconds",
	"max_stage_seconds", "max_cost_usd", "on_unknown_price", "on_exhausted", "degrade", "concurrency",
}

// SettingKeys returns the keys that a resilience block may have for all stages and again for one.
func SettingKeys() []string { return slices.Clone(settingKeys) }

var byStageKeys = []string{"stage_fallback_models", "stage_max_attempts", "stages"}

const yearSeconds = 365 * 24 * 3600

// decodeResilience reads a resilience block. Blanks are skipped: what they stand
// for is checked when it is known.
func decodeResilience(p *problems, n *node, stageIDs []string) Resilience {
	d := decoder{p}
	var r Resilience
	if n == nil || n.Value == nil || n.Value == (blank{}) || !d.keys(n, "resilience", slices.Concat(settingKeys, byStageKeys)...) {
		return r
	}
	r.Settings = d.settings(n)
	r.StageFallbackModels = map[string][]ModelName{}
	for _, e := range d.byStage(n, "stage_fallback_models", stageIDs) {
		r.StageFallbackModels[e.Key] = d.chain(e)
	}
	r.StageMaxAttempts = map[string]int{}
	r.Stages = map[string]Settings{}
	for _, e := range d.byStage(n, "stages", stageIDs) {
		if d.stageKeys(e.Value) {
			r.Stages[e.Key] = d.settings(e.Value)
		}
	}
	for _, e := range d.byStage(n, "stage_max_attempts", stageIDs) {
		if v := d.whole(e.Value, "stage_max_attempts", maxAttempts); v != nil {
			r.StageMaxAttempts[e.Key] = *v
		}
		if r.Stages[e.Key].MaxAttempts != nil {
			p.add(e.Position, fmt.Sprintf("the attempts of stage %q are set here and as max_attempts_per_stage under stages", e.Key),
				"remove one of them")
		}
	}
	return r
}

// stageKeys checks the keys of one stage's settings. It reports whether there are settings to read.
func (d decoder) stageKeys(n *node) bool {
	if n.Value == nil || n.Value == (blank{}) {
		return false
	}
	for _, e := range n.Pairs() {
		if slices.Contains(byStageKeys, e.Key) {
			d.add(e.Position, e.Key+" does not belong under a stage", "write it directly under resilience, by stage id")
			return false
		}
	}
	return d.keys(n, "a stage's resilience", settingKeys...)
}

// byStage returns the entries under key, whose keys are stages, without those that
// aren't. The values may be blank.
func (d decoder) byStage(n *node, key string, stageIDs []string) dict {
	var out dict
	for _, e := range d.entries(n, key) {
		if !slices.Contains(stageIDs, e.Key) {
			d.unknown(e.Position, fmt.Sprintf("%s names stage %s, which the recipe does not have", key, quote(e.Key)), e.Key, stageIDs,
				stagesHint(stageIDs))
			continue
		}
		out = append(out, e)
	}
	return out
}

func (d decoder) settings(n *node) Settings {
	seconds := func(key string, from, to float64) *time.Duration {
		v := d.number(n.Get(key), key, from, to)
		if v == nil {
			return nil
		}
		t := time.Duration(math.Round(*v * float64(time.Second)))
		return &t
	}
	return Settings{
		RetryBaseDelay: seconds("retry_base_delay_seconds", 0, 3600),
		JitterRatio:    d.number(n.Get("retry_jitter_ratio"), "retry_jitter_ratio", 0, 10),
		MaxAttempts:    d.whole(n.Get("max_attempts_per_stage"), "max_attempts_per_stage", maxAttempts),
		MaxWait:        seconds("max_wait_seconds", 0, yearSeconds),
		MaxStage:       seconds("max_stage_seconds", 1, yearSeconds),
		MaxCostUSD:     d.number(n.Get("max_cost_usd"), "max_cost_usd", 0, maxCostUSD),
		OnExhausted:    choice(d, n, "on_exhausted", FailOnExhausted, PauseOnExhausted),
		Degrade:        choice(d, n, "degrade", DegradeNever, DegradeOffline),
		OnUnknownPrice: choice(d, n, "on_unknown_price", RefuseUnknownPrice, AllowUnknownPrice),
		Concurrency:    d.whole(n.Get("concurrency"), "concurrency", maxConcurrency),
	}
}

const (
	maxAttempts    = 1000
	maxConcurrency = 64
	maxChain       = 32
	maxCostUSD     = 1e6
)

// number returns a number, or nil if there is none or it is wrong.
func (d decoder) number(n *node, key string, from, to float64) *float64 {
	if n == nil || n.Value == (blank{}) {
		return nil
	}
	v, ok := n.Value.(float64)
	if i, isInt := n.Value.(int); isInt {
		v = float64(i)
		ok = true
	}
	if !ok || !(v >= from && v <= to) { // NaN is in no range
		d.add(n.Position, fmt.Sprintf("%s is a number from %.f to %.f, but here is %s", key, from, to, kindOf(n)),
			"write such a number without quotes or unit")
		return nil
	}
	return &v
}

// whole returns a whole number from 1 to most, or nil if there is none or it is wrong.
func (d decoder) whole(n *node, key string, most int) *int {
	if n == nil || n.Value == (blank{}) {
		return nil
	}
	v, ok := toWhole(n.Value)
	if !ok || v < 1 || v > most {
		d.add(n.Position, fmt.Sprintf("%s is a whole number from 1 to %d, but here is %s", key, most, kindOf(n)),
			"write such a number without quotes or unit")
		return nil
	}
	return &v
}

// choice returns the word under key, or "" if there is none or it is not one of the two.
func choice[T ~string](d decoder, n *node, key string, a, b T) T {
	v := n.Get(key)
	if v == nil || v.Value == (blank{}) {
		return ""
	}
	s, _ := v.Value.(string)
	if T(s) != a && T(s) != b {
		d.add(v.Position, fmt.Sprintf("%s is %s or %s, but here is %s", key, a, b, kindOf(v)), "write one of the two")
		return ""
	}
	return T(s)
}

// chain returns the models that are listed for a stage, each once.
func (d decoder) chain(e pair) []ModelName {
	if e.Value.Value == (blank{}) {
		return nil
	}
	items := e.Value.Items()
	if len(items) == 0 || len(items) > maxChain {
		d.add(e.Value.Position, fmt.Sprintf("stage %q has a list of 1 to %d models, but here is %s", e.Key, maxChain, kindOf(e.Value)),
			"list some, such as [claude-sonnet-4-6], or remove the stage to get the default chain")
		return nil
	}
	var chain []ModelName
	for _, item := range items {
		if item.Value == (blank{}) {
			continue
		}
		name, ok := item.Value.(string)
		if !ok {
			d.add(item.Position, "a model is named by text, but here is "+kindOf(item), modelHint+`, inside { } with quotes around it`)
			continue
		}
		m, err := ParseModel(name)
		if f, ok := errors.AsType[*failure.Error](err); ok {
			d.add(item.Position, f.Message, f.Hint)
		} else if !slices.Contains(chain, m) {
			chain = append(chain, m)
		}
	}
	return chain
}
