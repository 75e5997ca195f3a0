package failure

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/cineforge/cineforge/internal/argument"
)

// Remedy is something that a person can do about a failure, or about a run that is not
// going on, in the two forms in which it can be done: a command line and a request. All
// commands and requests that texts for users name are made here, so that a test can do
// what each of them says.
type Remedy struct {
	ID       string         `json:"id,omitempty"`       // names what is done, for programs
	Label    string         `json:"label"`              // in a few words, as on a button
	Command  []string       `json:"command,omitempty"`  // the words behind the program's name; none if there is no command
	Method   string         `json:"method,omitempty"`   // of HTTP; "" if there is no request for it
	Endpoint string         `json:"endpoint,omitempty"` // the request's path
	Payload  map[string]any `json:"payload,omitempty"`  // the request's body, as JSON
	Body     map[string]any `json:"body,omitempty"`     // the same as Payload, for clients of earlier versions
}

// Program is how people call the program where nothing else is known.
const Program = "cineforge"

// Line returns the command line, as a shell takes it, for a program that is called like
// that; "" if there is none.
func (r Remedy) Line(program string) string {
	if len(r.Command) == 0 {
		return ""
	}
	words := []string{program}
	for _, w := range r.Command {
		words = append(words, argument.Quote(w))
	}
	return strings.Join(words, " ")
}

// String returns the command line, or the request if there is no command for it.
func (r Remedy) String() string {
	if line := r.Line(Program); line != "" {
		return line
	}
	return r.Request()
}

// Request returns the request in one line: method, path and body; "" if there is none.
func (r Remedy) Request() string {
	if r.Endpoint == "" {
		return ""
	}
	text := r.Method + " " + r.Endpoint
	if len(r.Body) > 0 {
		body, err := json.Marshal(r.Body)
		if err != nil { // which no body here is
			return text
		}
		text += " " + string(body)
	}
	return text
}

// Words returns the remedy in words, for readers with buttons: in quotation marks what there is a
// request for, and so a button.
func (r Remedy) Words() string {
	if r.Endpoint == "" {
		return strings.ToLower(r.Label[:1]) + r.Label[1:]
	}
	return "“" + r.Label + "”"
}

// get and post make the request of a remedy.
func (r Remedy) get(path string, names ...any) Remedy {
	r.Method, r.Endpoint = "GET", endpoint(path, names)
	return r
}

func (r Remedy) post(body map[string]any, path string, names ...any) Remedy {
	r.Method, r.Endpoint, r.Payload, r.Body = "POST", endpoint(path, names), body, body
	return r
}

func endpoint(path string, names []any) string {
	for i, n := range names {
		names[i] = url.PathEscape(fmt.Sprint(n))
	}
	return "/api" + fmt.Sprintf(path, names...)
}

func command(id, label string, words ...string) Remedy {
	return Remedy{ID: id, Label: label, Command: words}
}

// RunFile runs the default recipe on a file.
func RunFile(name string) Remedy { return command("run", "Run a file", "run", name) }

// Retry goes on with a run that failed or was cancelled, as a new run.
func Retry(run string) Remedy {
	return command("retry-failed-stage", "Retry Failed Stage", "retry", run).post(nil, "/runs/%s/retry", run)
}

// RetryFully does a run again from the start, as a new run.
func RetryFully(run string) Remedy {
	return command("retry-full-run", "Retry Full Run", "retry", run, "--full").post(map[string]any{"full": true}, "/runs/%s/retry", run)
}

// RetryFrom does a run again from a stage.
func RetryFrom(run, stage string) Remedy {
	return command("retry-from-stage", "Retry from a stage", "retry", run, "--from", stage).
		post(map[string]any{"from": stage}, "/runs/%s/retry", run)
}

// RetryFor is Retry with another limit on the cost of all runs of the line, in USD.
func RetryFor(run string, usd float64) Remedy {
	limit := strconv.FormatFloat(usd, 'f', -1, 64)
	return command("retry-with-more-money", "Retry with a higher cost limit", "retry", run, "--max-cost", limit).
		post(map[string]any{"max_cost_usd": usd}, "/runs/%s/retry", run)
}

// RetryWaiting is Retry with another limit on how long a stage waits without progress.
func RetryWaiting(run string, wait time.Duration) Remedy {
	text := strings.TrimSuffix(strings.TrimSuffix(wait.String(), "0s"), "0m")
	return command("retry-with-more-patience", "Retry with a longer wait", "retry", run, "--max-wait", text).
		post(map[string]any{"max_wait_seconds": wait.Seconds()}, "/runs/%s/retry", run)
}

