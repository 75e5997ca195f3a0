package client

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/run/event"
)

// Recipe is a recipe of a server.
type Recipe struct {
	RecipeID    string   `json:"recipe_id" doc:"Of a broken one without an id the name of its file."`
	Name        string   `json:"name"`
	Description string   `json:"description"`
	StageCount  int      `json:"stage_count"`
	Stages      []string `json:"stages" nullable:"false"`

	Origin          string           `json:"origin" enum:"data_directory,version,shipped,run"`
	Digest          *artifact.Digest `json:"digest" doc:"Of the source; null if it can't be read."`
	File            *string          `json:"file" doc:"Below the data directory; null for one that is not kept there."`
	ReplacesShipped bool             `json:"replaces_shipped" doc:"It stands for a recipe of the program with the same id."`
	Broken          bool             `json:"broken" doc:"It can't be run; errors say why."`
	Errors          []Mistake        `json:"errors" nullable:"false"`
	Versions        []Version        `json:"versions,omitempty" doc:"With versions=1; newest first."`
}

// Mistake is something in a recipe that is wrong, or has no effect.
type Mistake struct {
	Line    *int    `json:"line" doc:"From 1; null if it is nowhere in particular."`
	Column  *int    `json:"column" doc:"From 1, in characters."`
	Pointer string  `json:"pointer" example:"/stages/1/needs/0" doc:"JSON pointer to the value; empty for the whole file."`
	Message string  `json:"message"`
	Hint    *string `json:"hint"`
}

// Version is a recipe as it was saved. It never changes.
type Version struct {
	Name    string          `json:"name" example:"mvp_ingest@0a1b2c3d4e5f" doc:"What a start or a retry asks for it with."`
	Digest  artifact.Digest `json:"digest" doc:"Of the source."`
	SavedAt time.Time       `json:"saved_at"`
}

// RecipeDetail is a recipe with its source, and what it comes to.
type RecipeDetail struct {
	RecipeID string          `json:"recipe_id"`
	Origin   string          `json:"origin" enum:"data_directory,version,shipped,run" doc:"Where it is from; run is what a run has pinned."`
	Digest   artifact.Digest `json:"digest" doc:"Of the source."`
	Source   string          `json:"source" doc:"YAML."`

	Name            string            `json:"name"`
	Description     string            `json:"description"`
	File            *string           `json:"file" doc:"Below the data directory, where it may be edited; null if a copy has to be saved."`
	ReplacesShipped bool              `json:"replaces_shipped"`
	Broken          bool              `json:"broken"`
	Errors          []Mistake         `json:"errors" nullable:"false"`
	Warnings        []Mistake         `json:"warnings" nullable:"false" doc:"What has no effect."`
	Stages          []RecipeStage     `json:"stages" nullable:"false" doc:"Each behind those that it waits for."`
	Resilience      []Setting         `json:"resilience" nullable:"false" doc:"What holds for all stages that set nothing else."`
	Parameters      []RecipeParameter `json:"parameters" nullable:"false" doc:"What a run may give."`
	Versions        []Version         `json:"versions" nullable:"false" doc:"Of the recipe's id, newest first."`
}

// RecipeStage is a stage of a recipe.
type RecipeStage struct {
	ID          string        `json:"id"`
	Title       string        `json:"title"`
	Module      string        `json:"module"`
	Description string        `json:"description" doc:"Of the module."`
	AsksModel   bool          `json:"asks_model"`
	Needs       []string      `json:"needs" nullable:"false" doc:"Stages whose last artifact it builds on."`
	NeedsAll    []string      `json:"needs_all" nullable:"false" doc:"Stages whose artifacts it all builds on."`
	After       []string      `json:"after" nullable:"false" doc:"Stages that it only waits for."`
	StoreInputs []StoreInput  `json:"store_inputs" nullable:"false" doc:"What it takes from the project."`
	Consumes    []string      `json:"consumes" nullable:"false" doc:"Types of artifacts that the module needs."`
	Produces    []string      `json:"produces" nullable:"false" doc:"Types of artifacts that it makes."`
	Params      []StageParam  `json:"params" nullable:"false"`
	Chain       []ChainChoice `json:"chain" nullable:"false" doc:"The models to ask, first choice first; empty if it asks none."`
	Resilience  []Setting     `json:"resilience" nullable:"false"`
}

