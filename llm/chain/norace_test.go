//go:build !race

package chain_test

const raceOn = false
