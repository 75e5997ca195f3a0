package library

import (
	"errors"
	"os"
	"path/filepath"
	"time"
)

// Scratch is a file that is gone when it is closed.
type Scratch struct{ *os.File }

// scratchDir is the folder of such files in a data directory. It is on the disk that
// what is in them goes to, so that a full one is noticed at once.
const scratchDir = "uploads"

// NewScratch returns an empty file.
func (s *Service) NewScratch() (*Scratch, error) {
	dir := filepath.Join(s.dataDir, scratchDir)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	f, err := os.CreateTemp(dir, "upload-*")
	if err != nil {
		return nil, err
	}
	return &Scratch{f}, nil
}

// scratchLife is for how long another process may be writing to such a file.
const scratchLife = time.Hour

// Close removes the file.
func (s *Scratch) Close() error { return errors.Join(s.File.Close(), os.Remove(s.Name())) }

// SweepScratch removes what processes left that died.
func (s *Service) SweepScratch() {
	left, err := filepath.Glob(filepath.Join(s.dataDir, scratchDir, "upload-*"))
	if err != nil {
		return
	}
	for _, name := range left {
		if info, err := os.Stat(name); err == nil && time.Since(info.ModTime()) > scratchLife {
			os.Remove(name) //nolint:errcheck // it costs room, and nothing else
		}
	}
}
