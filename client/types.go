package client

import (
	"encoding/json"
	"time"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/run"
)

// ServerHealth is the health of a server.
type ServerHealth struct {
	Status  string `json:"status" example:"ok"`
	Version string `json:"version"`

	NoCarrier []Uncarried `json:"no_carrier,omitempty" doc:"Of ready: runs that the server can't go on with."`
}

// Uncarried is a run that no process goes on with, and what the server would need for it.
type Uncarried struct {
	RunID string     `json:"run_id"`
	Needs []run.Need `json:"needs" nullable:"false"`
}

// ResumeRequest says how a run goes on. Without candidates it goes on with those that
// it pins.
type ResumeRequest struct {
	Candidates string `json:"candidates,omitempty" enum:"today" doc:"today: continue with the providers available today instead of the pinned ones; the run need not be paused."`
	Reason     string `json:"reason,omitempty" maxLength:"500" doc:"Why. It is recorded, with who asks."`
}

// CandidatesOfToday lets a [ResumeRequest] use the models that can be asked today.
const CandidatesOfToday = "today"

// Project is a project at a glance.
type Project struct {
	ProjectID      string                     `json:"project_id"`
	DisplayName    string                     `json:"display_name"`
	ArtifactGroups int                        `json:"artifact_groups" doc:"How many entities have artifacts."`
	RunCount       int                        `json:"run_count"`
	HasInputs      bool                       `json:"has_inputs"`
	InputFiles     []string                   `json:"input_files" nullable:"false" doc:"The original names, oldest first."`
	Preferences    map[string]json.RawMessage `json:"ui_preferences"`
	ProjectRuns

	Drill bool `json:"drill,omitempty" doc:"It is one of drills: what is in it means nothing."`
}

// RecentProject is a project in the list of those that changed last.
type RecentProject struct {
	Project
	ProjectPath  string  `json:"project_path" doc:"An opaque name, equal to project_id."`
	LastModified float64 `json:"last_modified" doc:"Unix seconds."`
}

// NewProject asks for a project.
type NewProject struct {
	Slug        string `json:"slug" pattern:"^[a-z0-9][a-z0-9-]*$" minLength:"1" maxLength:"60" example:"night-ferry"`
	DisplayName string `json:"display_name" maxLength:"200"`
}

// OpenProject asks for a project that is there.
type OpenProject struct {
	ProjectPath string `json:"project_path" maxLength:"200" doc:"The project_path of a list, equal to project_id."`
}

// ProjectSettings changes a project; what is left out stays.
type ProjectSettings struct {
	DisplayName *string                    `json:"display_name,omitempty" minLength:"1" maxLength:"200"`
	Preferences map[string]json.RawMessage `json:"ui_preferences,omitempty" doc:"Members that are given replace those of that name; null removes one."`
}

// SlugRequest asks how a project could be called.
type SlugRequest struct {
	Snippet  string `json:"content_snippet" maxLength:"200000" doc:"The beginning of the story."`
	Filename string `json:"original_filename" minLength:"1" maxLength:"300"`
}

// SlugProposal is how a project could be called.
type SlugProposal struct {
	Slug         string   `json:"slug"`
	DisplayName  string   `json:"display_name"`
	Alternatives []string `json:"alternatives" nullable:"false"`
}

// Input is a file of a project.
type Input struct {
	Filename     string          `json:"filename" doc:"Opaque, and unique in the project."`
	OriginalName string          `json:"original_name"`
	SizeBytes    int64           `json:"size_bytes"`
	StoredPath   string          `json:"stored_path" doc:"What a run is started with as input_file; equal to filename."`
	Digest       artifact.Digest `json:"digest"`
	CreatedAt    float64         `json:"created_at" doc:"Unix seconds."`
	Scan         *InputScan      `json:"scan" doc:"What a first look found; null until there was one."`
}

// Uploaded is an uploaded file, and what a first look into it shows.
type Uploaded struct {
	Input
	Duplicate  bool      `json:"duplicate" doc:"The project already has the file."`
	Format     string    `json:"format"`
	Encoding   string    `json:"encoding"`
	Kind       string    `json:"kind" doc:"What it looks like: screenplay, prose, ..."`
	Confidence float64   `json:"confidence"`
	Scenes     int       `json:"scenes" doc:"How many scenes its headings make."`
	Pages      float64   `json:"pages"`
	Warnings   []Warning `json:"warnings" nullable:"false"`
}

