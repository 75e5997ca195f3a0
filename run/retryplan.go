package run

// RetryPlan is what a retry keeps, and what it does again. Of what it does again, only
// answers that are not there yet are paid for.
type RetryPlan struct {
	ParentRunID string    `json:"parent_run_id"`
	Mode        RetryMode `json:"mode"`
	From        []string  `json:"from"`
	Kept        []string  `json:"kept"`
	Redone      []Redone  `json:"redone"`
	SteppedBack []string  `json:"stepped_back,omitempty"`
	Reason      string    `json:"reason,omitempty"`

	// EstimatedCostUSD is what the answers that are missing cost if they cost what
	// others did; nil if there is nothing to judge by.
	EstimatedCostUSD *float64 `json:"estimated_cost_usd"`
}

// Redone is a stage that is done again.
type Redone struct {
	StageID    string `json:"stage_id"`
	AnswersHad int    `json:"answers_had"` // that are there, and serve again
}
