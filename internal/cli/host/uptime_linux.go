package host

import (
	"syscall"
	"time"
	"unsafe"
)

// bootTime is CLOCK_BOOTTIME of linux/time.h: it goes on while the machine sleeps, and can't be set.
const bootTime = 7

// Uptime is a clock that goes on while the machine sleeps and that can't be set. What it
// begins with means nothing. Without such a clock it is the one on the wall.
func Uptime() time.Time {
	var at syscall.Timespec
	if _, _, errno := syscall.Syscall(syscall.SYS_CLOCK_GETTIME, bootTime, uintptr(unsafe.Pointer(&at)), 0); errno != 0 {
		return time.Now().Round(0)
	}
	return time.Unix(at.Unix())
}
