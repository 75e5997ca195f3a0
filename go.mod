module cineforge

go 1.26.0

require (
	charm.land/bubbletea/v2 v2.1.1 // redraws the live view on a terminal
	charm.land/lipgloss/v2 v2.0.6 // measures and styles text for the terminal
	github.com/alecthomas/kong v1.17.0 // the command line from structs, with environment and help
	github.com/charmbracelet/colorprofile v0.4.3 // what colours the terminal can show, for the live view
	github.com/gabriel-vasile/mimetype v1.4.16 // names the format of files that are not text
	github.com/goccy/go-yaml v1.19.2 // YAML with line and column in every error
	github.com/google/go-cmp v0.7.0 // test: readable differences
	github.com/pressly/goose/v3 v3.29.0 // schema migrations, embedded
	github.com/rogpeppe/go-internal v1.16.0 // test: testscript, the command line as users type it
	github.com/saintfish/chardet v0.0.0-20230101081208-5e3ef4b5456d // a hint at encodings that have no other mark
	github.com/santhosh-tekuri/jsonschema/v6 v6.0.3 // checks answers against their schema, naming every violation
	go.uber.org/goleak v1.3.0 // test: no goroutine outlives its owner
	golang.org/x/term v0.47.0 // raw mode and size of a terminal
	golang.org/x/text v0.43.0 // decoders of character sets
	modernc.org/sqlite v1.61.1 // SQLite without cgo
	pgregory.net/rapid v1.3.0 // test: properties
)

require (
	github.com/charmbracelet/ultraviolet v0.0.0-20261008173134-6b8d4baf91b4 // indirect
	github.com/charmbracelet/x/ansi v0.11.9 // indirect
	github.com/charmbracelet/x/term v0.2.2 // indirect
	github.com/charmbracelet/x/termios v0.1.1 // indirect
	github.com/charmbracelet/x/windows v0.2.2 // indirect
	github.com/clipperhouse/displaywidth v0.11.0 // indirect
	github.com/clipperhouse/uax29/v2 v2.7.0 // indirect
	github.com/dustin/go-humanize v1.1.0 // indirect
	github.com/google/uuid v1.6.0 // indirect
	github.com/lucasb-eyer/go-colorful v1.4.1 // indirect
	github.com/mattn/go-isatty v0.0.24 // indirect
	github.com/mattn/go-runewidth v0.0.30 // indirect
	github.com/mfridman/interpolate v0.0.2 // indirect
	github.com/muesli/cancelreader v0.2.2 // indirect
	github.com/ncruces/go-strftime v1.1.0 // indirect
	github.com/remyoudompheng/bigfft v0.0.0-20230129092748-24d4a6f8daec // indirect
	github.com/rivo/uniseg v0.4.7 // indirect
	github.com/sethvargo/go-retry v0.5.0 // indirect
	github.com/xo/terminfo v1.0.0 // indirect
	go.uber.org/multierr v1.11.0 // indirect
	golang.org/x/sync v0.24.0 // indirect
	golang.org/x/sys v0.49.0 // indirect
	golang.org/x/tools v0.52.0 // indirect
	modernc.org/libc v1.79.0 // indirect
	modernc.org/mathutil v1.7.1 // indirect
	modernc.org/memory v1.12.1 // indirect
)
