// Package cineforge_test holds what is true of the whole tree.
package cineforge_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/cineforge/cineforge/"

// rank is the layer of each package tree. A package may import strictly lower
// ranks, and packages of its own tree; tests may import anything. A new tree is
// added here on purpose.
var rank = map[string]int{
	"internal/argument": -1, "internal/plaintext": -1, "internal/bounded": -1, "internal/yamlnode": -1, "internal/spelling": 0,
	"failure": 0, "recipes": 0, "resilience": 0, "simulator": 0,
	"artifact": 1, "durable": 1, "llm": 1, "recipe": 1, "screenplay": 1,
	"project": 2, "run": 2, "stage": 2, "internal/estimate": 2,
	"health":          3,
	"pipeline":        3,
	"internal/advice": 3, "internal/wording": 3,
	"internal/storage": 4, "internal/sqlite": 5, "internal/memory": 5, "internal/progress": 4, "internal/telemetry": 4, "internal/runlog": 4,
	"internal/feed": 4, "internal/export": 4,
	"client":           4,
	"internal/library": 5, "internal/providers": 5,
	"internal/runs": 6, "internal/upkeep": 6, "internal/incident": 6,
	"internal/setup":      7,
	"internal/app":        8,
	"internal/observe":    9,
	"internal/cli":        9,
	"internal/page":       0,
	"internal/api":        10,
	"cmd":                 11,
	"internal/systemtest": 11,
	"bench":               12,
	"internal/census":     0,
	"tools":               12,
	"internal/mutants":    12,
}

// inner is the layer of each package within its tree, by its folder. A package may import
// strictly lower ranks of its own tree. A tree that is not here has no order of its own; of
// one that is here each package is.
var inner = map[string]map[string]int{
	"failure": {"failure": 0, "failure/diagnosis": 1},
	"llm": {
		"llm": 0, "llm/spend": 0, "llm/sleep": 0, "llm/inflight": 0, "llm/throttle": 0,
		"llm/wire": 1, "llm/offline": 1,
		"llm/catalog": 2, "llm/llmtest": 2, "llm/anthropic": 2, "llm/gemini": 2, "llm/openai": 2,
		"llm/openaicompat": 3,
		"llm/health":       4,
		"llm/chain":        5,
	},
	"screenplay": {
		"screenplay": 0, "screenplay/charset": 1, "screenplay/fountain": 1, "screenplay/fdx": 1,
		"screenplay/markdown": 1, "screenplay/document": 2,
	},
	"simulator": {
		"simulator/internal/inprocess": 0, "simulator/internal/jsondoc": 0, "simulator/internal/suggest": 0,
		"simulator/internal/schema": 1, "simulator/internal/wire": 2, "simulator/scenario": 3, "simulator": 4,
	},
	"stage": {
		"stage": 0, "stage/ingest": 1, "stage/normalize": 1, "stage/projectconfig": 1, "stage/scenes": 1, "stage/shipped": 2,
	},
}

// apart names packages that don't know each other, whatever their ranks: the folder, and
// the folders that it must not import.
var apart = map[string][]string{
	// What decides about calls is given models, and knows no provider's API.
	"llm/chain":  {"llm/wire", "llm/catalog", "llm/offline", "llm/anthropic", "llm/gemini", "llm/openai", "llm/openaicompat"},
	"llm/health": {"llm/wire", "llm/catalog", "llm/offline", "llm/anthropic", "llm/gemini", "llm/openai", "llm/openaicompat"},
}

