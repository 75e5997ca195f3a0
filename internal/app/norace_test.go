//go:build !race

package app_test

// raceOn says that the race detector makes everything slow.
const raceOn = false
