//go:build !race

package systemtest_test

// raceOn says that the race detector makes everything slow.
const raceOn = false
