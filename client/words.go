package client

import (
	"context"

	"github.com/cineforge/cineforge/failure"
)

// FailureClass is what there is to say of a class of failures.
type FailureClass struct {
	Class       failure.Class `json:"error_class"`
	Title       string        `json:"title" doc:"In two or three words."`
	Explanation string        `json:"explanation" doc:"What it means, in one sentence."`
	Action      string        `json:"action" doc:"What a person can do about it, in one sentence."`
	Fault       failure.Side  `json:"fault" doc:"The provider's, this program's, yours (a key, a limit or a text to change) or none."`
	Retryable   bool          `json:"retryable" doc:"Whether the same model may usually be asked again."`
	Scope       failure.Scope `json:"scope" doc:"Whose health it counts against."`
}

// Vocabulary is the names that programs use in answers, each with its words for people.
type Vocabulary struct {
	Events          map[string]string `json:"events" doc:"The kinds of events."`
	RunStatuses     map[string]string `json:"run_statuses"`
	StageStatuses   map[string]string `json:"stage_statuses"`
	TerminalReasons map[string]string `json:"terminal_reasons" doc:"Why a stage failed for good."`
	PauseReasons    map[string]string `json:"pause_reasons" doc:"Why a stage paused."`
	WaitReasons     map[string]string `json:"wait_reasons" doc:"Why a run waits. A reason that is not listed is a sentence itself."`
	DecisionReasons map[string]string `json:"decision_reasons" doc:"Why a candidate is not asked."`
	BreakerStates   map[string]string `json:"breaker_states"`
	Healths         map[string]string `json:"healths" doc:"How far an artifact can be relied on."`
}

// Failures lists the classes of failures with what there is to say of each.
func (c *Client) Failures(ctx context.Context) ([]FailureClass, error) {
	return get[[]FailureClass](ctx, c.conn, nil, "failures")
}

// Words returns the words for people of the names that answers have.
func (c *Client) Words(ctx context.Context) (Vocabulary, error) {
	return get[Vocabulary](ctx, c.conn, nil, "words")
}
