package sqlite

import (
	"database/sql"
	"sync"
	"sync/atomic"
)

// database is the connections to a database, and what all parts of a store share.
type database struct {
	file  string  // "" if it is in memory
	write *sql.DB // one connection, which takes the write lock at the start of a transaction
	read  *reader
	group group

	// The statements of the hot path, prepared on the writing connection.
	advance, insert *sql.Stmt

	mu      sync.Mutex
	changed chan struct{} // closed and replaced after each commit of this process; guarded by mu
	woken   chan struct{} // the same for what Journal.Changed reports; guarded by mu

	opened   openedFile
	schema   int64  // that this program knows
	noCopy   bool   // none is made before the schema is brought up to date
	copied   string // the folder of the copy that is read; "" for the database itself
	presence *presence
	carries  atomic.Value // string: the routes that this process can reach, as JSON; "" for all
}
