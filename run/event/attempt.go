package event

import "github.com/cineforge/cineforge/failure"

// Attempt identifies one attempt at the request of one unit.
type Attempt struct {
	StageID  string `json:"stage_id"`
	Unit     string `json:"unit"`
	Role     Role   `json:"role"`
	Attempt  int    `json:"attempt"` // from 1 within unit and role
	Provider string `json:"provider"`
	Model    string `json:"model"`
}

// Role is the part that a request has in its stage.
type Role string

// The roles.
const (
	Work     Role = "work"     // the first try
	QA       Role = "qa"       // judging a result
	Escalate Role = "escalate" // another try, with a stronger model
)

// AttemptStarted says that a model is being asked, and why that one.
type AttemptStarted struct {
	Attempt
	Decision *Decision `json:"decision,omitempty"`
	Least    *Least    `json:"least,omitempty"` // nil in events of versions that did not estimate it
}

// Least is what an attempt counts for if its process dies before its end is recorded: the
// request, estimated.
type Least struct {
	InputTokens int      `json:"input_tokens"`
	CostUSD     *float64 `json:"cost_usd"` // nil if the model's price is not known
}

// AttemptProgress says that a model's answer is still under way, and how far it is.
type AttemptProgress struct {
	Attempt
	OutputTokens    int     `json:"output_tokens"` // received so far, roughly
	ElapsedMS       int64   `json:"elapsed_ms"`
	TokensPerSecond float64 `json:"tokens_per_second"` // since the call began
}

// AttemptFinished says that a model answered, and that the answer is used.
type AttemptFinished struct {
	Attempt
	ServedModel  string   `json:"served_model"`
	RequestID    *string  `json:"request_id"`
	InputTokens  int      `json:"input_tokens"`
	OutputTokens int      `json:"output_tokens"`
	Estimated    bool     `json:"estimated,omitempty"` // the provider did not report all of the tokens and the cost
	CostUSD      *float64 `json:"cost_usd"`            // nil if the model's price is not known
	LatencyMS    int64    `json:"latency_ms"`
	FirstEventMS *int64   `json:"first_event_ms,omitempty"` // until the answer began

	SimulatedCostUSD *float64 `json:"simulated_cost_usd,omitempty"` // in a drill, which costs nothing
}

// AttemptFailed says that an attempt gave no usable answer.
type AttemptFailed struct {
	Attempt
	ErrorClass        failure.Class `json:"error_class"`
	ErrorCode         *string       `json:"error_code"`
	Error             string        `json:"error"`
	RequestID         *string       `json:"request_id"`
	InputTokens       int           `json:"input_tokens"`
	OutputTokens      int           `json:"output_tokens"`
	Estimated         bool          `json:"estimated,omitempty"` // the provider did not report all of the tokens and the cost
	CostUSD           *float64      `json:"cost_usd"`            // nil if the model's price is not known
	LatencyMS         int64         `json:"latency_ms"`
	FirstEventMS      *int64        `json:"first_event_ms,omitempty"`
	WastedCostUSD     *float64      `json:"wasted_cost_usd,omitempty"` // what was paid for nothing
	ServedModel       string        `json:"served_model,omitempty"`
	ProviderCode      Added[string] `json:"provider_code,omitzero"`
	HTTPStatus        Added[int]    `json:"http_status,omitzero"`
	Retryable         bool          `json:"retryable,omitempty"`           // the same model may be asked again
	Scope             failure.Scope `json:"scope,omitempty"`               // the health that it counts against
	OtherModel        *bool         `json:"other_model,omitempty"`         // another model may do better; nil: as usual for the class
	OtherProvider     *bool         `json:"other_provider,omitempty"`      // another provider may do better; nil: as usual for the class
	RetryAfterSeconds *float64      `json:"retry_after_seconds,omitempty"` // what the provider said to wait
	Hint              string        `json:"hint,omitempty"`                // what a person can do

	SimulatedCostUSD *float64 `json:"simulated_cost_usd,omitempty"` // in a drill, which costs nothing
}

// SetFailure fills in the members that describe how the attempt failed.
func (b *AttemptFailed) SetFailure(f *failure.Error) {
	codes := CodesOf(f)
	stored := failure.Store(f)
	b.ErrorClass = f.Class
	b.Error = f.Message
	b.Hint = f.Hint
	b.ErrorCode = codes.Error
	b.ProviderCode = Add(codes.Provider)
	b.HTTPStatus = Add(codes.Status)
	b.RequestID = optional(f.RequestID)
	b.RetryAfterSeconds = stored.RetryAfterSeconds
	b.Retryable = f.Effect.Retryable
	b.Scope = f.Effect.Scope
	b.OtherModel = stored.OtherModel
	b.OtherProvider = stored.OtherProvider
}

// Failure returns how the attempt failed, as far as the event records it.
func (b AttemptFailed) Failure() *failure.Error {
	codes := PresentCodes(b.ErrorCode, b.ProviderCode, b.HTTPStatus)
	s := failure.Stored{
		Class:             b.ErrorClass,
		Message:           b.Error,
		Hint:              b.Hint,
		RetryAfterSeconds: b.RetryAfterSeconds,
		StoredEffect: failure.StoredEffect{
			Retryable:     b.Retryable,
			Scope:         b.Scope,
			OtherModel:    b.OtherModel,
			OtherProvider: b.OtherProvider,
		},
	}
	s.Code, s.Status, s.Documented = codes.split()
	if b.RequestID != nil {
		s.RequestID = *b.RequestID
	}
	return s.Restore()
}
