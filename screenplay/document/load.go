package document

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"syscall"

	"github.com/cineforge/cineforge/failure"
	"github.com/cineforge/cineforge/internal/argument"
)

// DefaultLimit is the size in bytes above which a file is refused unless the
// options say otherwise: far more than any script, little enough to hold in memory.
const DefaultLimit = 64 << 20

// Load reads the file at path. The error is a [failure.Error] of class Input that names path as
// it was given: there is no such file, it is a folder or no regular file, it may
// not be read, it is too large or empty. errors.Is finds the cause in it, such as
// [fs.ErrNotExist].
func (r Reader) Load(path string) ([]byte, error) {
	limit := r.Options.MaxBytes
	if limit <= 0 {
		limit = DefaultLimit
	}
	info, err := os.Stat(path) // before opening, which would wait for the writer of a pipe
	if err != nil {
		return nil, cannotLoad(path, err)
	}
	switch mode := info.Mode(); {
	case mode.IsDir():
		return nil, failure.New(failure.Input, path+" is a folder, not a file", "name a file in it")
	case !mode.IsRegular():
		return nil, failure.New(failure.Input, fmt.Sprintf("%s is not a regular file but %s", path, nature(mode)),
			instead(path, mode))
	case info.Size() > limit:
		return nil, tooLarge(path, limit)
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, cannotLoad(path, err)
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, limit+1)) // it may have grown
	switch {
	case err != nil:
		return nil, cannotLoad(path, err)
	case int64(len(data)) > limit:
		return nil, tooLarge(path, limit)
	case len(data) == 0:
		return nil, emptyFile(path)
	}
	return data, nil
}

// instead returns advice on how to give what is no regular file.
func instead(path string, mode fs.FileMode) string {
	const copied = "copy what it gives into a file"
	if mode&fs.ModeNamedPipe == 0 {
		return copied
	}
	if strings.HasPrefix(path, "/dev/") { // standard input by another name, or <(command)
		return copied + ", or name - and pipe it into standard input"
	}
	return copied + ", or name - and redirect it: - < " + argument.Quote(path)
}

func tooLarge(path string, limit int64) error {
	return failure.New(failure.Input, fmt.Sprintf("%s is larger than %s", path, size(limit)), "split it, or check that it is a script")
}

// size shows a number of bytes in the largest unit that divides it.
func size(bytes int64) string {
	switch {
	case bytes%(1<<20) == 0:
		return fmt.Sprintf("%d MB", bytes>>20)
	case bytes%(1<<10) == 0:
		return fmt.Sprintf("%d kB", bytes>>10)
	}
	return fmt.Sprintf("%d bytes", bytes)
}

func nature(mode fs.FileMode) string {
	switch {
	case mode&fs.ModeNamedPipe != 0:
		return "a pipe"
	case mode&fs.ModeDevice != 0:
		return "a device"
	case mode&fs.ModeSocket != 0:
		return "a socket"
	}
	return "something else"
}

func cannotLoad(path string, err error) error {
	f := failure.New(failure.Input, fmt.Sprintf("%s can't be read", path), "check the file and the disk it is on")
	switch {
	case errors.Is(err, fs.ErrNotExist):
		f.Message = "there is no file " + path
		f.Hint = "check the name and the folder"
	case errors.Is(err, fs.ErrPermission):
		f.Message = path + " may not be read by you"
		f.Hint = "change its permissions"
	case errors.Is(err, syscall.ENOTDIR):
		f.Message = "there is no file " + path + ": part of its path is no folder"
		f.Hint = "check the name and the folder"
	case errors.Is(err, syscall.ENAMETOOLONG):
		f.Message = "there is no file of that name: it is too long"
		f.Hint = "check the name and the folder"
	}
	f.Err = err
	return f
}
