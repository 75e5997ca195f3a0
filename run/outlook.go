package run

import "github.com/cineforge/cineforge/failure"

// NextKind says what comes next in a run.
type NextKind string

// The kinds of what comes next.
const (
	NextAttempt NextKind = "attempt"      // a request is sent again
	NextLook    NextKind = "look"         // it looks again which model can be asked
	NextProbe   NextKind = "probe"        // a request finds out whether a provider or model is well
	NextLimit   NextKind = "limit_ends"   // a provider or model can be asked again
	NextHold    NextKind = "hold_ends"    // an operator's hold ends
	NextFails   NextKind = "stage_fails"  // its waiting time, or its time, is spent
	NextPauses  NextKind = "stage_pauses" // the same, where the recipe wants it to pause then
)

// NextCondition says what has to be so for something to come.
type NextCondition string

// The conditions.
const (
	IfUnanswered NextCondition = "unanswered" // no model has answered before
	IfStillOut   NextCondition = "still_out"  // the provider has not become well before
)

// Next is something that comes in a run by itself.
type Next struct {
	At       UnixTime      `json:"at"`
	What     NextKind      `json:"what"`
	StageID  string        `json:"stage_id"`
	Provider string        `json:"provider,omitempty"`
	Model    string        `json:"model,omitempty"` // none for all of the provider's
	If       NextCondition `json:"if,omitempty"`
}

// ProviderState says how a provider is doing, in a word.
type ProviderState string

// The states of providers.
const (
	StateWell        ProviderState = "well"
	StatePart        ProviderState = "partly_out" // some of its models can't be asked
	StateOut         ProviderState = "out"        // its breaker is open, or that of each of its models
	StateProbing     ProviderState = "probing"    // it was out, and single requests find out whether it is well
	StateLimited     ProviderState = "limited"    // it says that it was asked too often
	StateKeyRejected ProviderState = "key_rejected"
	StateNoQuota     ProviderState = "out_of_quota"
	StateNoModel     ProviderState = "model_unavailable"
	StateHeld        ProviderState = "held" // by an operator
	StateNoKey       ProviderState = "not_configured"
)

// ProviderStanding is how a provider is doing that a run may still ask.
type ProviderStanding struct {
	Name       string        `json:"name"`
	State      ProviderState `json:"state"`
	Since      *UnixTime     `json:"since"`           // the state began; nil if it is well, or that is not known
	Until      *UnixTime     `json:"until"`           // when it can be asked again, or is probed; nil if no time is set
	Model      string        `json:"model,omitempty"` // that is meant; none for the provider as a whole
	ErrorClass failure.Class `json:"error_class,omitempty"`
	Person     bool          `json:"needs_person"` // time alone does not help
}

// LimitUse is a limit that holds for a run or for a stage of it, and how much of it is used.
type LimitUse struct {
	Limit   string      `json:"limit" example:"max_wait_seconds"` // by the recipe's key
	StageID string      `json:"stage_id,omitempty"`               // none for the run as a whole
	Value   float64     `json:"value"`
	Source  LimitSource `json:"source"`
	Used    float64     `json:"used"` // of the cost: by all runs of the line
}

// Outlook is what a process knows of a run besides what happened in it: what comes next, as far as
// that can be said, and what that depends on.
type Outlook struct {
	Next      []Next             `json:"next,omitzero"`      // soonest first; nothing where it takes a person
	Providers []ProviderStanding `json:"providers,omitzero"` // that stages still to do may ask, in the order of the chains
	LimitUse  []LimitUse         `json:"limit_use,omitzero"` // of the run, and of the stages that are not done

	NeedsYou       bool             `json:"needs_you,omitempty"`
	NeedsYouReason PersonNeed       `json:"needs_you_reason,omitempty"`
	RetriedBy      *string          `json:"retried_by,omitempty"` // the newest run that retries it
	Acknowledged   *Acknowledgement `json:"acknowledged,omitempty"`
}

// Tag returns what of the outlook changes by itself, without an event of the run: all but the
// times used, which grow at any moment.
func (o Outlook) Tag() Outlook {
	o.LimitUse = append([]LimitUse{}, o.LimitUse...)
	for i := range o.LimitUse {
		o.LimitUse[i].Used = 0
	}
	return o
}
