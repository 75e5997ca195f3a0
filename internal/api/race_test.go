//go:build race

package api_test

// raceOn says that the race detector makes everything slow.
const raceOn = true
