package event

import (
	"slices"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/resilience/breaker"
)

// Standalone is the body of an event that belongs to no run: a change of a project, an act of
// an operator at a provider. It never holds what a script or a message says.
type Standalone interface {
	Body
	// About says what the event is about.
	About() Subject
}

// Subject is what a standalone event is about: a project, a run, or neither.
type Subject struct{ ProjectID, RunID string }

// Act is the actor of a change, and the reason that was given for it.
type Act struct {
	Actor  *Actor `json:"actor"` // nil for what the program did by itself
	Reason string `json:"reason,omitempty"`
}

// OfProject is the part of an event that names its project.
type OfProject struct {
	ProjectID string `json:"project_id"`
}

// About returns the project.
func (o OfProject) About() Subject { return Subject{ProjectID: o.ProjectID} }

// OfProvider is the part of an event that names what of a provider it is about.
type OfProvider struct {
	Provider string `json:"provider"`
	Endpoint string `json:"endpoint"`        // its name and base URL
	Model    string `json:"model,omitempty"` // "" for all of its models
	Key      string `json:"key,omitempty"`   // the variable that holds it; "" for all keys
}

// About returns the zero value: providers belong to no project.
func (OfProvider) About() Subject { return Subject{} }

// OfWhichProvider returns what of a provider the event is about.
func (o OfProvider) OfWhichProvider() OfProvider { return o }

// ProjectCreated says that a project was made.
type ProjectCreated struct {
	Act
	OfProject
	DisplayName string `json:"display_name"`
}

// ProjectChanged says that settings of a project have changed.
type ProjectChanged struct {
	Act
	OfProject
	DisplayName string   `json:"display_name"`
	Changed     []string `json:"changed"` // the settings: display_name, preferences
}

// ProjectDeleted says that a project was deleted with all that was in it.
type ProjectDeleted struct {
	Act
	OfProject
	Runs      int `json:"runs"` // how many there were
	Inputs    int `json:"inputs"`
	Artifacts int `json:"artifacts"` // versions
}

// InputAdded says that a file was added to a project.
type InputAdded struct {
	Act
	OfProject
	Input       string          `json:"input"`    // the name under which it is kept
	Filename    string          `json:"filename"` // as it was called where it came from
	InputDigest artifact.Digest `json:"input_digest"`
	SizeBytes   int64           `json:"size_bytes"`
}

// InputDeleted says that a file of a project was deleted with what was made of it.
type InputDeleted struct {
	Act
	OfProject
	Input     string `json:"input"`
	Runs      int    `json:"runs"` // how many there were
	Artifacts int    `json:"artifacts"`
}

// EditAction is what a person did to an artifact.
type EditAction string

// The actions.
const (
	Edited    EditAction = "edit"
	Restored  EditAction = "restore" // an earlier version has become the current one
	Confirmed EditAction = "confirm"
)

// ArtifactEdited says that a person made or chose a version of an artifact.
type ArtifactEdited struct {
	Act
	OfProject
	Action   EditAction   `json:"action"`
	Artifact artifact.Ref `json:"artifact"` // the version that is current now
}

// ChatPosted says that a message was posted in a project.
type ChatPosted struct {
	Act
	OfProject
	MessageID string `json:"message_id"`
}

// RunAcknowledged says that a person has taken note of a run that needed one. It stands beside
// the run's events, which have ended.
type RunAcknowledged struct {
	Act
	OfProject
	AboutRunID string `json:"about_run_id"`
}

// About returns the run and its project.
func (r RunAcknowledged) About() Subject {
	return Subject{ProjectID: r.ProjectID, RunID: r.AboutRunID}
}

// ProviderHeld says that an operator keeps all requests from a provider until a time.
type ProviderHeld struct {
	Act
	OfProvider
	Until   Timestamp     `json:"until"`
	Breaker breaker.State `json:"breaker,omitempty"` // state of the provider's
}

// ProviderReleased says that an operator ended what kept requests from a provider.
type ProviderReleased struct {
	Act
	OfProvider
	Breaker breaker.State `json:"breaker,omitempty"` // state of the provider's
}

// ProviderProbed says that an operator lets the next request through to a provider.
type ProviderProbed struct {
	Act
	OfProvider
	Breaker breaker.State `json:"breaker,omitempty"` // state of the provider's
}

// BreakerChanged is a transition of a breaker. The run whose request caused it has an event of
// its own.
type BreakerChanged struct {
	Act
	OfProvider
	From     breaker.State `json:"from"`
	To       breaker.State `json:"to"`
	Evidence string        `json:"evidence"`
	Until    Timestamp     `json:"until" nullable:"true"` // when an open breaker lets a request through; null for the other states
}

// CooldownStarted says that a key is kept from a model, or all of a provider's, until a time. A
// later one replaces it.
type CooldownStarted struct {
	Act
	OfProvider
	Until       Timestamp     `json:"until"`
	ErrorClass  failure.Class `json:"error_class"`
	NeedsPerson bool          `json:"needs_person"` // time alone does not help
}

// CooldownEnded says that a cooldown has ended before its time.
type CooldownEnded struct {
	Act
	OfProvider
}

// Topic is a group of events that a reader can follow.
type Topic string

// The topics.
const (
	TopicRuns      Topic = "runs" // all events of runs, and those about them
	TopicProviders Topic = "providers"
	TopicProjects  Topic = "projects"
	TopicInputs    Topic = "inputs"
	TopicArtifacts Topic = "artifacts" // those that runs save too
	TopicChat      Topic = "chat"
)

// Topics lists the topics.
func Topics() []Topic {
	return []Topic{TopicRuns, TopicProviders, TopicProjects, TopicInputs, TopicArtifacts, TopicChat}
}

// topicNames lists the names of a topic's events. Those of runs are of TopicRuns, whatever
// their names.
var topicNames = map[Topic][]string{
	TopicRuns: {"run_acknowledged"},
	TopicProviders: {
		"provider_held", "provider_released", "provider_probed", "breaker_changed", "cooldown_started", "cooldown_ended",
	},
	TopicProjects:  {"project_created", "project_changed", "project_deleted"},
	TopicInputs:    {"input_added", "input_deleted"},
	TopicArtifacts: {"artifact_saved", "artifact_edited"},
	TopicChat:      {"chat_posted"},
}

// TopicNames returns the names of the events of some topics, besides the events of runs.
func TopicNames(topics []Topic) (names []string) {
	for _, t := range topics {
		names = append(names, topicNames[t]...)
	}
	return slices.Clip(names)
}
