// Package recipe reads the YAML files that say which stages a run has.
package recipe
