//go:build race

package sqlite_test

// crowd is how many runs wait at a time in the check of very many: the race detector
// makes the database ten times slower.
const crowd = 300

// raced says that the race detector is on.
const raced = true
