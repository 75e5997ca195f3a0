package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/cineforge/cineforge/artifact"
	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/project"
	"github.com/cineforge/cineforge/screenplay/document"
)

// projects is where projects, their files and what is said in them are kept.
type projects struct {
	project.Store
	project.Inputs
	project.Chat
}

// Project is a project at a glance.
type Project struct {
	project.Project
	Groups int // entities that have artifacts
	Runs   int
	Inputs []project.Input
}

// Project returns a project, or project.ErrNotFound.
func (a *App) Project(ctx context.Context, id string) (Project, error) {
	p, err := a.projects.Project(ctx, id)
	if err != nil {
		return Project{}, err
	}
	return a.glance(ctx, p)
}

// Projects returns projects, those that changed last first; a limit of 0 is none.
func (a *App) Projects(ctx context.Context, limit int) ([]Project, error) {
	found, err := a.projects.Projects(ctx, limit)
	if err != nil {
		return nil, err
	}
	all := []Project{}
	for _, p := range found {
		seen, err := a.glance(ctx, p)
		if err != nil {
			return nil, err
		}
		all = append(all, seen)
	}
	return all, nil
}

func (a *App) glance(ctx context.Context, p project.Project) (Project, error) {
	seen := Project{Project: p}
	var err error
	if seen.Inputs, err = a.projects.Inputs.Inputs(ctx, p.ID); err != nil {
		return seen, err
	}
	seen.Groups, seen.Runs, err = a.shelf.Holdings(ctx, p.ID)
	return seen, err
}

// mostNamesakes is how many projects can have the same slug but for a number.
const mostNamesakes = 999

// reserved are slugs that the API has another meaning for.
var reserved = []string{"new", "open", "recent", "preview-slug", "quick-scan"}

// NewProject makes a project. If there is one of that slug, the new one gets a number.
func (a *App) NewProject(ctx context.Context, slug, name string) (Project, error) {
	if !slugPattern.MatchString(slug) {
		return Project{}, badSlug(slug)
	}
	p := project.Project{ID: slug, Name: cmp.Or(strings.TrimSpace(name), slug), Created: time.Now().UTC()}
	for n := 2; ; n++ {
		err := project.ErrExists
		if !slices.Contains(reserved, p.ID) {
			err = a.projects.CreateProject(ctx, p)
		}
		if err == nil {
			return a.Project(ctx, p.ID)
		}
		if !errors.Is(err, project.ErrExists) || n > mostNamesakes {
			return Project{}, err
		}
		suffix := fmt.Sprintf("-%d", n)
		p.ID = strings.TrimRight(slug[:min(len(slug), maxSlug-len(suffix))], "-") + suffix
	}
}

func badSlug(slug string) error {
	return failure.New(failure.Input, fmt.Sprintf("%q can't be a project", slug), "use small letters, digits and dashes, beginning with a letter or digit")
}

// ChangeProject changes what change changes of a project.
func (a *App) ChangeProject(ctx context.Context, id string, change func(*project.Project)) (Project, error) {
	p, err := a.projects.ChangeProject(ctx, id, change)
	if err != nil {
		return Project{}, err
	}
	return a.glance(ctx, p)
}

// Uploaded is a file that was given for a project, with what a look into it shows.
type Uploaded struct {
	project.Input
	Existing bool // the project had it already
	Document document.Document
}

// Upload keeps a file for a project. A file that no run could read is refused, with a
// failure of class input that says why.
func (a *App) Upload(ctx context.Context, projectID, name string, data []byte) (Uploaded, error) {
	if _, err := a.projects.Project(ctx, projectID); err != nil {
		return Uploaded{}, err
	}
	doc, err := a.Documents.Read(ctx, name, data)
	if err != nil {
		return Uploaded{}, err
	}
	digest := artifact.DigestOf(data)
	in := project.Input{Name: randomHex(4) + "_" + tame(doc.Name), Original: doc.Name, Digest: digest, Size: int64(len(data)), Created: time.Now().UTC()}
	kept, existing, err := a.projects.AddInput(ctx, projectID, in, data)
	return Uploaded{kept, existing, doc}, err
}

// longestName is how much of a file's name its input is named by.
const longestName = 120

// tame makes a file's name one that means nothing to any system.
func tame(name string) string {
	name = strings.Trim(notTame.ReplaceAllString(name, "_"), ".")
	if over := len(name) - longestName; over > 0 {
		ext := filepath.Ext(name)
		ext = ext[:min(len(ext), 16)]
		name = name[:longestName-len(ext)] + ext
	}
	return cmp.Or(name, "file")
}

var notTame = regexp.MustCompile(`[^A-Za-z0-9._-]+`)

// Input returns a file of a project with its content, or project.ErrNotFound.
func (a *App) Input(ctx context.Context, projectID, name string) (project.Input, []byte, error) {
	if _, err := a.projects.Project(ctx, projectID); err != nil {
		return project.Input{}, nil, err
	}
	all, err := a.projects.Inputs.Inputs(ctx, projectID)
	if err != nil {
		return project.Input{}, nil, err
	}
	i := slices.IndexFunc(all, func(in project.Input) bool { return in.Name == name })
	if i < 0 {
		return project.Input{}, nil, fmt.Errorf("input %s of project %s: %w", name, projectID, project.ErrNotFound)
	}
	data, err := a.Store.Blobs.Get(ctx, all[i].Digest)
	return all[i], data, err
}

// Inputs returns the files of a project, oldest first.
func (a *App) Inputs(ctx context.Context, projectID string) ([]project.Input, error) {
	if _, err := a.projects.Project(ctx, projectID); err != nil {
		return nil, err
	}
	return a.projects.Inputs.Inputs(ctx, projectID)
}

// ProposeProject proposes a slug and a name for a project by what a script says of
// itself, else by the name of its file.
func (a *App) ProposeProject(ctx context.Context, fileName string, beginning []byte) (slug, name string) {
	name = titled(strings.TrimSuffix(filepath.Base(fileName), filepath.Ext(fileName)))
	if doc, err := a.Documents.Read(ctx, fileName, beginning); err == nil {
		name = cmp.Or(document.Summary(doc).Title, name)
	}
	name = strings.Join(strings.FieldsFunc(name, isGap), " ")
	return Slug(name + ".x"), name
}

// isGap reports whether a rune stands between the words of a file's name.
func isGap(r rune) bool { return r == '_' || r == ' ' || r == '\t' }

// titled begins each word of a file's name with a capital: my_story is "My Story".
func titled(name string) string {
	words := strings.FieldsFunc(name, isGap)
	for i, w := range words {
		r, size := utf8.DecodeRuneInString(w)
		if r == utf8.RuneError {
			continue // a byte that is no text stays as it is
		}
		words[i] = string(unicode.ToTitle(r)) + w[size:]
	}
	return strings.Join(words, " ")
}

// Post keeps a message of a project, once by its id.
func (a *App) Post(ctx context.Context, projectID string, m project.Message) (project.Message, error) {
	if _, err := a.projects.Project(ctx, projectID); err != nil {
		return project.Message{}, err
	}
	return a.projects.Post(ctx, projectID, m)
}

// Messages returns what was posted in a project, oldest first.
func (a *App) Messages(ctx context.Context, projectID string) ([]project.Message, error) {
	if _, err := a.projects.Project(ctx, projectID); err != nil {
		return nil, err
	}
	return a.projects.Messages(ctx, projectID)
}
