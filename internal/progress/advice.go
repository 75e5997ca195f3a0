package progress

import (
	"fmt"
	"slices"
	"strings"

	"cineforge/failure"
	"cineforge/internal/argument"
	"cineforge/run"
)

// advice is why a run is not going on, and what a person can do.
type advice struct {
	cause    string
	class    failure.Class // "" where nothing failed
	helps    string        // what to do, which may lead over to the commands
	commands []string      // to copy as they are
}

// adviceFor returns the advice for a run that failed, was cancelled, is paused or can't go
// on here, and nothing for any other.
func adviceFor(s run.State) advice {
	if len(s.Needs) > 0 {
		return uncarried(s)
	}
	switch s.Status {
	case run.RunFailed:
		return afterFailure(s)
	case run.RunCanceled:
		return advice{cause: join(": ", "the run was cancelled", s.Error), commands: []string{retry(s)}}
	case run.Paused:
		return whilePaused(s)
	}
	return advice{}
}

// uncarried is for a run that this process can't go on with.
func uncarried(s run.State) advice {
	return advice{cause: "none of the models that the run was begun with can be asked here, and no process adds others to a run",
		helps:    "With " + run.NeedsText(s.Needs) + " it goes on as it was begun; the second command lets it go on with other providers that can be asked today:",
		commands: []string{"cineforge runs watch " + s.RunID, "cineforge runs resume " + s.RunID + " --today"}}
}

func afterFailure(s run.State) advice {
	id := failedStage(s)
	if id == "" {
		return advice{cause: s.Error, commands: []string{retry(s)}}
	}
	st, _ := s.Stage(id)
	a := advice{cause: title(id) + ": " + st.Error}
	if st.FinalErrorClass != nil {
		a.class = *st.FinalErrorClass
	}
	a.helps = "What helps: " + helps(st.Hint, a.class)
	switch a.class {
	case failure.Input:
		// Another file or parameter makes what was finished useless.
		a.commands = []string{rerun(s)}
	case failure.Budget:
		a.commands = []string{retry(s) + " --max-cost USD"}
	case failure.NoProvider:
		a.commands = []string{"cineforge doctor", retry(s)}
	case failure.Internal:
		a.commands = []string{retry(s), "cineforge runs events " + s.RunID}
	default:
		a.commands = []string{retry(s)}
	}
	return a
}

// retry returns the command that goes on from where a run ended.
func retry(s run.State) string { return "cineforge retry " + s.RunID }

// failedStage returns the first stage that failed, or "".
func failedStage(s run.State) string {
	for _, id := range s.StageOrder {
		if st, _ := s.Stage(id); st.Status == run.StageIsFailed {
			return id
		}
	}
	return ""
}

func whilePaused(s run.State) advice {
	all := pauses(s)
	texts := make([]string, len(all))
	for i, p := range all {
		texts[i] = p.String()
	}
	a := advice{cause: strings.Join(texts, "; ")}
	if slices.ContainsFunc(all, func(p pause) bool { return p.reason == run.AwaitingConfirmation }) {
		a.helps = "Look at what it made, then accept it to go on:"
		a.commands = []string{"cineforge runs export " + s.RunID + " --output DIR", "cineforge runs resume " + s.RunID}
		return a
	}
	a.helps = "Finished stages are kept. Continue with:"
	a.commands = []string{"cineforge runs watch " + s.RunID}
	return a
}

// as writes a command, or a text with one in it, the way the program was called:
// with the flags that every command needs to find the run. The zero value is the
// bare name.
type as string

func (program as) write(text string) string {
	if program == "" {
		return text
	}
	return strings.ReplaceAll(text, "cineforge ", string(program)+" ")
}

// quoted writes a text of which only what is in quotes can be a command.
func (program as) quoted(text string) string {
	if program == "" {
		return text
	}
	return strings.ReplaceAll(text, "\"cineforge ", "\""+string(program)+" ")
}

// next returns the command by which a paused run goes on.
func next(runID, reason string) string {
	if reason == run.AwaitingConfirmation {
		return "accept and go on with: cineforge runs resume " + runID
	}
	return "continue with: cineforge runs watch " + runID
}

// rerun returns the command that runs the same again.
func rerun(s run.State) string {
	words := []string{"cineforge run", fileArgument(s.InputName), "--recipe", s.RecipeID, "--project", s.ProjectID}
	if s.Drill != "" {
		words = append(words, "--drill", quote(s.Drill))
	}
	if s.EndAt != "" {
		words = append(words, "--end-at", s.EndAt)
	}
	return strings.Join(append(words, parameters(s.RuntimeParams)...), " ")
}

// parameters repeats the parameters that the command line was given.
func parameters(params map[string]any) []string {
	var words []string
	for name, v := range params {
		if name == "input_file" || name == "accept_config" && v == true {
			continue // the command line sets these by itself
		}
		text := fmt.Sprint(v)
		if text != clean(text) {
			text = "VALUE"
		}
		words = append(words, "--param "+quote(name+"="+text))
	}
	slices.Sort(words)
	return words
}

// fileArgument returns the name of a run's input as a shell takes it. The folder is not known.
func fileArgument(name string) string {
	switch {
	case name == "" || name != clean(name):
		return "FILE"
	case name == "stdin":
		return "-"
	}
	return argument.QuoteFile(argument.Name(name))
}

// quote writes a word so that a shell takes it literally.
func quote(word string) string { return argument.Quote(word) }
