package failure_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strings"
	"testing"
	"time"

	"github.com/cineforge/cineforge/failure"
)

// Each remedy that there is, is found in a text that names its command, and named in words.
func TestWithoutCommands_NamesEachRemedyInWords(t *testing.T) {
	all := map[string]failure.Remedy{
		"RunFile": failure.RunFile("a.fountain"), "Retry": failure.Retry("run-1"),
		"Acknowledge": failure.Acknowledge("run-1"), "RetryFully": failure.RetryFully("run-1"),
		"RetryFrom": failure.RetryFrom("run-1", "normalize"), "RetryFor": failure.RetryFor("run-1", 0.25),
		"RetryWaiting": failure.RetryWaiting("run-1", 36*time.Hour), "RetryBy": failure.RetryBy("run-1", failure.RecipeFile),
		"ShowRecipe": failure.ShowRecipe("run-1"), "Resume": failure.Resume("run-1"), "ResumeToday": failure.ResumeToday("run-1"),
		"Watch": failure.Watch("run-1"), "TryNow": failure.TryNow("run-1"), "Cancel": failure.Cancel("run-1"),
		"Show": failure.Show("run-1"), "Events": failure.Events("run-1"), "Export": failure.Export("run-1"),
		"ExportOver": failure.ExportOver("run-1", "out"), "ListRuns": failure.ListRuns(), "Serve": failure.Serve(),
		"Providers": failure.Providers(), "Release": failure.Release("openai:gpt-5.2"), "Probe": failure.Probe("google"),
		"Doctor": failure.Doctor(), "Backup": failure.Backup(), "CheckData": failure.CheckData(), "Scenarios": failure.Scenarios(),
	}
	file, err := parser.ParseFile(token.NewFileSet(), "remedy.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range file.Decls {
		if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.IsExported() && all[f.Name.Name].Label == "" {
			t.Errorf("%s is not tried", f.Name.Name)
		}
	}
	for name, r := range all {
		hint := "first do this: " + r.String() + ", or that: " + failure.Retry("run-2").String() + "; then look"
		if got, want := failure.WithoutCommands(hint), "first do this: "+r.Words()+", or that: “Retry Failed Stage”; then look"; got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
		if found := failure.Named(hint); len(found) != 2 || found[0].String() != r.String() {
			t.Errorf("%s: found %v", name, found)
		}
		if strings.Contains(r.Words(), "cineforge") || r.ID == "" {
			t.Errorf("%s: %q, %q", name, r.Words(), r.ID)
		}
	}
	const other = "set the key, then call cineforge as before; see cineforge explain"
	if got := failure.WithoutCommands(other); got != other {
		t.Error(got)
	}
}

func TestRequested_HasNoCommands(t *testing.T) {
	got := failure.Requested([]failure.Remedy{failure.Retry("r"), failure.Serve(), failure.RetryBy("r", failure.RecipeFile)})
	if len(got) != 1 || got[0].Label != "Retry Failed Stage" || got[0].Command != nil || got[0].Endpoint == "" {
		t.Errorf("%+v", got)
	}
}
