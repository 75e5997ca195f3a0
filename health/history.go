package health

import (
	"time"

	"github.com/cineforge/cineforge/failure"
)

// History is how providers did over a time.
type History struct {
	From          time.Time         `json:"from"`
	Until         time.Time         `json:"until" doc:"Not included."`
	BucketSeconds int               `json:"bucket_seconds"`
	Drill         bool              `json:"drill" doc:"Count the tries of drills instead of those of real runs."`
	Providers     []ProviderHistory `json:"providers" nullable:"false"`
}

// ProviderHistory is how a provider did over a time.
type ProviderHistory struct {
	Provider  string         `json:"provider"`
	Total     Figures        `json:"total"`
	Buckets   []Bucket       `json:"buckets" nullable:"false" doc:"Those in which an attempt ended, oldest first."`
	Models    []ModelHistory `json:"models" nullable:"false" doc:"Those that were asked, by name."`
	Faults    []FaultCount   `json:"faults" nullable:"false" doc:"The failed attempts by class, most first."`
	Fault     FaultTotals    `json:"fault" doc:"The same, by whose fault it is."`
	Intervals []Interval     `json:"intervals" nullable:"false" doc:"When it was not asked, oldest first."`
	Cut       bool           `json:"intervals_cut,omitempty" doc:"There were too many changes to follow; the oldest intervals are missing."`
}

// ModelHistory is how a model did over a time.
type ModelHistory struct {
	Model   string   `json:"model"`
	Total   Figures  `json:"total"`
	Buckets []Bucket `json:"buckets" nullable:"false" doc:"Those in which an attempt ended, oldest first."`
}

// Bucket is how attempts ended in a part of the time.
type Bucket struct {
	At time.Time `json:"ts" doc:"Its begin; it is bucket_seconds long."`
	Figures
}

// Figures sum up attempts that ended. Those that the caller gave up are counted as canceled
// alone, but what they took and cost is part of the sums.
type Figures struct {
	Answered int                   `json:"answered"`
	Failed   int                   `json:"failed"`
	ByClass  map[failure.Class]int `json:"failed_by_class" doc:"The failed attempts by error class."`
	Canceled int                   `json:"canceled" doc:"Attempts that the caller gave up; they are neither answered nor failed."`

	LatencyP50MS   *int64 `json:"latency_p50_ms" doc:"Of the answered attempts; null if there are fewer than 5."`
	LatencyP95MS   *int64 `json:"latency_p95_ms" doc:"Of the answered attempts; null if there are fewer than 20."`
	LatencyN       int    `json:"latency_n" doc:"How many attempts the latencies are of."`
	FirstByteP50MS *int64 `json:"first_byte_p50_ms" doc:"Until an answer began; null if fewer than 5 are known."`
	FirstByteN     int    `json:"first_byte_n"`

	InputTokens      int64   `json:"input_tokens"`
	OutputTokens     int64   `json:"output_tokens"`
	CostUSD          float64 `json:"cost_usd" doc:"As far as prices are known; see unpriced_attempts."`
	WastedCostUSD    float64 `json:"wasted_cost_usd" doc:"Of the cost, what was paid for attempts that gave nothing."`
	Unpriced         int     `json:"unpriced_attempts" doc:"Attempts whose cost is not known."`
	SimulatedCostUSD float64 `json:"simulated_cost_usd,omitempty" doc:"Of drills, which cost nothing."`
}

// FaultCount counts the failed attempts of a class.
type FaultCount struct {
	Class         failure.Class `json:"error_class"`
	Title         string        `json:"title" example:"Key rejected"`
	Fault         failure.Side  `json:"fault"`
	Attempts      int           `json:"attempts"`
	WastedCostUSD float64       `json:"wasted_cost_usd"`
	LastAt        time.Time     `json:"last_at"`
}

// FaultTotals counts failed attempts by whose fault they are.
type FaultTotals struct {
	Theirs int `json:"theirs" doc:"The provider's."`
	Ours   int `json:"ours" doc:"This program's."`
	Yours  int `json:"yours" doc:"The user's, who has a key, a limit or a text to change."`
	Nobody int `json:"none" doc:"Nothing is broken, or it can't be known."`
}

// Add counts attempts.
func (t *FaultTotals) Add(of failure.Side, attempts int) {
	switch of {
	case failure.Theirs:
		t.Theirs += attempts
	case failure.Ours:
		t.Ours += attempts
	case failure.Yours:
		t.Yours += attempts
	default:
		t.Nobody += attempts
	}
}

// IntervalKind says why something was not asked.
type IntervalKind string

// The kinds of intervals.
const (
	WasOut     IntervalKind = "out"     // its breaker was open
	WasProbed  IntervalKind = "probing" // its breaker let single requests through
	WasHeld    IntervalKind = "held"    // an operator held it
	WasCooling IntervalKind = "cooldown"
)

// Interval is a time in which a provider, or with a model that model, was not asked.
type Interval struct {
	Kind   IntervalKind  `json:"kind"`
	Model  string        `json:"model,omitempty" doc:"Missing for all models of the provider."`
	Key    string        `json:"key,omitempty" doc:"Of a cooldown: the variable that holds the key which was not used."`
	Since  time.Time     `json:"since" doc:"It may be before the window."`
	Until  *time.Time    `json:"until" doc:"Null while it goes on."`
	EndsAt *time.Time    `json:"ends_at,omitempty" doc:"While it goes on: when it ends by itself."`
	Class  failure.Class `json:"error_class,omitempty"`
	Reason string        `json:"reason,omitempty" doc:"The evidence, or what the operator gave as the reason."`
}
