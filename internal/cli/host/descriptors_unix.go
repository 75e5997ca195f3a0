//go:build unix

package host

import (
	"math"
	"syscall"
)

// OpenFiles is how many files the process may have open; 0 if that is not known. The runtime
// has raised the limit to the highest one that the system lets it have.
func OpenFiles() int {
	var r syscall.Rlimit
	err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &r)
	if err != nil || uint64(r.Cur) > math.MaxInt32 { //nolint:unconvert // it is signed on some systems
		return 0
	}
	return int(r.Cur) //nolint:gosec // it was compared
}
