package sqlite

import (
	"database/sql"
	"path/filepath"
)

// Damage replaces stored content behind the store's back.
func Damage(dir string, old, changed []byte) error {
	db, err := sql.Open("sqlite", filepath.Join(dir, FileName))
	if err != nil {
		return err
	}
	defer db.Close()
	_, err = db.Exec(`UPDATE blobs SET data = ? WHERE data = ?`, changed, old)
	return err
}

// Die unlocks what shows that the store's process is alive, as the system does when the
// process is gone.
func Die(s *Store) {
	s.presence.mu.Lock()
	defer s.presence.mu.Unlock()
	if s.presence.file != nil {
		s.presence.file.Close()
	}
}

// Locks says that stores see which processes are gone.
const Locks = canLock
