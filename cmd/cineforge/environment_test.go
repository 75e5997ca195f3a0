package main

import (
	"slices"
	"strings"
	"testing"

	"cineforge/internal/app"
)

func TestUnknownVariables_NamesTheNearestFlag(t *testing.T) {
	parser, err := newParser(&cli{})
	if err != nil {
		t.Fatal(err)
	}
	environ := []string{"CINEFORGE_DTA=/a", "CINEFORGE_DATA=/b", "CINEFORGE_TOKENFILE=c", "CINEFORGE_LOCAL_KEY=secret", "CINEFORGE_ENTIRELY_ELSE=secret", "CINEFORGE_VERSION=1", "PATH=/bin", "CINEFORGE=1"}
	for _, name := range flagVariables(parser.Model.Node) {
		environ = append(environ, name+"=x")
	}
	got := unknownVariables(environ, parser.Model.Node, []app.Provider{{Name: "local", KeyVariable: "CINEFORGE_LOCAL_KEY"}})
	want := []string{
		"the variable CINEFORGE_DTA names no flag and is ignored; did you mean CINEFORGE_DATA?",
		"the variable CINEFORGE_ENTIRELY_ELSE names no flag and is ignored",
		"the variable CINEFORGE_TOKENFILE names no flag and is ignored; did you mean CINEFORGE_TOKEN_FILE?",
		"the variable CINEFORGE_VERSION names no flag and is ignored",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s", strings.Join(got, "\n"))
	}
}
