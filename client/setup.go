package client

import (
	"context"
	"encoding/json"
	"net/url"
	"time"

	"github.com/cineforge/cineforge/run/event"
)

// Session says which client a server takes one for, and whether it answers the client's requests.
type Session struct {
	TokenRequired bool          `json:"token_required" doc:"Whether the server wants a token."`
	Authenticated bool          `json:"authenticated" doc:"Whether it answers such requests; true where it wants no token."`
	Name          *string       `json:"name" doc:"Of the token, also of the one that opened the session."`
	Channel       event.Channel `json:"channel" doc:"See the header Cineforge-Client."`
	ExpiresAt     *time.Time    `json:"expires_at" doc:"Of the session; null without one."`
	PublicURL     *string       `json:"public_url" doc:"What --public-url says; null without one."`
}

// Login is a token that opens a session.
type Login struct {
	Token string `json:"token" minLength:"1"`
}

// CurrentSession returns which client the server takes this one for. The server answers that
// without a token too.
func (c *Client) CurrentSession(ctx context.Context) (Session, error) {
	return get[Session](ctx, c.conn, nil, "session")
}

// Module is the code behind a recipe's stage.
type Module struct {
	ID           string        `json:"id" example:"scene_extract_v1" doc:"As recipes name it."`
	Title        string        `json:"title" doc:"Of its stage."`
	Description  string        `json:"description"`
	StageID      string        `json:"stage_id" doc:"The id that shipped recipes give its stage; the default chain is for stages of that id."`
	AsksModel    bool          `json:"asks_model"`
	Consumes     []string      `json:"consumes" nullable:"false" doc:"Types of artifacts that it needs."`
	Produces     []string      `json:"produces" nullable:"false" doc:"Types of artifacts that it makes."`
	Params       []ModuleParam `json:"params" nullable:"false"`
	Questions    []Question    `json:"questions" nullable:"false" doc:"What it asks models; empty if it asks none."`
	DefaultChain []string      `json:"default_chain" nullable:"false" example:"anthropic:claude-sonnet-4-6" doc:"First choice first."`
	Confirms     string        `json:"confirms,omitempty" doc:"What a person accepts if the stage pauses for that."`
}

// ModuleParam is a parameter that a module takes.
type ModuleParam struct {
	Name        string    `json:"name"`
	Type        ParamType `json:"type"`
	Required    bool      `json:"required"`
	Default     any       `json:"default" doc:"Null for nothing."`
	Description string    `json:"description"`
	Common      bool      `json:"common" doc:"Every stage accepts it."`
}

// Question is a kind of request that a module makes of models.
type Question struct {
	Schema          string          `json:"schema" example:"scene_judgement" doc:"The name of the form of the answer."`
	About           string          `json:"about"`
	Unit            string          `json:"unit" example:"scene" doc:"What one request is about."`
	Role            string          `json:"role"`
	MaxOutputTokens int             `json:"max_output_tokens"`
	AnswerSchema    json.RawMessage `json:"answer_schema" doc:"JSON Schema of the answer."`
}

// ModelSource says where what is known of a model is from.
type ModelSource string

// The sources.
const (
	ModelOfCatalog ModelSource = "catalog"        // that ships with the program
	ModelOfConfig  ModelSource = "cineforge.yaml" // the config file, in part or in all
	ModelUnlisted  ModelSource = "unknown"        // it can be named, and nothing is known of it
)

// KnownModel is a model that recipes can name.
type KnownModel struct {
	Provider string  `json:"provider"`
	Model    string  `json:"model"`
	Name     string  `json:"name" example:"anthropic:claude-sonnet-4-6" doc:"As recipes name it."`
	Dialect  *string `json:"dialect" doc:"Of its provider's API; null if the provider is not configured."`
	ModelSpec
	Thinks    *string     `json:"thinks" example:"asked" doc:"always or asked: when it thinks before it answers; null if that is not known."`
	Source    ModelSource `json:"source" doc:"Where that is from."`
	PriceFrom *string     `json:"price_source" doc:"The page of the vendor that says the price."`
	PriceDate *string     `json:"price_date" example:"2026-11-25" doc:"When it was read there."`
	DefaultOf []string    `json:"default_of" nullable:"false" doc:"The stages in whose default chains it is."`
	Spare     bool        `json:"spare" doc:"Its provider offers it where none of a default chain can be asked."`
	Usability
}

// Check is one thing that a doctor has looked at.
type Check struct {
	Name    string      `json:"name" example:"ANTHROPIC_API_KEY"`
	Status  CheckStatus `json:"status"`
	Detail  string      `json:"detail"`
	Action  string      `json:"action,omitempty" doc:"What to do about it."`
	Group   CheckGroup  `json:"group"`
	Path    string      `json:"path,omitempty" doc:"Of a tool that is installed."`
	Version string      `json:"version,omitempty" doc:"Of a tool, as it says."`
}

// CheckStatus says how a check went.
type CheckStatus string

// The statuses of a check. A note takes nothing away from what the program can do now.
const (
	CheckOK      CheckStatus = "ok"
	CheckNote    CheckStatus = "note"
	CheckProblem CheckStatus = "problem"
)

// CheckGroup says what a check is about.
type CheckGroup string

// The groups of checks.
const (
	CheckedStorage   CheckGroup = "storage" // the data directory and its database
	CheckedRecipes   CheckGroup = "recipes"
	CheckedProviders CheckGroup = "providers" // keys, by the names of their variables, and addresses
	CheckedRuns      CheckGroup = "runs"      // that can't go on there
	CheckedTools     CheckGroup = "tools"     // other programs
)

// Setup makes the requests about what a server works with.
type Setup struct{ conn *connection }

// Modules lists the modules that recipes may name.
func (s *Setup) Modules(ctx context.Context) ([]Module, error) {
	return get[[]Module](ctx, s.conn, nil, "modules")
}

// Models lists the models that recipes can name.
func (s *Setup) Models(ctx context.Context) ([]KnownModel, error) {
	return get[[]KnownModel](ctx, s.conn, nil, "models")
}

// Doctor returns what the server's doctor finds. With reach it tries the base URLs that are set,
// which takes some seconds.
func (s *Setup) Doctor(ctx context.Context, reach bool) ([]Check, error) {
	query := url.Values{}
	if reach {
		query.Set("reach", "true")
	}
	return get[[]Check](ctx, s.conn, query, "doctor")
}
