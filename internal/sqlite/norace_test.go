//go:build !race

package sqlite_test

// crowd is how many runs wait at a time in the check of very many.
const crowd = 10_000

// raced says that the race detector is on.
const raced = false
