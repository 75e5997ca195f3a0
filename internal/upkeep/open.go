package upkeep

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/internal/sqlite"
)

// Exists reports whether a data directory holds anything yet.
func Exists(dataDir string) bool {
	_, err := os.Stat(filepath.Join(dataDir, sqlite.FileName))
	return !errors.Is(err, fs.ErrNotExist)
}

// OpenStore opens the database of a data directory, which it makes if it is not there. The
// error says what to do. With noCopy no copy is made before a database is brought up to date.
func OpenStore(ctx context.Context, dataDir string, noCopy bool) (*sqlite.Store, error) {
	store, err := sqlite.Open(ctx, dataDir, noCopy)
	if _, named := errors.AsType[*failure.Error](err); named || err == nil {
		return store, err
	}
	return nil, &failure.Error{Class: failure.Internal, Message: fmt.Sprintf("the database in %s can't be used: %v", dataDir, err),
		Hint: "for details: " + failure.Doctor().String(), Remedies: []failure.Remedy{failure.Doctor()}, Err: err}
}

// openData opens the database of a data directory without making one.
func openData(ctx context.Context, dataDir string, noCopy bool) (*sqlite.Store, error) {
	if !Exists(dataDir) {
		return nil, failure.New(failure.Input, fmt.Sprintf("there is no database in %s", dataDir),
			"the first run makes it; another data directory is named with --data")
	}
	return OpenStore(ctx, dataDir, noCopy)
}
