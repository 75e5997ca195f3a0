//go:build !unix

package sqlite

import "os"

// canLock says that a lock on a file ends with its process.
const canLock = false

func lock(*os.File) bool { return false }