// StoreInput is what a stage takes from the project and not from the run.
type StoreInput struct {
	Key          string `json:"key"`
	ArtifactType string `json:"artifact_type"`
	Required     bool   `json:"required" doc:"The stage can't do without."`
	All          bool   `json:"all" doc:"The latest of each entity, and not of one."`
}

// ValueOrigin says where a value is from.
type ValueOrigin string

// The origins of values.
const (
	ValueDefault     ValueOrigin = "default"     // of the program or the module
	ValueRecipe      ValueOrigin = "recipe"      // the recipe says it, for all stages
	ValueStage       ValueOrigin = "stage"       // the recipe says it, for the stage
	ValuePlaceholder ValueOrigin = "placeholder" // the recipe leaves it to a parameter of the run
	ValueRun         ValueOrigin = "run"         // the run gave it
)

// StageParam is a parameter of a stage's module.
type StageParam struct {
	Name        string      `json:"name"`
	Type        ParamType   `json:"type"`
	Description string      `json:"description"`
	Required    bool        `json:"required"`
	Value       any         `json:"value" doc:"Null if it has none, or if it is the run's to give."`
	Origin      ValueOrigin `json:"origin"`
	Parameter   *string     `json:"parameter" doc:"The run's parameter that it is left to; null if it is left to none."`
	Default     any         `json:"default" doc:"What holds if nothing is given; null for nothing."`
}

// ParamType is the type of a parameter's value.
type ParamType string

// The types of parameters.
const (
	ParamString ParamType = "string"
	ParamBool   ParamType = "bool"
	ParamInt    ParamType = "int"
	ParamNumber ParamType = "number"
	ParamModel  ParamType = "model"  // a text that names a model, such as anthropic:claude-sonnet-4-6
	ParamObject ParamType = "object" // of settings
	ParamList   ParamType = "list"
)

// Setting is a key of a recipe's resilience block, and what holds.
type Setting struct {
	Key         string      `json:"key" example:"max_wait_seconds"`
	Description string      `json:"description"`
	Value       any         `json:"value" doc:"Null if it is the run's to give."`
	Origin      ValueOrigin `json:"origin"`
	Parameter   *string     `json:"parameter" doc:"The run's parameter that it is left to; null if it is left to none."`
	Default     any         `json:"default"`
	Choices     []string    `json:"choices,omitempty" doc:"The words that it takes; missing if it takes a number."`
	Min         *float64    `json:"min,omitempty"`
	Max         *float64    `json:"max,omitempty"`
}

// RecipeParameter is a parameter that a run of a recipe may give.
type RecipeParameter struct {
	Name        string    `json:"name"`
	Type        ParamType `json:"type"`
	Description string    `json:"description"`
	Required    bool      `json:"required" doc:"A run without it is refused."`
	Automatic   bool      `json:"automatic" doc:"The start sets it; it need not be given."`
	Default     any       `json:"default" doc:"What holds if it is not given; null for nothing."`
	Stages      []string  `json:"stages" nullable:"false" doc:"The stages that use it."`
	Uses        []string  `json:"uses" nullable:"false" doc:"JSON pointers to the values of the recipe that it stands for."`
}

// ChoiceOrigin says why a model is in a stage's chain.
type ChoiceOrigin string

// The origins of the models of a chain.
const (
	ChoiceOwn      ChoiceOrigin = "own"      // the recipe or the run names it
	ChoiceDefault  ChoiceOrigin = "default"  // of the module's stage
	ChoiceFallback ChoiceOrigin = "fallback" // it stands in where none of the chain can be asked
)

// ChainChoice is a model that a stage may ask.
type ChainChoice struct {
	Provider string       `json:"provider"`
	Model    string       `json:"model"`
	Origin   ChoiceOrigin `json:"origin"`
	Usability
	ModelSpec
}

// Usability says whether a model can be asked now.
type Usability struct {
	Usable bool                `json:"usable"`
	Reason event.VerdictReason `json:"reason,omitempty" doc:"Why not, by the word that decisions have for it."`
	Detail string              `json:"detail,omitempty" doc:"The same for people."`
	Since  *time.Time          `json:"since" doc:"Since when; null if that is not known."`
	Until  *time.Time          `json:"until" doc:"When that may have changed; null if no time is known."`
}

// ModelSpec is what is known of a model. What is null is not known.
type ModelSpec struct {
	Window    *int        `json:"window" doc:"Tokens that a request and its answer may have together."`
	MaxOutput *int        `json:"max_output" doc:"Tokens that an answer may have."`
	Price     *ModelPrice `json:"price" doc:"Null if it is not known, which is not 0."`
}

