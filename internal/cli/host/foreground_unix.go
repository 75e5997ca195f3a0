//go:build unix

package host

import (
	"os"
	"syscall"
	"unsafe"
)

// InForeground reports whether this process may change the terminal f: one that
// runs in the background is stopped if it tries.
func InForeground(f *os.File) bool {
	var group int32
	_, _, errno := syscall.Syscall(syscall.SYS_IOCTL, f.Fd(), syscall.TIOCGPGRP, uintptr(unsafe.Pointer(&group)))
	return errno == 0 && int(group) == syscall.Getpgrp()
}
