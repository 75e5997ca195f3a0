package mutants_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// root is the root of the module, from here.
const root = "../.."

// mutant is one break of the program, and the test that notices it.
type mutant struct {
	name, why string
	file      string   // from the root
	old, new  string   // what is replaced in it, and by what
	pkg, run  string   // the test that has to fail
	env       []string // of that test
}

// mutants returns all of them, in the order of the files in testdata.
func mutants(t *testing.T) (all []mutant) {
	t.Helper()
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		some, err := parse(string(data))
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		all = append(all, some...)
	}
	return all
}

// parse reads a list of mutants.
func parse(data string) (all []mutant, err error) {
	for i, line := range strings.Split(data, "\n") {
		if line == "" || line[0] == '#' {
			continue
		}
		if name, ok := strings.CutPrefix(line, "== "); ok {
			all = append(all, mutant{name: name})
			continue
		}
		if len(all) == 0 || !all[len(all)-1].take(line) {
			return nil, fmt.Errorf("line %d: unexpected %q", i+1, line)
		}
	}
	return all, nil
}

// take reads one line of a mutant. It is false if there is no such line.
func (m *mutant) take(line string) bool {
	switch line[0] {
	case '-':
		m.old += line[1:] + "\n"
		return true
	case '+':
		m.new += line[1:] + "\n"
		return true
	}
	key, value, _ := strings.Cut(line, ": ")
	switch key {
	case "why":
		m.why = value
	case "file":
		m.file = value
	case "test":
		m.pkg, m.run, _ = strings.Cut(value, " ")
	case "env":
		m.env = append(m.env, value)
	default:
		return false
	}
	return true
}

// broken returns the mutant's file with the break in it.
func (m mutant) broken() (string, error) {
	data, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(m.file)))
	if err != nil {
		return "", err
	}
	source, old := string(data), strings.TrimSuffix(m.old, "\n")
	if n := strings.Count(source, old); n != 1 {
		return "", fmt.Errorf("the replaced text occurs %d times in %s, want once:\n%s", n, m.file, old)
	}
	return strings.Replace(source, old, strings.TrimSuffix(m.new, "\n"), 1), nil
}

var (
	kebab    = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	testName = regexp.MustCompile(`^\^?(Test\w+)`)
)

// check reports what is wrong with a mutant without running it.
func (m mutant) check() error {
	switch {
	case !kebab.MatchString(m.name):
		return fmt.Errorf("the name is not in kebab-case")
	case m.why == "" || m.file == "" || m.pkg == "" || m.old == "" || m.old == m.new:
		return fmt.Errorf("why, file, test or the replaced text is missing, or it is replaced by itself")
	}
	if _, err := m.broken(); err != nil {
		return err
	}
	name := testName.FindStringSubmatch(m.run)
	if name == nil {
		return fmt.Errorf("%q names no test", m.run)
	}
	files, err := filepath.Glob(filepath.Join(root, filepath.FromSlash(m.pkg), "*_test.go"))
	if err != nil {
		return err
	}
	for _, file := range files {
		if source, err := os.ReadFile(file); err != nil || strings.Contains(string(source), "func "+name[1]+"(") {
			return err
		}
	}
	return fmt.Errorf("there is no %s in %s", name[1], m.pkg)
}

// Each mutant still fits the source: what it replaces, and the test that notices it, are there.
func TestMutants_FitTheSource(t *testing.T) {
	seen := map[string]bool{}
	for _, m := range mutants(t) {
		if err := m.check(); err != nil {
			t.Errorf("%s: %v", m.name, err)
		}
		if seen[m.name] {
			t.Errorf("there are two mutants %s", m.name)
		}
		seen[m.name] = true
	}
}

func TestMutants_AreParsed(t *testing.T) {
	got, err := parse("# one\n== a-b\nwhy: it counts\nfile: x.go\ntest: ./x ^TestX$\nenv: A=1\n-\told\n-\n-lines\n+new\n\n== c\n")
	want := mutant{name: "a-b", why: "it counts", file: "x.go", old: "\told\n\nlines\n", new: "new\n",
		pkg: "./x", run: "^TestX$", env: []string{"A=1"}}
	if err != nil || len(got) != 2 || fmt.Sprint(got[0]) != fmt.Sprint(want) {
		t.Errorf("%+v, %v", got, err)
	}
	for _, bad := range []string{"why: x", "== a\nwhat: x", "== a\n text"} {
		if _, err := parse(bad); err == nil {
			t.Errorf("%q is taken", bad)
		}
	}
}