// Warning is something in a file that may need a look.
type Warning struct {
	Line    int    `json:"line"`
	Message string `json:"message"`
}

// RunRequest asks for a run.
type RunRequest struct {
	ProjectID       string         `json:"project_id" minLength:"1" maxLength:"63"`
	InputFile       string         `json:"input_file" minLength:"1" maxLength:"200" doc:"The stored_path that the upload answered."`
	RecipeID        string         `json:"recipe_id,omitempty" default:"mvp_ingest" maxLength:"100"`
	AcceptConfig    bool           `json:"accept_config,omitempty" doc:"Do not pause for the project configuration to be confirmed."`
	StartFrom       string         `json:"start_from,omitempty" maxLength:"100"`
	EndAt           string         `json:"end_at,omitempty" maxLength:"100"`
	Force           bool           `json:"force,omitempty" doc:"Ignore cached answers and ask again."`
	New             *bool          `json:"new,omitempty" doc:"Whether to start a new run even if the same one is in progress; default: only with a run_id or an Idempotency-Key."`
	DryRun          bool           `json:"dry_run,omitempty" doc:"Check everything, but run nothing."`
	Drill           string         `json:"drill,omitempty" maxLength:"100" doc:"A scenario of the simulator, which answers instead of real providers."`
	RunID           string         `json:"run_id,omitempty" maxLength:"64" doc:"The id for the run."`
	RetryOf         string         `json:"retry_failed_stage_for_run_id,omitempty" maxLength:"64" doc:"Retry this run from its failed stage; the rest is ignored."`
	DefaultModel    string         `json:"default_model,omitempty" maxLength:"200" doc:"Recorded, and used where a recipe names it."`
	WorkModel       string         `json:"work_model,omitempty" maxLength:"200"`
	VerifyModel     string         `json:"verify_model,omitempty" maxLength:"200"`
	EscalateModel   string         `json:"escalate_model,omitempty" maxLength:"200"`
	QAModel         string         `json:"qa_model,omitempty" maxLength:"200"`
	SkipQA          bool           `json:"skip_qa,omitempty"`
	ConfigFile      string         `json:"config_file,omitempty" maxLength:"200" doc:"An input of the project, a YAML or JSON object with settings for project_config; the run keeps its content, and the configuration counts as confirmed."`
	ConfigOverrides map[string]any `json:"config_overrides,omitempty" doc:"Settings for project_config by name; they win over config_file, and both over what is detected."`

	ModelChoice
	MaxCostUSD     *float64       `json:"max_cost_usd,omitempty" minimum:"0" maximum:"1000000" doc:"What the run and its retries may spend, in place of what the recipe says."`
	MaxWaitSeconds *float64       `json:"max_wait_seconds,omitempty" minimum:"0" maximum:"31536000" doc:"How long a stage may wait without progress; overrides the recipe."`
	Params         map[string]any `json:"params,omitempty" doc:"Parameters of the recipe by name; they win over members of the same meaning."`

	Reason string `json:"reason,omitempty" maxLength:"500" doc:"Why. It is recorded, with who asks."`
}

// Started names a run and where to follow it.
type Started struct {
	RunID     string `json:"run_id"`
	StateURL  string `json:"state_url"`
	EventsURL string `json:"events_url"`
	Existing  bool   `json:"existing,omitempty" doc:"The run existed already: the request was made before, or the same run or retry is in progress."`

	Warnings []RequestWarning `json:"warnings,omitempty" nullable:"false" doc:"What of the request or of the recipe has no effect; missing if all has."`
}

// RunState is where a run stands.
type RunState struct {
	RunID           string    `json:"run_id"`
	State           run.State `json:"state"`
	BackgroundError *string   `json:"background_error" doc:"Why a failed run failed, and what can be done about it."`

	Actions []failure.Remedy `json:"actions" nullable:"false" doc:"What can be done about the run in this state."`
	Acts    []failure.Remedy `json:"acts" nullable:"false" doc:"All that can be asked of the run in this state."`
}

// RunEvents is what happened in a run.
type RunEvents struct {
	RunID  string  `json:"run_id"`
	Events []Event `json:"events" nullable:"false"`
}

