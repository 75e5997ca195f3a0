package client

// Message is a message of a project's chat: posted, or made about an event of a run. Other
// members of a posted one are kept.
type Message struct {
	_           struct{} `additionalProperties:"true"`
	ID          string   `json:"id" minLength:"1" maxLength:"200"`
	Type        string   `json:"type" minLength:"1" maxLength:"50" example:"ai_status"`
	Content     string   `json:"content" maxLength:"100000"`
	Timestamp   float64  `json:"timestamp" doc:"Unix milliseconds."`
	Actions     []Action `json:"actions,omitempty" nullable:"true"`
	NeedsAction bool     `json:"needsAction,omitempty" nullable:"true"`
	RunID       string   `json:"run_id,omitempty" nullable:"true"`
	Drill       string   `json:"drill,omitempty" nullable:"true" doc:"The scenario of the run, if it is a drill."`
}

// Action is what a person can do about a message.
type Action struct {
	_        struct{} `additionalProperties:"true"`
	ID       string   `json:"id"`
	Label    string   `json:"label"`
	Variant  string   `json:"variant,omitempty" nullable:"true" doc:"default, secondary or outline"`
	Route    string   `json:"route,omitempty" nullable:"true" doc:"Where a page shows details."`
	Method   string   `json:"method,omitempty" nullable:"true"`
	Endpoint string   `json:"endpoint,omitempty" nullable:"true" doc:"What is to be called."`

	Payload map[string]any `json:"payload,omitempty" nullable:"true" doc:"What it is called with."`
	Body    map[string]any `json:"body,omitempty" nullable:"true" doc:"The same as payload, for clients of earlier versions."`
	Confirm *ConfirmAction `json:"confirm_action,omitempty" null:"true" doc:"The same call, as clients of the first system expect it."`
}

// StartRun is the type of a ConfirmAction whose answer may name a run.
const StartRun = "start_run"

// ConfirmAction is a POST that a person confirms by an action.
type ConfirmAction struct {
	_        struct{}       `additionalProperties:"true"`
	Type     string         `json:"type" example:"start_run"`
	Endpoint string         `json:"endpoint" doc:"What is posted to."`
	Payload  map[string]any `json:"payload" doc:"What is posted; may be an empty object."`
}

// ChatRequest is a person's question in a project's chat.
type ChatRequest struct {
	Message     string           `json:"message" minLength:"1" maxLength:"100000"`
	History     []map[string]any `json:"chat_history,omitempty" nullable:"true" doc:"Earlier messages; accepted and ignored."`
	PageContext *string          `json:"page_context,omitempty" nullable:"true" maxLength:"10000" doc:"Accepted and ignored."`
}

// InsightRequest asks for a comment on something that has happened.
type InsightRequest struct {
	Trigger string         `json:"trigger" minLength:"1" maxLength:"200" example:"run_completed"`
	Context map[string]any `json:"context,omitempty" nullable:"true" doc:"Accepted and ignored."`
}

// ChatChunk is the data of a frame of an answer in the chat: its text, then actions, and in the
// last one that the answer is complete.
type ChatChunk struct {
	Type     string           `json:"type" enum:"text,actions,done"`
	Content  string           `json:"content,omitempty"`
	Actions  []Action         `json:"actions,omitempty"`
	Warnings []RequestWarning `json:"warnings,omitempty" doc:"In the last one: what of the request was ignored."`
}

// SearchResult is what a search found in a project.
type SearchResult struct {
	Query      string        `json:"query"`
	Drill      bool          `json:"drill,omitempty" doc:"The project is one of drills: what was found means nothing."`
	Scenes     []FoundScene  `json:"scenes" nullable:"false"`
	Characters []FoundEntity `json:"characters" nullable:"false"`
	Locations  []FoundEntity `json:"locations" nullable:"false"`
	Props      []FoundEntity `json:"props" nullable:"false"`
}

// FoundScene is a scene that a search found.
type FoundScene struct {
	SceneID   string `json:"scene_id"`
	Heading   string `json:"heading"`
	Location  string `json:"location"`
	TimeOfDay string `json:"time_of_day"`
	IntExt    string `json:"int_ext" doc:"INT, EXT, INT/EXT or empty."`
}

// FoundEntity is a character or a place that a search found, with an artifact that holds it.
type FoundEntity struct {
	EntityID     string `json:"entity_id" doc:"Of the artifact."`
	DisplayName  string `json:"display_name"`
	EntityType   string `json:"entity_type"`
	ArtifactType string `json:"artifact_type"`
}
