// Package presence shows processes on one data directory to each other.
package presence

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/cineforge/cineforge/internal/sqlite/datafile"
)

// Process shows other processes on the same data directory that this one is alive,
// by a file that it keeps locked: the system unlocks it when the process is gone,
// however it went. Where files can't be locked, or on another machine, a claim's
// end tells instead.
type Process struct {
	id  string
	dir string // "" if no other process can see the store

	mu   sync.Mutex
	file *os.File // guarded by mu; nil until the process is shown
}

// folder is the folder of those files within a data directory.
const folder = "processes"

// New returns a process on a data directory, which no other one sees yet; on none for "".
func New(dir string) *Process {
	var b [6]byte
	rand.Read(b[:]) //nolint:errcheck // never fails
	p := &Process{id: hex.EncodeToString(b[:])}
	if dir != "" && CanLock {
		p.dir = filepath.Join(dir, folder)
	}
	return p
}

// Show makes and locks the file, once.
func (p *Process) Show() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.dir == "" || p.file != nil {
		return nil
	}
	if err := os.MkdirAll(p.dir, datafile.PrivateFolder); err != nil {
		return fmt.Errorf("show that the process is alive: %w", err)
	}
	datafile.Tighten(p.dir, datafile.PrivateFolder)
	// It is locked before others can see it.
	f, err := os.CreateTemp(p.dir, ".new-*")
	if err != nil {
		return fmt.Errorf("show that the process is alive: %w", err)
	}
	lock(f)
	if err := os.Rename(f.Name(), filepath.Join(p.dir, p.id)); err != nil {
		return errors.Join(fmt.Errorf("show that the process is alive: %w", err), f.Close(), os.Remove(f.Name()))
	}
	p.file = f
	return nil
}

// serving is what the file of a process holds that works on whatever is due.
const serving = "serving"

// Serve shows that this process works on whatever is due.
func (p *Process) Serve() error {
	if err := p.Show(); err != nil || p.dir == "" {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, err := p.file.WriteAt([]byte(serving), 0); err != nil {
		return fmt.Errorf("show that the process serves: %w", err)
	}
	return nil
}

// Served reports whether another process works on whatever is due.
func (p *Process) Served() bool {
	for _, name := range p.others() {
		path := filepath.Join(p.dir, name)
		data, err := os.ReadFile(path)
		if err == nil && string(data) == serving && !p.dead(path) {
			return true
		}
	}
	return false
}

// dead reports whether the process of a file is gone.
func (p *Process) dead(path string) bool {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return false
	}
	defer f.Close()
	return lock(f)
}

// others lists the files of other processes.
func (p *Process) others() (names []string) {
	if p.dir == "" {
		return nil
	}
	entries, err := os.ReadDir(p.dir)
	if err != nil {
		return nil // no process has shown itself
	}
	for _, e := range entries {
		if e.Name() != p.id && !strings.HasPrefix(e.Name(), ".") {
			names = append(names, e.Name())
		}
	}
	return names
}

// Gone lists the processes that have left a file.
func (p *Process) Gone() (ids []string) {
	for _, name := range p.others() {
		if p.dead(filepath.Join(p.dir, name)) {
			ids = append(ids, name)
		}
	}
	return ids
}

// Forget removes the file of a process that is gone.
func (p *Process) Forget(id string) {
	os.Remove(filepath.Join(p.dir, id)) //nolint:errcheck // the next one tries again
}

// Hide removes the own file.
func (p *Process) Hide() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.file == nil {
		return
	}
	os.Remove(filepath.Join(p.dir, p.id)) //nolint:errcheck // a process that finds it can lock it then
	p.file.Close()
	p.file = nil
}

// ID returns what names the process among others.
func (p *Process) ID() string { return p.id }

// Abandon unlocks what shows that the process is alive, as the system does when it is gone.
func (p *Process) Abandon() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.file != nil {
		p.file.Close() //nolint:errcheck // the lock ends in any case
	}
}
