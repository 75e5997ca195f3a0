package runs

import (
	"crypto/rand"
	"encoding/hex"
	"regexp"
)

// RunIDPattern is the form of the ids that runs can be given.
const RunIDPattern = `^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`

var runIDPattern = regexp.MustCompile(RunIDPattern)

// ValidRunID reports whether id has the form of a run's id.
func ValidRunID(id string) bool { return runIDPattern.MatchString(id) }

// randomHex returns n random bytes in hexadecimal.
func randomHex(n int) string {
	b := make([]byte, n)
	rand.Read(b) //nolint:errcheck // never fails
	return hex.EncodeToString(b)
}
