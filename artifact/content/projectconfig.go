package content

// ProjectConfig is the data of the project_config artifact: the settings proposed for a
// project. Text that is not known is "unknown", numbers and the rest are null.
type ProjectConfig struct {
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
	ProductionMode   string            `json:"production_mode" enum:"ai_generated,irl,hybrid"`           // ai_generated, irl or hybrid
	HumanControlMode string            `json:"human_control_mode" enum:"autonomous,checkpoint,advisory"` // autonomous, checkpoint or advisory
	StylePacks       map[string]string `json:"style_packs"`
	BudgetCapUSD     *float64          `json:"budget_cap_usd"`
	ModelStrategy    ModelStrategy     `json:"model_strategy"`
	DefaultModel     string            `json:"default_model"`

	Details map[string]Detection `json:"detection_details"` // by the name of the member

	Confirmed bool `json:"confirmed"`
	// ConfirmedAt is always null: the same inputs give the same artifact, and the
	// time of a confirmation stands in the log of the run.
	ConfirmedAt *string `json:"confirmed_at"`
}

// ModelStrategy names the models of a project by the part that they play.
type ModelStrategy struct {
	Work     string `json:"work"`
	Verify   string `json:"verify"`
	Escalate string `json:"escalate"`
}

// SettingSource is how a setting came about.
type SettingSource string

// The sources of a setting.
const (
	AutoDetected  SettingSource = "auto_detected"
	Preset        SettingSource = "default"
	UserSpecified SettingSource = "user_specified" // a person gave it, and no model overwrites it
)

// SettingOrigin is what found a setting.
type SettingOrigin string

// The finders of a setting.
const (
	OriginTitlePage SettingOrigin = "title_page"
	OriginRule      SettingOrigin = "rule"
	OriginModel     SettingOrigin = "model"
	OriginDefault   SettingOrigin = "default"
	OriginPerson    SettingOrigin = "person"
	OriginUnknown   SettingOrigin = "unknown"
)

// Detection is where the value of a setting comes from.
type Detection struct {
	Value      any           `json:"value"`
	Confidence float64       `json:"confidence"` // 0 for what is unknown
	Rationale  string        `json:"rationale"`
	Source     SettingSource `json:"source"`
	By         SettingOrigin `json:"by"`
}
