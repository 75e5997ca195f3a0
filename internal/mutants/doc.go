// Package mutants holds small breaks of the program, one for each mechanism that matters.
// Each has to make a test fail: a mechanism that can be removed without a failing test is
// one that the next change removes.
//
// A file in testdata lists the mutants of some packages. Each has these lines:
//
//	== its name, in kebab-case
//	why: what happens without the mechanism
//	file: the Go file, from the root of the module
//	test: a package and the tests in it that have to fail, as go test -run takes them
//	env: NAME=value of the environment of the test; any number of these lines, also none
//	-the lines that are replaced, each behind a minus
//	+the lines that replace them, each behind a plus
//
// The replaced text has to occur once in the file. It may begin and end within a line, and
// is exact otherwise, tabs included. Blank lines, and lines that begin with #, are ignored.
//
// TestMutants_AreKilled plays them all, if CINEFORGE_MUTANTS is set; see "make mutants".
package mutants
