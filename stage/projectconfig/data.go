package projectconfig

// Config is the data of the project_config artifact: the settings proposed for a
// project. Text that nobody knows is "unknown", numbers and the rest are null.
type Config struct {
	Title    string   `json:"title"`
	Format   string   `json:"format"` // feature, short_film, series_episode or unknown; as the title page has it, if it does
	Genre    []string `json:"genre"`
	Tone     []string `json:"tone"`
	Logline  *string  `json:"logline"`
	Duration *float64 `json:"estimated_duration_minutes"`

	PrimaryCharacters    []string `json:"primary_characters"`
	SupportingCharacters []string `json:"supporting_characters"`
	LocationCount        int      `json:"location_count"`
	LocationsSummary     []string `json:"locations_summary"`
	TargetAudience       *string  `json:"target_audience"`

	AspectRatio      string            `json:"aspect_ratio"`
	ProductionMode   string            `json:"production_mode"`    // ai_generated, irl or hybrid
	HumanControlMode string            `json:"human_control_mode"` // autonomous, checkpoint or advisory
	StylePacks       map[string]string `json:"style_packs"`
	BudgetCapUSD     *float64          `json:"budget_cap_usd"`
	ModelStrategy    Strategy          `json:"model_strategy"`
	DefaultModel     string            `json:"default_model"`

	Details map[string]Detail `json:"detection_details"` // by the name of the member

	Confirmed bool `json:"confirmed"`
	// ConfirmedAt is always null: the same inputs give the same artifact, and the
	// time of a confirmation stands in the log of the run.
	ConfirmedAt *string `json:"confirmed_at"`
}

// Strategy names the models of a project by the part that they play.
type Strategy struct {
	Work     string `json:"work"`
	Verify   string `json:"verify"`
	Escalate string `json:"escalate"`
}

// Source is how a setting came about.
type Source string

// The sources of a setting.
const (
	AutoDetected  Source = "auto_detected"
	Default       Source = "default"
	UserSpecified Source = "user_specified" // a person gave it, and no model overwrites it
)

// By is what found a setting.
type By string

// The finders of a setting.
const (
	ByTitlePage By = "title_page"
	ByRule      By = "rule"
	ByModel     By = "model"
	ByDefault   By = "default"
	ByPerson    By = "person"
	ByNobody    By = "unknown"
)

// Detail says where the value of a setting is from.
type Detail struct {
	Value      any     `json:"value"`
	Confidence float64 `json:"confidence"` // 0 for what is unknown
	Rationale  string  `json:"rationale"`
	Source     Source  `json:"source"`
	By         By      `json:"by"`
}
