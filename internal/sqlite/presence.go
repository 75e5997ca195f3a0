package sqlite

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
)

// presence shows other processes on the same data directory that this one is alive,
// by a file that it keeps locked: the system unlocks it when the process is gone,
// however it went. Where files can't be locked, or on another machine, a claim's
// end tells instead.
type presence struct {
	id  string
	dir string // "" if no other process can see the store

	mu   sync.Mutex
	file *os.File // guarded by mu; nil until the process is shown
}

// presenceDir is the folder of those files within a data directory.
const presenceDir = "processes"

func newPresence(dir string) *presence {
	var b [6]byte
	rand.Read(b[:]) //nolint:errcheck // never fails
	p := &presence{id: hex.EncodeToString(b[:])}
	if dir != "" && canLock {
		p.dir = filepath.Join(dir, presenceDir)
	}
	return p
}

// show makes and locks the file, once.
func (p *presence) show() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.dir == "" || p.file != nil {
		return nil
	}
	if err := os.MkdirAll(p.dir, privateFolder); err != nil {
		return fmt.Errorf("show that the process is alive: %w", err)
	}
	tighten(p.dir, privateFolder)
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

// serve shows that this process works on whatever is due.
func (p *presence) serve() error {
	if err := p.show(); err != nil || p.dir == "" {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, err := p.file.WriteAt([]byte(serving), 0); err != nil {
		return fmt.Errorf("show that the process serves: %w", err)
	}
	return nil
}

// served reports whether another process works on whatever is due.
func (p *presence) served() bool {
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
func (p *presence) dead(path string) bool {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return false
	}
	defer f.Close()
	return lock(f)
}

// others lists the files of other processes.
func (p *presence) others() (names []string) {
	if p.dir == "" {
		return nil
	}
	entries, err := os.ReadDir(p.dir)
	if err != nil {
		return nil // nobody has shown itself
	}
	for _, e := range entries {
		if e.Name() != p.id && !strings.HasPrefix(e.Name(), ".") {
			names = append(names, e.Name())
		}
	}
	return names
}

// gone lists the processes that have left a file.
func (p *presence) gone() (ids []string) {
	for _, name := range p.others() {
		if p.dead(filepath.Join(p.dir, name)) {
			ids = append(ids, name)
		}
	}
	return ids
}

// bury removes the file of a process that is gone.
func (p *presence) bury(id string) {
	os.Remove(filepath.Join(p.dir, id)) //nolint:errcheck // the next one tries again
}

// hide removes the own file.
func (p *presence) hide() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.file == nil {
		return
	}
	os.Remove(filepath.Join(p.dir, p.id)) //nolint:errcheck // whoever finds it can lock it then
	p.file.Close()
	p.file = nil
}