// doors names the packages of others and the folders that may import them, so that no type
// of theirs spreads. A folder that ends in "/..." stands for all below it too.
var doors = map[string][]string{
	"modernc.org/sqlite":             {"internal/sqlite/..."},
	"database/sql":                   {"internal/sqlite/..."},
	"github.com/pressly/goose/":      {"internal/sqlite/..."},
	"charm.land/":                    {"internal/progress"},
	"github.com/alecthomas/kong":     {"cmd/cineforge", "internal/cli/settings"},
	"golang.org/x/term":              {"internal/progress", "internal/cli/console"},
	"github.com/goccy/go-yaml":       {"internal/yamlnode", "internal/cli/settings"},
	"github.com/santhosh-tekuri/":    {"llm", "simulator", "simulator/internal/schema", "internal/api"}, // there in tests
	"github.com/saintfish/chardet":   {"screenplay/charset"},
	"github.com/gabriel-vasile/":     {"screenplay/document"},
	"golang.org/x/text/encoding":     {"screenplay/charset"},
	"github.com/anthropics/":         {"llm/anthropic"},
	"github.com/openai/":             {"llm/openai"},
	"google.golang.org/genai":        {"llm/gemini"},
	"github.com/failsafe-go/":        {"resilience/breaker", "resilience/budget", "llm/chain"}, // in tests: others to agree with
	"github.com/sony/gobreaker":      {"resilience/breaker"},                                   // the same
	"github.com/stretchr/testify":    {},
	"github.com/prometheus/":         {"internal/telemetry"},
	"go.opentelemetry.io/":           {"internal/telemetry"},
	"github.com/danielgtaylor/huma/": {"internal/api/..."},
}

// within reports whether a folder is one of those that are listed.
func within(folder string, listed []string) bool {
	return slices.ContainsFunc(listed, func(l string) bool {
		below, all := strings.CutSuffix(l, "/...")
		return folder == below || all && strings.HasPrefix(folder, below+"/")
	})
}

// tree returns the tree that a folder belongs to.
func tree(path string) string {
	p := strings.SplitN(path, "/", 3)
	if p[0] == "internal" && len(p) > 1 {
		return p[0] + "/" + p[1]
	}
	return p[0]
}

func TestImportDirection(t *testing.T) {
	eachImport(t, func(path, from, imp string) {
		if _, ok := rank[from]; !ok {
			t.Errorf("%s: package tree %q has no rank", path, from)
		}
		if strings.HasSuffix(path, "_test.go") {
			return
		}
		to, ours := strings.CutPrefix(imp, module)
		if to = tree(to); ours && to != from && rank[to] >= rank[from] {
			t.Errorf("%s: %s (rank %d) must not import %s (rank %d)", path, from, rank[from], to, rank[to])
		}
	})
}

func TestImportDirection_WithinATree(t *testing.T) {
	eachImport(t, func(path, from, imp string) {
		ranks, ordered := inner[from]
		folder := filepath.ToSlash(filepath.Dir(path))
		at, listed := ranks[folder]
		if ordered && !listed {
			t.Errorf("%s: package %q has no rank in its tree", path, folder)
		}
		if strings.HasSuffix(path, "_test.go") {
			return
		}
		to, ours := strings.CutPrefix(imp, module)
		if ours && ordered && tree(to) == from && ranks[to] >= at {
			t.Errorf("%s: %s (rank %d in its tree) must not import %s (rank %d)", path, folder, at, to, ranks[to])
		}
		if ours && slices.Contains(apart[folder], to) {
			t.Errorf("%s: %s must not know %s", path, folder, to)
		}
	})
}

func TestForeignPackagesStayBehindTheirDoor(t *testing.T) {
	eachImport(t, func(path, _, imp string) {
		folder := filepath.ToSlash(filepath.Dir(path))
		for prefix, allowed := range doors {
			if strings.HasPrefix(imp, prefix) && !within(folder, allowed) {
				t.Errorf("%s imports %s, which belongs behind a door: %v", path, imp, allowed)
			}
		}
	})
}

// A module asks a model and gives artifacts: it knows nothing of runs, recipes or providers.
func TestStageModulesKnowOnlyTheirSeams(t *testing.T) {
	allowed := []string{"artifact", "failure", "llm", "screenplay", "stage"}
	eachImport(t, func(path, from, imp string) {
		to, ours := strings.CutPrefix(imp, module)
		if from != "stage" || !ours || strings.HasSuffix(path, "_test.go") {
			return
		}
		if strings.HasPrefix(to, "llm/") {
			t.Errorf("%s: a stage module must not know the provider package %s", path, to)
		}
		for _, a := range allowed {
			if tree(to) == a {
				return
			}
		}
		t.Errorf("%s: a stage module must not import %s", path, to)
	})
}

