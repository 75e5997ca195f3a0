package upkeep

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/internal/sqlite"
	"github.com/cineforge/cineforge/internal/storage"
	"github.com/cineforge/cineforge/run"
)

// CheckedData is what a database holds, and what of it is damaged.
type CheckedData struct {
	storage.Facts
	*storage.Examination
}

// CheckData reads a whole database, and returns what it holds. If it is damaged, the error
// says what is, and what to do; what was found comes with it.
func CheckData(ctx context.Context, dataDir string, noCopy bool) (CheckedData, error) {
	none := CheckedData{
		Facts:       storage.Facts{File: filepath.Join(dataDir, sqlite.FileName)},
		Examination: &storage.Examination{Damages: []storage.Damage{}},
	}
	s, err := openData(ctx, dataDir, noCopy)
	if err != nil {
		return none, unreadable(err)
	}
	defer s.Close()
	found, err := s.Maintenance.Examine(ctx)
	if err != nil {
		return none, unreadable(err)
	}
	none.Examination = found
	if !found.OK() {
		return none, damagedData(none.File, found)
	}
	f, err := s.Maintenance.Facts(ctx)
	return CheckedData{f, found}, err
}

// unreadable says of a database that is so damaged that it can't be opened what to do.
func unreadable(err error) error {
	if run.TroubleOf(err) != run.Damaged {
		return err
	}
	f, _ := errors.AsType[*failure.Error](err)
	return &failure.Error{Class: failure.Internal, Message: f.Message + " so that nothing of it can be read",
		Hint: "restore a backup", Err: err}
}

// damagedData says how much of a database is damaged, and what to do.
func damagedData(file string, found *storage.Examination) error {
	f := &failure.Error{Class: failure.Internal, Message: fmt.Sprintf("%s is damaged: %s", file, damages(found)), Err: run.ErrDamaged}
	const replace = "restore a backup"
	if n := len(found.Whole); n > 0 {
		return f.Advised(fmt.Sprintf("%d of %d runs are whole and can be taken out first: %%s; then %s", n, found.Listed, replace),
			failure.Export(found.Whole[0]))
	}
	return f.Advised(replace)
}

// damages lists the first damages in a few words.
func damages(found *storage.Examination) string {
	const most = 5
	var texts []string
	for _, d := range found.Damages[:min(len(found.Damages), most)] {
		texts = append(texts, d.String())
	}
	if more := len(found.Damages) + found.More - len(texts); more > 0 {
		texts = append(texts, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(texts, "; ")
}