// RecipeFile is the file that [ShowRecipe] writes and [RetryBy] reads, to be changed between.
const RecipeFile = "recipe.yaml"

// RetryBy is Retry by another recipe: a file for a command, a version's name for a request.
func RetryBy(run, recipe string) Remedy {
	return command("retry-by-another-recipe", "Retry with another recipe", "retry", run, "--recipe", recipe).
		post(map[string]any{"recipe": recipe}, "/runs/%s/retry", run)
}

// ShowRecipe gives the recipe that a run works by, to be changed.
func ShowRecipe(run string) Remedy {
	return command("show-recipe", "Show the recipe", "recipes", "show", run, "--file", RecipeFile).get("/runs/%s/recipe", run)
}

// Resume lets a paused run go on, accepting what it waits for to be accepted.
func Resume(run string) Remedy {
	return command("resume", "Resume", "runs", "resume", run).post(nil, "/runs/%s/resume", run)
}

// ResumeToday lets a run go on with the candidates that can be asked today.
func ResumeToday(run string) Remedy {
	return command("resume-with-today's-providers", "Resume with today's providers", "runs", "resume", run, "--today").
		post(map[string]any{"candidates": "today"}, "/runs/%s/resume", run)
}

// Watch shows a run as it goes. The command also takes it up if no process works on it.
func Watch(run string) Remedy {
	return command("watch", "Watch the run", "runs", "watch", run).get("/runs/%s/events/stream", run)
}

// TryNow ends a run's waiting.
func TryNow(run string) Remedy {
	return command("try-now", "Try now", "runs", "try-now", run).post(nil, "/runs/%s/try-now", run)
}

// Cancel ends a run.
func Cancel(run string) Remedy {
	return command("cancel", "Cancel the run", "runs", "cancel", run).post(nil, "/runs/%s/cancel", run)
}

// Acknowledge ends a run's need for a person, until something happens in it.
func Acknowledge(run string) Remedy {
	return command("acknowledge", "Acknowledge", "runs", "ack", run).post(nil, "/runs/%s/acknowledge", run)
}

// Show shows where a run stands.
func Show(run string) Remedy {
	return command("show-run", "Show the run", "runs", "show", run).get("/runs/%s/state", run)
}

// Events prints what happened in a run.
func Events(run string) Remedy {
	return command("show-events", "Show the events", "runs", "events", run).get("/runs/%s/events", run)
}

// Export gives a run's state, events and artifacts as files.
func Export(run string) Remedy {
	return command("export", "Export the results", "runs", "export", run, "--output", "results").get("/runs/%s/export", run)
}

// ExportOver is Export to a folder, replacing files that are there with other content.
func ExportOver(run, dir string) Remedy {
	return command("replace-files", "Replace the files", "runs", "export", run, "--output", argument.Path(dir), "--overwrite")
}

// ListRuns lists the runs.
func ListRuns() Remedy { return command("list-runs", "List the runs", "runs", "list").get("/runs") }

// Serve starts a server, which works on whatever is due.
func Serve() Remedy { return command("start-a-server", "Start a server", "serve") }

// Providers shows how the providers are doing.
func Providers() Remedy {
	return command("show-providers", "Show the providers", "providers").get("/providers")
}

// Release ends what keeps a provider, a model (PROVIDER:MODEL) or a key from being asked.
func Release(name string) Remedy {
	return command("release", "Release "+name, "providers", "release", name, "--reason", "mended").
		post(map[string]any{"reason": "mended"}, "/providers/%s/release", name)
}

// Probe lets the next question through to a provider that is left alone.
func Probe(name string) Remedy {
	return command("probe", "Probe "+name, "providers", "probe", name, "--reason", "mended").
		post(map[string]any{"reason": "mended"}, "/providers/%s/probe", name)
}

// Doctor checks what the program works with. No request does.
func Doctor() Remedy { return command("check", "Run the doctor", "doctor") }

// Backup writes a copy of the database that is copied as it is.
func Backup() Remedy {
	return command("back-up", "Back up the database", "data", "backup", "cineforge-backup.db", "--damaged")
}

// CheckData verifies the database.
func CheckData() Remedy { return command("verify", "Verify the database", "data", "check") }

// Scenarios lists what can be drilled.
func Scenarios() Remedy { return command("list-scenarios", "List the scenarios", "simulate", "--list") }
