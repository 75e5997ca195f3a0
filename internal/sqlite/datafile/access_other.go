//go:build !unix

package datafile

// refused returns why a file or folder may not be written to; nil where that is not known.
func refused(string) error { return nil }
