package event

import "github.com/cineforge/cineforge/artifact"

// Outcome is how a run ended.
type Outcome string

// The outcomes.
const (
	Succeeded Outcome = "done"
	Failed    Outcome = "failed"
	Cancelled Outcome = "cancelled"
)

// PipelineStarted opens every run. It pins what the run works with.
type PipelineStarted struct {
	RecipeID     string          `json:"recipe_id"`
	RecipeDigest artifact.Digest `json:"recipe_digest"`
	ProjectID    string          `json:"project_id"`
	InputName    string          `json:"input_name"`
	InputDigest  artifact.Digest `json:"input_digest"`
	StageIDs     []string        `json:"stage_ids"` // in the order of the plan; the selected ones
	Selection
	Notice      string `json:"notice,omitempty"`        // what the user should know first, such as that no key is set
	ParentRunID string `json:"parent_run_id,omitempty"` // the run that this one retries
	RootRunID   string `json:"root_run_id,omitempty"`   // the first run of the line
	Options

	// Candidates are the models that may answer, by stage, first choice first, whichever
	// process goes on with the run. A stage that asks none is left out. It is nil in runs of
	// versions that pinned none.
	Candidates map[string][]Candidate `json:"candidates,omitzero"`

	Asked // no part of what the run is asked for
}

// RunResumed says that an unfinished run goes on.
type RunResumed struct {
	Cause ResumeCause `json:"cause"`
	// Confirmed are the stages whose results a person accepted by letting the run go on.
	Confirmed []string `json:"confirmed,omitempty"`
	// Candidates, if there are any, are pinned in place of those that the run pinned before:
	// a person let it go on with the models that could be asked that day.
	Candidates map[string][]Candidate `json:"candidates,omitzero"`

	Asked
}

// ResumeCause says why a run goes on.
type ResumeCause string

// The causes of RunResumed.
const (
	ResumedAfterCrash ResumeCause = "crash"    // the process that worked on it is gone
	ResumedByOperator ResumeCause = "operator" // a person let it go on
)

// RunCancelled says that an operator ended the run. The end follows.
type RunCancelled struct{ Asked }

// TryNowRequested says that an operator wants no waiting: the models that the run waits for are
// asked at once.
type TryNowRequested struct{ Asked }

// PipelineFinished ends every run but a dry one.
type PipelineFinished struct {
	Success      bool    `json:"success"`
	Outcome      Outcome `json:"outcome"`
	TotalCostUSD float64 `json:"total_cost_usd"`
	Error        string  `json:"error,omitempty"`
}

// DryRunValidated ends a dry run.
type DryRunValidated struct{}
