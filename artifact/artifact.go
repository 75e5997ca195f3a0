// Package artifact is what stages make: immutable, versioned, content-addressed
// outputs that know where they came from.
package artifact

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"
)

// SchemaVersion is the version of the envelope's form.
const SchemaVersion = "1.0.0"

// The types of artifact that the shipped recipe makes.
const (
	RawInput        = "raw_input"        // the text of the input, as read
	CanonicalScript = "canonical_script" // the script as valid Fountain
	Scene           = "scene"            // one scene; one artifact each
	SceneIndex      = "scene_index"      // all scenes at a glance
	ProjectConfig   = "project_config"   // the settings proposed for the project
)

// ProjectEntity is the entity of artifacts that there is one of in a project.
const ProjectEntity = "project"

// Digest is the SHA-256 of some content, written "sha256:<hex>".
type Digest string

// DigestOf returns the digest of data.
func DigestOf(data []byte) Digest {
	sum := sha256.Sum256(data)
	return Digest("sha256:" + hex.EncodeToString(sum[:]))
}

// Ref names one version of an artifact within its project.
type Ref struct {
	ArtifactType string `json:"artifact_type"`
	EntityID     string `json:"entity_id"`
	Version      int    `json:"version"`
	Path         string `json:"path"` // where an export puts it, relative to the export
}

// NewRef returns the reference to a version. Versions count from 1.
func NewRef(artifactType, entityID string, version int) Ref {
	return Ref{
		ArtifactType: artifactType,
		EntityID:     entityID,
		Version:      version,
		Path:         fmt.Sprintf("artifacts/%s/%s/v%d.json", artifactType, entityID, version),
	}
}

// String returns the short form type:entity:vN.
func (r Ref) String() string { return fmt.Sprintf("%s:%s:v%d", r.ArtifactType, r.EntityID, r.Version) }

// Health is how far an artifact can be relied on.
type Health string

// The healths. An artifact that no model judged, or that fell below a quality
// bar, is NeedsReview.
const (
	Valid          Health = "valid"
	Stale          Health = "stale"
	NeedsRevision  Health = "needs_revision"
	NeedsReview    Health = "needs_review"
	ConfirmedValid Health = "confirmed_valid"
)

// Source is how an artifact was made.
type Source string

// The sources.
const (
	AI     Source = "ai"
	Human  Source = "human"
	Hybrid Source = "hybrid" // rules and a model together
	Code   Source = "code"   // rules alone
)

// Draft is an artifact that is not stored yet: it has no version.
type Draft struct {
	Type       string
	EntityID   string
	Intent     string  // what it is for
	Rationale  string  // why it is as it is
	Confidence float64 // 0 to 1
	Source     Source
	Health     Health

	// Annotations are further facts of how it was made.
	Annotations map[string]any

	// Data is the content, as JSON.
	Data json.RawMessage
}

// Cost is what the answers behind an artifact took.
type Cost struct {
	Model        string  `json:"model"`
	InputTokens  int     `json:"input_tokens"`
	OutputTokens int     `json:"output_tokens"`
	CostUSD      float64 `json:"estimated_cost_usd"`
}

// Metadata is the envelope's description of its data.
type Metadata struct {
	Ref             Ref            `json:"ref"`
	Lineage         []Ref          `json:"lineage"`
	Intent          string         `json:"intent"`
	Rationale       string         `json:"rationale"`
	Alternatives    []string       `json:"alternatives_considered" nullable:"true"` // always null: none are recorded
	Confidence      float64        `json:"confidence"`
	Source          Source         `json:"source"`
	ProducingModule string         `json:"producing_module"`
	ProducingRole   *string        `json:"producing_role"` // always null: no role of the first system makes artifacts here
	CostData        *Cost          `json:"cost_data"`
	Annotations     map[string]any `json:"annotations"`
	Health          Health         `json:"health"`
	SchemaVersion   string         `json:"schema_version"`
	CreatedAt       time.Time      `json:"created_at"`
}

// Artifact is a stored version: the envelope that files and the API show.
type Artifact struct {
	Metadata Metadata        `json:"metadata"`
	Data     json.RawMessage `json:"data"`
}
