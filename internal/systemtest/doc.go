// Package systemtest tests the whole system: runs of the shipped recipe with the real
// modules, store, engine and adapters, against a simulator in virtual time. It holds the
// fault scenarios, the simulated years, and what happens when processes die, stop, or can
// store nothing. There is nothing in it but tests.
package systemtest
