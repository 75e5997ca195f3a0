//go:build unix

package presence

import (
	"os"
	"syscall"
)

// CanLock says that a lock on a file ends with its process.
const CanLock = true

// lock locks a file without waiting, and reports whether it could.
func lock(f *os.File) bool {
	return syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil
}
