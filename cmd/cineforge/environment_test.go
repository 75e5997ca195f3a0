package main

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/cineforge/cineforge/internal/cli/settings"
	"github.com/cineforge/cineforge/internal/providers"
	"github.com/cineforge/cineforge/run"
)

func TestNewParser_UnknownVariablesNameTheNearestFlag(t *testing.T) {
	parser, err := newParser(&cli{})
	if err != nil {
		t.Fatal(err)
	}
	environ := []string{"CINEFORGE_DTA=/a", "CINEFORGE_DATA=/b", "CINEFORGE_TOKENFILE=c", "CINEFORGE_LOCAL_KEY=secret",
		"CINEFORGE_ENTIRELY_ELSE=secret", "CINEFORGE_VERSION=1", "PATH=/bin", "CINEFORGE=1"}
	for _, name := range settings.FlagVariables(parser.Model.Node) {
		environ = append(environ, name+"=x")
	}
	got := settings.UnknownVariables(environ, parser.Model.Node, []providers.Provider{{Name: "local", KeyVariable: "CINEFORGE_LOCAL_KEY"}})
	want := []string{
		"the variable CINEFORGE_DTA names no flag and is ignored; did you mean CINEFORGE_DATA?",
		"the variable CINEFORGE_ENTIRELY_ELSE names no flag and is ignored",
		"the variable CINEFORGE_TOKENFILE names no flag and is ignored; did you mean CINEFORGE_TOKEN_FILE?",
		"the variable CINEFORGE_VERSION names no flag and is ignored; did you mean CINEFORGE_VERSIONS?",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s", strings.Join(got, "\n"))
	}
}

// What is added to the state stands in one object with it.
func TestRunResult_IsOneObject(t *testing.T) {
	data, err := json.Marshal(runResult{run.NewState(), addedResult{Output: new("out"), Existing: true}})
	var got map[string]any
	if err == nil {
		err = json.Unmarshal(data, &got)
	}
	if err != nil || got["output"] != "out" || got["existing"] != true || got["stages"] == nil || got["status"] != "queued" {
		t.Errorf("%s: %v", data, err)
	}
}
