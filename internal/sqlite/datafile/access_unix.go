//go:build unix

package datafile

import (
	"os"
	"syscall"
)

// refused returns why a file or folder may not be written to; nil if it may be. It does not
// open the file: closing it would end the locks that connections of this process hold.
func refused(name string) error {
	const write = 2
	if err := syscall.Access(name, write); err != nil {
		return &os.PathError{Op: "access", Path: name, Err: err}
	}
	return nil
}