// A program that imports the client gets no storage, no providers' SDKs, no engine and no foreign
// module: all that its packages import, and what those import, is the standard library's or in
// these trees.
func TestTheClientIsLight(t *testing.T) {
	allowed := []string{"client", "health", "artifact", "durable", "failure", "resilience", "run", "internal/argument"}
	imports := map[string]map[string]string{} // by folder: what it imports, and in which file
	eachImport(t, func(path, _, imp string) {
		if dir := filepath.ToSlash(filepath.Dir(path)); !strings.HasSuffix(path, "_test.go") {
			if imports[dir] == nil {
				imports[dir] = map[string]string{}
			}
			imports[dir][imp] = path
		}
	})
	seen := map[string]bool{}
	var follow func(dir string)
	follow = func(dir string) {
		if seen[dir] {
			return
		}
		seen[dir] = true
		for imp, path := range imports[dir] {
			first, _, _ := strings.Cut(imp, "/")
			to, ours := strings.CutPrefix(imp, module)
			switch {
			case ours && slices.Contains(allowed, tree(to)):
				follow(to)
			case ours || strings.Contains(first, "."):
				t.Errorf("%s must not import %s: the client depends on it", path, imp)
			}
		}
	}
	follow("client")
	follow("health")
	if len(seen) < len(allowed) {
		t.Errorf("only %d packages were found", len(seen))
	}
}

// Another module can import the client without anything that is not in this repository.
func TestTheClientBuildsElsewhere(t *testing.T) {
	root, err := filepath.Abs(".")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for name, content := range map[string]string{
		"go.mod": "module example.com/elsewhere\n\ngo 1.26\n\nrequire " + strings.TrimSuffix(module, "/") + " v0.0.0\n\n" +
			"replace " + strings.TrimSuffix(module, "/") + " => " + strconv.Quote(root) + "\n",
		"main.go": "package main\n\nimport (\n\t\"fmt\"\n\n\t\"" + module + "client\"\n)\n\n" +
			"func main() {\n\tc, err := client.New(\"http://127.0.0.1:8000\", client.Options{})\n\tfmt.Println(c.Runs, err)\n}\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	build := exec.CommandContext(t.Context(), "go", "build", "-o", os.DevNull, ".")
	build.Dir = dir
	build.Env = append(os.Environ(), "GOFLAGS=-mod=mod", "GOPROXY=off", "GOWORK=off")
	if out, err := build.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

// What failed at a provider, and whether to try again, is no module's business: it may
// make failures, but not look into them, and it has no clock to wait by.
func TestStageModulesNeitherRetryNorLookAtFailures(t *testing.T) {
	forbidden := map[string][]string{
		"failure": {"ClassOf", "EffectOf", "Overloaded", "RateLimited", "QuotaExhausted", "Timeout", "Connection", "ServerError", "Auth",
			"Permission", "NotFound", "InvalidRequest", "ContextLength", "ContentPolicy", "Unknown", "Canceled"},
		"time": {"Sleep", "After", "NewTimer", "AfterFunc", "Tick", "NewTicker"},
	}
	files, err := filepath.Glob("stage/*/*.go")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, path := range files {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			if s, ok := n.(*ast.SelectorExpr); ok {
				if x, ok := s.X.(*ast.Ident); ok && slices.Contains(forbidden[x.Name], s.Sel.Name) {
					t.Errorf("%s uses %s.%s", path, x.Name, s.Sel.Name)
				}
			}
			return true
		})
	}
}

// eachImport calls see for every import of every Go file below the root.
func eachImport(t *testing.T, see func(path, from, imp string)) {
	t.Helper()
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".go" || filepath.Dir(path) == "." {
			if err == nil && d.IsDir() && (d.Name() == "node_modules" || d.Name() == "testdata") {
				return fs.SkipDir
			}
			return err
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		from := tree(filepath.ToSlash(filepath.Dir(path)))
		for _, spec := range f.Imports {
			imp, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			see(path, from, imp)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
