package health

import (
	"time"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/run"
)

// Incident says what is wrong now, since when, and what it does to runs. Drills have no part
// in it.
type Incident struct {
	At       time.Time  `json:"ts" doc:"The moment that it is about."`
	Since    time.Time  `json:"since" doc:"Figures, failed runs and acts are those since then."`
	Well     bool       `json:"well" doc:"Nothing keeps a configured provider from being asked, and no run is held up."`
	Message  string     `json:"message" doc:"What is wrong now, and what it does to runs, in one sentence."`
	Earlier  []string   `json:"earlier" nullable:"false" doc:"What was wrong in the time and is over, a sentence each, newest first."`
	FirstAt  *time.Time `json:"first_seen" doc:"The first failed attempt in the time; null if there is none."`
	LastAt   *time.Time `json:"last_seen" doc:"The last failed attempt in the time; null if there is none."`
	Attempts Figures    `json:"attempts" doc:"All attempts in the time."`
	Drills   int        `json:"drills_left_out" doc:"Drills under way, which are left out."`

	Providers []ProviderTrouble `json:"providers" nullable:"false" doc:"Those that are configured or were asked, in trouble first."`
	Runs      AffectedRuns      `json:"runs"`
	Acts      []ProviderEvent   `json:"acts" nullable:"false" doc:"What operators did at providers in the time, newest first, 50 at the most."`
	ActsCut   bool              `json:"acts_cut,omitempty" doc:"There were more acts."`
	Next      []Upcoming        `json:"next" nullable:"false" doc:"What may end it, soonest first."`
}

// ProviderState says how a provider is doing, in a word.
type ProviderState = run.ProviderState

// The states of providers.
const (
	StateWell        = run.StateWell
	StatePart        = run.StatePart
	StateOut         = run.StateOut
	StateProbing     = run.StateProbing
	StateLimited     = run.StateLimited
	StateKeyRejected = run.StateKeyRejected
	StateNoQuota     = run.StateNoQuota
	StateNoModel     = run.StateNoModel
	StateHeld        = run.StateHeld
	StateNoKey       = run.StateNoKey
)

// ProviderTrouble is how a provider is doing, and did in the time.
type ProviderTrouble struct {
	Provider string           `json:"provider"`
	State    ProviderState    `json:"state"`
	Since    *time.Time       `json:"since" doc:"The state began; null if it is well, or that is not known."`
	Until    *time.Time       `json:"until" doc:"When it can be asked again, or is probed; null if no time is set."`
	Model    string           `json:"model,omitempty" doc:"The model that is meant; missing for the provider as a whole."`
	Class    failure.Class    `json:"error_class,omitempty" doc:"Of the failure behind the state."`
	Codes    *Codes           `json:"codes,omitempty"`
	Reason   string           `json:"reason,omitempty" doc:"The evidence, or the operator's reason."`
	Person   bool             `json:"needs_person" doc:"Time alone does not help."`
	Help     string           `json:"hint,omitempty" doc:"What a person can do."`
	Last     *LastFault       `json:"last_failure,omitempty"`
	Actions  []failure.Remedy `json:"actions,omitempty" doc:"What may end it before its time."`

	Answered int          `json:"answered" doc:"Attempts in the time."`
	Failed   int          `json:"failed"`
	Canceled int          `json:"canceled"`
	Faults   []FaultCount `json:"faults" nullable:"false" doc:"The failed attempts by class, most first."`
	CostUSD  float64      `json:"cost_usd"`
	Wasted   float64      `json:"wasted_cost_usd"`
}

// AffectedRuns are the runs that trouble has an effect on. Each is in one list: failed before
// paused before waiting before fallen over. A list has 50 runs at the most; totals count all.
type AffectedRuns struct {
	Waiting    []AffectedRun `json:"waiting" nullable:"false" doc:"Until a model can answer, those that wait longest first."`
	FallenOver []AffectedRun `json:"fallen_over" nullable:"false" doc:"To another provider than they were meant for, latest first."`
	Paused     []AffectedRun `json:"paused" nullable:"false" doc:"Until a person acts, though not to have results accepted."`
	Failed     []AffectedRun `json:"failed" nullable:"false" doc:"In the time, but not for their input or their cost, latest first."`

	WaitingTotal    int `json:"waiting_total"`
	FallenOverTotal int `json:"fallen_over_total"`
	PausedTotal     int `json:"paused_total"`
	FailedTotal     int `json:"failed_total"`
}

// AffectedRun is a run that trouble has an effect on.
type AffectedRun struct {
	RunID     string        `json:"run_id"`
	ProjectID string        `json:"project_id,omitempty"`
	InputName string        `json:"input_name,omitempty"`
	Status    run.Status    `json:"status,omitempty"`
	Since     *time.Time    `json:"since" doc:"The effect began; null if that is not known."`
	Until     *time.Time    `json:"until,omitempty" doc:"When a waiting run looks again by itself."`
	WaitsFor  []string      `json:"waits_for,omitempty" doc:"Providers any of which lets it go on."`
	Needs     []run.Need    `json:"needs,omitempty" doc:"What no process has that it waits for."`
	From      string        `json:"from,omitempty" doc:"The provider that it fell over from."`
	To        string        `json:"to,omitempty" doc:"The provider that answers in its place."`
	Answers   int           `json:"answers,omitempty" doc:"How many answers that one has given."`
	Reason    string        `json:"pause_reason,omitempty"`
	Class     failure.Class `json:"error_class,omitempty"`
	Error     string        `json:"error,omitempty"`
}

// UpcomingKind says what comes next.
type UpcomingKind string

// The kinds of what comes next.
const (
	NextProbe    UpcomingKind = "probe"      // a request finds out whether it is well
	NextLimit    UpcomingKind = "limit_ends" // it can be asked again
	NextHold     UpcomingKind = "hold_ends"  // an operator's hold
	NextPerson   UpcomingKind = "person"     // nothing by itself: a person has to act
	NextRunLooks UpcomingKind = "run_looks"  // a waiting run looks again
)

// Upcoming is something that may end a trouble.
type Upcoming struct {
	At       *time.Time   `json:"at" doc:"Null where it takes a person."`
	What     UpcomingKind `json:"what"`
	Provider string       `json:"provider,omitempty"`
	Model    string       `json:"model,omitempty"`
	RunID    string       `json:"run_id,omitempty"`
	Message  string       `json:"message"`
}