// RunsPage is a part of the list of runs, newest first.
type RunsPage struct {
	Runs       []run.Overview `json:"runs" nullable:"false"`
	NextCursor string         `json:"next_cursor,omitempty" doc:"What the next page is asked for with; missing at the end."`
}

// RetryRequest asks for a retry: from the stage that failed, unless it says otherwise.
type RetryRequest struct {
	From   string `json:"from,omitempty" maxLength:"100" doc:"Start from this stage."`
	Full   bool   `json:"full,omitempty" doc:"Start from the beginning."`
	Recipe string `json:"recipe,omitempty" default:"pinned" maxLength:"100" doc:"The recipe to run: pinned (the one of the run), current (today's of the same id), a recipe's id, or the name of a version."`

	MaxCostUSD     *float64 `json:"max_cost_usd,omitempty" minimum:"0" maximum:"1000000" doc:"What the run and its retries may spend together; overrides the recipe."`
	MaxWaitSeconds *float64 `json:"max_wait_seconds,omitempty" minimum:"0" maximum:"31536000" doc:"How long a stage may wait without progress; overrides the recipe."`
	ModelChoice

	Reason string `json:"reason,omitempty" maxLength:"500" doc:"Why. It is recorded, with who asks."`
	Newest bool   `json:"newest,omitempty" doc:"Build on what is current in the project."`
}

// Reason is why an operator does something.
type Reason struct {
	Reason string `json:"reason" minLength:"1" maxLength:"500" pattern:"\\S" doc:"It is logged, and shown with its effect."`
}

// Hold asks for a provider to get no requests for a time.
type Hold struct {
	Reason
	Seconds int `json:"seconds,omitempty" default:"3600" minimum:"1" maximum:"604800" doc:"How long; a hold ends by itself."`
}

// ArtifactSummary is the current version of something that stages made.
type ArtifactSummary struct {
	ArtifactType  string          `json:"artifact_type"`
	EntityID      string          `json:"entity_id"`
	LatestVersion int             `json:"latest_version" doc:"The highest one, current or not."`
	Health        artifact.Health `json:"health" doc:"Of the current version, as it is now."`

	CurrentVersion int             `json:"current_version" doc:"A person's version, else the latest one."`
	Title          *string         `json:"title" doc:"A scene's heading, a script's title, a file's name."`
	Source         artifact.Source `json:"source"`
	RunID          *string         `json:"run_id" doc:"Null if a person made it, or if that is not known."`
	Stage          *string         `json:"stage" doc:"Of the run; null as run_id."`
	Drill          bool            `json:"drill" doc:"The simulator answered, so that it means nothing."`
	CreatedAt      time.Time       `json:"created_at" doc:"When the current version was made."`
	Superseded     bool            `json:"superseded" doc:"A scene that the current scene_index lacks."`
}

// ArtifactVersion is one version of something that stages made.
type ArtifactVersion struct {
	ArtifactType    string          `json:"artifact_type"`
	EntityID        string          `json:"entity_id"`
	Version         int             `json:"version"`
	Health          artifact.Health `json:"health"`
	Path            string          `json:"path"`
	CreatedAt       time.Time       `json:"created_at"`
	Intent          string          `json:"intent"`
	ProducingModule string          `json:"producing_module"`
	Source          artifact.Source `json:"source"`

	Current   bool    `json:"current" doc:"It is the version that counts."`
	RunID     *string `json:"run_id" doc:"Null if a person made it, or if that is not known."`
	Stage     *string `json:"stage" doc:"Of the run; null as run_id."`
	Rationale string  `json:"rationale" doc:"Why it is as it is; of an edit, why it was made."`
}

// ArtifactDetail is one version with its content.
type ArtifactDetail struct {
	ArtifactType string            `json:"artifact_type"`
	EntityID     string            `json:"entity_id"`
	Version      int               `json:"version"`
	Payload      artifact.Artifact `json:"payload"`
}

// Edit makes a new version of an artifact.
type Edit struct {
	Data      map[string]any `json:"data" minProperties:"1"`
	Rationale string         `json:"rationale" minLength:"1" maxLength:"2000" doc:"Why."`
}

// Edited names the version that is current after a change.
type Edited struct {
	ArtifactType string `json:"artifact_type"`
	EntityID     string `json:"entity_id"`
	Version      int    `json:"version"`
	Path         string `json:"path"`
}
