package recipe_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/recipe"
	"github.com/cineforge/cineforge/recipes"
)

// file is a recipe file with an id.
func file(id string) *fstest.MapFile {
	return &fstest.MapFile{Data: []byte(strings.Replace(one, "recipe_id: r", "recipe_id: "+id, 1))}
}

func text(s string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(s)} }

func listing(sources ...fs.FS) string {
	var lines []string
	for _, l := range recipe.List(sources...) {
		state := "ok"
		if l.Err != nil {
			state = "broken"
		}
		if (l.Recipe == nil) != (l.Err != nil) || (l.Recipe != nil && l.Recipe.ID != l.ID) {
			state = fmt.Sprintf("odd: recipe %v, error %v", l.Recipe, l.Err)
		}
		lines = append(lines, fmt.Sprintf("%d/%s %s %s", l.Source, l.File, l.ID, state))
	}
	return strings.Join(lines, "\n")
}

func TestFind_ShippedRecipes(t *testing.T) {
	missing := os.DirFS(filepath.Join(t.TempDir(), "recipes")) // as on a fresh machine
	if got, want := listing(missing, recipes.FS), "1/mvp_ingest.yaml mvp_ingest ok"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	found, err := recipe.Find("mvp_ingest", missing, recipes.FS)
	if err != nil || found.File != "mvp_ingest.yaml" || found.Source != 1 || string(found.Recipe.Source) != string(shipped(t)) {
		t.Errorf("got %+v, %v", found, err)
	}
}

func TestFind_AndList(t *testing.T) {
	own := fstest.MapFS{
		"a.yaml":          file("mine"),
		"b.yml":           file("other"), // the id counts, not the name
		"broken.yaml":     text("recipe_id: [\n"),
		"c.yaml":          file("mine"), // taken by a.yaml
		"invalid.yaml":    text("recipe_id: known\nfoo: bar\n"),
		"Notes.yaml":      text("x"),
		"notes.txt":       file("text"),
		"sub/deep.yaml":   file("deep"),
		"sub.yaml/x.yaml": file("folder"),
	}
	shipped := fstest.MapFS{
		"broken.yaml": file("broken"),
		"known.yaml":  file("known"),
		"mine.yaml":   file("mine"),
		"zoo.yaml":    file("zoo"),
	}
	want := `0/Notes.yaml  broken
0/a.yaml mine ok
0/b.yml other ok
0/broken.yaml broken broken
0/c.yaml mine broken
0/invalid.yaml known broken
0/sub.yaml sub broken
1/zoo.yaml zoo ok`
	if got := listing(own, shipped); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	for _, test := range []struct{ id, where, err string }{
		{"mine", "a.yaml", ""},
		{"other", "b.yml", ""},
		{"zoo", "zoo.yaml", ""}, // broken files hide nothing else
		{"known", "", `invalid.yaml:1:1: the recipe has no description`},
		{"broken", "", `broken.yaml:1:12: not valid YAML`},
		{"sub", "", "sub.yaml is not a file"},
		{"mien", "", `there is no recipe "mien"; did you mean "mine"?`},
		{"text", "", "there is no recipe"},
		{"deep", "", "there is no recipe"},
		{"nothing", "", `there is no recipe "nothing"; the recipes are mine, other, zoo`},
		{"", "", `"" is not a valid recipe id`},
		{"../mine", "", `"../mine" is not a valid recipe id`},
		{"a.yaml", "", "is not a valid recipe id"},
		{"sub/deep", "", "is not a valid recipe id"},
		{`sub\deep`, "", "is not a valid recipe id"},
		{"mine\x00", "", "is not a valid recipe id"},
		{"MINE", "", "is not a valid recipe id"},
	} {
		found, err := recipe.Find(test.id, own, shipped)
		if test.err == "" {
			if err != nil || found.File != test.where || !strings.Contains(string(found.Recipe.Source), "recipe_id: "+test.id+"\n") {
				t.Errorf("%s: got %q, %v, want %s", test.id, found.File, err, test.where)
			}
			continue
		}
		if err == nil || !strings.Contains(err.Error(), test.err) || failure.ClassOf(err) != failure.Input {
			t.Errorf("%q: got %q, %v, want …%s…", test.id, found.File, err, test.err)
		}
		notFound := strings.Contains(test.err, "no recipe") || strings.Contains(test.err, "valid recipe id")
		if errors.Is(err, recipe.ErrNotFound) != notFound {
			t.Errorf("%q: %v is ErrNotFound: %t", test.id, err, !notFound)
		}
	}
}

func TestFind_AGoodRecipeWinsOverABrokenOneBesideIt(t *testing.T) {
	source := fstest.MapFS{"good.yaml": file("x"), "a.yaml": text("recipe_id: x\n"), "x.yaml": text("[")}
	if found, err := recipe.Find("x", source); err != nil || found.File != "good.yaml" {
		t.Errorf("got %q, %v", found.File, err)
	}
}

// unreadable is a folder that can't be listed.
type unreadable struct{ fs.FS }

func (unreadable) ReadDir(string) ([]fs.DirEntry, error) { return nil, fs.ErrPermission }

func TestList_AnUnreadableFolderHidesNoOther(t *testing.T) {
	bad := unreadable{fstest.MapFS{}}
	if got, want := listing(bad, recipes.FS), "0/.  broken\n1/mvp_ingest.yaml mvp_ingest ok"; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if l := recipe.List(bad); !errors.Is(l[0].Err, fs.ErrPermission) {
		t.Errorf("got %v", l[0].Err)
	}
	if _, err := recipe.Find("mvp_ingest", bad, recipes.FS); err != nil {
		t.Error(err)
	}
}

func TestFind_AHugeFileIsNotReadInFull(t *testing.T) {
	source := fstest.MapFS{"big.yaml": text(one + strings.Repeat("#", 2<<20))}
	_, err := recipe.Find("big", source)
	if err == nil || !strings.Contains(err.Error(), "big.yaml: the file is larger than") {
		t.Errorf("got %v", err)
	}
}