// ModelPrice is the list price of a model, in USD per million tokens.
type ModelPrice struct {
	InputUSD      float64 `json:"input_usd"`
	OutputUSD     float64 `json:"output_usd"`
	CacheReadUSD  float64 `json:"cache_read_usd"`
	CacheWriteUSD float64 `json:"cache_write_usd"`
}

// RecipeCheck is what is wrong with a recipe, and what it comes to if nothing is.
type RecipeCheck struct {
	Valid    bool          `json:"valid"`
	Errors   []Mistake     `json:"errors" nullable:"false"`
	Warnings []Mistake     `json:"warnings" nullable:"false"`
	Recipe   *RecipeDetail `json:"recipe" doc:"Null if it is not valid."`
}

// RecipeSource is a recipe for the server to check or to keep.
type RecipeSource struct {
	Source string `json:"source" minLength:"1" doc:"YAML."`

	As      SaveAs `json:"as,omitempty" doc:"What it is saved as; version if it is missing."`
	Replace bool   `json:"replace,omitempty" doc:"As a recipe: it may take the place of a shipped one of its id."`
}

// SaveAs says as what a recipe is saved.
type SaveAs string

// The ways to save a recipe.
const (
	AsVersion SaveAs = "version" // by a name of its own, which changes nothing else
	AsRecipe  SaveAs = "recipe"  // what runs take by its id from now on
)

// UncheckedRecipe is a recipe for the server to check.
type UncheckedRecipe struct {
	Source string `json:"source" doc:"YAML."`
}

// SavedRecipe names a version of a recipe.
type SavedRecipe struct {
	Name     string          `json:"name" example:"mvp_ingest@0a1b2c3d4e5f" doc:"The name by which a retry requests it."`
	RecipeID string          `json:"recipe_id"`
	Digest   artifact.Digest `json:"digest" doc:"Of the source."`
	File     *string         `json:"file" doc:"Of one that was saved as a recipe, below the data directory; else null."`
}

// Recipes makes the requests about recipes.
type Recipes struct{ conn *connection }

// List lists the recipes, those of the data directory that are broken too.
func (r *Recipes) List(ctx context.Context) ([]Recipe, error) {
	return get[[]Recipe](ctx, r.conn, nil, "recipes")
}

// ListVersions lists the recipes with the versions of each.
func (r *Recipes) ListVersions(ctx context.Context) ([]Recipe, error) {
	return get[[]Recipe](ctx, r.conn, url.Values{"versions": {"true"}}, "recipes")
}

// Validate says what is wrong with a recipe, and what it comes to if nothing is. The server
// keeps nothing of it.
func (r *Recipes) Validate(ctx context.Context, source []byte) (RecipeCheck, error) {
	var check RecipeCheck
	_, err := r.conn.do(ctx, request{
		method: http.MethodPost, path: []string{"recipes", "validate"}, body: UncheckedRecipe{string(source)}, ownWarnings: true,
	}, &check)
	return check, err
}

// Find returns a recipe by its id, or a version by its name.
func (r *Recipes) Find(ctx context.Context, name string) (RecipeDetail, error) {
	return get[RecipeDetail](ctx, r.conn, nil, "recipes", name)
}

// OfRun returns the recipe that a run works by.
func (r *Recipes) OfRun(ctx context.Context, runID string) (RecipeDetail, error) {
	return get[RecipeDetail](ctx, r.conn, nil, "runs", runID, "recipe")
}

// Save keeps a recipe as a version, which a start or a retry can name. It hides no other recipe;
// one that can't be run is a *Problem of code invalid_recipe.
func (r *Recipes) Save(ctx context.Context, source []byte) (SavedRecipe, error) {
	return post[SavedRecipe](ctx, r.conn, RecipeSource{Source: string(source)}, "recipes")
}

// Replace saves a recipe as the one that runs take by its id from now on. If the server's data
// directory has one of that id, was is the digest of its source, else ""; shipped says that it may
// take the place of a shipped one.
func (r *Recipes) Replace(ctx context.Context, source []byte, was artifact.Digest, shipped bool) (SavedRecipe, error) {
	header := map[string]string{}
	if was != "" {
		header["If-Match"] = strconv.Quote(string(was))
	}
	var saved SavedRecipe
	_, err := r.conn.do(ctx, request{
		method: http.MethodPost, path: []string{"recipes"}, header: header,
		body: RecipeSource{Source: string(source), As: AsRecipe, Replace: shipped},
	}, &saved)
	return saved, err
}
