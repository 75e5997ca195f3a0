package client

import (
	"context"
	"net/http"

	"github.com/cineforge/cineforge/run"
)

// ModelChoice says for one run which models it asks, and what happens when its waiting time is
// spent, in place of what the recipe says.
type ModelChoice struct {
	Chains           map[string][]string `json:"chains,omitempty" doc:"By stage, the models to ask in place of the recipe's, first choice first, such as provider:model."`
	ProviderOrder    []string            `json:"provider_order,omitempty" nullable:"false" maxItems:"32" doc:"The providers whose models come first in all chains."`
	WithoutProviders []string            `json:"without_providers,omitempty" nullable:"false" maxItems:"32" doc:"The providers that are not asked, whatever names them."`
	OnExhausted      string              `json:"on_exhausted,omitempty" enum:"fail,pause" doc:"What becomes of a stage whose waiting time is spent."`
}

// InputScan is what a first look into a file found.
type InputScan struct {
	Format       string    `json:"format" doc:"Empty if the file can't be read."`
	Encoding     string    `json:"encoding"`
	Kind         string    `json:"kind" doc:"What it looks like: screenplay, prose, ..."`
	Confidence   float64   `json:"confidence" doc:"In the kind, from 0 to 1."`
	Scenes       int       `json:"scenes" doc:"How many scenes its headings make."`
	Pages        float64   `json:"pages"`
	Minutes      float64   `json:"minutes"`
	Warnings     []Warning `json:"warnings" nullable:"false" doc:"The first ones."`
	WarningCount int       `json:"warning_count"`
	Problem      *string   `json:"problem" doc:"Why the file can't be read, and what to do; null if it can."`
}

// InputScenes is what a script holds, before any model is asked.
type InputScenes struct {
	Format     string            `json:"format"`
	Encoding   string            `json:"encoding"`
	Kind       string            `json:"kind"`
	Confidence float64           `json:"confidence"`
	Title      string            `json:"title"`
	TitlePage  map[string]string `json:"title_page" doc:"By lower-case key with underscores."`
	Scenes     []InputScene      `json:"scenes" nullable:"false"`
	Characters []InputCharacter  `json:"characters" nullable:"false" doc:"Who speaks."`
	Locations  []string          `json:"locations" nullable:"false"`
	Pages      float64           `json:"pages"`
	Minutes    float64           `json:"minutes"`
	Warnings   []Warning         `json:"warnings" nullable:"false"`
}

// InputScene is a scene of a script.
type InputScene struct {
	Number         *string  `json:"number" doc:"The script's own; null where it has none."`
	Heading        string   `json:"heading"`
	IntExt         *string  `json:"int_ext" doc:"INT, EXT, INT/EXT, EST or null."`
	Location       string   `json:"location"`
	TimeOfDay      *string  `json:"time_of_day" doc:"As written; null where the heading says none."`
	Characters     []string `json:"characters" nullable:"false"`
	DialogueBlocks int      `json:"dialogue_blocks"`
	StartLine      int      `json:"start_line"`
	EndLine        int      `json:"end_line"`
	PageEighths    int      `json:"page_eighths"`
	Implied        bool     `json:"implied" doc:"The heading is none by the letter of the rules of Fountain."`
}

// InputCharacter is a speaking part.
type InputCharacter struct {
	Name           string `json:"name"`
	DialogueBlocks int    `json:"dialogue_blocks"`
	Scenes         int    `json:"scenes"`
}

// Scenes returns what the script in a file of a project holds, and a tag of that. If it still has the
// given tag, the error is ErrUnchanged; nothing has the tag "". A file that can't be read is a
// *Problem of code input_extraction_failed.
func (p *Projects) Scenes(ctx context.Context, projectID, filename, tag string) (out InputScenes, now string, err error) {
	header, err := p.conn.do(ctx, request{
		method: http.MethodGet, path: []string{"projects", projectID, "inputs", filename, "scenes"},
		header: map[string]string{"If-None-Match": tag},
	}, &out)
	return out, header.Get("ETag"), err
}

// ServerLimits are what a server accepts.
type ServerLimits struct {
	UploadBytes   int64         `json:"upload_bytes" doc:"How large a file may be."`
	EditBytes     int64         `json:"edit_bytes" doc:"How large the request of an edit may be."`
	ChatBytes     int64         `json:"chat_bytes" doc:"How large a message may be."`
	QuestionBytes int64         `json:"question_bytes" doc:"How large a question to the chat may be."`
	ConfigBytes   int64         `json:"config_bytes" doc:"How large settings given with a run may be."`
	BodyBytes     int64         `json:"body_bytes" doc:"How large the body of any other request may be."`
	Formats       []InputFormat `json:"formats" nullable:"false" doc:"Those that can be read first. The content of a file decides, not its name."`
	IDs           IDPatterns    `json:"ids"`
	Pages         PageSizes     `json:"pages"`
	TokenRequired bool          `json:"token_required" doc:"Whether requests need an access token."`
}

// InputFormat is a format that files are given in.
type InputFormat struct {
	Name       string   `json:"name"`
	Title      string   `json:"title"`
	Extensions []string `json:"extensions" nullable:"false"`
	MediaTypes []string `json:"media_types" nullable:"false"`
	Usable     bool     `json:"usable" doc:"Whether this server can read it."`
	Missing    *string  `json:"missing" doc:"What it lacks for that, and what to do; null if nothing."`
}

// IDPatterns are the regular expressions of ids that clients may choose.
type IDPatterns struct {
	Run     string `json:"run"`
	Project string `json:"project"`
	Recipe  string `json:"recipe"`
}

// PageSizes are how much lists answer at once.
type PageSizes struct {
	RunsDefault   int `json:"runs_default"`
	RunsMax       int `json:"runs_max"`
	ProjectsMax   int `json:"projects_max"`
	EventsMax     int `json:"events_max"`
	StreamRunsMax int `json:"stream_runs_max" doc:"How many runs one stream can name."`
}

// Limits returns what the server accepts.
func (c *Client) Limits(ctx context.Context) (ServerLimits, error) {
	return get[ServerLimits](ctx, c.conn, nil, "limits")
}

// Plan returns what a start of the same request would do, and what that is likely to take. It asks
// no model and stores nothing. What a start would refuse is the same *Problem.
func (r *Runs) Plan(ctx context.Context, ask RunRequest) (run.StartPlan, error) {
	return post[run.StartPlan](ctx, r.conn, ask, "runs", "plan")
}
