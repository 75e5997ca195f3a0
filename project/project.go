// Package project groups what belongs to one story: its files, the runs on them, and the
// messages about them.
package project

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/cineforge/cineforge/artifact"
)

// The errors of stores.
var (
	// ErrExists means that there is a project of that id already.
	ErrExists = errors.New("a project of that id exists already")
	// ErrNotFound means that there is no such project or input.
	ErrNotFound = errors.New("no such project or input")
)

// DrillPrefix begins the ids of the scratch projects of drills.
const DrillPrefix = "drill-"

// Project is the frame of a story. Its id is a slug, which its artifacts and runs refer to.
type Project struct {
	ID          string
	Name        string                     // as people read it
	Preferences map[string]json.RawMessage // of the programs that show it
	Created     time.Time
	Changed     time.Time // when a run, a file or a setting was last added to it
}

// Input is a file that was given for a project. It never changes.
type Input struct {
	Name     string // opaque, unique in the project
	Original string // as it was called where it came from
	Digest   artifact.Digest
	Size     int64
	Created  time.Time
}

// Message is a message in a project's chat.
type Message struct {
	ID      string
	Time    time.Time
	Content json.RawMessage // in the sender's own form
}

// Store keeps projects. The first run of a project makes it. It is safe for
// concurrent use, by several processes.
type Store interface {
	// CreateProject makes a project, or returns ErrExists.
	CreateProject(ctx context.Context, p Project) error
	// Project returns a project, or ErrNotFound.
	Project(ctx context.Context, id string) (Project, error)
	// Projects returns projects, those that changed last first; a limit of 0 is none.
	Projects(ctx context.Context, limit int) ([]Project, error)
	// ChangeProject changes what change changes of a project.
	ChangeProject(ctx context.Context, id string, change func(*Project)) (Project, error)
}

// Inputs keeps the files of projects.
type Inputs interface {
	// AddInput keeps a file, or returns the input of the project that has the same
	// content and original name already.
	AddInput(ctx context.Context, project string, in Input, data []byte) (kept Input, existing bool, err error)
	// Inputs returns the files of a project, oldest first.
	Inputs(ctx context.Context, project string) ([]Input, error)
}

// Scan is what a look into a file found.
type Scan struct {
	Digest   artifact.Digest // of the file
	Original string          // as it was called where it came from
	Reader   string          // the version of what looked
	Summary  json.RawMessage // at a glance
	Report   json.RawMessage // in full; nil in lists
}

// Scans keeps what was found in files, for as long as a project has them.
type Scans interface {
	// KeepScan keeps a scan, in place of one of the same file by the same reader. One of a file that no
	// project has is not kept.
	KeepScan(ctx context.Context, s Scan) error
	// Scan returns what a reader found in a file, or ErrNotFound.
	Scan(ctx context.Context, digest artifact.Digest, original, reader string) (Scan, error)
	// Scans returns what a reader found in the files of a project, as far as it has looked, without the
	// reports.
	Scans(ctx context.Context, project, reader string) ([]Scan, error)
}

// Chat keeps the messages of projects.
type Chat interface {
	// Post keeps a message, and returns it. One that has the id of an earlier one is that.
	Post(ctx context.Context, project string, m Message) (Message, error)
	// Messages returns the messages of a project, oldest first.
	Messages(ctx context.Context, project string) ([]Message, error)
}
