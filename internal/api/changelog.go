package api

import _ "embed"

//go:generate cp ../../CHANGELOG.md CHANGELOG.md

// changelog is what changed in each version: a copy of the file at the root, which a
// package can't embed.
//
//go:embed CHANGELOG.md
var changelog string
