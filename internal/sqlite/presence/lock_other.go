//go:build !unix

package presence

import "os"

// CanLock says that a lock on a file ends with its process.
const CanLock = false

func lock(*os.File) bool { return false }
