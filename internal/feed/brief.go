package feed

import (
	"encoding/json"
	"reflect"
	"strings"
)

// brief lists the members of events that lists show: what an event is about, how far it is, and
// what came of it. Their values are those of the whole event.
type brief struct {
	Seq   json.RawMessage `json:"seq,omitempty"`
	TS    json.RawMessage `json:"ts"`
	RunID json.RawMessage `json:"run_id"`
	Event json.RawMessage `json:"event"`

	Actor       json.RawMessage `json:"actor,omitempty"`
	ProjectID   json.RawMessage `json:"project_id,omitempty"`
	DisplayName json.RawMessage `json:"display_name,omitempty"`
	AboutRunID  json.RawMessage `json:"about_run_id,omitempty"`
	ParentRunID json.RawMessage `json:"parent_run_id,omitempty"`
	RecipeID    json.RawMessage `json:"recipe_id,omitempty"`
	Drill       json.RawMessage `json:"drill,omitempty"`
	InputName   json.RawMessage `json:"input_name,omitempty"`
	Input       json.RawMessage `json:"input,omitempty"`
	Filename    json.RawMessage `json:"filename,omitempty"`
	MessageID   json.RawMessage `json:"message_id,omitempty"`

	StageIDs     json.RawMessage `json:"stage_ids,omitempty"`
	StageID      json.RawMessage `json:"stage_id,omitempty"`
	Done         json.RawMessage `json:"done,omitempty"`
	Total        json.RawMessage `json:"total,omitempty"`
	ArtifactType json.RawMessage `json:"artifact_type,omitempty"`
	EntityID     json.RawMessage `json:"entity_id,omitempty"`
	Version      json.RawMessage `json:"version,omitempty"`
	Artifact     json.RawMessage `json:"artifact,omitempty"`
	Health       json.RawMessage `json:"health,omitempty"`
	Action       json.RawMessage `json:"action,omitempty"`

	Provider       json.RawMessage `json:"provider,omitempty"`
	Model          json.RawMessage `json:"model,omitempty"`
	Key            json.RawMessage `json:"key,omitempty"`
	From           json.RawMessage `json:"from,omitempty"`
	To             json.RawMessage `json:"to,omitempty"`
	Until          json.RawMessage `json:"until,omitempty"`
	NextAttemptAt  json.RawMessage `json:"next_attempt_at,omitempty"`
	ErrorClass     json.RawMessage `json:"error_class,omitempty"`
	TerminalReason json.RawMessage `json:"terminal_reason,omitempty"`
	NeedsPerson    json.RawMessage `json:"needs_person,omitempty"`
	Outcome        json.RawMessage `json:"outcome,omitempty"`
	Success        json.RawMessage `json:"success,omitempty"`
	CostUSD        json.RawMessage `json:"cost_usd,omitempty"`
	TotalCostUSD   json.RawMessage `json:"total_cost_usd,omitempty"`
	Message        json.RawMessage `json:"message,omitempty"`
}

// shorten returns what lists show of an event's JSON.
func shorten(data []byte) []byte {
	var b brief
	if json.Unmarshal(data, &b) != nil {
		return data
	}
	short, err := json.Marshal(b)
	if err != nil {
		return data
	}
	return short
}

// BriefMembers lists the members of events that lists show, each of which an event may lack.
func BriefMembers() (names []string) {
	for f := range reflect.TypeFor[brief]().Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		names = append(names, name)
	}
	return names
}
